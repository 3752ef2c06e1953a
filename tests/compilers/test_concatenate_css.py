"""Style sheets joined: the cascade stays what it was, or the bundle is refused with a reason and a place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assetbuild.references.css_lexer import closers, top_level
from compilers.workbench import Workbench, asset_of, found_in, joined, names, text_of, texts

EXTERNAL = '@import "https://x.example/f.css";'


def css(*parts: str, imported: dict[str, str] | None = None) -> str:
    """The bundle css/all.css of css/0.css, css/1.css …"""
    assets = [asset_of(f"css/{number}.css", part) for number, part in enumerate(parts)]
    return text_of(joined("css/all.css", *assets, imported=tuple(asset_of(*one) for one in (imported or {}).items())))


def refusals(*parts: str) -> list[str]:
    assets = [asset_of(f"css/{number}.css", part) for number, part in enumerate(parts)]
    result = joined("css/all.css", *assets)
    assert result.assets == ()
    return texts(result)


def test_parts_follow_one_another() -> None:
    assert css("a{}", "", "/* c */", "b{}").split() == ["a{}", "/*", "c", "*/", "b{}"]


def test_an_external_import_first_stays_first_after_the_charset() -> None:
    assert css(f'@charset "utf-8";\n{EXTERNAL}\na{{}}', "b{}").startswith(f'@charset "UTF-8";\n\n{EXTERNAL}\na{{}}')


def test_an_external_import_after_comments_and_layer_statements_alone_stays() -> None:
    assert EXTERNAL in css("/* c */ @layer a, b;", f"{EXTERNAL} c{{}}")


@pytest.mark.parametrize("ignored", [EXTERNAL, '@import "b.css";', '@import "data:text/css,";'])
def test_an_import_that_a_layer_statement_made_void_does_not_come_to_life(ignored: str) -> None:
    imported = {"css/a.css": "/* a */", "css/b.css": "b{}"}
    text = css(f'@import "a.css";@layer x;{ignored}c{{}}', imported=imported)
    assert text.split() == ["/*", "a", "*/", "@layer", "x;c{}"]


def test_an_external_import_after_rules_is_refused_with_its_place(tmp_path: Path) -> None:
    bench = Workbench(tmp_path, {"a.css": "a{}", "b.css": f"/* b */\n  {EXTERNAL}\nb{{}}"})
    result = bench.join("all.css", "a.css", "b.css")
    assert result.assets == ()
    (problem,) = result.diagnostics
    assert (problem.file, problem.line, problem.column) == ("src/b.css", 2, 3)
    assert "cannot stay an import" in problem.text
    assert problem.hint


@pytest.mark.parametrize(
    "parts",
    [
        ("a{}", '@import url("data:text/css,b{}");'),
        (f"{EXTERNAL} @layer a;", EXTERNAL),
        ("@font-face{}", f"@layer a; {EXTERNAL}"),
        ("a{", EXTERNAL),
        ("a", EXTERNAL),
    ],
)
def test_no_import_is_joined_where_browsers_would_ignore_it(parts: tuple[str, ...]) -> None:
    assert "cannot stay an import" in refusals(*parts)[0]


def test_an_external_import_in_a_conditionally_imported_sheet_is_refused() -> None:
    entry = asset_of("a.css", '@import "b.css" print;')
    result = joined("all.css", entry, imported=(asset_of("b.css", EXTERNAL),))
    assert "cannot stay an import" in texts(result)[0]


def test_all_problems_come_in_one_run() -> None:
    assert len(refusals("a{}", EXTERNAL, '@import "missing.css";', "@namespace a 'b';")) == 3


def test_a_local_import_is_inlined_before_the_rules_of_its_sheet() -> None:
    text = css('@import "x.css";\n@import url(../y.css);a{}', imported={"css/x.css": "x{}", "y.css": "y{}"})
    assert text.replace("\n", "") == "x{}y{}a{}"


def test_an_import_without_its_semicolon_swallows_nothing_of_the_next_part() -> None:
    assert css('@import "x.css"', "b{}", imported={"css/x.css": "x{}"}).split() == ["x{}", "b{}"]
    assert css('@charset "utf-8"', "b{}").split() == ["b{}"]


@pytest.mark.parametrize(
    ("conditions", "opening"),
    [
        ("screen and (min-width: 1px)", "@media screen and (min-width: 1px){"),
        ("layer", "@layer{"),
        ("layer(a.b)", "@layer a.b{"),
        ("supports(display: grid)", "@supports (display: grid){"),
        ("supports(not (display: grid))", "@supports (not (display: grid)){"),
        ("supports(notation: x)", "@supports (notation: x){"),
        ("layer(a) supports(b:c) print", "@media print{@supports (b:c){@layer a{"),
        ("(min-width: 1px", "@media (min-width: 1px){"),
        ("supports(b: c", "@supports (b: c){"),
        ("print /* c", "@media print{"),
    ],
)
def test_conditions_of_an_import_become_blocks_around_its_sheet(conditions: str, opening: str) -> None:
    ending = "" if conditions.count("(") > conditions.count(")") or "/*" in conditions else ";"
    text = css(f'@import "x.css" {conditions}{ending}', "z{}", imported={"css/x.css": "x{}"})
    assert text.replace("\n", "") == opening + "x{}" + "}" * opening.count("{") + "z{}"


def test_conditions_nest_as_imports_do() -> None:
    imported = {"css/x.css": '@import "y.css" layer(b);x{', "css/y.css": "y{c:d"}
    text = css('@import "x.css" layer(a);a{}', imported=imported)
    assert text.replace("\n", "") == "@layer a{@layer b{y{c:d}}x{}}a{}"


def test_a_scope_of_an_import_is_left_to_the_browser() -> None:
    text = css('@import "x.css" scope((.a));', imported={"css/x.css": "x{}"})
    assert text.strip() == '@import "x.css" scope((.a));'


def test_import_cycles_end() -> None:
    imported = {"css/x.css": '@import "y.css";x{}', "css/y.css": '@import "x.css";@import "y.css";@import "0.css";y{}'}
    assert css('@import "x.css";a{}', imported=imported).split() == ["y{}", "x{}", "a{}"]


def test_a_sheet_imported_twice_stands_in_both_places_so_that_the_last_one_wins() -> None:
    text = css('@import "x.css";@import "y.css";@import "x.css";', imported={"css/x.css": "x{}", "css/y.css": "y{}"})
    assert text.split() == ["x{}", "y{}", "x{}"]


def test_imports_that_double_at_every_level_are_refused_before_they_fill_the_memory() -> None:
    imported = {f"{n}.css": f'@import "{n + 1}.css";@import "{n + 1}.css";' for n in range(1, 40)}
    result = joined(
        "all.css", asset_of("0.css", '@import "1.css";'), imported=tuple(asset_of(*x) for x in imported.items())
    )
    assert any("nested too deeply" in text for text in texts(result))


def test_a_chain_of_imports_as_long_as_the_stack_is_refused() -> None:
    imported = tuple(asset_of(f"{n}.css", f'@import "{n + 1}.css";') for n in range(1, 2000))
    result = joined("all.css", asset_of("0.css", '@import "1.css";'), imported=imported)
    assert any("nested too deeply" in text for text in texts(result))


def test_what_is_no_style_sheet_is_not_inlined() -> None:
    assert "@import" in css('@import "x.js";', imported={"css/x.js": "alert()"})


def test_an_import_of_something_unknown_stays_a_reference_where_it_may() -> None:
    (asset,) = joined("css/all.css", asset_of("a.css", '@import "css/bundle.css";b{}'), asset_of("c.css", "d{}")).assets
    assert [(one.kind, one.target) for one in asset.references] == [("import", "css/bundle.css")]
    assert asset.content.read().startswith(b'@import "./bundle.css";')


def test_imports_that_are_none_are_left_alone() -> None:
    text = css('a{}@import "x.css";', "@import;b{}", imported={"css/x.css": "x{}"})
    assert '@import "x.css";' in text
    assert "x{}" not in text


@pytest.mark.parametrize(
    "end", ["a{b:c", "a{b:'c", "a{b:url(c", "/* c", "@media x{a{b:c", "a", "a{b:\\", "@layer a", "a{}}", "a{};", "<!--"]
)
def test_what_a_part_leaves_open_does_not_reach_the_next(end: str) -> None:
    data = css(end, ".z{y:x}").encode()
    rules = [data[one.start : one.stop] for one in top_level(data) if one.kind == "qualified-rule"]
    assert rules[-1].strip() == b".z{y:x}"
    assert closers(data) == b""


def test_one_charset_is_left_and_byte_order_marks_go() -> None:
    text = css('\ufeffa{b:"é"}', '@charset "UTF-8";c{}', "\ufeff", '\ufeff@charset "latin-1";d{e:"ü"}')
    assert text.count("@charset") == 1
    assert text.startswith('@charset "UTF-8";\n')
    assert "\ufeff" not in text


def test_text_beyond_ascii_is_declared_and_plain_text_is_not() -> None:
    assert css('a{b:"é"}').startswith('@charset "UTF-8";')
    assert "@charset" not in css("a{}")


def test_a_character_set_that_was_read_already_or_that_nobody_knows_gives_way_to_utf_8(tmp_path: Path) -> None:
    assert css('@charset "latin-1";a{b:"é"}').startswith('@charset "UTF-8";')
    assert css('@charset "latin1";a{}').startswith('@charset "UTF-8";')
    assert "é" in css("@charset 'latin1';a{b:\"é\"}")
    bench = Workbench(tmp_path, {"a.css": '@charset "latin1";a{b:"é"}'.encode("latin-1"), "b.css": 'a{b:"ü"}'})
    text = bench.join("all.css", "a.css", "b.css").assets[0].content.read().decode()
    assert text.startswith('@charset "UTF-8";')
    assert text.count("charset") == 1
    assert "é" in text
    assert "ü" in text


def test_a_namespace_stays_alone_and_is_refused_in_company(tmp_path: Path) -> None:
    assert "@namespace" in css("@namespace a url(b);")
    bench = Workbench(tmp_path, {"a.css": "a{}", "b.css": "\n@namespace a url(b);"})
    (problem,) = bench.join("all.css", "a.css", "b.css").diagnostics
    assert (problem.file, problem.line) == ("src/b.css", 2)


@pytest.mark.parametrize(
    "comment", ["/*# sourceMappingURL=0.css.map */", "/*# sourceMappingURL=data:x */", "/*# sourceMappingURL=0.css.map"]
)
def test_source_maps_of_parts_are_dropped(comment: str) -> None:
    text = css(f"a{{}}/*# sourceMappingURL=old.map */{comment}", "b{}")
    assert "sourceMappingURL" not in text
    assert closers(text.encode()) == b""
    assert [text[one.start : one.stop].strip() for one in top_level(text.encode()) if one.kind == "qualified-rule"] == [
        "a{}",
        "b{}",
    ]


def test_a_source_map_comment_amid_a_rule_keeps_tokens_apart() -> None:
    assert css("a/*# sourceMappingURL=x.map */b{}").strip() == "a/**/b{}"


def test_line_ends_stay_as_they_are() -> None:
    assert css("a{}\r\nb{}") == "a{}\r\nb{}\n"


def test_references_are_spelled_from_the_bundle() -> None:
    result = joined("css/all.css", asset_of("vendor/x/a.css", "a{b:url(i/p.png)}@font-face{src:url('../f.woff?#x')}"))
    assert "url(../vendor/x/i/p.png)" in text_of(result)
    assert "url('../vendor/f.woff?#x')" in text_of(result)


STATEMENTS = r"""
a{b:url(c.png)}
a{b:url( 'd e.png' )}
@import "x.css";
@import url(y.css) layer(l) print;
@import 'no.css';
@import "https://x.example/f.css";
@layer a;
@layer a{b{c:url(d.svg#e)}}
/* c */
@charset 'x';
;
}
{
url(f.png
'
<!--
\
é
/*# sourceMappingURL=m.map */
a{b:image-set('g.png' 1x,url("h.png") 2x)}
@unknown x;
@unknown{}
a{b:url(asset:k.png)}
a{b:url(/static/l.png) url(//h/m.png) url(#n) url(http://o/p.png)}
@namespace q 'r';
"""
STATEMENT = st.sampled_from([*STATEMENTS.splitlines(), " ", "\n"])
SHEET = st.lists(STATEMENT, max_size=6).map("".join)
PLACE = st.sampled_from(["", "css/", "a/b/"])


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(PLACE, SHEET), min_size=1, max_size=3), SHEET, PLACE)
def test_the_references_listed_are_those_that_stand_in_the_bundle(
    parts: list[tuple[str, str]], sheet: str, place: str
) -> None:
    assets = [asset_of(f"{folder}{number}.css", text) for number, (folder, text) in enumerate(parts)]
    imported = (asset_of("css/x.css", sheet), asset_of("y.css", sheet))
    for asset in joined(f"{place}all.css", *assets, imported=imported).assets:
        assert names(asset) == found_in(asset)
