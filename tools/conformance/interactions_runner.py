"""Run cases of `client.interactions` and of the nouns in `services_cases.py` with the release of the current interpreter: `python -m tools.conformance.interactions_runner
cases outcomes` reads one case per line, and writes one outcome per line. It uses only names that the official release has too.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterable, Iterator
from typing import Any

import pydantic
from contract import tagged
from tools.conformance import outcome
from tools.conformance.runner import COLOURS, StandingToken, no_settings, prepared, quiet
from tools.conformance.server import RecordingServer

from google import genai
from google.genai import interactions

_MOST = 8
"""The most requests answered for one call."""
_EVENTS = 20
"""The most events read from a stream."""
_LIMIT_S = 20.0
_FAMILY = (
    *("BadRequestError", "AuthenticationError", "PermissionDeniedError", "NotFoundError", "ConflictError"),
    *("UnprocessableEntityError", "RateLimitError", "InternalServerError", "APIStatusError", "APITimeoutError"),
    *("APIConnectionError", "APIError", "ValueError", "TypeError"),
)
"""Classes that callers catch, the most specific first."""


class Runner:
    """Clients for both backends, and the server that they call."""

    def __init__(self) -> None:
        self._server = RecordingServer()
        self._recorder = self._server.recorder
        options: Any = {"base_url": self._recorder.url, "api_version": "v1beta", "retry_options": {"attempts": 1}}
        self._clients = {
            "gemini": genai.Client(api_key="key", http_options=options),
            "vertex": genai.Client(
                vertexai=True, project="p1", location="l1", credentials=StandingToken(), http_options=options
            ),
        }

    def close(self) -> None:
        """Close the clients and the server."""
        for client in self._clients.values():
            client.close()
        self._server.close()

    def call(self, case: dict[str, Any], backend: str) -> dict[str, Any]:
        """Make a blocking call and return its outcome."""
        self._prepare(case)
        seen: list[Any] = []
        try:
            answer = _method(self._clients[backend], case)(**self._arguments(case))
            if hasattr(answer, "__next__"):
                for event in answer:
                    seen.append(view(event))
                    if len(seen) == _EVENTS:
                        break
                answer.close()
            else:
                seen.append(view(answer))
        except Exception as error:
            return self._seen(seen, error)
        return self._seen(seen)

    async def call_async(self, case: dict[str, Any], backend: str) -> dict[str, Any]:
        """Make an async call and return its outcome."""
        self._prepare(case)
        seen: list[Any] = []

        async def work() -> None:
            answer = await _method(self._clients[backend].aio, case)(**self._arguments(case))
            if not hasattr(answer, "__anext__"):
                seen.append(view(answer))
                return
            async for event in answer:
                seen.append(view(event))
                if len(seen) == _EVENTS:
                    break
            await answer.close()

        try:
            await asyncio.wait_for(work(), _LIMIT_S)
        except Exception as error:
            return self._seen(seen, error)
        return self._seen(seen)

    async def aclose(self) -> None:
        """Close the connections of the running loop."""
        for client in self._clients.values():
            await client.aio.aclose()

    def _prepare(self, case: dict[str, Any]) -> None:
        self._recorder.prepare([prepared(answer) for answer in case["answers"]], _MOST)

    def _arguments(self, case: dict[str, Any]) -> dict[str, Any]:
        return tagged.untag(case["arguments"], interactions, self._recorder.url)

    def _seen(self, results: list[Any], error: Exception | None = None) -> dict[str, Any]:
        requests = self._recorder.requests
        seen: dict[str, Any] = {"requests": [_of_request(request) for request in requests]}
        if results:
            seen["results"] = results
        if error is not None:
            seen["raised"] = _of_error(error, len(requests))
        return json.loads(json.dumps(seen).replace(self._recorder.url, "<server>"))


def _method(side: Any, case: dict[str, Any]) -> Any:
    """Return the method of a case: of `interactions`, or of the noun before the dot."""
    name = case["method"]
    for part in (name if "." in name else f"interactions.{name}").split("."):
        side = getattr(side, part)
    return side


def _of_request(request: Any) -> dict[str, Any]:
    """Return a request as data; its body is under `json`, because its keys are compared as they are."""
    seen = outcome.of_request(request)
    return {("json" if name == "body" else name): value for name, value in seen.items()}


def _of_error(error: Exception, sent: int) -> dict[str, Any]:
    names = [cls.__name__ for cls in type(error).__mro__]
    seen: dict[str, Any] = {"families": [name for name in _FAMILY if name in names] or [names[0]]}
    if not sent:
        return {**seen, "refused": True}
    for name in ("status_code", "body"):
        if getattr(error, name, None) is not None:
            value = getattr(error, name)
            seen[name] = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
    return seen


def view(value: Any) -> Any:
    """Return a result as JSON: an object as its class, its fields with the classes at all levels, and its own dump."""
    if isinstance(value, pydantic.BaseModel):
        return {"fields": _fields(value), "dump": json.loads(value.model_dump_json())}
    return _fields(value)


def _fields(value: Any) -> Any:
    if isinstance(value, pydantic.BaseModel):
        given = {name: getattr(value, name) for name in type(value).model_fields} | (value.model_extra or {})
        fields = {name: _fields(item) for name, item in given.items() if item is not None}
        return {"$type": type(value).__name__, **fields}
    if isinstance(value, dict):
        return {key: _fields(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_fields(item) for item in value]
    return outcome.view(value)


def run(cases: Iterable[dict[str, Any]]) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Yield the outcome of each case, with its id, backend and colour."""
    cases = list(cases)
    with no_settings(), quiet():
        runner = Runner()
        for case in cases:
            if "sync" in case.get("colours", COLOURS):
                for backend in case.get("backends", ["gemini"]):
                    yield case["id"], backend, "sync", runner.call(case, backend)
        yield from asyncio.run(_run_async(runner, [case for case in cases if "async" in case.get("colours", COLOURS)]))
        runner.close()


async def _run_async(runner: Runner, cases: list[dict[str, Any]]) -> list[tuple[str, str, str, dict[str, Any]]]:
    found = [
        (case["id"], backend, "async", await runner.call_async(case, backend))
        for case in cases
        for backend in case.get("backends", ["gemini"])
    ]
    await runner.aclose()
    return found


def main() -> None:
    with open(sys.argv[1]) as read, open(sys.argv[2], "w") as written:
        for line in run(json.loads(line) for line in read):
            written.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main()
