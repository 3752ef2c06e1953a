"""What the build stage lends a build, and what a finished one tells."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from assetbuild.cache import Cache
from assetbuild.cache.index import Moment
from assetbuild.dataclass import dataclass, field
from assetbuild.errors import Diagnostic
from assetbuild.events import Listener

if TYPE_CHECKING:
    from assetbuild.compilers.services import Services

T = TypeVar("T")


class Workers(Protocol):
    """What an Executor of the standard library does for the stations."""

    def map(self, function: Callable[..., T], /, *iterables: Iterable[Any]) -> Iterator[T]:
        """The results in the order of the arguments."""


class Alone:
    """Each call at once, for work that is not worth a thread: those take a while to be imported."""

    def map(self, function: Callable[..., T], /, *iterables: Iterable[Any]) -> Iterator[T]:
        """As the map of the language."""
        return map(function, *iterables)


class AsNeeded:
    """Those that `workers` gives, who are asked for when there is more than one call to make."""

    def __init__(self, workers: Callable[[], Workers]) -> None:
        self._workers = workers

    def map(self, function: Callable[..., T], /, *iterables: Iterable[Any]) -> Iterator[T]:
        """As the map of the language."""
        calls = list(zip(*iterables, strict=False))
        workers = self._workers() if len(calls) > 1 else Alone()
        return workers.map(lambda call: function(*call), calls)


@dataclass(frozen=True, slots=True)
class Stage:
    """What the build stage lends a build: where it remembers, who works, who listens, and the declared environment.

    `workers` gives the executor, always the same one: a build that has nothing to do needs none. `programs` gives the
    services that may have served a build before, and may serve another one. `began` is a moment
    before the first source was looked at; None if nothing is remembered. `system` are all variables of the process, for
    foreign programs. `jobs` is how many processes may work at once; 0 is for the long way, that of each file alone.
    `durable`: the release is to outlive a loss of power.
    """

    cache: Cache
    workers: Callable[[], Workers]
    programs: Callable[[], Services]
    listener: Listener
    environment: Mapping[str, str]
    began: Moment | None = None
    system: Mapping[str, str] = field(default_factory=dict)
    jobs: int = 1
    durable: bool = False


@dataclass(frozen=True, slots=True)
class Finished:
    """A build that is done: the release's id, what there is to count, and all diagnostics, sorted."""

    release: str
    summary: Mapping[str, Any]
    diagnostics: tuple[Diagnostic, ...]
