"""Whether the filters and options that a configuration names exist, and fit what they are for."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from assetbuild import compilers
from assetbuild.compilers.depends import is_there
from assetbuild.compilers.extensions import Registered, registered
from assetbuild.compilers.minifiers_table import types_of
from assetbuild.compilers.webassets_table import FILTERS
from assetbuild.config import Config
from assetbuild.config.string_checks import logical_problem
from assetbuild.errors import Diagnostic
from assetbuild.globs import matcher
from assetbuild.media import JAVASCRIPT, media_type
from assetbuild.model import Part

Key = tuple[str | int, ...]
_OURS: Final = compilers.FILTERS | compilers.OTHER_FILTERS
_MEND: Final = "tell its authors, or install another version"


def _is_precision(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 20


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def _is_namespace(value: Any) -> bool:
    return (
        isinstance(value, str)
        and re.fullmatch(r"[\w$]+(?:\.[\w$]+|\[(?:'[^'\\\n]*'|\"[^\"\\\n]*\"|\d+)\])*", value) is not None
    )


def _is_function(value: Any) -> bool:
    return isinstance(value, str) and value.isprintable() and ";" not in value


def _is_extension(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"\.?[\w-]+(?:\.[\w-]+)*", value) is not None


# What [[rules]] may say in options.NAME: how a value is checked, and how that is said.
_OPTIONS: Final[Mapping[str, Mapping[str, tuple[Callable[[Any], bool], str]]]] = {
    "sass": {
        "implementation": (lambda value: value in ("libsass", "dart-sass"), "'libsass' or 'dart-sass'"),
        "precision": (_is_precision, "an integer from 0 to 20"),
        "load_paths": (_is_texts, "an array of strings"),
        "silence_deprecations": (_is_texts, "an array of strings"),
    },
    "jst": {
        "namespace": (_is_namespace, "a name such as 'window.JST'"),
        "function": (_is_function, "a JavaScript expression on one line, 'template', or ''"),
        "extension": (_is_extension, "an extension such as 'jst' or 'html.mustache'"),
        "base": (lambda value: isinstance(value, str) and logical_problem(value.rstrip("/")) is None, "a logical path"),
        "separator": (_is_function, "a string on one line, such as '_'"),
    },
    "wrap": {
        "before": (lambda value: isinstance(value, str), "a string"),
        "after": (lambda value: isinstance(value, str), "a string"),
    },
    "jinja": {"context": (lambda value: isinstance(value, dict), "a table")},
    **{name: {} for name in sorted(compilers.FILTERS)},
}
_TYPES: Final = {
    name: frozenset({*types_of(name), *(kind for kind, minifier in compilers.MINIFIERS.items() if minifier == name)})
    for name in compilers.FILTERS
} | {"wrap": frozenset({JAVASCRIPT})}


def check_filters(config: Config, parts: Sequence[Part]) -> list[Diagnostic]:
    """A diagnostic, at its place, for each filter or option that does not exist, or is for another type of file.

    And one for each compiler that cannot be loaded: its sources would be published as they are.
    """
    diagnostics, named = [], set()
    for key, name, paths in _named(config, parts):
        named.add(name)
        if problem := _unknown(config, key, name):
            diagnostics.append(problem)
        elif (wrong := next((path for path in paths if not _fits(name, path)), None)) is not None:
            kinds = " and ".join(sorted(_types(name)))
            text = f"filter '{name}' is for {kinds}, and '{wrong}' is {media_type(wrong)}"
            diagnostics.append(config.diagnostic(key, text))
    for index, rule in enumerate(config.rules):
        diagnostics += _depends(config, index)
        for name, options in rule.options.items():
            diagnostics += _options(config, ("rules", index, "options", name), name, options)
    broken = [one for name, one in registered().items() if one.extension is None and name not in named]
    return diagnostics + [Diagnostic(_not_loaded("compiler", one), hint=_MEND) for one in broken]


def _depends(config: Config, index: int) -> Iterator[Diagnostic]:
    """A warning for each glob of files that matches none: what it was meant for would go unseen."""
    for number, pattern in enumerate(config.rules[index].depends):
        if not is_there(pattern, config.root):
            key = ("rules", index, "depends", number)
            hint = "paths are relative to this file"
            yield config.diagnostic(key, f"'{pattern}' matches no file", hint, severity="warning")


def _named(config: Config, parts: Sequence[Part]) -> Iterator[tuple[Key, str, Iterable[str]]]:
    """Each filter as it is named, with the paths of the assets it is for."""
    for bundle in config.bundles:
        for index, name in enumerate(bundle.filters or ()):
            yield ("bundles", bundle.path, "filters", index), name, (bundle.path,)
    for number, rule in enumerate(config.rules):
        if not rule.filters:
            continue
        matches = matcher(rule.match)
        paths = sorted({part.path for part in parts if matches(part.source.path) or matches(part.path)})
        for index, name in enumerate(rule.filters):
            yield ("rules", number, "filters", index), name, paths


def _types(name: str) -> Collection[str]:
    """The media types that a filter is for, none if it is for all."""
    if name in _TYPES:
        return _TYPES[name]
    one = registered().get(name)
    return one.extension.types if one and one.extension else ()


def _fits(name: str, path: str) -> bool:
    types = _types(name)
    return not types or media_type(path) in types


def _unknown(config: Config, key: Key, name: str) -> Diagnostic | None:
    if name in _OURS or (name.removeprefix(compilers.FOREIGN) in FILTERS and name not in FILTERS):
        return None
    one = registered().get(name)
    if one is None:
        return config.diagnostic(key, f"no filter named '{name}'", _nearest(name, _all_filters()))
    if one.extension is None:
        return config.diagnostic(key, _not_loaded("filter", one), _MEND)
    return None


def _not_loaded(kind: str, one: Registered) -> str:
    return f"{kind} '{one.name}' of {one.distribution} {one.version} cannot be loaded: {one.problem}"


def _all_filters() -> Sequence[str]:
    return [*sorted({*_OURS, *registered()}), *_foreign()]


def _foreign() -> list[str]:
    return [compilers.FOREIGN + name for name in FILTERS]


def _options(config: Config, key: Key, name: str, options: Mapping[str, Any]) -> Iterator[Diagnostic]:
    if name.startswith(compilers.FOREIGN):
        yield from _foreign_options(config, key, name, options)
    elif name in _OPTIONS:
        yield from _own_options(config, key, name, options)
    elif (one := registered().get(name)) is None:
        known = sorted({*_OPTIONS, *registered()})
        yield config.diagnostic(key, f"no compiler or filter named '{name}'", _nearest(name, known))
    elif one.extension and one.extension.options is not None:
        for option in sorted(set(options) - set(one.extension.options)):
            yield _no_option(config, (*key, option), name, sorted(one.extension.options))


def _foreign_options(config: Config, key: Key, name: str, options: Mapping[str, Any]) -> Iterator[Diagnostic]:
    known = FILTERS.get(name.removeprefix(compilers.FOREIGN))
    if known is None:
        yield config.diagnostic(key, f"no filter named '{name}'", _nearest(name, _foreign()))
        return
    names = (*known.options, *known.settings)
    for option in sorted(set(options) - set(names)):
        yield _no_option(config, (*key, option), name, names)


def _own_options(config: Config, key: Key, name: str, options: Mapping[str, Any]) -> Iterator[Diagnostic]:
    checks = _OPTIONS[name]
    for option, value in options.items():
        if option not in checks:
            yield _no_option(config, (*key, option), name, sorted(checks))
        elif not checks[option][0](value):
            text = f"option '{option}' of '{name}' must be {checks[option][1]}"
            yield config.diagnostic((*key, option), text)


def _no_option(config: Config, key: Key, name: str, known: Sequence[str]) -> Diagnostic:
    hint = _nearest(str(key[-1]), known) if known else f"'{name}' has no options"
    return config.diagnostic(key, f"no option '{key[-1]}' of '{name}'", hint)


def _nearest(name: str, known: Sequence[str]) -> str:
    bare = {one.rpartition(":")[2]: one for one in reversed(known)}
    from difflib import get_close_matches

    found = get_close_matches(name, known, 1, 0.7) or get_close_matches(name.rpartition(":")[2], list(bare), 1)
    if not found:
        return "known are: " + ", ".join(one for one in known if not one.startswith(compilers.FOREIGN))
    return f"did you mean '{bare.get(found[0], found[0])}'?"
