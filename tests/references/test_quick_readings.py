"""The readings that take an expression for a whole sheet, or for the head of a module, against those by the grammar."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assetbuild.references import css, css_plain, javascript, javascript_readers
from assetbuild.references.css import find_thoroughly
from assetbuild.references.javascript_hints import SOURCE_MAP, hints
from references.corpus import SCRIPTS, SHEETS, corpus, files
from references.css_soups import soups

RULES = [
    ".a{b:url(i.png)}",
    ".a { b: URL( 'i.png' ) }",
    '.a{b:url("i.png?x#y")}',
    ".a{b:url(data:image/png;base64,AA==)}",
    ".a{b:url()}",
    ".a{b:url('')}",
    ".a{b:url(' ')}",
    ".a{b:url(asset-data:i.png)}",
    ".a{b:my-url(i.png)}",
    ".a{b:calc(1px*(2 + 3));c:var(--x, url(j.png))}",
    ".a{b:format('woff2') local(x)}",
    ".a{b:url(i.png",
    ".a{b:url('i.png'",
    "@media (min-width: 1px) and (x) {",
    "}",
    '@font-face{src:url(f.woff2) format("woff2")}',
    "@charset 'utf-8';",
    "@namespace x url(http://x);",
    "@import 'a.css';",
    "@supports (a: url(x)) {",
    "@layer a, b;",
    "@-moz-document url(x) {",
    ".a\\:b{c:url(i.png)}",
    ".\\31 0{c:url(i.png)}",
    ".\\31 url(i.png)",
    ".a\\:url(i.png)",
    ".a{content:'\\f000'}",
    ".a{content:'\\'url(x)'}",
    '.a{content:"\\a\n"}',
    "/* url(no.png) */",
    "/* open",
    "/*# sourceMappingURL=a.map */",
    "/*# sourceMappingURL=a b */",
    "/*@ sourceMappingURL=b.map*/",
    "/*# x */",
    "<!-- -->",
    "a>b",
    "a/b",
    "\ufeff",
    "é{b:url(é.png)}",
    "x url(i.png)",
    "#url(i.png)",
    "1url(i.png)",
    "-->url(i.png)",
    "@\\69mport 'x';",
    "@im\\70ort 'x';",
    "@ media{",
    "image-set('a' 1x)",
]
DECLARATIONS = [
    "import './a.js';",
    "import a from './a.js'\n",
    'import {a as b} from "./a.js";',
    "import * as c from './c.js';",
    "import a from './a.js'",
    'import { a, b as c } from "./a.js"',
    "import d from './import/d.js';",
    "import URL from 'asset:d.js'",
    "import e from './\u00e9.js' ",
    "export * from './d.js';",
    "export {e} from './e.js'",
    "export const f = 1;",
    "export function g() {}",
    "import h, {i} from './h.js'",
    "// import './no.js'\n",
    "/* import './no.js' */",
    ";",
    "\n",
    " ",
    "const x = import('./dynamic.js');",
    "import(x);",
    "new URL('u.png', import.meta.url);",
    "'asset:x.png';",
    "import 'asset:x.js';",
    "import {'asset:y' as z} from './z.js';",
    "x.import './no.js'",
    "a/b/import './no.js'",
    "`import './no.js'`",
    "`${import('./t.js')}`",
    "<!-- import './no.js'\n",
    "--> import './no.js'\n",
    "#!/usr/bin/env node\n",
    "\ufeff",
    "import './\\x61.js';",
    "import defer * as q from './q.js';",
    "import './j.json' with {type: 'json'};",
    "//# sourceMappingURL=x.map\n",
    "importScripts('w.js');",
    "import",
]


def thoroughly(data: bytes) -> list[object]:
    """What `javascript.find` gives, without the reading of heads."""
    found = {one.start: one for one in [javascript.last_line_map(data)] if one} if SOURCE_MAP in data else {}
    has_map = SOURCE_MAP in data and not found
    starts = hints(data)
    return (
        list(javascript_readers.find_thoroughly(data, starts, found, has_map))
        if starts or has_map
        else list(found.values())
    )


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_alone_is_read_as_by_the_grammar(rule: str) -> None:
    data = rule.encode()
    assert css_plain.find(data) in (None, find_thoroughly(data))


@settings(max_examples=300, deadline=None)
@given(st.one_of(soups, st.lists(st.sampled_from(RULES), max_size=8).map(lambda rules: "".join(rules).encode())))
def test_a_sheet_is_read_as_by_the_grammar_or_not_at_all(data: bytes) -> None:
    assert css_plain.find(data) in (None, find_thoroughly(data))
    assert css.find(data) == find_thoroughly(data)


def test_an_ordinary_sheet_needs_no_grammar() -> None:
    sheet = (
        b"@charset 'utf-8';/* x */@media (a){.a\\:b{c:url('i.png') calc(1 + (2));d:\"\\f000\"}}"
        b"/*# sourceMappingURL=a.map */"
    )
    found = css_plain.find(sheet)
    assert found is not None
    assert [one.written for one in found] == ["i.png", "a.map"]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(DECLARATIONS), max_size=7))
def test_the_head_of_a_module_is_read_as_by_the_grammar(lines: list[str]) -> None:
    data = "".join(lines).encode()
    assert javascript.find(data) == thoroughly(data)


PIECES = [
    "import",
    "export",
    " ",
    "\n",
    "\u00a0",
    "/**/",
    "a",
    "$b",
    "\u00e9",
    "\\u0061",
    "as",
    "from",
    "source",
    "defer",
]
PIECES += ["{", "}", ",", "*", "(", ".", "'x'", '"y"', "'\\x61'", "'\u00e9'", '"', "'", ";"]


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(["import", "export"]), st.lists(st.sampled_from(PIECES), max_size=14))
def test_what_the_expressions_for_plain_declarations_match_the_others_match_too(word: str, pieces: list[str]) -> None:
    data = (word + "".join(pieces)).encode()
    whole = javascript_readers._DECLARATIONS[data[0]].match(data)
    plain = javascript_readers._PLAIN_DECLARATIONS[data[0]].match(data)
    assert plain is None or (whole is not None and plain.span(1) == whole.span(1) and plain.end() == whole.end())
    read = javascript_readers.declaration(data, 0)
    assert (read and read.span(1)) == (whole and whole.span(1))


PLAIN_DECLARATIONS = [
    "import'x'",
    'import a from"x"',
    "import a,{b as c,d}from'x'",
    "import * as a from 'x'",
    "import defer * as a from 'x'",
    "import{\n  a,\n  b,\n}from'x'",
    "import {'s' as t} from 'x'",
    "export*from'x'",
    "export * as a from 'x'",
    "export {a as default, b} from 'x'",
    "export * as 's' from 'x'",
]


@pytest.mark.parametrize("text", PLAIN_DECLARATIONS)
def test_a_declaration_in_ascii_needs_no_other_expression(text: str) -> None:
    data = text.encode()
    assert javascript_readers._PLAIN_DECLARATIONS[data[0]].match(data)


@pytest.mark.long
def test_real_sheets_and_scripts_are_read_as_by_the_grammar(pytestconfig: pytest.Config) -> None:
    root = corpus(pytestconfig)
    for file in files(root, SHEETS):
        data = file.read_bytes()
        assert css_plain.find(data) in (None, find_thoroughly(data)), file
    for file in files(root, SCRIPTS):
        data = file.read_bytes()
        assert javascript.find(data) == thoroughly(data), file
