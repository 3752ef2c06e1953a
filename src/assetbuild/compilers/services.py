"""Programs that serve one build: started when a step first asks for one, shared by all workers, closed at the end.

Those of our own, which know nothing of the project, may last longer than a build, and serve the next one, too.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Protocol, TypeVar, cast


class Service(Protocol):
    """A running program, or whatever stands for it."""

    def close(self) -> None:
        """Ends it, at once and for good. Called once, from any thread."""


S = TypeVar("S", bound=Service)


class ServicesClosed(Exception):
    """The build is over, or was interrupted: nothing is started any more."""


class Services:
    """The services of one build by key. Safe for several threads; the services themselves must be, too.

    `lasting` are those that are not closed with these; without any, these themselves.
    """

    def __init__(self, lasting: Services | None = None) -> None:
        self.lasting = lasting or self
        self._lock = Lock()
        self._running: dict[Hashable, Service] = {}
        self._closed = False

    def get(self, key: Hashable, start: Callable[[], S]) -> S:
        """The service of this key, started now if there is none. Raises what `start` raises, and ServicesClosed."""
        with self._lock:
            if self._closed:
                raise ServicesClosed
            if key not in self._running:
                self._running[key] = start()
            return cast(S, self._running[key])

    def drop(self, key: Hashable, service: Service) -> None:
        """Ends a service that died or hangs; who asks for the key next gets a new one."""
        with self._lock:
            if self._running.get(key) is not service:
                return
            del self._running[key]
        service.close()

    def close(self) -> None:
        """Ends all of them, for good."""
        with self._lock:
            self._closed = True
            running, self._running = self._running, {}
        for service in running.values():
            service.close()
