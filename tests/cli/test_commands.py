"""The command line as a whole: help, versions, and a reference that leaves nothing out."""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path

import pytest

from assetbuild import __version__
from assetbuild.cli import COMMANDS, command_line
from scenario import Project, Ran, below_assets

REFERENCE = (Path(__file__).parent.parent.parent / "docs" / "commands.md").read_text("utf-8")
SECTIONS = dict(re.findall(r"^## (\S+)\n(.*?)(?=^## |\Z)", REFERENCE, re.MULTILINE | re.DOTALL))


def parser_of(name: str) -> argparse.ArgumentParser:
    for action in command_line()._actions:
        if isinstance(action, argparse._SubParsersAction):
            found: argparse.ArgumentParser = action.choices[name]
            return found
    raise AssertionError(name)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_is_in_the_reference(name: str) -> None:
    assert name in SECTIONS, f"docs/commands.md has no section '## {name}'"
    section, general = SECTIONS[name], REFERENCE
    for action in parser_of(name)._actions:
        if isinstance(action, argparse._HelpAction):
            continue
        for option in action.option_strings or [str(action.metavar)]:
            within = general if option in ("--verbose", "--quiet") else section
            assert re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", within), f"'{option}' of {name}"
        for choice in action.choices or ():
            assert re.search(rf"\b{choice}\b", section), f"'{choice}' of {name}"


def test_the_reference_has_no_command_or_option_that_is_gone() -> None:
    for name in re.findall(r"^    assetbuild ([a-z]+) ", REFERENCE, re.MULTILINE):
        assert name in COMMANDS
    known = {"--help", "--version"}
    for name in COMMANDS:
        known.update(option for action in parser_of(name)._actions for option in action.option_strings)
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", REFERENCE)) <= known


@pytest.mark.parametrize("name", ["build", "verify", "explain", "clean"])
def test_the_keys_of_every_summary_are_in_the_reference(name: str) -> None:
    made = Project(below_assets({"a.css": "a{b:c}"}))
    made.build()
    summary = made.run(name, *(["a.css"] if name == "explain" else []), "--format", "json").document["summary"]
    row = re.search(rf"^\| `{name}` \| (.*) \|$", REFERENCE[REFERENCE.index("keys of `summary`") :], re.MULTILINE)
    assert row
    for key in summary:
        assert f"`{key}`" in row[1]


def test_the_error_in_the_reference_is_what_is_shown() -> None:
    css = ".a {" + "\n" * 13 + '  background: url("../img/lgoo.png") no-repeat;\n}\n'
    ran = Project(below_assets({"css/app.css": css, "img/logo.png": b"1"})).run("build")
    assert "".join(f"    {line}\n" for line in ran.stderr.splitlines()) in REFERENCE


@pytest.mark.parametrize("words", [["--help"], ["-h"], *([name, "--help"] for name in COMMANDS)])
def test_help_is_for_everything(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    ran = Project({}, None).run(*words)
    assert ran.code == 0
    assert ran.stdout.startswith("usage: assetbuild")


@pytest.mark.parametrize("words", [["--version"], ["-V"], ["--version", "build"]])
def test_the_version(words: list[str]) -> None:
    assert Project({}, None).run(*words) == Ran(0, f"assetbuild {__version__}\n", "")


@pytest.mark.parametrize("words", [[], ["bild"], ["-x"], ["build", "--conf", "x"], ["url"], ["verify", "a", "b"]])
def test_what_is_no_command_is_a_usage_error(words: list[str]) -> None:
    ran = Project({}, None).run(*words)
    assert (ran.code, ran.stdout) == (2, "")
    assert ran.stderr.startswith("usage: assetbuild")


def test_it_runs_as_a_module() -> None:
    ran = subprocess.run([sys.executable, "-m", "assetbuild", "-V"], capture_output=True, text=True, check=True)
    assert ran.stdout == f"assetbuild {__version__}\n"


@pytest.mark.parametrize("words", [["--version"], ["list"], ["url", "a.css"]])
def test_looking_up_imports_nothing_of_the_build_stage(words: list[str]) -> None:
    made = Project(below_assets({"a.css": "a{b:c}"}))
    made.build()
    script = "import sys\nfrom assetbuild.cli import main\ntry:\n    main(sys.argv[1:])\nexcept SystemExit:\n    pass\n"
    script += "print(*(name for name in sys.modules if 'sqlite3' in name or name in {'jinja2', 'sass', 'brotli'}))\n"
    ran = subprocess.run(
        [sys.executable, "-c", script, *words], cwd=made.root, capture_output=True, text=True, check=True
    )
    assert ran.stdout.splitlines()[-1] == ""
