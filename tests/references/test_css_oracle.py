"""The finder against tinycss2, an independent reading of CSS Syntax, on the style sheets at hand."""

from __future__ import annotations

import importlib.util
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest
import tinycss2
from hypothesis import given
from hypothesis import strategies as st

from assetbuild.references import css
from assetbuild.references.css_import import URL_FUNCTIONS
from references.corpus import SHEETS, corpus, files, tell

LAYERS = re.compile(r"\s*[a-z]+(\.[a-z]+)*(\s*,\s*[a-z]+(\.[a-z]+)*)*\s*")
IMAGE_SETS = ("image-set", "-webkit-image-set")
EXPLAINED: dict[str, str] = {}
"""Why a file differs, by its path below node_modules."""


def walk(nodes: Iterable[object], strings: str = "none") -> Iterable[str]:
    """The URLs in component values; `strings` tells which strings directly in them are URLs."""
    prelude = False
    for node in nodes:
        kind = getattr(node, "type", "")
        if kind in ("whitespace", "comment"):
            continue
        if kind == "at-keyword" and strings == "none":
            prelude = True
        elif kind == "{} block" or node == ";":
            prelude = False
        if not prelude:
            yield from one(node, strings)
        elif kind == "{} block":
            yield from walk(node.content)
        strings = "none" if strings == "first" else strings


def one(node: object, strings: str) -> Iterable[str]:
    kind = getattr(node, "type", "")
    if kind == "url" or (kind == "string" and strings != "none"):
        yield node.value
    elif kind == "function":
        name = node.lower_name
        inner = "all" if name in IMAGE_SETS else "first" if name in URL_FUNCTIONS else "none"
        inherited = strings if name in ("var", "env") and strings == "all" else inner
        yield from walk(node.arguments, inherited)
    elif kind.endswith("block"):
        yield from walk(node.content)


def by_tinycss2(data: bytes) -> list[str]:
    text = data.decode("utf-8", "replace").removeprefix("\ufeff")
    urls: list[str] = []
    leading, importing = True, False
    for rule in tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True):
        if rule.type == "at-rule":
            name, statement = rule.lower_at_keyword, rule.content is None
            if leading and name == "import" and statement:
                addresses = [address for node in rule.prelude[:2] for address in imported(node)][:1]
                urls += addresses
                importing = importing or bool(addresses)
            # `@import` with a block is no valid rule, and so does not end the zone where imports count; nor does
            # `@layer` without a name. A valid layer statement ends it only after an import.
            elif name == "layer" and statement:
                leading = leading and not (importing and LAYERS.fullmatch(tinycss2.serialize(rule.prelude)))
            elif name not in ("import", "charset"):
                leading = False
        elif rule.type == "qualified-rule":
            leading = False
            urls += walk(rule.prelude)
        urls += walk(getattr(rule, "content", None) or [])
    return [url for url in urls if url.strip() and not url.lower().startswith("data:")]


def imported(node: object) -> Iterable[str]:
    if node.type in ("string", "url"):
        yield node.value
    elif node.type == "function":
        yield from one(node, "none")


def by_us(data: bytes) -> list[str]:
    return [found.written for found in css.find(data) if found.kind != "source-map"]


def rewritten(data: bytes) -> bytes:
    for found in reversed(css.find(data)):
        data = data[: found.start] + css.write(data, found.start, found.stop, found.written) + data[found.stop :]
    return data


def sheets_at_hand() -> list[Path]:
    roots = [importlib.util.find_spec(name) for name in ("django", "hypothesis", "coverage", "webassets", "jinja2")]
    folders = [Path(spec.origin).parent for spec in roots if spec and spec.origin]
    return sorted(file for folder in folders for file in folder.rglob("*.css"))


def agree(files: Iterable[Path]) -> int:
    count = 0
    for file in files:
        data = file.read_bytes()
        ours = by_us(data)
        assert ours == by_tinycss2(data), file
        assert rewritten(data) == data, file
        count += len(ours)
    return count


def test_the_sheets_of_installed_packages_have_the_references_tinycss2_sees() -> None:
    agree(sheets_at_hand())


values = st.lists(
    st.sampled_from(
        [
            "url(a.png)", "url( 'b c' )", "URL(\\61 b)", "url(a b)", "\\75rl(x)",
            "image-set('a' 1x, url(b) 2x type('c'))",
            "src('d' e)", "var(--x, url(e))", "image-set(var(--x, 'f'))", "'g'", "(", ")", "[", "]", "1px", "#url(h)",
            "/* url(i) */",
            "x(url(j))", "-webkit-image-set(\"k\" 1x)", "url(data:,x)", "url()", "url('')", "é", "\\", "\n", "\r\n",
            "url(\"l\\\nm\"n)",
        ]
    ),
    max_size=8,
)  # fmt: skip
rules = st.lists(
    st.one_of(
        values.map(lambda value: "a{b:" + " ".join(value) + "}"),
        values.map(lambda value: "@media (a:b){&:c{--x:" + " ".join(value) + ";}}"),
        st.sampled_from(
            [
                "@import 'a';",
                "@import url(b) x;",
                "@layer a;",
                "@layer;",
                "@layer a.b, c;",
                "@layer 1;",
                "@import;",
                "@import '';",
                "@namespace url(x);",
                "<!--",
                "-->",
                "@import 'c'",
            ]
        ),
    ),
    max_size=5,
).map("".join)


@given(rules)
def test_generated_sheets_have_the_references_tinycss2_sees(sheet: str) -> None:
    assert by_us(sheet.encode()) == by_tinycss2(sheet.encode())


@pytest.mark.long
def test_published_sheets_have_the_references_tinycss2_sees(
    pytestconfig: pytest.Config, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = corpus(pytestconfig)
    counts = Counter(files=0, bytes=0, references=0, differences=0)
    found = set()
    for file in files(folder, SHEETS):
        data = file.read_bytes()
        ours = by_us(data)
        counts += Counter(files=1, bytes=len(data), references=len(ours))
        if ours != by_tinycss2(data) or rewritten(data) != data:
            found.add(file.relative_to(folder / "node_modules").as_posix())
    tell(capsys, "CSS", counts | {"differences": len(found)})
    assert counts["files"] >= 600
    assert found == EXPLAINED.keys()
