"""The functions that every template language gives its templates, for one page.

A template language keeps one `Page` for each page that it renders, gives templates these methods under their own
names, those of `VALUES` as text and those of `TAGS` as markup, and has nothing to add but where the Page is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from assetbuild.runtime import tags
from assetbuild.runtime.images import image
from assetbuild.runtime.importmap import importmap_tag
from assetbuild.runtime.manifest import Manifest
from assetbuild.runtime.packages import packaged, packaged_links, packaged_scripts
from assetbuild.runtime.urls import path_of
from assetbuild.runtime.webassets import published

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from assetbuild.runtime.images import Srcset

VALUES = ("asset_url", "asset_path", "asset_integrity")
TAGS = (
    "stylesheet_link_tag",
    "javascript_include_tag",
    "preload_link_tag",
    "image_tag",
    "favicon_link_tag",
    "javascript_importmap_tags",
    "include_javascripts",
    "include_stylesheets",
    "javascript_include_merged",
    "stylesheet_link_merged",
    "css_include_merged",
)


class Page:
    """The assets of one page, and which modules it names already. Not to be shared by two pages or threads.

    Names are logical paths, attributes those of HTML as keyword arguments (see html.py). The tags raise as tags.py
    says; nothing has a side effect but on the modules that are preloaded. `bundles`: the logical paths for names in
    other systems' helpers that are none.
    """

    __slots__ = ("_bundles", "_preloaded", "manifest")

    def __init__(self, manifest: Manifest, bundles: Mapping[str, object] | None = None) -> None:
        self.manifest = manifest.current()
        self._bundles = bundles
        self._preloaded: set[str] = set()

    def asset_url(self, name: str) -> str:
        """The URL of an asset."""
        return self.manifest.url(tags.asset_name(self.manifest, name))

    def asset_path(self, name: str) -> str:
        """The URL of an asset without scheme and host: what the base URL's server is asked for."""
        return path_of(self.asset_url(name))

    def asset_integrity(self, name: str) -> str:
        """The integrity of an asset: "sha384-…"."""
        return self.manifest[tags.asset_name(self.manifest, name)].integrity

    def stylesheet_link_tag(self, *names: str, integrity: bool = True, **attributes: Any) -> str:
        """Links to style sheets, one a line."""
        return tags.stylesheet_links(self.manifest, names, attributes, integrity)

    def javascript_include_tag(
        self, *names: str, integrity: bool = True, preload: bool = True, **attributes: Any
    ) -> str:
        """Scripts, one a line. Before those of type="module", unless `preload` is False, modulepreloads of all that
        they import statically, once each a page."""
        preloaded = self._preloaded if preload else None
        return tags.script_tags(self.manifest, names, attributes, integrity, preloaded)

    def preload_link_tag(self, *names: str, integrity: bool = True, **attributes: Any) -> str:
        """Links that let the browser fetch assets early, one a line."""
        return tags.preload_links(self.manifest, names, attributes, integrity)

    def image_tag(
        self, name: str, *, srcset: Srcset | None = None, size: str | int | None = None, **attributes: Any
    ) -> str:
        """A picture."""
        return image(self.manifest, name, attributes, srcset, size)

    def favicon_link_tag(self, name: str = "favicon.ico", **attributes: Any) -> str:
        """The link to the page's icon."""
        return tags.icon_link(self.manifest, name, attributes)

    def javascript_importmap_tags(self, **attributes: Any) -> str:
        """The import map, to stand before the first module script."""
        return importmap_tag(self.manifest, attributes)

    def assets(
        self,
        names: Iterable[object],
        output: object = None,
        bundles: Mapping[str, object] | None = None,
        filters: str = "",
    ) -> list[tuple[str, str, Mapping[str, Any]]]:
        """URL, integrity and EXTRA for each asset that the body of webassets' tag {% assets %} is printed for."""
        paths, extra = published(self.manifest, names, output, bundles, filters)
        return [(self.manifest.url(path), self.manifest[path].integrity, extra) for path in paths]

    def include_javascripts(self, *packages: str, integrity: bool = True, **attributes: Any) -> str:
        """Jammit's: the scripts of packages, one a line."""
        return self._scripts("include_javascripts", packages, attributes, integrity)

    def include_stylesheets(self, *packages: str, integrity: bool = True, **attributes: Any) -> str:
        """Jammit's: the style sheets of packages, one a line. Its option embed_assets says nothing any more."""
        own = {key: value for key, value in attributes.items() if key not in ("embed_assets", "embed_images")}
        return self._links("include_stylesheets", packages, own, integrity)

    def javascript_include_merged(self, *names: str, integrity: bool = True, **attributes: Any) -> str:
        """asset_packager's: the scripts of packages, or of files that are none, each once, one a line."""
        return self._scripts("javascript_include_merged", names, attributes, integrity)

    def stylesheet_link_merged(self, *names: str, integrity: bool = True, **attributes: Any) -> str:
        """asset_packager's: the same of style sheets."""
        return self._links("stylesheet_link_merged", names, attributes, integrity)

    css_include_merged = stylesheet_link_merged

    def _scripts(self, helper: str, names: Iterable[str], attributes: Mapping[str, Any], integrity: bool) -> str:
        found = packaged(self.manifest, names, helper, self._bundles)
        return packaged_scripts(self.manifest, found, attributes, integrity, self._preloaded)

    def _links(self, helper: str, names: Iterable[str], attributes: Mapping[str, Any], integrity: bool) -> str:
        found = packaged(self.manifest, names, helper, self._bundles)
        return packaged_links(self.manifest, found, attributes, integrity)
