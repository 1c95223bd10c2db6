"""Run cases with the release of the current interpreter, and return their outcomes. As a program,
`python -m tools.conformance.runner cases outcomes`, it reads one case per line and writes one outcome per line; cases are the
dicts of `cases.py`. It works with every release, so it uses only names that all releases have.
"""

from __future__ import annotations

import asyncio
import base64
import io
import itertools
import json
import logging
import operator
import os
import pathlib
import re
import sys
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import google.auth.credentials
from contract import tagged
from tools.conformance import callables, exchanges, live_programs, outcome, shapes
from tools.conformance.server import Prepared, RecordingServer

from google import genai
from google.genai import types

BACKENDS = ("gemini", "vertex")
COLOURS = ("sync", "async")
_ITEMS = 20
"""The most items read from a listing, in case a release never ends it."""
_LIMIT_S = 20.0
_MOST = {False: 8, True: 24}
"""The most requests answered for one call, and for one step of a program, in case it never ends."""
_MADE_UP = re.compile(r"(genai_batch_job_|_dest_)\d{14}_[0-9a-f]{5}")
"""Names that are different in each call."""
_SETTINGS = ("GOOGLE_", "GEMINI_", "SSL_CERT_")


class StandingToken(google.auth.credentials.Credentials):
    """Credentials whose token never runs out."""

    def __init__(self) -> None:
        super().__init__()
        self.token = "token"

    def refresh(self, request: object) -> None:
        """Leave the token as it is."""


class Runner:
    """Clients for both backends, and the server that they talk to."""

    def __init__(self) -> None:
        self._server = RecordingServer()
        self._recorder = self._server.recorder
        self._files = _Files()
        self._live = live_programs.LivePrograms(StandingToken())
        options: Any = {"base_url": self._recorder.url}
        self._clients = {
            "gemini": genai.Client(api_key="key", http_options=options),
            "vertex": genai.Client(
                vertexai=True, project="p1", location="l1", credentials=StandingToken(), http_options=options
            ),
        }

    def close(self) -> None:
        """Close the clients and the server."""
        for client in self._clients.values():
            if hasattr(client, "close"):
                client.close()
        self._server.close()
        self._files.close()

    async def aclose(self) -> None:
        """Close the connections and the servers of the running loop."""
        await self._live.close()
        for client in self._clients.values():
            if hasattr(client.aio, "aclose"):
                await client.aio.aclose()

    def call(self, case: dict[str, Any], backend: str) -> dict[str, Any]:
        """Make a blocking call and return its outcome."""
        if "steps" in case:
            return self._written(exchanges.at_once(self._program(case, self._clients[backend]).run()))
        self._prepare(case)
        seen: list[Any] = []
        try:
            answer = self._function(self._clients[backend], case)(**self._arguments(case))
            if hasattr(answer, "__next__") or hasattr(answer, "page"):
                self._keep_listing(answer, seen)
                seen.extend(outcome.view(item) for item in itertools.islice(answer, _ITEMS))
            else:
                seen.append(outcome.view(answer))
        except Exception as error:
            return self._seen(seen, error)
        return self._seen(seen)

    async def call_async(self, case: dict[str, Any], backend: str) -> dict[str, Any]:
        """Make an async call and return its outcome."""
        if case.get("is_live"):
            return self._written(await self._live.run(case, backend))
        if "steps" in case:
            async with asyncio.timeout(_LIMIT_S) if sys.version_info >= (3, 11) else _Unlimited():
                return self._written(await self._program(case, self._clients[backend].aio).run())
        self._prepare(case)
        seen: list[Any] = []
        try:
            async with asyncio.timeout(_LIMIT_S) if sys.version_info >= (3, 11) else _Unlimited():
                answer = await self._function(self._clients[backend].aio, case)(**self._arguments(case))
                if hasattr(answer, "__anext__") or hasattr(answer, "page"):
                    self._keep_listing(answer, seen)
                    await _view_some(answer, seen)
                else:
                    seen.append(outcome.view(answer))
        except Exception as error:
            return self._seen(seen, error)
        return self._seen(seen)

    def _program(self, case: dict[str, Any], client: Any) -> exchanges.Program:
        return exchanges.Program(case, client, self._recorder, self._prepare)

    def _prepare(self, case: dict[str, Any]) -> None:
        answers = tagged.untag(case.get("answers", [{}]), types, self._recorder.url)
        self._recorder.prepare([prepared(answer) for answer in answers], _MOST["do" in case])

    def _arguments(self, case: dict[str, Any]) -> dict[str, Any]:
        given = {name: self._files.made(value) for name, value in case["arguments"].items()}
        return tagged.untag(given, types, self._recorder.url)

    def _function(self, client: Any, case: dict[str, Any]) -> Any:
        return operator.attrgetter(case["method"])(client)

    def _keep_listing(self, answer: Any, seen: list[Any]) -> None:
        if hasattr(answer, "page"):
            seen.append({"$pager": [answer.name, answer.page_size, len(answer), outcome.view(answer.config)]})

    def _seen(self, results: list[Any], error: Exception | None = None) -> dict[str, Any]:
        requests = self._recorder.requests
        seen: dict[str, Any] = {"requests": [outcome.of_request(request) for request in requests]}
        if results:
            seen["results"] = results
        if error is not None:
            seen["raised"] = outcome.of_error(error, len(requests))
        return self._written(seen)

    def _written(self, seen: dict[str, Any]) -> dict[str, Any]:
        """Return an outcome without the parts that differ from run to run."""
        return json.loads(_MADE_UP.sub(r"\1<made up>", json.dumps(seen).replace(self._recorder.url, "<server>")))


class _Files:
    """Files to upload. An argument `{"$file": kind, "name": name, "holds": bytes}` stands for a path (`path`, or `Path` for an
    object), a file open for reading (`opened`), or bytes in memory (`bytes`, `text`, `pipe`)."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._open: list[Any] = []

    def close(self) -> None:
        """Close and delete all."""
        for file in self._open:
            file.close()
        self._folder.cleanup()

    def made(self, value: Any) -> Any:
        """Return the file that a value stands for, or the value itself."""
        if not isinstance(value, dict) or "$file" not in value:
            return value
        kind, holds = value["$file"], base64.b64decode(value.get("holds", ""))
        if kind in ("bytes", "text", "pipe"):
            made = {"bytes": io.BytesIO, "text": io.StringIO, "pipe": _Pipe}[kind]
            return made(holds if kind != "text" else holds.decode())
        path = pathlib.Path(self._folder.name, value["name"])
        if "holds" in value:
            path.write_bytes(holds)
        if kind == "opened":
            self._open.append(path.open("rb"))
            return self._open[-1]
        return path if kind == "Path" else str(path)


class _Pipe(io.BytesIO):
    """Bytes that cannot be rewound."""

    def seekable(self) -> bool:
        return False

    def seek(self, *_: Any) -> int:
        raise io.UnsupportedOperation("seek")

    tell = seek  # type: ignore[assignment]


class _Unlimited:
    async def __aenter__(self) -> None: ...

    async def __aexit__(self, *_: object) -> None: ...


async def _view_some(items: AsyncIterator[Any], seen: list[Any]) -> None:
    """Add the view of each item as it arrives, so that items before an error are kept."""
    count = 0
    async for item in items:
        seen.append(outcome.view(item))
        count += 1
        if count == _ITEMS:
            return


def prepared(answer: dict[str, Any]) -> Prepared:
    if "vectors" in answer:
        return Prepared(made_for=_vectors)
    if "stream" in answer:
        events = (json.dumps(event) if not isinstance(event, str) else event for event in answer["stream"])
        return Prepared("".join(f"data: {event}\r\n\r\n" for event in events).encode(), 200, "text/event-stream")
    if "raw" in answer:
        raw = answer["raw"] if isinstance(answer["raw"], bytes) else answer["raw"].encode()
        return Prepared(raw, answer.get("status", 200), answer.get("type", "application/json"))
    body = json.dumps(answer.get("json", {})).encode()
    return Prepared(body, answer.get("status", 200), headers=answer.get("headers", {}))


def _vectors(request: bytes) -> bytes:
    """Return a reply, valid on both services, with a vector for each content of a request."""
    asked = json.loads(request or b"{}")
    count = len(asked.get("requests") or asked.get("instances") or [])
    vector = {"values": [0.25, 1]}
    return json.dumps({"embeddings": [vector] * count, "predictions": [{"embeddings": vector}] * count}).encode()


@contextmanager
def no_settings() -> Iterator[None]:
    """Remove the environment variables for clients and proxies. All releases use the same API version: by default, releases from 3.0
    on use another one than earlier releases."""
    kept = dict(os.environ)
    for name in kept:
        if name.startswith(_SETTINGS) or name.lower().endswith("_proxy"):
            del os.environ[name]
    os.environ["GOOGLE_GENAI_API_VERSION"] = "beta"
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(kept)


@contextmanager
def quiet() -> Iterator[None]:
    """Suppress warnings and log messages: their texts differ, and there are thousands."""
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(logging.NOTSET)


def run(cases: Iterable[dict[str, Any]]) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Run every case on each backend and in its colours, and yield id, backend, colour and outcome."""
    tagged.PYTHON.update(callables.registered() | shapes.registered(types), image=_image(), credentials=StandingToken())
    cases = list(cases)
    with no_settings(), quiet():
        runner = Runner()
        for case in cases:
            if "sync" not in case.get("colours", COLOURS):
                continue
            for backend in case.get("backends", BACKENDS):
                yield case["id"], backend, "sync", runner.call(case, backend)
        yield from asyncio.run(_run_async(runner, [case for case in cases if "async" in case.get("colours", COLOURS)]))
        runner.close()


async def _run_async(runner: Runner, cases: list[dict[str, Any]]) -> list[tuple[str, str, str, dict[str, Any]]]:
    found = [
        (case["id"], backend, "async", await runner.call_async(case, backend))
        for case in cases
        for backend in case.get("backends", BACKENDS)
    ]
    await runner.aclose()
    return found


def _image() -> Any:
    from PIL import Image

    return Image.new("RGB", (2, 1), "red")


def main() -> None:
    with open(sys.argv[1]) as read, open(sys.argv[2], "w") as written:
        for line in run(json.loads(line) for line in read):
            written.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main()
