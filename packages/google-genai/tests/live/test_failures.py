"""Every way in which a session can fail: a typed error in time, and nothing left behind."""

from __future__ import annotations

import asyncio
import gc
import json
import pickle
import socket
import time
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import google.auth.credentials
import pytest

from google import genai
from google.genai import errors, live

from .conftest import KEY, Service, Talk

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import websockets.exceptions

Peer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def raw_service(peer: Peer) -> AsyncIterator[str]:
    """A TCP server that does not need to speak WebSocket; its URL."""
    writers: list[asyncio.StreamWriter] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        try:
            await peer(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        for writer in writers:
            writer.transport.abort()


def _client(url: str, **options: Any) -> genai.Client:
    return genai.Client(api_key=KEY, http_options={"base_url": url, **options})


async def _open(client: genai.Client) -> None:
    async with client.aio.live.connect(model="m"):
        raise AssertionError("the session must not open")


async def _receive_for_ever(session: live.AsyncSession, texts: list[str | None]) -> None:
    while True:
        async for message in session.receive():
            texts.append(message.text)  # noqa: PERF401 - what came before the error counts


async def _send_for_ever(session: live.AsyncSession) -> None:
    while True:
        await session.send_realtime_input(audio={"data": bytes(1_000_000), "mime_type": "audio/pcm"})


@pytest.mark.parametrize(
    ("status", "cls"), [(400, errors.ClientError), (401, errors.ClientError), (403, errors.ClientError),
                        (404, errors.ClientError), (429, errors.ClientError), (503, errors.ServerError)],
)  # fmt: skip
async def test_a_refused_handshake(status: int, cls: type[errors.APIError]) -> None:
    body = json.dumps({"error": {"code": status, "status": "SOME_STATUS", "message": "Not today"}}).encode()

    async def peer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 %d No\r\nx-request-id: r1\r\ncontent-length: %d\r\n\r\n%s" % (status, len(body), body))
        await writer.drain()
        writer.close()

    async with raw_service(peer) as url:
        with pytest.raises(cls, match="Not today") as caught:
            await _open(_client(url))
    error = caught.value
    assert (error.code, error.status, error.message) == (status, "SOME_STATUS", "Not today")
    assert isinstance(error, websockets.exceptions.InvalidStatus)
    assert error.response.status_code == status
    assert error.request_id == "r1"
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), again.code, again.message) == (cls, status, "Not today")
    assert KEY not in str(error) + repr(error)


async def test_a_handshake_is_repeated_with_retry_options() -> None:
    tries = 0

    async def peer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal tries
        tries += 1
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    retry = {"attempts": 3, "initial_delay": 0.01, "jitter": 0.0}
    async with raw_service(peer) as url:
        with pytest.raises(errors.ServerError) as caught:
            await _open(_client(url, retry_options=retry))
    assert tries == caught.value.attempts == 3


async def test_a_refused_token_is_renewed_once() -> None:
    tokens: list[str] = []

    class Renewing(google.auth.credentials.Credentials):
        def refresh(self, request: object) -> None:
            self.token = f"token-{len(tokens)}"

    async def peer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        tokens.append(head.partition("authorization: ")[2].partition("\r\n")[0])
        writer.write(b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    async with raw_service(peer) as url:
        client = genai.Client(
            vertexai=True, project="p", location="l", credentials=Renewing(), http_options={"base_url": url}
        )
        with pytest.raises(errors.ClientError) as caught:
            await _open(client)
    assert caught.value.code == 401
    assert tokens == ["bearer token-0", "bearer token-1"]


async def _reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)
    writer.transport.abort()


async def _end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.close()


async def _garbage(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"\x00\x01garbage\r\n\r\n" * 10)
    await writer.drain()
    writer.close()


async def _wrong_accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 101 OK\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: wrong\r\n\r\n")
    await writer.drain()
    await reader.read()


@pytest.mark.parametrize("peer", [_reset, _end, _garbage, _wrong_accept])
async def test_a_broken_handshake(peer: Peer) -> None:
    async with raw_service(peer) as url:
        with pytest.raises(errors.APIConnectionError) as caught:
            await _open(_client(url))
    assert not isinstance(caught.value, errors.APITimeoutError)
    assert caught.value.code == 0


async def test_nobody_listens() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/"
        with pytest.raises(errors.APIConnectionError) as caught:
            await _open(_client(url))
    assert isinstance(caught.value, OSError)


async def test_a_redirect_to_another_host_is_not_followed() -> None:
    asked: list[bytes] = []

    async def other(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.close()

    async with raw_service(other) as elsewhere:

        async def peer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            target = elsewhere.replace("http", "ws").encode()
            writer.write(b"HTTP/1.1 302 Found\r\nlocation: %s\r\ncontent-length: 0\r\n\r\n" % target)
            await writer.drain()
            writer.close()

        async with raw_service(peer) as url:
            with pytest.raises(errors.APIError) as caught:
                await _open(_client(url))
    assert caught.value.code == 302
    assert asked == []


async def _silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def test_a_handshake_that_is_never_answered() -> None:
    async with raw_service(_silent) as url:
        began = time.monotonic()
        with pytest.raises(errors.APITimeoutError, match=r"not open within 0\.3 s") as caught:
            await _open(_client(url, timeout=300))
        assert caught.value.limit == "handshake"
        assert isinstance(caught.value, TimeoutError)
        assert time.monotonic() - began < 3


async def test_a_proxy_that_asks_for_a_password() -> None:
    async def peer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"CONNECT service.invalid:80 ")
        writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    async with raw_service(peer) as proxy:
        client = _client("http://service.invalid/", async_client_args={"proxy": proxy})
        with pytest.raises(errors.ClientError) as caught:
            await _open(client)
    assert caught.value.code == 407


async def test_a_proxy_is_used(service: Service) -> None:
    lines: list[bytes] = []

    async def peer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines.append(await reader.readuntil(b"\r\n\r\n"))
        port = int(service.url.rstrip("/").rpartition(":")[2])
        upstream_reader, upstream = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")

        async def copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
            while data := await source.read(65536):
                target.write(data)
            target.close()

        await asyncio.gather(copy(reader, upstream), copy(upstream_reader, writer), return_exceptions=True)

    async with raw_service(peer) as proxy:
        address = proxy.replace("http://", "http://user:password@")
        client = service.client(async_client_args={"proxy": address})
        async with client.aio.live.connect(model="m") as session:
            await session.send_realtime_input(text="through")
            assert [message.text async for message in session.receive()] == ["through", None]
    assert lines[0].startswith(b"CONNECT 127.0.0.1:")
    assert b"Proxy-Authorization: Basic dXNlcjpwYXNzd29yZA==" in lines[0]


@pytest.mark.parametrize("code", [1007, 1008, 1011])
async def test_a_refused_setup(service: Service, code: int) -> None:
    async def behaviour(talk: Talk) -> None:
        await talk.websocket.recv()
        await talk.websocket.close(code, "No such model")

    service.behaves(behaviour)
    with pytest.raises(errors.APIConnectionError, match="No such model") as caught:
        await _open(service.client())
    assert caught.value.code == code
    assert isinstance(caught.value, websockets.exceptions.ConnectionClosedError)
    assert caught.value.rcvd.code == code
    assert pickle.loads(pickle.dumps(caught.value)).code == code


async def test_a_setup_that_is_never_confirmed(service: Service) -> None:
    async def behaviour(talk: Talk) -> None:
        await talk.websocket.recv()
        await talk.until_closed()

    service.behaves(behaviour)
    with pytest.raises(errors.APITimeoutError, match=r"did not confirm the session within 0\.3 s") as caught:
        await _open(service.client(timeout=300))
    assert caught.value.limit == "setup"


async def test_an_error_in_place_of_the_confirmation(service: Service) -> None:
    async def behaviour(talk: Talk) -> None:
        await talk.websocket.recv()
        await talk.send(error={"code": 403, "status": "PERMISSION_DENIED", "message": "Not yours"})
        await talk.until_closed()

    service.behaves(behaviour)
    with pytest.raises(errors.ClientError, match="Not yours"):
        await _open(service.client())


@pytest.mark.parametrize("where", ["before", "inside", "after"])
async def test_a_lost_connection(service: Service, where: str) -> None:
    async def behaviour(talk: Talk) -> None:
        await talk.setup()
        if where != "before":
            await talk.say("some", complete=where == "after")
            await asyncio.sleep(0.05)
        talk.drop()

    service.behaves(behaviour)
    async with service.client().aio.live.connect(model="m") as session:
        texts: list[str | None] = []
        with pytest.raises(errors.APIConnectionError) as caught:
            await _receive_for_ever(session, texts)
        assert texts == {"before": [], "inside": ["some"], "after": ["some", None]}[where]
        assert caught.value.code == 1006
        assert isinstance(caught.value, websockets.exceptions.ConnectionClosed)
        with pytest.raises(errors.APIConnectionError):
            await session.send_realtime_input(text="x")


@pytest.mark.parametrize("code", [1001, 1007, 1008, 1011])
async def test_a_session_that_the_service_closes(service: Service, code: int) -> None:
    async def behaviour(talk: Talk) -> None:
        await talk.setup()
        await talk.websocket.close(code, "Deadline expired")

    service.behaves(behaviour)
    async with service.client().aio.live.connect(model="m") as session:
        for _ in range(2):
            with pytest.raises(errors.APIConnectionError, match=f"code {code}: Deadline expired") as caught:
                await anext(session.receive())
            assert caught.value.code == code


async def test_a_text_frame_with_invalid_utf_8(service: Service) -> None:
    async def behaviour(talk: Talk) -> None:
        await talk.setup()
        await talk.websocket.send(b'"\xff"', text=True)
        await talk.until_closed()

    service.behaves(behaviour)
    async with service.client().aio.live.connect(model="m") as session:
        with pytest.raises(errors.APIError):
            await anext(session.receive())


async def test_a_malformed_frame(service: Service) -> None:
    async def behaviour(talk: Talk) -> None:
        await talk.setup()
        talk.websocket.transport.write(b"\xff\xff\xff\xff")
        await talk.until_closed()

    service.behaves(behaviour)
    async with service.client().aio.live.connect(model="m") as session:
        with pytest.raises(errors.APIConnectionError) as caught:
            await anext(session.receive())
        assert caught.value.code == 1006
        assert "1002" in str(caught.value)


async def test_a_service_that_does_not_read(service: Service) -> None:
    async def behaviour(talk: Talk) -> None:
        await talk.setup()
        talk.websocket.transport.pause_reading()
        await asyncio.Event().wait()

    service.behaves(behaviour)
    client = service.client(timeout=400, websocket_args={"compression": None})
    began = time.monotonic()
    async with client.aio.live.connect(model="m") as session:
        with pytest.raises(errors.APITimeoutError, match=r"did not read for 0\.4 s") as caught:
            await _send_for_ever(session)
        assert caught.value.limit == "send"
    assert time.monotonic() - began < 6


async def test_leaving_a_service_that_does_not_react(service: Service) -> None:
    async def behaviour(talk: Talk) -> None:
        await talk.setup()
        talk.websocket.transport.pause_reading()
        await asyncio.Event().wait()

    service.behaves(behaviour)
    async with service.client().aio.live.connect(model="m"):
        began = time.monotonic()
    assert time.monotonic() - began < 4


@pytest.mark.parametrize("moment", ["handshake", "setup", "receive", "send", "leaving"])
async def test_cancelling_anywhere_ends_at_once_and_leaves_nothing(service: Service, moment: str) -> None:
    async def behaviour(talk: Talk) -> None:
        if moment == "setup":
            await talk.websocket.recv()
            await talk.until_closed()
        await talk.setup()
        if moment in ("send", "leaving"):
            talk.websocket.transport.pause_reading()
            await asyncio.Event().wait()
        await talk.until_closed()

    async def program(url: str) -> None:
        async with _client(url, websocket_args={"compression": None}).aio.live.connect(model="m") as session:
            if moment == "send":
                await _send_for_ever(session)
            if moment == "receive":
                await anext(session.receive())

    service.behaves(behaviour)
    before = asyncio.all_tasks()
    async with raw_service(_silent) as silent:
        task = asyncio.create_task(program(silent if moment == "handshake" else service.url))
        await asyncio.sleep(0.4)
        began = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert time.monotonic() - began < (4 if moment in ("receive", "send") else 1.5)
    await service.end()
    await asyncio.sleep(0.1)
    gc.collect()
    left = [task for task in asyncio.all_tasks() - before if "websockets/asyncio/server" not in repr(task)]
    assert left == []


async def test_own_arguments_of_the_websocket(service: Service) -> None:
    client = service.client(websocket_args={"ping_interval": None, "compression": None, "open_timeout": 5})
    async with client.aio.live.connect(model="m") as session:
        assert session._ws.ping_interval is None
    assert "permessage-deflate" not in service.talks[0].headers.get("sec-websocket-extensions", "")
    for wrong, message in (
        ({"additional_headers": {}}, "use http_options.headers"),
        ({"close_timeout": -1}, "positive number"),
    ):
        with pytest.raises(ValueError, match=message):
            await _open(service.client(websocket_args=wrong))
