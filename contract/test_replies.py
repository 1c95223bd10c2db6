"""From reply to object: each case of `replies/*.json` on each of its backends, blocking and async.

The fields that are set, at all levels, and the accessors of a response are compared. To run one case:
`pytest contract -k reply-grounding`.
"""

from __future__ import annotations

import dataclasses
import enum
import json
import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pydantic
import pytest

from google import genai
from google.genai import errors, types

from .recorder import Recorder
from .tagged import untag

_FILES = sorted((Path(__file__).parent / "replies").glob("*.json"))
_ACCESSORS = ("text", "function_calls", "executable_code", "code_execution_result", "parsed")
_UNKNOWN = re.compile(r"(.*) is not a valid \w+ in this release")


def _cases() -> list[Any]:
    found: list[Any] = []
    for path in _FILES:
        content = json.loads(path.read_text())
        for case in content["cases"]:
            for backend in ("gemini", "vertex"):
                expected = case["expected"].get("both") or case["expected"].get(backend)
                if expected is None:  # only the service of the other backend sends such a reply
                    continue
                for colour in ("sync", "async"):
                    parameters = (content["method"], backend, colour, case, expected)
                    found.append(pytest.param(*parameters, id=f"{case['id']}-{backend}-{colour}"))
    return found


@pytest.mark.parametrize(("method", "backend", "colour", "case", "expected"), _cases())
async def test_the_reply_becomes_the_object(
    recorder: Recorder,
    new_client: Callable[[str], genai.Client],
    method: str,
    backend: str,
    colour: str,
    case: dict[str, Any],
    expected: dict[str, Any],
) -> None:
    verb = method.split(".")[1]
    reply = case["reply"]
    if verb == "generate_content_stream":
        events = [json.dumps(event).encode() for event in reply]
        recorder.answer(b"".join(b"data: " + event + b"\r\n\r\n" for event in events), "text/event-stream")
    else:
        events = [json.dumps(reply).encode()]
        recorder.answer(events[0])
    client = new_client(backend)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        async with client.aio:
            arguments: dict[str, Any] = {"config": untag(case.get("config"), types)}
            if verb != "list":
                arguments["model"] = case.get("model", "m")
            if verb not in ("list", "get"):
                arguments["contents"] = case.get("contents", "a")
            if "error" in expected:
                with pytest.raises(errors.InvalidResponseError, match=re.escape(expected["error"])):
                    await _answers(client, verb, colour, arguments)
                return
            answers = await _answers(client, verb, colour, arguments)
    assert _unknown_values(caught) == expected.get("unknown_values", [])
    if verb == "list":
        pager = answers[0]
        assert [_set_fields(model) for model in pager.page] == expected["page"]
        assert pager.config["page_token"] == expected["next_page_token"]
        return
    wanted = expected.get("objects", [expected])
    assert len(answers) == len(wanted)
    for answer, raw, one in zip(answers, events, wanted, strict=True):
        _check(answer, raw, one, is_stream="objects" in expected)


async def _answers(client: genai.Client, verb: str, colour: str, arguments: dict[str, Any]) -> list[Any]:
    models = client.models if colour == "sync" else client.aio.models
    answer = getattr(models, verb)(**arguments)
    if colour == "async":
        answer = await answer
    if verb != "generate_content_stream":
        return [answer]
    return list(answer) if colour == "sync" else [chunk async for chunk in answer]


def _unknown_values(caught: list[warnings.WarningMessage]) -> list[str]:
    found: set[str] = set()
    for warning in caught:
        match = _UNKNOWN.match(str(warning.message))
        assert match, f"an unexpected warning: {warning.message}"
        assert warning.category is UserWarning
        found.add(match[1])
    return sorted(found)


def _check(answer: Any, raw: bytes, expected: dict[str, Any], *, is_stream: bool) -> None:
    set_fields = _set_fields(answer)
    if isinstance(answer, types.GenerateContentResponse):
        assert set_fields.pop("automatic_function_calling_history", None) == (None if is_stream else [])
        accessors = {name: _tagged(getattr(answer, name)) for name in _ACCESSORS}
        assert {name: value for name, value in accessors.items() if value is not None} == expected.get("accessors", {})
        content = answer.candidates[0].content if answer.candidates else None
        assert answer.parts is (content.parts if content is not None else None)
    assert set_fields == expected["object"]
    if "sdk_http_response" in type(answer).model_fields:
        assert answer.sdk_http_response is not None
        assert answer.sdk_http_response.raw == raw
        assert answer.sdk_http_response.attempts == 1
        assert answer.sdk_http_response.headers is not None
        assert answer.sdk_http_response.headers["x-trace"] == "t-1"


def _set_fields(model: pydantic.BaseModel) -> dict[str, Any]:
    return model.model_dump(mode="json", exclude_unset=True, exclude={"sdk_http_response", "parsed"})


def _tagged(value: Any) -> Any:
    if isinstance(value, enum.Enum):
        return {"$member": f"{type(value).__name__}.{value.name}"}
    if isinstance(value, (types.FunctionCall, types.Part)):
        return value.model_dump(mode="json", exclude_none=True)
    if isinstance(value, pydantic.BaseModel):
        return {"$type": type(value).__name__, **value.model_dump(mode="json")}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {"$type": type(value).__name__, **dataclasses.asdict(value)}
    if isinstance(value, list):
        return [_tagged(item) for item in value]
    return value


def test_ids_are_unique() -> None:
    ids = [case["id"] for path in _FILES for case in json.loads(path.read_text())["cases"]]
    assert len(ids) == len(set(ids))
    assert len(ids) > 100


@pytest.mark.parametrize("config", [{"should_return_http_response": True}, {"shouldReturnHttpResponse": True}])
async def test_the_reply_can_be_had_as_text(
    recorder: Recorder, new_client: Callable[[str], genai.Client], config: Any
) -> None:
    reply = '{"candidates": [{"content": {"parts": [{"text": "ü"}]}}], "new": 1}'
    recorder.answer(reply.encode())
    client = new_client("gemini")
    async with client.aio:
        answers = [
            client.models.generate_content(model="m", contents="a", config=config),
            await client.aio.models.generate_content(model="m", contents="a", config=config),
        ]
    for answer in answers:
        assert answer.sdk_http_response is not None
        assert answer.sdk_http_response.body == reply
        assert answer.candidates is None
