"""What Pydantic AI does with the SDK: answers, streams, tools, structured output by a function and by a schema, a client of
the program's own. Prints what it got as JSON."""

from __future__ import annotations

import asyncio
import json
import os
from typing import Any

import pydantic
from pydantic_ai import Agent, BinaryContent, NativeOutput
from pydantic_ai.models.google import GoogleModel
from pydantic_ai.providers.google import GoogleProvider

from google import genai

URL = os.environ["GOOGLE_GEMINI_BASE_URL"]


class Report(pydantic.BaseModel):
    """The weather in a city."""

    city: str
    degrees: int


async def main() -> None:
    model = GoogleModel("gemini-2.5-flash", provider=GoogleProvider(api_key="key", base_url=URL))
    agent: Agent[None, str] = Agent(model)
    calling: Agent[None, str] = Agent(model)

    @calling.tool_plain
    def get_weather(city: str) -> str:
        """Tell the weather in a city."""
        return f"sunny in {city}"

    pictures = [] if "TEXT_ONLY" in os.environ else [BinaryContent(b"x", media_type="image/png")]
    answer = await agent.run("Hello")
    with_tools = await calling.run("The weather in Boston?")
    own = genai.Client(api_key="key", http_options={"base_url": URL})
    with_own_client: Agent[None, str] = Agent(GoogleModel("gemini-2.5-flash", provider=GoogleProvider(client=own)))
    settings: Any = {"temperature": 0.5, "max_tokens": 10}
    found: dict[str, Any] = {
        "answer": answer.output,
        "history": (await agent.run("Hello again", message_history=answer.all_messages())).output,
        "instructions": (await Agent(model, instructions="Be brief.", model_settings=settings).run("Hello")).output,
        "picture": (await agent.run(["Hello", *pictures])).output,
        "with results": with_tools.output,
        "requests": with_tools.usage().requests,
        "structured by a function": (await Agent(model, output_type=Report).run("The weather?")).output.model_dump(),
        "structured by a schema": (
            await Agent(model, output_type=NativeOutput(Report)).run("The report?")
        ).output.model_dump(),
        "own client": (await with_own_client.run("Hello")).output,
    }
    async with agent.run_stream("Hello") as stream:
        found["stream"] = [piece async for piece in stream.stream_text(delta=True, debounce_by=None)]
    async with calling.run_stream("The weather in Boston?") as stream:
        found["stream with results"] = await stream.get_output()
    async with Agent(model, output_type=Report).run_stream("The weather?") as structured:
        found["stream structured"] = (await structured.get_output()).model_dump()
    print(json.dumps(found))


if __name__ == "__main__":
    asyncio.run(main())
