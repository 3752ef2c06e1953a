"""References as values that JSON and marshal know: without their origins where these are in the file itself, or with
them.
"""

from __future__ import annotations

from typing import Any

from assetbuild.model import Origin, Reference
from assetbuild.named_tuple import NamedTuple


class Finding(NamedTuple):
    """What was found in a text with this SHA-256, in hex: references, as `record_of` gives them."""

    digest: str
    references: list[list[Any]]


def record_of(reference: Reference) -> list[Any]:
    """The values of a reference but for its origin."""
    return [
        reference.start,
        reference.stop,
        reference.kind,
        reference.written,
        reference.target,
        reference.suffix,
        reference.optional,
    ]


def whole_record_of(reference: Reference) -> list[Any]:
    """All values; dataclasses.astuple copies deeply, and is forty times slower."""
    return [*record_of(reference), list(reference.origin)]


def whole(values: list[Any]) -> Reference:
    """The reference with these values."""
    start, stop, kind, written, target, suffix, optional, origin = values
    return Reference(start, stop, kind, written, target, suffix, Origin(*origin), optional)


def restored(
    file: str, start: int, stop: int, kind: Any, written: str, target: str, suffix: str, optional: bool
) -> Reference:
    """The reference in a file, named relative to the configuration's directory, with these values."""
    return Reference(start, stop, kind, written, target, suffix, Origin(file, start, stop - start), optional)
