"""Every unresolved reference is told at the author's own text: the same place, whatever the build does on the way."""

from __future__ import annotations

import pytest

from scenario import CONFIG, Files, Project, below_assets, build_files

BUNDLES = '[bundles."css/all.css"]\ncontents = ["one.css"]\n[bundles."js/all.js"]\ncontents = ["one.js"]\n'


def errors_of(files: Files, config: str = "") -> list[str]:
    """The errors, the same with and without minifying, from the cache and not."""
    plain = build_files(files, CONFIG + config).errors
    project = Project(below_assets(files), CONFIG.replace("false", "true") + config)
    first, second = project.build().errors, project.build().errors
    assert plain == first == second
    return plain


def error(file: str, line: int, column: int, source: str, under: str, hint: str = "did you mean 'img/abc.png'?") -> str:
    """The message as a person reads it; `under` stands from `column` on in `source`."""
    assert source[column - 1 :].startswith(under)
    head = f"error: assets/{file}:{line}:{column}: no asset named 'img/abd.png'"
    return f"{head}\n{line:>5} | {source}\n      | {' ' * (column - 1)}{'^' * len(under)} {hint}"


CSS = "/* é */\n.a { color: red }\n  .b { background: url( 'img/abd.png' ) }\n"
JS = '/* é */\nconst a = 1;\n  load( "asset:img/abd.png" , a );\n'
TEMPLATES = {"css": CSS, "scss": CSS, "js": JS}


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("name", ["a.css", "a.js", "a.scss", "a.css.jinja", "a.js.jinja", "a.scss.jinja"])
def test_the_same_place_with_and_without_minifying(name: str, end: str, mark: str) -> None:
    text = TEMPLATES[name.split(".")[1]]
    under = "asset:img/abd.png" if ".js" in name else "img/abd.png"
    source = text.split("\n")[2]
    found = errors_of({name: mark + text.replace("\n", end), "img/abc.png": ""})
    assert found == [error(name, 3, source.index(under) + 1, source, under)]


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_bundle_does_not_move_places(end: str, mark: str) -> None:
    files = {
        "one.css": mark + "@import 'two.css';\n.c { d: e }\n.é { f: url(img/abd.png) }\n".replace("\n", end),
        "two.css": mark + CSS.replace("\n", end),
        "one.js": mark + JS.replace("\n", end),
        "img/abc.png": "",
    }
    assert errors_of(files, BUNDLES) == [
        error("one.css", 3, 13, ".é { f: url(img/abd.png) }", "img/abd.png"),
        error("one.js", 3, 10, JS.split("\n")[2], "asset:img/abd.png"),
        error("two.css", 3, 26, CSS.split("\n")[2], "img/abd.png"),
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_templates_in_a_bundle_keep_their_places(end: str) -> None:
    css = (
        "{# img/abd.png #}\n@import 'two.css';\n{% if true %}.c { f: url({{ asset_url('img/abd.png') }}) }{% endif %}\n"
    )
    scss = "{% set w = 1 %}\n$w: {{ w }};\n.c { f: url(img/{{ 'abd' }}.png) }\n"
    js = "{# c #}\nconst a = 1, b = \"{{ asset_url('img/abd.png') }}\";\n"
    files = {
        "one.css.jinja": css.replace("\n", end),
        "two.scss.jinja": scss.replace("\n", end),
        "one.js.jinja": js.replace("\n", end),
        "img/abc.png": "",
    }
    assert errors_of(files, BUNDLES) == [
        error("one.css.jinja", 3, 40, css.split("\n")[2], "img/abd.png"),
        error("one.js.jinja", 2, 33, js.split("\n")[1], "img/abd.png"),
        error("two.scss.jinja", 3, 13, scss.split("\n")[2], "img/{{ 'abd' }}.png"),
    ]


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_other_encodings_do_not_move_places(encoding: str) -> None:
    css = '@charset "latin-1";\n' + CSS
    files = {"one.css": "@import 'two.css';\n", "two.css": css.encode(encoding), "img/abc.png": ""}
    wanted = [error("two.css", 4, 26, CSS.split("\n")[2], "img/abd.png")]
    assert errors_of(files) == wanted
    assert errors_of({**files, "one.js": ""}, BUNDLES) == wanted


def test_bytes_that_are_not_utf_8_are_a_character_each() -> None:
    css = b"a { content: '\xe9\xe0\xe2'; b: url(img/abd.png) }\n"
    js = b"const a = '\xe9\xe0\xe2', b = 'asset:img/abd.png';\n"
    shown = css.decode("ascii", "replace").rstrip(), js.decode("ascii", "replace").rstrip()
    for files, config in (
        ({"one.css": css, "one.js": js}, ""),
        ({"one.css": css, "one.js": js}, BUNDLES),
        ({"one.css": "@import 'two.css';", "two.css": css, "one.js": js}, BUNDLES),
    ):
        name = "two.css" if "two.css" in files else "one.css"
        places = [found.split(": no asset")[0] for found in errors_of({**files, "img/abc.png": ""}, config)]
        wanted = {
            name: f"assets/{name}:1:{shown[0].index('img/') + 1}",
            "one.js": f"assets/one.js:1:{shown[1].index('asset:') + 1}",
        }
        assert sorted(places) == sorted(f"error: {place}" for place in dict.fromkeys(wanted.values()))


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("a.css.jinja", "  .b { background: url(\"{{ asset_url('img/abd.png') }}\") }"),
        ("a.js.jinja", "  const b = '{{ asset_url(\"img/abd.png\") }}';"),
        ("a.scss.jinja", "  .b { .c & { background: url(\"{{ asset_url('img/abd.png') }}\") } }"),
        ("a.scss.jinja", "  $v: '{{ asset_url('img/abd.png') }}'; .b { c: url($v) }"),
    ],
)
def test_asset_url_is_told_at_its_name(name: str, line: str) -> None:
    text = "{% if false %}\n" + line + "\n{% else %}{# img/abd.png #}\n" + line + "\n{% endif %}\n"
    assert errors_of({name: text, "img/abc.png": ""}) == [
        error(name, 4, line.index("img/abd.png") + 1, line, "img/abd.png")
    ]


def test_a_value_is_told_at_the_expression_that_prints_it() -> None:
    line = "  .b { background: url({{ asset_url(pictures.logo) }}) }"
    for name in ("a.css.jinja", "a.scss.jinja"):
        found = errors_of({name: "\n" + line, "img/abc.png": ""}, 'context = {pictures = {logo = "img/abd.png"}}\n')
        assert found == [error(name, 2, 27, line, "asset_url(pictures.logo)")]


@pytest.mark.parametrize("name", ["css/a.css.jinja", "css/a.scss.jinja"])
def test_an_included_template_is_told_itself(name: str) -> None:
    files = {
        name: "{% import 'parts/m.html' as m %}\n{% include 'parts/i.html' %}\n{{ m.icon('img/abd.png') }}\n",
        "parts/m.html": "\n{% macro icon(n) %}.i { b: url({{ asset_url(n) }}), url(../img/abd.png) }{% endmacro %}\n",
        "parts/i.html": "\r\n\r\n.j { b: url(../img/abd.png) }\r\n",
        "img/abc.png": "",
    }
    line = files["parts/m.html"].strip()
    assert errors_of(files) == [
        error(name, 3, 12, "{{ m.icon('img/abd.png') }}", "img/abd.png"),
        error("parts/i.html", 3, 13, ".j { b: url(../img/abd.png) }", "../img/abd.png"),
        error("parts/m.html", 2, line.index("../img") + 1, line, "../img/abd.png"),
    ]


def test_sass_tells_its_errors_in_the_template() -> None:
    files = {"a.scss.jinja": "{# c\n #}$a: 1;\r\n{% if true -%}\n  .é { b: {{ 1 }} + $c; }\n{% endif %}\n"}
    (found,) = errors_of(files)
    assert found.startswith(
        'error: assets/a.scss.jinja:4:21: Undefined variable: "$c".\n    4 |   .é { b: {{ 1 }} + $c; }'
    )
    (found,) = errors_of({"a.scss.jinja": "{% include 'm.txt' %}\n.a { b: c }", "m.txt": "\n\n.x { @include m; }"})
    assert found.startswith("error: assets/m.txt:3:15: no mixin named m")


def test_sass_tells_what_it_warns_of_and_where_that_was_used_in_the_template() -> None:
    files = {
        "a.scss.jinja": "{# c\n #}@import 'p';\n{% for i in [1] %}.a { @include m; }{% endfor %}\n@warn 'w';",
        "_p.scss": "@mixin m { @warn 'in m'; b: c }",
    }
    project = Project(below_assets(files))
    first, second = project.build(), project.build()
    assert first.warnings == second.warnings
    assert [found.split("\n")[0] for found in first.warnings] == [
        "warning: assets/_p.scss:1:12: in m",
        "warning: assets/a.scss.jinja:4:1: w",
    ]
    assert "used by assets/a.scss.jinja:3:33" in first.warnings[0]


def test_an_import_that_sass_does_not_find_is_told_in_the_template() -> None:
    (found,) = errors_of({"a.scss.jinja": "{# c\n #}\n@import '{{ 'no/such' }}';"})
    assert found.startswith("error: assets/a.scss.jinja:3:14: nothing to import at 'no/such'")


def test_a_relative_url_may_be_relative_to_the_included_sheet() -> None:
    files = {
        "css/a.css.jinja": "{% include 'parts/p.css' %}",
        "parts/p.css": "a { b: url(one.png); c: url(two.png) }",
        "parts/one.png": "1",
        "parts/two.png": "2",
        "css/two.png": "3",
    }
    outcome = build_files(files)
    assert f"url(../{outcome.file('parts/one.png')})" in outcome.text("css/a.css")
    assert f"url({outcome.file('css/two.png').removeprefix('css/')})" in outcome.text("css/a.css")


def test_a_name_put_together_on_several_lines_is_marked_on_the_first() -> None:
    (found,) = errors_of(
        {"a.css.jinja": "a { b: url(img/{% if true %}abd\n{%- else %}z{% endif %}.png) }", "img/abc.png": ""}
    )
    assert found == error("a.css.jinja", 1, 12, "a { b: url(img/{% if true %}abd", "img/{% if true %}abd")
