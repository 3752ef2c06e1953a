"""django-compressor: its settings, and the blocks {% compress %} of the project's templates as bundles.

Bundles are named as the tag at run time names them (runtime/compressor.py): by what is in the block.
"""

from __future__ import annotations

import difflib
import posixpath
import re
from collections.abc import Iterator, Sequence
from typing import Final

from assetbuild.dataclass import dataclass, field, replace
from assetbuild.errors import Severity, UsageError
from assetbuild.importers.compressor_settings import CompressorSettings, contexts_of, read_compressor
from assetbuild.importers.django_settings import Settings, read_settings
from assetbuild.importers.django_sources import (
    StaticFiles,
    TemplateDirectory,
    apps,
    base_url,
    static_files,
    template_directories,
)
from assetbuild.importers.model import Generated, Imported, ImportedBundle, Item, Place, Setting
from assetbuild.importers.nearest_file import nearest_file
from assetbuild.importers.project import Project
from assetbuild.importers.template_blocks import MARK, MOST, Found, Library, blocks_of
from assetbuild.importers.template_nodes import Template, TemplateFault, read_template
from assetbuild.references import css
from assetbuild.references.urls import ASSET_SCHEME, encode
from assetbuild.runtime.compressor import (
    KINDS,
    MODES,
    SASS,
    Element,
    Group,
    Names,
    Part,
    bundle_path,
    elements_of,
    groups_of,
    text_name,
)

INLINE: Final = "assetbuild_inline"
"""The directory, and prefix, of the texts that stand in blocks."""
_ENDS: Final = (".html", ".htm", ".djhtml", ".jinja", ".jinja2", ".j2", ".txt", ".xml", ".xhtml")
_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
_SEKIZAI: Final = "compressor.contrib.sekizai"
_OTHERS: Final = {"css": re.compile(r"<(script)\b", re.IGNORECASE), "js": re.compile(r"<(link|style)\b", re.IGNORECASE)}


def read(project: Project) -> Imported:
    """The configuration of a project with django-compressor. `project.file` is its settings module.

    Raises UsageError for settings that cannot be read.
    """
    settings = read_settings(project, ("COMPRESS",))
    installed = apps(settings)
    static = static_files(settings, installed)
    compressor = read_compressor(settings)
    urls = list(base_url(settings, "COMPRESS_URL", "STATIC_URL"))
    static_urls = [str(one.value) for one in base_url(settings, "STATIC_URL")] or ["/static/"]
    library, templates = _templates(settings, template_directories(settings, installed))
    names = Names((*static_urls, *(str(one.value) for one in urls)), lambda path: path)
    reading = _Reading(settings, static, compressor, static_urls[0], names)
    for template in templates:
        reading.template(template, library)
    if not reading.bundles and not any(one.severity == "error" for one in settings.diagnostics):
        text = "no block {% compress %} is found in the templates of this project"
        settings.say(settings.place("TEMPLATES"), text, "TEMPLATES says where they are: DIRS, APP_DIRS")
    why = "pages may name them by themselves, and blocks do whose content no import has seen"
    found = [*urls, Setting(("publish_contents",), True, None, why)]
    sources = list(static.sources)
    generated = None
    if reading.texts:
        hidden = Item(f"{INLINE}/**", None, "texts of templates: parts of bundles only")
        found.append(Setting(("exclude",), (hidden,)))
        value = {"path": INLINE, "prefix": INLINE}
        sources.append(Item(value, None, "what stands in blocks between <script> or <style> and its end"))
        generated = Generated(INLINE, reading.texts)
    return Imported(
        tuple(sources),
        (*found, *compressor.settings),
        tuple(reading.bundles.values()),
        tuple(compressor.rules),
        tuple(dict.fromkeys(settings.diagnostics)),
        generated=generated,
    )


def _templates(settings: Settings, directories: Sequence[TemplateDirectory]) -> tuple[Library, list[Template]]:
    """All templates that can be read, and those that count: the first of each name."""
    library = Library()
    found: list[Template] = []
    for directory in directories:
        for file in settings.project.files(directory.directory):
            name = posixpath.relpath(file, directory.directory)
            if not file.endswith(_ENDS) or library.get(name, directory.jinja) is not None:
                continue
            template = _template(settings, file, directory.jinja)
            if template is not None:
                library.add(name, template)
                found.append(template)
    return library, found


def _template(settings: Settings, file: str, jinja: bool) -> Template | None:
    try:
        text = settings.project.text(file)
    except UsageError as error:
        for one in error.diagnostics:
            settings.say(Place(file, one.line or 1), f"the template is passed over: {one.text}")
        return None
    if _SEKIZAI in text:
        line = text[: text.index(_SEKIZAI)].count("\n") + 1
        hint = "write {% compress %} around {% render_block %}: blocks print their parts one by one then"
        settings.say(Place(file, line), f"'{_SEKIZAI}' is not carried over", hint)
    try:
        return read_template(file, text, jinja)
    except TemplateFault as fault:
        lines = text.split("\n")
        place = Place(file, fault.line, 1, 1, lines[fault.line - 1] if fault.line <= len(lines) else "")
        severity: Severity = "warning" if "compress" in text else "notice"
        settings.say(place, f"the template is passed over: {fault.text}", None, severity)
        return None


@dataclass(slots=True)
class _Reading:
    settings: Settings
    static: StaticFiles
    compressor: CompressorSettings
    static_url: str
    names: Names
    bundles: dict[str, ImportedBundle] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)

    def template(self, template: Template, library: Library) -> None:
        """Every block of a page that is made of this template."""
        if "compress" not in "\n".join(template.lines) and template.parent is None and not _includes(template):
            return
        for context in contexts_of(self.compressor):
            for found in blocks_of(template, library, context, self.static_url):
                self.block(found, library)

    def block(self, found: Found, library: Library) -> None:
        kind, mode, name = (*found.block.words, *("", "file", None)[len(found.block.words) :])[:3]
        found = replace(found, template=_template_of(found, library))
        place = found.template.place(found.block.line)
        if kind not in KINDS or mode not in MODES or len(found.block.words) > 3:
            words = " ".join(found.block.words)
            self.settings.say(place, f"'compress {words}' is left out: css or js, then file, inline or preload", None)
            return
        if not found.whole:
            text = f"more than {MOST} texts can come of this block: those beyond are printed part by part"
            self.settings.say(place, text, "fewer conditions in one block mean fewer bundles")
        for markup in found.markups:
            self.markup(markup, kind, mode, name, place, found)

    def markup(self, markup: str, kind: str, mode: str, name: str | None, place: Place, found: Found) -> None:
        """One text that a block can come to."""
        elements = elements_of(markup, kind)
        if others := sorted({other[1].lower() for other in _OTHERS[kind].finditer(_COMMENT.sub("", markup))}):
            text = f"<{'> and <'.join(others)}> in a block of {kind} is left out of the page, as django-compressor does"
            self.settings.say(place, text, "put it outside of the block")
        rest = _COMMENT.sub("", markup)
        for element in elements:
            rest = rest.replace(element.markup, "", 1)
        if MARK in rest:
            self._unknown(place, found, "the block is printed part by part")
            return
        for group in groups_of(elements, kind, self.names):
            if any(map(_is_unknown, group.elements)):
                self._unknown(place, found, "what is with it in one file is printed part by part")
            elif group.parts is None:
                self._alone(group.elements[0], kind, place, found)
            else:
                path = bundle_path(self.compressor.directory, kind, name, group.parts)
                if path not in self.bundles:
                    self.bundle(path, kind, group, place, found)

    def bundle(self, path: str, kind: str, group: Group, place: Place, found: Found) -> None:
        assert group.parts is not None
        names: list[str] = []
        texts: dict[str, str] = {}
        faulty = False
        for part, element in zip(group.parts, group.elements, strict=True):
            at = _place_of(part.name, found, place) if part.name is not None else place
            if part.name is None:
                one = f"{INLINE}/{text_name(part, kind)}"
                text = self._text(element, kind)
                if text is None:
                    what = "a style in a block names a file relative to the page: it is printed by itself"
                    self.settings.say(place, what, "name it from the root, or by {% static %}")
                    return
                texts[posixpath.basename(one)] = text
                names.append(one)
            elif part.name not in self.static.files:
                self._missing(part.name, at)
                faulty = True
            else:
                names.append(part.name)
        if faulty or not names:
            return
        self.texts.update(texts)
        self.bundles[path] = self._imported(path, kind, names, group.parts, place, found)

    def _imported(
        self, path: str, kind: str, names: list[str], parts: Sequence[Part], place: Place, found: Found
    ) -> ImportedBundle:
        # Of a style sheet that comes twice the last counts, of a script the first.
        ordered = list(dict.fromkeys(reversed(names)))[::-1] if kind == "css" else list(dict.fromkeys(names))
        for twice in sorted({one for one in names if names.count(one) > 1}):
            severity: Severity = "notice" if kind == "css" else "warning"
            which = "the last" if kind == "css" else "the first"
            at = _place_of(twice, found, place)
            self.settings.say(at, f"'{twice}' is there twice: {which} counts", None, severity)
        places = {part.name: _place_of(part.name, found, place) for part in parts if part.name is not None}
        items = tuple(Item(_literal(one), places.get(one, place)) for one in ordered)
        return ImportedBundle(path, items, None, place, "", tuple(ordered))

    def _text(self, element: Element, kind: str) -> str | None:
        """The text of an element as a source: URLs of our files by `asset:`. None if it names others relatively."""
        text = (element.text or "").replace("\r\n", "\n").strip()
        pieces, done = [], 0
        for url in self.names.urls(text):
            name = self.names.name(url[0])
            around = text[url.start() - 1 : url.start()] + text[url.end() : url.end() + 1]
            if name in self.static.files and (kind == "css" or around in ('""', "''")):
                end = min((at for at in (url[0].find("?"), url[0].find("#")) if at >= 0), default=len(url[0]))
                pieces += [text[done : url.start()], ASSET_SCHEME, encode(name or ""), url[0][end:]]
                done = url.end()
        text = "".join((*pieces, text[done:])) + "\n"
        if kind == "css" and element.type not in SASS:
            for one in css.find(text.encode()):
                if not re.match(r"[a-z][a-z0-9+.-]*:|/|#", one.written, re.IGNORECASE):
                    return None
        return text

    def _missing(self, name: str, place: Place) -> None:
        near = nearest_file(name, list(self.static.files)) or next(
            iter(difflib.get_close_matches(name, list(self.static.files), 1, 0.75)), None
        )
        hint = f"did you mean '{near}'?" if near else "static files are looked for in STATICFILES_DIRS and in apps"
        for setting in ("COMPRESS_ROOT", "STATIC_ROOT"):
            root = self.settings.names.get(setting)
            below = self.settings.project.below_root(root.text) if root is not None and root.text else None
            if below is not None and self.settings.project.is_file(f"{below}/{name}"):
                hint = f"it is in {setting} only: put it into a directory of static files"
                break
        self.settings.say(place, f"there is no static file '{name}'", hint, "error")

    def _alone(self, element: Element, kind: str, place: Place, found: Found) -> None:
        if element.type in self.compressor.foreign:
            text = f"'{element.type}' is not compiled: the page has it as it stands"
            self.settings.say(place, text, self.compressor.foreign[element.type])
        elif element.type == "module" or "nomodule" in element.attributes:
            what = "a module" if element.type == "module" else "a script for old browsers"
            text = f"{what} cannot be in one file with other scripts: it is printed by itself"
            self.settings.say(_place_of(element.url, found, place), text, None, "notice")
        elif element.url is not None:
            text = f"'{element.url}' is not below '{self.static_url}': it is printed by itself, and parts the block"
            self.settings.say(_place_of(element.url, found, place), text)
        else:
            text = f"an element of type '{element.type}' is no {'style sheet' if kind == 'css' else 'script'} here"
            self.settings.say(place, f"{text}: it is printed by itself")

    def _unknown(self, place: Place, found: Found, what: str) -> None:
        known = ", ".join(found.unknown[:4]) or "a value"
        text = f"only a running page knows {known}: {what}"
        self.settings.say(place, text, "COMPRESS_OFFLINE_CONTEXT can say which values there are")


def _template_of(found: Found, library: Library) -> Template:
    """The template that a block stands in: that of the page, or one that it extends or includes."""
    every = (*library.django.values(), *library.jinja.values())
    return next((one for one in every if one.file == found.block.file), found.template)


def _includes(template: Template) -> bool:
    return any("include" in line for line in template.lines)


def _is_unknown(element: Element) -> bool:
    asked = (element.type, element.url, element.attributes.get("media"), element.attributes.get("rel"), element.text)
    return any(MARK in value for value in asked if value) or any(MARK in name for name in element.attributes)


def _place_of(name: str | None, found: Found, place: Place) -> Place:
    """The line of the block's template that names a file; the block itself if none does."""
    template = found.template
    if not name:
        return place
    last = posixpath.basename(name)
    for number, line in _from(template.lines, found.block.line):
        at = line.find(name) if name in line else line.find(last)
        if at >= 0:
            length = len(name) if name in line else len(last)
            return Place(template.file, number, at + 1, length, line)
        if "endcompress" in line:
            break
    return place


def _from(lines: Sequence[str], start: int) -> Iterator[tuple[int, str]]:
    return ((number, line) for number, line in enumerate(lines, 1) if number >= start)


def _literal(path: str) -> str:
    return "".join(f"[{character}]" if character in "*?[" else character for character in path)
