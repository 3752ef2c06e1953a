from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

import pytest

from assetbuild import survey
from assetbuild.compilers.pool import Pool
from scenario import Project, files_below

PARTS = {
    "scss/site.scss": "@import 'p';\n@import 'deep/q';",
    "scss/_p.scss": "a{b:c}",
    "scss/deep/_q.scss": "d{e:f}",
    "other.scss": "g{h:i}",
}
CONFIG = """
sources = ["assets", { path = "more", prefix = "kit" }]
minify = false
encodings = []
"""


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What LibSass is begun with, as the number of requests, and "survey" where the sources are looked at."""
    told: list[Any] = []
    begin, look = Pool.begin, survey.survey

    def told_begin(self: Pool, requests: Iterable[Any]) -> None:
        wanted = list(requests)
        told.append(len(wanted))
        begin(self, wanted)

    def told_survey(*arguments: Any, **options: Any) -> survey.Survey:
        told.append("survey")
        return look(*arguments, **options)

    monkeypatch.setattr(Pool, "begin", told_begin)
    monkeypatch.setattr(survey, "survey", told_survey)
    return told


def project() -> Project:
    made = Project({f"assets/{name}": text for name, text in PARTS.items()}, CONFIG)
    made.write({f"more/{name}": text for name, text in PARTS.items()})
    made.build()
    made.build()
    return made


EDITS: dict[str, tuple[dict[str, str], list[Any]]] = {
    "nothing": ({}, ["survey"]),
    "a partial": ({"assets/scss/_p.scss": "a{b:d}"}, [1, "survey"]),
    "a partial below a prefix": ({"more/scss/deep/_q.scss": "a{b:d}"}, [1, "survey"]),
    "partials of two entries": ({"more/scss/_p.scss": "a{b:d}", "assets/scss/deep/_q.scss": "a{b:d}"}, [2, "survey"]),
    "an entry": ({"assets/other.scss": "a{b:d}"}, ["survey", 1]),
    "a partial and an entry": ({"assets/scss/_p.scss": "a{b:d}", "assets/other.scss": "x{y:z}"}, [1, "survey", 2]),
    "no Sass": ({"assets/a.txt": "1"}, ["survey"]),
}


@pytest.mark.parametrize("name", EDITS)
def test_libsass_begins_before_the_sources_are_looked_at_if_a_partial_is_edited(name: str, steps: list[Any]) -> None:
    files, expected = EDITS[name]
    edited = project()
    steps.clear()
    edited.write(files)
    built = edited.build("--jobs", "2")
    assert built.code == 0
    assert steps == expected
    clean = edited.build("--no-cache", "--jobs", "1", "--output", str(edited.root / "clean"))
    assert files_below(edited.release / "public").items() >= files_below(clean.release / "public").items()
    assert files_below(edited.release)["manifest.json"] == files_below(clean.release)["manifest.json"]


def test_a_partial_that_is_gone_is_for_the_build_to_tell(steps: list[Any]) -> None:
    edited = project()
    steps.clear()
    edited.delete("assets/scss/_p.scss")
    assert edited.build().code == 1
    assert steps == ["survey"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="FIFOs of POSIX")
@pytest.mark.parametrize("kind", ["a FIFO", "a link to a device"])
def test_what_has_taken_the_name_of_a_partial_is_not_waited_for(kind: str) -> None:
    edited = Project(
        {"assets/s.scss": "@import 'p'; a{b:c}", "assets/_p.scss": "d{e:f}", "lib/_p.scss": "g{h:i}"},
        CONFIG.replace('{ path = "more", prefix = "kit" }', "") + 'time_limit = 20\n[sass]\nload_paths = ["lib"]\n',
    )
    edited.build()
    edited.build()
    name = edited.root / "assets/_p.scss"
    name.unlink()
    if kind == "a FIFO":
        os.mkfifo(name)
    else:
        name.symlink_to("/dev/zero")
    built = edited.build()
    assert built.code == 0
    clean = edited.build("--no-cache", "--jobs", "1", "--output", str(edited.root / "clean"))
    assert built.manifest == clean.manifest
    assert b"h: i" in built.public[built.file("s.css")]
