"""The tag of a picture, with the assets of its srcset."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from assetbuild.runtime.html import start_tag
from assetbuild.runtime.manifest import Manifest
from assetbuild.runtime.tags import asset_name, own_attributes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Srcset = str | Mapping[str, str] | Iterable[tuple[str, str]]


def image(
    manifest: Manifest,
    name: str,
    attributes: Mapping[str, Any],
    srcset: Srcset | None = None,
    size: str | int | None = None,
) -> str:
    """`<img src="…">`.

    `srcset` gives logical paths their descriptors: {"img/logo@2x.png": "2x"}, pairs of the two, or as HTML writes it,
    "img/logo@2x.png 2x, …", where names have no comma. `size` is "32x16", width by height in CSS pixels, or one
    number for both. Raises as tags.py says, and ValueError for another size or
    descriptor.
    """
    own = own_attributes(attributes, "src")
    made: dict[str, Any] = {"src": manifest.url(asset_name(manifest, name))}
    if srcset:
        made["srcset"] = _srcset(manifest, srcset)
    if size is not None and size is not False:
        given = {"width", "height"} & own.keys()
        if given:
            raise TypeError(f"the attribute {min(given)!r} is given twice: size says it, too")
        made["width"], made["height"] = _width_and_height(str(size))
    return start_tag("img", made | own)


def _srcset(manifest: Manifest, srcset: Srcset) -> str:
    candidates = []
    for name, descriptor in _pairs(srcset):
        url = manifest.url(asset_name(manifest, name))
        if url.endswith(","):  # it would be taken for the comma between two candidates
            url = url[:-1] + "%2C"
        if not _is_descriptor(descriptor):
            raise ValueError(f"a descriptor in srcset is a number and w or x, as in '640w' or '1.5x': {descriptor!r}")
        candidates.append(f"{url} {descriptor}")
    return ", ".join(candidates)


def _pairs(srcset: Srcset) -> Iterable[tuple[str, str]]:
    if isinstance(srcset, Mapping):
        return srcset.items()
    if not isinstance(srcset, str):
        return srcset
    parts = (part.split() for part in srcset.split(","))
    return [(" ".join(words[:-1]), words[-1]) if len(words) > 1 else (words[0], "1x") for words in parts if words]


def _is_descriptor(text: object) -> bool:
    """Width or density (https://html.spec.whatwg.org/multipage/images.html#srcset-attributes)."""
    if not isinstance(text, str) or not text.isascii():
        return False
    if text.endswith("w"):
        return text[:-1].isdecimal()
    whole, point, fraction = text[:-1].partition(".")
    return text.endswith("x") and whole.isdecimal() and (not point or fraction.isdecimal())


def _width_and_height(size: str) -> tuple[str, str]:
    width, by, height = size.partition("x")
    if not by:
        height = width
    if not (size.isascii() and width.isdecimal() and height.isdecimal()):
        raise ValueError(f"size is width by height, as in '32x16', or one number for both: {size!r}")
    return width, height
