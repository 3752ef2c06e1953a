"""What a URL written in an asset names, and how a file names another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetbuild.references.urls import Target, encode, is_rooted, relative, resolve


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("x.png", "css/x.png"),
        ("./x.png", "css/x.png"),
        ("../x.png", "x.png"),
        ("a/../b//c/./x.png", "css/b/c/x.png"),
        ("../../x.png", "../x.png"),
        ("../../../x.png", "../../x.png"),
        ("/static/x.png", "x.png"),
        ("asset:x/y.png", "x/y.png"),
        ("asset-data:x/y.png", "x/y.png"),
        ("Asset:x.png", "x.png"),
        (" \n x.png\t", "css/x.png"),
        ("x\n.png", "css/x.png"),
        ("caf%C3%A9.png", "css/caf\u00e9.png"),
        ("cafe\u0301.png", "css/caf\u00e9.png"),
        ("100%.png", "css/100%.png"),
        ("%ff.png", "css/%ff.png"),
        ("a%2Fb.png", "css/a%2Fb.png"),
        ("x%23.png", "css/x#.png"),
    ],
)
def test_a_url_names_a_logical_path(written: str, path: str) -> None:
    assert resolve(written, "css/app.css", "/static/") == Target(path, "")


@pytest.mark.parametrize("suffix", ["?v=1", "#x", "?a#b", "#a?b", "?"])
def test_query_and_fragment_are_set_aside(suffix: str) -> None:
    assert resolve(f"x.png{suffix}", "a.css", "/static/") == Target("x.png", suffix)


@pytest.mark.parametrize(
    "written",
    [
        *("", "#x", "?x", "http://h/x", "data:,x", "//h/x", "/x.png", "/static/", "a/", "..", ".", "asset://h/x"),
        *("/static/../x.png", "HTTPS://h/static/x", "mailto:a@b", "about:blank"),
    ],
)
def test_some_urls_are_not_ours(written: str) -> None:
    assert resolve(written, "css/app.css", "/static/") is None


def test_under_the_root_a_rooted_path_may_be_ours() -> None:
    assert resolve("/x.png", "css/app.css", "/") == Target("x.png", "", optional=True)
    assert resolve("//x.png", "css/app.css", "/") is None
    assert resolve("x.png", "css/app.css", "/") == Target("css/x.png", "")


def test_a_full_url_is_ours_under_that_base_url_alone() -> None:
    base = "https://cdn.example.com/s/"
    assert resolve(base + "x.png?q", "css/app.css", base) == Target("x.png", "?q")
    assert resolve("https://cdn.example.com/x.png", "css/app.css", base) is None
    assert resolve("/s/x.png", "css/app.css", base) is None


def test_bare_module_names_are_not_ours() -> None:
    assert resolve("react", "js/a.js", "/static/", bare=True) is None
    assert resolve("lit/x.js", "js/a.js", "/static/", bare=True) is None
    assert resolve("./x.js", "js/a.js", "/static/", bare=True) == Target("js/x.js", "")
    assert resolve("/static/x.js", "js/a.js", "/static/", bare=True) == Target("x.js", "")


def test_a_rooted_url_is_told_from_a_relative_one() -> None:
    assert is_rooted("\n/static/x.png", "/static/")
    assert is_rooted("ASSET:x.png", "/static/")
    assert not is_rooted("x.png", "/static/")
    assert not is_rooted("/media/x.png", "/static/")


@pytest.mark.parametrize(
    ("source", "target", "url"),
    [
        ("a.css", "b.png", "b.png"),
        ("css/a.css", "css/b.png", "b.png"),
        ("css/a.css", "img/b.png", "../img/b.png"),
        ("a/b/c.css", "a/x/y.png", "../x/y.png"),
        ("a.css", "a.css", "a.css"),
        ("a.css", "x:y.png", "./x:y.png"),
        ("d/a.css", "d/it's (1) \u00e9%#?.png", "it%27s%20%281%29%20%C3%A9%25%23%3F.png"),
    ],
)
def test_one_file_names_another(source: str, target: str, url: str) -> None:
    assert relative(source, target) == url


SEGMENTS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="/\\"), min_size=1, max_size=8)
PATHS = st.lists(SEGMENTS.filter(lambda one: one not in (".", "..")), min_size=1, max_size=4).map("/".join)


@given(PATHS, PATHS)
def test_what_is_written_resolves_to_what_was_meant(source: str, target: str) -> None:
    from assetbuild.paths import normal_form

    target = normal_form(target)
    if any("%2F" in segment.upper() for segment in target.split("/")):
        return
    found = resolve(relative(source, target), normal_form(source), "/static/")
    assert found == Target(target, "")
    assert resolve("/static/" + encode(target), source, "/static/") == Target(target, "")
