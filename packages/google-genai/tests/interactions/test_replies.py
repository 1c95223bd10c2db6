"""Replies: the output of the last turn, function calls, parsed answers, and what came with the reply."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any, Literal

import pydantic
import pytest

from google import genai
from google.genai import errors, interactions

from .conftest import Caller
from .service import ID, Service, as_json, as_stream, completed, created, cut, delta, start


def text(value: str) -> dict[str, Any]:
    return {"type": "text", "text": value}


def output(*contents: Any) -> dict[str, Any]:
    return {"type": "model_output", "content": [text(each) if isinstance(each, str) else each for each in contents]}


def picture(uri: str) -> dict[str, Any]:
    return {"type": "image", "uri": uri}


USER: dict[str, Any] = {"type": "user_input", "content": [text("q")]}
THOUGHT: dict[str, Any] = {"type": "thought", "signature": "AAAA"}
CALL: dict[str, Any] = {"type": "function_call", "id": "c", "name": "f", "arguments": {}}
RESULT: dict[str, Any] = {"type": "function_result", "call_id": "c", "result": "r"}
OTHER: dict[str, Any] = {"type": "dance"}

TEXTS: dict[str, tuple[list[dict[str, Any]], str]] = {
    "nothing": ([], ""),
    "one": ([output("a")], "a"),
    "adjacent contents": ([output("a", "b")], "ab"),
    "adjacent steps": ([output("a"), output("b", "c")], "abc"),
    "a thought between": ([output("a"), THOUGHT, output("b")], "ab"),
    "a call between": ([output("a"), CALL, output("b")], "b"),
    "an unknown step between": ([output("a"), OTHER, output("b")], "b"),
    "a picture between": ([output("a", picture("p"), "b")], "b"),
    "a picture in a step between": ([output("a"), output(picture("p")), output("b")], "b"),
    "an unknown content between": ([output("a", {"type": "smell"}, "b")], "b"),
    "a call afterwards": ([output("a", "b"), CALL], "ab"),
    "a picture afterwards": ([output("a", picture("p"))], "a"),
    "a picture first": ([output(picture("p"), "a")], "a"),
    "an empty output between": ([output("a"), output(), output("b")], "ab"),
    "output without contents": ([output("a"), {"type": "model_output"}], "a"),
    "turns": ([output("a"), USER, output("b")], "b"),
    "a turn without an answer": ([output("a"), USER], ""),
    "a turn with a call only": ([output("a"), USER, CALL], ""),
    "an empty text": ([output("")], ""),
    "only a thought": ([{"type": "thought", "summary": [text("hm")]}], ""),
}


@pytest.mark.parametrize("name", list(TEXTS))
def test_the_text_of_the_last_turn(name: str) -> None:
    steps, expected = TEXTS[name]
    found = interactions.Interaction.model_validate({"status": "completed", "steps": steps})
    assert found.output_text == expected
    assert found.text == (expected or None)
    again = interactions.Interaction.model_validate({"status": "completed", "steps": steps, "output_text": "other"})
    assert again == found, "output_text is not read from replies"


def test_media_of_the_last_turn() -> None:
    sound, film = {"type": "audio", "uri": "s"}, {"type": "video", "uri": "v"}
    steps = [
        output(picture("old"), sound),
        USER,
        output(picture("a"), "text", film),
        CALL,
        output(picture("b"), {"type": "document", "uri": "d"}),
    ]
    found = interactions.Interaction.model_validate({"status": "completed", "steps": steps})
    assert found.output_image == interactions.ImageContent(uri="b")
    assert found.output_video == interactions.VideoContent(uri="v")
    assert found.output_audio is None
    assert found.output_text == "text"
    assert "output_audio" not in found.model_dump()


def test_function_calls_without_a_result() -> None:
    calls = [{**CALL, "id": id} for id in ("a", "b", "c")]
    steps = [{**CALL, "id": "old"}, USER, *calls, {**RESULT, "call_id": "b"}, output("t")]
    found = interactions.Interaction.model_validate({"status": "requires_action", "steps": steps})
    assert [call.id for call in found.function_calls] == ["a", "c"]
    assert interactions.Interaction(status="completed").function_calls == []


# Parsed answers


class Recipe(pydantic.BaseModel):
    title: str
    minutes: int = 5


def answered(*contents: str, status: str = "completed") -> dict[str, Any]:
    return {"id": ID, "status": status, "steps": [output(*contents)]}


@pytest.mark.parametrize(
    ("wanted", "written", "expected"),
    [
        (Recipe, '{"title": "Soup"}', Recipe(title="Soup")),
        (list[Recipe], '[{"title": "Soup", "minutes": 9}]', [Recipe(title="Soup", minutes=9)]),
        (Literal["soup", "cake"], '"cake"', "cake"),
        (dict[str, int], '{"a": 1}', {"a": 1}),
        (int, "5", 5),
        (list[int], "[1, 2]", [1, 2]),
    ],
)
def test_parsed_answers(caller: Caller, service: Service, wanted: Any, written: str, expected: Any) -> None:
    middle = len(written) // 2
    service.answers(answered(written[:middle], written[middle:]))
    found = caller.result("create", model="m", input="a", response_format=wanted)
    assert found.parsed == expected
    assert type(found.parsed) is type(expected)
    pieces = [delta(0, **text(piece)) for piece in (written[:middle], written[middle:])]
    service.answers(as_stream([created(), start(0, type="model_output"), *pieces, completed()]))
    outcome = caller.events(response_format=wanted)
    assert outcome.result().interaction.parsed == expected


@pytest.mark.parametrize("written", ['{"name": "Soup"}', "Soup!", '{"title": "So', "[]"])
def test_an_answer_that_does_not_fit(caller: Caller, service: Service, written: str) -> None:
    service.answers(answered(written))
    found = caller.result("create", model="m", input="a", response_format=Recipe)
    assert found.text == written
    with pytest.raises(errors.NotParsedError, match="The text does not fit Recipe") as caught:
        found.parsed  # noqa: B018
    assert caught.value.text == written
    assert isinstance(caught.value.__cause__, pydantic.ValidationError)
    for twin in (pickle.loads(pickle.dumps(found)), copy.deepcopy(found)):
        with pytest.raises(errors.NotParsedError, match="The text does not fit Recipe"):
            twin.parsed  # noqa: B018


def test_an_answer_without_text(client: genai.Client, service: Service) -> None:
    service.answers({"id": ID, "status": "incomplete", "steps": []})
    found = client.interactions.create(model="m", input="a", response_format=Recipe)
    with pytest.raises(errors.NotParsedError, match="no text to parse; its status is incomplete"):
        found.parsed  # noqa: B018
    service.answers({"id": ID, "status": "requires_action", "steps": [CALL]})
    assert client.interactions.create(model="m", input="a", response_format=Recipe).parsed is None


def test_without_a_class_nothing_is_parsed(client: genai.Client, service: Service) -> None:
    service.answers(answered("{}"))
    for wanted in (None, {"type": "object"}, interactions.TextResponseFormat(mime_type="application/json")):
        assert client.interactions.create(model="m", input="a", response_format=wanted).parsed is None
    assert client.interactions.get(ID).parsed is None


# What came with the reply


def test_the_http_response_of_a_reply(caller: Caller, service: Service) -> None:
    service.answers(as_json(answered("a"), headers={"X-Request-Id": "r1"}))
    found = caller.result("get", ID)
    assert found.sdk_http_response.headers["x-request-id"] == "r1"
    twin = pickle.loads(pickle.dumps(found))
    assert twin == found
    assert twin.sdk_http_response.headers["x-request-id"] == "r1"
    service.answers(as_json(answered("a"), headers={"X-Request-Id": "r2"}))
    assert caller.result("get", ID) == found, "equality is about the interaction, not about the reply"


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"{}", b'"a"', b"<html>Log in</html>", b'{"id": "a"', b"\xff"])
def test_a_reply_that_is_no_interaction_is_an_error(caller: Caller, service: Service, body: bytes) -> None:
    service.answers(lambda peer, _: peer.reply(body=body))
    for method in ("get", "cancel"):
        error = caller.call(method, ID).failure(errors.InvalidResponseError)
        assert "The reply is not an interaction" in (error.message or "")
        assert error.body == body
    caller.call("create", model="m", input="a").failure(errors.InvalidResponseError)


def test_an_error_in_a_successful_reply_is_raised(caller: Caller, service: Service) -> None:
    service.answers({"error": {"code": 404, "message": "Gone.", "status": "NOT_FOUND"}})
    assert caller.call("get", ID).failure(interactions.NotFoundError).message == "Gone."


def test_a_reply_that_is_cut_is_requested_again(caller: Caller, service: Service) -> None:
    service.answers(cut(b'{"id"', "closed inside a chunk"), answered("a"))
    assert caller.result("get", ID).text == "a"


def test_the_reply_may_contain_all_that_this_release_does_not_know(
    client: genai.Client, service: Service, new_client: Callable[..., genai.Client]
) -> None:
    reply = {
        "id": ID,
        "status": "dreaming",
        "object": "interaction",
        "model": "gemini-99",
        "new": {"deep": [1, None, {"a": None}]},
        "steps": [output({"type": "smell", "of": [None]}), OTHER, {**THOUGHT, "mood": None}],
        "usage": {"total_dreams": 5},
        "response_format": [{"type": "hologram", "depth": 3}],
    }
    service.answers(reply)
    found = client.interactions.get(ID)
    assert found.model_dump(exclude_unset=True, exclude_none=False, exclude={"output_text"}) == reply
    assert found.model_dump()["new"] == {"deep": [1, None, {"a": None}]}
