"""The text of a plain file with the names of the release in it.

A URL of letters, digits and a few marks is spelled in style sheets and scripts as it is; for anything else the language
is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

from assetbuild import media
from assetbuild.bulk.texts import Found, is_spelled_as_it_is
from assetbuild.references import language
from assetbuild.references.urls import relative

_SPELLED_AS_IT_IS = (media.CSS, media.JAVASCRIPT)


def final_text(
    path: str, kind: str, data: bytes, references: Sequence[Found], files: Sequence[str], are_spelled: bool
) -> bytes:
    """The file at a logical path, of this media type, with the names `files` in the place of its references.

    `are_spelled`: a URL spells all names of the release as they are.
    """
    spelled = are_spelled and kind in _SPELLED_AS_IT_IS
    here = path[: path.rfind("/") + 1]
    pieces: list[bytes] = []
    done = 0
    for (start, stop, word, _, suffix), file in zip(references, files, strict=True):
        if not spelled:
            url = relative(path, file)
        elif file.startswith(here):
            url = file[len(here) :]
        else:
            url = url_of(above_directory(here[:-1]), file)
        if word != "asset" and url[0] != ".":
            url = "./" + url
        if suffix:
            url += suffix
        if spelled and (not suffix or is_spelled_as_it_is(suffix)):
            text = url.encode()
        else:
            spoken = language(kind)
            assert spoken is not None
            text = spoken.write(data, start, stop, url)
        pieces += (data[done:start], text)
        done = stop
    pieces.append(data[done:])
    return b"".join(pieces)


@cache
def above_directory(directory: str) -> tuple[tuple[str, str], ...]:
    """What leads from a directory to itself and to each above it, and the beginning of names below that."""
    levels = directory.split("/") if directory else []
    return tuple(
        ("../" * (len(levels) - kept), "".join([f"{level}/" for level in levels[:kept]]))
        for kept in range(len(levels), -1, -1)
    )


def url_of(above: Iterable[tuple[str, str]], file: str) -> str:
    """`urls.relative`, for names that are spelled as they are."""
    for up, beginning in above:
        if file.startswith(beginning):
            return up + file[len(beginning) :]
    raise ValueError(file)
