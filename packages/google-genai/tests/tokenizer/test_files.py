"""Tokenizers from GGUF files and `tokenizer.json`, and files that are neither, or damaged."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies
from tools.tokenizer_conformance import model

from google.genai._tokenizer import gguf as gguf_module
from google.genai._tokenizer.huggingface import _SPLITTING
from google.genai.local_tokenizer import LocalTokenizer

from . import vocabularies

LINES = (Path(__file__).parents[4] / "LICENSE").read_text("utf-8").splitlines()
TEXTS = [
    "You may reproduce  and distribute\n copies",
    "Zürich 漢字 😀 12345 don't I'LL",
    "a<|im_start|>b <|endoftext|>",
    " ",
    "",
]
_anything = strategies.text(strategies.characters(exclude_categories=["Cs"]))


@pytest.fixture(scope="module")
def trained_bpe() -> Any:
    return vocabularies.trained_bpe(LINES)


def ids_and_bytes(path: Path, texts: list[str]) -> list[tuple[list[int], bytes]]:
    infos = LocalTokenizer("m", tokenizer=path).compute_tokens([{"text": text} for text in texts]).tokens_info or []
    return [(info.token_ids or [], b"".join(info.tokens or [])) for info in infos]


# Sentencepiece vocabularies in GGUF files


def test_a_gguf_file_gives_the_tokens_of_its_sentencepiece_model(tmp_path: Path, trained: Path) -> None:
    vocabulary = vocabularies.merged_pieces(trained, add_space_prefix=False)
    path = vocabularies.write(tmp_path / "small.gguf", vocabulary)
    texts = [*TEXTS, *model.MARKS, "a<start_of_turn>b\t漢"]
    assert ids_and_bytes(path, texts) == ids_and_bytes(trained, texts)


def test_the_space_before_a_text_is_a_setting_of_the_file(tmp_path: Path, trained: Path) -> None:
    with_space = vocabularies.write(tmp_path / "a.gguf", vocabularies.merged_pieces(trained))
    assert ids_and_bytes(with_space, ["Work"]) == ids_and_bytes(trained, [" Work"])


def test_special_tokens_are_read_in_texts(tmp_path: Path, trained: Path) -> None:
    path = vocabularies.write(tmp_path / "a.gguf", vocabularies.merged_pieces(trained, add_space_prefix=False))
    [(ids, data)] = ids_and_bytes(path, ["a</s>b"])
    assert data == b"a</s>b"
    assert 1 in ids
    tokenizer = LocalTokenizer("m", tokenizer=path)
    assert tokenizer.count_tokens("a</s>b").total_tokens == len(ids) == 3


def test_a_unigram_vocabulary(tmp_path: Path) -> None:
    trained = model.train(
        tmp_path / "unigram.model", model_type="unigram", byte_fallback=False, vocab_size=400, add_dummy_prefix=True
    )
    vocabulary = vocabularies.merged_pieces(trained) | {"tokenizer.ggml.model": "t5"}
    path = vocabularies.write(tmp_path / "a.gguf", vocabulary)
    texts = ["You may reproduce and distribute", "copies of the Work"]
    assert ids_and_bytes(path, texts) == ids_and_bytes(trained, texts)
    assert ids_and_bytes(path, ["ﬁle\u200b  a"]) == ids_and_bytes(trained, ["file a"])  # as NFKC, with single spaces


# Byte-level BPE


def test_a_gguf_file_gives_the_tokens_of_the_library(tmp_path: Path, trained_bpe: Any) -> None:
    path = vocabularies.write(tmp_path / "a.gguf", vocabularies.byte_level(trained_bpe, "gpt-2"))
    assert ids_and_bytes(path, TEXTS) == [
        (trained_bpe.encode(text, add_special_tokens=False).ids, text.encode()) for text in TEXTS
    ]


def test_a_tokenizer_json_gives_the_tokens_of_the_library(tmp_path: Path, trained_bpe: Any) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_text("\ufeff\n" + trained_bpe.to_str(), encoding="utf-8")
    assert ids_and_bytes(path, TEXTS) == [
        (trained_bpe.encode(text, add_special_tokens=False).ids, text.encode()) for text in TEXTS
    ]


@pytest.mark.parametrize("splitting", list(_SPLITTING))
@settings(max_examples=25)
@given(text=_anything)
def test_no_byte_is_lost(tmp_path_factory: pytest.TempPathFactory, trained_bpe: Any, splitting: str, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / f"{splitting}.gguf"
    if not path.exists():
        vocabularies.write(path, vocabularies.byte_level(trained_bpe, splitting))
    [(ids, data)] = ids_and_bytes(path, [text])
    assert data == text.encode()
    assert LocalTokenizer("m", tokenizer=path).count_tokens(text).total_tokens == len(ids)


def test_a_long_text_is_counted_like_its_tokens(tmp_path: Path, trained_bpe: Any) -> None:
    path = vocabularies.write(tmp_path / "a.gguf", vocabularies.byte_level(trained_bpe, "smollm"))
    text = "\n".join(LINES) * 4
    [(ids, data)] = ids_and_bytes(path, [text])
    assert len(text) > 40_000
    assert data == text.encode()
    assert LocalTokenizer("m", tokenizer=path).count_tokens(text).total_tokens == len(ids)


def test_digits_are_split_as_the_file_says(tmp_path: Path, trained_bpe: Any) -> None:
    vocabulary = vocabularies.byte_level(trained_bpe, "smollm")
    vocabulary["tokenizer.ggml.tokens"] += ["12"]
    vocabulary["tokenizer.ggml.token_type"] += [1]
    vocabulary["tokenizer.ggml.merges"] += ["1 2"]
    counts = {}
    for splitting in ("smollm", "gpt-2"):
        vocabulary["tokenizer.ggml.pre"] = splitting
        path = vocabularies.write(tmp_path / f"{splitting}.gguf", vocabulary)
        counts[splitting] = LocalTokenizer("m", tokenizer=path).count_tokens("1212").total_tokens
    assert counts == {"smollm": 4, "gpt-2": 2}


# WordPiece


WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "▁hello", "▁wor", "ld", "▁!", "▁漢", "▁\u1112"]


def test_a_word_piece_vocabulary(tmp_path: Path) -> None:
    vocabulary = {
        "tokenizer.ggml.model": "bert",
        "tokenizer.ggml.tokens": WORDS,
        "tokenizer.ggml.unknown_token_id": 1,
    }
    path = vocabularies.write(tmp_path / "a.gguf", vocabulary)
    assert ids_and_bytes(path, ["Héllo  WORLD!", "漢漢 what", "한"]) == [
        ([4, 5, 6, 7], b"helloworld!"),
        ([8, 8, 1], "漢漢[UNK]".encode()),
        ([9], "\u1112".encode()),
    ]


# Other files, and damaged ones


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"\n", b"text", b"\x00" * 100, b"GGUF", b"GGUF" + b"\xff" * 60, b"{", b"{}", b'{"model": 5}', b"[]"),
        *(b"PK\x03\x04zip", b"\x0a\xff\xff\xff\xff\x0f", b"{" * 100_000),
    ],
)
def test_other_files_are_refused_with_their_path(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"file: expected a ") as caught:
        LocalTokenizer("m", tokenizer=path).count_tokens("a")
    assert str(path) in str(caught.value)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError, match="pass the path of a file"):
        LocalTokenizer("m", tokenizer=tmp_path).count_tokens("a")


def test_a_gguf_file_that_is_cut_anywhere_in_its_metadata_is_refused(tmp_path: Path, trained: Path) -> None:
    whole = vocabularies.write(tmp_path / "a.gguf", vocabularies.merged_pieces(trained)).read_bytes()
    path = tmp_path / "file"
    for end in [*range(8, 400, 7), *range(400, len(whole) - 64, 997)]:
        path.write_bytes(whole[:end])
        with pytest.raises(ValueError, match="expected"):
            LocalTokenizer("m", tokenizer=path).count_tokens("a")


def test_a_gguf_file_with_wrong_bytes_gives_a_value_error_or_a_count(tmp_path: Path, trained: Path) -> None:
    whole = vocabularies.write(tmp_path / "a.gguf", vocabularies.merged_pieces(trained)).read_bytes()
    chance = random.Random(1)
    path = tmp_path / "file"
    outcomes: set[str] = set()
    for _ in range(300):
        changed = bytearray(whole)
        for _ in range(3):
            changed[chance.randrange(4, len(changed))] = chance.randrange(256)
        path.write_bytes(changed)
        try:
            LocalTokenizer("m", tokenizer=path).count_tokens("You may copy")
        except ValueError:
            outcomes.add("refused")
        else:
            outcomes.add("counted")
    assert outcomes == {"refused", "counted"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"tokenizer.ggml.model": "rwkv"}, "'rwkv'"),
        ({"tokenizer.ggml.model": 5}, "tokenizer.ggml.model of type str, got int"),
        ({"tokenizer.ggml.pre": "viking"}, "tokenizer.ggml.pre .* 'viking'.*tokenizer.json"),
        ({"tokenizer.ggml.tokens": ["a", "b"]}, "merges"),
        ({"tokenizer.ggml.tokens": 5}, "tokenizer.ggml.tokens of type list"),
        ({"tokenizer.ggml.merges": ["ab"]}, "merges of two tokens, got 'ab'"),
    ],
)
def test_other_metadata_are_refused(tmp_path: Path, trained_bpe: Any, change: dict[str, Any], message: str) -> None:
    vocabulary = vocabularies.byte_level(trained_bpe, "gpt-2") | change
    path = tmp_path / "file.gguf"
    with path.open("wb") as file:
        vocabularies.gguf.write(file, vocabulary, [])
    with pytest.raises(ValueError, match=message) as caught:
        LocalTokenizer("m", tokenizer=path).count_tokens("a")
    assert str(path) in str(caught.value)


def test_large_counts_in_a_header_do_not_reserve_memory(tmp_path: Path) -> None:
    path = tmp_path / "file.gguf"
    path.write_bytes(b"GGUF" + (3).to_bytes(4, "little") + b"\x00" * 8 + (1 << 60).to_bytes(8, "little") + b"\x00" * 64)
    with pytest.raises(ValueError, match="entries"):
        gguf_module.metadata_of(path)


def test_a_tokenizer_json_ignores_truncation_and_padding(tmp_path: Path, trained_bpe: Any) -> None:
    described = json.loads(trained_bpe.to_str())
    described["truncation"] = {"direction": "Right", "max_length": 2, "strategy": "LongestFirst", "stride": 0}
    path = tmp_path / "tokenizer.json"
    path.write_text(json.dumps(described), encoding="utf-8")
    assert (LocalTokenizer("m", tokenizer=path).count_tokens("You may reproduce").total_tokens or 0) > 2
