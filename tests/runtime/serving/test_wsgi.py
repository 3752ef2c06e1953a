"""The WSGI application as an application: in front of another, mounted, behind wsgiref and its file wrapper."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest

from assetbuild.runtime.serving.files import LARGEST_KEPT
from assetbuild.runtime.wsgi import ReleaseApp, ReleaseMiddleware
from releasing import build
from runtime.serving.clients import ask_wsgi

LARGE = b"0123456789abcdef" * (LARGEST_KEPT // 16 + 1)


@pytest.fixture
def release(tmp_path: Path) -> Path:
    build(tmp_path, {}, plain={"robots.txt": b"User-agent: *\n", "large.bin": LARGE})
    return tmp_path


def page(environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/html")])
    return [b"the page at " + environ["PATH_INFO"].encode()]


@pytest.mark.parametrize("path", ["/", "/static", "/page", "/statics/robots.txt", "/robots.txt"])
def test_what_is_not_below_the_base_url_goes_on_to_the_application(release: Path, path: str) -> None:
    app = ReleaseMiddleware(page, release)
    assert ask_wsgi(app, path, "POST").body == b"the page at " + path.encode()


def test_what_is_below_the_base_url_never_does(release: Path) -> None:
    app = ReleaseMiddleware(page, release)
    assert ask_wsgi(app, "/static/robots.txt").body == b"User-agent: *\n"
    assert ask_wsgi(app, "/static/nothing").status == 404
    assert ask_wsgi(app, "/static/").status == 404


def test_at_the_root_what_is_no_file_of_the_release_goes_on(release: Path) -> None:
    app = ReleaseMiddleware(page, release, base_url="/")
    assert ask_wsgi(app, "/robots.txt").body == b"User-agent: *\n"
    assert ask_wsgi(app, "/index").body == b"the page at /index"


def test_an_application_that_is_mounted_sees_the_whole_path(release: Path) -> None:
    mounted = ask_wsgi(ReleaseApp(release), "/robots.txt", SCRIPT_NAME="/static")
    assert mounted.body == b"User-agent: *\n"
    assert ask_wsgi(ReleaseApp(release), "/robots.txt", SCRIPT_NAME="/other").status == 404


def test_a_large_file_goes_through_the_file_wrapper_and_a_part_of_it_does_not(release: Path) -> None:
    wrapped = []

    class Wrapper:
        def __init__(self, file: Any, size: int) -> None:
            wrapped.append(file)
            self.file, self.close = file, file.close

        def __iter__(self) -> Any:
            return iter(lambda: self.file.read(1 << 16), b"")

    app = ReleaseApp(release)
    answer = ask_wsgi(app, "/static/large.bin", **{"wsgi.file_wrapper": Wrapper})
    assert answer.body == LARGE
    assert len(wrapped) == 1
    assert wrapped[0].closed
    part = ask_wsgi(app, "/static/large.bin", headers={"Range": "bytes=5-"}, **{"wsgi.file_wrapper": Wrapper})
    assert part.body == LARGE[5:]
    assert len(wrapped) == 1


def test_without_a_file_wrapper_a_large_file_comes_in_pieces(release: Path) -> None:
    assert ask_wsgi(ReleaseApp(release), "/static/large.bin", **{"wsgi.file_wrapper": None}).body == LARGE


def test_a_body_that_is_not_read_to_its_end_closes_its_file(release: Path) -> None:
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/static/large.bin", "HTTP_RANGE": "bytes=1-"}
    body: Any = ReleaseApp(release)(environ, lambda *_: lambda _: None)
    next(iter(body))
    body.close()
    with pytest.raises(ValueError, match="closed file"):
        next(iter(body))


def test_a_file_that_is_cut_off_while_it_is_sent_ends_with_an_error(release: Path) -> None:
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/static/large.bin"}
    body: Any = ReleaseApp(release)(environ, lambda *_: lambda _: None)
    pieces = iter(body)
    next(pieces)
    (release / "public/large.bin").write_bytes(b"")
    with pytest.raises(Exception, match="cut off"):
        list(pieces)
    body.close()


def test_a_server_that_changes_its_headers_changes_no_other_answer(release: Path) -> None:
    app = ReleaseApp(release)
    first, second = (ask_wsgi(app, "/static/robots.txt") for _ in range(2))
    assert first == second
    assert "x-server" not in first.headers


def test_nothing_is_made_anywhere_while_it_serves(release: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    release.joinpath("public").chmod(0o555)
    assert ask_wsgi(ReleaseApp(release), "/static/robots.txt").status == 200
