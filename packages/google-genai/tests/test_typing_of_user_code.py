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
from google.genai import errors, hooks, live, types
from google.genai.chats import AsyncChat, Chat
from google.genai.live import audio
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


def seen(event: hooks.OperationEnded) -> None:
    operation: hooks.Operation = event.operation
    model: str | None = operation.model
    error: BaseException | None = event.error
    print(model, error, event.usage)


async def stored(event: hooks.ToolCallEnded) -> None:
    name: str = event.call.name
    print(name, event.result)


@client.aio.hooks.on(hooks.ChunkReceived)
def received(event: hooks.ChunkReceived) -> None:
    print(event.chunk, event.number + 1)


def watching() -> None:
    client.hooks.on(hooks.OperationEnded, seen)
    client.hooks.on(hooks.ToolCallEnded, stored)
    client.hooks.on(hooks.Event, print)
    client.hooks.on(hooks.AttemptStarted, lambda event: print(event.body.decode(), event.number))
    client.hooks.remove(seen)
    client.hooks.time_limit_s = 1.0


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
    mask: types.MaskReferenceImageDict = {"reference_id": 1, "config": {"mask_dilation": 0.1}}
    vertex.models.edit_image(model="m", prompt="a", reference_images=[mask, {"reference_image": photo}])
    vertex.models.upscale_image(model="m", image=photo, upscale_factor="x2")
    operation = client.models.generate_videos(model="m", source={"prompt": "a"})
    later: types.GenerateVideosOperation = client.operations.get(operation)
    unknown: types.Operation = client.operations.get("models/m/operations/1")
    done: types.GenerateVideosOperation = client.operations.wait(operation, timeout_s=5)
    videos = done.response.generated_videos if done.response else None
    for video in videos or []:
        content: bytes = client.files.download(file=video)
        path: pathlib.Path = client.files.download(file=video, path="a.mp4")
        with open("b.mp4", "wb") as file:
            client.files.download(file=video, destination=file)
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


@live.non_blocking
def notify(text: str) -> str:
    return text


@live.non_blocking(scheduling="SILENT")
async def record(text: str) -> str:
    return text


async def sessions(sound: bytes) -> None:
    length: int = len(notify("a")) + len(await record("b"))
    config = types.LiveConnectConfig(
        response_modalities=["AUDIO"],
        tools=[notify, record],
        automatic_function_calling=types.AutomaticFunctionCallingConfig(),
        automatic_resumption={"attempts": 3},
    )
    async with client.aio.live.connect(model="m", config=config) as session:
        handle: str | None = session.resumption_handle
        await session.send_client_content(turns=types.UserContent("a"))
        await session.send_client_content(turns=[{"role": "user", "parts": [{"text": "a"}]}], turn_complete=False)
        await session.send_realtime_input(audio={"data": sound, "mime_type": "audio/pcm"})
        await session.send_realtime_input(media_chunks=[types.Blob(data=sound, mime_type="audio/pcm")])
        for piece in audio.chunks(sound, rate=44_100):
            await session.send_realtime_input(audio=piece)
        async for message in session.receive():
            for call in message.tool_call.function_calls or [] if message.tool_call else []:
                response = types.FunctionResponse(id=call.id, name=call.name, response={"result": length})
                await session.send_tool_response(function_responses=response)
        async for event in session.events():
            if isinstance(event, live.SessionResumed):
                print(event.attempts, event.reason, handle)
            else:
                data: bytes | None = event.data
                print(data)
    with client.live.connect(model="m", config={"response_modalities": ["TEXT"]}) as blocking_session:
        blocking_session.send_realtime_input(text="a")
        texts: list[str | None] = [message.text for message in blocking_session.receive()]
        print(texts)
    async with client.aio.live.music.connect(model="m") as music:
        await music.set_weighted_prompts([types.WeightedPrompt(text="a", weight=1)])
        async for part in music.receive():
            print(part.server_content)


def roll(sides: int = 6) -> int:
    return sides


declared: types.FunctionDeclaration = types.FunctionDeclaration.from_callable(client=client, callable=roll)
declared = types.FunctionDeclaration.from_callable(client, roll)


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

_FORMS = """
# pyright: strict
import collections
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Optional, Union

from google import genai
from google.genai import types

client = genai.Client(api_key="k")


def variables() -> None:
    turns: list[types.Content] = [types.UserContent("a")]
    parts: list[types.Part] = [types.Part(text="a")]
    texts: list[str] = ["a", "b"]
    mixed: list[types.File | str] = ["a"]
    dicts: list[types.ContentDict] = [{"role": "user", "parts": [{"text": "a"}]}]
    pair: tuple[str, types.Part] = ("a", parts[0])
    optional: Optional[list[Union[str, types.File, types.Part]]] = [*texts]
    frozen: Sequence[types.Content] = tuple(turns)
    for contents in (turns, parts, texts, mixed, dicts, pair, frozen):
        client.models.generate_content(model="m", contents=contents)
    client.models.generate_content(model="m", contents=turns)
    client.models.generate_content(model="m", contents=parts)
    client.models.generate_content(model="m", contents=texts)
    client.models.generate_content(model="m", contents=mixed)
    client.models.generate_content(model="m", contents=dicts)
    client.models.generate_content(model="m", contents=pair)
    client.models.generate_content(model="m", contents=optional or "a")
    for chunk in client.models.generate_content_stream(model="m", contents=turns):
        print(chunk.text)
    client.models.count_tokens(model="m", contents=turns)
    client.models.compute_tokens(model="m", contents=texts)
    client.models.embed_content(model="m", contents=texts)
    client.models.embed_content(model="m", contents=parts)
    client.models.embed_content(model="m", contents=turns)
    client.caches.create(model="m", config=types.CreateCachedContentConfig(contents=turns, system_instruction=texts))
    client.caches.create(model="m", config=types.CreateCachedContentConfig(contents=mixed, ttl="60s"))
    client.caches.create(model="m", config={"contents": parts, "system_instruction": parts})
    client.models.generate_content(
        model="m", contents="a", config=types.GenerateContentConfig(system_instruction=texts, stop_sequences=texts)
    )
    client.models.generate_content(model="m", contents=[texts, turns[0], parts])
    types.Content(role="user", parts=parts)
    types.UserContent(parts)
    types.ModelContent(texts)
    types.UserContent(parts=mixed)


def iterables(rows: dict[str, types.Content], texts: set[str]) -> None:
    generator: Iterator[str] = (text for text in texts)
    client.models.embed_content(model="m", contents=generator)
    client.models.generate_content(model="m", contents=rows.values())
    client.models.generate_content(model="m", contents=map(types.UserContent, ["a"]))
    client.models.count_tokens(model="m", contents=texts)
    client.models.generate_content(model="m", contents=collections.deque(texts))
    client.models.generate_content(model="m", contents=(types.Part(text=text) for text in texts))


async def chats(history: list[types.Content], message: list[types.Part], texts: list[str]) -> None:
    chat = client.chats.create(model="m", history=history)
    chat.send_message(message)
    chat.send_message(texts)
    for chunk in chat.send_message_stream(message):
        print(chunk.text)
    client.chats.create(model="m", history=[*history, *chat.get_history()])
    client.chats.create(model="m", history=tuple(history))
    saved: list[types.ContentDict] = [{"role": "user", "parts": [{"text": "a"}]}]
    client.chats.create(model="m", history=saved)
    talk = client.aio.chats.create(model="m", history=history)
    await talk.send_message(message)
    async for chunk in await talk.send_message_stream(texts):
        print(chunk.text)
    either: list[types.ContentOrDict] = []
    either.append(history[0])
    either.append({"role": "user", "parts": [{"text": "a"}]})
    client.chats.create(model="m", history=either)
    await client.aio.models.generate_content(model="m", contents=history)
    await client.aio.models.embed_content(model="m", contents=texts)


def jobs(rows: list[types.InlinedRequestDict], objects: list[types.InlinedRequest]) -> None:
    client.batches.create(model="m", src=rows)
    client.batches.create(model="m", src=objects)
    client.batches.create(model="m", src=[{"contents": "a", "metadata": {"key": "1"}}])
    client.batches.create(
        model="m",
        src=[
            {"contents": [{"role": "user", "parts": [{"text": "a"}]}], "config": {"temperature": 0.5}},
            {"contents": [{"role": "user", "parts": [{"text": "b"}]}]},
        ],
    )
    client.batches.create(model="m", src=types.BatchJobSource(inlined_requests=objects))
    client.batches.create(model="m", src={"inlined_requests": rows})
    client.batches.create_embeddings(
        model="m", src=types.EmbeddingsBatchJobSource(inlined_requests=types.EmbedContentBatch(contents=["a", "b"]))
    )
    client.batches.create_embeddings(model="m", src={"inlined_requests": {"contents": ["a", "b"]}})
    lakes: list[types.EmbedContentBatchDict] = [{"contents": "a lake", "config": {"output_dimensionality": 64}}]
    texts = [types.EmbedContentBatch(contents=text) for text in ("a", "b")]
    client.batches.create_embeddings(model="m", src=lakes)
    client.batches.create_embeddings(model="m", src=texts)
    client.batches.create_embeddings(model="m", src=(text for text in ("a", "b")))
    client.batches.create_embeddings(model="m", src=["a", {"text": "b"}, types.Content()])
    client.batches.create_embeddings(
        model="m", src=[{"contents": "a lake"}, {"contents": ["a", "b"], "config": {"output_dimensionality": 64}}]
    )


def add(a: int, b: int) -> int:
    return a + b


def enums(level: str, categories: list[str]) -> None:
    types.SafetySetting(category="HARM_CATEGORY_HATE_SPEECH", threshold="BLOCK_NONE")
    settings = [types.SafetySetting(category=category, threshold=level) for category in categories]
    types.Schema(type="OBJECT", properties={"a": types.Schema(type="string")}, required=["a"])
    types.Schema(type="ARRAY", items={"type": "STRING"})
    calling = types.FunctionCallingConfig(mode="ANY", allowed_function_names=["add"])
    functions: list[Callable[..., Any]] = [add]
    tools: list[types.Tool] = [types.Tool(google_search=types.GoogleSearch())]
    types.GenerateContentConfig(
        safety_settings=settings,
        tools=functions,
        tool_config=types.ToolConfig(function_calling_config=calling),
        response_modalities=["TEXT"],
        media_resolution="MEDIA_RESOLUTION_LOW",
        thinking_config=types.ThinkingConfig(thinking_level="LOW"),
    )
    types.GenerateContentConfig(tools=tools, thinking_config={"thinking_budget": 5})
    config: types.GenerateContentConfigDict = {
        "safety_settings": [{"category": "HARM_CATEGORY_HATE_SPEECH", "threshold": level}, settings[0]],
        "tools": [add, tools[0], {"google_search": {}}],
        "thinking_config": types.ThinkingConfig(thinking_budget=5),
        "tool_config": {"function_calling_config": {"mode": "ANY"}},
        "response_schema": types.Schema(type="STRING"),
    }
    client.models.generate_content(model="m", contents="a", config=config)
    declaration = types.FunctionDeclaration(
        name="f",
        description="d",
        parameters=types.Schema(type="OBJECT", properties={"a": types.Schema(type="INTEGER")}),
        behavior="NON_BLOCKING",
    )
    types.Tool(function_declarations=[declaration, {"name": "g", "parameters": {"type": "OBJECT"}}])
    types.Part.from_executable_code(code="a", language="PYTHON")
    types.Part.from_code_execution_result(outcome="OUTCOME_OK", output="1")
    types.GenerateImagesConfig(person_generation="ALLOW_ADULT", safety_filter_level="BLOCK_LOW_AND_ABOVE")
    types.MaskReferenceConfig(mask_mode="MASK_MODE_BACKGROUND")
    types.EmbedContentConfig(task_type="RETRIEVAL_QUERY")
    types.SpeechConfig(voice_config={"prebuilt_voice_config": {"voice_name": "Kore"}})


def mappings(labels: Mapping[str, str], arguments: Mapping[str, object], schemas: dict[str, types.Schema]) -> None:
    types.GenerateContentConfig(labels=labels)
    types.HttpOptions(headers=labels)
    genai.Client(http_options={"headers": labels})
    types.FunctionCall(name="f", args=arguments)
    types.Part.from_function_call(name="f", args={"a": 1})
    types.Part.from_function_response(name="f", response={"result": arguments})
    types.Schema(type="OBJECT", properties=schemas)


def reading(response: types.GenerateContentResponse, schema: types.Schema, setting: types.SafetySetting) -> None:
    reason: types.FinishReason | None = (response.candidates or [types.Candidate()])[0].finish_reason
    kind: types.Type | None = schema.type
    category: types.HarmCategory | None = setting.category
    inner: dict[str, types.Schema] | None = schema.properties
    turn: types.Content | None = response.candidates[0].content if response.candidates else None
    if turn and turn.parts:
        turn.parts.append(types.Part(text="a"))
    if schema.any_of is not None:
        schema.any_of.append(schema)
    print(reason and reason.name, kind and kind.value, category, inner)


class Noted(types.Content):
    note: str = ""


def subclasses() -> None:
    content = Noted(role="user", parts=[types.Part(text="a")], note="n")
    client.models.generate_content(model="m", contents=content)
    client.models.generate_content(model="m", contents=[content])


def wrapper(contents: types.ContentListUnion, more: types.ContentListUnionDict, history: Iterable[str]) -> None:
    client.models.generate_content(model="m", contents=contents)
    client.models.generate_content(model="m", contents=more)
    client.models.generate_content(model="m", contents=list(history))
"""
"""Values in every form that is accepted, in variables, whose types are not inferred from the parameter."""

_INTERACTIONS = """
# pyright: strict
import pathlib
from typing import Any, Literal

import pydantic

from google import genai
from google.genai import errors, interactions

client = genai.Client(api_key="k")


class Recipe(pydantic.BaseModel):
    title: str


def add(a: int, b: int) -> int:
    return a + b


def creating() -> None:
    first: interactions.Interaction = client.interactions.create(model="m", input="a")
    second: interactions.Interaction = client.interactions.create(
        model="m",
        input=[{"type": "text", "text": "a"}, {"type": "image", "data": pathlib.Path("a.png")}],
        previous_interaction_id=first.id,
        generation_config={"temperature": 0.5, "thinking_level": "low"},
        tools=[add, {"type": "google_search"}, interactions.Function(name="f")],
        response_format=Recipe,
        store=False,
        stream=False,
        timeout=5,
        extra_body={"new": 1},
    )
    text: str | None = second.text
    picture: interactions.ImageContent | None = second.output_image
    calls: list[interactions.FunctionCallStep] = second.function_calls
    for step in second.steps or []:
        if step.type == "model_output":
            for content in step.content or []:
                if content.type == "text":
                    words: str = content.text
                    print(words)
        elif step.type == "thought":
            print(step.summary, step.signature)
    total: int | None = second.usage.total_tokens if second.usage else None
    print(text, picture, [call.arguments for call in calls], total, second.parsed, second.model_dump())


def inputs(photo: bytes, steps: list[interactions.Step], dicts: list[interactions.StepParam]) -> None:
    client.interactions.create(model="m", input=interactions.TextContent(text="a"))
    client.interactions.create(model="m", input={"type": "text", "text": "a"})
    client.interactions.create(model="m", input=[interactions.ImageContent(data=photo, mime_type="image/png")])
    client.interactions.create(model="m", input=steps)
    client.interactions.create(model="m", input=dicts)
    client.interactions.create(model="m", input=[interactions.UserInputStep(content=[{"type": "text", "text": "a"}])])
    client.interactions.create(
        model="m", input=[{"type": "function_result", "call_id": "c", "name": "f", "result": {"a": 1}}]
    )
    client.interactions.create(request={"model": "m", "input": "a"})
    client.interactions.create(request=interactions.CreateModelInteraction(model="m", input="a"))
    client.interactions.create(agent="g", input="a", agent_config={"type": "deep-research"}, background=True)
    client.interactions.create(agent="g", input="a", agent_config=interactions.DynamicAgentConfig())


def streams() -> None:
    with client.interactions.create(model="m", input="a", stream=True) as stream:
        for event in stream:
            print(event.event_type)
    kept: interactions.InteractionStream = stream
    whole: interactions.Interaction | None = kept.interaction
    again: interactions.InteractionStream = client.interactions.get("a", stream=True, last_event_id="e")
    print(whole, again)
    of_agent: interactions.InteractionStream = client.interactions.create(agent="g", input="a", stream=True)
    of_agent.close()


def stored(wants_events: bool) -> None:
    found: interactions.Interaction = client.interactions.get("a", include_input=True)
    found = client.interactions.get(found)
    found = client.interactions.get(found, stream=False)
    either: interactions.Interaction | interactions.InteractionStream = client.interactions.get("a", stream=wants_events)
    found = client.interactions.cancel(found.id or "", timeout=5)
    found = client.interactions.wait(found, timeout_s=5)
    client.interactions.delete(found)
    either = client.interactions.create(model="m", input="a", stream=wants_events)
    print(either, client.interactions.fork(found, input="b"))


def failures() -> None:
    try:
        creating()
    except interactions.NotFoundError as error:
        code: int = error.status_code
        body: Any = error.body
        print(code, body)
    except errors.APIError:
        raise


async def asynchronous() -> None:
    async with genai.Client(api_key="k").aio as aio:
        answer: interactions.Interaction = await aio.interactions.create(model="m", input="a", tools=[add])
        stream: interactions.AsyncInteractionStream = await aio.interactions.create(model="m", input="a", stream=True)
        async for event in stream:
            print(event.event_type)
        found: interactions.Interaction = await aio.interactions.get(answer.id or "")
        again: interactions.AsyncInteractionStream = await aio.interactions.get(found, stream=True)
        await again.close()
        await aio.interactions.delete(await aio.interactions.wait(found))


def types() -> None:
    status: interactions.InteractionStatus = "completed"
    made = interactions.Interaction(status=status, steps=[{"type": "thought"}], usage={"total_tokens": 5})
    configuration: interactions.GenerationConfigParam = {"seed": 5}
    settings = interactions.CreateModelInteraction(model="m", input="a", generation_config=configuration)
    kind: Literal["text"] = interactions.TextContent(text="a").type
    print(made, settings, kind)
"""
"""Programs that use interactions."""

_WRONG = """
from google import genai
from google.genai import interactions, types

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
client.live.connect("m")  # wrong: positional
client.live.connect(model="m", config={"modalities": ["TEXT"]})  # wrong: key
client.aio.live.connect(model="m", config={"automatic_resumption": {"tries": 3}})  # wrong: key
with client.live.connect(model="m") as session:
    session.send_realtime_input("a")  # wrong: positional
    session.send_realtime_input(sound=b"")  # wrong: name
    session.send_client_content(turns=5)  # wrong: type
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
client.batches.create_embeddings(model="m", src=[{"content": "a"}])  # wrong: key
client.batches.create_embeddings(model="m", src={"contents": "a"})  # wrong: one object
client.caches.create(model="m", config={"contents": 5})  # wrong: type
sent: str = client.aio.models.generate_content(model="m", contents="a")  # wrong: not awaited
numbers: list[int] = [1]
client.models.generate_content(model="m", contents=numbers)  # wrong: items
client.models.generate_content(model="m", contents={"role": "user", "part": []})  # wrong: key
client.models.generate_content(model="m", contents=[{"role": "user", "parts": [{"txt": "a"}]}])  # wrong: key
client.chats.create(model="m", history=["a"])  # wrong: items
client.chats.create(model="m", history=types.UserContent("a"))  # wrong: one object
client.batches.create(model="m", src=[{"contents": "a", "config": {"temprature": 1}}])  # wrong: key
types.SafetySetting(category=5)  # wrong: type
types.Schema(type=types.HarmCategory)  # wrong: class
types.Schema(type="OBJECT", properties=[types.Schema()])  # wrong: type
types.GenerateContentConfig(stop_sequences="END")  # wrong: one string
types.GenerateContentConfig(response_modalities="TEXT")  # wrong: one string
types.GenerateContentConfig(safety_settings=types.SafetySetting())  # wrong: one object
types.GenerateContentConfig(safety_settings=[{"categori": "HARM_CATEGORY_HARASSMENT"}])  # wrong: key
types.FunctionCallingConfig(mode="ANY", allowed_function_names="add")  # wrong: one string
types.FunctionDeclaration(description="d", nam="n")  # wrong: name
types.Content(parts=types.Part(text="a"))  # wrong: one object
types.Content(parts=["a"])  # wrong: items
name: str = types.Schema(type="OBJECT").type  # wrong: the enum or None
client.interactions.create("m", "a")  # wrong: positional
length2: int = client.interactions.create(model="m", input="a").text  # wrong: optional str
client.interactions.create(model="m", inputs="a")  # wrong: name
client.interactions.create(model="m", input=5)  # wrong: type
client.interactions.create(model="m", input=["a"])  # wrong: items
client.interactions.create(model="m", input=[{"type": "text", "txt": "a"}])  # wrong: key
client.interactions.create(model="m", input="a", generation_config={"temprature": 1})  # wrong: key
client.interactions.create(model="m", input="a", agent_config={"type": "dynamic"})  # wrong: with model
client.interactions.create(model="m", input="a", stream="yes")  # wrong: type
client.interactions.create(model="m", input="a", timeout=5, retries=3)  # wrong: name
client.interactions.create(input="a")  # wrong: missing
client.interactions.create(request={}, input="a")  # wrong: both
client.interactions.get("a", last_event=5)  # wrong: name
client.interactions.get()  # wrong: missing
client.interactions.get(5)  # wrong: type
client.interactions.delete(id=["a"])  # wrong: type
client.interactions.wait("a", timeout="5")  # wrong: name
events: str = client.interactions.get("a", stream=True)  # wrong: a stream
interactions.TextContent("a")  # wrong: positional
interactions.TextContent()  # wrong: missing
interactions.TextContent(text=5)  # wrong: type
interactions.TextContent(txt="a")  # wrong: name
interactions.GenerationConfig(temperature="hot")  # wrong: type
interactions.FunctionCallStep(id="c", name="f")  # wrong: missing
interactions.NoSuchType  # wrong: name
late: str = client.aio.interactions.get("a")  # wrong: not awaited
types.Schema(type="OBJECT").properties["a"]  # wrong: may be None
"""


def _complaints(checker: str, tmp_path: Path, program: str) -> list[tuple[int, str]]:
    """Return line and text of each error that a checker reports for a program."""
    file = tmp_path / "program.py"
    file.write_text(program)
    return _pyright(file) if checker == "pyright" else _mypy(file)


def _pyright(file: Path) -> list[tuple[int, str]]:
    settings = {"reportUnusedExpression": False, "pythonVersion": "3.10"}
    (file.parent / "pyrightconfig.json").write_text(json.dumps(settings))
    done = _run("pyright", "--outputjson", "--pythonpath", sys.executable, "-p", str(file.parent), folder=file.parent)
    report: dict[str, Any] = json.loads(done)
    assert report["summary"]["filesAnalyzed"] == 1, done
    return [(line["range"]["start"]["line"], line["message"]) for line in report["generalDiagnostics"]]


def _mypy(file: Path) -> list[tuple[int, str]]:
    cache = file.parent / ".mypy_cache"
    done = _run("mypy", "--strict", "--cache-dir", str(cache), "--output", "json", file.name, folder=file.parent)
    found = [json.loads(line) for line in done.splitlines() if line.startswith("{")]
    return [(line["line"] - 1, line["message"]) for line in found if line["severity"] == "error"]


def _run(checker: str, *options: str, folder: Path) -> str:
    command = [sys.executable, "-m", checker, *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, timeout=300)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return done.stdout


_CHECKERS = [
    pytest.param(
        name, marks=pytest.mark.skipif(importlib.util.find_spec(name) is None, reason=f"{name} is not installed")
    )
    for name in ("pyright", "mypy")
]


_PROGRAMS = [
    pytest.param(_RIGHT, id="programs"),
    pytest.param(_FORMS, id="forms"),
    pytest.param(_INTERACTIONS, id="interactions"),
]


@pytest.mark.parametrize("checker", _CHECKERS)
@pytest.mark.parametrize("program", _PROGRAMS)
def test_right_programs_pass_the_strict_check(checker: str, program: str, tmp_path: Path) -> None:
    assert _complaints(checker, tmp_path, program) == []


@pytest.mark.parametrize("checker", _CHECKERS)
def test_each_wrong_line_is_found_and_no_other(checker: str, tmp_path: Path) -> None:
    wrong = {number for number, line in enumerate(_WRONG.splitlines()) if "# wrong:" in line}
    found = {number for number, _ in _complaints(checker, tmp_path, _WRONG)}
    lines = _WRONG.splitlines()
    assert [lines[number] for number in sorted(wrong - found)] == [], "expected errors that were not reported"
    assert [lines[number] for number in sorted(found - wrong)] == [], "unexpected errors"
    assert len(wrong) > 50
