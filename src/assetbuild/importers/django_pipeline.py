"""django-pipeline: the setting PIPELINE, its packages as bundles (https://django-pipeline.readthedocs.io/)."""

from __future__ import annotations

import difflib
import os
import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Final

from assetbuild.dataclass import dataclass, field
from assetbuild.errors import UsageError
from assetbuild.importers.django_settings import Settings, read_settings
from assetbuild.importers.django_sources import StaticFiles, apps, base_url, static_files
from assetbuild.importers.model import Imported, ImportedRule, Item, Setting, Value
from assetbuild.importers.pipeline_packages import KINDS, Options, Packages, read_packages
from assetbuild.importers.project import Project
from assetbuild.importers.python_values import Data

WRAPPER: Final = "(function() {\n%s\n}).call(this);"
EMBEDDED: Final = ("png", "jpg", "jpeg", "gif", "tif", "tiff", "ttf", "otf", "woff")
_FONTS: Final = ("ttf", "otf", "woff")
EMBED_PATH: Final = "[/]?embed/"
MOST_CHARACTERS: Final = 32_700
_NO_COMPRESSOR: Final = ("pipeline.compressors.NoopCompressor",)
_COMPRESSORS: Final[Mapping[str, str]] = {
    "yuglify.YuglifyCompressor": "scripts are minified by rjsmin and style sheets by rcssmin, which rename nothing",
    "yui.YUICompressor": 'filters = ["webassets:yui_js"] of a bundle has it',
    "closure.ClosureCompressor": 'filters = ["webassets:closure_js"] of a bundle has it',
    "uglifyjs.UglifyJSCompressor": 'filters = ["webassets:uglifyjs"] of a bundle has it',
    "terser.TerserCompressor": "scripts are minified by rjsmin, which renames nothing",
    "jsmin.JSMinCompressor": "",
    "cssmin.CSSMinCompressor": "",
    "csshtmljsminify.CssHtmlJsMinifyCompressor": "",
    "csstidy.CSSTidyCompressor": "style sheets are minified by rcssmin, which takes out white space only",
}
_COMPILERS: Final[Mapping[str, str]] = {
    "sass.SASSCompiler": "",
    "less.LessCompiler": "webassets:less",
    "stylus.StylusCompiler": "webassets:stylus",
    "coffee.CoffeeScriptCompiler": "webassets:coffeescript",
    "typescript.TypeScriptCompiler": "webassets:typescript",
    "livescript.LiveScriptCompiler": "none",
    "es6.ES6Compiler": "none",
}
_KEYS: Final = (
    "CSS_COMPRESSOR",
    "JS_COMPRESSOR",
    "COMPILERS",
    "TEMPLATE_NAMESPACE",
    "TEMPLATE_EXT",
    "TEMPLATE_FUNC",
    "TEMPLATE_SEPARATOR",
    "DISABLE_WRAPPER",
    "JS_WRAPPER",
    "PIPELINE_URL",
    "EMBED_MAX_IMAGE_SIZE",
    "EMBED_PATH",
)
_NO_MEANING: Final[Mapping[str, str]] = {
    "PIPELINE_ENABLED": "a release always has the bundles",
    "PIPELINE_COLLECTOR_ENABLED": "nothing is collected when pages are made",
    "PIPELINE_ROOT": "collectstatic copies the release to STATIC_ROOT",
    "SHOW_ERRORS_INLINE": "errors are the build's",
    "MIMETYPES": "",
}


@dataclass(slots=True)
class _Reading:
    settings: Settings
    static: StaticFiles
    table: Data
    minified: set[str] = field(default_factory=lambda: {"css", "js"})
    wrapper: tuple[str, str] | None = None
    jst: dict[str, Value] = field(default_factory=dict)
    extension: str = ".jst"
    rules: list[ImportedRule] = field(default_factory=list)

    def value(self, key: str) -> Data | None:
        """The value of a key of PIPELINE; None, and a warning, for one that is computed."""
        data = self.table.get(key)
        return None if data is None else self.settings.known(data, key)

    def text(self, key: str, default: str) -> str:
        data = self.value(key)
        if data is None:
            return default
        if data.text is None:
            self.settings.say(data.place, f"'{key}' must be a text", None, "error")
        return data.text if data.text is not None else default


def read(project: Project) -> Imported:
    """The configuration of a project with django-pipeline. `project.file` is its settings module.

    Raises UsageError for settings that cannot be read, or have no PIPELINE.
    """
    settings = read_settings(project, ("PIPELINE",))
    table = settings.get("PIPELINE")
    if table is None or not isinstance(table.value, dict):
        place = settings.place("PIPELINE")
        text = "there is no setting PIPELINE" if "PIPELINE" not in settings.names else "'PIPELINE' must be a dict"
        hint = "before django-pipeline 1.6 it was PIPELINE_CSS and PIPELINE_JS: write them as PIPELINE has them"
        raise UsageError(*settings.diagnostics, place.diagnostic(text, hint, "error"))
    static = static_files(settings, apps(settings))
    reading = _Reading(settings, static, table)
    for key, data in table.pairs():
        _key(key, data, reading)
    _wrapper(reading)
    _templates(reading)
    options = Options(frozenset(reading.minified), reading.wrapper is not None, reading.extension, reading.jst)
    packages = Packages()
    for key, kind in KINDS.items():
        packed = reading.value(key)
        if packed is not None:
            _add(packages, read_packages(packed, kind, options, settings, static))
    found = [*_urls(reading), *_published(reading), *_embedded(reading, packages), *_names(packages)]
    rules = [*reading.rules, *_wrapping(reading, packages), *_once(packages.rules)]
    return Imported(
        tuple(static.sources), tuple(found), tuple(packages.bundles), tuple(rules), tuple(settings.diagnostics)
    )


def _names(packages: Packages) -> Iterator[Setting]:
    """What templates call packages, for those whose bundles are not called so."""
    for name in dict.fromkeys(name for name, _, _ in packages.names):
        outputs = [(output, place) for known, output, place in packages.names if known == name]
        assets: Value = outputs[0][0] if len(outputs) == 1 else [output for output, _ in outputs]
        yield Setting(("names", name, "assets"), assets, outputs[0][1])


def _add(packages: Packages, more: Packages) -> None:
    packages.bundles += more.bundles
    packages.names += more.names
    packages.rules += more.rules
    packages.datauri += more.datauri
    packages.plain += more.plain


def _key(key: str, data: Data, reading: _Reading) -> None:
    place = data.named or data.place
    say = reading.settings.say
    if key in ("CSS_COMPRESSOR", "JS_COMPRESSOR"):
        _compressor(key, reading)
    elif key == "COMPILERS":
        _compilers(reading)
    elif key in _NO_MEANING:
        why = _NO_MEANING[key]
        say(place, f"'{key}' is left out{': ' + why if why else ''}", None, "notice")
    elif key.endswith(("_BINARY", "_ARGUMENTS")):
        say(place, f"'{key}' is left out: the program is not run", None, "notice")
    elif key not in _KEYS and key not in KINDS:
        near = difflib.get_close_matches(key, [*_KEYS, *KINDS, *_NO_MEANING], 1, 0.75)
        hint = f"did you mean '{near[0]}'?" if near else "django-pipeline reads no such key either"
        say(place, f"unknown key '{key}' of PIPELINE, left out", hint)


def _compressor(key: str, reading: _Reading) -> None:
    data = reading.value(key)
    if data is None:
        return
    kind = key.partition("_")[0].lower()
    if not data.value or data.text in _NO_COMPRESSOR:
        reading.minified.discard(kind)
        rule = ImportedRule((f"**/*.{kind}",), {"minify": False}, data.place, "no compressor")
        reading.rules.append(rule)
        return
    last = (data.text or "").removeprefix("pipeline.compressors.")
    program = "rjsmin" if kind == "js" else "rcssmin"
    if last in _COMPRESSORS:
        severity = "warning" if _COMPRESSORS[last] else "notice"
        text = f"'{last}' is not carried over: the minifier is {program}"
        reading.settings.say(data.place, text, _COMPRESSORS[last] or None, severity)  # type: ignore[arg-type]
    else:
        text = f"the compressor '{data.text}' is Python code: the minifier is {program}"
        reading.settings.say(data.place, text)


def _compilers(reading: _Reading) -> None:
    data = reading.value("COMPILERS")
    if data is not None and not isinstance(data.value, list):
        reading.settings.say(data.place, "'COMPILERS' must be a list or tuple", None, "error")
    for item in data.items() if data is not None else []:
        one = reading.settings.known(item, "COMPILERS")
        if one is None:
            continue
        last = (one.text or "").removeprefix("pipeline.compilers.")
        ours = _COMPILERS.get(last)
        if ours is None:
            text = f"the compiler '{one.text}' is Python code: left out"
            reading.settings.say(one.place, text, "assetbuild.compilers of a package registers one (docs/compilers.md)")
        elif ours == "none":
            text = f"'{last}' is left out: nothing here does what it does"
            reading.settings.say(one.place, text, "compile such files before the build")
        elif ours:
            text = f"'{last}' is the filter {ours} of the bundles that need it"
            reading.settings.say(one.place, text, None, "notice")
        else:
            text = "Sass is compiled by our own compiler, not by the program"
            hint = '[sass] implementation = "dart-sass" has the module system'
            reading.settings.say(one.place, text, hint, "notice")


def _wrapper(reading: _Reading) -> None:
    disabled = reading.value("DISABLE_WRAPPER")
    if disabled is not None and disabled.value:
        return
    data = reading.value("JS_WRAPPER")
    text = reading.text("JS_WRAPPER", WRAPPER)
    pieces = re.split(r"%s", text.replace("%%", "\0"))
    if len(pieces) != 2 or any("%" in piece for piece in pieces):
        assert data is not None
        hint = "django-pipeline puts the scripts in its place"
        reading.settings.say(data.place, "'JS_WRAPPER' must have one '%s', and '%%' for '%'", hint, "error")
        return
    before, after = (piece.replace("\0", "%") for piece in pieces)
    reading.wrapper = (before, after)


def _wrapping(reading: _Reading, packages: Packages) -> Iterator[ImportedRule]:
    """The rule with a project's own wrapper."""
    scripts = [bundle.path for bundle in packages.bundles if bundle.path.endswith((".js", ".mjs"))]
    before, after = WRAPPER.split("%s")
    if reading.wrapper is None or reading.wrapper == (before, after) or not scripts:
        return
    data = reading.value("JS_WRAPPER")
    options: Value = {"wrap": {"before": reading.wrapper[0], "after": reading.wrapper[1] + "\n"}}
    yield ImportedRule(tuple(scripts), {"options": options}, data.place if data is not None else None)


def _templates(reading: _Reading) -> None:
    reading.extension = reading.text("TEMPLATE_EXT", ".jst")
    data = reading.value("TEMPLATE_EXT")
    if data is not None and not re.fullmatch(r"\.[\w-]+(?:\.[\w-]+)*", reading.extension):
        reading.settings.say(data.place, "'TEMPLATE_EXT' must be an extension with its dot", None, "error")
    function = reading.text("TEMPLATE_FUNC", "template")
    namespace = reading.text("TEMPLATE_NAMESPACE", "window.JST")
    separator = reading.text("TEMPLATE_SEPARATOR", "_")
    if reading.extension != ".jst":
        reading.jst["extension"] = reading.extension.removeprefix(".")
    if function != "template":
        reading.jst["function"] = function
    if namespace != "window.JST":
        reading.jst["namespace"] = namespace
    if separator != "/":
        reading.jst["separator"] = separator


def _once(rules: list[ImportedRule]) -> Iterator[ImportedRule]:
    """Each rule once: several packages may have templates of one directory."""
    seen: list[tuple[tuple[str, ...], Mapping[str, Value]]] = []
    for rule in rules:
        if (rule.match, rule.settings) not in seen:
            seen.append((rule.match, rule.settings))
            yield rule


def _urls(reading: _Reading) -> Iterator[Setting]:
    data = reading.value("PIPELINE_URL")
    if data is not None and data.text:
        url = data.text if data.text.startswith(("/", "http://", "https://")) else f"/{data.text}"
        yield Setting(("base_url",), url.rstrip("/") + "/", data.place)
    else:
        yield from base_url(reading.settings, "STATIC_URL")


def _published(reading: _Reading) -> Iterator[Setting]:
    """Whether the parts are public by themselves: they are, unless a finder of django-pipeline hides them."""
    for item in reading.settings.items("STATICFILES_FINDERS"):
        if item.text in ("pipeline.finders.FileSystemFinder", "pipeline.finders.AppDirectoriesFinder"):
            text = "parts of bundles are not published by themselves, as this finder has it"
            hint = "its other patterns (README*, *test* …) are left out: write them in `exclude`"
            reading.settings.say(item.place, text, hint)
            return
    yield Setting(("publish_contents",), True, None, "they are public by themselves, too")


def _embedded(reading: _Reading, packages: Packages) -> Iterator[Setting]:
    """`variant: datauri`, which here holds for all style sheets."""
    if not packages.datauri:
        return
    say = reading.settings.say
    for place in packages.plain:
        text = "this package has no variant 'datauri', and the others do: here embedding holds for all style sheets"
        say(place, text, 'write url("asset-data:img/a.png") where a file is to be embedded, and no [inline]')
    pattern = reading.text("EMBED_PATH", EMBED_PATH)
    data = reading.value("EMBED_PATH")
    try:
        expression = re.compile(pattern)
    except re.error as error:
        assert data is not None
        say(data.place, f"'EMBED_PATH' is no regular expression: {error}", None, "error")
        return
    files = [
        file
        for file in reading.static.files
        if expression.search(file) and posixpath.splitext(file)[1].removeprefix(".") in EMBEDDED
    ]
    usual = [file for file in files if "embed" in file.split("/")[:-1]]
    if pattern == EMBED_PATH and files == usual:
        match = tuple(Item(f"**/embed/**/*.{end}") for end in EMBEDDED)
        yield Setting(("inline", "match"), match, packages.datauri[0], "what lies below a directory 'embed'")
    elif files:
        literal = tuple(Item("".join(f"[{one}]" if one in "*?[" else one for one in file)) for file in sorted(files))
        yield Setting(
            ("inline", "match"), literal, packages.datauri[0], f"what '{pattern}' matches now: add what comes later"
        )
    else:
        say(packages.datauri[0], f"no file matches 'EMBED_PATH' ('{pattern}'): nothing is embedded")
        return
    limit = reading.value("EMBED_MAX_IMAGE_SIZE")
    characters = limit.value if limit is not None and isinstance(limit.value, int) else MOST_CHARACTERS
    # Less than so many characters of base64: three bytes are four of them.
    size = max((characters - 1) // 4 * 3, 0)
    why = f"django-pipeline's limit: less than {characters} characters in base64"
    yield Setting(("inline", "max_bytes"), size, limit.place if limit is not None else None, why)
    for file in sorted(files):
        length = os.path.getsize(os.path.join(reading.settings.project.root, reading.static.files[file]))
        if file.endswith(_FONTS) and length > size:
            text = f"'{file}' ({length} bytes) stays a file of its own: django-pipeline embeds fonts of any size"
            say(place, text, "raise inline.max_bytes, which then holds for images, too")
