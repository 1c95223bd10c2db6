"""Every method of every service, called in several ways: what arrives at the server, and what the program gets.

Runs in the environments of both sides.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import grpc
from google.api_core import gapic_v1, retry as retries, timeout as timeouts
from google.auth.credentials import AnonymousCredentials
from google.longrunning import operations_pb2
from google.protobuf import empty_pb2

from .messages import is_repeated, random_message
from .outcomes import MODES, all_items, awaited_outcome
from .servers import GrpcServer, HttpServer, Script
from .table import METHODS, SERVICES, Method, Service

_LIMIT_S = 20
_SETTINGS = ("request", "requests", "retry", "timeout", "metadata")
Arguments = tuple[tuple[Any, ...], dict[str, Any]]


class Side:
    """Servers, and clients of all services that call them."""

    def __init__(self) -> None:
        self.script = Script()
        self.grpc_server, self.http_server = GrpcServer(self.script), HttpServer(self.script)
        self.loop = asyncio.new_event_loop()
        self._channel = grpc.insecure_channel(self.grpc_server.target)
        self._clients: dict[tuple[Service, str], Any] = {}
        self._async_channel = self.run(self._open())

    async def _open(self) -> Any:
        return grpc.aio.insecure_channel(self.grpc_server.target)

    def run(self, awaitable: Any) -> Any:
        """Run a coroutine in the event loop of the async clients."""
        return self.loop.run_until_complete(awaitable)

    def client(self, service: Service, mode: str) -> Any:
        """Return the client of a service with a transport."""
        if (service, mode) not in self._clients:
            self._clients[service, mode] = self.run(self._new(service, mode))
        return self._clients[service, mode]

    async def _new(self, service: Service, mode: str) -> Any:
        return service.client(mode)(transport=self.transport(service, mode))

    def transport(self, service: Service, mode: str) -> Any:
        """Return a new transport for the servers."""
        if mode == "rest":
            return service.transport(mode)(
                host=self.http_server.target, url_scheme="http", credentials=AnonymousCredentials()
            )
        return service.transport(mode)(channel=self._channel if mode == "grpc" else self._async_channel)

    def observe(self, function: Callable[[], Any]) -> dict[str, Any]:
        """Return the requests and the outcome of a call. Iterators are read to their end."""
        awaited = asyncio.wait_for(awaited_outcome(lambda: all_items(function())), _LIMIT_S)
        found = self.run(awaited)
        return {"requests": self.script.requests, "result": found}

    def close(self) -> None:
        """Close clients and servers."""
        for (_, mode), client in self._clients.items():
            if mode == "rest":
                client.transport.close()
        self._channel.close()
        self.run(self._async_channel.close())
        self.grpc_server.close()
        self.http_server.close()
        self.loop.close()


def table(side: Side, only: Callable[[str], bool] = lambda _: True) -> dict[str, Any]:
    """Return the outcomes of all cases whose id is wanted, by id."""
    found: dict[str, Any] = {}
    for method in METHODS:
        for mode in MODES:
            if not only(f"{method.id}/{mode}/"):
                continue
            client = side.client(method.service, mode)
            for name, arguments in _ways(method, client, mode):
                side.script.start(_replies(method))
                function, (positional, named) = getattr(client, method.name), arguments
                found[f"{method.id}/{mode}/{name}"] = side.observe(
                    lambda function=function, given=positional, named=named: function(*given, **named)
                )
    found.update(_operations(side, only))
    return found


def _replies(method: Method) -> list[Any]:
    if method.metadata:
        return [operation(method)]
    if not method.response:
        return [empty_pb2.Empty()]
    cls = method.service.message(method.response)
    made = [random_message(cls, number)._pb for number in range(3 if method.streams_responses else 1)]
    if method.name.startswith("list_"):
        made[0].next_page_token = ""
    return made


def operation(method: Method, done: bool = True) -> Any:
    """Return a long-running operation of a method."""
    made = operations_pb2.Operation(name="tunedModels/t1/operations/o1", done=done)
    made.metadata.Pack(random_message(method.service.message(method.metadata), 1)._pb)
    if done:
        made.response.Pack(random_message(method.service.message(method.response), 1)._pb)
    return made


def _ways(method: Method, client: Any, mode: str) -> Iterator[tuple[str, Arguments]]:
    """Yield the ways in which a method is called."""
    cls = method.service.message(method.request)
    if method.streams_requests:
        yield "requests", ((_either_iterator([random_message(cls, number) for number in range(3)], mode),), {})
        yield "no requests", ((_either_iterator([], mode),), {})
        return
    function = getattr(client, method.name)
    flattened = [name for name in inspect.signature(function).parameters if name not in _SETTINGS]
    message = _with_resources(random_message(cls, 1), method)
    minimal = _with_resources(cls(), method)
    fields = {name: getattr(message, name) for name in flattened}
    yield "object", ((message,), {})
    yield "object by name", ((), {"request": message})
    yield "another object", ((_with_resources(random_message(cls, 2), method),), {})
    yield "dict", ((plain(message._pb),), {})
    yield "message of protobuf", ((message._pb,), {})
    yield "fields", ((), fields)
    yield "fields as dicts", ((), {name: plain(message._pb).get(name) for name in flattened})
    yield "minimal", ((minimal,), {})
    yield "empty dict", (({},), {})
    yield "nothing", ((), {})
    yield "None", ((None,), dict.fromkeys(flattened))
    yield "other resource", ((_with_resources(cls(), method, "ä b%/c"),), {})
    if flattened:
        yield "object and a field", ((message,), dict([next(iter(fields.items()))]))
        yield "number for a field", ((), {flattened[0]: 3})
        yield "list for a field", ((), {flattened[0]: [1.5]})
    yield "unknown field", (({"nope": 1},), {})
    yield "unknown argument", ((), {"nope": 1})
    yield "text", (("models/m1",), {})
    yield "number", ((3,), {})
    yield "list", (([],), {})
    yield "message of another class", ((method.service.message("Candidate")(),), {})
    yield (
        "settings",
        ((minimal,), {"retry": None, "timeout": 3.5, "metadata": [("x-user", "u"), ("x-goog-api-client", "me/1")]}),
    )
    yield (
        "defaults of api_core",
        ((minimal,), {"retry": gapic_v1.method.DEFAULT, "timeout": gapic_v1.method.DEFAULT, "metadata": ()}),
    )
    retry: Any = retries.AsyncRetry() if mode == "grpc_asyncio" else retries.Retry()
    yield "own retry", ((minimal,), {"retry": retry, "timeout": 30.0})
    yield "own timeout", ((minimal,), {"timeout": timeouts.ConstantTimeout(5.0)})
    yield "no timeout", ((minimal,), {"timeout": None})


def _either_iterator(messages: list[Any], mode: str) -> Any:
    if mode != "grpc_asyncio":
        return iter(messages)

    async def each() -> Any:
        for message in messages:
            yield message

    return each()


def _with_resources(message: Any, method: Method, last: str = "") -> Any:
    """Set the fields with names of resources. `last` replaces the last part of these names."""
    for path, name in method.resources.items():
        part = message._pb
        *before, field = path.split(".")
        for each in before:
            part = getattr(part, each)
        setattr(part, field, f"{name.rpartition('/')[0]}/{last}" if last else name)
    return message


def plain(message: Any) -> dict[str, Any]:
    """Return a message of protobuf as a dict, with the messages of `google.protobuf` in it as they are."""
    found: dict[str, Any] = {}
    for field, value in message.ListFields():
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            is_message = field.message_type.fields_by_name["value"].message_type is not None
            found[field.name] = {key: plain(value[key]) if is_message else value[key] for key in value}
        elif field.message_type is None or field.message_type.file.package == "google.protobuf":
            found[field.name] = list(value) if is_repeated(field) else value
        else:
            found[field.name] = [plain(each) for each in value] if is_repeated(field) else plain(value)
    return found


_OPERATIONS: dict[str, tuple[str, Any]] = {
    "get_operation": ("batches/b1", operations_pb2.Operation(name="batches/b1", done=True)),
    "list_operations": (
        "tunedModels/t1",
        operations_pb2.ListOperationsResponse(operations=[operations_pb2.Operation(name="o")], next_page_token="n"),
    ),
    "cancel_operation": ("batches/b1", empty_pb2.Empty()),
    "delete_operation": ("batches/b1", empty_pb2.Empty()),
}


def _operations(side: Side, only: Callable[[str], bool]) -> dict[str, Any]:
    """Call the methods for long-running operations, which every client has."""
    found: dict[str, Any] = {}
    for service in SERVICES:
        for mode in MODES:
            client = side.client(service, mode)
            for name, (resource, reply) in _OPERATIONS.items():
                place = f"{service.version}/{service.name}/{name}/{mode}/"
                if not only(place):
                    continue
                cls = getattr(operations_pb2, name.title().replace("_", "") + "Request")
                ways: dict[str, Arguments] = {
                    "dict": (({"name": resource},), {}),
                    "object": ((cls(name=resource),), {"timeout": 3.5, "retry": None, "metadata": [("x-user", "u")]}),
                    "default": ((), {}),
                    "unknown field": (({"nope": 1},), {}),
                    "fields": ((), {"name": resource}),
                }
                for way, (positional, named) in ways.items():
                    side.script.start([reply])
                    function = getattr(client, name)
                    found[f"{place}{way}"] = side.observe(
                        lambda function=function, given=positional, named=named: function(*given, **named)
                    )
    return found
