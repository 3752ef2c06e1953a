from __future__ import annotations

import logging
import os
import pickle
import threading
from pathlib import Path
from typing import Any

import jinja2
import pytest

from assetbuild.runtime import Manifest, ManifestError
from assetbuild.runtime.jinja import install

from .release import record, write_release


def release(folder: Path, number: int, **more: Any) -> Path:
    """A manifest whose one asset has the number in its file name; put in place as a build does it."""
    fresh = write_release(folder / "new", {"a.css": record(f"a-{number}.css")}, **more)
    path = folder / "manifest.json"
    os.replace(fresh, path)
    os.utime(path, ns=(number, number))
    return path


def test_a_changed_manifest_is_picked_up_when_asked_for(tmp_path: Path) -> None:
    assets = Manifest.load(release(tmp_path, 1), auto_reload=True)
    assert assets.url("a.css") == "/static/a-1.css"
    release(tmp_path, 2)
    assert assets.url("a.css") == "/static/a-2.css"
    assert assets["a.css"].file == "a-2.css"
    assert (len(assets), list(assets), "a.css" in assets, "b" in assets) == (1, ["a.css"], True, False)


def test_a_manifest_that_nobody_asked_to_reload_stays_as_it_was(tmp_path: Path) -> None:
    assets = Manifest.load(release(tmp_path, 1))
    release(tmp_path, 2)
    assert assets.url("a.css") == "/static/a-1.css"


def test_a_page_keeps_the_manifest_that_it_began_with(tmp_path: Path) -> None:
    path = release(tmp_path, 1)
    environment = install(jinja2.Environment(), Manifest.load(path, auto_reload=True))
    template = environment.from_string("{{ asset_url('a.css') }}{{ build() or '' }} {{ asset_url('a.css') }}")
    assert template.render(build=lambda: release(tmp_path, 2) and None) == "/static/a-1.css /static/a-1.css"
    assert template.render(build=lambda: None) == "/static/a-2.css /static/a-2.css"


@pytest.mark.parametrize("content", [None, b"", b'{"schema": 1, "rel'])
def test_a_missing_or_half_written_manifest_leaves_the_last_good_one_in_use_and_is_told_once(
    content: bytes | None, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = release(tmp_path, 1)
    assets = Manifest.load(path, auto_reload=True)
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with caplog.at_level(logging.ERROR, "assetbuild.runtime"):
        assert assets.url("a.css") == assets.url("a.css") == "/static/a-1.css"
    [told] = caplog.messages
    assert "assetbuild build" in told
    assert told.endswith("the manifest read before stays in use")
    release(tmp_path, 2)
    assert assets.url("a.css") == "/static/a-2.css"


def test_the_first_manifest_has_to_be_a_good_one(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="run `assetbuild build`"):
        Manifest.load(tmp_path / "manifest.json", auto_reload=True)


def test_the_base_url_of_the_deploy_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSETBUILD_BASE_URL", "/deployed/")
    monkeypatch.setenv("ASSETBUILD_MANIFEST", str(release(tmp_path, 1)))
    assets = Manifest.load(auto_reload=True)
    release(tmp_path, 2, base_url="/built/")
    assert (assets.url("a.css"), assets.base_url) == ("/deployed/a-2.css", "/deployed/")


def test_everything_is_of_the_manifest_as_it_is_now(tmp_path: Path) -> None:
    assets = Manifest.load(release(tmp_path, 1), auto_reload=True)
    before = (assets.release, repr(assets), assets.current(), assets.once(lambda one: one.url("a.css")))
    release(tmp_path, 2, importmap={"imports": {"a": "a.css"}})
    after = (assets.release, repr(assets), assets.current(), assets.once(lambda one: one.url("a.css")))
    assert all(one != other for one, other in zip(before[:2] + before[3:], after[:2] + after[3:], strict=True))
    assert before[2] is not after[2]
    assert assets.importmap == {"imports": {"a": "a.css"}}
    assert assets.get("nope") is None
    assets.check()
    assert pickle.loads(pickle.dumps(assets)).url("a.css") == "/static/a-2.css"


def test_threads_see_the_old_or_the_new_one_while_it_changes(tmp_path: Path) -> None:
    assets = Manifest.load(release(tmp_path, 1), auto_reload=True)
    seen: list[str] = []
    failed: list[BaseException] = []

    def look() -> None:
        try:
            seen.extend(assets.url("a.css") for _ in range(200))
        except BaseException as error:  # noqa: BLE001
            failed.append(error)

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(2, 12):
        release(tmp_path, number)
    for thread in threads:
        thread.join()
    assert failed == []
    assert set(seen) <= {f"/static/a-{number}.css" for number in range(1, 12)}
    assert assets.url("a.css") == "/static/a-11.css"
