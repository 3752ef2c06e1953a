"""The functions of Rails in both compilers, and as they come out of a build."""

from __future__ import annotations

import pytest

from assetbuild.compilers.sass.rails import FUNCTIONS
from assetbuild.errors import errors_of
from compilers.sass.conftest import Make
from compilers.sass.test_sass import css_of, origin, texts
from scenario import Project, below_assets

CONFIG = 'sources = ["assets"]\nminify = false\nencodings = []\n[sass]\nimplementation = "{}"\n'


@pytest.mark.parametrize(
    ("written", "made"),
    [
        ("asset-url('a/x.png')", "url(asset:a/x.png)"),
        ("image-url('x.png', image)", "url(asset:x.png)"),
        ("font-url('x.eot?#iefix')", "url(asset:x.eot?#iefix)"),
        ("video-url('x y.mp4')", "url(asset:x%20y.mp4)"),
        ("audio-url('é.ogg')", "url(asset:%C3%A9.ogg)"),
        ("javascript-url('app')", "url(asset:app.js)"),
        ("stylesheet-url('app.css')", "url(asset:app.css)"),
        ("asset-data-url('x.png')", "url(asset-data:x.png)"),
        ("asset-url('https://cdn/x.png')", "url(https://cdn/x.png)"),
        ("asset-url('//cdn/x.png')", "url(//cdn/x.png)"),
        ("asset-url('/x.png')", "url(/x.png)"),
        ("asset-url('')", "url()"),
        ("url(asset-path('x.png'))", "url(asset:x.png)"),
        ("url(stylesheet-path('app'))", "url(asset:app.css)"),
        ("url('#{image-path('x.png')}')", "url(asset:x.png)"),
        ("url(#{image_path('x.png')})", "url(asset:x.png)"),
    ],
)
def test_a_function_gives_the_url_of_the_asset(either: Make, written: str, made: str) -> None:
    result = either({"a/app.scss": f"a {{ b: {written} }}"}).compile("app.scss")
    assert css_of(result).replace('"', "").replace("'", "") == f"a {{\n  b: {made};\n}}\n"


def test_every_function_of_rails_is_there(either: Make) -> None:
    calls = [(one, f"{one.name}('x.js')") for one in FUNCTIONS]
    text = "".join(f"{one.name} {{ b: {call if one.gives_url else f'url({call})'} }}" for one, call in calls)
    assert len(FUNCTIONS) == 15
    assert "-path(" not in css_of(either({"a/app.scss": text}).compile("app.scss"))


def test_what_is_no_string_is_an_error_at_the_call(either: Make) -> None:
    project = either({"a/app.scss": "@import 'p';", "a/_p.scss": "\na { b: image-url(7) }"})
    (one,) = errors_of(project.compile("app.scss").diagnostics)
    assert (one.text, one.file, one.line, one.column) == (
        "image-url() takes the logical path of an asset: a string",
        "a/_p.scss",
        2,
        8,
    )


def test_an_address_outside_of_url_is_a_warning_at_the_call(either: Make) -> None:
    text = "/* asset:x */ .asset:hover {\n  src: asset-path('x.png'); b: url(image-path('y.png')) }"
    (one,) = either({"a/app.scss": text}).compile("app.scss").diagnostics
    assert (one.severity, one.file, one.line, one.column, one.length) == ("warning", "a/app.scss", 2, 20, 5)
    assert one.text.startswith("'asset:x.png' stands outside of url(), and stays as it is")


def test_a_function_that_the_author_defines_comes_first(either: Make) -> None:
    text = "@function image-url($x) { @return mine; } a { b: image-url('x') }"
    assert css_of(either({"a/app.scss": text}).compile("app.scss")) == "a {\n  b: mine;\n}\n"


def test_the_origin_is_the_argument(either: Make) -> None:
    project = either({"a/app.scss": "/* é x.png */ a { b: image-url('x.png'); c: font-url('f.eot?#iefix') }"})
    result = project.compile("app.scss")
    assert origin(project, result, "asset:x.png") == ("a/app.scss", "x.png")
    assert origin(project, result, "asset:f.eot?#iefix") == ("a/app.scss", "f.eot?#iefix")


@pytest.mark.parametrize("implementation", ["libsass", "dart-sass"])
def test_a_build_resolves_them_and_shows_the_author_what_is_missing(implementation: str) -> None:
    files = {
        "css/app.scss": "@import 'part/p';\na { b: image-url('img/x.png'); c: asset-data-url('img/x.png') }",
        "css/part/_p.scss": "/* é */ p { b: url(image-path('img/x.png')) }",
        "img/x.png": "x",
    }
    project = Project(below_assets(files), CONFIG.format(implementation))
    text = project.build("--no-cache").text("css/app.css").replace('"', "")
    assert text.count("url(../img/x-2d711642b726b044.png)") == 2
    assert "c: url(data:image/png;base64,eA==)" in text
    project.write({"assets/css/part/_p.scss": "/* é img/xx.png */\n/* é */ p { b: image-url('img/xx.png') }"})
    assert [error.split(" did")[0] for error in project.build("--no-cache").errors] == [
        "error: assets/css/part/_p.scss:2:27: no asset named 'img/xx.png'\n"
        "    2 | /* é */ p { b: image-url('img/xx.png') }\n"
        "      |                           ^^^^^^^^^^"
    ]


def test_an_error_of_a_function_names_no_language_of_ours(either: Make) -> None:
    assert "C function" not in texts(either({"a/app.scss": "a { b: asset-path(1px) }"}).compile("app.scss"))[0]
