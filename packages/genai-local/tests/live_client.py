"""A raw client of Live sessions, which knows frames and JSON only."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

WAIT_S = 20.0
PATHS = {
    "gemini": "/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent",
    "vertex": "/ws/google.cloud.aiplatform.v1beta1.LlmBidiService/BidiGenerateContent",
}
MODELS = {
    "gemini": "models/gemini-2.5-flash",
    "vertex": "projects/p/locations/l/publishers/google/models/gemini-2.5-flash",
}


class Client:
    """A raw client of a session."""

    def __init__(self, url: str, surface: str = "gemini", path: str | None = None, **settings: Any) -> None:
        address = url.replace("http", "ws") + (path or PATHS[surface])
        self.leave = contextlib.ExitStack()
        self.connection: ClientConnection = self.leave.enter_context(
            connect(address, **{"open_timeout": WAIT_S, "max_size": None, **settings})
        )
        self.surface = surface

    def setup(self, **fields: Any) -> dict[str, Any]:
        self.send({"setup": {"model": MODELS[self.surface], **fields}})
        return self.receive()

    def send(self, message: Any) -> None:
        self.connection.send(message if isinstance(message, (str, bytes)) else json.dumps(message))

    def receive(self) -> dict[str, Any]:
        frame = self.connection.recv(timeout=WAIT_S)
        assert isinstance(frame, bytes)
        return json.loads(frame)

    def say(self, text: str, *, is_complete: bool = True) -> None:
        turn = {"role": "user", "parts": [{"text": text}]}
        self.send({"clientContent": {"turns": [turn], "turnComplete": is_complete}})

    def until(self, is_last: Callable[[dict[str, Any]], Any]) -> list[dict[str, Any]]:
        """Return all messages up to the first one for which the function is true."""
        received = [self.receive()]
        while not is_last(received[-1]):
            received.append(self.receive())
        return received

    def turn(self) -> list[dict[str, Any]]:
        """Return the messages of a turn."""
        return self.until(lambda message: message.get("serverContent", {}).get("turnComplete"))

    def ask(self, text: str) -> str:
        self.say(text)
        return text_of(self.turn())

    def handle(self) -> str:
        return self.until(lambda message: message.get("sessionResumptionUpdate", {}).get("newHandle"))[-1][
            "sessionResumptionUpdate"
        ]["newHandle"]

    def closed(self) -> tuple[int, str]:
        with pytest.raises(ConnectionClosed) as caught:
            list(iter(lambda: self.connection.recv(timeout=WAIT_S), None))
        assert caught.value.rcvd is not None, caught.value
        return caught.value.rcvd.code, caught.value.rcvd.reason


def text_of(messages: list[dict[str, Any]]) -> str:
    parts = [
        part for message in messages for part in message.get("serverContent", {}).get("modelTurn", {}).get("parts", [])
    ]
    return "".join(part.get("text", "") for part in parts)
