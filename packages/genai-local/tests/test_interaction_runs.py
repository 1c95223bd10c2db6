"""Interactions that run, end and are stored: background runs, cancellation, deletion, expiry, limits, many at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import httpx2

from genai_local.scripting.script import Script
from genai_local.services.interactions import runner, store as stored
from genai_local.services.interactions.store import Interactions

from .conftest import PlainEngine
from .gated import GatedEngine
from .interacting import PATH, create, created, events_of, read_events, refused, steps_of, text_of
from .waiting import until


def ended(http, interaction_id: str, path: str = PATH) -> dict:
    """Wait until an interaction has ended, and return it."""
    found = {}

    def has_ended() -> bool:
        found.update(http.get(f"{path}/{interaction_id}").json())
        return found["status"] != "in_progress"

    until(has_ended)
    return found


def test_deletion(http):
    first = created(http)["id"]
    second = created(http, previous_interaction_id=first)["id"]
    assert http.delete(f"{PATH}/{first}").json() == {}
    refused(http.delete(f"{PATH}/{first}"), 404, "not_found")
    refused(http.get(f"{PATH}/{first}?stream=true"), 404, "not_found")
    assert http.get(f"{PATH}/{second}").json()["previous_interaction_id"] == first
    message = refused(create(http, previous_interaction_id=second), 404, "not_found")
    assert message.startswith(f"previous_interaction_id: interactions/{first} was not found; {second} continues it")


def test_a_background_run(serve_engine, no_tls):
    script = Script()
    script.on("slow").stream(["one ", "two ", "three"])
    engine = GatedEngine(script)
    with httpx2.Client(base_url=serve_engine(engine).url, timeout=30, verify=no_tls) as http:
        first = created(http, "slow", background=True)
        assert (first["status"], first["steps"]) == ("in_progress", [])
        message = refused(create(http, previous_interaction_id=first["id"]))
        assert message.startswith(f"previous_interaction_id: interactions/{first['id']} is in_progress")
        engine.release()
        done = ended(http, first["id"])
        assert (done["status"], text_of(done)) == ("completed", "one two three")
        assert done["updated"] > first["updated"] >= first["created"] == done["created"]
        assert text_of(created(http, "and", previous_interaction_id=first["id"])).endswith("and")


def test_a_background_run_that_fails(http, gemini):
    gemini.on("fail").fail(503, message="Come back later.")
    failed = ended(http, created(http, "fail", background=True)["id"])
    assert failed["status"] == "failed"
    assert failed["errors"] == [{"code": "unavailable", "message": "Come back later."}]
    events = read_events(http, failed["id"])
    assert [event["event_type"] for event in events[-2:]] == ["error", "interaction.completed"]
    assert events[-2]["error"] == failed["errors"][0]
    message = refused(create(http, previous_interaction_id=failed["id"]))
    assert (
        "is failed; expected an interaction that is completed, requires_action, requires_continuation or incomplete"
        in message
    )


def test_a_background_run_waits_for_its_turn(serve_engine, no_tls):
    engine = GatedEngine()
    server = serve_engine(engine, max_running=1, max_waiting=0)
    with httpx2.Client(base_url=server.url, timeout=30, verify=no_tls) as http:
        first = created(http, "first", background=True)["id"]
        until(lambda: engine.prompts == 1)
        second = created(http, "second", background=True)["id"]
        reply = create(http, "third")
        assert refused(reply, 429, "resource_exhausted").startswith("Resource has been exhausted")
        assert reply.headers["retry-after"] == "1"
        engine.release()
        assert ended(http, first)["status"] == ended(http, second)["status"] == "completed"


def test_cancellation(http, gemini):
    gemini.on("endless").stream(["and so on "] * 10_000, interval_s=0.01)
    running = created(http, "endless", background=True)["id"]
    until(lambda: text_of(http.get(f"{PATH}/{running}").json()) != "")
    cancelled = http.post(f"{PATH}/{running}/cancel").json()
    assert cancelled["status"] == "cancelled"
    assert text_of(cancelled).startswith("and so on ")
    assert http.post(f"{PATH}/{running}/cancel").json() == cancelled
    assert http.get(f"{PATH}/{running}").json() == cancelled
    events = read_events(http, running)
    assert [event["event_type"] for event in events[-2:]] == ["step.stop", "interaction.completed"]
    assert events[-1]["interaction"]["status"] == "cancelled"
    assert steps_of(events) == cancelled["steps"]
    store = gemini._server.api.part(Interactions)
    until(lambda: running not in store.tasks)
    complete = created(http)
    assert http.post(f"{PATH}/{complete['id']}/cancel").json() == complete


def test_deletion_ends_a_run(http, gemini):
    gemini.on("endless").stream(["and so on "] * 10_000, interval_s=0.01)
    running = created(http, "endless", background=True)["id"]
    store = gemini._server.api.part(Interactions)
    assert running in store.tasks
    with http.stream("GET", f"{PATH}/{running}?stream=true") as reply:
        lines = reply.iter_lines()
        assert next(lines) == "event: interaction.created"
        assert http.delete(f"{PATH}/{running}").json() == {}
        rest = "\n".join(lines)
    assert f"interactions/{running} was deleted." in rest
    until(lambda: running not in store.tasks)
    refused(http.get(f"{PATH}/{running}"), 404, "not_found")


def test_changes_of_one_interaction_at_the_same_time(gemini, no_tls):
    gemini.on("endless").stream(["and so on "] * 10_000, interval_s=0.001)
    with httpx2.Client(base_url=gemini.url, timeout=30, verify=no_tls) as http, ThreadPoolExecutor(8) as threads:
        for _ in range(10):
            running = created(http, "endless", background=True)["id"]
            calls = [
                *[threads.submit(http.post, f"{PATH}/{running}/cancel") for _ in range(3)],
                *[threads.submit(http.delete, f"{PATH}/{running}") for _ in range(2)],
                *[threads.submit(http.get, f"{PATH}/{running}", params={"stream": "true"}) for _ in range(2)],
                threads.submit(create, http, "next", previous_interaction_id=running),
            ]
            *replies, continued = [call.result(30) for call in calls]
            cancels, deletions, readers = replies[:3], replies[3:5], replies[5:]
            assert sorted(reply.status_code for reply in deletions) == [200, 404]
            for reply in cancels:
                assert reply.status_code == 404 or reply.json()["status"] == "cancelled"
            for reply in readers:
                if reply.status_code != 404:
                    last = events_of(reply.text)[-1]
                    is_deleted = last["event_type"] == "error" and "was deleted" in last["error"]["message"]
                    assert is_deleted or last["interaction"]["status"] == "cancelled"
            assert continued.status_code in (400, 404)
            refused(http.get(f"{PATH}/{running}"), 404, "not_found")
    store = gemini._server.api.part(Interactions)
    until(lambda: not store.tasks)
    assert not store._changes


def test_branches_at_the_same_time(gemini, no_tls):
    with httpx2.Client(base_url=gemini.url, timeout=30, verify=no_tls) as http, ThreadPoolExecutor(8) as threads:
        root = created(http, "root")["id"]
        branches = list(threads.map(lambda n: created(http, f"branch {n}", previous_interaction_id=root), range(24)))
    assert len({branch["id"] for branch in branches}) == 24
    assert [text_of(branch).rpartition(": ")[2] for branch in branches] == [f"branch {n}" for n in range(24)]


def test_interactions_expire_after_their_last_use(http, gemini):
    first = created(http)["id"]
    gemini.clock.advance(stored.LIFETIME_S - 60)
    second = created(http, previous_interaction_id=first)["id"]
    other = created(http)["id"]
    gemini.clock.advance(stored.LIFETIME_S - 60)
    third = created(http, previous_interaction_id=second)["id"]
    gemini.clock.advance(120)
    for identity in (first, second, third):
        assert http.get(f"{PATH}/{identity}").status_code == 200
    refused(http.get(f"{PATH}/{other}"), 404, "not_found")


def test_the_least_recently_used_interactions_give_way(http, gemini):
    store = gemini._server.api.part(Interactions)
    store.max_bytes = 60_000
    kept = created(http, "kept")["id"]
    dropped = created(http, "x" * 20_000)["id"]
    for _ in range(20):
        kept = created(http, "next", previous_interaction_id=kept)["id"]
        if http.get(f"{PATH}/{dropped}").status_code == 404:
            break
    refused(http.get(f"{PATH}/{dropped}"), 404, "not_found")
    assert created(http, "last", previous_interaction_id=kept)["status"] == "completed"


def test_limits_of_stored_interactions(http, gemini, monkeypatch):
    gemini.on("endless").stream(["and so on "] * 10_000, interval_s=0.01)
    monkeypatch.setattr(stored, "MAX_UNFINISHED", 2)
    running = [created(http, "endless", background=True)["id"] for _ in range(2)]
    message = refused(create(http, "x", background=True), 429, "resource_exhausted")
    assert message == "Resource has been exhausted: 2 interactions are running."
    for identity in running:
        http.post(f"{PATH}/{identity}/cancel")
    monkeypatch.setattr(stored, "MAX_CHAIN", 2)
    first = created(http)["id"]
    second = created(http, previous_interaction_id=first)["id"]
    third = created(http, previous_interaction_id=second)["id"]
    message = refused(create(http, previous_interaction_id=third))
    assert message.startswith("previous_interaction_id: more than 2 interactions precede this one")
    monkeypatch.setattr(stored, "MAX_INTERACTION_BYTES", 20_000)
    gemini.on("long").stream(["x" * 1_000] * 50)
    failed = ended(http, created(http, "long", background=True)["id"])
    assert (failed["status"], failed["errors"][0]["code"]) == ("failed", "resource_exhausted")


def test_a_run_that_takes_too_long(http, gemini, monkeypatch):
    monkeypatch.setattr(runner, "MAX_INTERACTION_S", 0.05)
    gemini.on("endless").stream(["and so on "] * 10_000, interval_s=0.01)
    failed = ended(http, created(http, "endless", background=True)["id"])
    assert failed["errors"] == [{"code": "deadline_exceeded", "message": "The run took more than 0.05 seconds."}]


def continued(gemini) -> None:
    """Answer in two parts: the second one when the client asks with the token of the first."""
    part = {"content": {"role": "model", "parts": [{"text": "Once "}]}, "continuationToken": "dG9rZW4="}
    gemini.on(lambda request: "continuationToken" in request).reply(
        lambda request: f"upon {request['continuationToken']}."
    )
    gemini.on("story").reply({"candidates": [part]})


def test_an_answer_in_two_parts(http, gemini):
    continued(gemini)
    for fields in ({}, {"background": True}):
        first = ended(http, created(http, "story", **fields)["id"])
        assert (first["status"], first["continuation_token"]) == ("requires_continuation", "dG9rZW4=")
        more = {"previous_interaction_id": first["id"], "continuation_token": first["continuation_token"]}
        reply = http.post(PATH, json={"model": "gemini-2.5-flash", **more})
        assert reply.status_code == 200, reply.text
        assert (reply.json()["status"], text_of(reply.json())) == ("completed", "upon dG9rZW4=.")
        assert "continuation_token" not in reply.json()
        assert http.get(f"{PATH}/{reply.json()['id']}?include_input=true").json() == reply.json()
        assert text_of(created(http, "more", previous_interaction_id=reply.json()["id"]))


def test_a_streamed_answer_in_two_parts(http, gemini):
    continued(gemini)
    for fields in ({}, {"store": False}):
        events = events_of(create(http, "story", stream=True, **fields).text)
        last = events[-1]["interaction"]
        assert (last["status"], last["continuation_token"]) == ("requires_continuation", "dG9rZW4=")
        more = {"input": "story"} if fields else {"previous_interaction_id": last["id"]}
        body = {"model": "gemini-2.5-flash", "continuation_token": "dG9rZW4=", "stream": True, **fields, **more}
        rest = events_of(http.post(PATH, json=body).text)
        assert text_of({"steps": steps_of(rest)}) == "upon dG9rZW4=."
        assert rest[-1]["interaction"]["status"] == "completed"


def test_a_token_needs_an_input_or_the_first_part(http):
    body = {"model": "gemini-2.5-flash", "continuation_token": "dG9rZW4="}
    assert refused(http.post(PATH, json=body)).startswith("input: is missing")


def test_an_engine_without_continuation(serve_engine, no_tls):
    with httpx2.Client(base_url=serve_engine(PlainEngine()).url, verify=no_tls) as http:
        message = refused(create(http, "x", continuation_token="dG9rZW4="))
        assert message.startswith("continuation_token: ")
