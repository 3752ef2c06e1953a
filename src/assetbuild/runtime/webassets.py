"""What webassets' tag {% assets %} means where a build has made everything already.

Depends and debug are of no meaning, and filters only tell two tags apart. Bundles that an application registered have
the names that the manifest knows, or that the application gives us.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping

from assetbuild.runtime.manifest import Manifest
from assetbuild.runtime.tags import asset_name
from assetbuild.runtime.urls import path_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# What webassets fills in when it writes the file, and the mark before it.
_VERSION = "%(version)s"


def published(
    manifest: Manifest,
    names: Iterable[object],
    output: object = None,
    bundles: Mapping[str, object] | None = None,
    filters: str = "",
) -> tuple[list[str], Mapping[str, Any]]:
    """The logical paths of the assets that the body of the tag is printed for, and its EXTRA.

    First the manifest may have a name for the tag as a whole (`tag_name`). Else it is `output`, if that is an asset:
    as it is written, or below the base URL or "static/". Else it is each name: of one of `bundles`, which gives logical
    paths; of the manifest's `names`; or a logical path, from which .css or .js may be missing. EXTRA is that of the
    names, if all of them are such. `filters` as in `tag_name`. Raises AssetNotFound, TypeError.
    """
    given, known = list(flat(names)), manifest.names
    if known and (whole := known.get(tag_name(given, filters, output))) is not None:
        return list(whole["assets"]), whole.get("extra", {})
    extra: dict[str, Any] = {}
    if given and all(isinstance(name, str) and name in known for name in given):
        for name in map(str, given):
            extra.update(known[name].get("extra", {}))
    if isinstance(output, str):
        made = output_asset(manifest, output, manifest.base_url)
        if made is not None:
            return [made], extra
    return [path for name in given for path in _meant(manifest, name, bundles or {})], extra


def tag_name(names: Iterable[object], filters: str, output: object) -> str:
    """What a tag without a name of its own is called: its arguments as one text.

    `filters` are names with commas between them, "" for none or if they are computed.
    """
    parts = [", ".join(map(str, names))]
    parts += [f"filters={normal_filters(filters)}"] * bool(filters)
    parts += [f"output={output}"] * bool(output)
    return "; ".join(parts)


def normal_filters(filters: str) -> str:
    """Names of filters as webassets reads them: with commas between them, and blanks around."""
    return ",".join(name.strip() for name in filters.split(","))


def without_version(output: str) -> str:
    """An output of webassets without the place of the version; a name that is nothing else is "packed"."""
    if output.rpartition("/")[2].partition(".")[0] == _VERSION:
        output = output.replace(_VERSION, "packed", 1) if output.count(_VERSION) == 1 else output
    for mark in (".", "-", "_", ""):
        output = output.replace(mark + _VERSION, "")
    return output


def output_asset(names: Container[str], output: str, base_url: str) -> str | None:
    """The one of `names`, logical paths, that webassets' `output` was made into; None if there is none."""
    output = without_version(output)
    below_base = output.removeprefix(path_of(base_url))
    for path in (output, below_base, output.lstrip("/"), output.lstrip("/").removeprefix("static/")):
        if path in names:
            return path
    return None


def _meant(manifest: Manifest, name: object, bundles: Mapping[str, object]) -> list[str]:
    if isinstance(name, str) and name in bundles:
        meant: Iterable[object] = flat([bundles[name]])
    elif isinstance(name, str) and name in manifest.names:
        meant = manifest.names[name]["assets"]
    else:
        meant = [name]
    return [asset_name(manifest, asset_name(manifest, path, ".css"), ".js") for path in meant]  # type: ignore[arg-type]


def flat(names: Iterable[object]) -> Iterable[str]:
    """The names in lists and tuples of any depth, in order."""
    for name in names:
        if isinstance(name, list | tuple):
            yield from flat(name)
        else:
            yield name  # type: ignore[misc]  # what is no string is told where it is used
