"""What the sources of published source maps lead to."""

from __future__ import annotations

import json
from typing import Any

import pytest

from assetbuild.references.source_map import decode
from crawler import crawl
from scenario import CONFIG, Outcome, build_files

LINKED = CONFIG + 'source_maps = "linked"\n'
COMMENT = "\n//# sourceMappingURL=a.min.js.map\n"


def mapping(*sources: str | None, **more: Any) -> str:
    return json.dumps({"version": 3, "sources": sources, "names": [], "mappings": "AAAA", **more})


def built_map(built: Outcome, name: str = "js/a.min.js.map") -> dict[str, Any]:
    document: dict[str, Any] = json.loads(built.text(name))
    return document


def vendor(document: str, **others: str) -> dict[str, str]:
    return {"js/a.min.js": "x()" + COMMENT, "js/a.min.js.map": document, **others}


def test_a_published_source_is_named_as_it_is_published() -> None:
    built = build_files(
        vendor(mapping("a.js", "../lib/b.js?v=1", "/static/lib/b.js"), **{"js/a.js": "x ()", "lib/b.js": "1"}), LINKED
    )
    a, b = built.file("js/a.js").removeprefix("js/"), "../" + built.file("lib/b.js")
    assert built_map(built)["sources"] == [a, b + "?v=1", b]
    assert built.assets["js/a.min.js.map"]["assets"] == ["js/a.js", "lib/b.js"]
    assert built.notices == []
    assert crawl(built.release).faults == []


def test_the_source_root_counts_and_is_gone_where_a_name_has_changed() -> None:
    built = build_files(
        vendor(mapping("b.js", "c.js", sourceRoot="../lib", sourcesContent=["1", "2"]), **{"lib/b.js": "1"}), LINKED
    )
    document = built_map(built)
    assert document["sources"] == ["../" + built.file("lib/b.js"), "../lib/c.js"]
    assert "sourceRoot" not in document


def test_a_source_with_its_text_in_the_map_keeps_its_name() -> None:
    document = mapping("../src/a.ts", "webpack:///./b.ts", "https://x.example/c.ts", sourcesContent=["1", "2", "3"])
    built = build_files(vendor(document), LINKED)
    assert built_map(built)["sources"] == json.loads(document)["sources"]
    assert built.notices == []


def test_a_source_that_leads_nowhere_gets_a_name_that_nobody_requests_and_a_notice() -> None:
    built = build_files(vendor(mapping("../src/a.ts", "../../b c.ts", "webpack:///./d.ts", None)), LINKED)
    assert built_map(built)["sources"] == [
        "unpublished:///src/a.ts",
        "unpublished:///b%20c.ts",
        "webpack:///./d.ts",
        None,
    ]
    assert built.notices == [
        "notice: assets/js/a.min.js.map: sources '../../b c.ts', '../src/a.ts' are not in the release, nor in the map's"
        " sourcesContent: no debugger can show the text\n  embed the sources in the map"
    ]


def test_paths_of_the_machine_that_made_the_map_do_not_leak() -> None:
    sources = ("/home/me/secret/src/a.ts", "file:///home/me/secret/lib/a.ts", "C:\\Users\\me\\b.ts")
    built = build_files(vendor(mapping(*sources, sourcesContent=["1", "2", "3"])), LINKED)
    assert built_map(built)["sources"] == [
        "unpublished:///src/a.ts",
        "unpublished:///lib/a.ts",
        "unpublished:///b.ts",
    ]
    assert "shortened" in built.notices[0]
    assert not any(b"secret" in data for data in built.public.values())


def test_the_sections_of_an_indexed_map_are_treated_alike() -> None:
    sections = [
        {"offset": {"line": 0, "column": 0}, "map": json.loads(mapping("a.js"))},
        {"offset": {"line": 0, "column": 18}, "map": json.loads(mapping("/home/me/gone.js"))},
    ]
    files = vendor(json.dumps({"version": 3, "sections": sections}), **{"js/a.js": "1"})
    files["js/a.min.js"] = "import './a.js';x;y()" + COMMENT
    built = build_files(files, LINKED)
    document = built_map(built)
    name = built.file("js/a.js").removeprefix("js/")
    assert [one["map"]["sources"] for one in document["sections"]] == [[name], ["unpublished:///gone.js"]]
    assert document["sections"][1]["offset"]["column"] == built.text("js/a.min.js").index("y()")
    assert decode(document["sections"][1]["map"]["mappings"])[0][0][0] == 0


@pytest.mark.parametrize("content", [None, ["import './a.min.js'"]])
def test_a_source_whose_name_depends_on_the_map_is_taken_for_one_that_is_not_published(
    content: list[str] | None,
) -> None:
    files = vendor(mapping("a.js", sourcesContent=content), **{"js/a.js": "import './a.min.js'"})
    built = build_files(files, LINKED)
    assert built_map(built)["sources"] == ["a.js" if content else "unpublished:///js/a.js"]
    assert "cycle" not in built.assets["js/a.min.js"]
    built = build_files(vendor(mapping("a.min.js", sourcesContent=content)), LINKED)
    assert built_map(built)["sources"] == ["a.min.js" if content else "unpublished:///js/a.min.js"]


def test_two_maps_do_not_make_a_circle_of_each_others_scripts() -> None:
    files = {
        "a.js": "a\n//# sourceMappingURL=a.js.map",
        "a.js.map": mapping("b.js"),
        "b.js": "b\n//# sourceMappingURL=b.js.map",
        "b.js.map": mapping("a.js"),
    }
    built = build_files(files, LINKED)
    assert not any("cycle" in entry for entry in built.assets.values())
    assert [built_map(built, name)["sources"] for name in ("a.js.map", "b.js.map")] == [
        ["unpublished:///b.js"],
        ["unpublished:///a.js"],
    ]


@pytest.mark.parametrize(
    ("config", "directory"),
    [('source_maps = "hidden"\n', "private"), ('source_maps = "linked"\nprehashed = ["**"]\n', "public")],
)
def test_a_map_for_the_team_and_one_with_a_name_of_its_own_stay_as_they_are(config: str, directory: str) -> None:
    document = mapping("/home/me/a.ts", "b.ts")
    built = build_files(vendor(document), CONFIG + config)
    assert document.encode() in getattr(built, directory).values()


def test_the_map_of_a_sass_sheet_keeps_its_names() -> None:
    built = build_files({"css/a.scss": "a { b: c }"}, LINKED)
    assert built_map(built, "css/a.css.map")["sources"] == ["a.scss"]
    assert built.notices == []
