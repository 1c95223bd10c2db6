"""What Agno does with `client.interactions`: answers, streams, tools. Prints what it got as JSON."""

from __future__ import annotations

import asyncio
import json
import os
from typing import Any

os.environ["GOOGLE_API_KEY"] = "key"

from agno.agent import Agent
from agno.models.google.gemini_interactions import GeminiInteractions


def get_weather(city: str) -> str:
    """Tell the weather in a city."""
    return f"sunny in {city}"


def _agent(**options: Any) -> Agent:
    return Agent(model=GeminiInteractions(id="gemini-2.5-flash"), telemetry=False, **options)


async def main() -> None:
    weather = "The weather in Boston?"
    calling = _agent(tools=[get_weather])
    pieces = [piece.content for piece in _agent().run("Hello", stream=True) if piece.content]
    print(
        json.dumps(
            {
                "answer": _agent().run("Hello").content,
                "answer awaited": (await _agent().arun("Hello")).content,
                "stream": pieces,
                "with results": calling.run(weather).content,
                "with results awaited": (await calling.arun(weather)).content,
                "with results in a stream": "".join(
                    piece.content for piece in _agent(tools=[get_weather]).run(weather, stream=True) if piece.content
                ),
            }
        )
    )


asyncio.run(main())
