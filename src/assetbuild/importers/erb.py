"""Assets in ERB: those whose tags only name other assets become Jinja2 templates; of the others, each tag is told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from assetbuild.dataclass import dataclass, field
from assetbuild.errors import Diagnostic
from assetbuild.importers.model import Place
from assetbuild.importers.project import Project

_TAG = re.compile(r"<%(?P<mark>[=#%-]?)(?P<code>.*?)(?P<trim>-?)%>(?P<end>\n?)", re.DOTALL)
_HELPER = re.compile(
    r"\s*(?P<name>(?P<kind>asset|image|font|video|audio|javascript|stylesheet)_(?P<gives>path|url)|asset_data_ur[il])"
    r"(?:\s*\(\s*|\s+)(?P<quote>[\"'])(?P<path>[^\"'\\\n]*+)(?P=quote)\s*\)?\s*\Z"
)
# What Rails leaves as it is: URLs and rooted paths.
_NOT_AN_ASSET = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|/|\Z|[?#]")
_JINJA = re.compile(r"\{\{|\{%|\{#")
_EXTENSIONS: Final[Mapping[str, str]] = {"javascript": ".js", "stylesheet": ".css"}
_ENDS: Final = (".css.erb", ".scss.erb", ".sass.erb", ".js.erb")


@dataclass(slots=True)
class Converted:
    """`files`: the text of a template by the file it belongs into, relative to the project."""

    files: dict[str, str] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)


def erb_files(project: Project, files: Iterable[str], published: str | None = None) -> Converted:
    """The ERB files among `files` (relative to the project). `published` says what becomes of one if nobody acts."""
    found = Converted()
    for file in sorted(files):
        if not file.endswith(".erb"):
            continue
        if published is not None:
            found.diagnostics.append(Place(file, 1).diagnostic(f"ERB is not run: {published}", severity="notice"))
            continue
        target = file.removesuffix(".erb") + ".jinja"
        text, problems = converted(file, project.text(file))
        if not file.endswith(_ENDS):
            hint = "write it out, or compile it before the build"
            found.diagnostics.append(Place(file, 1).diagnostic("ERB is not run, and nothing here compiles it", hint))
        elif problems:
            found.diagnostics += problems
        elif project.is_file(target):
            text = f"'{target}' is there already, and counts instead"
            found.diagnostics.append(Place(file, 1).diagnostic(text, "delete the .erb file", "notice"))
        else:
            found.files[target] = text
    return found


def converted(file: str, text: str) -> tuple[str, list[Diagnostic]]:
    """An ERB text as a Jinja2 template, and what stands in the way of that, tag by tag."""
    pieces: list[str] = []
    problems: list[Diagnostic] = []
    done = 0
    for tag in _TAG.finditer(text):
        before = text[done : tag.start()]
        pieces.append(before)
        if tag["mark"] == "#":
            pieces.append("" if tag["trim"] else tag["end"])
        else:
            call = _HELPER.match(tag["code"]) if tag["mark"] == "=" and not tag["trim"] else None
            if call is None or (call["quote"] == '"' and "#{" in call["path"]):
                problems.append(_place(file, text, tag.start(), tag.end("trim") + 2).diagnostic(*_NOT_A_NAME))
            elif file.endswith(".js.erb") and not _is_whole_string(text, tag):
                problems.append(_place(file, text, tag.start(), tag.end("trim") + 2).diagnostic(*_NOT_WHOLE))
            else:
                pieces.append(_call(call) + tag["end"])
        done = tag.end()
    pieces.append(text[done:])
    for clash in _JINJA.finditer(_TAG.sub(lambda tag: " " * len(tag[0]), text)):
        word = f"not converted: Jinja2 would read '{clash[0]}' as its own"
        problems.append(_place(file, text, clash.start(), clash.end()).diagnostic(word, "convert it by hand"))
    return "".join(pieces), problems


_NOT_A_NAME: Final = (
    "not converted: this tag does more than name an asset, and is not run",
    "write what it gives, or a Jinja2 template with `context`",
)
_NOT_WHOLE: Final = (
    "not converted: in a script the name of an asset has to be a whole string",
    "write a string that holds the tag alone",
)


def _call(call: re.Match[str]) -> str:
    path = call["path"]
    if _NOT_AN_ASSET.match(path):
        return path
    if call["name"].startswith("asset_data"):
        return f"{{{{ asset_data_url({_quoted(path)}) }}}}"
    extension = _EXTENSIONS.get(call["kind"], "")
    name, cut, suffix = re.match(r"([^?#]*)([?#]?)(.*)", path, re.DOTALL).groups()  # type: ignore[union-attr]
    if not name.endswith(extension):
        name += extension
    return f"{{{{ asset_url({_quoted(name + cut + suffix)}) }}}}"


def _quoted(path: str) -> str:
    return f"'{path}'" if "'" not in path else f'"{path}"'


def _is_whole_string(text: str, tag: re.Match[str]) -> bool:
    stop = tag.end("trim") + 2
    before, after = text[max(tag.start() - 1, 0) : tag.start()], text[stop : stop + 1]
    return before == after and before in ("'", '"')


def _place(file: str, text: str, start: int, stop: int) -> Place:
    begin = text.rfind("\n", 0, start) + 1
    end = text.find("\n", start)
    source = text[begin : end if end >= 0 else len(text)]
    length = max(min(stop, begin + len(source)) - start, 1)
    return Place(file, text.count("\n", 0, start) + 1, start - begin + 1, length, source)
