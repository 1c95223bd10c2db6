"""A service of interactions on raw sockets, whose replies a test writes, and which breaks its streams where a test says.

It knows nothing of the SDK: requests and replies are plain JSON.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ..transport.misbehaving import MisbehavingServer, Peer, Request

ID = "v1_ab-C"
DONE = b"event: done\ndata: [DONE]\n\n"

Answer = Callable[[Peer, "Asked"], object]


@dataclass
class Asked:
    """One request, in its parts."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any

    @classmethod
    def of(cls, request: Request) -> Asked:
        parts = urlsplit(request.target)
        query = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        body = json.loads(request.body) if request.body else None
        return cls(request.method, parts.path, query, request.headers, body)


class Service:
    """The service. Requests use the answers in order; the last one stays."""

    def __init__(self) -> None:
        self.server = MisbehavingServer()
        self.url = self.server.url
        self._lock = threading.Lock()
        self._answers: list[Answer] = [as_json({"id": ID, "status": "completed"})]
        self._used = 0
        self.server.on_request(self._serve)

    def answers(self, *answers: Answer | dict[str, Any]) -> None:
        """Set the answers of the requests from now on; a dict is a reply of JSON."""
        with self._lock:
            self._answers = [as_json(answer) if isinstance(answer, dict) else answer for answer in answers]
            self._used = 0

    @property
    def asked(self) -> list[Asked]:
        """The requests so far."""
        return [Asked.of(request) for request in self.server.requests]

    @property
    def bodies(self) -> list[Any]:
        """The bodies of the requests so far."""
        return [asked.body for asked in self.asked]

    def forget(self) -> None:
        """Forget the requests so far."""
        self.server.requests.clear()

    def close(self) -> None:
        self.server.close()
        assert not self.server.failures, f"an answer failed: {self.server.failures}"

    def _serve(self, peer: Peer) -> None:
        assert peer.request is not None
        with self._lock:
            answer = self._answers[min(self._used, len(self._answers) - 1)]
            self._used += 1
        answer(peer, Asked.of(peer.request))


# Answers


def as_json(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    """Return an answer of JSON."""
    return lambda peer, _: peer.reply(status, json.dumps(value).encode(), headers)


def refusal(status: int, message: str = "no", headers: dict[str, str] | None = None) -> Answer:
    """Return an answer with an error."""
    return as_json({"error": {"code": "some_code", "message": message}}, status, headers)


def as_stream(events: Iterable[dict[str, Any] | bytes], *, done: bool = True) -> Answer:
    """Return a complete stream of events as an answer; bytes are the data of an event."""
    data = stream_of(events) + (DONE if done else b"")

    def answer(peer: Peer, _: Asked) -> None:
        peer.start_events()
        peer.chunk(data)
        peer.send(b"0\r\n\r\n")

    return answer


def stream_of(events: Iterable[dict[str, Any] | bytes]) -> bytes:
    """Return events as they are sent."""
    return b"".join(map(event_bytes, events))


def event_bytes(event: dict[str, Any] | bytes) -> bytes:
    """Return one event as it is sent."""
    if isinstance(event, bytes):
        return b"data: " + event + b"\n\n"
    names = f"event: {event.get('event_type')}\n" + (f"id: {event['event_id']}\n" if event.get("event_id") else "")
    return f"{names}data: {json.dumps(event, ensure_ascii=False)}\n\n".encode()


def cut(data: bytes, way: str) -> Answer:
    """Return an answer with the beginning of a stream, after which the connection breaks in one of the `WAYS`."""
    return lambda peer, _: WAYS[way](peer, data)


def _reset(peer: Peer, data: bytes) -> None:
    peer.start_events()
    if data:
        peer.chunk(data)
    peer.reset()


def _close(peer: Peer, data: bytes) -> None:
    """A reply without length ends with the connection, so the client cannot see that it is incomplete."""
    peer.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n" + data)
    peer.close()


def _close_inside_a_chunk(peer: Peer, data: bytes) -> None:
    peer.start_events()
    peer.send(b"%x\r\n%s" % (len(data) + 100, data))
    peer.close()


WAYS: dict[str, Callable[[Peer, bytes], None]] = {
    "reset": _reset,
    "closed": _close,
    "closed inside a chunk": _close_inside_a_chunk,
}


def stored(events: list[dict[str, Any]], interaction: dict[str, Any]) -> Answer:
    """Return the answer of a service that has stored an interaction: the object, or the events after the last one."""

    def answer(peer: Peer, asked: Asked) -> None:
        if asked.method == "GET" and asked.query.get("stream") != "true":
            as_json(interaction)(peer, asked)
            return
        ids = [event["event_id"] for event in events]
        last = asked.query.get("last_event_id")
        as_stream(events[ids.index(last) + 1 :] if last else events)(peer, asked)

    return answer


# One interaction, as events and as a whole


def created(**more: Any) -> dict[str, Any]:
    """Return the first event of a stream."""
    return {
        "event_type": "interaction.created",
        "event_id": "e0",
        "interaction": {"id": ID, "status": "in_progress", "model": "m", **more},
    }


def completed(status: str = "completed", **more: Any) -> dict[str, Any]:
    """Return the last event of a stream."""
    return {
        "event_type": "interaction.completed",
        "event_id": "e99",
        "interaction": {"id": ID, "status": status, "model": "m", **more},
    }


def start(index: int, event_id: str | None = None, **step: Any) -> dict[str, Any]:
    """Return the event that begins a step."""
    return _numbered({"event_type": "step.start", "index": index, "step": step}, event_id)


def delta(index: int, event_id: str | None = None, **fields: Any) -> dict[str, Any]:
    """Return an event that adds to a step."""
    return _numbered({"event_type": "step.delta", "index": index, "delta": fields}, event_id)


def stop(index: int, event_id: str | None = None, **more: Any) -> dict[str, Any]:
    """Return the event that ends a step."""
    return _numbered({"event_type": "step.stop", "index": index, **more}, event_id)


def _numbered(event: dict[str, Any], event_id: str | None) -> dict[str, Any]:
    return event if event_id is None else {**event, "event_id": event_id}


EVENTS = [
    created(),
    start(0, "e1", type="thought"),
    delta(0, "e2", type="thought_summary", content={"type": "text", "text": "Hm… 思"}),
    delta(0, "e3", type="thought_signature", signature="AAAA"),
    stop(0, "e4"),
    start(1, "e5", type="model_output"),
    delta(1, "e6", type="text", text="Grüß "),
    delta(1, "e7", type="text", text="Gott 🙂"),
    stop(1, "e8"),
    start(2, "e9", type="function_call", id="c1", name="look", arguments={}),
    delta(2, "e10", type="arguments_delta", arguments='{"city": "Pa'),
    delta(2, "e11", type="arguments_delta", arguments='ris"}'),
    stop(2, "e12", usage={"total_tokens": 9}),
    completed("requires_action", usage={"total_tokens": 12}),
]
"""All events of one interaction."""
INTERACTION = {
    "id": ID,
    "status": "requires_action",
    "model": "m",
    "usage": {"total_tokens": 12},
    "steps": [
        {"type": "thought", "summary": [{"type": "text", "text": "Hm… 思"}], "signature": "AAAA"},
        {"type": "model_output", "content": [{"type": "text", "text": "Grüß Gott 🙂"}]},
        {"type": "function_call", "id": "c1", "name": "look", "arguments": {"city": "Paris"}},
    ],
}
"""The same interaction, as the service returns it afterwards."""
