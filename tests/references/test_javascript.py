import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assetbuild.references import javascript

TOKENS = [
    "import",
    "export",
    "from",
    "*",
    "as",
    "{",
    "}",
    "(",
    ")",
    ",",
    ".",
    ";",
    "new",
    "URL",
    "meta",
    "url",
    "with",
    "defer",
    "source",
    "'a'",
    '"b"',
    "`c`",
    "`${",
    "`",
    "'asset:d'",
    '"asset-data:e"',
    "/*",
    "*/",
    "//",
    "\n",
    "/f/",
    "/",
    "=",
    "=>",
    "\\",
    "#!",
    "<!--",
    "-->",
    "\u2028",
    "é",
    "asset:",
    "sourceMappingURL=",
    "//#sourceMappingURL=g",
    "if",
    "return",
    "...",
    "import('h')",
    "import\t'i'",
    "new\tURL('j',import.meta.url)",
    "'k\\u{6c}\\x6d'",
    "'\\q\\0'",
    "'\\x'",
]
SOUP = st.lists(st.sampled_from(TOKENS), max_size=30).map(lambda tokens: " ".join(tokens).encode())


def found(text: str | bytes) -> list[tuple[str, str]]:
    data = text.encode() if isinstance(text, str) else text
    return [(each.kind, each.written) for each in javascript.find(data)]


@pytest.mark.parametrize(
    "text",
    [
        "import 'x'",
        'import"x"',
        "import a from 'x'",
        "import{a}from'x'",
        "import*as a from'x'",
        "import a, {b as c, default as d} from 'x'",
        "import a, * as b from 'x'",
        "import {'a b' as c} from 'x'",
        "import from from 'x'",
        "import defer * as a from 'x'",
        "import source a from 'x'",
        "import {\n  a, // from 'y'\n  b /* } from 'y' */\n} from\n  'x' with {type: 'json'}",
        "import a from 'x' assert {type: 'json'}",
        "import \\u{61}b from 'x'",
        "import é\u00a0from 'x'",
        "export * from 'x'",
        "export*as a from'x'",
        "export * as 'a b' from 'x'",
        "export {a as default, b as 'c d'} from 'x'",
        "a()\nimport 'x'",
        "\ufeffimport 'x'",
        "\u2028import 'x'",
        "import '\\x78'",
        "import '\\u{78}'",
        "import '\\\nx'",
    ],
)
def test_every_static_form_is_found(text: str) -> None:
    assert found(text) == [("import", "x")]


@pytest.mark.parametrize(
    "text",
    [
        "import('x')",
        "import(`x`)",
        "import(/* y */ 'x' /* z */)",
        "import('x', {with: {type: 'json'}})",
        "import.defer('x')",
        "[...import('x')]",
        "a => import ('x')",
        "if (a) /'/.test(import('x'))",
        "`${import('x')}`",
        "'\\\n' + import('x')",
        "#!/it's\nimport('x')",
        "<!-- it's\nimport('x')",
        "'unterminated\nimport('x')",
        ")}]import('x')",
    ],
)
def test_every_dynamic_form_is_found(text: str) -> None:
    assert found(text) == [("dynamic-import", "x")]


@pytest.mark.parametrize(
    "text",
    [
        "new URL('x', import.meta.url)",
        "new URL(`x`,import . meta /**/ . url,)",
        "new Worker(new URL('x', import.meta.url), {type: 'module'})",
        "new SharedWorker(new window.URL('x', import.meta.url))",
        "new globalThis . URL('x', import.meta.url).href",
        "new/**/URL('x', import.meta.url)",
    ],
)
def test_a_new_url_beside_the_module_is_found(text: str) -> None:
    assert found(text) == [("asset", "x")]


@pytest.mark.parametrize(
    "text",
    [
        "a.import('x')",
        "a?.import('x')",
        "a . /* b */ import('x')",
        "this.#import('x')",
        "ximport('x')",
        "$import('x')",
        "éimport('x')",
        "import_('x')",
        "({import: 'x'})",
        "class A { import(a) { return 'x' } }",
        "\"import 'x'\"",
        "`import 'x'`",
        "`${a}import('x')`",
        "`${`${a}`}import('x')`",
        "/import('x')/",
        "a = b => /import('x')/",
        "// import 'x'",
        "/* import 'x' */",
        "<!-- import('x')",
        "import '\\u{110000}'",
        "import '\\xz'",
        "import '\\1'",
        "export {a}; const from = 'x'",
        "export default 'x'",
        "URL('x', import.meta.url)",
        "new a.URL('x', import.meta.url)",
        "new URL('x', a)",
        "a.new URL('x', import.meta.url)",
        "im\\u0070ort('x')",
        "'asset://x'",
        "'an asset:x'",
        "tag`asset:x`",
        "`asset:${x}`",
        "// 'asset:x'",
        "'//# sourceMappingURL=x'",
        "`\n//# sourceMappingURL=x\n`",
        "/*\n//# sourceMappingURL=x\n*/",
        "// sourceMappingURL=x",
        "//# sourceMappingURL=x y",
    ],
)
def test_what_only_looks_like_a_reference_is_left_alone(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize("text", ["import(a)", "import('x' + a)", "import(`x${a}`)", "a = import /* x */ ( b )"])
def test_an_import_of_a_computed_name_is_told_by_its_word(text: str) -> None:
    assert found(text) == [("computed", "import")]
    (each,) = javascript.find(text.encode())
    assert text[each.start : each.stop] == "import"


@pytest.mark.parametrize(
    "text", ["class A { import(a) {} }", "a = { import(a, b) { } }", "a.import(b)", "import()", "'import(a)'"]
)
def test_what_is_no_import_is_not_told(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    ["importScripts('a.js')", "self.importScripts( /* x */ 'a.js' )", "if (a) globalThis . importScripts('a.js',)"],
)
def test_what_a_worker_loads_is_found(text: str) -> None:
    assert found(text) == [("worker-import", "a.js")]


def test_every_literal_argument_up_to_the_first_computed_one_is_found() -> None:
    assert found("importScripts('a.js', `b.js`, c, 'd.js')") == [("worker-import", "a.js"), ("worker-import", "b.js")]


@pytest.mark.parametrize(
    "text", ["a.importScripts('a.js')", "importScripts(a)", "x = importScripts", "'importScripts(\"a\")'"]
)
def test_what_no_worker_loads_is_left_alone(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize("text", ["import.meta.resolve('./a.js')", "x = import . meta /**/ . resolve ( `./a.js` )"])
def test_what_is_resolved_like_an_import_is_found(text: str) -> None:
    assert found(text) == [("dynamic-import", "./a.js")]


@pytest.mark.parametrize(
    "text", ["import.meta.resolve(a)", "a.import.meta.resolve('./a.js')", "meta.resolve('./a.js')"]
)
def test_what_is_not_resolved_like_an_import_is_left_alone(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize("url", ["/static/sw.js", "https://cdn.example/sw.js"])
def test_a_rooted_service_worker_is_found(url: str) -> None:
    assert found(f"navigator.serviceWorker.register('{url}', {{scope: '/'}})") == [("bound", url)]
    assert found(f"navigator . serviceWorker ?. register ( '{url}' )") == [("bound", url)]


@pytest.mark.parametrize("text", ["serviceWorker.register('sw.js')", "serviceWorker.register(a)", "register('/sw.js')"])
def test_a_service_worker_relative_to_the_page_is_left_alone(text: str) -> None:
    assert found(text) == []


def test_whole_asset_literals_are_found_and_imports_of_them_stay_imports() -> None:
    text = "a('asset:b.png', `asset:c`, {'asset-data:d': 1}); import('asset:e')"
    assert found(text) == [
        ("bound", "asset:b.png"),
        ("bound", "asset:c"),
        ("inline", "asset-data:d"),
        ("dynamic-import", "asset:e"),
    ]


@pytest.mark.parametrize(
    "comment", ["//# sourceMappingURL=x.map", "//@ sourceMappingURL=x.map  ", "/*# sourceMappingURL=x.map */"]
)
@pytest.mark.parametrize("after", ["", "\n", "\r\n", "\n// '//# sourceMappingURL=y y'"])
def test_the_last_source_map_comment_is_found_and_can_be_cut(comment: str, after: str) -> None:
    data = f"//# sourceMappingURL=a.map\nb()\n{comment}{after}".encode()
    (each,) = javascript.find(data)
    assert (each.kind, each.written, data[each.start : each.stop]) == ("source-map", "x.map", b"x.map")
    start, stop = javascript.source_map_comment(data, each)
    assert data[start:stop] == comment.encode()


@pytest.mark.parametrize(
    "text",
    [
        "`a\n//# sourceMappingURL=x`",
        "`\n//# sourceMappingURL=x${a}`",
        "/*\n//# sourceMappingURL=x*/",
        "'\\\n//# sourceMappingURL=x'",
        "a('//# sourceMappingURL=x')",
        "//# sourceMappingURL=x y",
        "//# sourceMappingURL=",
    ],
)
def test_what_only_looks_like_a_source_map_comment_is_none(text: str) -> None:
    assert found(text) == []
    assert found(f"a()\n{text}\n") == []


@pytest.mark.parametrize(
    "text", ["'import \"x\"'", "a = {'b-import': 'c', 'b-export': {'d': 'e'}}", "'export * from \"x\"'"]
)
def test_words_in_strings_do_not_make_a_file_worth_reading(text: str) -> None:
    assert not javascript.may_refer(text.encode())


def test_bytes_that_are_not_utf8_do_not_end_the_reading() -> None:
    assert found(b"a = '\xe9'; // \xff\nimport('\xe9.js')") == [("dynamic-import", "é.js")]


@pytest.mark.parametrize(
    "unit",
    [
        "import",
        "import(",
        "import{",
        "import/*",
        "import a/**/",
        "new URL(",
        "'asset:",
        "export{a,",
        "//# sourceMappingURL=",
    ],
)
def test_finding_takes_time_in_proportion_to_the_size(unit: str) -> None:
    text = (unit * 200_000)[:200_000].encode()
    before = time.process_time()
    javascript.find(text)
    assert time.process_time() - before < 60  # hours, if quadratic


@pytest.mark.parametrize("mark", ["'", '"', "`"])
@given(url=st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
def test_what_is_written_is_found_again(mark: str, url: str) -> None:
    data = f"import({mark}x{mark})".encode()
    (each,) = javascript.find(data)
    written = javascript.write(data, each.start, each.stop, url)
    assert written.isascii()
    assert found(data[: each.start] + written + data[each.stop :]) == [("dynamic-import", url)]


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.binary(max_size=200), SOUP))
def test_any_bytes_are_searched_and_rewriting_changes_what_it_means_to(data: bytes) -> None:
    references = javascript.find(data)
    assert references == sorted(references, key=lambda each: each.start)
    assert javascript.may_refer(data) or not references
    references = [each for each in references if each.kind != "computed"]
    same = other = data
    for each in reversed(references):
        same = same[: each.start] + javascript.write(data, each.start, each.stop, each.written) + same[each.stop :]
        written = javascript.write(data, each.start, each.stop, each.written + "é")
        other = other[: each.start] + written + other[each.stop :]
    assert same == data
    if all(each.kind != "source-map" for each in references):
        assert [each for each in found(other) if each[0] != "computed"] == [
            (each.kind, each.written + "é") for each in references
        ]
