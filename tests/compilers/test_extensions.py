"""Compilers of third parties: the one of the documentation, and all that can be wrong with one."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from scenario import CONFIG, Project

PAGE = (Path(__file__).parents[2] / "docs" / "compilers.md").read_text(encoding="utf-8")
NOTES = re.search(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
POINTS = re.search(r'^\[project\.entry-points\."(.*?)"\]\n(\w+) = "(.*?)"$', PAGE, re.MULTILINE)
IMPORTS = "from assetbuild.compilers.extensions import Content, Diagnostic, Extension, Result, Tools, replace\n"


class Packages:
    """A directory on sys.path, and the packages that a test installs there."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def install(
        self, module: str, code: str, points: str, version: str = "1.0", group: str = "assetbuild.compilers"
    ) -> None:
        """A distribution of one module, as pip would leave it; `points` are its entry points."""
        name = module.replace("_", "-")
        (self.directory / f"{module}.py").write_text(code)
        for former in self.directory.glob(f"{module}-*.dist-info"):
            for file in former.iterdir():
                file.unlink()
            former.rmdir()
        metadata = self.directory / f"{module}-{version}.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        (metadata / "entry_points.txt").write_text(f"[{group}]\n{points}\n")
        forget()


def forget() -> None:
    """Another process would not know what was looked up before."""
    from assetbuild.compilers import extensions

    extensions._registered.cache_clear()
    for name in [name for name in sys.modules if name.startswith("their_") or name == "assetbuild_notes"]:
        del sys.modules[name]


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Packages:
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    forget()
    return Packages(tmp_path)


@pytest.fixture
def notes(packages: Packages) -> Packages:
    assert NOTES is not None
    assert POINTS is not None
    packages.install("assetbuild_notes", NOTES[1], f"{POINTS[2]} = {POINTS[3]}", group=POINTS[1])
    return packages


def test_the_compiler_of_the_documentation_has_twenty_lines_at_most() -> None:
    assert NOTES is not None
    assert len([line for line in NOTES[1].splitlines() if line]) <= 20


def test_the_compiler_of_the_documentation_makes_pages_of_notes(notes: Packages) -> None:
    files = {"assets/a.note": "one < two\ninclude b", "assets/b.note": "three", "assets/c.note.jinja": "{{ 1 + 1 }}"}
    outcome = Project(files).build("--no-cache")
    assert outcome.text("a.html") == "<p class=note>one &lt; two</p>\n<p class=note>three</p>\n"
    assert outcome.text("c.html") == "<p class=note>2</p>\n"


def test_what_a_compiler_asked_for_is_traced(notes: Packages) -> None:
    project = Project({"assets/a.note": "include b", "assets/b.note": "one"})
    project.build()
    assert project.build().summary["compiled"] == {"ran": 0, "cached": 2}
    project.write({"assets/b.note": "two"})
    outcome = project.build()
    assert outcome.text("a.html") == "<p class=note>two</p>\n"
    project.delete("assets/b.note")
    outcome = project.build()
    assert outcome.code == 1
    assert "error: assets/a.note:1:9: no such note" in outcome.errors[0]


def test_a_new_version_of_the_package_is_another_key(notes: Packages) -> None:
    assert NOTES is not None
    project = Project({"assets/a.note": "one"})
    project.build()
    notes.install("assetbuild_notes", NOTES[1].replace("<p", "<P"), "notes = assetbuild_notes:NOTES", version="1.1")
    assert project.build().text("a.html") == "<P class=note>one</p>\n"


def test_rules_give_options_and_wrong_ones_are_errors(notes: Packages) -> None:
    rule = '[[rules]]\nmatch = "*"\noptions.notes = {NAME = "wide"}\n'
    files = {"assets/a.note": "one"}
    assert (
        Project(files, CONFIG + rule.replace("NAME", "class"))
        .build("--no-cache")
        .text("a.html")
        .startswith("<p class=wide>")
    )
    wrong = Project(files, CONFIG + rule.replace("NAME", "clas")).build("--no-cache")
    assert wrong.code == 2
    assert "no option 'clas' of 'notes'" in wrong.errors[0]
    assert "did you mean 'class'?" in wrong.errors[0]


def test_a_filter_is_named_in_rules_and_bundles_and_references_are_found_in_what_it_makes(packages: Packages) -> None:
    code = IMPORTS + (
        "def run(assets, options, tools):\n"
        "    text = assets[0].content.read().replace(b'old.png', b'new.png')\n"
        "    return Result((replace(assets[0], content=Content.of(text)),))\n"
        "FILTER = Extension(run, types=['text/css'])\n"
    )
    packages.install("their_filter", code, "renew = their_filter:FILTER")
    files = {"assets/css/a.css": "a{b:url(old.png)}", "assets/css/new.png": "new", "assets/a.js": ""}
    rule = '[[rules]]\nmatch = "{}"\nfilters = ["renew"]\n'
    outcome = Project(files, CONFIG + rule.format("css/*.css")).build("--no-cache")
    assert outcome.file("css/new.png").removeprefix("css/") in outcome.text("css/a.css")
    bundle = '[bundles."b.css"]\ncontents = ["css/a.css"]\nfilters = ["renew"]\n'
    outcome = Project(files, CONFIG + bundle).build("--no-cache")
    assert outcome.file("css/new.png") in outcome.text("b.css")
    wrong = Project(files, CONFIG + rule.format("a.js")).build("--no-cache")
    assert "filter 'renew' is for text/css, and 'a.js' is text/javascript" in wrong.errors[0]


FAULTS = {
    "def run(assets, options, tools): raise KeyError('k')": "failed: KeyError: 'k'",
    "def run(assets, options, tools): return 'text'": "failed: it returned str, not a Result",
    "def run(assets, options, tools): return Result('text')": "whose `assets` is no tuple of Asset",
    "def run(assets, options, tools): return Result((replace(assets[0], content=b''),))": "`content` is no Content",
    "def run(assets, options, tools): return Result(assets, 'x')": "whose `diagnostics` is no tuple of Diagnostic",
    "def run(assets, options, tools): return Result(())": "it made nothing and does not say why",
    "def run(assets, options, tools): return Result((replace(assets[0], path='x'),))": "it made 'x', and not 'a.html'",
    "def run(assets, options, tools): tools.read('/nonesuch/file')": "failed: FileNotFoundError",
}


@pytest.mark.parametrize("code", FAULTS)
def test_a_compiler_that_fails_is_named_with_its_package_and_the_former_release_stands(
    packages: Packages, code: str
) -> None:
    good = "def run(assets, options, tools): return Result((replace(assets[0], content=Content.of(b'good')),))"
    end = "\nTHEIRS = Extension(run, {'.note': '.html'})\n"
    packages.install("their_notes", IMPORTS + good + end, "notes = their_notes:THEIRS")
    project = Project({"assets/a.note": "one"})
    before = project.build()
    packages.install("their_notes", IMPORTS + code + end, "notes = their_notes:THEIRS", version="1.1")
    outcome = project.build()
    assert outcome.code == 1
    assert "error: assets/a.note: compiler 'notes' of their-notes 1.1 failed: " in outcome.errors[0]
    assert FAULTS[code] in outcome.errors[0]
    assert "Traceback" not in outcome.stderr
    assert (before.release / "public" / before.file("a.html")).read_bytes() == b"good"


@pytest.mark.parametrize(
    ("code", "points", "words"),
    [
        ("import nonesuch", "f = their_a:F", "ModuleNotFoundError: No module named 'nonesuch'"),
        ("1 / 0", "f = their_a:F", "ZeroDivisionError"),
        ("F = print", "f = their_a:F", "'their_a:F' is builtin_function_or_method, not an assetbuild Extension"),
        ("", "f = their_a:F", "AttributeError"),
    ],
)
def test_what_cannot_be_loaded_is_told_where_the_configuration_names_it(
    packages: Packages, code: str, points: str, words: str
) -> None:
    packages.install("their_a", code, points)
    rule = '[[rules]]\nmatch = "*"\nfilters = ["f"]\n'
    outcome = Project({"assets/a.css": ""}, CONFIG + rule).build("--no-cache")
    assert outcome.code == 2
    assert "assetbuild.toml:6:13: filter 'f' of their-a 1.0 cannot be loaded: " in outcome.errors[0]
    assert words in outcome.errors[0]


def test_a_compiler_that_cannot_be_loaded_ends_the_build_since_its_sources_would_be_published_as_they_are(
    notes: Packages,
) -> None:
    project = Project({"assets/a.note": "Hello"})
    assert "a.html" in project.build().assets
    (notes.directory / "assetbuild_notes.py").unlink()
    forget()
    outcome = project.build()
    assert outcome.code == 1
    assert outcome.errors == [
        "error: compiler 'notes' of assetbuild-notes 1.0 cannot be loaded: ModuleNotFoundError: "
        "No module named 'assetbuild_notes'\n  tell its authors, or install another version"
    ]


def test_what_a_compiler_raises_is_one_line(packages: Packages) -> None:
    code = "def run(assets, options, tools):\n    raise ValueError('one\\n  two')\n"
    packages.install("their_a", IMPORTS + code + "F = Extension(run)\n", "f = their_a:F")
    outcome = Project({"assets/a.css": ""}, CONFIG + '[[rules]]\nmatch = "*"\nfilters = ["f"]\n').build()
    assert "f' of their-a 1.0 failed: ValueError: one two\n" in outcome.errors[0]


def test_two_packages_with_one_name_are_told(packages: Packages) -> None:
    code = IMPORTS + "F = Extension(lambda assets, options, tools: Result(assets))\n"
    packages.install("their_a", code, "f = their_a:F")
    packages.install("their_b", code, "f = their_b:F")
    rule = '[[rules]]\nmatch = "*"\nfilters = ["f"]\n'
    outcome = Project({"assets/a.css": ""}, CONFIG + rule).build("--no-cache")
    assert "two packages register it: their-a and their-b" in outcome.errors[0]


def test_our_own_suffixes_stay_ours_and_unknown_names_are_told_with_the_nearest(packages: Packages) -> None:
    code = IMPORTS + "F = Extension(lambda assets, options, tools: Result(()), {'.scss': '.css'})\n"
    packages.install("their_sass", code, "their-sass = their_sass:F")
    assert Project({"assets/a.scss": "$a: red; b { c: $a }"}).build("--no-cache").text("a.css").startswith("b {")
    rule = '[[rules]]\nmatch = "*"\nfilters = ["their-sas"]\n'
    outcome = Project({"assets/a.css": ""}, CONFIG + rule).build("--no-cache")
    assert "did you mean 'their-sass'?" in outcome.errors[0]


def test_a_compiler_that_says_it_cannot_know_what_it_reads_runs_with_each_build(packages: Packages) -> None:
    code = IMPORTS + (
        "def run(assets, options, tools):\n"
        "    return Result((replace(assets[0], content=Content.of(b'a{}')),), traced=False)\n"
        "F = Extension(run)\n"
    )
    packages.install("their_f", code, "f = their_f:F")
    rule = '[[rules]]\nmatch = "*"\nfilters = ["f"]\n'
    project = Project({"assets/a.css": "", "assets/b.css": ""}, CONFIG + rule)
    project.build()
    outcome = project.build()
    assert outcome.summary["compiled"] == {"ran": 2, "cached": 0}
    assert [text for text in outcome.notices if "'f' runs with each build" in text] == outcome.notices
    assert len(outcome.notices) == 1
    project.write({"assetbuild.toml": CONFIG + rule + 'depends = ["settings.json"]\n'})
    project.build()
    assert project.build().summary["compiled"] == {"ran": 0, "cached": 2}
    project.write({"settings.json": "{}"})
    assert project.build().summary["compiled"] == {"ran": 2, "cached": 0}
