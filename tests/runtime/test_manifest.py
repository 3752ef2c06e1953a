from __future__ import annotations

import copy
import hashlib
import json
import os
import pickle
import re
import sys
import threading
import zipfile
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assetbuild.runtime import AssetNotFound, Encoding, Entry, Manifest, ManifestError
from assetbuild.runtime.document import read_outline
from assetbuild.runtime.manifest import SCHEMA, dump_manifest, normal_base_url, parse_manifest, release_id
from assetbuild.runtime.nearest import nearest_names

from .release import document, record, write_release

DOCS = Path(__file__).parents[2] / "docs" / "manifest.md"
CSS = record(
    "css/app-3f2a9c0d11e4b577.css",
    content=b"x" * 10,
    encodings={"br": {"file": "css/app-3f2a9c0d11e4b577.css.br", "size": 7}},
    imports=["css/base.css"],
    dynamicImports=["js/late.js"],
    assets=["img/logo.png"],
    cycle=["css/app.css", "css/base.css"],
)
LOGO = record("img/logo-fedcba9876543210.png", "image/png")
ASSETS = {
    "img/logo.png": LOGO,
    "css/app.css": CSS,
    "robots.txt": {**record("robots.txt", "text/plain"), "immutable": False},
}


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ASSETBUILD_MANIFEST", raising=False)
    monkeypatch.delenv("ASSETBUILD_BASE_URL", raising=False)


def test_a_name_gives_its_url_and_its_entry(tmp_path: Path) -> None:
    assets = Manifest.load(write_release(tmp_path, ASSETS))
    assert assets.url("css/app.css") == "/static/css/app-3f2a9c0d11e4b577.css"
    entry = assets["css/app.css"]
    assert (entry.file, entry.type, entry.size) == ("css/app-3f2a9c0d11e4b577.css", "text/css", 10)
    assert entry.integrity == CSS["integrity"]
    assert entry.encodings == {"br": Encoding("css/app-3f2a9c0d11e4b577.css.br", 7)}
    assert entry.imports == ("css/base.css",)
    assert entry.dynamic_imports == ("js/late.js",)
    assert entry.assets == ("img/logo.png",)
    assert entry.cycle == ("css/app.css", "css/base.css")
    assert (entry.immutable, entry.bound) == (True, False)
    assert assets["robots.txt"].immutable is False


def test_absent_optional_keys_mean_empty_or_false() -> None:
    bare = {key: CSS[key] for key in ("file", "type", "size", "integrity")}
    entry = Manifest(document({"a": bare}))["a"]
    assert (dict(entry.encodings), entry.imports, entry.dynamic_imports, entry.assets, entry.cycle) == (
        {},
        (),
        (),
        (),
        (),
    )
    assert (entry.immutable, entry.bound) == (False, False)


def test_a_manifest_is_a_mapping_in_sorted_order(tmp_path: Path) -> None:
    made = document(ASSETS)
    assets = Manifest.load(write_release(tmp_path, ASSETS))
    assert list(assets) == ["css/app.css", "img/logo.png", "robots.txt"] == list(assets.keys())
    assert list(Manifest(made)) == list(assets) != list(made["assets"])
    assert len(assets) == 3
    assert "css/app.css" in assets
    assert "css/nope.css" not in assets
    assert [name for name, entry in assets.items() if entry.type == "image/png"] == ["img/logo.png"]
    assert assets.get("css/nope.css") is None
    assert assets.get("css/app.css") is assets["css/app.css"]
    assert assets.release == made["release"]
    assert repr(assets) == f"<Manifest {made['release'][:16]}: 3 assets under '/static/'>"


def test_an_entry_and_the_manifest_do_not_change() -> None:
    assets = Manifest(document(ASSETS, importmap={"imports": {"a": "css/app.css"}}))
    entry = assets["css/app.css"]
    with pytest.raises(AttributeError, match="Entry is frozen"):
        entry.size = 1
    with pytest.raises(AttributeError):
        del entry.size
    with pytest.raises(AttributeError):
        entry.other = 1
    with pytest.raises(AttributeError):
        entry.encodings["br"].size = 1
    with pytest.raises(TypeError):
        entry.encodings["br"] = Encoding("x", 1)  # type: ignore[index]
    with pytest.raises(AttributeError):
        assets.base_url = "/"  # type: ignore[misc]
    with pytest.raises(TypeError):
        assets.importmap["imports"]["a"] = "b"  # type: ignore[index]
    assert not hasattr(entry, "__dict__")
    assert not hasattr(Encoding("a", 1), "__dict__")


def test_entries_compare_by_value_and_can_be_hashed_and_shown() -> None:
    assert Entry(CSS) == Entry(dict(CSS)) != Entry(LOGO)
    assert Entry(CSS) != "css/app.css"
    assert len({Entry(CSS), Entry(dict(CSS)), Entry(LOGO)}) == 2
    assert repr(Encoding("a.br", 1)) == "Encoding(file='a.br', size=1)"


def test_a_manifest_and_an_entry_survive_pickle_and_deepcopy() -> None:
    assets = Manifest(document(ASSETS), "https://cdn.example")
    again = pickle.loads(pickle.dumps(assets))
    assert again.url("img/logo.png") == assets.url("img/logo.png")
    assert pickle.loads(pickle.dumps(assets["css/app.css"])) == assets["css/app.css"]
    assert copy.deepcopy(assets["css/app.css"]) == assets["css/app.css"]
    assert str(pickle.loads(pickle.dumps(AssetNotFound("a", ("b",))))) == "no asset named 'a'; did you mean 'b'?"


@pytest.mark.parametrize(
    ("file", "url"),
    [
        ("a b.css", "/static/a%20b.css"),
        ("a#b?c%d.css", "/static/a%23b%3Fc%25d.css"),
        ("é/日本.css", "/static/%C3%A9/%E6%97%A5%E6%9C%AC.css"),
        ("logo@2x.png", "/static/logo@2x.png"),
        ("a&b='\"<>`.css", "/static/a&b=%27%22%3C%3E%60.css"),
        ("c/a:b.css", "/static/c/a:b.css"),
        ("-._~", "/static/-._~"),
    ],
)
def test_file_names_are_percent_encoded(file: str, url: str) -> None:
    assets = Manifest(parse_manifest(dump_manifest(document({"x": record(file)}))))
    assert assets.url("x") == assets.url("x") == url


@pytest.mark.parametrize(
    ("base_url", "url"),
    [
        ("/", "/robots.txt"),
        ("/s", "/s/robots.txt"),
        ("/s//", "/s/robots.txt"),
        ("//cdn.example", "//cdn.example/robots.txt"),
        ("https://cdn.example", "https://cdn.example/robots.txt"),
        ("https://cdn.example:8443/a/", "https://cdn.example:8443/a/robots.txt"),
        ("http://[::1]/%C3%A9/", "http://[::1]/%C3%A9/robots.txt"),
    ],
)
def test_the_base_url_is_joined_with_exactly_one_slash(base_url: str, url: str) -> None:
    assert Manifest(document(ASSETS), base_url).url("robots.txt") == url


@pytest.mark.parametrize(
    "base_url",
    ["", "static/", "cdn.example/x", "/s?v=1", "/s#x", "//", "///x", "https://", "https:///x", "/a b", "/é", "/a\\b",
     "/a\n", '/"', "/'", "/<", "://x", "ht tp://x", "https:/x"],
)  # fmt: skip
def test_what_is_no_base_url_is_refused(base_url: str) -> None:
    with pytest.raises(ValueError, match="base URL"):
        normal_base_url(base_url)
    with pytest.raises(ManifestError, match="ASSETBUILD_BASE_URL"):
        Manifest(document(ASSETS), base_url)


def test_the_environment_gives_what_the_arguments_do_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_release(tmp_path, ASSETS)
    monkeypatch.setenv("ASSETBUILD_MANIFEST", str(path))
    assert Manifest.load().base_url == "/static/"
    monkeypatch.setenv("ASSETBUILD_BASE_URL", "https://cdn.example")
    assert Manifest.load().base_url == "https://cdn.example/"
    assert Manifest.load(base_url="/x").base_url == "/x/"
    monkeypatch.setenv("ASSETBUILD_BASE_URL", "")
    assert Manifest.load().base_url == "/static/"


@pytest.mark.parametrize("value", [None, ""])
def test_without_a_path_the_error_says_what_to_set(value: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    if value is not None:
        monkeypatch.setenv("ASSETBUILD_MANIFEST", value)
    with pytest.raises(ManifestError, match="set ASSETBUILD_MANIFEST"):
        Manifest.load()


def test_a_manifest_in_a_package_or_a_zip_archive_is_read(tmp_path: Path) -> None:
    path = write_release(tmp_path, ASSETS)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(path, "release/manifest.json")
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        root = zipfile.Path(archive)
        assert len(Manifest.load(root / "release" / "manifest.json")) == 3
        with pytest.raises(ManifestError, match="assetbuild build"):
            Manifest.load(root / "release" / "nope.json")
    assert len(Manifest.load(str(path))) == 3


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The directory of a package `shop_of_tests` with a release in it."""
    write_release(tmp_path / "shop_of_tests" / "release", ASSETS)
    (tmp_path / "shop_of_tests" / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path / "shop_of_tests"
    sys.modules.pop("shop_of_tests", None)


def test_a_manifest_is_named_by_package_and_path(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(Manifest.load("shop_of_tests:release/manifest.json")) == 3
    assert len(Manifest.load(files("shop_of_tests") / "release" / "manifest.json")) == 3
    monkeypatch.setenv("ASSETBUILD_MANIFEST", "shop_of_tests:release/manifest.json")
    assert len(Manifest.load()) == 3
    with pytest.raises(ManifestError, match=r"no manifest at '.*nope\.json': run `assetbuild build`"):
        Manifest.load("shop_of_tests:nope.json")
    with pytest.raises(ManifestError, match="install the package 'no_such_shop'"):
        Manifest.load("no_such_shop:release/manifest.json")


def test_a_manifest_in_a_package_in_a_zip_archive_is_named_the_same(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name in ("__init__.py", "release/manifest.json"):
            archive.write(package / name, f"zipped_shop/{name}")
    monkeypatch.syspath_prepend(str(tmp_path / "a.zip"))
    assert len(Manifest.load("zipped_shop:release/manifest.json")) == 3
    with pytest.raises(ManifestError, match="auto_reload needs a manifest that is a file"):
        Manifest.load("zipped_shop:release/manifest.json", auto_reload=True)


def test_a_colon_in_a_file_path_is_only_a_colon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_release(tmp_path, ASSETS)
    path.rename(tmp_path / "a:b.json")
    monkeypatch.chdir(tmp_path)
    for name in ("./a:b.json", tmp_path / "a:b.json", Path("a:b.json"), "a:b.json"):
        assert len(Manifest.load(name)) == 3


def test_what_follows_from_a_manifest_is_made_once() -> None:
    assets = Manifest(document(ASSETS))
    made: list[int] = []

    def count(manifest: Manifest) -> int:
        made.append(len(manifest))
        return len(manifest)

    assert (assets.once(count), assets.once(count), made) == (3, 3, [3])
    assert assets.current() is assets


def test_the_file_is_read_once_and_never_again(tmp_path: Path) -> None:
    path = write_release(tmp_path, ASSETS)
    assets = Manifest.load(path)
    path.unlink()
    assert assets.url("css/app.css")
    assert assets["img/logo.png"].file


def test_a_missing_name_is_told_with_the_closest_ones() -> None:
    assets = Manifest(document(ASSETS))
    for look_up in (assets.url, assets.__getitem__):
        with pytest.raises(AssetNotFound) as caught:
            look_up("img/lgoo.png")
        assert str(caught.value) == "no asset named 'img/lgoo.png'; did you mean 'img/logo.png'?"
        assert isinstance(caught.value, KeyError)
        assert (caught.value.name, caught.value.closest) == ("img/lgoo.png", ("img/logo.png",))
    with pytest.raises(AssetNotFound, match="no asset named 'zzz', nor any with a name like it"):
        assets.url("zzz")
    with pytest.raises(AssetNotFound, match=r"did you mean 'css/app\.css'\?"):
        assets.url("/css/app.css")
    with pytest.raises(AssetNotFound, match="None"):
        assets.url(None)  # type: ignore[arg-type]
    assert "img/lgoo.png" not in assets
    assert len(list(assets)) == 3


def test_similar_means_the_same_but_for_case_normal_form_or_directory_too() -> None:
    assert nearest_names("IMG/LOGO.PNG", ["img/logo.png"]) == ("img/logo.png",)
    assert nearest_names("e\u0301.png", ["é.png", "a.png"])[0] == "é.png"
    assert nearest_names("app.css", ["very/deep/in/here/app.css", "zz"]) == ("very/deep/in/here/app.css",)
    assert nearest_names("x" * 1000, ["x" * 1000]) == ()
    many = [f"dir/file{number}.css" for number in range(5000)]
    assert "dir/file1234.css" in nearest_names("dir/fiel1234.css", many)


DAMAGED: dict[str, tuple[dict[str, Any], str]] = {
    "file absolute": ({"file": "/etc/passwd"}, "'file'"),
    "file with a drive": ({"file": "C:/x"}, "'file'"),
    "file leaves": ({"file": "a/../../x"}, "'file'"),
    "file is dots": ({"file": ".."}, "'file'"),
    "file has backslash": ({"file": "a\\b"}, "'file'"),
    "file has control": ({"file": "a\nb"}, "'file'"),
    "file has nul": ({"file": "a\0b"}, "'file'"),
    "file has C1 control": ({"file": "a\x85b"}, "'file'"),
    "file has surrogate": ({"file": "a\ud800"}, "'file'"),
    "file has dot segment": ({"file": "a/./b"}, "'file'"),
    "file has empty segment": ({"file": "a//b"}, "'file'"),
    "file is a directory": ({"file": "a/"}, "'file'"),
    "file empty": ({"file": ""}, "'file'"),
    "file number": ({"file": 1}, "'file'"),
    "file none": ({"file": None}, "'file'"),
    "type": ({"type": "css"}, "'type'"),
    "type list": ({"type": ["text/css"]}, "'type'"),
    "type injects": ({"type": "text/css\r\nX: y"}, "'type'"),
    "size negative": ({"size": -1}, "'size'"),
    "size text": ({"size": "1"}, "'size'"),
    "size float": ({"size": 1.0}, "'size'"),
    "size bool": ({"size": True}, "'size'"),
    "integrity": ({"integrity": "sha384-abc"}, "'integrity'"),
    "integrity weak": ({"integrity": "sha256-" + "A" * 64}, "'integrity'"),
    "integrity injects": ({"integrity": 'sha384-"' + "A" * 63}, "'integrity'"),
    "imports text": ({"imports": "a"}, "'imports'"),
    "imports numbers": ({"imports": [1]}, "'imports'"),
    "imports leave": ({"imports": ["../a"]}, "'imports'"),
    "dynamicImports": ({"dynamicImports": {}}, "'dynamicImports'"),
    "assets": ({"assets": None}, "'assets'"),
    "cycle": ({"cycle": [None]}, "'cycle'"),
    "immutable": ({"immutable": 1}, "'immutable'"),
    "bound": ({"bound": "false"}, "'bound'"),
    "encodings list": ({"encodings": []}, "'encodings'"),
    "encodings name": ({"encodings": {"b r": {"file": "a", "size": 1}}}, "'encodings'"),
    "encodings value": ({"encodings": {"br": "a"}}, "'encodings'"),
    "encodings file": ({"encodings": {"br": {"file": "../a", "size": 1}}}, "'encodings', 'br': 'file'"),
    "encodings size": ({"encodings": {"br": {"file": "a"}}}, "'encodings', 'br': 'size'"),
}


@pytest.mark.parametrize("case", DAMAGED)
def test_a_damaged_entry_is_refused_by_asset_and_key(case: str) -> None:
    change, words = DAMAGED[case]
    made = document(ASSETS)
    made["assets"] = {**ASSETS, "css/app.css": {**CSS, **change}}
    with pytest.raises(ManifestError) as caught:
        parse_manifest(json.dumps(made).encode(), "m.json")
    message = str(caught.value)
    assert message.startswith(f"m.json is damaged: asset 'css/app.css': {words}")
    assert message.endswith("run `assetbuild build` again and deploy the release whole")


@pytest.mark.parametrize("key", ["file", "type", "size", "integrity"])
def test_a_missing_key_of_an_entry_is_named(key: str) -> None:
    made = document(ASSETS)
    made["assets"] = {"css/app.css": {name: value for name, value in CSS.items() if name != key}}
    with pytest.raises(ManifestError, match=f"asset 'css/app.css': '{key}'"):
        parse_manifest(json.dumps(made).encode())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"schema": None}, "'schema' must be a number"),
        ({"schema": "1"}, "'schema' must be a number"),
        ({"schema": True}, "'schema' must be a number"),
        (
            {"schema": 2},
            "has schema 2, and this assetbuild reads schema 1: run `assetbuild build` with the version that",
        ),
        ({"schema": 2}, "or `pip install --upgrade assetbuild` here"),
        ({"schema": 0}, "or `pip install --upgrade assetbuild` where it was built"),
        ({"release": "abc"}, "'release'"),
        ({"release": "G" * 64}, "'release'"),
        ({"release": 5}, "'release'"),
        ({"base_url": None}, "'base_url'"),
        ({"base_url": "static"}, "'base_url'"),
        ({"assets": None}, "'assets'"),
        ({"assets": []}, "'assets'"),
        ({"assets": {"a": []}}, "asset 'a'"),
        ({"assets": {"/a": CSS}}, "asset '/a'"),
        ({"assets": {"": CSS}}, "asset ''"),
        ({"importmap": []}, "'importmap'"),
        ({"importmap": {"imports": []}}, "'imports'"),
        ({"importmap": {"imports": {"a": 1}}}, "'imports', 'a'"),
        ({"importmap": {"imports": {"a": "/a"}}}, "'imports', 'a'"),
        ({"importmap": {"scopes": []}}, "'scopes'"),
        ({"importmap": {"scopes": {"/": []}}}, "'scopes', '/'"),
        ({"names": []}, "'names'"),
        ({"names": {"a": ["a.css"]}}, "'names', 'a'"),
        ({"names": {"a": {"assets": ["/a"]}}}, "'names', 'a'"),
        ({"names": {"a": {"assets": [], "extra": 1}}}, "'names', 'a', 'extra'"),
        ({"contents": []}, "'contents'"),
        ({"contents": {"a.js": ["../a.js"]}}, "'contents', 'a.js'"),
    ],
)
def test_a_damaged_document_is_refused_by_key(change: dict[str, Any], words: str) -> None:
    made = {**document(ASSETS), **change}
    with pytest.raises(ManifestError, match=re.escape(words)):
        parse_manifest(json.dumps(made).encode())
    with pytest.raises(ManifestError, match=re.escape(words)):
        Manifest(read_outline(json.dumps(made).encode())).check()


@pytest.mark.parametrize("key", ["schema", "release", "base_url", "assets"])
def test_a_missing_key_of_the_document_is_named(key: str) -> None:
    made = document(ASSETS)
    del made[key]
    with pytest.raises(ManifestError, match=f"'{key}'"):
        parse_manifest(json.dumps(made).encode())


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"null", b"[]", b'"a"', b"\xff\xfe{}", b"\xef\xbb\xbf{}", b'{"schema": NaN}', b"[" * 100_000,
     b'{"schema": ' + b"1" * 5000 + b"}", b"<html>", b"\0" * 10],
)  # fmt: skip
def test_what_is_no_manifest_at_all_is_refused(data: bytes) -> None:
    with pytest.raises(ManifestError, match="damaged"):
        parse_manifest(data)


def test_a_manifest_cut_off_anywhere_is_refused() -> None:
    data = dump_manifest(document(ASSETS))
    for length in range(len(data.rstrip())):
        with pytest.raises(ManifestError, match="cut off or damaged"):
            parse_manifest(data[:length])


def test_a_manifest_that_ends_too_soon_is_refused_when_it_is_loaded(tmp_path: Path) -> None:
    data = dump_manifest(document(ASSETS, importmap={"imports": {"a": "css/app.css"}, "scopes": {}}))
    path = tmp_path / "manifest.json"
    for length in range(len(data.rstrip())):
        path.write_bytes(data[:length])
        with pytest.raises(ManifestError, match=r"cut off or damaged .* run `assetbuild build` again"):
            Manifest.load(path)


@pytest.mark.parametrize("layout", [{}, {"indent": 1}, {"ensure_ascii": True}, {"separators": (",", ":")}])
def test_a_manifest_in_another_layout_means_the_same(layout: dict[str, Any], tmp_path: Path) -> None:
    made = document({**ASSETS, 'a"b\u2028é.css': CSS})
    (tmp_path / "manifest.json").write_text(json.dumps(made, **layout), "utf-8")
    again = Manifest.load(tmp_path / "manifest.json")
    assert dict(again) == dict(Manifest(made))


@pytest.mark.parametrize("case", DAMAGED)
@pytest.mark.parametrize("dump", [dump_manifest, lambda made: json.dumps(made).encode()], ids=["ours", "other"])
def test_a_damaged_entry_is_refused_when_it_is_asked_for(case: str, dump: Any, tmp_path: Path) -> None:
    change, words = DAMAGED[case]
    made = {**document(ASSETS), "assets": {**ASSETS, "css/app.css": {**CSS, **change}}}
    try:
        data = dump(made)
    except UnicodeEncodeError:
        return  # a surrogate, which is no UTF-8
    (tmp_path / "m.json").write_bytes(data)
    assets = Manifest.load(tmp_path / "m.json")
    assert assets.url("img/logo.png")
    for use in (assets.url, assets.__getitem__, assets.get, lambda name: assets.check()):
        with pytest.raises(ManifestError) as caught:
            use("css/app.css")
        assert f"m.json is damaged: asset 'css/app.css': {words}" in str(caught.value)
        assert str(caught.value).endswith("run `assetbuild build` again and deploy the release whole")


def test_a_line_that_is_no_entry_is_told_by_its_asset(tmp_path: Path) -> None:
    data = dump_manifest(document(ASSETS)).decode()
    for old, new in [('"size": 10,', '"size": 1"0,'), ('  "css/app.css": {', '  "css/app.css"; {'), ("}},", "}")]:
        assert old in data
        (tmp_path / "m.json").write_text(data.replace(old, new, 1), "utf-8")
        with pytest.raises(ManifestError, match=r"asset 'css/app\.css': its line is no JSON|'css/app\.css': "):
            Manifest.load(tmp_path / "m.json").check()


@pytest.mark.parametrize("blank", ["\n     ", "\n      ", "\n\t\t\t"])
def test_an_entry_over_several_lines_is_read_as_json_reads_it(blank: str, tmp_path: Path) -> None:
    data = dump_manifest(document(ASSETS)).decode()
    (tmp_path / "m.json").write_text(data.replace(', "integrity"', f',{blank}"integrity"', 1), "utf-8")
    assert dict(Manifest.load(tmp_path / "m.json")) == dict(Manifest(document(ASSETS)))


def test_a_name_twice_is_read_as_json_reads_it(tmp_path: Path) -> None:
    data = dump_manifest(document({"a": CSS, "b": LOGO})).replace(b'"b": {', b'"a": {')
    (tmp_path / "m.json").write_bytes(data)
    assert dict(Manifest.load(tmp_path / "m.json")) == {"a": Entry(LOGO)}


@settings(deadline=None)
@given(st.integers(0, 2**31), st.integers(0, 255))
def test_any_byte_changed_is_read_or_refused_never_a_crash(place: int, byte: int) -> None:
    data = bytearray(dump_manifest(document(ASSETS)))
    data[place % len(data)] = byte
    try:
        Manifest(read_outline(bytes(data))).check()
    except ManifestError:
        pass


def test_keys_of_a_later_day_are_let_be() -> None:
    made = {**document(ASSETS), "later": [1]}
    made["assets"] = {"a": {**CSS, "later": {}}}
    assert Manifest(parse_manifest(dump_manifest(made)))["a"].size == 10


def test_what_cannot_be_read_is_told_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="run `assetbuild build`"):
        Manifest.load(tmp_path / "nope" / "manifest.json")
    with pytest.raises(ManifestError, match=r"is a directory: name the manifest\.json in it"):
        Manifest.load(tmp_path)
    with pytest.raises(ManifestError, match="cannot read"):
        Manifest.load("a\0b")
    (tmp_path / "m.json").write_text("{")
    with pytest.raises(ManifestError, match=r"m\.json is cut off or damaged .* run `assetbuild build` again"):
        Manifest.load(tmp_path / "m.json")


def test_a_bound_asset_refuses_another_base_url() -> None:
    made = document({**ASSETS, "js/app.js": record("js/app-1.js", bound=True)})
    with pytest.raises(ManifestError) as caught:
        Manifest(made, "https://cdn.example/")
    for word in ("'js/app.js'", "'/static/'", "'https://cdn.example/'"):
        assert word in str(caught.value)
    assert Manifest(made, "/static")["js/app.js"].bound
    with pytest.raises(ManifestError, match=r"'js/app\.js' was built for"):
        Manifest(read_outline(dump_manifest(made)), "/other/")
    made["assets"]["js/a.js"] = made["assets"]["js/app.js"]
    with pytest.raises(ManifestError, match=r"'js/a\.js' and 1 more"):
        Manifest(made, "/")


def test_the_import_map_is_as_in_the_manifest() -> None:
    importmap = {"imports": {"app/util": "js/util.js"}, "scopes": {"js/": {"x": "js/x.js"}}}
    assert Manifest(document(ASSETS, importmap=importmap)).importmap == importmap
    assert Manifest(document(ASSETS)).importmap == {}


def test_the_release_id_is_of_assets_without_encodings_and_of_the_import_map() -> None:
    assets = {"b": {"size": 1, "encodings": {"br": {}}, "file": 'é\u2028\x7f\n"\\'}, "a": {"type": "x"}}
    text = '{"assets":{"a":{"type":"x"},"b":{"file":"é\u2028\x7f\\n\\"\\\\","size":1}}}'
    expected = hashlib.sha256(text.encode()).hexdigest()
    assert release_id(assets, {}) == release_id(assets, None) == release_id(assets) == expected
    text = '{"assets":{},"importmap":{"imports":{"x":"y"}}}'
    assert release_id({}, {"imports": {"x": "y"}}) == hashlib.sha256(text.encode()).hexdigest()
    assert "encodings" in assets["b"]


def test_a_manifest_is_written_sorted_with_one_asset_a_line() -> None:
    made = document({"b": {"size": 1, "file": "é"}, "a": {}})
    data = dump_manifest(made)
    assert data == dump_manifest(dict(reversed(made.items())))
    assert data.decode().splitlines() == [
        "{",
        '"assets": {',
        '  "a": {},',
        '  "b": {"file": "é", "size": 1}',
        "},",
        '"base_url": "/static/",',
        f'"release": "{made["release"]}",',
        '"schema": 1',
        "}",
    ]
    assert json.loads(data) == made
    assert json.loads(dump_manifest(document({})))["assets"] == {}
    assert SCHEMA == 1


segments = st.text(
    st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="/\\:"), min_size=1, max_size=8
).filter(lambda text: text not in (".", ".."))
paths = st.lists(segments, min_size=1, max_size=3).map("/".join)
lists = st.lists(paths, max_size=2)
variants = st.fixed_dictionaries({"file": paths, "size": st.integers(0)})
records = st.fixed_dictionaries(
    {
        "file": paths,
        "type": st.sampled_from(["text/css", "image/svg+xml", "text/html; charset=utf-8"]),
        "size": st.integers(0, 2**53),
        "integrity": st.text("ABCxyz019+/", min_size=64, max_size=64).map("sha384-".__add__),
    },
    optional={
        "encodings": st.dictionaries(st.sampled_from(["br", "gzip", "zstd"]), variants),
        "imports": lists,
        "dynamicImports": lists,
        "assets": lists,
        "cycle": lists,
        "immutable": st.booleans(),
        "bound": st.booleans(),
    },
)


@settings(deadline=None)
@given(st.dictionaries(paths, records, max_size=4), st.sampled_from([None, {}, {"imports": {"a": "b"}, "scopes": {}}]))
def test_what_is_written_reads_back_the_same(assets: dict[str, Any], importmap: dict[str, Any] | None) -> None:
    made = document(assets, importmap=importmap)
    data = dump_manifest(made)
    again = parse_manifest(data)
    assert again == made
    assert dump_manifest(again) == data
    assert release_id(again["assets"], again.get("importmap")) == made["release"]
    manifest = Manifest(read_outline(data))
    assert dict(manifest) == dict(Manifest(again))
    assert list(manifest) == sorted(assets)
    for name, entry in manifest.items():
        assert entry.file == assets[name]["file"]
        assert re.fullmatch(r"/static/[A-Za-z0-9/._~!$&()*+,;=:@%-]+", manifest.url(name))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(st.sampled_from(["schema", "release", "base_url", "assets", "importmap"]), json_values)
def test_any_value_in_any_place_is_read_or_refused_never_a_crash(key: str, value: Any) -> None:
    with_value = {**document(ASSETS), key: value}
    for made in (with_value, {**document(ASSETS), "assets": {"a": {**CSS, key: value}}}, value):
        data = json.dumps(made).encode()
        whole = lazy = None
        try:
            whole = Manifest(parse_manifest(data))
            assert all(whole.url(name) and whole[name] for name in whole)
        except ManifestError:
            pass
        try:
            lazy = Manifest(read_outline(data))
            lazy.check()
        except ManifestError:
            lazy = None
        assert (whole is None) == (lazy is None)


def test_threads_that_look_up_at_once_see_the_same() -> None:
    assets = Manifest(document({f"f{number}": record(f"f {number}") for number in range(500)}))
    start = threading.Barrier(8)
    seen: list[list[tuple[str, int]]] = []

    def look() -> None:
        start.wait()
        seen.append([(assets.url(name), id(assets[name])) for name in assets])

    threads = [threading.Thread(target=look) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 8
    assert all(one == seen[0] for one in seen)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_process_looks_up_in_its_parent_s_manifest() -> None:
    assets = Manifest(document(ASSETS))
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, assets.url("img/logo.png").encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as stream:
        assert stream.read() == assets.url("img/logo.png")
    assert os.waitpid(child, 0)[1] == 0


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", DOCS.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def test_the_manifest_in_the_documentation_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    [text] = blocks("json")
    made = parse_manifest(text.encode())
    assert made["release"] == release_id(made["assets"], made["importmap"])
    assert dump_manifest(made).decode() == text
    (tmp_path / "build" / "release").mkdir(parents=True)
    (tmp_path / "build" / "release" / "manifest.json").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    exec(blocks("python")[1], names)
    assert names["assets"].url("css/app.css") == "/static/css/app-3f2a9c0d11e4b577.css"


def test_the_documented_program_recomputes_the_fingerprints_of_a_cycle() -> None:
    contents = {"js/b.js": b'import "./a-%b.js"', "js/a.js": b'import "./b-%b.js"'}
    together = hashlib.sha256()
    for path in ("js/a.js", "js/b.js"):
        content = contents[path] % (b"0" * 16)
        together.update(len(content).to_bytes(8, "big") + content)
    served = {path: hashlib.sha256(together.digest() + path.encode()).hexdigest()[:16] for path in contents}
    files = {
        "js/a.js": contents["js/a.js"] % served["js/b.js"].encode(),
        "js/b.js": contents["js/b.js"] % served["js/a.js"].encode(),
    }
    names: dict[str, Any] = {}
    exec(blocks("python")[0], names)
    assert names["fingerprints"](files, served) == served
