"""What Mem0 does with the SDK: answers, calls of functions and embeddings. Prints what it got as JSON."""

from __future__ import annotations

import json
import os
from typing import Any

os.environ["GOOGLE_API_KEY"] = "key"
os.environ["MEM0_TELEMETRY"] = "False"

from mem0.configs.embeddings.base import BaseEmbedderConfig
from mem0.configs.llms.base import BaseLlmConfig
from mem0.embeddings.gemini import GoogleGenAIEmbedding
from mem0.llms.gemini import GeminiLLM

_WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Tell the weather in a city.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


def main() -> None:
    model = GeminiLLM(BaseLlmConfig(model="gemini-2.5-flash"))
    embeddings = GoogleGenAIEmbedding(BaseEmbedderConfig(model="gemini-embedding-001", embedding_dims=8))
    calling: Any = model.generate_response([{"role": "user", "content": "The weather in Boston?"}], tools=[_WEATHER])
    print(
        json.dumps(
            {
                "answer": model.generate_response([{"role": "user", "content": "Hello"}]),
                "calls": [call["arguments"] for call in calling["tool_calls"]],
                "vector": len(embeddings.embed("Hello")),
            }
        )
    )


if __name__ == "__main__":
    main()
