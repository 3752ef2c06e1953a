"""What a process that serves a release imports: the standard library and the runtime, and nothing of the build side."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import assetbuild
from releasing import build

SOURCES = str(Path(assetbuild.__file__).parents[1])


@pytest.mark.parametrize("kind", ["wsgi", "asgi"])
def test_serving_imports_the_standard_library_and_the_runtime(kind: str, tmp_path: Path) -> None:
    build(tmp_path, {"a.css": b"a {}"}, encodings=["br"])
    program = f"""
import sys; sys.path.append({SOURCES!r})
before = set(sys.modules)
from assetbuild.runtime.{kind} import ReleaseApp, ReleaseMiddleware
ReleaseApp({str(tmp_path)!r})
print(*sorted(set(sys.modules) - before))
"""
    done = subprocess.run([sys.executable, "-S", "-I", "-c", program], capture_output=True, text=True, check=True)
    added = set(done.stdout.split())
    assert f"assetbuild.runtime.{kind}" in added
    assert {name.partition(".")[0] for name in added} <= {"assetbuild", *sys.stdlib_module_names}
    assert {name for name in added if name.startswith("assetbuild.")} <= {
        name for name in added if name.startswith("assetbuild.runtime")
    }
    assert ("asyncio" in added) == (kind == "asgi")
