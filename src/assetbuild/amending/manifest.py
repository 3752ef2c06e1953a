"""The former manifest.json as text: one asset a line, sorted, so that few of many entries can be found and exchanged.

Nothing is taken for granted: the release's id is computed from the lines as it is from a document, and if that is not
what the file says, its text is not laid out as ours and the whole build has to be made.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from assetbuild.amending.unable import UnableToAmendError

_HEAD, _END = b'{\n"assets": {\n', b"\n},\n"
_INDENT = b'  "'
_KEY_END = b'": {'
# Of a manifest without blanks between values. A name with a brace in it makes another id, and so is noticed.
_ENCODINGS = re.compile(rb'"encodings":\{(?:"[a-z]+":\{[^{}]*\},?)+\},')
_spaced = json.JSONEncoder(ensure_ascii=False).encode


class FormerManifest:
    """The entries of a manifest's text. Raises UnableToAmendError if it is not one of ours, or keeps private files."""

    def __init__(self, data: bytes) -> None:
        end = data.find(_END)
        if not data.startswith(_HEAD) or end < 0:
            raise UnableToAmendError
        self.data = data
        self._start, self._end = len(_HEAD), end
        try:
            self.rest: dict[str, Any] = json.loads(b"{" + data[end + len(_END) :])
        except (ValueError, RecursionError):
            raise UnableToAmendError from None
        # Escapes may stand in another order than the characters that they stand for.
        if "private" in self.rest or "manifests" in self.rest or b"\\" in data[self._start : end]:
            raise UnableToAmendError

    @property
    def release(self) -> str:
        release: str = self.rest.get("release", "")
        return release

    def line(self, path: str) -> tuple[int, int] | None:
        """Where the line of an asset begins and ends, by its logical path; None if there is none.

        A binary search: lines are in the order of the paths' characters, which is that of their bytes in UTF-8.
        """
        wanted = path.encode("utf-8", "surrogatepass")
        data, low, high = self.data, self._start, self._end
        while low < high:
            start = data.rfind(b"\n", low, (low + high) // 2) + 1 or low
            stop = data.find(b"\n", start, high)
            stop = high if stop < 0 else stop
            found = data[start + len(_INDENT) : data.find(_KEY_END, start, stop)]
            if found == wanted:
                return start, stop
            if found < wanted:
                low = stop + 1
            else:
                high = start - 1
        return None

    def entry(self, path: str) -> dict[str, Any] | None:
        """The entry of an asset; None if there is none."""
        place = self.line(path)
        if place is None:
            return None
        line = self.data[place[0] : place[1]].rstrip(b",")
        entry: dict[str, Any] = json.loads(b"{" + line + b"}")[path]
        return entry

    def naming(self, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """The assets in whose lines this string is a value or key: logical path and entry."""
        wanted = _spaced(name).encode("utf-8", "surrogatepass")
        place = self.data.find(wanted, self._start, self._end)
        while place >= 0:
            start = self.data.rfind(b"\n", 0, place) + 1
            stop = self.data.find(b"\n", place)
            yield from json.loads(b"{" + self.data[start:stop].rstrip(b",") + b"}").items()
            place = self.data.find(wanted, stop, self._end)

    def amended(self, entries: Mapping[str, tuple[str, str]]) -> tuple[bytes, str]:
        """The text with other entries for these assets, all of which are there, and the id of that release.

        An entry is as it stands in the manifest, its name and indent included, and as it is hashed. Raises
        UnableToAmendError.
        """
        places = sorted((place, path) for path in entries if (place := self.line(path)))
        if len(places) < len(entries):
            raise UnableToAmendError
        pieces: list[bytes] = []
        first = done = places[0][0][0] if places else self._end
        for (start, stop), path in places:
            comma = b"," if self.data[stop - 1 : stop] == b"," else b""
            pieces += (self.data[done:start], entries[path][0].encode(), comma)
            done = stop
        pieces.append(self.data[done : self._end])
        # What stands before the first of them is hashed once for both releases.
        before, former, lines = self.data[self._start : first], self.data[first : self._end], b"".join(pieces)
        before = before.removesuffix(b"\n")
        for dense in (_without_blanks, _with_blanks):
            named = hashlib.sha256(b'{"assets":{' + dense(before))
            again = named.copy()
            if self._id(named, dense(former)) == self.release:
                break
        else:
            raise UnableToAmendError
        if any(dense(spaced.encode()) != hashed.encode() for spaced, hashed in entries.values()):
            raise UnableToAmendError
        release = self._id(again, dense(lines))
        # At the beginning of a line: no string holds one.
        words = b'\n"release": "'
        rest = self.data[self._end :].replace(words + self.release.encode(), words + release.encode())
        return b"".join([self.data[:first], lines, rest]), release

    def _id(self, named: hashlib._Hash, dense: bytes) -> str:
        """As `runtime.document.release_id`; `named` has hashed what stands before these entries."""
        importmap = self.rest.get("importmap")
        named.update(dense)
        text = json.dumps(importmap, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        named.update(f'}},"importmap":{text}}}'.encode() if importmap else b"}}")
        return named.hexdigest()


def _without_blanks(lines: bytes) -> bytes:
    """The entries as they are hashed, if there is no blank in a name."""
    return _without_encodings(lines.translate(None, b" \n"))


def _with_blanks(lines: bytes) -> bytes:
    """The same whatever is in a name, but three times as slow."""
    lines = lines.removeprefix(b"  ").replace(b"\n  ", b"")
    return _without_encodings(lines.replace(b'": ', b'":').replace(b', "', b',"'))


def _without_encodings(dense: bytes) -> bytes:
    return _ENCODINGS.sub(b"", dense) if b'"encodings":' in dense else dense
