"""Small files into the style sheets that name them, as data URLs: a request less for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from assetbuild.dataclass import replace
from assetbuild.linking.resolve import Bound, Node
from assetbuild.media import CSS


def inline_small(nodes: Mapping[str, Node], chosen: Callable[[str], bool], max_bytes: int) -> dict[str, Node]:
    """The nodes with the references of style sheets marked "inline" whose targets are `chosen` and small enough.

    Kept are references with a query or fragment, which mean something to a server or of a part; those in prehashed
    sheets, which must not change; and those to files that name others, since nothing is relative to a data URL.
    """

    def fits(bound: Bound) -> bool:
        if bound.target is None or bound.reference.kind != "asset" or bound.reference.suffix:
            return False
        target = nodes[bound.target]
        return chosen(bound.target) and target.asset.content.size <= max_bytes and not target.bound

    inlined = dict(nodes)
    for path, node in nodes.items():
        if node.asset.type == CSS and node.publication != "prehashed" and any(map(fits, node.bound)):
            bound = (
                replace(one, reference=replace(one.reference, kind="inline")) if fits(one) else one
                for one in node.bound
            )
            inlined[path] = replace(node, bound=tuple(bound))
    return inlined
