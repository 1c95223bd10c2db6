"""Counts and tokens of contents: forms of contents, what counts, threads, event loops, invalid input."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
import sentencepiece
from hypothesis import given, settings, strategies
from tools.tokenizer_conformance import model

from google.genai import types
from google.genai.local_tokenizer import AsyncLocalTokenizer, LocalTokenizer

TEXT = "You may reproduce and distribute copies of the Work"


def pieces(path: Path) -> sentencepiece.SentencePieceProcessor:
    return sentencepiece.SentencePieceProcessor(model_file=str(path))


def total(tokenizer: LocalTokenizer, contents: Any, config: Any = None) -> int:
    count = tokenizer.count_tokens(contents, config=config).total_tokens
    assert count is not None
    return count


def test_a_text(tokenizer: LocalTokenizer, trained: Path) -> None:
    ids = pieces(trained).encode(TEXT)
    assert tokenizer.count_tokens(TEXT) == types.CountTokensResult(total_tokens=len(ids))
    [info] = tokenizer.compute_tokens(TEXT).tokens_info or []
    assert info.token_ids == ids
    assert info.role == "user"
    assert b"".join(info.tokens or []) == TEXT.encode()


@pytest.mark.parametrize(
    "contents",
    [
        TEXT,
        [TEXT],
        types.Part(text=TEXT),
        types.Content(role="user", parts=[types.Part(text=TEXT)]),
        types.UserContent(TEXT),
        {"parts": [{"text": TEXT}]},
        [{"text": TEXT}],
        ({"role": "model", "parts": [{"text": TEXT}]},),
    ],
)
def test_forms_of_contents(tokenizer: LocalTokenizer, contents: Any) -> None:
    assert total(tokenizer, contents) == total(tokenizer, TEXT)


def test_one_entry_for_each_text_with_its_role(tokenizer: LocalTokenizer) -> None:
    contents = [
        types.UserContent(["a", "b"]),
        types.Content(
            role="model",
            parts=[types.Part(function_call=types.FunctionCall(name="f", args={"city": ["Paris", 1, None]}))],
        ),
        types.Content(
            role="user",
            parts=[types.Part(function_response=types.FunctionResponse(name="f", response={"sky": {"is": "blue"}}))],
        ),
        types.Content(parts=[types.Part(text="c")]),
    ]
    infos = tokenizer.compute_tokens(contents).tokens_info or []
    assert [(info.role, b"".join(info.tokens or []).decode()) for info in infos] == [
        *(("user", "a"), ("user", "b")),
        *(("model", "f"), ("model", "city"), ("model", "Paris")),
        *(("user", "f"), ("user", "sky"), ("user", "is"), ("user", "blue")),
        (None, "c"),
    ]
    assert sum(len(info.token_ids or []) for info in infos) == total(tokenizer, contents)


def test_a_config_counts(tokenizer: LocalTokenizer) -> None:
    schema = {"type": "OBJECT", "properties": {"city": {"type": "STRING", "description": "Name"}}, "required": ["city"]}
    config: dict[str, Any] = {
        "system_instruction": "Be brief.",
        "tools": [{"function_declarations": [{"name": "weather", "description": "Return it.", "parameters": schema}]}],
        "generation_config": {"response_schema": schema, "temperature": 0.1},
    }
    texts = ["hi", "weather", "Return it.", *["city", "city", "Name"] * 2, "Be brief."]
    expected = sum(total(tokenizer, text) for text in texts)
    assert total(tokenizer, "hi", config) == expected
    assert total(tokenizer, "hi", types.CountTokensConfig(**config)) == expected


def test_a_json_schema_counts_like_the_same_schema(tokenizer: LocalTokenizer) -> None:
    schema = {
        "type": "object",
        "description": "A place",
        "properties": {"cities": {"type": "array", "items": {"type": "string", "enum": ["Rome", "Oslo"]}}},
        "required": ["cities"],
        "example": {"cities": ["Rome"]},
    }
    ours = types.Schema.model_validate(schema)
    assert total(tokenizer, "hi", {"generation_config": {"response_json_schema": schema}}) == total(
        tokenizer, "hi", {"generation_config": {"response_schema": ours}}
    )
    one = {"name": "f", "parameters_json_schema": schema, "response_json_schema": schema}
    other = {"name": "f", "parameters": ours, "response": ours}
    assert total(tokenizer, "hi", {"tools": [{"function_declarations": [one]}]}) == total(
        tokenizer, "hi", {"tools": [{"function_declarations": [other]}]}
    )


@settings(max_examples=300)
@given(strategies.lists(strategies.text(strategies.characters(exclude_categories=["Cs"]))))
def test_the_bytes_of_tokens_are_those_of_the_text(trained: Path, texts: list[str]) -> None:
    """The small model normalizes only one character: `▁` stands for a space."""
    tokenizer = LocalTokenizer("m", tokenizer=trained)
    infos = tokenizer.compute_tokens([types.Part(text=text) for text in [*texts, "a"]]).tokens_info or []
    assert [b"".join(info.tokens or []) for info in infos] == [
        text.replace("▁", " ").encode() for text in [*texts, "a"]
    ]
    assert total(tokenizer, [*texts, "a"]) == sum(len(info.tokens or []) for info in infos)


def test_unknown_characters_keep_their_bytes(tmp_path: Path) -> None:
    """A model without tokens for bytes has one token for all unknown characters."""
    path = model.train(tmp_path / "small.model", byte_fallback=False, vocab_size=400)
    [info] = LocalTokenizer("m", tokenizer=path).compute_tokens("You \U00010000 may \u4e01\u4e02").tokens_info or []
    assert b"".join(info.tokens or []).decode() == "You \U00010000 may \u4e01\u4e02"
    assert (info.token_ids or []).count(3) == 2


def test_many_long_texts_are_counted_like_single_ones(tokenizer: LocalTokenizer) -> None:
    texts = [f"{number} {TEXT} " * 200 for number in range(40)]
    assert sum(map(len, texts)) > 400_000
    assert total(tokenizer, texts) == sum(total(tokenizer, text) for text in texts)


# Refusals


@pytest.mark.parametrize(
    ("contents", "path"),
    [
        (types.Part.from_bytes(data=b"x", mime_type="image/png"), "contents.parts[0].inline_data"),
        (["a", types.Part.from_uri(file_uri="gs://a/b.png")], "contents.parts[1].file_data"),
        ([types.UserContent("a"), types.File(uri="u", mime_type="image/png")], "contents[1].parts[0].file_data"),
    ],
)
def test_media_are_refused_with_their_path(tokenizer: LocalTokenizer, contents: Any, path: str) -> None:
    for method in (tokenizer.count_tokens, tokenizer.compute_tokens):
        with pytest.raises(ValueError, match=r"text only.*client\.models\.count_tokens") as caught:
            method(contents)
        assert str(caught.value).startswith(f"{path}: ")


def test_media_in_a_system_instruction_are_refused(tokenizer: LocalTokenizer) -> None:
    picture = types.Part.from_bytes(data=b"x", mime_type="image/png")
    with pytest.raises(ValueError, match=r"config\.system_instruction\.parts\[0\]\.inline_data: "):
        tokenizer.count_tokens("a", config={"system_instruction": picture})


@pytest.mark.parametrize("contents", [None, [], 5, [5], b"bytes", [[]], {"unknown": 1}])
def test_other_values_are_refused(tokenizer: LocalTokenizer, contents: Any) -> None:
    with pytest.raises(ValueError, match="contents"):
        tokenizer.count_tokens(contents)


@pytest.mark.parametrize("config", [{"unknown": 1}, {"tools": [5]}, 5, {"system_instruction": 5}])
def test_invalid_configs_are_refused_with_the_path(tokenizer: LocalTokenizer, config: Any) -> None:
    with pytest.raises(ValueError, match="config"):
        tokenizer.count_tokens("a", config=config)


def test_half_a_character_is_refused_with_its_place(tokenizer: LocalTokenizer) -> None:
    with pytest.raises(ValueError, match=r"contents\.parts\[1\]\.text: .* position 2"):
        tokenizer.count_tokens(["a", "bc\ud800"])
    with pytest.raises(ValueError, match=r"contents\.parts\[0\]\.function_call: .* position 0"):
        tokenizer.count_tokens(types.Part(function_call=types.FunctionCall(name="f", args={"a": "\udc00"})))


def test_values_that_contain_themselves_are_refused(tokenizer: LocalTokenizer) -> None:
    arguments: dict[str, Any] = {}
    arguments["again"] = arguments
    call = types.FunctionCall.model_construct(name="f", args=arguments)
    with pytest.raises(ValueError, match="200 levels"):
        tokenizer.count_tokens(types.Part.model_construct(function_call=call))
    schema: dict[str, Any] = {"type": "array"}
    schema["items"] = schema
    settings = types.GenerationConfig.model_construct(response_json_schema=schema)
    with pytest.raises(ValueError, match="200 levels"):
        tokenizer.count_tokens("a", config=types.CountTokensConfig.model_construct(generation_config=settings))


def test_code_is_not_counted_and_a_warning_is_logged(
    tokenizer: LocalTokenizer, caplog: pytest.LogCaptureFixture
) -> None:
    parts = [
        types.Part(text="a"),
        types.Part.from_executable_code(code="print(1)", language=types.Language.PYTHON),
        types.Part.from_code_execution_result(outcome=types.Outcome.OUTCOME_OK, output="1"),
    ]
    assert total(tokenizer, parts) == total(tokenizer, "a")
    assert "contents.parts[1].executable_code" in caplog.text
    assert "contents.parts[2].code_execution_result" in caplog.text


def test_unknown_models_are_refused_with_similar_names() -> None:
    with pytest.raises(ValueError, match=r"'gemini-2.5-flahs'.*Similar names: gemini-2.5-flash.*tokenizer=path"):
        LocalTokenizer("gemini-2.5-flahs")
    for name in ("models/gemini-2.5-flash", "publishers/google/models/gemini-2.0-flash-001", "gemma-2-9b-it"):
        assert repr(LocalTokenizer(model_name=name)) == f"LocalTokenizer({name!r})"


def test_a_path_that_does_not_exist_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"tokenizer: .*none\.model"):
        LocalTokenizer("m", tokenizer=tmp_path / "none.model")


# Threads and event loops


def test_threads_share_a_tokenizer(trained: Path) -> None:
    tokenizer = LocalTokenizer("m", tokenizer=trained)
    expected = total(LocalTokenizer("m", tokenizer=trained), TEXT * 50)
    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(total(tokenizer, TEXT * 50))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert found == [expected] * 16


async def test_the_async_tokenizer_returns_the_same(trained: Path, tokenizer: LocalTokenizer) -> None:
    other = AsyncLocalTokenizer("m", tokenizer=trained)
    assert await other.count_tokens(TEXT, config={"system_instruction": "b"}) == tokenizer.count_tokens(
        TEXT, config={"system_instruction": "b"}
    )
    assert await other.compute_tokens(TEXT) == tokenizer.compute_tokens(TEXT)
    with pytest.raises(ValueError, match="contents"):
        await other.count_tokens([])
    with pytest.raises(ValueError, match="not known"):
        AsyncLocalTokenizer("m")
    assert repr(other) == f"AsyncLocalTokenizer('m', tokenizer={str(trained)!r})"


def test_the_async_tokenizer_works_on_trio(trained: Path, tokenizer: LocalTokenizer) -> None:
    import trio

    other = AsyncLocalTokenizer("m", tokenizer=trained)
    assert trio.run(other.count_tokens, TEXT) == tokenizer.count_tokens(TEXT)


async def test_the_event_loop_continues_while_a_tokenizer_is_busy(
    trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The count ends only when the event loop has continued."""
    went_on = threading.Event()
    other = AsyncLocalTokenizer("m", tokenizer=trained)

    class Busy:
        def count(self, texts: list[str]) -> int:
            return 7 if went_on.wait(30) else -1

    monkeypatch.setattr(other._blocking, "_vocabulary", Busy())
    counting = asyncio.create_task(other.count_tokens("a"))
    await asyncio.sleep(0)
    went_on.set()
    assert (await counting).total_tokens == 7


# Loading


def _modules_after(program: str) -> set[str]:
    program += "\nimport json, sys; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


_LIBRARIES = {"sentencepiece", "google.protobuf", "tokenizers", "httpx2", "httpx", "pydantic", "asyncio", "numpy"}


def test_the_module_and_a_new_tokenizer_load_no_library() -> None:
    program = "from google.genai.local_tokenizer import LocalTokenizer, AsyncLocalTokenizer\n"
    assert not _LIBRARIES & _modules_after(program)
    assert not _LIBRARIES & _modules_after(
        program + "LocalTokenizer('gemini-2.5-flash'); AsyncLocalTokenizer('gemini-2.5-pro')"
    )


def test_a_count_from_a_path_loads_no_http_library(trained: Path) -> None:
    program = f"""
from google.genai.local_tokenizer import LocalTokenizer
LocalTokenizer("m", tokenizer={str(trained)!r}).count_tokens("a")
"""
    loaded = _modules_after(program)
    assert "sentencepiece" in loaded
    assert not {"httpx2", "httpx", "tokenizers", "google.protobuf", "asyncio"} & (
        loaded - _modules_after("import sentencepiece")
    )


@pytest.mark.parametrize(
    ("library", "extra", "make"),
    [
        ("sentencepiece", "local-tokenizer", "LocalTokenizer('gemini-2.5-flash')"),
        ("tokenizers", "local-tokenizer-huggingface", "LocalTokenizer('m', tokenizer=sys.argv[1]).count_tokens('a')"),
    ],
)
def test_a_missing_library_is_named_with_the_command(tmp_path: Path, library: str, extra: str, make: str) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_text("{}")
    program = f"""
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == {library!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Blocked())
import importlib.util
find = importlib.util.find_spec
importlib.util.find_spec = lambda name, *a: None if name == {library!r} else find(name, *a)
from google.genai.local_tokenizer import LocalTokenizer
try:
    {make}
except ImportError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=False, timeout=60
    )
    assert f"pip install 'google-genai[{extra}]'" in done.stdout, done.stderr
