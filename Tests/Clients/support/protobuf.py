"""Just enough of protocol buffers to write and read Flight's messages by hand."""

from __future__ import annotations

import struct
from collections.abc import Iterator


def varint(value: int) -> bytes:
  value &= (1 << 64) - 1
  encoded = bytearray()
  while value >= 0x80:
    encoded.append(value & 0x7F | 0x80)
    value >>= 7
  encoded.append(value)
  return bytes(encoded)


def message(*fields: tuple[int, bytes | str | int | bool | None]) -> bytes:
  """A message of these fields; None leaves a field out."""
  encoded = bytearray()
  for number, value in fields:
    if value is None:
      continue
    if isinstance(value, int):
      encoded += varint(number << 3) + varint(value)
    else:
      content = value.encode() if isinstance(value, str) else value
      encoded += varint(number << 3 | 2) + varint(len(content)) + content
  return bytes(encoded)


def read_varint(data: bytes, position: int) -> tuple[int, int]:
  value = shift = 0
  while True:
    byte = data[position]
    position += 1
    value |= (byte & 0x7F) << shift
    if byte < 0x80:
      return value, position
    shift += 7


def fields(data: bytes) -> Iterator[tuple[int, bytes | int]]:
  """A message's fields in the order they were written."""
  position = 0
  while position < len(data):
    key, position = read_varint(data, position)
    match key & 7:
      case 0:
        value, position = read_varint(data, position)
      case 1:
        value, position = data[position : position + 8], position + 8
      case 2:
        length, position = read_varint(data, position)
        value, position = data[position : position + length], position + length
      case 5:
        value, position = data[position : position + 4], position + 4
      case kind:
        raise ValueError(f"wire type {kind}")
    yield key >> 3, value


def first(data: bytes, number: int, default=b""):
  """The first field of this number."""
  return next((value for found, value in fields(data) if found == number), default)


def every(data: bytes, number: int) -> list:
  """All fields of this number."""
  return [value for found, value in fields(data) if found == number]


def signed(value: int) -> int:
  """An int64 as it was meant."""
  return value - (1 << 64) if value >> 63 else value


def double(number: int, value: float) -> bytes:
  """A field of type double."""
  return varint(number << 3 | 1) + struct.pack("<d", value)


def fixed64(number: int, value: int) -> bytes:
  """A field of type sfixed64."""
  return varint(number << 3 | 1) + struct.pack("<q", value)


def as_double(content: bytes) -> float:
  """What a field of type double holds."""
  return struct.unpack("<d", content)[0]
