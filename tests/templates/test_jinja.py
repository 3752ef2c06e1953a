from __future__ import annotations

import sys
from pathlib import Path

import pytest

from assetbuild.errors import UsageError
from assetbuild.templates import Checked
from templates import check, errors, marked


def checked(folder: Path, template: str, **options: bool) -> Checked:
    return check(folder, {"page.html.jinja": template}, **options)


def test_a_missing_name_is_shown_inside_its_quotes_with_the_nearest_one(tmp_path: Path) -> None:
    assert errors(checked(tmp_path, "<img\n  src=\"{{ asset_url('img/lgoo.png') }}\">\n")) == [
        "error: page.html.jinja:2:22: no asset named 'img/lgoo.png'\n"
        "    2 |   src=\"{{ asset_url('img/lgoo.png') }}\">\n"
        "      |                      ^^^^^^^^^^^^ did you mean 'img/logo.png'?"
    ]


@pytest.mark.parametrize(
    "helper",
    [
        "asset_url",
        "asset_path",
        "asset_integrity",
        "asset_data_url",
        "stylesheet_link_tag",
        "javascript_include_tag",
        "preload_link_tag",
        "image_tag",
        "favicon_link_tag",
        "static",
    ],
)
def test_every_helper_names_assets(tmp_path: Path, helper: str) -> None:
    found = checked(tmp_path, f"{{{{ {helper}('img/logo.png') }}}}{{{{ {helper}('gone') }}}}")
    assert (found.names, marked(found)) == (2, ["gone"])


def test_a_tag_helper_names_several_and_its_keywords_are_attributes(tmp_path: Path) -> None:
    found = checked(tmp_path, "{{ stylesheet_link_tag('css/app.css', 'css/a.css', 'css/b.css', media='print') }}")
    assert marked(found) == ["css/a.css", "css/b.css"]
    assert found.names == 3


def test_the_helpers_of_one_name_take_it_by_keyword_too_and_no_second_one(tmp_path: Path) -> None:
    found = checked(tmp_path, "{{ asset_url(name='gone.png') }}{{ asset_url('img/logo.png', 'other') }}")
    assert marked(found) == ["gone.png"]


def test_an_extension_may_be_left_out_where_the_tag_helper_knows_it(tmp_path: Path) -> None:
    found = checked(
        tmp_path,
        "{{ stylesheet_link_tag('css/app') }}{{ javascript_include_tag('js/app', 'css/app') }}"
        "{{ asset_url('js/app') }}{{ stylesheet_link_tag('css/prnt') }}",
    )
    assert marked(found) == ["css/app", "js/app", "css/prnt"]
    assert found.diagnostics[2].hint == "did you mean 'css/print.css'?"


def test_all_names_that_an_expression_chooses_from_are_checked(tmp_path: Path) -> None:
    template = (
        "{{ asset_url('a.png' if x else 'img/logo.png') }}{{ asset_url('b.png' if x else ('c.png' if y else z)) }}"
        "{{ asset_url(icon or 'd.png') }}{{ asset_url(icon|default('e.png')) }}{{ asset_url('f.png' if x) }}"
    )
    found = checked(tmp_path, template)
    assert marked(found) == ["a.png", "b.png", "c.png", "d.png", "e.png", "f.png"]
    assert marked(found, "notice") == ["z", "icon", "icon|default('e.png')"]


@pytest.mark.parametrize(
    "expression",
    ["name", "'img/' ~ name", "'img/' + name", "'img/%s' % name", "names[0].file", "_('img/logo.png')", "f(a, [1])"],
)
def test_a_computed_name_is_a_notice_at_its_place(tmp_path: Path, expression: str) -> None:
    found = checked(tmp_path, f"{{{{ asset_url({expression}) }}}} {{{{ image_tag({expression}, alt='x') }}}}")
    assert (found.names, found.computed, errors(found)) == (0, 2, [])
    assert marked(found, "notice") == [expression, expression]


def test_names_given_as_a_starred_list_are_computed(tmp_path: Path) -> None:
    found = checked(tmp_path, "{{ stylesheet_link_tag('css/app.css', *more, **attributes) }}")
    assert (found.names, marked(found, "notice")) == (1, ["more"])


def test_strings_side_by_side_are_one_name(tmp_path: Path) -> None:
    found = checked(tmp_path, "{{ asset_url('img/' 'logo.png') }}{{ asset_url('img/' 'gone.png') }}")
    assert marked(found) == ["img/' 'gone.png"]


def test_escapes_in_a_name_are_undone(tmp_path: Path) -> None:
    found = checked(tmp_path, r"{{ asset_url('img\x2flogo.png') }}{{ asset_url('it\'s.png') }}")
    assert [one.text for one in found.diagnostics] == ["no asset named 'it's.png'"]
    assert marked(found) == [r"it\'s.png"]


def test_comments_and_raw_blocks_and_plain_text_name_nothing(tmp_path: Path) -> None:
    found = checked(
        tmp_path,
        "{# {{ asset_url('a') }} #}{% raw %}{{ asset_url('b') }}{% endraw %}asset_url('c')"
        "{{ \"asset_url('d')\" }}{%- raw -%} {{ asset_url('e') }} {%- endraw -%}",
    )
    assert (found.names, found.computed, found.diagnostics) == (0, 0, ())


def test_calls_are_found_wherever_they_stand(tmp_path: Path) -> None:
    template = """
        {% extends asset_url('1') %}
        {% block head %}{% macro icon(n) %}{{ asset_url('2') }}{% endmacro %}{% endblock head %}
        {% if asset_url('3') %}{% elif asset_url('4') %}{% else %}{{ [{'a': asset_url('5')}] }}{% endif %}
        {% for x in y if asset_url('6') %}{% set z = asset_url('7') %}{% else %}{{ f(g=asset_url('8')) }}{% endfor %}
        {% call(x) list(asset_url('9')) %}{{ asset_url('10')|upper }}{% endcall %}
        {% include [asset_url('11')] %}{% with a = asset_url('12') %}{% filter upper %}{{ asset_url('13') }}
        {% endfilter %}{% endwith %}{{ 'x' ~ asset_url('14') }}{{ -(asset_url('15')).b[asset_url('16'):] }}
    """
    assert marked(checked(tmp_path, template)) == [str(number) for number in range(1, 17)]


def test_a_filter_named_like_a_helper_is_one(tmp_path: Path) -> None:
    found = checked(tmp_path, "{{ 'gone.png'|asset_url|upper }}{{ name|asset_url }}")
    assert (marked(found), marked(found, "notice")) == (["gone.png"], ["name|asset_url"])


@pytest.mark.parametrize(
    "own",
    [
        "{% macro image_tag(name) %}{% endmacro %}",
        "{% from 'macros.html' import image_tag with context %}",
        "{% from 'macros.html' import picture as image_tag %}",
        "{% import 'macros.html' as image_tag %}",
        "{% set image_tag = picture %}",
    ],
)
def test_a_helper_that_the_template_defines_itself_is_not_ours(tmp_path: Path, own: str) -> None:
    found = checked(tmp_path, own + "{{ image_tag('gone') }}{{ asset_url('gone.png') }}")
    assert marked(found) == ["gone.png"]


def test_methods_that_share_a_helpers_name_are_not_ours(tmp_path: Path) -> None:
    assert checked(tmp_path, "{{ site.asset_url('gone') }}{{ url_for('gone') }}").names == 0


def test_columns_count_characters_after_tags_that_strip_blanks_and_wide_characters(tmp_path: Path) -> None:
    found = checked(tmp_path, "é 𝄞\t\n\n  {%- if x -%}\n\n  漢字 {{- asset_url('gone') -}}  \n  {%- endif %}")
    (one,) = found.diagnostics
    assert (one.line, one.column, one.length) == (5, 21, 4)
    assert marked(found) == ["gone"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_any_line_ends_and_a_byte_order_mark_change_no_place(tmp_path: Path, end: str, mark: str) -> None:
    lines = ["{{ asset_url('one') }}", "", "{% if x %}", "  {{ asset_url(", "    'two') }}", "{% endif %}"]
    found = checked(tmp_path, mark + end.join(lines))
    assert [(one.line, one.column, one.source) for one in found.diagnostics] == [
        (1, 15, lines[0]),
        (5, 6, lines[4]),
    ]


def test_a_name_over_two_lines_is_marked_on_its_first(tmp_path: Path) -> None:
    found = checked(tmp_path, "{{ asset_url('img/\nlogo.png') }}")
    assert marked(found) == ["img/"]
    assert found.diagnostics[0].length == len("img/")


def test_tags_of_any_extension_are_taken_with_the_calls_in_them(tmp_path: Path) -> None:
    template = """
        {% trans count=items|length, logo=asset_url('1') %}one{% pluralize %}{{ asset_url('2') }}{% endtrans %}
        {% do list.append(asset_url('3')) %}{% for x in y %}{% if x %}{% continue %}{% endif %}{% endfor %}
        {% cache 60, 'key' with asset_url('4').x as y %}{{ asset_url('5') }}{% else %}{{ asset_url('6') }}{% endcache %}
        {% if a %}{% panel 'x' %}{% if b %}{{ asset_url('7') }}{% else %}{% endif %}{% else %}{% endpanel %}
        {% else %}{{ asset_url('8') }}{% endif %}{% hr %}{% panel asset_url('9') %}
    """
    found = checked(tmp_path, template)
    assert marked(found) == [str(number) for number in range(1, 10)]
    assert found.unread == 0


def test_an_unknown_tag_keeps_the_nesting_of_the_others(tmp_path: Path) -> None:
    found = checked(tmp_path, "{% panel %}{% if x %}{% endpanel %}{% endif %}")
    assert found.unread == 1


def test_the_assets_tag_names_its_contents_and_not_its_options(tmp_path: Path) -> None:
    found = checked(
        tmp_path,
        '{% assets "js/app.js", "js/gone.js", extra, filters="jsmin", output="gen/all.js", ["js/lost.js"] %}'
        "<script src=\"{{ ASSET_URL }}\">{{ asset_url('gone.png') }}{% endassets %}",
    )
    assert (marked(found), marked(found, "notice")) == (["js/gone.js", "js/lost.js", "gone.png"], ["extra"])
    assert found.names == 4


@pytest.mark.parametrize("output", ["js/app.js", "/static/js/app.js", "js/app.%(version)s.js"])
def test_an_output_of_the_assets_tag_that_is_an_asset_stands_for_its_contents(tmp_path: Path, output: str) -> None:
    found = checked(tmp_path, f'{{% assets "js/part.js", "js/other.js", output="{output}" %}}{{% endassets %}}')
    assert (found.names, found.missing) == (2, 0)


def test_the_assets_tag_takes_names_without_their_extension(tmp_path: Path) -> None:
    found = checked(tmp_path, "{% assets 'js/app', 'css/app', 'img/logo' %}{% endassets %}")
    assert marked(found) == ["img/logo"]


@pytest.mark.parametrize(
    "srcset",
    [
        "{'img/logo.png': '1x', 'gone.png': '2x'}",
        "[('img/logo.png', '1x'), ['gone.png', '2x']]",
        "'img/logo.png,  gone.png 2x'",
    ],
)
def test_the_pictures_of_a_srcset_are_names_too(tmp_path: Path, srcset: str) -> None:
    found = checked(tmp_path, f"{{{{ image_tag('img/logo.png', alt='x.png', srcset={srcset}) }}}}")
    assert (found.names, marked(found)) == (3, ["gone.png"])


def test_a_computed_srcset_is_computed(tmp_path: Path) -> None:
    found = checked(tmp_path, "{{ image_tag('img/logo.png', srcset=sizes) }}{{ image_tag('a', srcset={name: '2x'}) }}")
    assert (marked(found), marked(found, "notice")) == (["a"], ["sizes", "name"])


def test_an_icon_without_a_name_is_the_favicon(tmp_path: Path) -> None:
    assert marked(checked(tmp_path, "{{ favicon_link_tag() }}")) == ["favicon_link_tag"]
    assert marked(checked(tmp_path, "{{ favicon_link_tag('img/logo.png', rel='x') }}")) == []
    found = check(tmp_path, {"page.html.jinja": "{{ favicon_link_tag() }}"}, ["favicon.ico"])
    assert (found.names, found.missing) == (1, 0)


def test_url_for_static_names_an_asset_if_asked(tmp_path: Path) -> None:
    template = (
        "{{ url_for('static', filename='gone.css') }}{{ url_for('static', filename=name, _external=True) }}"
        "{{ url_for('index', filename='x') }}{{ url_for(endpoint) }}{{ url_for('static') }}"
    )
    found = checked(tmp_path, template, flask_static=True)
    assert (marked(found), marked(found, "notice")) == (["gone.css"], ["name"])
    assert checked(tmp_path, template).names == 0


def test_static_takes_a_url_as_in_django(tmp_path: Path) -> None:
    found = checked(tmp_path, "{{ static('img/logo.png#x') }}{{ static('img/') }}{{ static('gone.png?x') }}")
    assert (marked(found), marked(found, "notice")) == (["gone.png?x"], ["img/"])


@pytest.mark.parametrize(
    ("template", "message", "line", "mark"),
    [
        ("<p>\n{{ asset_url('x' }}", "unexpected '}', expected ')'", 2, "}"),
        ("a\nb {% if x %}\n{% for %}", "Expected an expression, got 'end of statement block'", 3, "%}"),
        ("a {{ x y }}", "expected token 'end of print statement', got 'y'", 1, "y"),
        ("a\n {# never", "Missing end of comment tag", 2, "{"),
        ("{{ ? }}", "unexpected char '?'", 1, "?"),
        ("{% endif %}", "Encountered unknown tag 'endif'.", 1, "endif"),
        ("{{ 'a\\N{no such}' }}", "unknown Unicode character name", 1, "'a\\N{no such}'"),
    ],
)
def test_a_syntax_error_has_its_place(tmp_path: Path, template: str, message: str, line: int, mark: str) -> None:
    found = checked(tmp_path, template)
    (one,) = found.diagnostics
    assert (one.text, one.line, one.hint, found.unread) == (message, line, None, 1)
    assert marked(found) == [mark]


def test_an_unclosed_block_is_told_by_name(tmp_path: Path) -> None:
    (one,) = checked(tmp_path, "{% if x %}\n{% block a %}{% endblock %}\n").diagnostics
    assert "'if'" in one.text


def test_a_template_nested_beyond_measure_is_an_error(tmp_path: Path) -> None:
    found = checked(tmp_path, "{{ " + "(" * 20_000 + "x" + ")" * 20_000 + " }}")
    assert [one.text for one in found.diagnostics] == ["nested too deep to be checked"]


def test_a_number_too_long_for_python_is_no_trouble(tmp_path: Path) -> None:
    assert marked(checked(tmp_path, "{{ " + "1" * 5000 + " }}{{ asset_url('gone') }}")) == ["gone"]


def test_without_jinja2_what_to_install_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(UsageError, match="Jinja2 is not installed") as raised:
        checked(tmp_path, "{{ asset_url('x') }}")
    assert raised.value.diagnostics[0].hint == "pip install jinja2"
