"""Places in what a step before made are carried on to the author's text."""

from __future__ import annotations

from pathlib import Path

from assetbuild.compilers.authored import authored, names_in
from assetbuild.compilers.base import Result
from assetbuild.errors import Diagnostic
from assetbuild.model import Asset, Content, Origin
from compilers.workbench import asset_of

WRITTEN = "# one\n# two\nmade é text\n"
GIVEN = Asset("a.scss", "text/x-scss", Content.of("made é text\n".encode()), (), "a.scss.jinja")
SHIFT = WRITTEN.index("made")


def origins(offset: int, written: bytes) -> Origin | None:
    """What the step before says: all of its text stands two lines further down in the author's."""
    return None if written == b"made" else Origin("a.scss.jinja", offset + SHIFT, len(written))


def moved(root: Path, *diagnostics: Diagnostic) -> tuple[Diagnostic, ...]:
    (root / "a.scss.jinja").write_text(WRITTEN, "utf-8")
    return authored(Result((), diagnostics), GIVEN, origins, str(root)).diagnostics


def test_a_diagnostic_in_the_text_that_was_made_is_told_where_that_was_written(tmp_path: Path) -> None:
    (one,) = moved(tmp_path, Diagnostic("wrong", "a.scss.jinja", 1, 8, 4, "made é text", "do this", "warning"))
    assert one == Diagnostic("wrong", "a.scss.jinja", 3, 8, 4, "made é text", "do this", "warning")


def test_a_diagnostic_whose_place_is_not_known_keeps_the_file_alone(tmp_path: Path) -> None:
    (one,) = moved(tmp_path, Diagnostic("wrong", "a.scss.jinja", 1, 1, 4, "made é text"))
    assert one == Diagnostic("wrong", "a.scss.jinja")


def test_a_place_in_a_hint_is_moved_too(tmp_path: Path) -> None:
    hint = "used by b.scss:1:1, a.scss.jinja:1:8, not/a.scss.jinja:1:8"
    (one,) = moved(tmp_path, Diagnostic("wrong", "b.scss", 1, 1, hint=hint))
    assert one == Diagnostic("wrong", "b.scss", 1, 1, hint="used by b.scss:1:1, a.scss.jinja:3:8, not/a.scss.jinja:1:8")


def test_origins_in_the_text_that_was_made_lead_on_and_others_stay() -> None:
    places = {0: Origin("a.scss.jinja", 8, 4), 1: Origin("b.scss", 8, 4), 2: Origin("a.scss.jinja", 0, 0), 3: None}
    result = Result((), origins=lambda offset, written: places[offset])
    composed = authored(result, GIVEN, origins, "/nowhere").origins
    assert composed is not None
    assert [composed(offset, b"x") for offset in places] == [
        Origin("a.scss.jinja", 8 + SHIFT, 4),
        places[1],
        places[2],
        None,
    ]


def test_a_name_is_found_in_its_order_and_the_last_place_serves_for_the_rest() -> None:
    text = "max.png (x.png) asset:x.png 'l o.png'"
    by_name = names_in(asset_of("a.css", text))
    first, second = text.index("(x.png") + 1, text.index("asset:")
    found = [by_name(b"x.png"), by_name(b"asset:x.png"), by_name(b"x.png"), by_name(b"l%20o.png"), by_name(b"no.png")]
    assert found == [
        Origin("src/a.css", first, 5),
        Origin("src/a.css", second, 11),
        Origin("src/a.css", second, 11),
        Origin("src/a.css", text.index("l o.png"), 7),
        Origin("src/a.css", 0, 0),
    ]
