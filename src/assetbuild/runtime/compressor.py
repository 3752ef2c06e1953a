"""What a block of django-compressor's tag {% compress %} means where a build has made everything already.

The elements of a block fall into groups: style sheets that follow one another with the same `media`, scripts with the
same of `async` and `defer`. The bundle of a group is named by what it is made of, so that both the importer, which
reads templates, and a page, which has rendered one, come to the same name. Where a block has another content than any
that was imported, its parts are printed one by one.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from html.parser import HTMLParser
from urllib.parse import unquote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

KINDS: Final = ("css", "js")
MODES: Final = ("file", "inline", "preload")
OUTPUT_DIRECTORY: Final = "CACHE"
ASSET: Final = "asset:"

# https://mimesniff.spec.whatwg.org/#javascript-mime-type
_SCRIPTS: Final = frozenset(
    f"{first}/{second}"
    for first in ("application", "text")
    for second in ("ecmascript", "javascript", "x-ecmascript", "x-javascript", "jscript", "livescript")
)
SASS: Final = {"text/x-scss": "scss", "text/scss": "scss", "text/x-sass": "sass", "text/sass": "sass"}
"""By media type, the extension of style sheets that the build compiles."""
_TYPES: Final = {"css": frozenset({"", "text/css", *SASS}), "js": frozenset({"", *_SCRIPTS})}
_FINGERPRINT: Final = re.compile(r"-[0-9a-f]{16}(?=\.[^/]*\Z|\Z)")
_URL_END: Final = "[^\\s\"'`()<>\\\\]*"


class Element:
    """A script, link or style of a block: `text` is what stands in it (None for a link), `markup` all of it."""

    __slots__ = ("attributes", "line", "markup", "tag", "text")

    def __init__(self, tag: str, attributes: dict[str, str | None], markup: str, line: int) -> None:
        self.tag = tag
        self.attributes = attributes
        self.markup = markup
        self.line = line
        self.text: str | None = None if tag == "link" else ""

    @property
    def type(self) -> str:
        """The media type that is written, in lower case, without parameters; "" for none."""
        return (self.attributes.get("type") or "").partition(";")[0].strip().lower()

    @property
    def url(self) -> str | None:
        """What `href` or `src` names, None where there is none."""
        if self.tag == "style":
            return None
        return self.attributes.get("href" if self.tag == "link" else "src")


class Group:
    """Elements that are one bundle. `parts` say what it is made of; None for an element that cannot be in a bundle,
    which is then the only one."""

    __slots__ = ("elements", "key", "parts")

    def __init__(self, key: str | None, elements: list[Element], parts: list[Part] | None) -> None:
        self.key = key
        self.elements = elements
        self.parts = parts


class Part:
    """A file, by its logical path `name`; or, where that is None, the `text` of an element of a media type."""

    __slots__ = ("name", "text", "type")

    def __init__(self, name: str | None, text: str = "", type: str = "") -> None:  # noqa: A002  HTML's word
        self.name = name
        self.text = text
        self.type = type


class Names:
    """What URLs mean: `base_urls` are those that assets may be below, `logical` gives the logical path of what is found
    there, decoded (for what is no asset, the same)."""

    __slots__ = ("_base_urls", "_logical", "_urls")

    def __init__(self, base_urls: Iterable[str], logical: Callable[[str], str]) -> None:
        # The longest first: one may begin as another does.
        self._base_urls = sorted(filter(None, set(base_urls)), key=len, reverse=True)
        self._logical = logical
        spelled = "|".join(map(re.escape, self._base_urls))
        self._urls = re.compile(f"(?<![\\w.:/-])(?:{spelled}){_URL_END}") if spelled else None

    def name(self, url: str) -> str | None:
        """The logical path that a URL means; None for one of others."""
        for base_url in self._base_urls:
            if url.startswith(base_url) and (base_url.startswith("//") or not url.startswith("//")):
                path = unquote(url[len(base_url) :].partition("#")[0].partition("?")[0])
                return self._logical(path) or None
        return None

    def in_text(self, text: str) -> str:
        """A text in which URLs of ours are `asset:` and logical path, whatever base URL and fingerprints are."""
        return self._urls.sub(self._named, text) if self._urls is not None else text

    def urls(self, text: str) -> Iterator[re.Match[str]]:
        """The URLs of ours in a text."""
        return self._urls.finditer(text) if self._urls is not None else iter(())

    def _named(self, found: re.Match[str]) -> str:
        url = found[0]
        end = min((at for at in (url.find("?"), url.find("#")) if at >= 0), default=len(url))
        name = self.name(url[:end])
        return url if name is None else ASSET + name + url[end:]


def elements_of(markup: str, kind: str) -> list[Element]:
    """The elements of a kind ("css", "js") in a text of HTML, without those in comments, and links that are none to a
    style sheet."""
    reading = _Elements(kind)
    reading.feed(markup)
    reading.close()
    return [one for one in reading.found if one.tag != "link" or _is_style_sheet(one)]


def groups_of(elements: Iterable[Element], kind: str, names: Names) -> list[Group]:
    """The groups in their order."""
    groups: list[Group] = []
    for element in elements:
        part = _part(element, kind, names)
        key = _key(element, kind)
        last = groups[-1] if groups else None
        if part is None:
            groups.append(Group(key, [element], None))
        elif last is not None and last.parts is not None and last.key == key:
            last.elements.append(element)
            last.parts.append(part)
        else:
            groups.append(Group(key, [element], [part]))
    return groups


def bundle_path(directory: str, kind: str, name: str | None, parts: Sequence[Part]) -> str:
    """The logical path of the bundle of these parts: "CACHE/js/NAME.0123456789ab.js", NAME "output" if there is none.

    `directory` is COMPRESS_OUTPUT_DIR, `name` that of the block as the tag has it.
    """
    said = [[part.name] if part.name is not None else [SASS.get(part.type, kind), part.text] for part in parts]
    digest = hashlib.sha256(json.dumps([kind, said]).encode()).hexdigest()[:12]
    stem = re.sub(r"[^\w.-]+", "-", (name or "").strip("\"'").rpartition("/")[2]).rpartition(".")
    shown = (stem[0] or stem[2]).strip("-.") or "output"
    return "/".join(filter(None, (directory.strip("/"), kind, f"{shown}.{digest}.{kind}")))


def text_name(part: Part, kind: str) -> str:
    """The name of the file with an element's text, by its digest: "0123456789abcdef.js"."""
    extension = SASS.get(part.type, kind)
    return f"{hashlib.sha256(part.text.encode()).hexdigest()[:16]}.{extension}"


def without_fingerprint(path: str) -> str:
    """The logical path that a published name of this form may be of."""
    return _FINGERPRINT.sub("", path)


class _Elements(HTMLParser):
    def __init__(self, kind: str) -> None:
        super().__init__(convert_charrefs=False)
        self._kind = kind
        self._open: Element | None = None
        self.found: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in (("link", "style") if self._kind == "css" else ("script",)):
            return
        attributes: dict[str, str | None] = {}
        for name, value in attrs:
            attributes.setdefault(name, value)
        element = Element(tag, attributes, self.get_starttag_text() or "", self.getpos()[0])
        self.found.append(element)
        self._open = None if tag == "link" else element

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            assert self._open.text is not None
            self._open.text += data
            self._open.markup += data

    # In these elements character references are text, which some versions of the parser tell apart.
    def handle_charref(self, name: str) -> None:
        self.handle_data(f"&#{name};")

    def handle_entityref(self, name: str) -> None:
        self.handle_data(f"&{name};")

    def handle_endtag(self, tag: str) -> None:
        if self._open is not None and self._open.tag == tag:
            self._open.markup += f"</{tag}>"
            self._open = None


def _is_style_sheet(link: Element) -> bool:
    return (link.attributes.get("rel") or "").strip().lower() == "stylesheet"


def _key(element: Element, kind: str) -> str | None:
    """What elements of one group have in common."""
    if kind == "css":
        return element.attributes.get("media")
    return next((name for name in ("async", "defer") if name in element.attributes), "")


def _part(element: Element, kind: str, names: Names) -> Part | None:
    """None for modules, data, scripts for old browsers, and what other hosts have."""
    if element.type not in _TYPES[kind] or "nomodule" in element.attributes:
        return None
    if element.tag == "link" or "src" in element.attributes:
        name = names.name((element.url or "").strip())
        return None if name is None else Part(name)
    text = (element.text or "").replace("\r\n", "\n").strip()
    return Part(None, names.in_text(text), element.type)
