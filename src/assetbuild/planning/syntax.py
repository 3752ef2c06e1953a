"""What becomes of syntax errors in a source: who wrote it decides, where the configuration does not."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from assetbuild import compilers, media
from assetbuild.config import Config
from assetbuild.dataclass import replace
from assetbuild.expression import expression
from assetbuild.globs import matcher
from assetbuild.model import Job, Part, Source, Syntax

if TYPE_CHECKING:
    from assetbuild.planning.rules import Ruling

LARGEST, MOST = 128 * 1024, 8 * 1024 * 1024
"""How many bytes a script may have that is parsed, and all of them together: a parser takes a second for the latter."""
FEW = 4 * 1024 * 1024
"""How many bytes scripts and style sheets may have together for those to be looked at to which nothing is done."""
CHECKED = (".css", ".js", ".mjs", ".cjs")
_PACKAGES = expression(r"[/\\](?:node_modules|bower_components|site-packages|dist-packages)[/\\]")


def syntax_levels(config: Config) -> Callable[[Source, str, Ruling], Syntax]:
    """A function from a script's or style sheet's source, its asset's logical path and the ruling for it to the level.

    What a rule says holds. Else, where the configuration has errors, those in installed packages are warnings; what
    another tool has minified or named is not looked at.
    """
    prehashed = matcher(config.prehashed)

    def level_of(source: Source, path: str, ruling: Ruling) -> Syntax:
        if ruling.syntax is not None:
            return ruling.syntax
        if ".min." in path.rpartition("/")[2] or prehashed(path):
            return "off"
        if config.syntax == "error" and _is_of_package(source.file, config.root):
            return "warn"
        return config.syntax

    return level_of


def _is_of_package(file: str, root: str) -> bool:
    """Whether a file lies in a directory of installed packages, below the configuration's directory or elsewhere."""
    return _PACKAGES.search(file, len(root) if file.startswith(root) else 0) is not None


def parsed_too(config: Config, parts: list[Part]) -> tuple[list[Part], int]:
    """The parts, the project's own scripts marked for the parser if they are not too many for it; and their bytes."""
    own = [
        part
        for part in parts
        if part.syntax != "off"
        and part.source.size <= LARGEST
        and media.media_type(part.path) == media.JAVASCRIPT
        and not _is_of_package(part.source.file, config.root)
    ]
    size = sum(part.source.size for part in own)
    if not own or size > MOST:
        return parts, size
    chosen = {part.source.path for part in own}
    return [replace(part, parsed=True) if part.source.path in chosen else part for part in parts], size


def are_few(sizes: Iterable[tuple[str, int]]) -> bool:
    """Whether files that nothing is done to are looked at, of sources by these names, with their sizes in bytes.

    To find the references in a text is several times as fast as to look for syntax errors in it.
    """
    return checked_bytes(sizes) <= FEW


def checked_bytes(sizes: Iterable[tuple[str, int]]) -> int:
    """How many bytes scripts and style sheets have together, of sources by these names, with their sizes."""
    return sum(size for path, size in sizes if path.endswith(CHECKED))


def for_untouched(jobs: Iterable[Job], ruling_of: Callable[[str, str], Ruling]) -> list[Job]:
    """The jobs; those that do nothing to their source unchecked, where no rule says otherwise."""
    return [
        job
        if job.steps or len(job.parts) > 1 or job.parts[0].steps or ruling_of(job.path, job.path).syntax is not None
        else replace(job, parts=(replace(job.parts[0], syntax="off"),))
        for job in jobs
    ]


def for_filters(job: Job) -> Job:
    """The job; unchecked if somebody else's filter may read another language than the browser's, such as JSX."""
    steps = (*job.steps, *(step for part in job.parts for step in part.steps))
    if not any(map(compilers.is_foreign, steps)):
        return job
    return replace(job, parts=tuple(replace(part, syntax="off") for part in job.parts))
