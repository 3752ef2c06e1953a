"""What a build tells while it runs. The core never prints: a listener does."""

from __future__ import annotations

from collections.abc import Callable

from assetbuild.dataclass import dataclass
from assetbuild.errors import Diagnostic


@dataclass(frozen=True, slots=True)
class Started:
    """A station begins; `total` is the number of things it will do."""

    station: str
    total: int


@dataclass(frozen=True, slots=True)
class Advanced:
    """A station has done `count` more things; `name` is the last of them."""

    station: str
    count: int
    name: str


@dataclass(frozen=True, slots=True)
class Noted:
    """A warning or a notice, as soon as it is known."""

    diagnostic: Diagnostic


Event = Started | Advanced | Noted
Listener = Callable[[Event], None]


def ignore(event: Event) -> None:
    """The listener of whoever does not listen."""
