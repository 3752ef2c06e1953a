"""Filters as a configuration names them, as the steps that assets and bundles go through.

webassets' filters keep webassets' order: what works on single sources comes first, then what works on the whole.
"""

from __future__ import annotations

from collections.abc import Sequence

from assetbuild import compilers
from assetbuild.compilers.webassets_table import Filter, filter_of
from assetbuild.dataclass import dataclass, replace
from assetbuild.model import Part, Step
from assetbuild.planning.rules import Ruling


@dataclass(frozen=True, slots=True)
class BundleSteps:
    """What a bundle's filters come to: steps of each part, the one that joins them (None: ours), and those after it."""

    parts: tuple[Step, ...]
    joiner: Step | None
    whole: tuple[Step, ...]


def filter_step(name: str, ruling: Ruling) -> Step:
    """A filter by its configured name, with what the rules say of it."""
    options = dict(ruling.options.get(name, {}))
    if name.startswith(compilers.FOREIGN):
        options = {"filter": name.removeprefix(compilers.FOREIGN), "options": options}
        return Step("webassets", options, ruling.depends)
    return Step(name, options, () if name in compilers.TABLE else ruling.depends)


def asset_steps(names: Sequence[str], ruling: Ruling, part: Part) -> tuple[Step, ...]:
    """The filters of one asset, without those that made its source an asset."""
    done = {compilers.shown(step) for step in part.steps}
    steps = [filter_step(name, ruling) for name in names if name not in done]
    return tuple(sorted(steps, key=_is_late))


def bundle_steps(names: Sequence[str], ruling: Ruling, path: str, count: int) -> BundleSteps:
    """The filters of the bundle at `path`, which has so many parts."""
    parts: list[Step] = []
    whole: list[Step] = []
    joiner: Step | None = None
    for name in names:
        step = filter_step(name, ruling)
        known = _known(step)
        if known is None:
            whole.append(step)
        elif known.works_on_whole(step.options["options"]):
            joiner = Step(compilers.JOIN, {**step.options, "path": path, "entries": count}, step.depends)
        else:
            hooks = known.part_hooks(step.options["options"]), known.whole_hooks(step.options["options"])
            for chosen, steps in zip(hooks, (parts, whole), strict=True):
                if chosen:
                    steps.append(replace(step, options={**step.options, "hooks": list(chosen)}))
    return BundleSteps(tuple(parts), joiner, tuple(whole))


def bundle_part(part: Part, steps: tuple[Step, ...]) -> Part:
    """A part with a bundle's own filters: those from its language compile it, the others follow."""
    languages = [step for step in steps if _takes(step, part.source.path)]
    if not languages:
        return replace(part, steps=(*part.steps, *steps))
    path, names = compilers.compiled_name(part.source.path, map(compilers.shown, languages))
    by_name = {compilers.shown(step): step for step in languages}
    own = {step.name: step for step in part.steps}
    compiling = tuple(_to(by_name[name], path) if name in by_name else own.get(name, Step(name)) for name in names)
    rest = tuple(step for step in steps if compilers.shown(step) not in names)
    return replace(part, path=path, steps=(*compiling, *rest))


def raw_part(part: Part, joiner: Step) -> Part:
    """A part as a foreign joiner takes it: in the joiner's language, if it is in that, and not what we make of it."""
    path = part.source.path
    if not any(path.removesuffix(".jinja").endswith(end) for end, _ in filter_of(joiner.options["filter"]).suffixes):
        return part
    templates = tuple(step for step in part.steps if step.name == "jinja")
    return replace(part, path=path.removesuffix(".jinja") if templates else path, steps=templates)


def takes_language(names: Sequence[str], path: str) -> bool:
    """Whether one of these filters of a bundle makes something of any source, or of the language of this one."""
    found = [filter_of(name.removeprefix(compilers.FOREIGN)) for name in names if name.startswith(compilers.FOREIGN)]
    bare = path.removesuffix(".jinja")
    return any("concat" in one.hooks or any(bare.endswith(end) for end, _ in one.suffixes) for one in found)


def _takes(step: Step, path: str) -> bool:
    return takes_language((compilers.shown(step),), path)


def compile_step(name: str, path: str, ruling: Ruling) -> Step:
    """A foreign compiler by name, which is told what it makes of its source: the asset at `path`."""
    return _to(filter_step(name, ruling), path)


def _to(step: Step, path: str) -> Step:
    return replace(step, options={**step.options, "path": path}) if step.name == "webassets" else step


def _known(step: Step) -> Filter | None:
    return filter_of(step.options["filter"]) if step.name == "webassets" else None


def _is_late(step: Step) -> bool:
    """Whether a filter works on what the others made: it has nothing but an output side."""
    known = _known(step)
    return known is None or not known.part_hooks(step.options["options"])
