"""Live sessions of the official Python client, in an environment of its own: `live_program.py URL SURFACE`.

It prints one JSON object: what each step brought, as plain data. It imports nothing of this repository.
"""

import asyncio
import json
import sys
from typing import Any

from google.oauth2.credentials import Credentials

from google import genai
from google.genai import types

MODEL = "gemini-2.5-flash"
WEATHER = {"function_declarations": [{"name": "get_weather", "parameters": {"type": "OBJECT", "properties": {}}}]}
BACKGROUND = {"function_declarations": [{"name": "get_weather", "behavior": "NON_BLOCKING"}]}


def client_of(url: str, surface: str, version: str | None = None, key: str = "key") -> genai.Client:
    options = types.HttpOptions(base_url=url, api_version=version)
    if surface == "gemini":
        return genai.Client(vertexai=False, api_key=key, http_options=options)
    if surface == "express":
        return genai.Client(vertexai=True, api_key=key, http_options=options)
    return genai.Client(
        vertexai=True,
        project="a-project",
        location="us-central1",
        credentials=Credentials(token="token"),
        http_options=options,
    )


def turn(text: str) -> dict[str, Any]:
    return {"turns": {"role": "user", "parts": [{"text": text}]}, "turn_complete": True}


async def answer(session: Any) -> str:
    return "".join([message.text or "" async for message in session.receive()])


async def texts(client: genai.Client) -> dict[str, Any]:
    config = {"response_modalities": ["TEXT"], "system_instruction": "Be brief.", "temperature": 0.5}
    async with client.aio.live.connect(model=MODEL, config=config) as session:
        await session.send_client_content(**turn("How is the weather?"))
        messages = [message async for message in session.receive()]
        await session.send_realtime_input(text="A story.")
        second = await answer(session)
        usage = messages[-1].usage_metadata
        assert usage
        return {
            "first": "".join(message.text or "" for message in messages),
            "second": second,
            "prompt_tokens": usage.prompt_token_count,
            "response_tokens": usage.response_token_count,
            "generation_complete": any(m.server_content and m.server_content.generation_complete for m in messages),
        }


async def functions(client: genai.Client, tool: dict[str, Any], scheduling: str | None) -> str:
    config = {"response_modalities": ["TEXT"], "tools": [tool]}
    async with client.aio.live.connect(model=MODEL, config=config) as session:
        await session.send_client_content(**turn("Call the tool."))
        call: Any = None
        async for message in session.receive():
            if message.tool_call:
                [call] = message.tool_call.function_calls
                if scheduling is None:
                    break
        result = types.FunctionResponse(id=call.id, name=call.name, response={"sky": "clear"}, scheduling=scheduling)
        await session.send_tool_response(function_responses=[result])
        return await answer(session)


async def interruption(client: genai.Client) -> dict[str, Any]:
    async with client.aio.live.connect(model=MODEL, config={"response_modalities": ["TEXT"]}) as session:
        await session.send_client_content(**turn("An endless tale."))
        messages: list[Any] = []
        async for message in session.receive():
            messages.append(message)
            if len(messages) == 1:
                await session.send_client_content(**turn("How is the weather?"))
        return {
            "interrupted": any(m.server_content and m.server_content.interrupted for m in messages),
            "next": await answer(session),
        }


async def resumption(client: genai.Client) -> dict[str, Any]:
    handle: str | None = None
    config: dict[str, Any] = {"response_modalities": ["TEXT"], "session_resumption": {}}
    async with client.aio.live.connect(model=MODEL, config=config) as session:
        await session.send_client_content(**turn("My name is Ada."))
        await answer(session)
        async for message in session.receive():
            if message.session_resumption_update and message.session_resumption_update.new_handle:
                handle = message.session_resumption_update.new_handle
                break
    config["session_resumption"] = {"handle": handle}
    async with client.aio.live.connect(model=MODEL, config=config) as session:
        await session.send_client_content(**turn("Who am I?"))
        return {"had_handle": bool(handle), "continued": await answer(session)}


async def audio(client: genai.Client) -> dict[str, Any]:
    detection = {"automatic_activity_detection": {"disabled": True}}
    config = {
        "response_modalities": ["AUDIO"],
        "realtime_input_config": detection,
        "output_audio_transcription": {},
        "speech_config": {"voice_config": {"prebuilt_voice_config": {"voice_name": "Kore"}}},
    }
    async with client.aio.live.connect(model=MODEL, config=config) as session:
        await session.send_realtime_input(activity_start=types.ActivityStart())
        await session.send_realtime_input(audio=types.Blob(data=bytes(3200), mime_type="audio/pcm;rate=16000"))
        await session.send_realtime_input(activity_end=types.ActivityEnd())
        heard, data = "", b""
        async for message in session.receive():
            data += message.data or b""
            content = message.server_content
            if content and content.output_transcription:
                heard += content.output_transcription.text or ""
        return {"transcription": heard, "bytes": len(data)}


async def refusal(client: genai.Client, model: str, config: Any) -> dict[str, Any]:
    try:
        async with client.aio.live.connect(model=model, config=config) as session:
            await answer(session)
    except Exception as error:
        return {"message": str(error)}
    return {"message": None}


async def token(url: str, client: genai.Client) -> str:
    made = await client.aio.auth_tokens.create(config={"uses": 1})
    assert made.name
    async with client_of(url, "gemini", "v1alpha", made.name).aio.live.connect(
        model=MODEL, config={"response_modalities": ["TEXT"]}
    ) as session:
        await session.send_client_content(**turn("How is the weather?"))
        return await answer(session)


async def main() -> None:
    url, surface = sys.argv[1:]
    client = client_of(url, surface)
    text_only = {"response_modalities": ["TEXT"]}
    report = {
        "texts": await texts(client),
        "blocking": await functions(client, WEATHER, None),
        "interruption": await interruption(client),
        "resumption": await resumption(client),
        "audio": await audio(client),
        "unknown_model": await refusal(client, "no-such-model", text_only),
        "closed": await refusal(client, "gemini-closed", text_only),
    }
    if surface == "gemini":
        report["in_background"] = await functions(client, BACKGROUND, "WHEN_IDLE")
        report["token"] = await token(url, client_of(url, "gemini", "v1alpha"))
    print(json.dumps(report))


asyncio.run(main())
