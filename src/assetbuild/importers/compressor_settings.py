"""COMPRESS_… of a settings module: what of it becomes keys of ours, and what is left out, setting by setting."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from assetbuild.dataclass import dataclass, field
from assetbuild.importers.django_settings import Settings
from assetbuild.importers.model import ImportedRule, Setting
from assetbuild.importers.python_values import Computed, Data
from assetbuild.runtime.compressor import OUTPUT_DIRECTORY, SASS

_MODULE: Final = "compressor.filters."
_NOTHING: Final = ("CssAbsoluteFilter", "CssRelativeFilter")
_MINIFIERS: Final[Mapping[str, str | None]] = {
    # By class: what is said of it, None where ours is the same program.
    "rCSSMinFilter": None,
    "CSSMinFilter": None,
    "rJSMinFilter": None,
    "JSMinFilter": None,
    "CSSCompressorFilter": "style sheets are minified by rcssmin, which takes out white space only",
    "CleanCSSFilter": 'a bundle can have  filters = ["webassets:cleancss"]',
    "YUICSSFilter": 'a bundle can have  filters = ["webassets:yui_css"]',
    "YUIJSFilter": 'a bundle can have  filters = ["webassets:yui_js"]',
    "YUglifyCSSFilter": "style sheets are minified by rcssmin",
    "YUglifyJSFilter": 'a bundle can have  filters = ["webassets:uglifyjs"]',
    "ClosureCompilerFilter": 'a bundle can have  filters = ["webassets:closure_js"]',
    "CalmjsFilter": "scripts are minified by rjsmin, which renames nothing",
    "SlimItFilter": "scripts are minified by rjsmin, which renames nothing",
}
_DATA_URI: Final = "CssDataUriFilter"
_INLINED: Final = ("png", "jpg", "jpeg", "gif", "webp", "avif", "svg", "ico", "ttf", "otf", "woff", "woff2")
_SASS_CLASSES: Final = ("django_libsass.SassCompiler",)
_PRECOMPILED: Final[Mapping[str, str]] = {
    "text/less": "webassets:less",
    "text/stylus": "webassets:stylus",
    "text/coffeescript": "webassets:coffeescript",
    "text/typescript": "webassets:typescript",
}
DEFAULT_DATA_URI_BYTES: Final = 1024
_NO_MEANING: Final[Mapping[str, str]] = {
    "ENABLED": "a release always has the bundles",
    "OFFLINE": "all is made before a page is asked for",
    "OFFLINE_TIMEOUT": "a release does not age",
    "OFFLINE_MANIFEST": "the manifest is manifest.json in the release",
    "OFFLINE_MANIFEST_STORAGE": "the manifest is manifest.json in the release",
    "OFFLINE_MANIFEST_STORAGE_ALIAS": "the manifest is manifest.json in the release",
    "VERBOSE": "assetbuild build -v tells more",
    "CSS_HASHING_METHOD": "names are always made of the bytes",
    "STORAGE": "`encodings` says which compressed variants there are, Brotli and gzip by default",
    "STORAGE_ALIAS": "the storage is assetbuild.runtime.django.ReleaseStorage",
    "CACHE_BACKEND": "nothing is cached when pages are made",
    "CACHE_KEY_FUNCTION": "nothing is cached when pages are made",
    "REBUILD_TIMEOUT": "a release does not age",
    "MINT_DELAY": "nothing is made when pages are",
    "MTIME_DELAY": "nothing is made when pages are",
    "CACHEABLE_PRECOMPILERS": "all that is compiled is remembered",
    "PARSER": "blocks are read by the parser of Python's standard library",
    "ROOT": "collectstatic copies the release to STATIC_ROOT",
    "URL_PLACEHOLDER": "a release does not know its host",
    "DATA_URI_MAX_SIZE": "",
    "SRI_HASHES": "tags always have the integrity of their files, sha384",
    "SRI_CROSSORIGIN": 'tags with integrity have crossorigin="anonymous"',
}
_ARGUMENTS: Final = ("_BINARY", "_ARGUMENTS")


@dataclass(slots=True)
class CompressorSettings:
    """What the settings come to. `directory` is COMPRESS_OUTPUT_DIR; `contexts` are those for templates; `foreign` says
    of a media type what is to be done about it, where nothing of ours compiles it."""

    directory: str = OUTPUT_DIRECTORY
    contexts: list[dict[str, object]] = field(default_factory=lambda: [{}])
    foreign: dict[str, str] = field(default_factory=dict)
    settings: list[Setting] = field(default_factory=list)
    rules: list[ImportedRule] = field(default_factory=list)


def read_compressor(settings: Settings) -> CompressorSettings:
    """All COMPRESS_… settings; what cannot be carried over is said in the diagnostics of `settings`."""
    found = CompressorSettings()
    for name in list(settings.names):
        if name.startswith("COMPRESS_"):
            _one(name.removeprefix("COMPRESS_"), name, settings, found)
        elif name == "COMPRESSORS":
            settings.say(settings.place(name), "'COMPRESSORS' names Python code: left out")
    return found


def _one(key: str, name: str, settings: Settings, found: CompressorSettings) -> None:
    handler = _HANDLERS.get(key)
    if handler is not None:
        data = settings.get(name)
        if data is not None and data.value is not None:
            handler(settings, name, data, found)
    elif key in _NO_MEANING:
        why = _NO_MEANING[key]
        settings.say(settings.place(name), f"'{name}' is left out{': ' + why if why else ''}", None, "notice")
    elif key.endswith(_ARGUMENTS):
        settings.say(settings.place(name), f"'{name}' is left out: the program is not run", None, "notice")
    else:
        near = difflib.get_close_matches(key, [*_HANDLERS, *_NO_MEANING], 1, 0.75)
        hint = f"did you mean 'COMPRESS_{near[0]}'?" if near else "django-compressor knows no such setting either"
        settings.say(settings.place(name), f"unknown setting '{name}', left out", hint)


def _output_directory(settings: Settings, name: str, data: Data, found: CompressorSettings) -> None:
    if data.text is None:
        settings.say(data.place, f"'{name}' must be a text", None, "error")
    else:
        found.directory = data.text.strip("/")


def _filters(settings: Settings, name: str, data: Data, found: CompressorSettings) -> None:
    if not isinstance(data.value, dict):
        settings.say(data.place, f"'{name}' must be a dict of lists by 'css' and 'js'", None, "error")
        return
    for kind, filters in data.pairs():
        if kind in ("css", "js"):
            _filters_of(kind, name, filters, settings, found)
        else:
            place = filters.named or filters.place
            settings.say(place, f"'{kind}' is no kind of files here: left out", "css and js are")


def _filters_of(kind: str, name: str, data: Data, settings: Settings, found: CompressorSettings) -> None:
    known = settings.known(data, name)
    if known is None:
        return
    if not isinstance(known.value, list):
        settings.say(known.place, f"the filters of '{kind}' must be a list", None, "error")
        return
    minifies = False
    for item in known.value:
        one = settings.known(item, name)
        if one is None:
            continue
        path = one.text or ""
        last = path.rpartition(".")[2]
        if not path.startswith(_MODULE) or last not in {*_NOTHING, *_MINIFIERS, _DATA_URI}:
            text = f"the filter '{path}' is Python code: left out"
            if last == "TemplateFilter":
                text = f"the filter '{path}' is left out: style sheets and scripts are no templates here"
            settings.say(one.place, text, "a source named .css.jinja or .js.jinja goes through Jinja2")
        elif last in _MINIFIERS:
            minifies = True
            if (said := _MINIFIERS[last]) is not None:
                settings.say(one.place, f"'{last}' is not carried over: the minifier is ours", said)
        elif last == _DATA_URI:
            limit = settings.get("COMPRESS_DATA_URI_MAX_SIZE")
            size = limit.value if limit is not None and isinstance(limit.value, int) else DEFAULT_DATA_URI_BYTES
            why = "what django-compressor's CssDataUriFilter took, and fonts and images alone"
            globs = [f"**/*.{end}" for end in _INLINED]
            found.settings.append(Setting(("inline", "match"), globs, one.place, why))
            found.settings.append(Setting(("inline", "max_bytes"), size, limit.place if limit is not None else None))
    if not minifies:
        found.rules.append(ImportedRule((f"**/*.{kind}",), {"minify": False}, known.place, "no filter minifies them"))


def _old_filters(settings: Settings, name: str, data: Data, found: CompressorSettings) -> None:
    kind = "css" if "CSS" in name else "js"
    hint = f"COMPRESS_FILTERS['{kind}'] has them since django-compressor 2.4; here they are read all the same"
    settings.say(data.place, f"'{name}' is of former versions", hint, "notice")
    if "COMPRESS_FILTERS" not in settings.names:
        _filters_of(kind, name, data, settings, found)


def _precompilers(settings: Settings, name: str, data: Data, found: CompressorSettings) -> None:
    if not isinstance(data.value, list):
        settings.say(data.place, f"'{name}' must be a list or tuple: check for a missing comma", None, "error")
        return
    for item in data.value:
        pair = settings.known(item, name)
        if pair is None:
            continue
        texts = [one.text for one in pair.items()]
        if len(texts) != 2 or texts[0] is None:
            settings.say(pair.place, f"an element of '{name}' is a media type and a command", None, "error")
            continue
        kind, command = texts[0].strip().lower(), texts[1]
        if kind in SASS or command in _SASS_CLASSES:
            text = f"'{kind}' is compiled by our own Sass, not by the command"
            settings.say(pair.place, text, '[sass] implementation = "dart-sass" has the module system', "notice")
            continue
        hint = "compile such files before the build"
        if kind in _PRECOMPILED:
            hint = f'a rule with filters = ["{_PRECOMPILED[kind]}"] compiles such files: name them in a bundle'
        settings.say(pair.place, f"the precompiler of '{kind}' is left out, and what it is for in blocks", hint)
        found.foreign[kind] = hint


def _contexts(settings: Settings, name: str, data: Data, found: CompressorSettings) -> None:
    if data.text is not None:
        text = f"'{name}' is a function, which is not called: variables in blocks are not known"
        settings.say(data.place, text, "--trust calls it")
        return
    contexts = [data] if isinstance(data.value, dict) else data.items()
    known = []
    for one in contexts:
        context = settings.known(one, name)
        if context is not None and isinstance(context.value, dict):
            known.append({key: plain(value) for key, value in context.pairs() if _is_known(value, name, settings)})
        elif context is not None:
            settings.say(one.place, f"'{name}' must be a dict, or a list of dicts", None, "error")
    found.contexts = known or [{}]


def _is_known(data: Data, name: str, settings: Settings) -> bool:
    return settings.known(data, name) is not None


def plain(data: Data) -> object:
    """A value without its places; what is computed in it is left out."""
    if isinstance(data.value, list):
        return [plain(one) for one in data.value if not isinstance(one.value, Computed)]
    if isinstance(data.value, dict):
        return {key: plain(one) for key, one in data.pairs() if not isinstance(one.value, Computed)}
    return data.value


def _toggle(settings: Settings, name: str, data: Data, found: CompressorSettings) -> None:
    settings.say(data.place, f"'{name}' is left out: no request turns bundles off", None, "notice")


def _template_context(settings: Settings, name: str, data: Data, found: CompressorSettings) -> None:
    settings.say(data.place, f"'{name}' is left out: `context` is for sources that are Jinja2 templates")


def _environment(settings: Settings, name: str, data: Data, found: CompressorSettings) -> None:
    settings.say(data.place, f"'{name}' is Python code: templates of Jinja2 are looked for by TEMPLATES")


def _passed_over(settings: Settings, name: str, data: Data, found: CompressorSettings) -> None:
    """Read elsewhere."""


_HANDLERS: Final[Mapping[str, Callable[[Settings, str, Data, CompressorSettings], None]]] = {
    "OUTPUT_DIR": _output_directory,
    "FILTERS": _filters,
    "CSS_FILTERS": _old_filters,
    "JS_FILTERS": _old_filters,
    "PRECOMPILERS": _precompilers,
    "OFFLINE_CONTEXT": _contexts,
    "DEBUG_TOGGLE": _toggle,
    "TEMPLATE_FILTER_CONTEXT": _template_context,
    "JINJA2_GET_ENVIRONMENT": _environment,
    "URL": _passed_over,
}


def contexts_of(found: CompressorSettings) -> Iterator[Mapping[str, object]]:
    """The contexts that blocks are looked at with, each once."""
    seen: list[Mapping[str, object]] = []
    for context in found.contexts:
        if context not in seen:
            seen.append(context)
            yield context
