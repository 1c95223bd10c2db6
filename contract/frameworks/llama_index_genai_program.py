"""What LlamaIndex's integration of the SDK does: answers, streams, chats, tools, structured output. Prints what it got as JSON."""

from __future__ import annotations

import asyncio
import json
import os
from typing import Any

import pydantic
from llama_index.core.llms import ChatMessage
from llama_index.core.tools import FunctionTool
from llama_index.llms.google_genai import GoogleGenAI

WEATHER = "The weather in Boston?"


class Report(pydantic.BaseModel):
    """The weather in a city."""

    city: str
    degrees: int


def get_weather(city: str) -> str:
    """Tell the weather in a city."""
    return f"sunny in {city}"


async def _awaited(model: GoogleGenAI) -> dict[str, Any]:
    return {
        "answer awaited": (await model.acomplete("Hello")).text,
        "stream awaited": "".join([piece.delta or "" async for piece in await model.astream_complete("Hello")]),
    }


def main() -> None:
    options: Any = {"base_url": os.environ["GOOGLE_GEMINI_BASE_URL"]}
    model = GoogleGenAI(model="gemini-2.5-flash", api_key="key", http_options=options, context_window=100_000)
    tool = FunctionTool.from_defaults(get_weather)
    asked = model.chat_with_tools([tool], user_msg=WEATHER)
    streamed = list(model.stream_complete("Hello"))
    structured = model.as_structured_llm(Report).complete("The report?").raw
    print(
        json.dumps(
            {
                "answer": model.complete("Hello").text,
                "chat": model.chat([ChatMessage(role="user", content="Hello")]).message.content,
                "stream": [piece.delta for piece in streamed if piece.delta],
                "calls": [call.tool_kwargs for call in model.get_tool_calls_from_response(asked)],
                "structured": structured.model_dump(),
                **asyncio.run(_awaited(model)),
            }
        )
    )


if __name__ == "__main__":
    main()
