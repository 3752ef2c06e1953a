"""`assetbuild explain`: from the source to the file."""

from __future__ import annotations

from scenario import Project, below_assets

FILES: dict[str, str | bytes] = {
    "css/app.scss": "@import 'p';\na { b: url(../i.png) }",
    "css/_p.scss": "",
    "js/a.js": "a",
    "js/b.js": "import './c.js'",
    "js/c.js": "import './b.js'",
    "i.png": b"1",
    "sw.js": "1",
    "p-abcdef12.js": "1",
}
CONFIG = (
    'sources = ["assets"]\nencodings = ["br", "gzip"]\nprehashed = ["p-????????.js"]\nsource_maps = "linked"\n'
    '[bundles."all.js"]\ncontents = ["js/a.js"]\n'
)


def explained(name: str, built: bool = True) -> dict[str, object]:
    made = Project(below_assets(FILES), CONFIG)
    if built:
        made.build()
    document = made.run("explain", name, "--format", "json").document
    assert document["exit"] == 0, document["diagnostics"]
    summary: dict[str, object] = document["summary"]
    return summary


def test_an_asset_is_followed_from_its_source_to_its_file() -> None:
    found = explained("css/app.css")
    assert found["sources"] == ["css/app.scss (assets/css/app.scss)"]
    assert found["steps"] == ["sass"]
    assert found["made"] == "from the cache"
    assert found["refers to"] == ["css/app.css.map", "i.png"]
    assert found["name"] == "the first 16 hex digits of the SHA-256 of its bytes"
    assert str(found["file"]).startswith("css/app-")


def test_what_has_not_been_built_is_made_and_not_released() -> None:
    found = explained("css/app.css", built=False)
    assert found["made"] == "now"


def test_who_refers_to_an_asset_is_told() -> None:
    assert explained("i.png")["referred to by"] == ["css/app.css"]
    assert explained("i.png")["made"] == "nothing to make: the source, with its references rewritten"


def test_why_a_name_is_what_it_is() -> None:
    assert explained("js/b.js")["name"] == "made together with the cycle it is in: js/b.js, js/c.js"
    assert explained("sw.js")["name"] == "kept: `unfingerprinted` names it"
    assert explained("p-abcdef12.js")["name"] == "kept: `prehashed` names it"


def test_a_bundle_names_its_parts_and_steps() -> None:
    found = explained("all.js")
    assert found["sources"] == ["js/a.js (assets/js/a.js)"]
    assert "concatenate-js" in found["steps"]  # type: ignore[operator]


def test_what_is_made_beside_an_asset_is_explained_too() -> None:
    assert explained("css/app.css.map")["made"] == "beside 'css/app.css', from the cache"


def test_variants_are_told_with_their_sizes() -> None:
    variants = explained("css/app.css.map")["variants"]
    assert isinstance(variants, list)
    assert all(one.endswith(("bytes, from the cache", "not worth it, says the cache")) for one in variants)
    assert explained("css/app.css.map", built=False)["variants"] == ["br: not made yet", "gzip: not made yet"]
    assert explained("i.png")["variants"] == []


def test_what_is_no_asset_is_told_why() -> None:
    made = Project(below_assets(FILES), CONFIG)
    for name, hint in (
        ("css/_p.scss", "it is a Sass partial"),
        ("css/app.scss", "it is published as 'css/app.css'"),
        ("js/a.js", "bundle 'all.js' consumes it"),
        ("css/ap.css", "did you mean 'css/app.css'?"),
    ):
        ran = made.run("explain", name)
        assert (ran.code, ran.stdout) == (1, "")
        assert hint in ran.stderr


def test_as_text_it_is_a_table_for_people() -> None:
    ran = Project(below_assets(FILES), CONFIG).run("explain", "i.png")
    assert ran.code == 0
    assert "        sources  i.png (assets/i.png)\n" in ran.stdout
