"""Sessions with the local server: both services, blocking and async, TLS, tokens, resumption after a restart."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path
from typing import Any

import pytest

from genai_local import ScriptedGemini, serve
from google import genai
from google.genai import errors, live, types

MODEL = "gemini-live-2.5-flash-preview"
TEXT: dict[str, Any] = {"response_modalities": ["TEXT"]}


def _client(url: str, backend: str, **options: Any) -> genai.Client:
    options["base_url"] = url
    return genai.Client(api_key="key", vertexai=backend == "vertex", http_options=options)


async def _answer(session: live.AsyncSession, text: str) -> str:
    await session.send_realtime_input(text=text)
    return "".join([message.text or "" async for message in session.receive()])


@pytest.mark.parametrize("backend", ["gemini", "vertex"])
@pytest.mark.parametrize("side", ["sync", "async"])
async def test_turns(gemini: ScriptedGemini, backend: str, side: str) -> None:
    gemini.on("Hello").stream(["Good ", "morning"])
    client = _client(gemini.url, backend)

    def blocking() -> list[types.LiveServerMessage]:
        with client.live.connect(model=MODEL, config=TEXT) as session:
            session.send_client_content(turns=types.UserContent("Hello"))
            return list(session.receive())

    if side == "sync":
        messages = await asyncio.to_thread(blocking)
    else:
        async with client.aio.live.connect(model=MODEL, config=TEXT) as session:
            await session.send_client_content(turns=types.UserContent("Hello"))
            messages = [message async for message in session.receive()]
    assert "".join(message.text or "" for message in messages) == "Good morning"
    assert messages[-1].server_content.turn_complete
    assert messages[-1].usage_metadata.response_token_count > 0


@pytest.mark.parametrize("backend", ["gemini", "vertex"])
async def test_functions(gemini: ScriptedGemini, backend: str) -> None:
    def get_weather(city: str) -> str:
        """Tell the weather."""
        return f"sunny in {city}"

    gemini.on("weather").reply([{"functionCall": {"name": "get_weather", "args": {"city": "Boston"}}}])
    gemini.on(function_response="get_weather").reply("It is sunny.")
    config = {**TEXT, "tools": [get_weather], "automatic_function_calling": {}}
    async with _client(gemini.url, backend).aio.live.connect(model=MODEL, config=config) as session:
        assert await _answer(session, "The weather in Boston?") == "It is sunny."


async def test_refusals(gemini: ScriptedGemini) -> None:
    client = _client(gemini.url, "gemini")
    with pytest.raises(errors.APIError) as caught:
        async with client.aio.live.connect(model="no-such-model", config=TEXT):
            pass
    assert caught.value.code in (1007, 1008)
    assert "no-such-model" in str(caught.value)


async def test_an_auth_token_opens_the_sessions_that_it_allows(gemini: ScriptedGemini) -> None:
    creator = _client(gemini.url, "gemini", api_version="v1alpha")
    constraints = {"model": MODEL, "config": {**TEXT, "temperature": 0.5}}
    token = creator.auth_tokens.create(config={"uses": 1, "live_connect_constraints": constraints})
    client = genai.Client(api_key=token.name, http_options={"base_url": gemini.url, "api_version": "v1alpha"})
    gemini.on("Hello").reply("Good morning")
    async with client.aio.live.connect(model=MODEL, config={**TEXT, "temperature": 0.5}) as session:
        assert await _answer(session, "Hello") == "Good morning"
    with pytest.raises(errors.APIError):  # used once
        async with client.aio.live.connect(model=MODEL, config={**TEXT, "temperature": 0.5}):
            pass
    with pytest.raises(ValueError, match="live sessions only"):
        await client.aio.models.generate_content(model="gemini-2.5-flash", contents="a")


@pytest.mark.parametrize("backend", ["gemini", "vertex"])
async def test_a_session_survives_a_restart_of_the_server(backend: str, tmp_path: Path) -> None:
    port = 0
    with serve(engine="scripted", data=tmp_path) as server:
        port = int(server.url.rpartition(":")[2])
        config = {**TEXT, "automatic_resumption": {"initial_delay": 0.05, "max_delay": 0.2, "attempts": 50}}
        client = _client(server.url, backend)
        connection = client.aio.live.connect(model=MODEL, config=config)
        session = await connection.__aenter__()
        assert "one" in await _answer(session, "one")
        before = session.resumption_handle
        await asyncio.to_thread(server.stop)
    with serve(engine="scripted", data=tmp_path, port=port) as server:
        assert "two" in await _answer(session, "two")
        async for event in session.events():  # the handle follows the turn
            if isinstance(event, types.LiveServerMessage) and event.session_resumption_update:
                break
        assert session.resumption_handle != before
        await connection.__aexit__(None, None, None)


@pytest.mark.parametrize("how", ["verify", "environment"])
async def test_tls(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(engine="scripted", tls=True) as server:
        assert server.url.startswith("https://")
        certificate = str(server.authority)
        options: dict[str, Any] = {"base_url": server.url}
        if how == "verify":
            options["async_client_args"] = {"verify": ssl.create_default_context(cafile=certificate)}
        else:
            monkeypatch.setenv("SSL_CERT_FILE", certificate)
        client = genai.Client(api_key="key", http_options=options)
        async with client.aio.live.connect(model=MODEL, config=TEXT) as session:
            assert "over TLS" in await _answer(session, "over TLS")
        monkeypatch.delenv("SSL_CERT_FILE", raising=False)
        with pytest.raises(errors.APIConnectionError) as caught:
            async with _client(server.url, "gemini").aio.live.connect(model=MODEL, config=TEXT):
                pass
        assert isinstance(caught.value, ssl.SSLCertVerificationError)
