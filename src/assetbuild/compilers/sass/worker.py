"""The program that runs LibSass, see `compilers/pool.py`: it cannot be interrupted, and holds its interpreter's lock.

A request is {"text", "indented", "style", "precision", "functions", "parameters"}, answered by {"text"} (CSS with an
embedded source map) or {"error"}, and "said": what LibSass printed. Its questions are what to read for an import,
["import", path, importing sheet], answered by a list of pairs or nothing; and what one of the functions gives,
["call", its name, its first argument if that is a string], answered by {"text"} or {"error"}. It imports nothing else.

A request that somebody will ask soon has "ahead" besides: {"file": the entry's, "files": those that it read the last
time, "bases": the directories of load paths}. Imports are then answered here, by a guess, which whoever asks compares.
"""

from __future__ import annotations

import os
import sys
from stat import S_ISREG
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import IO, Any


# As `imports.NAME`, of a style sheet that is not indented.
_NAME = "assetbuild-import-{}.scss"
_LARGEST_GUESS = 16 << 20


def main() -> None:
    sys.path.insert(0, sys.argv[1])
    from assetbuild.frames import digest_of, end_with, read_frame, write_frame

    end_with(sys.argv[2:])
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    sys.path[:] = read_frame(requests)
    _import_sass()

    def ask(*question: Any) -> Any:
        write_frame(answers, {"question": question})
        return read_frame(requests)

    def asker(ahead: Any) -> Callable[..., Any]:
        guesses = _Guesses(**ahead)

        def ask_or_guess(*question: Any) -> Any:
            answer = guesses.answer(*question)
            if answer is None:
                answer = ask(*question)
                guesses.learn(answer)
            else:
                write_frame(answers, {"question": question, "guess": digest_of(answer)})
            return answer

        return ask_or_guess

    with _unnamed_file() as printed:
        # LibSass has no other way to say its warnings than standard error.
        os.dup2(printed.fileno(), 2)
        while True:
            try:
                request = read_frame(requests)
            except EOFError:
                return
            asking = asker(request["ahead"]) if "ahead" in request else ask
            write_frame(answers, {**_compiled(request, asking), "said": _taken(printed)})


def _import_sass() -> None:
    """It imports `inspect` for what nobody asks of it here, which takes longer than all else together."""
    if "inspect" not in sys.modules:
        sys.modules["inspect"] = _Later("inspect")
    import sass  # noqa: F401


class _Later(ModuleType):
    """A module that is imported when something in it is looked up; `importlib.util.LazyLoader` does so at once."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        from importlib import import_module

        del sys.modules[self.__name__]
        return getattr(import_module(self.__name__), name)


def _text(file: str) -> str:
    """The text of a regular file of some size. Raises OSError and ValueError, and waits for nobody.

    Who guesses may be there before anybody has looked at the sources: a FIFO or a device may have taken a name.
    """
    descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with open(descriptor, encoding="utf-8-sig", newline="") as stream:
        stat = os.fstat(descriptor)
        if not S_ISREG(stat.st_mode) or stat.st_size > _LARGEST_GUESS:
            raise OSError(file)
        return stream.read()


class _Guesses:
    """What imports will be answered, as far as it can be told without what the build knows.

    `names` are the files behind the names that LibSass was given, `count` is how many it was.
    """

    def __init__(self, file: str, files: list[str], bases: list[str]) -> None:
        self._files = frozenset(files)
        self._bases = bases
        self._names = {"stdin": file}
        self._given = {file: "stdin"}
        self._count = 1

    def answer(self, kind: str, path: str, importing: str | None) -> list[list[str]] | None:
        """The answer to the question; None if there is no guess."""
        file = self._file(path, importing) if kind == "import" else None
        if file is None:
            return None
        if file in self._given:
            return [[self._given[file], ""]]
        try:
            text = _text(file)
        except (OSError, ValueError, MemoryError):
            return None
        name = _NAME.format(self._count)
        self._learn(name, file)
        return [[name, text]]

    def learn(self, answer: Any) -> None:
        """Another has answered: names go on from the one that he gave, if it is a new one."""
        if isinstance(answer, list) and answer[0][0] == _NAME.format(self._count):
            self._learn(answer[0][0], "")

    def _learn(self, name: str, file: str) -> None:
        self._names[name] = file
        self._given[file] = name
        self._count += 1

    def _file(self, path: str, importing: str | None) -> str | None:
        """The file that the entry read the last time and that this most likely means."""
        head, _, name = path.rpartition("/")
        names = [name] if name.endswith(".scss") else [f"{name}.scss"]
        beside = os.path.dirname(self._names.get((importing or "").rpartition("/")[2], ""))
        for directory in (beside, *self._bases) if beside else self._bases:
            for one in (*names, *(f"_{one}" for one in names)):
                file = os.path.normpath(os.path.join(directory, head, one))
                if file in self._files:
                    return file
        return None


def _compiled(request: dict[str, Any], ask: Callable[..., Any]) -> dict[str, str]:
    import sass

    def importer(path: str, importing: str) -> list[tuple[str, ...]] | None:
        answer = ask("import", path, importing)
        return None if answer is None else [tuple(one) for one in answer]

    def function(name: str) -> Any:
        def call(path: Any, options: Any) -> Any:
            answer = ask("call", name, path if isinstance(path, str) else None)
            return sass.SassError(answer["error"]) if "error" in answer else answer["text"]

        return sass.SassFunction(name, request["parameters"], call)

    try:
        text = sass.compile(
            string=request["text"],
            indented=request["indented"],
            output_style=request["style"],
            precision=request["precision"],
            importers=[(0, importer)],
            custom_functions=[function(name) for name in request["functions"]],
            source_map_embed=True,
        )
    except sass.CompileError as error:
        return {"error": str(error)}
    return {"text": text}


def _unnamed_file() -> IO[bytes]:
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("printed"), "w+b")
    # Importing this takes as long as LibSass does for a small style sheet.
    import tempfile

    return tempfile.TemporaryFile()


def _taken(printed: IO[bytes]) -> str:
    """What was printed since this was last asked."""
    printed.seek(0)
    said = printed.read().decode("utf-8", "replace")
    printed.seek(0)
    printed.truncate()
    return said


if __name__ == "__main__":
    main()
