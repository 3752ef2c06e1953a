"""A project in a temporary directory, built in this process by the command line: a dict of files in, an outcome out."""

from __future__ import annotations

import atexit
import io
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from assetbuild.cli import main
from assetbuild.cli.diagnostics import as_text
from assetbuild.errors import Diagnostic

Files = Mapping[str, str | bytes]

CONFIG = 'sources = ["assets"]\nminify = false\nencodings = []\n'

_HOME = Path(tempfile.mkdtemp(prefix="assetbuild-tests-"))
_NUMBERS = count()
atexit.register(shutil.rmtree, _HOME, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command left: exit code, standard output, standard error."""

    code: int
    stdout: str
    stderr: str

    @property
    def document(self) -> dict[str, Any]:
        """The one JSON document on standard output."""
        found: dict[str, Any] = json.loads(self.stdout)
        return found


@dataclass(frozen=True, slots=True)
class Outcome:
    """A finished or failed build: `public` are the files below public/ by name."""

    release: Path
    code: int
    stdout: str
    stderr: str
    diagnostics: tuple[Diagnostic, ...] = ()
    manifest: Mapping[str, Any] = field(default_factory=dict)
    public: Mapping[str, bytes] = field(default_factory=dict)
    private: Mapping[str, bytes] = field(default_factory=dict)
    summary: Mapping[str, Any] = field(default_factory=dict)

    @property
    def assets(self) -> Mapping[str, Any]:
        """The manifest's entries by logical path; a build that failed has none, and says why."""
        assert self.code == 0, "\n".join(self.shown("error"))
        assets: Mapping[str, Any] = self.manifest["assets"]
        return assets

    def file(self, name: str) -> str:
        """The published name of a logical path."""
        file: str = self.assets[name]["file"]
        return file

    def bytes_of(self, name: str) -> bytes:
        """The bytes served for a logical path."""
        return self.public[self.file(name)]

    def text(self, name: str) -> str:
        return self.bytes_of(name).decode()

    def shown(self, severity: str) -> list[str]:
        """The diagnostics of a severity as a person reads them."""
        return [as_text(diagnostic) for diagnostic in self.diagnostics if diagnostic.severity == severity]

    @property
    def errors(self) -> list[str]:
        return self.shown("error")

    @property
    def warnings(self) -> list[str]:
        return self.shown("warning")

    @property
    def notices(self) -> list[str]:
        return self.shown("notice")


class Project:
    """A directory with an assetbuild.toml and sources, which tests write, run commands on, and look into."""

    def __init__(self, files: Files = {}, config: str | None = CONFIG) -> None:  # noqa: B006  read only
        self.root = _HOME / str(next(_NUMBERS))
        self.root.mkdir()
        (self.root / "assets").mkdir()
        self.release = self.root / "build" / "release"
        if config is not None:
            self.write({"assetbuild.toml": config})
        self.write(files)

    def write(self, files: Files) -> None:
        """Writes files, named relative to the project."""
        for name, content in files.items():
            file = self.root / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content.encode() if isinstance(content, str) else content)

    def delete(self, *names: str) -> None:
        for name in names:
            (self.root / name).unlink()

    def run(self, *words: str) -> Ran:
        """A command, in this process, as if called in the project's directory."""
        out, err = io.StringIO(), io.StringIO()
        before = os.getcwd()
        os.chdir(self.root)
        try:
            with redirect_stdout(out), redirect_stderr(err):
                try:
                    code = main(words)
                except SystemExit as stop:
                    code = int(stop.code or 0)
        finally:
            os.chdir(before)
        return Ran(code, out.getvalue(), err.getvalue())

    def build(self, *options: str) -> Outcome:
        """`assetbuild build`, and what it made."""
        ran = self.run("build", "--format", "json", "-v", *options)
        document = ran.document
        diagnostics = tuple(Diagnostic(**values) for values in document["diagnostics"])
        release = Path(self._option(options, "--output") or self.release)
        if ran.code != 0:
            return Outcome(release, ran.code, ran.stdout, ran.stderr, diagnostics)
        manifest = json.loads((release / "manifest.json").read_text("utf-8"))
        return Outcome(
            release,
            0,
            ran.stdout,
            ran.stderr,
            diagnostics,
            manifest,
            files_below(release / "public"),
            files_below(release / "private"),
            document["summary"],
        )

    def _option(self, options: tuple[str, ...], name: str) -> str | None:
        return str(self.root / options[options.index(name) + 1]) if name in options else None


def build_files(files: Files, config: str = CONFIG, *options: str) -> Outcome:
    """A new project with these files (named below assets/ unless they begin with "./"), built once."""
    return Project(below_assets(files), config).build("--no-cache", *options)


def below_assets(files: Files) -> dict[str, str | bytes]:
    """The same files as a project names them."""
    return {name[2:] if name.startswith("./") else f"assets/{name}": content for name, content in files.items()}


def files_below(directory: Path) -> dict[str, bytes]:
    """Every regular file below a directory, by its POSIX path."""
    return {
        file.relative_to(directory).as_posix(): file.read_bytes()
        for file in sorted(directory.rglob("*"))
        if file.is_file()
    }
