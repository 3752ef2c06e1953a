"""The one writer of an imported `assetbuild.toml`."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping

from assetbuild.dataclass import dataclass, field
from assetbuild.importers.model import Imported, ImportedBundle, ImportedRule, Item, Place, Setting, Value

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_UNPLAIN = re.compile(r"[^\x20-\x7e]")
_UNSHOWN = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class Written:
    """TOML text, and for its lines (from 1) where what they say comes from."""

    text: str
    places: Mapping[int, Place]


def write(imported: Imported, heading: str) -> Written:
    """The text of an assetbuild.toml. `heading` is a line for its top. The order is that of the old file."""
    page = _Page()
    page.line(f"# {_comment(heading)}")
    page.line()
    page.entry("sources", imported.sources)
    for setting in imported.settings:
        if len(setting.key) == 1:
            _setting(page, setting)
    for table, settings in _by_table(imported.settings).items():
        page.line()
        page.line(f"[{_dotted(table)}]")
        for setting in settings:
            _setting(page, setting)
    for bundle in imported.bundles:
        _bundle(page, bundle)
    for rule in imported.rules:
        _rule(page, rule)
    return Written("\n".join(page.lines) + "\n", page.places)


@dataclass(slots=True)
class _Page:
    lines: list[str] = field(default_factory=list)
    places: dict[int, Place] = field(default_factory=dict)

    def line(self, text: str = "", place: Place | None = None) -> None:
        self.lines.append(text)
        if place is not None:
            self.places[len(self.lines)] = place

    def remark(self, place: Place | None, why: str) -> None:
        """A line of comment for what follows."""
        words = ": ".join(part for part in (str(place) if place else "", why) if part)
        if words:
            self.line(f"# {_comment(words)}", place)

    def entry(self, key: str, value: Value | tuple[Item, ...], place: Place | None = None) -> None:
        if not (isinstance(value, tuple) and value and all(isinstance(one, Item) for one in value)):
            self.line(f"{_name(key)} = {spelled(value)}", place)  # type: ignore[arg-type]
            return
        self.line(f"{_name(key)} = [", place)
        for item in value:
            assert isinstance(item, Item)
            words = ": ".join(part for part in (str(item.place) if item.place else "", item.why) if part)
            self.line(f"    {spelled(item.value)},{f'  # {_comment(words)}' if words else ''}", item.place or place)
        self.line("]", place)


def _setting(page: _Page, setting: Setting) -> None:
    page.remark(setting.place, setting.why)
    page.entry(setting.key[-1], setting.value, setting.place)


def _by_table(settings: Iterable[Setting]) -> dict[tuple[str, ...], list[Setting]]:
    tables: dict[tuple[str, ...], list[Setting]] = {}
    for setting in settings:
        if len(setting.key) > 1:
            tables.setdefault(setting.key[:-1], []).append(setting)
    return tables


def _bundle(page: _Page, bundle: ImportedBundle) -> None:
    page.line()
    page.remark(bundle.place, bundle.why)
    page.line(f"[{_dotted(('bundles', bundle.path))}]", bundle.place)
    page.entry("contents", bundle.contents, bundle.place)
    if bundle.filters is not None:
        page.entry("filters", list(bundle.filters), bundle.place)


def _rule(page: _Page, rule: ImportedRule) -> None:
    page.line()
    page.remark(rule.place, rule.why)
    page.line("[[rules]]", rule.place)
    page.entry("match", rule.match[0] if len(rule.match) == 1 else list(rule.match), rule.place)
    for key, value in rule.settings.items():
        page.entry(key, value, rule.place)


def spelled(value: Value) -> str:
    """A value as TOML, on one line."""
    if isinstance(value, str):
        # A JSON string is a basic string of TOML, but for the control characters from U+007F on.
        return _UNPLAIN.sub(_plain, json.dumps(value, ensure_ascii=False))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{_name(key)} = {spelled(one)}" for key, one in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    return f"[{', '.join(spelled(one) for one in value)}]"


def _dotted(names: Iterable[str]) -> str:
    return ".".join(map(_name, names))


def _name(name: str) -> str:
    return name if _BARE.fullmatch(name) else spelled(name)


def _plain(found: re.Match[str]) -> str:
    """The character as it is, or as an escape if it would be obeyed or hide what stands there: a turn of direction."""
    if unicodedata.category(found[0]) not in ("Cc", "Cf", "Zl", "Zp"):
        return found[0]
    code = ord(found[0])
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _comment(text: str) -> str:
    return _UNPLAIN.sub(_plain, _UNSHOWN.sub(" ", text)).encode("utf-8", "replace").decode()
