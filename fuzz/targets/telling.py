"""What every diagnostic promises."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from assetbuild.cli.diagnostics import as_annotation, as_text
from assetbuild.errors import Diagnostic

_OBEYED = ("Cc", "Cf", "Cs", "Zl", "Zp")


def check_told(diagnostics: Iterable[Diagnostic]) -> None:
    """No form of them has what a terminal obeys, and an annotation is one line."""
    for one in diagnostics:
        text = "".join(as_text(one).split("\n")) + as_annotation(one, "/")
        assert not [character for character in text if unicodedata.category(character) in _OBEYED], text
