"""Fourth station: names made of bytes. Fingerprints dependency first, cycles as one, references rewritten.

Compiling is acyclic; cycles exist only between references, and only this station sees them. A fingerprint is of the
final bytes, so a file is named after all files that its text names. Where files name one another (a strongly connected
component) the names among them are written as zeros, all are hashed together, and each is named by that and its own
path.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assetbuild.bulk.links import Links
from assetbuild.cache.memo import Memo
from assetbuild.errors import Diagnostic, errors_of
from assetbuild.events import Advanced, Listener, Started
from assetbuild.linking.importmap import ImportMap, map_modules, pinned
from assetbuild.linking.inlining import inline_small
from assetbuild.linking.resolve import Bound, Names, Node, Rules, resolve_reference, resolve_references
from assetbuild.linking.workers import with_worker_imports
from assetbuild.linking.writer import Writer
from assetbuild.model import Asset, Job, Linked, Publication, Reference
from assetbuild.nearest import Nearest


@dataclass(frozen=True, slots=True)
class LinkResult:
    """All assets as they will be served, sorted by path, and what was found wrong."""

    linked: tuple[Linked, ...]
    importmap: ImportMap
    diagnostics: tuple[Diagnostic, ...]


def link(
    made: Sequence[tuple[Job, Sequence[Asset]]],
    failed: frozenset[str],
    absent: Mapping[str, str],
    rules: Rules,
    listener: Listener,
    memo: Memo,
    plain: Links | None = None,
) -> LinkResult:
    """Links the assets of each job (the job's own first, then what came with it).

    `failed` are names whose job failed: referring to one is no second error. `absent` says of other names why they are
    not published. `memo` holds what former builds have written. `plain` are assets that are linked already; none of
    those made has the name of one.
    """
    assets, diagnostics = _published(made, rules)
    published = {path: publication for path, (_, _, publication) in assets.items()}
    done = {} if plain is None else plain.linked
    published.update((path, one.publication) for path, one in done.items())
    names = Names(published, failed, absent, rules.base_url, rules.path_of, Nearest(published))
    nodes: dict[str, Node] = {}
    for path, (asset, job, publication) in assets.items():
        if not asset.references:
            nodes[path] = Node(asset, publication)
            continue
        bound, problems = resolve_references(asset, job, names, rules.external, rules.root)
        diagnostics += problems
        nodes[path] = Node(asset, publication, bound)

    def resolve(node: Node, reference: Reference) -> tuple[Bound | None, Diagnostic | None]:
        job = assets[node.asset.path][1]
        return resolve_reference(reference, node.asset, job, names, rules.external, rules.root)

    if plain is not None:
        named = {bound.target for node in nodes.values() for bound in node.bound}
        # What only a worker loads is not bound yet.
        named.update(one.target for node in nodes.values() for one in node.asset.references)
        nodes.update((path, plain.node(path)) for path in sorted(done.keys() & named))
    nodes, problems = with_worker_imports(nodes, resolve)
    diagnostics += problems
    if rules.inlined:
        nodes = inline_small(nodes, rules.inlined, rules.max_inlined)
    importmap = pinned(nodes, rules.pins)
    if rules.map_modules:
        nodes, importmap = map_modules(nodes, rules.pins)
    listener(Started("link", len(published)))
    listener(Advanced("link", len(done), ""))
    writer = Writer(nodes, published, rules, listener, memo, dict(done))
    linked = writer.write(assets) if not errors_of(diagnostics) else []
    if linked and done:
        linked = sorted([*linked, *done.values()])
    elif not errors_of(diagnostics):
        linked = linked or list(done.values())
    return LinkResult(tuple(linked), importmap, (*diagnostics, *writer.diagnostics))


def _published(
    made: Sequence[tuple[Job, Sequence[Asset]]], rules: Rules
) -> tuple[dict[str, tuple[Asset, Job, Publication]], list[Diagnostic]]:
    published: dict[str, tuple[Asset, Job, Publication]] = {}
    diagnostics = []
    extra: Publication = "private" if rules.hide_source_maps else "fingerprinted"
    for job, assets in made:
        for index, asset in enumerate(assets):
            if asset.path in published:
                text = f"two assets for one name '{asset.path}': one is made beside '{job.path}'"
                diagnostics.append(Diagnostic(text, file=asset.file, hint="rename or exclude one of them"))
            published[asset.path] = (asset, job, job.publication if index == 0 else extra)
    return dict(sorted(published.items())), diagnostics
