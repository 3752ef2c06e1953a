"""What a filter does to the world while it runs, seen by an audit hook and by our own `os.stat`; worker side.

See PEP 578 and the audit event table of Python's documentation. Looking at a file without opening it raises no audit
event, so the functions of `os` that do it are wrapped: `os.path.exists` and `pathlib` go through them.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from assetbuild.dataclass import dataclass, field

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_PROGRAMS = frozenset({"subprocess.Popen", "os.posix_spawn", "os.exec", "os.system", "os.spawn", "os.startfile"})
_NETWORK = frozenset({"socket.connect", "socket.getaddrinfo", "socket.gethostbyname"})
_LISTINGS = frozenset({"os.listdir", "os.scandir"})
_CODE = (".py", ".pyc", ".so", ".pyd", ".pth")
_EVENTS = frozenset({"open", *_LISTINGS, *_PROGRAMS, *_NETWORK})
_IMPORTING = "<frozen importlib"
_SYSTEM = ("/proc/", "/dev/", "/sys/")


class SourceProtected(PermissionError):
    """A filter wanted to write a source."""


@dataclass(slots=True)
class Seen:
    """Absolute paths, and names of what cannot be traced: programs that were run, "the network"."""

    files: set[str] = field(default_factory=set)
    directories: set[str] = field(default_factory=set)
    written: set[str] = field(default_factory=set)
    untraced: set[str] = field(default_factory=set)


class Watch:
    """Sees what is done while `seeing` holds. There is one in a process: an audit hook cannot be taken away.

    `scratch` is the absolute directory for temporary files.
    """

    def __init__(self, scratch: str) -> None:
        self._tree = scratch + os.sep
        self._scratch = scratch + os.sep
        self._seen: Seen | None = None
        self._python = tuple({os.path.realpath(one) + os.sep for one in (sys.prefix, sys.base_prefix)})
        self._python += tuple(one + os.sep for one in (sys.prefix, sys.base_prefix))
        for name in ("stat", "lstat", "access", "readlink"):
            setattr(os, name, self._looking(getattr(os, name)))
        sys.addaudithook(self._hear)

    @contextmanager
    def seeing(self, tree: str) -> Iterator[Seen]:
        """Tells apart what is below `tree`, the absolute directory with the sources."""
        self._tree = tree + os.sep
        self._seen = seen = Seen()
        try:
            yield seen
        finally:
            self._seen = None

    def _looking(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def look(path: Any, *arguments: Any, **keywords: Any) -> Any:
            if self._seen is not None:
                self._note(path, self._seen.files)
            return function(path, *arguments, **keywords)

        return look

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        seen = self._seen
        # Asking for the frame is an event, too.
        if seen is None or event not in _EVENTS or sys._getframe(1).f_code.co_filename.startswith(_IMPORTING):
            return
        if event == "open":
            path, mode, flags = arguments
            if _is_writing(mode, flags):
                self._writes(path, seen)
            else:
                self._note(path, seen.files)
        elif event in _LISTINGS:
            self._note(arguments[0] if arguments[0] is not None else ".", seen.directories)
        elif event in _PROGRAMS:
            seen.untraced.add(_program(arguments))
        elif event in _NETWORK:
            seen.untraced.add("the network")

    def _writes(self, path: Any, seen: Seen) -> None:
        file = _absolute(path)
        if file is None or not file.startswith(self._tree):
            return
        self._seen = None  # what follows is our own looking
        try:
            if os.path.islink(file):
                raise SourceProtected(f"it wants to write the source '{file.removeprefix(self._tree)}'")
        finally:
            self._seen = seen
        seen.written.add(file)

    def _note(self, path: Any, known: set[str]) -> None:
        file = _absolute(path)
        if file is None or file.startswith(self._scratch):
            return
        in_tree = (file + os.sep).startswith(self._tree)
        if not in_tree and (file.endswith(_CODE) or file.startswith((*self._python, *_SYSTEM))):
            return
        known.add(file)


def _is_writing(mode: Any, flags: Any) -> bool:
    return bool(isinstance(flags, int) and flags & _WRITING) or bool(isinstance(mode, str) and set(mode) & set("wax+"))


def _absolute(path: Any) -> str | None:
    """The absolute file path, None for a file descriptor and for what no file can be called."""
    if isinstance(path, os.PathLike):
        path = os.fspath(path)
    if isinstance(path, bytes):
        path = os.fsdecode(path)
    return os.path.abspath(path) if isinstance(path, str) and path and "\0" not in path else None


def _program(arguments: tuple[Any, ...]) -> str:
    for one in arguments:
        if isinstance(one, list | tuple) and one:
            one = one[0]
        if isinstance(one, str | bytes):
            return os.path.basename(os.fsdecode(one))
    return "a program"
