"""The number of values in an encoded message, counted before they are created.

Values take two bytes in a message and a hundred times as many in memory, so the size of a message does not limit them.
"""

from __future__ import annotations

from typing import Any

_VARINT, _FIXED64, _LENGTH, _START_GROUP, _END_GROUP, _FIXED32 = range(6)
_FIXED_BYTES = {_FIXED64: 8, _FIXED32: 4}
_CONTINUED = bytes(range(0x80, 0x100))
"""The bytes of a varint except its last one."""


def has_more_values(data: bytes, kind: Any, most: int) -> bool:
    """Return whether an encoded message has more values than allowed: fields, items of lists, and those of messages in it.

    An invalid message has as many values as come before its first fault.

    Args:
        data: the encoded message.
        kind: descriptor of the message.
        most: the largest number of values.
    """
    if len(data) <= most:  # a value takes at least one byte
        return False
    count = 0
    waiting = [(0, len(data), kind)]
    while waiting:
        position, end, kind = waiting.pop()
        fields = kind.fields_by_number
        while position < end:
            count += 1
            if count > most:
                return True
            tag, position = _varint(data, position, end)
            wire_type = tag & 7
            if wire_type == _VARINT:
                _, position = _varint(data, position, end)
            elif wire_type in _FIXED_BYTES:
                position += _FIXED_BYTES[wire_type]
            elif wire_type == _LENGTH:
                size, position = _varint(data, position, end)
                if position + size > end:
                    break
                field = fields.get(tag >> 3)
                if field is not None and field.message_type is not None:
                    waiting.append((position, position + size, field.message_type))
                elif field is not None and field.cpp_type != field.CPPTYPE_STRING:
                    count += len(data[position : position + size].translate(None, _CONTINUED))
                position += size
            elif wire_type not in (_START_GROUP, _END_GROUP):
                break
    return False


def _varint(data: bytes, position: int, end: int) -> tuple[int, int]:
    """Return an integer and the position after it; the integer of a truncated one is 0."""
    value = shift = 0
    while position < end and shift < 70:
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
        shift += 7
    return 0, end
