"""Which language a template is in, by its name and by what stands in it."""

from __future__ import annotations

import re
from typing import Literal

from assetbuild.templates.calls import HELPERS, Fault, Found
from assetbuild.templates.django import find_in_django
from assetbuild.templates.jinja import find_in_jinja

Engine = Literal["auto", "jinja2", "django"]
ENGINES: tuple[Engine, ...] = ("auto", "jinja2", "django")

_JINJA_NAMES = (".jinja", ".jinja2", ".j2")
_DJANGO_NAMES = (".djhtml",)
# Where Django looks for the templates of its Jinja2 backend.
_JINJA_DIRECTORY = "jinja2"

_LOAD = re.compile(r"\{%\s*load\s")
_HELPERS = "|".join(HELPERS)
_HELPER_CALLED = re.compile(rf"\{{[{{%][^{{}}]*\b(?:{_HELPERS})\s*\(")
_DJANGO_TAG = re.compile(
    r"\{%\s*(?:csrf_token|url|comment|verbatim|regroup|cycle|resetcycle|firstof|ifchanged|widthratio|templatetag|empty"
    r"|blocktrans|blocktranslate|translate|get_static_prefix|get_media_prefix|querystring|lorem|ifequal|ifnotequal"
    rf"|localize|localtime|{_HELPERS})\b"
)
# None of them is Jinja2: arguments of filters, lookups by number, names of blocks and options of tags like these.
_DJANGO_SYNTAX = re.compile(
    r"\{[{%][^{}]*(?:\|\w+:\S|\.\d)"
    r"|\{%\s*block\s+\w+-"
    r"|\{%\s*include\b[^{}]*\s(?:with\s+\w+=|only\b)"
    r"|\{%\s*for\b[^{}]*\sreversed\s*%\}"
)
_DELIMITERS = ("{{", "{%", "{#")


def find_calls(content: str, file: str, engine: Engine, flask_static: bool) -> list[Found]:
    """What names assets in a template. `file` is a POSIX path. Raises UsageError where its engine is not installed."""
    if not any(delimiter in content for delimiter in _DELIMITERS):
        return []
    language = engine if engine != "auto" else evident_engine(content, file)
    if language == "django":
        return find_in_django(content)
    found = find_in_jinja(content, flask_static)
    if language == "auto" and _DJANGO_SYNTAX.search(content) and any(isinstance(one, Fault) for one in found):
        return find_in_django(content)
    return found


def evident_engine(content: str, file: str) -> Engine:
    """The language of a template; "auto" if nothing tells. What its name says goes before what stands in it."""
    *directories, name = file.lower().split("/")
    if name.endswith(_DJANGO_NAMES):
        return "django"
    if name.endswith(_JINJA_NAMES) or _JINJA_DIRECTORY in directories:
        return "jinja2"
    if _LOAD.search(content):
        return "django"
    # Django's language has no parentheses; Jinja2 may be taught tags that are named like Django's.
    if _HELPER_CALLED.search(content):
        return "jinja2"
    return "django" if _DJANGO_TAG.search(content) else "auto"
