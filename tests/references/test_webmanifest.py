from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetbuild.references import webmanifest


def sources(text: str) -> list[str]:
    return [one.written for one in webmanifest.find(text.encode())]


def test_icons_and_screenshots_are_assets_and_pages_are_not() -> None:
    text = """{"name": "x", "start_url": "a", "scope": "b", "id": "c", "src": "d",
      "icons": [{"src": "e.png", "sizes": "1x1"}],
      "screenshots": [{"type": "x", "src": "f.png"}], "shortcuts": [{"url": "g", "icons": [{"src": "h.png"}]}],
      "file_handlers": [{"action": "i", "icons": [{"src": "j.png"}]}], "related_applications": [{"url": "k"}]}"""
    assert sources(text) == ["e.png", "f.png", "h.png", "j.png"]
    data = text.encode()
    assert [data[one.start : one.stop].decode() for one in webmanifest.find(data)] == sources(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r'{"icons":[{"src":"a\/\u0062\"\\.png"}]}', ['a/b"\\.png']),
        (r'{"\u0069cons":[{"s\u0072c":"a"}]}', ["a"]),
        ('\ufeff{"icons":[{"src":"é.png"}]}', ["é.png"]),
        ('{"icons":[{"src":"a"}],"icons":[{"src":"b","src":"c"}]}', ["c"]),
        ('{"icons":[{"src":""},{"src":"data:,x"},{"src":1},{"src":{"src":"x"}},["src","y"],"src"]}', []),
        ('{"icons":{"src":"a"},"shortcuts":[{"icons":"b"},3]}', []),
        ('[{"icons":[{"src":"a"}]}]', []),
        ('{"icons":[{"src":"a"}]', []),
        ('{"icons":[{"src":"a"}],"x":NaN}', []),
        ('{"icons":[{"src":"a\n"}]}', []),
        ("[" * 100_000, []),
        ("", []),
    ],
)
def test_json_is_read_exactly(text: str, expected: list[str]) -> None:
    assert sources(text) == expected


def test_bytes_that_are_not_utf_8_have_no_images() -> None:
    assert webmanifest.find(b'{"icons":[{"src":"\xff"}]}') == []


def test_inlined_data_are_a_kind_of_their_own() -> None:
    assert [one.kind for one in webmanifest.find(b'{"icons":[{"src":"asset-data:a.png"}]}')] == ["inline"]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["icons", "src", "shortcuts", "screenshots", "x"]), inner, max_size=3)
    ),
)


@given(values, st.text())
def test_the_places_are_those_of_the_values(value: object, url: str) -> None:
    data = json.dumps({"icons": [{"src": "a"}, value], "x": value}, ensure_ascii=False).encode("utf-8", "replace")
    for one in reversed(webmanifest.find(data)):
        assert json.loads(b'"' + data[one.start : one.stop] + b'"') == one.written
        data = data[: one.start] + webmanifest.write(data, one.start, one.stop, url) + data[one.stop :]
    assert json.loads(data)["icons"][0] == {"src": url}


@given(st.binary())
def test_arbitrary_bytes_raise_nothing(data: bytes) -> None:
    assert webmanifest.may_refer(data) or webmanifest.find(data) == []
