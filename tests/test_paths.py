from __future__ import annotations

import ntpath
import posixpath
from pathlib import PureWindowsPath
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetbuild.paths import (
    escaped,
    fingerprinted_name,
    fold,
    logical_path,
    stem_and_extension,
    why_not_published,
    why_too_long,
)

FINGERPRINT = "3f2a9c0d11e4b577"

segments = st.text(st.characters(exclude_characters="/\\\0", exclude_categories=("Cs",)), min_size=1, max_size=12)
plain_paths = st.lists(segments.filter(lambda segment: segment not in (".", "..")), min_size=1, max_size=4).map(
    "/".join
)


def test_a_file_path_becomes_a_posix_path_in_normal_form_c():
    assert logical_path("css/app.css", posixpath) == "css/app.css"
    assert logical_path("./css//./app.css", posixpath) == "css/app.css"
    assert logical_path("img/cafe\u0301.png", posixpath) == "img/caf\u00e9.png"


def test_windows_has_two_separators():
    assert logical_path(r"css\sub/app.css", ntpath) == "css/sub/app.css"
    assert logical_path(str(PureWindowsPath("css", "sub", "app.css")), ntpath) == "css/sub/app.css"


def test_on_posix_a_backslash_is_no_separator_and_no_asset_can_have_it():
    path = logical_path(r"css\app.css", posixpath)
    assert path == r"css\app.css"
    assert why_not_published(path) == "its name holds a backslash"


@pytest.mark.parametrize("path", [r"C:app.css", r"C:\app.css", r"\app.css", r"\\host\share\app.css", "/app.css"])
def test_a_path_with_a_drive_or_a_root_is_refused_under_windows_rules(path: str):
    with pytest.raises(ValueError, match="not a relative path"):
        logical_path(path, ntpath)


@pytest.mark.parametrize("path", ["", ".", "..", "../app.css", "css/../../app.css"])
def test_a_path_that_is_not_below_the_load_path_is_refused(path: str):
    with pytest.raises(ValueError, match="not below"):
        logical_path(path, posixpath)


def test_a_rooted_posix_path_is_refused():
    with pytest.raises(ValueError, match="not a relative path"):
        logical_path("/css/app.css", posixpath)


@given(plain_paths)
def test_either_systems_spelling_of_a_path_gives_the_same_logical_path(path: str):
    if ":" in path:  # a drive or a stream under Windows' rules
        return
    expected = normalize("NFC", path)
    assert logical_path(path, posixpath) == expected
    assert logical_path(path.replace("/", "\\"), ntpath) == expected
    assert logical_path(expected, posixpath) == expected


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("css/a\nb.css", "its name holds a line break"),
        ("css/a\u2028b.css", "its name holds a line break"),
        ("css/a\x1bb.css", "its name holds a control character"),
        ("css/a\x7fb.css", "its name holds a control character"),
        ("css/a\x9bb.css", "its name holds a control character"),
        ("css/a\0.css", "its name holds a control character"),
        ("css/\udcff.css", "its name is not UTF-8"),
        ("", "it is empty"),
        ("/css/a.css", "it has an empty segment"),
        ("css//a.css", "it has an empty segment"),
        ("css/", "it has an empty segment"),
        ("css/../a.css", "it has a segment '.' or '..'"),
        ("./a.css", "it has a segment '.' or '..'"),
    ],
)
def test_a_name_no_asset_can_have_is_refused_with_the_reason(path: str, reason: str):
    assert why_not_published(path, windows=False) == reason
    assert why_not_published(path, windows=True) == reason


@pytest.mark.parametrize("path", ["C:app.css", "c:/app.css", "\u00e9:x"])
def test_a_path_that_programs_on_windows_take_for_an_absolute_one_is_refused_everywhere(path: str):
    assert why_not_published(path, windows=False) == "it begins as a path on a drive of Windows does"
    assert why_not_published(f"css/{path}", windows=False) is None


@pytest.mark.parametrize(
    "path", ["css/app.css", "a b.css", "100%.png", "a#b?c.png", "日本語/é.svg", ".well-known/x", "...a"]
)
def test_odd_but_usable_names_are_published(path: str):
    assert why_not_published(path, windows=False) is None


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("js/C:/evil.js", "':'"),
        ("js/app.js:stream", "':'"),
        ("a?.js", "'?'"),
        ("js/con", "'con' is the name of a device"),
        ("js/NUL.txt", "'NUL.txt' is the name of a device"),
        ("com1.js", "'com1.js' is the name of a device"),
        ("dir./a.js", "ends with a dot or a blank"),
        ("a.js ", "ends with a dot or a blank"),
    ],
)
def test_what_windows_cannot_have_is_refused_there_alone(path: str, part: str):
    assert part in str(why_not_published(path, windows=True))
    assert why_not_published(path, windows=False) is None


@pytest.mark.parametrize("path", ["js/console.js", "com.js", "com10.js", "auxiliary.css", "nul-a.js"])
def test_names_that_only_begin_like_a_device_are_fine(path: str):
    assert why_not_published(path, windows=True) is None


@pytest.mark.parametrize(
    ("path", "stem", "extension"),
    [
        ("js/app.js", "js/app", ".js"),
        ("js/app.min.js", "js/app.min", ".js"),
        ("js/app.js.map", "js/app", ".js.map"),
        ("js/app.min.js.map", "js/app.min", ".js.map"),
        ("css/app.css.map", "css/app", ".css.map"),
        ("js/app.mjs.map", "js/app", ".mjs.map"),
        ("js/APP.JS.MAP", "js/APP", ".JS.MAP"),
        ("js/app.map", "js/app", ".map"),
        ("js/.js.map", "js/.js", ".map"),
        (".js.map", ".js", ".map"),
        ("LICENSE", "LICENSE", ""),
        ("v1.2/LICENSE", "v1.2/LICENSE", ""),
        (".htaccess", ".htaccess", ""),
        ("a/..b", "a/..b", ""),
        ("a/.b.css", "a/.b", ".css"),
        ("a.", "a", "."),
        ("fonts/x.woff2", "fonts/x", ".woff2"),
    ],
)
def test_a_path_is_cut_before_its_extension(path: str, stem: str, extension: str):
    assert stem_and_extension(path) == (stem, extension)


@given(plain_paths)
def test_stem_and_extension_joined_are_the_path_and_the_stem_keeps_a_name(path: str):
    stem, extension = stem_and_extension(path)
    assert stem + extension == path
    assert stem
    assert not stem.endswith("/")
    assert "/" not in extension


def test_the_fingerprint_stands_before_the_extension():
    assert fingerprinted_name("css/app.css", FINGERPRINT) == "css/app-3f2a9c0d11e4b577.css"
    assert fingerprinted_name("app.min.js", FINGERPRINT) == "app.min-3f2a9c0d11e4b577.js"
    assert fingerprinted_name("app.js.map", FINGERPRINT) == "app-3f2a9c0d11e4b577.js.map"
    assert fingerprinted_name("LICENSE", FINGERPRINT) == "LICENSE-3f2a9c0d11e4b577"


@given(plain_paths, plain_paths)
def test_two_paths_never_get_the_same_fingerprinted_name(one: str, other: str):
    if one != other:
        assert fingerprinted_name(one, FINGERPRINT) != fingerprinted_name(other, FINGERPRINT)


def test_paths_that_differ_in_case_or_normal_form_fold_to_the_same():
    assert fold("CSS/App.css") == fold("css/app.CSS")
    assert fold("cafe\u0301.png") == fold("CAFÉ.png")
    assert fold("a.css") != fold("b.css")


@given(st.text())
def test_folding_twice_is_folding_once_and_every_form_folds_alike(text: str):
    assert fold(fold(text)) == fold(text)
    assert fold(normalize("NFD", text)) == fold(normalize("NFC", text)) == fold(text)


def test_a_name_is_too_long_when_its_longest_variant_is():
    fits = "a" * (255 - len("-") - 16 - len(".css") - len(".br")) + ".css"
    assert why_too_long(f"css/{fits}") is None
    reason = why_too_long(f"css/a{fits}")
    assert reason == "its name would be 256 bytes long with its fingerprint and '.br'; file systems allow 255"
    assert why_too_long(f"css/{fits}", encoding=".zst") is not None
    assert why_too_long(f"css/a{fits}", encoding="") is None
    assert why_too_long("a" * 252, fingerprinted=False) is None
    assert why_too_long("a" * 256, fingerprinted=False, encoding="") is not None


def test_length_is_counted_in_bytes_and_in_directories_too():
    assert why_too_long("é" * 120 + ".css") is not None
    assert why_too_long("a" * 256 + "/a.css") is not None
    assert why_too_long("a" * 255 + "/a.css") is None


def test_what_is_not_printable_is_shown_escaped():
    assert escaped("a\nb\x1b[31m.css") == r"a\nb\x1b[31m.css"
    assert escaped("a\udcffb") == r"a\xffb"
    assert escaped("a\u202eb") == r"a\u202eb"
    assert escaped(r"a\nb") == r"a\\nb"
    assert escaped("日本語 é.css") == "日本語 é.css"


@given(st.text(st.characters()))
def test_whatever_is_escaped_can_be_printed(text: str):
    shown = escaped(text)
    assert shown.isprintable()
    assert shown.encode("utf-8").decode("utf-8") == shown
