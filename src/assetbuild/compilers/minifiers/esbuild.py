"""esbuild as a program: where it is, which version it is, and one run of it.

Only the program from npm: the package of that name on PyPI is another thing.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence

from assetbuild import media
from assetbuild.compilers.minifiers.refused import Refused, offset_of
from assetbuild.dataclass import dataclass

_SYSTEMS = {"linux": "linux", "darwin": "darwin", "win32": "win32"}
_MACHINES = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}
_KEPT_OF_THE_ENVIRONMENT = ("PATH", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP")
"""What a program, or npm's script in front of it, needs to start; nothing else is esbuild's business."""

_ERROR = re.compile(r"\[ERROR\] ([^\n]*+)(?:\s++<stdin>:(\d++):(\d++))?")
_PLAIN = ("--log-level=error", "--color=false", "--target=esnext", "--legal-comments=inline")
_MODES = {"esbuild": "--minify", "esbuild-whitespace": "--minify-whitespace"}


class NotFound(Exception):
    """There is no esbuild that can be used; the text says why, and `hint` what to do."""

    def __init__(self, text: str, hint: str) -> None:
        super().__init__(text)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Ran:
    """What a program left: its exit code (negative: the signal that ended it) and output."""

    code: int
    output: bytes
    errors: str


_INSTALL = 'npm install --save-dev esbuild, beside the configuration; or name the program: [minifiers] esbuild = "…"'


def find(root: str, configured: str | None, time_limit: float, environment: Mapping[str, str]) -> dict[str, str]:
    """The program to use: {"program": a file relative to `root`, or a name on PATH; "version": "0.28.0"}.

    `configured` (absolute) comes first, then the one in node_modules beside the configuration, then PATH.
    Raises NotFound.
    """
    program = _program(root, configured, environment)
    file = _file(program, root, environment)
    if file is None:
        raise NotFound("esbuild is not installed", _INSTALL)
    if _is_of_python(file):
        raise NotFound(f"'{file}' is the package esbuild of PyPI, which is not the program", _INSTALL)
    try:
        ran = run([file, "--version"], b"", time_limit, environment)
    except TimeoutError:
        raise NotFound(f"'{program}' does not tell its version within {time_limit:g} seconds", _INSTALL) from None
    except OSError as error:
        raise NotFound(f"'{program}' cannot be started: {error.strerror or error}", _INSTALL) from None
    version = ran.output.decode("utf-8", "replace").strip()
    if ran.code or not re.fullmatch(r"\d+\.\d+\.\d+[-+.\w]*", version):
        raise NotFound(f"'{program}' is no esbuild: asked for its version, it does not say one", _INSTALL)
    return {"program": program, "version": version}


def minified(
    name: str, kind: str, data: bytes, found: Mapping[str, str], root: str, limit: float, environment: Mapping[str, str]
) -> bytes:
    """What esbuild makes of a text of this media type, without the line end it adds. Raises Refused."""
    file = _file(found["program"], root, environment)
    if file is None:
        raise Refused("it is gone", broke=True)
    loader = "css" if kind == media.CSS else "js"
    charset = "ascii" if data.isascii() else "utf8"
    command = [file, _MODES[name], f"--loader={loader}", f"--charset={charset}", *_PLAIN]
    try:
        ran = run(command, data, limit, environment)
    except TimeoutError:
        raise Refused(f"took longer than time_limit = {limit:g} seconds", broke=True) from None
    except OSError as error:
        raise Refused(f"cannot be started: {error.strerror or error}", broke=True) from None
    if ran.code == 0:
        return ran.output.removesuffix(b"\n")
    fault = _ERROR.search(ran.errors)
    if ran.code != 1 or fault is None:
        last = ran.errors.strip().rpartition("\n")[2].strip()
        how = f"ended by signal {-ran.code}" if ran.code < 0 else f"ended with exit code {ran.code}"
        raise Refused(how + (f": {last}" if last else ""), broke=True)
    start = offset_of(data, int(fault[2]), int(fault[3])) if fault[2] else None
    raise Refused(fault[1].strip(), start)


def run(command: Sequence[str], data: bytes, seconds: float, environment: Mapping[str, str]) -> Ran:
    """Runs a program on these bytes. Raises OSError, and TimeoutError once it and all it started have been ended."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=os.path.dirname(command[0]),
        env={name: environment[name] for name in _KEPT_OF_THE_ENVIRONMENT if name in environment},
        start_new_session=True,
    )
    try:
        output, errors = process.communicate(data, timeout=seconds)
    except subprocess.TimeoutExpired:
        _end(process)
        raise TimeoutError from None
    except BaseException:
        _end(process)
        raise
    return Ran(process.returncode, output, errors.decode("utf-8", "replace"))


def _end(process: subprocess.Popen[bytes]) -> None:
    if hasattr(os, "killpg"):
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    else:
        process.kill()
    process.communicate()


def _program(root: str, configured: str | None, environment: Mapping[str, str]) -> str:
    if configured is not None:
        if not os.path.isfile(configured):
            raise NotFound(f"no program '{_shown(configured, root)}'", _INSTALL)
        return _shown(configured, root)
    machine = _MACHINES.get(platform.machine().lower(), "")
    native = f"node_modules/@esbuild/{_SYSTEMS.get(sys.platform, '')}-{machine}"
    for name in (f"{native}/bin/esbuild", f"{native}/esbuild.exe", "node_modules/.bin/esbuild"):
        if os.path.isfile(os.path.join(root, name)):
            return name
    return "esbuild"


def _shown(file: str, root: str) -> str:
    try:
        shown = os.path.relpath(file, root).replace(os.sep, "/")
    except ValueError:  # another drive
        return file
    return shown if "/" in shown else f"./{shown}"  # a bare name is one on PATH


def _file(program: str, root: str, environment: Mapping[str, str]) -> str | None:
    """The absolute path of what `find` told."""
    if "/" not in program:
        found = shutil.which(program, path=environment.get("PATH", os.defpath))
        return os.path.abspath(found) if found else None
    file = os.path.normpath(os.path.join(root, program))
    return file if os.path.isfile(file) else None


def _is_of_python(file: str) -> bool:
    """Whether a file is a script that pip made."""
    with open(file, "rb") as stream:
        first = stream.readline(200)
    return first.startswith(b"#!") and b"python" in first
