"""An application whose manifest is absent, cut off or of a later version says so at its start."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from starlette.applications import Starlette

from assetbuild.runtime import Manifest, ManifestError, asgi, wsgi
from assetbuild.runtime.flask import AssetBuild as FlaskAssets
from assetbuild.runtime.starlette import AssetBuild as StarletteAssets
from runtime.release import record, write_release

STARTS: dict[str, Callable[[Path], object]] = {
    "plain": lambda manifest: Manifest.load(manifest),
    "flask": lambda manifest: FlaskAssets(Flask(__name__), manifest),
    "starlette": lambda manifest: StarletteAssets(Starlette(), manifest=manifest),
    "wsgi": lambda manifest: wsgi.ReleaseApp(manifest),
    "asgi": lambda manifest: asgi.ReleaseApp(manifest),
}


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda file: file.unlink(), ["no manifest at", "`assetbuild build`"]),
        (lambda file: file.write_bytes(file.read_bytes()[:-40]), ["cut off or damaged", "`assetbuild build`"]),
        (
            lambda file: file.write_text(json.dumps({**json.loads(file.read_text()), "schema": 2})),
            ["schema 2", "`assetbuild build`", "pip install --upgrade assetbuild"],
        ),
    ],
    ids=["absent", "cut off", "newer"],
)
def test_what_is_wrong_with_the_manifest_is_told_at_the_start_with_the_command_to_run(
    tmp_path: Path, start: str, damage: Callable[[Path], object], words: list[str]
) -> None:
    write_release(tmp_path, {"a.css": record("a.css", "text/css")})
    manifest = tmp_path / "manifest.json"
    damage(manifest)
    with pytest.raises(ManifestError) as raised:
        STARTS[start](manifest)
    for word in words:
        assert word in str(raised.value)
    assert str(manifest) in str(raised.value)
