"""Steps one after another, and the references through them: found anew in each text, placed where they were written."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from assetbuild import media
from assetbuild.compilers import FILTERS, JOINERS, TEMPLATES, is_compiler, is_foreign, load, shown
from assetbuild.compilers.authored import ByName, Places, authored, names_in
from assetbuild.compilers.base import Origins, Result, Tools
from assetbuild.compilers.syntax import Check, syntax_diagnostics
from assetbuild.dataclass import dataclass, replace
from assetbuild.encodings import UnreadableTextError, first_fault, recode
from assetbuild.errors import Diagnostic, Severity
from assetbuild.media import media_type
from assetbuild.model import Asset, Content, Origin, Part, Reference, Step
from assetbuild.origins import diagnostic_at
from assetbuild.references import find_references, language

_NOT_UTF8 = "not UTF-8: browsers will show another character for this byte"


@dataclass(frozen=True, slots=True)
class Run:
    """The asset and what came with it; no assets if a step failed.

    `traced`: all that it depends on is known, by what was asked for or by what the steps' rules say. `shift`: how many
    bytes later a place stands in the asset than in its source.
    """

    assets: tuple[Asset, ...]
    diagnostics: tuple[Diagnostic, ...] = ()
    traced: bool = True
    shift: int = 0


def read_part(part: Part, tools: Tools) -> Run:
    """A part before its first step: its source as UTF-8, with the references in it if that is a language with such.

    Raises OSError and ContentChanged as Content.read.
    """
    source = part.source
    file = tools.world.display(source.file)
    kind = media_type(source.path)
    if language(kind) is None:
        return Run((Asset(source.path, kind, source.content, (), file),))
    data = source.content.read()
    try:
        text = recode(data, kind)
    except UnreadableTextError as error:
        return Run((), (_unreadable(file, error.start, error.reason, tools),))
    content = Content.of(text.data) if text.data is not data else replace(source.content, data=data)
    fault = first_fault(text.data)
    warnings = () if fault is None else (_unreadable(file, fault, _NOT_UTF8, tools, "warning"),)

    def origin_of(start: int, stop: int) -> Origin:
        return Origin(file, start - text.shift, stop - start)

    references = find_references(source.path, kind, text.data, tools.world.base_url, origin_of, tools.world.pins)
    return Run((Asset(source.path, kind, content, references, file),), warnings, shift=text.shift)


def _unreadable(file: str, start: int | None, reason: str, tools: Tools, severity: Severity = "error") -> Diagnostic:
    hint = "save it as UTF-8"
    # A style sheet can say itself what it is.
    if file.endswith(".css") and severity == "warning":
        hint += ', or begin it with its encoding: @charset "windows-1252";'
    origin = Origin(file, 0, 0) if start is None else Origin(file, start, 1)
    return diagnostic_at(tools.world.root, origin, reason, hint, severity)


def run_steps(assets: tuple[Asset, ...], steps: tuple[Step, ...], tools: Tools, check: Check | None = None) -> Run:
    """Several assets through the first step, what it makes through the others.

    `check` is for a source: it is made as soon as the text is in the browser's language. A script with a syntax error
    is not minified.
    """
    diagnostics: list[Diagnostic] = []
    extras: list[Asset] = []
    origins: Origins | None = None
    by_name = names_in(assets[0])
    traced = True
    faulty = False
    for step in steps:
        if check is not None and step.name != TEMPLATES:
            told = syntax_diagnostics(assets[0], check, _places(assets[0], origins, check.shift), tools.world.root)
            check = None
            faulty = bool(told) and assets[0].type == media.JAVASCRIPT
            diagnostics += told
        if faulty and step.name in FILTERS:
            continue
        tools.origins = origins
        result = load(step.name)(assets, step.options, tools)
        if origins is not None and is_compiler(step.name):
            result = authored(result, assets[0], origins, tools.world.root)
        diagnostics += result.diagnostics
        if not result.traced and not step.depends:
            traced = False
            diagnostics += [_untraced(step)] if is_foreign(step) else []
        if not result.assets:
            return Run((), tuple(diagnostics))
        made = replace(result.assets[0], file=result.assets[0].file or assets[0].file)
        made, problems = _with_references(made, assets[0], step, result, by_name, tools)
        diagnostics += problems
        extras += (replace(extra, file=made.file) for extra in result.assets[1:])
        if made.content is not assets[0].content:
            origins = result.origins
        assets = (made,)
    if check is not None:
        diagnostics += syntax_diagnostics(assets[0], check, _places(assets[0], origins, check.shift), tools.world.root)
    return Run((*assets, *extras), tuple(diagnostics), traced)


def _places(asset: Asset, origins: Origins | None, shift: int) -> Places:
    """From places in what a source has become so far to the author's."""

    def place(start: int, written: bytes) -> Origin:
        if origins is None:
            return Origin(asset.file, start - shift, len(written))
        return origins(start, written) or Origin(asset.file, 0, 0)

    return place


def _untraced(step: Step) -> Diagnostic:
    text = f"'{shown(step)}' runs with each build: what it reads cannot be seen, so nothing of it is remembered"
    hint = "name what it reads in `depends` of a rule for its assets"
    return Diagnostic(text, hint=hint, severity="notice")


def _with_references(
    made: Asset, before: Asset, step: Step, result: Result, by_name: ByName, tools: Tools
) -> tuple[Asset, list[Diagnostic]]:
    """The references of what a step made: its own, if it says so, else those found in its text."""
    if made.content is before.content or step.name in JOINERS.values():
        return made, []
    data = made.content.read()
    if result.origins is not None:
        origin_of = _mapped(result.origins, by_name, data)
        return replace(made, references=_find(made, data, tools, origin_of)), []
    found = _find(made, data, tools, lambda start, stop: Origin(made.file, 0, 0))
    expected = [reference for reference in before.references if reference.kind != "source-map"]
    if [_names(one) for one in found if one.kind != "source-map"] == [_names(one) for one in expected]:
        origins = iter(expected)
        return replace(made, references=tuple(_placed(one, origins) for one in found)), []
    if is_foreign(step):
        return replace(made, references=_nearest(found, before.references)), []
    text = f"left as it was: '{step.name}' changed which assets it refers to"
    return before, [Diagnostic(text, file=before.file, severity="warning")]


def _find(asset: Asset, data: bytes, tools: Tools, origin_of: Callable[[int, int], Origin]) -> tuple[Reference, ...]:
    return find_references(asset.path, asset.type, data, tools.world.base_url, origin_of, tools.world.pins)


def _mapped(origins: Origins, by_name: ByName, data: bytes) -> Callable[[int, int], Origin]:
    return lambda start, stop: origins(start, data[start:stop]) or by_name(data[start:stop])


def _names(reference: Reference) -> tuple[str, str, str]:
    return reference.kind, reference.target, reference.suffix


def _placed(reference: Reference, origins: Iterator[Reference]) -> Reference:
    if reference.kind == "source-map":
        return reference
    former = next(origins)
    return replace(reference, origin=former.origin, written=former.written)


def _nearest(found: tuple[Reference, ...], former: tuple[Reference, ...]) -> tuple[Reference, ...]:
    """A foreign filter may add and drop references: those that name what one did before are placed where it was."""
    by_target = {reference.target: reference.origin for reference in reversed(former)}
    return tuple(replace(one, origin=by_target.get(one.target, one.origin)) for one in found)
