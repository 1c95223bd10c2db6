"""Interactions after their creation: waiting, forking, cancelling, deleting, raw responses, automatic continuation."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest

from google import genai
from google.genai import errors, interactions

from .conftest import Caller
from .service import EVENTS, ID, Service, as_json, as_stream, refusal


def state(status: str, **more: Any) -> dict[str, Any]:
    return {"id": ID, "status": status, **more}


# Waiting


@pytest.mark.parametrize("status", ["completed", "failed", "cancelled", "requires_action", "incomplete", "new_status"])
def test_wait_returns_the_first_state_that_does_not_run(caller: Caller, service: Service, status: str) -> None:
    service.answers(state("queued"), state("in_progress"), state(status))
    seen: list[str] = []
    found = caller.result("wait", ID, poll_s=0.001, progress=lambda each: seen.append(each.status))
    assert found.status == status
    assert [(asked.method, asked.path) for asked in service.asked] == [("GET", f"/v1beta/interactions/{ID}")] * 3
    assert seen == ["queued", "in_progress", status]


def test_wait_for_an_object(caller: Caller, service: Service) -> None:
    done = interactions.Interaction(id=ID, status="completed")
    assert caller.result("wait", done) is done
    assert service.asked == []
    running = interactions.Interaction(id=ID, status="in_progress")
    assert caller.result("wait", running, poll_s=0.001).status == "completed"
    assert len(service.asked) == 1


def test_wait_has_a_limit(caller: Caller, service: Service) -> None:
    service.answers(state("in_progress"))
    outcome = caller.call("wait", ID, timeout_s=0.5, poll_s=0.01)
    assert isinstance(outcome.error, errors.NotDoneError)
    assert outcome.error.last.status == "in_progress"
    assert f"interactions/{ID}" in str(outcome.error)
    assert len(service.asked) >= 1


def test_wait_refuses_wrong_pauses(client: genai.Client, service: Service) -> None:
    with pytest.raises(ValueError, match="poll_s"):
        client.interactions.wait(ID, poll_s=0)
    assert service.asked == []


# Forking


def test_fork_keeps_the_settings_of_the_stored_interaction(caller: Caller, service: Service) -> None:
    settings: dict[str, Any] = {
        "model": "m",
        "system_instruction": "Be brief.",
        "generation_config": {"temperature": 0.5},
        "tools": [{"type": "google_search"}, {"type": "oracle", "depth": 3}],
        "labels": {"a": "b"},
        "response_format": {"type": "text", "mime_type": "application/json"},
    }
    results = {
        "created": "2026-01-01T00:00:00Z",
        "updated": "2026-01-01T00:00:00Z",
        "object": "interaction",
        "usage": {"total_tokens": 5},
        "steps": [{"type": "model_output", "content": [{"type": "text", "text": "a"}]}],
        "input": "old",
        "previous_interaction_id": "v1_older",
        "environment_id": "e",
    }
    service.answers(state("completed", **settings, **results), {"id": "v1_new", "status": "completed"})
    assert caller.result("fork", ID, input="Sad.", labels={"c": "d"}).id == "v1_new"
    first, second = service.asked
    assert (first.method, first.path) == ("GET", f"/v1beta/interactions/{ID}")
    assert second.body == {**settings, "labels": {"c": "d"}, "input": "Sad.", "previous_interaction_id": ID}

    service.forget()
    stored = interactions.Interaction.model_validate(state("completed", **settings, **results))
    before = stored.model_dump()
    caller.result("fork", stored, input="Merry.")
    assert [asked.method for asked in service.asked] == ["POST"]
    assert stored.model_dump() == before


def test_fork_to_another_model_or_an_agent(client: genai.Client, service: Service) -> None:
    of_model = interactions.Interaction.model_validate(state("completed", model="m", generation_config={"seed": 1}))
    client.interactions.fork(of_model, input="a", model="n")
    client.interactions.fork(of_model, input="a", agent="g")
    config = {"type": "dynamic"}
    of_agent = interactions.Interaction.model_validate(state("completed", agent="g", agent_config=config))
    client.interactions.fork(of_agent, input="a")
    client.interactions.fork(of_agent, input="a", model="n")
    of_agent.model = "m"  # the model that the agent used
    client.interactions.fork(of_agent, input="a")
    shared = {"input": "a", "previous_interaction_id": ID}
    assert service.bodies == [
        {"model": "n", "generation_config": {"seed": 1}, **shared},
        {"agent": "g", **shared},
        {"agent": "g", "agent_config": config, **shared},
        {"model": "n", **shared},
        {"agent": "g", "agent_config": config, **shared},
    ]


def test_fork_may_stream_and_run_functions(caller: Caller, service: Service) -> None:
    def note() -> int:
        """Note."""
        return 5

    call = {"type": "function_call", "id": "c", "name": "note", "arguments": {}}
    stored = interactions.Interaction.model_validate(state("completed", model="m"))
    service.answers({"id": "v1_b", "status": "requires_action", "steps": [call]}, {"id": "v1_c", "status": "completed"})
    assert caller.result("fork", stored, input="a", tools=[note]).id == "v1_c"
    assert [body["previous_interaction_id"] for body in service.bodies] == [ID, "v1_b"]
    service.answers(as_stream(EVENTS))
    if not caller.is_async:
        assert len(list(caller.result("fork", stored, input="a", stream=True))) == len(EVENTS)


# Cancelling and deleting


def test_cancel_returns_the_interaction(caller: Caller, service: Service) -> None:
    service.answers(state("cancelled"))
    assert caller.result("cancel", ID).status == "cancelled"
    assert [(asked.method, asked.path, asked.body) for asked in service.asked] == [
        ("POST", f"/v1beta/interactions/{ID}/cancel", None)
    ]


@pytest.mark.parametrize("body", [b"{}", b"", b"null"])
def test_delete_returns_nothing(caller: Caller, service: Service, body: bytes) -> None:
    service.answers(lambda peer, _: peer.reply(body=body))
    assert caller.result("delete", interactions.Interaction(id=ID, status="completed")) is None
    assert [(asked.method, asked.path) for asked in service.asked] == [("DELETE", f"/v1beta/interactions/{ID}")]


# Raw responses


def test_raw_responses(caller: Caller, service: Service) -> None:
    reply = state("completed", new=1)
    service.answers(as_json(reply, headers={"X-Request-Id": "r1"}))

    def raw(client: genai.Client) -> list[Any]:
        methods = client.interactions.with_raw_response
        assert {"create", "get", "cancel", "delete"} <= {*dir(methods)}
        return [methods.create(model="m", input="a"), methods.get(ID), methods.cancel(ID), methods.delete(ID)]

    async def raw_async(client: genai.Client) -> list[Any]:
        methods = client.aio.interactions.with_raw_response
        made = await methods.create(model="m", input="a")
        return [made, await methods.get(ID), await methods.cancel(ID), await methods.delete(ID, api_version="v9")]

    for response in caller.driver.run(raw_async if caller.is_async else raw).result():  # type: ignore[attr-defined]
        assert (response.status_code, response.request_id) == (200, "r1")
        assert response.headers["content-type"] == "application/json"
        assert response.json() == reply == json.loads(response.text) == json.loads(response.content)
        parsed = response.parse()
        assert parsed is None or parsed.id == ID
    assert response.parse() is None
    assert [asked.method for asked in service.asked] == ["POST", "GET", "POST", "DELETE"]


def test_raw_responses_of_streams(client: genai.Client, service: Service) -> None:
    service.answers(as_stream(EVENTS))
    response = client.interactions.with_raw_response.create(model="m", input="a", stream=True)
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/event-stream"
    assert response.content == b""
    assert len(list(response.parse())) == len(EVENTS)


def test_raw_responses_of_refused_calls_are_errors(client: genai.Client, service: Service) -> None:
    service.answers(refusal(404))
    with pytest.raises(interactions.NotFoundError):
        client.interactions.with_raw_response.get(ID)
    with pytest.raises(interactions.NotFoundError):
        client.interactions.with_raw_response.delete(ID)
    with pytest.raises(AttributeError, match="no method 'wait'"):
        client.interactions.with_raw_response.wait  # noqa: B018


# Automatic continuation


def part(id: str, tokens: int, token: str | None = None, **more: Any) -> dict[str, Any]:
    usage: dict[str, Any] = {f"total_{kind}tokens": tokens for kind in ("", "input_", "output_", "thought_", "cached_")}
    usage["output_tokens_by_modality"] = [{"modality": "text", "tokens": tokens}, {"modality": id, "tokens": 1}]
    usage["grounding_tool_count"] = [{"type": "google_search", "count": 1}]
    return {
        "id": id,
        "status": "requires_continuation" if token else "completed",
        "continuation_token": token,
        "steps": [{"type": "model_output", "content": [{"type": "text", "text": id}]}],
        "usage": usage,
        **more,
    }


def test_an_interrupted_interaction_is_continued(caller: Caller, service: Service) -> None:
    service.answers(part("a", 1, "t1"), part("b", 10, "t2"), part("c", 100))
    found = caller.result("create", model="m", input="Hi", labels={"x": "y"})
    shared = {"model": "m", "labels": {"x": "y"}}
    assert service.bodies == [
        {**shared, "input": "Hi"},
        {**shared, "continuation_token": "t1", "previous_interaction_id": "a"},
        {**shared, "continuation_token": "t2", "previous_interaction_id": "b"},
    ]
    assert (found.id, found.status, found.text) == ("c", "completed", "abc")
    assert found.continuation_ids == ["a", "b", "c"]
    assert found.continuation_token is None
    usage = found.usage
    names = [f"total_{kind}tokens" for kind in ("", "input_", "output_", "thought_", "cached_")]
    assert [getattr(usage, name) for name in names] == [111] * 5
    assert usage.initial_input_tokens == 1
    by_kind = {each.modality: each.tokens for each in usage.output_tokens_by_modality}
    assert by_kind == {"text": 111, "a": 1, "b": 1, "c": 1}
    assert usage.grounding_tool_count == [interactions.GroundingToolCount(type="google_search", count=3)]
    assert found.sdk_http_response is not None


def test_an_interaction_that_is_not_stored_continues_with_its_input(caller: Caller, service: Service) -> None:
    service.answers(part("", 1, "t1"), part("", 10))
    found = caller.result("create", model="m", input="Hi", store=False)
    assert service.bodies[1] == {"model": "m", "input": "Hi", "store": False, "continuation_token": "t1"}
    assert found.continuation_ids == []
    assert found.usage.total_tokens == 11


def test_continuation_can_be_disabled(caller: Caller, service: Service) -> None:
    service.answers(part("a", 1, "t1"))
    found = caller.result("create", model="m", input="Hi", automatic_continuation=False)
    assert (found.status, found.continuation_token) == ("requires_continuation", "t1")
    assert found.continuation_ids is None
    assert len(service.asked) == 1


def test_the_number_of_continuations_is_limited(caller: Caller, service: Service) -> None:
    service.answers(*(part(f"i{number}", 1, f"t{number}") for number in range(30)))
    found = caller.result("create", model="m", input="Hi")
    assert found.status == "requires_continuation"
    assert len(service.asked) == 21
    assert found.usage.total_tokens == 21


def test_a_token_is_used_once(caller: Caller, service: Service) -> None:
    service.answers(part("a", 1, "t1"), part("b", 10, "t1"), part("c", 100))
    found = caller.result("create", model="m", input="Hi")
    assert (found.id, found.status, found.text) == ("b", "requires_continuation", "ab")
    assert len(service.asked) == 2


def test_an_interaction_without_a_token_is_not_continued(caller: Caller, service: Service) -> None:
    service.answers(part("a", 1, None, status="requires_continuation", usage=None))
    found = caller.result("create", model="m", input="Hi")
    assert found.status == "requires_continuation"
    assert found.continuation_ids == ["a"]
    assert len(service.asked) == 1
    service.answers(part("a", 1, "t", usage=None), part("b", 1))
    assert caller.result("create", model="m", input="Hi").usage.total_tokens == 1
    service.answers(part("a", 1, "t"), part("b", 1, usage=None))
    assert caller.result("create", model="m", input="Hi").usage.total_tokens == 1
    service.answers(part("a", 1, "t", usage=None), part("b", 1, usage=None))
    assert caller.result("create", model="m", input="Hi").usage is None


def test_a_refused_continuation_keeps_the_parts_before_it(caller: Caller, service: Service) -> None:
    service.answers(part("a", 1, "t1"), part("b", 10, "t2"), refusal(400))
    error = caller.call("create", model="m", input="Hi").error
    assert isinstance(error, errors.ContinuationInterruptedError)
    assert isinstance(error.__cause__, interactions.BadRequestError)
    for each in (error, pickle.loads(pickle.dumps(error))):
        assert (each.interaction_id, each.continuation_token, each.continuation_ids) == ("b", "t2", ["a", "b"])
        assert each.partial_interaction.text == "ab"
        assert each.partial_interaction.usage.total_tokens == 11


def events_of(id: str, token: str | None = None) -> list[dict[str, Any]]:
    """Return the events of an interaction with one text, its id."""
    whole = {"id": id, "status": "requires_continuation" if token else "completed", "continuation_token": token}
    events: list[dict[str, Any]] = [
        {"event_type": "interaction.created", "interaction": {"id": id, "status": "in_progress"}},
        {"event_type": "step.start", "index": 0, "step": {"type": "model_output"}},
        {"event_type": "step.delta", "index": 0, "delta": {"type": "text", "text": id}},
        {"event_type": "step.stop", "index": 0},
        {"event_type": "interaction.completed", "interaction": {**whole, "usage": {"total_tokens": 1}}},
    ]
    return [{**event, "event_id": f"{id}{number}"} for number, event in enumerate(events)]


def test_an_interrupted_stream_is_continued(caller: Caller, service: Service) -> None:
    parts = [events_of("a", "t1"), events_of("b", "t2"), events_of("c")]
    service.answers(*map(as_stream, parts))
    outcome = caller.events()
    stream = outcome.result()
    assert [event.event_id for event in outcome.chunks] == [event["event_id"] for part in parts for event in part]
    assert service.bodies == [
        {"model": "m", "input": "Hi", "stream": True},
        {"model": "m", "stream": True, "continuation_token": "t1", "previous_interaction_id": "a"},
        {"model": "m", "stream": True, "continuation_token": "t2", "previous_interaction_id": "b"},
    ]
    found = stream.interaction
    assert (found.id, found.status, found.text, found.continuation_ids) == ("c", "completed", "abc", ["a", "b", "c"])
    assert found.usage.total_tokens == 3


@pytest.mark.parametrize(
    ("first", "options"),
    [
        (events_of("a", "t1"), {"automatic_continuation": False}),
        (
            [
                *events_of("a")[:-1],
                {**events_of("a")[-1], "interaction": {"id": "a", "status": "requires_continuation"}},
            ],
            {},
        ),
    ],
    ids=["disabled", "without token"],
)
def test_a_stream_that_is_not_continued(
    caller: Caller, service: Service, first: list[dict[str, Any]], options: dict[str, Any]
) -> None:
    service.answers(as_stream(first), as_stream(events_of("b")))
    outcome = caller.events(**options)
    outcome.result()
    assert len(outcome.chunks) == len(first)
    assert len(service.asked) == 1


def test_a_refused_continuation_of_a_stream_keeps_the_parts_before_it(caller: Caller, service: Service) -> None:
    service.answers(as_stream(events_of("a", "t1")), refusal(400))
    outcome = caller.events()
    error = outcome.error
    assert isinstance(error, errors.ContinuationInterruptedError)
    assert len(outcome.chunks) == 5
    assert error.partial_interaction.text == "a"
    assert isinstance(error.__cause__, interactions.BadRequestError)
