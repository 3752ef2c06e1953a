"""A build that only has to follow edits does no more than that, and leaves what a whole build leaves."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import assetbuild.build
from releasing import stamps
from scenario import CONFIG, Files, Outcome, Project, below_assets
from test_bulk import written

# What is said of how the work was done, not of what came of it.
OF_THE_WAY = ("seconds", "compiled", "compressed", "renamed", "files_written", "files_unchanged")

WHOLE = 'sources = ["assets"]\nencodings = ["gzip"]\nsource_maps = "linked"\n[sass]\nload_paths = ["lib"]\n'
WHOLE += '[bundles."js/all.js"]\ncontents = ["js/parts/*.js"]\n'
FILES: Files = {
    "css/app.scss": "@import 'colours';\n@import 'part';\na { b: $c; d: url(../img/a.png) }\n",
    "css/_part.scss": "p { q: url(../img/b.png) }\n",
    "css/b.css": "@import 'c.css';\na { b: url(../img/a.png) }\n" * 1 + "d { e: f }\n" * 20,
    "css/c.css": "a { b: url(../img/a.png) }\n",
    "css/long.css": "".join(f".i{number} {{ b: url(../img/{'ab'[number % 2]}.png) }}\n" for number in range(300)),
    "img/a.png": b"\x89PNG a",
    "img/b.png": b"\x89PNG b",
    "img/c, d.png": b"\x89PNG with blanks",
    "js/a.js": "import './b.js';\nlet a = 1;\n",
    "js/b.js": "import './a.js';\nlet b = 1;\n",
    "js/c.js": "import './a.js';\nlet c = 1;\n",
    "js/m.min.js": "let m = 1;\n//# sourceMappingURL=m.min.js.map\n",
    "js/m.min.js.map": '{"version": 3, "sources": ["m.ts"], "sourcesContent": ["let m"], "names": [], "mappings": ""}',
    "js/parts/one.js": "let one = 1;\n",
    "js/parts/two.js": "let two = 2;\n",
    "index.html": "<link rel=stylesheet href=css/b.css><script src=js/a.js></script>",
    "t.css.jinja": "{% include '_words.txt' %} a { b: url({{ asset_url('img/b.png') }}) }",
    "_words.txt": "/* words */",
    "sw.js": "let sw = 1;\n",
    "robots.txt": "User-agent: *\n" * 50,
    "./lib/_colours.scss": "$c: red;\n",
}


def settle() -> None:
    """Waits for the clock of the file system to go on."""
    time.sleep(0.02)


def project_of(files: Files = FILES, config: str = WHOLE) -> Project:
    project = Project(below_assets(files), config)
    settle()
    assert project.build().code == 0
    settle()
    return project


def amended(project: Project, monkeypatch: pytest.MonkeyPatch) -> Outcome:
    """A build of edits that are no longer new, which may not be a whole one."""
    settle()

    def build(*arguments: object) -> None:
        raise AssertionError("all was built")

    with monkeypatch.context() as patch:
        patch.setattr("assetbuild.build.build", build)
        return project.build()


def left(built: Outcome) -> tuple[Any, ...]:
    """All that a build says and leaves, but for the way it came to that."""
    summary = {key: value for key, value in built.summary.items() if key not in OF_THE_WAY}
    return built.diagnostics, built.manifest, summary


def files_of(built: Outcome) -> int:
    return int(built.summary["files_written"] + built.summary["files_unchanged"])


def assert_as_clean(project: Project, built: Outcome) -> None:
    clean = project.build("--output", "clean", "--no-cache", "--jobs", "1")
    assert built.code == clean.code == 0
    assert left(built) == left(clean)
    assert {name: built.public[name] for name in clean.public} == clean.public
    assert files_of(built) == files_of(clean)
    assert project.run("verify").code == 0


EDITS: dict[str, Files] = {
    "a sheet that nobody names": {"assets/css/c.css": "a { b: url(../img/b.png) }\n"},
    "a picture that many name": {"assets/img/a.png": b"\x89PNG another"},
    "a script in a circle": {"assets/js/b.js": "import './a.js';\nlet b = 2;\n"},
    "a script that leaves its circle": {"assets/js/b.js": "let b = 2;\n"},
    "a partial": {"assets/css/_part.scss": "p { q: url(../img/a.png) }\n"},
    "a partial that warns now": {"assets/css/_part.scss": "@warn 'careful';\n"},
    "a partial elsewhere": {"lib/_colours.scss": "$c: blue;\n"},
    "a partial and what imports it": {
        "assets/css/_part.scss": "p { q: r }\n",
        "assets/css/app.scss": "@import 'part';\n",
    },
    "a script and its map": {"assets/js/m.min.js": "let m = 2;\n//# sourceMappingURL=m.min.js.map\n"},
    "a script that has no map any more": {"assets/js/m.min.js": "let m = 2;\n"},
    "a map": {"assets/js/m.min.js.map": '{"version": 3, "sources": [], "names": [], "mappings": "AAAA"}'},
    "a part of a bundle": {"assets/js/parts/one.js": "let one = 11;\n"},
    "what a template includes": {"assets/_words.txt": "/* other words */"},
    "what keeps its name": {"assets/sw.js": "let sw = 2;\n"},
    "what keeps its name, and loses its variant": {"assets/robots.txt": "User-agent: *\n"},
    "a page": {"assets/index.html": "<script src=js/c.js></script>"},
    "nothing in it": {"assets/css/c.css": FILES["css/c.css"]},
    "an escape": {"assets/css/c.css": "a { b: url(../img/\\61.png) }\n"},
}


@pytest.mark.parametrize("edit", EDITS)
def test_what_follows_from_an_edit_is_built_and_nothing_else(monkeypatch: pytest.MonkeyPatch, edit: str) -> None:
    project = project_of()
    project.write(EDITS[edit])
    built = amended(project, monkeypatch)
    assert_as_clean(project, built)
    settle()
    # What it left is what the next one may start from, and what a build with nothing to do finds.
    before = stamps(project.release)
    assert left(amended(project, monkeypatch)) == left(built)
    assert stamps(project.release) == before
    project.write({"assets/img/b.png": b"\x89PNG later"})
    assert_as_clean(project, amended(project, monkeypatch))


@pytest.mark.parametrize("name", ["img/a.png", "css/c.css", "css/s.scss"])
def test_a_file_that_two_load_paths_lead_to_is_edited_in_both(name: str) -> None:
    files = {"img/a.png": b"a", "css/c.css": "a{b:c}", "css/s.scss": "a{b:c}", "d.css": "@import 'css/c.css'"}
    config = f'{CONFIG}\n[[rules]]\nmatch = "again/css/*"\nminify = true\n'
    again = [f'{{path = "assets/{directory}", prefix = "again/{directory}"}}' for directory in ("img", "css")]
    project = project_of(files, config.replace('"assets"', f'"assets", {", ".join(again)}'))
    project.write({f"assets/{name}": "a{b:d} "})
    one, two = project.build(), project.build("--output", "two", "--no-cache", "--jobs", "1")
    assert (one.code, one.manifest) == (0, two.manifest)


def test_an_edit_that_is_undone_leads_back_to_the_former_release(monkeypatch: pytest.MonkeyPatch) -> None:
    project = project_of()
    first = project.build()
    settle()
    project.write({"assets/css/c.css": "a { b: c }\n"})
    amended(project, monkeypatch)
    settle()
    project.write({"assets/css/c.css": FILES["css/c.css"]})
    again = amended(project, monkeypatch)
    assert again.manifest == first.manifest
    assert len((project.release / "releases/history").read_text().split()) == 2


def test_a_partial_that_nobody_imports_any_more_may_be_edited(monkeypatch: pytest.MonkeyPatch) -> None:
    project = project_of()
    project.write({"assets/css/app.scss": "a { b: c }\n", "assets/css/_part.scss": "p { q: r }\n"})
    assert_as_clean(project, amended(project, monkeypatch))
    settle()
    before = stamps(project.release)
    amended(project, monkeypatch)
    assert stamps(project.release) == before
    project.write({"assets/css/_part.scss": "p { q: s }\n"})
    assert_as_clean(project, amended(project, monkeypatch))


def test_warnings_of_what_stands_are_repeated_and_those_of_what_was_mended_are_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    files = {**FILES, "css/app.scss": "@warn 'first';\na { b: c }\n", "css/z.scss": "@warn 'second';\na { b: c }\n"}
    project = project_of(files)
    project.write({"assets/css/app.scss": "a { b: d }\n"})
    built = amended(project, monkeypatch)
    assert [("first" in one, "second" in one) for one in built.warnings] == [(False, True)]
    assert_as_clean(project, built)


WHOLE_BUILDS: dict[str, Callable[[Project], object]] = {
    "a new source": lambda project: project.write({"assets/new.css": "a{b:c}"}),
    "a deleted source": lambda project: project.delete("assets/sw.js"),
    "another configuration": lambda project: project.write({"assetbuild.toml": f"minify = false\n{WHOLE}"}),
    "a partial that is gone": lambda project: project.delete("lib/_colours.scss"),
    "a published file that is gone": lambda project: next((project.release / "public/img").iterdir()).unlink(),
    "a manifest that is gone": lambda project: (project.release / "manifest.json").unlink(),
    "a worker that loads a script": lambda project: project.write({"assets/js/c.js": "importScripts('a.js');\n"}),
    "a reference to a map that is not there": lambda project: project.write(
        {"assets/js/m.min.js": "let m = 1;\n//# sourceMappingURL=gone.map\n"}
    ),
}


@pytest.mark.parametrize("edit", WHOLE_BUILDS)
def test_where_more_may_follow_all_is_built(monkeypatch: pytest.MonkeyPatch, edit: str) -> None:
    project = project_of()
    project.write({"assets/css/c.css": "a { b: c }\n"})
    WHOLE_BUILDS[edit](project)
    with pytest.raises(AssertionError, match="all was built"):
        amended(project, monkeypatch)
    if "gone" not in edit or "source" in edit or "map" in edit:
        built, clean = project.build(), project.build("--output", "clean", "--no-cache", "--jobs", "1")
        assert left(built) == left(clean)


def test_an_error_is_told_as_by_a_whole_build_and_the_former_release_stands() -> None:
    project = project_of()
    before = stamps(project.release)
    project.write({"assets/css/c.css": "a { b: url(../img/nope.png) }\n", "assets/js/a.js": "let a = ;\n"})
    built = project.build()
    assert built.code == 1
    assert built.diagnostics == project.build("--output", "clean", "--no-cache").diagnostics
    assert stamps(project.release) == before


def test_a_damaged_ledger_is_no_ledger(monkeypatch: pytest.MonkeyPatch) -> None:
    project = project_of()
    project.write({"assets/css/c.css": "a { b: c }\n"})
    monkeypatch.setattr("assetbuild.amending.ledger.load", lambda data, digest: None)
    assert_as_clean(project, project.build())


def test_a_variant_does_not_take_the_name_of_an_asset() -> None:
    files = {"a.txt": "short", "a.txt.gz": b"\x1f\x8b mine", "b.css": "a{b:c}"}
    project = project_of(files, 'sources = ["assets"]\nencodings = ["gzip"]\nunfingerprinted = ["*.txt*"]\n')
    project.write({"assets/a.txt": "long " * 500})
    built = project.build()
    assert built.code == 1
    assert "a.txt.gz" in built.errors[0]


def test_files_that_grow_too_many_to_be_looked_at_are_planned_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    config = f'{CONFIG}syntax = "error"\n'
    project = project_of({"a.css": "a{b:c}\n" * 500_000, "b.js": "let b = 1;\n"}, config)
    project.write({"assets/a.css": "a{b:c}\n" * 650_000, "assets/b.js": "let b = ;\n"})
    built = project.build()
    clean = project.build("--output", "clean", "--no-cache")
    assert (built.code, left(built)) == (clean.code, left(clean))


BUNDLES = 'publish_contents = true\n[bundles."all.js"]\ncontents = ["js/b.js", "a.js"]\n'
BUNDLES += '[bundles."all.css"]\ncontents = ["css/in/*", "sass/s.scss"]'
SHEETS = ["a.css", "css/b.css", "css/in/c.css", "css/d e.min.css", "sass/s.css"]
SCRIPTS = ["a.js", "js/b.js", "js/in/c.mjs", "js/d.min.js", "sw.js"]
PICTURES = ["i.png", "img/j.svg", "img/k l.png", "ü.png"]
NAMED = [*SHEETS, *SCRIPTS, *PICTURES, "page.html"]
NAMES = [
    *NAMED,
    "js/d.min.js.map",
    "sass/s.scss",
    "sass/_p.scss",
    "sass/in/_q.scss",
    "t.css.jinja",
    "_words.txt",
    "robots.txt",
]
NAMES.remove("sass/s.css")
KEYS = ["", "minify = true", 'encodings = ["gzip"]', 'unfingerprinted = ["img/*", "sw.js"]', 'prehashed = ["*.png"]']
KEYS += ['source_maps = "linked"', 'source_maps = "hidden"', 'base_url = "/"', "publish_contents = true", BUNDLES]


@st.composite
def texts(draw: st.DrawFn, name: str) -> str:
    """A content that fits the name, mostly sound: others may be named, and what is not there."""
    word = draw(st.sampled_from(["one", "two", "three"]))
    kinds = SHEETS if name.endswith((".css", ".jinja")) else SCRIPTS if name.endswith((".js", ".mjs")) else NAMED
    targets = draw(st.lists(st.sampled_from([*kinds, *PICTURES, *NAMED]), max_size=3))
    urls = [written(name, one) for one in targets if one != name]
    broken = draw(st.integers(0, 60)) == 41
    if name.endswith(".scss"):
        # A partial's URLs are those of the sheet that imports it.
        imported = draw(st.sampled_from(["", "@import 'p';", "@import 'in/q';"])) if name == "sass/s.scss" else ""
        warning = draw(st.sampled_from(["", "", f"@warn '{word}';"]))
        return f"{imported}{warning}.{word} {{ b: url(../i.png) }}" + ("}" if broken else "")
    if name.endswith((".css", ".jinja")):
        shape = st.sampled_from(["@import '{}';", ".a {{ b: url('{}') }}", ".c {{ d: url('{}?x#y') }}"])
        text = "\n".join(sorted((draw(shape).format(url) for url in urls), key=lambda one: not one.startswith("@")))
        words = "/* {% include '_words.txt' %} */" if name.endswith(".jinja") else ""
        return f"{text}\n.{word} {{ e : f }}{words}" + ("url(nope.png)" if broken else "")
    if name.endswith((".js", ".mjs")):
        shape = st.sampled_from(
            ["import './{}';", "import('./{}');", "let a = new URL('{}', import.meta.url);", "//# sourceMappingURL={}"]
        )
        text = "\n".join(dict.fromkeys(draw(shape).format(url).replace("'./..", "'..") for url in urls))
        return f"{text}\n/* {word} */" + ("importScripts('a.js')" if broken else "")
    if name.endswith(".map"):
        return json.dumps({"version": 3, "sources": urls, "names": [], "mappings": "AAAA"})
    if name.endswith((".html", ".svg")):
        return "<svg xmlns='http://www.w3.org/2000/svg'>" + "".join(f'<image href="{url}"/>' for url in urls) + "</svg>"
    return word * draw(st.sampled_from([1, 100]))


EDITED = st.lists(
    st.sampled_from(NAMES).flatmap(lambda name: st.tuples(st.just(name), texts(name))), min_size=1, max_size=2
)
projects = st.fixed_dictionaries({name: texts(name) for name in NAMES})


def try_edits(files: Files, edits: list[list[tuple[str, str]]], key: str) -> int:
    """Builds after each of the edits, beside a clean build; how many of these followed the edits alone.

    What is named by its own hash is not edited: a release refuses other bytes for such a name, an empty one cannot.
    """
    if "prehashed" in key:
        edits = [[(name, text) for name, text in some if not name.endswith(".png")] for some in edits]
    lines = [line for line in CONFIG.splitlines() if line.split(" =")[0] != key.split(" =")[0]]
    project = Project(below_assets(files), "\n".join([*lines, 'external = ["**/*"]', key, ""]))
    settle()
    project.build()
    followed = 0
    with pytest.MonkeyPatch.context() as patch:
        whole: list[object] = []
        build = assetbuild.build.build
        patch.setattr("assetbuild.build.build", lambda *arguments: whole.append(0) or build(*arguments))
        for some in edits:
            settle()
            project.write({f"assets/{name}": text for name, text in some})
            settle()
            whole.clear()
            built = project.build()
            followed += not whole
            clean = project.build("--output", "clean", "--no-cache", "--jobs", "1")
            assert built.code == clean.code
            assert left(built) == left(clean)
            assert {name: built.public[name] for name in clean.public} == clean.public
    return followed


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(projects, st.lists(EDITED, min_size=1, max_size=3), st.sampled_from(KEYS))
def test_any_edits_of_any_project_leave_what_a_clean_build_leaves(
    files: Files, edits: list[list[tuple[str, str]]], key: str
) -> None:
    try_edits(files, edits, key)


@pytest.mark.long
def test_so_they_do_many_times() -> None:
    followed = []

    @settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(projects, st.lists(EDITED, min_size=1, max_size=4), st.sampled_from(KEYS))
    def check(files: Files, edits: list[list[tuple[str, str]]], key: str) -> None:
        followed.append(try_edits(files, edits, key))

    check()
    assert sum(followed) > len(followed) / 4
    print(f"{sum(followed)} builds followed edits")  # noqa: T201
