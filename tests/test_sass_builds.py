"""Sass in whole builds, through either compiler: where `url()` leads, what is compiled again, how errors are shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scenario import Project, below_assets
from test_properties import result

CONFIG = 'sources = ["assets"]\nminify = {minify}\nencodings = []\nsource_maps = "{maps}"\n'
COMPILERS = ["libsass", "dart-sass"]


def config(implementation: str, maps: str = "none", minify: str = "false", rest: str = "") -> str:
    head, options = CONFIG.format(maps=maps, minify=minify), f'[sass]\nimplementation = "{implementation}"\n'
    return head + options + rest


@pytest.mark.parametrize("implementation", COMPILERS)
@pytest.mark.parametrize(("maps", "minify"), [("none", "false"), ("none", "true"), ("linked", "true")])
def test_a_url_in_a_partial_is_relative_to_the_entry_else_to_the_partial(
    implementation: str, maps: str, minify: str
) -> None:
    files = {
        "css/app.scss": "@import 'one/m', 'two/m', 'vars/v';\n"
        "p { @include in-one; @include in-two; v: $v; both: url(both.png) }",
        "css/one/_m.scss": "@mixin in-one { a: url('same.png') } a { b: url(deep/x.png); c: url(both.png) }",
        "css/two/_m.scss": "@mixin in-two { a: url('same.png') }",
        "css/vars/_v.scss": "$v: url(v.png);",
        "css/one/same.png": "1",
        "css/two/same.png": "2",
        "css/one/deep/x.png": "3",
        "css/vars/v.png": "4",
        "css/both.png": "5",
        "css/one/both.png": "6",
    }
    project = Project(below_assets(files), config(implementation, maps, minify))
    built = project.build()
    text = built.text("css/app.css").replace('"', "").replace("'", "")
    assert text.count("one/same-") == text.count("two/same-") == text.count("one/deep/x-") == text.count("vars/v-") == 1
    # What resolves from the entry means that, in both files.
    assert text.count("url(both-") == 2
    assert "one/both-" not in text


def test_a_url_in_a_module_is_relative_to_the_entry_else_to_the_module() -> None:
    files = {
        "css/app.scss": "@use 'all'; @use 'sass:meta'; p { @include all.bg; v: all.$v; @include meta.load-css('x/l') }",
        "css/_all.scss": "@forward 'one/m'; @forward 'two/m' hide in-one;",
        "css/one/_m.scss": "@mixin bg { a: url('same.png') }",
        "css/two/_m.scss": "$v: url('same.png');",
        "css/x/_l.sass": ".l\n  a: url(same.png)\n",
        "css/one/same.png": "1",
        "css/two/same.png": "2",
        "css/x/same.png": "3",
    }
    text = Project(below_assets(files), config("dart-sass")).build().text("css/app.css")
    assert [text.count(f"{place}/same-") for place in ("one", "two", "x")] == [1, 1, 1]


def test_several_broken_entries_are_reported_in_one_run() -> None:
    files = {
        "a.scss": "a { b: $x }",
        "b.scss": "@use 'nope';",
        "c.sass": "a\n  b: 1px + 1s\n",
        "d.scss": "a { b: url(nope.png) }",
        "e.scss.jinja": "{{ nope }}",
        "f.css": "a { b: url(nope.png) }",
    }
    built = Project(below_assets(files), config("dart-sass")).build()
    assert [error.split(":")[1].split("/")[1] for error in built.errors] == sorted(files)
    assert built.code == 1


@pytest.mark.parametrize("implementation", COMPILERS)
def test_a_template_becomes_sass_and_may_import(implementation: str) -> None:
    files = {
        "css/app.scss.jinja": "@import 'p';\n.a { b: {{ brand }}; c: image-url('{{ name }}') }",
        "css/_p.scss": "p { q: r }",
        "x.png": "x",
    }
    head = 'context = {brand = "red", name = "x.png"}\n'
    text = Project(below_assets(files), head + config(implementation)).build().text("css/app.css")
    assert "q: r;" in text
    assert "b: red;" in text
    assert "../x-2d711642b726b044.png" in text


@pytest.mark.parametrize("implementation", COMPILERS)
def test_touching_a_partial_compiles_the_entries_that_read_it_and_no_others(implementation: str) -> None:
    files = {
        "a.scss": "@import 'part/p';",
        "b.scss": "@import 'part/q';",
        "c.scss": "x { y: z }",
        "part/_p.scss": "@import 'q';",
        "part/_q.scss": "a { b: c }",
    }
    project = Project(below_assets(files), config(implementation))
    ran = []
    for edit in ({}, {"part/_p.scss": "@import 'q'; /* */"}, {"part/_q.scss": "a { b: d }"}, {"part/p.css": ""}):
        project.write(below_assets(edit))
        ran.append(project.build().summary["compiled"]["ran"])
    # A style sheet in plain CSS comes after partials: nothing changes for who found one.
    assert ran == [3, 1, 2, 0]
    project.write(below_assets({"_q.scss": "far {b: c}", "part/part/_p.scss": "far {b: c}"}))
    assert project.build().summary["compiled"]["ran"] == 0
    project.write(below_assets({"part/q.scss": "a { b: c }"}))
    assert "it is not clear which file to import" in project.build().errors[0]


def test_a_rule_chooses_the_implementation() -> None:
    files = {"new/app.scss": "@use 'sass:math'; a { b: math.div(1, 3) }", "old/app.scss": "a { b: 1/3 + 0 }"}
    rule = '[[rules]]\nmatch = "new/**"\noptions.sass = {implementation = "dart-sass"}\n'
    built = Project(
        below_assets(files),
        config("libsass", rest=rule + "[[rules]]\nmatch='old/**'\noptions.sass = {precision = 3}\n"),
    ).build()
    assert "0.3333333333" in built.text("new/app.css")
    assert "0.333;" in built.text("old/app.css")
    wrong = Project(below_assets(files), config("libsass", rest=rule.replace("dart-sass", "dartsass"))).build()
    assert "must be 'libsass' or 'dart-sass'" in wrong.errors[0]


def test_what_takes_too_long_fails_the_build_and_leaves_the_former_release() -> None:
    project = Project(below_assets({"a.scss": "a { b: c }"}), "time_limit = 1\n" + config("dart-sass"))
    before = project.build().manifest
    project.write({"assets/b.scss": "@while true {}"})
    built = project.build("--jobs", "2")
    assert built.errors == [
        "error: assets/b.scss: took longer than time_limit = 1 seconds\n"
        "  look for a loop without an end, or raise time_limit"
    ]
    project.delete("assets/b.scss")
    assert project.build().manifest == before


NAMES = [
    "s.scss",
    "d/t.scss",
    "_p.scss",
    "p.import.scss",
    "d/_p.scss",
    "d/_index.scss",
    "_q.sass",
    "q.css",
    "d/_q.scss",
]
RULES = ["@use 'p'", "@import 'p'", "@use 'q'", "@use 'd' as *", "@forward 'd/p'", "@import 'q'", ""]


@st.composite
def sheets(draw: st.DrawFn, minimum: int, maximum: int) -> dict[str, str | bytes]:
    chosen = draw(st.lists(st.sampled_from(NAMES), min_size=minimum, max_size=maximum, unique=True))
    made: dict[str, str | bytes] = {}
    for name in chosen:
        word = draw(st.sampled_from(["x", "y"]))
        rule = draw(st.sampled_from(RULES)) if name.endswith(".scss") else ""
        made[f"assets/{name}"] = (
            f"{rule};\n.{word} {{ b: url(z.png) }}\n" if not name.endswith(".sass") else f".{word}\n  b: c\n"
        ).removeprefix(";\n")
    return made


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sheets(3, 8), st.lists(st.tuples(sheets(0, 3), st.sets(st.sampled_from(NAMES), max_size=2)), max_size=3))
def test_however_sheets_are_edited_an_incremental_build_equals_a_clean_one(
    first: dict[str, str | bytes], edits: list[tuple[dict[str, str | bytes], set[str]]]
) -> None:
    made = Project({**first, "assets/z.png": "z", "assets/d/z.png": "zz"}, config("dart-sass"))
    made.build("--jobs", "1")
    for number, (written, deleted) in enumerate(edits):
        for name in deleted:
            (made.root / "assets" / Path(name)).unlink(missing_ok=True)
        made.write(written)
        incremental = made.build("--jobs", "2")
        clean = made.build("--jobs", "1", "--no-cache", "--output", f"clean{number}")
        assert result(incremental) == result(clean)
