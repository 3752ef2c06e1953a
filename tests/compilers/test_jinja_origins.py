"""Where a template's references were written: the template that was read, the branch taken, the expression."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetbuild.compilers.jinja import compile_template
from compilers.workbench import Workbench, text_of

Files = dict[str, str | bytes]


def places(root: Path, files: Files, **context: Any) -> list[tuple[str, str, str]]:
    """Target of each reference, the file it is placed in, and what stands there: before|under."""
    run = Workbench(root, files).run("css/a.css.jinja", ("jinja", {"context": context}))
    assert run.assets, run.diagnostics
    return [(one.target, one.origin.file, under(root, one.origin)) for one in run.assets[0].references]


def under(root: Path, origin: Any) -> str:
    data = (root / origin.file).read_bytes()
    stop = origin.start + origin.length
    return b"|".join((data[max(0, origin.start - 4) : origin.start], data[origin.start : stop])).decode()


@pytest.mark.parametrize(
    ("text", "where"),
    [
        # The branch that was taken, and no comment.
        ("{# (x.png) #}{% if no %}a{b:url(x.png)}{% else %}a{c:'1'; url(x.png)}{% endif %}", "url(|x.png"),
        ("{% if no %}a{b:url(x.png)}{% endif %}{% raw %}{{ a{B:URL(x.png)}{% endraw %}", "URL(|x.png"),
        # An expression: its string, or all of it.
        ("a{b:url({{ asset_url( 'css/x.png' ) }})}", "l( '|css/x.png"),
        ('a{b:url("{{ asset_url("css/x.png") }}")}', 'rl("|css/x.png'),
        ("a{b:url({{ asset_url('css/x.png') }}?v=1#f)}", "rl('|css/x.png"),
        ("a{b:url({{ asset_url(n) }})}", "({{ |asset_url(n)"),
        ("a{b:url({{- n -}})}", "{{- |n"),
        ("a{b:url({{ asset_url('css/x' ~ '.png') }})}", "({{ |asset_url('css/x' ~ '.png')"),
        ("a{b:url({{ 'x.png' if yes else 'x.png' }})}", "({{ |'x.png' if yes else 'x.png'"),
        ("a{b:url({{ 'y.png' if no else 'x.png' }})}", "se '|x.png"),
        # Text and expressions side by side.
        ("a{b:url({{ d }}/x.png)}", "url(|{{ d }}/x.png"),
        ("a{b:url(../css/{{ n }})}", "url(|../css/{{ n }}"),
        ("a{b:url(x{% if yes %}.p{% else %}.j{% endif %}ng)}", "url(|x{% if yes %}.p{% else %}.j{% endif %}ng"),
        ("{% set v %}x.{% endset %}\n\na{b:url({{ v }}png)}", "url(|{{ v }}png"),
        # Through sets, macros, calls, filters.
        ("{% set v %}url(x.png){% endset %}a{b:{{ v }}}", "url(|x.png"),
        ("{% macro m(u) %}url({{ u }}){% endmacro %}a{b:{{ m('x.png') }}}", " m('|x.png"),
        ("{% macro m(u) %}url({{ u }}){% endmacro %}a{b:{{ m(n) }}}", "({{ |u"),
        ("{% macro m() %}a{b:{{ caller() }}}{% endmacro %}{% call m() %}url(x.png){% endcall %}", "url(|x.png"),
        ("{% filter indent %}\na{b:url(x.png)}\nc{}{% endfilter %}", "url(|x.png"),
        ("{% filter lower %}a{b:url(x.PNG)}{% endfilter %}", "url(|x.PNG"),
        ("{% filter replace('y.png', '/x.png') %}\n#a{b:url(.y.png)} {% endfilter %}", " %}\n|#a{b:url(.y.png)}"),
        ("{% macro m() %}\n a{b:url(x.png)}\n {% endmacro %}{# x.png #}{{ m()|trim }}", "url(|x.png"),
        ("{% set v %}css/x.png{% endset %}a{b:url({{ asset_url(v) }})}", "({{ |asset_url(v)"),
        ("{% for i in [1, 2] %}{% if loop.first %}a{b:url(x.png)}{% endif %}{% endfor %}", "url(|x.png"),
    ],
)
def test_a_reference_is_placed_where_it_was_written(tmp_path: Path, text: str, where: str) -> None:
    context = {"yes": True, "no": False, "n": "x.png", "d": "."}
    context["n"] = "css/x.png" if "asset_url(n)" in text else "x.png"
    ((target, file, found),) = places(tmp_path, {"css/a.css.jinja": text}, **context)
    assert (target.lower(), file) == ("css/x.png", "src/css/a.css.jinja")
    assert found == where


def test_a_loops_body_is_the_place_of_all_that_it_prints(tmp_path: Path) -> None:
    text = "/* y.png */{% for i in [1, 2] %}a{b:url(y.png)}{% endfor %}c{d:url(y.png)}"
    run = Workbench(tmp_path, {"a.css.jinja": text}).run("a.css.jinja", "jinja")
    body, after = text.index("(y.png") + 1, text.rindex("(y.png") + 1
    assert [one.origin.start for one in run.assets[0].references] == [body, body, after]


def test_other_templates_are_places_too(tmp_path: Path) -> None:
    files: Files = {
        "css/a.css.jinja": (
            "{% extends 'base.css' %}{% import 'm.css' as m %}{# 1.png #}"
            "{% block b %}{{ super() }}{% include ['none.css', 'sub/i.css'] %}{{ m.icon('3.png') }}{% endblock %}"
        ),
        "base.css": "\ufeff/* é */\r\n{% block b %}a{b:url(1.png)}{% endblock %}\r\nz{b:url({{ name }})}",
        "sub/i.css": "\r\n\r\nb{c:url(2.png)}\n",
        "m.css": "{% macro icon(u) %}c{d:url('{{ u }}') url(4.png)}{% endmacro %}",
    }
    assert places(tmp_path, files, name="5.png") == [
        ("css/1.png", "src/base.css", "url(|1.png"),
        ("css/2.png", "src/sub/i.css", "url(|2.png"),
        ("css/3.png", "src/css/a.css.jinja", "on('|3.png"),
        ("css/4.png", "src/m.css", "url(|4.png"),
        ("css/5.png", "src/base.css", "({{ |name"),
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_bytes_are_counted_as_the_file_has_them(tmp_path: Path, end: str, mark: str) -> None:
    lines = [
        "/* é😀 */ {%- if true -%}  ",
        "",
        "  a{b:url(é.png)}",
        "{% endif -%}",
        "  b{c:url(😀/{{ n }})}",
        "{% raw -%} {{ c{d:url(x.png)} {%- endraw %}",
        "",
    ]
    assert places(tmp_path, {"css/a.css.jinja": mark + end.join(lines)}, n="n.png") == [
        ("css/é.png", "src/css/a.css.jinja", "url(|é.png"),
        ("css/😀/n.png", "src/css/a.css.jinja", "url(|😀/{{ n }}"),
        ("css/x.png", "src/css/a.css.jinja", "url(|x.png"),
    ]


def test_nothing_but_a_places_search_sees_the_marks(tmp_path: Path) -> None:
    text = "{% set v %}ab{% endset %}a{b:{{ v|length }};c:url({{ v }}.png)}{% if v == 'ab' %}d{e:url(x.png)}{% endif %}"
    run = Workbench(tmp_path, {"a.css.jinja": text + "{# x.png #}"}).run("a.css.jinja", "jinja")
    assert text_of(run) == "a{b:2;c:url(ab.png)}d{e:url(x.png)}"
    first, second = (one.origin for one in run.assets[0].references)
    # Where marks would change what is printed, a place is found by the name alone.
    assert under(tmp_path, first) == "url(|{{ v }}.png"
    assert under(tmp_path, second) == "url(|x.png"


def test_required_blocks_and_characters_like_the_marks_do_no_harm(tmp_path: Path) -> None:
    files: Files = {
        "css/a.css.jinja": "{% extends 'base.css' %}{% block b %}a{b:url(x.png)}{% endblock %}",
        "base.css": "{% block b required %}\n{# x.png #}\n{% endblock %}",
    }
    assert places(tmp_path / "1", files) == [("css/x.png", "src/css/a.css.jinja", "url(|x.png")]
    odd = "a{b:'\ufde0\ufdd1';c:url(x.png)}"
    assert places(tmp_path / "2", {"css/a.css.jinja": odd}) == [("css/x.png", "src/css/a.css.jinja", "url(|x.png")]


def test_the_search_for_places_asks_the_world_nothing_more(tmp_path: Path) -> None:
    text = "{% set n %}{{ 'i' }}.css{% endset %}{% include [n, 'none.css'] %}"
    bench = Workbench(tmp_path, {"a.css.jinja": text, "i.css": "a{b:url(x.png)}"})
    run = bench.run("a.css.jinja", "jinja")
    assert [under(tmp_path, one.origin) for one in run.assets[0].references] == ["url(|x.png"]
    assert sorted(bench.tools.logical) == ["a.css.jinja", "i.css"]


def test_a_reference_that_only_its_name_tells_is_found_by_that(tmp_path: Path) -> None:
    text = "{% set v %}a{b:url(x.png)}{% endset %}{{ v|replace('(', '( ')|list|join }}{{ v|urlencode|length }}"
    run = Workbench(tmp_path, {"a.css.jinja": text}).run("a.css.jinja", "jinja")
    assert [under(tmp_path, one.origin) for one in run.assets[0].references] == ["url(|x.png"]


PIECES = (
    "é😀",
    "ab(c)",
    "\n",
    "\r\n",
    "\r",
    "  ",
    "{{ 1 }}",
    "{{- ' ' -}}",
    "{{ {'a': '}}'}.a }}",
    "{# c #}",
    "{#- c -#}",
)
BLOCKS = (
    ("{% if true %}", "{%- endif %}"),
    ("{%- if false -%}", "{% else -%}\té\r\n{% endif -%}"),
    ("{% raw %}{{ ", "{% endraw %}"),
    ("{%- raw -%} ", "{%- endraw -%}"),
    ("{% filter upper %}", "{% endfilter %}"),
    ("{% for i in [1, 2] -%}", "{%+ endfor +%}"),
    ("{% set v %}", "{% endset %}{{ v }}{{ v|trim }}"),
)
TEMPLATES = st.recursive(
    st.sampled_from(PIECES),
    lambda inner: (
        st.lists(inner, max_size=6).map("".join)
        | st.builds(lambda block, text: text.join(block), st.sampled_from(BLOCKS), inner)
    ),
    max_leaves=20,
)


@given(st.booleans(), TEMPLATES)
def test_every_character_of_text_is_found_where_the_file_has_it(
    tmp_path_factory: pytest.TempPathFactory, mark: bool, text: str
) -> None:
    data = (("\ufeff" if mark else "") + text).encode()
    bench = Workbench(tmp_path_factory.mktemp("soup"), {"a.txt.jinja": data})
    result = compile_template((bench.read("a.txt.jinja"),), {}, bench.tools)
    if result.origins is None:
        return  # No template: blocks inside of raw text that ends too early.
    output = result.assets[0].content.read().decode()
    for index, character in enumerate(output):
        origin = result.origins(len(output[:index].encode()), character.encode())
        if character.isspace() or origin is None:
            assert character.isspace()
            continue
        found = data[origin.start : origin.start + origin.length].decode()
        assert found.upper() == character.upper() or found in ("1", "'}}'", "{'a': '}}'}.a", "' '"), (origin, character)
