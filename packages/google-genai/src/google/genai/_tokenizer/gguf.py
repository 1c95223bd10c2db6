"""Tokenizers in the metadata of GGUF files, the model files of llama.cpp. Tensors are not read.

A count equals that of llama.cpp for the same text without marks of a chat. Special tokens that a text contains are read as such.
"""

from __future__ import annotations

import mmap
import re
import struct
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

from . import sentencepieces
from .vocabulary import TokenList, Vocabulary

T = TypeVar("T", int, float)

_MAX_ENTRIES = 100_000
_MAX_ITEMS = 4_000_000
_STRING, _ARRAY = 8, 9
_NUMBERS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_WANTED = "tokenizer.ggml."
_WHITE_SPACE = re.compile(r"[\s\u200b-\u200f\ufeff]+")


def vocabulary_of_gguf(path: Path) -> Vocabulary:
    """Return the tokenizer of a GGUF file.

    Raises `ValueError` for a damaged file, and for a kind of tokenizer that is not supported.
    """
    metadata = metadata_of(path)
    kind = _value(metadata, "model", str, path)
    read = _READERS.get(kind)
    if read is None:
        raise ValueError(
            f"{path}: expected a tokenizer of the kind {', '.join(_READERS)}, got {kind!r} (tokenizer.ggml.model)."
        )
    return read(metadata, path)


def metadata_of(path: Path) -> dict[str, Any]:
    """Return the metadata of a GGUF file whose keys begin with `tokenizer.ggml.`, without this prefix.

    Raises `ValueError` for a damaged file.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        reader = _Reader(data)
        try:
            magic, version, _, entries = reader.unpack("4sIQQ")
            if magic != b"GGUF" or version not in (2, 3) or entries > _MAX_ENTRIES:
                raise ValueError(f"its header has version {version} and {entries} entries")
            found: dict[str, Any] = {}
            for _ in range(entries):
                key = reader.text()
                value = reader.value(reader.unpack("I")[0])
                if key.startswith(_WANTED):
                    found[key.removeprefix(_WANTED)] = value
        except (ValueError, struct.error, RecursionError) as error:
            raise ValueError(f"{path}: expected a complete GGUF file of version 2 or 3: {error}.") from error
    return found


class _Reader:
    """A position in the bytes of a file."""

    def __init__(self, data: mmap.mmap) -> None:
        self._data = data
        self._at = 0

    def unpack(self, form: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + form, self._data, self._at)
        self._at += struct.calcsize("<" + form)
        return values

    def text(self) -> str:
        return self._bytes().decode("utf-8", "replace")

    def _bytes(self) -> bytes:
        [length] = self.unpack("Q")
        end = self._at + length
        if end > len(self._data):
            raise ValueError("a text goes beyond the end of the file")
        piece = self._data[self._at : end]
        self._at = end
        return piece

    def value(self, kind: int) -> Any:
        if kind == _STRING:
            return self.text()
        if kind == _ARRAY:
            inner, count = self.unpack("IQ")
            if count > _MAX_ITEMS:
                raise ValueError(f"an array of {count} items")
            if inner in _NUMBERS:
                return list(self.unpack(f"{count}{_NUMBERS[inner]}"))
            return [self.value(inner) for _ in range(count)]
        if kind not in _NUMBERS:
            raise ValueError(f"a value of the unknown type {kind}")
        return self.unpack(_NUMBERS[kind])[0]


def _value(metadata: dict[str, Any], key: str, cls: type, path: Path) -> Any:
    value: object = metadata.get(key)
    if not isinstance(value, cls):
        raise ValueError(
            f"{path}: expected metadata {_WANTED}{key} of type {cls.__name__}, got {type(value).__name__}."
        )
    return value


def _tokens(metadata: dict[str, Any], path: Path) -> list[str]:
    tokens: list[str] = _value(metadata, "tokens", list, path)
    return tokens


def _for_each(tokens: list[str], metadata: dict[str, Any], key: str, default: T) -> list[T]:
    """Return the value of each token, or the default for all if the metadata do not have them."""
    values = metadata.get(key)
    found = cast("list[T]", values) if isinstance(values, list) else []
    return found if len(found) == len(tokens) else [default] * len(tokens)


def _merged_pieces(metadata: dict[str, Any], path: Path) -> Vocabulary:
    return _sentencepieces(metadata, path, sentencepieces.BPE)


def _likely_pieces(metadata: dict[str, Any], path: Path) -> Vocabulary:
    vocabulary = _sentencepieces(metadata, path, sentencepieces.UNIGRAM)
    # Files of XLM-RoBERTa models often lack their rules for characters, which are NFKC and single spaces.
    return vocabulary if metadata.get("precompiled_charsmap") else _Normalized(vocabulary)


def _sentencepieces(metadata: dict[str, Any], path: Path, algorithm: int) -> Vocabulary:
    tokens = _tokens(metadata, path)
    charsmap: list[int] = metadata.get("precompiled_charsmap") or []
    return sentencepieces.vocabulary_of_pieces(
        tokens,
        _for_each(tokens, metadata, "scores", 0.0),
        _for_each(tokens, metadata, "token_type", sentencepieces.NORMAL),
        algorithm=algorithm,
        add_space_prefix=bool(metadata.get("add_space_prefix", True)),
        remove_extra_whitespaces=bool(metadata.get("remove_extra_whitespaces", False)),
        normalization=bytes(number & 0xFF for number in charsmap),
        source=str(path),
    )


class _Normalized:
    """A tokenizer of texts in Unicode's form NFKC; white space and invisible characters are single spaces."""

    def __init__(self, inner: Vocabulary) -> None:
        self._inner = inner

    def count(self, texts: Sequence[str]) -> int:
        return self._inner.count([_normalized(text) for text in texts])

    def tokens(self, texts: Sequence[str]) -> list[TokenList]:
        return self._inner.tokens([_normalized(text) for text in texts])


def _normalized(text: str) -> str:
    return _WHITE_SPACE.sub(" ", unicodedata.normalize("NFKC", text))


def _byte_level(metadata: dict[str, Any], path: Path) -> Vocabulary:
    from .huggingface import vocabulary_of_merges

    tokens = _tokens(metadata, path)
    return vocabulary_of_merges(
        tokens,
        _value(metadata, "merges", list, path),
        _for_each(tokens, metadata, "token_type", sentencepieces.NORMAL),
        splitting=metadata.get("pre") or "default",
        source=str(path),
    )


def _word_pieces(metadata: dict[str, Any], path: Path) -> Vocabulary:
    from .huggingface import vocabulary_of_words

    tokens = _tokens(metadata, path)
    unknown: int = metadata.get("unknown_token_id", 0)
    return vocabulary_of_words(tokens, tokens[unknown] if 0 <= unknown < len(tokens) else "[UNK]", source=str(path))


_READERS: dict[str, Callable[[dict[str, Any], Path], Vocabulary]] = {
    "llama": _merged_pieces,
    "t5": _likely_pieces,
    "gpt2": _byte_level,
    "bert": _word_pieces,
}
"""Readers of the kinds of tokenizers, by the names that llama.cpp uses."""
