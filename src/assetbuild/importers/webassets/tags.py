"""Bundles that are written in templates: {% assets "a.js", "b.js", filters="rjsmin", output="packed.js" %}."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from assetbuild.dataclass import dataclass
from assetbuild.errors import Diagnostic
from assetbuild.importers.model import Place
from assetbuild.importers.project import Project
from assetbuild.importers.webassets.model import OldBundle, OldFilter, OldItem
from assetbuild.runtime.webassets import tag_name
from assetbuild.templates.assets_tags import AssetsTag, assets_tags
from assetbuild.templates.calls import Fault
from assetbuild.templates.files import EXTENSIONS
from assetbuild.templates.text import Text, text_of


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag as the bundle that webassets makes of it; `name` is what the tag at run time looks for first.

    `names` are what the tag lists, as it is written.
    """

    name: str
    bundle: OldBundle
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tags:
    tags: tuple[Tag, ...]
    diagnostics: tuple[Diagnostic, ...]


def read_tags(project: Project, registered: Mapping[str, OldBundle]) -> Tags:
    """The tags in all templates of the project. What is no name of a registered bundle is a file."""
    tags: list[Tag] = []
    diagnostics: list[Diagnostic] = []
    for file in project.files():
        text = _template(project, file)
        if text is None:
            continue
        for one in assets_tags(text.content):
            if isinstance(one, Fault):
                said = f"this template cannot be read, so that its bundles are not known: {one.text}"
                diagnostics.append(text.diagnostic(said, one.start, one.stop, severity="warning"))
            elif (why := _computed(one)) is not None:
                hint = "write the bundle in assetbuild.toml, under the output that the template gives it"
                said = f"the {why} of this tag are computed: left out" if why != "output" else _COMPUTED_OUTPUT
                diagnostics.append(text.diagnostic(said, one.start, one.start + 1, hint, "warning"))
            else:
                tags.append(_tag(one, text, registered))
    return Tags(tuple(tags), tuple(diagnostics))


_COMPUTED_OUTPUT = "the output of this tag is computed: left out"


def _template(project: Project, file: str) -> Text | None:
    """The text of a template that may have such tags."""
    if not file.lower().endswith(EXTENSIONS) or "/site-packages/" in file:
        return None
    try:
        with open(project.absolute(file), "rb") as stream:
            data = stream.read()
        if b"endassets" not in data:
            return None
        return text_of(data.decode(), file)
    except (OSError, UnicodeDecodeError):
        return None


def _computed(tag: AssetsTag) -> str | None:
    """What of a tag only the running template knows."""
    for what in ("names", "filters", "output", "depends"):
        if getattr(tag, what) is None:
            return what
    return None


def _tag(tag: AssetsTag, text: Text, registered: Mapping[str, OldBundle]) -> Tag:
    place = _place(text, tag.start, 1)
    contents = tuple(
        registered.get(one.text) or OldItem(one.text, _place(text, one.start, len(one.text))) for one in tag.names or ()
    )
    names = tuple(one.text for one in tag.names or ())
    filters = tuple(OldFilter(name, place) for name in _names(tag.filters or ""))
    depends = tuple(OldItem(one, place) for one in tag.depends or ())
    bundle = OldBundle("", place, contents, filters, tag.output or None, depends)
    return Tag(tag_name(names, tag.filters or "", tag.output), bundle, names)


def _names(filters: str) -> Iterator[str]:
    return (name.strip() for name in filters.split(",") if name.strip())


def _place(text: Text, start: int, length: int) -> Place:
    told = text.diagnostic("", start, start + length)
    return Place(text.file, told.line or 1, told.column or 1, told.length or 1, told.source or "")
