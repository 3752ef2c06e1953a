"""The configuration: read, or refused at a place that is there."""

from __future__ import annotations

import os
import tempfile
import tomllib
import unicodedata
from collections.abc import Iterator
from typing import Any

from assetbuild.config import check_config
from assetbuild.config.keys import KEYS
from assetbuild.config.toml_places import read_places
from assetbuild.errors import UsageError
from targets.telling import check_told

HOME = tempfile.TemporaryDirectory(prefix="assetbuild-fuzz-")
os.mkdir(os.path.join(HOME.name, "assets"))
FILE = os.path.join(HOME.name, "assetbuild.toml")

SEEDS = (
    b'sources = ["assets"]\n[bundles."js/app.js"]\ncontents = ["js/*.js"]\n[[rules]]\nmatch = "a/**"\nminify = false\n',
    b"sources = [{path = 'assets', prefix = 'x'}]\nencodings = [\n 'br', # c\n]\nsass.precision = 1_0\n[sass]\n",
    b'sources = ["assets"]\ncontext = {a = 1979-05-27T07:32:00Z, b = """\nx""", "c.d" = inf}\nbase_url = "//x"\n',
)
WORDS = (
    *(f"{key.name.replace('*', 'x')} = ".encode() for key in KEYS),
    *b'sources = ["assets"]\n|[[rules]]\n|[sass]\n|"""|\'\'\'|\'|"|[|]|{|}|,|=|.|#'
    b"|\\u0000|\\U0010ffff|\n|true|1979-05-27|"
    b"0x1|1e9|nan|../|/|**|*.js|[!|C:\\|\x00|\xc3\xa9|e\xcc\x81".split(b"|"),
)


def target(data: bytes) -> None:
    text = data.decode("utf-8", "replace").replace("\r\n", "\n")
    try:
        check_config(text, FILE)
    except UsageError as error:
        told = error.diagnostics
    else:
        told = ()
    check_told(told)
    lines = text.split("\n")
    for one in told:
        assert one.file == "assetbuild.toml"
        if one.line is not None:
            assert 1 <= one.line <= len(lines)
            assert 1 <= (one.column or 1) <= len(lines[one.line - 1]) + 1
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError):
        return
    places = read_places(text).keys
    for path in keys(document, ()):
        assert path in places, path


def keys(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    """The paths of all keys in a document, of which names count in normal form."""
    if isinstance(value, dict):
        for name, inner in value.items():
            below = (*path, unicodedata.normalize("NFC", name))
            yield below
            yield from keys(inner, below)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from keys(inner, (*path, index))
