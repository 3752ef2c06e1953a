"""What the `sources` of published source maps lead to: published assets, or names that no browser requests."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from assetbuild.dataclass import dataclass
from assetbuild.errors import Diagnostic
from assetbuild.linking.order import components
from assetbuild.linking.resolve import Node
from assetbuild.media import JSON
from assetbuild.model import ContentChanged, Publication
from assetbuild.references.source_names import has_scheme, is_machine_path, shortened, source_names, unpublished
from assetbuild.references.urls import Target, resolve

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class MapSources:
    """The URLs of a map that are published assets, by the asset, and new names for others.

    `lost` are those that a debugger cannot show: neither published nor with their text in the map.
    """

    targets: Mapping[str, Target]
    renamed: Mapping[str, str]
    lost: tuple[str, ...] = ()

    def assets(self) -> set[str]:
        """The logical paths of the published ones."""
        return {target.path for target in self.targets.values()}


def sources_of_maps(
    nodes: Mapping[str, Node], published: Mapping[str, Publication], edges: Mapping[str, Sequence[str]], base_url: str
) -> dict[str, MapSources]:
    """The sources of each map that is published under a name of ours, by its logical path.

    `published` are all names; `edges` are what each node's name depends on already: no other's depends on a node. A
    source that depends on its own map is taken for one that is not published: its name would be in a file that its name
    depends on.
    """
    found = {}
    for path, node in nodes.items():
        if path.endswith(".map") and node.asset.type == JSON and node.publication in ("fingerprinted", "plain"):
            try:
                names = source_names(node.asset.content.read())
            except (ValueError, OSError, ContentChanged):
                continue  # what cannot be read is served as it is, or is reported by who writes it
            found[path] = (names, _published(names, path, published, base_url))
    circles = _in_circles({path: targets for path, (_, targets) in found.items()}, published, edges)
    return {
        path: _named(
            names, {url: one for url, one in targets.items() if (path, one.path) not in circles}, path, base_url
        )
        for path, (names, targets) in found.items()
    }


def words_about(node: Node, sources: MapSources) -> list[Diagnostic]:
    """A notice of what has become of a map's sources."""
    said = []
    if sources.lost:
        text = (
            f"{_some(sources.lost)} not in the release, nor in the map's sourcesContent: no debugger can show the text"
        )
        said.append(Diagnostic(text, file=node.asset.file, severity="notice", hint="embed the sources in the map"))
    machine = sorted(url for url in sources.renamed if is_machine_path(url))
    if machine:
        text = f"{_some(machine)} named by a path of the machine that made the map: shortened"
        said.append(Diagnostic(text, file=node.asset.file, severity="notice"))
    return said


def _published(
    names: Iterable[str], path: str, published: Mapping[str, Publication], base_url: str
) -> dict[str, Target]:
    targets = {}
    for url in names:
        target = resolve(url.replace("\\", "/"), path, base_url)
        if target and target.path != path and published.get(target.path, "private") != "private":
            targets[url] = target
    return targets


def _in_circles(
    targets: Mapping[str, Mapping[str, Target]],
    published: Mapping[str, Publication],
    edges: Mapping[str, Sequence[str]],
) -> set[tuple[str, str]]:
    """The maps, each with a source of it whose name depends on the map's."""
    both = dict(edges)
    for path, of_path in targets.items():
        named = {one.path for one in of_path.values() if published[one.path] == "fingerprinted"}
        both[path] = sorted({*edges[path], *named})
    if both == edges:
        return set()
    both = {path: [one for one in needed if one in both] for path, needed in both.items()}
    return {
        (path, target)
        for members in components(both)
        if len(members) > 1
        for path in members
        if path in targets
        for target in set(members) & {one.path for one in targets[path].values()}
    }


def _named(names: Mapping[str, bool], targets: Mapping[str, Target], path: str, base_url: str) -> MapSources:
    others = [url for url in names if url not in targets]
    ours = base_url if base_url != "/" else "//"
    machine = [url for url in others if is_machine_path(url) and not url.startswith(ours)]
    renamed = shortened(machine)
    lost = []
    for url in others:
        if names[url] or (has_scheme(url) and url not in renamed) or url.startswith("//"):
            continue
        target = resolve(url.replace("\\", "/"), path, base_url)
        if url not in renamed and target:
            renamed[url] = unpublished(target.path)
        if url in renamed:
            lost.append(url)
    return MapSources(targets, renamed, tuple(sorted(lost)))


def _some(urls: Collection[str]) -> str:
    shown = ", ".join(f"'{url}'" for url in list(urls)[:_SHOWN])
    more = f" and {len(urls) - _SHOWN} more" if len(urls) > _SHOWN else ""
    return f"{'source' if len(urls) == 1 else 'sources'} {shown}{more} {'is' if len(urls) == 1 else 'are'}"
