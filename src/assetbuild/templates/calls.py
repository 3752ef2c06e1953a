"""What names assets in a template, whatever its language, and what is found there."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import unquote

from assetbuild.dataclass import dataclass
from assetbuild.runtime.packages import PACKAGE_PLACES, PLACES, is_url, package_asset
from assetbuild.runtime.webassets import output_asset


@dataclass(frozen=True, slots=True)
class Helper:
    """A function or tag that takes logical paths: one, or `several` as its positional arguments.

    One of `extensions` may be left out of a name. `default` is what it means without a name. `srcset`: its keyword of
    this name has logical paths, too. `is_url`: the argument is written as a URL, percent-encoded and with
    `?query#fragment`, and one that ends in "/" is the beginning of a URL which something else completes. `places`: the
    name is that of a package or file, in one of these, or a URL; in Django's language it may be without quotes.
    `sources`: it may be that of the Sass file that an asset is made of. `package`: it is that of a package of
    django-pipeline, in one of `places` or among the manifest's other names, and never without quotes.
    """

    extensions: tuple[str, ...] = ()
    several: bool = False
    default: str | None = None
    srcset: bool = False
    is_url: bool = False
    places: tuple[str, ...] = ()
    sources: bool = False
    package: bool = False


# By the name that templates call it by. `static` is Django's, also where its Jinja2 templates are given it.
HELPERS = {
    "asset_url": Helper(),
    "asset_path": Helper(),
    "asset_integrity": Helper(),
    "asset_data_url": Helper(),
    "stylesheet_link_tag": Helper((".css",), several=True),
    "javascript_include_tag": Helper((".js",), several=True),
    "preload_link_tag": Helper(several=True),
    "image_tag": Helper(srcset=True),
    "favicon_link_tag": Helper(default="favicon.ico"),
    "static": Helper(is_url=True),
    **{name: Helper(several=True, places=places) for name, places in PLACES.items()},
}
# The tags of django-pipeline, in templates that load them.
PIPELINE = {
    "stylesheet": Helper(places=PACKAGE_PLACES["css"], package=True),
    "javascript": Helper(places=PACKAGE_PLACES["js"], package=True),
}
# `static` in a block {% compress %}, which looks its names up itself.
STATIC_IN_BLOCK = Helper(is_url=True, sources=True)
# The tag of webassets: {% assets "a.js", "b.js", filters="…", output="…" %}.
ASSETS_TAG = "assets"
ASSETS = Helper((".css", ".js"), several=True)
# The keyword by which a helper of one name takes it, the one of the pictures beside it, and the one for what
# webassets would make: an asset of this name is meant instead of all that the tag names.
NAME_KEYWORD = "name"
SRCSET_KEYWORD = "srcset"
OUTPUT_KEYWORD = "output"
IN_SRCSET = Helper()


@dataclass(frozen=True, slots=True)
class Named:
    """An asset named literally: `start` and `stop` are offsets in the template's text, inside the quotes.

    `output`: what stands there for webassets to write, and stands in for the name if it is an asset. `whole`: what the
    whole tag is called (runtime/webassets.py), which stands in for it if the manifest has such a name.
    """

    name: str
    start: int
    stop: int
    helper: Helper
    output: str | None = None
    whole: str | None = None


@dataclass(frozen=True, slots=True)
class Computed:
    """A name that only the running template knows; offsets of the expression."""

    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Fault:
    """Why the template's language does not take what stands at these offsets."""

    text: str
    start: int
    stop: int


Found = Named | Computed | Fault


def named_in_srcset(text: str, start: int) -> list[Named]:
    """The logical paths in "img/a.png 1x, img/b.png 2x", which stands at the offset `start`."""
    found = []
    for part in text.split(","):
        name = part.strip()
        if " " in name:
            name = name.rpartition(" ")[0].rstrip()
        if name:
            begin = start + part.index(name)
            found.append(Named(name, begin, begin + len(name), IN_SRCSET))
        start += len(part) + 1
    return found


@dataclass(frozen=True, slots=True)
class OtherNames:
    """What else the manifest knows: `tags`, names for webassets' tag; `sources`, logical paths of files in bundles."""

    tags: Collection[str] = ()
    sources: Collection[str] = ()


NO_OTHERS = OtherNames()


def exists(named: Named, names: Collection[str], base_url: str, others: OtherNames = NO_OTHERS) -> bool:
    """Whether the name is of an asset, by the rules of its helper; `names` are the logical paths there are."""
    name = named.name
    if named.helper is ASSETS and (name in others.tags or named.whole in others.tags):
        return True
    if named.helper.package:
        return name in others.tags or package_asset(names, name, named.helper.places) is not None
    if named.helper.places and (
        is_url(name) or any(package_asset(table, name, named.helper.places) for table in (names, others.sources))
    ):
        return True
    if name in names or any(name + extension in names for extension in named.helper.extensions):
        return True
    if named.output is not None and output_asset(names, named.output, base_url) is not None:
        return True
    if named.helper.sources and path_of_url(name).endswith((".scss", ".sass")):
        return f"{path_of_url(name)[:-5]}.css" in names
    return named.helper.is_url and path_of_url(name) in names


def is_beginning(named: Named) -> bool:
    """Whether the name is no asset but the beginning of URLs: {% static 'img/' %}."""
    return named.helper.is_url and path_of_url(named.name)[-1:] in ("", "/")


def path_of_url(url: str) -> str:
    """The path of a relative URL, decoded, as Django's static files find it."""
    return unquote(url.partition("#")[0]).partition("?")[0].strip()
