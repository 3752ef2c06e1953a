"""The packages of the setting PIPELINE as bundles: globs sorted, each file once, templates after the scripts."""

from __future__ import annotations

import difflib
import posixpath
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from assetbuild.dataclass import dataclass, field
from assetbuild.importers.django_settings import Settings
from assetbuild.importers.django_sources import StaticFiles
from assetbuild.importers.model import ImportedBundle, ImportedRule, Item, Place, Value
from assetbuild.importers.nearest_file import nearest_file
from assetbuild.importers.pipeline_globs import as_glob, is_glob, matching
from assetbuild.importers.python_values import Data
from assetbuild.runtime.packages import PACKAGE_PLACES

KINDS: Final = {"STYLESHEETS": "css", "JAVASCRIPT": "js"}
_KEYS: Final = (
    "source_filenames",
    "output_filename",
    "extra_context",
    "template_name",
    "variant",
    "manifest",
    "compiler_options",
)
# By the end of a source's name, the filter that compiles it, where it is none of ours; None if there is none.
_FOREIGN: Final = {
    ".less": "webassets:less",
    ".styl": "webassets:stylus",
    ".coffee": "webassets:coffeescript",
    ".ts": "webassets:typescript",
    ".litcoffee": None,
    ".es6": None,
    ".ls": None,
}
_MINIFIERS: Final = {"css": "rcssmin", "js": "rjsmin"}


@dataclass(frozen=True, slots=True)
class Options:
    """What holds for all packages. `minified` are kinds with a compressor; `wrapped`: scripts are put into a function;
    `extension`, with its dot, is that of templates; `jst` are options of our compiler for them."""

    minified: frozenset[str]
    wrapped: bool
    extension: str
    jst: dict[str, Value]


@dataclass(slots=True)
class Packages:
    """`names`: the bundles of packages that are not called like them, by the packages' names, each with a place.
    `datauri` and `plain` are the places of style sheets' packages with and without that variant."""

    bundles: list[ImportedBundle] = field(default_factory=list)
    names: list[tuple[str, str, Place]] = field(default_factory=list)
    rules: list[ImportedRule] = field(default_factory=list)
    datauri: list[Place] = field(default_factory=list)
    plain: list[Place] = field(default_factory=list)


def read_packages(table: Data, kind: str, options: Options, settings: Settings, static: StaticFiles) -> Packages:
    """The packages of STYLESHEETS or JAVASCRIPT."""
    packages = Packages()
    if not isinstance(table.value, dict):
        settings.say(table.place, "packages are a dict by their names", None, "error")
        return packages
    for name, data in table.pairs():
        package = settings.known(data, name)
        if package is None:
            continue
        if not isinstance(package.value, dict):
            settings.say(package.place, f"the package '{name}' must be a dict", None, "error")
            continue
        _Package(name, package, kind, options, settings, static, packages).read()
    return packages


@dataclass(frozen=True, slots=True)
class _Package:
    name: str
    data: Data
    kind: str
    options: Options
    settings: Settings
    static: StaticFiles
    into: Packages

    @property
    def place(self) -> Place:
        return self.data.named or self.data.place

    def read(self) -> None:
        for key, value in self.data.pairs():
            self._key(key, value)
        output = self._output()
        items, files = self._contents()
        if output is None:
            return
        if not items:
            self.settings.say(self.place, f"the package '{self.name}' has no files: left out")
            return
        templates = [file for file in files if self._is_template(file)]
        filters = self._filters(output, [file for file in files if file not in templates])
        self.into.rules += self._template_rules(templates)
        if output not in [place.format(self.name) for place in PACKAGE_PLACES[self.kind]]:
            self.into.names.append((self.name, output, self.place))
        self.into.bundles.append(ImportedBundle(output, tuple(items), filters, self.place, "", tuple(files)))

    def _key(self, key: str, value: Data) -> None:
        place = value.named or value.place
        if key not in _KEYS:
            near = difflib.get_close_matches(key, _KEYS, 1, 0.7)
            hint = f"did you mean '{near[0]}'?" if near else "django-pipeline reads no such key either"
            self.settings.say(place, f"unknown key '{key}' of the package '{self.name}', left out", hint)
        elif key == "variant" and value.value is not None:
            if value.text == "datauri":
                self.into.datauri.append(place)
            else:
                self.settings.say(place, f"there is no variant '{value.text}'", "'datauri' is the only one", "error")
        elif key == "compiler_options" and value.value:
            text = "'compiler_options' are left out: they are for other programs"
            self.settings.say(place, text, "a rule has options for compilers of ours")
        elif key == "manifest":
            self.settings.say(place, "'manifest' is left out: every bundle is in the manifest", None, "notice")
        elif key in ("extra_context", "template_name"):
            self.settings.say(place, f"'{key}' stays in the settings, where the tag reads it", None, "notice")

    def _output(self) -> str | None:
        data = self.data.get("output_filename")
        known = self.settings.known(data, "output_filename") if data is not None else None
        if data is None:
            self.settings.say(self.place, f"the package '{self.name}' has no 'output_filename'", None, "error")
        if known is None:
            return None
        if known.text is None:
            self.settings.say(known.place, "'output_filename' must be a text", None, "error")
            return None
        if self.kind == "css" and self.data.get("variant") is None:
            self.into.plain.append(self.place)
        return posixpath.normpath(known.text)

    def _contents(self) -> tuple[list[Item], list[str]]:
        """The items of the bundle, and all files in their order: templates after the others."""
        scripts: list[Item] = []
        templates: list[Item] = []
        seen: dict[str, None] = {}
        data = self.data.get("source_filenames")
        known = self.settings.known(data, "source_filenames") if data is not None else None
        if known is not None and not isinstance(known.value, list):
            hint = "a tuple of one has a comma: ('a.js',)" if known.text is not None else None
            self.settings.say(known.place, "'source_filenames' must be a list or tuple", hint, "error")
        for item in known.items() if known is not None else []:
            one = self.settings.known(item, "source_filenames")
            if one is None:
                continue
            if one.text is None:
                self.settings.say(one.place, "a source is named by a text", None, "error")
                continue
            found = self._found(one.text, one.place)
            mine = [file for file in found if not self._is_template(file)]
            theirs = [file for file in found if self._is_template(file)]
            scripts += self._items(one, mine, len(mine) == len(found))
            templates += self._items(one, theirs, len(theirs) == len(found))
            seen.update(dict.fromkeys(found))
        ordered = sorted(seen, key=self._is_template)
        return [*scripts, *templates], ordered

    def _found(self, pattern: str, place: Place) -> list[str]:
        found = matching(pattern, self.static.files)
        if self.kind == "css":
            wrong = [file for file in found if self._is_template(file)]
            found = [file for file in found if file not in wrong]
        if not found:
            near = nearest_file(pattern, list(self.static.files))
            what = f"no file matches '{pattern}'" if is_glob(pattern) else f"there is no static file '{pattern}'"
            hint = f"did you mean '{near}'?" if near else "static files are looked for in STATICFILES_DIRS and in apps"
            self.settings.say(place, f"{what}: left out, as django-pipeline does", hint)
        return [file for file in found if self._can_be_in(file, place)]

    def _can_be_in(self, file: str, place: Place) -> bool:
        ends = [end for end in _FOREIGN if file.endswith(end)]
        if not ends or _FOREIGN[ends[0]] is not None:
            return True
        text = f"'{file}' is left out of the package '{self.name}': nothing here compiles {ends[0]}"
        self.settings.say(place, text, "compile it before the build, and name what comes of it")
        return False

    def _items(self, data: Data, files: Sequence[str], whole: bool) -> Iterator[Item]:
        """The glob itself, if it means these files only; else the files."""
        if not files:
            return
        if whole and is_glob(data.text or ""):
            yield Item(as_glob(data.text or ""), data.place)
            return
        why = "one of those that a glob of django-pipeline's matches" if is_glob(data.text or "") else ""
        for file in files:
            yield Item(_literal(file), data.place, why)

    def _is_template(self, file: str) -> bool:
        return self.kind == "js" and file.endswith(self.options.extension)

    def _filters(self, output: str, files: Iterable[str]) -> tuple[str, ...] | None:
        """The bundle's filters, None where those of its type are all it needs."""
        foreign = {_FOREIGN[end] for file in files for end in _FOREIGN if file.endswith(end)} - {None}
        named = sorted(filter(None, foreign))
        for one in named:
            program = one.partition(":")[2]
            text = f"'{output}' is compiled by {one}, which runs the program of that name"
            self.settings.say(self.place, text, f"{program} is found in node_modules/.bin or on PATH", "notice")
        # A name with ".min." says that nothing is to be minified; django-pipeline does not look at it.
        minified = self.kind in self.options.minified
        wrap = ["wrap"] if self.kind == "js" and self.options.wrapped else []
        if not named and not wrap and (not minified or ".min." not in posixpath.basename(output)):
            return None
        return (*named, *wrap, *([_MINIFIERS[self.kind]] if minified else []))

    def _template_rules(self, templates: Sequence[str]) -> Iterator[ImportedRule]:
        """Rules that give templates the names that they had."""
        if not templates:
            return
        extension = self.options.extension
        base = _common(templates)
        if len(templates) == 1:
            base = posixpath.dirname(templates[0])
        directories = [base] if base else sorted({posixpath.dirname(file) for file in templates})
        for directory in directories:
            inside = f"{directory}/" if directory else ""
            match = f"{_literal(inside)}**/*{extension}" if base else f"{_literal(inside)}*{extension}"
            options: dict[str, Value] = {**self.options.jst, **({"base": directory} if directory else {})}
            why = "" if base else "django-pipeline names templates without a common directory by their files"
            if options:
                yield ImportedRule((match,), {"options": {"jst": options}}, self.place, why)


def _common(files: Sequence[str]) -> str:
    """The directory that all files have in common, "" if there is none."""
    first, last = min(files).split("/")[:-1], max(files).split("/")[:-1]
    common = []
    for one, other in zip(first, last, strict=False):
        if one != other:
            break
        common.append(one)
    return "/".join(common)


def _literal(path: str) -> str:
    return "".join(f"[{character}]" if character in "*?[" else character for character in path)
