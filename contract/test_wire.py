"""From arguments to request: each case of `wire/*.json` on each of its backends, blocking and async.

To run one case: `pytest contract -k config-labels`. A case describes the official release's behaviour, or ours with a reason.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from google import genai
from google.genai import errors, types

from .recorder import Recorded, Recorder
from .tagged import untag

_FILES = sorted((Path(__file__).parent / "wire").glob("*.json"))
_REPLIES = {
    "models.generate_content_stream": (b'data: {"candidates":[]}\n\n', "text/event-stream"),
    "models.list": (b'{"models":[{"name":"m"}]}', "application/json"),
}
_TITLES = {"gemini": "the Gemini Developer API", "vertex": "Vertex AI"}
_CLIENT_NAME = re.compile(r"google-genai-sdk/\S+ gl-python/\S+")


def _cases() -> list[Any]:
    found: list[Any] = []
    for path in _FILES:
        content = json.loads(path.read_text())
        for case in content["cases"]:
            for backend in ("gemini", "vertex"):
                expected = dict(case["expected"].get("both") or case["expected"][backend])
                if "refused" not in expected and "error" not in expected:
                    expected.setdefault("request", content.get("requests", {}).get(backend))
                for colour in ("sync", "async"):
                    parameters = (content["method"], backend, colour, case["arguments"], expected)
                    found.append(pytest.param(*parameters, id=f"{case['id']}-{backend}-{colour}"))
    return found


_CASES = _cases()


@pytest.mark.parametrize(("method", "backend", "colour", "arguments", "expected"), _CASES)
async def test_arguments_become_the_request(
    recorder: Recorder,
    new_client: Callable[[str], genai.Client],
    method: str,
    backend: str,
    colour: str,
    arguments: dict[str, Any],
    expected: dict[str, Any],
) -> None:
    recorder.answer(*_REPLIES.get(method, (b"{}", "application/json")))
    client = new_client(backend)
    raised: ValueError | None = None
    async with client.aio:
        try:
            await _call(client, method, colour, untag(arguments, types, recorder.url))
        except errors.InvalidResponseError:
            assert method == "models.embed_content"  # the reply contains no vectors; this test is about the request
        except ValueError as error:
            raised = error
    if "request" in expected:
        if raised is not None:
            raise raised
        _check_request(recorder.only_request(), expected)
        return
    assert not recorder.requests, "a call that is refused was sent"
    assert raised is not None, "the call was neither sent nor refused"
    if "refused" in expected:
        named = re.findall(r"(?:config|contents)[\w.\[\]]*", str(raised).split(" not supported")[0])
        assert named == expected["refused"]
        assert _TITLES[backend] in str(raised)
    else:
        assert expected["error"] in str(raised)


async def _call(client: genai.Client, method: str, colour: str, arguments: dict[str, Any]) -> None:
    noun, verb = method.split(".")
    function = getattr(getattr(client if colour == "sync" else client.aio, noun), verb)
    answer = function(**arguments)
    if colour == "async":
        answer = await answer
    if not verb.endswith("_stream"):
        return
    if colour == "sync":
        assert len(list(answer)) == 1
    else:
        assert len([chunk async for chunk in answer]) == 1


def _check_request(request: Recorded, expected: dict[str, Any]) -> None:
    assert f"{request.method} {request.target}" == expected["request"]
    body = json.loads(request.body) if request.body else None
    assert body == expected.get("body")
    for name, value in expected.get("headers", {}).items():
        sent = request.headers.get(name)
        assert (sent if sent is None else _CLIENT_NAME.sub("<client>", sent)) == value, name


def test_ids_are_unique() -> None:
    ids = [case["id"] for path in _FILES for case in json.loads(path.read_text())["cases"]]
    assert len(ids) == len(set(ids))
    assert len(ids) > 400
