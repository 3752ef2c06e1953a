"""Which published asset each reference means; the closed world."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from assetbuild.errors import Diagnostic
from assetbuild.globs import matcher
from assetbuild.model import Asset, Job, Publication, Reference
from assetbuild.origins import diagnostic_at

# Beyond this many names the search for a near one would take longer than the build.
_COMPARED = 5000


@dataclass(frozen=True, slots=True)
class Bound:
    """A reference and the published asset it means; None for a source map comment that has to go."""

    reference: Reference
    target: str | None


@dataclass(frozen=True, slots=True)
class Node:
    """An asset to link: how it is published, and its references that change or carry meaning for the manifest."""

    asset: Asset
    publication: Publication
    bound: tuple[Bound, ...] = ()


@dataclass(frozen=True, slots=True)
class Names:
    """What a reference may mean. `absent` says why a name that exists as a source is no asset."""

    published: Mapping[str, Publication]
    failed: frozenset[str]
    absent: Mapping[str, str]


def resolve_references(
    asset: Asset, job: Job, names: Names, external: Callable[[str], bool], root: str
) -> tuple[tuple[Bound, ...], list[Diagnostic]]:
    """The references of one asset, bound; a diagnostic for each that means nothing. `external` is the configuration's."""
    bound: list[Bound] = []
    diagnostics: list[Diagnostic] = []
    excused = matcher(job.external) if job.external else None
    for reference in asset.references:
        target = _meant(reference, names)
        if reference.kind == "source-map":
            if target is None or names.published[target] == "private":
                bound.append(Bound(reference, None))
                if target is None:
                    diagnostics.append(_lost_map(reference, root, names))
            else:
                bound.append(Bound(reference, target))
        elif target is not None:
            bound.append(Bound(reference, target))
        elif not (
            reference.optional
            or reference.target in names.failed
            or reference.fallback in names.failed
            or external(reference.written)
            or (excused and excused(reference.written))
        ):
            diagnostics.append(_unresolved(reference, root, names))
    return tuple(bound), diagnostics


def _meant(reference: Reference, names: Names) -> str | None:
    if reference.target in names.published:
        return reference.target
    return reference.fallback if reference.fallback in names.published else None


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
        hint = "this leaves the release: name it in `external` if something else serves it"
    else:
        hint = _nearest(reference.target, names)
    return diagnostic_at(root, reference.origin, text, hint)


def _nearest(name: str, names: Names) -> str | None:
    """The name most like it: one of the same directory or the same base name before all others."""
    directory, _, base = name.rpartition("/")
    known = sorted(names.published)
    same_base = [one for one in known if one.rpartition("/")[2] == base]
    same_directory = [one for one in known if one.rpartition("/")[0] == directory]
    for candidates in (same_directory, same_base, known[:_COMPARED]):
        if nearest := get_close_matches(name, candidates, 1, 0.6):
            return f"did you mean '{nearest[0]}'?"
    return f"did you mean '{same_base[0]}'?" if same_base else None
