"""What Django's own tests expect of a manifest storage, of a release that assetbuild built and ReleaseStorage looks up.

Where a build stops at what `collectstatic` only finds out later, or never, the behaviour expected is that of the build.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from assetbuild.runtime import AssetNotFound
from assetbuild.runtime.django import ReleaseStorage
from runtime.django.site import command, rendered, site
from scenario import Outcome, Project, below_assets, build_files, files_below

CONFIG = 'sources = ["assets"]\nminify = false\nencodings = []\nsource_maps = "linked"\n'
MAP = '{"version": 3, "sources": ["x.scss"], "sourcesContent": ["a {}"], "names": [], "mappings": "AAAA"}'
DATA_MAP = "data:application/json;charset=utf8;base64,eyJ2ZXJzaW9uIjozfQ=="
SVG = "<svg xmlns='http://www.w3.org/2000/svg'><path id='a'/></svg>"
FILES: dict[str, str | bytes] = {
    "test/file.txt": "text",
    "test/nonascii.css": "@charset 'UTF-8'; a { content: 'ü'; background: url(../cached/img/relative.png) }",
    "styles_root.css": "a {}",
    "absolute_root.css": '@import url("/static/styles_root.css");',
    "root.js": "export default 1",
    "nested/js/nested.js": "export default 2",
    "cached/other.css": "",
    "cached/styles.css": '@import url("other.css");',
    "cached/styles_insensitive.css": '@IMporT uRL("other.css");',
    "cached/import.css": "@import 'styles.css';",
    "cached/relative.css": (
        "@import url('../cached/styles.css'); @import 'styles.css'; @import url(./other.css);"
        "a { background: url(img/relative.png) }"
    ),
    "cached/absolute.css": (
        '@import url("/static/cached/styles.css"); @import url("/static/styles_root.css");'
        "a { background: url(/static/cached/img/relative.png) }"
    ),
    "cached/url.css": "@import url('https://www.djangoproject.com/m/css/base.css');",
    "cached/img/relative.png": b"png",
    "cached/css/window.css": "a { background: url('img/window.png') }",
    "cached/css/img/window.png": b"png",
    "cached/css/ignored.css": (
        "a{b:url('#foobar')} a{b:url('http:foobar')} a{b:url('https:foobar')} a{b:url('data:foobar')}"
        " a{b:url('chrome:foobar')} a{b:url('//foobar')} a{b:url()}"
    ),
    "cached/css/fragments.css": (
        "@font-face{src:url('fonts/font.eot?#iefix') format('x'),url('fonts/font.svg#webfontIyfZbseF')}"
        "@font-face{src:url('fonts/font.svg#path/to/../../fonts/font.svg')}"
        "a{b:url('data:font/woff;charset=utf-8;base64,d09GRgABAAAAADJoAA0AAAAAR2QAAQAAAAAA')}a{b:url('#default#VML')}"
    ),
    "cached/css/fonts/font.eot": b"eot",
    "cached/css/fonts/font.svg": SVG,
    "cached/data_uri_with_nested_url.css": 'a { background: url("data:image/svg+xml,url(%23b) url(%23c)") }',
    "cached/comments.css": "/* url(none.png) @import 'none.css' */ a { b: url(other.css) /* url('none.png') */ }",
    "cached/source_map.css": "a {}\n/*# sourceMappingURL=source_map.css.map */",
    "cached/source_map.css.map": MAP,
    "cached/source_map_tabs.css": "a {}\n/*#\tsourceMappingURL=source_map.css.map\t*/",
    "cached/source_map_sensitive.css": "a {}\n/*# sOuRcEMaPpInGURL=none.css.map */",
    "cached/source_map_data_uri.css": f"a {{}}\n/*# sourceMappingURL={DATA_MAP} */",
    "cached/source_map.js": "f()\n//# sourceMappingURL=source_map.js.map\n",
    "cached/source_map.js.map": MAP,
    "cached/source_map_trailing_whitespace.js": "f()\n//# sourceMappingURL=source_map.js.map\t \n",
    "cached/source_map_sensitive.js": "f()\n//# sOuRcEMaPpInGURL=none.js.map",
    "cached/source_map_data_uri.js": f"f()\n//# sourceMappingURL={DATA_MAP}\n",
    "cached/module_test.js": "export const testConst = 1, firstVar = 2, $second_var_2 = 3",
    "cached/module.js": """
import testConst from "./module_test.js";
import relativeModule from "../nested/js/nested.js";
import { firstConst, secondConst } from "./module_test.js";
import rootConst from "/static/root.js";
const one = import("./module_test.js"), two = import('./module_test.js'), three = import(`./module_test.js`);
import * as NewModule from "./module_test.js";
import*as m from "./module_test.js";
import { testConst as alias } from "./module_test.js";
import {
    firstVar1 as firstVarAlias,
    $second_var_2 as secondVarAlias
} from "./module_test.js";
import sheet from"./other.css"with{type:"css"};
export * from "./module_test.js";
export {
    firstVar as otherAlias
} from "./module_test.js";
import React from "react";
// @returns {import("./non-existent-1").something}
/* @returns {import("./non-existent-2").something} */
const texts = ['import("./non-existent-3")', "import('./non-existent-4')", `import("./non-existent-5")`, /import("x")/];
""",
    "cached/loop/a.css": "@import 'b.css';",
    "cached/loop/b.css": "@import 'a.css';",
}


@pytest.fixture(scope="module")
def built() -> Outcome:
    outcome = build_files(FILES, CONFIG)
    assert outcome.code == 0, outcome.errors
    return outcome


@pytest.fixture
def storage(built: Outcome) -> Iterator[ReleaseStorage]:
    with site(built.release) as storage:
        yield storage


def static(name: str, *, as_variable: bool = False) -> str:
    """What {% static %} prints."""
    text = f"{{% static '{name}' as it %}}{{{{ it }}}}" if as_variable else f"{{% static '{name}' %}}"
    return rendered("{% load static %}" + text)


def content(built: Outcome, name: str) -> str:
    """The published bytes behind the URL of a name, as text."""
    return built.public[static(name).removeprefix("/static/")].decode()


def base(built: Outcome, name: str) -> str:
    return built.file(name).rpartition("/")[2]


def test_template_tag_return(storage: ReleaseStorage, built: Outcome) -> None:
    with pytest.raises(ValueError, match=r"does/not/exist\.png"):
        static("does/not/exist.png")
    for as_variable in (False, True):
        assert static("test/file.txt", as_variable=as_variable) == f"/static/{built.file('test/file.txt')}"
    assert re.fullmatch(r"/static/cached/styles-[0-9a-f]{16}\.css", static("cached/styles.css"))
    assert static("path/") == "/static/path/"
    assert static("path/?query") == "/static/path/?query"


def test_path_with_querystring_and_with_fragment(storage: ReleaseStorage, built: Outcome) -> None:
    for suffix in ("?spam=eggs", "#eggs", "?spam=eggs#eggs"):
        assert static("cached/styles.css" + suffix) == f"/static/{built.file('cached/styles.css')}{suffix}"


def test_import_and_url_are_replaced_case_insensitively(storage: ReleaseStorage, built: Outcome) -> None:
    assert content(built, "cached/styles.css") == f'@import url("./{base(built, "cached/other.css")}");'
    assert content(built, "cached/styles_insensitive.css") == f'@IMporT uRL("./{base(built, "cached/other.css")}");'
    assert content(built, "cached/import.css") == f"@import './{base(built, 'cached/styles.css')}';"


def test_relative_references(storage: ReleaseStorage, built: Outcome) -> None:
    text = content(built, "cached/relative.css")
    assert "styles.css" not in text
    assert text.count(base(built, "cached/styles.css")) == 2
    assert f"url(img/{base(built, 'cached/img/relative.png')})" in text
    assert f"url('img/{base(built, 'cached/css/img/window.png')}')" in content(built, "cached/css/window.css")


def test_references_below_static_url_lead_to_the_same_files_and_no_more_to_the_host(
    storage: ReleaseStorage, built: Outcome
) -> None:
    text = content(built, "cached/absolute.css")
    assert f'url("./{base(built, "cached/styles.css")}")' in text
    assert f'url("../{built.file("styles_root.css")}")' in text
    assert f"url(img/{base(built, 'cached/img/relative.png')})" in text
    assert content(built, "absolute_root.css") == f'@import url("./{built.file("styles_root.css")}");'


def test_other_hosts_schemes_fragments_and_data_are_left_as_they_are(storage: ReleaseStorage, built: Outcome) -> None:
    for name in ("cached/css/ignored.css", "cached/url.css", "cached/data_uri_with_nested_url.css"):
        assert content(built, name) == FILES[name]


def test_protocol_relative_urls_are_left_also_if_static_url_is_a_slash() -> None:
    built = build_files({"ignored.css": "a { b: url(//foobar) }"}, CONFIG + 'base_url = "/"\n')
    with site(built.release, STATIC_URL="/", MEDIA_URL="/media/"):
        assert static("ignored.css") == f"/{built.file('ignored.css')}"
    assert built.text("ignored.css") == "a { b: url(//foobar) }"


def test_references_with_query_and_fragment(storage: ReleaseStorage, built: Outcome) -> None:
    text = content(built, "cached/css/fragments.css")
    font, picture = base(built, "cached/css/fonts/font.eot"), base(built, "cached/css/fonts/font.svg")
    assert f"url('fonts/{font}?#iefix')" in text
    assert f"url('fonts/{picture}#webfontIyfZbseF')" in text
    assert f"url('fonts/{picture}#path/to/../../fonts/font.svg')" in text
    assert "url('data:font/woff;charset=utf-8;base64,d09GRgABAAAAADJoAA0AAAAAR2QAAQAAAAAA')" in text
    assert "url('#default#VML')" in text


def test_comments_hold_no_references(storage: ReleaseStorage, built: Outcome) -> None:
    text = content(built, "cached/comments.css")
    assert text == str(FILES["cached/comments.css"]).replace("other.css", base(built, "cached/other.css"))


def test_text_that_is_not_ascii_stays(storage: ReleaseStorage, built: Outcome) -> None:
    text = content(built, "test/nonascii.css")
    assert "content: 'ü'" in text
    assert base(built, "cached/img/relative.png") in text


@pytest.mark.parametrize("name", ["source_map.css", "source_map_tabs.css"])
def test_source_maps_of_style_sheets(storage: ReleaseStorage, built: Outcome, name: str) -> None:
    target = base(built, "cached/source_map.css.map")
    assert re.search(rf"/\*#\s+sourceMappingURL={re.escape(target)}\s*\*/", content(built, f"cached/{name}"))


@pytest.mark.parametrize("name", ["source_map.js", "source_map_trailing_whitespace.js"])
def test_source_maps_of_scripts(storage: ReleaseStorage, built: Outcome, name: str) -> None:
    target = base(built, "cached/source_map.js.map")
    assert re.search(rf"^//# sourceMappingURL={re.escape(target)}\s*$", content(built, f"cached/{name}"), re.MULTILINE)


@pytest.mark.parametrize("name", ["source_map_sensitive.css", "source_map_sensitive.js"])
def test_a_source_map_comment_in_other_case_is_none(storage: ReleaseStorage, built: Outcome, name: str) -> None:
    assert content(built, f"cached/{name}") == FILES[f"cached/{name}"]


@pytest.mark.parametrize("name", ["source_map_data_uri.css", "source_map_data_uri.js"])
def test_a_source_map_in_a_data_uri_stays(storage: ReleaseStorage, built: Outcome, name: str) -> None:
    assert f"sourceMappingURL={DATA_MAP}" in content(built, f"cached/{name}")


def test_imports_and_exports_of_modules(storage: ReleaseStorage, built: Outcome) -> None:
    text = content(built, "cached/module.js")
    module = base(built, "cached/module_test.js")
    for written in (
        f'import testConst from "./{module}";',
        f'import relativeModule from "../{built.file("nested/js/nested.js")}";',
        f'import {{ firstConst, secondConst }} from "./{module}";',
        f'import rootConst from "../{built.file("root.js")}";',
        f"one = import(\"./{module}\"), two = import('./{module}'), three = import(`./{module}`)",
        f'import * as NewModule from "./{module}";',
        f'import*as m from "./{module}";',
        f'import {{ testConst as alias }} from "./{module}";',
        f'    $second_var_2 as secondVarAlias\n}} from "./{module}";',
        f'import sheet from"./{base(built, "cached/other.css")}"with{{type:"css"}};',
        f'export * from "./{module}";',
        f'    firstVar as otherAlias\n}} from "./{module}";',
        'import React from "react";',
        '// @returns {import("./non-existent-1").something}',
        '/* @returns {import("./non-existent-2").something} */',
        """['import("./non-existent-3")', "import('./non-existent-4')", `import("./non-existent-5")`, /import("x")/]""",
    ):
        assert written in text, written


def test_an_import_loop_is_published_where_djangos_storage_gives_up(storage: ReleaseStorage, built: Outcome) -> None:
    assert content(built, "cached/loop/a.css") == f"@import './{base(built, 'cached/loop/b.css')}';"
    assert content(built, "cached/loop/b.css") == f"@import './{base(built, 'cached/loop/a.css')}';"


def test_a_reference_to_nothing_fails_the_build_at_its_place() -> None:
    built = build_files({"faulty.css": "a { background: url('missing.png') }"})
    assert built.code == 1
    assert built.errors[0].startswith("error: assets/faulty.css:1:22: no asset named 'missing.png'")


def test_a_style_sheet_that_is_not_utf8_keeps_its_bytes_where_djangos_storage_gives_up() -> None:
    text = b"a { content: '\xff'; background: url(a.png) }"
    built = build_files({"nonutf8.css": text, "a.png": b"png"})
    assert built.bytes_of("nonutf8.css") == text.replace(b"a.png", built.file("a.png").encode())


def test_no_intermediate_files_are_published(built: Outcome) -> None:
    assert len([file for file in built.public if "/relative-" in file and file.endswith(".css")]) == 1
    assert built.public.keys() == {entry["file"] for entry in built.assets.values()}


def test_the_files_in_memory_are_those_of_the_manifest(storage: ReleaseStorage, built: Outcome) -> None:
    assert storage.hashed_files == {name: entry["file"] for name, entry in built.assets.items()}


def test_the_manifest_hash_is_the_releases_and_changes_with_its_files() -> None:
    project = Project(below_assets({"a.css": "a {}", "test/cleared.txt": "text"}))
    hashes = []
    for round_ in range(3):
        project.build()
        with site(project.release) as storage:
            hashes.append(storage.manifest_hash)
        if round_ == 1:
            project.delete("assets/test/cleared.txt")
    assert hashes[0] == hashes[1] != hashes[2]


def test_what_is_gone_from_the_sources_is_gone_from_the_manifest_and_cleared_from_static_root() -> None:
    project = Project(below_assets({"a.css": "a {}", "test/cleared.txt": "text"}))
    root = project.root / "root"
    built = project.build()
    with site(project.release, root) as storage:
        command("collectstatic", interactive=False)
        assert "test/cleared.txt" in storage.hashed_files
    project.delete("assets/test/cleared.txt")
    after = project.build()
    project.run("clean", "--keep", "1")
    with site(project.release, root) as storage:
        command("collectstatic", interactive=False, clear=True)
        assert "test/cleared.txt" not in storage.hashed_files
        with pytest.raises(AssetNotFound):
            storage.url("test/cleared.txt")
    assert files_below(root).keys() == after.public.keys() - {built.file("test/cleared.txt")}


def test_a_file_changed_after_collectstatic_has_another_name_in_what_refers_to_it() -> None:
    project = Project(
        below_assets({"foo.png": b"foo", "bar.css": 'a { b: url("foo.png"), url("xyz.png") }', "xyz.png": b"x"})
    )
    root = project.root / "root"
    texts = []
    for _ in range(2):
        built = project.build()
        with site(project.release, root) as storage:
            command("collectstatic", interactive=False)
            with storage.open(storage.stored_name("bar.css")) as file:
                texts.append(file.read().decode())
        assert built.file("foo.png") in texts[-1]
        assert built.file("xyz.png") in texts[-1]
        project.write({"assets/foo.png": b"new", "assets/xyz.png": b"new too"})
    assert texts[0] != texts[1]


def test_a_missing_entry_raises_and_without_strictness_has_its_plain_name(
    storage: ReleaseStorage, built: Outcome
) -> None:
    with pytest.raises(ValueError, match=r"cached/missing\.css"):
        static("cached/missing.css")
    with site(built.release, strict=False):
        assert static("cached/missing.css") == "/static/cached/missing.css"
