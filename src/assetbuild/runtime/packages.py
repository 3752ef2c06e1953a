"""The helpers of Jammit, asset_packager and django-assetpackager: which assets the names mean that templates give them.

A name may be that of a package or of a file, with or without its extension; a file means the package that it is in, if
it is in one. URLs are passed through as they are.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence

from assetbuild.runtime import tags
from assetbuild.runtime.html import start_tag
from assetbuild.runtime.manifest import Manifest
from assetbuild.runtime.webassets import flat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# What the names of merged files end with, after asset_packager.
PACKAGED = "_packaged"
# Where a name is looked for, in this order.
_JAMMIT = ("assets/{}.EXT", "{}.EXT", "{}")
_MERGED = (
    f"DIRs/{{}}{PACKAGED}.EXT",
    f"EXT/{{}}{PACKAGED}.EXT",
    "EXT/{}.EXT",
    "DIRs/{}.EXT",
    "{}.EXT",
    "EXT/{}",
    "DIRs/{}",
    "{}",
)


def _places(patterns: Sequence[str], extension: str, directory: str) -> tuple[str, ...]:
    return tuple(one.replace("EXT", extension).replace("DIR", directory) for one in patterns)


# By the name of the helper.
PLACES: Mapping[str, tuple[str, ...]] = {
    "include_javascripts": _places(_JAMMIT, "js", "javascript"),
    "include_stylesheets": _places(_JAMMIT, "css", "stylesheet"),
    "javascript_include_merged": _places(_MERGED, "js", "javascript"),
    "stylesheet_link_merged": _places(_MERGED, "css", "stylesheet"),
    "css_include_merged": _places(_MERGED, "css", "stylesheet"),
}

# Where a package of django-pipeline is looked for that its settings do not have, by its kind.
PACKAGE_PLACES: Mapping[str, tuple[str, ...]] = {
    kind: (f"{{}}.{kind}", f"{kind}/{{}}.{kind}", "{}") for kind in ("css", "js")
}

# Where Rails looks for what asset_packager does not know and passes on to it; Jammit refuses such names.
PASSED_ON: Mapping[str, str] = {
    "javascript_include_merged": "/javascripts/{}.js",
    "stylesheet_link_merged": "/stylesheets/{}.css",
    "css_include_merged": "/stylesheets/{}.css",
}


def is_url(name: str) -> bool:
    """Whether a name is a URL with a scheme or a host, or from the root: not a name for us to look up."""
    head = name.partition("/")[0]
    return name.startswith("/") or (head.endswith(":") and len(head) > 1)


def package_asset(names: Container[str], name: str, places: Sequence[str]) -> str | None:
    """The one of `names`, logical paths, that a package or file of this name is; None if there is none."""
    # `:base` is how django-assetpackager writes the package of all files.
    bare = name.removeprefix(":")
    return next((path for place in places if (path := place.format(bare)) in names), None)


def package_of(manifest: Manifest, name: str, places: Sequence[str]) -> str | None:
    """The asset that a name means: a package, the package that a source of this name is in, or a file; else None."""
    holders = manifest.once(packages_by_source)
    for place in places:
        path = place.format(name.removeprefix(":"))
        if path in manifest.contents:
            return path
        if path in manifest.names:
            return str(manifest.names[path]["assets"][0])
        if path in holders:
            return holders[path]
        if path in manifest:
            return path
    return None


def packages_by_source(manifest: Manifest) -> Mapping[str, str]:
    """The bundle that a source is in, by logical path."""
    return first_holders({path: sources for path, sources in manifest.contents.items() if path in manifest})


def first_holders(contents: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """For each source the bundle that it is in, given those of each bundle. All are logical paths.

    Of several it is one whose name says that it is a package, then the first by name.
    """
    found: dict[str, str] = {}
    for path in sorted(contents, key=lambda path: (f"{PACKAGED}." not in path, path)):
        for source in contents[path]:
            found.setdefault(source, path)
    return found


def packaged(
    manifest: Manifest, names: Iterable[object], helper: str, bundles: Mapping[str, object] | None = None
) -> list[str]:
    """The logical paths and URLs that names mean to this helper, each once.

    `bundles`: the logical paths for names of files. A name that is nowhere becomes the URL that the helper passes on,
    or is left as it is, for the tag to complain about. Raises TypeError for what is no string.
    """
    places = PLACES[helper]
    found: dict[str, None] = {}
    given = list(names)
    whole = _as_whole(manifest, given, places)
    if whole is not None:
        return [whole]
    for name in given:
        if not isinstance(name, str):
            raise TypeError(f"the name of a package is a string, not {type(name).__name__}")
        for path in flat([bundles[name]]) if bundles and name in bundles else [name]:
            found[path if is_url(path) else package_of(manifest, path, places) or _passed_on(path, helper)] = None
    return list(found)


def _passed_on(name: str, helper: str) -> str:
    pattern = PASSED_ON.get(helper)
    # What is empty is hardly meant: in Django's language a name without quotes is a variable.
    if pattern is None or not name.removeprefix(":"):
        return name
    return pattern.format(name.removeprefix(":").removesuffix(pattern[pattern.rindex(".") :]))


def packaged_scripts(
    manifest: Manifest, found: Iterable[str], attributes: Mapping[str, Any], integrity: bool, preloaded: set[str] | None
) -> str:
    """A script for each of what `packaged` gave, one a line."""
    own = tags.own_attributes(attributes, "src")
    return "\n".join(
        start_tag("script", {"src": path} | own) + "</script>"
        if is_url(path)
        else tags.script_tags(manifest, (path,), attributes, integrity, preloaded)
        for path in found
    )


def packaged_links(manifest: Manifest, found: Iterable[str], attributes: Mapping[str, Any], integrity: bool) -> str:
    """A link for each of what `packaged` gave, one a line."""
    own = tags.own_attributes(attributes, "href")
    return "\n".join(
        start_tag("link", {"rel": "stylesheet", "href": path} | own)
        if is_url(path)
        else tags.stylesheet_links(manifest, (path,), attributes, integrity)
        for path in found
    )


def several_name(names: Iterable[str]) -> str:
    """The name, without extension, of what is merged from files of these names, in whatever order they are named."""
    stems = (name.removesuffix(".js").removesuffix(".css").replace("/", "-") for name in names)
    return "-and-".join(sorted(stems))


def _as_whole(manifest: Manifest, names: Sequence[object], places: Sequence[str]) -> str | None:
    """The asset that was made of just these files, if there is one."""
    texts = [name for name in names if isinstance(name, str)]
    if len(texts) < 2 or len(texts) != len(names) or any(map(is_url, texts)):
        return None
    return package_asset(manifest, several_name(texts), places)
