"""What Instructor does with the SDK: models of pydantic from functions and from schemas, blocking and awaited. Prints what it got
as JSON."""

from __future__ import annotations

import asyncio
import json
import os
from typing import Any

import instructor
import pydantic

from google import genai


class Report(pydantic.BaseModel):
    """The weather in a city."""

    city: str
    degrees: int


async def main() -> None:
    client = genai.Client(api_key="key", http_options={"base_url": os.environ["GOOGLE_GEMINI_BASE_URL"]})
    question: Any = {
        "model": "gemini-2.5-flash",
        "messages": [{"role": "user", "content": "The weather in Boston?"}],
        "response_model": Report,
    }
    found: dict[str, Any] = {}
    for name, mode in (("by a function", instructor.Mode.TOOLS), ("by a schema", instructor.Mode.JSON)):
        blocking = instructor.from_genai(client, mode=mode)
        awaited = instructor.from_genai(client, mode=mode, use_async=True)
        found[name] = blocking.chat.completions.create(**question).model_dump()
        found[f"{name} awaited"] = (await awaited.chat.completions.create(**question)).model_dump()
    print(json.dumps(found))


if __name__ == "__main__":
    asyncio.run(main())
