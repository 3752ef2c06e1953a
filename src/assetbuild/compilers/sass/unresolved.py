"""What Rails' `asset-path` gave outside of `url()`, where no reference is: the linker leaves it as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from assetbuild.compilers.sass.origins import Mapped
from assetbuild.compilers.sass.rails import FUNCTIONS
from assetbuild.errors import Diagnostic
from assetbuild.expression import expression
from assetbuild.references import css as references

_CALLED: Final = expression(
    "|".join(re.escape(one.name).replace("\\-", "[-_]") for one in FUNCTIONS if not one.gives_url)
)
# A comment, or an address at the beginning of a value or string, not the selector `.asset:hover`.
_ADDRESS: Final = expression(rb"""/\*.*?\*/|(?<![\w.#-])(?P<address>asset:[^\s"'(){};,]+)""", re.DOTALL)


def unresolved(css: bytes, mapped: Mapped) -> Iterator[Diagnostic]:
    """A warning for each such address in the CSS that Sass has made."""
    if b"asset:" not in css or not any(_CALLED.search(sheet.text) for sheet in mapped.sheets):
        return
    known = {one.start for one in references.find(css)}
    for match in _ADDRESS.finditer(css):
        address, start = match["address"], match.start()
        origin = mapped.origin(start, address) if address and start not in known else None
        if origin is None:
            continue
        sheet = next(one for one in mapped.sheets if one.name == origin.file)
        before = sheet.text.encode()[: origin.start - sheet.mark].decode("utf-8", "replace")
        text = f"'{address.decode()}' stands outside of url(), and stays as it is"
        hint = "write url() around it: what the URL will be is not known while Sass runs"
        yield sheet.diagnostic(text, len(before), origin.length, hint, "warning")
