"""Routes of both surfaces, the context of a request, and JSON and streamed replies.

Services declare paths below the version. Only this module knows where the version and the project are in a path.
"""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from starlette.convertors import StringConvertor, register_url_convertor
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route as HttpRoute
from starlette.types import Receive, Scope, Send

from ..limits.refusals import Kind
from ..protocol.errors import ApiError, JsonObject, expected_error, internal_error, invalid
from ..protocol.interactions import END, envelope_for, error_event, event_bytes, headers_for
from ..protocol.messages import Surface
from ..protocol.paging import MAX_SIZE, Fetch, among, page
from ..protocol.payload import read_json, read_message, read_value, write_json
from ..protocol.streams import stream_end, stream_error, stream_item
from ..state.records import Place, Record
from .api import Api
from .route_limits import RouteLimits

GEMINI_VERSIONS = ("v1beta", "v1", "v1alpha")
VERTEX_VERSIONS = ("v1beta1", "v1")
_SWITCHES = {"true": True, "false": False, "1": True, "0": False}
_LOCATION = "projects/{project}/locations/{location}/"


@dataclass(frozen=True)
class RequestContext:
    """One request to a service: the server, the surface and the HTTP request."""

    api: Api
    surface: Surface
    version: str
    request: Request
    body: bytes

    def parameter(self, name: str) -> str:
        """Return a variable of the path, decoded."""
        return self.request.path_params[name]

    def message(self, message: str) -> JsonObject:
        """Return the body, read as a message of the API.

        Raises:
            ApiError: 400 when the body does not fit the message.
        """
        return read_message(read_json(self.body), message, self.surface)

    def value(self, type_name: str) -> JsonObject:
        """Return the body, read as a type of the API whose values are objects, such as a union of messages.

        Raises:
            ApiError: 400 when the body does not fit the type.
        """
        return read_value(read_json(self.body), type_name, self.surface, "")

    def location(self) -> str:
        """Return `projects/{project}/locations/{location}` of the path; a default when the path has no project."""
        variables = self.request.path_params
        return f"projects/{variables.get('project', 'local')}/locations/{variables.get('location', 'global')}"

    def page(
        self,
        items: Sequence[JsonObject] | Fetch,
        name: str,
        default_size: int = 50,
        max_size: int = MAX_SIZE,
        next_field: str = "nextPageToken",
    ) -> JsonObject:
        """Return the page of a list that the query's pageSize and pageToken ask for, under `name`.

        Args:
            items: the whole list, or a function that fetches a part of it.
            name: the field of the reply that contains the items.
            default_size: page size when the query has none.
            max_size: the largest page size; larger ones are reduced to it.
            next_field: the field of the reply that contains the token of the next page.

        Raises:
            ApiError: 400 for an invalid page size or token.
        """
        fetch = items if callable(items) else among(items)
        query, path = self.request.query_params, self.request.url.path
        return page(query, path, name, fetch, default_size=default_size, max_size=max_size, next_field=next_field)

    def page_of(self, kind: str, to_json: Callable[[Record], JsonObject]) -> JsonObject:
        """Return the page of the records of a kind, newest first, whose form is that of the Interactions API."""

        def fetch(before: int | None, count: int) -> list[tuple[int, JsonObject]]:
            found = self.api.records.newest(kind, self.place(), before, count)
            return [(record.seq, to_json(record)) for record in found]

        return self.page(fetch, kind, next_field="next_page_token")

    def record(self, kind: str, record_id: str) -> Record:
        """Return the record of a kind with this id.

        Raises:
            ApiError: 404 when it does not exist.
        """
        found = self.api.records.find(kind, self.place(), record_id)
        if found is None:
            raise ApiError(404, f"{kind}/{record_id} does not exist, or was deleted.")
        return found

    def place(self) -> Place:
        """Return the surface of the request and, on Vertex AI, its project and location."""
        return Place(self.surface, self.location() if self.surface == "vertex" else "")

    def switch(self, name: str) -> bool:
        """Return a parameter of the query that is true or false, by default false.

        Raises:
            ApiError: 400 for another value.
        """
        given = self.request.query_params.get(name, "false")
        if given.lower() not in _SWITCHES:
            raise invalid(name, f"expected true or false, not {given!r}.")
        return _SWITCHES[given.lower()]


class _ModelId(StringConvertor):
    regex = "[^/:]+"


class _FileId(StringConvertor):
    # Clients extract the id from https URIs only. They append a whole http URI to `files/`.
    regex = "(?:https?:/.*/files/)?[a-z0-9-]+"


register_url_convertor("model_id", _ModelId())
register_url_convertor("file_id", _FileId())

Answer = JsonObject | AsyncGenerator[JsonObject, None] | Response


@dataclass(frozen=True)
class Route:
    """A path of one surface and the function behind it."""

    surface: Surface
    verb: str
    path: str
    """Below the version and, on Vertex, below the location, such as `models/{model}:countTokens`."""
    answer: Callable[[RequestContext], Awaitable[Answer]]
    is_download: bool = False
    """Whether the reply is a file, requested with `alt=media`."""
    is_upload: bool = False
    """Whether the path is below `upload/` and the function itself reads the body, piece by piece. It answers PUT too, with which
    clients of the older resumable protocol send bytes."""
    has_version: bool = True
    """Whether the path is below the version."""
    count_tokens: Callable[[RequestContext], Awaitable[int]] | None = None
    """Counts the input tokens of a request. Only the requests of routes with such a function are subject to the limits of the server."""


def http_routes(api: Api, routes: list[Route]) -> list[HttpRoute]:
    """Return Starlette routes for every version and prefix under which the routes are reachable."""
    result: list[HttpRoute] = []
    for route in routes:
        if not route.has_version:
            result.append(HttpRoute(f"/{route.path}", _endpoint(api, route, ""), methods=[route.verb]))
            continue
        versions = GEMINI_VERSIONS if route.surface == "gemini" else VERTEX_VERSIONS
        prefixes = [""] if route.surface == "gemini" else ["", _LOCATION]
        for version in versions:
            for prefix in prefixes:
                is_express = route.surface == "vertex" and not prefix
                if is_express and version in GEMINI_VERSIONS and not route.path.startswith("publishers/"):
                    continue
                # A colon always begins a custom method, so a model's name must not contain one.
                above = "/upload" if route.is_upload else ""
                path = f"{above}/{version}/{prefix}{route.path}".replace("{model}", "{model:model_id}")
                path = path.replace("{file}", "{file:file_id}")
                verbs = [route.verb, "PUT"] if route.is_upload else [route.verb]
                endpoint, layers = _endpoint(api, route, version), _layers(api, route, version)
                result.append(HttpRoute(path, endpoint, methods=verbs, middleware=layers))
    return result


def _layers(api: Api, route: Route, version: str) -> list[Middleware]:
    """Return the layer of a route that is subject to the limits of the server; nothing for other routes."""
    count = route.count_tokens
    if count is None:
        return []

    async def count_tokens(request: Request) -> int:
        return await count(RequestContext(api, route.surface, version, request, await request.body()))

    def kind_of(model: str) -> Kind:
        found = api.catalogue.find(model)
        return "embed" if found is not None and found.is_for_embeddings else "generate"

    return [Middleware(RouteLimits, api.limits, route.surface, kind_of, count_tokens, error_reply)]


def _endpoint(api: Api, route: Route, version: str) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            alt = request.query_params.get("alt", "json")
            if alt not in ("json", "sse") and not route.is_download:
                raise ApiError(400, f"alt: expected json or sse, not {alt!r}.")
            body = b"" if route.is_upload else await request.body()
            answer = await route.answer(RequestContext(api, route.surface, version, request, body))
            if isinstance(answer, dict):
                return JsonReply(answer)
            if isinstance(answer, Response):
                return answer
            return await _start_stream(answer, is_sse=alt == "sse")
        except Exception as error:
            return error_reply(error, request.url.path)

    return endpoint


async def _start_stream(chunks: AsyncGenerator[JsonObject, None], *, is_sse: bool) -> StreamReply:
    try:
        return StreamReply(await anext(chunks, None), chunks, is_sse=is_sse)
    except BaseException:
        await chunks.aclose()
        raise


def error_reply(error: Exception, path: str = "") -> JsonReply:
    """Return the error reply for any exception, in the form of the API that the path of the request belongs to."""
    problem = api_error(error)
    return JsonReply(envelope_for(path, problem), problem.code, headers_for(path, problem))


class JsonReply(Response):
    """A JSON body with the service's content type."""

    def __init__(self, content: JsonObject, status_code: int = 200, headers: dict[str, str] | None = None) -> None:
        super().__init__(write_json(content), status_code, headers, media_type="application/json; charset=UTF-8")


class StreamReply(Response):
    """Chunks as server-sent events or as the items of a JSON array, each written as soon as it exists.

    Args:
        first: the first chunk, created before the reply starts so that early errors have their own status.
        rest: the chunks to follow; closed when the reply ends, however it ends.
        is_sse: whether the stream consists of server-sent events; otherwise it is a JSON array.
    """

    def __init__(self, first: JsonObject | None, rest: AsyncGenerator[JsonObject, None], *, is_sse: bool) -> None:
        super().__init__()
        del self.headers["content-length"]
        self.headers["content-type"] = "text/event-stream" if is_sse else "application/json; charset=UTF-8"
        self.first = first
        self.rest = rest
        self.is_sse = is_sse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        chunks_sent = 0

        async def write(body: bytes, more: bool = True) -> None:
            await send({"type": "http.response.body", "body": body, "more_body": more})

        async with aclosing(self.rest):
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            try:
                if self.first is not None:
                    await write(stream_item(self.first, is_sse=self.is_sse, index=0))
                    chunks_sent = 1
                async for chunk in self.rest:
                    await write(stream_item(chunk, is_sse=self.is_sse, index=chunks_sent))
                    chunks_sent += 1
            except Exception as error:
                await write(
                    stream_error(api_error(error).envelope(), is_sse=self.is_sse, index=chunks_sent), more=False
                )
                return
            await write(stream_end(is_sse=self.is_sse, index=chunks_sent), more=False)


class EventReply(Response):
    """The events of an interaction as server-sent events, each written as soon as it exists.

    Args:
        first: the first event, which is created before the reply starts so that early errors have their own status.
        rest: the events to follow; closed when the reply ends, however it ends.
    """

    def __init__(self, first: JsonObject | None, rest: AsyncGenerator[JsonObject, None]) -> None:
        super().__init__()
        del self.headers["content-length"]
        self.headers["content-type"] = "text/event-stream"
        self.first = first
        self.rest = rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def write(event: JsonObject) -> None:
            await send({"type": "http.response.body", "body": event_bytes(event), "more_body": True})

        async with aclosing(self.rest):
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            try:
                if self.first is not None:
                    await write(self.first)
                async for event in self.rest:
                    await write(event)
            except Exception as error:
                await write(error_event(api_error(error)))
            await send({"type": "http.response.body", "body": END, "more_body": False})


async def start_events(events: AsyncGenerator[JsonObject, None]) -> EventReply:
    """Return the reply with these events, once the first of them exists."""
    try:
        return EventReply(await anext(events, None), events)
    except BaseException:
        await events.aclose()
        raise


def api_error(error: Exception) -> ApiError:
    """Return any exception as an error of the API; an unexpected exception is logged and becomes 500."""
    if (expected := expected_error(error)) is not None:
        return expected
    logging.getLogger("genai_local").error("A request failed unexpectedly.", exc_info=error)
    return internal_error()


class ServiceHeaders:
    """Middleware that adds the headers of every reply of the service.

    Args:
        app: the application.
    """

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()

        async def send_with_headers(message: Any) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                duration_ms = int((time.perf_counter() - started) * 1000)
                message["headers"] = [
                    *message["headers"],
                    (b"vary", b"Origin, X-Origin, Referer"),
                    (b"x-xss-protection", b"0"),
                    (b"x-frame-options", b"SAMEORIGIN"),
                    (b"x-content-type-options", b"nosniff"),
                    (b"server-timing", f"gfet4t7; dur={duration_ms}".encode()),
                ]
            await send(message)

        await self.app(scope, receive, send_with_headers)
