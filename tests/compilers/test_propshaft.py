"""Propshaft's names: RAILS_ASSET_URL in scripts, rooted URLs in style sheets."""

from __future__ import annotations

from scenario import Outcome, build_files

CONFIG = 'sources = ["assets"]\nminify = false\nencodings = []\npropshaft = true\n'
SVG = "<svg xmlns='http://www.w3.org/2000/svg'/>"


def built(files: dict[str, str], config: str = CONFIG) -> Outcome:
    return build_files({"icons/star.svg": SVG, **files}, config)


def test_the_function_becomes_the_path_of_the_asset() -> None:
    outcome = built({"a.js": "let a = RAILS_ASSET_URL('/icons/star.svg#x'), b=RAILS_ASSET_URL( \"icons/star.svg\" )"})
    url = f"/static/{outcome.file('icons/star.svg')}"
    assert outcome.text("a.js") == f'let a = "{url}#x", b="{url}"'
    assert outcome.assets["a.js"]["bound"] is True


def test_names_without_a_slash_are_relative_to_the_script() -> None:
    files = {"js/a.js": 'x(RAILS_ASSET_URL("../icons/star.svg"), RAILS_ASSET_URL("./b c.js"))', "js/b c.js": "1"}
    outcome = built(files)
    b = outcome.file("js/b c.js").replace(" ", "%20")
    assert outcome.text("js/a.js") == f'x("/static/{outcome.file("icons/star.svg")}", "/static/{b}")'


def test_urls_and_what_is_no_code_stay_as_they_are() -> None:
    text = '// RAILS_ASSET_URL("/no.svg")\nx("RAILS_ASSET_URL(\'/\')", MY_RAILS_ASSET_URL("/"), o.RAILS_ASSET_URL("/"))'
    assert built({"a.js": text}).text("a.js") == text
    outcome = built({"a.js": 'x(RAILS_ASSET_URL("https://example.com/a.png"), RAILS_ASSET_URL("data:,1"))'})
    assert outcome.text("a.js") == 'x("https://example.com/a.png", "data:,1")'


def test_a_name_that_is_no_asset_fails_where_it_is_written() -> None:
    outcome = built({"a.js": 'x(RAILS_ASSET_URL("/icons/star.svg"));\n  y(RAILS_ASSET_URL("/icons/stra.svg"))'})
    assert outcome.errors[0].splitlines()[0] == "error: assets/a.js:2:5: no asset named 'icons/stra.svg'"


def test_what_is_computed_is_an_error() -> None:
    outcome = built({"a.js": "\nx(RAILS_ASSET_URL(name + '/b'), RAILS_ASSET_URL('a' + b))"})
    text = "RAILS_ASSET_URL takes one string that is written out"
    assert [error.splitlines()[0] for error in outcome.errors] == [
        f"error: assets/a.js:2:3: {text}",
        f"error: assets/a.js:2:33: {text}",
    ]


def test_rooted_urls_in_style_sheets_start_at_the_load_paths() -> None:
    sheet = '@import url("/css/b.css");\na { background: url(/icons/star.svg?v#x), url("https://x.y/z") }'
    outcome = built({"css/a.css": sheet, "css/b.css": "b { c: d }"})
    text = outcome.text("css/a.css")
    star, b = outcome.file("icons/star.svg"), outcome.file("css/b.css").removeprefix("css/")
    assert text == f'@import url("./{b}");\na {{ background: url(../{star}?v#x), url("https://x.y/z") }}'


def test_a_rooted_url_that_names_no_source_is_left_with_a_warning_until_there_is_one() -> None:
    outcome = built({"a.css": "\na { b: url(/public/x.png) }"})
    assert outcome.text("a.css") == "\na { b: url(/public/x.png) }"
    assert outcome.warnings[0].splitlines()[0] == (
        "warning: assets/a.css:2:12: left as it is: no source 'public/x.png' in any load path"
    )
    assert (
        built({"a.css": "a { b: url(/public/x.png) }", "public/x.png": "x"})
        .text("a.css")
        .startswith("a { b: url(public/x-")
    )


def test_urls_below_the_base_url_and_in_bundles_are_found() -> None:
    config = CONFIG + '[bundles."out/all.css"]\ncontents = ["css/*.css"]\n'
    outcome = built({"css/a.css": "a { b: url(/static/icons/star.svg), url(/icons/star.svg) }"}, config)
    star = outcome.file("icons/star.svg")
    assert f"url(../{star}), url(../{star})" in outcome.text("out/all.css")


def test_sass_and_templates_have_their_places_in_the_authors_text() -> None:
    outcome = built(
        {
            "a.scss": "$x: 1px;\n\na { margin: $x; b: url('/no.svg') }",
            "b.js.jinja": "{# c #}\nx(RAILS_ASSET_URL('/no.svg'))",
        }
    )
    assert [one.splitlines()[0] for one in outcome.errors] == ["error: assets/b.js.jinja:2:3: no asset named 'no.svg'"]
    outcome = built({"a.scss": "$x: 1px;\n\na { margin: $x; b: url('/no.svg') }"})
    assert outcome.warnings[0].splitlines()[0].startswith("warning: assets/a.scss:3:25: left as it is")


def test_minifying_comes_after_it() -> None:
    outcome = built({"a.js": "x( RAILS_ASSET_URL('/icons/star.svg') )"}, CONFIG.replace("minify = false\n", ""))
    assert outcome.text("a.js") == f'x("/static/{outcome.file("icons/star.svg")}")'


def test_without_the_key_the_names_mean_nothing() -> None:
    text = "x(RAILS_ASSET_URL('/icons/star.svg'))"
    assert built({"a.js": text}, CONFIG.replace("propshaft = true\n", "")).text("a.js") == text


def test_what_comes_after_a_name_has_its_place_too() -> None:
    outcome = built({"a.css": "\ufeffa { b: url(/icons/star.svg); c: url(no.svg) }\n\ni { c: url(none.svg) }"})
    assert [error.splitlines()[0] for error in outcome.errors] == [
        "error: assets/a.css:1:37: no asset named 'no.svg'",
        "error: assets/a.css:3:12: no asset named 'none.svg'",
    ]
