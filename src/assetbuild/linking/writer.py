"""Writes linked assets in order of dependency: final text, fingerprint, integrity; cycles together."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from typing import TYPE_CHECKING

from assetbuild.cache.memo import Memo
from assetbuild.dataclass import dataclass, field
from assetbuild.errors import Diagnostic, Severity
from assetbuild.events import Advanced, Listener
from assetbuild.integrity import integrity_of
from assetbuild.linking.order import components
from assetbuild.linking.resolve import Node, Rules
from assetbuild.linking.text import ZEROS, Edit, apply_edits, edits_of, renamed_sources, shifted_map
from assetbuild.linking.text import Names as Spelling
from assetbuild.model import Content, ContentChanged, Linked, Origin, Publication
from assetbuild.origins import diagnostic_at
from assetbuild.paths import fingerprinted_name
from assetbuild.references.urls import relative

if TYPE_CHECKING:
    from assetbuild.linking.map_sources import MapSources

_BATCH = 500


@dataclass(slots=True)
class Writer:
    """Writes the nodes in order of dependency; `done` holds those whose names are known, from the beginning or by now.

    `published` are all names, also of assets that are no nodes, for they were linked before. `memo` tells what became
    of the same text with the same names in it: then it is neither read nor hashed. `told` is what there is to say, each
    with the path of the asset.
    """

    nodes: Mapping[str, Node]
    published: Mapping[str, Publication]
    rules: Rules
    listener: Listener
    memo: Memo
    done: MutableMapping[str, Linked] = field(default_factory=dict)
    told: list[tuple[str, Diagnostic]] = field(default_factory=list)
    map_owners: dict[str, str] = field(default_factory=dict)
    map_sources: dict[str, MapSources] = field(default_factory=dict)

    def write(self, paths: Iterable[str]) -> list[Linked]:
        """Those of the nodes at these logical paths that could be written."""
        nodes = {path: node for path, node in self.nodes.items() if path not in self.done}
        for path, node in nodes.items():
            for reference in node.asset.references:
                # Whatever else somebody names as a map is none of which the columns could be moved.
                if reference.kind == "source-map" and reference.target in self.nodes and is_map(reference.target):
                    self.map_owners.setdefault(reference.target, path)
            if node.bound:
                self._warn_of_inlined(node)
        edges = self._edges(nodes)
        advanced = 0
        for members in components(_among_themselves(edges)):
            if not self._can_be_written(members, edges):
                continue  # what it needs has failed, and is reported
            try:
                if len(members) > 1 or members[0] in edges[members[0]]:
                    self._write_cycle(members)
                else:
                    self._write_single(members[0])
            except ContentChanged as error:
                text = "changed while it was read"
                self.told.append((members[0], Diagnostic(text, file=self._shown(error.file), hint="build again")))
            except OSError as error:
                text = f"cannot be read: {error.strerror}"
                self.told.append((members[0], Diagnostic(text, file=self.nodes[members[0]].asset.file)))
            advanced += len(members)
            if advanced >= _BATCH:
                self.listener(Advanced("link", advanced, members[0]))
                advanced = 0
        return [self.done[path] for path in paths if path in self.done]

    def _can_be_written(self, members: Sequence[str], edges: Mapping[str, Sequence[str]]) -> bool:
        done = self.done
        if len(members) == 1:
            return all(needed in done for needed in edges[members[0]] if needed != members[0])
        inside = set(members)
        return all(needed in done for path in members for needed in edges[path] if needed not in inside)

    def _warn_of_inlined(self, node: Node) -> None:
        """Nothing is relative to a data URL (RFC 3986, 5.1): what an inlined file refers to is out of its reach."""
        for bound in node.bound:
            if bound.reference.kind != "inline" or bound.target is None:
                continue
            for inner in self.nodes[bound.target].bound:
                if inner.target and inner.reference.kind not in ("inline", "bound", "source-map"):
                    text = f"'{bound.target}' is inlined, and cannot reach '{inner.target}' from there"
                    hint = "inline that too (asset-data:), or refer to the file"
                    self.told.append((node.asset.path, self._at(bound.reference.origin, text, hint, "warning")))

    def _edges(self, nodes: Mapping[str, Node]) -> dict[str, list[str]]:
        """What each of these nodes' names depends on."""
        edges = {path: self._needed(path, node) for path, node in nodes.items()}
        self.map_sources = {}
        if not any(map(is_map, nodes)):
            return edges
        from assetbuild.linking.map_sources import sources_of_maps, words_about

        self.map_sources = sources_of_maps(nodes, self.published, edges, self.rules.base_url)
        for path, sources in self.map_sources.items():
            self.told += [(path, words) for words in words_about(self.nodes[path], sources)]
            named = {one for one in sources.assets() if self.published[one] == "fingerprinted"}
            edges[path] = sorted({*edges[path], *named})
        return edges

    def _needed(self, path: str, node: Node) -> list[str]:
        """What has to be named before this node: all whose fingerprint its text will carry."""
        if not node.bound and path not in self.map_owners:
            return []
        needed = {
            bound.target
            for bound in node.bound
            if bound.target
            and not bound.stable
            and (self.published[bound.target] == "fingerprinted" or bound.reference.kind == "inline")
        }
        if path in self.map_owners:
            owner = self.nodes[self.map_owners[path]]
            needed |= {bound.target for bound in owner.bound if bound.target and bound.reference.kind == "inline"}
        return sorted(needed)

    def _write_single(self, path: str) -> None:
        node = self.nodes[path]
        signature = self._signature(path)
        known = self._remembered(path, signature)
        if known is not None:
            digest, size, integrity = known
            self._finish(path, node, self._made_again(path, digest, size), integrity, digest[:16], ())
            return
        content = self._text(path, frozenset())
        if content is not None:
            integrity = _integrity(content)
            self._remember(path, signature, content, integrity)
            self._finish(path, node, content, integrity, content.digest[:16], ())

    def _write_cycle(self, members: tuple[str, ...]) -> None:
        inside = frozenset(members)
        for path in members:
            for bound in self.nodes[path].bound:
                if bound.reference.kind == "inline" and bound.target in inside:
                    text = f"'{bound.target}' is inlined into itself"
                    self.told.append((path, self._at(bound.reference.origin, text)))
                    return
        together = hashlib.sha256()
        for path in members:
            content = self._text(path, inside)
            if content is None:
                return
            together.update(content.size.to_bytes(8, "big"))
            for piece in content.chunks():
                together.update(piece)
        fingerprints = {path: hashlib.sha256(together.digest() + path.encode()).hexdigest()[:16] for path in members}
        for path in members:
            content = self._text(path, frozenset(), fingerprints)
            if content is not None:
                self._finish(path, self.nodes[path], content, _integrity(content), fingerprints[path], members)

    def _signature(self, path: str) -> str | None:
        """A digest of all that the final text follows from; None for maps and prehashed texts, made each time."""
        node = self.nodes[path]
        digest = node.asset.content.digest
        if path in self.map_owners or path in self.map_sources:
            return None
        if not node.bound:
            return digest
        if node.publication == "prehashed":
            return None
        parts = [path, node.asset.type, digest]
        for bound in node.bound:
            reference, target = bound.reference, bound.target
            spelled = carried = ""
            if target is not None:
                spelled = target if bound.stable else self._file_of(target)
                carried = self.done[target].content.digest if reference.kind == "inline" else ""
            parts.append(
                f"{reference.start} {reference.stop} {reference.kind} {bound.stable} {carried} "
                f"{reference.written}\0{reference.suffix}\0{reference.target}\0{target}\0{spelled}"
            )
        return hashlib.sha256("\0\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()

    def _remembered(self, path: str, signature: str | None) -> tuple[str, int, str] | None:
        """Digest, size and integrity of the final text, if it was written before."""
        record = None if signature is None else self.memo.find(path, signature)
        if type(record) is not list or list(map(type, record)) != [str, int, str]:
            return None
        digest, size, integrity = record
        return digest, size, integrity

    def _remember(self, path: str, signature: str | None, content: Content, integrity: str) -> None:
        if signature is not None:
            self.memo.put(path, signature, [content.digest, content.size, integrity])

    def _made_again(self, path: str, digest: str, size: int) -> Content:
        """A final text whose digest is remembered: it is made only for who reads it."""
        content = self.nodes[path].asset.content
        if digest == content.digest:
            return content

        def make() -> bytes:
            made = self._text(path, frozenset())
            assert made is not None
            return made.read()

        return Content(digest, size, None, self.nodes[path].asset.file, make)

    def _text(self, path: str, zeros: frozenset[str], known: Mapping[str, str] = {}) -> Content | None:
        """The final text; the names of `zeros` with zeros for their fingerprints, those in `known` with these."""
        node = self.nodes[path]
        content = node.asset.content
        if path in self.map_owners or path in self.map_sources:
            return self._map_text(path, content)
        edits = self._edits(node, zeros, known)
        if not edits:
            return content
        if node.publication == "prehashed":
            if all(edit.text == b"" for edit in edits):
                return content
            self.told += [(path, change) for change in self._changes(path, node, edits)]
            return None
        return Content.of(apply_edits(content.read(), edits))

    def _map_text(self, path: str, content: Content) -> Content:
        """A source map: its columns moved as its script changes, its sources named as they are published."""
        if path in self.map_owners:
            owner = self.nodes[self.map_owners[path]]
            edits = self._edits(owner, frozenset(self.nodes), {})
            moving = [edit for edit in edits if edit.text or edit.start == edit.stop]
            content = shifted_map(owner.asset.content, moving, content) if moving else content
        sources = self.map_sources.get(path)
        if sources is None:
            return content
        spelled = {url: relative(path, self._file_of(one.path)) + one.suffix for url, one in sources.targets.items()}
        return renamed_sources(content, spelled | dict(sources.renamed))

    def _changes(self, path: str, node: Node, edits: Sequence[Edit]) -> list[Diagnostic]:
        """A diagnostic for each reference that would change a file whose name says that it never does."""
        starts = {edit.start for edit in edits if edit.text}
        return [
            self._at(
                bound.reference.origin,
                f"'{path}' is prehashed, and would have to change: '{bound.target}' is published under another name",
                "name that in `prehashed` or `unfingerprinted` too, or this in neither",
            )
            for bound in node.bound
            if bound.reference.start in starts
        ]

    def _at(self, origin: Origin, text: str, hint: str | None = None, severity: Severity = "error") -> Diagnostic:
        return diagnostic_at(self.rules.root, origin, text, hint, severity)

    def _edits(self, node: Node, zeros: frozenset[str], known: Mapping[str, str]) -> list[Edit]:
        def file_of(target: str) -> str:
            if self.published[target] != "fingerprinted":
                return target
            if target in zeros:
                return fingerprinted_name(target, ZEROS)
            return fingerprinted_name(target, known[target]) if target in known else self._file_of(target)

        return edits_of(node, Spelling(self.rules.base_url, file_of, self._data_url))

    def _file_of(self, target: str) -> str:
        """The name in the release; one that carries a fingerprint is written by now."""
        return self.done[target].file if self.published[target] == "fingerprinted" else target

    def _data_url(self, target: str) -> str:
        """RFC 2397, in base64."""
        linked = self.done[target]
        from base64 import b64encode

        return f"data:{linked.type};base64,{b64encode(linked.content.read()).decode()}"

    def _finish(
        self, path: str, node: Node, content: Content, integrity: str, fingerprint: str, cycle: tuple[str, ...]
    ) -> None:
        named = node.publication in ("fingerprinted", "private")
        file = fingerprinted_name(path, fingerprint) if named else path
        if not node.bound and path not in self.map_sources:
            self.done[path] = Linked(path, file, node.asset.type, content, integrity, node.publication, cycle=cycle)
            return
        kinds: dict[str, set[str]] = {"import": set(), "dynamic-import": set(), "asset": set()}
        for bound in node.bound:
            if bound.target and bound.reference.kind != "inline":
                kinds.setdefault(bound.reference.kind, kinds["asset"]).add(bound.target)
        if path in self.map_sources:
            kinds["asset"] |= self.map_sources[path].assets()
        self.done[path] = Linked(
            path,
            file,
            node.asset.type,
            content,
            integrity,
            node.publication,
            tuple(sorted(kinds["import"])),
            tuple(sorted(kinds["dynamic-import"])),
            tuple(sorted(kinds["asset"])),
            cycle,
            any(bound.reference.kind == "bound" for bound in node.bound),
        )

    def _shown(self, file: str) -> str:
        return next((node.asset.file for node in self.nodes.values() if node.asset.content.file == file), file)


def is_map(path: str) -> bool:
    """Whether a name is that of a source map, which is made with what names it."""
    return path.endswith(".map")


def _among_themselves(edges: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    """The edges without those that lead elsewhere, to what is linked already."""
    return {path: [one for one in needed if one in edges] if needed else needed for path, needed in edges.items()}


def _integrity(content: Content) -> str:
    """Subresource Integrity of the bytes served."""
    digest = hashlib.sha384(content.data or b"")
    if content.data is None:
        for piece in content.chunks():
            digest.update(piece)
    return integrity_of(digest.digest())
