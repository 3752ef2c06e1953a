"""Django templates, through Django's own lexer. None is run, no settings and no tag library is needed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from assetbuild.dataclass import dataclass, replace
from assetbuild.errors import Diagnostic, UsageError
from assetbuild.templates.calls import (
    ASSETS,
    ASSETS_TAG,
    HELPERS,
    NAME_KEYWORD,
    OUTPUT_KEYWORD,
    PIPELINE,
    SRCSET_KEYWORD,
    STATIC_IN_BLOCK,
    Computed,
    Fault,
    Found,
    Helper,
    Named,
    named_in_srcset,
)

# Tags whose result is completed to a URL by what stands beside them.
_PREFIXES = frozenset({"get_static_prefix"})
_STRING = r"""(?P<quote>["'])(?P<inside>(?:(?!(?P=quote))[^\\]|\\.)*)(?P=quote)"""
_LITERAL = re.compile(_STRING, re.DOTALL)
# A name without quotes, as django-assetpackager has it: what ends like a file is hardly a variable.
_BARE_FILE = re.compile(r":[\w-]+|[\w./-]+\.(?:js|css)")
_FILTERED = re.compile(rf"{_STRING}\|", re.DOTALL)
_KEYWORD = re.compile(r"(\w+)=")
# webassets takes its arguments with commas between them.
_ASSETS_ARGUMENT = re.compile(rf"(?P<keyword>\w+=)?(?:{_STRING}|[^\s,]+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Word:
    """A part of a tag; `start` is its offset in the template."""

    text: str
    start: int

    @property
    def stop(self) -> int:
        return self.start + len(self.text)


def find_in_django(content: str) -> list[Found]:
    """What names assets in a template, in its order, and the faults that keep it from being read.

    `content` has LF line ends. Raises UsageError where Django is not installed.
    """
    try:
        from django.template.base import DebugLexer, TokenType
    except ImportError:
        text = "Django is not installed, and there are templates to check in its language"
        raise UsageError(Diagnostic(text, hint="pip install django")) from None
    lexer = DebugLexer(content)
    found: list[Found] = []
    unclosed: tuple[str, int, int] | None = None
    in_block = False
    helpers: Mapping[str, Helper] = HELPERS
    for token in lexer.tokenize():
        if token.token_type != TokenType.BLOCK:
            continue
        name = (token.contents.split() or [""])[0]
        # "endcomment", and nothing else in the tag, ends a comment; what stands in it is not even a tag.
        if unclosed and unclosed[0] == "comment":
            unclosed = None if token.contents == "endcomment" else unclosed
        elif name in ("comment", "verbatim"):
            unclosed = (name, *token.position)
        else:
            unclosed = None
            in_block = name == "compress" or (in_block and name != "endcompress")
            words = _words(content, token.position[0] + len("{%"), token.contents)
            if name == "load" and any(word.text == "pipeline" for word in words):
                helpers = {**HELPERS, **PIPELINE}
            found += _in_tag(words, STATIC_IN_BLOCK if in_block and name == "static" else helpers.get(name))
    if unclosed and (unclosed[0] == "comment" or lexer.verbatim):
        name, start, stop = unclosed
        found.append(Fault(f"the tag '{name}' is never closed", start, stop))
    return found


def _words(content: str, start: int, contents: str) -> list[_Word]:
    """The words of a tag as Django splits it; between them are blanks only."""
    from django.utils.text import smart_split

    words = []
    for text in smart_split(contents):
        start = content.index(text, start)
        words.append(_Word(text, start))
        start += len(text)
    return words


def _in_tag(words: list[_Word], helper: Helper | None) -> Iterator[Found]:
    if not words:
        return  # Django refuses it, but there is no name in it
    tag, *arguments = words
    if tag.text in _PREFIXES:
        yield Computed(tag.start, tag.stop)
    elif tag.text == ASSETS_TAG:
        yield from _in_assets_tag(arguments)
    elif helper:
        names = _names_among(arguments, helper)
        if not names and helper.default is not None:
            yield Named(helper.default, tag.start, tag.stop, helper)
        elif not names:
            yield Fault(f"the tag '{tag.text}' names no asset", tag.start, tag.stop)
        for word in names:
            yield _value(word, helper)
        if helper.srcset:
            yield from _in_srcset(arguments, helper)


def _in_srcset(arguments: list[_Word], helper: Helper) -> Iterator[Found]:
    for word in arguments:
        keyword = _KEYWORD.match(word.text)
        if keyword is None or keyword[1] != SRCSET_KEYWORD:
            continue
        found = _value(_Word(word.text[keyword.end() :], word.start + keyword.end()), helper)
        if isinstance(found, Named):
            yield from named_in_srcset(found.name, found.start)
        else:
            yield found


def _names_among(arguments: list[_Word], helper: Helper) -> list[_Word]:
    if len(arguments) >= 2 and arguments[-2].text == "as":
        arguments = arguments[:-2]
    names = []
    for word in arguments:
        keyword = _KEYWORD.match(word.text)
        if keyword is None:
            names.append(word)
        elif keyword[1] == NAME_KEYWORD and not helper.several:
            names.append(_Word(word.text[keyword.end() :], word.start + keyword.end()))
    return names if helper.several else names[:1]


def _value(word: _Word, helper: Helper) -> Found:
    literal = _LITERAL.fullmatch(word.text)
    if literal:
        return _named(literal, word.start, helper)
    if helper.places and not helper.package and _BARE_FILE.fullmatch(word.text):
        return Named(word.text, word.start, word.stop, helper)
    if word.text[:1] in ("'", '"') and not _FILTERED.match(word.text):
        return Fault("a string that is not closed, or runs into what follows it", word.start, word.stop)
    return Computed(word.start, word.stop)


def _in_assets_tag(arguments: list[_Word]) -> Iterator[Found]:
    written = [(word, argument) for word in arguments for argument in _ASSETS_ARGUMENT.finditer(word.text)]
    outputs = [
        _named(argument, word.start, ASSETS).name
        for word, argument in written
        if argument["keyword"] == f"{OUTPUT_KEYWORD}=" and argument["quote"]
    ]
    output = outputs[0] if outputs else None
    for word, argument in written:
        if argument["keyword"]:
            continue
        if argument["quote"]:
            yield replace(_named(argument, word.start, ASSETS), output=output)
        else:
            yield Computed(word.start + argument.start(), word.start + argument.end())


def _named(literal: re.Match[str], start: int, helper: Helper) -> Named:
    """A string of Django's: a backslash stands before its quote and before another."""
    quote = literal["quote"]
    name = literal["inside"].replace(f"\\{quote}", quote).replace("\\\\", "\\")
    return Named(name, start + literal.start("inside"), start + literal.end("inside"), helper)
