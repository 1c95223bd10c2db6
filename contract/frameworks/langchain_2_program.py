"""What the release of LangChain's integration before `google-genai` does with the low-level clients: answers, streams, bound
tools and their results, structured output, tokens, embeddings, errors. Prints what it got as JSON.

The variable TRANSPORT chooses the transport: "rest" over HTTP, for blocking methods; otherwise gRPC, for all.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import Any

import pydantic
from langchain_core.messages import HumanMessage, SystemMessage
from langchain_core.tools import tool
from langchain_google_genai import (
    ChatGoogleGenerativeAI,
    GoogleGenerativeAI,
    GoogleGenerativeAIEmbeddings,
    HarmBlockThreshold,
    HarmCategory,
)
from langchain_google_genai._common import GoogleGenerativeAIError
from langchain_google_genai.chat_models import ChatGoogleGenerativeAIError

URL = os.environ["GOOGLE_GEMINI_BASE_URL"]
TRANSPORT = os.environ["TRANSPORT"]
MODEL = "gemini-2.5-flash"
SETTINGS: dict[str, Any] = {
    "google_api_key": os.environ["KEY"],
    "transport": TRANSPORT or None,
    "client_options": {"api_endpoint": URL if TRANSPORT == "rest" else os.environ["GRPC_TARGET"]},
}


class Report(pydantic.BaseModel):
    """The weather in a city."""

    city: str
    degrees: int


@tool
def get_weather(city: str) -> str:
    """Tell the weather in a city."""
    return f"sunny in {city}"


def chat(**settings: Any) -> Any:
    return ChatGoogleGenerativeAI(**{"model": MODEL, "temperature": 0, **SETTINGS, **settings})


def blocking() -> dict[str, Any]:
    model = chat()
    strict = chat(
        temperature=0.5,
        max_output_tokens=200,
        top_k=5,
        thinking_budget=0,
        safety_settings={HarmCategory.HARM_CATEGORY_HARASSMENT: HarmBlockThreshold.BLOCK_NONE},
    )
    bound = model.bind_tools([get_weather])
    question = HumanMessage("The weather in Boston?")
    asked = bound.invoke([question])
    results = [get_weather.invoke(call) for call in asked.tool_calls]
    picture = {"type": "image_url", "image_url": "data:image/png;base64,eA=="}
    pictures = [] if "TEXT_ONLY" in os.environ else [picture]
    answer = model.invoke("Hello")
    streamed = list(model.stream("Hello"))
    return {
        "answer": answer.content,
        "finish": answer.response_metadata["finish_reason"],
        "usage": answer.usage_metadata["total_tokens"] > 1,
        "stream": [piece.content for piece in streamed if piece.content],
        "usage of the stream": sum(piece.usage_metadata["output_tokens"] for piece in streamed if piece.usage_metadata)
        > 1,
        "settings": strict.invoke([SystemMessage("Be brief."), HumanMessage("Hello")]).content,
        "picture": model.invoke([HumanMessage([{"type": "text", "text": "Hello"}, *pictures])]).content,
        "batch": sorted({one.content for one in model.batch(["Hello"] * 5)}),
        "calls": [call["args"] for call in asked.tool_calls],
        "forced call": len(model.bind_tools([get_weather], tool_choice="get_weather").invoke([question]).tool_calls),
        "calls in a stream": [call["args"] for piece in bound.stream([question]) for call in piece.tool_calls],
        "with results": bound.invoke([question, asked, *results]).content,
        "structured by a function": model.with_structured_output(Report).invoke("The weather?").model_dump(),
        "structured by a schema": model.with_structured_output(Report, method="json_mode")
        .invoke("A report?")
        .model_dump(),
        "tokens": model.get_num_tokens("Hello there") > 0,
        "completion": GoogleGenerativeAI(model=MODEL, **SETTINGS).invoke("Hello"),
    }


def vectors() -> dict[str, Any]:
    embeddings = GoogleGenerativeAIEmbeddings(model="models/gemini-embedding-001", **SETTINGS)
    many = embeddings.embed_documents([f"Text {number}" for number in range(120)], output_dimensionality=16)
    return {
        "vector": len(embeddings.embed_query("Hello", output_dimensionality=16)),
        "vectors": [len(many), len(many[119])],
    }


def errors() -> dict[str, Any]:
    found: dict[str, Any] = {"after a failure": chat(model="gemini-2.5-pro").invoke("Hello").content}
    try:
        found["unknown model"] = len(GoogleGenerativeAIEmbeddings(model="models/none", **SETTINGS).embed_query("Hello"))
    except GoogleGenerativeAIError as error:
        found["unknown model"] = "404" in str(error)
    if TRANSPORT != "rest":  # over HTTP, LangChain takes the error for one that may pass, and waits for a minute
        try:
            found["wrong value"] = chat(max_output_tokens=-5).invoke("Hello").content
        except ChatGoogleGenerativeAIError as error:
            found["wrong value"] = "400" in str(error)
    return found


async def awaited() -> dict[str, Any]:
    if TRANSPORT:
        SETTINGS["transport"] = "grpc_asyncio"
    model = chat()
    bound = model.bind_tools([get_weather])
    calls = [model.ainvoke("Hello") for _ in range(5)]
    embeddings = GoogleGenerativeAIEmbeddings(model="models/gemini-embedding-001", **SETTINGS)
    try:
        error: Any = (await chat(max_output_tokens=-5).ainvoke("Hello")).content
    except ChatGoogleGenerativeAIError as caught:
        error = "400" in str(caught)
    return {
        "answer awaited": (await model.ainvoke("Hello")).content,
        "answers awaited": sorted({one.content for one in await asyncio.gather(*calls)}),
        "stream awaited": [piece.content async for piece in model.astream("Hello") if piece.content],
        "calls awaited": [call["args"] for call in (await bound.ainvoke("The weather in Boston?")).tool_calls],
        "structured awaited": (await model.with_structured_output(Report).ainvoke("The weather?")).model_dump(),
        "vectors awaited": len(await embeddings.aembed_documents(["a", "b"])),
        "error awaited": error,
    }


def main() -> None:
    sections = {section.__name__: section for section in (blocking, vectors, errors)}
    chosen = sys.argv[1:] or [*sections, "awaited"]
    found: dict[str, Any] = {}
    for name, section in sections.items():
        if name in chosen:
            found |= section()
    if TRANSPORT != "rest" and "awaited" in chosen:
        found |= asyncio.run(awaited())
    print(json.dumps(found))


if __name__ == "__main__":
    main()
