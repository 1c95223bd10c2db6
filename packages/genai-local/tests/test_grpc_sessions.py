"""Live sessions by gRPC: the same sessions, scripts and limits as by WebSocket."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from google.protobuf import json_format

from genai_local.engines.scripted import ScriptedEngine
from genai_local.rpc.methods import pool

from .grpc_client import GrpcClient, connected, details_of, error_from, json_of, method_named
from .waiting import WAIT_S, until

METHOD = method_named("GenerativeService.BidiGenerateContent")
SETUP = {"setup": {"model": "models/gemini-2.5-flash", "generationConfig": {"responseModalities": ["TEXT"]}}}
Code = grpc.StatusCode


def question(text: str, *, is_complete: bool = True) -> dict[str, Any]:
    return {"clientContent": {"turns": [{"role": "user", "parts": [{"text": text}]}], "turnComplete": is_complete}}


class Session:
    """A session whose messages are sent one by one."""

    def __init__(self, client: GrpcClient, *messages: Any, timeout: float = WAIT_S, metadata: Any = ()) -> None:
        self.outbox: queue.Queue[bytes | None] = queue.Queue()
        call = client.channel.stream_stream(METHOD.path, response_deserializer=METHOD.reply.FromString)
        self.replies = call(iter(self.outbox.get, None), timeout=timeout, metadata=metadata)
        for message in messages:
            self.send(message)

    def send(self, message: Any) -> None:
        if isinstance(message, dict):
            parsed = json_format.ParseDict(message, METHOD.request(), descriptor_pool=pool())
            message = parsed.SerializeToString()
        self.outbox.put(message)

    def end(self) -> None:
        """Send no more messages."""
        self.outbox.put(None)

    def receive(self) -> dict[str, Any]:
        return json_of(next(self.replies))

    def turn(self) -> str:
        """Return the text of an answer that is read to the end of the turn."""
        text = ""
        for _ in range(1000):
            content = self.receive().get("serverContent", {})
            text += "".join(part["text"] for part in content.get("modelTurn", {}).get("parts", []))
            if content.get("turnComplete"):
                return text
        raise AssertionError("the turn does not end")

    def rest(self) -> list[dict[str, Any]]:
        return [json_of(message) for message in self.replies]


@pytest.fixture
def client(gemini) -> Iterator[GrpcClient]:
    with connected(gemini.grpc_target) as client:
        yield client


def test_turns(gemini, client):
    gemini.on("weather").reply("Sunny.")
    gemini.on("again").reply("Still sunny.")
    session = Session(client, SETUP)
    assert session.receive() == {"setupComplete": {}}
    session.send(question("How is the weather?"))
    assert session.turn() == "Sunny."
    session.send(question("And again?"))
    assert session.turn() == "Still sunny."
    session.end()
    assert session.rest() == []
    assert session.replies.code() is Code.OK
    record = gemini.live.sessions[0]
    assert record.path == "/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent"
    assert record.setup["model"] == "models/gemini-2.5-flash"
    gemini.wait_until_idle()
    assert not record.is_open


def test_all_messages_at_once(gemini, client):
    """The end of the client's messages does not end the answer to them."""
    gemini.on("story").stream(["Once ", "upon ", "a time."], interval_s=0.05)
    session = Session(client, SETUP, question("A story"))
    session.end()
    replies = session.rest()
    parts = [part for reply in replies for part in reply.get("serverContent", {}).get("modelTurn", {}).get("parts", [])]
    assert "".join(part["text"] for part in parts) == "Once upon a time."
    assert replies[0] == {"setupComplete": {}}
    assert any(reply.get("serverContent", {}).get("turnComplete") for reply in replies)
    assert any("usageMetadata" in reply for reply in replies)


def test_functions(gemini, client):
    gemini.on("weather").reply({"functionCall": {"name": "get_weather", "args": {"city": "Rome"}}})
    gemini.on(function_response="get_weather").reply("Warm.")
    declared = {
        "functionDeclarations": [
            {"name": "get_weather", "parameters": {"type": "OBJECT", "properties": {"city": {"type": "STRING"}}}}
        ]
    }
    session = Session(client, {"setup": {**SETUP["setup"], "tools": [declared]}})
    session.receive()
    session.send(question("weather"))
    calls = session.receive()["toolCall"]["functionCalls"]
    assert (calls[0]["name"], calls[0]["args"]) == ("get_weather", {"city": "Rome"})
    answer = {"id": calls[0]["id"], "name": "get_weather", "response": {"degrees": 30}}
    session.send({"toolResponse": {"functionResponses": [answer]}})
    assert session.turn() == "Warm."
    session.end()


def test_a_script(gemini, client):
    gemini.live.on("weather").text("It is ").close(1011, "It broke.")
    session = Session(client, SETUP, question("weather"))
    session.receive()
    assert session.receive()["serverContent"]["modelTurn"]["parts"] == [{"text": "It is "}]
    error = error_from(session.rest)
    assert (error.code(), error.details()) == (Code.INTERNAL, "It broke.")


@pytest.mark.parametrize(
    ("steps", "code"),
    [
        (lambda rule: rule.drop(), Code.UNAVAILABLE),
        (lambda rule: rule.malformed(), Code.INTERNAL),
        (lambda rule: rule.frame("not json"), Code.INTERNAL),
        (lambda rule: rule.close(1001, "Bye."), Code.UNAVAILABLE),
        (lambda rule: rule.close(4999), Code.INTERNAL),
    ],
)
def test_faults(gemini, client, steps, code):
    steps(gemini.live.on("weather"))
    session = Session(client, SETUP, question("weather"))
    session.receive()
    assert error_from(session.rest).code() is code
    gemini.wait_until_idle()


def test_a_normal_close(gemini, client):
    gemini.live.on("weather").close(1000)
    session = Session(client, SETUP, question("weather"))
    session.receive()
    assert session.rest() == []


def test_a_stall(gemini, client):
    gemini.live.on("weather").stall(answers_pings=False)
    session = Session(client, SETUP, question("weather"), timeout=0.5)
    session.receive()
    assert error_from(session.rest).code() is Code.DEADLINE_EXCEEDED
    gemini.wait_until_idle()


@pytest.mark.parametrize(
    ("messages", "code", "words"),
    [
        ([question("x")], Code.INVALID_ARGUMENT, "setup: expected as the first message"),
        ([{"setup": {"model": "models/unheard-of"}}], Code.FAILED_PRECONDITION, "models/unheard-of"),
        (
            [b"\xff\xff"],
            Code.INVALID_ARGUMENT,
            "are not a google.ai.generativelanguage.v1beta.BidiGenerateContentClientMessage",
        ),
        ([SETUP, b"\xff\xff"], Code.INVALID_ARGUMENT, "are not a google.ai"),
        ([SETUP, SETUP], Code.INVALID_ARGUMENT, "setup"),
    ],
)
def test_refusals(gemini, client, messages, code, words):
    error = error_from(Session(client, *messages).rest)
    assert error.code() is code
    assert words in error.details()
    gemini.wait_until_idle()


def test_a_refused_handshake(gemini, client):
    gemini.live.max_sessions = 0
    error = error_from(Session(client, SETUP).rest)
    assert error.code() is Code.RESOURCE_EXHAUSTED
    gemini.live.max_sessions = 10
    gemini.fail(503, message="Not now.", retry_delay_s=2)
    error = error_from(Session(client, SETUP).rest)
    assert (error.code(), error.details()) == (Code.UNAVAILABLE, "Not now.")
    assert details_of(error) == {"RetryInfo": {"retryDelay": "2s"}}


def test_a_key(serve_engine):
    server = serve_engine(ScriptedEngine(), require_key="right", grpc_port=0)
    with connected(server.grpc_target) as client:
        assert error_from(Session(client, SETUP).rest).code() is Code.PERMISSION_DENIED
        session = Session(client, SETUP, metadata=[("x-goog-api-key", "right")])
        assert session.receive() == {"setupComplete": {}}
        session.end()
        assert session.rest() == []


def test_no_messages_at_all(gemini, client):
    session = Session(client)
    session.end()
    assert session.rest() == []
    gemini.wait_until_idle()


@pytest.mark.parametrize("how", ["cancel", "close"])
def test_a_client_that_leaves(gemini, client, how):
    gemini.on("endless").stream(["and so on "] * 10_000, interval_s=0.01)
    with connected(gemini.grpc_target) as other:
        session = Session(other, SETUP, question("endless"))
        session.receive()
        assert "serverContent" in session.receive()
        (session.replies.cancel if how == "cancel" else other.channel.close)()
        gemini.wait_until_idle()
    assert not gemini.live.sessions[0].is_open


def test_the_end_of_the_server(serve_engine):
    server = serve_engine(ScriptedEngine(), grpc_port=0)
    with connected(server.grpc_target) as client:
        session = Session(client, SETUP)
        session.receive()
        stopping = threading.Thread(target=server.stop, args=(WAIT_S,))
        stopping.start()
        error = error_from(session.rest)
        assert (error.code(), error.details()) == (Code.UNAVAILABLE, "The server is stopping.")
        stopping.join(WAIT_S)
        assert not stopping.is_alive()


def test_a_reset(gemini, client):
    session = Session(client, SETUP)
    session.receive()
    gemini.reset()
    assert error_from(session.rest).code() is Code.UNAVAILABLE
    until(lambda: gemini.requests_in_flight == 0)
