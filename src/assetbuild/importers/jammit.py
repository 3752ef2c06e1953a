"""Jammit's config/assets.yml (https://documentcloud.github.io/jammit/, lib/jammit.rb)."""

from __future__ import annotations

import difflib
import posixpath
from collections.abc import Callable
from typing import Any, Final

from assetbuild.dataclass import dataclass, field
from assetbuild.errors import Diagnostic, Severity, UsageError
from assetbuild.importers.jammit_packages import Layout, Templates, read_packages
from assetbuild.importers.model import Imported, ImportedRule, Place, Setting, Value
from assetbuild.importers.project import Project
from assetbuild.importers.yaml_places import Mapping, Node, Scalar, read_yaml
from assetbuild.importers.yaml_places import Sequence as List

# Jammit embeds what has less than 32700 characters in base64, an old limit of Internet Explorer 8.
EMBEDDED_BYTES: Final = 24_522
_IMAGES: Final = ("png", "jpg", "jpeg", "gif", "tif", "tiff", "svg")
_FONTS: Final = ("ttf", "otf", "woff", "woff2")
_JAVASCRIPT_COMPRESSORS: Final = {"yui": "webassets:yui_js", "closure": "webassets:closure_js"}
_JAVASCRIPT_COMPRESSORS_OF_OURS: Final = ("jsmin", "uglifier")
_CSS_COMPRESSORS: Final = ("cssmin", "yui", "sass")
_PACKAGES: Final = ("javascripts", "stylesheets")


def read(project: Project) -> Imported:
    """The packages and options of an assets.yml. Raises UsageError for what is no YAML, or holds Ruby."""
    document = read_yaml(project)
    reading = _Reading(project, diagnostics=list(document.diagnostics))
    if not isinstance(document.root, Mapping):
        text = "the file is empty" if document.root is None else "the file must be a mapping of keys"
        raise UsageError(Diagnostic(text, project.file, hint="Jammit reads packages below 'javascripts:'"))
    values = reading.merged(document.root)
    for name, (key, value) in values.items():
        reading.key(name, key.place, value)
    layout = reading.layout()
    packages = read_packages(project, {name: values[name][1] for name in _PACKAGES if name in values}, layout)
    reading.diagnostics += packages.diagnostics
    reading.embed(packages.layout)
    rules = [*reading.rules, *reading.template_rule(packages.has_templates)]
    return Imported(
        packages.sources,
        (*packages.settings, *reading.settings),
        packages.bundles,
        tuple(rules),
        tuple(reading.diagnostics),
    )


@dataclass(slots=True)
class _Reading:
    """What the options come to, one after another."""

    project: Project
    settings: list[Setting] = field(default_factory=list)
    rules: list[ImportedRule] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    embedding: Place | None = None
    public: tuple[str, Place | None] = ("public", None)
    path: tuple[str, Place | None] = ("assets", None)
    template: dict[str, tuple[str, Place]] = field(default_factory=dict)

    def merged(self, root: Mapping) -> dict[str, tuple[Scalar, Node]]:
        """The keys that count: those of the environment's section replace those outside of it, as a whole."""
        values = {key.written.removeprefix(":"): (key, value) for key, value in root.pairs}
        chosen = values.pop(self.project.environment, None)
        if chosen is None and self.project.environment != "production":
            text = f"there is no section '{self.project.environment}': what stands outside of sections counts"
            self.diagnostics.append(Diagnostic(text, self.project.file, severity="warning"))
        if chosen is not None and isinstance(chosen[1], Mapping):
            for key, value in chosen[1].pairs:
                values[key.written.removeprefix(":")] = (key, value)
        elif chosen is not None and not _is_empty(chosen[1]):
            self.say(chosen[1].place, f"the section '{chosen[0].written}' must be a mapping of keys", None, "error")
        return values

    def key(self, name: str, place: Place, value: Node) -> None:
        """One option."""
        if name in _PACKAGES:
            return
        handler = _KEYS.get(name)
        if handler is not None:
            handler(self, name, place, value)
        elif isinstance(value, Mapping) and any(key.written in (*_KEYS, *_PACKAGES) for key, _ in value.pairs):
            text = f"the section of the environment '{name}' is left out: a release is of one environment"
            self.say(place, text, f"--environment {name} takes it instead of '{self.project.environment}'", "notice")
        elif isinstance(value, Mapping):
            text = f"'{name}' are packages of a kind of its own, made by Ruby code: left out"
            self.say(place, text, "list the files in a bundle, if they are scripts or style sheets")
        else:
            near = difflib.get_close_matches(name, [*_KEYS, *_PACKAGES], 1, 0.75)
            hint = f"did you mean '{near[0]}'?" if near else "Jammit knows no such key either"
            if isinstance(value, List) and not near:
                hint = "nothing is lost if it is only there for aliases to name"
            self.say(place, f"unknown key '{name}', left out", hint)

    def say(self, place: Place, text: str, hint: str | None = None, severity: Severity = "warning") -> None:
        self.diagnostics.append(place.diagnostic(text, hint, severity))

    def layout(self) -> Layout:
        extension = self.template.get("extension", ("jst", None))[0]
        return Layout(self.public, self.path, Templates(extension))

    def text(self, name: str, value: Node) -> str | None:
        """The text of an option that is one; None, and an error, if it is not."""
        if isinstance(value, Scalar) and value.value not in (None, True, False):
            return value.written.removeprefix(":")  # a symbol of Ruby's
        self.say(value.place, f"'{name}' must be a text", None, "error")
        return None

    def switch(self, name: str, value: Node) -> bool:
        """Whether an option that is on by default is on: only `false` turns it off, as in Ruby."""
        if not isinstance(value, Scalar) or value.value not in (True, False, None):
            self.say(value.place, f"'{name}' must be on or off: taken for on")
            return True
        return value.value is not False

    def embed(self, layout: Layout) -> None:
        """`embed_assets`: files below a directory `embed` as data URLs, small ones."""
        if self.embedding is None:
            return
        globs = [f"**/embed/**/*.{extension}" for extension in (*_IMAGES, *_FONTS)]
        self.settings.append(Setting(("inline", "match"), globs, self.embedding, "what lies below a directory 'embed'"))
        why = "Jammit's limit: less than 32700 characters in base64"
        self.settings.append(Setting(("inline", "max_bytes"), EMBEDDED_BYTES, None, why))
        for file in layout.files_to_publish(self.project):
            extension = posixpath.splitext(file)[1][1:]
            if "embed" not in file.split("/")[:-1] or extension not in _FONTS:
                continue
            size = self.project.size(file)
            if size > EMBEDDED_BYTES:
                text = f"'{file}' ({size} bytes) stays a file of its own: Jammit embeds fonts of any size"
                self.say(self.embedding, text, "raise inline.max_bytes, which then holds for images, too")

    def template_rule(self, has_templates: bool) -> list[ImportedRule]:
        """The rule for templates, if they differ from what is so anyway."""
        options: dict[str, Value] = {name: value for name, (value, _) in self.template.items()}
        places = [place for _, place in self.template.values()]
        if not options or not has_templates:
            return []
        extension = options.get("extension", "jst")
        return [ImportedRule((f"**/*.{extension}",), {"options": {"jst": options}}, places[0])]


def _is_empty(value: Node) -> bool:
    return isinstance(value, Scalar) and value.value is None


def _embed(reading: _Reading, name: str, place: Place, value: Node) -> None:
    if not isinstance(value, Scalar) or not value.value:
        return
    reading.embedding = place
    if value.value != "datauri":
        text = "MHTML is not made: only Internet Explorer 7 and older read it; data URLs are in the style sheet itself"
        reading.say(value.place, text, "'datauri' says the same", "warning")


def _compress(reading: _Reading, name: str, place: Place, value: Node) -> None:
    if not reading.switch(name, value):
        reading.settings.append(Setting(("minify",), False, place))


def _gzip(reading: _Reading, name: str, place: Place, value: Node) -> None:
    if not reading.switch(name, value):
        reading.settings.append(Setting(("encodings",), [], place))


def _rewrite(reading: _Reading, name: str, place: Place, value: Node) -> None:
    if not reading.switch(name, value):
        text = (
            "relative URLs in style sheets are always rewritten: left alone, they would mean other files in a package"
        )
        reading.say(place, text, "URLs that were written for the package's place must be written for the file's")


def _javascript_compressor(reading: _Reading, name: str, place: Place, value: Node) -> None:
    chosen = reading.text(name, value)
    if chosen in _JAVASCRIPT_COMPRESSORS:
        text = f"'{chosen}' is not carried over: scripts are minified by rjsmin"
        reading.say(place, text, f'a bundle can have  filters = ["{_JAVASCRIPT_COMPRESSORS[chosen]}"]')
    elif chosen == "uglifier":
        text = "'uglifier' is not carried over: scripts are minified by rjsmin, which renames nothing"
        reading.say(place, text, 'a bundle can have  filters = ["webassets:uglifyjs"]')
    elif chosen is not None and chosen != "jsmin":
        known = ", ".join((*_JAVASCRIPT_COMPRESSORS, *_JAVASCRIPT_COMPRESSORS_OF_OURS))
        reading.say(
            place, f"no compressor '{chosen}': Jammit uses jsmin then, here it is rjsmin", f"known are: {known}"
        )


def _css_compressor(reading: _Reading, name: str, place: Place, value: Node) -> None:
    chosen = reading.text(name, value)
    if chosen in ("yui", "sass"):
        text = f"'{chosen}' is not carried over: style sheets are minified by rcssmin, which takes out white space only"
        reading.say(place, text)
    elif chosen is not None and chosen not in _CSS_COMPRESSORS:
        known = ", ".join(_CSS_COMPRESSORS)
        text = f"no compressor '{chosen}': Jammit uses cssmin then, here it is rcssmin"
        reading.say(place, text, f"known are: {known}")


def _compressors(reading: _Reading, name: str, place: Place, value: Node) -> None:
    reading.say(place, f"'{name}' says which compressors are installed, which is of no meaning here", None, "notice")


def _options(reading: _Reading, name: str, place: Place, value: Node) -> None:
    if isinstance(value, Mapping):
        for key, _ in value.pairs:
            reading.say(key.place, f"option '{key.written}' of the compressor is left out: it is another program here")
    elif not _is_empty(value):
        reading.say(value.place, f"'{name}' must be a mapping of options", None, "error")


def _package(reading: _Reading, name: str, place: Place, value: Node) -> None:
    reading.say(place, f"'{name}' is left out: a release always has the packages", None, "notice")


def _package_path(reading: _Reading, name: str, place: Place, value: Node) -> None:
    if _is_empty(value):
        return
    text = reading.text(name, value)
    path = posixpath.normpath(text.strip("/")) if text else ""
    if text is not None and (not path or path == "." or path.startswith("..")):
        reading.say(value.place, f"'{name}' must be a directory below the public one", None, "error")
    elif text is not None:
        reading.path = (path, place)
        if path != "assets":
            hint = f"write  include_javascripts('{path}/NAME')"
            reading.say(place, f"in templates, names of packages need '{path}/' before them", hint)


def _public_root(reading: _Reading, name: str, place: Place, value: Node) -> None:
    text = None if _is_empty(value) else reading.text(name, value)
    if text is None:
        return
    below = reading.project.below_root(text)
    if below is None or not reading.project.is_directory(below):
        reading.say(value.place, f"no directory '{text}' in this project", "name one relative to the project", "error")
    else:
        reading.public = (below, place)


def _template(option: str, default: str, off: str | None) -> Callable[[_Reading, str, Place, Node], None]:
    """The handler of a `template_…` key: on means `default`, off means `off`, or the default where that is None."""

    def handle(reading: _Reading, name: str, place: Place, value: Node) -> None:
        if isinstance(value, Scalar) and value.value in (True, None):
            return
        if isinstance(value, Scalar) and value.value is False and off is not None:
            reading.template[option] = (off, place)
            return
        text = reading.text(name, value)
        if text is not None and text.lstrip(".") != default:
            reading.template[option] = (text.lstrip(".") if option == "extension" else text, place)

    return handle


def _templates(reading: _Reading, name: str, place: Place, value: Node) -> None:
    text = "packages of templates of their own are no more, since Jammit 0.5"
    reading.say(place, text, "list the templates in the package of 'javascripts' that needs them", "error")


def _passed_over(reading: _Reading, name: str, place: Place, value: Node) -> None:
    """Said elsewhere, or means nothing even to Jammit."""


_KEYS: dict[str, Callable[[_Reading, str, Place, Node], Any]] = {
    "embed_assets": _embed,
    "embed_images": _embed,
    "compress_assets": _compress,
    "gzip_assets": _gzip,
    "rewrite_relative_paths": _rewrite,
    "javascript_compressor": _javascript_compressor,
    "javascript_compressors": _compressors,
    "css_compressor": _css_compressor,
    "css_compressors": _compressors,
    "compressor_options": _options,
    "css_compressor_options": _options,
    "package_assets": _package,
    "allow_debugging": _package,
    "package_path": _package_path,
    "public_root": _public_root,
    "template_function": _template("function", "template", ""),
    "template_namespace": _template("namespace", "window.JST", None),
    "template_extension": _template("extension", "jst", None),
    "templates": _templates,
    "version": _passed_over,
}
