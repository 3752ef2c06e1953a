"""Whether an SVG file, or other XML, can refer to anything: a search without a grammar, and without other modules."""

from __future__ import annotations

from functools import lru_cache

# Without one of these, in either case, nothing refers to anything: the names of attributes, and what CSS needs.
WORDS = (b"href", b"src", b"style", b"url", b"image", b"poster", b"background", b"data=", b"&", b"\\")
_GZIP = b"\x1f\x8b"
_IN_LOWER_CASE = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", b"abcdefghijklmnopqrstuvwxyz")
# Most of a drawing is numbers. Without them, and what stands between them, there is a third to search; `data =` is
# found by its word, too.
_IN_NO_WORD = b"0123456789.,-+ \t\n\r\f"
# A sprite has a megabyte, and its words at its beginning.
_AT_ONCE = 1 << 16


def may_refer(data: bytes) -> bool:
    """False only if `find` certainly finds nothing."""
    return not data.startswith(_GZIP) and end_of_words(data) > 0


def end_of_words(data: bytes) -> int:
    """The end of all that may be a word: 0 if there is none. Of a large file it is a place soon after that."""
    if len(data) <= _AT_ONCE:
        return len(data) if has_any(data, WORDS) else 0
    return _end_of_words(data)


@lru_cache(maxsize=2)
def _end_of_words(data: bytes) -> int:
    stop = len(data)
    while stop:
        # No word goes beyond the beginning of a tag.
        start = max(0, data.rfind(b"<", 0, max(0, stop - _AT_ONCE)))
        if has_any(data[start:stop], WORDS):
            break
        stop = start
    return stop


def has_any(text: bytes, words: tuple[bytes, ...]) -> bool:
    """Whether one of these words stands in a text, in either case; or seems to, for want of numbers and blanks."""
    text = text.translate(_IN_LOWER_CASE, _IN_NO_WORD)
    # `in` first tries whether the bytes are a number.
    for word in words:  # noqa: SIM110  a generator takes twice as long
        if text.find(word) >= 0:
            return True
    return False
