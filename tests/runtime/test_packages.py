"""The helpers of Jammit, asset_packager and django-assetpackager in templates that stay as they were."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jinja2
import pytest

from assetbuild.runtime import AssetNotFound, Manifest
from assetbuild.runtime.jinja import install
from assetbuild.runtime.packages import several_name
from assetbuild.templates.calls import OtherNames
from templates import check, errors

from .release import document, record

ASSETS = {
    path: record(path.replace(".", "-1."), "text/css" if path.endswith(".css") else "text/javascript", path.encode())
    for path in (
        "assets/workspace.js",
        "assets/common.css",
        "packages/other.js",
        "javascripts/base_packaged.js",
        "javascripts/base.js",
        "javascripts/sub/tools_packaged.js",
        "javascripts/alone.js",
        "stylesheets/base_packaged.css",
        "js/menu-and-page_packaged.js",
        "js/menu.js",
        "js/page.js",
        "css/print.css",
    )
}


def render(call: str, bundles: dict[str, object] | None = None, **context: Any) -> str:
    environment = install(jinja2.Environment(autoescape=True), Manifest(document(ASSETS)), bundles)
    return environment.from_string("{{ " + call + " }}").render(**context)


def urls(call: str, bundles: dict[str, object] | None = None) -> list[str]:
    """The URLs that the tags lead to, below the base URL."""
    parts = render(call, bundles).replace("href=", "src=").split('src="')[1:]
    return [part.partition('"')[0].removeprefix("/static/").replace("-1.", ".") for part in parts]


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("include_javascripts('workspace')", ["assets/workspace.js"]),
        ("include_javascripts('workspace', 'packages/other')", ["assets/workspace.js", "packages/other.js"]),
        ("include_javascripts('workspace', 'workspace')", ["assets/workspace.js"]),
        ("include_stylesheets('common', embed_assets=False, media='all')", ["assets/common.css"]),
        ("javascript_include_merged('base')", ["javascripts/base_packaged.js"]),
        (
            "javascript_include_merged('sub/tools', 'alone')",
            ["javascripts/sub/tools_packaged.js", "javascripts/alone.js"],
        ),
        ("stylesheet_link_merged('base')", ["stylesheets/base_packaged.css"]),
        ("javascript_include_merged('page.js', 'menu.js')", ["js/menu-and-page_packaged.js"]),
        ("javascript_include_merged('menu.js')", ["js/menu.js"]),
        (
            "javascript_include_merged('menu.js', '/x.js', 'https://a.example/y.js', '//b.example/z.js')",
            ["js/menu.js", "/x.js", "https://a.example/y.js", "//b.example/z.js"],
        ),
        ("css_include_merged('print.css')", ["css/print.css"]),
    ],
)
def test_names_are_those_of_packages_or_of_files_each_once_and_urls_pass_through(
    call: str, expected: list[str]
) -> None:
    assert urls(call) == expected


def test_attributes_and_integrity_are_those_of_the_plain_tags() -> None:
    for helper, plain in (
        ("include_stylesheets('common', media='print')", "stylesheet_link_tag('assets/common', media='print')"),
        ("include_javascripts('workspace', defer=True)", "javascript_include_tag('assets/workspace', defer=True)"),
    ):
        assert render(helper) == render(plain)
    script = '<script src="/static/assets/workspace-1.js"></script>'
    assert render("include_javascripts('workspace', integrity=False)") == script
    assert "integrity" not in render("javascript_include_merged('//b.example/z.js')")


def test_files_that_are_in_a_package_lead_to_it_once() -> None:
    packages: dict[str, object] = {"prototype": "javascripts/base_packaged.js", "effects": ["base"]}
    assert urls("javascript_include_merged('prototype', 'effects', 'base')", packages) == [
        "javascripts/base_packaged.js"
    ]


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("javascript_include_merged('prototype', 'effects.js', 'base', 'alone')", ["base_packaged.js", "alone.js"]),
        ("javascript_include_merged('sub/hammer')", ["sub/tools_packaged.js"]),
        ("javascript_include_merged('shared')", ["base_packaged.js"]),
        ("include_javascripts('javascripts/prototype', 'javascripts/effects.js')", ["base_packaged.js"]),
    ],
)
def test_names_of_sources_lead_to_the_package_that_the_release_made_of_them(call: str, expected: list[str]) -> None:
    contents = {
        "javascripts/base_packaged.js": ["prototype", "effects", "shared"],
        "javascripts/sub/tools_packaged.js": ["sub/hammer", "shared"],
        "javascripts/alone.js": ["alone"],
        "javascripts/a.js": ["shared"],  # which is in no release
    }
    paths = {path: [f"javascripts/{name}.js" for name in names] for path, names in contents.items()}
    manifest = Manifest({**document(ASSETS), "contents": paths})
    environment = install(jinja2.Environment(), manifest)
    html = environment.from_string("{{ " + call + " }}").render()
    assert html.count("<script") == len(expected)
    assert all(f"/static/javascripts/{name.replace('.', '-1.')}" in html for name in expected)


def test_a_name_that_is_nowhere_is_an_error_that_names_it() -> None:
    with pytest.raises(AssetNotFound, match="nowhere"):
        render("include_javascripts('nowhere')")
    with pytest.raises(TypeError, match="the name of a package is a string, not int"):
        render("include_javascripts(5)")


def test_what_asset_packager_does_not_know_is_passed_on_once_as_rails_prints_it() -> None:
    html = render("javascript_include_merged('nowhere', 'base', 'nowhere.js', 'sub/x.js', defer=True)")
    assert html.splitlines()[0] == '<script src="/javascripts/nowhere.js" defer></script>'
    assert html.splitlines()[2:] == ['<script src="/javascripts/sub/x.js" defer></script>']
    link = render("stylesheet_link_merged(':nowhere', media='print')")
    assert link == '<link rel="stylesheet" href="/stylesheets/nowhere.css" media="print">'


def test_the_name_of_several_files_does_not_depend_on_their_order() -> None:
    assert several_name(["b/c.js", "a.js"]) == several_name(["a.js", "b/c.js"]) == "a-and-b-c"


def test_templates_are_checked_for_names_of_packages(tmp_path: Path) -> None:
    names = tuple(ASSETS)
    found = check(
        tmp_path,
        {
            "a.html": "{{ include_javascripts('workspace', 'gone') }}{{ include_stylesheets('common', media='all') }}",
            "b.html": "{% load asset_include %}{% javascript_include_merged :base menu.js lost.js '//host/x.js' x %}",
        },
        names,
    )
    assert [error.split("\n")[0] for error in errors(found)] == [
        "error: a.html:1:38: no asset named 'gone'",
        "error: b.html:1:68: no asset named 'lost.js'",
    ]
    assert found.computed == 1


def test_names_of_sources_are_known_to_the_check(tmp_path: Path) -> None:
    others = OtherNames(sources=("javascripts/prototype.js",))
    template = "{{ javascript_include_merged('prototype', 'gone') }}"
    found = check(tmp_path, {"a.html": template}, tuple(ASSETS), others=others)
    assert [error.split("\n")[0] for error in errors(found)] == ["error: a.html:1:44: no asset named 'gone'"]


def test_a_misspelled_package_is_told_with_the_one_that_is_there(tmp_path: Path) -> None:
    found = check(tmp_path, {"a.html": "{{ include_javascripts('worspace') }}"}, tuple(ASSETS))
    assert "did you mean 'assets/workspace.js'?" in errors(found)[0]


@pytest.mark.parametrize("call", ["javascript_include_merged('')", "stylesheet_link_merged(':')"])
def test_an_empty_name_is_an_error_and_not_passed_on(call: str) -> None:
    with pytest.raises(AssetNotFound, match=r"no asset named ':?'"):
        render(call)
