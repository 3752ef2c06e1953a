"""JavaScript templates (.jst) as scripts: each puts its template, under its name, into an object of the page.

    (function(){
    window.JST = window.JST || {};
    window.JST["users/list"] = _.template("<b>…</b>\\n");
    })();

The rules are those of Jammit, but for what it leaves undone: backslashes and every kind of line end are escaped.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from assetbuild import media
from assetbuild.compilers.base import Result, Tools
from assetbuild.errors import Diagnostic
from assetbuild.model import Asset, Content, Origin
from assetbuild.origins import diagnostic_at, line_and_column

NAMESPACE: Final = "window.JST"
# The small templates that Jammit has itself. They are compiled here, so that a page needs no right to evaluate text.
OWN_FUNCTION: Final = "template"
_TAG = re.compile(r"<%(=?)(.+?)%>", re.DOTALL)
_BOM = b"\xef\xbb\xbf"


def compile_jst(assets: tuple[Asset, ...], options: Mapping[str, Any], tools: Tools) -> Result:
    """One template as a script.

    Options: `name` (under which it is found), `namespace` (the object: a JavaScript expression that can be assigned
    to), `function` (a JavaScript expression for what makes a template of its text; "template": functions are made
    now; "": the text itself), `path` (logical, of the script). Line ends become "\\n".
    """
    asset = assets[0]
    data = asset.content.read()
    skipped = len(_BOM) if data.startswith(_BOM) else 0
    try:
        text = data[skipped:].decode().replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        origin = Origin(asset.file, skipped + error.start, 1)
        return Result((), (diagnostic_at(tools.world.root, origin, "the template is not UTF-8", "save it as UTF-8"),))
    function = options.get("function", OWN_FUNCTION)
    if function == OWN_FUNCTION:
        value, problem = _as_function(text), _unclosed(text, asset)
        if problem:
            return Result((), (problem,))
    else:
        value = f"{function}({quoted(text)})" if function else quoted(text)
    namespace = options.get("namespace", NAMESPACE)
    lines = (
        "(function(){",
        f"{namespace} = {namespace} || {{}};",
        f"{namespace}[{quoted(options['name'])}] = {value};",
        "})();",
    )
    made = Asset(options["path"], media.JAVASCRIPT, Content.of(("\n".join(lines) + "\n").encode()))
    return Result((made,), origins=lambda start, written: None)


def quoted(text: str) -> str:
    """A JavaScript string literal. Every character that may not stand in one, in any edition, is escaped."""
    return json.dumps(text, ensure_ascii=False).replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _as_function(text: str) -> str:
    """What Jammit's `template` would make of the text when the page runs: `<%= … %>` prints, `<% … %>` runs.

    Code stands on lines of its own, so that a line comment in it ends where it ends.
    """
    return (
        "function(obj){var __p=[],print=function(){__p.push.apply(__p,arguments);};with(obj||{}){\n"
        f"{''.join(_statements(text))}}}return __p.join('');}}"
    )


def _statements(text: str) -> Iterator[str]:
    done = 0
    for tag in _TAG.finditer(text):
        if tag.start() > done:
            yield f"__p.push({quoted(text[done : tag.start()])});\n"
        yield f"__p.push({tag[2]}\n);\n" if tag[1] else f"{tag[2]}\n"
        done = tag.end()
    if done < len(text):
        yield f"__p.push({quoted(text[done:])});\n"


def _unclosed(text: str, asset: Asset) -> Diagnostic | None:
    last = max((tag.end() for tag in _TAG.finditer(text)), default=0)
    start = text.find("<%", last)
    if start < 0:
        return None
    line, column = line_and_column(text.encode(), len(text[:start].encode()))
    source = text.split("\n")[line - 1]
    return Diagnostic("'<%' is not closed by '%>'", asset.file, line, column, 2, source)
