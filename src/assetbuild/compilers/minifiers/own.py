"""rjsmin and rcssmin, whose results are compared token by token, and our own stripping, which all may fall back to."""

from __future__ import annotations

import re

from assetbuild import media
from assetbuild.compilers.minifiers.refused import Refused
from assetbuild.model import Asset

STRING = re.compile(rb"""("[^"\n]*+"|'[^'\n]*+'|`[^`]*+`)""")
"""What a skeleton has of strings: those without white space, escapes or quotes."""


def by_rjsmin(data: bytes, last: bool) -> bytes:
    """What rjsmin makes of a script that our lexer reads. Raises Refused with the first difference.

    If it is the last of its list, a refusal leads to our own stripping, and what is accepted is that with gaps that do
    not count: so it is not run at all.
    """
    from assetbuild.compilers.javascript.strip import minified_javascript, stripped_javascript

    if last:
        output = stripped_javascript(data)
        if output is None:
            raise Refused("it is not read with certainty")
        return output
    import rjsmin

    made = minified_javascript(data, lambda text: rjsmin.jsmin(text, keep_bang_comments=True))
    if made is None:
        raise Refused("it is not read with certainty")
    if made.difference is not None:
        raise Refused(made.difference.text, made.difference.start, made.difference.length)
    return made.output


def by_rcssmin(data: bytes) -> bytes:
    """What rcssmin makes of a style sheet, or our own stripping where that is the same and shorter.

    Raises Refused with the first difference.
    """
    from assetbuild.compilers.css.check import TOO_LARGE
    from assetbuild.compilers.css.strip import minified_sheet

    made = minified_sheet(data)
    if made is None:
        raise Refused(TOO_LARGE)
    if made.difference is not None:
        raise Refused(made.difference.text, made.difference.start, made.difference.length)
    return made.output


def stripped(asset: Asset, data: bytes) -> bytes | None:
    """The text without comments and white space that say nothing; None for other types and what is not read."""
    if asset.type == media.JAVASCRIPT:
        from assetbuild.compilers.javascript.strip import stripped_javascript

        return stripped_javascript(data)
    if asset.type == media.CSS:
        from assetbuild.compilers.css.strip import stripped_css

        return stripped_css(data)
    return None


def code_of(data: bytes) -> bytes:
    """A script that our lexer reads without comments, regular expressions and most strings."""
    from assetbuild.compilers.javascript.gaps import skeleton_of

    script = skeleton_of(data)
    return b"" if script is None else STRING.sub(b'""', script.code)


def script_licences(data: bytes) -> tuple[bytes, ...]:
    """The licence comments of a script, in their order."""
    from assetbuild.compilers.javascript.gaps import skeleton_of

    script = skeleton_of(data)
    return () if script is None else tuple(script.licences())
