"""webassets' filters as ours: those that we have are ours, the others run as webassets has them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Final

from assetbuild.compilers.webassets_table import FILTERS, PREFIX
from assetbuild.dataclass import dataclass, field
from assetbuild.errors import Diagnostic, Severity
from assetbuild.importers.model import Place, Value
from assetbuild.importers.webassets.model import OldEnvironment, OldFilter

# White space and comments taken out: the same is done by ours, and checked.
_OURS: Final = {"rjsmin": "rjsmin", "jsmin": "rjsmin", "rcssmin": "rcssmin", "cssmin": "rcssmin"}
# LibSass is what our own Sass compiler is made with.
LIBSASS: Final = frozenset({"libsass", "node-sass", "node-scss"})
SASS_ENDS: Final = (".scss", ".sass")


@dataclass(frozen=True, slots=True)
class Translated:
    """Names of filters as our configuration has them, and options for them by name."""

    names: tuple[str, ...]
    options: Mapping[str, Mapping[str, Value]]

    @property
    def is_foreign(self) -> bool:
        """Whether webassets runs some of them, whose reading may go unseen."""
        return any(name.startswith(PREFIX) for name in self.names)


@dataclass(slots=True)
class Filters:
    """Translates filters, and keeps what there is to say of each, once, and where Sass shall look for imports."""

    environment: OldEnvironment
    diagnostics: list[Diagnostic] = field(default_factory=list)
    includes: dict[str, Place] = field(default_factory=dict)

    def ours(self, old: Iterable[OldFilter], files: Iterable[str], config: Mapping[str, Value]) -> Translated:
        """The same filters of ours, in order. `files` are what they are for, `config` the bundle's settings."""
        options: dict[str, dict[str, Value]] = {}
        every = tuple(files)
        names = [name for one in old if (name := self._one(one, every, config, options))]
        return Translated(tuple(dict.fromkeys(names)), options)

    def _one(
        self,
        one: OldFilter,
        files: tuple[str, ...],
        config: Mapping[str, Value],
        options: dict[str, dict[str, Value]],
    ) -> str | None:
        if not one.name:
            hint = "a package of your own can register it as a filter: docs/compilers.md"
            self._say(one.place, f"{one.shown or 'a function'} as a filter is Python code, and is left out", hint)
            return None
        if one.name not in FILTERS:
            self._unknown(one)
            return None
        if one.name in _OURS:
            if one.name != _OURS[one.name]:
                text = f"'{one.name}' is '{_OURS[one.name]}' here, whose result is checked"
                self._say(one.place, text, f'filters = ["{PREFIX}{one.name}"] runs the old one', "notice")
            return _OURS[one.name]
        if one.name == "cssrewrite" and not one.options.get("replace"):
            text = "'cssrewrite' has nothing to do here: references are always spelled anew from the bundle's place"
            self._say(one.place, text, None, "notice")
            return None
        settings = self._settings(one, config)
        if one.name in LIBSASS and files and all(file.endswith(SASS_ENDS) for file in files):
            self._sass(one, settings)
            return None
        if one.name == "jinja2":
            text = "'jinja2' runs with webassets' own values, and not with those of an application"
            self._say(one.place, text, "name the file  NAME.jinja , and its values in [context]")
        if settings:
            options.setdefault(PREFIX + one.name, {}).update(settings)
        return PREFIX + one.name

    def settings(self) -> dict[str, Value]:
        """Those of the environment, for all filters."""
        return {name: value for name, (value, _) in self.environment.config.items()}

    def _unknown(self, one: OldFilter) -> None:
        if self.environment.own_filters:
            self._say(one.place, f"the filter '{one.name}' is one of your own, and is left out", "docs/compilers.md")
            return
        near = difflib.get_close_matches(one.name, list(FILTERS), 1)
        hint = f"did you mean '{near[0]}'?" if near else "a filter of your own is left out: docs/compilers.md"
        self._say(one.place, f"webassets has no filter '{one.name}'", hint, "error")

    def _settings(self, one: OldFilter, config: Mapping[str, Value]) -> dict[str, Value]:
        """Its arguments, and the settings that it looks up; a bundle's come before those of the environment."""
        known = {name.lower(): name for name in FILTERS[one.name].settings}
        found = {
            known[name.lower()]: value
            for table in (self.settings(), config)
            for name, value in table.items()
            if name.lower() in known
        }
        return {**found, **one.options}

    def _sass(self, one: OldFilter, settings: Mapping[str, Value]) -> None:
        """Its files are compiled by ours; what it would look in is looked in."""
        for name, value in settings.items():
            if name in ("LIBSASS_INCLUDES", "includes", "load_paths") or name.endswith("_LOAD_PATHS"):
                for path in [value] if isinstance(value, str) else value if isinstance(value, list) else []:
                    self.includes.setdefault(str(path), one.place)
            else:
                self._say(one.place, f"'{name}' of '{one.name}' is left out: Sass is compiled by assetbuild itself")
        text = f"'{one.name}' is left out: assetbuild compiles Sass itself, with the same LibSass"
        self._say(one.place, text, 'sass.implementation = "dart-sass" takes the newer one', "notice")

    def unused_config(self) -> None:
        """Says of each setting of the environment that no known filter looks up."""
        known = {name.lower() for one in FILTERS.values() for name in one.settings}
        for name, (_, place) in self.environment.config.items():
            if name.lower() not in known:
                self._say(place, f"'{name}' is a setting of no filter of webassets: left out")

    def _say(self, place: Place, text: str, hint: str | None = None, severity: Severity = "warning") -> None:
        said = place.diagnostic(text, hint, severity)
        if said not in self.diagnostics:
            self.diagnostics.append(said)
