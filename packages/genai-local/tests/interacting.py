"""Requests of interactions over plain HTTP, and their streams of events as a client accumulates them."""

from __future__ import annotations

import json
from typing import Any

import httpx2

PATH = "/v1beta/interactions"
MODEL = "gemini-2.5-flash"


def create(http: httpx2.Client, text: Any = "hello", path: str = PATH, **fields: Any) -> httpx2.Response:
    """Send a request with an input and further fields."""
    return http.post(path, json={"model": MODEL, "input": text, **fields})


def created(http: httpx2.Client, text: Any = "hello", path: str = PATH, **fields: Any) -> dict[str, Any]:
    """Create an interaction and return it."""
    reply = create(http, text, path, **fields)
    assert reply.status_code == 200, reply.text
    return reply.json()


def events_of(body: str, *, is_complete: bool = True) -> list[dict[str, Any]]:
    """Return the events of a stream, whose form is checked."""
    *blocks, rest = body.split("\n\n")
    assert rest == "" or not is_complete
    if is_complete:
        assert blocks.pop() == "event: done\ndata: [DONE]"
    found = []
    for block in blocks:
        kind, *ids, data = block.split("\n")
        event = json.loads(data.removeprefix("data: "))
        assert kind == f"event: {event['event_type']}"
        assert ids == ([f"id: {event['event_id']}"] if "event_id" in event else [])
        found.append(event)
    return found


def read_events(http: httpx2.Client, interaction_id: str, after: str | None = None, path: str = PATH) -> list[dict]:
    """Return the events of a stored interaction, by default all."""
    query = {"stream": "true", **({"last_event_id": after} if after else {})}
    reply = http.get(f"{path}/{interaction_id}", params=query)
    assert reply.status_code == 200, reply.text
    assert reply.headers["content-type"].startswith("text/event-stream")
    return events_of(reply.text)


def steps_of(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the steps that a client accumulates, by rules of its own."""
    steps: dict[int, dict[str, Any]] = {}
    texts: dict[int, str] = {}
    for event in events:
        index = event.get("index", -1)
        if event["event_type"] == "step.start":
            assert index == len(steps)
            steps[index] = dict(event["step"])
        elif event["event_type"] == "step.stop" and index in texts:
            steps[index]["arguments"] = json.loads(texts[index])
        elif event["event_type"] == "step.delta":
            step, delta = steps[index], event["delta"]
            if delta["type"] == "arguments_delta":
                texts[index] = texts.get(index, "") + delta["arguments"]
            elif delta["type"] == "thought_signature":
                step["signature"] = delta["signature"]
            elif delta["type"] == "text_annotation_delta":
                step["content"][-1].setdefault("annotations", []).extend(delta["annotations"])
            else:
                key = "summary" if delta["type"] == "thought_summary" else "content"
                added = delta.get("content", delta)
                contents = step.setdefault(key, [])
                if added["type"] == "text" and contents and contents[-1]["type"] == "text":
                    contents[-1] = {"type": "text", "text": contents[-1]["text"] + added["text"]}
                else:
                    contents.append(added)
    return [steps[index] for index in sorted(steps)]


def text_of(interaction: dict[str, Any]) -> str:
    """Return the text of the outputs of an interaction."""
    return "".join(
        content.get("text", "")
        for step in interaction["steps"]
        if step["type"] == "model_output"
        for content in step.get("content", [])
    )


def refused(reply: httpx2.Response, status: int = 400, code: str = "invalid_request") -> str:
    """Check that a reply is an error in the form of this API, and return its message."""
    assert reply.status_code == status, reply.text
    error = reply.json()["error"]
    assert error == {"code": code, "message": error["message"]}
    return error["message"]
