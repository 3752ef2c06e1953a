"""A machine that loses power at any moment of a durable build or clean: a model of a disk that keeps what it must."""

from __future__ import annotations

import io
import os
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copytree
from typing import IO, Any

import pytest

from assetbuild import archive
from assetbuild.release.pending import recover
from assetbuild.retain import clean
from releasing import build, faults, tree

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="directories are not forced to the disk there")


@dataclass
class File:
    """What was written, and what of it is on the disk for certain."""

    data: bytes = b""
    forced: bytes | None = None


@dataclass(frozen=True)
class Call:
    """A change of names: of the entries of `directories`. `made` is the file that gets the name `path`."""

    kind: str
    path: str
    target: str = ""
    made: File | None = None

    @property
    def directories(self) -> set[str]:
        return {os.path.dirname(path) for path in (self.path, self.target) if path}


@dataclass
class Recorder:
    """All calls below a directory, in their order: changes of names, and directories forced to the disk (strings)."""

    root: str
    log: list[Call | str] = field(default_factory=list)
    open: dict[int, File] = field(default_factory=dict)

    def below(self, path: object) -> str | None:
        text = os.fsdecode(path) if isinstance(path, str | bytes | os.PathLike) else ""
        if not text.startswith(self.root):
            return None
        return text[len(self.root) :].strip(os.sep)


@contextmanager
def recording(root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorder]:
    it = Recorder(str(root))
    calls = {name: getattr(os, name) for name in ("open", "write", "fsync", "close", "rename", "replace")}
    calls |= {name: getattr(os, name) for name in ("mkdir", "rmdir", "unlink")}

    def open_(path: object, flags: int, *rest: object, **named: object) -> int:
        descriptor: int = calls["open"](path, flags, *rest, **named)
        place = it.below(path)
        if place is not None and flags & os.O_CREAT and flags & (os.O_EXCL | os.O_TRUNC):
            it.open[descriptor] = File()
            it.log.append(Call("create", place, made=it.open[descriptor]))
        elif place is not None and flags & os.O_DIRECTORY:
            it.open[descriptor] = File(place.encode())
        return descriptor

    def write(descriptor: int, data: bytes) -> int:
        count: int = calls["write"](descriptor, data)
        if descriptor in it.open:
            it.open[descriptor].data += bytes(data)[:count]
        return count

    def fsync(descriptor: int) -> None:
        file = it.open.get(descriptor)
        if file is None:
            return  # a directory above
        if os.path.isdir(f"/proc/self/fd/{descriptor}"):
            it.log.append(file.data.decode())
        else:
            file.forced = file.data
            it.log.append(Call("forced", "", made=file))

    def close(descriptor: int) -> None:
        it.open.pop(descriptor, None)
        calls["close"](descriptor)

    def rename(one: object, other: object) -> None:
        calls["rename"](one, other)
        it.log.append(Call("rename", str(it.below(one)), str(it.below(other))))

    def simple(name: str) -> Callable[..., None]:
        def call(path: object, *rest: object, **named: object) -> None:
            calls[name](path, *rest, **named)
            place = it.below(path)
            if place is not None and "dir_fd" not in named:
                it.log.append(Call(name, place))

        return call

    with monkeypatch.context() as patch:
        patch.setattr(archive, "open", opened, raising=False)
        for name, new in {"open": open_, "write": write, "fsync": fsync, "close": close, "rename": rename}.items():
            patch.setattr(os, name, new)
        patch.setattr(os, "replace", rename)
        for name in ("mkdir", "rmdir", "unlink"):
            patch.setattr(os, name, simple(name))
        yield it


def opened(file: str, mode: str) -> IO[bytes]:
    """As `open`, but what it does can be noted."""
    if mode != "wb":
        return open(file, mode)

    class Raw(io.RawIOBase):
        def __init__(self) -> None:
            self.descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)

        def writable(self) -> bool:
            return True

        def fileno(self) -> int:
            return self.descriptor

        def write(self, data: Any) -> int:
            return os.write(self.descriptor, data)

        def close(self) -> None:
            if not self.closed:
                os.close(self.descriptor)
            super().close()

    return io.BufferedWriter(Raw(), 100)


def lost(log: list[Call | str], chance: random.Random, everything: bool) -> list[Call]:
    """The changes of names that the disk carries out, of those before the power went.

    Those of a directory that was forced to the disk since; of the others the first ones of each directory, as far as
    chance or `everything` takes them. A change of two directories is one, and waits for what comes before it in both.
    """
    calls = [(number, call) for number, call in enumerate(log) if isinstance(call, Call) and call.kind != "forced"]
    forced = {
        number
        for number, call in calls
        if any(isinstance(one, str) and one in call.directories for one in log[number:])
    }
    # What has its new name for certain was made.
    moved = {call.path for number, call in calls if number in forced and call.kind == "rename"}
    forced |= {number for number, call in calls if call.kind == "create" and call.path in moved}
    kept: list[Call] = []
    stopped: set[str] = set()
    for number, call in calls:
        if number in forced or (not call.directories & stopped and (everything or chance.random() < 0.7)):
            kept.append(call)
        else:
            stopped |= call.directories
    return kept


def carry_out(calls: list[Call], root: Path, chance: random.Random) -> None:
    """What is on the disk when the power is back."""
    for call in calls:
        place = root / call.path
        try:
            if call.kind == "create" and call.made is not None:
                data = call.made.data
                half = chance.choice([b"", data[: len(data) // 2], data])
                place.write_bytes(half if call.made.forced is None else call.made.forced)
            elif call.kind == "rename":
                os.replace(place, root / call.target)
            else:
                getattr(os, call.kind)(place)
        except OSError:
            # Its directory, or what it is about, was lost.
            continue


def former(output: Path) -> None:
    build(output, {"css/app.css": b"old" * 50}, plain={"sw.js": b"1" * 50, "old.txt": b""})
    build(output, {"css/app.css": b"a" * 50}, plain={"sw.js": b"2" * 50, "gone.txt": b"x"}, encodings=["br", "gzip"])


def new(output: Path) -> None:
    files = {"css/app.css": b"b" * 50, "deep/er/x.js": b"x"}
    plain = {"sw.js": b"3" * 50, "new.txt": b"n"}
    build(output, files, plain=plain, private={"app.map": b"{}"}, encodings=["br"], durable=True)


def cleaned(output: Path) -> None:
    clean(str(output), 1, durable=True)


@pytest.mark.parametrize(("work", "begin"), [(new, former), (new, lambda output: None), (cleaned, former)])
def test_whenever_the_power_goes_a_whole_release_is_on_the_disk(
    work: Callable[[Path], None], begin: Callable[[Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(tmp_path / "former")
    (tmp_path / "former").mkdir(exist_ok=True)
    copytree(tmp_path / "former", tmp_path / "work")
    with recording(tmp_path / "work", monkeypatch) as recorder:
        work(tmp_path / "work")
    after = tree(tmp_path / "work")
    before = (tmp_path / "former/manifest.json").read_bytes() if (tmp_path / "former/manifest.json").exists() else None
    chance = random.Random(1)
    seen = set()
    tries = 0
    for moment in range(len(recorder.log) + 1):
        files = snapshot(recorder.log[:moment])
        for everything in (True, False, False, False):
            disk = tmp_path / "disk" / str(tries)
            tries += 1
            copytree(tmp_path / "former", disk)
            carry_out(lost(files, chance, everything), disk, chance)
            manifest = (disk / "manifest.json").read_bytes() if (disk / "manifest.json").exists() else None
            assert manifest in (before, after["manifest.json"]), moment
            seen.add(manifest)
            if manifest is not None:
                assert faults(disk) == [], (moment, everything)
            recover(str(disk))
            if manifest is not None:
                assert faults(disk) == [], (moment, everything)
            work(disk)
            assert tree(disk) == after, (moment, everything)
    assert seen == {before, after["manifest.json"]}
    assert tries > 80


@pytest.mark.parametrize("there", ["an archive", "a release", "nothing"])
def test_whenever_the_power_goes_an_archive_is_whole_and_it_is_there_when_the_build_is_done(
    there: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = tmp_path / "begun"
    begun.mkdir()
    if there != "nothing":
        former(begun / "build/release")
    if there == "an archive":
        archive.write_archive(str(begun / "build/release"), str(begun / ARCHIVE), 0)
    copytree(begun, tmp_path / "work")
    with recording(tmp_path / "work", monkeypatch) as recorder:
        archived(tmp_path / "work")
    after = tree(tmp_path / "work")
    before = (begun / ARCHIVE).read_bytes() if there == "an archive" else None
    chance = random.Random(2)
    seen = set()
    for moment in range(len(recorder.log) + 1):
        files = snapshot(recorder.log[:moment])
        for number, everything in enumerate((True, False, False, False)):
            disk = tmp_path / f"disk-{moment}-{number}"
            copytree(begun, disk)
            carry_out(lost(files, chance, everything), disk, chance)
            found = (disk / ARCHIVE).read_bytes() if (disk / ARCHIVE).exists() else None
            assert found in (before, after[ARCHIVE]), moment
            seen.add(found)
            if moment == len(recorder.log):
                assert found == after[ARCHIVE]
                assert (disk / "build/release/manifest.json").read_bytes() == after["build/release/manifest.json"]
            if number < 2:
                archived(disk)
                assert tree(disk) == after, moment
    assert seen == {before, after[ARCHIVE]}


ARCHIVE = "out/deep/it.tar.gz"


def archived(root: Path) -> None:
    new(root / "build/release")
    archive.write_archive(str(root / "build/release"), str(root / ARCHIVE), 0, durable=True)


def snapshot(log: list[Call | str]) -> list[Call | str]:
    """The log up to a moment: a file is forced if it was by then."""
    forced = {id(call.made) for call in log if isinstance(call, Call) and call.kind == "forced"}
    files: dict[int, File] = {}
    made: list[Call | str] = []
    for call in log:
        if isinstance(call, Call) and call.kind == "create" and call.made is not None:
            data = call.made.data
            file = files.setdefault(id(call.made), File(data, data if id(call.made) in forced else None))
            made.append(Call("create", call.path, made=file))
        else:
            made.append(call)
    return made
