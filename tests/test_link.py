"""Names made of bytes, references rewritten, the closed world."""

from __future__ import annotations

import base64
import hashlib
import json
import posixpath
import re
import time
from urllib.parse import unquote

import pytest

from assetbuild.references.source_map import decode
from scenario import CONFIG, Outcome, build_files

MINIFIED = 'sources = ["assets"]\nencodings = []\n'


def url_in(text: str) -> str:
    found = re.search(r"""url\(["']?(.*?)["']?\)""", text)
    assert found
    return found[1]


def test_a_fingerprint_is_of_the_bytes_served() -> None:
    built = build_files({"css/a.css": "a{b:url(../i.png)}", "i.png": b"1"})
    for name in built.assets:
        assert hashlib.sha256(built.bytes_of(name)).hexdigest()[:16] in built.file(name)
        digest = base64.b64encode(hashlib.sha384(built.bytes_of(name)).digest()).decode()
        assert built.assets[name]["integrity"] == f"sha384-{digest}"


@pytest.mark.parametrize(
    "written", ["../img/i.png", "/static/img/i.png", "asset:img/i.png", "ASSET:img/i.png", "./../img/./x/../i.png"]
)
def test_every_way_to_name_an_asset_becomes_a_relative_url(written: str) -> None:
    built = build_files({"css/a.css": f"a{{b:url({written})}}", "img/i.png": b"1"})
    assert built.text("css/a.css") == f"a{{b:url(../{built.file('img/i.png')})}}"


@pytest.mark.parametrize("suffix", ["?v=1", "#x", "?#iefix", "?a=b#c?d"])
def test_query_and_fragment_are_kept(suffix: str) -> None:
    built = build_files({"a.css": f"a{{b:url(i.svg{suffix})}}", "i.svg": b"<svg/>"})
    assert built.text("a.css") == f"a{{b:url({built.file('i.svg')}{suffix})}}"


def test_under_a_full_url_only_that_url_is_ours() -> None:
    css = "a{b:url(https://cdn.example.com/s/i.png);c:url(/s/i.png);d:url(https://example.com/s/i.png)}"
    built = build_files({"a.css": css, "i.png": b"1"}, CONFIG + 'base_url = "https://cdn.example.com/s/"\n')
    assert built.text("a.css") == css.replace("https://cdn.example.com/s/i.png", built.file("i.png"))


def test_under_the_root_only_published_names_are_ours() -> None:
    css = "a{b:url(/i.png);c:url(/api/x);d:url(//i.png);e:url(//h/i.png)}"
    built = build_files({"a.css": css, "i.png": b"1", "h/i.png": b"2"}, CONFIG + 'base_url = "/"\n')
    assert built.text("a.css") == css.replace("(/i.png", f"({built.file('i.png')}")


def test_a_rooted_path_that_climbs_out_of_the_base_url_is_not_ours() -> None:
    css = "a{b:url(/static/../media/i.png)}"
    assert build_files({"a.css": css}).text("a.css") == css


NAMES = {
    "img/a b.png": ["img/a%20b.png", "img/a b.png"],
    "img/p(1).png": ["img/p(1).png", "img/p%281%29.png"],
    'img/it\'s "q".png': ["img/it%27s%20%22q%22.png"],
    "img/100%.png": ["img/100%25.png", "img/100%.png"],
    "img/q?.png": ["img/q%3F.png"],
    "img/h#.png": ["img/h%23.png"],
    "img/caf\u00e9.png": ["img/caf\u00e9.png", "img/cafe\u0301.png", "img/caf%C3%A9.png", "img/cafe%CC%81.png"],
    "xy:z.png": ["./xy:z.png", "xy%3Az.png", "asset:xy:z.png"],
    "\u65e5\u672c/\U0001f600.png": ["\u65e5\u672c/\U0001f600.png"],
    "img/a&b=c+d;e,f@g!.png": ["img/a&b=c+d;e,f@g!.png"],
}


@pytest.mark.parametrize(("name", "written"), [(name, one) for name, ways in NAMES.items() for one in ways])
def test_names_with_special_characters_are_found_and_encoded(name: str, written: str) -> None:
    built = build_files({"a.css": f'a{{b:url("{written}")}}', name: b"1"})
    url = url_in(built.text("a.css"))
    assert unquote(url.removeprefix("./")) == built.file(name)
    assert re.fullmatch(r"[!$&*+,;=:@\-._~/%0-9A-Za-z]+", url)
    assert ":" not in url.split("/")[0]


def test_a_decomposed_name_on_disk_is_found() -> None:
    built = build_files({"a.css": "a{b:url(caf\u00e9.png)}", "cafe\u0301.png": b"1"})
    assert built.assets["a.css"]["assets"] == ["caf\u00e9.png"]


def recomputed(built: Outcome, members: list[str]) -> dict[str, str]:
    """As docs/manifest.md says."""
    served = {path: re.findall("-([0-9a-f]{16})", built.file(path))[-1] for path in members}
    together = hashlib.sha256()
    for path in sorted(members):
        content = built.bytes_of(path)
        for fingerprint in served.values():
            content = content.replace(b"-" + fingerprint.encode(), b"-" + b"0" * 16)
        together.update(len(content).to_bytes(8, "big") + content)
    return {path: hashlib.sha256(together.digest() + path.encode()).hexdigest()[:16] for path in members}


CYCLES: dict[str, tuple[dict[str, str | bytes], list[list[str]]]] = {
    "itself": ({"a.css": "@import 'a.css';"}, [["a.css"]]),
    "two": ({"a.js": "import './b.js'", "b.js": "import './a.js'"}, [["a.js", "b.js"]]),
    "three": (
        {"a.css": "@import 'x/b.css';", "x/b.css": "@import url(../c.css);", "c.css": "@import '/static/a.css';"},
        [["a.css", "c.css", "x/b.css"]],
    ),
    "one on another": (
        {
            "a.js": "import './b.js';import './c.js'",
            "b.js": "import './a.js'",
            "c.js": "import './d.js'",
            "d.js": "import './c.js'",
        },
        [["a.js", "b.js"], ["c.js", "d.js"]],
    ),
    "two through one": (
        {"a.js": "import './b.js';import './c.js'", "b.js": "import './a.js'", "c.js": "import './a.js'"},
        [["a.js", "b.js", "c.js"]],
    ),
}


@pytest.mark.parametrize("case", CYCLES)
def test_the_fingerprints_of_a_cycle_can_be_computed_from_the_served_files(case: str) -> None:
    files, cycles = CYCLES[case]
    built = build_files(files)
    for members in cycles:
        names = recomputed(built, members)
        for path in members:
            assert built.assets[path]["cycle"] == members
            assert names[path] in built.file(path)


def test_editing_one_member_renames_the_whole_cycle_and_what_names_it() -> None:
    files: dict[str, str | bytes] = {
        "a.js": "import './b.js'",
        "b.js": "import './a.js'",
        "c.js": "import './a.js'",
        "d.js": "1",
    }
    one, other = build_files(files), build_files({**files, "b.js": "import './a.js';x"})
    assert [path for path in one.assets if one.file(path) != other.file(path)] == ["a.js", "b.js", "c.js"]


def test_references_to_stable_names_are_no_edges() -> None:
    config = CONFIG + 'prehashed = ["*-????????.js"]\n'
    files: dict[str, str | bytes] = {
        "sw.js": "import './a.js'",
        "a.js": "import './sw.js';import './p-abcdef12.js'",
        "p-abcdef12.js": "1",
    }
    built = build_files(files, config)
    assert "cycle" not in built.assets["a.js"]
    assert built.text("a.js") == files["a.js"]
    assert built.assets["a.js"]["imports"] == ["p-abcdef12.js", "sw.js"]
    assert built.text("sw.js") == f"import './{built.file('a.js')}'"
    assert built.file("sw.js") == "sw.js"


def test_a_plain_web_manifest_names_fingerprinted_icons() -> None:
    config = CONFIG + 'unfingerprinted = ["site.webmanifest"]\n'
    built = build_files({"site.webmanifest": '{"icons": [{"src": "i.png"}]}', "i.png": b"1"}, config)
    assert json.loads(built.text("site.webmanifest")) == {"icons": [{"src": built.file("i.png")}]}


def test_an_asset_literal_in_a_script_is_a_path_under_the_base_url_and_bound() -> None:
    script = "const a = 'asset:img/a b.png#x', b = 'asset://no', c = `asset:img/a b.png`;"
    built = build_files({"js/a.js": script, "img/a b.png": b"1", "js/b.js": "1"})
    path = "/static/" + built.file("img/a b.png").replace(" ", "%20")
    assert f"'{path}#x'" in built.text("js/a.js")
    assert "'asset://no'" in built.text("js/a.js")
    assert built.assets["js/a.js"]["bound"] is True
    assert "bound" not in built.assets["js/b.js"]


def data_in(text: str) -> bytes:
    found = re.search(r"data:[a-z/+]+;base64,([A-Za-z0-9+/=]+)", text)
    assert found
    return base64.b64decode(found[1])


def test_inlined_assets_become_data_urls() -> None:
    built = build_files({"a.css.jinja": "a{b:url({{ asset_data_url('i.svg') }})}", "i.svg": "<svg/>"})
    assert built.text("a.css") == "a{b:url(data:image/svg+xml;base64,PHN2Zy8+)}"


def test_what_is_inlined_is_rewritten_first_and_told_to_be_out_of_reach() -> None:
    files: dict[str, str | bytes] = {"a.css": "@import 'asset-data:b.css';", "b.css": "a{b:url(i.png)}", "i.png": b"1"}
    built = build_files(files)
    assert data_in(built.text("a.css")) == built.bytes_of("b.css")
    assert built.warnings == [
        "warning: assets/a.css:1:10: 'b.css' is inlined, and cannot reach 'i.png' from there\n"
        "    1 | @import 'asset-data:b.css';\n"
        "      |          ^^^^^^^^^^^^^^^^ inline that too (asset-data:), or refer to the file"
    ]


def test_what_is_inlined_may_inline_something_itself() -> None:
    built = build_files(
        {"a.css": "@import 'asset-data:b.css';", "b.css": "a{b:url(asset-data:i.png)}", "i.png": b"\x00\x01"}
    )
    assert data_in(data_in(built.text("a.css")).decode()) == b"\x00\x01"
    assert not built.warnings


def test_inlining_into_itself_is_an_error_and_what_names_it_no_second_one() -> None:
    built = build_files(
        {"a.css": "@import 'asset-data:b.css';", "b.css": "@import 'asset-data:a.css';", "c.css": "@import 'a.css';"}
    )
    assert built.code == 1
    assert len(built.errors) == 1
    assert built.errors[0].startswith("error: assets/a.css:1:10: 'b.css' is inlined into itself\n")


def test_external_references_need_not_resolve_but_are_rewritten_if_they_do() -> None:
    config = CONFIG + 'external = ["/static/media/**", "b.png"]\n[[rules]]\nmatch = "a.css"\nexternal = ["../up/**"]\n'
    files: dict[str, str | bytes] = {
        "a.css": "a{b:url(/static/media/x.png);c:url(../up/y.png);d:url(b.png)}",
        "b.png": b"1",
    }
    built = build_files(files, config)
    assert built.text("a.css") == f"a{{b:url(/static/media/x.png);c:url(../up/y.png);d:url({built.file('b.png')})}}"
    built = build_files({"b.css": "a{c:url(../up/y.png)}"}, config)
    assert "this leaves the release" in built.errors[0]


def test_a_reference_that_climbs_too_far_is_told_what_it_would_mean_inside() -> None:
    built = build_files({"css/a.css": "a{b:url(../../img/i.png);c:url(../../j.png)}", "img/i.png": b"1"})
    assert [error.rpartition("^ ")[2] for error in built.errors] == [
        "this leaves the release: did you mean 'img/i.png'?",
        "this leaves the release: name it in `external` if something else serves it",
    ]


def test_a_partials_url_is_meant_from_the_style_sheet_or_from_the_partial() -> None:
    files: dict[str, str | bytes] = {
        "css/a.scss": "@import 'parts/p';",
        "css/parts/_p.scss": "a { b: url(near.png); c: url(x.png) }",
        "css/parts/near.png": b"1",
        "css/x.png": b"2",
    }
    built = build_files(files)
    text = built.text("css/a.css")
    assert posixpath.basename(built.file("css/parts/near.png")) in text
    assert posixpath.basename(built.file("css/x.png")) in text


def test_all_dangling_references_are_shown_in_one_run_at_the_authors_text() -> None:
    files: dict[str, str | bytes] = {
        "s/a.scss": "$w: 1px;\n@import 'p';\n",
        "s/_p.scss": "a {\n  b: url('img/nope1.png');\n}",
        "j.css.jinja": '{# comment #}\na { b: url("nope2.png") }',
        "parts/x.css": '/* long */\n\ta { b : url( "../\u00e9/nope3.png" ) }',
        "parts/y.css": "b { c: d }",
        "js/m.js": "\n  import   './nope4.js';",
        "img/logo.png": b"1",
        "css/app.css": '\n  background: url("../img/lgoo.png") no-repeat;',
    }
    config = MINIFIED + '[bundles."all.css"]\ncontents = ["parts/*.css"]\n'
    built = build_files(files, config)
    assert built.code == 1
    assert built.errors == [
        "error: assets/css/app.css:2:20: no asset named 'img/lgoo.png'\n"
        '    2 |   background: url("../img/lgoo.png") no-repeat;\n'
        "      |                    ^^^^^^^^^^^^^^^ did you mean 'img/logo.png'?",
        "error: assets/j.css.jinja:2:13: no asset named 'nope2.png'\n"
        '    2 | a { b: url("nope2.png") }\n'
        "      |             ^^^^^^^^^",
        "error: assets/js/m.js:2:13: no asset named 'js/nope4.js'\n"
        "    2 |   import   './nope4.js';\n"
        "      |             ^^^^^^^^^^",
        "error: assets/parts/x.css:2:16: no asset named '\u00e9/nope3.png'\n"
        '    2 |     a { b : url( "../\u00e9/nope3.png" ) }\n'
        "      |                   ^^^^^^^^^^^^^^",
        "error: assets/s/_p.scss:2:11: no asset named 's/img/nope1.png'\n"
        "    2 |   b: url('img/nope1.png');\n"
        "      |           ^^^^^^^^^^^^^",
    ]


def test_a_fault_has_the_same_place_however_its_file_is_built() -> None:
    files: dict[str, str | bytes] = {
        "a.css": "/* first */\n\n.a  {\n  color : red;\n  background : url( 'gone.png' )\n}\n",
        "b.scss": "$w: 1px;\n\n.b {\n  .c { width: $w; background: url('gone.png') }\n}\n",
        "c.css.jinja": "{# first #}\n{% if true %}\n.c { background: url(gone.png) }\n{% endif %}\n",
        "d.js": "// first\n\nconst a = 1 ;\nimport   './gone.js' ;\n",
    }
    bundle = '[bundles."all.css"]\ncontents = ["a.css", "b.scss", "c.css.jinja"]\n'
    configs = [CONFIG, MINIFIED, CONFIG + bundle, MINIFIED + bundle]
    places = [
        [(one.file, one.line, one.column, one.source) for one in build_files(files, one).diagnostics] for one in configs
    ]
    assert [place[:3] for place in places[0]] == [
        ("assets/a.css", 5, 22),
        ("assets/b.scss", 4, 36),
        ("assets/c.css.jinja", 3, 22),
        ("assets/d.js", 4, 11),
    ]
    assert all(each == places[0] for each in places)


def test_a_sheet_may_import_itself() -> None:
    built = build_files(
        {"a.css": "@import 'a.css';b{c:d}", "e.css": "@import 'f.css';", "f.css": "@import url(e.css);"}
    )
    assert built.text("a.css") == f"@import './{built.file('a.css')}';b{{c:d}}"
    assert built.assets["a.css"]["cycle"] == ["a.css"]
    assert built.assets["e.css"]["cycle"] == ["e.css", "f.css"]


def test_a_reference_that_a_template_computes_is_told_at_what_computes_it() -> None:
    built = build_files({"a.css.jinja": "a{b:url({{ 'x' ~ 'y' }}.png)}"})
    (error,) = built.errors
    assert error.startswith("error: assets/a.css.jinja:1:9: no asset named 'xy.png'\n")


def test_a_reference_to_what_failed_is_no_second_error() -> None:
    built = build_files({"a.css": "@import 'b.css';", "b.scss": "a { b: }}}"})
    assert len(built.errors) == 1
    assert "assets/b.scss" in built.errors[0]


def test_the_same_base_name_elsewhere_is_suggested() -> None:
    built = build_files({"a.css": "a{b:url(logo.png)}", "brand/images/logo.png": b"1"})
    assert "did you mean 'brand/images/logo.png'?" in built.errors[0]


@pytest.mark.parametrize(
    ("name", "text", "nearest"),
    [
        ("a.css", "a{b:url(IMG/Logo.PNG)}", "img/logo.png"),
        ("a.css", "a{b:url(IMG/Lgoo.PNG)}", "img/logo.png"),
        ("a.css", "@import './C';", "c.css"),
        ("a.js", 'import "./B2"', "b2.js"),
        ("a.js", 'import "./c"', "c.js"),
        ("a.js", 'import "./D.JS"', "d.js"),
    ],
)
def test_a_name_in_another_case_or_without_its_extension_is_suggested(name: str, text: str, nearest: str) -> None:
    others = ("img/logo.png", "b.js", "b1.js", "b2.js", "b2.js.txt", "c.js", "c.png", "d.js", "d.js.js")
    files: dict[str, str | bytes] = dict.fromkeys(others, "1")
    if nearest == "c.css":
        files = {"c.css": "", "c.png": "1"}
    built = build_files({**files, name: text})
    assert [error.rpartition(" did you")[2] for error in built.errors] == [f" mean '{nearest}'?"]


def mapped_token(built: Outcome, script: str, needle: bytes) -> tuple[int, int]:
    """The source line and column that the map gives for a text in the served script."""
    data = built.bytes_of(script)
    before = data[: data.index(needle)]
    line, column = before.count(b"\n"), len(before) - before.rfind(b"\n") - 1
    document = json.loads(built.text(script + ".map"))
    segments = [one for one in decode(document["mappings"])[line] if one[0] <= column]
    return segments[-1][2], segments[-1][3]


def test_a_linked_map_is_right_after_references_have_grown() -> None:
    source = "$x: 1;\na { b: url(i.png) }\nb { c: url(i.png); d: $x }\ne { f: url(i.png) }\n"
    built = build_files({"a.scss": source, "i.png": b"1"}, MINIFIED + 'source_maps = "linked"\n')
    assert built.text("a.css").endswith(f"\n/*# sourceMappingURL={built.file('a.css.map')} */")
    assert built.text("a.css").count("\n") == 1
    assert mapped_token(built, "a.css", b"e{") == (3, 0)
    assert mapped_token(built, "a.css", b"d:") == (2, source.splitlines()[2].index("d:"))
    assert built.file("a.css.map").split("-")[1][:16] == hashlib.sha256(built.bytes_of("a.css.map")).hexdigest()[:16]


def test_the_map_of_a_member_of_a_cycle_is_right_too() -> None:
    files: dict[str, str | bytes] = {
        "a.min.js": "import './b.js';x()\n//# sourceMappingURL=a.min.js.map",
        "a.min.js.map": '{"version":3,"sources":["s.ts"],"names":[],"mappings":"AAAA,gBAAgB"}',
        "b.js": "import './a.min.js'",
    }
    built = build_files(files, CONFIG + 'source_maps = "linked"\n')
    assert built.assets["a.min.js"]["cycle"] == ["a.min.js", "b.js"]
    assert mapped_token(built, "a.min.js", b"x()") == (0, 16)


def test_a_map_that_cannot_be_read_is_served_as_it_is() -> None:
    files: dict[str, str | bytes] = {
        "a.js": "import './b.js';x()\n//# sourceMappingURL=a.js.map",
        "a.js.map": "not json",
        "b.js": "1",
    }
    built = build_files(files, CONFIG + 'source_maps = "linked"\n')
    assert built.text("a.js.map") == "not json"


def test_a_missing_map_drops_the_comment_with_a_notice() -> None:
    built = build_files({"a.js": "x;\n//# sourceMappingURL=gone.js.map\n"}, CONFIG + 'source_maps = "linked"\n')
    assert built.text("a.js").strip() == "x;"
    assert "assets/a.js:2:22: source map 'gone.js.map' is not published (there is no such file)" in built.notices[0]


def test_a_map_made_beside_an_asset_and_one_that_is_a_source_clash() -> None:
    built = build_files({"a.scss": "a { b: c }", "a.css.map": "{}"}, CONFIG + 'source_maps = "linked"\n')
    assert "two assets for one name 'a.css.map'" in built.errors[0]


def test_the_manifest_says_how_each_asset_is_referred_to() -> None:
    files: dict[str, str | bytes] = {
        "a.js": "import './b.js';import('./c.js');new URL('./i.png', import.meta.url)",
        "b.js": "1",
        "c.js": "1",
        "i.png": b"1",
    }
    entry = build_files(files).assets["a.js"]
    assert (entry["imports"], entry["dynamicImports"], entry["assets"]) == (["b.js"], ["c.js"], ["i.png"])


def test_very_many_dangling_references_are_all_shown_in_reasonable_time() -> None:
    files: dict[str, str | bytes] = {f"img/picture-{number}.png": b"1" for number in range(600)}
    files["a.css"] = "\n".join(f"a{{b:url(img/pictur-{number}x.png)}}" for number in range(600))
    began = time.monotonic()
    built = build_files(files)
    assert len(built.errors) == 600
    assert "did you mean 'img/picture-" in built.errors[0]
    assert time.monotonic() - began < 15


def test_a_name_in_another_case_is_suggested_however_many_mistakes_there_are() -> None:
    files: dict[str, str | bytes] = {f"img/picture-{number}.png": b"1" for number in range(2000)}
    files["a.css"] = "\n".join(f"a{{b:url(img/Picture-{number}.png)}}" for number in range(2000))
    began = time.monotonic()
    built = build_files(files)
    assert len(built.errors) == 2000
    assert all("did you mean 'img/picture-" in error for error in built.errors)
    assert time.monotonic() - began < 15
