"""webassets' filters: text in, text out, and no mistake ends in a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from assetbuild.compilers.run import Run
from compilers.workbench import Workbench, text_of, texts

SHEET = "a {\n  b: url(c.png);\n  d: url(e.png)\n}\n"


def run(root: Path, name: str, text: str | bytes = SHEET, **options: object) -> Run:
    return Workbench(root, {"x/a.css": text}).run("x/a.css", ("webassets", {"filter": name, "options": options}))


def test_a_filter_works_on_the_text_and_references_keep_their_places(tmp_path: Path) -> None:
    result = run(tmp_path, "rcssmin", "\ufeff" + SHEET)
    assert text_of(result) == "a{b:url(c.png);d:url(e.png)}"
    assert [(one.target, one.origin.start) for one in result.assets[0].references] == [("x/c.png", 16), ("x/e.png", 33)]


def test_a_filter_may_change_what_a_text_refers_to(tmp_path: Path) -> None:
    result = run(tmp_path, "replace", pattern="c[.]png", repl="new.png")
    assert [one.target for one in result.assets[0].references] == ["x/new.png", "x/e.png"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nonesuch", "No filter 'nonesuch'"),
        ("cssutils", "failed"),
        ("cleancss", "failed"),
        ("uglifyjs", "failed"),
        ("jst", "not on the text"),
        ("datauri", "not on the text"),
        ("cssrewrite", "not on the text"),
        ("libsass", "as_output"),
        ("babel", "failed"),
    ],
)
def test_a_filter_that_cannot_work_says_why(
    tmp_path: Path, name: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    result = run(tmp_path, name)
    assert result.assets == ()
    assert words in texts(result)[0]
    assert f"'webassets:{name}'" in texts(result)[0]
    assert result.diagnostics[0].file == "src/x/a.css"


def test_wrong_options_and_wrong_bytes_are_told(tmp_path: Path) -> None:
    assert "failed" in texts(run(tmp_path, "rcssmin", nonsense=1))[0]
    assert "failed" in texts(run(tmp_path, "rcssmin", b"\xff"))[0]
