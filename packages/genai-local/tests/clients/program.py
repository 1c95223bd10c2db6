"""The steps of the official Python client, in an environment of its own: `program.py URL SURFACE`.

It prints one JSON object: what each step brought, as plain data. It imports nothing of this repository.
"""

import asyncio
import json
import sys
from typing import Any

from google.oauth2.credentials import Credentials
from pydantic import BaseModel

from google import genai
from google.genai import errors, types

MODEL = "gemini-2.5-flash"


class Recipe(BaseModel):
    name: str
    minutes: int


def client_of(url: str, surface: str) -> genai.Client:
    options = types.HttpOptions(base_url=url)
    if surface == "gemini":
        return genai.Client(vertexai=False, api_key="key", http_options=options)
    if surface == "express":
        return genai.Client(vertexai=True, api_key="key", http_options=options)
    return genai.Client(
        vertexai=True,
        project="a-project",
        location="us-central1",
        credentials=Credentials(token="token"),
        http_options=options,
    )


def seen(error: errors.APIError) -> dict[str, Any]:
    return {"class": type(error).__name__, "code": error.code, "status": error.status, "message": error.message}


def refusal(client: genai.Client, model: str) -> dict[str, Any] | None:
    try:
        client.models.generate_content(model=model, contents="Hello.")
    except errors.APIError as error:
        return seen(error)
    return None


def interrupted(client: genai.Client) -> dict[str, Any]:
    texts: list[str | None] = []
    try:
        for chunk in client.models.generate_content_stream(model="gemini-interrupted", contents="A story."):
            texts.append(chunk.text)  # noqa: PERF401 - what came before the error is kept
    except errors.APIError as error:
        return {"texts": texts, **seen(error)}
    return {"texts": texts}


def get_weather(city: str) -> str:
    """Return the weather in a city."""
    return f"20 degrees in {city}"


def blocking_steps(client: genai.Client) -> dict[str, Any]:
    answer = client.models.generate_content(model=MODEL, contents="How is the weather?")
    assert answer.usage_metadata
    assert answer.candidates
    chunks = list(client.models.generate_content_stream(model=MODEL, contents="A story."))
    schema = types.GenerateContentConfig(response_mime_type="application/json", response_schema=Recipe)
    recipe = client.models.generate_content(model=MODEL, contents="A dish.", config=schema).parsed
    called = client.models.generate_content(
        model=MODEL, contents="Call the tool.", config=types.GenerateContentConfig(tools=[get_weather])
    )
    chat = client.chats.create(model=MODEL)
    replies = [chat.send_message("First turn.").text, chat.send_message("Second turn.").text]
    short = types.EmbedContentConfig(output_dimensionality=8)
    embedded = client.models.embed_content(model="text-embedding-004", contents=["a cat", "a dog"], config=short)
    assert embedded.embeddings
    return {
        "answer": answer.text,
        "finish_reason": answer.candidates[0].finish_reason,
        "tokens_in_all": answer.usage_metadata.total_token_count,
        "chunks": [chunk.text for chunk in chunks],
        "last_chunk_has_usage": chunks[-1].usage_metadata is not None,
        "recipe": recipe.model_dump() if isinstance(recipe, Recipe) else None,
        "answer_after_tool": called.text,
        "chat": replies,
        "turns": len(chat.get_history()),
        "embeddings": [embedding.values for embedding in embedded.embeddings],
        "tokens": client.models.count_tokens(model=MODEL, contents="one two three").total_tokens,
        "models": [model.name for model in client.models.list(config={"page_size": 2})],
        "model": client.models.get(model=MODEL).name,
        "missing": refusal(client, "no-such-model"),
        "busy": refusal(client, "gemini-busy"),
        "exhausted": refusal(client, "gemini-exhausted"),
        "interrupted": interrupted(client),
    }


async def async_steps(client: genai.Client) -> dict[str, Any]:
    answer = await client.aio.models.generate_content(model=MODEL, contents="How is the weather?")
    stream = await client.aio.models.generate_content_stream(model=MODEL, contents="A story.")
    chunks = [chunk.text async for chunk in stream]
    counted = await client.aio.models.count_tokens(model=MODEL, contents="one two three")
    try:
        await client.aio.models.generate_content(model="gemini-busy", contents="Hello.")
    except errors.APIError as error:
        busy = seen(error)
    else:
        busy = None
    return {
        "async_answer": answer.text,
        "async_chunks": chunks,
        "async_tokens": counted.total_tokens,
        "async_busy": busy,
    }


def main() -> None:
    url, surface = sys.argv[1:]
    report = blocking_steps(client_of(url, surface))
    report |= asyncio.run(async_steps(client_of(url, surface)))
    print(json.dumps(report))


main()
