"""YAML with the place of every value."""

from __future__ import annotations

from pathlib import Path

import pytest

from assetbuild.errors import UsageError
from assetbuild.importers.project import Project
from assetbuild.importers.yaml_places import Document, Mapping, Node, Scalar, Sequence, read_yaml


def read(folder: Path, text: str | bytes) -> Document:
    (folder / "a.yml").write_bytes(text.encode() if isinstance(text, str) else text)
    return read_yaml(Project(str(folder), "a.yml"))


def plain(node: Node | None) -> object:
    """The values without their places."""
    if isinstance(node, Mapping):
        return {key.written: plain(value) for key, value in node.pairs}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return node.value if node else None


def problem(folder: Path, text: str | bytes) -> list[str]:
    with pytest.raises(UsageError) as raised:
        read(folder, text)
    return [f"{one.line}:{one.column}: {one.text}" for one in raised.value.diagnostics]


def test_values_are_those_of_yaml_1_1(tmp_path: Path) -> None:
    text = "a: on\nb: 'on'\nc: ~\nd: 0x10\ne: 1.5\nf: 2020-01-01\ng: [no, [x]]\nh: 09\n"
    assert plain(read(tmp_path, text).root) == {
        "a": True, "b": "on", "c": None, "d": 16, "e": 1.5, "f": "2020-01-01", "g": [False, ["x"]], "h": "09",
    }  # fmt: skip


def test_places_are_those_in_the_file_also_behind_other_characters_and_line_ends(tmp_path: Path) -> None:
    root = read(tmp_path, "\ufeff# é\r\nkey: {é: value}\r\n").root
    assert isinstance(root, Mapping)
    inner = root.get("key")
    assert isinstance(inner, Mapping)
    place = inner.pairs[0][1].place
    assert (str(place), place.column, place.length, place.source) == ("a.yml:2", 10, 5, "key: {é: value}")


def test_merged_keys_stand_behind_and_give_way(tmp_path: Path) -> None:
    text = "x: &x {a: 1, b: 2}\ny: &y {b: 3, c: 4}\nz:\n  <<: [*x, *y]\n  a: 5\n"
    root = read(tmp_path, text).root
    assert isinstance(root, Mapping)
    assert plain(root.get("z")) == {"a": 5, "b": 2, "c": 4}


def test_of_equal_keys_the_last_counts_and_is_told(tmp_path: Path) -> None:
    document = read(tmp_path, "a: 1\nb: 2\na: 3\n")
    assert plain(document.root) == {"a": 3, "b": 2}
    assert [(one.line, one.text) for one in document.diagnostics] == [
        (3, "'a' stands here twice, the first one (line 1) is lost")
    ]


def test_each_line_of_ruby_is_told_but_those_in_comments(tmp_path: Path) -> None:
    assert problem(tmp_path, "# <% comment %>\na: <%= x %>\n<% if y %>\n") == [
        "2:4: this is Ruby code (ERB), and is not run",
        "3:1: this is Ruby code (ERB), and is not run",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: [", "1:5: YAML syntax error: "),
        ("a: *x", "1:4: YAML syntax error: "),
        ("a: b: c", "1:5: YAML syntax error: "),
        ("a: \x07", "1:None: YAML syntax error: "),
        ("a: 1\n--- \nb: 2\n", "2:1: YAML syntax error: "),
        ("? [a]\n: b\n", "1:3: a key must be a plain text"),
        ("<<: 5\n", "1:5: '<<' must name a mapping"),
        ("&a [*a]\n", "1:1: this alias stands for what it is part of"),
        (b"a: \xff\n", "1:None: the file is not UTF-8"),
        ("[" * 5000, "None:None: it is nested too deep"),
    ],
)
def test_what_is_no_yaml_is_told_at_its_place(tmp_path: Path, text: str | bytes, expected: str) -> None:
    assert problem(tmp_path, text)[0].startswith(expected)


def test_tags_for_objects_of_programs_are_refused_and_those_of_yaml_are_not(tmp_path: Path) -> None:
    for tag in ("!ruby/object:X", "!own", "!!python/name:os.system"):
        (one,) = problem(tmp_path, f"a: 1\nb: {tag} {{}}\n")
        assert one.startswith("2:4: '")
        assert one.endswith("is a tag that YAML itself does not have, and makes what only a program knows")
    assert plain(read(tmp_path, "a: !!str 1\nb: =\n<<: {c: !!set {d}}\n").root) == {
        "a": "1",
        "b": "=",
        "c": {"d": None},
    }


def test_aliases_of_aliases_are_no_work(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{at}: &a{at} [*a{at - 1}, *a{at - 1}]" for at in range(1, 60)]
    root = read(tmp_path, "\n".join(lines)).root
    assert isinstance(root, Mapping)
    assert len(root.pairs) == 60


def test_an_empty_file_has_no_root(tmp_path: Path) -> None:
    assert read(tmp_path, "# nothing\n").root is None


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read: No such file or directory"):
        read_yaml(Project(str(tmp_path), "gone.yml"))


def test_scalars_know_what_was_written(tmp_path: Path) -> None:
    root = read(tmp_path, "yes\n").root
    assert isinstance(root, Scalar)
    assert (root.value, root.written) == (True, "yes")
