"""Copies of the fixtures in Django's layout, their pages, and texts in a form in which they can be compared."""

from __future__ import annotations

import json
import os
import posixpath
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import tinycss2

from scenario import Files, Project, files_below

HERE = Path(__file__).parent
FIXTURES = HERE.parents[1] / "fixtures" / "from"
PAGES = """
import json, sys
import django
django.setup()
from django.test import Client
print(json.dumps({url: Client().get(url).content.decode() for url in sys.argv[1:]}))
"""


def copy_of(name: str) -> Project:
    """A fixture in a directory of its own, without a configuration."""
    return project_of(files_below(FIXTURES / name))


def project_of(files: Files) -> Project:
    """A project of these files alone."""
    project = Project(config=None)
    shutil.rmtree(project.root / "assets")
    project.write(files)
    return project


def python(project: Project, settings: str, *words: str) -> str:
    """What a program prints that runs in the project with these settings; warnings are errors of ours alone."""
    scripts = os.path.dirname(sys.executable)
    environment = {
        **os.environ,
        "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": os.pathsep.join([str(project.root), str(HERE), *sys.path]),
        "DJANGO_SETTINGS_MODULE": settings,
    }
    done = subprocess.run(
        [sys.executable, *words], cwd=project.root, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def pages(project: Project, settings: str, *urls: str) -> dict[str, str]:
    """The pages that a real Django renders."""
    found: dict[str, str] = json.loads(python(project, settings, "-W", "error", "-c", PAGES, *urls))
    return found


@dataclass(frozen=True, slots=True)
class Printed:
    """A tag of a page: `name` is the logical path it names, None for one with its text in it."""

    tag: str
    name: str | None
    text: str


def printed(page: str, release: Path) -> list[Printed]:
    """The scripts and style sheets of a page, in order, with their texts; not what it preloads."""
    manifest = json.loads((release / "manifest.json").read_text("utf-8"))
    names = {f"/static/{entry['file']}": name for name, entry in manifest["assets"].items()}
    found = []
    for match in re.finditer(r"<(script|style|link)([^>]*)>(?:(.*?)</\1>)?", page, re.DOTALL):
        url = re.search(r'(?:src|href)="([^"]*)"', match[2])
        if 'rel="preload"' in match[2]:
            continue
        if url is None:
            found.append(Printed(match[1], None, match[3]))
        else:
            file = release / "public" / url[1].removeprefix("/static/")
            found.append(Printed(match[1], names[url[1]], absolute(file.read_text("utf-8"), url[1])))
    return found


def absolute(text: str, url: str) -> str:
    """A style sheet whose relative URLs are written from the root, as it is at this URL."""

    def made(match: re.Match[str]) -> str:
        written = match[2]
        rooted = written if written.startswith(("data:", "/", "#")) else urljoin(url, written)
        return f"url({rooted})"

    return re.sub(r"url\(\s*([\"']?)(.*?)\1\s*\)", made, text) if posixpath.splitext(url)[1] == ".css" else text


def script_tokens(text: str) -> list[str]:
    """A script without comments, white space, semicolons and fingerprints."""
    bare = re.sub(r"/\*.*?\*/|(?<![:\"'])//[^\n]*", " ", text, flags=re.DOTALL)
    return re.findall(r"[\w$]+|\"[^\"]*\"|'[^']*'|[^\s;]", re.sub(r"-[0-9a-f]{16}(?=\.)", "", bare))


def rules(text: str) -> list[str]:
    """The rules of a style sheet by another parser, without comments, fingerprints and what spelling leaves open."""
    bare = re.sub(r"-[0-9a-f]{16}(?=\.)", "", text)
    return [_spelled(one) for one in _rules(bare)]


def _rules(text: str) -> Iterator[Any]:
    found = tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True)
    # @charset is none once the file is read.
    yield from (one for one in found if getattr(one, "lower_at_keyword", "") != "charset")


def _spelled(rule: Any) -> str:
    written: str = rule.serialize()
    written = re.sub(r"/\*.*?\*/", "", written, flags=re.DOTALL)
    written = re.sub(r"url\(\s*([\"']?)(.*?)\1\s*\)", r"url(\2)", written)
    return re.sub(r";}", "}", re.sub(r"\s*([{};:,])\s*", r"\1", re.sub(r"\s+", " ", written))).strip()
