"""Scripts joined: together they do what they did one after another."""

from __future__ import annotations

import json
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compilers.workbench import asset_of, found_in, joined, names, text_of, texts
from requirements_of_tests import need

RUN_APART = """
const vm = require("vm");
const lines = [];
const context = vm.createContext({log: (...values) => lines.push(values.map(String).join(" "))});
for (const script of JSON.parse(require("fs").readFileSync(0, "utf8"))) vm.runInContext(script, context);
process.stdout.write(JSON.stringify(lines));
"""


def js(*parts: str | bytes) -> str:
    """The bundle js/all.js of js/0.js, js/1.js …"""
    return text_of(joined("js/all.js", *(asset_of(f"js/{number}.js", part) for number, part in enumerate(parts))))


def output(node: str, scripts: list[str]) -> list[str]:
    done = subprocess.run(
        [node, "-e", RUN_APART], input=json.dumps(scripts), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    lines: list[str] = json.loads(done.stdout)
    return lines


SLOPPY = "sloppy = 1; log(typeof sloppy, (function () { return typeof this })())"
STRICT = "log((function () { return typeof this })())"
AWKWARD = {
    "no semicolon before a parenthesis": ["log(1)", "(function () { log(2) })()"],
    "no semicolon before a bracket, template, sign": [
        "var a = log",
        "[2].map(x => log(x))",
        "`x`",
        "+1",
        "-1",
        "/x/.test('')",
    ],
    "a line comment without a line end": ["log(1) // end", "log(2)"],
    "an HTML-like comment": ["log(1) <!-- end", "--> start\nlog(2)"],
    "nothing at all": ["", "  ", "// only a comment", "log(1)", "/* one more */"],
    "a part that ends in a function": ["var f = function () { log('f') }", "(1, 2)", "f()"],
    "strict mode in the first of two": ['"use strict";\n' + "log('one')", SLOPPY],
    "strict mode after comments": ["/* c */ // d\n'use strict'\nlog('one')", SLOPPY],
    "strict mode after another directive": ['"use asm"; "use strict"; log(1)', SLOPPY],
    "a string that is no directive": ['"use strict" + log(1)', SLOPPY],
    "a string that is no directive because of the next line": ['"use strict"\n.length', SLOPPY],
    "strict mode in all": [f'"use strict"; {STRICT}', f"'use strict'\n{STRICT}"],
    "strict mode in all but comments": ["/* licence */", f'"use strict"; {STRICT}', ";", f"'use strict'\n{STRICT}"],
    "a string before a strict script": ['"hello"', '"use strict"; log(1)', SLOPPY],
    "a hashbang in the second": ["log(1)", "#!/usr/bin/env node\nlog(2)"],
    "a hashbang in the first": ["#!/usr/bin/env node\nlog(1)", "log(2)"],
    "a byte order mark in the middle": ["log(1)", "\ufefflog(2)", "\ufeff"],
    "a hashbang ended by a carriage return": ["log(1)", "#!x\rlog(2)\rlog(3)"],
    "globals": ["var a = 1; let b = 2; const c = 3; class D {}; function e() {}", "log(a, b, c, typeof D, typeof e)"],
    "if and else": ["if (false) log(1)", "log(2)"],
    "do and while": ["do log(1)\nwhile (false)", "log(2)"],
    "a comment with a map amid a statement": ["log(1)/*# sourceMappingURL=x.map\n*/log(2)", "log(3)"],
    "CRLF": ["log(1)\r\nlog(2) // x\r\n", "log(3)"],
}


@pytest.mark.parametrize("parts", AWKWARD.values(), ids=AWKWARD)
def test_joined_scripts_do_what_they_did_apart(parts: list[str]) -> None:
    node = need("node")
    apart = [part.removeprefix("\ufeff") for part in parts]
    assert output(node, [js(*parts)]) == output(node, apart)


@pytest.mark.parametrize(
    "module",
    ["import 'x.js'", "export default 1", "import.meta.url", "export {a}", "/* c */ import a from './a.js'"],
)
def test_modules_are_refused(module: str) -> None:
    result = joined("all.js", asset_of("a.js", "a()"), asset_of("b.js", module))
    assert result.assets == ()
    (problem,) = result.diagnostics
    assert (problem.file, problem.hint is not None) == ("src/b.js", True)
    assert "ES module" in problem.text


def test_a_file_named_as_a_module_is_refused() -> None:
    assert "ES module" in texts(joined("all.js", asset_of("a.mjs", "a()")))[0]


@pytest.mark.parametrize("script", ["f(", "'a", "/* a", "`a", "`${a", "{", "a)"])
def test_a_script_that_would_swallow_the_next_is_refused(script: str) -> None:
    assert "left open" in texts(joined("all.js", asset_of("a.js", script), asset_of("b.js", "b()")))[0]


def test_all_problems_come_in_one_run() -> None:
    assert len(texts(joined("all.js", asset_of("a.js", "f("), asset_of("b.js", "export {a}")))) == 2


def test_what_loses_its_strict_mode_is_told() -> None:
    result = joined("all.js", asset_of("a.js", "a()"), asset_of("b.js", "'use strict'; b()"))
    (notice,) = result.diagnostics
    assert (notice.severity, notice.file) == ("notice", "src/b.js")
    no_directive = asset_of("a.js", "'use strict'\n.length")
    assert len(joined("all.js", no_directive, asset_of("b.js", "'use strict'; b()")).diagnostics) == 1
    assert joined("all.js", asset_of("a.js", "/* c */"), asset_of("b.js", "'use strict'; b()")).diagnostics == ()


def test_a_long_run_of_blanks_and_strings_is_read_in_time() -> None:
    assert js(" \n" * 5000 + "a", '"x";' * 5000 + "b", "/* */" * 5000, "x" + " " * 9000)


def test_byte_order_marks_go_and_the_text_between_stays_as_it_is() -> None:
    assert js("\ufeffa()\r\n", "\ufeffb('é')") == "a()\r\n\n;\nb('é')\n"


@pytest.mark.parametrize(
    "comment",
    [
        "//# sourceMappingURL=x.js.map",
        "//# sourceMappingURL=data:x",
        "/*# sourceMappingURL=x.js.map */",
        "//@ sourceMappingURL=http://x/y",
    ],
)
def test_source_maps_of_parts_are_dropped(comment: str) -> None:
    assert "sourceMappingURL" not in js(f"a()\n//# sourceMappingURL=older.map\n{comment}\n", f"b()\n{comment}")


def test_references_are_spelled_from_the_bundle() -> None:
    result = joined(
        "js/all.js",
        asset_of("a.js", "import('./b.js?x#y'); f('asset:img/p.png')"),
        asset_of("v/c.js", "import('./d.js')"),
    )
    assert "import('../b.js?x#y'); f('asset:img/p.png')" in text_of(result)
    assert "import('../v/d.js')" in text_of(result)
    assert "import('./e.js')" in text_of(joined("js/all.js", asset_of("a.js", "import('./js/e.js')")))


STATEMENTS = r"""
import("./a.js");
import('../b c.js?x')
f("asset:c.png")
f('asset-data:d.svg')
/r'/.test(x)
`t${import(`./e.js`)}`
'use strict';
// c
/* d */
<!-- e
#!f
//# sourceMappingURL=g.map
/*# sourceMappingURL=h.map */
x
--> i
;
(y)
{z}
é
import("bare")
import("/static/j.js")
"""
STATEMENT = st.sampled_from([*STATEMENTS.splitlines(), "\n"])
SCRIPT = st.lists(STATEMENT, max_size=6).map("".join)
PLACE = st.sampled_from(["", "js/", "a/b/"])


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(PLACE, SCRIPT), min_size=1, max_size=4), PLACE)
def test_the_references_listed_are_those_that_stand_in_the_bundle(parts: list[tuple[str, str]], place: str) -> None:
    assets = [asset_of(f"{folder}{number}.js", text) for number, (folder, text) in enumerate(parts)]
    for asset in joined(f"{place}all.js", *assets).assets:
        assert names(asset) == found_in(asset)
