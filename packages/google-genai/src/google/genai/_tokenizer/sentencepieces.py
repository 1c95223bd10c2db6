"""Tokenizers of the library `sentencepiece`: its model files, and the same models made from a list of pieces."""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .vocabulary import TokenList, require

if TYPE_CHECKING:
    from .vocabulary import Vocabulary

_THREADS_FROM_CHARACTERS = 200_000
"""Several texts of this length together are tokenized in parallel; for less, starting threads takes longer."""
_SPACE = "▁"
UNIGRAM, BPE = 1, 2
NORMAL, UNKNOWN, CONTROL, USER_DEFINED, UNUSED, BYTE = range(1, 7)
"""The types of pieces; GGUF files have the same numbers."""


def vocabulary_of_model(data: bytes, source: str) -> Vocabulary:
    """Return the tokenizer of a sentencepiece model.

    Args:
      data: The bytes of the model file.
      source: Name of the file, for error messages.

    Raises `ValueError` if the bytes are not a model.
    """
    return _Sentencepieces(_processor(data, source))


def _processor(data: bytes, source: str) -> Any:
    require("sentencepiece")
    import sentencepiece

    processor: Any = sentencepiece.SentencePieceProcessor()
    try:
        if not data or not processor.LoadFromSerializedProto(data):
            raise RuntimeError("the file is empty")
        if not processor.get_piece_size():
            raise RuntimeError("the vocabulary is empty")
    except (RuntimeError, OSError) as error:
        raise ValueError(
            f"{source}: expected a sentencepiece model, a GGUF file or a tokenizer.json; sentencepiece refuses the file: {error}"
        ) from error
    return processor


class _Sentencepieces:
    def __init__(self, processor: Any) -> None:
        self._processor = processor
        self._bytes: dict[int, bytes] = {}
        self._unknown: int = processor.unk_id()

    def count(self, texts: Sequence[str]) -> int:
        return sum(map(len, self._ids(texts)))

    def tokens(self, texts: Sequence[str]) -> list[TokenList]:
        return [self._with_bytes(ids, text) for ids, text in zip(self._ids(texts), texts, strict=True)]

    def _ids(self, texts: Sequence[str]) -> list[list[int]]:
        if len(texts) > 1 and sum(map(len, texts)) >= _THREADS_FROM_CHARACTERS:
            return self._processor.encode(list(texts))
        return [self._processor.encode(text) for text in texts]

    def _with_bytes(self, ids: list[int], text: str) -> TokenList:
        if self._unknown in ids:  # whose bytes are those in the text, which only the pieces tell
            pieces: list[str] = self._processor.encode(text, out_type=str)
            return [
                (number, _bytes_of(piece) if number == self._unknown else self._bytes_of_id(number))
                for number, piece in zip(ids, pieces, strict=True)
            ]
        return [(number, self._bytes_of_id(number)) for number in ids]

    def _bytes_of_id(self, number: int) -> bytes:
        found = self._bytes.get(number)
        if found is None:
            piece: str = self._processor.id_to_piece(number)
            is_byte = self._processor.is_byte(number)
            found = self._bytes[number] = bytes([int(piece[3:5], 16)]) if is_byte else _bytes_of(piece)
        return found


def _bytes_of(piece: str) -> bytes:
    return piece.replace(_SPACE, " ").encode()


class _WithMarks:
    """A tokenizer that reads the special tokens of a model in texts, as llama.cpp does."""

    def __init__(self, inner: Vocabulary, marks: dict[str, int]) -> None:
        self._inner = inner
        self._marks = marks
        longest_first = sorted(marks, key=len, reverse=True)
        self._pattern = re.compile("(" + "|".join(map(re.escape, longest_first)) + ")")

    def count(self, texts: Sequence[str]) -> int:
        split = [piece for text in texts for piece in self._pattern.split(text) if piece]
        rest = [piece for piece in split if piece not in self._marks]
        return len(split) - len(rest) + self._inner.count(rest)

    def tokens(self, texts: Sequence[str]) -> list[TokenList]:
        return [self._of_text(text) for text in texts]

    def _of_text(self, text: str) -> TokenList:
        found: TokenList = []
        for piece in filter(None, self._pattern.split(text)):
            if piece in self._marks:
                found.append((self._marks[piece], piece.encode()))
            else:
                found += self._inner.tokens([piece])[0]
        return found


def vocabulary_of_pieces(
    pieces: Sequence[str],
    scores: Sequence[float],
    kinds: Sequence[int],
    *,
    algorithm: int,
    add_space_prefix: bool,
    remove_extra_whitespaces: bool,
    normalization: bytes,
    source: str,
) -> Vocabulary:
    """Return the tokenizer of a list of pieces.

    Args:
      pieces: The pieces in the order of their ids.
      scores: The score of each piece.
      kinds: The type of each piece, such as `NORMAL`.
      algorithm: `UNIGRAM` or `BPE`.
      add_space_prefix: Whether texts are tokenized as if a space preceded them.
      remove_extra_whitespaces: Whether several spaces count as one.
      normalization: The compiled rules for characters, or empty bytes.
      source: Name of the file, for error messages.
    """
    special = (CONTROL, USER_DEFINED, UNKNOWN)
    marks = {piece: number for number, piece in enumerate(pieces) if kinds[number] in special and piece}
    settings = {"unk_id": 40, "bos_id": 41, "eos_id": 42, "pad_id": 43}
    unknown = next((number for number, kind in enumerate(kinds) if kind == UNKNOWN), 0)
    numbers = {"unk_id": unknown, "bos_id": -1, "eos_id": -1, "pad_id": -1}
    trainer = _number(3, algorithm) + _number(4, len(pieces)) + _number(35, int(BYTE in kinds))
    trainer += b"".join(_number(settings[name], number) for name, number in numbers.items())
    trainer += _bytes(45, pieces[unknown].encode())
    normalizer = _bytes(1, b"gguf") + _bytes(2, normalization) + _number(3, int(add_space_prefix))
    normalizer += _number(4, int(remove_extra_whitespaces)) + _number(5, 1)
    # sentencepiece requires exactly one unknown piece.
    data = b"".join(
        _bytes(1, _bytes(1, piece.encode()) + _float(2, score) + _number(3, UNKNOWN if number == unknown else kind))
        for number, (piece, score, kind) in enumerate(zip(pieces, scores, kinds, strict=True))
    )
    inner = vocabulary_of_model(data + _bytes(2, trainer) + _bytes(3, normalizer), source)
    return _WithMarks(inner, marks) if marks else inner


# The wire format of protocol buffers. Writing four kinds of field does not need the package protobuf.


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _float(field: int, value: float) -> bytes:
    return _varint(field << 3 | 5) + struct.pack("<f", value)


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value
