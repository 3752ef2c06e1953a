from __future__ import annotations

import os
from pathlib import Path

import pytest

from assetbuild.errors import UsageError
from assetbuild.templates import check_templates
from assetbuild.templates.files import template_files
from templates import check, errors


def test_a_broken_template_keeps_no_other_from_being_checked(tmp_path: Path) -> None:
    found = check(
        tmp_path,
        {
            "a.html": "{{ asset_url('a' }}",
            "b.html": b"ok\n \xc3\xa9 \xff{{ asset_url('b') }}",
            "c.html": "{{ asset_url('c') }}",
            "d.html": "{% load static %}{% static 'd' %}",
        },
    )
    assert [(one.file, one.text) for one in found.diagnostics] == [
        ("a.html", "unexpected '}', expected ')'"),
        ("b.html", "not UTF-8: invalid start byte"),
        ("c.html", "no asset named 'c'"),
        ("d.html", "no asset named 'd'"),
    ]
    assert (found.diagnostics[1].line, found.diagnostics[1].column) == (2, 4)
    assert (found.templates, found.names, found.missing, found.unread) == (4, 2, 2, 2)


def test_a_template_that_vanishes_is_an_error(tmp_path: Path) -> None:
    found = check_templates([str(tmp_path / "gone.html")], (), str(tmp_path))
    assert errors(found) == ["error: gone.html: cannot be read: No such file or directory"]


def test_names_are_told_in_the_order_they_are_written(tmp_path: Path) -> None:
    found = check(tmp_path, {"a.html": "{{ f(asset_url('1'), asset_url('2' if x else '3')) }}{{ asset_url('4') }}"})
    assert [one.text[-2] for one in found.diagnostics] == ["1", "2", "3", "4"]


def test_the_same_name_is_missing_at_every_place(tmp_path: Path) -> None:
    found = check(tmp_path, {"a.html": "{{ asset_url('gone') }}\n" * 3})
    assert [one.line for one in found.diagnostics] == [1, 2, 3]


def test_a_name_without_a_likely_one_has_no_hint(tmp_path: Path) -> None:
    assert check(tmp_path, {"a.html": "{{ asset_url('') }}{{ asset_url('§') }}"}).diagnostics[0].hint is None


def test_a_large_template_is_checked_whole(tmp_path: Path) -> None:
    line = "<p>{{ asset_url('img/logo.png') }}{{ asset_url(x) }}{{ asset_url('é') }}</p>\n"
    found = check(tmp_path, {"a.html": line * 5000})
    assert (found.names, found.missing, found.computed) == (10_000, 5000, 5000)


def below(folder: Path, *files: str) -> None:
    for name in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("")


def shown(folder: Path, *words: str) -> list[str]:
    root = str(folder)
    return [os.path.relpath(file, root) for file in template_files([str(folder / word) for word in words], root)]


def test_a_directory_is_all_templates_below_it_but_hidden_and_foreign_ones(tmp_path: Path) -> None:
    below(
        tmp_path,
        *("t/b.html", "t/a.txt", "t/x/c.HTM", "t/x/app.css.jinja", "t/x/y/d.svg", "t/e.xml", "t/f.j2"),
        *("t/logo.png", "t/app.css", "t/.git/g.html", "t/node_modules/h.html", "t/x/__pycache__/i.html"),
    )
    assert shown(tmp_path, "t") == [
        *("t/a.txt", "t/b.html", "t/e.xml", "t/f.j2", "t/x/app.css.jinja", "t/x/c.HTM", "t/x/y/d.svg"),
    ]


def test_a_file_is_a_template_whatever_its_name_and_each_is_checked_once(tmp_path: Path) -> None:
    below(tmp_path, "t/a.html", "t/b.tpl")
    assert shown(tmp_path, "t/b.tpl", "t", "t/../t/a.html", "t/*.html") == ["t/a.html", "t/b.tpl"]


def test_a_glob_is_looked_up_unless_a_file_is_called_so(tmp_path: Path) -> None:
    below(tmp_path, "t/a.tpl", "t/x/b.tpl", "t/x/c.html", "t/[id].html", "t/i.html", "t/empty/x.css")
    assert shown(tmp_path, "t/**/*.tpl") == ["t/a.tpl", "t/x/b.tpl"]
    assert shown(tmp_path, "t/[id].html") == ["t/[id].html"]
    assert shown(tmp_path, "t/[x]*") == ["t/x/c.html"]
    assert shown(tmp_path, "t/[ex]*") == ["t/x/c.html"]


def test_links_are_followed_and_no_circle_is_endless(tmp_path: Path) -> None:
    below(tmp_path, "t/a.html", "shared/b.html")
    (tmp_path / "t/shared").symlink_to(tmp_path / "shared")
    (tmp_path / "t/round").symlink_to(tmp_path / "t")
    (tmp_path / "t/dangling.html").symlink_to(tmp_path / "nothing")
    assert shown(tmp_path, "t") == ["t/a.html", "t/shared/b.html"]


def test_every_word_that_names_no_template_is_told(tmp_path: Path) -> None:
    below(tmp_path, "css/app.css", "t/a.html")
    (tmp_path / "link.html").symlink_to(tmp_path / "nothing")
    os.mkfifo(tmp_path / "fifo")
    words = ["gone.html", "*.html5", "css", "c*", "t", "link.html", "fifo", ""]
    old = os.getcwd()
    os.chdir(tmp_path)
    try:
        with pytest.raises(UsageError) as raised:
            template_files(words, ".")
    finally:
        os.chdir(old)
    told = [one.text for one in raised.value.diagnostics]
    assert told[:2] == ["no such template: 'gone.html'", "no template matches '*.html5'"]
    assert told[2].startswith("no templates in 'css' (*.html, *.htm, ")
    assert told[3:] == [
        "no template matches 'c*'",
        "no such template: 'link.html' is a link to nothing",
        "'fifo' is neither a file nor a directory",
        "no such template: ''",
    ]
