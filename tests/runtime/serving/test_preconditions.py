"""Entity tags in request headers, as RFC 9110, sections 8.8.3 and 13.1 have them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetbuild.runtime.serving.preconditions import matches_strongly, matches_weakly, range_still_fits

ETAG = '"OLBg/+jsl-br3120"'
opaque = st.text(st.characters(codec="latin-1", exclude_characters='"', exclude_categories=["Cc", "Zs"]), max_size=6)
tags = st.tuples(st.booleans(), opaque)
separators = st.sampled_from([",", ", ", " ,\t", ",,", ", , "])


@given(st.lists(tags), opaque, separators)
def test_a_list_of_tags_matches_what_is_in_it(found: list[tuple[bool, str]], wanted: str, separator: str) -> None:
    header = separator.join(f'{"W/" if weak else ""}"{text}"' for weak, text in found)
    assert matches_weakly(header, f'"{wanted}"') == any(text == wanted for _, text in found)
    assert matches_strongly(header, f'"{wanted}"') == any(text == wanted and not weak for weak, text in found)


@pytest.mark.parametrize("header", ["*", " * ", ETAG, f'"a,b", {ETAG}', f'W/"x",{ETAG}'])
def test_both_comparisons_find_a_strong_tag(header: str) -> None:
    assert matches_weakly(header, ETAG)
    assert matches_strongly(header, ETAG)


def test_a_weak_tag_counts_for_if_none_match_alone() -> None:
    assert matches_weakly(f"W/{ETAG}", ETAG)
    assert not matches_strongly(f"W/{ETAG}", ETAG)


@pytest.mark.parametrize("header", ["", '"', ETAG[1:-1], ETAG[:-1], f'"a {ETAG[1:]}', f"w/{ETAG}x"[:-3], '"*"'])
def test_what_is_no_tag_of_ours_does_not_match(header: str) -> None:
    assert not matches_weakly(header, ETAG)
    assert not matches_strongly(header, ETAG)


@given(st.text())
def test_any_text_is_read(header: str) -> None:
    expected = header.strip(" \t") == "*" or re.search(re.escape(ETAG), header) is not None
    assert matches_weakly(header, ETAG) <= expected


def test_a_range_counts_only_for_the_very_same_representation() -> None:
    assert range_still_fits(None, ETAG)
    assert range_still_fits(ETAG, ETAG)
    assert range_still_fits(f" {ETAG}", ETAG)
    for header in (f"W/{ETAG}", "", "*", f"{ETAG}, {ETAG}", "Sun, 06 Nov 1994 08:49:37 GMT"):
        assert not range_still_fits(header, ETAG)
