"""Archives of releases that are whole, damaged, or made by somebody who means ill."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from assetbuild.archive import write_archive
from assetbuild.release.archived import is_archive, unpacked
from assetbuild.verify import verify
from releasing import build, tree

Members = list[tuple[tarfile.TarInfo, bytes]]


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    build(tmp_path / "out", {"css/app.css": b"a{}" * 99, "i.png": bytes(5000)}, plain={"sw.js": b"1"}, encodings=["br"])
    write_archive(str(tmp_path / "out"), str(tmp_path / "it.tar.gz"), 17)
    return tmp_path / "it.tar.gz"


def found(archive: Path) -> list[str]:
    """What is wrong with an archive and with the release in it."""
    with unpacked(str(archive)) as opened:
        faults = [one.text for one in opened.diagnostics]
        return faults + ([one.text for one in verify(opened.directory).diagnostics] if opened.readable else [])


def changed(archive: Path, change: Callable[[Members], object]) -> list[str]:
    """What is wrong once the members were changed."""
    with tarfile.open(archive) as opened:
        members = [(one, stream.read() if (stream := opened.extractfile(one)) else b"") for one in opened.getmembers()]
    change(members)
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w", format=tarfile.PAX_FORMAT) as written:
        for member, content in members:
            member.size = len(content)
            written.addfile(member, io.BytesIO(content))
    archive.write_bytes(gzip.compress(data.getvalue(), mtime=0))
    return [fault.replace(str(archive), "IT") for fault in found(archive)]


def extra(
    name: str, kind: bytes = tarfile.REGTYPE, content: bytes = b"", target: str = ""
) -> Callable[[Members], object]:
    member = tarfile.TarInfo(name)
    member.type, member.linkname, member.mtime, member.mode = kind, target, 17, 0o644
    return lambda members: members.append((member, content))


def edit(name: str, act: Callable[[tarfile.TarInfo], object]) -> Callable[[Members], object]:
    return lambda members: [act(member) for member, _ in members if member.name.startswith(name)]


def test_a_whole_one_has_no_fault_and_holds_the_release(archive: Path, tmp_path: Path) -> None:
    assert is_archive(str(archive))
    with unpacked(str(archive)) as opened:
        assert (opened.diagnostics, opened.mtime, opened.readable) == ((), 17, True)
        there = tree(tmp_path / "out")
        assert tree(Path(opened.directory)) == {name: there[name] for name in there if "history" not in name}
        assert verify(opened.directory).diagnostics == ()
    assert not Path(opened.directory).exists()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("../evil.txt", tarfile.REGTYPE),
        ("/tmp/evil.txt", tarfile.REGTYPE),
        ("public/../../evil.txt", tarfile.REGTYPE),
        ("zz.txt", tarfile.REGTYPE),
        ("zz", tarfile.DIRTYPE),
        ("zz.css", tarfile.SYMTYPE),
        ("zz.css", tarfile.LNKTYPE),
        ("zz.css", tarfile.FIFOTYPE),
        ("zz.css", tarfile.CHRTYPE),
        ("z\n\x1b[31m", tarfile.REGTYPE),
    ],
)
def test_what_the_manifest_does_not_name_is_told_and_not_unpacked(
    name: str, kind: bytes, archive: Path, tmp_path: Path
) -> None:
    before = tree(tmp_path)
    faults = changed(archive, extra(name, kind, target="manifest.json"))
    assert any(fault == f"IT has {name}, which its manifest does not name" for fault in faults)
    assert tree(tmp_path).keys() == before.keys()
    with unpacked(str(archive)) as opened:
        assert verify(opened.directory).diagnostics == ()


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (edit("public/css/", lambda one: setattr(one, "mtime", 18)), "another time than manifest.json"),
        (edit("public/sw.js", lambda one: setattr(one, "mode", 0o600)), "an owner, or another mode than 644"),
        (edit("public", lambda one: setattr(one, "uid", 7)), "an owner, or another mode"),
        (edit("public", lambda one: setattr(one, "uname", "me")), "an owner, or another mode"),
        (lambda members: members.insert(1, members.pop()), "out of order, or twice"),
        (lambda members: members.append(members[-1]), "out of order, or twice"),
        (lambda members: members.insert(0, members.pop()), "does not begin with manifest.json"),
        (lambda members: members.clear(), "does not begin with manifest.json"),
        (lambda members: members.pop(-4), "sw.js is missing"),
        (
            lambda members: members.__setitem__(-4, (members[-4][0], b"22")),
            "has 2 bytes of public/sw.js, and its manifest says 1",
        ),
        (lambda members: members.__setitem__(-4, (members[-4][0], b"2")), "does not have the bytes of the manifest"),
        (lambda members: members.__setitem__(0, (members[0][0], b"{}")), "holds no release"),
    ],
)
def test_every_change_of_a_member_is_told(change: Callable[[Members], object], fault: str, archive: Path) -> None:
    assert any(fault in one for one in changed(archive, change))


def test_cut_off_at_any_byte_it_is_told(archive: Path) -> None:
    data = archive.read_bytes()
    for length in [*range(2, len(data), 61), len(data) - 1]:
        archive.write_bytes(data[:length])
        assert found(archive), length


def test_what_follows_its_end_is_told(archive: Path) -> None:
    data = archive.read_bytes()
    for more in (b"x", gzip.compress(b"x" * 20_000), gzip.compress(bytes(10_240) + b"x")):
        archive.write_bytes(data + more)
        assert found(archive)


def test_a_manifest_that_claims_to_be_huge_is_not_read(archive: Path) -> None:
    member = tarfile.TarInfo("manifest.json")
    member.size = 1 << 40
    archive.write_bytes(gzip.compress(member.tobuf()))
    assert found(archive) == [f"{archive} has a manifest.json of {1 << 40} bytes"]


def test_other_files_are_no_archives(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"\x1f")
    assert not is_archive(str(tmp_path / "x"))
    assert not is_archive(str(tmp_path))
    assert not is_archive(str(tmp_path / "nothing"))
