"""Ruby's globs as ours."""

from __future__ import annotations

import pytest

from assetbuild.importers.ruby_globs import as_globs, directory_of, matching

FILES = ["a.js", "b.js", "ab/c.js", "ab/d/e.js", "ab/.f.js", "x{y}.js", "*.js"]


@pytest.mark.parametrize(
    ("pattern", "globs"),
    [
        ("a/*.js", ["a/*.js"]),
        ("a/**/*.js", ["a/**/*.js"]),
        ("a/**.js", ["a/*.js"]),
        ("a/**", ["a/*"]),
        ("{a,b}/*.{js,css}", ["a/*.js", "a/*.css", "b/*.js", "b/*.css"]),
        ("{a,{b,c}d}", ["a", "bd", "cd"]),
        ("{a}", ["a"]),
        ("{a,}.js", ["a.js", ".js"]),
        ("{a,a}", ["a"]),
        (r"\*.js", ["[*].js"]),
        (r"x\{y\}.js", ["x{y}.js"]),
        ("[^a]?.js", ["[^a]?.js"]),
    ],
)
def test_a_pattern_is_as_many_globs_as_it_has_alternatives(pattern: str, globs: list[str]) -> None:
    assert as_globs(pattern) == globs


@pytest.mark.parametrize("pattern", ["{a", "[a", "{" + "{a,b}" * 12 + "}"])
def test_what_is_no_glob_or_too_many_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError):
        as_globs(pattern)


def test_files_are_sorted_whichever_alternative_means_them() -> None:
    assert matching(as_globs("{b,a}.js"), FILES) == ["a.js", "b.js"]
    assert matching(as_globs("**/*.js"), FILES) == ["*.js", "a.js", "ab/c.js", "ab/d/e.js", "b.js", "x{y}.js"]
    assert matching(as_globs(r"\*.js"), FILES) == ["*.js"]


def test_the_directory_of_a_glob_ends_before_its_first_wildcard() -> None:
    assert [directory_of(one) for one in ("a/b/*.js", "a/b.js", "*.js", "a/*/b/c.js")] == ["a/b", "a", "", "a"]
