"""Compressing while other assets are still being made: what refers to nothing is final once it is compiled.

Compiling is mostly the interpreter's work, which one processor does; the others would wait for it.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import Future
from heapq import heappop, heappush

from assetbuild.cache import Cache
from assetbuild.compressing.encoders import Variant, encoded, is_encoded, key_of
from assetbuild.model import Content, Publication


class Ahead:
    """Compresses what it is offered in `threads` threads of its own, the largest first; `close` it in the end.

    What is offered and then not published was work for nothing, and no more than that.
    """

    def __init__(self, encodings: Sequence[str], cache: Cache, threads: int) -> None:
        self._encodings = encodings
        self._cache = cache
        self._threads = threads
        self._started = 0
        self._made: dict[Variant, Future[bytes]] = {}
        self._known: dict[Variant, bytes] = {}
        # By size, then as they came.
        self._waiting: list[tuple[int, int, Variant, Content]] = []
        self._changed = threading.Condition()
        self._ends = False

    def offer(self, path: str, content: Content, publication: Publication) -> None:
        """A content that is likely to be published as it is under this logical path."""
        for encoding in self._encodings if is_encoded(path, content.size, publication) else ():
            variant = Variant(encoding, content.digest)
            if variant in self._made or variant in self._known:
                continue
            value = self._cache.get(key_of(variant))
            if value is not None:
                self._known[variant] = value
                continue
            with self._changed:
                heappush(self._waiting, (-content.size, len(self._made), variant, content))
                self._made[variant] = Future()
                self._changed.notify()
            if self._started < self._threads:
                self._started += 1
                threading.Thread(target=self._work, name="assetbuild-ahead", daemon=True).start()

    def known(self, variant: Variant) -> bytes | None:
        """What the cache knew of it when it was offered."""
        return self._known.get(variant)

    def take(self, variant: Variant) -> bytes | None:
        """A variant that is made or being made; None if nobody has begun with it, and then nobody will.

        Raises as `encoded`.
        """
        future = self._made.get(variant)
        return None if future is None or future.cancel() else future.result()

    def close(self) -> None:
        """Nothing more is begun; what is being made nobody waits for."""
        with self._changed:
            self._ends = True
            self._waiting.clear()
            self._changed.notify_all()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._ends)
                if self._ends:
                    return
                _, _, variant, content = heappop(self._waiting)
            future = self._made[variant]
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(encoded(content, variant.encoding))
            except Exception as error:  # noqa: BLE001  whoever takes it meets it
                future.set_exception(error)
