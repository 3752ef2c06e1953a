"""`assetbuild explain`."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from assetbuild.cli.project import add_config_argument, configuration, require_build_stage
from assetbuild.cli.report import Report, add_output_arguments
from assetbuild.errors import BuildError, Diagnostic
from assetbuild.nearest import Nearest

if TYPE_CHECKING:
    from assetbuild.build import Made
    from assetbuild.model import Job, Linked

HELP = "show how an asset is made: sources, steps, name, references, and what came from the cache"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    from assetbuild.cli.stage import add_stage_arguments

    add_config_argument(parser)
    parser.add_argument("name", metavar="NAME", help="a logical path: css/app.css")
    add_stage_arguments(parser)
    add_output_arguments(parser)


def run(arguments: argparse.Namespace, report: Report) -> int:
    require_build_stage()
    from assetbuild.build import make
    from assetbuild.cache.index import INDEX, FileIndex
    from assetbuild.cli.stage import build_stage
    from assetbuild.encode import remembered
    from assetbuild.finders import load_paths
    from assetbuild.survey import survey

    config = configuration(arguments)
    with build_stage(arguments, config, report) as stage:
        index = FileIndex.load(stage.cache.get(INDEX), stage.began)
        made = make(config, stage, index, survey(load_paths(config), config.root))
        explanation = explain(made, arguments.name)
        asset = next(asset for asset in made.linked.linked if asset.path == arguments.name)
        explanation["renamed"] = _renamed(config.output, arguments.name, made)
        explanation["variants"] = _variants(remembered(asset, config.encodings, stage.cache))
    for label, values in explanation.items():
        _say(report, label, values)
    return report.finish(0, explanation)


def explain(made: Made, name: str) -> dict[str, Any]:
    """What a build knows of one asset, in the order to be read. Raises BuildError if no such asset is made."""
    linked = {asset.path: asset for asset in made.linked.linked}
    if name not in linked:
        raise BuildError(_no_such(made, name, sorted(linked)))
    asset = linked[name]
    job = next(
        job for job in made.plan.jobs if any(one.path == name for one in made.compiled.outcomes[job.path].assets)
    )
    outcome = made.compiled.outcomes[job.path]
    return {
        "asset": name,
        "type": asset.type,
        "sources": [f"{part.source.path} ({made.shown(part.source.file)})" for part in job.parts],
        "also read": [file for file in outcome.files if file not in _files(made, job)],
        "steps": _steps(job),
        "made": _made(job, name, outcome.ran),
        "file": asset.file,
        "name": _why(asset),
        "bytes": asset.content.size,
        "integrity": asset.integrity,
        "imports": list(asset.imports),
        "dynamic imports": list(asset.dynamic_imports),
        "refers to": list(asset.assets),
        "referred to by": sorted(
            other.path for other in linked.values() if name in (*other.imports, *other.dynamic_imports, *other.assets)
        ),
    }


def _files(made: Made, job: Job) -> set[str]:
    return {made.shown(part.source.file) for part in job.parts}


def _renamed(output: str, name: str, made: Made) -> str:
    """Since which release kept the asset has its name, and why it got it."""
    from assetbuild.release.document import release_document
    from assetbuild.release.renames import last_rename
    from assetbuild.runtime import ManifestError

    try:
        found = last_rename(output, name, release_document(made.linked.linked, {}, "/")[0])
    except (OSError, ManifestError) as error:
        return f"not known: {error}"
    if found is None:
        return "not under another name in any release kept"
    release, causes = found
    return f"since release {release[:16]}: " + (
        f"what it refers to was renamed ({', '.join(causes)})" if causes else "its own text was changed"
    )


def _no_such(made: Made, name: str, known: list[str]) -> Diagnostic:
    if name in made.plan.absent:
        return Diagnostic(f"'{name}' is not published", hint=made.plan.absent[name])
    return Diagnostic(f"no asset named '{name}'", hint=Nearest(known).hint(name))


def _steps(job: Job) -> list[str]:
    from assetbuild.compilers import shown

    of_parts = dict.fromkeys(shown(step) for part in job.parts for step in part.steps)
    return [*of_parts, *map(shown, job.steps)]


def _made(job: Job, name: str, ran: bool) -> str:
    if not _steps(job):
        return "nothing to make: the source, with its references rewritten"
    beside = "" if job.path == name else f"beside '{job.path}', "
    return beside + ("now" if ran else "from the cache")


def _variants(sizes: Mapping[str, int | None]) -> list[str]:
    words = {None: "not made yet", 0: "not worth it, says the cache"}
    return [f"{name}: {words.get(size) or f'{size} bytes, from the cache'}" for name, size in sizes.items()]


def _why(asset: Linked) -> str:
    if asset.publication == "plain":
        return "kept: `unfingerprinted` names it"
    if asset.publication == "prehashed":
        return "kept: `prehashed` names it"
    if asset.cycle:
        return f"made together with the cycle it is in: {', '.join(asset.cycle)}"
    return "the first 16 hex digits of the SHA-256 of its bytes"


def _say(report: Report, label: str, values: Any) -> None:
    lines = values if isinstance(values, list) else [values]
    for index, line in enumerate(lines or ["–"]):
        report.say(f"{label if index == 0 else '':>16}  {line}")
