"""Every file-system call of build, clean and archive fails in turn: words, exit code, and a whole release."""

from __future__ import annotations

import errno
import os
import shutil
import sys
from ast import literal_eval
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hurting import STATES, Hurt, edit, faults, hurt, hurt_by_edits, settle
from scenario import Ran

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork"),
    # The child only calls what it forked for, and leaves by os._exit.
    pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning"),
]

ERRORS = (errno.ENOSPC, errno.EIO, errno.EACCES, errno.EMFILE)
# Those that Python reports before it makes them, and those that it does not.
REPORTED = {"open", "sqlite3.connect", "fcntl.flock", "os.chmod", "os.link", "os.listdir", "os.mkdir", "os.remove"}
REPORTED |= {"os.rename", "os.rmdir", "os.scandir", "os.symlink", "os.truncate", "os.utime"}
SILENT = ("close", "fchmod", "fstat", "fsync", "ftruncate", "lstat", "read", "readlink", "sendfile", "stat", "write")
SILENT += ("copy_file_range", "pread", "pwrite", "writev", "posix_fallocate", "access")

# What only looks fails in one way, in turns; all else in each.
LOOKING = {"os.access", "os.close", "os.fstat", "os.listdir", "os.lstat", "os.readlink", "os.scandir", "os.stat"}

COMMANDS = {
    "build": ("build", "--jobs", "1"),
    "build without a cache": ("build", "--no-cache", "--jobs", "1"),
    "archive": ("build", "--archive", "it.tar.gz", "--jobs", "1"),
    "clean": ("clean", "--keep", "1"),
}


class Calls:
    """This process's calls that concern files below a directory; number `failing` fails, with `code`.

    Calls are told apart by the path they are given, or by the path that their descriptor was opened with.
    """

    def __init__(self, root: str, failing: int, code: int) -> None:
        self.made: list[str] = []
        self.failed: str | None = None
        self._root, self._failing, self._code = root, failing, code
        self._quiet = False
        sys.addaudithook(self._hook)
        for name in SILENT:
            if hasattr(os, name):
                setattr(os, name, self._counted(name, getattr(os, name)))

    def _hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in REPORTED and arguments:
            self._step(event, arguments)

    def _counted(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any, **named: Any) -> Any:
            self._step(f"os.{name}", arguments)
            return call(*arguments, **named)

        return counted

    def _step(self, name: str, arguments: tuple[Any, ...]) -> None:
        path = self._path(arguments[0])
        if self._quiet or path is None or not path.startswith(self._root):
            return
        self.made.append(name)
        if len(self.made) == self._failing:
            # A descriptor is closed even where closing it fails.
            if name == "os.close":
                self._quiet = True
                os.close(arguments[0])
                self._quiet = False
            self.failed = f"{name} {path.removeprefix(self._root)}"
            raise OSError(self._code, os.strerror(self._code), path)

    def _path(self, what: object) -> str | None:
        if isinstance(what, int):
            try:
                return os.path.realpath(f"/proc/self/fd/{what}") if what > 2 else None
            except OSError:
                return None
        if isinstance(what, bytes | str | os.PathLike):
            return os.path.join(os.getcwd(), os.fsdecode(what))
        return None


def failed_at(number: int, code: int, it: Hurt, words: tuple[str, ...]) -> tuple[Ran, str | None, list[str]]:
    """What a command did in a forked process whose call with this number failed, which it was, and all calls made."""
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:
        said: object = None
        try:
            os.close(reads)
            calls = Calls(str(it.project.root), number, code)
            ran = it.project.run(*words)
            calls._quiet = True
            said = (ran.code, ran.stdout, ran.stderr), calls.failed, calls.made
        except BaseException as error:  # noqa: BLE001  whatever it is, the parent shows it
            said = (99, "", f"Traceback: {error!r}"), None, []
        finally:
            data = repr(said).encode()
            with os.fdopen(writes, "wb") as stream:
                stream.write(data)
            os._exit(0)
    os.close(writes)
    with os.fdopen(reads, "rb") as stream:
        data = stream.read()
    os.waitpid(child, 0)
    ran, failed, made = literal_eval(data.decode())
    return Ran(*ran), failed, made


@pytest.mark.parametrize("command", COMMANDS)
def test_a_call_that_fails_is_told_and_a_whole_release_stands(command: str) -> None:
    fail(command, tries=10)


@pytest.mark.long
@pytest.mark.parametrize("command", COMMANDS)
def test_so_it_is_with_every_call_of_each_kind(command: str) -> None:
    fail(command, tries=None)


def test_so_it_is_where_a_build_follows_an_edit() -> None:
    follow(tries=8)


@pytest.mark.long
def test_so_it_is_with_every_call_of_a_build_that_follows_an_edit() -> None:
    follow(tries=None)


def follow(tries: int | None) -> None:
    """So many calls of a build fail that only has to follow the edit of a script; None: all of them."""
    it, words = hurt_by_edits(), ("build", "--jobs", "1")
    edit(it.project, 1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("assetbuild.build.build", None)
        ran, _, made = failed_at(0, 0, it, words)
    assert ran.code == 0, ran.stderr
    assert it.manifest == it.manifests[1]
    wrong: list[str] = []
    step = len(made) // tries if tries else 1
    for number in range(step, len(made) + 1, step):
        edit(it.project, 0)
        settle(it.project)
        edit(it.project, 1)
        code = ERRORS[number // step % len(ERRORS)]
        ran, failed, _ = failed_at(number, code, it, words)
        case = f"call {number}, {failed}, {errno.errorcode[code]}: exit {ran.code}\n{ran.stderr}"
        wrong += [f"{case}{problem}" for problem in check(it, 1, "build", ran, "")]
    print(f"{len(made)} calls of a build that follows an edit")  # noqa: T201
    assert wrong == []


def fail(command: str, tries: int | None) -> None:
    """So many calls fail, in one way after another; None: all of them, in each way."""
    it = hurt()
    # Of more than one earlier release there is something to clean, but nothing new to write.
    for earlier in (2, 1, 0) if command == "clean" else ():
        it.put(earlier)
        it.project.build()
    state = 1 % STATES
    it.put(state)
    kept = it.project.root.parent / f"{it.project.root.name}-kept"
    shutil.copytree(it.project.root, kept, symlinks=True)
    _, _, made = failed_at(0, 0, it, COMMANDS[command])
    tried = tolerated = 0
    wrong: list[str] = []
    step = len(made) // tries if tries else 1
    for number in range(step, len(made) + 1, step):
        everyway = tries is None and made[number - 1] not in LOOKING
        for code in ERRORS if everyway else [ERRORS[number // step % len(ERRORS)]]:
            restore(kept, it.project.root)
            ran, failed, _ = failed_at(number, code, it, COMMANDS[command])
            assert failed is not None, f"call {number} of {len(made)} was not made again: {ran}"
            case = f"{command}, call {number}, {failed}, {errno.errorcode[code]}: exit {ran.code}\n{ran.stderr}"
            # A configuration or source that cannot be looked at may be told as not there.
            written = any(f" {place}" in f"{failed}" for place in ("/build/", "/.assetbuild/", "/it.tar.gz"))
            wrong += [f"{case}{problem}" for problem in check(it, state, command, ran, os.strerror(code) * written)]
            tried, tolerated = tried + 1, tolerated + (ran.code == 0)
    kinds = dict(sorted(Counter(made).items()))
    said = f"{tried} failures, {tolerated} of them of what can be done without"
    print(f"{command}: {len(made)} calls {kinds}; {said}")  # noqa: T201
    assert wrong == []
    assert len(made) > 30
    shutil.rmtree(kept)


def restore(kept: Path, root: Path) -> None:
    for entry in list(root.iterdir()):
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink()
    shutil.copytree(kept, root, symlinks=True, dirs_exist_ok=True)


def check(it: Hurt, state: int, command: str, ran: Ran, words: str) -> Iterator[str]:
    """What is wrong with a command that ended so; `words` belong into its error, if it made one."""
    if "Traceback" in ran.stderr or ran.code not in (0, 1, 2):
        yield "a crash"
    if ran.code and not ("error: " in ran.stderr and words in ran.stderr):
        yield f"not told: {words}"
    if ran.code == 0 and command != "clean" and it.manifest != it.manifests[state]:
        yield "said to be done"
    if it.manifest not in it.manifests:
        yield "no manifest that was built"
    yield from faults(it.project.release)
    again = it.project.run("build")
    if again.code:
        yield f"the next build fails: {again.stderr}"
    else:
        yield from it.left(state)
