"""The interaction that the events of a stream describe: every kind of delta, and linear work."""

from __future__ import annotations

import base64
import json
from typing import Any

import pydantic
import pytest

from google.genai import interactions
from google.genai._interactions import accumulation
from google.genai._interactions.accumulation import Accumulation
from google.genai._interactions.types._base import REPLY

from .service import ID, completed, created, delta, start, stop

_events: pydantic.TypeAdapter[Any] = pydantic.TypeAdapter(interactions.InteractionSSEEvent)


def event(data: dict[str, Any]) -> Any:
    return _events.validate_json(json.dumps(data), context=REPLY)


def accumulated(*events: dict[str, Any]) -> interactions.Interaction:
    accumulation = Accumulation()
    for each in events:
        accumulation.add(event(each))
    interaction = accumulation.interaction()
    assert interaction is not None
    return interaction


def text(value: str, **more: Any) -> dict[str, Any]:
    return {"type": "text", "text": value, **more}


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


_CITATION = {"type": "url_citation", "url": "https://a", "start_index": 0, "end_index": 1}
_PLACE = {"type": "place_citation", "name": "b"}
_OUTPUT = {"type": "model_output"}

DELTAS: dict[str, tuple[dict[str, Any], list[dict[str, Any]], dict[str, Any]]] = {
    "text": (_OUTPUT, [text("a"), text("b"), text("…")], {"content": [text("ab…")]}),
    "text after a beginning": ({**_OUTPUT, "content": [text("a")]}, [text("b")], {"content": [text("ab")]}),
    "annotations": (
        _OUTPUT,
        [
            text("a"),
            {"type": "text_annotation_delta", "annotations": [_CITATION]},
            text("b"),
            {"type": "text_annotation_delta", "annotations": [_PLACE]},
        ],
        {"content": [text("ab", annotations=[_CITATION, _PLACE])]},
    ),
    "sound in pieces": (
        _OUTPUT,
        [{"type": "audio", "data": encoded(piece), "mime_type": "audio/l16", "sample_rate": 24_000} for piece in (b"a", b"bc", b"def", b"g")],
        {"content": [{"type": "audio", "data": encoded(b"abcdefg"), "mime_type": "audio/l16", "sample_rate": 24_000}]},
    ),
    "sound of two forms": (
        _OUTPUT,
        [
            {"type": "audio", "data": encoded(b"a"), "mime_type": "audio/l16"},
            {"type": "audio", "data": encoded(b"b")},
            {"type": "audio", "data": encoded(b"c"), "mime_type": "audio/mp3"},
            {"type": "audio", "uri": "gs://a"},
            {"type": "audio", "data": encoded(b"d")},
        ],
        {
            "content": [
                {"type": "audio", "data": encoded(b"ab"), "mime_type": "audio/l16"},
                {"type": "audio", "data": encoded(b"c"), "mime_type": "audio/mp3"},
                {"type": "audio", "uri": "gs://a"},
                {"type": "audio", "data": encoded(b"d")},
            ]
        },
    ),
    "pictures": (
        _OUTPUT,
        [{"type": "image", "data": "AAAA", "mime_type": "image/png"}, text("a"), {"type": "image", "uri": "gs://b"}],
        {"content": [{"type": "image", "data": "AAAA", "mime_type": "image/png"}, text("a"), {"type": "image", "uri": "gs://b"}]},
    ),
    "video": (_OUTPUT, [{"type": "video", "uri": "gs://a"}], {"content": [{"type": "video", "uri": "gs://a"}]}),
    "document": (
        _OUTPUT,
        [{"type": "document", "data": "AAAA", "mime_type": "text/csv"}],
        {"content": [{"type": "document", "data": "AAAA", "mime_type": "text/csv"}]},
    ),
    "thought": (
        {"type": "thought"},
        [
            {"type": "thought_summary", "content": text("Hm")},
            {"type": "thought_summary", "content": text(", yes.")},
            {"type": "thought_summary", "content": {"type": "image", "data": "AAAA"}},
            {"type": "thought_summary", "content": text("So.")},
            {"type": "thought_signature", "signature": "AAAA"},
        ],
        {"summary": [text("Hm, yes."), {"type": "image", "data": "AAAA"}, text("So.")], "signature": "AAAA"},
    ),
    "arguments": (
        {"type": "function_call", "id": "c", "name": "f", "arguments": {}},
        [{"type": "arguments_delta", "arguments": piece} for piece in ('{"a"', ': "\\u00', 'e9", "b": [1', ", 2]}")],
        {"id": "c", "name": "f", "arguments": {"a": "é", "b": [1, 2]}},
    ),
    "arguments that are complete at once": (
        {"type": "function_call", "id": "c", "name": "f", "arguments": {"a": 1}},
        [],
        {"id": "c", "name": "f", "arguments": {"a": 1}},
    ),
    "arguments that are missing at first": (
        {"type": "function_call", "id": "c", "name": "f"},
        [{"type": "arguments_delta", "arguments": '{"a": 1}'}],
        {"id": "c", "name": "f", "arguments": {"a": 1}},
    ),
    "code execution call": (
        {"type": "code_execution_call", "id": "c", "arguments": {}},
        [
            {"type": "code_execution_call", "arguments": {"language": "python"}},
            {"type": "code_execution_call", "arguments": {"code": "print(1)"}, "signature": "AAAA"},
        ],
        {"id": "c", "arguments": {"language": "python", "code": "print(1)"}, "signature": "AAAA"},
    ),
    "code execution result": (
        {"type": "code_execution_result", "call_id": "c", "result": ""},
        [{"type": "code_execution_result", "result": "1\n"}, {"type": "code_execution_result", "result": "2", "is_error": False}],
        {"call_id": "c", "result": "1\n2", "is_error": False},
    ),
    "search call": (
        {"type": "google_search_call", "id": "c"},
        [{"type": "google_search_call", "arguments": {"queries": ["a"]}}],
        {"id": "c", "arguments": {"queries": ["a"]}},
    ),
    "search result": (
        {"type": "google_search_result", "call_id": "c", "result": []},
        [{"type": "google_search_result", "result": [{"search_suggestions": each}]} for each in "ab"],
        {"call_id": "c", "result": [{"search_suggestions": "a"}, {"search_suggestions": "b"}]},
    ),
    "url call": (
        {"type": "url_context_call", "id": "c"},
        [{"type": "url_context_call", "arguments": {"urls": ["a"]}}],
        {"id": "c", "arguments": {"urls": ["a"]}},
    ),
    "url result": (
        {"type": "url_context_result", "call_id": "c", "result": []},
        [{"type": "url_context_result", "result": [{"url": "a", "status": "success"}]}],
        {"call_id": "c", "result": [{"url": "a", "status": "success"}]},
    ),
    "maps result": (
        {"type": "google_maps_result", "call_id": "c", "result": []},
        [{"type": "google_maps_result", "result": [{"places": [{"name": "a"}]}]}],
        {"call_id": "c", "result": [{"places": [{"name": "a"}]}]},
    ),
    "maps call": (
        {"type": "google_maps_call", "id": "c"},
        [{"type": "google_maps_call", "arguments": {"queries": ["a"]}}],
        {"id": "c", "arguments": {"queries": ["a"]}},
    ),
    "file search": ({"type": "file_search_call", "id": "c"}, [{"type": "file_search_call", "signature": "AAAA"}], {"id": "c", "signature": "AAAA"}),
    "file search result": (
        {"type": "file_search_result", "call_id": "c"},
        [{"type": "file_search_result", "result": [{"title": "a"}]}],
        {"call_id": "c", "result": [{"title": "a"}]},
    ),
    "function result of text": (
        {"type": "function_result", "call_id": "c", "result": ""},
        [{"type": "function_result", "result": "a", "name": "f"}, {"type": "function_result", "result": "b"}],
        {"call_id": "c", "result": "ab", "name": "f"},
    ),
    "function result of an object": (
        {"type": "function_result", "call_id": "c", "result": {}},
        [{"type": "function_result", "result": {"a": 1}, "is_error": True}],
        {"call_id": "c", "result": {"a": 1}, "is_error": True},
    ),
    "function result of contents": (
        {"type": "function_result", "call_id": "c", "result": []},
        [{"type": "function_result", "result": [text("a")]}, {"type": "function_result", "result": [text("b")]}],
        {"call_id": "c", "result": [text("a"), text("b")]},
    ),
    "mcp call": (
        {"type": "mcp_server_tool_call", "id": "c", "name": "t", "server_name": "s", "arguments": {}},
        [{"type": "mcp_server_tool_call", "name": "t", "server_name": "s", "arguments": {"a": 1}}],
        {"id": "c", "name": "t", "server_name": "s", "arguments": {"a": 1}},
    ),
    "mcp result": (
        {"type": "mcp_server_tool_result", "call_id": "c", "result": ""},
        [{"type": "mcp_server_tool_result", "result": "a", "name": "t", "server_name": "s"}],
        {"call_id": "c", "result": "a", "name": "t", "server_name": "s"},
    ),
    "retrieval": (
        {"type": "retrieval_call", "id": "c", "arguments": {}, "retrieval_type": "rag_store"},
        [{"type": "retrieval_call", "arguments": {"queries": ["a"]}, "retrieval_type": "rag_store"}],
        {"id": "c", "arguments": {"queries": ["a"]}, "retrieval_type": "rag_store"},
    ),
    "tool search": (
        {"type": "tool_search_call", "id": "c", "arguments": {}},
        [{"type": "tool_search_call", "arguments": {"function_names": ["f"]}}],
        {"id": "c", "arguments": {"function_names": ["f"]}},
    ),
    "unknown delta": ({**_OUTPUT, "content": [text("a")]}, [{"type": "smell", "of": "x"}, {}, text("b")], {"content": [text("ab")]}),
    "unknown step": ({"type": "hologram", "x": [1], "content": "abc"}, [{"type": "smell"}], {"x": [1], "content": "abc"}),
    "unknown step with contents": ({"type": "hologram"}, [text("a")], {"content": [text("a")]}),
    "unknown fields": (
        {**_OUTPUT, "mood": "calm"},
        [text("a", tone="low"), text("b")],
        {"mood": "calm", "content": [text("ab", tone="low")]},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", list(DELTAS))
def test_deltas(name: str) -> None:
    first, deltas, expected = DELTAS[name]
    interaction = accumulated(
        created(), start(0, **first), *(delta(0, **each) for each in deltas), stop(0), completed()
    )
    assert interaction.model_dump()["steps"] == [{"type": first["type"], **expected}]


def test_every_kind_of_delta_is_in_the_table() -> None:
    known = {
        cls.__pydantic_fields__["type"].default
        for name in dir(interactions)
        if name.endswith("Delta") and isinstance(cls := getattr(interactions, name), type)
        if hasattr(cls, "__pydantic_fields__") and "type" in cls.__pydantic_fields__
    }
    tested = {each.get("type") for _, deltas, _ in DELTAS.values() for each in deltas}
    assert known - tested == {"processing_call", "processing_result", "retrieval_result", "tool_search_result"}


@pytest.mark.parametrize("kind", ["processing_call", "processing_result", "retrieval_result", "tool_search_result"])
def test_deltas_with_a_signature(kind: str) -> None:
    link = {"id": "c"} if kind.endswith("call") else {"call_id": "c"}
    more = {"result": []} if kind == "tool_search_result" else {}
    steps = accumulated(
        created(), start(0, type=kind, **link), delta(0, type=kind, signature="AAAA", **more)
    ).model_dump()
    assert steps["steps"] == [{"type": kind, **link, "signature": "AAAA", **more}]


def test_a_delta_without_a_beginning_belongs_to_an_output() -> None:
    assert accumulated(created(), delta(3, **text("a"))).output_text == "a"


def test_steps_are_in_the_order_of_their_index() -> None:
    interaction = accumulated(
        created(),
        start(1, **_OUTPUT),
        start(0, type="thought"),
        delta(1, **text("b")),
        delta(0, type="thought_signature", signature="AAAA"),
    )
    assert [step.type for step in interaction.steps or ()] == ["thought", "model_output"]


def test_steps_in_the_first_event_come_first() -> None:
    asked = {"type": "user_input", "content": [text("q")]}
    interaction = accumulated(created(steps=[asked]), start(1, **_OUTPUT), delta(1, **text("a")), completed())
    assert interaction.model_dump()["steps"] == [asked, {**_OUTPUT, "content": [text("a")]}]
    again = accumulated(created(steps=[asked]), start(0, **asked), start(1, **_OUTPUT), completed())
    assert [step.type for step in again.steps or ()] == ["user_input", "model_output"]


def test_steps_in_the_last_event_replace_those_of_the_stream() -> None:
    final = [{**_OUTPUT, "content": [text("whole")]}]
    assert accumulated(created(), delta(0, **text("who")), completed(steps=final)).output_text == "whole"


def test_fields_of_the_interaction() -> None:
    interaction = accumulated(
        created(object="interaction", brand="new"),
        {
            "event_type": "interaction.status_update",
            "interaction_id": ID,
            "status": "queued",
            "usage": {"total_tokens": 1},
        },
        {"event_type": "brand.new", "x": 1},
        delta(0, **text("a")) | {"metadata": {"total_usage": {"total_tokens": 2}}},
        stop(0, usage={"total_tokens": 3}, step_usage={"total_tokens": 99}),
    )
    assert (interaction.id, interaction.status, interaction.model) == (ID, "queued", "m")
    assert interaction.usage == interactions.Usage(total_tokens=3)
    assert interaction.brand == "new"  # type: ignore[attr-defined]
    update = {"event_type": "interaction.status_update", "interaction_id": ID, "status": "requires_continuation"}
    interaction = accumulated({**update, "continuation_token": "t"})
    assert (interaction.id, interaction.continuation_token) == (ID, "t")


def test_errors_are_collected() -> None:
    first, second = ({"event_type": "error", "error": {"code": code, "message": "m"}} for code in ("a", "b"))
    errors = accumulated(created(), first, second, {"event_type": "error"}).errors
    assert [error.code for error in errors or ()] == ["a", "b"]


def test_nothing_before_the_first_event() -> None:
    accumulation = Accumulation()
    assert (accumulation.interaction(), accumulation.id, accumulation.status) == (None, None, None)
    accumulation.add(event({"event_type": "brand.new"}))
    assert accumulation.interaction() is None


def test_reading_between_events_changes_nothing() -> None:
    for first, deltas, expected in DELTAS.values():
        accumulation = Accumulation()
        before: list[tuple[Any, Any]] = []
        for each in (created(), start(0, **first), *(delta(0, **each) for each in deltas), stop(0)):
            accumulation.add(event(each))
            interaction = accumulation.interaction()
            assert interaction is accumulation.interaction()
            before.append((interaction, interaction.model_dump() if interaction else None))
        assert interaction is not None
        assert interaction.model_dump()["steps"] == [{"type": first["type"], **expected}]
        assert all(earlier is None or earlier.model_dump() == dumped for earlier, dumped in before)


def test_incomplete_and_wrong_pieces() -> None:
    call = {"type": "function_call", "id": "c", "name": "f", "arguments": {}}
    for piece in ('{"a"', "[1]", "oops", ""):
        interaction = accumulated(created(), start(0, **call), delta(0, type="arguments_delta", arguments=piece))
        assert interaction.function_calls[0].arguments == {}
    broken = [{"type": "audio", "data": piece} for piece in ("AAA", "A")]
    audio = accumulated(created(), *(delta(0, **each) for each in broken)).output_audio
    assert audio is not None
    assert audio.data == "AAAA"


@pytest.mark.parametrize(
    ("first", "more"),
    [
        (_OUTPUT, text("ab")),
        (_OUTPUT, {"type": "audio", "data": "AAAA", "mime_type": "audio/l16"}),
        (
            {"type": "function_call", "id": "c", "name": "f", "arguments": {}},
            {"type": "arguments_delta", "arguments": " "},
        ),
        ({"type": "function_result", "call_id": "c", "result": []}, {"type": "function_result", "result": [text("a")]}),
        ({"type": "function_result", "call_id": "c", "result": ""}, {"type": "function_result", "result": "a"}),
        (_OUTPUT, {"type": "text_annotation_delta", "annotations": [_CITATION]}),
    ],
)
def test_the_work_for_an_event_does_not_depend_on_the_events_before(
    first: dict[str, Any], more: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lines of Python that run are counted; the benchmark measures the rest."""
    import sys

    accumulation_file = accumulation.__file__
    each = event(delta(0, **more))

    def lines(count: int) -> int:
        """Return the lines that run while events are added after `count` others."""
        whole = Accumulation()
        for one in (event(created()), event(start(0, **first)), *[each] * count):
            whole.add(one)
        executed = 0

        def trace(frame: Any, kind: str, _: Any) -> Any:
            nonlocal executed
            if frame.f_code.co_filename == accumulation_file:
                executed += kind == "line"
                return trace
            return None

        before = sys.gettrace()
        sys.settrace(trace)
        try:
            for _ in range(10):
                whole.add(each)
        finally:
            sys.settrace(before)
        return executed

    assert lines(10) == lines(1_000)
