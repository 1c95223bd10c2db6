"""What the legacy package `google-generativeai` does with the low-level clients: answers, streams, chats, functions, embeddings,
tokens, models, files, caches, errors. Prints what it got as JSON.

The variable TRANSPORT chooses the transport: "rest" over HTTP; "grpc" for blocking methods, with "grpc_asyncio" for awaited
ones; empty for the defaults of both.
"""

from __future__ import annotations

import asyncio
import datetime
import io
import json
import os
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

warnings.filterwarnings("ignore", category=FutureWarning)  # the package says that it has no support any more

import generativeai_models  # noqa: E402, F401
import google.generativeai as genai  # noqa: E402
import PIL.Image  # noqa: E402
import requests  # noqa: E402
import typing_extensions  # noqa: E402
from google.api_core import exceptions, operation  # noqa: E402
from google.generativeai import caching, client, protos  # noqa: E402

from google.ai import generativelanguage, generativelanguage_v1beta  # noqa: E402

URL = os.environ["GOOGLE_GEMINI_BASE_URL"]
TARGET = os.environ["GRPC_TARGET"]
TRANSPORT = os.environ["TRANSPORT"]
KEY = os.environ["KEY"]
HAS_PICTURES = "TEXT_ONLY" not in os.environ
MODEL = "gemini-2.5-flash"
EMBEDDINGS = "models/gemini-embedding-001"
OFF = {"HARASSMENT": "BLOCK_NONE", "HATE_SPEECH": "BLOCK_ONLY_HIGH"}


class Report(typing_extensions.TypedDict):
    city: str
    degrees: int


def get_weather(city: str) -> str:
    """Tell the weather in a city."""
    return f"sunny in {city}"


def configure(transport: str, metadata: tuple[tuple[str, str], ...] = ()) -> None:
    genai.configure(
        api_key=KEY,
        transport=transport or None,
        client_options={"api_endpoint": URL if transport == "rest" else TARGET},
        default_metadata=metadata,
    )
    # The package looks for the description of the service on Google's own server, whatever the endpoint is.
    client.GENAI_API_DISCOVERY_URL = f"{URL}/$discovery/rest"


def new_model(name: str = MODEL, **settings: Any) -> Any:
    return genai.GenerativeModel(name, **{"generation_config": {"temperature": 0}, **settings})


def text_of(pieces: Any) -> list[str]:
    return [piece.text for piece in pieces if piece.parts]


def answers() -> dict[str, Any]:
    model = new_model()
    strict = new_model(
        system_instruction="Be brief.",
        safety_settings=OFF,
        generation_config={"temperature": 0.5, "max_output_tokens": 200, "stop_sequences": ["END"], "top_k": 5},
    )
    schema = {"response_mime_type": "application/json", "response_schema": Report}
    picture = PIL.Image.new("RGB", (2, 2), "red")
    answer = model.generate_content("Hello")
    stream = model.generate_content("Hello", stream=True)
    pieces = text_of(stream)
    calling = new_model(tools=[get_weather]).generate_content("The weather in Boston?")
    call = calling.candidates[0].content.parts[0].function_call
    return {
        "answer": answer.text,
        "finish": answer.candidates[0].finish_reason.name,
        "usage": answer.usage_metadata.total_token_count
        == sum(getattr(answer.usage_metadata, f"{kind}_token_count") for kind in ("prompt", "candidates")),
        "class of answers": type(answer._result) is generativelanguage.GenerateContentResponse,
        "dict": answer.to_dict()["candidates"][0]["content"]["role"],
        "settings": strict.generate_content("Hello", request_options={"timeout": 30}).text,
        "picture": model.generate_content(["Hello", picture]).text if HAS_PICTURES else answer.text,
        "structured": json.loads(model.generate_content("A report?", generation_config=schema).text),
        "stream": pieces,
        "text of the stream": stream.text == "".join(pieces),
        "first piece": next(iter(model.generate_content("Hello", stream=True))).text,
        "call": [call.name, dict(call.args)],
    }


def chats() -> dict[str, Any]:
    chat = new_model().start_chat(history=[{"role": "user", "parts": ["Hi"]}, {"role": "model", "parts": "Hi"}])
    first = chat.send_message("Hello").text
    second = text_of(chat.send_message("Hello", stream=True))
    undone = len(chat.history)
    chat.rewind()
    calling = new_model(tools=[get_weather]).start_chat(enable_automatic_function_calling=True)
    return {
        "chat": [first, "".join(second)],
        "history": [undone, len(chat.history), [content.role for content in chat.history]],
        "chat with functions": calling.send_message("The weather in Boston?").text,
        "history with functions": [
            type(part).pb(part).WhichOneof("data") for turn in calling.history for part in turn.parts
        ],
    }


async def awaited() -> dict[str, Any]:
    model = new_model()
    chat = model.start_chat()
    stream = await model.generate_content_async("Hello", stream=True)
    calling = new_model(tools=[get_weather]).start_chat(enable_automatic_function_calling=True)
    calls = [model.generate_content_async("Hello") for _ in range(10)]
    try:
        error = str(await new_model("models/none").generate_content_async("Hello"))
    except exceptions.NotFound as caught:
        error = f"{type(caught).__name__} {int(caught.code)}"
    return {
        "answer awaited": (await model.generate_content_async("Hello")).text,
        "stream awaited": [piece.text async for piece in stream if piece.parts],
        "chat awaited": [
            (await chat.send_message_async("Hello")).text,
            "".join([piece.text async for piece in await chat.send_message_async("Hello", stream=True) if piece.parts]),
        ],
        "history awaited": len(chat.history),
        "functions awaited": (await calling.send_message_async("The weather in Boston?")).text,
        "tokens awaited": (await model.count_tokens_async("Hello there")).total_tokens > 0,
        "vectors awaited": len((await genai.embed_content_async(EMBEDDINGS, ["a", "b"]))["embedding"]),
        "many awaited": sorted({one.text for one in await asyncio.gather(*calls)}),
        "error awaited": error,
    }


def embeddings_and_tokens() -> dict[str, Any]:
    one = genai.embed_content(
        EMBEDDINGS, "Hello", task_type="retrieval_document", title="A title", output_dimensionality=16
    )
    several = genai.embed_content(EMBEDDINGS, ["Hello", "there"], task_type="SEMANTIC_SIMILARITY")
    many = genai.embed_content(EMBEDDINGS, (f"Text {number}" for number in range(150)), output_dimensionality=8)
    return {
        "vector": len(one["embedding"]),
        "vectors": [len(several["embedding"]), len({len(vector) for vector in several["embedding"]})],
        "vectors in batches": [len(many["embedding"]), len(many["embedding"][149])],
        "tokens": new_model().count_tokens(["Hello", "there"]).total_tokens > 0,
    }


def models() -> dict[str, Any]:
    listed = list(genai.list_models(page_size=2))
    model = genai.get_model(f"models/{MODEL}")
    return {
        "models": f"models/{MODEL}" in [one.name for one in listed] and len(listed) > 2,
        "model": [model.name, "generateContent" in model.supported_generation_methods, model.input_token_limit > 0],
    }


def files() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "notes.txt"
        path.write_text("Some notes. " * 100_000)
        by_path = genai.upload_file(path, display_name="Notes")
    names = ["files/in-one-request", by_path.name]
    stream = io.BytesIO(b"Notes in memory.")
    in_memory = genai.upload_file(stream, mime_type="text/plain", name="in-one-request", resumable=False)
    deadline = time.monotonic() + 20
    while genai.get_file(by_path.name).state.name == "PROCESSING" and time.monotonic() < deadline:
        time.sleep(0.05)
    answer = new_model().generate_content(["Hello", in_memory])
    listed = {file.name for file in genai.list_files(page_size=1)}
    found = {
        "file": [by_path.display_name, by_path.mime_type, by_path.size_bytes, by_path.state.name],
        "hash": len(by_path.sha256_hash) > 0,
        "file in memory": [in_memory.name, in_memory.size_bytes, genai.get_file("in-one-request").uri == in_memory.uri],
        "files": listed.issuperset(names),
        "answer about a file": answer.text,
    }
    for name in names:
        genai.delete_file(name)
    try:
        genai.get_file(by_path.name)
    except exceptions.Forbidden as error:
        found["deleted"] = int(error.code)
    return found


def caches() -> dict[str, Any]:
    made = caching.CachedContent.create(
        model=f"models/{MODEL}",
        display_name="A story",
        system_instruction="Be brief.",
        contents=["Once upon a time. " * 100],
        ttl=datetime.timedelta(minutes=5),
    )
    before = made.expire_time
    made.update(ttl=datetime.timedelta(hours=2))
    again = caching.CachedContent.get(made.name)
    answer = genai.GenerativeModel.from_cached_content(made).generate_content("Hello")
    found = {
        "cache": [made.display_name, made.model, made.usage_metadata.total_token_count > 200],
        "caches": made.name in [one.name for one in caching.CachedContent.list(page_size=1)],
        "longer": again.expire_time - before > datetime.timedelta(hours=1),
        "answer with a cache": [answer.text, answer.usage_metadata.cached_content_token_count > 200],
    }
    made.delete()
    try:
        caching.CachedContent.get(made.name)
    except exceptions.Forbidden as error:
        found["deleted cache"] = int(error.code)
    return found


def tuning() -> dict[str, Any]:
    data = [{"text_input": str(number), "output": str(number + 1)} for number in range(10)]
    started = genai.create_tuned_model(
        source_model="models/gemini-1.5-flash-001-tuning",
        training_data=data,
        id="counting",
        epoch_count=1,
        batch_size=2,
    )
    tuned = started.result(timeout=30)
    genai.update_tuned_model("tunedModels/counting", {"description": "It counts."})
    found = {
        "operation": isinstance(started, operation.Operation),
        "tuned": [tuned.name, tuned.state.name, genai.get_tuned_model(tuned.name).description],
        "tuned models": tuned.name in [one.name for one in genai.list_tuned_models(page_size=1)],
        "answer of a tuned model": new_model(tuned.name).generate_content("Hello").text,
    }
    genai.delete_tuned_model(tuned.name)
    return found


def errors() -> dict[str, Any]:
    model = new_model()
    calls = {
        "unknown model": lambda: new_model("models/none").generate_content("Hello"),
        "unknown model in a stream": lambda: list(new_model("models/none").generate_content("Hello", stream=True)),
        "wrong value": lambda: model.generate_content("Hello", generation_config={"temperature": 7.0}),
        "too much": lambda: new_model("gemini-2.5-pro").generate_content("Hello"),
        "fault": lambda: model.generate_content("Fail"),
    }
    broken = new_model("gemini-2.0-flash").generate_content("Hello", stream=True)
    once_busy = new_model("gemini-2.5-flash-lite")
    found: dict[str, Any] = {"after a failure": once_busy.generate_content("Hello").text}
    texts: list[str] = []
    for name, call in calls.items():
        try:
            found[name] = str(call())
        except exceptions.GoogleAPICallError as error:
            found[name] = [type(error).__name__, int(error.code), *(type(detail).__name__ for detail in error.details)]
            texts += [str(error), repr(error), repr(error.__cause__)]
    blocked = model.generate_content("Blocked")
    try:
        found["blocked"] = blocked.text
    except ValueError:
        found["blocked"] = blocked.prompt_feedback.block_reason.name
    try:
        found["broken"] = text_of(broken)
    except (exceptions.ServiceUnavailable, requests.RequestException):  # the latter from the HTTP library
        found["broken"] = True
    return {**found, "keys in errors": sum(KEY in text for text in texts)}


def messages() -> dict[str, Any]:
    part = protos.Part(inline_data=protos.Blob(mime_type="image/png", data=b"x"))
    made = protos.Content(role="user", parts=[{"text": "Hello"}, part])
    return {
        "same classes": all(
            getattr(protos, name)
            is getattr(generativelanguage, name)
            is getattr(generativelanguage_v1beta, name)
            is getattr(generativelanguage_v1beta.types, name)
            for name in protos.__all__
        ),
        "message": type(made).to_dict(made)["parts"][1]["inline_data"],
        "answer to a message": new_model().generate_content(protos.Content(parts=[{"text": "Hello"}])).text,
    }


def metadata() -> dict[str, Any]:
    configure(TRANSPORT, (("x-caller", "metadata"),))
    answer = new_model().generate_content("Hello").text
    configure(TRANSPORT)
    return {"answer with metadata": answer}


SECTIONS = (answers, chats, embeddings_and_tokens, models, files, caches, tuning, errors, messages, metadata)


def main() -> None:
    chosen = sys.argv[1:]
    configure(TRANSPORT)
    found: dict[str, Any] = {}
    for section in SECTIONS:
        if not chosen or section.__name__ in chosen:
            found |= section()
    if TRANSPORT != "rest" and (not chosen or "awaited" in chosen):
        configure(TRANSPORT and "grpc_asyncio")
        found |= asyncio.run(awaited())
    print(json.dumps(found))


if __name__ == "__main__":
    main()
