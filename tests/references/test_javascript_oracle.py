"""Finder and lexer against parsers by others: tree-sitter on installed packages, acorn and es-module-lexer on npm's."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from assetbuild.references import javascript, javascript_lexer
from references.corpus import SCRIPTS, corpus, files, tell
from requirements_of_tests import need

INSTALLED = ("django", "swagger_ui_bundle", "fontawesomefree", "xstatic")
ORACLE = Path(__file__).with_name("javascript_oracle.mjs")

EXPLAINED = {
    ("imports", "three/src/renderers/webgl/WebGLBindingStates.js"): (
        "it begins with a byte order mark, which es-module-lexer does not take for white space; acorn sees the import"
    ),
}
"""Why a file differs: by what does (literals, references, imports or rewriting) and its path below node_modules."""

Reference = list[Any]
"""[kind, start, stop, written], offsets in bytes."""


def references(data: bytes) -> list[Reference]:
    """What the oracle in node looks for too: not what workers load, pages register, or import.meta resolves."""
    return [
        [found.kind, found.start, found.stop, found.written]
        for found in javascript.find(data)
        if found.kind not in ("computed", "worker-import")
        and not re.search(rb"resolve\s*\(\s*.\Z", data[max(0, found.start - 40) : found.start])
        and (found.kind != "bound" or found.written.startswith("asset:"))
    ]


def rewritten(data: bytes) -> bytes:
    for found in reversed([each for each in javascript.find(data) if each.kind != "computed"]):
        url = javascript.write(data, found.start, found.stop, found.written)
        data = data[: found.start] + url + data[found.stop :]
    return data


def scripts_at_hand() -> dict[str, bytes]:
    """The scripts of installed packages by their path, each content once, minified icons of one package left out."""
    found: dict[str, bytes] = {}
    known = set()
    for name in INSTALLED:
        spec = importlib.util.find_spec(name)
        for folder in (spec.submodule_search_locations or []) if spec else []:
            for file in sorted(Path(folder).rglob("*.js")):
                data = file.read_bytes()
                digest = hashlib.sha256(data).digest()
                if digest not in known:
                    found[f"{name}/{file.relative_to(folder).as_posix()}"] = data
                known.add(digest)
    return found


class TreeSitter:
    """Literals and references as tree-sitter's grammar of JavaScript sees them."""

    def __init__(self) -> None:
        import tree_sitter
        import tree_sitter_javascript

        language = tree_sitter.Language(tree_sitter_javascript.language())
        self.parser = tree_sitter.Parser(language)
        self.query = tree_sitter.QueryCursor(
            tree_sitter.Query(
                language,
                """
                (string) @literal (regex) @literal (template_string) @template
                (import_statement source: (string) @import) (export_statement source: (string) @import)
                (call_expression function: (import) arguments: (arguments . (string) @dynamic))
                (new_expression constructor: (identifier) @url (#eq? @url "URL") arguments: (arguments
                    . (string) @asset . (member_expression object: (member_expression object: (import)))))
                """,
            )
        )

    def read(self, data: bytes) -> tuple[list[bytes], list[tuple[str, int]]] | None:
        """The literals, and the kinds and starts of the references; None for what the grammar cannot read."""
        root = self.parser.parse(data).root_node
        if root.has_error:
            return None
        nodes = self.query.captures(root)
        literals = [(node.start_byte, node.end_byte) for node in nodes.get("literal", [])]
        for node in nodes.get("template", []):
            literals += self.chunks(node)
        kinds = {"import": "import", "dynamic": "dynamic-import", "asset": "asset"}
        found = [(kinds[name], node.start_byte + 1) for name in kinds for node in nodes.get(name, [])]
        return [data[start:stop] for start, stop in sorted(literals)], sorted(found, key=lambda each: each[1])

    @staticmethod
    def chunks(template: Any) -> Iterator[tuple[int, int]]:
        start = template.start_byte
        for child in template.children:
            if child.type == "template_substitution":
                yield start, child.start_byte + 2
                start = child.end_byte - 1
        yield start, template.end_byte


def test_the_scripts_of_installed_packages_have_the_literals_and_references_tree_sitter_sees() -> None:
    need("tree_sitter")
    need("tree_sitter_javascript")
    oracle = TreeSitter()
    scripts = scripts_at_hand()
    unread = []
    for name, data in scripts.items():
        expected = oracle.read(data)
        if expected is None:
            unread.append(name)
            continue
        literals, whole = javascript_lexer.literals(data)
        assert (literals, whole) == (expected[0], True), name
        found = [(each.kind, each.start) for each in javascript.find(data) if each.kind != "computed"]
        assert [each for each in found if each[0] in ("import", "dynamic-import", "asset")] == expected[1], name
    assert len(scripts) - len(unread) > 60, unread


def ask_node(folder: Path, names: list[Path]) -> list[dict[str, Any]]:
    """What the oracle in node says of these files."""
    command = [need("node"), str(ORACLE)]
    lines = "".join(f"{name}\n" for name in names)
    done = subprocess.run(command, cwd=folder, input=lines.encode(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return [json.loads(line) for line in done.stdout.decode().split("\n") if line]


def differences(answer: dict[str, Any], data: bytes) -> Iterator[str]:
    """What the oracle and we do not agree about in a file."""
    found = references(data)
    if answer.get("imports") != [each for each in found if each[0] in ("import", "dynamic-import")]:
        yield "imports"
    if answer.get("references") != found:
        yield "references"
    encoding = "latin-1" if answer["encoding"] == "latin1" else "utf-8"
    expected = [literal.encode(encoding) for literal in answer.get("literals", [])]
    if javascript_lexer.literals(data) != (expected, True):
        yield "literals"
    if rewritten(data) != data:
        yield "rewriting"


@pytest.mark.long
def test_published_scripts_have_the_literals_and_references_acorn_and_es_module_lexer_see(
    pytestconfig: pytest.Config, capsys: pytest.CaptureFixture[str]
) -> None:
    need("node")
    folder = corpus(pytestconfig)
    names = files(folder, SCRIPTS)
    with ThreadPoolExecutor(2) as executor:
        answers = [each for half in executor.map(ask_node, [folder] * 2, [names[::2], names[1::2]]) for each in half]
    found: set[tuple[str, str]] = set()
    counts: Counter[str] = Counter()
    for answer in answers:
        file = Path(answer["file"])
        data = file.read_bytes()
        counts += Counter(
            bytes=len(data), references=len(answer.get("references", [])), literals=len(answer.get("literals", []))
        )
        name = file.relative_to(folder / "node_modules").as_posix()
        found |= {(what, name) for what in differences(answer, data)}
    tell(capsys, "JavaScript", dict(files=len(answers), **counts, differences=len(found)))
    assert len(answers) == len(names) >= 3000
    assert found == EXPLAINED.keys()
