"""Drivers for transport tests: each runs the public client over one transport, with a time limit for every call.

A case written against a driver is the same for sync and async clients: every call runs in a thread that the test can
give up on. This module must not depend on the expectations of any case.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import copy
import importlib.metadata
import pickle
import ssl
import sys
import threading
import time
import traceback
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar

import pytest

from google import genai
from google.genai import errors

from .misbehaving import MisbehavingServer

KEY = "AIza-for-nobodys-eyes-but-the-service"
HANG_LIMIT_S = 10.0
_ENDING_LIMIT_S = 2.0
_IS_OLD_AIOHTTP = tuple(map(int, importlib.metadata.version("aiohttp").split(".")[:2])) < (3, 14)

Error = TypeVar("Error", bound=errors.APIError)


@dataclass(frozen=True)
class Kind:
    """One way of sending requests: the library, and whether the caller created the library's client."""

    name: str
    library: str
    is_async: bool
    own: bool = False
    pinned: bool = False

    @property
    def option(self) -> str:
        """Return the name of the HTTP option that takes a client of this library."""
        if self.library == "aiohttp":
            return "aiohttp_client"
        return "httpx_async_client" if self.is_async else "httpx_client"


KINDS = {
    kind.name: kind
    for kind in (
        Kind("sync-httpx2", "httpx2", is_async=False),
        Kind("sync-own-httpx2", "httpx2", is_async=False, own=True),
        Kind("sync-own-httpx", "httpx", is_async=False, own=True),
        Kind("async-aiohttp", "aiohttp", is_async=True),
        Kind("async-httpx2", "httpx2", is_async=True, pinned=True),
        Kind("async-httpx", "httpx", is_async=True, pinned=True),
        Kind("async-own-aiohttp", "aiohttp", is_async=True, own=True),
        Kind("async-own-httpx2", "httpx2", is_async=True, own=True),
        Kind("async-own-httpx", "httpx", is_async=True, own=True),
    )
}
SYNC = [name for name, kind in KINDS.items() if not kind.is_async]
ASYNC = [name for name, kind in KINDS.items() if kind.is_async]
OWN = [name for name, kind in KINDS.items() if kind.own]
OWN_HTTPX = [name for name in OWN if KINDS[name].library != "aiohttp"]
MADE_BY_SDK = [name for name, kind in KINDS.items() if not kind.own]
ASYNC_BY_SDK = [name for name in MADE_BY_SDK if KINDS[name].is_async]
PATHS = ["sync-httpx2", "sync-own-httpx", "async-aiohttp", "async-httpx2", "async-own-httpx", "async-own-aiohttp"]
"""One kind for each code path, for cases that do not depend on the choice of the client."""
ENGINES = ["sync-httpx2", "async-aiohttp", "async-httpx2"]
"""One kind for each transport, for cases about the time before bytes are sent or after they have arrived."""


@dataclass
class Outcome:
    """The outcome of a call: a value or an error, and the chunks that arrived before."""

    value: Any = None
    error: BaseException | None = None
    chunks: list[Any] = field(default_factory=list)
    elapsed_s: float = 0.0

    def result(self) -> Any:
        """Return the value, or raise the exception that the call raised."""
        if self.error is not None:
            raise self.error
        return self.value

    @property
    def texts(self) -> list[str | None]:
        """Return the text of each chunk of a stream that ended without an error."""
        return [chunk.text for chunk in self.result()]

    def failure(self, expected: type[Error] = errors.APIError) -> Error:
        """Return the error. Requires that it is of a class, does not contain the key, and survives pickle and copy."""
        if self.error is None:
            pytest.fail(f"expected {expected.__name__}, but the call returned {self.value!r}")
        if not isinstance(self.error, expected):
            raise AssertionError(f"expected {expected.__name__}, not {type(self.error)!r}") from self.error
        assert_hides_the_key(self.error)
        assert_survives_copying(self.error)
        return self.error

    def settled(self) -> Outcome:
        """Require a result or an error class of the SDK, for cases in which both are correct."""
        if self.error is not None:
            self.failure()
        return self


def assert_hides_the_key(error: BaseException) -> None:
    """Require that neither the texts of an error nor those of its causes contain the API key."""
    link: BaseException | None = error
    seen: set[int] = set()
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        shown = [str(link), repr(link), repr(link.args), *getattr(link, "__notes__", [])]
        assert not [text for text in shown if KEY in text]
        link = link.__cause__ or link.__context__
    assert KEY.encode() not in pickle.dumps(error)
    assert KEY not in repr({name: value for name, value in vars(error).items() if name != "response"})


def assert_survives_copying(error: errors.APIError) -> None:
    """Require that an error is the same after pickle, copy and deepcopy, its class included."""
    family = next(cls for cls in type(error).__mro__ if cls in vars(errors).values())
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert isinstance(twin, family)
        for name in ("code", "status", "message", "details", "headers", "body", "attempts"):
            assert repr(getattr(twin, name)) == repr(getattr(error, name)), name
        assert str(twin) == str(error)
        assert twin.args == error.args


class Driver:
    """A client over one transport. `configure` and `own_arguments` have an effect until the first call."""

    def __init__(self, kind: Kind, server: MisbehavingServer) -> None:
        self.kind = kind
        self.server = server
        self.own_arguments: dict[str, Any] = {}
        """Keyword arguments for the caller's own HTTP client."""
        self.own_client: Any = None
        self._http_options: dict[str, Any] = {"base_url": server.url}
        self._client: genai.Client | None = None
        self._hung = False

    def configure(self, **http_options: Any) -> Driver:
        """Set HTTP options of the client."""
        assert self._client is None, "the client has already been created"
        self._http_options.update(http_options)
        return self

    @property
    def client(self) -> genai.Client:
        if self._client is None:
            options = dict(self._http_options)
            if self.kind.own:
                self.own_client = self._make_own_client()
                options[self.kind.option] = self.own_client
            self._client = genai.Client(api_key=KEY, http_options=options)
        return self._client

    @property
    def library(self) -> Any:
        return importlib.import_module(self.kind.library)

    def unary(self, contents: Any = "ping", *, model: str = "m", **arguments: Any) -> Outcome:
        """Call `generate_content`."""
        return self.ask("generate_content", model=model, contents=contents, **arguments)

    def stream(self, contents: Any = "ping", *, model: str = "m", **arguments: Any) -> Outcome:
        """Call `generate_content_stream` and collect its chunks."""
        raise NotImplementedError

    def go(self, mode: str, **arguments: Any) -> Outcome:
        """Call `generate_content` or its stream, depending on `mode`: "unary" or "stream"."""
        return self.stream(**arguments) if mode == "stream" else self.unary(**arguments)

    def ask(self, method: str, **arguments: Any) -> Outcome:
        """Call a method of `models`."""
        raise NotImplementedError

    def wait(self, seconds: float) -> None:
        """Let time pass, on the event loop if the driver has one."""
        raise NotImplementedError

    def close(self) -> None:
        """Close the client, then the caller's own client, and end the threads and loops that serve them."""
        raise NotImplementedError

    def _make_own_client(self) -> Any:
        raise NotImplementedError

    def _await(self, future: concurrent.futures.Future[Outcome], within_s: float) -> Outcome:
        done, _ = concurrent.futures.wait([future], within_s)
        if done:
            return future.result()
        stacks = "\n".join(
            f"--- {thread.name}\n{''.join(traceback.format_stack(frame))}"
            for thread in threading.enumerate()
            if thread.name.startswith("driver") and (frame := sys._current_frames().get(thread.ident or 0))
        )
        self.server.close()
        done, _ = concurrent.futures.wait([future], _ENDING_LIMIT_S)
        self._hung = not done
        pytest.fail(f"the call was still running after {within_s:g} s\n{stacks}{self._pending()}")

    def _pending(self) -> str:
        return ""


class SyncDriver(Driver):
    """A driver that runs each call in a thread of its own."""

    def ask(self, method: str, **arguments: Any) -> Outcome:
        return self.run(lambda client: getattr(client.models, method)(**arguments))

    def stream(self, contents: Any = "ping", *, model: str = "m", **arguments: Any) -> Outcome:
        chunks: list[Any] = []

        def collect(client: genai.Client) -> list[Any]:
            chunks.extend(client.models.generate_content_stream(model=model, contents=contents, **arguments))
            return chunks

        return self.run(collect, chunks)

    def run(
        self, function: Callable[[genai.Client], Any], chunks: list[Any] | None = None, within_s: float = HANG_LIMIT_S
    ) -> Outcome:
        """Call a function with the client and return the outcome."""
        client = self.client
        future: concurrent.futures.Future[Outcome] = concurrent.futures.Future()

        def work() -> None:
            outcome = Outcome(chunks=chunks if chunks is not None else [])
            begin = time.monotonic()
            try:
                outcome.value = function(client)
            except BaseException as error:
                outcome.error = error
            outcome.elapsed_s = time.monotonic() - begin
            future.set_result(outcome)

        threading.Thread(target=work, name="driver-sync", daemon=True).start()
        return self._await(future, within_s)

    def wait(self, seconds: float) -> None:
        time.sleep(seconds)

    def close(self) -> None:
        if self._client is not None and not self._hung:
            self.run(lambda client: client.close()).result()
            if self.own_client is not None:
                assert not self.own_client.is_closed, "the SDK closed the caller's client"
                self.own_client.close()

    def _make_own_client(self) -> Any:
        return self.library.Client(verify=_no_authorities(), **self.own_arguments)


class AsyncDriver(Driver):
    """A driver that runs all calls on one event loop, in a thread of its own."""

    def __init__(self, kind: Kind, server: MisbehavingServer) -> None:
        super().__init__(kind, server)
        self.complaints: list[str] = []
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(self._complain)
        self._thread = threading.Thread(target=self._loop.run_forever, name="driver-loop", daemon=True)
        self._thread.start()

    def _complain(self, _loop: object, context: dict[str, Any]) -> None:
        if _IS_OLD_AIOHTTP and repr(context.get("exception")) == "ConnectionError('Connection lost')":
            return  # its own future, which nobody awaits after a request with unsent data has been cancelled
        self.complaints.append(str(context))

    def ask(self, method: str, **arguments: Any) -> Outcome:
        return self.run(lambda client: getattr(client.aio.models, method)(**arguments))

    def stream(self, contents: Any = "ping", *, model: str = "m", **arguments: Any) -> Outcome:
        chunks: list[Any] = []

        async def collect(client: genai.Client) -> list[Any]:
            stream = await client.aio.models.generate_content_stream(model=model, contents=contents, **arguments)
            async for chunk in stream:
                chunks.append(chunk)  # noqa: PERF401 - an error must leave the chunks before it
            return chunks

        return self.run(collect, chunks)

    def run(
        self,
        function: Callable[[genai.Client], Coroutine[Any, Any, Any]],
        chunks: list[Any] | None = None,
        within_s: float = HANG_LIMIT_S,
    ) -> Outcome:
        """Run a coroutine function with the client on the driver's loop and return the outcome."""
        client = self.client

        async def work() -> Outcome:
            outcome = Outcome(chunks=chunks if chunks is not None else [])
            begin = time.monotonic()
            try:
                outcome.value = await function(client)
            except BaseException as error:
                outcome.error = error
            outcome.elapsed_s = time.monotonic() - begin
            return outcome

        return self._await(asyncio.run_coroutine_threadsafe(work(), self._loop), within_s)

    def wait(self, seconds: float) -> None:
        self.on_loop(asyncio.sleep(seconds))

    def close(self) -> None:
        try:
            if self._client is not None and not self._hung:
                self.run(self._aclose).result()
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(_ENDING_LIMIT_S)
        assert not self._thread.is_alive(), "the event loop is blocked"
        if self._hung:
            for task in asyncio.all_tasks(self._loop):
                task.cancel()
            self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()
        assert self._hung or not self.complaints, self.complaints

    async def _aclose(self, client: genai.Client) -> None:
        await client.aio.aclose()
        if self.kind.library == "aiohttp" and self.own_client is not None:
            assert not self.own_client.closed, "the SDK closed the caller's session"
            await self.own_client.close()
        elif self.own_client is not None:
            assert not self.own_client.is_closed, "the SDK closed the caller's client"
            await self.own_client.aclose()
        await _others_have_ended()

    def _make_own_client(self) -> Any:
        async def make() -> Any:
            if self.kind.library == "aiohttp":
                return self.library.ClientSession(**self.own_arguments)
            return self.library.AsyncClient(verify=_no_authorities(), **self.own_arguments)

        return self.on_loop(make())

    def on_loop(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """Return the result of a coroutine that runs on the driver's loop."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(HANG_LIMIT_S)

    def _pending(self) -> str:
        return "\n".join(str(task.get_stack()) for task in asyncio.all_tasks(self._loop))


async def _others_have_ended() -> None:
    """Require that no task is left on the loop once the client has been closed."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    if others:
        _, pending = await asyncio.wait(others, timeout=_ENDING_LIMIT_S)
        assert not pending, f"tasks are left on the loop: {pending}"


@cache
def _no_authorities() -> ssl.SSLContext:
    """Return a TLS context that is cheap to create; these cases use plain HTTP."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def use_library(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make clients that the SDK creates use the library of a kind, which must be installed."""
    kind = KINDS[name]
    pytest.importorskip(kind.library, reason=f"{kind.library} is not installed")
    if kind.pinned:
        monkeypatch.setenv("GOOGLE_GENAI_HTTP_CLIENT", kind.library)


def make_driver(name: str, server: MisbehavingServer, monkeypatch: pytest.MonkeyPatch) -> Driver:
    """Return a driver by the name of its kind."""
    use_library(name, monkeypatch)
    kind = KINDS[name]
    return (AsyncDriver if kind.is_async else SyncDriver)(kind, server)
