"""What a Sass compiler printed, whichever it was."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assetbuild.compilers.sass.scan import Sheet
from assetbuild.dataclass import dataclass
from assetbuild.errors import Diagnostic
from assetbuild.references.source_map import Segment


@dataclass(frozen=True, slots=True)
class Printed:
    """`text` is the CSS (None if there are errors), `sheets` what was read for it, the entry first.

    `mappings` gives those of a source map of `text`, decoded, with columns in characters; `sources` are the sheets
    behind its numbers.
    """

    text: str | None
    sheets: tuple[Sheet, ...]
    diagnostics: tuple[Diagnostic, ...] = ()
    mappings: Callable[[], Sequence[Sequence[Segment]]] = list
    sources: tuple[Sheet | None, ...] = ()
