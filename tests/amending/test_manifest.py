"""A former manifest in which lines are exchanged is the manifest of the assets as they are now."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetbuild.amending import manifest
from assetbuild.amending.manifest import FormerManifest
from assetbuild.amending.unable import UnableToAmendError
from assetbuild.model import Content, Encoded, Linked
from assetbuild.release.text import entries_of, manifest_text
from releasing import linked

ORDINARY = st.text(st.sampled_from("ab/é -."), min_size=1, max_size=8)
STRANGE = st.text(st.sampled_from('ab/é" \\-}{,:\u2028\x7f'), min_size=1, max_size=8)
Contents = dict[str, tuple[bytes, bool]]


def contents(names: st.SearchStrategy[str]) -> st.SearchStrategy[Contents]:
    return st.dictionaries(names, st.tuples(st.binary(max_size=3), st.booleans()), min_size=1, max_size=8)


def assets_of(made: Contents) -> tuple[list[Linked], dict[str, tuple[Encoded, ...]]]:
    """Assets that each refer to all, and variants of some."""
    names = tuple(sorted(made))
    encoded = {name: (Encoded("br", f"{name}.br", Content.of(b"x")),) for name in names if made[name][1]}
    return [linked(name, made[name][0], assets=names) for name in names], encoded


def amended(
    before: Contents, after: Contents, importmap: dict[str, object], blanks: bool
) -> tuple[tuple[bytes, str], ...]:
    """The manifest of `after` made from that of `before`, and anew."""
    former, _ = manifest_text(*assets_of(before), "/static/", importmap, {})
    assets, encoded = assets_of(after)
    entries = dict(zip(after, entries_of([one for one in assets if one.path in after], encoded), strict=True))
    texts = {name: entries[name] for name in sorted(after) if after[name] != before[name]}
    variants = any(with_variants for _, with_variants in before.values())
    made = FormerManifest(former, variants, blanks).amended(texts)
    return made, manifest_text(assets, encoded, "/static/", importmap, {})


@pytest.fixture(params=[1, 100, 64 << 10])
def piece(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifest, "_PIECE", request.param)


@pytest.mark.usefixtures("piece")
@given(
    contents(ORDINARY), st.data(), st.sampled_from([{}, {"imports": {"./a.js": "a.js"}, "scopes": {}}]), st.booleans()
)
def test_it_is_that_of_what_was_edited(
    before: Contents, data: st.DataObject, importmap: dict[str, object], blanks: bool
) -> None:
    edits = data.draw(st.dictionaries(st.sampled_from(sorted(before)), st.tuples(st.just(b"new"), st.booleans())))
    made, wanted = amended(before, dict(sorted({**before, **edits}.items())), importmap, blanks)
    assert made == wanted


@pytest.mark.usefixtures("piece")
@given(contents(STRANGE), st.data(), st.booleans())
def test_where_names_cannot_be_told_from_what_is_around_them_it_is_made_anew(
    before: Contents, data: st.DataObject, blanks: bool
) -> None:
    edits = data.draw(st.dictionaries(st.sampled_from(sorted(before)), st.tuples(st.just(b"new"), st.booleans())))
    try:
        made, wanted = amended(before, dict(sorted({**before, **edits}.items())), {}, blanks)
    except UnableToAmendError:
        return
    assert made == wanted


@given(contents(ORDINARY))
def test_lines_are_as_they_are_hashed_whether_or_not_blanks_are_looked_for(made: Contents) -> None:
    lines = [spaced.encode() for spaced, _ in entries_of(*assets_of(made))]
    for piece in (*lines, b",\n".join(lines), b",\n".join(lines) + b","):
        assert manifest._with_few_blanks(piece) == manifest._with_blanks(piece)


def test_a_manifest_that_is_not_of_its_release_is_made_anew() -> None:
    text, release = manifest_text(*assets_of({"a": (b"1", False)}), "/", {}, {})
    with pytest.raises(UnableToAmendError):
        FormerManifest(text.replace(release.encode(), b"0" * 64), False).amended({})


@pytest.mark.parametrize("data", [b"", b"{}", b'{\n"assets": {\n', b'{\n"assets": {\n},\nnothing'])
def test_what_is_no_manifest_of_ours_is_made_anew(data: bytes) -> None:
    with pytest.raises(UnableToAmendError):
        FormerManifest(data, False)
