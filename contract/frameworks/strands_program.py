"""What Strands Agents does with the SDK: answers, streams, tools, structured output. Prints what it got as JSON."""

from __future__ import annotations

import asyncio
import json
import os
from typing import Any

from strands import Agent, tool
from strands.models.gemini import GeminiModel


@tool
def get_weather(city: str) -> str:
    """Tell the weather in a city.

    Args:
        city: the name of the city.
    """
    return f"sunny in {city}"


def _agent(**options: Any) -> Agent:
    settings: Any = {"api_key": "key", "http_options": {"base_url": os.environ["GOOGLE_GEMINI_BASE_URL"]}}
    return Agent(model=GeminiModel(client_args=settings, model_id="gemini-2.5-flash"), callback_handler=None, **options)


def _text(result: Any) -> str:
    return "".join(block.get("text", "") for block in result.message["content"])


async def main() -> None:
    weather = "The weather in Boston?"
    pieces = [event["data"] async for event in _agent().stream_async("Hello") if "data" in event]
    found = {
        "answer": _text(_agent()("Hello")),
        "answer awaited": _text(await _agent().invoke_async("Hello")),
        "stream": pieces,
        "with results": _text(_agent(tools=[get_weather])(weather)),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    asyncio.run(main())
