"""What stands in for a whole build's knowledge where only what follows from an edit is made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from assetbuild.amending.following import publication_of
from assetbuild.amending.manifest import FormerManifest
from assetbuild.amending.unable import UnableToAmendError
from assetbuild.cache import Cache
from assetbuild.linking.resolve import Node
from assetbuild.model import Asset, Content, Linked


class Standing:
    """The assets that stay as they are, for those that refer to them."""

    def __init__(self, former: FormerManifest, again: frozenset[str]) -> None:
        self.linked = _Entries(former, again)

    def node(self, path: str) -> Node:
        """Nobody asks what it refers to: nothing is inlined, and no worker started."""
        linked = self.linked[path]
        return Node(Asset(path, linked.type, linked.content), linked.publication)


class _Entries(Mapping[str, Linked]):
    """Entries of a manifest but for those of some assets. The content of one is none that could be read."""

    def __init__(self, former: FormerManifest, but: frozenset[str]) -> None:
        self._former = former
        self._but = but
        self._made: dict[str, Linked | None] = {}

    def __getitem__(self, path: str) -> Linked:
        linked = self._found(path)
        if linked is None:
            raise KeyError(path)
        return linked

    def __contains__(self, path: object) -> bool:
        return isinstance(path, str) and self._found(path) is not None

    def _found(self, path: str) -> Linked | None:
        if path in self._made:
            return self._made[path]
        entry = None if path in self._but else self._former.entry(path)
        linked = None
        if entry is not None:
            content = Content("", entry["size"])
            linked = Linked(
                path, entry["file"], entry["type"], content, entry["integrity"], publication_of(path, entry)
            )
        self._made[path] = linked
        return linked

    def __iter__(self) -> NoReturn:
        raise UnableToAmendError

    def __len__(self) -> int:
        return 0


class Unknown(Mapping[str, Any]):
    """What only a whole plan knows: whoever asks for it needs a whole build."""

    def __getitem__(self, path: str) -> NoReturn:
        raise UnableToAmendError

    def __contains__(self, path: object) -> NoReturn:
        raise UnableToAmendError

    def __iter__(self) -> NoReturn:
        raise UnableToAmendError

    def __len__(self) -> NoReturn:
        raise UnableToAmendError


class WithoutMemos:
    """A cache without the values that are of all files: some of these would take their place."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    def get(self, key: str) -> bytes | None:
        return None if key.startswith("memo/") else self._cache.get(key)

    def put(self, key: str, value: bytes) -> None:
        if not key.startswith("memo/"):
            self._cache.put(key, value)

    def close(self) -> None:
        pass
