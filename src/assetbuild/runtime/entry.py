"""One asset of a release as a frozen value.

Neither dataclasses nor named tuples: importing `dataclasses` or `typing` would cost a run-time process several
times what the rest of this package does.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Never


class _Frozen:
    """Equality, hash and repr by the slots, which are set once, by `_fill`."""

    __slots__: tuple[str, ...] = ()

    def _fill(self, *values: object) -> None:
        for name, value in zip(self.__slots__, values, strict=True):
            object.__setattr__(self, name, value)

    def _values(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in self.__slots__)

    def __setattr__(self, name: str, value: object) -> Never:
        raise AttributeError(f"{type(self).__name__} is frozen: cannot set {name!r}")

    def __delattr__(self, name: str) -> Never:
        raise AttributeError(f"{type(self).__name__} is frozen: cannot delete {name!r}")

    def __eq__(self, other: object) -> bool:
        return self._values() == other._values() if type(other) is type(self) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._values()[0])  # the file: names its bytes, and some other values cannot be hashed

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={getattr(self, name)!r}' for name in self.__slots__)})"


class Encoding(_Frozen):
    """A precompressed variant: `file` is its path below public/, `size` is in bytes."""

    __slots__ = ("file", "size")
    file: str
    size: int

    def __init__(self, file: str, size: int) -> None:
        self._fill(file, size)

    def __reduce__(self) -> tuple[Any, ...]:
        return Encoding, self._values()


class Entry(_Frozen):
    """One asset, made from its record in the manifest.

    `file` is its path below public/, `type` its media type, `size` in bytes, `integrity` "sha384-…" of the
    bytes served. `encodings` maps "br", "gzip", "zstd" to the variants there are. `imports`, `dynamic_imports`
    and `assets` are the logical paths it refers to; `cycle` the members whose names were made together, else
    empty. `immutable`: its file never gets other bytes. `bound`: it holds paths under the manifest's base URL.
    """

    __slots__ = (  # noqa: RUF023  (the order of the values)
        "file",
        "type",
        "size",
        "integrity",
        "encodings",
        "imports",
        "dynamic_imports",
        "assets",
        "cycle",
        "immutable",
        "bound",
    )
    file: str
    type: str
    size: int
    integrity: str
    encodings: Mapping[str, Encoding]
    imports: tuple[str, ...]
    dynamic_imports: tuple[str, ...]
    assets: tuple[str, ...]
    cycle: tuple[str, ...]
    immutable: bool
    bound: bool

    def __init__(self, record: Mapping[str, Any]) -> None:
        """`record` as checked by `parse_manifest`."""
        encodings = record.get("encodings", {})
        self._fill(
            record["file"],
            record["type"],
            record["size"],
            record["integrity"],
            MappingProxyType({name: Encoding(it["file"], it["size"]) for name, it in encodings.items()}),
            tuple(record.get("imports", ())),
            tuple(record.get("dynamicImports", ())),
            tuple(record.get("assets", ())),
            tuple(record.get("cycle", ())),
            record.get("immutable", False),
            record.get("bound", False),
        )

    def __reduce__(self) -> tuple[Any, ...]:
        lists = {"imports": self.imports, "dynamicImports": self.dynamic_imports, "assets": self.assets}
        encodings = {name: {"file": it.file, "size": it.size} for name, it in self.encodings.items()}
        record = {
            **{key: getattr(self, key) for key in ("file", "type", "size", "integrity", "cycle", "immutable", "bound")},
            **lists,
            "encodings": encodings,
        }
        return Entry, (record,)
