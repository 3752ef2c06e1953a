"""Which published asset each reference means; the closed world."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from assetbuild.dataclass import dataclass
from assetbuild.errors import Diagnostic
from assetbuild.globs import matcher
from assetbuild.media import CSS
from assetbuild.model import Asset, Job, Publication, Reference
from assetbuild.nearest import Nearest
from assetbuild.origins import diagnostic_at
from assetbuild.references.pins import NO_PINS, Pins
from assetbuild.references.urls import resolve


@dataclass(frozen=True, slots=True)
class Bound:
    """A reference and the published asset it means; None for a source map comment that has to go.

    A `stable` one keeps a name without a fingerprint: the import map says where that leads.
    """

    reference: Reference
    target: str | None
    stable: bool = False


@dataclass(frozen=True, slots=True)
class Node:
    """An asset to link: how it is published, and its references that change or carry meaning for the manifest."""

    asset: Asset
    publication: Publication
    bound: tuple[Bound, ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """What the configuration says of linking. `external`: whether a written reference need not resolve.

    `path_of` gives the logical path of a source by its file, relative to `root`. `pins` are the bare module names;
    `map_modules` asks for an import map. `inlined`: the assets that style sheets carry, if no larger than `max_inlined`
    bytes.
    """

    root: str
    base_url: str
    external: Callable[[str], bool]
    path_of: Callable[[str], str | None]
    pins: Pins = NO_PINS
    map_modules: bool = False
    hide_source_maps: bool = False
    inlined: Callable[[str], bool] | None = None
    max_inlined: int = 0


@dataclass(frozen=True, slots=True)
class Names:
    """What a reference may mean. `absent` says why a name that exists as a source is no asset.

    `path_of` gives the logical path of a source by its file, named as in Origin.
    """

    published: Mapping[str, Publication]
    failed: frozenset[str]
    absent: Mapping[str, str]
    base_url: str
    path_of: Callable[[str], str | None]
    nearest: Nearest


def resolve_references(
    asset: Asset, job: Job, names: Names, external: Callable[[str], bool], root: str
) -> tuple[tuple[Bound, ...], list[Diagnostic]]:
    """The references of one asset, bound; a diagnostic for each that means nothing. `external`: as in Rules.

    What only a worker can load is left to whoever knows which scripts are workers.
    """
    bound: list[Bound] = []
    diagnostics: list[Diagnostic] = []
    for reference in asset.references:
        if reference.kind == "worker-import":
            continue
        one, problem = resolve_reference(reference, asset, job, names, external, root)
        bound += [one] if one else []
        diagnostics += [problem] if problem else []
    return tuple(bound), diagnostics


def resolve_reference(
    reference: Reference, asset: Asset, job: Job, names: Names, external: Callable[[str], bool], root: str
) -> tuple[Bound | None, Diagnostic | None]:
    """One reference, bound if it means an asset, and what there is to say of it."""
    if reference.kind == "computed":
        text = "the name of this import is computed: what it leads to is not looked at, nor rewritten"
        return None, diagnostic_at(root, reference.origin, text, severity="notice")
    target = _meant(reference, asset.type, names)
    if reference.kind == "source-map":
        if target is None:
            return Bound(reference, None), _lost_map(reference, root, names)
        return Bound(reference, None if names.published[target] == "private" else target), None
    if target is not None:
        return Bound(reference, target), None
    if (
        reference.optional
        or reference.target in names.failed
        or external(reference.written)
        or any(matcher((pattern,))(reference.written) for pattern in job.external)
    ):
        return None, None
    return None, _unresolved(reference, root, names)


def _meant(reference: Reference, kind: str, names: Names) -> str | None:
    """The target; in CSS made of several files else what the URL means from where its author wrote it.

    Sass leaves a partial's `url()` as it is, so that it is relative to the style sheet that imports the partial, and
    yet many are written relative to the partial.
    """
    if reference.target in names.published:
        return reference.target
    if kind == CSS and (home := names.path_of(reference.origin.file)):
        resolved = resolve(reference.written, home, names.base_url)
        if resolved and resolved.path in names.published:
            return resolved.path
    return None


def _lost_map(reference: Reference, root: str, names: Names) -> Diagnostic:
    reason = names.absent.get(reference.target, "there is no such file")
    text = f"source map '{reference.target}' is not published ({reason}): comment dropped"
    return diagnostic_at(root, reference.origin, text, severity="notice")


def _unresolved(reference: Reference, root: str, names: Names) -> Diagnostic:
    text = f"no asset named '{reference.target}'"
    if reference.target in names.absent:
        text = f"'{reference.target}' is not published"
        hint: str | None = names.absent[reference.target]
    elif reference.target.startswith("../"):
        inside = reference.target.replace("../", "")
        hint = "this leaves the release: name it in `external` if something else serves it"
        if inside in names.published:
            hint = f"this leaves the release: did you mean '{inside}'?"
    else:
        hint = names.nearest.hint(reference.target)
    return diagnostic_at(root, reference.origin, text, hint)
