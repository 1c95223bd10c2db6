"""The `gemini` fixture: rules, raw replies, faults and recorded requests."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import time
from urllib.parse import urlsplit

import httpx2
import pytest

STREAM = "streamGenerateContent?alt=sse"
MODELS = "/v1beta/models"


def parts_of(response) -> list[dict]:
    return response.json()["candidates"][0]["content"]["parts"]


def events_of(text: str) -> list[dict]:
    return [json.loads(event[6:]) for event in text.split("\r\n\r\n") if event]


def test_rules_by_pattern_and_function(gemini, ask):
    gemini.on(r"weather in (Rome|Oslo)").reply("Sunny.")
    gemini.on(re.compile("WEATHER", re.IGNORECASE)).reply("Unknown.")
    gemini.on(lambda request: request["generationConfig"]["topK"] == 3).reply("three")
    assert parts_of(ask("the weather in Rome?")) == [{"text": "Sunny."}]
    assert parts_of(ask("Weather?")) == [{"text": "Unknown."}]
    assert parts_of(ask("else", generation_config={"top_k": 3})) == [{"text": "three"}]


def test_forms_of_replies(gemini, ask):
    call = {"functionCall": {"name": "f", "args": {"a": 1}}}
    gemini.on("part").reply(call)
    gemini.on("list").reply(["text ", "joined", call])
    gemini.on("whole").reply({"promptFeedback": {"blockReason": "SAFETY"}})
    gemini.on("function").reply(lambda request: f"{len(request['contents'])} content")
    gemini.on("safety").reply("", finish_reason="SAFETY")
    assert parts_of(ask("part")) == [call]
    assert parts_of(ask("list")) == [{"text": "text joined"}, call]
    assert ask("whole").json() == {"promptFeedback": {"blockReason": "SAFETY"}}
    assert events_of(ask("whole", method=STREAM).text) == [{"promptFeedback": {"blockReason": "SAFETY"}}]
    assert parts_of(ask("function")) == [{"text": "1 content"}]
    gemini.on("endless").reply("and", finish_reason=None)
    assert ask("safety").json()["candidates"][0]["finishReason"] == "SAFETY"
    assert "finishReason" not in ask("endless").json()["candidates"][0]


def test_exact_chunks(gemini, ask):
    gemini.on("story").stream(["Once ", "upon", {"functionCall": {"name": "f"}}], finish_reason="OTHER")
    candidates = [event["candidates"][0] for event in events_of(ask("story", method=STREAM).text)]
    assert [candidate["content"]["parts"] for candidate in candidates] == [
        [{"text": "Once "}],
        [{"text": "upon"}],
        [{"functionCall": {"name": "f"}}],
    ]
    assert [candidate.get("finishReason") for candidate in candidates] == [None, None, "OTHER"]
    assert parts_of(ask("story")) == [{"text": "Once upon"}, {"functionCall": {"name": "f"}}]


def test_thoughts_are_counted_apart(gemini, ask):
    gemini.on("think").reply([{"text": "hm hm", "thought": True}, {"text": "yes"}])
    reply = ask("think").json()
    assert reply["candidates"][0]["content"]["parts"] == [{"text": "hm hm", "thought": True}, {"text": "yes"}]
    usage = reply["usageMetadata"]
    assert (usage["thoughtsTokenCount"], usage["candidatesTokenCount"], usage["totalTokenCount"]) == (2, 1, 4)


def test_answer_to_a_function_response(gemini, http):
    gemini.on("weather").reply({"functionCall": {"name": "look"}})
    gemini.on(function_response="look").reply("20 °C")
    contents = [
        {"role": "user", "parts": [{"text": "weather"}]},
        {"role": "model", "parts": [{"functionCall": {"name": "look"}}]},
        {"role": "user", "parts": [{"functionResponse": {"name": "look", "response": {"t": 20}}}]},
    ]
    reply = http.post(f"{MODELS}/gemini-2.5-flash:generateContent", json={"contents": contents})
    assert parts_of(reply) == [{"text": "20 °C"}]


def test_rules_with_a_limited_number_of_uses(gemini, ask):
    gemini.on("x").reply("once", times=1)
    gemini.on("x").reply("then")
    assert [parts_of(ask("x"))[0]["text"] for _ in range(3)] == ["once", "then", "then"]


def test_raw_replies(gemini, http):
    gemini.respond(json={"a": "ö"}, status=201, headers={"x-test": "1"}, times=2)
    gemini.respond(body=b"plain", headers=[("content-type", "text/plain")])
    for _ in range(2):
        response = http.get("/anything")
        assert (response.status_code, response.json(), response.headers["x-test"]) == (201, {"a": "ö"}, "1")
    response = http.get("/anything")
    assert (response.text, response.headers["content-type"]) == ("plain", "text/plain")
    assert http.get("/anything").status_code == 404


def test_body_in_pieces(gemini, http):
    gemini.respond(body=[b"a", b"b", b"c"], interval_s=0.01)
    with http.stream("GET", "/x") as response:
        assert list(response.iter_bytes()) == [b"a", b"b", b"c"]


def test_scripted_errors(gemini, ask):
    gemini.fail(429, message="slow down", retry_delay_s=1.5, retry_after=2)
    gemini.fail(times=2)
    response = ask()
    assert response.status_code == 429
    assert response.headers["retry-after"] == "2"
    error = response.json()["error"]
    assert (error["message"], error["status"]) == ("slow down", "RESOURCE_EXHAUSTED")
    assert error["details"] == [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "1.5s"}]
    assert [ask().status_code for _ in range(3)] == [503, 503, 200]


def test_faults_for_some_paths_only(gemini, http, ask):
    gemini.fail(path="generateContent$")
    assert http.get(MODELS).status_code == 200
    assert ask().status_code == 503


def test_garbage(gemini, ask):
    gemini.fail(garbage=True)
    response = ask()
    assert response.status_code == 200
    with pytest.raises(ValueError, match=r"."):
        response.json()


@pytest.mark.parametrize("method", ["generateContent", STREAM])
@pytest.mark.parametrize("place", ["before_reply", "mid_body"])
def test_broken_connections(gemini, ask, method, place):
    gemini.fail(disconnect=place)
    with pytest.raises(httpx2.RemoteProtocolError):
        ask(method=method)
    assert ask(method=method).status_code == 200


@pytest.mark.parametrize("after_chunks", [1, 2])
def test_broken_stream(gemini, http, after_chunks):
    gemini.on("x").stream(["1", "2", "3"])
    gemini.fail(disconnect="mid_stream", after_chunks=after_chunks)
    body = {"contents": [{"parts": [{"text": "x"}]}]}
    received = bytearray()

    def read() -> None:
        with http.stream("POST", f"{MODELS}/gemini-2.5-flash:{STREAM}", json=body) as response:
            for chunk in response.iter_raw():
                received.extend(chunk)

    with pytest.raises(httpx2.RemoteProtocolError):
        read()
    assert len(events_of(received.decode())) == after_chunks


@pytest.mark.parametrize("chunks", [0, 1, 2])
def test_error_in_the_middle_of_a_stream(gemini, ask, chunks):
    gemini.on("x").stream(["1", "2", "3"])
    gemini.fail(503, error_after_chunks=chunks, times=3)
    events = events_of(ask("x", method=STREAM).text)
    assert [next(iter(event)) for event in events] == ["candidates"] * chunks + ["error"]
    items = ask("x", method="streamGenerateContent").json()
    assert items[-1]["error"]["code"] == 503
    assert len(items) == chunks + 1
    unary = ask("x")
    assert unary.status_code == unary.json()["error"]["code"] == 503


def test_delay_does_not_change_the_reply(gemini, ask):
    gemini.fail(delay_s=0.2)
    started = time.monotonic()
    assert ask().status_code == 200
    assert time.monotonic() - started >= 0.2


@pytest.mark.parametrize("settings", [{}, {"after_chunks": 1}])
def test_stall_until_the_client_gives_up(gemini, ask, settings):
    gemini.fail(stall=True, **settings)
    with pytest.raises(httpx2.ReadTimeout):
        httpx2.post(f"{gemini.url}{MODELS}/gemini-2.5-flash:{STREAM}", json=BODY, timeout=0.2)
    gemini.wait_until_idle()
    gemini.wait_until_connections(0)
    assert ask().status_code == 200


BODY = {"contents": [{"parts": [{"text": "hello"}]}]}


def test_stream_abandoned_by_its_client(gemini, http):
    gemini.on("x").stream(["1", "2", "3"], interval_s=30)
    with http.stream(
        "POST", f"{MODELS}/gemini-2.5-flash:{STREAM}", json={"contents": [{"parts": [{"text": "x"}]}]}
    ) as reply:
        chunks = reply.iter_raw()
        assert next(chunks)
        assert gemini.requests_in_flight == 1
    gemini.wait_until_idle()
    gemini.wait_until_connections(0)


def test_recorded_requests(gemini, http):
    with pytest.raises(LookupError):
        _ = gemini.last_request
    http.post("/v1beta/models/a%2Fb%20c:x?q=1&q=%C3%BC&empty=", json={"k": "ü"}, headers={"X-One": "1"})
    request = gemini.last_request
    assert request.method == "POST"
    assert request.raw_target == "/v1beta/models/a%2Fb%20c:x?q=1&q=%C3%BC&empty="
    assert request.path == "/v1beta/models/a/b c:x"
    assert request.query_pairs == [("q", "1"), ("q", "ü"), ("empty", "")]
    assert request.query == {"q": "ü", "empty": ""}
    assert request.headers["x-one"] == "1"
    assert ("x-one", "1") in request.raw_headers
    assert request.json == {"k": "ü"}
    assert json.loads(request.body) == {"k": "ü"}
    http.get("/second")
    assert [item.path for item in gemini.requests] == ["/v1beta/models/a/b c:x", "/second"]
    assert gemini.last_request.json is None


def test_nothing_remains_of_the_previous_test(gemini, ask):
    assert gemini.requests == []
    assert gemini.connections_open == 0
    assert parts_of(ask("x")) == [{"text": "This is a scripted reply to: x"}]


async def test_async_clients_side_by_side(gemini):
    gemini.on("x").stream(["a", "b"], interval_s=0.01)
    async with httpx2.AsyncClient(base_url=gemini.url) as client:
        body = {"contents": [{"parts": [{"text": "x"}]}]}
        path = f"{MODELS}/gemini-2.5-flash:generateContent"
        replies = await asyncio.gather(*(client.post(path, json=body) for _ in range(50)))
    assert [parts_of(reply) for reply in replies] == [[{"text": "ab"}]] * 50
    assert len(gemini.requests) == 50


def test_timeouts_describe_the_state(gemini):
    url = urlsplit(gemini.url)
    with socket.create_connection((url.hostname, url.port)):
        while not gemini.connections_open:
            time.sleep(0.001)
        with pytest.raises(TimeoutError, match="1 connections"):
            gemini.wait_until_connections(0, timeout_s=0.1)
    with pytest.raises(TimeoutError, match="fewer than 1"):
        gemini.wait_for_requests(1, timeout_s=0.1)
