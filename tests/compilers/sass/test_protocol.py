"""Messages as bytes, and bytes as messages."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetbuild.compilers.sass.protocol import Garbled, Message, decode, encode, packet, read_packet, varint

VALUES = st.one_of(st.integers(0, 2**64 - 1), st.text(), st.binary())


@given(st.lists(st.tuples(st.integers(1, 2**29 - 1), VALUES)))
def test_what_is_encoded_is_decoded(fields: list[tuple[int, int | str | bytes]]) -> None:
    expected: dict[int, list[int | bytes]] = {}
    for number, value in fields:
        expected.setdefault(number, []).append(value.encode() if isinstance(value, str) else value)
    assert decode(encode(*fields)).fields == expected


@pytest.mark.parametrize(
    ("value", "data"), [(0, b"\0"), (1, b"\x01"), (127, b"\x7f"), (128, b"\x80\x01"), (300, b"\xac\x02")]
)
def test_numbers_are_written_as_protocol_buffers_have_them(value: int, data: bytes) -> None:
    assert varint(value) == data


def test_a_message_is_written_as_protocol_buffers_have_it() -> None:
    assert encode((1, 150), (2, "testing"), (3, encode((1, 150))), (4, None)) == bytes.fromhex(
        "089601120774657374696e671a03089601"
    )


def test_what_is_not_there_is_empty_and_of_several_the_last_counts() -> None:
    message = decode(encode((1, 1), (1, 2), (2, "a"), (2, "b"), (3, encode((1, 7)))))
    assert (message.number(1), message.text(2), message.number(9), message.text(9)) == (2, "b", 0, "")
    assert message.message(9) is None
    nested = message.message(3)
    assert nested is not None
    assert nested.number(1) == 7


def test_fields_of_a_fixed_length_are_stepped_over() -> None:
    data = bytes([1 << 3 | 1]) + b"12345678" + bytes([2 << 3 | 5]) + b"1234" + encode((3, 4))
    assert decode(data).number(3) == 4


@given(st.binary())
def test_no_bytes_do_more_than_raise_garbled(data: bytes) -> None:
    try:
        decode(data)
    except Garbled:
        pass
    try:
        read_packet(io.BytesIO(data).read)
    except Garbled:
        pass


@given(st.lists(st.tuples(st.integers(0, 2**32 - 1), st.binary())))
def test_packets_follow_one_another_in_a_stream(packets: list[tuple[int, bytes]]) -> None:
    stream = io.BytesIO(b"".join(packet(number, data) for number, data in packets))
    assert [read_packet(stream.read) for _ in packets] == packets
    assert read_packet(stream.read) is None


def test_a_packet_that_is_cut_off_is_the_end() -> None:
    assert read_packet(io.BytesIO(packet(1, b"whole")[:-1]).read) is None


def test_a_length_that_cannot_be_is_garbled() -> None:
    with pytest.raises(Garbled):
        read_packet(io.BytesIO(varint(1 << 34)).read)
    with pytest.raises(Garbled):
        read_packet(io.BytesIO(b"\xff" * 9).read)


def test_an_empty_message_has_nothing() -> None:
    assert decode(b"") == Message({})
