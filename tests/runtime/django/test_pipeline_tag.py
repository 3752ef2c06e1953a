"""{% load pipeline %}: the packages of django-pipeline, printed from a release."""

from __future__ import annotations

import pytest
from django.template import TemplateDoesNotExist, TemplateSyntaxError

from assetbuild.runtime import AssetNotFound
from runtime.django.site import rendered, site
from scenario import Outcome, Project, below_assets

FILES: dict[str, str | bytes] = {"made/app.js": "1", "js/other.js": "2", "made/app.css": "a {}"}
PIPELINE = {
    "JAVASCRIPT": {
        "app": {"output_filename": "made/app.js", "extra_context": {"async": True, "defer": False, "charset": "x"}},
        "gone": {"output_filename": "made/gone.js"},
        "own": {"output_filename": "made/app.js", "template_name": "no/such.html"},
    },
    "STYLESHEETS": {"app": {"output_filename": "made/app.css", "extra_context": {"media": "print", "title": "<t>"}}},
}


@pytest.fixture(scope="module")
def built() -> Outcome:
    return Project(below_assets(FILES)).build()


def page(built: Outcome, text: str, **values: object) -> str:
    with site(built.release, PIPELINE=PIPELINE):
        return rendered("{% load pipeline %}" + text, **values)


def test_a_package_is_its_output_file_with_what_extra_context_says(built: Outcome) -> None:
    file, integrity = built.file("made/app.js"), built.assets["made/app.js"]["integrity"]
    assert page(built, "{% javascript 'app' %}") == (
        f'<script src="/static/{file}" integrity="{integrity}" crossorigin="anonymous" async></script>'
    )
    assert page(built, "{% stylesheet name %}", name="app").endswith(' media="print" title="&lt;t&gt;">')


def test_a_name_that_the_setting_does_not_have_is_that_of_a_bundle(built: Outcome) -> None:
    assert built.file("js/other.js") in page(built, "{% javascript 'other' %}")
    assert built.file("js/other.js") in page(built, "{% javascript 'js/other' %}")


def test_names_of_the_release_are_packages_too_those_of_the_setting_first() -> None:
    names = '[names.all]\nassets = ["made/app.css", "made/app.js"]\n[names.app]\nassets = "js/other.js"\n'
    built = Project(below_assets(FILES), f'sources = ["assets"]\n{names}').build()
    shown = page(built, "{% stylesheet 'all' %}{% javascript 'all' %}{% javascript 'app' %}")
    assert shown.count(built.file("made/app.js")) == 2
    assert built.file("made/app.css") in shown


def test_missing_packages_and_bundles_are_errors_with_template_and_line(built: Outcome) -> None:
    with pytest.raises(AssetNotFound, match=r"page\.html:2: no asset named 'made/gone\.js'"):
        page(built, "\n{% javascript 'gone' %}")
    with pytest.raises(AssetNotFound, match=r"page\.html:1: no asset named 'otherr'; did you mean 'js/other\.js'"):
        page(built, "{% javascript 'otherr' %}")


def test_a_template_that_is_not_there_is_djangos_error(built: Outcome) -> None:
    with pytest.raises(TemplateDoesNotExist):
        page(built, "{% javascript 'own' %}")


@pytest.mark.parametrize("tag", ["javascript", "stylesheet 'a' 'b'"])
def test_a_tag_takes_one_name(built: Outcome, tag: str) -> None:
    with pytest.raises(TemplateSyntaxError, match="takes one name"):
        page(built, f"{{% {tag} %}}")
