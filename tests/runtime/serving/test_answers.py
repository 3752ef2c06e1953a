"""What both applications answer: statuses, headers and bodies, by RFC 9110."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from assetbuild.runtime import asgi, wsgi
from releasing import build
from runtime.serving.clients import Answer, Headers, ask_asgi, ask_wsgi
from scenario import build_files

STYLE = b"body { color: red; margin: 0 }\n" * 60
SCRIPT = b"export const answer = 42;\n" * 60
PICTURE = bytes(range(256)) * 4
LARGE = b"0123456789abcdef" * (1 << 17)
DECODE: dict[str, Callable[[bytes], bytes]] = {
    "br": brotli.decompress,
    "gzip": gzip.decompress,
    "zstd": lambda data: zstandard.ZstdDecompressor().decompress(data),
}


class Site:
    """A release, an application that serves it, and a way to ask."""

    def __init__(self, release: Path, app: Any, ask: Callable[..., Answer]) -> None:
        self.release, self.app, self._ask = release, app, ask
        self.assets = json.loads((release / "manifest.json").read_bytes())["assets"]

    def url(self, name: str) -> str:
        return f"/static/{self.assets[name]['file']}"

    def file(self, name: str) -> Path:
        return self.release / "public" / str(self.assets[name]["file"])

    def ask(self, path: str, method: str = "GET", headers: Headers = {}) -> Answer:  # noqa: B006
        return self._ask(self.app, path, method, headers)

    def get(self, name: str, **headers: str) -> Answer:
        return self.ask(self.url(name), "GET", {key.replace("_", "-"): value for key, value in headers.items()})

    def head(self, name: str, **headers: str) -> Answer:
        return self.ask(self.url(name), "HEAD", {key.replace("_", "-"): value for key, value in headers.items()})


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("release")
    files = {"css/app.css": STYLE, "js/app.js": SCRIPT, "img/a.png": PICTURE, "large.bin": LARGE}
    build(home, files, plain={"sw.js": SCRIPT, "empty.js": b""}, encodings=["br", "gzip", "zstd"])
    document = json.loads((home / "manifest.json").read_bytes())
    for name in ("img/a.png", "large.bin", "empty.js"):
        del document["assets"][name]["encodings"]
    (home / "manifest.json").write_text(json.dumps(document))
    return home


@pytest.fixture(params=["wsgi", "asgi"])
def make(request: pytest.FixtureRequest) -> Callable[..., Site]:
    return lambda release, **options: (
        Site(release, wsgi.ReleaseApp(release, **options), ask_wsgi)
        if request.param == "wsgi"
        else Site(release, asgi.ReleaseApp(release, **options), ask_asgi)
    )


@pytest.fixture
def site(make: Callable[..., Site], release: Path) -> Site:
    return make(release)


def test_a_fingerprinted_file_comes_whole_with_exactly_these_headers(site: Site) -> None:
    answer = site.get("css/app.css")
    assert answer.status == 200
    assert answer.body == STYLE
    assert answer.headers == {
        "content-type": "text/css; charset=utf-8",
        "content-length": str(len(STYLE)),
        "vary": "Accept-Encoding",
        "cache-control": "public, max-age=31536000, immutable",
        "etag": f'"{site.assets["css/app.css"]["integrity"][7:39]}"',
        "accept-ranges": "bytes",
        "access-control-allow-origin": "*",
        "cross-origin-resource-policy": "cross-origin",
        "x-content-type-options": "nosniff",
    }


def test_a_file_without_a_fingerprint_is_asked_for_again(site: Site) -> None:
    assert site.get("sw.js").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("encoding", DECODE)
def test_each_encoding_comes_with_its_own_length_and_tag(site: Site, encoding: str) -> None:
    answer = site.get("css/app.css", Accept_Encoding=encoding)
    assert answer.status == 200
    assert answer.headers["content-encoding"] == encoding
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert int(answer.headers["content-length"]) == len(answer.body) < len(STYLE)
    assert DECODE[encoding](answer.body) == STYLE


def test_no_two_representations_share_a_strong_tag(site: Site) -> None:
    tags = [
        site.get(name, Accept_Encoding=encoding).headers["etag"]
        for name in ("css/app.css", "js/app.js")
        for encoding in ("", *DECODE)
    ]
    assert len(set(tags)) == 8
    assert all(tag.startswith('"') and tag.endswith('"') for tag in tags)


def test_a_file_without_variants_does_not_vary(site: Site) -> None:
    answer = site.get("img/a.png", Accept_Encoding="br, gzip")
    assert answer.body == PICTURE
    assert "vary" not in answer.headers
    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize("header", ["identity;q=0", "*;q=0", "deflate"])
def test_a_client_that_accepts_nothing_gets_the_file_as_it_is(site: Site, header: str) -> None:
    answer = site.get("css/app.css", Accept_Encoding=header)
    assert (answer.status, answer.body) == (200, STYLE)


@pytest.mark.parametrize("encoding", ["", *DECODE])
def test_what_is_known_already_is_not_sent_again(site: Site, encoding: str) -> None:
    whole = site.get("css/app.css", Accept_Encoding=encoding)
    for tags in (whole.headers["etag"], f'"x", W/{whole.headers["etag"]}', "*"):
        for answer in (
            site.get("css/app.css", Accept_Encoding=encoding, If_None_Match=tags),
            site.head("css/app.css", Accept_Encoding=encoding, If_None_Match=tags),
        ):
            assert (answer.status, answer.body) == (304, b"")
            kept = ("cache-control", "etag", "vary", "access-control-allow-origin", "cross-origin-resource-policy")
            assert answer.headers == {name: whole.headers[name] for name in kept}


def test_a_tag_of_another_encoding_is_not_what_would_be_sent(site: Site) -> None:
    etag = site.get("css/app.css", Accept_Encoding="gzip").headers["etag"]
    assert site.get("css/app.css", Accept_Encoding="br", If_None_Match=etag).status == 200


def test_dates_do_not_count(site: Site) -> None:
    answer = site.get("css/app.css", If_Modified_Since="Fri, 31 Dec 9999 23:59:59 GMT")
    assert answer.status == 200
    assert "last-modified" not in answer.headers
    assert site.get("css/app.css", If_Unmodified_Since="Thu, 01 Jan 1970 00:00:00 GMT").status == 200


def test_if_match_fails_for_another_representation(site: Site) -> None:
    etag = site.get("css/app.css").headers["etag"]
    assert site.get("css/app.css", If_Match=etag).status == 200
    assert site.get("css/app.css", If_Match="*").status == 200
    for header in (f"W/{etag}", '"x"', ""):
        answer = site.get("css/app.css", If_Match=header, If_None_Match=etag)
        assert answer.status == 412
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize("encoding", ["", *DECODE])
@pytest.mark.parametrize("name", ["css/app.css", "img/a.png", "large.bin"])
@pytest.mark.parametrize(
    ("header", "part"), [("0-9", slice(0, 10)), ("100-", slice(100, None)), ("-7", slice(-7, None))]
)
def test_a_range_is_a_part_of_the_representation(
    site: Site, name: str, encoding: str, header: str, part: slice
) -> None:
    whole = site.get(name, Accept_Encoding=encoding)
    start, stop, _ = part.indices(len(whole.body))
    answer = site.get(name, Accept_Encoding=encoding, Range=f"bytes={header}")
    if start >= len(whole.body):
        assert answer.status == 416
        return
    assert answer.status == 206
    assert answer.body == whole.body[part]
    assert answer.headers == {
        **whole.headers,
        "content-range": f"bytes {start}-{stop - 1}/{len(whole.body)}",
        "content-length": str(stop - start),
    }


def test_a_range_outside_the_file_is_refused_with_its_length(site: Site) -> None:
    answer = site.get("img/a.png", Range="bytes=5000-")
    assert answer.status == 416
    assert answer.headers["content-range"] == f"bytes */{len(PICTURE)}"
    assert answer.headers["cache-control"] == "no-store"


def test_a_range_goes_by_the_tag_in_if_range(site: Site) -> None:
    etag = site.get("img/a.png").headers["etag"]
    assert site.get("img/a.png", Range="bytes=0-1", If_Range=etag).status == 206
    for other in (f"W/{etag}", '"x"', "Fri, 31 Dec 9999 23:59:59 GMT"):
        assert site.get("img/a.png", Range="bytes=0-1", If_Range=other).body == PICTURE
    assert site.get("img/a.png", Range="bytes=0-1", If_None_Match=etag).status == 304


@pytest.mark.parametrize("header", ["bytes=0-1,4-5", "lines=1-2", "bytes=5-2"])
def test_several_ranges_or_none_that_is_valid_give_the_whole(site: Site, header: str) -> None:
    answer = site.get("img/a.png", Range=header)
    assert (answer.status, answer.body) == (200, PICTURE)


@given(first=st.integers(0, 3000), length=st.integers(1, 3000))
@pytest.mark.parametrize("ask", [ask_wsgi, ask_asgi])
def test_parts_put_together_are_the_whole(release: Path, ask: Any, first: int, length: int) -> None:
    app = (wsgi if ask is ask_wsgi else asgi).ReleaseApp(release)
    url = Site(release, app, ask).url("css/app.css")
    headers = {"Range": f"bytes={first}-{first + length - 1}"}
    answer = ask(app, url, "GET", headers)
    assert answer.status == (206 if first < len(STYLE) else 416)
    if answer.status == 206:
        assert answer.body == STYLE[first : first + length]


@pytest.mark.parametrize("name", ["css/app.css", "img/a.png", "sw.js", "large.bin", "empty.js"])
def test_head_has_the_headers_of_get_and_no_body(site: Site, name: str) -> None:
    for headers in ({}, {"Accept_Encoding": "br"}, {"Range": "bytes=0-3"}):
        answer = site.head(name, **headers)
        headers.pop("Range", None)
        assert (answer.status, answer.body) == (200, b"")
        assert answer.headers == site.get(name, **headers).headers


def test_an_empty_file_is_empty(site: Site) -> None:
    answer = site.get("empty.js")
    assert (answer.status, answer.body, answer.headers["content-length"]) == (200, b"", "0")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"])
def test_other_methods_are_told_which_there_are(site: Site, method: str) -> None:
    answer = site.ask(site.url("css/app.css"), method)
    assert answer.status == 405
    assert answer.headers["allow"] == "GET, HEAD"
    assert b"html" not in answer.body.lower()


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_what_is_not_there_is_told_in_plain_text_and_not_kept(site: Site, method: str) -> None:
    answer = site.ask("/static/css/app-0000000000000000.css", method)
    assert answer.status == 404
    assert answer.headers == {
        "content-type": "text/plain; charset=utf-8",
        "content-length": "10",
        "cache-control": "no-store",
        "access-control-allow-origin": "*",
        "x-content-type-options": "nosniff",
    }
    assert answer.body == (b"" if method == "HEAD" else b"Not found\n")


@pytest.mark.parametrize(
    "path",
    [
        "/static/",
        "/static",
        "/",
        "",
        "//static/{}",
        "/static//{}",
        "/static/./{}",
        "/static/css/../{}",
        "/static/{}/",
        "/static/css/%2e%2e/{}",
        "/static/..%2f{}",
        "/static/../static/{}",
        "/STATIC/{}",
        "/static/{}%00",
        "/static/{}%0d%0aX:%20y",
        "/static/{}.br",
        "/static/{}.gz",
        "/static/../manifest.json",
        "/static/../releases/history",
        "/static/manifest.json",
        "/static/../../../../../../etc/passwd",
        "/static/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "/static/..%5c..%5cmanifest.json",
        "/static//etc/passwd",
        "/static/" + "a" * 60000,
        "/static/" + "../" * 20000,
        "/static/%ff%fe",
        "/static/%c0%ae%c0%ae/x",
        "/static/{}%20",
        "/static/ {}",
        "/static/{}::$DATA",
        "/static/{}\\",
        "/static/%C3%28",
        "/static/css",
        "/static/css/",
    ],
)
def test_no_other_path_leads_to_a_file(site: Site, path: str) -> None:
    file = site.assets["css/app.css"]["file"]
    answer = site.ask(path.replace("{}", file))
    assert answer.status == 404
    assert answer.body == b"Not found\n"


@pytest.mark.parametrize("separator", ["%2f", "%2F", "%5c%2e%2e%2f", "%00/"])
def test_an_encoded_separator_does_not_stand_for_one(site: Site, separator: str) -> None:
    assert site.ask(site.url("css/app.css").replace("css/", f"css{separator}")).status == 404


@given(st.text())
@pytest.mark.parametrize("kind", ["wsgi", "asgi"])
def test_any_path_is_one_of_the_table_or_not_found(release: Path, kind: str, path: str) -> None:
    module, ask = (wsgi, ask_wsgi) if kind == "wsgi" else (asgi, ask_asgi)
    quoted = "".join(f"%{byte:02x}" for byte in f"/static/{path}".encode("utf-8", "surrogatepass"))
    answer = ask(module.ReleaseApp(release), quoted.replace("%2f", "/"))
    assert (answer.status, answer.body) == (404, b"Not found\n")


def test_percent_encoding_and_a_query_change_nothing(site: Site) -> None:
    url = site.url("css/app.css")
    assert site.ask(f"{url}?v=2%2f").status == 200
    assert site.ask(url.replace("app", "%61pp").replace("-", "%2D")).status == 200


def test_a_name_that_is_not_ascii_is_served(make: Callable[..., Site], tmp_path: Path) -> None:
    build(tmp_path, {"img/été ☃.css": b"a {}"})
    site = make(tmp_path)
    quoted = "".join(
        f"%{byte:02X}" if byte > 127 or byte == 32 else chr(byte) for byte in site.url("img/été ☃.css").encode()
    )
    assert site.ask(quoted).body == b"a {}"


def test_types_are_those_of_the_manifest_and_text_is_utf_8(make: Callable[..., Site]) -> None:
    names = {
        "a.css": b"a{}",
        "a.js": b"1",
        "a.woff2": b"w",
        "a.svg": b"<svg/>",
        "app.webmanifest": b"{}",
        "a.json": b"{}",
        "a.txt": b"t",
        "a.html": b"<p>",
        "a.png": b"p",
        "a.wasm": b"w",
    }
    site = make(build_files(names).release)
    assert {name: site.get(name).headers["content-type"] for name in names} == {
        "a.css": "text/css; charset=utf-8",
        "a.js": "text/javascript; charset=utf-8",
        "a.woff2": "font/woff2",
        "a.svg": "image/svg+xml",
        "app.webmanifest": "application/manifest+json",
        "a.json": "application/json",
        "a.txt": "text/plain; charset=utf-8",
        "a.html": "text/html",
        "a.png": "image/png",
        "a.wasm": "application/wasm",
    }


def test_files_of_earlier_releases_are_served(make: Callable[..., Site], tmp_path: Path) -> None:
    build(tmp_path, {"css/app.css": STYLE}, encodings=["br"])
    before = make(tmp_path).url("css/app.css")
    build(tmp_path, {"css/app.css": SCRIPT})
    answer = make(tmp_path).ask(before, "GET", {"Accept-Encoding": "br"})
    assert brotli.decompress(answer.body) == STYLE
    assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize("memory", [0, 1 << 20])
@pytest.mark.parametrize("name", ["css/app.css", "large.bin"])
def test_a_file_that_vanishes_is_not_found_and_one_that_changes_is_an_error(
    make: Callable[..., Site], tmp_path: Path, memory: int, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    build(tmp_path, {"css/app.css": STYLE, "large.bin": LARGE})
    site = make(tmp_path, memory=memory)
    etag = site.head(name).headers["etag"]
    file = site.file(name)
    for damage, status in ((file.unlink, 404), (lambda: file.write_bytes(b"x"), 500)):
        caplog.clear()
        damage()
        for headers in ({}, {"Range": "bytes=0-0"}):
            answer = site.get(name, **headers)
            assert answer.status == status
            assert answer.headers["content-type"] == "text/plain; charset=utf-8"
            assert answer.headers["cache-control"] == "no-store"
            assert "etag" not in answer.headers
        assert file.name in caplog.text
        assert site.head(name).status == 200
        assert site.get(name, If_None_Match=etag).status == 304


def test_a_link_put_in_the_place_of_a_file_is_not_followed(make: Callable[..., Site], tmp_path: Path) -> None:
    build(tmp_path, {"css/app.css": STYLE})
    site = make(tmp_path)
    (tmp_path / "secret").write_bytes(b"s" * len(STYLE))
    site.file("css/app.css").unlink()
    site.file("css/app.css").symlink_to(tmp_path / "secret")
    assert site.get("css/app.css").status == 500
    site.file("css/app.css").unlink()
    os.mkfifo(site.file("css/app.css"))
    assert site.get("css/app.css").status == 500


def test_what_was_sent_once_is_kept_in_memory_up_to_the_limit(make: Callable[..., Site], tmp_path: Path) -> None:
    build(tmp_path, {"a.css": STYLE, "b.css": SCRIPT})
    site = make(tmp_path, memory=len(STYLE))
    assert site.get("a.css").body == STYLE
    assert site.get("b.css").body == SCRIPT
    site.file("a.css").unlink()
    site.file("b.css").unlink()
    assert site.get("a.css").body == STYLE
    assert site.get("b.css").status == 404


def test_a_file_with_a_fixed_name_stays_what_it_was_when_the_process_started(
    make: Callable[..., Site], tmp_path: Path
) -> None:
    build(tmp_path, {}, plain={"sw.js": SCRIPT})
    site = make(tmp_path)
    build(tmp_path, {}, plain={"sw.js": SCRIPT[::-1]})
    assert site.get("sw.js").body == SCRIPT
    assert make(tmp_path).get("sw.js").body == SCRIPT[::-1]


def test_another_base_url_moves_everything(make: Callable[..., Site], release: Path) -> None:
    site = make(release, base_url="https://cdn.example/v%201/")
    file = site.assets["css/app.css"]["file"]
    assert site.ask(f"/v%201/{file}").status == 200
    assert site.ask(f"/static/{file}").status == 404
    root = make(release, base_url="/")
    assert root.ask("/sw.js").status == 200
    assert root.ask("/").status == 404
