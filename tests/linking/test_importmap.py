"""`modules = "importmap"`: stable names in the modules, fingerprints in the map."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from assetbuild.runtime import Manifest
from assetbuild.runtime.importmap import importmap_json, importmap_tag
from browser import browse, serve
from crawler import crawl
from requirements_of_tests import need
from scenario import CONFIG, Files, Outcome, Project, below_assets, build_files

MAPPED = CONFIG + 'modules = "importmap"\n'
PINNED = MAPPED + '[importmap.pins]\nlit = "vendor/lit.js"\n"@shop/" = "js/shop/"\n'
SHOP: Files = {
    "vendor/lit.js": "export const html = 'lit';",
    "js/main.js": 'import {html} from "lit"; import {b} from "@shop/b.js"; import {a} from "./shop/a.js";'
    ' const {c} = await import("./shop/c.js"); document.title = [html, a(), b, c].join(" ");',
    "js/shop/a.js": 'import {b} from "./b.js"; export const a = () => `a of ${b}`;',
    "js/shop/b.js": 'import {a} from "./a.js"; export const b = typeof a;',
    "js/shop/c.js": 'export const c = "c";',
}


def imports(outcome: Outcome) -> dict[str, str]:
    found: dict[str, str] = outcome.manifest["importmap"]["imports"]
    return found


def test_modules_keep_the_names_their_authors_wrote() -> None:
    outcome = build_files(SHOP, PINNED)
    for name in ("js/main.js", "js/shop/a.js", "js/shop/b.js"):
        assert outcome.bytes_of(name) == SHOP[f"{name}"].encode()  # type: ignore[union-attr]


def test_the_map_names_what_is_imported_and_all_that_is_pinned() -> None:
    assert imports(build_files(SHOP, PINNED)) == {
        "./js/shop/a.js": "js/shop/a.js",
        "./js/shop/b.js": "js/shop/b.js",
        "./js/shop/c.js": "js/shop/c.js",
        "@shop/a.js": "js/shop/a.js",
        "@shop/b.js": "js/shop/b.js",
        "@shop/c.js": "js/shop/c.js",
        "lit": "vendor/lit.js",
    }


def test_editing_a_leaf_renames_exactly_one_file() -> None:
    project = Project(below_assets(SHOP), PINNED)
    before = project.build()
    project.write({"assets/js/shop/c.js": 'export const c = "other";'})
    after = project.build()
    assert set(after.public) - set(before.public) == {after.file("js/shop/c.js")}


def test_a_cycle_of_mapped_imports_is_no_cycle_of_names() -> None:
    assert "cycle" not in build_files(SHOP, PINNED).assets["js/shop/a.js"]


def test_the_manifest_lists_imports_all_the_same() -> None:
    entry = build_files(SHOP, PINNED).assets["js/main.js"]
    assert entry["imports"] == ["js/shop/a.js", "js/shop/b.js", "vendor/lit.js"]
    assert entry["dynamicImports"] == ["js/shop/c.js"]


def test_rooted_and_asset_urls_become_stable_relative_names() -> None:
    files = {
        "js/a.js": 'import "asset:js/b.js"; import "/static/js/b.js"; import "./x/../b.js"',
        "js/b.js": "",
    }
    outcome = build_files(files, MAPPED)
    assert outcome.text("js/a.js") == 'import "./b.js"; import "./b.js"; import "./b.js"'
    assert imports(outcome) == {"./js/b.js": "js/b.js"}


def test_an_import_with_a_query_is_rewritten_as_no_map_resolves_it() -> None:
    outcome = build_files({"a.js": 'import "./b.js?v=1"', "b.js": ""}, MAPPED)
    assert outcome.text("a.js") == f'import "./{outcome.file("b.js")}?v=1"'
    assert imports(outcome) == {}


def test_what_a_worker_can_load_is_rewritten() -> None:
    files = {
        **SHOP,
        "js/page.js": 'new Worker(new URL("./worker.js", import.meta.url), {type: "module"})',
        "js/worker.js": 'import "./inner.js"; import "lit"',
        "js/inner.js": 'import("./leaf.js")',
        "js/leaf.js": "export {}",
    }
    outcome = build_files(files, PINNED)
    assert outcome.text("js/page.js").startswith(f'new Worker(new URL("{Path(outcome.file("js/worker.js")).name}"')
    inner, lit = Path(outcome.file("js/inner.js")).name, outcome.file("vendor/lit.js")
    assert outcome.text("js/worker.js") == f'import "./{inner}"; import "../{lit}"'
    assert outcome.text("js/inner.js") == f'import("./{Path(outcome.file("js/leaf.js")).name}")'


def test_a_service_worker_keeps_its_name_and_its_imports_are_rewritten() -> None:
    outcome = build_files({"sw.js": 'import "./lib.js"', "lib.js": ""}, MAPPED)
    assert outcome.public["sw.js"].decode() == f'import "./{outcome.file("lib.js")}"'


def test_a_pinned_name_is_rewritten_where_no_map_is_asked_for() -> None:
    config = PINNED.replace('modules = "importmap"\n', "")
    outcome = build_files(SHOP, config)
    assert f'from "../{outcome.file("vendor/lit.js")}"' in outcome.text("js/main.js")
    assert imports(outcome)["lit"] == "vendor/lit.js"


def test_a_name_that_is_not_pinned_is_left_alone() -> None:
    assert build_files({"a.js": 'import "react"'}, MAPPED).text("a.js") == 'import "react"'


def test_a_scope_comes_before_the_pins_for_the_modules_in_it() -> None:
    config = PINNED + '[importmap.scopes."js/admin/"]\nlit = "vendor/lit2.js"\n'
    files = {**SHOP, "vendor/lit2.js": "", "js/admin/a.js": 'import "lit"'}
    outcome = build_files(files, config)
    assert outcome.manifest["importmap"]["scopes"] == {"./js/admin/": {"lit": "vendor/lit2.js"}}
    assert outcome.assets["js/admin/a.js"]["imports"] == ["vendor/lit2.js"]
    assert outcome.assets["js/main.js"]["imports"][-1] == "vendor/lit.js"


def test_a_pin_that_leads_nowhere_is_an_error_at_its_place() -> None:
    config = MAPPED + '[importmap.pins]\nlit = "vendor/lti.js"\n"@x/" = "none/"\n'
    outcome = build_files(SHOP, config)
    assert outcome.code == 2
    assert outcome.errors == [
        "error: assetbuild.toml:6:1: 'lit' is pinned to 'vendor/lti.js', which is no asset\n"
        '    6 | lit = "vendor/lti.js"\n'
        "      | ^^^ did you mean 'vendor/lit.js'?",
        "error: assetbuild.toml:7:2: '@x/' is pinned to 'none/', in which there are no assets\n"
        '    7 | "@x/" = "none/"\n'
        "      |  ^^^",
    ]


def test_a_missing_module_of_a_pinned_directory_is_an_error_at_the_import() -> None:
    outcome = build_files({**SHOP, "js/x.js": 'import "@shop/d.js"'}, PINNED)
    (error,) = outcome.errors
    assert error.startswith("error: assets/js/x.js:1:9: no asset named 'js/shop/d.js'")


def test_the_reader_adds_base_url_and_integrity() -> None:
    outcome = build_files(SHOP, PINNED)
    manifest = Manifest.load(outcome.release / "manifest.json", base_url="https://cdn.example/x/")
    document = json.loads(importmap_json(manifest))
    url = f"https://cdn.example/x/{outcome.file('js/shop/a.js')}"
    assert document["imports"]["https://cdn.example/x/js/shop/a.js"] == url
    assert document["imports"]["@shop/a.js"] == url
    assert document["integrity"][url] == outcome.assets["js/shop/a.js"]["integrity"]
    assert "scopes" not in document


def test_the_tag_cannot_be_left_by_what_stands_in_it() -> None:
    config = MAPPED + '[importmap.pins]\n"</script>" = "a.js"\n'
    outcome = build_files({"a.js": ""}, config)
    tag = importmap_tag(Manifest.load(outcome.release / "manifest.json"), {"nonce": '"x'})
    assert tag.startswith('<script type="importmap" nonce="&quot;x">{"imports":{"\\u003c/script>"')
    assert tag.count("</script>") == 1


def test_the_release_holds_for_the_crawler() -> None:
    assert crawl(build_files(SHOP, PINNED).release).faults == []


@pytest.mark.parametrize("modules", ["importmap", "rewrite"])
def test_a_browser_loads_each_module_once(modules: str, tmp_path: Path) -> None:
    chromium = need("chromium")
    outcome = build_files(SHOP, PINNED.replace("importmap", modules, 1))
    manifest = Manifest.load(outcome.release / "manifest.json")
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "static").symlink_to(outcome.release / "public")
    head = importmap_tag(manifest, {}) if modules == "importmap" else ""
    (tmp_path / "site" / "index.html").write_text(
        f'<!doctype html>{head}<link rel="icon" href="data:,">'
        f'<script type="module" src="{manifest.url("js/main.js")}"></script>'
    )
    with serve(tmp_path / "site") as url, browse(chromium, tmp_path / "profile") as browser:
        page = browser.new_page()
        page.open(url)
        page.wait_for("document.title != ''")
        assert page.evaluate("document.title") == "lit a of function function c"
        assert page.faults == []
        scripts = [one for one in page.requested if one.endswith(".js")]
    assert len(scripts) == len(set(scripts)) == 5
    assert all(re.search(r"-[0-9a-f]{16}\.js$", one) for one in scripts)


def test_all_scripts_of_a_tree_are_pinned_by_their_names_and_pins_come_first() -> None:
    config = CONFIG + '[importmap.pins]\n"c/b" = "other.js"\n[importmap.trees]\nc = "js"\n"" = "lib"\n'
    files: dict[str, str | bytes] = {
        "js/index.js": "1",
        "js/a/index.js": "1",
        "js/b.js": "1",
        "js/x.css": "",
        "other.js": "1",
    }
    built = build_files({**files, "lib/one.mjs": "1", "lib/index.js": "1"}, config)
    assert built.manifest["importmap"]["imports"] == {
        "c": "js/index.js", "c/a": "js/a/index.js", "c/b": "other.js", "one": "lib/one.mjs"
    }  # fmt: skip


def test_a_tree_without_scripts_and_a_name_that_is_a_path_are_errors() -> None:
    built = build_files({"a.js": "1"}, CONFIG + '[importmap.trees]\nc = "js"\n')
    assert "'c' stands for the directory 'js', in which there are no scripts" in built.errors[0]
    for name in ("./c", "c/", "https://x"):
        built = build_files({"a.js": "1"}, CONFIG + f'[importmap.trees]\n"{name}" = "js"\n')
        assert f"'{name}' cannot begin the name of a module" in built.errors[0]
