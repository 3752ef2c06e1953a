"""Globs over logical paths, compared with a slow matcher that follows the definition word by word."""

import re
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assetbuild import globs


def slow_segment(pattern: str, segment: str) -> bool:
    """One segment: a star takes no character or one and tries again."""
    if not pattern:
        return not segment
    if pattern[0] == "*":
        return slow_segment(pattern[1:], segment) or (segment != "" and slow_segment(pattern, segment[1:]))
    if not segment:
        return False
    if pattern[0] == "[":
        stop = pattern.index("]", 1)
        members = pattern[1:stop]
        found = segment[0] in members.lstrip("!")
        return found != members.startswith("!") and slow_segment(pattern[stop + 1 :], segment[1:])
    return pattern[0] in ("?", segment[0]) and slow_segment(pattern[1:], segment[1:])


def slow_segments(patterns: list[str], segments: list[str]) -> bool:
    if not patterns:
        return not segments
    if patterns[0] == "**":
        if slow_segments(patterns[1:], segments):
            return True
        return segments != [] and not segments[0].startswith(".") and slow_segments(patterns, segments[1:])
    if not segments or (segments[0].startswith(".") and not patterns[0].startswith(".")):
        return False
    return slow_segment(patterns[0], segments[0]) and slow_segments(patterns[1:], segments[1:])


def slow(pattern: str, path: str) -> bool:
    return slow_segments(pattern.split("/"), path.split("/"))


segments = st.text("ab.", min_size=1, max_size=4)
paths = st.lists(segments, min_size=1, max_size=5).map("/".join)
tokens = st.sampled_from(["a", "b", ".", "*", "?", "[ab]", "[!a]", "[.a]"])
pattern_segments = st.one_of(
    st.just("**"),
    st.lists(tokens, min_size=1, max_size=5).map(lambda parts: re.sub(r"\*+", "*", "".join(parts))),
)
patterns = st.lists(pattern_segments, min_size=1, max_size=5).map("/".join)


@given(patterns, paths)
@example("**/.a/**/b", ".a/b/.a/b")
@example("**/a/**/a/b/**", "a/a/a/b")
@example("*a*b*", "abab")
@example("a/**", "a")
def test_the_matcher_agrees_with_the_slow_definition(pattern, path):
    assert globs.matcher([pattern])(path) == slow(pattern, path)


@given(st.lists(patterns, max_size=3), paths)
def test_several_patterns_match_what_any_of_them_matches(several, path):
    assert globs.matcher(several)(path) == any(slow(pattern, path) for pattern in several)


@given(st.text(min_size=1).filter(globs.is_literal), st.text())
def test_a_literal_pattern_matches_itself_and_nothing_else(pattern, other):
    match = globs.matcher([pattern])
    assert match(pattern)
    assert match(other) == (other == pattern)


@given(st.text(min_size=1).filter(lambda text: "/" not in text and not text.startswith(".")))
def test_every_character_can_be_written_as_a_set(text):
    pattern = "".join(f"[{character}]" if character in "*?[" else character for character in text)
    match = globs.matcher([pattern])
    assert match(text)
    assert not match(text + "x")


@pytest.mark.parametrize(
    ("pattern", "matched", "not_matched"),
    [
        ("*.js", ["a.js", "a.b.js"], ["a/b.js", ".js", ".a.js", "a.js/"]),
        ("**/*.js", ["a.js", "a/b/c.js"], ["a/.b/c.js", ".a.js", "a.jsx"]),
        ("js/**", ["js/a", "js/a/b"], ["js/.a", "jsx/a", "a/js/b"]),
        (".well-known/**", [".well-known/a"], [".well-known/.a", "a/.well-known/b"]),
        ("**/.htaccess", [".htaccess", "a/.htaccess"], ["a/.b/.htaccess"]),
        ("dist/*-????????.js", ["dist/app-1a2b3c4d.js"], ["dist/app-1a2b3c4.js"]),
        ("[a-c]x", ["ax", "cx"], ["dx", "Ax", "-x"]),
        ("[!a-c]x", ["dx", "-x"], ["ax", "/x", ".x"]),
        ("[^a]x", ["bx"], ["ax"]),
        ("[]a]x", ["]x", "ax"], ["bx"]),
        ("[a-]x", ["ax", "-x"], ["bx"]),
        ("[--0]x", ["-x", "0x"], ["/x", ".x"]),
        ("a[--0]x", ["a-x", "a.x", "a0x"], ["a/x"]),
        ("a.b", ["a.b"], ["axb"]),
        ("/media/**", ["/media/a", "/media/a/b", "/media/"], ["media/a"]),
    ],
)
def test_what_a_pattern_matches(pattern, matched, not_matched):
    match = globs.matcher([pattern])
    assert [path for path in matched if not match(path)] == []
    assert [path for path in not_matched if match(path)] == []


def test_no_pattern_matches_nothing():
    assert not globs.matcher([])("a")


def test_case_counts():
    assert not globs.matcher(["*.js"])("A.JS")


def test_only_patterns_with_a_wildcard_are_not_literal():
    assert globs.is_literal("js/a{b}.js")
    assert not any(globs.is_literal(pattern) for pattern in ("*.js", "a?", "[a]"))


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("", "it is empty"),
        ("a**", "'**' must stand alone between slashes, as in '**/*.js'"),
        ("***", "'**' must stand alone between slashes, as in '**/*.js'"),
        ("[a", "a '[' is not closed, a literal one is written '[[]'"),
        ("[]", "a '[' is not closed, a literal one is written '[[]'"),
        ("[a/b]", "a '[' is not closed, a literal one is written '[[]'"),
        ("[z-a]", "the range 'z-a' is the wrong way round"),
        ("*.{js,css}", "alternatives in braces are not known, write one pattern for each"),
    ],
)
def test_a_malformed_pattern_says_why(pattern, text):
    with pytest.raises(ValueError) as caught:
        globs.check(pattern)
    assert str(caught.value) == text


@pytest.mark.parametrize("pattern", ["a{b}", "[{]a,b}", "[[]", "[!]]", "a-b", "**", "[^]]"])
def test_a_well_formed_pattern_passes(pattern):
    globs.check(pattern)


def test_many_stars_take_no_longer_than_few():
    match = globs.matcher(["*a" * 20 + "b", "**/" + "a/**/" * 20 + "b"])
    start = time.perf_counter()
    assert not match("a" * 200)
    assert not match("a/" * 200 + "c")
    assert time.perf_counter() - start < 60  # ages, if stars tried every way
