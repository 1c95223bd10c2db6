"""Interactions of the official Python client, in an environment of its own: `interactions_program.py URL SURFACE`.

It prints one JSON object: what each step brought, as plain data. It imports nothing of this repository.
"""

import asyncio
import json
import sys
import time
from typing import Any

from google.oauth2.credentials import Credentials

from google import genai
from google.genai import types

MODEL = "gemini-2.5-flash"
WEATHER = {
    "type": "function",
    "name": "get_weather",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
}
WAIT_S = 30.0


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


def plain(value: Any) -> Any:
    return value.model_dump(mode="json", exclude_none=True)


def without_additions(interaction: Any) -> dict[str, Any]:
    """Return an interaction without what the client adds to the reply of a creation."""
    found = plain(interaction)
    found.pop("continuation_ids", None)
    found["usage"].pop("initial_input_tokens", None)
    return found


def error_of(call: Any) -> dict[str, Any]:
    try:
        call()
    except Exception as error:
        return {"class": type(error).__name__, "text": str(error), "status": getattr(error, "status_code", None)}
    return {}


def until_ended(client: genai.Client, identity: str) -> Any:
    end = time.monotonic() + WAIT_S
    while time.monotonic() < end:
        found = client.interactions.get(identity)
        if found.status != "in_progress":
            return found
        time.sleep(0.02)
    raise TimeoutError(identity)


def functions(client: genai.Client) -> dict[str, Any]:
    first = client.interactions.create(model=MODEL, input="Call the tool", tools=[WEATHER])
    call = next(step for step in first.steps if step.type == "function_call")
    result = {"type": "function_result", "call_id": call.id, "name": call.name, "result": "20 degrees"}
    second = client.interactions.create(model=MODEL, input=[result], previous_interaction_id=first.id, tools=[WEATHER])
    return {
        "status": first.status,
        "name": call.name,
        "arguments": call.arguments,
        "second_status": second.status,
        "text": second.output_text,
    }


def streams(client: genai.Client) -> dict[str, Any]:
    events = [plain(event) for event in client.interactions.create(model=MODEL, input="story", stream=True)]
    identity = events[0]["interaction"]["id"]
    middle = events[len(events) // 2]["event_id"]
    rest = [plain(event) for event in client.interactions.get(identity, stream=True, last_event_id=middle)]
    every = [plain(event) for event in client.interactions.get(identity, stream=True)]
    return {
        "kinds": [event["event_type"] for event in events],
        "text": "".join(event["delta"]["text"] for event in events if event["event_type"] == "step.delta"),
        "is_resumed": rest == events[len(events) // 2 + 1 :],
        "is_replayed": every == events,
        "kept": client.interactions.get(identity).output_text,
    }


def background(client: genai.Client) -> dict[str, Any]:
    begun = client.interactions.create(model=MODEL, input="story", background=True)
    done = until_ended(client, begun.id)
    running = client.interactions.create(model=MODEL, input="endless", background=True)
    cancelled = client.interactions.cancel(running.id)
    client.interactions.delete(running.id)
    return {
        "begun": begun.status,
        "done": done.status,
        "text": done.output_text,
        "cancelled": cancelled.status,
        "deleted": error_of(lambda: client.interactions.get(running.id)),
    }


async def asynchronous(client: genai.Client) -> dict[str, Any]:
    interactions = client.aio.interactions
    first = await interactions.create(model=MODEL, input="How is the weather?")
    stream = await interactions.create(model=MODEL, input="story", stream=True, previous_interaction_id=first.id)
    kinds = [event.event_type async for event in stream]
    kept = await interactions.get(first.id, include_input=True)
    await interactions.delete(first.id)
    return {"text": first.output_text, "kinds": kinds, "input": kept.input}


def report(url: str, surface: str) -> dict[str, Any]:
    client = client_of(url, surface)
    first = client.interactions.create(
        model=MODEL,
        input="How is the weather?",
        system_instruction="Be brief.",
        generation_config={"temperature": 0.5, "max_output_tokens": 100, "thinking_level": "low"},
        labels={"team": "a"},
    )
    second = client.interactions.create(model=MODEL, input="Again.", previous_interaction_id=first.id)
    thought = client.interactions.create(model=MODEL, input="think", store=False)
    formatted = client.interactions.create(
        model=MODEL,
        input="format",
        response_format={"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]},
    )
    return {
        "first": plain(first),
        "text": first.output_text,
        "second": second.output_text,
        "previous": second.previous_interaction_id,
        "get": without_additions(client.interactions.get(first.id)) == without_additions(first),
        "thought": [step.type for step in thought.steps],
        "unstored": error_of(lambda: client.interactions.get(thought.id)),
        "formatted": json.loads(formatted.output_text),
        "functions": functions(client),
        "streams": streams(client),
        "background": background(client),
        "agent": error_of(lambda: client.interactions.create(agent="deep-research-preview-04-2026", input="x")),
        "wrong": error_of(lambda: client.interactions.create(model="no-such-model", input="x")),
        "withheld": [plain(event) for event in client.interactions.create(model=MODEL, input="cut", stream=True)],
        "busy": error_of(lambda: client.interactions.create(model=MODEL, input="busy")),
        "asynchronous": asyncio.run(asynchronous(client)),
    }


if __name__ == "__main__":
    print(json.dumps(report(*sys.argv[1:])))
