"""What Haystack's integration of the SDK does: answers, streams, tools, embeddings. Prints what it got as JSON."""

from __future__ import annotations

import asyncio
import json
import os
from typing import Any

os.environ["GOOGLE_API_KEY"] = "key"

from haystack.dataclasses import ChatMessage, StreamingChunk
from haystack.tools import create_tool_from_function
from haystack_integrations.components.embedders.google_genai import GoogleGenAITextEmbedder
from haystack_integrations.components.generators.google_genai import GoogleGenAIChatGenerator

MODEL = "gemini-2.5-flash"


def get_weather(city: str) -> str:
    """Tell the weather in a city."""
    return f"sunny in {city}"


async def main() -> None:
    hello, weather = ChatMessage.from_user("Hello"), ChatMessage.from_user("The weather in Boston?")
    pieces: list[str] = []

    def keep(chunk: StreamingChunk) -> None:
        pieces.append(chunk.content)

    generator = GoogleGenAIChatGenerator(model=MODEL)
    tool = create_tool_from_function(get_weather)
    calling = GoogleGenAIChatGenerator(model=MODEL, tools=[tool])
    asked: ChatMessage = calling.run([weather])["replies"][0]
    (call,) = asked.tool_calls
    result = ChatMessage.from_tool(tool.invoke(**call.arguments), origin=call)
    found: dict[str, Any] = {
        "answer": generator.run([hello])["replies"][0].text,
        "answer awaited": (await generator.run_async([hello]))["replies"][0].text,
        "calls": [call.arguments],
        "with results": calling.run([weather, asked, result])["replies"][0].text,
        "vectors": len(GoogleGenAITextEmbedder(model="gemini-embedding-001").run("Hello")["embedding"]) > 0,
    }
    generator.run([hello], streaming_callback=keep)
    print(json.dumps(found | {"stream": [piece for piece in pieces if piece]}))


if __name__ == "__main__":
    asyncio.run(main())
