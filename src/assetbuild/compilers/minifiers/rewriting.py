"""Minifiers that parse a text and print another: what they are not given, what is put back, and what is accepted."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from assetbuild import media
from assetbuild.compilers.base import Tools
from assetbuild.compilers.css.strip import stripped_css
from assetbuild.compilers.minifiers import esbuild, own, packages
from assetbuild.compilers.minifiers.refused import Refused
from assetbuild.compilers.minifiers.svg import check_svg, refuse_svg
from assetbuild.compilers.minifiers_table import JUDGE, SVG, is_program
from assetbuild.compilers.syntax import faults
from assetbuild.model import Asset, Origin
from assetbuild.references import css_lexer, find_references

_HASHBANG = re.compile(rb"#![^\r\n\xe2]*+(?:\xe2(?!\x80[\xa8\xa9])[^\r\n\xe2]*+|)*+")
_LICENCE = re.compile(rb"/\*!|@license|@preserve|@cc_on")
_CHARSET = re.compile(rb'@charset "[^"\n]*+";')
# What may read the names around it; other code in strings sees global names alone, which no tool here shortens.
_SEES_NAMES = re.compile(rb"(?<![\w$.])(?:eval|with)(?![\w$])")
# `Math.trunc(x)` becomes `x|0`, which is another number from 2**31 on; the like with -0, strings and infinities.
_MATH = re.compile(rb"(?<![\w$])Math\s*+(?:\??\.\s*+(abs|pow|sqrt|trunc)(?![\w$])|(?:\?\.\s*+)?\[)")
_RENAMING = ("esbuild", "tdewolff")
_MEMBER = re.compile(rb"(?<!\.)\.([A-Za-z_$][\w$]*+)")
_WORD = re.compile(rb"[A-Za-z_$][\w$]*+")
# lightningcss keeps licence comments at the start.
_LEADING = re.compile(rb"\A(?:/\*[\s\S]*?\*/\s*)+")
_MOST_PASSES = 5
_SCRIPT_END = re.compile(rb"</script", re.IGNORECASE)


def by(name: str, asset: Asset, data: bytes, options: Mapping[str, Any], tools: Tools) -> bytes:
    """What this minifier makes of an asset's text (without a byte order mark), if it is accepted. Raises Refused."""
    licences = _licences(asset.type, data)
    _refuse(name, asset, data)
    first = _HASHBANG.match(data) if asset.type == media.JAVASCRIPT else None
    kept = first[0] if first else b""

    def minified(text: bytes) -> bytes:
        if is_program(name):
            world = tools.world
            return esbuild.minified(
                name, asset.type, text, options["esbuild"], world.root, world.time_limit, world.environment
            )
        return packages.ask(name, asset.type, text, tools.world)

    try:
        output = minified(data[len(kept) :])
    except Refused as refused:
        if refused.start is not None:
            refused.start += len(kept)
        raise
    if asset.type == media.JAVASCRIPT:
        _reread(output, None if is_program(name) else minified)
    output = _repaired(asset.type, data, output, kept, licences)
    _check(asset, data, output, tools)
    _check_meaning(name, asset.type, data, output, tools)
    return output


def _reread(output: bytes, minified: Callable[[bytes], bytes] | None) -> None:
    """Raises Refused if the output is no script, or the tool itself cannot read it, such as `export` for `export {}`.

    esbuild prints what it can read, and would have to be started once more.
    """
    found = faults(media.JAVASCRIPT, output)
    if found:
        raise Refused(f"its result does not parse: {found[0].text}")
    if minified is None:
        return
    try:
        minified(output)
    except Refused as refused:
        if refused.broke:
            raise
        raise Refused(f"its result does not parse: {refused.text}") from None


def _refuse(name: str, asset: Asset, data: bytes) -> None:
    """Raises Refused for what a tool is known to damage, at its place."""
    nul = data.find(b"\0")
    if nul >= 0:
        raise Refused("it does not get texts with NUL characters", nul)
    if asset.type == media.JAVASCRIPT and name in _RENAMING:
        code = own.code_of(data)
        if found := _SEES_NAMES.search(code):
            word = found[0]
            text = f"it shortens names, and '{word.decode()}' may read them"
            raise Refused(text, _place_of(data, word), len(word))
        if name == "tdewolff" and (found := _MATH.search(code)):
            word = found[1] or b"Math"
            raise Refused("it writes functions of Math as operators that differ", _place_of(data, word), len(word))
    if asset.type == media.CSS and css_lexer.closers(data):
        raise Refused("the sheet does not end whole", len(data))
    if asset.type == SVG:
        refuse_svg(data)


def _licences(kind: str, data: bytes) -> tuple[bytes, ...]:
    """The licence comments of a text, in their order."""
    if not _LICENCE.search(data):
        return ()
    if kind == media.JAVASCRIPT:
        return own.script_licences(data)
    if kind == media.CSS:
        comments = (data[start:stop] for token, start, stop in css_lexer.tokens(data) if token == "comment")
        return tuple(comment for comment in comments if _LICENCE.search(comment))
    raise Refused("it would take out a licence")


def _repaired(kind: str, data: bytes, output: bytes, hashbang: bytes, licences: tuple[bytes, ...]) -> bytes:
    """The output with what a tool leaves out: licence comments and `@charset` at its start, a first line `#!`."""
    lost = [comment for comment in dict.fromkeys(licences) if comment not in output]
    head = b"".join(comment + (b"\n" if comment.startswith(b"//") else b"") for comment in lost)
    if kind == media.CSS:
        # `@charset` counts only as the very first bytes.
        own_charset = _CHARSET.match(output)
        rest = output[own_charset.end() :] if own_charset else output
        needed = not (head + rest).isascii()
        return (b'@charset "UTF-8";' if needed else b"") + head + rest
    return (hashbang + b"\n" if hashbang else b"") + head + output


def _check(asset: Asset, data: bytes, output: bytes, tools: Tools) -> None:
    """Raises Refused unless the output is a whole text with the names and references of the one before."""
    kind = asset.type
    if kind == media.JAVASCRIPT and data.isascii() and not output.isascii():
        raise Refused("it would put characters into the text that need an encoding")
    if kind == media.JAVASCRIPT and _SCRIPT_END.search(output) and not _SCRIPT_END.search(data):
        raise Refused("it would put '</script' into the text")
    if kind == SVG:
        check_svg(data, output)
    else:
        before, after = own.stripped(asset, data), own.stripped(asset, output)
        if before is None or after is None or (kind == media.CSS and css_lexer.closers(output)):
            raise Refused("its result is not whole")
        words = set(_WORD.findall(after))
        # No tool here shortens the names of members and classes: without one of them, code is gone.
        for word in _MEMBER.findall(before):
            if word not in words:
                raise Refused(f"its result lacks the name '{word.decode()}'", _place_of(data, word), len(word))
    _check_references(asset, output, tools)


def _place_of(data: bytes, word: bytes) -> int | None:
    found = re.search(rb"(?<![\w$])" + re.escape(word) + rb"(?![\w$])", data)
    return found.start() if found else None


def _check_references(asset: Asset, output: bytes, tools: Tools) -> None:
    world = tools.world
    found = find_references(
        asset.path, asset.type, output, world.base_url, lambda start, stop: Origin(asset.file, 0, 0), world.pins
    )
    before = [(one.kind, one.target, one.suffix) for one in asset.references if one.kind != "source-map"]
    after = [(one.kind, one.target, one.suffix) for one in found if one.kind != "source-map"]
    if before == after:
        return
    gone, come = Counter(before) - Counter(after), Counter(after) - Counter(before)
    if gone:
        raise Refused(f"its result does not refer to '{next(iter(gone))[1]}' any more")
    if come:
        raise Refused(f"its result refers to '{next(iter(come))[1]}', as the text before does not")
    raise Refused("its result refers to assets in another order")


def _check_meaning(name: str, kind: str, data: bytes, output: bytes, tools: Tools) -> None:
    """Raises Refused if a style sheet has another normal form than before."""
    if kind != media.CSS:
        return
    try:
        before = _normal_form(data, tools)
    except Refused as refused:
        if not refused.broke:
            refused.text = f"the sheet cannot be judged: {refused.text}"
        raise
    try:
        after = _normal_form(output, tools)
    except Refused as refused:
        raise refused if refused.broke else Refused(f"its result does not parse: {refused.text}") from None
    if before != after:
        start = next((at for at, (one, other) in enumerate(zip(before, after, strict=False)) if one != other), 0)
        was, now = (text[max(start - 20, 0) :][:60].decode("utf-8", "replace") for text in (before, after))
        raise Refused(f"it would have changed the meaning: '{was}' became '{now}'")


def _normal_form(data: bytes, tools: Tools) -> bytes:
    """What lightningcss makes of a style sheet, and of that, until nothing changes any more; without licences."""
    former = data
    for passed in range(_MOST_PASSES):
        try:
            text = _LEADING.sub(b"", packages.ask(JUDGE, media.CSS, former, tools.world))
        except Refused as refused:
            if passed:
                refused.start = None  # A place in what it printed, which nobody has.
            raise
        if text == former:
            break
        former = text
    # It keeps the blanks in what it does not know, such as custom properties.
    return stripped_css(former)
