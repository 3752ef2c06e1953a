"""Checks a release as one who knows only its contract: no code of the product is used here.

    python tests/crawler.py build/release

prints what was counted and every fault found; the exit code is 1 if there is one.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import posixpath
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from crawler_formulas import HEX, SUFFIXES, TYPES, decoded, files_of, fingerprint_in, is_below, release_id
from crawler_references import Said, references

Entry = Mapping[str, Any]

HOST = "https://release.invalid"


@dataclass(slots=True)
class Report:
    """Faults, each naming its file or asset, and counts of what was looked at."""

    faults: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def count(self, what: str, number: int = 1) -> None:
        self.counts[what] = self.counts.get(what, 0) + number

    def fault(self, where: str, what: str) -> None:
        self.faults.append(f"{where}: {what}")


def crawl(release: Path | str, external: Sequence[str] = ()) -> Report:
    """Everything that is wrong with the release in a directory.

    `external` are globs on references as written that need not resolve.
    """
    crawler = _Crawler(Path(release), tuple(external))
    crawler.run()
    return crawler.report


class _Crawler:
    def __init__(self, release: Path, external: tuple[str, ...]) -> None:
        self.release = release
        self.public = release / "public"
        self.external = external
        self.report = Report()
        self.assets: Mapping[str, Entry] = {}
        self.names: dict[str, str] = {}
        self.data: dict[str, bytes] = {}
        self.base = HOST + "/"
        self.importmap: Mapping[str, Any] = {}

    def run(self) -> None:
        manifest = self._manifest(self.release / "manifest.json")
        if manifest is None:
            return
        self.assets = manifest["assets"]
        self.names = {entry["file"]: name for name, entry in self.assets.items()}
        self.base = urljoin(HOST, manifest["base_url"])
        self.importmap = manifest.get("importmap", {})
        if len(self.names) != len(self.assets):
            self.report.fault("manifest.json", "two assets share a file")
        for name, entry in self.assets.items():
            self._asset(name, entry)
        for name, entry in self.assets.items():
            if name in self.data:
                self._fingerprint(name, entry)
                self._references(name, entry, manifest["base_url"])
        self._importmap()
        self._rest_of_the_directory(manifest)

    def _manifest(self, file: Path) -> dict[str, Any] | None:
        where = file.relative_to(self.release).as_posix()

        def ordered(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
            keys = [key for key, _ in pairs]
            if keys != sorted(set(keys)):
                self.report.fault(where, f"keys unsorted or repeated: {', '.join(keys[:5])}")
            return dict(pairs)

        try:
            manifest = json.loads(file.read_bytes().decode(), object_pairs_hook=ordered)
        except (OSError, ValueError) as error:
            self.report.fault(where, f"unreadable: {error}")
            return None
        if not isinstance(manifest, dict) or manifest.get("schema") != 1:
            self.report.fault(where, "no manifest of schema 1")
            return None
        missing = [key for key in ("release", "base_url", "assets") if key not in manifest]
        if missing:
            self.report.fault(where, f"lacks {', '.join(missing)}")
            return None
        for name, entry in manifest["assets"].items():
            lacking = [key for key in ("file", "type", "size", "integrity") if key not in entry]
            if lacking or not is_below(entry["file"]):
                self.report.fault(where, f"'{name}' has no right {lacking[0] if lacking else 'file'}")
                return None
        if manifest["release"] != release_id(manifest):
            self.report.fault(where, f"the release id is not {release_id(manifest)}")
        return manifest

    def _asset(self, name: str, entry: Entry) -> None:
        self.report.count("assets")
        data = self._read(name, entry)
        if data is None:
            return
        self.data[name] = data
        integrity = "sha384-" + base64.b64encode(hashlib.sha384(data).digest()).decode()
        if entry["integrity"] != integrity:
            self.report.fault(name, "the integrity is not that of the file")
        extension = posixpath.splitext(name)[1].lower()
        kind = entry["type"].split(";")[0]
        if kind not in TYPES.get(extension, {kind}) or not re.fullmatch(r"[a-z]+/[\w.+-]+", kind):
            self.report.fault(name, f"the type {entry['type']} does not fit")
        for role in ("imports", "dynamicImports", "assets", "cycle"):
            listed = entry.get(role, [])
            if listed != sorted(set(listed)):
                self.report.fault(name, f"{role} is unsorted or repeats a name")
            for other in listed:
                if other not in self.assets:
                    self.report.fault(name, f"{role} names '{other}', which is no asset")
        for encoding, variant in entry.get("encodings", {}).items():
            self._encoding(name, entry, encoding, variant)

    def _read(self, name: str, record: Entry) -> bytes | None:
        try:
            data: bytes = (self.public / record["file"]).read_bytes()
        except OSError:
            self.report.fault(name, f"the file {record['file']} is missing")
            return None
        self.report.count("files")
        self.report.count("bytes", len(data))
        if record["size"] != len(data):
            self.report.fault(name, f"{record['file']} has {len(data)} bytes, not {record['size']}")
        return data

    def _encoding(self, name: str, entry: Entry, encoding: str, variant: Entry) -> None:
        self.report.count("encodings")
        if variant["file"] != entry["file"] + SUFFIXES.get(encoding, "?"):
            self.report.fault(name, f"{encoding} has the file name {variant['file']}")
        data = self._read(name, variant)
        if data is None:
            return
        try:
            plain = decoded(encoding, data)
        except Exception as error:  # noqa: BLE001 - three libraries, each with its own errors
            self.report.fault(name, f"{encoding} does not decode: {error}")
            return
        if plain != self.data[name]:
            self.report.fault(name, f"{encoding} decodes to other bytes")
        if len(data) > 0.95 * len(plain):
            self.report.fault(name, f"{encoding} saves less than 5 %: {len(data)} of {len(plain)} bytes")
        if encoding == "gzip" and data[4:8] != bytes(4):
            self.report.fault(name, "gzip carries a time")

    def _fingerprint(self, name: str, entry: Entry) -> None:
        written = fingerprint_in(name, entry["file"])
        if not entry.get("immutable"):
            if entry["file"] != name:
                self.report.fault(name, f"not immutable, yet served as {entry['file']}")
            return
        if written is None:
            if entry["file"] != name:
                self.report.fault(name, f"the file name {entry['file']} is not made of it")
            else:
                self.report.count("prehashed")
            return
        self.report.count("fingerprints")
        cycle = entry.get("cycle")
        if not cycle:
            right = hashlib.sha256(self.data[name]).hexdigest()[:HEX]
        elif name not in cycle or any(self.assets.get(member, {}).get("cycle") != cycle for member in cycle):
            self.report.fault(name, "the members of its cycle do not agree")
            return
        elif any(member not in self.data for member in cycle):
            return
        else:
            self.report.count("in cycles")
            right = self._fingerprint_in_cycle(name, cycle)
        if written != right:
            self.report.fault(name, f"the fingerprint {written} should be {right}")

    def _fingerprint_in_cycle(self, name: str, cycle: Sequence[str]) -> str:
        marks = [fingerprint_in(member, self.assets[member]["file"]) for member in cycle]
        together = hashlib.sha256()
        for member in sorted(cycle):
            data = self.data[member]
            for mark in marks:
                data = data.replace(mark.encode(), b"0" * HEX) if mark else data
            together.update(len(data).to_bytes(8, "big") + data)
        return hashlib.sha256(together.digest() + name.encode()).hexdigest()[:HEX]

    def _references(self, name: str, entry: Entry, base_url: str) -> None:
        kind = entry["type"].split(";")[0]
        found = references(kind, self.data[name], base_url if entry.get("bound") else None)
        if entry.get("bound") and not any(said.kind == "bound" for said in found):
            self.report.fault(name, f"bound, yet nothing in it starts with {base_url}")
        for said in found:
            if any(fnmatchcase(said.url, pattern) for pattern in self.external):
                continue
            target = self._target(name, entry, said)
            if target is not None:
                self.report.count("references")
                self._listed(name, entry, said, target)

    def _target(self, name: str, entry: Entry, said: Said) -> str | None:
        """The logical path that a browser would get; None for what is not ours, or a fault."""
        url = re.sub(r"[\t\n\r]", "", said.url.strip()).replace("\\", "/")
        scripted = entry["type"].startswith("text/javascript") and said.kind in ("import", "dynamic-import")
        resolved = urljoin(self.base + entry["file"], url)
        if scripted and (mapped := self._mapped(entry, said.url, resolved)) is not None:
            return mapped
        if url.startswith("asset:"):
            self.report.fault(name, f"'{said.url}' was not replaced")
            return None
        rooted = url.startswith("/")
        if re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//", url) and not resolved.startswith(self.base):
            return None
        if not url or url.startswith("#") or (scripted and not re.match(r"\.{0,2}/|[a-z]+:", url)):
            return None
        if not resolved.startswith(self.base):
            if not rooted:
                self.report.fault(name, f"'{said.url}' leads out of the release")
            return None
        file = unquote(urlsplit(resolved[len(self.base) :]).path)
        if not file or file.endswith("/"):
            return None
        if file in self.names:
            return self.names[file]
        if rooted and self.base == HOST + "/":
            return None
        there = "is not named by the manifest" if (self.public / file).is_file() else "does not exist"
        self.report.fault(name, f"'{said.url}' leads to {file}, which {there}")
        return None

    def _mapped(self, entry: Entry, specifier: str, resolved: str) -> str | None:
        """What the import map makes of a specifier; its keys may be bare, or paths from the base URL."""
        scopes = self.importmap.get("scopes", {})
        own = [scopes[scope] for scope in sorted(scopes, reverse=True) if entry["file"].startswith(scope.strip("./"))]
        for table in (*own, self.importmap.get("imports", {})):
            for key, target in table.items():
                if key == specifier or urljoin(self.base, key) == resolved:
                    return str(target)
        return None

    def _listed(self, name: str, entry: Entry, said: Said, target: str) -> None:
        listed = {role: set(entry.get(role, [])) for role in ("imports", "dynamicImports", "assets")}
        roles = {"import": ("imports",), "dynamic-import": ("dynamicImports",)}.get(said.kind, tuple(listed))
        if target != name and said.kind != "source-map" and not any(target in listed[role] for role in roles):
            self.report.fault(name, f"refers to '{target}', which is not among its {' or '.join(roles)}")

    def _importmap(self) -> None:
        tables = [self.importmap.get("imports", {}), *self.importmap.get("scopes", {}).values()]
        for table in tables:
            for specifier, target in table.items():
                if target not in self.assets and not target.endswith("/"):
                    self.report.fault("importmap", f"'{specifier}' leads to '{target}', which is no asset")

    def _rest_of_the_directory(self, manifest: Mapping[str, Any]) -> None:
        kept = self.release / "releases" / f"{manifest['release']}.json"
        if not kept.is_file():
            self.report.fault(f"releases/{kept.name}", "the copy of this manifest is missing")
        elif kept.read_bytes() != (self.release / "manifest.json").read_bytes():
            self.report.fault(f"releases/{kept.name}", "is not the same as manifest.json")
        named = set(files_of(manifest))
        self._history({path.stem for path in (self.release / "releases").glob("*.json")})
        for file in sorted((self.release / "releases").glob("*")):
            if file.name == "history":
                continue
            earlier = self._manifest(file)
            if earlier is not None and earlier["release"] != manifest["release"]:
                self._earlier(file, earlier)
                named.update(files_of(earlier))
        for path in sorted(self.public.rglob("*")):
            name = path.relative_to(self.public).as_posix()
            if path.is_file() and name not in named:
                self.report.fault(f"public/{name}", "no kept manifest names it")
        foreign = {entry["file"].partition("/")[0] for entry in manifest.get("manifests", {}).values()}
        known = {"manifest.json", "public", "private", "releases", ".lock", ".pending", *foreign}
        for path in sorted(self.release.iterdir()):
            if path.name not in known:
                self.report.fault(path.name, "does not belong into a release")

    def _history(self, kept: set[str]) -> None:
        """releases/history gives the ids in their order; releases that were cleaned away may still stand there."""
        path = self.release / "releases/history"
        listed = set(path.read_text("ascii").split()) if path.is_file() else kept
        for release in sorted(kept - listed):
            self.report.fault("releases/history", f"lacks {release}")
        if (self.release / ".pending").exists():
            self.report.fault(".pending", "a commit was cut off")

    def _earlier(self, file: Path, manifest: Mapping[str, Any]) -> None:
        self.report.count("earlier releases")
        where = f"releases/{file.name}"
        if file.name != f"{manifest['release']}.json":
            self.report.fault(where, "is not named after its release")
        for name, entry in manifest["assets"].items():
            if not entry.get("immutable"):
                continue
            path = self.public / entry["file"]
            digest = hashlib.sha384(path.read_bytes()).digest() if path.is_file() else b""
            if entry["integrity"] != "sha384-" + base64.b64encode(digest).decode():
                self.report.fault(where, f"{entry['file']} of '{name}' is missing or changed")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Check a release without any code of assetbuild.")
    parser.add_argument("release", type=Path)
    parser.add_argument("--external", action="append", default=[], metavar="GLOB", help="need not resolve")
    given = parser.parse_args(arguments)
    report = crawl(given.release, given.external)
    lines = [f"{what}: {number}" for what, number in sorted(report.counts.items())]
    lines += [f"fault: {fault}" for fault in report.faults]
    sys.stdout.write("\n".join([*lines, f"{len(report.faults)} faults"]) + "\n")
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
