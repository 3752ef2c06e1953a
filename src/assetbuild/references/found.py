"""What a finder returns: a URL as it stands in a text, before anyone asks what it resolves to."""

from __future__ import annotations

from assetbuild.model import ReferenceKind
from assetbuild.named_tuple import NamedTuple


class Found(NamedTuple):
    """`start` and `stop` are byte offsets of the URL inside its quotes; `written` has escapes undone."""

    start: int
    stop: int
    kind: ReferenceKind
    written: str
