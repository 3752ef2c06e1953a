"""The tags that a block of {% compress %} comes to, from a manifest (see compressor.py)."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Sequence

from assetbuild.runtime import tags
from assetbuild.runtime.compressor import SASS, Group, Names, bundle_path, elements_of, groups_of, without_fingerprint
from assetbuild.runtime.errors import AssetNotFound, ManifestError
from assetbuild.runtime.html import start_tag
from assetbuild.runtime.manifest import Manifest
from assetbuild.runtime.urls import path_of, quoted_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

    from assetbuild.runtime.compressor import Element

# Attributes that the tags make themselves, or that say nothing of the bundle.
_MADE: Final = frozenset({"href", "src", "rel", "type", "charset", "integrity", "crossorigin", "language"})
_SOURCES: Final = (".scss", ".sass")
# Blocks, and characters of one.
_MOST_REMEMBERED: Final = 256
_LONGEST_REMEMBERED: Final = 20_000


class BlockNotBuilt(AssetNotFound):
    """A block has a part that only a build could make something of, and no build has seen it."""

    def __str__(self) -> str:
        place = f"{self.place}: " if self.place else ""
        return (
            f"{place}no build has made {self.name!r}, the bundle of this block: run "
            "`assetbuild import django-compressor` again, which reads the templates, and build"
        )


def compressed(
    manifest: Manifest,
    markup: str,
    kind: str,
    mode: str = "file",
    name: str | None = None,
    directory: str = "CACHE",
    base_urls: Sequence[str] = (),
) -> str:
    """What a block prints whose content is rendered to `markup`.

    `kind` is "css" or "js"; `mode` "file", "inline" or "preload"; `name` that of the block; `directory` what was
    COMPRESS_OUTPUT_DIR. `base_urls` are others than the manifest's that the markup may have. Raises AssetNotFound for
    a file that is no asset; ManifestError for a bundle to print inline whose file is not beside the manifest.

    Blocks that are printed again, most of them for each page, are remembered.
    """
    made = manifest.once(_remembered)
    block = (markup, kind, mode, name, directory, *base_urls)
    text = made.get(block)
    if text is None:
        text = _printed(manifest, markup, kind, mode, name, directory, base_urls)
        if len(made) >= _MOST_REMEMBERED:
            made.clear()  # what pages print anew each time, a nonce say, must not fill the memory
        if len(markup) <= _LONGEST_REMEMBERED:
            made[block] = text
    return text


def _remembered(manifest: Manifest) -> dict[tuple[str | None, ...], str]:
    return {}


def _printed(
    manifest: Manifest,
    markup: str,
    kind: str,
    mode: str,
    name: str | None,
    directory: str,
    base_urls: Sequence[str],
) -> str:
    names = Names((manifest.base_url, path_of(manifest.base_url), *base_urls), lambda path: _logical(manifest, path))
    printed = []
    for group in groups_of(elements_of(markup, kind), kind, names):
        path = bundle_path(directory, kind, name, group.parts) if group.parts is not None else None
        if path is not None and path in manifest:
            printed.append(_bundle(manifest, path, kind, mode, group))
        else:
            printed += (_alone(manifest, element, kind, mode, names, path) for element in group.elements)
    return "\n".join(filter(None, printed))


def _logical(manifest: Manifest, path: str) -> str:
    if path in manifest:
        return path
    name = without_fingerprint(path)
    entry = manifest.get(name)
    return name if entry is not None and entry.file == path else path


def _bundle(manifest: Manifest, path: str, kind: str, mode: str, group: Group) -> str:
    if mode == "preload":
        return tags.preload_links(manifest, (path,), {})
    own = _shared(group.elements)
    if kind == "css":
        own["media"] = group.key
    elif group.key and mode == "file":
        own[group.key] = True
    if mode == "inline":
        element = "style" if kind == "css" else "script"
        return f"{start_tag(element, own)}{inline_text(manifest, path)}</{element}>"
    if kind == "css":
        return tags.stylesheet_links(manifest, (path,), own)
    return tags.script_tags(manifest, (path,), own)


def _shared(elements: list[Element]) -> dict[str, Any]:
    """The nonce, if all elements have the same: without it a policy would refuse the bundle."""
    nonces = {element.attributes.get("nonce") for element in elements}
    return {"nonce": nonces.pop()} if len(nonces) == 1 else {}


def _alone(manifest: Manifest, element: Element, kind: str, mode: str, names: Names, bundle: str | None) -> str:
    """An element by itself: a file of ours as the asset it is, all else as it stands."""
    name = names.name(element.url.strip()) if element.url else None
    if name is None:
        if element.type in SASS and bundle is not None:
            raise BlockNotBuilt(bundle)
        return "" if mode == "preload" else element.markup
    path = _asset(manifest, name)
    if mode == "preload":
        return tags.preload_links(manifest, (path,), {"type": "module"} if element.type == "module" else {})
    own = {key: True if value is None else value for key, value in element.attributes.items() if key not in _MADE}
    if kind == "css":
        return tags.stylesheet_links(manifest, (path,), own)
    if element.type and not element.type.endswith("script"):
        own["type"] = element.type
    return tags.script_tags(manifest, (path,), own)


def _asset(manifest: Manifest, name: str) -> str:
    """The asset that is, or is made of, the file of this name."""
    stem, extension = posixpath.splitext(name)
    return f"{stem}.css" if name not in manifest and extension in _SOURCES else name


def inline_text(manifest: Manifest, path: str) -> str:
    """The text of a style sheet or script, to stand in a page: what it names beside itself is named from the base URL.

    It is read from the release, once. Raises ManifestError if it is not there.
    """
    texts = manifest.once(_texts)
    text = texts.get(path)
    if text is None:
        text = texts[path] = _as_inline(manifest, path, _read(manifest, path))
    return text


def _texts(manifest: Manifest) -> dict[str, str]:
    return {}


def _read(manifest: Manifest, path: str) -> str:
    file = os.path.join(os.path.dirname(manifest.name), "public", *manifest[path].file.split("/"))
    try:
        with open(file, encoding="utf-8", newline="") as stream:
            return stream.read()
    except OSError as error:
        raise ManifestError(
            f"cannot read {file!r}, which is to stand in a page: {error.strerror}; deploy the release whole, "
            "with public/ beside manifest.json"
        ) from None


def _as_inline(manifest: Manifest, path: str, text: str) -> str:
    entry = manifest[path]
    if path.endswith(".css"):
        here = posixpath.dirname(entry.file)
        targets = {
            quoted_path(posixpath.relpath(manifest[one].file, here or ".")): manifest.url(one)
            for one in (*entry.assets, *entry.imports)
        }
        spelled = sorted(map(re.escape, targets), key=len, reverse=True)
        if spelled:
            named = re.compile(f"(?<=[(\"'\\\\s])({'|'.join(spelled)})(?=[)\"'\\\\s?#])")
            text = named.sub(lambda found: targets[found[1]], text)
        return re.sub(r"</(?=style)", r"<\\/", text, flags=re.IGNORECASE)
    # In a string, an expression and a template "\/" is "/"; elsewhere it cannot stand.
    return re.sub(r"</(?=script)", r"<\\/", text, flags=re.IGNORECASE)
