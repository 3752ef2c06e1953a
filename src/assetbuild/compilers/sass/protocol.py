"""Messages of the Embedded Sass protocol 3 in the format of protocol buffers (sass/sass, spec/embedded-protocol.md).

Messages are handled by the numbers of their fields, of which those used here have names; what else a compiler
sends is skipped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from assetbuild.dataclass import dataclass

VARINT, EIGHT_BYTES, BYTES, FOUR_BYTES = 0, 1, 2, 5
LARGEST = 1 << 30

# Fields of InboundMessage.
COMPILE_REQUEST, CANONICALIZE_RESPONSE, IMPORT_RESPONSE, FUNCTION_CALL_RESPONSE = 2, 3, 4, 6
# Fields of OutboundMessage.
PROTOCOL_ERROR, COMPILE_RESPONSE, LOG_EVENT, CANONICALIZE, IMPORT, FUNCTION_CALL = 1, 2, 3, 4, 5, 7
# Values of Syntax, OutputStyle and LogEventType.
SCSS, INDENTED, PLAIN_CSS = 0, 1, 2
EXPANDED, COMPRESSED = 0, 1
WARNING, DEPRECATION, DEBUG = 0, 1, 2

Field = tuple[int, "str | bytes | int | None"]


class Garbled(Exception):
    """Bytes that are no message."""


@dataclass(frozen=True, slots=True)
class Message:
    """A decoded message: the values of each field in their order; a field that is not there is 0, "" or None."""

    fields: dict[int, list[int | bytes]]

    def number(self, field: int) -> int:
        value = self.fields.get(field, [0])[-1]
        return value if isinstance(value, int) else 0

    def text(self, field: int) -> str:
        value = self.fields.get(field, [b""])[-1]
        return value.decode("utf-8", "replace") if isinstance(value, bytes) else ""

    def message(self, field: int) -> Message | None:
        messages = self.messages(field)
        return messages[-1] if messages else None

    def messages(self, field: int) -> list[Message]:
        return [decode(value) for value in self.fields.get(field, ()) if isinstance(value, bytes)]


def encode(*fields: Field) -> bytes:
    """A message of these fields: text and nested messages as bytes, numbers and booleans as integers; no None."""
    parts = []
    for number, value in fields:
        if isinstance(value, int):
            parts.append(varint(number << 3 | VARINT) + varint(value))
        elif value is not None:
            data = value.encode() if isinstance(value, str) else value
            parts.append(varint(number << 3 | BYTES) + varint(len(data)) + data)
    return b"".join(parts)


def decode(data: bytes) -> Message:
    """The message in these bytes. Raises Garbled."""
    fields: dict[int, list[int | bytes]] = {}
    for number, value in _fields(data):
        fields.setdefault(number, []).append(value)
    return Message(fields)


def packet(compilation: int, message: bytes) -> bytes:
    """A message as it goes through a stream: length, compilation id, message."""
    body = varint(compilation) + message
    return varint(len(body)) + body


def read_packet(read: Callable[[int], bytes]) -> tuple[int, bytes] | None:
    """The next compilation id and message of a stream; None at its end. Raises Garbled.

    `read(n)` gives n bytes, fewer only at the end.
    """
    length = _read_varint(read)
    if length is None:
        return None
    if length > LARGEST:
        raise Garbled
    body = read(length)
    if len(body) < length:
        return None
    compilation, start = _varint(body, 0)
    return compilation, body[start:]


def varint(value: int) -> bytes:
    """A number of no sign in groups of seven bits, the lowest first."""
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    parts.append(value)
    return bytes(parts)


def _read_varint(read: Callable[[int], bytes]) -> int | None:
    value = 0
    for shift in range(0, 35, 7):
        byte = read(1)
        if not byte:
            return None
        value |= (byte[0] & 0x7F) << shift
        if byte[0] < 0x80:
            return value
    raise Garbled


def _varint(data: bytes, start: int) -> tuple[int, int]:
    """The number at `start`, and where it ends."""
    value = 0
    for at in range(start, min(start + 10, len(data))):
        value |= (data[at] & 0x7F) << 7 * (at - start)
        if data[at] < 0x80:
            return value, at + 1
    raise Garbled


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        kind = key & 7
        if kind == VARINT:
            value, at = _varint(data, at)
            yield key >> 3, value
            continue
        length = {EIGHT_BYTES: 8, FOUR_BYTES: 4}.get(kind)
        if length is None:
            if kind != BYTES:
                raise Garbled
            length, at = _varint(data, at)
        if at + length > len(data):
            raise Garbled
        yield key >> 3, data[at : at + length]
        at += length
