"""What scripts in workers load."""

from __future__ import annotations

from scenario import CONFIG, build_files


def test_a_service_worker_loads_the_files_of_the_release() -> None:
    outcome = build_files({"sw.js": "importScripts('lib/a.js', \"b.js\")", "lib/a.js": "1", "b.js": "2"})
    assert outcome.text("sw.js") == f"importScripts('{outcome.file('lib/a.js')}', \"{outcome.file('b.js')}\")"
    assert outcome.assets["sw.js"]["assets"] == ["b.js", "lib/a.js"]


def test_a_script_named_by_url_is_a_worker_and_so_is_what_it_loads_beside_itself() -> None:
    files = {
        "page.js": "new Worker(new URL('work/w.js', import.meta.url))",
        "work/w.js": "importScripts('x.js')",
        "work/x.js": "importScripts('y.js')",
        "work/y.js": "",
    }
    outcome = build_files(files)
    assert outcome.text("work/w.js") == f"importScripts('{outcome.file('work/x.js').removeprefix('work/')}')"
    assert outcome.text("work/x.js") == f"importScripts('{outcome.file('work/y.js').removeprefix('work/')}')"


def test_a_missing_script_of_a_worker_is_an_error_at_its_place() -> None:
    outcome = build_files({"sw.js": "importScripts('libs.js')", "lib.js": ""})
    assert outcome.errors == [
        "error: assets/sw.js:1:16: no asset named 'libs.js'\n"
        "    1 | importScripts('libs.js')\n"
        "      |                ^^^^^^^ did you mean 'lib.js'?"
    ]


def test_elsewhere_the_call_is_left_alone() -> None:
    assert build_files({"a.js": "importScripts('nowhere.js')"}).text("a.js") == "importScripts('nowhere.js')"


def test_a_rooted_service_worker_is_bound_to_the_base_url() -> None:
    outcome = build_files({"a.js": "navigator.serviceWorker.register('/static/sw.js')", "sw.js": ""})
    assert outcome.text("a.js") == "navigator.serviceWorker.register('/static/sw.js')"
    assert outcome.assets["a.js"]["bound"] is True
    missing = build_files({"a.js": "navigator.serviceWorker.register('/static/sw2.js')", "sw.js": ""})
    assert missing.errors[0].startswith("error: assets/a.js:1:35: no asset named 'sw2.js'")


def test_a_service_worker_outside_the_base_url_is_left_alone() -> None:
    text = "navigator.serviceWorker.register('/sw.js')"
    assert "bound" not in build_files({"a.js": text}).assets["a.js"]


def test_a_computed_import_is_told_with_v_and_left_alone() -> None:
    outcome = build_files({"a.js": "const a = 1;\nimport(name)"}, CONFIG)
    assert outcome.notices == [
        "notice: assets/a.js:2:1: the name of this import is computed: what it leads to is not looked at,"
        " nor rewritten\n"
        "    2 | import(name)\n"
        "      | ^^^^^^"
    ]
    assert outcome.text("a.js") == "const a = 1;\nimport(name)"


def test_a_bundle_in_another_directory_keeps_a_computed_import() -> None:
    config = 'sources = ["assets"]\nencodings = []\n[bundles."all.js"]\ncontents = ["js/*.js"]\n'
    outcome = build_files({"js/a.js": "import(name);", "js/b.js": "b('x')"}, config)
    assert "import(name)" in outcome.text("all.js")
