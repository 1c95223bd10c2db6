"""Static checks of programs that use the package: correct programs pass, and wrong ones get the expected error."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

_RIGHT = """
# pyright: strict
import datetime
import pathlib

import pydantic

from google import genai
from google.genai import errors, types
from google.genai.chats import AsyncChat, Chat
from google.genai.pagers import Pager

client = genai.Client(api_key="k", http_options={"timeout": 1000, "headers": {"x-team": "a"}})
vertex = genai.Client(vertexai=True, project="p", location="l", http_options=types.HttpOptions(timeout=1000))


class Recipe(pydantic.BaseModel):
    title: str


def blocking() -> None:
    response = client.models.generate_content(model="m", contents="a")
    text: str | None = response.text
    calls: list[types.FunctionCall] | None = response.function_calls
    for candidate in response.candidates or []:
        reason: types.FinishReason | None = candidate.finish_reason
        print(reason, candidate.content and candidate.content.parts)
    usage = response.usage_metadata
    total: int | None = usage.total_token_count if usage else None
    created: datetime.datetime | None = response.create_time
    print(text, calls, total, created, response.parsed)


def contents() -> None:
    image = types.Part.from_bytes(data=b"x", mime_type="image/png")
    client.models.generate_content(model="m", contents=["a", image, {"text": "b"}])
    client.models.generate_content(model="m", contents=types.Content(role="user", parts=[types.Part(text="a")]))
    client.models.generate_content(model="m", contents=[types.UserContent("a"), types.ModelContent(["b", image])])
    client.models.generate_content(model="m", contents={"role": "user", "parts": [{"text": "a"}]})
    client.models.generate_content(model="m", contents=[{"role": "user", "parts": [{"text": "a"}]}])
    client.models.generate_content(model="m", contents=types.Part("a"))


def add(a: int, b: int = 2) -> int:
    return a + b


async def look(city: str) -> str:
    return city


def functions() -> None:
    rules = types.AutomaticFunctionCallingConfig(maximum_remote_calls=3, maximum_parallel_calls=2)
    config = types.GenerateContentConfig(tools=[add, types.Tool()], automatic_function_calling=rules)
    response = client.models.generate_content(model="m", contents="a", config=config)
    history: list[types.Content] | None = response.automatic_function_calling_history
    client.models.generate_content(model="m", contents="a", config={"tools": [add, look]})
    print(history)


def talking() -> None:
    chat = client.chats.create(model="m", config={"tools": [add]}, history=[types.UserContent("a")])
    answer: types.GenerateContentResponse = chat.send_message("a")
    chat.send_message(["a", types.Part(text="b")], config=types.GenerateContentConfig(temperature=0))
    for chunk in chat.send_message_stream("a"):
        print(chunk.text, chunk.partial, chunk.parsed_error)
    history: list[types.Content] = chat.get_history(curated=True)
    other: Chat = chat.fork()
    taken: list[types.Content] = other.rewind(2)
    text: str = other.to_json()
    again: Chat = client.chats.from_json(text)
    print(answer, history, taken, again)


async def talking_async() -> None:
    chat = client.aio.chats.create(model="m")
    answer: types.GenerateContentResponse = await chat.send_message("a")
    async for chunk in await chat.send_message_stream("a"):
        print(chunk.text)
    other: AsyncChat = chat.fork()
    print(answer, other)


def configurations() -> None:
    config = types.GenerateContentConfig(
        system_instruction="Be brief.",
        temperature=0,
        stop_sequences=["END"],
        response_mime_type="application/json",
        response_schema=Recipe,
        thinking_config=types.ThinkingConfig(include_thoughts=True),
        safety_settings=[
            types.SafetySetting(
                category=types.HarmCategory.HARM_CATEGORY_HARASSMENT, threshold=types.HarmBlockThreshold.OFF
            )
        ],
        tools=[types.Tool(google_search=types.GoogleSearch())],
    )
    client.models.generate_content(model="m", contents="a", config=config)
    client.models.generate_content(model="m", contents="a", config={"temperature": 0.5, "response_schema": list[str]})
    client.models.generate_content(
        model="m", contents="a", config={"thinking_config": {"thinking_budget": 5}, "http_options": {"timeout": 5}}
    )
    typed: types.GenerateContentConfigDict = {"temperature": 0.5, "tools": [{"google_search": {}}]}
    either: types.GenerateContentConfigOrDict = typed
    client.models.generate_content(model="m", contents="a", config=either)


def others() -> None:
    vectors = client.models.embed_content(model="m", contents=["a", "b"], config={"output_dimensionality": 5})
    values: list[float] = [number for vector in vectors.embeddings or [] for number in vector.values or []]
    tokens: int | None = client.models.count_tokens(model="m", contents="a").total_tokens
    pager: Pager[types.Model] = client.models.list(config={"page_size": 5})
    names: list[str | None] = [model.name for model in pager]
    model: types.Model = client.models.get(model="m")
    print(values, tokens, names, model.display_name)


def media() -> None:
    made = client.models.generate_images(model="m", prompt="a", config={"number_of_images": 1, "aspect_ratio": "1:1"})
    pictures: list[types.Image | None] = made.images
    photo = types.Image.from_file(location="a.png")
    references = [types.RawReferenceImage(reference_id=1, reference_image=photo)]
    vertex.models.edit_image(model="m", prompt="a", reference_images=references)
    vertex.models.edit_image(model="m", prompt="a", reference_images=[{"reference_id": 1, "config": {"mask_dilation": 0.1}}])
    vertex.models.upscale_image(model="m", image=photo, upscale_factor="x2")
    operation = client.models.generate_videos(model="m", source={"prompt": "a"})
    later: types.GenerateVideosOperation = client.operations.get(operation)
    unknown: types.Operation = client.operations.get("models/m/operations/1")
    done: types.GenerateVideosOperation = client.operations.wait(operation, timeout_s=5)
    videos = done.response.generated_videos if done.response else None
    for video in videos or []:
        content: bytes = client.files.download(file=video)
        path: pathlib.Path = client.files.download(file=video, path="a.mp4")
        print(content, path)
    print(pictures, later.done, unknown.name)


def resources() -> None:
    file = client.files.upload(file=pathlib.Path("a.txt"), config={"mime_type": "text/plain"}, progress=True)
    file = client.files.wait(file=file)
    client.models.generate_content(model="m", contents=[file, "a"])
    cache: types.CachedContent = client.caches.create(model="m", config={"contents": ["a", file], "ttl": "60s"})
    job = client.batches.create(model="m", src=[types.InlinedRequest(contents="a", metadata={"key": "1"})])
    job = client.batches.create(model="m", src=[{"contents": "a", "config": {"temperature": 0.5}}], dest="gs://b")
    for result in client.batches.results(job=client.batches.wait(job=job.name or "")):
        print(result.response and result.response.text, result.metadata)
    tuned: types.TuningJob = client.tunings.tune(base_model="m", training_dataset={"gcs_uri": "gs://b/a.jsonl"})
    store = client.file_search_stores.create(config={"display_name": "a"})
    documents: Pager[types.Document] = client.file_search_stores.documents.list(parent=store.name or "")
    token: types.AuthToken = client.auth_tokens.create(config={"uses": 1})
    print(cache.name, tuned.has_ended, [document.name for document in documents], token.name)


def roll(sides: int = 6) -> int:
    return sides


declared: types.FunctionDeclaration = types.FunctionDeclaration.from_callable(client=client, callable=roll)


def streams() -> None:
    for chunk in client.models.generate_content_stream(model="m", contents="a"):
        piece: str | None = chunk.text
        print(piece)


def failures() -> None:
    try:
        blocking()
    except errors.ClientError as error:
        code: int = error.code
        message: str | None = error.message
        print(code, message)
    except errors.APIError:
        raise


async def asynchronous() -> None:
    async with genai.Client(api_key="k").aio as aio:
        response = await aio.models.generate_content(model="m", contents="a")
        text: str | None = response.text
        async for chunk in await aio.models.generate_content_stream(model="m", contents="a"):
            print(text, chunk.text)
        async for model in await aio.models.list():
            print(model.name)
"""

_WRONG = """
from google import genai
from google.genai import types

client = genai.Client(api_key="k")
genai.Client("k")  # wrong: positional
genai.Client(api_keys="k")  # wrong: name
client.models.generate_content("m", "a")  # wrong: positional
client.models.generate_content(model="m")  # wrong: missing
client.models.generate_content(model=5, contents="a")  # wrong: type
client.models.generate_content(model="m", contents=5)  # wrong: type
client.models.generate_content(model="m", contents="a", config={"temprature": 1})  # wrong: key
client.models.generate_content(model="m", contents="a", config={"temperature": "hot"})  # wrong: type
client.models.generate_content(model="m", contents="a", config=types.EmbedContentConfig())  # wrong: class
types.GenerateContentConfig(temprature=1)  # wrong: name
types.GenerateContentConfig(max_output_tokens="many")  # wrong: type
types.Part(txt="a")  # wrong: name
types.Part("a", "b")  # wrong: positional
types.NoSuchType  # wrong: name
types.FinishReason.BORED  # wrong: member
client.models.generate_content(model="m", contents="a").txt  # wrong: attribute
length: int = client.models.generate_content(model="m", contents="a").text  # wrong: optional str
client.models.embed_content(model="m", contents="a", config={"dimensions": 3})  # wrong: key
client.model  # wrong: attribute
client.chats.create("m")  # wrong: positional
client.chats.create(model="m", tools=[])  # wrong: name
client.chats.create(model="m").send_message(5)  # wrong: type
client.chats.create(model="m").send("a")  # wrong: attribute
client.chats.create(model="m").rewind("1")  # wrong: type
types.AutomaticFunctionCallingConfig(max_calls=3)  # wrong: name
client.models.generate_content(model="m", contents="a", config={"tools": ["add"]})  # wrong: type
client.models.generate_images(model="m", prompts="a")  # wrong: name
client.models.generate_images(model="m", prompt="a", config={"images": 3})  # wrong: key
client.models.edit_image(model="m", prompt="a", reference_images=["a.png"])  # wrong: type
client.files.upload("a.txt")  # wrong: positional
kept: str = client.files.download(file="files/a")  # wrong: bytes
client.operations.get(5)  # wrong: type
client.batches.create(model="m", src=[{"content": "a"}])  # wrong: key
client.caches.create(model="m", config={"contents": 5})  # wrong: type
sent: str = client.aio.models.generate_content(model="m", contents="a")  # wrong: not awaited
"""


def _complaints(tmp_path: Path, program: str) -> list[tuple[int, str]]:
    """Return line and text of each error that the checker reports for a program."""
    file = tmp_path / "program.py"
    file.write_text(program)
    (tmp_path / "pyrightconfig.json").write_text(json.dumps({"reportUnusedExpression": False, "pythonVersion": "3.10"}))
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable, "-p", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path, timeout=300)
    report: dict[str, Any] = json.loads(done.stdout)
    assert report["summary"]["filesAnalyzed"] == 1, done.stdout
    return [(line["range"]["start"]["line"], line["message"]) for line in report["generalDiagnostics"]]


needs_pyright = pytest.mark.skipif(importlib.util.find_spec("pyright") is None, reason="pyright is not installed")


@needs_pyright
def test_right_programs_pass_the_strict_check(tmp_path: Path) -> None:
    assert _complaints(tmp_path, _RIGHT) == []


@needs_pyright
def test_each_wrong_line_is_found_and_no_other(tmp_path: Path) -> None:
    wrong = {number for number, line in enumerate(_WRONG.splitlines()) if "# wrong:" in line}
    found = {number for number, _ in _complaints(tmp_path, _WRONG)}
    lines = _WRONG.splitlines()
    assert [lines[number] for number in sorted(wrong - found)] == [], "expected errors that were not reported"
    assert [lines[number] for number in sorted(found - wrong)] == [], "unexpected errors"
    assert len(wrong) > 15
