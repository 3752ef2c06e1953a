"""The commit or clean under way, written down before it touches anything, so that it can be finished or undone.

The order: everything new lies in .staging/; the record; additions are renamed into place; manifest.json is
replaced (from here on the change is finished, before it is undone); replacements, removals, history; the
record goes. Every step may be done twice.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable

from assetbuild.dataclass import dataclass
from assetbuild.named_tuple import NamedTuple
from assetbuild.paths import written_as_utf8
from assetbuild.release import history
from assetbuild.release.disk import (
    cannot_write,
    make_directory,
    prune_directories,
    read_if_there,
    remove_file,
    remove_tree,
    sync_directories,
    write_new,
)
from assetbuild.release.layout import (
    HISTORY,
    MANIFEST,
    PENDING,
    PUBLIC,
    RELEASES,
    STAGING,
    directories_above,
    is_inside,
    place,
)


class Move(NamedTuple):
    """A staged file and its place, both below the release directory.

    `digest` is the SHA-256 of its bytes in hex, `former` that of what stands in its place, None for nothing.
    """

    staged: str
    path: str
    digest: str
    former: str | None = None


@dataclass(frozen=True, slots=True)
class Pending:
    """`manifest` is the SHA-256 in hex of manifest.json once committed, `release` the id that becomes the last.

    `additions` are put in place before the manifest, where nothing stood; `replacements` and `removals` come
    after it. `tree` are files that come all at once before the additions, with a staged directory that becomes public/
    where there was none. Paths are below the release directory.
    """

    manifest: str
    release: str | None = None
    additions: tuple[Move, ...] = ()
    replacements: tuple[Move, ...] = ()
    removals: tuple[str, ...] = ()
    tree: tuple[str, ...] = ()

    def paths(self) -> set[str]:
        """Every path that may or may not be there while this is under way."""
        return {move.path for move in (*self.additions, *self.replacements)} | {*self.removals, *self.tree}


class DamagedRecordError(Exception):
    """The record is not one that a commit has written."""


def read_pending(output: str) -> Pending | None:
    """The record, None if nothing is under way. Raises DamagedRecordError, OSError."""
    data = read_if_there(place(output, PENDING))
    if data is None:
        return None
    try:
        pending = _pending(data)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise DamagedRecordError from None
    staged = {move.staged for move in (*pending.additions, *pending.replacements)}
    if not all(map(is_inside, pending.paths() | staged)):
        raise DamagedRecordError
    return pending


def _bytes_of(pending: Pending) -> bytes:
    """JSON, then the paths of the tree, tens of thousands: all end with a NUL, which JSON has not."""
    record = {
        "manifest": pending.manifest,
        "release": pending.release,
        "additions": pending.additions,
        "replacements": pending.replacements,
        "removals": pending.removals,
        "tree": len(pending.tree),
    }
    return "\0".join([json.dumps(record), *pending.tree, ""]).encode("utf-8", "surrogatepass")


def _pending(data: bytes) -> Pending:
    text, *tree, rest = data.decode("utf-8", "surrogatepass").split("\0")
    record = json.loads(text)
    if rest or len(tree) != record["tree"]:
        raise ValueError("cut off")
    return Pending(
        str(record["manifest"]),
        record["release"],
        tuple(Move(*move) for move in record["additions"]),
        tuple(Move(*move) for move in record["replacements"]),
        tuple(record["removals"]),
        tuple(tree),
    )


def enact(output: str, pending: Pending, durable: bool = False) -> None:
    """Carry out a change whose new files are all in .staging/. Raises OSError: then `recover` is due.

    `durable`: what a step relies on is on the disk before it is taken, so that a machine that loses power leaves what
    a process that dies leaves. The staged files are on the disk already then; the names in .staging/ are forced here.
    """
    staged = f"{STAGING}/{PENDING}"
    write_new(place(output, staged), [_bytes_of(pending)], durable=durable)
    if durable:
        sync_directories(output, [STAGING])
    os.replace(place(output, staged), place(output, PENDING))
    if durable:
        sync_directories(output, [""])
    if pending.tree:
        _move_tree(output)
    _move(output, [move for move in pending.additions if not _is_manifest(move.path)])
    if durable:
        sync_directories(output, ["", *directories_above(move.path for move in pending.additions)])
    _move(output, pending.additions)
    if durable:
        sync_directories(output, ["", RELEASES])
    try:
        os.replace(place(output, f"{STAGING}/{MANIFEST}"), place(output, MANIFEST))
    except FileNotFoundError:
        # Nothing is staged where the manifest stays as it is.
        pass
    if durable:
        sync_directories(output, [""])
    _finish(output, pending, durable)


def recover(output: str) -> None:
    """Finish or undo what was cut off, and leave no temporary file. The caller holds the lock.

    Finished if manifest.json is already the new one, else undone. A damaged record (the machine lost power) is
    dropped: the next build puts right what it should have. Raises ReleaseError.
    """
    try:
        try:
            pending = read_pending(output)
        except DamagedRecordError:
            pending = None
        if pending is not None:
            manifest = read_if_there(place(output, MANIFEST))
            if manifest is not None and hashlib.sha256(manifest).hexdigest() == pending.manifest:
                if pending.tree:
                    _move_tree(output)
                _move(output, pending.additions)
                _finish(output, pending)
            else:
                _undo(output, pending)
        clear_staging(output)
        remove_file(place(output, PENDING))
    except OSError as error:
        raise cannot_write(error) from error


def clear_staging(output: str) -> None:
    """Remove .staging/ and the files in it. Raises OSError."""
    directory = place(output, STAGING)
    if os.path.islink(directory):
        os.unlink(directory)
        return
    if os.path.isdir(directory):
        remove_tree(directory)


def _finish(output: str, pending: Pending, durable: bool = False) -> None:
    _move(output, pending.replacements)
    for path in filter(_is_manifest, pending.removals):
        remove_file(place(output, path))
    if durable:
        sync_directories(output, [RELEASES])
    for path in pending.removals:
        remove_file(place(output, path))
    prune_directories(output, pending.removals)
    _write_history(output, pending.release, durable)
    if durable:
        touched = directories_above((*(move.path for move in pending.replacements), *pending.removals))
        sync_directories(output, [RELEASES, *touched])
    clear_staging(output)
    remove_file(place(output, PENDING))
    if durable:
        sync_directories(output, [""])


def _is_manifest(path: str) -> bool:
    """Whether this is the manifest of a release, which may not be there without the files that it names."""
    return path.startswith(f"{RELEASES}/")


def _undo(output: str, pending: Pending) -> None:
    added = [*(move.path for move in pending.additions), *pending.tree]
    for path in added:
        remove_file(place(output, path))
    prune_directories(output, [*added, *(move.path for move in pending.replacements)])


def _move_tree(output: str) -> None:
    """Gives public/ its place, if it has not got it yet."""
    staged = place(output, f"{STAGING}/{PUBLIC}")
    if os.path.isdir(staged):
        os.rename(staged, place(output, PUBLIC))


def _move(output: str, moves: Iterable[Move]) -> None:
    there = set(_names_in(place(output, STAGING)))
    due = [move for move in moves if move.staged.rpartition("/")[2] in there]
    directories = {move.path.rpartition("/")[0] for move in due} - {""}
    for directory in sorted(directories | {PUBLIC}):
        make_directory(place(output, directory))
    root = place(output, "")
    for move in due:
        os.replace(root + move.staged, root + written_as_utf8(move.path))


def _write_history(output: str, last: str | None, durable: bool) -> None:
    order = history.releases_in_order(output)
    if last in order:
        order.remove(last)
        order.append(last)
    if order == history.recorded(output):
        return
    staged = place(output, f"{STAGING}/history")
    make_directory(place(output, STAGING))
    remove_file(staged)
    write_new(staged, [history.history_bytes(order)], durable=durable)
    os.replace(staged, place(output, HISTORY))


def _names_in(directory: str) -> list[str]:
    try:
        return sorted(os.listdir(directory))
    except FileNotFoundError:
        return []
