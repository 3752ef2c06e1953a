"""A commit that is killed, or that fails, at every one of its file-system calls in turn."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path
from shutil import copytree

import pytest

from assetbuild.errors import AssetbuildError, ReleaseError
from assetbuild.release.pending import recover
from assetbuild.retain import clean
from assetbuild.verify import verify
from releasing import build, faults, tree

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork"),
    # The child only calls what it forked for, and leaves by os._exit.
    pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning"),
]

WRITING = {"os.rename", "os.mkdir", "os.rmdir", "os.remove", "os.chmod", "os.truncate"}
KILLED = 70


SAME = b"".join(b"rule%d{margin:%dpx}" % (number, number * number) for number in range(40))


def former(output: Path) -> None:
    build(output, {"css/app.css": b"old" * 50}, plain={"sw.js": b"1" * 50, "old.txt": b""})
    build(
        output,
        {"css/app.css": b"a" * 50, "same.css": SAME},
        plain={"sw.js": b"2" * 50, "gone.txt": b"x"},
        encodings=["br", "gzip"],
    )


def new(output: Path) -> None:
    """With files added, replaced and dropped, and a variant compressed otherwise."""
    build(
        output,
        {"css/app.css": b"b" * 50, "same.css": SAME, "deep/er/x.js": b"x"},
        plain={"sw.js": b"3" * 50, "new.txt": b"n"},
        private={"app.map": b"{}"},
        encodings=["br"],
        level=0,
    )


def fewer(output: Path) -> None:
    """The id of the former release again, with other variants."""
    build(
        output,
        {"css/app.css": b"a" * 50, "same.css": SAME},
        plain={"sw.js": b"2" * 50, "gone.txt": b"x"},
        encodings=["zstd"],
    )


def cleaned(output: Path) -> None:
    clean(str(output), 1)


def at_call(number: int, act: Callable[[tuple[object, ...]], None]) -> Callable[[], int]:
    """Have `act` run before this process's call `number` that writes; gives how many there were.

    `act` gets the call's arguments.
    """
    count = 0
    write = os.write

    def step(*arguments: object) -> None:
        nonlocal count
        count += 1
        if count == number:
            act(arguments)

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event in WRITING or (event == "open" and isinstance(flags := arguments[2], int) and flags & os.O_CREAT):
            step(*arguments)

    def counted(descriptor: int, data: bytes) -> int:
        step()
        return write(descriptor, data)

    sys.addaudithook(hook)
    os.write = counted
    return lambda: count


def in_child(work: Callable[[], int]) -> int:
    """The exit code of a forked process that does this work: what it gives."""
    child = os.fork()
    if child == 0:
        code = 99
        try:
            code = work()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killed_at(number: int, work: Callable[[Path], None], output: Path) -> bool:
    def run() -> int:
        at_call(number, lambda arguments: os._exit(KILLED))
        work(output)
        return 0

    code = in_child(run)
    assert code in (0, KILLED)
    return code == KILLED


def failed_at(number: int, code: int, work: Callable[[Path], None], output: Path) -> bool:
    """Whether the call was reached; then the work ended in a ReleaseError of the right words, or did without it."""

    def fail(arguments: tuple[object, ...]) -> None:
        names = [name for name in arguments if isinstance(name, str) and os.sep in name]
        raise OSError(code, os.strerror(code), *names[:1], *([None, names[1]] if len(names) > 1 else []))

    def run() -> int:
        calls = at_call(number, fail)
        try:
            work(output)
        except ReleaseError as error:
            return 1 if str(error).startswith(f"cannot write {output}") and os.strerror(code) in str(error) else 2
        return 0 if calls() < number else 1

    result = in_child(run)
    assert result in (0, 1)
    return result == 1


@pytest.mark.parametrize("work", [new, fewer, cleaned])
def test_killed_at_any_call_a_whole_release_stands_and_the_next_run_leaves_no_trace(
    work: Callable[[Path], None], tmp_path: Path
) -> None:
    former(tmp_path / "former")
    before = tree(tmp_path / "former")
    copytree(tmp_path / "former", tmp_path / "clean")
    work(tmp_path / "clean")
    after = tree(tmp_path / "clean")
    number = 0
    seen = set()
    while True:
        number += 1
        output = tmp_path / str(number)
        copytree(tmp_path / "former", output)
        if not killed_at(number, work, output):
            break
        assert faults(output) == []
        manifest = (output / "manifest.json").read_bytes()
        assert manifest in (before["manifest.json"], after["manifest.json"])
        seen.add(manifest)
        if manifest == before["manifest.json"]:
            assert mutable(tree(output)) == mutable(before)
        work(output)
        assert tree(output) == after
        assert directories(output) == directories(tmp_path / "clean")
        assert verify(str(output)).diagnostics == ()
    assert number > 15
    assert seen == {before["manifest.json"], after["manifest.json"]}


@pytest.mark.parametrize("work", [new, fewer])
def test_recovery_that_is_killed_itself_is_recovered(work: Callable[[Path], None], tmp_path: Path) -> None:
    former(tmp_path / "former")
    before = tree(tmp_path / "former")
    copytree(tmp_path / "former", tmp_path / "clean")
    work(tmp_path / "clean")
    after = tree(tmp_path / "clean")
    for number in range(1, 200, 7):
        output = tmp_path / str(number)
        copytree(tmp_path / "former", output)
        if not killed_at(number, work, output):
            break
        for again in (1, 2, 3, 5, 8):
            killed_at(again, lambda output: recover(str(output)), output)
            assert faults(output) == []
        recover(str(output))
        assert tree(output) in (before, after)
        assert verify(str(output)).diagnostics == ()


@pytest.mark.parametrize(("work", "code"), [(new, errno.ENOSPC), (cleaned, errno.EACCES)])
def test_an_error_at_any_call_is_told_in_words_and_a_whole_release_stands(
    work: Callable[[Path], None], code: int, tmp_path: Path
) -> None:
    former(tmp_path / "former")
    before = tree(tmp_path / "former")
    copytree(tmp_path / "former", tmp_path / "clean")
    work(tmp_path / "clean")
    after = tree(tmp_path / "clean")
    number = 0
    while True:
        number += 1
        output = tmp_path / str(number)
        copytree(tmp_path / "former", output)
        if not failed_at(number, code, work, output):
            break
        assert faults(output) == []
        manifest = (output / "manifest.json").read_bytes()
        if manifest == before["manifest.json"] and work is new:
            assert tree(output) == before
        work(output)
        assert tree(output) == after
    assert number > 15


def test_the_release_committed_here_replaces_a_variant_that_is_kept(tmp_path: Path) -> None:
    former(tmp_path)
    before = tree(tmp_path)
    new(tmp_path)
    after = tree(tmp_path)
    changed = {path for path in before.keys() & after.keys() if before[path] != after[path]}
    assert {path.rpartition(".")[2] for path in changed} == {"json", "br", "js", "releases/history"}
    assert len([path for path in changed if path.startswith("releases/") and path.endswith(".json")]) == 1


def test_a_first_commit_killed_anywhere_is_repeated_from_nothing(tmp_path: Path) -> None:
    fewer(tmp_path / "clean")
    number = 0
    while True:
        number += 1
        output = tmp_path / str(number)
        if not killed_at(number, fewer, output):
            break
        if (output / "manifest.json").exists():
            assert faults(output) == []
        fewer(output)
        assert tree(output) == tree(tmp_path / "clean")
        assert directories(output) == directories(tmp_path / "clean")
    assert number > 15


def test_the_error_of_a_full_disk_names_the_file_and_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(AssetbuildError) as caught:
        build(tmp_path, prehashed={"a-12345678.js": b"1"})
    assert str(caught.value) == f"cannot write {tmp_path}/public/a-12345678.js: No space left on device"


def directories(output: Path) -> set[str]:
    return {path.relative_to(output).as_posix() for path in output.rglob("*") if path.is_dir()}


def mutable(files: dict[str, bytes]) -> dict[str, bytes]:
    """The public files whose names hold no fingerprint."""
    return {path: data for path, data in files.items() if path.startswith("public/") and "-" not in path}
