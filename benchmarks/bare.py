"""The measured program with only an HTTP client and `json`: the column `floor`. `sdk.py` is the same program with the
SDK: same class names, same methods, same results."""

import base64
import functools
import json
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import inputs

HEADERS = {"Content-Type": "application/json", "x-goog-api-key": inputs.KEY}


class Sync:
    def __init__(self, address: str) -> None:
        self.models = f"{address}/v1beta/models"
        self.http = httpx2.Client(headers=HEADERS, timeout=None)

    def post(self, target: str, body: dict[str, Any]) -> Any:
        return json.loads(self.http.post(f"{self.models}/{target}", content=encode(body)).content)

    def generate(self, model: str, contents: Any) -> str:
        return text_of(self.post(f"{model}:generateContent", body_of(contents)))

    def parsed(self, model: str, kind: type[Any]) -> Any:
        form = {"responseMimeType": "application/json", "responseJsonSchema": schema_of(kind)}
        reply = self.post(f"{model}:generateContent", body_of(inputs.PROMPT) | {"generationConfig": form})
        return kind.model_validate_json(text_of(reply))

    def chat(self, history: list[Any]) -> Callable[[str], str]:
        def send(message: str) -> str:
            history.append(content("user", [message]))
            reply = self.post("small:generateContent", {"contents": history})
            history.append(reply["candidates"][0]["content"])
            return text_of(reply)

        return send

    def count_tokens(self) -> int:
        return self.post("small:countTokens", body_of(inputs.PROMPT))["totalTokens"]

    def embedding_lengths(self, model: str) -> list[int]:
        requests = [{"model": f"models/{model}", "content": content("user", [text])} for text in inputs.EMBEDDED_TEXTS]
        reply = self.post(f"{model}:batchEmbedContents", {"requests": requests})
        return [len(embedding["values"]) for embedding in reply["embeddings"]]

    def stream(self, model: str) -> Iterator[str]:
        target = f"{self.models}/{model}:streamGenerateContent?alt=sse"
        with self.http.stream("POST", target, content=encode(body_of(inputs.PROMPT))) as reply:
            events = EventSplitter()
            for data in reply.iter_bytes():
                for event in events.feed(data):
                    yield text_of(event)

    def upload(self, path: str) -> str:
        size = os.path.getsize(path)
        started = self.http.post(
            self.models.replace("/v1beta/models", "/upload/v1beta/files"),
            content=encode({"file": {"sizeBytes": size}}),
            headers={"X-Goog-Upload-Protocol": "resumable", "X-Goog-Upload-Command": "start"},
        )
        with open(path, "rb") as file:
            for offset in range(0, size, inputs.CHUNK_BYTES):
                chunk = file.read(inputs.CHUNK_BYTES)
                command = "upload" if offset + len(chunk) < size else "upload, finalize"
                headers = {"X-Goog-Upload-Command": command, "X-Goog-Upload-Offset": str(offset)}
                answer = self.http.post(started.headers["x-goog-upload-url"], content=chunk, headers=headers)
        return json.loads(answer.content)["file"]["name"]

    def model_names(self) -> Iterator[str]:
        query = first = f"pageSize={inputs.PAGE_LENGTH}"
        while query:
            page = json.loads(self.http.get(f"{self.models}?{query}").content)
            for model in page["models"]:
                yield model["name"]
            query = f"{first}&pageToken={page['nextPageToken']}" if "nextPageToken" in page else ""


class Interactions(Sync):
    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.interactions = f"{address}/v1beta/interactions"

    def create(self) -> str:
        body = {"model": "small", "input": inputs.PROMPT}
        return output_of(json.loads(self.http.post(self.interactions, content=encode(body)).content))

    def get(self) -> str:
        return output_of(json.loads(self.http.get(f"{self.interactions}/stored").content))

    def first_event(self, name: str) -> Iterator[Any]:
        with self.http.stream("GET", f"{self.interactions}/{name}?stream=true") as reply:
            events = InteractionEventSplitter()
            for data in reply.iter_bytes():
                yield from events.feed(data)

    def deltas(self, name: str) -> Iterator[str]:
        return (event["delta"]["text"] for event in self.first_event(name) if event["event_type"] == "step.delta")

    def whole_text(self, name: str) -> str:
        return "".join(self.deltas(name))


class AsyncAiohttp:
    def __init__(self, address: str) -> None:
        self.models = f"{address}/v1beta/models"

    async def __aenter__(self) -> "AsyncAiohttp":
        import aiohttp

        self.http = aiohttp.ClientSession(headers=HEADERS)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.close()

    async def generate(self) -> str:
        target = f"{self.models}/small:generateContent"
        async with self.http.post(target, data=encode(body_of(inputs.PROMPT))) as reply:
            return text_of(json.loads(await reply.read()))

    async def stream(self, model: str) -> AsyncIterator[str]:
        target = f"{self.models}/{model}:streamGenerateContent?alt=sse"
        events = EventSplitter()
        async with self.http.post(target, data=encode(body_of(inputs.PROMPT))) as reply:
            async for data in reply.content.iter_any():
                for event in events.feed(data):
                    yield text_of(event)

    async def deltas(self, name: str) -> AsyncIterator[str]:
        events = InteractionEventSplitter()
        async with self.http.get(f"{self.models.replace('models', 'interactions')}/{name}?stream=true") as reply:
            async for data in reply.content.iter_any():
                for event in events.feed(data):
                    if event["event_type"] == "step.delta":
                        yield event["delta"]["text"]


class AsyncHttpx:
    def __init__(self, address: str) -> None:
        self.models = f"{address}/v1beta/models"

    async def __aenter__(self) -> "AsyncHttpx":
        limits = httpx2.Limits(max_connections=100, max_keepalive_connections=100)
        self.http = httpx2.AsyncClient(headers=HEADERS, timeout=None, limits=limits)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()

    async def generate(self) -> str:
        target = f"{self.models}/small:generateContent"
        reply = await self.http.post(target, content=encode(body_of(inputs.PROMPT)))
        return text_of(json.loads(reply.content))


class Live:
    def __init__(self, address: str) -> None:
        self.address = address.replace("http:", "ws:", 1)

    @asynccontextmanager
    async def session(self, model: str) -> AsyncIterator[Any]:
        from websockets.asyncio.client import connect

        async with connect(f"{self.address}/ws/x", additional_headers=HEADERS, max_size=None) as session:
            await session.send(json.dumps({"setup": {"model": f"models/{model}"}}))
            assert "setupComplete" in json.loads(await session.recv())
            yield session


async def ask(session: Any, text: str) -> None:
    await session.send(json.dumps({"realtimeInput": {"text": text}}))


async def send_audio(session: Any, data: bytes) -> None:
    blob = {"data": base64.b64encode(data).decode(), "mimeType": inputs.SOUND_TYPE}
    await session.send(json.dumps({"realtimeInput": {"audio": blob}}))


async def messages(session: Any) -> AsyncIterator[dict[str, Any]]:
    """Yield the messages of a turn."""
    while True:
        message = json.loads(await session.recv())
        yield message
        if message["serverContent"].get("turnComplete"):
            return


async def audio_bytes(session: Any) -> int:
    """Return the size of the sound in a turn."""
    count = 0
    async for message in messages(session):
        if "modelTurn" in message["serverContent"]:
            count += len(base64.b64decode(message["serverContent"]["modelTurn"]["parts"][0]["inlineData"]["data"]))
    return count


class EventSplitter:
    """A parser of server-sent events: takes bytes in pieces of any size, yields decoded JSON values."""

    def __init__(self) -> None:
        self.rest = b""

    def feed(self, data: bytes) -> Iterator[Any]:
        *events, self.rest = (self.rest + data).split(b"\r\n\r\n")
        for event in events:
            yield json.loads(event.removeprefix(b"data: "))


class InteractionEventSplitter:
    """The same for the events of interactions, up to the last one."""

    def __init__(self) -> None:
        self.rest = b""

    def feed(self, data: bytes) -> Iterator[Any]:
        *events, self.rest = (self.rest + data).split(b"\n\n")
        for event in events:
            body = event[event.index(b"\ndata: ") + 7 :]
            if body != b"[DONE]":
                yield json.loads(body)


def output_of(interaction: dict[str, Any]) -> str:
    return "".join(content["text"] for content in interaction["steps"][-1]["content"])


@functools.cache
def schema_of(kind: type[Any]) -> dict[str, Any]:
    return kind.model_json_schema()


def content(role: str, texts: list[str]) -> dict[str, Any]:
    """Return one turn of a conversation, in the form that `Sync.generate` accepts."""
    return {"role": role, "parts": [{"text": text} for text in texts]}


def image(data: bytes) -> dict[str, Any]:
    """Return a turn with an image, in the form that `Sync.generate` accepts."""
    return {"role": "user", "parts": [{"inlineData": {"mimeType": inputs.IMAGE_TYPE, "data": data}}]}


def body_of(contents: Any) -> dict[str, Any]:
    return {"contents": [content("user", [contents])] if isinstance(contents, str) else contents}


def encode(body: dict[str, Any]) -> bytes:
    return json.dumps(body, default=lambda data: base64.b64encode(data).decode()).encode()


def text_of(reply: dict[str, Any]) -> str:
    return "".join(part["text"] for part in reply["candidates"][0]["content"]["parts"])


class LocalTokenizer:
    """The library `sentencepiece` with the model at a path."""

    def __init__(self, path: Path, folder: Path) -> None:
        from tools.tokenizer_conformance.running import pieces

        self._processor = pieces(path)

    def count(self, contents: str | list[str]) -> int:
        if isinstance(contents, str):
            return len(self._processor.encode(contents))
        return sum(map(len, self._processor.encode(contents)))
