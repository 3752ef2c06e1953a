from __future__ import annotations

import io
import os
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from assetbuild import archive
from assetbuild.archive import write_archive
from assetbuild.errors import ReleaseError, UsageError
from releasing import build, faults, linked

FILES = {"css/app.css": b"a{}" * 99, "img/" + "long" * 40 + "-ü.png": bytes(5000)}


def unpack(opened: tarfile.TarFile, directory: Path) -> None:
    # Python 3.11 before 3.11.4 knows no filters.
    if hasattr(tarfile, "data_filter"):
        opened.extractall(directory, filter="data")
    else:
        opened.extractall(directory)


def archived(tmp_path: Path, name: str = "out") -> bytes:
    write_archive(str(tmp_path / name), str(tmp_path / f"{name}.tar.gz"), 1_700_000_000)
    return (tmp_path / f"{name}.tar.gz").read_bytes()


def test_it_holds_the_current_release_alone_and_is_a_release_when_unpacked(tmp_path: Path) -> None:
    build(tmp_path / "out", {"old.css": b"old"})
    done = build(tmp_path / "out", FILES, plain={"sw.js": b"1"}, private={"a.map": b"{}"}, encodings=["br"])
    with tarfile.open(fileobj=io.BytesIO(archived(tmp_path))) as opened:
        members = opened.getmembers()
        unpack(opened, tmp_path / "unpacked")
    names = [member.name for member in members]
    assert names == sorted(names)
    assert f"releases/{done.release}.json" in names
    assert not any("old" in name or "history" in name or ".lock" in name for name in names)
    for member in members:
        assert (member.uid, member.gid, member.uname, member.gname, member.mtime) == (0, 0, "", "", 1_700_000_000)
        assert member.mode == (0o755 if member.isdir() else 0o644)
    assert faults(tmp_path / "unpacked") == []


def test_its_bytes_are_the_same_whatever_the_directory_umask_and_former_releases(tmp_path: Path) -> None:
    build(tmp_path / "out", FILES)
    before = os.umask(0o077)
    try:
        build(tmp_path / "other", {"old.css": b"old"})
        build(tmp_path / "other", FILES)
    finally:
        os.umask(before)
    data = archived(tmp_path)
    assert archived(tmp_path, "other") == data
    # No name, no time, and the same operating system everywhere: RFC 1952, 2.3.
    assert data[:10] == b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"


def test_a_large_one_is_several_members_and_still_one_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MEMBER_SIZE", 10_000)
    data = os.urandom(100_001)
    build(tmp_path / "out", more=[linked("big.bin", data)])
    packed = archived(tmp_path)
    with tarfile.open(fileobj=io.BytesIO(packed), mode="r:gz") as opened:
        unpack(opened, tmp_path / "unpacked")
    assert faults(tmp_path / "unpacked") == []
    if shutil.which("tar") and shutil.which("gzip"):
        listed = subprocess.run(["tar", "tzf", "-"], input=packed, capture_output=True, check=True).stdout
        assert b"manifest.json" in listed


@pytest.mark.parametrize("data", [None, b"b{}" * 99, b"a"])
def test_a_release_that_is_not_whole_is_refused_and_the_former_archive_stays(
    tmp_path: Path, data: bytes | None
) -> None:
    build(tmp_path / "out", FILES)
    former = archived(tmp_path)
    file = next((tmp_path / "out/public/css").iterdir())
    file.unlink() if data is None else file.write_bytes(data)
    with pytest.raises(ReleaseError, match=r"public/css/app-"):
        archived(tmp_path)
    assert (tmp_path / "out.tar.gz").read_bytes() == former
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "out.tar.gz"]


def test_no_release_and_a_place_that_cannot_be_written_are_told(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="no release in"):
        archived(tmp_path)
    build(tmp_path / "out", FILES)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ReleaseError, match=r"cannot write .*file: Not a directory"):
        write_archive(str(tmp_path / "out"), str(tmp_path / "file/x.tar.gz"), 0)
    (tmp_path / "out/manifest.json").write_bytes(b"{")
    with pytest.raises(ReleaseError, match="damaged"):
        archived(tmp_path)


def test_inside_the_release_it_is_refused(tmp_path: Path) -> None:
    build(tmp_path / "out", FILES)
    with pytest.raises(UsageError, match="may not lie inside the release"):
        write_archive(str(tmp_path / "out"), str(tmp_path / "out/public/x.tar.gz"), 0)
    assert faults(tmp_path / "out") == []
