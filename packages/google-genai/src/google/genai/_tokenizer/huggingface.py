"""Tokenizers of the library `tokenizers`: files `tokenizer.json`, and byte-level BPE and WordPiece from lists of tokens."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

from .sentencepieces import CONTROL, USER_DEFINED
from .vocabulary import TokenList, Vocabulary, require

_EXTRA = "local-tokenizer-huggingface"
_PARALLEL_FROM_CHARACTERS = 20_000
"""Texts of this length together are tokenized in the threads of the library, without the interpreter lock."""
_SPACE = "▁"
_BYTE = re.compile(r"<0x([0-9A-Fa-f]{2})>")


def vocabulary_of_json(path: Path) -> Vocabulary:
    """Return the tokenizer of a `tokenizer.json`. Its post-processing, such as marks of the beginning, is not counted.

    Raises `ValueError` if the file is not a tokenizer of the library.
    """
    require("tokenizers", _EXTRA)
    import tokenizers

    text = path.read_text("utf-8-sig")
    try:
        tokenizer: Any = tokenizers.Tokenizer.from_str(text)
    except Exception as error:  # the library raises Exception itself
        raise ValueError(f"{path}: expected a tokenizer.json of the library tokenizers: {error}") from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return _Tokenizer(tokenizer, _bytes_by(json.loads(text)))


def _bytes_by(description: dict[str, Any]) -> Callable[[str], bytes]:
    """Return the function from a token of the vocabulary to its bytes, by the kind of tokenizer."""
    kinds = set(_types_in(description.get("pre_tokenizer"))) | set(_types_in(description.get("decoder")))
    if "ByteLevel" in kinds:
        return _of_byte_level
    if "WordPiece" in kinds or _types_in(description.get("model"))[:1] == ["WordPiece"]:
        return _of_word_piece
    return _of_sentencepiece


def _types_in(value: object) -> list[str]:
    if isinstance(value, list):
        return [name for each in cast("list[object]", value) for name in _types_in(each)]
    if not isinstance(value, dict):
        return []
    fields = cast("dict[str, Any]", value)
    own = [fields["type"]] if isinstance(fields.get("type"), str) else []
    return own + [name for key in ("pretokenizers", "decoders") for name in _types_in(fields.get(key))]


def vocabulary_of_merges(
    pieces: Sequence[str], merges: Sequence[str], kinds: Sequence[int], *, splitting: str, source: str
) -> Vocabulary:
    """Return the tokenizer of a byte-level BPE vocabulary.

    Args:
      pieces: The tokens in the order of their ids, in the byte-level alphabet of GPT-2.
      merges: The merges by priority, two tokens with a space between them.
      kinds: The type of each token; special ones are read in texts.
      splitting: Name that llama.cpp gives to the way in which texts are split into words.
      source: Name of the file, for error messages.

    Raises `ValueError` for an unknown way, and for merges of tokens that are not in the vocabulary.
    """
    patterns = _SPLITTING.get(splitting)
    if patterns is None:
        raise ValueError(
            f"{source}: expected tokenizer.ggml.pre to be one of {', '.join(_SPLITTING)}, got {splitting!r}. Pass the tokenizer.json of "
            "the same model instead."
        )
    require("tokenizers", _EXTRA)
    import tokenizers
    from tokenizers import models, pre_tokenizers

    pairs: list[tuple[str, str]] = []
    for merge in merges:
        left, space, right = merge.partition(" ")
        if not space:
            raise ValueError(f"{source}: expected merges of two tokens, got {merge!r}.")
        pairs.append((left, right))
    special = [piece for piece, kind in zip(pieces, kinds, strict=True) if kind in (CONTROL, USER_DEFINED)]
    ignores_merges = splitting in _WHOLE_WORDS_FIRST
    try:
        model = models.BPE({piece: number for number, piece in enumerate(pieces)}, pairs, ignore_merges=ignores_merges)
    except Exception as error:  # the library raises Exception itself
        raise ValueError(f"{source}: its merges do not match its tokens: {error}") from error
    tokenizer: Any = tokenizers.Tokenizer(model)
    splits = [pre_tokenizers.Split(tokenizers.Regex(pattern), "isolated") for pattern in patterns]
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [*splits, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    tokenizer.add_special_tokens([tokenizers.AddedToken(piece, normalized=False) for piece in special])
    return _Tokenizer(tokenizer, _of_byte_level)


_GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)"
_LLAMA3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
_QWEN2 = _LLAMA3.replace(r"\p{N}{1,3}", r"\p{N}")
_SPLITTING = {
    "default": (r"[\p{P}\$\+<=>\^~\|]+", _GPT2, r"\p{N}+", "[0-9][0-9][0-9]"),
    **dict.fromkeys("gpt-2 phi-2 mpt olmo jais jina-v2-de jina-v2-es".split(), (_GPT2,)),
    **dict.fromkeys("smollm starcoder refact command-r codeshell exaone minerva-7b".split(), (r"\p{N}", _GPT2)),
    **dict.fromkeys("llama3 llama-v3 llama-bpe falcon3 dbrx smaug-bpe".split(), (_LLAMA3,)),
    **dict.fromkeys("qwen2 stablelm2 deepseek-r1-qwen hunyuan".split(), (_QWEN2,)),
}
"""The patterns that split a text into words, by the names of llama.cpp. Each pattern splits what the one before left."""
_WHOLE_WORDS_FIRST = frozenset({"llama3", "llama-v3", "llama-bpe", "falcon3"})
"""Ways in which a word that is a token stays whole, whatever the merges say."""


def vocabulary_of_words(pieces: Sequence[str], unknown: str, *, source: str) -> Vocabulary:
    """Return the tokenizer of a WordPiece vocabulary for lower-case text, as BERT models have it.

    Args:
      pieces: The tokens in the order of their ids; `▁` marks the beginning of a word.
      unknown: The token for a word that the vocabulary cannot express.
      source: Name of the file, for error messages.
    """
    require("tokenizers", _EXTRA)
    import tokenizers
    from tokenizers import models, normalizers, pre_tokenizers

    vocabulary = {_word_piece(piece): number for number, piece in enumerate(pieces)}
    if unknown not in vocabulary:
        raise ValueError(f"{source}: expected the token {unknown!r} for unknown words in the vocabulary.")
    tokenizer: Any = tokenizers.Tokenizer(
        models.WordPiece(vocabulary, unk_token=unknown, max_input_chars_per_word=1_000_000)
    )
    marks = normalizers.Replace(tokenizers.Regex(r"\p{M}"), "")
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFD(), marks, normalizers.BertNormalizer(lowercase=True)])
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return _FirstOfHangul(_Tokenizer(tokenizer, _of_word_piece))


class _FirstOfHangul:
    """A tokenizer that reads the first letter of each Hangul syllable only, as llama.cpp does in this kind of vocabulary."""

    def __init__(self, inner: Vocabulary) -> None:
        self._inner = inner
        self._letters = {code: 0x1100 + (code - 0xAC00) // (21 * 28) for code in range(0xAC00, 0xD7A4)}

    def count(self, texts: Sequence[str]) -> int:
        return self._inner.count(self._read(texts))

    def tokens(self, texts: Sequence[str]) -> list[TokenList]:
        return self._inner.tokens(self._read(texts))

    def _read(self, texts: Sequence[str]) -> list[str]:
        return [text.translate(self._letters) if _HANGUL.search(text) else text for text in texts]


_HANGUL = re.compile(r"[\uac00-\ud7a3]")


def _word_piece(piece: str) -> str:
    """Return a token in the spelling of WordPiece, which marks pieces that continue a word."""
    if piece.startswith("[") and piece.endswith("]"):
        return piece
    return piece.removeprefix(_SPACE) if piece.startswith(_SPACE) else "##" + piece


class _Tokenizer:
    def __init__(self, tokenizer: Any, to_bytes: Callable[[str], bytes]) -> None:
        self._tokenizer = tokenizer
        self._to_bytes = to_bytes
        self._added = {number: added.content for number, added in tokenizer.get_added_tokens_decoder().items()}

    def count(self, texts: Sequence[str]) -> int:
        if sum(map(len, texts)) < _PARALLEL_FROM_CHARACTERS:
            return sum(len(self._tokenizer.encode(text, add_special_tokens=False)) for text in texts)
        return sum(map(len, self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)))

    def tokens(self, texts: Sequence[str]) -> list[TokenList]:
        return [
            [(number, self._bytes_of(number, token)) for number, token in zip(found.ids, found.tokens, strict=True)]
            for found in self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        ]

    def _bytes_of(self, number: int, token: str) -> bytes:
        added = self._added.get(number)
        return added.encode() if added is not None else self._to_bytes(token)


def _byte_alphabet() -> dict[str, int]:
    """Return the byte that each letter of GPT-2's alphabet stands for: printable bytes for themselves, others from 256 on."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    return {chr(byte): byte for byte in printable} | {chr(256 + index): byte for index, byte in enumerate(others)}


_BYTES = _byte_alphabet()


def _of_byte_level(token: str) -> bytes:
    return b"".join(bytes([_BYTES[letter]]) if letter in _BYTES else letter.encode() for letter in token)


def _of_word_piece(token: str) -> bytes:
    return token.removeprefix("##").encode()


def _of_sentencepiece(token: str) -> bytes:
    match = _BYTE.fullmatch(token)
    return bytes([int(match[1], 16)]) if match else token.replace(_SPACE, " ").encode()
