"""django-assetpackager's database, as `manage.py dumpdata assetpackager` writes it (models Javascript, CSS and Asset).

Its tags merge all files of a site in their order (`:base`), or those that a tag names. Each list that a tag has named
is an Asset, whose name is that list, one file a line.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from assetbuild.dataclass import dataclass, field
from assetbuild.errors import Diagnostic, Severity, UsageError
from assetbuild.importers.json_records import Record, read_records
from assetbuild.importers.model import Imported, ImportedBundle, Item, Setting
from assetbuild.importers.nearest_file import nearest_file
from assetbuild.importers.project import Project
from assetbuild.runtime.packages import PACKAGED, several_name

_LABEL: Final = "assetpackager."
# By model: the field with the file, which is also the directory below MEDIA_ROOT that files are uploaded to.
_FILES: Final = {"javascript": ("javascript", "js"), "css": ("css", "css")}
_FIELDS: Final = {
    "javascript": {"javascript", "order", "site"},
    "css": {"css", "order", "site"},
    "asset": {"name", "_hash", "asset_type", "created_on", "site"},
}


@dataclass(frozen=True, slots=True)
class _File:
    """A row: `path` is relative to MEDIA_ROOT."""

    path: str
    order: int
    site: int
    record: Record


def read(project: Project) -> Imported:
    """The files and merged lists of a dump. Raises UsageError for what is no dump."""
    reading = _Reading(project)
    records = read_records(project)
    for record in records:
        reading.record(record)
    if not reading.files:
        hint = "write it with  manage.py dumpdata assetpackager --indent 2"
        raise UsageError(
            *reading.diagnostics, Diagnostic("there are no files of assetpackager in it", project.file, hint=hint)
        )
    if reading.others:
        text = f"records of other applications are passed over, {reading.others} of them"
        reading.diagnostics.append(Diagnostic(text, project.file, severity="notice"))
    media = reading.media_root()
    bundles = tuple(reading.bundles(media))
    text = f"'{media}' is taken for MEDIA_ROOT, since the files are in it; set base_url if it is served elsewhere"
    reading.diagnostics.append(Diagnostic(text, project.file, severity="notice"))
    alone = Setting(("publish_contents",), True, None, "they are public by themselves, too")
    stale = reading.stale(media)
    exclude = (
        [Setting(("exclude",), tuple(Item(one, None, "written by assetpackager") for one in stale))] if stale else []
    )
    return Imported((Item(media, None, "MEDIA_ROOT"),), (alone, *exclude), bundles, (), tuple(reading.diagnostics))


@dataclass(slots=True)
class _Reading:
    project: Project
    files: dict[str, list[_File]] = field(default_factory=dict)
    merged: list[tuple[str, tuple[str, ...], int, Record]] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    others: int = 0

    def say(
        self, record: Record, name: str, text: str, hint: str | None = None, severity: Severity = "warning"
    ) -> None:
        self.diagnostics.append(record.place(name).diagnostic(text, hint, severity))

    def record(self, record: Record) -> None:
        """One row of the dump."""
        model = record.model.lower()
        if not model.startswith(_LABEL):
            self.others += 1
            return
        name = model.removeprefix(_LABEL)
        if name not in _FIELDS:
            self.say(record, "model", f"there is no model '{record.model}'", "known are Javascript, CSS and Asset")
            return
        for extra in sorted(set(record.fields) - _FIELDS[name]):
            self.say(record, extra, f"unknown field '{extra}', left out")
        site = self._number(record, "site", 1)
        if name == "asset":
            self._asset(record, site)
            return
        column, kind = _FILES[name]
        path = self._text(record, column)
        if path:
            self.files.setdefault(kind, []).append(
                _File(path.lstrip("/"), self._number(record, "order", 0), site, record)
            )

    def _asset(self, record: Record, site: int) -> None:
        kind, names = self._text(record, "asset_type"), self._text(record, "name")
        if kind not in ("js", "css"):
            self.say(record, "asset_type", f"'{kind}' is neither 'js' nor 'css'", None, "error")
        elif names:
            self.merged.append((kind, tuple(names.split("\n")), site, record))

    def _text(self, record: Record, name: str) -> str:
        value = record.fields.get(name)
        if isinstance(value, str) and value.strip():
            return value
        if name not in record.fields or value in ("", None):
            self.say(record, name, f"'{name}' is missing", None, "error")
        else:
            self.say(record, name, f"'{name}' must be a text", None, "error")
        return ""

    def _number(self, record: Record, name: str, default: int) -> int:
        value: Any = record.fields.get(name, default)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if value is not None:
            self.say(record, name, f"'{name}' must be a number", None, "error")
        return default

    def media_root(self) -> str:
        """The directory below which most of the files are; the nearest to the root of those that have as many."""
        wanted = [file.path for files in self.files.values() for file in files]
        there = self.project.files()
        found: dict[str, int] = {}
        for path in wanted:
            for file in there:
                if file.endswith(f"/{path}"):
                    directory = file.removesuffix(f"/{path}")
                    found[directory] = found.get(directory, 0) + 1
        if not found:
            text = "none of its files is in a directory of this project"
            raise UsageError(Diagnostic(text, self.project.file, hint="run it where the directory MEDIA_ROOT is below"))
        return min(found, key=lambda one: (-found[one], one.count("/"), one))

    def stale(self, media: str) -> list[str]:
        """The merged files that the tags have left in MEDIA_ROOT."""
        listed = {file.path for files in self.files.values() for file in files}
        made = re.compile(r"(js|css)/base(?:_\d+(?:\.\d+)?)?\.\1")
        below = (file.removeprefix(f"{media}/") for file in self.project.files(media))
        return [file for file in below if made.fullmatch(file) and file not in listed]

    def bundles(self, media: str) -> Iterator[ImportedBundle]:
        """For each site its base, then the lists that tags have named."""
        first = min(file.site for files in self.files.values() for file in files)
        made: dict[str, Record] = {}
        for kind, files in self.files.items():
            for site in sorted({file.site for file in files}):
                rows = sorted(
                    (file for file in files if file.site == site), key=lambda one: (one.order, one.record.key)
                )
                lead = kind if site == first else f"{kind}/site-{site}"
                path = f"{lead}/base{PACKAGED}.{kind}"
                if site != first:
                    text = f"the files of site {site} are '{path}': ':base' is what site {first} has"
                    self.say(rows[0].record, "site", text, f"name them 'site-{site}/base' in its templates")
                made[path] = rows[0].record
                yield from self._bundle(path, kind, rows, media, rows[0].record)
                yield from self._named(kind, site, lead, rows, media, made)

    def _named(
        self, kind: str, site: int, lead: str, rows: Sequence[_File], media: str, made: dict[str, Record]
    ) -> Iterator[ImportedBundle]:
        for _, names, _, record in (one for one in self.merged if one[0] == kind and one[2] == site):
            chosen = [row for row in rows if row.path in names]
            for gone in sorted(set(names) - {row.path for row in rows}):
                self.say(record, "name", f"'{gone}' is no file of this site any more: left out")
            if not chosen or len(chosen) == len(rows):
                continue
            path = f"{lead}/{several_name([row.path.removeprefix(f'{kind}/') for row in chosen])}{PACKAGED}.{kind}"
            if path not in made:
                made[path] = record
                yield from self._bundle(path, kind, chosen, media, record)

    def _bundle(
        self, path: str, kind: str, rows: Sequence[_File], media: str, record: Record
    ) -> Iterator[ImportedBundle]:
        contents: dict[str, _File] = {}
        for row in rows:
            if not self.project.is_file(f"{media}/{row.path}"):
                near = nearest_file(f"{media}/{row.path}", self.project.files(media))
                hint = f"did you mean '{near}'?" if near else None
                self.say(row.record, kind_field(kind), f"there is no file '{media}/{row.path}'", hint, "error")
            elif row.path in contents:
                self.say(row.record, kind_field(kind), f"'{row.path}' is there twice: the first counts", None, "notice")
            else:
                contents[row.path] = row
        items = tuple(Item(_literal(one), row.record.place(kind_field(kind))) for one, row in contents.items())
        if items:
            yield ImportedBundle(path, items, None, record.place(), "", tuple(contents))


def kind_field(kind: str) -> str:
    """The field that holds the file, for "js" or "css"."""
    return next(column for column, directory in _FILES.values() if directory == kind)


def _literal(path: str) -> str:
    return "".join(f"[{character}]" if character in "*?[" else character for character in posixpath.normpath(path))
