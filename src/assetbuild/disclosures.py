"""Likely secrets in what a release publishes. They are told by place and kind, and never shown."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from assetbuild import media
from assetbuild.cache import Cache
from assetbuild.cache.memo import Memo
from assetbuild.compilers import installed_version
from assetbuild.config import Config, Secrets
from assetbuild.dataclass import dataclass
from assetbuild.detector import PACKAGE, Likely, is_installed, likely_secrets
from assetbuild.errors import Diagnostic, UsageError
from assetbuild.globs import matcher
from assetbuild.integrity import integrity_of
from assetbuild.model import Linked, Source
from assetbuild.paths import shown_path
from assetbuild.release.disk import read_if_there
from assetbuild.release.layout import PUBLIC, place
from assetbuild.told import Told

LARGEST = 32 << 20
_TEXT = frozenset(
    {media.JAVASCRIPT, media.JSON, media.WEBMANIFEST, media.UNKNOWN, "application/xml", "application/yaml"}
)
_HEAD = 8192


def is_wanted(secrets: Secrets) -> bool:
    """Whether to look: if the configuration says so, and by default if the detector is installed."""
    return is_installed() if secrets.check is None else secrets.check


def require_detector(config: Config) -> None:
    """Raises UsageError if the configuration asks for a detector that is not there."""
    if config.secrets.check and not is_installed():
        hint = "pip install 'assetbuild[secrets]'"
        raise UsageError(config.diagnostic(("secrets", "check"), f"{PACKAGE} is not installed", hint))


def in_build(
    linked: Iterable[Linked], sources_of: Callable[[str], tuple[Source, ...]], config: Config, cache: Cache
) -> list[Told]:
    """Warnings about what is going to be published; `sources_of` gives what an asset is made from, by its path.


    A place is the author's where the secret stands in a source, a comment there that allows it included.
    Raises ContentChanged and OSError.
    """
    search = _Search(config.secrets, cache)
    told: dict[Told, None] = {}
    for asset in linked:
        if asset.publication == "private" or not search.concerns(asset.path, asset.type, asset.content.size):
            continue
        for found in search.find(asset.integrity, asset.content.read):
            text = _text(asset.content.read())
            secret = text.split("\n")[found.line - 1][found.column - 1 : found.column - 1 + found.length]
            diagnostic = _at_source(asset.path, found, secret, sources_of(asset.path), config.root)
            if diagnostic is not None:
                told[Told("disclose", asset.path, diagnostic)] = None
    search.memo.save()
    return list(told)


def in_release(directory: str, document: Mapping[str, Any], secrets: Secrets, cache: Cache) -> tuple[Diagnostic, ...]:
    """Warnings about the published files of a manifest; `directory` is the release's. Raises OSError."""
    search = _Search(secrets, cache)
    told: list[Diagnostic] = []
    for path, entry in sorted(document["assets"].items()):
        if not search.concerns(path, entry["type"], entry["size"]):
            continue
        file = f"{PUBLIC}/{entry['file']}"
        try:
            found = search.find(entry["integrity"], partial(_read, place(directory, file)))
        except _OtherBytes:
            continue  # that is an error of its own
        told += [_diagnostic(path, one, None, f" in {file}, line {one.line}, column {one.column}") for one in found]
    search.memo.save()
    return tuple(told)


def _read(file: str) -> bytes:
    return read_if_there(file) or b""


class _OtherBytes(Exception):
    """The bytes are not those of the integrity."""


@dataclass(slots=True)
class _Search:
    """Looks at each text once, remembered by its integrity: only hashes and places are kept, never a secret."""

    memo: Memo
    _version: str
    _allowed: Callable[[str], bool]
    _hashes: frozenset[str]

    def __init__(self, secrets: Secrets, cache: Cache) -> None:
        self.memo = Memo(cache, "secrets/1")
        self._version = installed_version(PACKAGE)
        self._allowed = matcher(secrets.allow)
        self._hashes = frozenset(secrets.allow_hashes)

    def concerns(self, path: str, kind: str, size: int) -> bool:
        """Whether this is text, not too large to be read at once, and not allowed as a whole."""
        is_text = kind.startswith("text/") or kind in _TEXT or kind.endswith(("+json", "+xml"))
        return is_text and size <= LARGEST and not self._allowed(path)

    def find(self, integrity: str, read: Callable[[], bytes]) -> list[Likely]:
        """What is in the bytes that `read` gives. Raises _OtherBytes if they are not of that integrity."""
        record = self.memo.find(integrity, self._version)
        found = _remembered(record)
        if found is None:
            data = read()
            if integrity != integrity_of(hashlib.sha384(data).digest()):
                raise _OtherBytes
            found = likely_secrets(_text(data))
            self.memo.put(integrity, self._version, [list(one) for one in found])
        return [one for one in found if one.fingerprint not in self._hashes]


def _remembered(record: Any) -> list[Likely] | None:
    try:
        found = [Likely(*one) for one in record]
    except TypeError:
        return None
    shapes = ((type(one.kind), type(one.fingerprint), *map(type, one[2:])) for one in found)
    return found if all(shape == (str, str, int, int, int) for shape in shapes) else None


def _text(data: bytes) -> str:
    """The text in the bytes, nothing if they are none."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    return "" if b"\0" in data[:_HEAD] else data.decode("utf-8", "replace")


def _at_source(path: str, found: Likely, secret: str, sources: tuple[Source, ...], root: str) -> Diagnostic | None:
    """The warning at the line of a source that has the secret; None if that line allows it."""
    for source in dict.fromkeys(sources):
        for line, column in _places(source, secret):
            if column == 0:
                return None
            return _diagnostic(path, found, (shown_path(source.file, root), line, column), "")
    return _diagnostic(
        path, found, (shown_path(sources[0].file, root), None, None), f" in line {found.line} of what is made"
    )


def _places(source: Source, secret: str) -> Iterator[tuple[int, int]]:
    """The first line and column where a source has the secret; column 0 if that is a line that allows it."""
    if source.size > LARGEST:
        return
    text = _text(source.content.read())
    at = text.find(secret)
    if at < 0:
        return
    start = text.rfind("\n", 0, at) + 1
    line = text[start:].partition("\n")[0]
    yield text.count("\n", 0, at) + 1, at - start + 1 if likely_secrets(line) else 0


def _diagnostic(path: str, found: Likely, at: tuple[str, int | None, int | None] | None, where: str) -> Diagnostic:
    """Without the line itself, and without the secret."""
    file, line, column = at or (None, None, None)
    return Diagnostic(
        f"'{path}' publishes what looks like a secret ({found.kind}){where}",
        file,
        line,
        column,
        found.length,
        hint="remove it, and revoke it where it is in use; if it is none, write `pragma: allowlist secret` in a "
        f'comment on its line, or allow_hashes = ["{found.fingerprint}"] into [secrets]',
        severity="warning",
    )
