"""Which sources a bundle's `contents` name, in which order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from assetbuild.config import Bundle, Config
from assetbuild.dataclass import dataclass
from assetbuild.errors import Diagnostic
from assetbuild.globs import is_literal, matcher
from assetbuild.media import media_type
from assetbuild.model import Part
from assetbuild.planning.steps import takes_language
from assetbuild.planning.templates import is_template


@dataclass(frozen=True, slots=True)
class Contents:
    """A bundle and the parts it is made of, in order, each once."""

    bundle: Bundle
    parts: tuple[Part, ...]


def is_partial(path: str) -> bool:
    """Whether a source is a Sass partial: made to be imported, never an asset itself."""
    name = path.rpartition("/")[2].removesuffix(".jinja")
    return name.startswith("_") and name.endswith((".scss", ".sass"))


def expand_bundles(
    config: Config, parts: Sequence[Part], partials: Sequence[str], filters: Mapping[str, Sequence[str]]
) -> tuple[list[Contents], list[Diagnostic]]:
    """Every bundle with its parts; a diagnostic for each pattern that names nothing or something that cannot be in it.

    Globs are sorted, each file comes once, the first mention wins. A pattern names sources or the assets made of them
    (a template only as a source: "js/*.js" means none); one that names another bundle, and no source, stands for that
    bundle's contents. `partials` are the sources that are no parts: Sass partials. `filters` are those of each bundle:
    some take sources of other types.
    """
    expansion = _Expansion(config, parts, partials, filters)
    contents = [Contents(bundle, tuple(expansion.parts_of(bundle, ()))) for bundle in config.bundles]
    return contents, list(dict.fromkeys(expansion.diagnostics))


class _Expansion:
    def __init__(
        self, config: Config, parts: Sequence[Part], partials: Sequence[str], filters: Mapping[str, Sequence[str]]
    ) -> None:
        self._config = config
        self._filters = filters
        self._partials = partials
        self._parts = sorted(parts, key=lambda part: (part.path, part.source.path))
        self._bundles = {bundle.path: bundle for bundle in config.bundles}
        self.diagnostics: list[Diagnostic] = []

    def parts_of(self, bundle: Bundle, within: tuple[str, ...]) -> Iterable[Part]:
        chosen: dict[str, Part] = {}
        for index, pattern in enumerate(bundle.contents):
            for part in self._named(bundle, index, pattern, (*within, bundle.path)):
                chosen.setdefault(part.source.path, part)
        return chosen.values()

    def _named(self, bundle: Bundle, index: int, pattern: str, within: tuple[str, ...]) -> Iterable[Part]:
        parts = self._matching(pattern, bundle)
        if parts:
            wrong = [part for part in parts if not self._fits(part, bundle)]
            for part in wrong:
                self._complain(bundle, index, f"'{part.path}' cannot be in bundle '{bundle.path}': it is another type")
            return [part for part in parts if part not in wrong]
        inner = self._bundles.get(pattern)
        if inner is None:
            self._complain(bundle, index, *self._why_nothing(bundle, pattern))
            return ()
        if inner.path in within:
            self._complain(bundle, index, f"bundle '{inner.path}' contains itself: {' → '.join((*within, inner.path))}")
            return ()
        return self.parts_of(inner, within)

    def _why_nothing(self, bundle: Bundle, pattern: str) -> tuple[str, str]:
        """What is wrong with a pattern that names nothing, and what to do."""
        if any(map(matcher((pattern,)), self._partials)):
            return f"'{pattern}' matches only Sass partials", "name the style sheet that imports them"
        others = self._bundles.keys() - {bundle.path}
        names = others | {name for part in self._parts for name in (part.source.path, part.path)}
        from difflib import get_close_matches

        nearest = get_close_matches(pattern, sorted(names), 1, 0.7) if is_literal(pattern) else []
        hint = (
            f"did you mean '{nearest[0]}'?"
            if nearest
            else "paths are logical: relative to a load path, with its prefix"
        )
        return f"'{pattern}' matches no source", hint

    def _fits(self, part: Part, bundle: Bundle) -> bool:
        if media_type(part.path) == media_type(bundle.path):
            return True
        return takes_language(self._filters[bundle.path], part.source.path)

    def _matching(self, pattern: str, bundle: Bundle) -> list[Part]:
        if is_literal(pattern):
            exact = [part for part in self._parts if part.source.path == pattern]
            return exact or [part for part in self._parts if part.path == pattern]
        matches = matcher((pattern,))
        found = [part for part in self._parts if matches(part.source.path) or matches(_asset_name(part))]
        fitting = [part for part in found if self._fits(part, bundle)]
        # "js/*" may meet a source map or a README beside the scripts; a glob of nothing fitting is a mistake.
        return fitting or found

    def _complain(self, bundle: Bundle, index: int, text: str, hint: str | None = None) -> None:
        self.diagnostics.append(self._config.diagnostic(("bundles", bundle.path, "contents", index), text, hint))


def _asset_name(part: Part) -> str:
    """What a glob may mean a part by beside its source: its asset, but of a template not the script made of it."""
    source = part.source.path
    if part.path == source or not is_template(part):
        return part.path
    return source.removesuffix(".jinja")
