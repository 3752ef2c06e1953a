"""What is suggested for a name that is not there, in a project of three hundred files."""

from __future__ import annotations

import pytest

from assetbuild.nearest import Nearest

FILES = {
    "css/{}.css": "app base reset print theme-dark vendor/normalize vendor/bootstrap.min components/card pages/home",
    "js/{}.js": "app main cart checkout utils/dom utils/format components/modal components/menu vendor/jquery.min "
    "vendor/alpine vendor/htmx.min admin/index index",
    "img/{}": "logo.png logo.svg hero.jpg hero-small.jpg background.jpg pattern.png spinner.gif products/bed.jpg "
    "products/chair-large.jpg icons/arrow-left.svg icons/arrow-up.svg icons/close.svg icons/menu.svg icons/star.svg "
    "flags/it.svg flags/es.svg banners/summer.jpg",
    "fonts/{}": "inter-regular.woff2 inter-bold.woff2 fa-solid-900.woff2 roboto/Roboto-Regular.ttf",
    "fa/solid/{}.svg": "home user cog car cat bell book eye",
    "fa/brands/{}.svg": " ".join(f"brand{number:03}" for number in range(240)),
    "{}": "manifest.webmanifest sw.js favicon.ico data/countries.json video/intro.mp4",
}
NAMES = [pattern.format(name) for pattern, names in FILES.items() for name in names.split()]


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        # Misspelled, in the file's name or in its directory's.
        ("img/lgoo.png", "img/logo.png"),
        ("img/icons/clsoe.svg", "img/icons/close.svg"),
        ("js/chekout.js", "js/checkout.js"),
        ("img/hero_small.jpg", "img/hero-small.jpg"),
        ("images/logo.png", "img/logo.png"),
        ("js/util/dom.js", "js/utils/dom.js"),
        ("js/chekcout.min.js", "js/checkout.js"),
        ("icon/arow-left.svg", "img/icons/arrow-left.svg"),
        # In another case.
        ("IMG/Logo.PNG", "img/logo.png"),
        ("js/components/Modal.js", "js/components/modal.js"),
        ("img/heroSmall.jpg", "img/hero-small.jpg"),
        # Another extension, or none.
        ("img/hero.png", "img/hero.jpg"),
        ("img/logo.jpeg", "img/logo.png"),
        ("fonts/inter-bold.woff", "fonts/inter-bold.woff2"),
        ("js/utils/dom.mjs", "js/utils/dom.js"),
        ("js/components/modal", "js/components/modal.js"),
        ("favicon.png", "favicon.ico"),
        ("manifest.json", "manifest.webmanifest"),
        ("data/countries.jsn", "data/countries.json"),
        # The language that it is made of.
        ("css/components/card.scss", "css/components/card.css"),
        ("css/_base.scss", "css/base.css"),
        ("js/app.ts", "js/app.js"),
        # With or without .min, or index.
        ("js/vendor/jquery.js", "js/vendor/jquery.min.js"),
        ("css/vendor/bootstrap.css", "css/vendor/bootstrap.min.css"),
        ("js/vendor/alpine.min.js", "js/vendor/alpine.js"),
        ("js/vendor/htmx", "js/vendor/htmx.min.js"),
        ("js/admin", "js/admin/index.js"),
        ("js/checkout/index.js", "js/checkout.js"),
        # The wrong depth, a prefix forgotten or too many, moved.
        ("css/img/logo.png", "img/logo.png"),
        ("logo.png", "img/logo.png"),
        ("icons/close.svg", "img/icons/close.svg"),
        ("img/close.svg", "img/icons/close.svg"),
        ("js/dom.js", "js/utils/dom.js"),
        ("static/css/app.css", "css/app.css"),
        ("node_modules/jquery/dist/jquery.min.js", "js/vendor/jquery.min.js"),
        ("webfonts/fa-solid-900.ttf", "fonts/fa-solid-900.woff2"),
        ("fonts/Roboto-Regular.ttf", "fonts/roboto/Roboto-Regular.ttf"),
        ("css/app.js", "js/app.js"),
        ("vendor/fontawesome/solid/home.svg", "fa/solid/home.svg"),
    ],
)
def test_the_name_that_was_meant_is_suggested(asked: str, meant: str) -> None:
    assert Nearest(NAMES).hint(asked) == f"did you mean '{meant}'?"


@pytest.mark.parametrize(
    "asked",
    [
        "img/flags/at.svg", "img/flags/us.svg", "img/products/desk.jpg", "img/banners/autumn.jpg", "img/icons/zoom.svg",
        "js/components/accordion.js", "js/nope4.js", "js/main.css", "js/utils", "css/style.css", "css/index.css",
        "a.css", "x.png", "s/img/nope1.png", "fonts/inter-medium.woff2", "img/hero-large.jpg", "", "/", ".js",
    ],
)  # fmt: skip
def test_nothing_is_suggested_for_what_resembles_only_a_directory_or_a_type(asked: str) -> None:
    assert Nearest(NAMES).hint(asked) is None


def test_in_a_large_directory_names_with_a_beginning_or_an_ending_in_common_are_compared() -> None:
    hint = Nearest(NAMES).hint
    assert hint("fa/brands/brnd123.svg") == "did you mean 'fa/brands/brand123.svg'?"
    assert hint("fa/brands/brand12x3.svg") == "did you mean 'fa/brands/brand123.svg'?"


def test_after_very_many_searches_only_what_is_the_same_otherwise_is_suggested() -> None:
    nearest = Nearest(NAMES)
    for number in range(400):
        nearest.hint(f"nothing/like/that/{number}")
    assert nearest.hint("img/lgoo.png") is None
    assert nearest.hint("img/Logo.png") == "did you mean 'img/logo.png'?"
    assert nearest.hint("css/app.scss") == "did you mean 'css/app.css'?"
