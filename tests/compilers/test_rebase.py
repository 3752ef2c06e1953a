"""What a moved text refers to is the same, in other words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assetbuild.compilers.rebase import Piece, cut, join, part_of, rebase, without_source_map
from assetbuild.media import CSS
from compilers.workbench import BASE_URL, asset_of, found_in


def moved(text: str, path: str, new_path: str, base_url: str = BASE_URL) -> str:
    asset = asset_of(path, text, base_url)
    return rebase(Piece(text.encode(), asset.references), CSS, path, new_path, base_url).data.decode()


@pytest.mark.parametrize(
    ("new_path", "url"),
    [
        ("a/b/y.css", "i/p.png"),
        ("a/b/c/y.css", "../i/p.png"),
        ("a/y.css", "b/i/p.png"),
        ("y.css", "a/b/i/p.png"),
        ("q/y.css", "../a/b/i/p.png"),
        ("a/b/i/y.css", "p.png"),
    ],
)
def test_a_relative_url_follows_its_text(new_path: str, url: str) -> None:
    assert moved("a{b:url(i/p.png)}", "a/b/x.css", new_path) == f"a{{b:url({url})}}"


@pytest.mark.parametrize(
    "url",
    [
        "asset:i/p.png",
        "asset-data:p.svg",
        "/static/p.png",
        "/other/p.png",
        "//host/p.png",
        "https://h/p",
        "#frag",
        "data:,x",
        "?q",
    ],
)
def test_what_is_not_relative_is_left_alone(url: str) -> None:
    assert moved(f"a{{b:url({url})}}", "a/x.css", "y.css") == f"a{{b:url({url})}}"
    assert moved(f'a{{b:url("{url}")}}', "a/x.css", "y.css", "https://cdn/") == f'a{{b:url("{url}")}}'


@pytest.mark.parametrize(
    ("written", "rewritten"),
    [
        ("url(p.eot?#iefix)", "url(a/p.eot?#iefix)"),
        ("url(p.svg?v=1#i)", "url(a/p.svg?v=1#i)"),
        ("url(p%20q.png)", "url(a/p%20q.png)"),
        ("url('p q.png')", "url('a/p%20q.png')"),
        ('url("p(1).png")', 'url("a/p%281%29.png")'),
        ("url(p\\(1\\).png)", "url(a/p%281%29.png)"),
        ('url("p\'q.png")', 'url("a/p%27q.png")'),
        ("url(100%25.png)", "url(a/100%25.png)"),
        ("url(é.png)", "url(a/%C3%A9.png)"),
        ("url( ./p.png )", "url( a/p.png )"),
        ("url(../../p.png)", "url(../p.png)"),
        ("url(a:b.png)", "url(a:b.png)"),
        ("url(./a:b.png)", "url(a/a:b.png)"),
    ],
)
def test_names_are_spelled_as_urls_want_them(written: str, rewritten: str) -> None:
    assert moved(f"a{{b:{written}}}", "a/x.css", "y.css") == f"a{{b:{rewritten}}}"


SEGMENT = st.text("ab .()'\"%é:#?\\", min_size=1, max_size=5).filter(
    lambda text: text.strip() == text and text not in (".", "..")
)
DIRECTORY = st.sampled_from(["", "a/", "a/b/", "é/", "p q/"])


@settings(max_examples=300, deadline=None)
@given(st.lists(SEGMENT, min_size=1, max_size=3), DIRECTORY, DIRECTORY)
def test_there_and_back_again_names_the_same_files(names: list[str], here: str, there: str) -> None:
    text = "".join('a{b:url("' + name.replace("\\", "\\\\").replace('"', '\\"') + '")}' for name in names)
    asset = asset_of(f"{here}x.css", text)
    piece = rebase(Piece(text.encode(), asset.references), CSS, f"{here}x.css", f"{there}y.css", BASE_URL)
    again = asset_of(f"{there}y.css", piece.data)
    assert [(one.start, one.stop, one.kind, one.target, one.suffix) for one in piece.references] == [
        (one.start, one.stop, one.kind, one.target, one.suffix) for one in again.references
    ]
    assert [one.target for one in again.references] == [one.target for one in asset.references]


def test_pieces_keep_the_references_that_are_whole_in_them() -> None:
    text = "a{b:url(c.png)}d{e:url(f.png)}"
    asset = asset_of("x.css", text)
    piece = Piece(text.encode(), asset.references)
    halves = [part_of(piece, 0, 15), part_of(piece, 15, len(text))]
    assert join(halves) == piece
    assert [one.target for one in part_of(piece, 0, 10).references] == []
    assert cut(piece, 0, 15) == halves[1]
    assert len(found_in(asset)) == 2


def test_without_its_source_map_a_text_names_none() -> None:
    text = "a{}/*# sourceMappingURL=x.map */b{c:url(d.png)}\n/*# sourceMappingURL=data:, */\n"
    piece = without_source_map(Piece(text.encode(), asset_of("x.css", text).references), CSS)
    assert piece.data == b"a{}/**/b{c:url(d.png)}\n\n"
    assert [piece.data[one.start : one.stop] for one in piece.references] == [b"d.png"]
