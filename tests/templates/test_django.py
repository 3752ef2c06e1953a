from __future__ import annotations

import re
import sys
from pathlib import Path

import django.contrib.admin
import pytest

from assetbuild.errors import UsageError
from assetbuild.templates import Checked, check_templates
from assetbuild.templates.calls import OtherNames
from assetbuild.templates.files import template_files
from templates import check, errors, marked

ADMIN = Path(django.contrib.admin.__file__).parent


def checked(folder: Path, template: str) -> Checked:
    return check(folder, {"page.html": template}, engine="django")


def test_a_missing_name_is_shown_inside_its_quotes_with_the_nearest_one(tmp_path: Path) -> None:
    assert errors(checked(tmp_path, "{% load static %}\r\n\t<img src=\"{% static 'img/lgoo.png' %}\">\r\n")) == [
        "error: page.html:2:23: no asset named 'img/lgoo.png'\n"
        "    2 |     <img src=\"{% static 'img/lgoo.png' %}\">\n"
        "      |                          ^^^^^^^^^^^^ did you mean 'img/logo.png'?"
    ]


def test_static_is_checked_with_and_without_a_variable_for_it(tmp_path: Path) -> None:
    found = checked(
        tmp_path, "{% static 'css/app.css' %}{% static \"one\" as y %}{%static   'two'%}{% static 'three' %}"
    )
    assert (found.names, marked(found)) == (4, ["one", "two", "three"])


def test_the_tag_helpers_take_names_attributes_and_a_variable(tmp_path: Path) -> None:
    template = (
        "{% asset_url 'gone.png' %}{% asset_url name='lost.png' as x %}{% asset_integrity 'css/app.css' 'x' %}"
        "{% stylesheet_link_tag 'css/app' \"css/a.css\" 'css/b.css' media='print' %}"
        "{% javascript_include_tag 'js/app' defer=True as tag %}{% javascript_include_tag 'css/app' %}"
    )
    found = checked(tmp_path, template)
    assert marked(found) == ["gone.png", "lost.png", "css/a.css", "css/b.css", "css/app"]
    assert (found.names, found.computed) == (8, 0)


@pytest.mark.parametrize("value", ["name", "page.logo", "'img/a'|add:name", "_('img/logo.png')", "name|default:'x'"])
def test_a_computed_name_is_a_notice_at_its_place(tmp_path: Path, value: str) -> None:
    found = checked(tmp_path, f"{{% with x='img/a.png' %}}{{% static {value} as y %}}{{% endwith %}}")
    assert (found.names, found.computed, marked(found, "notice")) == (0, 1, [value])


def test_what_completes_a_prefix_is_not_checkable(tmp_path: Path) -> None:
    found = checked(tmp_path, "{% get_static_prefix %}a.png {% static 'img/' %}b.png{% static '' %}")
    assert marked(found, "notice")[:2] == ["get_static_prefix", "img/"]
    assert (found.names, found.computed) == (0, 3)


def test_static_takes_a_url_with_query_fragment_and_escapes(tmp_path: Path) -> None:
    found = check(
        tmp_path,
        {"a.html": "{% static 'a%20b.svg?v=1#icon' %}{% static 'c.svg#icon' %}{% static 'x#y.svg' %}"},
        ["a b.svg", "x#y.svg"],
    )
    assert marked(found) == ["c.svg#icon"]


def test_comments_and_verbatim_name_nothing(tmp_path: Path) -> None:
    template = (
        "{# {% static 'a' %} #}{% comment 'why' %}{% static 'b' %}{% if %}{% endcomment %}"
        "{% verbatim %}{% static 'c' %}{% endverbatim %}{% verbatim x %}{% endverbatim %}{% static 'd' %}"
        "{% endverbatim x %}{{ static }} static 'e' {% static\n'f' %}{%\tcomment\t%}{% static 'g' %}{% endcomment %}"
    )
    found = checked(tmp_path, template)
    assert (found.names, found.computed, found.diagnostics) == (0, 0, ())


def test_the_assets_tag_names_its_contents_and_not_its_options(tmp_path: Path) -> None:
    found = checked(
        tmp_path,
        '{% load assets %}{% assets filters="jsmin", output="x.js", "js/app.js", "js/gone.js","js/lost.js", extra %}'
        '<script src="{{ ASSET_URL }}"></script>{% endassets %}',
    )
    assert (marked(found), marked(found, "notice")) == (["js/gone.js", "js/lost.js"], ["extra"])


def test_an_output_of_the_assets_tag_that_is_an_asset_stands_for_its_contents(tmp_path: Path) -> None:
    found = checked(tmp_path, '{% load assets %}{% assets "js/part.js" output="js/app.js" %}{% endassets %}')
    assert (found.names, found.missing) == (1, 0)


def test_the_pictures_of_a_srcset_are_names_too(tmp_path: Path) -> None:
    found = checked(
        tmp_path,
        "{% load assetbuild %}{% image_tag 'img/logo.png' srcset='img/logo.png 1x, gone.png 2x' %}"
        "{% image_tag 'img/logo.png' srcset=sizes %}",
    )
    assert (found.names, marked(found), marked(found, "notice")) == (4, ["gone.png"], ["sizes"])


def test_an_icon_without_a_name_is_the_favicon(tmp_path: Path) -> None:
    assert marked(checked(tmp_path, "{% load assetbuild %}{% favicon_link_tag %}")) == ["favicon_link_tag"]


def test_escapes_in_a_name_are_undone(tmp_path: Path) -> None:
    found = checked(tmp_path, r"""{% static 'it\'s.png' %}{% static "a 'b' \\.png" %}""")
    assert [one.text for one in found.diagnostics] == ["no asset named 'it's.png'", "no asset named 'a 'b' \\.png'"]
    assert marked(found) == [r"it\'s.png", r"a 'b' \\.png"]


@pytest.mark.parametrize(
    ("template", "message", "mark"),
    [
        ("{% static %}", "the tag 'static' names no asset", "static"),
        ("{% static as x %}", "the tag 'static' names no asset", "static"),
        ("{% static 'a b %}", "a string that is not closed, or runs into what follows it", "'a"),
        ("{% static 'a'b %}", "a string that is not closed, or runs into what follows it", "'a'b"),
        ("{% comment %}{% static 'x' %}", "the tag 'comment' is never closed", "{% comment %}"),
        ("{% verbatim %}{% static 'x' %}", "the tag 'verbatim' is never closed", "{% verbatim %}"),
    ],
)
def test_what_django_refuses_is_an_error_at_its_place(tmp_path: Path, template: str, message: str, mark: str) -> None:
    found = checked(tmp_path, "{% static 'gone' %}\n" + template)
    assert [one.text for one in found.diagnostics] == ["no asset named 'gone'", message]
    assert (marked(found)[1], found.unread) == (mark, 1)


@pytest.mark.parametrize("template", ["{% %}", "{%%}", "{{ }}", "{% static 'css/app.css' %}{% comment", "{% _('a %}"])
def test_odd_templates_are_no_trouble(tmp_path: Path, template: str) -> None:
    assert checked(tmp_path, template).diagnostics == ()


def test_without_django_what_to_install_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "django.template.base", None)
    with pytest.raises(UsageError, match="Django is not installed") as raised:
        check(tmp_path, {"page.html": "{% load static %}{% static 'x' %}"})
    assert raised.value.diagnostics[0].hint == "pip install django"


def admin(names: frozenset[str]) -> Checked:
    root = str(ADMIN)
    return check_templates(template_files([str(ADMIN / "templates")], root), names, root)


def test_the_admins_own_templates_name_only_what_the_admin_has() -> None:
    static = ADMIN / "static"
    names = frozenset(file.relative_to(static).as_posix() for file in static.rglob("*") if file.is_file())
    found = admin(names)
    assert (errors(found), found.missing, found.unread) == ([], 0, 0)
    assert (found.templates, found.names) == (len(list((ADMIN / "templates").rglob("*.html"))), admin_tags())

    without = admin(names - {"admin/css/base.css", "admin/js/cancel.js"})
    assert marked(without) == admin_mentions("admin/css/base.css", "admin/js/cancel.js")
    assert {one.file for one in without.diagnostics if one.text.endswith("base.css'")} == {"templates/admin/base.html"}


def admin_tags() -> int:
    """How many {% static "…" %} there are, by a plain search."""
    return sum(len(re.findall(r"{%\s*static\s+[\"']", text)) for text in admin_texts())


def admin_mentions(*names: str) -> list[str]:
    found = [re.findall("|".join(map(re.escape, names)), text) for text in admin_texts()]
    return [name for one in found for name in one]


def admin_texts() -> list[str]:
    files = sorted((ADMIN / "templates").rglob("*.html"), key=lambda file: file.as_posix())
    return [file.read_text("utf-8") for file in files]


def test_packages_of_django_pipeline_are_names_where_its_tags_are_loaded(tmp_path: Path) -> None:
    tags = "{% stylesheet 'app' %}{% javascript \"js/app\" %}{% javascript 'appp' %}"
    tags += "{% javascript other %}{% stylesheet a.css %}"
    found = checked(tmp_path, "{% load static pipeline %}" + tags)
    assert (found.names, marked(found), marked(found, "notice")) == (3, ["appp"], ["other", "a.css"])
    assert errors(found)[0].endswith("did you mean 'js/app.js'?")
    assert checked(tmp_path, "{% load own_tags %}" + tags).names == 0


def test_a_package_of_django_pipeline_may_be_one_of_the_manifests_names(tmp_path: Path) -> None:
    template = {"page.html": "{% load pipeline %}{% stylesheet 'base' %}{% javascript 'bas' %}"}
    assert marked(check(tmp_path, template, engine="django", others=OtherNames(tags={"base"}))) == ["bas"]


def test_in_a_block_of_django_compressor_sass_stands_for_what_is_made_of_it(tmp_path: Path) -> None:
    inside = "{% compress css %}{% static 'css/app.scss' %}{% static 'css/gone.scss' %}{% endcompress %}"
    assert marked(checked(tmp_path, inside + "{% static 'css/app.scss' %}")) == ["css/gone.scss", "css/app.scss"]
