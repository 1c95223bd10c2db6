"""What OpenTelemetry's instrumentation sees of the SDK: a span for each answer, however it is asked for, and one for each
function that is called for the model. Prints the answers and the spans as JSON."""

from __future__ import annotations

import asyncio
import json
import os
from typing import Any

from opentelemetry.instrumentation.google_genai import GoogleGenAiSdkInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from google import genai
from google.genai import errors, otel, types

MODEL = "gemini-2.5-flash"
SPANS = InMemorySpanExporter()


def get_weather(city: str) -> str:
    """Tell the weather in a city."""
    return f"sunny in {city}"


def _config() -> types.GenerateContentConfig:
    """Return a configuration that is new: the instrumentation puts its own functions into the one that it is given."""
    return types.GenerateContentConfig(tools=[get_weather])


def _seen(answer: Any) -> list[Any]:
    """Return an answer with the names of the spans that it left, and the tokens that the last one counted."""
    spans = SPANS.get_finished_spans()
    SPANS.clear()
    counted = bool(spans and (spans[-1].attributes or {}).get("gen_ai.usage.output_tokens"))
    return [answer, [span.name for span in spans], counted]


async def _awaited(client: genai.Client) -> dict[str, Any]:
    models = client.aio.models
    pieces = [piece.text async for piece in await models.generate_content_stream(model=MODEL, contents="Hello")]
    found = {"stream awaited": _seen("".join(text or "" for text in pieces))}
    reply = await models.generate_content(model=MODEL, contents="The weather in Boston?", config=_config())
    return found | {"calling awaited": _seen(reply.text)}


def _interactions(client: genai.Client) -> dict[str, Any]:
    create, get = client.interactions.create, client.interactions.get
    first = create(model=MODEL, input="Hello")
    found = {"interaction": _seen(first.text), "interaction again": _seen(get(first.id).text)}
    with create(model=MODEL, input="Hello", stream=True) as stream:
        found["interaction in a stream"] = _seen("".join(_texts(list(stream))))
    with get(first.id, stream=True) as stream:
        found["interaction again in a stream"] = _seen("".join(_texts(list(stream))))
    asking = create(model=MODEL, input="The weather in Boston?", tools=[get_weather])
    found["interaction with functions"] = _seen(asking.text)
    try:
        create(model=MODEL, input="Fail")
    except errors.ServerError as error:
        found["interaction with error"] = _seen(error.code)
    return found


async def _interactions_awaited(client: genai.Client) -> dict[str, Any]:
    interactions = client.aio.interactions
    first = await interactions.create(model=MODEL, input="Hello")
    found = {"interaction awaited": _seen(first.text)}
    async with await interactions.create(model=MODEL, input="Hello", stream=True) as stream:
        events = [event async for event in stream]
    return found | {
        "interaction in an awaited stream": _seen("".join(_texts(events))),
        "interaction again awaited": _seen((await interactions.get(first.id)).text),
    }


def _texts(events: list[Any]) -> list[str]:
    return [event.delta.text for event in events if event.event_type == "step.delta" and event.delta.type == "text"]


def main() -> None:
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(SPANS))
    instrumentor = GoogleGenAiSdkInstrumentor()
    instrumentor.instrument(tracer_provider=provider)
    options = {"base_url": os.environ["GOOGLE_GEMINI_BASE_URL"], "retry_options": {"attempts": 1}}
    client = genai.Client(api_key="key", http_options=options)
    own = otel.instrument(client, tracer_provider=provider)  # adds no span where the instrumentation makes one
    models = client.models
    ask: dict[str, Any] = {"model": MODEL, "contents": "The weather in Boston?"}
    found: dict[str, Any] = {
        "answer": _seen(models.generate_content(model=MODEL, contents="Hello").text),
        "stream": _seen("".join(p.text or "" for p in models.generate_content_stream(model=MODEL, contents="Hello"))),
        "calling": _seen(models.generate_content(**ask, config=_config()).text),
        "calling in a stream": _seen(
            "".join(piece.text or "" for piece in models.generate_content_stream(**ask, config=_config()))
        ),
        "chat": _seen(client.chats.create(model=MODEL, config=_config()).send_message("The weather in Boston?").text),
        **asyncio.run(_awaited(client)),
        **_interactions(client),
        **asyncio.run(_interactions_awaited(client)),
    }
    try:
        models.generate_content(model=MODEL, contents="Fail")
    except errors.ServerError as error:
        found["error"] = _seen(error.code)
    instrumentor.uninstrument()
    found["own afterwards"] = _seen(models.generate_content(model=MODEL, contents="Hello").text)
    own.remove()
    found["afterwards"] = _seen(models.generate_content(model=MODEL, contents="Hello").text)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
