"""References in scripts: the fast search and the lexer agree with themselves, and no exception whatever the bytes."""

from __future__ import annotations

from assetbuild.references import javascript, javascript_lexer
from targets.finding import check_finder, check_renaming, rewritten

SEEDS = (
    b"import a, {b as c} from './d.js';export * from \"e\";import('f.js');new URL('g.png', import.meta.url)",
    b"x = `a${b + `c${d}`}`; /re[/]/.test(y) ? 'asset:z' : 1 / 2 / 3\n//# sourceMappingURL=a.js.map",
    b"importScripts('a.js', 'b.js'); navigator.serviceWorker.register('/sw.js'); import.meta.resolve('c')",
)
WORDS = tuple(
    b"import |export | from |import(|new URL(|import.meta.url|import.meta|asset:|sourceMappingURL=|//# |/*|*/|`|${|}|"
    b"{|(|)|[|]|'|\"|\\|\n|\r\n|\xe2\x80\xa8|/|/=|=>|class |#a|<!--|-->|async |await |yield |typeof |return |if(|)|"
    b"importScripts(|navigator.serviceWorker.register(|"
    b"\xef\xbb\xbf|\\u{61}|\\u0061|0x1f|1e3|.5|?.|...|;|,|a|get |of |let ".split(b"|")
)


def target(data: bytes) -> None:
    found = check_finder(javascript, data)
    assert rewritten(javascript, data, [(one, one.written) for one in found]) == data
    literals, whole = javascript_lexer.literals(data)
    assert isinstance(whole, bool)
    assert all(one in data for one in literals)
    if whole and not any(one.kind in ("inline", "bound") for one in found):
        check_renaming(javascript, data, found)
