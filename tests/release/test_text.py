"""The manifest made piece by piece is the one that the document of the release gives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetbuild.errors import ReleaseError
from assetbuild.model import Content, Encoded, Linked
from assetbuild.release.document import Known, known_members, private_entry, release_document
from assetbuild.release.text import manifest_text
from assetbuild.runtime.manifest import dump_manifest
from releasing import linked

IMPORTMAP = {"imports": {"./a.js": "a.js"}, "scopes": {}}
names = st.text(st.sampled_from('ab/é" \\-}{,:\u2028\x7f'), min_size=1, max_size=8)
lists = st.lists(names, max_size=3).map(tuple)


@st.composite
def assets(draw: st.DrawFn) -> Linked:
    path = draw(names)
    content = Content.of(draw(st.binary(max_size=3)))
    publication = draw(st.sampled_from(["fingerprinted", "plain", "prehashed", "private"]))
    cycle = draw(st.sampled_from([(), (), (path,)]))
    fields = dict(zip(("imports", "dynamic_imports", "assets"), (draw(lists), draw(lists), draw(lists)), strict=True))
    return linked(path, content.data or b"", publication, draw(names), cycle=cycle, **fields)


@given(st.lists(assets(), max_size=5, unique_by=lambda asset: asset.path), st.sampled_from([IMPORTMAP, {}]), st.data())
def test_it_is_that_of_the_document(made: list[Linked], importmap: dict[str, object], data: st.DataObject) -> None:
    public = [asset for asset in made if asset.publication != "private"]
    private = {asset.path: private_entry(asset) for asset in made if asset.publication == "private"}
    with_variants = data.draw(st.sets(st.sampled_from([asset.path for asset in public]))) if public else set()
    encoded = {path: (Encoded("br", f"{path}.br", Content.of(b"x")),) for path in with_variants}
    known = data.draw(st.sampled_from([Known(), Known({"x": {"assets": ["a"]}}, {"b": ["ü", "c"]})]))
    document, _ = release_document(made, encoded, "/static/", importmap, (), known)
    further = ({"private": private} if private else {}) | known_members(known)
    assert manifest_text(public, encoded, "/static/", importmap, further) == (
        dump_manifest(document),
        document["release"],
    )


def test_a_logical_path_taken_twice_is_refused() -> None:
    with pytest.raises(ReleaseError, match=r"two assets have the logical path 'a\.js'"):
        manifest_text([linked("a.js", b"1"), linked("b.js", b""), linked("a.js", b"2")], {}, "/", {}, {})
