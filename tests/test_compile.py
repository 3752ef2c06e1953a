"""What is made is made once, remembered only as long as it is true, and tells its warnings every time."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

import pytest

from assetbuild import compile as compile_station
from assetbuild.model import Step
from scenario import Outcome, Project, below_assets, files_below

T = TypeVar("T")
CONFIG = 'sources = ["assets"]\nencodings = []\n'
SASS: dict[str, str | bytes] = {
    "css/app.scss": "@import 'parts/colours';\na { b: $c; }\n@warn 'careful';\n",
    "css/parts/_colours.scss": "$c: red;\n",
    "js/a.js": "a = 1;  b = 2;\n",
    "t.css.jinja": "a { b: {{ word }} }",
    "x.css": "a { b: c }",
}
CONTEXT = 'context = {word = "one", other = "two"}\n'


def project() -> Project:
    return Project(below_assets(SASS), CONFIG + CONTEXT)


def clean(made: Project) -> Outcome:
    """The same sources built from nothing, with nothing remembered."""
    return made.build("--no-cache", "--output", "clean")


def assert_as_clean(made: Project, built: Outcome) -> None:
    other = clean(made)
    assert built.manifest == other.manifest
    for entry in built.assets.values():
        assert built.public[entry["file"]] == other.public[entry["file"]]
    assert built.diagnostics == other.diagnostics


def test_a_warm_build_makes_nothing_and_says_the_same() -> None:
    made = project()
    cold = made.build()
    warm = made.build()
    assert cold.summary["compiled"] == {"ran": 4, "cached": 0}
    assert warm.summary["compiled"] == {"ran": 0, "cached": 4}
    assert (warm.manifest, warm.public, warm.diagnostics) == (cold.manifest, cold.public, cold.diagnostics)
    assert any("careful" in warning for warning in warm.warnings)
    assert_as_clean(made, warm)


def shadow(made: Project) -> None:
    made.write({"assets/css/_parts.scss": "", "assets/css/parts/colours.scss": "$c: blue;\n"})
    made.delete("assets/css/parts/_colours.scss")


EDITS: dict[str, Callable[[Project], None]] = {
    "an edited partial": lambda made: made.write({"assets/css/parts/_colours.scss": "$c: blue;\n"}),
    "a partial under its other name": shadow,
    "an edited script": lambda made: made.write({"assets/js/a.js": "c"}),
    "a changed context": lambda made: made.write({"assetbuild.toml": CONFIG + 'context = {word = "two"}\n'}),
    "a changed option": lambda made: made.write(
        {"assetbuild.toml": CONFIG + CONTEXT + '[[rules]]\nmatch = "**"\nminify = false\n'}
    ),
    "another base URL": lambda made: made.write({"assetbuild.toml": CONFIG + CONTEXT + 'base_url = "/x/"\n'}),
    "a deleted cache": lambda made: shutil.rmtree(made.root / ".assetbuild"),
    "a new asset": lambda made: made.write({"assets/css/new.scss": "@import 'app';"}),
    "a deleted asset": lambda made: made.delete("assets/x.css"),
    "nothing": lambda made: None,
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_incremental_build_equals_a_clean_one(edit: str) -> None:
    made = project()
    made.build()
    EDITS[edit](made)
    assert_as_clean(made, made.build())


def test_a_new_file_that_shadows_a_partial_is_seen() -> None:
    config = CONFIG + '[sass]\nload_paths = ["lib"]\n'
    made = Project(below_assets({"a.scss": "@import 'c';\na { b: $c }", "./lib/_c.scss": "$c: red;"}), config)
    assert "red" in made.build().text("a.css")
    made.write({"assets/_c.scss": "$c: blue;"})
    assert "blue" in made.build().text("a.css")
    made.delete("assets/_c.scss")
    built = made.build()
    assert "red" in built.text("a.css")
    assert built.summary["compiled"]["ran"] == 0


def test_what_lies_outside_the_sources_is_watched_too() -> None:
    config = CONFIG + '[sass]\nload_paths = ["near", "far"]\n'
    files = below_assets({"a.scss": "@import 'c';\na { b: $c }", "./far/_c.scss": "$c: red;", "./near/x": ""})
    made = Project(files, config)
    assert "red" in made.build().text("a.css")
    made.write({"far/_c.scss": "$c: blue;"})
    assert "blue" in made.build().text("a.css")
    made.write({"near/_c.scss": "$c: green;"})
    assert "green" in made.build().text("a.css")
    made.write({"assetbuild.toml": CONFIG + '[sass]\nload_paths = ["far", "near"]\n'})
    assert "blue" in made.build().text("a.css")


def test_a_partial_that_is_gone_is_an_error_however_warm_the_cache_is() -> None:
    made = project()
    made.build()
    made.delete("assets/css/parts/_colours.scss")
    built = made.build()
    assert built.code == 1
    assert "colours" in built.errors[0]


def test_the_order_of_load_paths_is_seen() -> None:
    files: dict[str, str | bytes] = {"one/a.css": "a{b:one}", "two/a.css": "a{b:two}"}
    made = Project(files, 'sources = ["one", "two"]\n')
    assert "one" in made.build().text("a.css")
    made.write({"assetbuild.toml": 'sources = ["two", "one"]\n'})
    assert "two" in made.build().text("a.css")


def test_the_order_of_a_context_is_seen() -> None:
    files = below_assets({"a.css.jinja": "{% for name in names %}.{{ name }}{b:c}{% endfor %}"})
    made = Project(files, CONFIG + "context.names = {x = 1, y = 2}\n")
    assert made.build().text("a.css") == ".x{b:c}.y{b:c}"
    made.write({"assetbuild.toml": CONFIG + "context.names = {y = 2, x = 1}\n"})
    assert made.build().text("a.css") == ".y{b:c}.x{b:c}"


def test_a_variable_of_the_environment_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Project(below_assets({"a.css.jinja": "a{b:{{ env.COLOUR }}}"}), CONFIG + 'env = ["COLOUR"]\n')
    monkeypatch.setenv("COLOUR", "red")
    assert made.build().text("a.css") == "a{b:red}"
    monkeypatch.setenv("COLOUR", "blue")
    assert made.build().text("a.css") == "a{b:blue}"


def test_the_number_of_workers_changes_nothing() -> None:
    made = project()
    one = made.build("--no-cache", "--jobs", "1", "--output", "one")
    eight = made.build("--no-cache", "--jobs", "8", "--output", "eight")
    assert files_below(one.release) == files_below(eight.release)
    assert one.diagnostics == eight.diagnostics


def test_only_what_waits_for_others_is_given_to_other_threads() -> None:
    given: list[str] = []

    class Others:
        def map(self, function: Callable[..., T], /, *iterables: Iterable[Any]) -> Iterator[T]:
            (items,) = map(list, iterables)
            given.extend(items)
            return iter([function(item) for item in items])

    steps = {"a.js": ("rjsmin",), "b.css": ("sass", "rcssmin"), "c.js": (), "d.css": ("minify",), "e.css": ("sass",)}
    outcomes = {name: compile_station.Outcome((), files=(name,)) for name in steps}
    made = compile_station._made(Others(), outcomes.__getitem__, steps, lambda name: [Step(one) for one in steps[name]])
    assert dict(made) == outcomes
    assert given == ["b.css", "e.css"]


def test_a_damaged_cache_is_a_warning_and_changes_nothing() -> None:
    made = project()
    before = made.build()
    for file in (made.root / ".assetbuild").glob("*.sqlite3*"):
        file.write_bytes(b"damaged" * 1000)
    after = made.build()
    assert after.manifest == before.manifest
    assert any("cache" in warning for warning in after.warnings)


def test_a_style_sheet_that_a_bundle_imports_is_part_of_it() -> None:
    files: dict[str, str | bytes] = {
        "css/a.css": "@import 'b.css';\na { b: c }",
        "css/b.css": "b { c: url(i.png) }",
        "css/i.png": b"1",
    }
    config = CONFIG + '[bundles."all.css"]\ncontents = ["css/a.css"]\n'
    made = Project(below_assets(files), config)
    built = made.build()
    assert built.file("css/i.png") in built.text("all.css")
    made.write({"assets/css/b.css": "b { c: d }"})
    assert_as_clean(made, made.build())


def test_errors_of_all_jobs_come_in_one_run() -> None:
    files: dict[str, str | bytes] = {
        "a.scss": "a { b: }}",
        "b.scss": "@import 'nope';",
        "c.css.jinja": "{{ undefined.x }}",
    }
    built = Project(below_assets(files), CONFIG).build()
    assert [diagnostic.file for diagnostic in built.diagnostics] == [
        "assets/a.scss",
        "assets/b.scss",
        "assets/c.css.jinja",
    ]
