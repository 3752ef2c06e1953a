"""The sources that are published as they are, told by their names alone, without a value for each.

For these the plan would give a job of one part without steps, and say nothing. Equal, because whatever could lead to
more is left to the plan: a name that a rule matches, that a compiler takes or that is minified, that is excluded, not
included, hidden, of a type nobody knows or not of ASCII, one long enough to be too long, a source map; and all names
where the configuration has module names to pin, directives to follow, or names to write anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from assetbuild import compilers, media
from assetbuild.config import Config
from assetbuild.globs import matcher
from assetbuild.model import Publication
from assetbuild.planning.minifiers import default_minifier

# What the default of `include` says: all but what is hidden.
_EVERYTHING = "**/*"
# With a fingerprint and an encoding behind it, a path of so many characters fits into any name.
_LONGEST = 200


Naming = Callable[[Iterable[str]], dict[str, Publication]]


def plain_names(config: Config, paths: Iterable[str]) -> dict[str, Publication]:
    """How each of these logical paths is published that is plain, in their order."""
    return naming(config)(paths)


def naming(config: Config) -> Naming:
    """A function that gives this, for some paths after others."""
    pins = config.importmap
    if config.sprockets or config.modules == "importmap" or pins.pins or pins.trees or pins.scopes:
        return lambda paths: {}
    kinds = _plain_kinds(config)
    minified = {kind for kind in kinds.values() if config.minify and default_minifier(config, kind) is not None}
    compiled = compilers.compiled_suffixes()
    included = None if _EVERYTHING in config.include else matcher(config.include)
    excluded = _chosen(config.exclude)
    ruled = _chosen(tuple(pattern for rule in config.rules for pattern in rule.match))
    unfingerprinted, prehashed = _chosen(config.unfingerprinted), _chosen(config.prehashed)

    def publications(paths: Iterable[str]) -> dict[str, Publication]:
        found: dict[str, Publication] = {}
        for path in paths:
            kind = kinds.get(path.rpartition(".")[2])
            if (
                kind is None
                or not path.isascii()
                or len(path) > _LONGEST
                or path[0] == "."
                or "/." in path
                or "__MACOSX/" in path
                or path.endswith(compiled)
                or (excluded and excluded(path))
                or (included and not included(path))
                or (ruled and ruled(path))
            ):
                continue
            publication: Publication = "fingerprinted"
            if unfingerprinted and unfingerprinted(path):
                publication = "plain"
            elif prehashed and prehashed(path):
                publication = "prehashed"
            to_minify = minified and publication != "prehashed" and media.media_type(path) in minified
            if to_minify and ".min." not in path[path.rfind("/") + 1 :]:
                continue
            found[path] = publication
        return found

    return publications


def _plain_kinds(config: Config) -> dict[str, str]:
    """The media types of plain assets by extension: none of these is that of a leftover or a secret."""
    kinds = {extension: kind for extension, kind in media.TYPES.items() if extension != "map"}
    if config.propshaft:
        kinds = {extension: kind for extension, kind in kinds.items() if kind not in (media.CSS, media.JAVASCRIPT)}
    if config.inline:
        kinds = {extension: kind for extension, kind in kinds.items() if kind != media.CSS}
    return kinds


def _chosen(patterns: tuple[str, ...]) -> Callable[[str], bool] | None:
    """A function that tells whether a path matches; None for no patterns."""
    return matcher(patterns) if patterns else None
