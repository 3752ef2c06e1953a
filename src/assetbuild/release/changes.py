"""What a commit has to do: from the files wanted and those standing to additions, replacements and removals."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from assetbuild.dataclass import dataclass
from assetbuild.errors import Diagnostic, ReleaseError
from assetbuild.model import Content
from assetbuild.named_tuple import NamedTuple
from assetbuild.release import history
from assetbuild.release.disk import read_if_there
from assetbuild.release.document import Wanted
from assetbuild.release.earlier import Earlier
from assetbuild.release.layout import manifest_copy, place
from assetbuild.release.standing import DigestOf, Standing, compare


class Placed(NamedTuple):
    """A content to be written to a path below the release directory, over bytes of the SHA-256 `former`, if any."""

    path: str
    content: Content
    former: str | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """`additions` go in place before manifest.json (None: it stays), `replacements` and `removals` after it.

    `recorded`: the history says already what it should. `written` counts the files among those that are no manifests.
    """

    additions: tuple[Placed, ...]
    manifest: Content | None
    replacements: tuple[Placed, ...]
    removals: tuple[str, ...]
    recorded: bool
    written: int
    bytes_written: int

    def __bool__(self) -> bool:
        return bool(self.additions or self.manifest or self.replacements or self.removals or not self.recorded)


def changes_for(
    output: str,
    release: str,
    manifest: Content,
    wanted: Mapping[str, Wanted],
    earlier: Earlier,
    digest_of: DigestOf,
) -> Changes:
    """What makes the release directory hold the release `release` with these files and manifest.

    Raises ReleaseError, all such in one, for a name that stands there with other bytes; OSError.
    """
    standing = compare(output, wanted.values(), digest_of)
    careful = earlier.needs_care(standing.missing, standing.differing)
    errors = [*standing.blocked, *(_collisions(output, standing, earlier) if careful else ())]
    if errors:
        raise ReleaseError(*errors)
    additions = [Placed(file.path, file.content) for file in standing.missing if file.fixed]
    # A mutable file that is new comes after the manifest too: sw.js.br must not be there before its sw.js.
    replacements = [Placed(file.path, file.content) for file in standing.missing if not file.fixed]
    replacements += [Placed(file.path, file.content, former) for file, former in standing.differing]
    files = [*additions, *replacements]
    copy = _copied(output, manifest_copy(release), manifest)
    if copy is not None:
        (replacements if copy.former else additions).append(copy)
    if careful:
        variants = [file for file in (*standing.missing, *(file for file, _ in standing.differing)) if file.variant]
        for path, data in earlier.resized(variants):
            replacements += filter(None, [_copied(output, path, Content.of(data))])
    same = earlier.data == manifest.data
    order = history.recorded(output)
    return Changes(
        additions=tuple(additions),
        manifest=None if same else manifest,
        replacements=tuple(replacements),
        removals=() if same else tuple(earlier.orphans(wanted)),
        recorded=order[-1:] == [release] and order == history.releases_in_order(output),
        written=len(files),
        bytes_written=sum(file.content.size for file in files),
    )


def _copied(output: str, path: str, content: Content) -> Placed | None:
    there = read_if_there(place(output, path))
    if there == content.data:
        return None
    return Placed(path, content, None if there is None else hashlib.sha256(there).hexdigest())


def _collisions(output: str, standing: Standing, earlier: Earlier) -> list[Diagnostic]:
    errors = [earlier.broken_promise(file) for file in standing.missing]
    for file, _ in standing.differing:
        broken = earlier.broken_promise(file)
        if broken is None and file.fixed and not file.variant and not earlier.was_mutable(file.path):
            broken = Diagnostic(
                f"{place(output, file.path)} is there with other bytes, and its name may not get new ones",
                hint="if it was changed by hand, remove it and build again; else give its source a new name",
            )
        errors.append(broken)
    return [error for error in errors if error is not None]
