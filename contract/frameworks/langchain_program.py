"""What LangChain's integration does with the SDK: answers, streams, bound tools and their results, structured output,
tokens, embeddings. Prints what it got as JSON."""

from __future__ import annotations

import asyncio
import json
import os
from typing import Any

import pydantic
from langchain_core.messages import HumanMessage, SystemMessage
from langchain_core.tools import tool
from langchain_google_genai import ChatGoogleGenerativeAI, GoogleGenerativeAIEmbeddings

URL = os.environ["GOOGLE_GEMINI_BASE_URL"]


class Report(pydantic.BaseModel):
    """The weather in a city."""

    city: str
    degrees: int


@tool
def get_weather(city: str) -> str:
    """Tell the weather in a city."""
    return f"sunny in {city}"


async def _awaited(model: Any, bound: Any) -> dict[str, Any]:
    return {
        "answer awaited": (await model.ainvoke("Hello")).content,
        "stream awaited": "".join([piece.content async for piece in model.astream("Hello")]),
        "calls awaited": [call["args"] for call in (await bound.ainvoke("The weather in Boston?")).tool_calls],
    }


def main() -> None:
    model = ChatGoogleGenerativeAI(model="gemini-2.5-flash", api_key="key", base_url=URL)
    bound = model.bind_tools([get_weather])
    question = HumanMessage("The weather in Boston?")
    asked = bound.invoke([question])
    told = [get_weather.invoke(call) for call in asked.tool_calls]
    picture = {"type": "image_url", "image_url": "data:image/png;base64,eA=="}
    pictures = [] if "TEXT_ONLY" in os.environ else [picture]
    embeddings = GoogleGenerativeAIEmbeddings(model="models/gemini-embedding-001", api_key="key", base_url=URL)
    found: dict[str, Any] = {
        "answer": model.invoke("Hello").content,
        "usage": bool(model.invoke("Hello").usage_metadata),
        "stream": [piece.content for piece in model.stream("Hello") if piece.content],
        "system": model.invoke([SystemMessage("Be brief."), HumanMessage("Hello")]).content,
        "picture": model.invoke([HumanMessage([{"type": "text", "text": "Hello"}, *pictures])]).content,
        "calls": [call["args"] for call in asked.tool_calls],
        "calls in a stream": [
            call["args"] for piece in bound.stream("The weather in Boston?") for call in piece.tool_calls
        ],
        "with results": bound.invoke([question, asked, *told]).content,
        "structured by a function": model.with_structured_output(Report, method="function_calling")
        .invoke("The weather?")
        .model_dump(),
        "structured by a schema": model.with_structured_output(Report, method="json_schema")
        .invoke("The report?")
        .model_dump(),
        "tokens": model.get_num_tokens("Hello there"),
        "vectors": len(embeddings.embed_documents(["a", "b"])),
    }
    print(json.dumps(found | asyncio.run(_awaited(model, bound))))


if __name__ == "__main__":
    main()
