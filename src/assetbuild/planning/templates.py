"""The names of JavaScript templates: those of one bundle are named from the directory that they have in common.

The rule is Jammit's: of `jst/users/list.jst` and `jst/users/admin/edit.jst` in one bundle come `list` and `admin/edit`.
One alone has the name of its file.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from assetbuild.compilers.jst import NAMESPACE
from assetbuild.config import Config
from assetbuild.dataclass import replace
from assetbuild.errors import Diagnostic
from assetbuild.model import Job, Part, Step
from assetbuild.paths import shown_path
from assetbuild.planning.rules import Ruling

COMPILER = "jst"
EXTENSION = "jst"


def template_extension(ruling: Ruling) -> str:
    """The extension of templates, without its dot, where the rules for a source name one."""
    extension = ruling.options.get(COMPILER, {}).get("extension", EXTENSION)
    return extension.removeprefix(".") if isinstance(extension, str) else EXTENSION


def is_template(part: Part) -> bool:
    """Whether a part is a template, which only the name of its source means, and no glob of scripts."""
    return any(step.name == COMPILER for step in part.steps)


def named_templates(parts: Sequence[Part], root: str) -> tuple[Part, ...]:
    """The parts of one bundle, the templates among them with their names. `root` is the configuration's directory."""
    files = sorted(_file(part, root) for part in parts if is_template(part))
    base = _common_directory(files) if len(files) > 1 else None
    return tuple(_named(part, _file(part, root), base) if is_template(part) else part for part in parts)


def name_clashes(config: Config, jobs: Iterable[Job]) -> list[Diagnostic]:
    """An error for two templates of one name in a bundle; a warning for two in bundles that one page may load."""
    diagnostics = []
    seen: dict[tuple[str, str], tuple[Job, Part]] = {}
    for job in jobs:
        for part in filter(is_template, job.parts):
            step = next(step for step in part.steps if step.name == COMPILER)
            key = (str(step.options.get("namespace", NAMESPACE)), str(step.options["name"]))
            other_job, other = seen.setdefault(key, (job, part))
            if other.source.path == part.source.path:
                continue
            files = " and ".join(shown_path(one.source.file, config.root) for one in (other, part))
            text = f"two templates for one name {key[0]}[{key[1]!r}]: {files}"
            hint = "the page has the one that it loads last: rename one, or set options.jst.base in a rule"
            if other_job.path == job.path:
                hint = "rename one of them, or set options.jst.base or options.jst.namespace in a rule"
            one = Diagnostic(text, shown_path(part.source.file, config.root), hint=hint)
            diagnostics.append(one if other_job.path == job.path else replace(one, severity="warning"))
    return diagnostics


def _file(part: Part, root: str) -> str:
    """What a template is named by: its file, relative to the configuration; its logical path if it is elsewhere."""
    shown = shown_path(part.source.file, root)
    return part.source.path if shown.startswith(("../", "/")) or ":" in shown.partition("/")[0] else shown


def _common_directory(files: Sequence[str]) -> str:
    """With its "/", "" if there is none. `files` are sorted: what first and last have in common, all have."""
    first, last = files[0].split("/")[:-1], files[-1].split("/")[:-1]
    common = []
    for one, other in zip(first, last, strict=False):
        if one != other:
            break
        common.append(one + "/")
    return "".join(common)


def _named(part: Part, file: str, base: str | None) -> Part:
    def named(step: Step) -> Step:
        if step.name != COMPILER:
            return step
        fixed, extension = step.options.get("base"), step.options.get("extension", EXTENSION).removeprefix(".")
        if fixed is not None and part.source.path.startswith(f"{fixed.strip('/')}/"):
            name = part.source.path.removeprefix(f"{fixed.strip('/')}/")
        else:
            name = file.rpartition("/")[2] if base is None else file.removeprefix(base)
        name = (
            name.removesuffix(".jinja").removesuffix(f".{extension}").replace("/", step.options.get("separator", "/"))
        )
        return Step(step.name, {**step.options, "name": name, "path": part.path}, step.depends)

    return replace(part, steps=tuple(map(named, part.steps)))
