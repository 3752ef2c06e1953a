"""What a filter needs besides its text: packages, programs, environment variables; and what of it is in a cache key."""

from __future__ import annotations

import importlib.util
import json
import os
import shlex
import shutil
from collections.abc import Mapping
from typing import Any

from assetbuild.compilers.base import World
from assetbuild.compilers.webassets_table import PREFIX, filter_of

# What programs cannot start without, and what no output may depend on.
_SYSTEM = ("PATH", "PATHEXT", "SYSTEMROOT", "COMSPEC", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "VIRTUAL_ENV")
_LOCAL = os.path.join("node_modules", ".bin")
_SCRIPT = b"#!"
# These filters split the option that names their program, as a shell would.
_COMMAND_LINES = frozenset({"less", "requirejs"})


def missing(name: str, options: Mapping[str, Any], world: World) -> tuple[str, str | None] | None:
    """What keeps a filter from running, and what to do; None if nothing is known to."""
    chosen = filter_of(name)
    if chosen.module and _cannot_import(chosen.module[0]):
        return f"it needs the Python package '{chosen.module[1]}'", f"pip install {chosen.module[1]}"
    if chosen.program is None:
        return None
    command = _command(name, options, world)
    if _which(command[0], world) is not None:
        return None
    hint = f"install it ({chosen.program.install})"
    if chosen.program.option:
        hint += f', or set options."{PREFIX}{name}".{chosen.program.option} to where it is'
    return f"it needs the program '{command[0]}'", hint


def why_not_imported(name: str, error: str) -> str | None:
    """What to say when webassets holds a package for missing that is installed; None for other errors."""
    module = filter_of(name).module
    if module is None or not any(words in error for words in ("not installed", "not be found", "No module named")):
        return None
    return f"the package '{module[1]}' is installed, but this Python cannot import it, or something that it needs"


def _cannot_import(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is None
    except (ImportError, ValueError):
        return True


def environment_of(name: str, world: World) -> dict[str, str]:
    """The environment of a filter: what a program needs to run, and the variables that the filter or `env` declares."""
    environment = {key: world.environment[key] for key in _SYSTEM if key in world.environment}
    environment |= {key: _place(value, world) for key, value in variables(name, world).items()}
    environment["PATH"] = _search_path(world)
    return environment | {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TZ": "UTC", "PYTHONHASHSEED": "0"}


def variables(name: str, world: World) -> dict[str, str]:
    """The variables, of those that are set, that the filter looks up and that the configuration declares in `env`."""
    declared = {*filter_of(name).settings, *world.env}
    return {key: world.environment[key] for key in sorted(declared) if key in world.environment}


def identity(name: str, options: Mapping[str, Any], world: World) -> list[Any]:
    """What, besides text and options, a result depends on, as JSON values: variables, and the program that is run.

    A program is known by the digest of its file. A script of an npm package is so by its package.json, too, which names
    the version; one that is run by an interpreter (`#!/usr/bin/env node`), by that as well.
    """
    chosen = filter_of(name)
    programs = _command(name, options, world) if chosen.program else []
    return [variables(name, world), [one for program in programs for one in _digests(program, world)]]


def resolved_options(name: str, options: Mapping[str, Any], world: World) -> dict[str, Any]:
    """The options as the filter gets them: programs that are files below the configuration's directory, absolute."""
    chosen = filter_of(name)
    names = {chosen.program.option} if chosen.program else set()
    names |= {setting for setting in chosen.settings if setting.endswith(("_BIN", "_PATH", "_HOME"))}
    return {
        key: _resolved(value, name, world) if key in names and isinstance(value, str) else value
        for key, value in options.items()
    }


def _resolved(value: str, name: str, world: World) -> str:
    words = _command_line(value, name, world)
    return shlex.join(words) if name in _COMMAND_LINES else words[0]


def _place(word: str, world: World) -> str:
    """A word of a command line: made absolute if it is a file's path from the configuration's directory."""
    file = os.path.normpath(os.path.join(world.root, word))
    return file if ("/" in word or os.sep in word) and os.path.exists(file) else word


def _command_line(value: str, name: str, world: World) -> list[str]:
    """A program and what is named with it, files made absolute: ["node", "/project/tools/lessc"]."""
    whole = _place(value, world)
    if os.path.isabs(whole) or name not in _COMMAND_LINES:
        return [whole]
    try:
        return [_place(word, world) for word in shlex.split(value)]
    except ValueError:
        return [value]


def _command(name: str, options: Mapping[str, Any], world: World) -> list[str]:
    """The program, and the files that are named with it: ["node", "tools/lessc"]."""
    chosen = filter_of(name)
    assert chosen.program is not None
    asked = options.get(chosen.program.option) if chosen.program.option else None
    for setting in chosen.settings:
        if not asked and chosen.program.option and setting.endswith(("_BIN", "_PATH")) and setting != "NODE_PATH":
            asked = options.get(setting) or world.environment.get(setting)
    words = _command_line(str(asked or chosen.program.name), name, world)
    if chosen.program.name == "java":
        home = options.get("JAVA_HOME") or world.environment.get("JAVA_HOME")
        words = [os.path.join(home, "bin", "java") if home else "java"]
        jars = [options.get(setting) or world.environment.get(setting) for setting in chosen.settings]
        words += [_place(jar, world) for jar in jars if isinstance(jar, str) and jar.endswith(".jar")]
    return words or [chosen.program.name]


def _search_path(world: World) -> str:
    """PATH, behind the programs that npm installed beside the configuration."""
    return os.pathsep.join((os.path.join(world.root, _LOCAL), world.environment.get("PATH", os.defpath)))


def _which(program: str, world: World) -> str | None:
    return shutil.which(program, path=_search_path(world))


def _digests(program: str, world: World) -> list[str | None]:
    found = _which(program, world) or program
    file = os.path.realpath(found)
    digests = [os.path.basename(found), world.digest_of(file) if os.path.isfile(file) else None]
    digests += _package(file, world)
    interpreter = _interpreter(file)
    if interpreter and (place := _which(interpreter, world)):
        digests.append(world.digest_of(os.path.realpath(place)))
    return digests


def _package(file: str, world: World) -> list[str | None]:
    """The digest of the package.json of the npm package that a file is in."""
    directory = os.path.dirname(file)
    while "node_modules" in directory and os.path.basename(directory) != "node_modules":
        manifest = os.path.join(directory, "package.json")
        if os.path.isfile(manifest):
            return [world.digest_of(manifest)]
        directory = os.path.dirname(directory)
    return []


def _interpreter(file: str) -> str | None:
    """The program that a script's first line names."""
    try:
        with open(file, "rb") as stream:
            line = stream.readline(200)
    except OSError:
        return None
    words = line.removeprefix(_SCRIPT).decode("utf-8", "replace").split() if line.startswith(_SCRIPT) else []
    if len(words) > 1 and os.path.basename(words[0]) == "env":
        words = [word for word in words[1:] if not word.startswith("-")]
    return words[0] if words else None


def as_key(name: str, options: Mapping[str, Any], world: World) -> str:
    """`identity`, and the package that does the work, as one text."""
    from assetbuild.compilers import installed_version

    module = filter_of(name).module
    package = [module[1], installed_version(module[1])] if module else []
    return json.dumps([identity(name, options, world), package], sort_keys=True)
