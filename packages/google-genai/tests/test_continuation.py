"""Answers that the service ends early: they are continued and joined, whole or streamed, with a bound."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from google import genai
from google.genai import errors, types
from google.genai._core import continuation

from .interactions.service import Service, as_json, cut, refusal

if TYPE_CHECKING:
    from .interactions.service import Answer

Call = Callable[..., Any]
_MODEL = "gemini-2.5-flash"
_FIRST, _SECOND = b"first", b"second"


@pytest.fixture
def service() -> Iterator[Service]:
    service = Service()
    yield service
    service.close()


@pytest.fixture
def client(service: Service) -> Iterator[genai.Client]:
    with genai.Client(api_key="key", http_options=types.HttpOptions(base_url=service.url)) as client:
        yield client


def reply(
    text: str | None, token: bytes | None = None, reason: str | None = None, used: int | None = None, **fields: Any
) -> dict[str, Any]:
    """Return a reply with one candidate."""
    candidate: dict[str, Any] = {"content": {"role": "model", "parts": [{"text": text}] if text is not None else []}}
    if token is not None:
        candidate["continuationToken"] = base64.b64encode(token).decode()
    if reason is not None:
        candidate["finishReason"] = reason
    usage = {} if used is None else {"usageMetadata": {"candidatesTokenCount": used, "totalTokenCount": used + 1}}
    return {"candidates": [candidate | fields], **usage}


def events(*replies: dict[str, Any]) -> bytes:
    """Return replies as the events of a stream."""
    return b"".join(b"data: " + json.dumps(each).encode() + b"\r\n\r\n" for each in replies)


def stream(*replies: dict[str, Any]) -> Answer:
    """Return an answer that is a complete stream."""

    def answer(peer: Any, _: Any) -> None:
        peer.reply(200, events(*replies), {"Content-Type": "text/event-stream"})

    return answer


def tokens(service: Service) -> list[bytes | None]:
    """Return the tokens of the requests."""
    sent = [body.get("continuationToken") for body in service.bodies]
    return [None if each is None else base64.b64decode(each) for each in sent]


async def ask(call: Call, client: genai.Client, config: Any = None) -> types.GenerateContentResponse:
    return await call(client, "models.generate_content", model=_MODEL, contents="Hi", config=config)


async def chunks(call: Call, client: genai.Client, config: Any = None) -> list[types.GenerateContentResponse]:
    found = await call(client, "models.generate_content_stream", model=_MODEL, contents="Hi", config=config)
    return [chunk async for chunk in found] if hasattr(found, "__aiter__") else list(found)


# Whole answers


@pytest.mark.parametrize("reason", [None, "CONTINUATION"])
async def test_an_answer_is_continued_until_it_is_complete(
    call: Call, client: genai.Client, service: Service, reason: str | None
) -> None:
    service.answers(
        reply("One ", _FIRST, reason, 2), reply("two ", _SECOND, reason, 3), reply("three", None, "STOP", 4)
    )
    answer = await ask(call, client, {"temperature": 1})
    assert (answer.text, answer.candidates[0].finish_reason, answer.continuations) == ("One two three", "STOP", 2)
    assert answer.candidates[0].continuation_token is None
    assert answer.usage_metadata is not None
    assert (answer.usage_metadata.candidates_token_count, answer.usage_metadata.total_token_count) == (9, 12)
    assert tokens(service) == [None, _FIRST, _SECOND]
    first, *others = service.bodies
    for body in others:
        del body["continuationToken"]
        assert body == first
    assert "continuations" not in answer.model_dump_json()


@pytest.mark.parametrize(
    "last", [reply("One", _FIRST, "MAX_TOKENS"), reply("One", _FIRST, "STOP"), reply("One", None, None)]
)
async def test_another_end_is_not_continued(
    call: Call, client: genai.Client, service: Service, last: dict[str, Any]
) -> None:
    service.answers(last)
    answer = await ask(call, client)
    assert (answer.text, answer.continuations, len(service.asked)) == ("One", None, 1)
    service.answers(stream(last))
    assert [chunk.text for chunk in await chunks(call, client)] == ["One"]
    assert len(service.asked) == 2


async def test_the_program_may_continue_itself(call: Call, client: genai.Client, service: Service) -> None:
    service.answers(reply("One ", _FIRST, "CONTINUATION"), reply("two", None, "STOP"))
    config = types.GenerateContentConfig(automatic_continuation=False)
    answer = await ask(call, client, config)
    candidate = answer.candidates[0]
    assert (candidate.finish_reason, candidate.continuation_token) == ("CONTINUATION", _FIRST)
    rest = await ask(call, client, config.model_copy(update={"continuation_token": candidate.continuation_token}))
    assert rest.text == "two"
    assert tokens(service) == [None, _FIRST]
    service.answers(stream(reply("One ", _FIRST, "CONTINUATION")))
    (chunk,) = await chunks(call, client, config)
    assert chunk.candidates[0].finish_reason == "CONTINUATION"


async def test_a_service_that_never_ends_is_left_after_a_bounded_number_of_requests(
    call: Call, client: genai.Client, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(continuation, "MOST", 5)
    service.answers(reply("x", _FIRST, "CONTINUATION"))
    answer = await ask(call, client)
    assert (answer.text, answer.continuations, len(service.asked)) == ("xxxxxx", 5, 6)
    assert answer.candidates[0].continuation_token == _FIRST  # with which the program can continue
    service.forget()
    service.answers(stream(reply("x", _FIRST, "CONTINUATION")))
    found = await chunks(call, client)
    assert [chunk.continuations for chunk in found] == [None, 1, 2, 3, 4, 5]
    assert found[-1].candidates[0].finish_reason == "CONTINUATION"
    assert len(service.asked) == 6


async def test_continuations_that_add_nothing_end_soon(call: Call, client: genai.Client, service: Service) -> None:
    service.answers(reply("x", _FIRST), reply(None, _FIRST))
    assert (await ask(call, client)).text == "x"
    assert len(service.asked) == 1 + continuation.MOST_WITHOUT_PARTS
    service.forget()
    service.answers(stream(reply("x", _FIRST)), stream(reply(None, _FIRST)))
    assert "".join(chunk.text or "" for chunk in await chunks(call, client)) == "x"
    assert len(service.asked) == 1 + continuation.MOST_WITHOUT_PARTS


async def test_a_continuation_that_fails_raises_its_error(call: Call, client: genai.Client, service: Service) -> None:
    service.answers(reply("One ", _FIRST), refusal(500))
    with pytest.raises(errors.ServerError):
        await ask(call, client)
    service.answers(stream(reply("One ", _FIRST)), refusal(400))
    with pytest.raises(errors.ClientError):
        await chunks(call, client)


async def test_places_in_the_text_are_those_of_the_whole_answer(
    call: Call, client: genai.Client, service: Service
) -> None:
    def details(source: str, probability: str) -> dict[str, Any]:
        support = {"segment": {"endIndex": 2, "text": "ab"}, "groundingChunkIndices": [0]}
        return {
            "groundingMetadata": {
                "groundingChunks": [{"web": {"uri": source}}],
                "groundingSupports": [support],
                "webSearchQueries": [source],
            },
            "citationMetadata": {"citationSources": [{"startIndex": 1, "endIndex": 2, "uri": source}]},
            "safetyRatings": [{"category": "HARM_CATEGORY_HARASSMENT", "probability": probability}],
            "tokenCount": 2,
        }

    service.answers(
        reply("äb", _FIRST, **details("https://a", "HIGH")), reply("ab", None, "STOP", **details("https://b", "LOW"))
    )
    candidate = (await ask(call, client)).candidates[0]
    grounding, citations = candidate.grounding_metadata, candidate.citation_metadata
    assert [chunk.web.uri for chunk in grounding.grounding_chunks] == ["https://a", "https://b"]
    assert [support.grounding_chunk_indices for support in grounding.grounding_supports] == [[0], [1]]
    assert [support.segment.part_index for support in grounding.grounding_supports] == [None, 1]
    assert grounding.web_search_queries == ["https://a", "https://b"]
    assert [(each.start_index, each.end_index) for each in citations.citations] == [(1, 2), (4, 5)]
    assert [rating.probability for rating in candidate.safety_ratings] == ["HIGH"]
    assert candidate.token_count == 4


async def test_a_structured_answer_is_parsed_as_a_whole(call: Call, client: genai.Client, service: Service) -> None:
    config = {"response_mime_type": "application/json", "response_schema": {"type": "OBJECT"}}
    service.answers(reply('{"a": ', _FIRST, "CONTINUATION"), reply("1}", None, "STOP"))
    assert (await ask(call, client, config)).parsed == {"a": 1}
    service.answers(stream(reply('{"a": ', _FIRST, "CONTINUATION")), stream(reply("1}", None, "STOP")))
    assert [chunk.parsed for chunk in await chunks(call, client, config)] == [None, {"a": 1}]


async def test_functions_run_after_the_whole_turn(call: Call, client: genai.Client, service: Service) -> None:
    def add(a: int) -> int:
        """Add one."""
        return a + 1

    called = reply(None, None, "STOP")
    called["candidates"][0]["content"]["parts"] = [{"functionCall": {"name": "add", "args": {"a": 1}}}]
    turns = [reply("Let me ", _FIRST), called, reply("Two.", None, "STOP")]
    for answers, run in ((turns, ask), ([stream(each) for each in turns], chunks)):
        service.forget()
        service.answers(*answers)
        await run(call, client, types.GenerateContentConfig(tools=[add]))
        assert tokens(service) == [None, _FIRST, None]
        model, result = service.bodies[-1]["contents"][1:]
        assert [sorted(part) for part in model["parts"]] == [["text"], ["functionCall"]]
        assert result["parts"][0]["functionResponse"]["response"] == {"result": 2}


# Streams


async def test_a_stream_goes_on_in_the_next_reply(call: Call, client: genai.Client, service: Service) -> None:
    service.answers(
        stream(reply("One "), reply("two ", _FIRST, "CONTINUATION", 2)),
        stream(reply("three "), reply("four", None, "STOP", 3)),
    )
    found = await chunks(call, client)
    assert [chunk.text for chunk in found] == ["One ", "two ", "three ", "four"]
    assert [chunk.continuations for chunk in found] == [None, None, 1, 1]
    assert [chunk.candidates[0].finish_reason for chunk in found] == [None, None, None, "STOP"]
    assert found[-1].usage_metadata.candidates_token_count == 5
    assert tokens(service) == [None, _FIRST]


async def test_a_streamed_answer_of_a_chat_is_one_turn(client: genai.Client, service: Service) -> None:
    chat = client.chats.create(model=_MODEL)
    service.answers(stream(reply("One ", _FIRST)), stream(reply("two", None, "STOP")))
    assert [chunk.text for chunk in chat.send_message_stream("Hi")] == ["One ", "two"]
    assert [part.text for part in chat.get_history()[-1].parts or ()] == ["One two"]


async def test_a_connection_that_breaks_after_a_token_is_continued(
    call: Call, client: genai.Client, service: Service
) -> None:
    service.answers(cut(events(reply("One ", _FIRST)), "closed inside a chunk"), stream(reply("two", None, "STOP")))
    assert [chunk.text for chunk in await chunks(call, client)] == ["One ", "two"]
    assert tokens(service) == [None, _FIRST]


async def test_text_after_a_token_is_not_asked_for_twice(call: Call, client: genai.Client, service: Service) -> None:
    service.answers(cut(events(reply("One ", _FIRST), reply("two ")), "closed inside a chunk"), as_json(reply("x")))
    with pytest.raises(errors.APIConnectionError):
        await chunks(call, client)
    assert len(service.asked) == 1


def test_an_abandoned_stream_is_not_continued(client: genai.Client, service: Service) -> None:
    service.answers(stream(reply("One ", _FIRST)))
    found = client.models.generate_content_stream(model=_MODEL, contents="Hi")
    assert next(found).text == "One "
    found.close()
    assert list(found) == []
    assert len(service.asked) == 1
