"""The releases before the one to be committed: what they promise about names, and what only they need."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

from assetbuild.errors import Diagnostic
from assetbuild.release.disk import is_there, read_if_there
from assetbuild.release.document import Wanted
from assetbuild.release.history import recorded
from assetbuild.release.layout import MANIFEST, manifest_copy, place
from assetbuild.release.named import Document, NamedFile, files_named, kept_documents, read_document
from assetbuild.release.renames import renamed


class Earlier:
    """The former release (manifest.json as it stands) and those kept, without the one to be committed, which has
    the bytes `manifest`, the id `release`, and the content that `document` gives.

    A large project has many and large manifests: those kept are read only if a question needs them. `part` is what the
    former release has of the assets that are committed, if all others stay as they are, and the bytes of its manifest;
    there is no other manifest under the id to be committed then.
    Whatever reads raises OSError.
    """

    def __init__(
        self,
        output: str,
        manifest: bytes,
        release: str,
        document: Callable[[], Document],
        part: tuple[bytes, Document] | None = None,
    ) -> None:
        self._output = output
        self._release = release
        self._document = document
        self.damage: str | None = None
        self._is_part = part is not None
        self._former: Document | None = None
        if part is not None:
            self.data: bytes | None = part[0]
            self._former = part[1]
            return
        from assetbuild.runtime.manifest import ManifestError

        self.data = read_if_there(place(output, MANIFEST))
        try:
            if self.data == manifest:
                self._former = document()
            elif self.data is not None:
                self._former = read_document(self.data, MANIFEST)
        except ManifestError as error:
            self.damage = str(error)

    def renamed(self) -> dict[str, tuple[str, ...]]:
        """What the former release has under other names, as `renames.renamed`."""
        return renamed(self._former, self._document()) if self._former else {}

    @cached_property
    def former(self) -> dict[str, NamedFile]:
        """The files of the former release by path, none if there is none."""
        return {named.path: named for named in files_named(self._former)} if self._former else {}

    @cached_property
    def _kept(self) -> tuple[dict[str, Document], dict[str, str]]:
        documents, damaged = kept_documents(self._output)
        documents.pop(self._release, None)
        damaged.pop(self._release, None)
        return documents, damaged

    @cached_property
    def _replaced(self) -> Document:
        """The manifest kept under the id of the release to be committed, empty if there is none to read."""
        if self._is_part:
            return {}
        from assetbuild.runtime.manifest import ManifestError

        data = read_if_there(place(self._output, manifest_copy(self._release)))
        try:
            return read_document(data, MANIFEST) if data is not None else {}
        except ManifestError:
            return {}

    @cached_property
    def _promised(self) -> dict[str, tuple[str, NamedFile]]:
        """Names that stand for their bytes in a release kept, with the id of that release."""
        return {
            named.path: (release, named)
            for release, document in self._kept[0].items()
            for named in files_named(document)
            if named.immutable
        }

    def needs_care(self, missing: Iterable[Wanted], differing: Iterable[tuple[Wanted, str]]) -> bool:
        """Whether what is to be written may touch a promise: always so, but for new names and mutable ones."""
        return any(file.path in self.former for file in missing if file.fixed) or any(
            file.fixed or file.path not in self.former or self.former[file.path].immutable for file, _ in differing
        )

    def was_mutable(self, path: str) -> bool:
        """Whether the former release has this name as a mutable one, and none kept as a fixed one."""
        named = self.former.get(path)
        return named is not None and not named.immutable and path not in self._promised

    def broken_promise(self, file: Wanted) -> Diagnostic | None:
        """The error, if an earlier release has the name of this file for other bytes."""
        release, named = self._promised.get(file.path, (None, self.former.get(file.path)))
        if named is None or not named.immutable or file.variant or named.integrity in (None, file.integrity):
            return None
        whose = f"release {release[:16]}…" if release else "the former release"
        return Diagnostic(
            f"{place(self._output, file.path)}: {whose} has this name for other bytes, and promised them for ever",
            hint="give the source a new name whenever its bytes change, or remove the whole release directory",
        )

    def resized(self, variants: Iterable[Wanted]) -> Iterator[tuple[str, bytes]]:
        """Manifests kept that give another size for these variants: (path, the bytes with the new size)."""
        sizes = {file.path: file.content.size for file in variants}
        for release, document in self._kept[0].items():
            stale = [
                named
                for named in files_named(document)
                if named.encoding and named.immutable and sizes.get(named.path, named.size) != named.size
            ]
            for named in stale:
                document["assets"][named.asset]["encodings"][named.encoding]["size"] = sizes[named.path]
            if stale:
                from assetbuild.runtime.manifest import dump_manifest

                yield manifest_copy(release), dump_manifest(document)

    def orphans(self, wanted: Iterable[str]) -> list[str]:
        """Paths that lose their last release by this commit, sorted: mutable ones, and of the former ones the
        fixed ones that no manifest kept names. If one of those is damaged, nobody knows: the fixed ones stay.
        """
        lost = [named for named in self._leaving() if named.path not in wanted]
        if not lost:
            return []
        unsure = bool(self._kept[1])
        return sorted(
            {
                named.path
                for named in lost
                if named.path not in self._promised
                and not (named.immutable and unsure)
                and is_there(place(self._output, named.path))
            }
        )

    def _leaving(self) -> Iterator[NamedFile]:
        stays = (
            self._former is not None
            and self._former["release"] != self._release
            and is_there(place(self._output, manifest_copy(self._former["release"])))
        )
        yield from (named for named in self.former.values() if not (stays and named.immutable))
        # The same release may have been made before with other variants or private files: its manifest is replaced.
        yield from (named for named in files_named(self._replaced) if named.immutable)
        last = recorded(self._output)[-1:]
        if last and (self._former is None or last != [self._former["release"]]):
            # Somebody put another manifest in place by hand: mutable files of any release may stand there.
            for document in self._kept[0].values():
                yield from (named for named in files_named(document) if not named.immutable)
