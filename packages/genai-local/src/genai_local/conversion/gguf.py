"""GGUF files: metadata and tensors in the layout that llama.cpp loads.

The format is version 3: a header, the metadata, a directory of the tensors, then the data of each tensor at a multiple
of the alignment. The same input gives the same bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from math import prod
from typing import BinaryIO, cast

_VERSION = 3
_ALIGNMENT = 32
_UINT32, _INT32, _FLOAT32, _BOOL, _STRING, _ARRAY = 4, 5, 6, 7, 8, 9

Value = str | bool | int | float | Sequence[str] | Sequence[int] | Sequence[float]
"""A value of the metadata. Integers are 32 bits wide."""


class Encoding(IntEnum):
    """The encoding of a tensor, with the numbers of ggml."""

    F32 = 0
    F16 = 1
    Q4_0 = 2

    def size_bytes(self, values: int) -> int:
        """Return the size of this number of values."""
        width, count = {Encoding.F32: (4, 1), Encoding.F16: (2, 1), Encoding.Q4_0: (18, 32)}[self]
        return values // count * width


@dataclass(frozen=True)
class Tensor:
    """A tensor to write."""

    name: str
    shape: Sequence[int]
    """Numbers of rows and of columns, or only of columns."""
    encoding: Encoding
    data: Iterable[bytes]
    """The encoded values, block by block; read once."""

    @property
    def size_bytes(self) -> int:
        """Size of the encoded values."""
        return self.encoding.size_bytes(prod(self.shape))


def write(file: BinaryIO, metadata: Mapping[str, Value], tensors: Sequence[Tensor]) -> None:
    """Write a GGUF file.

    Args:
        file: receives the bytes.
        metadata: the values by key.
        tensors: the tensors in their order in the file.

    Raises:
        ValueError: when the data of a tensor does not have the size of its shape.
    """
    head = [b"GGUF", struct.pack("<IQQ", _VERSION, len(tensors), len(metadata))]
    for key, value in metadata.items():
        head += [_text(key), *_typed(value)]
    offset = 0
    for tensor in tensors:
        dimensions = list(reversed(tensor.shape))
        head.append(_text(tensor.name))
        head.append(struct.pack(f"<I{len(dimensions)}QIQ", len(dimensions), *dimensions, tensor.encoding, offset))
        offset += tensor.size_bytes + _gap(tensor.size_bytes)
    start = b"".join(head)
    file.write(start + bytes(_gap(len(start))))
    for tensor in tensors:
        written = sum(file.write(block) for block in tensor.data)
        if written != tensor.size_bytes:
            raise ValueError(f"{tensor.name}: expected {tensor.size_bytes} bytes of data, not {written}.")
        file.write(bytes(_gap(written)))


def _gap(length: int) -> int:
    return -length % _ALIGNMENT


def _text(text: str) -> bytes:
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def _typed(value: Value) -> Iterable[bytes]:
    """Return the type of a value and the value."""
    if isinstance(value, bool):
        return [struct.pack("<I?", _BOOL, value)]
    if isinstance(value, int):
        return [struct.pack("<II", _UINT32, value)]
    if isinstance(value, float):
        return [struct.pack("<If", _FLOAT32, value)]
    if isinstance(value, str):
        return [struct.pack("<I", _STRING), _text(value)]
    head = struct.pack("<I", _ARRAY)
    if isinstance(value[0], str):
        texts = cast("Sequence[str]", value)
        return [head, struct.pack("<IQ", _STRING, len(texts)), *map(_text, texts)]
    kind, code = (_FLOAT32, "f") if isinstance(value[0], float) else (_INT32, "i")
    return [head, struct.pack(f"<IQ{len(value)}{code}", kind, len(value), *value)]
