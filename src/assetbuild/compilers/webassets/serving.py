"""What the worker does with a request: puts the current texts into the tree, runs the filter, tells what it saw."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from assetbuild.compilers.webassets.watching import Seen, Watch


class Serving:
    """A filter at work. `begin` is the first frame of a build: see `Workers` on the other side.

    An answer is `{"text": …}` or `{"error": …}`, with the lists `read` and `listed` (logical paths of the tree, or
    absolute paths of what is outside), `written` (logical paths) and `untraced` (names of programs).
    """

    def __init__(self, begin: dict[str, Any]) -> None:
        self._begin = begin
        self._directory = ""
        self._watch = Watch(begin["scratch"])
        self._runner: Any = None
        self._known: dict[str, set[str]] = {}

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        items = [(path, text) for path, text in request["items"]]
        self._directory = request["directory"]
        os.chdir(self._directory)
        known = self._known_files() if self._begin["opaque"] else set()
        with self._current(items, request["output"]):
            with self._watch.seeing(self._directory) as seen:
                try:
                    answer = {"text": self._run(items, request)}
                # A filter is foreign code: whatever it raises is what the build is told.
                except (Exception, SystemExit) as error:  # noqa: BLE001
                    answer = {"error": _words(error)}
            written = self._new_files(seen, known)
            own = {self._file(path) for path, _ in items}
            written -= own
            for file in written:
                if os.path.lexists(file) and not os.path.isdir(file):
                    os.unlink(file)
        return {
            **answer,
            "read": sorted(map(self._name, seen.files - own - written)),
            "listed": sorted(map(self._name, seen.directories)),
            "written": sorted(map(self._name, written)),
            "untraced": sorted(seen.untraced),
        }

    def _run(self, items: list[tuple[str, str]], request: dict[str, Any]) -> str:
        if self._runner is None:
            from assetbuild.compilers.webassets.running import Runner

            begin = self._begin
            self._runner = Runner(begin["filter"], begin["options"], begin["settings"], begin["base_url"])
        text: str = self._runner.run(self._directory, items, request["output"], request["hooks"])
        return text

    @contextmanager
    def _current(self, items: list[tuple[str, str]], output: str) -> Iterator[None]:
        """The texts as they are now, at their own logical paths; afterwards the sources stand there again."""
        former: dict[str, str | bytes | None] = {}
        os.makedirs(os.path.dirname(self._file(output)), exist_ok=True)
        try:
            for path, text in items:
                file = self._file(path)
                os.makedirs(os.path.dirname(file), exist_ok=True)
                former[file] = _taken(file)
                with open(file, "w", encoding="utf-8", newline="", errors="surrogatepass") as stream:
                    stream.write(text)
            yield
        finally:
            for file, before in former.items():
                _put_back(file, before)

    def _known_files(self) -> set[str]:
        """All that is in the directory before the filter runs for the first time."""
        if self._directory not in self._known:
            self._known[self._directory] = _files_below(self._directory)
        return self._known[self._directory]

    def _new_files(self, seen: Seen, known: set[str]) -> set[str]:
        """The files that the filter left in the tree."""
        # What a program wrote, nobody saw.
        found = _files_below(self._directory) if self._begin["opaque"] else seen.written
        return {file for file in found - known if not os.path.islink(file)}

    def _file(self, path: str) -> str:
        return os.path.join(self._directory, *path.split("/"))

    def _name(self, file: str) -> str:
        """The logical path of what is in the tree ("" for its root), the absolute path of anything else."""
        if file == self._directory:
            return ""
        if not file.startswith(self._directory + os.sep):
            return file
        return posixpath.normpath(file[len(self._directory) + 1 :].replace(os.sep, "/"))


def _files_below(directory: str) -> set[str]:
    return {os.path.join(folder, name) for folder, _, names in os.walk(directory) for name in names}


def _taken(file: str) -> str | bytes | None:
    """What stands at this path, which is empty afterwards: where a link leads, or the bytes of a file."""
    if not os.path.lexists(file):
        return None
    if os.path.islink(file):
        before: str | bytes = os.readlink(file)
    else:
        with open(file, "rb") as stream:
            before = stream.read()
    os.unlink(file)
    return before


def _put_back(file: str, before: str | bytes | None) -> None:
    if os.path.lexists(file):
        os.unlink(file)
    if isinstance(before, str):
        os.symlink(before, file)
    elif before is not None:
        with open(file, "wb") as stream:
            stream.write(before)


def _words(error: BaseException) -> str:
    """What went wrong, on one line: foreign errors of their own kind speak for themselves, others with their type."""
    text, _, traceback = str(error).strip().partition("\nTraceback")
    if traceback:
        text += "\n" + traceback.strip().splitlines()[-1].strip()
    if isinstance(error, SystemExit):
        return f"it called sys.exit({text})"
    if type(error).__name__ in ("FilterError", "SourceProtected", "CompileError") or type(error) is OSError:
        return text or type(error).__name__
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
