"""The small parts below commit, clean and verify that are worth a look of their own."""

from __future__ import annotations

import io

import pytest

from assetbuild.release.decoding import CannotDecodeError, decoder
from assetbuild.release.fingerprints import cycle_fingerprints, fingerprint_in
from assetbuild.release.layout import directories_above, is_inside, parents
from releasing import compressed, cycle

FP = "0123456789abcdef"


@pytest.mark.parametrize("path", ["a", "public/css/a-b.css", "a/.well-known/x", "a/..b", "a/b..", "ü/c d"])
def test_paths_inside(path: str) -> None:
    assert is_inside(path)


@pytest.mark.parametrize(
    "path",
    ["", "/", "/etc/passwd", "..", "a/..", "a/../b", "a//b", "a/", "./a", "a\\b", "..\\a", "C:/a", "c:a", "a\0b"],
)
def test_paths_that_lead_outside_on_some_system(path: str) -> None:
    assert not is_inside(path)


def test_directories_above() -> None:
    assert parents("a/b/c.css") == ["a/b", "a"]
    assert directories_above(["a/b/c.css", "a/d.css", "e"]) == {"a", "a/b"}
    assert directories_above([]) == set()


@pytest.mark.parametrize(
    ("path", "file", "found"),
    [
        ("css/app.css", f"css/app-{FP}.css", FP),
        ("js/app.min.js", f"js/app.min-{FP}.js", FP),
        ("js/app.js.map", f"js/app-{FP}.js.map", FP),
        ("LICENSE", f"LICENSE-{FP}", FP),
        ("a-.css", f"a--{FP}.css", FP),
        (f"a-{FP}.css", f"a-{FP}-{FP}.css", FP),
        ("css/app.css", "css/app.css", None),
        ("css/app.css", f"css-{FP}/app.css", None),
        ("css/app.css", f"css/app-{FP.upper()}.css", None),
        ("css/app.css", f"css/other-{FP}.css", None),
        ("css/app.css", f"css/app-{FP[:-1]}g.css", None),
    ],
)
def test_the_fingerprint_in_a_name(path: str, file: str, found: str | None) -> None:
    assert fingerprint_in(path, file) == found


def test_the_fingerprints_of_a_cycle_do_not_depend_on_the_order_and_hold_its_names() -> None:
    members = cycle({"a.js": "{b.js}{c.js}", "b.js": "{a.js} -{a.js}", "c.js": "{c.js}"})
    names = {it.path: fingerprint_in(it.path, it.file) or "" for it in members}
    contents = {it.path: it.content.read() for it in members}
    assert cycle_fingerprints(contents, names) == names
    assert cycle_fingerprints(dict(reversed(contents.items())), dict(reversed(names.items()))) == names
    assert cycle_fingerprints({**contents, "c.js": b"{}"}, names).keys() == names.keys()
    assert not set(cycle_fingerprints({**contents, "c.js": b"{}"}, names).values()) & set(names.values())


@pytest.mark.parametrize("encoding", ["br", "gzip", "zstd"])
@pytest.mark.parametrize("data", [b"", b"x", b"hello " * 100, bytes(3_000_000)])
def test_decoding_gives_the_bytes_in_bounded_pieces_and_refuses_any_others(encoding: str, data: bytes) -> None:
    decode = decoder(encoding)
    assert decode is not None
    packed = compressed(encoding, data)
    assert b"".join(decode(io.BytesIO(packed))) == data
    assert all(len(piece) <= 17 << 20 for piece in decode(io.BytesIO(packed)))
    for wrong in (b"", packed[:-1], packed + b"x", packed + bytes(9), packed + packed, b"garbage" * 9):
        with pytest.raises(CannotDecodeError):
            list(decode(io.BytesIO(wrong)))


def test_an_encoding_we_do_not_know_has_no_decoder() -> None:
    assert decoder("compress") is None
