"""Conversion of all-MiniLM-L6-v2: from PyTorch's safetensors into a GGUF file of 16-bit weights.

Matrices become 16-bit numbers; biases, normalisations and the tables of positions and token types, which are small, keep
their 32 bits. The pooler is dropped, since the sentence vector is the mean of the hidden states.
"""

from __future__ import annotations

import json
import struct
import zipfile
from collections.abc import Iterator
from math import prod
from pathlib import Path
from typing import IO, Any

from . import gguf
from .bert import metadata_of

_BLOCK_VALUES = 1 << 18
_EMBEDDINGS = {
    "embeddings.word_embeddings.weight": "token_embd.weight",
    "embeddings.position_embeddings.weight": "position_embd.weight",
    "embeddings.token_type_embeddings.weight": "token_types.weight",
    "embeddings.LayerNorm": "token_embd_norm",
}
_LAYER = {
    "attention.self.query": "attn_q",
    "attention.self.key": "attn_k",
    "attention.self.value": "attn_v",
    "attention.output.dense": "attn_output",
    "attention.output.LayerNorm": "attn_output_norm",
    "intermediate.dense": "ffn_up",
    "output.dense": "ffn_down",
    "output.LayerNorm": "layer_output_norm",
}
_WIDE = ("position_embd.weight", "token_types.weight")
"""Matrices that keep their 32 bits."""


def convert(source: Path, target: Path) -> None:
    """Write the GGUF file of the model.

    Args:
        source: a zip archive of the model's folder, as sentence-transformers saves it.
        target: path of the GGUF file.
    """
    with zipfile.ZipFile(source) as archive, target.open("wb") as sink:
        settings = json.loads(archive.read("config.json"))
        tokenizer = json.loads(archive.read("tokenizer.json"))
        metadata = metadata_of(
            "all-MiniLM-L6-v2",
            license="Apache-2.0",
            layers=settings["num_hidden_layers"],
            heads=settings["num_attention_heads"],
            width=settings["hidden_size"],
            inner_width=settings["intermediate_size"],
            context=settings["max_position_embeddings"],
            epsilon=settings["layer_norm_eps"],
        )
        metadata |= {"general.file_type": int(gguf.Encoding.F16), **_vocabulary(tokenizer)}
        metadata["tokenizer.ggml.token_type_count"] = settings["type_vocab_size"]
        with archive.open("model.safetensors") as weights:
            gguf.write(sink, metadata, list(_tensors(weights)))


def _vocabulary(tokenizer: dict[str, Any]) -> dict[str, gguf.Value]:
    """Return the metadata of a WordPiece vocabulary in llama.cpp's spelling.

    There, `▁` marks the beginning of a word, where WordPiece marks all other pieces with `##`.
    """
    numbers: dict[str, int] = tokenizer["model"]["vocab"]
    pieces = sorted(numbers, key=numbers.__getitem__)
    special = {f"[{name}]": key for name, key in _SPECIAL.items()}
    return {
        "tokenizer.ggml.model": "bert",
        "tokenizer.ggml.tokens": [_piece(piece) for piece in pieces],
        **{f"tokenizer.ggml.{key}_token_id": numbers[piece] for piece, key in special.items()},
        "tokenizer.ggml.bos_token_id": numbers["[CLS]"],
    }


_SPECIAL = {"UNK": "unknown", "SEP": "seperator", "PAD": "padding", "CLS": "cls", "MASK": "mask"}
"""The special tokens, with the names of their keys in the metadata; the format misspells one of the names."""


def _piece(piece: str) -> str:
    if piece.startswith("[") and piece.endswith("]"):
        return piece
    return piece[2:] if piece.startswith("##") else f"▁{piece}"


def _tensors(weights: IO[bytes]) -> Iterator[gguf.Tensor]:
    """Return the tensors in the order of their data, so that the archive is decompressed once."""
    [size] = struct.unpack("<Q", weights.read(8))
    directory: dict[str, dict[str, Any]] = json.loads(weights.read(size))
    directory.pop("__metadata__", None)
    for source, entry in sorted(directory.items(), key=lambda item: item[1]["data_offsets"]):
        name, shape = _name_of(source), entry["shape"]
        if name is None:
            continue
        if entry["dtype"] != "F32":
            raise ValueError(f"{source}: expected 32-bit numbers, not {entry['dtype']}.")
        is_narrow = len(shape) > 1 and name not in _WIDE
        encoding = gguf.Encoding.F16 if is_narrow else gguf.Encoding.F32
        start = 8 + size + entry["data_offsets"][0]
        yield gguf.Tensor(name, shape, encoding, _encoded(weights, start, prod(shape), encoding))


def _name_of(source: str) -> str | None:
    """Return llama.cpp's name of a tensor, None for one that it does not use."""
    if source in _EMBEDDINGS:
        return _EMBEDDINGS[source]
    module, _, kind = source.rpartition(".")
    if module in _EMBEDDINGS:
        return f"{_EMBEDDINGS[module]}.{kind}"
    if module.startswith("encoder.layer."):
        number, _, part = module.removeprefix("encoder.layer.").partition(".")
        return f"blk.{number}.{_LAYER[part]}.{kind}"
    return None


def _encoded(weights: IO[bytes], start: int, count: int, encoding: gguf.Encoding) -> Iterator[bytes]:
    weights.seek(start)
    code = "e" if encoding is gguf.Encoding.F16 else "f"
    for first in range(0, count, _BLOCK_VALUES):
        block = weights.read(4 * min(_BLOCK_VALUES, count - first))
        values = struct.unpack(f"<{len(block) // 4}f", block)
        yield struct.pack(f"<{len(values)}{code}", *values)
