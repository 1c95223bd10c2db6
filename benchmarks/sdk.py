"""The measured program with the SDK. `bare.py` is the same program without an SDK: same class names, same methods,
same results. Uses only the public API that ours and the official distribution share, and measures nothing."""

import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import inputs

from google import genai
from google.genai import types


class Sync:
    def __init__(self, address: str) -> None:
        self.client = genai.Client(api_key=inputs.KEY, http_options={"base_url": address})

    def generate(self, model: str, contents: Any) -> str:
        return self.client.models.generate_content(model=model, contents=contents).text or ""

    def parsed(self, model: str, kind: type[Any]) -> Any:
        config = types.GenerateContentConfig(response_mime_type="application/json", response_schema=kind)
        return self.client.models.generate_content(model=model, contents=inputs.PROMPT, config=config).parsed

    def chat(self, history: list[Any]) -> Callable[[str], str]:
        chat = self.client.chats.create(model="small", history=history)
        return lambda message: chat.send_message(message).text or ""

    def count_tokens(self) -> int:
        return self.client.models.count_tokens(model="small", contents=inputs.PROMPT).total_tokens or 0

    def embedding_lengths(self, model: str) -> list[int]:
        reply = self.client.models.embed_content(model=model, contents=list(inputs.EMBEDDED_TEXTS))
        return [len(embedding.values or []) for embedding in reply.embeddings or []]

    def stream(self, model: str) -> Iterator[str]:
        for chunk in self.client.models.generate_content_stream(model=model, contents=inputs.PROMPT):
            yield chunk.text or ""

    def upload(self, path: str) -> str:
        config: Any = {"mime_type": "application/octet-stream"}
        return self.client.files.upload(file=path, config=config).name or ""

    def model_names(self) -> Iterator[str]:
        for model in self.client.models.list(config={"page_size": inputs.PAGE_LENGTH}):
            yield model.name or ""


class Interactions(Sync):
    """Interactions. Only ours puts the events of a stream together; with official releases, the program does it."""

    def create(self) -> str:
        return self.client.interactions.create(model="small", input=inputs.PROMPT).output_text or ""

    def get(self) -> str:
        return self.client.interactions.get("stored").output_text or ""

    def deltas(self, name: str) -> Iterator[str]:
        with self.client.interactions.get(name, stream=True) as stream:
            yield from _deltas(stream)

    def first_event(self, name: str) -> Iterator[object]:
        return iter(self.client.interactions.get(name, stream=True))

    def whole_text(self, name: str) -> str:
        with self.client.interactions.get(name, stream=True) as stream:
            if not hasattr(stream, "interaction"):
                return "".join(_deltas(stream))
            for _ in stream:
                pass
            return stream.interaction.output_text


def _deltas(stream: Any) -> Iterator[str]:
    for event in stream:
        if event.event_type == "step.delta":
            yield event.delta.text


class AsyncAiohttp:
    """Asynchronous calls over aiohttp: the SDK uses it if it is installed and no HTTP client is passed."""

    def __init__(self, address: str, **transport: Any) -> None:
        options: Any = {"base_url": address, **transport}
        self.client = genai.Client(api_key=inputs.KEY, http_options=options).aio

    async def __aenter__(self) -> "AsyncAiohttp":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.aclose()

    async def generate(self) -> str:
        return (await self.client.models.generate_content(model="small", contents=inputs.PROMPT)).text or ""

    async def stream(self, model: str) -> AsyncIterator[str]:
        async for chunk in await self.client.models.generate_content_stream(model=model, contents=inputs.PROMPT):
            yield chunk.text or ""

    async def deltas(self, name: str) -> AsyncIterator[str]:
        async with await self.client.interactions.get(name, stream=True) as stream:
            async for event in stream:
                if event.event_type == "step.delta":
                    yield event.delta.text


class AsyncHttpx(AsyncAiohttp):
    def __init__(self, address: str) -> None:
        limits = httpx2.Limits(max_connections=100, max_keepalive_connections=100)
        self.http = httpx2.AsyncClient(timeout=None, limits=limits)
        super().__init__(address, httpx_async_client=self.http)

    async def __aexit__(self, *_: object) -> None:
        await super().__aexit__()
        await self.http.aclose()


class Live:
    """Live sessions without TLS. Official clients always ask for TLS, so the function that opens sockets is replaced."""

    def __init__(self, address: str) -> None:
        from websockets.asyncio.client import connect

        from google.genai import live

        def plain(uri: str, **arguments: Any) -> connect:
            arguments.pop("ssl", None)
            return connect(uri.replace("wss:", "ws:", 1), **arguments)

        live.ws_connect = plain
        self.client = genai.Client(api_key=inputs.KEY, http_options={"base_url": address}).aio

    def session(self, model: str) -> Any:
        return self.client.live.connect(model=model)


async def ask(session: Any, text: str) -> None:
    await session.send_realtime_input(text=text)


async def send_audio(session: Any, data: bytes) -> None:
    await session.send_realtime_input(audio=types.Blob(data=data, mime_type=inputs.SOUND_TYPE))


def messages(session: Any) -> AsyncIterator[Any]:
    """Yield the messages of a turn."""
    return session.receive()


async def audio_bytes(session: Any) -> int:
    """Return the size of the sound in a turn."""
    count = 0
    async for message in session.receive():
        turn = message.server_content.model_turn
        if turn:
            count += len(turn.parts[0].inline_data.data)
    return count


def content(role: str, texts: list[str]) -> types.Content:
    """Return one turn of a conversation, in the form that `Sync.generate` accepts."""
    return types.Content(role=role, parts=[types.Part.from_text(text=text) for text in texts])


def image(data: bytes) -> types.Content:
    """Return a turn with an image, in the form that `Sync.generate` accepts."""
    return types.Content(role="user", parts=[types.Part.from_bytes(data=data, mime_type=inputs.IMAGE_TYPE)])


class LocalTokenizer:
    """The local tokenizer with the model at a path, which it finds in the cache of the official release, in `folder`."""

    def __init__(self, path: Path, folder: Path) -> None:
        from tools.tokenizer_conformance.running import tokenizer_with

        warnings.simplefilter("ignore")  # the official one is experimental
        self._tokenizer = tokenizer_with(path, folder)

    def count(self, contents: Any) -> int:
        return self._tokenizer.count_tokens(contents).total_tokens
