"""Accept-Encoding, as RFC 9110, section 12.5.3 has it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetbuild.runtime.serving.negotiation import choose_encoding, encoding_weights

ALL = ("br", "zstd", "gzip", "identity")


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        (None, "identity"),
        ("", "identity"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("gzip;q=1.0, br;q=0.5", "gzip"),
        ("br;q=0.5, gzip;q=1.0", "gzip"),
        ("BR ;\tQ=0.2 ,GZIP; q=0.3", "gzip"),
        ("x-gzip", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0.000, gzip;q=0.001", "gzip"),
        ("*", "br"),
        ("*;q=0.1, br;q=0", "zstd"),
        ("*;q=0", "identity"),
        ("gzip, *;q=0", "gzip"),
        ("identity", "identity"),
        ("identity;q=0", "identity"),
        ("identity;q=0, br", "br"),
        ("identity, gzip;q=0.5", "identity"),
        ("identity, gzip", "gzip"),
        ("identity;q=0.5, *;q=0.9", "br"),
        ("deflate, compress", "identity"),
        ("br;q=2", "identity"),
        ("br;q=-1", "identity"),
        ("br;q=0.1234", "identity"),
        ("br;q=", "identity"),
        ("br;level=11", "identity"),
        ("br;q=٣", "identity"),
        (",, ,gzip,", "gzip"),
        ("gzip;q=0, gzip", "identity"),
        ("brotli, br-foo", "identity"),
    ],
)
def test_the_encoding_with_the_highest_weight_is_sent_and_of_equal_ones_the_smallest(header: str, chosen: str) -> None:
    assert choose_encoding(header, ALL) == chosen
    if header:
        assert choose_encoding(f"{header}{', foo' * 80}", ALL) == chosen


weights = st.integers(0, 1000)


@given(st.dictionaries(st.sampled_from([*ALL, "deflate", "*"]), weights), st.sampled_from(["", " ", "\t", " \t "]))
def test_weights_are_read_back_however_they_are_written(expected: dict[str, int], blank: str) -> None:
    members = [
        f"{blank}{name.upper() if weight % 2 else name}{blank};{blank}q={weight / 1000:.3f}{blank}"
        for name, weight in expected.items()
    ]
    assert encoding_weights(",".join(members)) == expected


@given(st.dictionaries(st.sampled_from([*ALL, "*"]), weights))
def test_nothing_refused_is_sent_but_the_file_as_it_is(accepted: dict[str, int]) -> None:
    header = ", ".join(f"{name};q={weight / 1000:.3f}" for name, weight in accepted.items())
    chosen = choose_encoding(header, ALL)
    if chosen != "identity":
        weight = accepted.get(chosen, accepted.get("*", 0))
        assert weight > 0
        assert all(weight >= accepted.get(other, accepted.get("*", 0)) for other in ALL[:-1])
        assert weight >= accepted.get("identity", 0)


@given(st.text())
def test_any_text_is_read_and_gives_one_that_is_offered(header: str) -> None:
    assert choose_encoding(header, ALL) in ALL
    assert choose_encoding(header, ("identity",)) == "identity"
