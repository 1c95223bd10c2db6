"""Tokens from GGUF files compared with those of llama.cpp, which the local server runs."""

from __future__ import annotations

import importlib.util
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from genai_local import weights
from genai_local.server import LocalServer, serve
from google import genai
from google.genai import types
from google.genai._tokenizer.huggingface import _SPLITTING
from google.genai.local_tokenizer import LocalTokenizer

from . import vocabularies

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.skipif(importlib.util.find_spec("xllamacpp") is None, reason="the package xllamacpp is not installed"),
]

LINES = (Path(__file__).parents[4] / "LICENSE").read_text("utf-8").splitlines()
PIECES = (
    "é 😀 👩‍👩‍👧 漢字 日本語テキスト مرحبا e\u0301 ﬁ Ⅷ ½ १२३ 12345 3.14 don't I'LL 'S __init__ ==> $$$ ^~| \u200b ¿qué? ÀÉÎ ß İ 한국어 ไทย π≈3 "
    "\ufeff <|im_start|> <|im_end|> <|endoftext|> <s> </s> [CLS] [MASK] <mask> <unk> <start_of_turn> <0x41> ▁ \x00 \x07"
).split(" ")
GAPS = ["", " ", " ", "  ", "\n", "\r\n", "\t", "\u00a0", "\u3000"]


def texts(count: int) -> list[str]:
    """Return random texts of many kinds of characters, the same in every run."""
    chance = random.Random(7)
    found: list[str] = []
    for _ in range(count):
        pieces = [
            chance.choice([chance.choice(PIECES), chance.choice(LINES)[: chance.randint(1, 40)]]) for _ in range(6)
        ]
        found.append("".join(piece + chance.choice(GAPS) for piece in pieces[: chance.randint(1, 6)]))
    return found


def ids_at(url: str, model: str, given: list[str]) -> list[list[int]]:
    """Return the ids of the tokens of each text, as the server finds them."""
    path = f"/v1beta1/projects/p/locations/l/publishers/google/models/{model}:computeTokens"
    found: list[list[int]] = []
    with httpx2.Client(base_url=url, timeout=120) as http:
        for start in range(0, len(given), 50):
            contents = [{"role": "user", "parts": [{"text": text}]} for text in given[start : start + 50]]
            reply = http.post(path, json={"contents": contents})
            assert reply.status_code == 200, reply.text
            found += [[int(number) for number in info["tokenIds"]] for info in reply.json()["tokensInfo"]]
    return found


def ids_here(path: Path, given: list[str]) -> list[list[int]]:
    infos = LocalTokenizer("m", tokenizer=path).compute_tokens([types.Part(text=text) for text in given]).tokens_info
    return [info.token_ids or [] for info in infos or []]


def needs(name: str) -> Any:
    return pytest.mark.skipif(not weights.path_of(name).is_file(), reason=f"not in the cache: genai-local pull {name}")


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with serve(engine="llama", embedding_model="minilm") as server:
        yield server


@needs("smollm2")
@needs("minilm")
@pytest.mark.parametrize(("name", "model"), [("smollm2", "gemini-2.5-flash"), ("minilm", "text-embedding-004")])
def test_the_tokens_of_the_models_of_the_local_server(server: LocalServer, name: str, model: str) -> None:
    given = texts(300)
    assert ids_here(weights.path_of(name), given) == ids_at(server.url, model, given)


@needs("smollm2")
@needs("e5")
def test_the_counts_of_e5() -> None:
    """Of splits with the same likelihood, the two libraries may choose different ones."""
    given = [text.replace("▁", "") for text in texts(300)]  # which sentencepiece takes for a space
    with serve(engine="llama", embedding_model="e5") as server:
        ours, theirs = ids_here(weights.path_of("e5"), given), ids_at(server.url, "text-embedding-004", given)
    assert list(map(len, ours)) == list(map(len, theirs))


@needs("smollm2")
@needs("minilm")
def test_counts_are_those_of_the_local_server(server: LocalServer) -> None:
    tokenizer = LocalTokenizer("m", tokenizer=weights.path_of("smollm2"))
    contents: list[Any] = [text for text in texts(60) if text.strip()]
    with genai.Client(api_key="key", http_options={"base_url": server.url}) as client:
        for text in contents:
            config: types.CountTokensConfigDict = {"system_instruction": "Be brief."}
            counted = client.models.count_tokens(model="gemini-2.5-flash", contents=text, config=config)
            assert tokenizer.count_tokens(text, config=config).total_tokens == counted.total_tokens, text


@pytest.mark.parametrize("vocabulary", ["spm", "spm without a space", *_SPLITTING])
def test_the_tokens_of_each_kind_of_vocabulary(tmp_path: Path, trained: Path, vocabulary: str) -> None:
    """A tiny model with a trained vocabulary, which llama.cpp loads."""
    if vocabulary.startswith("spm"):
        written = vocabularies.merged_pieces(trained, add_bos_token=True, add_space_prefix=vocabulary == "spm")
    else:
        written = vocabularies.byte_level(vocabularies.trained_bpe(LINES), vocabulary)
    path = vocabularies.write(tmp_path / "tiny.gguf", written, with_tensors=True)
    given = texts(200)
    with serve(engine="llama", model=path) as server:
        assert ids_here(path, given) == ids_at(server.url, "gemini-2.5-flash", given)
