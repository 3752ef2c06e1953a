"""What a run-time process pays for `import assetbuild.runtime`: the standard library, and little of that."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import assetbuild

MODULES = tuple(
    f"assetbuild.runtime{part}" for part in ("", ".manifest", ".modules", ".page", ".reloading", ".security", ".tags")
)
SOURCES = str(Path(assetbuild.__file__).parents[1])


def modules_after(code: str) -> set[str]:
    """The modules that `code` adds in an interpreter without site-packages and environment."""
    program = f"import sys; sys.path.append({SOURCES!r}); before = set(sys.modules)\n{code}\n"
    program += "added = sorted(set(sys.modules) - before)\nimport json; print(json.dumps(added))"
    done = subprocess.run([sys.executable, "-S", "-I", "-c", program], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))


def test_the_runtime_imports_nothing_but_the_standard_library() -> None:
    for name in MODULES:
        tops = {module.partition(".")[0] for module in modules_after(f"import {name}")}
        assert tops - {"assetbuild"} <= set(sys.stdlib_module_names)


def test_loading_and_failing_import_nothing_else_either(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(
        json.dumps({"schema": 1, "release": "0" * 64, "base_url": "/", "assets": {"é": {
            "file": "é", "type": "text/css", "size": 0, "integrity": "sha384-" + "A" * 64}}})
    )  # fmt: skip
    code = f"""
from assetbuild.runtime import *
from assetbuild.runtime.manifest import dump_manifest, release_id
manifest = Manifest.load({str(tmp_path / "manifest.json")!r})
assert manifest.url("é") == "/%C3%A9"
release_id(dict(), dict()); dump_manifest(dict())
try:
    manifest.url("è")
except AssetNotFound:
    pass
"""
    added = modules_after(code)
    assert {name.partition(".")[0] for name in added} - {"assetbuild"} <= set(sys.stdlib_module_names)
    assert {
        name for name in added if name.startswith("assetbuild.") and not name.startswith("assetbuild.runtime")
    } == set()


def test_the_runtime_imports_no_module_of_the_build_side() -> None:
    added = modules_after(f"import {', '.join(MODULES)}")
    ours = {name for name in added if name.startswith("assetbuild")}
    assert ours >= {*MODULES, "assetbuild.runtime.importmap"}
    assert {name for name in ours if not f"{name}.".startswith("assetbuild.runtime.")} == {"assetbuild"}


def test_importing_the_runtime_takes_few_modules_of_ours() -> None:
    ours = {name for name in modules_after("import assetbuild.runtime") if name.startswith("assetbuild.")}
    parts = ("document", "entry", "errors", "location", "manifest", "shape", "urls")
    assert ours == {"assetbuild.runtime", *(f"assetbuild.runtime.{part}" for part in parts)}


def test_importing_the_runtime_loads_nothing_that_costs_time() -> None:
    dear = {"dataclasses", "inspect", "typing", "json", "re", "enum", "hashlib", "urllib.parse", "difflib", "pathlib"}
    assert dear & modules_after("import assetbuild.runtime") == set()


def test_the_jinja_extension_imports_no_module_of_the_build_side() -> None:
    code = "import sys, assetbuild.runtime.jinja; print([n for n in sys.modules if n.startswith('assetbuild')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=SOURCES)
    assert all(
        name in ("assetbuild", "assetbuild.runtime") or name.startswith("assetbuild.runtime.")
        for name in done.stdout.strip("[]\n").replace("'", "").split(", ")
    )
