"""Where Sprockets looks for what a directive names: beside the file, or in the load paths one after another."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Sequence
from typing import Final

from assetbuild import media
from assetbuild.config import Config, LoadPath
from assetbuild.dataclass import dataclass
from assetbuild.model import Part
from assetbuild.nearest import Nearest
from assetbuild.paths import normal_form, read_as_utf8, shown_path
from assetbuild.private_names import why_leftover

KINDS: Final = {media.JAVASCRIPT: ".js", media.CSS: ".css"}
"""The types that directives are read in, with the extension that they leave out."""

_WORDS: Final = {media.JAVASCRIPT: "script", media.CSS: "style sheet"}


@dataclass(slots=True)
class Refused(Exception):
    """A directive that cannot be followed; whoever follows it adds the place."""

    text: str
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Located:
    """What a name means. `twins`: all sources in that place that make the same asset, the one taken first."""

    part: Part
    twins: tuple[Part, ...]


class LoadPaths:
    """The sources as directives name them: by logical path, with or without extension, index files, directories."""

    def __init__(self, config: Config, parts: Sequence[Part]) -> None:
        self._root = config.root
        # What was looked at besides the sources: absolute files, and directories that hold no source.
        self.files: set[str] = set()
        self.empty: set[str] = set()
        self._parts = {part.source.path: part for part in sorted(parts, key=lambda one: one.source.path)}
        self._named: dict[str, list[Part]] = {}
        self._prefixes: dict[str, str] = {}
        for part in self._parts.values():
            self._prefixes.setdefault(part.source.root, _prefix(part))
            for name in {part.path, part.source.path}:
                self._named.setdefault(name, []).append(part)
        order = [one.directory.rstrip(os.sep) for one in config.sources if isinstance(one, LoadPath)]
        order += sorted(self._prefixes.keys() - set(order))
        self._order = {root: number for number, root in enumerate(dict.fromkeys(order))}

    def part(self, path: str) -> Part:
        """The source at a logical path as an asset."""
        return self._parts[path]

    def is_converted(self, path: str) -> bool:
        """Whether beside an ERB file there is a template that was made of it."""
        return path.endswith(".erb") and f"{path.removesuffix('.erb')}.jinja" in self._parts

    def locate(self, written: str, file: str, kind: str | None) -> Located:
        """What a name in the file at an absolute path means, of a media type or, with None, of any. Raises Refused."""
        if written.startswith("/") or os.path.isabs(written):
            raise Refused(
                f"'{written}' is an absolute path", "write a path in a load path, or one that starts with './'"
            )
        root, name = self._relative(written, file) if _is_relative(written) else (None, normal_form(written))
        found = self._candidates(name, kind)
        here = [part for part in found if root is None or part.source.root == root]
        if here:
            best = min(self._order[part.source.root] for part in here)
            first = [part for part in here if self._order[part.source.root] == best]
            return Located(first[0], tuple(part for part in first if part.path == first[0].path))
        raise self._not_found(written, name, root, kind, found)

    def is_file(self, written: str, file: str) -> bool:
        """Whether a name is that of a file that is beside another one, or in a load path, whatever it is."""
        if _is_relative(written):
            beside = os.path.normpath(os.path.join(os.path.dirname(file), *written.split("/")))
            self.files.add(beside)
            return os.path.isfile(beside)
        return not os.path.isabs(written) and normal_form(written) in self._parts

    def below(self, directive: str, written: str, file: str) -> list[Part]:
        """The sources in the directory that a file names relative to itself, sorted by path; with "…_tree" also those
        further down. Raises Refused."""
        if not _is_relative(written):
            hint = f"did you mean './{written.lstrip('/')}'?"
            raise Refused(
                f"'{directive}' takes a directory relative to the file: '{written}' does not start with '.'", hint
            )
        directory = os.path.normpath(os.path.join(os.path.dirname(file), *written.split("/")))
        shown = shown_path(directory, self._root)
        if not os.path.isdir(directory):
            raise Refused(f"there is no directory '{shown}'", "the path is relative to this file")
        above = [root for root in self._order if _is_below(directory, root)]
        if not above and not any(_is_below(root, directory) for root in self._order):
            raise Refused(f"the directory '{shown}' is outside of all load paths", "name it in `sources`")
        start = directory + os.sep
        found = []
        for part in self._parts.values():
            if part.source.file.startswith(start):
                below = part.source.file[len(start) :].replace(os.sep, "/")
                flat = directive.endswith("_directory")
                if not ((flat and "/" in below) or any(map(_is_passed_over, below.split("/")))):
                    found.append((below, part))
        if not found:
            self.empty.add(directory)
        return [part for _, part in sorted(found, key=lambda one: one[0])]

    def _candidates(self, name: str, kind: str | None) -> list[Part]:
        """The sources that a logical name may mean, the likeliest first, whatever load path they are in."""
        stem, dot, extension = name.rpartition(".")
        of_type = media.TYPES.get(extension.lower()) if dot and "/" not in extension else None
        names: list[str] = [name]
        if kind is None and of_type is None:
            names += [name + end for end in KINDS.values()] + [f"{name}/index{end}" for end in KINDS.values()]
        elif kind is None or of_type == kind:
            names.append(f"{stem}/index.{extension}")
        if kind is not None and of_type != kind:
            names += [name + KINDS[kind], f"{name}/index{KINDS[kind]}"]
        found: dict[str, Part] = {}
        for one in names:
            # A file in its own language comes before one that has to be compiled to it.
            for part in sorted(self._named.get(one, ()), key=lambda part: (len(part.steps), part.source.path)):
                if kind is None or media.media_type(part.path) == kind:
                    found.setdefault(part.source.path, part)
        return list(found.values())

    def _relative(self, written: str, file: str) -> tuple[str | None, str]:
        """The load path that a file is in, and the logical path that a relative name in it means. Raises Refused."""
        target = os.path.normpath(os.path.join(os.path.dirname(file), *written.split("/")))
        own = [root for root in self._order if _is_below(file, root)]
        roots = own or [root for root in self._order if _is_below(target, root)]
        root = max((root for root in roots if _is_below(target, root)), key=len, default=None)
        if root is None:
            shown = shown_path(target, self._root)
            where = f"the load path '{shown_path(own[0], self._root)}'" if own else "all load paths"
            raise Refused(f"'{written}' is '{shown}', outside of {where}", "name it from a load path, without '../'")
        below = normal_form(read_as_utf8(target[len(root) :].strip(os.sep).replace(os.sep, "/")))
        return root, posixpath.join(self._prefixes.get(root, ""), below)

    def _not_found(self, written: str, name: str, root: str | None, kind: str | None, found: Sequence[Part]) -> Refused:
        what = _WORDS[kind] if kind else "file"
        roots = [root] if root is not None else list(self._order)
        places = ", ".join(f"'{shown_path(one, self._root)}'" for one in roots)
        text = f"no {what} '{written}': looked for {self._looked_for(name, kind)} in {places}"
        if found:
            there = shown_path(found[0].source.root, self._root)
            return Refused(text, f"'{found[0].source.path}' is in '{there}': write it without './'")
        others = [one for one in self._parts if one.startswith(f"{name}.")]
        if others:
            return Refused(text, f"there is '{others[0]}', of which nothing here makes a {what}")
        names = [part.path for part in self._parts.values() if kind is None or media.media_type(part.path) == kind]
        end = KINDS[kind] if kind and not name.endswith(KINDS[kind]) else ""
        return Refused(text, Nearest(names).hint(name + end))

    def _looked_for(self, name: str, kind: str | None) -> str:
        end = KINDS.get(kind or "", "")
        if not end or name.endswith(end):
            return f"'{name}'"
        return f"'{name}{end}' and '{name}/index{end}'"


def _is_relative(written: str) -> bool:
    return written in (".", "..") or written.startswith(("./", "../"))


def _is_below(file: str, directory: str) -> bool:
    return file == directory or file.startswith(directory.rstrip(os.sep) + os.sep)


def _is_passed_over(name: str) -> bool:
    return name.startswith(".") or why_leftover(name) is not None


def _prefix(part: Part) -> str:
    """What the load path of a source puts before the paths in it."""
    below = part.source.file[len(part.source.root) :].strip(os.sep).split(os.sep)
    return "/".join(part.source.path.split("/")[: -len(below)])
