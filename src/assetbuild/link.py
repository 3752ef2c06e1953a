"""Fourth station: names made of bytes. Fingerprints dependency first, cycles as one, references rewritten.

Compiling is acyclic; cycles exist only between references, and only this station sees them. A fingerprint is of the
final bytes, so a file is named after all files that its text names. Where files name one another (a strongly connected
component) the names among them are written as zeros, all are hashed together, and each is named by that and its own
path.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Protocol

from assetbuild.cache.memo import Memo
from assetbuild.dataclass import dataclass
from assetbuild.errors import Diagnostic, errors_of
from assetbuild.events import Advanced, Listener, Started
from assetbuild.linking.importmap import ImportMap, map_modules, pinned
from assetbuild.linking.resolve import Bound, Names, Node, Rules, resolve_reference, resolve_references
from assetbuild.linking.workers import with_worker_imports
from assetbuild.linking.writer import Writer
from assetbuild.model import Asset, Job, Linked, Publication, Reference
from assetbuild.nearest import Nearest
from assetbuild.told import Told


class Standing(Protocol):
    """Assets that are linked already, for those that refer to them."""

    @property
    def linked(self) -> Mapping[str, Linked]:
        """All of them by logical path."""

    def node(self, path: str) -> Node:
        """One of them with its references."""


@dataclass(frozen=True, slots=True)
class LinkResult:
    """The assets that were linked as they will be served, sorted by path: none if there are errors.

    `told` is what was said, sorted by the asset. `further` are the assets that follow from another, by its path, and do
    not refer to it: those that carry it, and its source map.
    """

    linked: Sequence[Linked]
    importmap: ImportMap
    told: tuple[Told, ...]
    further: Mapping[str, tuple[str, ...]]


class _Publications(Mapping[str, Publication]):
    """How each asset is published: those to be linked, and those that are."""

    def __init__(self, own: Mapping[str, Publication], done: Mapping[str, Linked]) -> None:
        self._own = own
        self._done = done

    def __getitem__(self, path: str) -> Publication:
        found = self._own.get(path)
        return found if found is not None else self._done[path].publication

    def __contains__(self, path: object) -> bool:
        return path in self._own or path in self._done

    def __iter__(self) -> Iterator[str]:
        yield from self._own
        yield from self._done

    def __len__(self) -> int:
        return len(self._own) + len(self._done)


def link(
    made: Sequence[tuple[Job, Sequence[Asset]]],
    failed: frozenset[str],
    absent: Mapping[str, str],
    rules: Rules,
    listener: Listener,
    memo: Memo,
    standing: Standing | None = None,
) -> LinkResult:
    """Links the assets of each job (the job's own first, then what came with it).

    `failed` are names whose job failed: referring to one is no second error. `absent` says of other names why they are
    not published. `memo` holds what former builds have written. `standing` are assets that are linked already; none
    of those made has the name of one.
    """
    assets, told = _published(made, rules)
    done: Mapping[str, Linked] = {} if standing is None else standing.linked
    published = _Publications({path: publication for path, (_, _, publication) in assets.items()}, done)
    names = Names(published, failed, absent, rules.base_url, rules.path_of, Nearest(published))
    nodes: dict[str, Node] = {}
    for path, (asset, job, publication) in assets.items():
        if not asset.references:
            nodes[path] = Node(asset, publication)
            continue
        bound, problems = resolve_references(asset, job, names, rules.external, rules.root)
        told += [(path, problem) for problem in problems]
        nodes[path] = Node(asset, publication, bound)

    def resolve(node: Node, reference: Reference) -> tuple[Bound | None, Diagnostic | None]:
        job = assets[node.asset.path][1]
        return resolve_reference(reference, node.asset, job, names, rules.external, rules.root)

    if standing is not None:
        named = {bound.target for node in nodes.values() for bound in node.bound if bound.target is not None}
        # What only a worker loads is not bound yet.
        named.update(one.target for node in nodes.values() for one in node.asset.references)
        nodes.update((path, standing.node(path)) for path in sorted(named) if path in done)
    nodes, problems = with_worker_imports(nodes, resolve)
    told += [("", problem) for problem in problems]
    if rules.inlined:
        from assetbuild.linking.inlining import inline_small

        nodes = inline_small(nodes, rules.inlined, rules.max_inlined)
    importmap = pinned(nodes, rules.pins)
    if rules.map_modules:
        nodes, importmap = map_modules(nodes, rules.pins)
    listener(Started("link", len(published)))
    listener(Advanced("link", len(done), ""))
    writer = Writer(nodes, published, rules, listener, memo, ChainMap({}, done))  # type: ignore[arg-type]
    linked = writer.write(assets) if not errors_of(one for _, one in told) else []
    told = sorted([*told, *writer.told], key=itemgetter(0))
    return LinkResult(
        tuple(linked), importmap, tuple(Told("link", *one) for one in told), _further(nodes, writer.map_owners)
    )


def _further(nodes: Mapping[str, Node], map_owners: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for path, node in nodes.items():
        for bound in node.bound:
            if bound.reference.kind == "inline" and bound.target:
                found.setdefault(bound.target, set()).add(path)
    for path, owner in map_owners.items():
        found.setdefault(owner, set()).add(path)
    return {path: tuple(sorted(found[path])) for path in sorted(found)}


def _published(
    made: Sequence[tuple[Job, Sequence[Asset]]], rules: Rules
) -> tuple[dict[str, tuple[Asset, Job, Publication]], list[tuple[str, Diagnostic]]]:
    published: dict[str, tuple[Asset, Job, Publication]] = {}
    told: list[tuple[str, Diagnostic]] = []
    extra: Publication = "private" if rules.hide_source_maps else "fingerprinted"
    for job, assets in made:
        for index, asset in enumerate(assets):
            if asset.path in published:
                text = f"two assets for one name '{asset.path}': one is made beside '{job.path}'"
                told.append((asset.path, Diagnostic(text, file=asset.file, hint="rename or exclude one of them")))
            published[asset.path] = (asset, job, job.publication if index == 0 else extra)
    return dict(sorted(published.items())), told
