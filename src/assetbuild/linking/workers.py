"""Which scripts run in workers, and what they load there.

A worker has no import map, and `importScripts`, which only a classic worker has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from assetbuild.dataclass import replace
from assetbuild.errors import Diagnostic
from assetbuild.linking.resolve import Bound, Node
from assetbuild.media import JAVASCRIPT
from assetbuild.model import Reference

IMPORTS = ("import", "dynamic-import")
Resolve = Callable[[Node, Reference], tuple[Bound | None, Diagnostic | None]]


def worker_entries(nodes: Mapping[str, Node]) -> list[str]:
    """Scripts that another one names by URL, as for `new Worker(…)`, and those with a name of their own (sw.js)."""
    entries = [path for path, node in nodes.items() if node.asset.type == JAVASCRIPT and node.publication == "plain"]
    for node in nodes.values():
        if node.asset.type == JAVASCRIPT:
            entries += scripts_of(node, nodes, ("asset", "bound"))
    return sorted(set(entries))


def reached_by_workers(nodes: Mapping[str, Node]) -> frozenset[str]:
    """The entries and all modules that they import."""
    waiting = worker_entries(nodes)
    reached: set[str] = set()
    while waiting:
        path = waiting.pop()
        if path not in reached:
            reached.add(path)
            waiting += scripts_of(nodes[path], nodes, IMPORTS)
    return frozenset(reached)


def with_worker_imports(nodes: Mapping[str, Node], resolve: Resolve) -> tuple[dict[str, Node], list[Diagnostic]]:
    """The nodes with what worker scripts load by `importScripts` bound too. Elsewhere such a call is left alone.

    Its URLs are relative to the worker's own script. In a script that the worker loads from another directory they
    mean another place than they seem to, and are left alone as well.
    """
    found = dict(nodes)
    diagnostics: list[Diagnostic] = []
    waiting = worker_entries(nodes)
    done: set[str] = set()
    while waiting:
        path = waiting.pop()
        if path in done:
            continue
        done.add(path)
        node = found[path]
        bound = list(node.bound)
        for reference in node.asset.references:
            if reference.kind == "worker-import":
                one, problem = resolve(node, reference)
                bound += [one] if one else []
                diagnostics += [problem] if problem else []
        found[path] = replace(node, bound=tuple(sorted(bound, key=lambda one: one.reference.start)))
        directory = path.rpartition("/")[0]
        loaded = scripts_of(found[path], nodes, ("worker-import",))
        waiting += [other for other in loaded if other.rpartition("/")[0] == directory]
    return found, diagnostics


def scripts_of(node: Node, nodes: Mapping[str, Node], kinds: Iterable[str]) -> list[str]:
    """The scripts among the nodes that a node refers to in one of these ways.

    What a script refers to that is linked already need not be among them: that starts no worker, and no part of one.
    """
    return [
        bound.target
        for bound in node.bound
        if bound.target
        and bound.reference.kind in kinds
        and bound.target in nodes
        and nodes[bound.target].asset.type == JAVASCRIPT
    ]
