"""What MLflow's autologging sees of the SDK: answers, chats with functions, tokens, embeddings, blocking and awaited.
Prints the answers and the spans of each as JSON."""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
from typing import Any

import mlflow

from google import genai
from google.genai import types

MODEL = "gemini-2.5-flash"


def get_weather(city: str) -> str:
    """Tell the weather in a city."""
    return f"sunny in {city}"


def _seen(answer: Any) -> list[Any]:
    """Return an answer with the names of the spans of the last trace."""
    trace = mlflow.get_trace(mlflow.get_last_active_trace_id() or "", flush=True)
    return [answer, [span.name for span in trace.data.spans] if trace else None]


async def _awaited(client: genai.Client, config: types.GenerateContentConfig) -> dict[str, Any]:
    answer = await client.aio.models.generate_content(model=MODEL, contents="Hello")
    found = {"answer awaited": _seen(answer.text)}
    chat = client.aio.chats.create(model=MODEL, config=config)
    reply = await chat.send_message("The weather in Boston?")
    return found | {"chat awaited": _seen(reply.text)}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        mlflow.set_tracking_uri(f"sqlite:///{folder}/traces.db")
        mlflow.gemini.autolog()
        client = genai.Client(api_key="key", http_options={"base_url": os.environ["GOOGLE_GEMINI_BASE_URL"]})
        models, config = client.models, types.GenerateContentConfig(tools=[get_weather])
        chat = client.chats.create(model=MODEL, config=config)
        found: dict[str, Any] = {
            "answer": _seen(models.generate_content(model=MODEL, contents="Hello").text),
            "calling": _seen(
                models.generate_content(model=MODEL, contents="The weather in Boston?", config=config).text
            ),
            "chat": _seen(chat.send_message("The weather in Boston?").text),
            "tokens": _seen(models.count_tokens(model=MODEL, contents="Hello there").total_tokens),
            "vectors": _seen(len(models.embed_content(model="gemini-embedding-001", contents="a").embeddings or [])),
            **asyncio.run(_awaited(client, config)),
        }
        print(json.dumps(found))


if __name__ == "__main__":
    main()
