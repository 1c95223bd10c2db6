"""What the Agent Development Kit does with the SDK: answers, streams, tools, structured output, agents that transfer to
others, a database of sessions; and the modules of `vertexai` that build on the SDK. Prints what it got as JSON."""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import pkgutil
from contextlib import aclosing
from typing import Any

os.environ["GOOGLE_API_KEY"] = "key"

import pydantic
import vertexai
from google.adk.agents import LlmAgent, SequentialAgent
from google.adk.agents.live_request_queue import LiveRequestQueue
from google.adk.agents.run_config import RunConfig, StreamingMode
from google.adk.runners import Runner
from google.adk.sessions import DatabaseSessionService, InMemorySessionService
from google.adk.tools import ToolContext
from google.auth.credentials import AnonymousCredentials

from google.genai import types

MODEL = "gemini-2.5-flash"
LIVE_MODEL = "gemini-3.1-flash-live-preview"


class Report(pydantic.BaseModel):
    """The weather in a city."""

    city: str
    degrees: int


def get_weather(city: str, tool_context: ToolContext) -> str:
    """Tell the weather in a city."""
    tool_context.state["asked"] = city
    return f"sunny in {city}"


def look(city: str) -> str:
    """Look at the weather in a city."""
    return f"cloudy in {city}"


def _agent(name: str = "agent", **options: Any) -> LlmAgent:
    return LlmAgent(name=name, model=MODEL, instruction="Be brief.", **options)


async def _run(
    agent: Any, text: str, sessions: Any = None, *, streams: bool = False
) -> tuple[list[str], dict[str, Any]]:
    """Return the texts of an agent's events, and the state of the session afterwards."""
    runner = Runner(agent=agent, app_name="app", session_service=sessions or InMemorySessionService())
    session = await runner.session_service.create_session(app_name="app", user_id="user")
    config = RunConfig(streaming_mode=StreamingMode.SSE if streams else StreamingMode.NONE)
    message = types.UserContent(text)
    texts: list[str] = []
    async for event in runner.run_async(user_id="user", session_id=session.id, new_message=message, run_config=config):
        parts = event.content.parts or [] if event.content else []
        texts += [part.text for part in parts if part.text and (event.partial or not streams)]
    kept = await runner.session_service.get_session(app_name="app", user_id="user", session_id=session.id)
    assert kept is not None
    return texts, dict(kept.state)


async def _talk(*questions: str) -> list[str]:
    """Return the texts and calls of a live conversation, whose session can be resumed."""
    agent = LlmAgent(name="agent", model=LIVE_MODEL, instruction="Be brief.", tools=[look])
    runner = Runner(agent=agent, app_name="app", session_service=InMemorySessionService())
    session = await runner.session_service.create_session(app_name="app", user_id="user")
    queue, rest = LiveRequestQueue(), list(questions)
    queue.send_content(types.UserContent(rest.pop(0)))
    config = RunConfig(
        response_modalities=["TEXT"],
        streaming_mode=StreamingMode.BIDI,
        session_resumption=types.SessionResumptionConfig(),
    )
    said: list[str] = []
    talk = runner.run_live(user_id="user", session_id=session.id, live_request_queue=queue, run_config=config)
    async with aclosing(talk) as events:
        async for event in events:
            for part in event.content.parts or [] if event.content else []:
                if part.text and event.partial:
                    said.append(part.text)
                elif part.function_call:
                    said.append(f"call of {part.function_call.name}")
            if event.turn_complete:
                if not rest:
                    break
                queue.send_content(types.UserContent(rest.pop(0)))
    queue.close()
    return said


async def main() -> None:
    calling = _agent(tools=[get_weather])
    both = SequentialAgent(name="both", sub_agents=[_agent("first", output_key="said"), _agent("second")])
    structured = _agent(output_schema=Report, output_key="report")
    found: dict[str, Any] = {
        "answer": (await _run(_agent(), "Hello"))[0],
        "stream": (await _run(_agent(), "Hello", streams=True))[0],
        "with results": await _run(calling, "The weather in Boston?"),
        "in a database": await _run(
            calling, "The weather in Boston?", DatabaseSessionService("sqlite+aiosqlite:///:memory:")
        ),
        "structured": (await _run(structured, "The report?"))[1],
        "two agents": (await _run(both, "Hello"))[0],
        "live": await _talk("Hello", "The weather in Boston?"),
        "modules of vertexai": _modules_of_vertexai(),
        "address of an engine": _address_of_engines(),
    }
    print(json.dumps(found))


def _modules_of_vertexai() -> bool:
    """Import all modules of the client that derives from the SDK's."""
    package = importlib.import_module("vertexai._genai")
    names = ["agent_engines", "live_agent_engines", "memories", "prompts", "sandboxes", "sessions"]
    present = {found.name for found in pkgutil.iter_modules(package.__path__)}
    for name in names:
        importlib.import_module(f"vertexai._genai.{name}")
    return present.issuperset(names)


def _address_of_engines() -> str:
    client = vertexai.Client(project="p1", location="us-central1", credentials=AnonymousCredentials())
    return client._api_client._websocket_base_url()


if __name__ == "__main__":
    asyncio.run(main())
