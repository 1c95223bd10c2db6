"""What LlamaIndex's and Haystack's integrations do with `google-generativeai`, on top of the low-level clients: answers, streams,
chats, functions, embeddings. Prints what it got as JSON.

The variable TRANSPORT chooses the transport: "rest" over HTTP, for blocking methods; otherwise gRPC, for all.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import warnings
from typing import Any

warnings.filterwarnings("ignore", category=FutureWarning)  # google-generativeai says that it has no support any more
warnings.filterwarnings("ignore", category=DeprecationWarning)  # so do the integrations

import generativeai_models  # noqa: E402, F401
import google.generativeai as genai  # noqa: E402
import pydantic  # noqa: E402
from haystack.dataclasses import ChatMessage as HaystackMessage  # noqa: E402
from haystack.utils import Secret  # noqa: E402
from haystack_integrations.components.generators.google_ai import (  # noqa: E402
    GoogleAIGeminiChatGenerator,
    GoogleAIGeminiGenerator,
)
from llama_index.core.llms import ChatMessage  # noqa: E402
from llama_index.core.tools import FunctionTool  # noqa: E402
from llama_index.embeddings.gemini import GeminiEmbedding  # noqa: E402
from llama_index.llms.gemini import Gemini  # noqa: E402

TRANSPORT = os.environ["TRANSPORT"]
ENDPOINT = os.environ["GOOGLE_GEMINI_BASE_URL" if TRANSPORT == "rest" else "GRPC_TARGET"]
MODEL = "models/gemini-2.5-flash"
SETTINGS: dict[str, Any] = {"api_key": os.environ["KEY"], "api_base": ENDPOINT, "transport": TRANSPORT or None}
QUESTION = ChatMessage(role="user", content="The weather in Boston?")
IMPORTED = (
    "llama_index.vector_stores.google.genai_extension",
    "llama_index.response_synthesizers.google",
    "llama_index.indices.managed.google",
)


class Report(pydantic.BaseModel):
    """The weather in a city."""

    city: str
    degrees: int


def get_weather(city: str) -> str:
    """Tell the weather in a city."""
    return f"sunny in {city}"


def llama_index() -> dict[str, Any]:
    llm = Gemini(model=MODEL, temperature=0, max_tokens=100, default_headers={"x-caller": "llama-index"}, **SETTINGS)
    weather = FunctionTool.from_defaults(fn=get_weather)
    messages = [ChatMessage(role="system", content="Be brief."), ChatMessage(role="user", content="Hello")]
    embeddings = GeminiEmbedding(model_name="models/gemini-embedding-001", **SETTINGS)
    return {
        "imported": [importlib.import_module(name).__name__ for name in IMPORTED] == list(IMPORTED),
        "context": llm.metadata.context_window > 100,
        "answer": llm.complete("Hello").text,
        "stream": [piece.delta for piece in llm.stream_complete("Hello")],
        "chat": llm.chat(messages).message.content,
        "chat streamed": [piece.delta for piece in llm.stream_chat(messages)],
        "calls": [
            call.tool_kwargs for call in llm.get_tool_calls_from_response(llm.chat_with_tools([weather], QUESTION))
        ],
        "tool": llm.predict_and_call([weather], QUESTION).response,
        "structured": llm.as_structured_llm(Report).chat([QUESTION]).raw.model_dump(),
        "vectors": len({len(vector) for vector in embeddings.get_text_embedding_batch(["a", "b", "c"])}),
    }


async def llama_index_awaited() -> dict[str, Any]:
    llm = Gemini(model=MODEL, temperature=0, **SETTINGS)  # it asks for the model by a blocking call
    if TRANSPORT:
        SETTINGS["transport"] = "grpc_asyncio"
    embeddings = GeminiEmbedding(model_name="models/gemini-embedding-001", **SETTINGS)
    messages = [ChatMessage(role="user", content="Hello")]
    return {
        "answer awaited": (await llm.acomplete("Hello")).text,
        "chat awaited": (await llm.achat(messages)).message.content,
        "chat streamed awaited": [piece.delta async for piece in await llm.astream_chat(messages)],
        "vectors awaited": len(await embeddings.aget_text_embedding_batch(["a", "b"])),
    }


def haystack() -> dict[str, Any]:
    key = Secret.from_token(os.environ["KEY"])
    settings: dict[str, Any] = {"model": MODEL, "api_key": key, "generation_config": {"temperature": 0}}
    plain, chat = GoogleAIGeminiGenerator(**settings), GoogleAIGeminiChatGenerator(**settings)
    genai.configure(api_key=os.environ["KEY"], client_options={"api_endpoint": ENDPOINT}, transport=TRANSPORT or None)
    pieces: list[str] = []
    chat.run([HaystackMessage.from_user("Hello")], streaming_callback=lambda piece: pieces.append(piece.content))
    return {
        "haystack": plain.run(["Hello"])["replies"][0],
        "haystack chat": chat.run([HaystackMessage.from_user("Hello")])["replies"][0].text,
        "haystack streamed": "".join(pieces),
    }


def main() -> None:
    found = llama_index() | haystack()
    if TRANSPORT != "rest":
        found |= asyncio.run(llama_index_awaited())
    print(json.dumps(found))


if __name__ == "__main__":
    main()
