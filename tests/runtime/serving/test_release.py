"""What is served: what the manifests name and the disk has, whatever the manifests say."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from assetbuild.runtime import ManifestError
from assetbuild.runtime.serving.release import read_release
from releasing import build, tree

BIG = {"css/app.css": b"body { color: red }\n" * 50, "js/app.js": b"console.log(1);\n" * 50}


@pytest.fixture
def release(tmp_path: Path) -> Path:
    build(tmp_path / "release", BIG, plain={"favicon.ico": b"icon" * 9}, encodings=["br", "gzip"])
    return tmp_path / "release"


def edit(release: Path, name: str, **values: Any) -> None:
    """Change the entry of an asset in manifest.json."""
    document = json.loads((release / "manifest.json").read_bytes())
    document["assets"][name].update(values)
    (release / "manifest.json").write_text(json.dumps(document))


def only_file(release: Path, pattern: str) -> Path:
    (file,) = (release / "public").glob(pattern)
    return file


def test_each_file_of_the_manifest_is_served_and_variants_only_as_such(release: Path) -> None:
    files = read_release(release).files
    named = json.loads((release / "manifest.json").read_bytes())["assets"]
    assert set(files) == {entry["file"] for entry in named.values()}
    assert {it.encoding for it in files[named["css/app.css"]["file"]].variants} == {"br", "gzip"}


def test_a_directory_its_manifest_and_the_environment_name_the_release(
    release: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ASSETBUILD_MANIFEST", raising=False)
    found = read_release(release)
    assert read_release(str(release / "manifest.json")) == found
    monkeypatch.setenv("ASSETBUILD_MANIFEST", str(release / "manifest.json"))
    assert read_release() == found
    monkeypatch.chdir(release.parent)
    assert read_release("release") == found
    monkeypatch.setenv("ASSETBUILD_MANIFEST", "")
    with pytest.raises(ManifestError, match="set ASSETBUILD_MANIFEST"):
        read_release()


@pytest.mark.parametrize(
    ("base_url", "path"),
    [
        (None, "/static/"),
        ("/a//b", "/a//b/"),
        ("/", "/"),
        ("https://cdn.example", "/"),
        ("https://cdn.example/v1/s", "/v1/s/"),
        ("//cdn.example/s/", "/s/"),
        ("/a%20b%C3%A9/", "/a bé/"),
    ],
)
def test_the_path_of_the_base_url_counts(release: Path, base_url: str | None, path: str) -> None:
    assert read_release(release, base_url).base_path == path


def test_files_of_kept_releases_are_served_after_their_time(release: Path) -> None:
    before = read_release(release).files
    build(release, {**BIG, "css/app.css": b"body { color: blue }"}, plain={"favicon.ico": b"another"})
    after = read_release(release).files
    assert set(before) < set(after)
    assert after["favicon.ico"].size == 7
    assert all(after[name].immutable for name in set(before) - {"favicon.ico"})


def test_of_two_releases_that_name_a_file_the_newer_counts(release: Path) -> None:
    build(release, {}, plain={"favicon.ico": b"2"})
    build(release, {}, plain={"favicon.ico": b"three"})
    document = json.loads((release / "manifest.json").read_bytes())
    document["assets"] = {}
    document["release"] = "0" * 64
    (release / "manifest.json").write_text(json.dumps(document))
    assert read_release(release).files["favicon.ico"].size == 5


@pytest.mark.parametrize("damage", ["", "{}", '{"schema": 2}'])
def test_a_damaged_manifest_of_an_earlier_release_is_logged_and_left_out(
    release: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    (earlier,) = (release / "releases").glob("*.json")
    build(release, {"b.css": b"b {}"})
    earlier.write_text(damage)
    assert len(read_release(release).files) == 1
    assert earlier.name in caplog.text


def test_a_file_that_an_earlier_release_lost_is_logged_and_left_out(
    release: Path, caplog: pytest.LogCaptureFixture
) -> None:
    build(release, {"b.css": b"b {}"})
    lost = only_file(release, "css/app-*.css")
    lost.unlink()
    only_file(release, "js/app-*.js.br").unlink()
    files = read_release(release).files
    assert f"css/{lost.name}" not in files
    assert f"css/{lost.name}" in caplog.text
    (script,) = (files[name] for name in files if name.startswith("js/"))
    assert [it.encoding for it in script.variants] == ["gzip"]


@pytest.mark.parametrize("pattern", ["css/app-*.css", "css/app-*.css.br", "favicon.ico"])
def test_a_release_that_lacks_a_file_or_part_of_one_is_refused(release: Path, pattern: str) -> None:
    file = only_file(release, pattern)
    size = file.stat().st_size
    file.write_bytes(b"?")
    with pytest.raises(ManifestError, match=rf"public/.*{file.name} has 1 bytes, not {size}.*deploy it whole"):
        read_release(release)
    file.unlink()
    with pytest.raises(ManifestError, match=rf"public/.*{file.name} is not there"):
        read_release(release)


def test_a_missing_and_a_cut_off_manifest_are_refused_with_what_to_do(release: Path) -> None:
    manifest = release / "manifest.json"
    manifest.write_bytes(manifest.read_bytes()[:-20])
    with pytest.raises(ManifestError, match="deploy the release whole"):
        read_release(release)
    manifest.unlink()
    with pytest.raises(ManifestError, match="run `assetbuild build`"):
        read_release(release)


@pytest.mark.parametrize(
    "values",
    [
        {"file": "../../etc/passwd"},
        {"file": "/etc/passwd"},
        {"file": "css/../manifest.json"},
        {"file": "css\\app.css"},
        {"file": "a\0b"},
        {"file": "a\r\nb"},
        {"file": 7},
        {"type": "text/css\r\nSet-Cookie: a=b"},
        {"type": "text/css\u2028"},
        {"size": -1},
        {"integrity": 'sha384-"\r\n'},
        {"encodings": {"br": {"file": "../manifest.json", "size": 3}}},
        {"encodings": {"br\r\n": {"file": "css/app.css.br", "size": 3}}},
    ],
)
def test_a_manifest_that_leaves_the_release_or_a_header_is_refused(release: Path, values: dict[str, Any]) -> None:
    edit(release, "css/app.css", **values)
    with pytest.raises(ManifestError, match="damaged"):
        read_release(release)


@pytest.mark.parametrize("size", [1000, None], ids=["of the file", "of the link"])
@pytest.mark.parametrize("target", ["{outside}/secret.css", "app.css"])
def test_a_file_that_is_a_symbolic_link_is_refused(
    release: Path, tmp_path: Path, target: str, size: int | None
) -> None:
    size = size or len(target.format(outside=tmp_path))
    (tmp_path / "secret.css").write_bytes(b"s" * size)
    (release / "public/css/app.css").write_bytes(b"s" * size)
    file = only_file(release, "css/app-*.css")
    file.unlink()
    file.symlink_to(target.format(outside=tmp_path))
    edit(release, "css/app.css", size=size)
    with pytest.raises(ManifestError, match="symbolic links are not served"):
        read_release(release)


def test_a_directory_that_is_a_symbolic_link_is_refused(release: Path, tmp_path: Path) -> None:
    (release / "public/css").rename(tmp_path / "elsewhere")
    (release / "public/css").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ManifestError, match="symbolic links are not served"):
        read_release(release)


def test_a_pipe_in_the_place_of_a_file_is_refused(release: Path) -> None:
    file = only_file(release, "css/app-*.css")
    file.unlink()
    os.mkfifo(file)
    with pytest.raises(ManifestError, match="not there as a regular file"):
        read_release(release)


def test_manifests_and_private_files_are_never_served(release: Path) -> None:
    build(release, BIG, private={"js/app.js.map": b"{}"}, plain={"favicon.ico": b"i"}, encodings=["br"])
    assert any(name.startswith("private/") for name in tree(release))
    assert all("map" not in name and "manifest" not in name for name in read_release(release).files)


def test_a_link_to_the_current_release_is_followed_once(release: Path, tmp_path: Path) -> None:
    (tmp_path / "current").symlink_to(release)
    assert os.fsdecode(read_release(tmp_path / "current").public) == str(release / "public")


def test_encodings_nobody_can_ask_for_are_left_out(release: Path) -> None:
    edit(release, "css/app.css", encodings={"dcb": {"file": "css/app.css.dcb", "size": 3}})
    assert all(not it.variants for name, it in read_release(release).files.items() if name.startswith("css/"))


def test_a_name_that_is_not_ascii_is_found_whatever_the_locale(tmp_path: Path) -> None:
    build(tmp_path, {"img/été.css": b"a {}"})
    (name,) = read_release(tmp_path).files
    assert name.startswith("img/été-")
