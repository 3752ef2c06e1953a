from __future__ import annotations

import builtins
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import pytest

from assetbuild.errors import errors_of
from assetbuild.release import inspect
from assetbuild.runtime.manifest import dump_manifest, release_id
from assetbuild.verify import verify
from releasing import build, compressed, cycle, faults, integrity_of, linked

CSS = b"a{color:red}" * 50
FILE = "public/css/app-" + linked("css/app.css", CSS).content.digest[:16] + ".css"


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """Two releases: the older one's old.js is kept."""
    build(tmp_path / "out", {"css/app.css": CSS, "old.js": b"old"}, plain={"sw.js": b"1"})
    build(
        tmp_path / "out",
        {"css/app.css": CSS, "LICENSE": b"free"},
        plain={"sw.js": b"2"},
        prehashed={"dist/x-12345678.js": b"x"},
        private={"css/app.css.map": b"{}"},
        more=cycle({"js/a.js": "import '../{js/b.js}'", "js/b.js": "import '../{js/a.js}'", "js/c.js": "{js/a.js}"}),
        encodings=["br", "gzip", "zstd"],
    )
    return tmp_path / "out"


def edit(release: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the current manifest and keep its id right, as an attacker or a bug of ours would."""
    document = json.loads((release / "manifest.json").read_bytes())
    (release / f"releases/{document['release']}.json").unlink()
    change(document)
    document["release"] = release_id(document["assets"], document.get("importmap"))
    data = dump_manifest(document)
    (release / "manifest.json").write_bytes(data)
    (release / f"releases/{document['release']}.json").write_bytes(data)


def test_a_whole_release_has_no_fault_and_a_summary(release: Path) -> None:
    verified = verify(str(release))
    assert verified.diagnostics == ()
    files = [path for name in ("public", "private") for path in (release / name).rglob("*") if path.is_file()]
    assert (verified.files, verified.assets) == (len(files), 7)
    assert verified.bytes == sum(path.stat().st_size for path in files)


def test_a_manifest_names_its_release_directory(release: Path) -> None:
    whole = verify(str(release))
    assert verify(str(release / "manifest.json")) == whole
    assert verify(str(next((release / "releases").glob("*.json")))) == whole


def test_no_release_is_a_fault(tmp_path: Path) -> None:
    assert "no release in" in faults(tmp_path)[0]
    assert "no release in" in faults(tmp_path / "nowhere")[0]


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"schema": 9}', b"\xff", b"null"])
def test_a_damaged_manifest_is_a_fault_whether_current_or_kept(release: Path, data: bytes) -> None:
    current = json.loads((release / "manifest.json").read_bytes())["release"]
    kept = next(path for path in (release / "releases").glob("*.json") if path.stem != current)
    kept.write_bytes(data)
    assert any(kept.stem in fault for fault in faults(release))
    (release / "manifest.json").write_bytes(data)
    assert len(faults(release)) == 1


def test_every_changed_missing_and_extra_file_is_found(release: Path) -> None:
    named = sorted(path for name in ("public", "private") for path in (release / name).rglob("*") if path.is_file())
    for path in named:
        whole = path.read_bytes()
        name = path.relative_to(release).as_posix()
        for other in (None, whole[:-1], whole + b"x", whole[:-1] + bytes([whole[-1] ^ 1])):
            path.unlink() if other is None else path.write_bytes(other)
            assert any(fault.startswith(name) for fault in faults(release)), (name, other)
        path.write_bytes(whole)
    assert faults(release) == []


@pytest.mark.parametrize(
    "extra", ["x", "public/x.js", "public/css/.x", "private/x", "releases/x.json", "releases/a/b", "deep/er/x", ".x"]
)
def test_an_extra_file_is_found(release: Path, extra: str) -> None:
    (release / extra).parent.mkdir(parents=True, exist_ok=True)
    (release / extra).write_bytes(b"")
    assert faults(release) == [f"{extra} is extra: no manifest names it"]


def test_an_extra_directory_is_found_once(release: Path) -> None:
    (release / "public/new/er").mkdir(parents=True)
    assert faults(release) == ["public/new/er is extra: a directory without files"]


def test_symbolic_links_are_faults_and_not_followed(release: Path, tmp_path: Path) -> None:
    (tmp_path / "same.css").write_bytes(CSS)
    (release / FILE).unlink()
    (release / FILE).symlink_to(tmp_path / "same.css")
    (release / "public/all").symlink_to(tmp_path)
    os.mkfifo(release / "public/pipe")
    assert faults(release) == [
        "public/all is a symbolic link; a release holds files and directories only",
        f"{FILE} is a symbolic link; a release holds files and directories only",
        "public/pipe is no regular file; a release holds files and directories only",
    ]


def test_a_file_name_that_is_no_unicode_is_shown(release: Path) -> None:
    os.close(os.open(os.fsencode(release / "public") + b"/\xff", os.O_CREAT))
    assert faults(release) == ["public/\\xff is extra: no manifest names it"]


def test_the_id_of_a_release_is_computed_again(release: Path) -> None:
    data = (release / "manifest.json").read_bytes().replace(b'"text/css"', b'"text/xml"')
    (release / "manifest.json").write_bytes(data)
    assert any("does not have the id of its assets" in fault for fault in faults(release))


def test_the_kept_copy_of_the_manifest_must_be_there_and_the_same(release: Path) -> None:
    release_id = json.loads((release / "manifest.json").read_bytes())["release"]
    copy = release / f"releases/{release_id}.json"
    copy.write_bytes(copy.read_bytes() + b"\n")
    assert faults(release) == [f"releases/{release_id}.json is not the same as manifest.json"]
    copy.unlink()
    assert faults(release) == [f"releases/{release_id}.json is missing"]


def test_a_fingerprint_that_is_not_of_the_bytes_is_found(release: Path) -> None:
    def change(document: dict[str, Any]) -> None:
        document["assets"]["LICENSE"].update(integrity=integrity_of(b"mine"), encodings={})

    edit(release, change)
    file = next((release / "public").glob("LICENSE-????????????????"))
    for variant in (release / "public").glob("LICENSE-*.*"):
        variant.unlink()
    file.write_bytes(b"mine")
    right = linked("LICENSE", b"mine").content.digest[:16]
    assert f"public/{file.name} does not have the fingerprint of its bytes, {right}" in faults(release)


def test_the_fingerprints_of_a_cycle_are_computed_again(release: Path) -> None:
    file = next((release / "public/js").glob("c-????????????????.js"))
    changed = file.read_bytes()[:-1] + b"!"

    def change(document: dict[str, Any]) -> None:
        document["assets"]["js/c.js"].update(integrity=integrity_of(changed), encodings={})

    edit(release, change)
    file.write_bytes(changed)
    found = [fault for fault in faults(release) if "fingerprint" in fault]
    assert len(found) == 3
    assert all(fault.startswith("public/js/") and fault.endswith("of its cycle") for fault in found)


@pytest.mark.parametrize("members", [["js/a.js"], ["js/b.js", "js/a.js", "js/c.js"], ["js/b.js"], ["nowhere.js"]])
def test_members_of_a_cycle_must_name_each_other(release: Path, members: list[str]) -> None:
    edit(release, lambda document: document["assets"]["js/a.js"].update(cycle=members))
    assert any("the members of the cycle" in fault for fault in faults(release))


@pytest.mark.parametrize("encoding", ["br", "gzip", "zstd"])
@pytest.mark.parametrize("bomb", [False, True])
def test_a_variant_must_decode_to_the_bytes_of_its_asset(release: Path, encoding: str, bomb: bool) -> None:
    data = compressed(encoding, bytes(50_000_000) if bomb else CSS[:-1] + b"?", 1)
    document = json.loads((release / "manifest.json").read_bytes())
    file = f"public/{document['assets']['css/app.css']['encodings'][encoding]['file']}"
    (release / file).write_bytes(data)

    def change(document: dict[str, Any]) -> None:
        document["assets"]["css/app.css"]["encodings"][encoding]["size"] = len(data)

    edit(release, change)
    assert faults(release) == [f"{file} does not decode to the bytes of css/app.css"]


def test_decoding_stops_where_there_is_more_than_there_should_be(
    release: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def endless(stream: IO[bytes]) -> Iterator[bytes]:
        for _ in range(100):
            yield CSS
        pytest.fail("it did not stop")

    monkeypatch.setattr(inspect, "decoder", lambda encoding: endless)
    assert f"{FILE}.br does not decode to the bytes of css/app.css" in faults(release)


def test_an_unknown_encoding_is_a_fault(release: Path) -> None:
    def change(document: dict[str, Any]) -> None:
        encodings = document["assets"]["css/app.css"]["encodings"]
        encodings["lzma"] = encodings.pop("br")

    edit(release, change)
    assert faults(release) == [f"{FILE}.br has the unknown encoding lzma"]


def test_without_the_libraries_variants_are_checked_by_size_with_a_warning(
    release: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def missing(name: str, *arguments: Any) -> Any:
        if name in ("brotli", "zstandard"):
            raise ImportError(name)
        return real(name, *arguments)

    monkeypatch.delitem(sys.modules, "brotli")
    monkeypatch.setattr(builtins, "__import__", missing)
    diagnostics = verify(str(release)).diagnostics
    assert errors_of(diagnostics) == ()
    assert [it.text.split(" were ")[0] for it in diagnostics] == ["the br variants", "the zstd variants"]
    path = release / f"{FILE}.br"
    path.write_bytes(path.read_bytes() + b"x")
    assert len(faults(release)) == 1


def test_names_that_lead_nowhere_are_found(release: Path) -> None:
    def change(document: dict[str, Any]) -> None:
        document["assets"]["css/app.css"].update(imports=["1"], dynamicImports=["2"], assets=["3", "LICENSE"])
        document["importmap"] = {"imports": {"a": "4", "b": "LICENSE"}, "scopes": {"/x/": {"c": "5"}}}
        document["names"] = {"all": {"assets": ["6", "LICENSE"]}}

    edit(release, change)
    assert len(faults(release)) == 6


def test_a_hostile_manifest_reads_nothing_outside_the_release(release: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"s")
    for file in ("../../secret", "/etc/passwd", str(tmp_path / "secret"), "..\\..\\secret", "a/../../../secret"):
        for table in ("assets", "private"):
            entry = {"file": file, "size": 1, "integrity": integrity_of(b"s"), "type": "text/plain"}
            document = json.loads((release / "manifest.json").read_bytes())
            document[table]["x"] = entry
            (tmp_path / "hostile").mkdir(exist_ok=True)
            (tmp_path / "hostile/manifest.json").write_bytes(json.dumps(document).encode())
            assert any("damaged" in fault for fault in faults(tmp_path / "hostile"))


def test_two_entries_that_disagree_about_a_file_are_found(release: Path) -> None:
    def change(document: dict[str, Any]) -> None:
        document["assets"]["again"] = {**document["assets"]["LICENSE"], "integrity": integrity_of(b"other")}

    edit(release, change)
    assert any("another size or integrity" in fault for fault in faults(release))


def test_a_damaged_pending_record_is_a_warning(release: Path) -> None:
    for data in (b"{", b"null", b"{}", b'{"manifest":"","release":null,"additions":[["/x"]],"replacements":[]}'):
        (release / ".pending").write_bytes(data)
        assert [it.severity for it in verify(str(release)).diagnostics] == ["warning"]


def test_nothing_is_written(release: Path) -> None:
    (release / ".lock").unlink()
    before = sorted(release.rglob("*"))
    verify(str(release))
    assert sorted(release.rglob("*")) == before


def test_a_reference_in_a_file_to_a_name_that_no_release_has_is_found(tmp_path: Path) -> None:
    css = b"a { b: url(x-0123456789abcdef.png); c: url(other.png) } /* url(y-0123456789abcdef.png) */"
    asset = linked("css/a.css", css)
    build(tmp_path / "out", more=[asset])
    assert faults(tmp_path / "out") == [
        f"public/{asset.file} (css/a.css) refers to public/css/x-0123456789abcdef.png, which is not there"
    ]
