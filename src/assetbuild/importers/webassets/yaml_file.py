"""An environment, or bundles alone, in YAML: what webassets' YAMLLoader reads, and what it passes over in silence."""

from __future__ import annotations

import difflib
import posixpath
from collections.abc import Iterator
from typing import Final

from assetbuild.dataclass import dataclass, field, replace
from assetbuild.errors import Diagnostic, Severity, UsageError
from assetbuild.importers.model import Place, Value
from assetbuild.importers.project import Project
from assetbuild.importers.webassets.model import OldBundle, OldEnvironment, OldFilter, OldItem
from assetbuild.importers.webassets.settings import say_setting
from assetbuild.importers.yaml_places import Mapping, Node, Scalar, Sequence, read_yaml

# What the loader takes from the top of the file, besides the settings that say_setting knows.
_TOP: Final = ("bundles", "directory", "url", "load_path", "config", "filters")
_SETTINGS: Final = (
    "debug",
    "cache",
    "versions",
    "url_expire",
    "auto_build",
    "manifest",
    "cache_file_mode",
    "expire",
    "updater",
)
_BUNDLE: Final = ("contents", "filters", "output", "debug", "extra", "config", "depends")
# Arguments of Bundle and attributes of Environment that the loader does not hand on.
_UNHEARD: Final = ("merge", "version", "remove_duplicates", "url_mapping", "resolver")


@dataclass(frozen=True, slots=True)
class ReadYaml:
    environment: OldEnvironment
    diagnostics: tuple[Diagnostic, ...]


def read_environment(project: Project, *, bundles_only: bool = False) -> ReadYaml:
    """The environment in `project.file`; `bundles_only`: what Flask-Assets' `from_yaml` takes, bundles by name.

    Raises UsageError for what is no YAML or no mapping.
    """
    document = read_yaml(project)
    reading = _Reading(project, list(document.diagnostics))
    root = document.root
    if not isinstance(root, Mapping):
        text = "the file is empty" if root is None else "the file must be a mapping of keys"
        raise UsageError(Diagnostic(text, project.file, hint="it has bundles below 'bundles:'"))
    if bundles_only or _is_bundles(root):
        if not bundles_only:
            text = "there is no 'bundles': the file is taken for one of bundles alone, as load_bundles() takes it"
            reading.diagnostics.append(Diagnostic(text, project.file, severity="notice"))
        environment = OldEnvironment(tuple(reading.bundles(root)))
    else:
        environment = reading.environment(root)
    return ReadYaml(environment, tuple(reading.diagnostics))


def _is_bundles(root: Mapping) -> bool:
    """Whether these are bundles by name: no key of an environment, and values that have keys of a bundle."""
    if any(key.written in (*_TOP, *_SETTINGS) for key, _ in root.pairs):
        return False
    return any(isinstance(value, Mapping) and value.get("contents") is not None for _, value in root.pairs)


@dataclass(slots=True)
class _Reading:
    project: Project
    diagnostics: list[Diagnostic]
    nodes: dict[str, tuple[Scalar, Node]] = field(default_factory=dict)
    made: dict[str, OldBundle] = field(default_factory=dict)

    def say(self, place: Place, text: str, hint: str | None = None, severity: Severity = "warning") -> None:
        self.diagnostics.append(place.diagnostic(text, hint, severity))

    def wrong(self, place: Place, text: str, hint: str | None = None) -> None:
        self.say(place, text, hint, "error")

    def environment(self, root: Mapping) -> OldEnvironment:
        values = {key.written: (key, value) for key, value in root.pairs}
        for name, (key, value) in values.items():
            if name in _SETTINGS:
                say_setting(self.diagnostics, name, value.value if isinstance(value, Scalar) else "", key.place)
            elif name not in _TOP:
                self._unknown(key, (*_TOP, *_SETTINGS))
        bundles = values.get("bundles")
        made: tuple[OldBundle, ...] = ()
        if bundles is not None and not _is_empty(bundles[1]):
            if isinstance(bundles[1], Mapping):
                made = tuple(self.bundles(bundles[1]))
            else:
                self.wrong(bundles[1].place, "'bundles' must be a mapping of bundles by name")
        config = values.get("config")
        return OldEnvironment(
            made,
            self._directory(values.get("directory")),
            tuple(self._items("load_path", values["load_path"][1])) if "load_path" in values else (),
            {},
            self._text_item("url", values.get("url")),
            dict(self._config(config[1])) if config is not None else {},
            self._own_filters(values.get("filters")),
        )

    def _unknown(self, key: Scalar, known: tuple[str, ...]) -> None:
        name = key.written
        text = f"webassets' YAML loader passes over '{name}' in silence: left out"
        near = difflib.get_close_matches(name, known, 1, 0.75)
        hint = f"did you mean '{near[0]}'?" if near else f"known are: {', '.join(known)}"
        if name in _UNHEARD:
            hint = "it means something in Python only: write in assetbuild.toml what it was meant for"
        self.say(key.place, text, hint)

    def _directory(self, pair: tuple[Scalar, Node] | None) -> OldItem | None:
        """`directory`, which is relative to the file; all other paths are to where the command runs."""
        item = self._text_item("directory", pair)
        if item is None or item.text.startswith("/"):
            return item
        below = posixpath.join(posixpath.dirname(self.project.file), item.text)
        return replace(item, text=posixpath.normpath(below))

    def _text_item(self, name: str, pair: tuple[Scalar, Node] | None) -> OldItem | None:
        if pair is None or _is_empty(pair[1]):
            return None
        value = pair[1]
        if isinstance(value, Scalar) and isinstance(value.value, str) and value.value:
            return OldItem(value.value, value.place)
        self.wrong(value.place, f"'{name}' must be a text")
        return None

    def _items(self, name: str, value: Node) -> Iterator[OldItem]:
        """The texts of a list; one text stands for a list of it."""
        for item in value.items if isinstance(value, Sequence) else (value,):
            if isinstance(item, Scalar) and isinstance(item.value, str):
                yield OldItem(item.value, item.place)
            elif not (_is_empty(item) and item is value):
                self.wrong(item.place, f"'{name}' lists texts", "put it in quotes if it is the name of a file")

    def _config(self, value: Node) -> Iterator[tuple[str, tuple[Value, Place]]]:
        if isinstance(value, Mapping):
            for key, one in value.pairs:
                made = self._value(one)
                if made is not None:
                    yield key.written, (made, key.place)
        elif not _is_empty(value):
            self.wrong(value.place, "'config' must be a mapping")

    def _own_filters(self, pair: tuple[Scalar, Node] | None) -> bool:
        if pair is None or _is_empty(pair[1]):
            return False
        hint = "a package of your own can register it as a filter: docs/compilers.md"
        for item in self._items("filters", pair[1]):
            self.say(item.place, f"the filter class '{item.text}' is Python code, and is left out", hint)
        return True

    def bundles(self, table: Mapping) -> Iterator[OldBundle]:
        """All bundles of a mapping, those that they name in the places of the names."""
        self.nodes = {key.written: (key, value) for key, value in table.pairs}
        for name in self.nodes:
            yield self._named(name, ())

    def _named(self, name: str, within: tuple[str, ...]) -> OldBundle:
        if name not in self.made:
            key, value = self.nodes[name]
            made = self._bundle(value, key.place, (*within, name), top=True)
            self.made[name] = replace(made, name=name)
        return self.made[name]

    def _bundle(self, node: Node, place: Place, within: tuple[str, ...], *, top: bool = False) -> OldBundle:
        if _is_empty(node):
            return OldBundle("", place)
        if not isinstance(node, Mapping):
            self.wrong(node.place, "a bundle is a mapping", "write its files below 'contents:'")
            return OldBundle("", place)
        values = {key.written: (key, value) for key, value in node.pairs}
        for name, (key, value) in values.items():
            if name == "debug":
                say_setting(self.diagnostics, "debug", value.value if isinstance(value, Scalar) else "", key.place)
            elif name not in _BUNDLE:
                self._unknown(key, _BUNDLE)
        output = self._text_item("output", values.get("output"))
        return OldBundle(
            "",
            place,
            tuple(self._contents(values["contents"], within, top)) if "contents" in values else (),
            tuple(self._filters(values["filters"][1])) if "filters" in values else (),
            output.text if output else None,
            tuple(self._items("depends", values["depends"][1])) if "depends" in values else (),
            self._extra(values["extra"][1]) if "extra" in values else {},
            {name: one for name, (one, _) in self._config(values["config"][1])} if "config" in values else {},
        )

    def _contents(self, pair: tuple[Scalar, Node], within: tuple[str, ...], top: bool) -> Iterator[OldItem | OldBundle]:
        key, value = pair
        if _is_empty(value):
            self.wrong(key.place, "'contents' must be a list of files, globs and bundles")
            return
        for item in value.items if isinstance(value, Sequence) else (value,):
            if isinstance(item, Mapping) and isinstance(value, Sequence):
                yield self._bundle(item, item.place, within)
            elif not isinstance(item, Scalar) or not isinstance(item.value, str):
                self.wrong(item.place, "'contents' lists files, globs and bundles", "put it in quotes if it is a name")
            elif item.written not in self.nodes:
                yield OldItem(item.written, item.place)
            elif item.written in within:
                chain = " → ".join((*within[within.index(item.written) :], item.written))
                self.wrong(item.place, f"the bundle '{item.written}' contains itself: {chain}")
            else:
                if not top:
                    text = f"'{item.written}' is taken for the bundle of this name"
                    hint = "webassets looks names of bundles up in bundles that have a name, and takes this for a file"
                    self.say(item.place, text, hint)
                yield self._named(item.written, within)

    def _filters(self, value: Node) -> Iterator[OldFilter]:
        if isinstance(value, Scalar) and isinstance(value.value, str):
            for name in map(str.strip, value.value.split(",")):
                if name:
                    yield OldFilter(name, value.place)
                else:
                    self.wrong(value.place, "'filters' has an empty name in it", "put names between the commas")
        elif not _is_empty(value):
            for item in self._items("filters", value):
                yield OldFilter(item.text, item.place)

    def _extra(self, value: Node) -> dict[str, Value]:
        if isinstance(value, Mapping):
            found = {key.written: self._value(one) for key, one in value.pairs}
            return {name: one for name, one in found.items() if one is not None}
        if not _is_empty(value):
            self.wrong(value.place, "'extra' must be a mapping")
        return {}

    def _value(self, node: Node) -> Value | None:
        """A value as TOML has it; null is nothing."""
        if isinstance(node, Scalar):
            return node.value
        if isinstance(node, Sequence):
            return [one for one in map(self._value, node.items) if one is not None]
        found = {key.written: self._value(one) for key, one in node.pairs}
        return {name: one for name, one in found.items() if one is not None}


def _is_empty(value: Node) -> bool:
    return isinstance(value, Scalar) and value.value is None
