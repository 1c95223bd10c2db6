"""Connections to interactions by WebSocket: turns, runs in progress, cancellation, errors, auth tokens."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from genai_local.engines.scripted import ScriptedEngine

from .interacting import created, refused, steps_of, text_of
from .waiting import until

PATH = "/v1beta/interactions"
WAIT_S = 20.0
HELLO = {"event_type": "input", "content": [{"type": "text", "text": "hello"}]}


class Client:
    """A client of one connection."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    def send(self, *events: dict[str, Any]) -> None:
        self.socket.send(json.dumps(events[0] if len(events) == 1 else {"events": events}))

    def next(self, kind: str | None = None) -> dict[str, Any]:
        event = json.loads(self.socket.recv(WAIT_S))
        assert kind in (None, event["event_type"]), event
        return event

    def turn(self) -> list[dict[str, Any]]:
        """Return the events up to the end of a turn."""
        events = [self.next()]
        while events[-1]["event_type"] not in ("interaction.completed", "interaction.cancelled"):
            events.append(self.next())
        return events

    def closed(self) -> tuple[int, str]:
        with pytest.raises(ConnectionClosed) as found:
            self.socket.recv(WAIT_S)
        assert found.value.rcvd is not None
        return found.value.rcvd.code, found.value.rcvd.reason


@contextmanager
def opened(url: str, version: str = "v1", key: str = "x", query: str = "") -> Iterator[Client]:
    address = f"{url.replace('http', 'ws', 1)}/{version}/interactions/live{query}"
    with connect(address, additional_headers={"x-goog-api-key": key}, proxy=None) as socket:
        yield Client(socket)


@contextmanager
def connected(url: str, interaction_id: str, **settings: Any) -> Iterator[Client]:
    with opened(url, **settings) as client:
        client.send({"event_type": "interaction.connect", "id": interaction_id})
        client.next("interaction.connected")
        yield client


def text_in(events: list[dict[str, Any]]) -> str:
    return text_of({"steps": steps_of(events)})


@pytest.mark.parametrize("version", ["v1", "v1beta", "v1alpha"])
def test_turns_continue_an_interaction(http, gemini, version):
    requests = []
    gemini.on().reply(lambda request: requests.append(request) or f"answer {len(requests)}")
    first = created(http, "one", system_instruction="Be brief.")
    with connected(gemini.url, first["id"], version=version) as client:
        client.send(HELLO)
        events = client.turn()
        assert [event["event_type"] for event in events][:2] == ["interaction.created", "step.start"]
        assert text_in(events) == "answer 2"
        assert (events[-1]["status"], events[-1]["usage"]["total_output_tokens"] > 0) == ("completed", True)
        assert events[-1]["created"] <= events[-1]["updated"]
        client.send(HELLO)
        again = client.turn()
        assert text_in(again) == "answer 3"
        client.send({"event_type": "interaction.complete"})
        assert client.closed() == (1000, "")
    contents = requests[2]["contents"]
    assert [content["parts"][0]["text"] for content in contents] == ["one", "answer 1", "hello", "answer 2", "hello"]
    assert requests[2]["systemInstruction"]["parts"] == [{"text": "Be brief."}]
    stored = http.get(f"{PATH}/{again[0]['interaction_id']}").json()
    assert stored["previous_interaction_id"] == events[0]["interaction_id"]
    assert http.get(f"{PATH}/{events[0]['interaction_id']}").json()["previous_interaction_id"] == first["id"]


def test_a_new_interaction(http, gemini):
    http.post("/v1beta/agents", json={"id": "a"})
    with opened(gemini.url) as client:
        event = {"event_type": "interaction.create", "model": "gemini-2.5-flash", "system_instruction": "Be brief."}
        client.send(event, HELLO, {"event_type": "interaction.complete"})
        client.next("interaction.connected")
        events = client.turn()
        assert text_in(events) == "This is a scripted reply to: hello"
        assert client.closed()[0] == 1000
    assert http.get(f"{PATH}/{events[0]['interaction_id']}").json()["system_instruction"] == "Be brief."


def test_a_run_in_progress(http, gemini):
    """A background run is followed from its beginning; inputs that come meanwhile are one turn after it."""
    gemini.on("story").stream(["Once ", "upon ", "a time."], interval_s=0.1)
    gemini.on("well").reply(lambda request: f"{len(request['contents'][-1]['parts'])} parts")
    running = created(http, "story", background=True)
    with connected(gemini.url, running["id"]) as client:
        more = {"event_type": "input", "content": [{"type": "text", "text": "well"}]}
        client.send(more, more)
        first = client.turn()
        assert (text_in(first), first[0]["event_type"]) == ("Once upon a time.", "step.start")
        assert text_in(client.turn()) == "2 parts"


def test_cancellation(http, gemini):
    gemini.on("story").stream(["Once ", "upon"], interval_s=30)
    running = created(http, "story", background=True)
    with connected(gemini.url, running["id"]) as client:
        while client.next()["event_type"] != "step.delta":
            pass
        client.send({"event_type": "interaction.cancel"})
        assert client.turn()[-1]["event_type"] == "interaction.cancelled"
        client.send({"event_type": "interaction.cancel"})
        client.next("interaction.cancelled")
    assert http.get(f"{PATH}/{running['id']}").json()["status"] == "cancelled"


@pytest.mark.parametrize("leaves", ["disconnect", "closes"])
def test_a_turn_continues_without_the_client(http, gemini, leaves):
    gemini.on("hello").stream(["Once ", "upon"], interval_s=0.2)
    first = created(http, "one")
    with connected(gemini.url, first["id"]) as client:
        client.send(HELLO)
        name = client.next("interaction.created")["interaction_id"]
        if leaves == "disconnect":
            client.send({"event_type": "interaction.disconnect"})
            for _ in client.socket:
                pass
            assert client.socket.close_code == 1000
    until(lambda: http.get(f"{PATH}/{name}").json()["status"] == "completed")
    assert text_of(http.get(f"{PATH}/{name}").json()) == "Once upon"


def test_function_calls_and_failures(http, gemini):
    gemini.on("look").reply({"functionCall": {"name": "look", "args": {"a": 1}}})
    gemini.on("break").fail(500, message="No luck.", times=1)
    tool = {
        "type": "function",
        "name": "look",
        "parameters": {"type": "object", "properties": {"a": {"type": "integer"}}},
    }
    first = created(http, "one", tools=[tool])
    with connected(gemini.url, first["id"]) as client:
        client.send({**HELLO, "content": [{"type": "text", "text": "break"}]})
        assert client.next("error")["error"] == {"code": "internal", "message": "No luck."}
        client.send({**HELLO, "content": [{"type": "text", "text": "look"}]})
        events = client.turn()
        assert events[-1]["status"] == "requires_action"
        [call] = steps_of(events)
        assert (call["name"], call["arguments"]) == ("look", {"a": 1})


@pytest.mark.parametrize(
    ("event", "problem"),
    [
        ({"event_type": "input"}, "content: is empty"),
        ({"event_type": "input", "content": [{"type": "smell"}]}, "Invalid value at 'content[0].type'"),
        ({"event_type": "user_action"}, "event_type: user_action is not supported"),
        ({"event_type": "world_setup"}, "event_type: world_setup is not supported"),
        ({"event_type": "interaction.connect", "id": "x"}, "event_type: this connection has an interaction already"),
        ({"event_type": "other"}, "Invalid value at 'event_type' (expected interaction.connect"),
        ({"events": 5}, "events: expected only a list"),
        ({**HELLO, "content": HELLO["content"] * 65}, "content: more than 64 contents wait"),
    ],
)
def test_wrong_events_leave_the_connection_open(http, gemini, event, problem):
    with connected(gemini.url, created(http, "one")["id"]) as client:
        client.send(event)
        error = client.next("error")["error"]
        assert (error["code"], error["message"].startswith(problem)) == ("invalid_request", True), error
        client.socket.send(b"no JSON")
        assert client.next("error")["error"]["message"].startswith("Invalid JSON payload")
        client.send(HELLO)
        assert client.turn()[-1]["status"] == "completed"


@pytest.mark.parametrize(
    ("event", "code", "reason"),
    [
        (HELLO, 1007, "event_type: expected interaction.connect as the first event, not input."),
        ({"event_type": "interaction.connect"}, 1007, "id: is missing"),
        ({"event_type": "interaction.connect", "id": "v1_x"}, 1008, "id: interactions/v1_x does not exist"),
        ({"event_type": "interaction.create"}, 1007, "model: is missing"),
        ({"event_type": "interaction.create", "model": "m", "store": False}, 1007, "store: expected true"),
    ],
)
def test_wrong_first_events(gemini, event, code, reason):
    with opened(gemini.url) as client:
        client.send(event)
        client.next("error")
        found = client.closed()
        assert (found[0], found[1].startswith(reason)) == (code, True), found


def token_for(http, interaction: dict, **fields) -> dict:
    reply = http.post(f"/v1/interactions/{interaction['id']}/auth_tokens", json=fields)
    assert reply.status_code == 200, reply.text
    return reply.json()


def test_auth_tokens(http, gemini):
    gemini.clock.stop_at(1_767_268_800.0)
    one, other = created(http, "one"), created(http, "other")
    made = token_for(http, one)
    token = made["auth_token"]
    assert made == {"auth_token": token, "expires_at": "2026-01-01T12:30:00.000000Z"}
    for query, key in (("", token), (f"?key={token}", ""), (f"?access_token={token}", "")):
        with connected(gemini.url, one["id"], key=key, query=query) as client:
            client.send(HELLO)
            assert client.turn()[-1]["status"] == "completed"
    for event in ({"event_type": "interaction.connect", "id": other["id"]}, {"event_type": "interaction.create"}):
        with opened(gemini.url, key=token) as client:
            client.send(event)
            assert client.next("error")["error"]["code"] == "permission_denied"
            assert client.closed()[0] == 1008
    refused(http.get(f"{PATH}/{one['id']}", headers={"x-goog-api-key": token}), 403, "permission_denied")
    refused(http.delete(f"/v1/interactions/{other['id']}/auth_tokens/{token}"), 404, "not_found")
    assert http.delete(f"/v1/interactions/{one['id']}/auth_tokens/{token}").json() == {}
    late = token_for(http, one, expire_time="2026-01-01T12:01:00Z")["auth_token"]
    gemini.clock.advance(60)
    for key in (token, late):
        with pytest.raises(InvalidStatus) as found, opened(gemini.url, key=key):
            pass
        assert found.value.response.status_code == 401


@pytest.mark.parametrize("time", ["2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z"])
def test_times_of_tokens(http, time):
    one = created(http, "one")
    message = refused(http.post(f"/v1/interactions/{one['id']}/auth_tokens", json={"expire_time": time}))
    assert message.startswith("expire_time: expected a time within the next 20 hours")


def test_tokens_of_unknown_interactions(http):
    refused(http.post("/v1/interactions/v1_x/auth_tokens", json={}), 404, "not_found")
    assert http.post("/v1beta1/interactions/v1_x/auth_tokens", json={}).status_code == 404


def test_limits_and_keys(serve_engine, no_tls, tmp_path):
    server = serve_engine(ScriptedEngine(), data=tmp_path, max_sessions=1, session_s=0.5, require_key="right")
    with httpx2.Client(base_url=server.url, verify=no_tls, headers={"x-goog-api-key": "right"}) as http:
        one = created(http, "one")
        token = token_for(http, one)["auth_token"]
    with connected(server.url, one["id"], key="right") as client:
        with pytest.raises(InvalidStatus) as found, opened(server.url, key="right"):
            pass
        assert found.value.response.status_code == 429
        assert client.closed() == (1001, "The connection has been open for 0.5 seconds.")
    with pytest.raises(InvalidStatus) as found, opened(server.url, key="wrong"):
        pass
    assert found.value.response.status_code == 400
    server.stop()
    server = serve_engine(ScriptedEngine(), data=tmp_path, require_key="right")
    with connected(server.url, one["id"], key=token) as client:
        client.send(HELLO)
        assert client.turn()[-1]["status"] == "completed"
