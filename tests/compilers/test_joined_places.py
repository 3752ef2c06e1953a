"""What is said of a joined text is told where the author wrote it."""

from __future__ import annotations

import pytest

from scenario import Outcome, build_files

CONFIG = 'sources = ["assets"]\nencodings = []\n'
DAMAGED = "@layer x { .é :hover { color : red } }\n"


def sheets(**options: str) -> Outcome:
    files: dict[str, str | bytes] = {"i.png": b"png", **{f"css/{name}.css": text for name, text in options.items()}}
    return build_files(files, CONFIG + '[bundles."all.css"]\ncontents = ["css/a.css", "css/b.css"]\n', "-v")


@pytest.mark.parametrize("before", ["", "\ufeff", '@charset "utf-8";\n', "/* c */\n\n", ".c { d : e }\n"])
def test_a_notice_about_a_bundle_names_the_part_its_line_and_column(before: str) -> None:
    outcome = sheets(a="a { b : c }\n", b=before + DAMAGED)
    assert outcome.notices[0].startswith(
        f"notice: assets/css/b.css:{before.count(chr(10)) + 1}:15: minified by our own"
    )


def test_references_that_are_spelled_anew_shift_no_place() -> None:
    urls = ".u { background: url(../i.png) } .v { background: url( '../i.png' ) }\n"
    outcome = sheets(a=urls, b=urls + DAMAGED)
    assert outcome.notices[0].startswith("notice: assets/css/b.css:2:15: ")


def test_an_imported_sheet_is_named_itself() -> None:
    outcome = sheets(a='@import "c.css" screen;\n', b="a { b : c }\n", c="\n" + DAMAGED)
    assert outcome.notices[0].startswith("notice: assets/css/c.css:2:15: ")


def test_behind_a_comment_that_is_gone_no_place_is_invented() -> None:
    outcome = sheets(a="a { b : c }\n", b="/*# sourceMappingURL=nothing.map */\n" + DAMAGED)
    assert "of the text before minifying)" in outcome.notices[0]


def test_a_place_in_what_was_compiled_is_not_taken_for_one_in_its_source() -> None:
    config = '[bundles."all.css"]\ncontents = ["a.scss", "b.css"]\n'
    outcome = build_files(
        {"a.scss": "// c\n@layer x { .é :hover { color: red } }\n", "b.css": "a{}\n"}, CONFIG + config, "-v"
    )
    assert outcome.notices[0].startswith("notice: assets/a.scss: minified by our own stripping: ")


def test_scripts_too_are_told_in_their_files() -> None:
    config = '[minifiers]\njavascript = ["tdewolff"]\n[bundles."all.js"]\ncontents = ["a.js", "b.js"]\n'
    outcome = build_files({"a.js": "a( 1 ) ;\n", "b.js": "\n f( Math.trunc( x ) ) ;\n"}, CONFIG + config, "-v")
    assert outcome.notices[0].startswith("notice: assets/b.js:2:10: minified by our own stripping: tdewolff: ")
