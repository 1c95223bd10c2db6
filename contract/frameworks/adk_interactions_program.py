"""What a newer release of the Agent Development Kit does with `client.interactions`: answers, streams, tools, turns that
continue each other. Prints what it got as JSON."""

from __future__ import annotations

import asyncio
import json
import os
from typing import Any

os.environ["GOOGLE_API_KEY"] = "key"

from google.adk.agents import LlmAgent
from google.adk.agents.run_config import RunConfig, StreamingMode
from google.adk.models import Gemini
from google.adk.runners import Runner
from google.adk.sessions import InMemorySessionService
from google.adk.tools import ToolContext

from google.genai import types

MODEL = Gemini(model="gemini-2.5-flash", use_interactions_api=True)


def get_weather(city: str, tool_context: ToolContext) -> str:
    """Tell the weather in a city."""
    tool_context.state["asked"] = city
    return f"sunny in {city}"


async def _run(*questions: str, tools: Any = (), streams: bool = False) -> dict[str, Any]:
    """Return the texts of the events, the ids of the interactions without repetitions, and the state of the session."""
    agent = LlmAgent(name="agent", model=MODEL, instruction="Be brief.", tools=list(tools))
    runner = Runner(agent=agent, app_name="app", session_service=InMemorySessionService())
    session = await runner.session_service.create_session(app_name="app", user_id="user")
    config = RunConfig(streaming_mode=StreamingMode.SSE if streams else StreamingMode.NONE)
    texts: list[str] = []
    ids: list[str] = []
    tokens: list[int] = []
    for question in questions:
        async for event in runner.run_async(
            user_id="user", session_id=session.id, new_message=types.UserContent(question), run_config=config
        ):
            parts = event.content.parts or [] if event.content else []
            texts += [part.text for part in parts if part.text and (event.partial or not streams)]
            if event.interaction_id and event.interaction_id not in ids:
                ids.append(event.interaction_id)
            if event.usage_metadata and event.usage_metadata.total_token_count:
                tokens.append(event.usage_metadata.total_token_count)
    kept = await runner.session_service.get_session(app_name="app", user_id="user", session_id=session.id)
    assert kept is not None
    return {"texts": texts, "interactions": len(ids), "counted": bool(tokens), "state": dict(kept.state)}


async def main() -> None:
    weather = "The weather in Boston?"
    print(
        json.dumps(
            {
                "answer": await _run("Hello"),
                "stream": await _run("Hello", streams=True),
                "two turns": await _run("Hello", "And now?"),
                "two turns in streams": await _run("Hello", "And now?", streams=True),
                "with results": await _run(weather, tools=[get_weather]),
                "with results in a stream": await _run(weather, tools=[get_weather], streams=True),
            }
        )
    )


asyncio.run(main())
