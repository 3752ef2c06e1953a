"""LibSass at work before the build asks: what comes of it is what would have come without."""

from __future__ import annotations

import os
import select
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from assetbuild.compilers import pool as pools
from assetbuild.compilers.libsass_pool import libsass_pool
from assetbuild.compilers.sass.ahead import request_ahead
from assetbuild.compilers.services import Services
from compilers.sass.test_sass import Project

ENTRY = "a/css/app.scss"
FILES: dict[str, str | bytes] = {
    ENTRY: '@import "theme", "parts/all";\n@import "library/grid"; @import "theme";\n'
    'a { color: $main; b: image-url("x.png") }\n',
    "a/css/_theme.scss": b"\xef\xbb\xbf$main: red;\r\n// \xc3\xa9\r\n",
    "a/css/parts/_all.scss": '@import "one";\n@import "two.scss"; @import url(print.css) print; @import "plain.css";\n',
    "a/css/parts/_one.scss": ".one { a: b }",
    "a/css/parts/two.scss": ".two { @import 'inner'; }",
    "a/css/parts/_inner.scss": "c { d: e }",
    "lib/library/_grid.scss": '@import "deep"; .grid { f: g }',
    "lib/library/_deep.scss": ".deep { h: i }",
}


@pytest.fixture
def services() -> Iterator[Services]:
    found = Services()
    yield found
    found.close()


def begin(project: Project, files: Mapping[str, Any], **options: Any) -> pools.Pool:
    """Lets LibSass begin with the entry, which read all the files the last time."""
    root = str(project.root)
    every = [os.path.join(root, file) for file in files]
    bases = [os.path.join(root, "a"), os.path.join(root, "lib")]
    request = request_ahead(os.path.join(root, ENTRY), options, every, bases)
    assert request is not None
    pool = libsass_pool(project.world.services, os.environ)
    pool.begin([request])
    return pool


def outcomes(root: Path, files: Mapping[str, str | bytes], services: Services) -> tuple[Any, Any]:
    """What is made with LibSass at work ahead, and without."""
    found = []
    for ahead in (True, False):
        project = Project(root, files, services=services)
        if ahead:
            begin(project, files)
        result = project.compile("css/app.scss", load_paths=["lib"])
        assets = [(asset.path, asset.content.read()) for asset in result.assets]
        found.append((assets, result.diagnostics, project.tools.files, project.tools.logical))
    return found[0], found[1]


def test_imports_are_guessed_and_the_outcome_is_the_same(
    tmp_path: Path, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[Any] = []
    digest_of = pools.digest_of
    monkeypatch.setattr(pools, "digest_of", lambda document: compared.append(document) or digest_of(document))
    ahead, without = outcomes(tmp_path, FILES, services)
    assert ahead == without
    assert b"color: red" in ahead[0][0][1]
    # Each file, and the one that is imported twice; the two of CSS are asked for.
    assert len(compared) == 8


@pytest.mark.parametrize(
    "changes",
    [
        {"a/css/parts/_one.scss": b"\xff { a: b }"},
        {"a/css/parts/_one.scss": "@use 'sass:math';"},
        {"a/css/parts/_one.scss": "@import '../app';"},
        {"a/css/parts/_one.scss": "@import 'all';"},
        {"a/css/parts/_one.scss": "@import 'nowhere';"},
        {"a/css/parts/_one.scss": "a { b: c"},
        {"a/css/parts/one.scss": "a { b: ambiguous }"},
        {"a/css/parts/_one.scss": "@warn 'said';\n@import 'other';", "a/css/parts/_other.sass": ".other\n  a: b\n"},
        {"a/css/library/_grid.scss": ".nearer { a: b }"},
        {"a/css/_theme.sass": "$main: blue\n"},
    ],
    ids=lambda changes: " ".join(f"{name} {text!r}" for name, text in changes.items()),
)
def test_so_it_is_where_something_is_wrong_or_another_file_is_meant(
    tmp_path: Path, services: Services, changes: Mapping[str, str | bytes]
) -> None:
    ahead, without = outcomes(tmp_path, {**FILES, **changes}, services)
    assert ahead == without


def test_a_file_that_was_edited_after_it_was_read_is_read_again(tmp_path: Path, services: Services) -> None:
    project = Project(tmp_path, FILES, services=services)
    pool = begin(project, FILES)
    ((_, worker),) = pool._begun
    assert worker._process.stdout is not None
    # The first guess is there, so the file is read.
    assert select.select([worker._process.stdout], [], [], 60.0)[0]
    (tmp_path / "a/css/_theme.scss").write_text("$main: green;")
    edited = {**FILES, "a/css/_theme.scss": "$main: green;"}
    result = Project(tmp_path, edited, services=services).compile("css/app.scss", load_paths=["lib"])
    assert b"color: green" in result.assets[0].content.read()
    assert not worker.is_there()


def test_several_entries_with_the_same_text_may_have_begun(tmp_path: Path, services: Services) -> None:
    files = {
        f"a/{name}/{file}": text
        for name in "xyz"
        for file, text in (("app.scss", '@import "own";'), ("_own.scss", f".{name} {{ a: b }}"))
    }
    project = Project(tmp_path, files, services=services)
    root = str(project.root)
    begun = [
        request_ahead(os.path.join(root, "a", name, "app.scss"), {}, [os.path.join(root, file) for file in files], [])
        for name in "xyz"
    ]
    libsass_pool(project.world.services, os.environ).begin([one for one in begun if one is not None])
    # The other two did not have to be compiled: it takes what was begun for them first.
    made = project.compile("z/app.scss").assets[0].content.read()
    assert made == b".z {\n  a: b;\n}\n"


def test_what_is_begun_is_for_this_request_alone(tmp_path: Path, services: Services) -> None:
    project = Project(tmp_path, FILES, services=services)
    pool = begin(project, FILES, style="compressed")
    result = project.compile("css/app.scss", load_paths=["lib"])
    assert b"color: red;" in result.assets[0].content.read()
    ((_, worker),) = pool._begun
    begin(project, FILES)
    assert not worker.is_there()
    ((_, worker),) = pool._begun
    services.close()
    assert not worker.is_there()


def test_an_entry_that_is_gone_is_for_the_build_to_find(tmp_path: Path) -> None:
    assert request_ahead(str(tmp_path / "nothing.scss"), {}, [], []) is None
