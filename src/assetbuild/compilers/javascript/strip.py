"""A script without comments and idle white space: by our own stripping, or by a minifier where that does it right.

Our own goes by our own tokens, and so passes the check of `check` by how it is made.
"""

from __future__ import annotations

from collections.abc import Callable

from assetbuild.compilers.javascript.check import Difference, located_difference, says_the_same
from assetbuild.compilers.javascript.gaps import read_script, with_pieces
from assetbuild.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Minified:
    """A script with the same meaning as before. `difference` is why a minifier's output was refused, if it was."""

    output: bytes
    difference: Difference | None = None


def stripped_javascript(data: bytes) -> bytes | None:
    """The script with licence comments (`/*!`, `@license`, `@preserve`, `@cc_on`), hashbang, and the gaps that count.

    None for what is not lexed with certainty: an unterminated literal, unbalanced brackets.
    """
    read = read_script(data)
    return None if read is None else with_pieces(read[1], read[0])


def minified_javascript(data: bytes, minifier: Callable[[bytes], bytes]) -> Minified | None:
    """The output of a minifier that keeps `/*!` comments if it is shown to say the same, else our own stripping.

    None as `stripped_javascript`. Where a licence comment is of another kind, the minifier is not asked.
    """
    read = read_script(data)
    if read is None:
        return None
    script, stripped = read
    own = with_pieces(stripped, script)
    licences = script.licences()
    if not all(comment.startswith(b"/*!") for comment in licences):
        return Minified(own)
    output = bytes(minifier(data))
    # Mostly it is the very same.
    if output == own or says_the_same(script, output, stripped):
        return Minified(output)
    difference = located_difference(data, output)
    if difference is None:
        # Shown by the slower check, which looks at no comments.
        return Minified(output if all(comment in output for comment in licences) else own)
    return Minified(own, difference)
