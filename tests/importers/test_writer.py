"""The writer of imported configurations."""

from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from assetbuild.importers.model import Imported, ImportedBundle, ImportedRule, Item, Place, Setting
from assetbuild.importers.writer import spelled, write

PLACE = Place("old\n.yml", 7)
TEXTS = st.text(st.characters(exclude_categories=("Cs",)))
VALUES = st.recursive(
    TEXTS | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
    max_leaves=8,
)


@given(VALUES)
def test_every_value_reads_back_as_it_was(value: object) -> None:
    assert tomllib.loads(f"x = {spelled(value)}")["x"] == value  # type: ignore[arg-type]


@given(TEXTS, TEXTS, TEXTS)
def test_every_name_and_comment_is_legal(path: str, why: str, key: str) -> None:
    imported = Imported(
        (Item("a", PLACE, why),),
        (Setting(("importmap", "pins", key), why, PLACE, why),),
        (ImportedBundle(path, (Item(path, PLACE, why),), ("rjsmin",), PLACE, why),),
        (ImportedRule((path,), {"minify": False}, PLACE, why),),
    )
    document = tomllib.loads(write(imported, why).text)
    assert document["bundles"] == {path: {"contents": [path], "filters": ["rjsmin"]}}
    assert document["importmap"]["pins"] == {key: why}
    assert document["rules"] == [{"match": path, "minify": False}]


def test_each_line_knows_where_it_comes_from() -> None:
    bundle = ImportedBundle("a.js", (Item("x.js", Place("old.yml", 3)),), None, Place("old.yml", 2), "why")
    written = write(Imported((Item("assets"),), (), (bundle,)), "Made.")
    lines = written.text.split("\n")
    at = lines.index("# old.yml:2: why")
    assert lines[at + 1 : at + 4] == ['[bundles."a.js"]', "contents = [", '    "x.js",  # old.yml:3']
    assert written.places[lines.index('    "x.js",  # old.yml:3') + 1] == Place("old.yml", 3)
    assert written.places[lines.index('[bundles."a.js"]') + 1] == Place("old.yml", 2)
