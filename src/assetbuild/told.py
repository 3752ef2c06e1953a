"""What the stations say, with whom it is about: a build that follows edits says again what stands."""

from __future__ import annotations

from collections.abc import Iterable

from assetbuild.errors import Diagnostic
from assetbuild.named_tuple import NamedTuple

STATIONS = ("plan", "compile", "link", "disclose")


class Told(NamedTuple):
    """Something that was said of an asset, by its logical path; None for what no content of a source can change."""

    station: str
    owner: str | None
    diagnostic: Diagnostic


def sorted_by_place(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """By file, line and column; of those at one place, in the order in which they were found."""
    return tuple(sorted(diagnostics, key=lambda one: (one.file or "", one.line or 0, one.column or 0)))


def said(told: Iterable[Told]) -> tuple[Diagnostic, ...]:
    """The diagnostics, sorted by place: what is said of a part of several jobs, or of several assets, is said once."""
    told = list(told)
    found: list[Diagnostic] = []
    for station in STATIONS:
        some = [one.diagnostic for one in told if one.station == station]
        found += dict.fromkeys(some) if station in ("compile", "disclose") else some
    return sorted_by_place(found)
