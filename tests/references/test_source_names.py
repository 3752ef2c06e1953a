"""The URLs in a source map's `sources`, and the names put in their place."""

from __future__ import annotations

import json

import pytest

from assetbuild.references.source_names import (
    is_machine_path,
    rename_sources,
    shortened,
    source_names,
    unpublished,
)


def data_of(**members: object) -> bytes:
    return json.dumps({"version": 3, "mappings": "", **members}).encode()


def test_sources_are_told_apart_by_whether_their_text_is_in_the_map() -> None:
    data = data_of(sources=["a.ts", "b.ts", None, 5, "", "c.ts"], sourcesContent=["x", None, "y"])
    assert source_names(data) == {"a.ts": True, "b.ts": False, "c.ts": False}


@pytest.mark.parametrize(
    ("root", "source", "url"),
    [
        ("../src", "a.ts", "../src/a.ts"),
        ("../src/", "a.ts", "../src/a.ts"),
        ("", "a.ts", "a.ts"),
        (None, "a.ts", "a.ts"),
        ("/home/me", "/a.ts", "/home/me/a.ts"),
        ("../src", "webpack:///a.ts", "webpack:///a.ts"),
        ("../src", "C:\\a.ts", "C:\\a.ts"),
    ],
)
def test_the_source_root_stands_before_relative_sources(root: str | None, source: str, url: str) -> None:
    data = data_of(sourceRoot=root, sources=[source])
    assert list(source_names(data)) == [url]
    renamed = json.loads(rename_sources(data, {url: "new"}))
    assert (renamed["sources"], "sourceRoot" in renamed) == (["new"], False)


def test_a_map_without_any_of_the_names_keeps_its_bytes() -> None:
    data = b'{ "version": 3, "sources": ["a.ts"], "sourceRoot": "r", "mappings": "" }'
    assert rename_sources(data, {"a.ts": "b"}) is data


def test_the_maps_of_sections_are_read_and_written_too() -> None:
    sections = [{"offset": {"line": 0, "column": 0}, "map": {"sources": [name], "mappings": ""}} for name in "ab"]
    data = b")]}'\n" + json.dumps({"version": 3, "sections": [*sections, None, {"map": 1}]}).encode()
    assert list(source_names(data)) == ["a", "b"]
    renamed = rename_sources(data, {"b": "c"})
    assert renamed.startswith(b")]}'\n{")
    assert list(source_names(renamed)) == ["a", "c"]


@pytest.mark.parametrize("data", [b"", b"[]", b"\xff", b"[" * 100_000])
def test_what_is_no_map_says_so(data: bytes) -> None:
    with pytest.raises(ValueError, match="source map"):
        source_names(data)


@pytest.mark.parametrize("sources", [None, 1, "a", {"a": 1}])
def test_sources_of_another_type_are_none(sources: object) -> None:
    assert source_names(data_of(sources=sources)) == {}


@pytest.mark.parametrize(
    ("url", "machine"),
    [
        ("/home/me/a.ts", True),
        ("file:///home/me/a.ts", True),
        ("FILE:///C:/a.ts", True),
        ("C:\\Users\\me\\a.ts", True),
        ("c:/Users/me/a.ts", True),
        ("\\\\host\\share\\a.ts", True),
        ("//host/a.ts", False),
        ("webpack:///a.ts", False),
        ("https://host/a.ts", False),
        ("../a.ts", False),
        ("a.ts", False),
    ],
)
def test_a_path_of_a_machine_is_known(url: str, machine: bool) -> None:
    assert is_machine_path(url) == machine


def test_paths_are_shortened_as_far_as_they_can_be_told_apart() -> None:
    paths = [
        "/home/me/a/index.ts",
        "/home/me/b/index.ts",
        "file:///home/me/main.ts",
        "C:\\w\\b c.ts",
        "/",
        "c:/w/b c.ts",
    ]
    assert shortened(paths) == {
        "/home/me/a/index.ts": "unpublished:///a/index.ts",
        "/home/me/b/index.ts": "unpublished:///b/index.ts",
        "file:///home/me/main.ts": "unpublished:///main.ts",
        "C:\\w\\b c.ts": "unpublished:///b%20c.ts",
        "c:/w/b c.ts": "unpublished:///b%20c.ts",
        "/": "unpublished:///",
    }
    assert shortened(["/x/a.ts", "/y/x/a.ts"]) == {
        "/x/a.ts": "unpublished:///x/a.ts",
        "/y/x/a.ts": "unpublished:///y/x/a.ts",
    }


def test_a_name_out_of_the_release_stays_inside_its_scheme() -> None:
    assert unpublished("../../scss/a b.scss") == "unpublished:///scss/a%20b.scss"
