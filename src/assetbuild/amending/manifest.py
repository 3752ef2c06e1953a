"""The former manifest.json as text: one asset a line, sorted, so that few of many entries can be found and exchanged.

Nothing is taken for granted: the release's id is computed from the lines as it is from a document, and if that is not
what the file says, its text is not laid out as ours and the whole build has to be made.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from assetbuild.amending.unable import UnableToAmendError
from assetbuild.expression import expression

_HEAD, _END = b'{\n"assets": {\n', b"\n},\n"
_INDENT = b'  "'
_KEY_END = b'": {'
# Of a manifest without blanks between values. A name with a brace in it makes another id, and so is noticed.
_ENCODINGS = expression(rb'"encodings":\{(?:"[a-z]+":\{[^{}]*\},?)+\},')
_PIECE = 64 << 10
_NO_MARKS = bytes(set(range(256)).difference(b" \n,:"))
Dense = Callable[[bytes], bytes]

_spaced = json.JSONEncoder(ensure_ascii=False).encode


class FormerManifest:
    """The entries of a manifest's text. Raises UnableToAmendError if it is not one of ours, or keeps private files.

    `encoded`: whether any of them may have variants. `blanks`: whether a name is known to have one.
    """

    def __init__(self, data: bytes, encoded: bool, blanks: bool = False) -> None:
        # What another writer has put after the assets makes another id.
        end = data.rfind(_END)
        if not data.startswith(_HEAD) or end < 0:
            raise UnableToAmendError
        self.data = data
        self._encoded = encoded
        self._blanks = blanks
        self._start, self._end = len(_HEAD), end
        try:
            self.rest: dict[str, Any] = json.loads(b"{" + data[end + len(_END) :])
        except (ValueError, RecursionError):
            raise UnableToAmendError from None
        # Escapes may stand in another order than the characters that they stand for.
        if "private" in self.rest or "manifests" in self.rest or data.find(b"\\", self._start, end) >= 0:
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
        for dense in (_with_few_blanks if self._blanks else _without_blanks, _with_blanks):
            if any(_hashed(dense(spaced.encode())) != hashed.encode() for spaced, hashed in entries.values()):
                continue
            release = self._amended_id([(place, entries[path][1].encode()) for place, path in places], dense)
            if release is not None:
                break
        else:
            raise UnableToAmendError
        text = memoryview(self.data)
        pieces: list[bytes | memoryview] = []
        done = 0
        for (start, stop), path in places:
            pieces += (text[done:start], entries[path][0].encode(), self._comma(stop))
            done = stop
        # At the beginning of a line: no string holds one.
        words = b'\n"release": "'
        rest = self.data[self._end :].replace(words + self.release.encode(), words + release.encode())
        return b"".join([*pieces, text[done : self._end], rest]), release

    def _amended_id(self, changed: Iterable[tuple[tuple[int, int], bytes]], dense: Dense) -> str | None:
        """The id of a release with other lines in these places; None if the former one has another id than it says."""
        hashed = _hashed if self._encoded else bytes
        # One and the same as far as the first of these lines.
        former = amended = hashlib.sha256(b'{"assets":{')
        done = self._start
        for (start, stop), line in (*changed, ((self._end, self._end), b"")):
            for lines in self._lines(done, start):
                same = hashed(dense(lines))
                former.update(same)
                if amended is not former:
                    amended.update(same)
            if amended is former:
                amended = former.copy()
            former.update(hashed(dense(self.data[start:stop])))
            amended.update(line + self._comma(stop))
            done = stop + 1
        importmap = self.rest.get("importmap")
        text = json.dumps(importmap, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        for one in (former, amended):
            # As `runtime.document.release_id`.
            one.update(f'}},"importmap":{text}}}'.encode() if importmap else b"}}")
        return amended.hexdigest() if former.hexdigest() == self.release else None

    def _lines(self, start: int, stop: int) -> Iterator[bytes]:
        """What stands there, in pieces of some lines each, because their memory can be used again."""
        while start < stop:
            end = self.data.find(b"\n", min(start + _PIECE, stop), stop)
            end = stop if end < 0 else end
            yield self.data[start:end]
            start = end + 1

    def _comma(self, stop: int) -> bytes:
        return b"," if self.data[stop - 1 : stop] == b"," else b""


def _without_blanks(lines: bytes) -> bytes:
    """The entries as JSON without blanks, if there is none in a name."""
    return lines.translate(None, b" \n")


def _with_few_blanks(lines: bytes) -> bytes:
    """The same if names with blanks are few: lines in which there are more blanks than between values have such names.

    A name may hide that, because it has a comma or a colon.
    """
    lines = lines.strip(b"\n")
    marks = lines.translate(None, _NO_MARKS)
    # Two in front of each line, one after a colon, and one after each comma but that at the end of a line.
    ends = marks.count(b"\n") + lines.endswith(b",")
    expected = 2 * (marks.count(b"\n") + 1) + marks.count(b":") + marks.count(b",") - ends
    return _without_blanks(lines) if marks.count(b" ") == expected else _with_blanks(lines)


def _with_blanks(lines: bytes) -> bytes:
    """The same whatever is in a name, but three times as slow."""
    lines = lines.strip(b"\n").removeprefix(b"  ").replace(b"\n  ", b"")
    return lines.replace(b'": ', b'":').replace(b', "', b',"')


def _hashed(dense: bytes) -> bytes:
    """The entries as they are hashed: what is made of the bytes again is not."""
    return _ENCODINGS.sub(b"", dense) if b'"encodings":' in dense else dense
