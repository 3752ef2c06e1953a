"""The import map: modules keep stable names for one another, and one table says where these lead.

Editing a module then renames that file alone. Import maps do not reach workers: what a worker can load is rewritten.
"""

from __future__ import annotations

from collections.abc import Mapping

from assetbuild.dataclass import dataclass, field, replace
from assetbuild.linking.resolve import Bound, Node
from assetbuild.linking.workers import IMPORTS, reached_by_workers
from assetbuild.media import JAVASCRIPT
from assetbuild.references.pins import Pins
from assetbuild.references.urls import is_bare


@dataclass(frozen=True, slots=True)
class ImportMap:
    """Specifier to logical path, and such tables by logical directory.

    A specifier that begins with "./" is itself a logical path: the reader puts the base URL in the place of the "./".
    """

    imports: Mapping[str, str] = field(default_factory=dict)
    scopes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def pinned(nodes: Mapping[str, Node], pins: Pins) -> ImportMap:
    """The map of all that is pinned, which scripts in a page may import too."""
    scopes = {f"./{scope}": _expanded(table, nodes) for scope, table in sorted(pins.scopes.items())}
    return ImportMap(_expanded(pins.imports, nodes), scopes)


def map_modules(nodes: Mapping[str, Node], pins: Pins) -> tuple[dict[str, Node], ImportMap]:
    """The nodes with the imports marked that the map resolves, and the map: these, and all that is pinned."""
    rewritten = reached_by_workers(nodes)
    mapped: dict[str, Node] = {}
    names = pinned(nodes, pins)
    imports = dict(names.imports)
    for path, node in nodes.items():
        mapped[path] = node
        if node.asset.type == JAVASCRIPT and path not in rewritten:
            bound = tuple(replace(one, stable=_is_mapped(one, nodes)) for one in node.bound)
            mapped[path] = replace(node, bound=bound)
            for one in bound:
                if one.stable and one.target and not is_bare(one.reference.written):
                    imports[f"./{one.target}"] = one.target
    return mapped, ImportMap(dict(sorted(imports.items())), names.scopes)


def _is_mapped(bound: Bound, nodes: Mapping[str, Node]) -> bool:
    """Whether a map can resolve it: it names a file whose name changes, and has no query: that is another URL."""
    if bound.reference.kind not in IMPORTS or bound.target is None:
        return False
    if is_bare(bound.reference.written):
        return True
    return not bound.reference.suffix and nodes[bound.target].publication == "fingerprinted"


def _expanded(table: Mapping[str, str], nodes: Mapping[str, Node]) -> dict[str, str]:
    """The pins, each directory replaced by the scripts below it: a fingerprint is no part of a prefix."""
    expanded = {}
    for specifier, target in sorted(table.items()):
        if not specifier.endswith("/"):
            expanded[specifier] = target
            continue
        for path, node in nodes.items():
            if path.startswith(target) and node.asset.type == JAVASCRIPT:
                expanded.setdefault(specifier + path[len(target) :], path)
    return {specifier: path for specifier, path in sorted(expanded.items()) if path in nodes}
