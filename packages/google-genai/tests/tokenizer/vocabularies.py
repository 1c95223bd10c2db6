"""GGUF files with small vocabularies, and with the tensors of a tiny model, so that llama.cpp loads them."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tools.tokenizer_conformance import model

from genai_local.conversion import gguf

_WIDTH = 64
_KEY = "tokenizer.ggml."


def write(path: Path, vocabulary: dict[str, Any], *, with_tensors: bool = False) -> Path:
    """Write a GGUF file with the metadata of a vocabulary, and return its path."""
    count = len(vocabulary[f"{_KEY}tokens"])
    metadata = {
        "general.architecture": "llama",
        "llama.context_length": 512,
        "llama.embedding_length": _WIDTH,
        "llama.block_count": 1,
        "llama.feed_forward_length": _WIDTH,
        "llama.attention.head_count": 2,
        "llama.attention.head_count_kv": 2,
        "llama.attention.layer_norm_rms_epsilon": 1e-5,
        "llama.rope.dimension_count": _WIDTH // 2,
        "llama.vocab_size": count,
        **vocabulary,
    }
    with path.open("wb") as file:
        gguf.write(file, metadata, list(_tensors(count)) if with_tensors else [])
    return path


def _tensors(count: int) -> Iterator[gguf.Tensor]:
    for name, rows in (
        ("token_embd", count),
        *((f"blk.0.{part}", _WIDTH) for part in ("attn_q", "attn_k", "attn_v", "attn_output")),
        *((f"blk.0.{part}", _WIDTH) for part in ("ffn_gate", "ffn_up", "ffn_down")),
    ):
        yield gguf.Tensor(
            f"{name}.weight", (rows, _WIDTH), gguf.Encoding.F32, [struct.pack("<f", 0.01) * rows * _WIDTH]
        )
    for name in ("output_norm", "blk.0.attn_norm", "blk.0.ffn_norm"):
        yield gguf.Tensor(f"{name}.weight", (_WIDTH,), gguf.Encoding.F32, [struct.pack("<f", 1.0) * _WIDTH])


def merged_pieces(trained: Path, **more: Any) -> dict[str, Any]:
    """Return the vocabulary of a sentencepiece model in the form of GGUF."""
    import sentencepiece

    processor = sentencepiece.SentencePieceProcessor(model_file=str(trained))
    ids = range(processor.get_piece_size())

    def kind(number: int) -> int:
        if processor.is_unknown(number):
            return 2
        if processor.is_control(number):
            return 3
        if processor.id_to_piece(number) in model.MARKS:
            return 4
        return 6 if processor.is_byte(number) else 1

    return {
        f"{_KEY}model": "llama",
        f"{_KEY}tokens": [processor.id_to_piece(number) for number in ids],
        f"{_KEY}scores": [float(processor.get_score(number)) for number in ids],
        f"{_KEY}token_type": [kind(number) for number in ids],
        f"{_KEY}bos_token_id": 2,
        f"{_KEY}eos_token_id": 1,
        f"{_KEY}unknown_token_id": 3,
        **{f"{_KEY}{key}": value for key, value in more.items()},
    }


SPECIAL = ("<|endoftext|>", "<|im_start|>")


def trained_bpe(texts: list[str]) -> Any:
    """Return a small tokenizer of the library `tokenizers`: byte-level BPE, split as in GPT-2."""
    import tokenizers
    from tokenizers import decoders, models, pre_tokenizers, trainers

    tokenizer = tokenizers.Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=900, special_tokens=list(SPECIAL), initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def byte_level(tokenizer: Any, splitting: str) -> dict[str, Any]:
    """Return the vocabulary of `trained_bpe` in the form of GGUF, with the name of a way to split texts."""
    described = json.loads(tokenizer.to_str())["model"]
    tokens = sorted(described["vocab"], key=described["vocab"].get)
    return {
        f"{_KEY}model": "gpt2",
        f"{_KEY}pre": splitting,
        f"{_KEY}tokens": tokens,
        f"{_KEY}token_type": [3 if token in SPECIAL else 1 for token in tokens],
        f"{_KEY}merges": [merge if isinstance(merge, str) else " ".join(merge) for merge in described["merges"]],
        f"{_KEY}bos_token_id": 0,
        f"{_KEY}eos_token_id": 0,
        f"{_KEY}add_bos_token": False,
    }
