"""Jinja2: an extension with the URLs and the tags of assets.

    environment = Environment(extensions=[AssetExtension])
    environment.assets = Manifest.load("build/release/manifest.json")

`install` is the same in one call. An overlay uses the manifest of the environment below it, unless it is given one of
its own. Where none was given, `Manifest.load()` reads the one that ASSETBUILD_MANIFEST names, at first use. URLs
are looked up when a template renders, so templates compiled into a cache fit any release.
"""

from __future__ import annotations

from typing import Any, TypeVar

from jinja2 import Environment, Undefined, pass_environment
from jinja2.ext import Extension
from markupsafe import Markup

from assetbuild.runtime.importmap import importmap_tag
from assetbuild.runtime.manifest import Manifest
from assetbuild.runtime.tags import asset_name, preload_links, script_tags, stylesheet_links

AnyEnvironment = TypeVar("AnyEnvironment", bound=Environment)


class AssetExtension(Extension):
    """Gives templates `asset_url`, `asset_integrity` and the tags; the environment an attribute `assets`."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        environment.extend(assets=None)
        environment.globals.update(
            asset_url=asset_url,
            asset_integrity=asset_integrity,
            stylesheet_link_tag=stylesheet_link_tag,
            javascript_include_tag=javascript_include_tag,
            preload_link_tag=preload_link_tag,
            javascript_importmap_tags=javascript_importmap_tags,
        )


def install(environment: AnyEnvironment, manifest: Manifest) -> AnyEnvironment:
    """Add the extension to an environment and give it the manifest. Returns the environment."""
    environment.add_extension(AssetExtension)
    environment.assets = manifest  # type: ignore[attr-defined]  # set by the extension
    return environment


def manifest_of(environment: Environment) -> Manifest:
    """The manifest of an environment, or of the one it overlays. Raises ManifestError if there is none to load."""
    below: Environment | None = environment
    while below is not None:
        bottom, manifest = below, getattr(below, "assets", None)
        if manifest is not None:
            if not isinstance(manifest, Manifest):
                raise TypeError(f"environment.assets is a Manifest, not {type(manifest).__name__}")
            return manifest
        below = below.linked_to
    loaded = Manifest.load()
    bottom.assets = loaded  # type: ignore[attr-defined]  # set by the extension
    return loaded


@pass_environment
def asset_url(environment: Environment, name: str) -> str:
    """The URL of an asset."""
    manifest = manifest_of(environment)
    return manifest.url(asset_name(manifest, _defined(name)))


@pass_environment
def asset_integrity(environment: Environment, name: str) -> str:
    """The integrity of an asset: "sha384-…"."""
    manifest = manifest_of(environment)
    return manifest[asset_name(manifest, _defined(name))].integrity


@pass_environment
def stylesheet_link_tag(environment: Environment, *names: str, integrity: bool = True, **attributes: Any) -> Markup:
    """Links to style sheets, one a line."""
    return Markup(stylesheet_links(manifest_of(environment), map(_defined, names), _given(attributes), integrity))


@pass_environment
def javascript_include_tag(environment: Environment, *names: str, integrity: bool = True, **attributes: Any) -> Markup:
    """Scripts, one a line."""
    return Markup(script_tags(manifest_of(environment), map(_defined, names), _given(attributes), integrity))


@pass_environment
def preload_link_tag(environment: Environment, *names: str, integrity: bool = True, **attributes: Any) -> Markup:
    """Links that let the browser fetch assets early, one a line."""
    return Markup(preload_links(manifest_of(environment), map(_defined, names), _given(attributes), integrity))


@pass_environment
def javascript_importmap_tags(environment: Environment, **attributes: Any) -> Markup:
    """The import map, to stand before the first module script."""
    return Markup(importmap_tag(manifest_of(environment), _given(attributes)))


def _defined(name: Any) -> Any:
    """`name`; an undefined variable raises jinja2.UndefinedError, which names it."""
    if isinstance(name, Undefined):
        name._fail_with_undefined_error()
    return name


def _given(attributes: dict[str, Any]) -> dict[str, Any]:
    """The attributes less those undefined, as in the filter xmlattr; a strict Undefined raises."""
    return {key: value for key, value in attributes.items() if not isinstance(value, Undefined) or str(value)}
