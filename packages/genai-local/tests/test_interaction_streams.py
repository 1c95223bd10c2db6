"""The event streams of interactions: their form, readers that come back, faults, and clients that leave."""

from __future__ import annotations

import json
import socket
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from genai_local import ScriptedGemini
from genai_local.engines import Piece
from genai_local.engines.scripted import ScriptedEngine
from genai_local.protocol.errors import ApiError
from genai_local.scripting.script import Script

from .endless import EndlessEngine
from .gated import GatedEngine
from .interacting import PATH, create, created, events_of, read_events, refused, steps_of, text_of
from .waiting import until

VERTEX = "/v1beta1/projects/p/locations/l/interactions"
SIGNED = {"functionCall": {"name": "look", "args": {"at": list(range(40))}}, "thoughtSignature": "c2ln"}
LOOK = {"type": "function", "name": "look"}


def rich(gemini: ScriptedGemini | Script, interval_s: float = 0.0) -> None:
    """Add a rule whose answer has steps of several kinds."""
    chunks = [
        {"text": "Let me ", "thought": True},
        {"text": "see.", "thought": True},
        "Once ",
        "upon ",
        {"inlineData": {"mimeType": "image/png", "data": "AAAA"}},
        "a time.",
        SIGNED,
        SIGNED,
    ]
    gemini.on("story").stream(chunks, interval_s=interval_s)


def kinds(events: list[dict]) -> list[str]:
    return [event["event_type"] for event in events]


@pytest.mark.parametrize("path", [PATH, VERTEX])
@pytest.mark.parametrize("is_stored", [True, False])
def test_the_events_of_an_answer(http, gemini, path, is_stored):
    rich(gemini)
    reply = create(http, "a story", path, stream=True, store=is_stored, tools=[LOOK], service_tier="flex")
    assert reply.headers["content-type"].startswith("text/event-stream")
    events = events_of(reply.text)
    identities = [event.pop("event_id") for event in events]
    assert len(set(identities)) == len(identities)
    assert all(identities)
    assert kinds(events) == [
        "interaction.created",
        *("step.start", "step.delta", "step.delta", "step.stop"),
        *("step.start", "step.delta", "step.delta", "step.delta", "step.delta", "step.stop"),
        *("step.start", "step.delta", "step.stop"),
        *("step.start", *["step.delta"] * 5, "step.stop"),
        *("step.start", "step.delta", "step.stop"),
        *("step.start", *["step.delta"] * 5, "step.stop"),
        "interaction.completed",
    ]
    first, last = events[0]["interaction"], events[-1]["interaction"]
    assert first.keys() == {"id", "object", "status", "model", "created", "updated", "tools", "service_tier"}
    assert (first["object"], first["status"]) == ("interaction", "in_progress")
    assert {name: last[name] for name in ("id", "model", "created")} == {
        name: first[name] for name in ("id", "model", "created")
    }
    assert (last["status"], last["service_tier"]) == ("requires_action", "flex")
    assert last["usage"]["total_tokens"] > last["usage"]["total_output_tokens"] > 3
    assert events[1] == {"event_type": "step.start", "index": 0, "step": {"type": "thought"}}
    summary = {"type": "thought_summary", "content": {"type": "text", "text": "Let me "}}
    assert events[2] == {"event_type": "step.delta", "index": 0, "delta": summary}
    assert events[4] == {"event_type": "step.stop", "index": 0}
    assert events[6]["delta"] == {"type": "text", "text": "Once "}
    assert events[8]["delta"] == {"type": "image", "mime_type": "image/png", "data": "AAAA"}
    assert events[12]["delta"] == {"type": "thought_signature", "signature": "c2ln"}
    call = events[14]["step"]
    assert call == {"type": "function_call", "id": call["id"], "name": "look", "arguments": {}}
    assert events[15]["delta"]["type"] == "arguments_delta"
    steps = steps_of(events)
    assert [step["type"] for step in steps] == [
        "thought",
        "model_output",
        "thought",
        "function_call",
        "thought",
        "function_call",
    ]
    assert steps[1]["content"] == [
        {"type": "text", "text": "Once upon "},
        {"type": "image", "mime_type": "image/png", "data": "AAAA"},
        {"type": "text", "text": "a time."},
    ]
    assert steps[3]["arguments"] == SIGNED["functionCall"]["args"]
    if is_stored:
        kept = http.get(f"{path}/{first['id']}").json()
        assert kept["steps"] == steps
        assert {name: kept[name] for name in last} == last
        replayed = read_events(http, first["id"], path=path)
        assert [event.pop("event_id") for event in replayed] == identities
        assert replayed == events


def test_an_answer_that_was_not_streamed_can_be_read_as_events(http, gemini):
    rich(gemini)
    reply = created(http, "a story", tools=[LOOK])
    events = read_events(http, reply["id"])
    assert kinds(events)[0] == "interaction.created"
    assert kinds(events)[-1] == "interaction.completed"
    assert steps_of(events) == reply["steps"]
    assert events[-1]["interaction"]["usage"] == reply["usage"]


def test_a_background_run_is_followed_while_it_runs(http, gemini):
    rich(gemini, interval_s=0.02)
    reply = create(http, "a story", stream=True, background=True, tools=[LOOK])
    events = events_of(reply.text)
    assert kinds(events)[:3] == ["interaction.created", "interaction.status_update", "step.start"]
    identity = events[0]["interaction"]["id"]
    assert events[1]["interaction_id"] == identity
    assert events[1]["status"] == "in_progress"
    assert http.get(f"{PATH}/{identity}").json()["steps"] == steps_of(events)


def test_what_a_reader_has_is_what_get_returns_at_any_time(serve_engine, no_tls):
    script = Script()
    rich(script)
    engine = GatedEngine(script)
    with httpx2.Client(base_url=serve_engine(engine).url, timeout=30, verify=no_tls) as http:
        identity = created(http, "a story", background=True, tools=[LOOK])["id"]
        seen = []
        for count in range(1, 9):
            engine.release(1)
            until(lambda: engine.taken == count)  # noqa: B023 - called here
            seen.append(json.dumps(http.get(f"{PATH}/{identity}").json()["steps"]))
        events = read_events(http, identity)
    possible = [json.dumps(steps_of(events[:end])) for end in range(len(events) + 1)]
    positions = [possible.index(steps) for steps in seen]
    assert positions == sorted(set(positions))


def test_a_stream_that_is_cut_anywhere_and_resumed_has_each_event_once(http, gemini):
    rich(gemini)
    whole = events_of(create(http, "a story", stream=True, tools=[LOOK]).text)
    for cut in range(1, len(whole) + 1):
        gemini.fail(disconnect="mid_stream", after_chunks=cut)
        received, is_broken = b"", False
        body = {"model": "gemini-2.5-flash", "input": "a story", "stream": True, "tools": [LOOK]}
        try:
            with http.stream("POST", PATH, json=body) as reply:
                for piece in reply.iter_raw():
                    received += piece
        except httpx2.RemoteProtocolError:
            is_broken = True
        assert is_broken
        events = events_of(received.decode(), is_complete=False)
        assert len(events) == cut
        identity = events[0]["interaction"]["id"]
        events += read_events(http, identity, after=events[-1]["event_id"])
        assert kinds(events) == kinds(whole)
        assert events == read_events(http, identity)
        assert steps_of(events) == http.get(f"{PATH}/{identity}").json()["steps"]


def test_a_run_continues_when_its_client_leaves_and_a_reader_catches_up(serve_engine, no_tls):
    numbers = [f"{number} " for number in range(60)]
    script = Script()
    script.on("long").stream(numbers)
    engine = GatedEngine(script, free=3)
    with (
        httpx2.Client(base_url=serve_engine(engine).url, timeout=30, verify=no_tls) as http,
        ThreadPoolExecutor(1) as threads,
    ):
        received = b""
        with http.stream("POST", PATH, json={"model": "gemini-2.5-flash", "input": "long", "stream": True}) as reply:
            for piece in reply.iter_raw():
                received += piece
                if received.count(b"event: step.delta") == 3 and received.endswith(b"\n\n"):
                    break
        events = events_of(received.decode(), is_complete=False)
        identity = events[0]["interaction"]["id"]
        assert http.get(f"{PATH}/{identity}").json()["status"] == "in_progress"
        reader = threads.submit(read_events, http, identity, events[-1]["event_id"])
        engine.release()
        events += reader.result(30)
        assert events == read_events(http, identity)
        assert text_of({"steps": steps_of(events)}) == "".join(numbers)
        assert http.get(f"{PATH}/{identity}").json()["status"] == "completed"


def test_a_run_that_is_not_stored_ends_when_its_client_leaves(serve_engine, no_tls):
    engine = EndlessEngine()
    server = serve_engine(engine)
    with httpx2.Client(base_url=server.url, timeout=30, verify=no_tls) as http:
        body = {"model": "gemini-2.5-flash", "input": "x", "stream": True, "store": False}
        with http.stream("POST", PATH, json=body) as reply:
            next(reply.iter_raw())
            assert engine.working == 1
        until(lambda: engine.working == 0)


def test_a_client_that_leaves_before_the_first_event_ends_the_run(serve_engine):
    engine = GatedEngine()
    server = serve_engine(engine)
    for count, fields in enumerate(({"stream": True}, {}, {"stream": True, "store": False}), start=1):
        body = json.dumps({"model": "gemini-2.5-flash", "input": "x", **fields})
        with socket.create_connection(("127.0.0.1", server.port)) as client:
            head = f"POST {PATH} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {len(body)}\r\n\r\n"
            client.sendall((head + body).encode())
            until(lambda: engine.prompts == count)  # noqa: B023 - called here
            assert server.api.admission._running == 1
        until(lambda: server.api.admission._running == 0)
    engine.release()
    assert server.api.state.rows("SELECT id FROM interactions") == []


def test_many_streams_at_the_same_time(gemini, no_tls):
    gemini.on("short").stream(["a ", "b "], interval_s=0.002)
    with httpx2.Client(base_url=gemini.url, timeout=30, verify=no_tls) as http, ThreadPoolExecutor(16) as threads:
        replies = threads.map(lambda n: create(http, "short", stream=True, background=n % 2 == 0), range(300))
        for reply in replies:
            events = events_of(reply.text)
            assert text_of({"steps": steps_of(events)}) == "a b "
            assert events[-1]["interaction"]["status"] == "completed"


def test_positions_of_readers(http, gemini):
    rich(gemini)
    identity = events_of(create(http, "a story", stream=True, tools=[LOOK]).text)[0]["interaction"]["id"]
    other = read_events(http, created(http)["id"])
    events = read_events(http, identity)
    for position, event in enumerate(events):
        assert read_events(http, identity, after=event["event_id"]) == events[position + 1 :]
    own = events[0]["event_id"]
    for wrong in ("x", "1", own + "00", own.replace("-1-", "-2-"), other[0]["event_id"], own.replace("-1-1", "-01-1")):
        reply = http.get(f"{PATH}/{identity}", params={"stream": "true", "last_event_id": wrong})
        message = refused(reply)
        assert message.startswith(f"last_event_id: {wrong!r} is not the id of an event of interactions/{identity}")
    message = refused(http.get(f"{PATH}/{identity}", params={"last_event_id": own}))
    assert message == "last_event_id: requires stream=true."
    for name in ("stream", "include_input"):
        message = refused(http.get(f"{PATH}/{identity}", params={name: "maybe"}))
        assert message == f"{name}: expected true or false, not 'maybe'."


class BreakingEngine(ScriptedEngine):
    """A scripted engine that breaks after the first piece of an answer."""

    async def generate(self, request):
        yield Piece(parts=[{"text": "one "}], prompt_tokens=1, output_tokens=1)
        raise ApiError(503, "The engine broke.")


def test_a_failure_in_the_middle(serve_engine, no_tls):
    server = serve_engine(BreakingEngine())
    problem = {"code": "unavailable", "message": "The engine broke."}
    with httpx2.Client(base_url=server.url, timeout=30, verify=no_tls) as http:
        for fields in ({}, {"store": False}, {"background": True}):
            events = events_of(create(http, "x", stream=True, **fields).text)
            assert kinds(events)[-3:] == ["step.stop", "error", "interaction.completed"]
            assert events[-2]["error"] == problem
            assert events[-1]["interaction"]["status"] == "failed"
            identity = events[0]["interaction"]["id"]
            reply = http.get(f"{PATH}/{identity}")
            if fields.get("store", True):
                found = reply.json()
                assert (found["status"], text_of(found), found["errors"]) == ("failed", "one ", [problem])
                assert read_events(http, identity) == events
            else:
                refused(reply, 404, "not_found")
        assert refused(create(http, "x"), 503, "unavailable") == "The engine broke."
    assert len(server.api.state.rows("SELECT id FROM interactions")) == 2


def test_scripted_faults(http, gemini, no_tls):
    rich(gemini)
    gemini.fail(503, message="Break.", error_after_chunks=3)
    events = events_of(create(http, "a story", stream=True, tools=[LOOK]).text)
    assert len(events) == 4
    assert events[-1] == {"event_type": "error", "error": {"code": "unavailable", "message": "Break."}}
    gemini.fail(503, message="Break.", error_after_chunks=3)
    assert refused(create(http, "x"), 503, "unavailable") == "Break."
    gemini.fail(429, message="Later.", retry_delay_s=1)
    reply = create(http, "x")
    assert refused(reply, 429, "resource_exhausted") == "Later."
    assert reply.headers["retry-after"] == "1"
    identity = created(http, "a story", tools=[LOOK])["id"]
    gemini.fail(stall=True, after_chunks=2, path="interactions/")
    with (
        httpx2.Client(base_url=gemini.url, timeout=0.2, verify=no_tls) as impatient,
        pytest.raises(httpx2.ReadTimeout),
    ):
        impatient.get(f"{PATH}/{identity}?stream=true")
    gemini.fail(503, message="Break.", error_after_chunks=1)
    events = events_of(http.get(f"{PATH}/{identity}?stream=true").text)
    assert kinds(events) == ["interaction.created", "error"]
    gemini.respond(json={"id": "mine", "status": "completed", "steps": []})
    assert create(http, "x").json()["id"] == "mine"


def test_errors_of_paths_and_bodies_have_the_form_of_this_api(http):
    assert refused(http.post(PATH, content=b"{"), 400).startswith("Invalid JSON payload received.")
    refused(http.patch(f"{PATH}/x"), 405, "method_not_allowed")
    refused(http.get(f"{PATH}/x/y/z"), 404, "not_found")
    refused(http.get(f"{PATH}/x?alt=xml"), 400)
    assert http.post("/v1beta/models/x:generateContent", content=b"{").json()["error"]["code"] == 404


def test_a_server_that_needs_a_key(serve_engine, no_tls):
    server = serve_engine(ScriptedEngine(), require_key="secret")
    with httpx2.Client(base_url=server.url, timeout=30, verify=no_tls) as http:
        assert "key" in refused(create(http), 403, "permission_denied")
        assert created(http, path=f"{PATH}?key=secret")["status"] == "completed"


def test_a_stream_ends_within_the_time_of_grace_when_the_server_stops(serve_engine, no_tls):
    script = Script()
    script.on("long").stream(["x "] * 50, interval_s=0.01)
    server = serve_engine(ScriptedEngine(script))
    with httpx2.Client(base_url=server.url, timeout=30, verify=no_tls) as http:
        body = {"model": "gemini-2.5-flash", "input": "long", "stream": True}
        with http.stream("POST", PATH, json=body) as reply:
            pieces = reply.iter_raw()
            received = next(pieces)
            identity = json.loads(received.split(b"data: ")[1].split(b"\n")[0])["interaction"]["id"]
            assert identity
            assert server.stop(grace_s=20)
            received += b"".join(pieces)
    events = events_of(received.decode())
    assert events[-1]["interaction"]["status"] == "completed"
    assert text_of({"steps": steps_of(events)}) == "x " * 50


def test_a_reader_of_a_background_run_gets_an_error_when_the_server_stops(serve_engine, no_tls):
    server = serve_engine(GatedEngine())
    with httpx2.Client(base_url=server.url, timeout=30, verify=no_tls) as http:
        body = {"model": "gemini-2.5-flash", "input": "x", "stream": True, "background": True}
        with http.stream("POST", PATH, json=body) as reply:
            pieces = reply.iter_raw()
            received = next(pieces)
            assert server.stop(grace_s=20)
            received += b"".join(pieces)
    events = events_of(received.decode())
    assert kinds(events) == ["interaction.created", "interaction.status_update", "error"]
    assert events[-1]["error"]["code"] == "unavailable"
