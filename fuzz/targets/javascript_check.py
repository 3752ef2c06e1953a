"""What the check of scripts accepts has the same tokens and the same tree: by the grammar of tree-sitter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import rjsmin
import tree_sitter
import tree_sitter_javascript

from assetbuild.compilers.javascript.check import javascript_difference, says_the_same
from assetbuild.compilers.javascript.gaps import skeleton_of
from assetbuild.compilers.javascript.strip import stripped_javascript
from targets.checking import pairs
from targets.javascript_finder import WORDS as WORDS_OF_SCRIPTS

SEEDS = (
    b"let a = b / c / d\nlet e = /f '/g\n++h\n----\nlet a=b/c/d\nlet e=/f '/g\n++h",
    b"class A { #b = 1\n  static c() { return `d ${ e + `f` } g` } }\n// h\n(i) => j\n",
    b"if (a) b\nelse c\nfor (const d of e) { continue\n} f: while (g) break f\nreturn\nx\n----\nif(a)b\nelse c",
)
WORDS = (
    *WORDS_OF_SCRIPTS,
    b"\n----\n",
    b" in ",
    b" instanceof ",
    b"++",
    b"--",
    b"else ",
    b"do ",
    b"while(",
    b"break\n",
)
_PARSER = tree_sitter.Parser(tree_sitter.Language(tree_sitter_javascript.language()))
_COMMENTS = ("comment", "html_comment")
_OTHER_BREAK = re.compile(rb"\r(?!\n)|\xe2\x80[\xa8\xa9]")
_LATE_COMMENT = re.compile(rb"[^\s][^\S\n]*<!--")
_WHOLE = ("string", "regex")


def target(data: bytes) -> None:
    for before, after in pairs(data):
        check(before, after)
    stripped = stripped_javascript(data)
    if stripped is not None:
        check(data, stripped)
        assert javascript_difference(data, stripped) is None
    check(data, bytes(rjsmin.jsmin(data, keep_bang_comments=True)))


def check(before: bytes, after: bytes) -> None:
    script = skeleton_of(before)
    slow = javascript_difference(before, after)
    if script is not None and says_the_same(script, after):
        assert slow is None, (before, after, slow)
    elif slow is not None:
        assert 0 <= slow.start <= len(before)
        return
    try:
        before.decode(), after.decode()
    except UnicodeDecodeError:
        return
    both = before + b"\n" + after
    if _OTHER_BREAK.search(both) or _LATE_COMMENT.search(both):
        return  # to tree-sitter these end no comment, or begin none
    ours, theirs = _PARSER.parse(before).root_node, _PARSER.parse(after).root_node
    if not ours.has_error:
        assert list(leaves(before, ours)) == list(leaves(after, theirs)), (before, after)


def leaves(data: bytes, root: Any) -> Iterator[tuple[str, bytes]]:
    """The nodes in their order: kinds, and the texts of those without nodes in them; not those that are empty."""
    waiting = [*reversed(root.children)]
    while waiting:
        node = waiting.pop()
        if node.type in _COMMENTS or node.start_byte == node.end_byte:
            continue
        if node.type == "template_string":
            start = node.start_byte
            for child in node.children:
                if child.type == "template_substitution":
                    yield "chunk", data[start : child.start_byte]
                    start = child.end_byte
            yield "chunk", data[start : node.end_byte]
            waiting += reversed([child for child in node.children if child.type == "template_substitution"])
        elif node.type in _WHOLE or not node.children:
            yield node.type, data[node.start_byte : node.end_byte]
        else:
            yield node.type, b""
            waiting += reversed(node.children)
