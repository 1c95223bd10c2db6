"""Fixtures: a service that answers as the test says, and the same calls with the blocking and the async client."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from google import genai
from google.genai import types
from google.genai._interactions import flows

from ..transport.drivers import ENGINES, KEY, AsyncDriver, Driver, Outcome, make_driver
from .service import Service

QUICK = types.HttpRetryOptions(attempts=5, initial_delay=0.001, max_delay=0.002, jitter=0)
"""Retries without noticeable pauses."""


@pytest.fixture(autouse=True)
def _has_warned(monkeypatch: pytest.MonkeyPatch) -> None:
    """The warning that the API is experimental has its own tests."""
    monkeypatch.setattr(flows, "_has_warned", True)


@pytest.fixture(scope="session", autouse=True)
def _thaw() -> Iterator[None]:
    yield
    gc.unfreeze()


@pytest.fixture
def service() -> Iterator[Service]:
    service = Service()
    yield service
    gc.collect()  # runs the finalizers of this case now, so that their warnings belong to it
    gc.freeze()  # keeps the collections after later cases cheap
    service.close()


@pytest.fixture
def new_client(service: Service) -> Iterator[Callable[..., genai.Client]]:
    """A function that creates a client of the service, with HTTP options."""
    made: list[genai.Client] = []

    def new(**options: Any) -> genai.Client:
        made.append(
            genai.Client(api_key=KEY, http_options={"base_url": service.url, "retry_options": QUICK, **options})
        )
        return made[-1]

    yield new
    for client in made:
        client.close()


@pytest.fixture
def client(new_client: Callable[..., genai.Client]) -> genai.Client:
    """A client of the service that repeats calls without noticeable pauses."""
    return new_client()


def _method(side: Any, name: str) -> Any:
    """Return a method of `interactions`, or of the noun before the dot, of one side of a client."""
    for part in (name if "." in name else f"interactions.{name}").split("."):
        side = getattr(side, part)
    return side


class Caller:
    """The methods of `client.interactions`, and of other nouns, over one transport, each with a time limit."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self.is_async = isinstance(driver, AsyncDriver)

    def call(self, method: str, /, *arguments: Any, **options: Any) -> Outcome:
        """Call a method; one of another noun by its path, such as "agents.get"."""
        if not isinstance(self.driver, AsyncDriver):
            return self.driver.run(lambda client: _method(client, method)(*arguments, **options))

        async def work(client: genai.Client) -> Any:
            return await _method(client.aio, method)(*arguments, **options)

        return self.driver.run(work)

    def result(self, method: str, /, *arguments: Any, **options: Any) -> Any:
        """Return the result of a method."""
        return self.call(method, *arguments, **options).result()

    def events(self, method: str = "create", /, *arguments: Any, **options: Any) -> Outcome:
        """Read a stream to its end. The outcome's chunks are the events, and its value is the stream."""
        if method == "create":
            options = {"model": "m", "input": "Hi", **options}
        chunks: list[Any] = []
        if not isinstance(self.driver, AsyncDriver):

            def read(client: genai.Client) -> Any:
                stream = getattr(client.interactions, method)(*arguments, stream=True, **options)
                chunks.extend(stream)
                return stream

            return self.driver.run(read, chunks)

        async def read_async(client: genai.Client) -> Any:
            stream = await getattr(client.aio.interactions, method)(*arguments, stream=True, **options)
            async for event in stream:
                chunks.append(event)  # noqa: PERF401 - an error must leave the events before it
            return stream

        return self.driver.run(read_async, chunks)


@pytest.fixture(params=ENGINES)
def caller(request: pytest.FixtureRequest, service: Service, monkeypatch: pytest.MonkeyPatch) -> Iterator[Caller]:
    """The calls over each transport in turn."""
    driver = make_driver(request.param, service.server, monkeypatch)
    driver.configure(retry_options=QUICK)
    yield Caller(driver)
    driver.close()
    assert not service.server.connections_still_open(), "the closed client left sockets open"
