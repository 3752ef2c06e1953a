"""A project with webassets, imported and built; and beside it webassets itself."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest

from scenario import Outcome, Project

from .old_projects import contents, fixture, imported, run_in_node, told
from .sameness import same
from .webassets_projects import page, texts_of, webassets

FILE = "config/assets.yml"
TEMPLATES = ("base.html", "cart.html", "order.html")


@pytest.fixture(scope="module")
def shop() -> Project:
    project = fixture("webassets")
    imported(project, "webassets", FILE)
    return project


@pytest.fixture(scope="module")
def built(shop: Project) -> Outcome:
    return shop.build()


@pytest.fixture(scope="module")
def itself() -> dict[str, Any]:
    return webassets(fixture("webassets"), FILE, *TEMPLATES)


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_page_names_the_same_as_with_webassets(
    template: str, shop: Project, built: Outcome, itself: dict[str, Any]
) -> None:
    html, theirs = page(shop, built, template), itself["printed"][template]
    assert re.findall(r'media="(.*?)"', html) == re.findall(r'media="(.*?)"', theirs["html"])
    for ours, text in zip(texts_of(html, built), theirs["texts"], strict=True):
        same(ours, text)


def test_bundles_have_the_same_files_in_the_same_order(built: Outcome, itself: dict[str, Any]) -> None:
    outputs = {name: built.manifest["names"][name]["assets"] for name in itself["order"] if name != "forms"}
    for name, files in itself["order"].items():
        if name in ("forms", "ui", "loose"):  # no bundles by themselves
            continue
        ours = [source for output in outputs[name] for source in built.manifest["contents"][output]]
        written = [re.sub(r"^(?:static|vendor/\w+)/", "", file) for file in files if "/gen/" not in file]
        assert ours == written, name


def test_bundles_have_the_same_tokens_and_the_same_rules(built: Outcome, itself: dict[str, Any]) -> None:
    assert sorted(itself["built"]) == ["all-js", "deep", "print", "screen", "scripts"]
    for name, (theirs,) in itself["built"].items():
        (output,) = built.manifest["names"][name]["assets"]
        # Which is also a glob for what webassets has written, one bundle or several, as it happens.
        same(built.text(output), theirs.partition("old()")[0] if name == "all-js" else theirs)


def test_what_has_no_output_is_named_file_by_file(built: Outcome) -> None:
    assert built.manifest["names"]["loose"]["assets"] == ["js/loose.js", "js/order.js"]
    assert built.manifest["names"]["ui"]["assets"] == ["ui/a-b.js", "ui/core.js"]
    assert "forms" not in built.manifest["names"]


def test_templates_in_a_bundle_of_scripts_have_their_names_and_their_text(
    built: Outcome, itself: dict[str, Any]
) -> None:
    result = "[Shop.item({name: 'x'}), Shop.list({items: true}), order]"
    ours = run_in_node(built, ["gen/scripts.js"], result)
    assert ours[:2] == ["<li>x</li>\n", "<ul>\n  …\n</ul>\n"]
    assert ours[2] == ["order", "ui/a-b", "ui/core", "forms/Area", "forms/check"]


def test_a_url_in_a_deeper_style_sheet_is_right_where_webassets_leaves_it_wrong(
    built: Outcome, itself: dict[str, Any]
) -> None:
    assert "url(../../img/logo.svg)" in itself["printed"]["base.html"]["texts"][0]
    assert built.text("gen/screen.css").count(f"../{built.file('img/logo.svg')}") == 2


def test_two_tags_of_one_output_are_two_bundles(shop: Project, built: Outcome) -> None:
    first = texts_of(page(shop, built, "cart.html"), built)[-1]
    second = texts_of(page(shop, built, "order.html"), built)[-2]
    assert first.startswith('window.order=["order"]')
    assert second.startswith("(window.order||")


def test_everything_that_is_left_out_is_said_at_its_line() -> None:
    ran = fixture("webassets").run("import", "webassets", FILE, "-v")
    assert [line.partition(": ")[0] for line in told(ran, "warning")] == [
        f"{FILE}:7:5",  # a directory that is not there
        f"{FILE}:11:1",  # merge
        f"{FILE}:12:1",  # url_mapping
        f"{FILE}:15:3",  # a setting of no filter
        f"{FILE}:38:5",  # debug
        f"{FILE}:56:5",  # remove_duplicates
        f"{FILE}:73:25",  # the output of another bundle, in a glob
        "templates/mail/plain.txt:1:34",  # computed
        "templates/order.html:4:11",  # the output of another tag
    ]
    assert "webassets' YAML loader passes over 'merge' in silence: left out" in ran.stderr
    assert [line.partition(": ")[0] for line in told(ran, "notice")] == [
        f"{FILE}:9:1",
        f"{FILE}:10:1",
        f"{FILE}:23:3",
        f"{FILE}:44:18",
        f"{FILE}:45:18",
        "templates/cart.html:3:11",
    ]


def test_check_knows_the_names_of_the_tags(shop: Project, built: Outcome) -> None:
    ran = shop.run("check", "templates")
    assert ran.code == 0, ran.stderr


def test_load_paths_come_in_their_order_each_once_and_globs_stay_globs(shop: Project) -> None:
    config = tomllib.loads((shop.root / "assetbuild.toml").read_text("utf-8"))
    assert config["sources"] == ["static", "vendor/print", "vendor/ui"]
    assert contents(config, "gen/deep.js") == ["js/*/*.js"]
    assert contents(config, "gen/scripts.js") == ["js/order.js", "ui/*.js", "js/forms/*.js", "jst/*/*.jst"]
