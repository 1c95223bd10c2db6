"""The ASGI application: services put together, errors told in the API's form, work ended when the client leaves.

The list of services is here; what they do is not.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .access import check_access
from .api import Api
from .errors import ApiError
from .interventions import Connection, Interventions
from .routing import JsonReply, ServiceHeaders, error_reply, http_routes
from .script import Script
from .services.embedding import routes as embedding
from .services.generation import routes as generation
from .services.models import routes as models
from .services.operations import routes as operations
from .services.prediction import routes as prediction
from .services.tokens import routes as tokens
from .services.videos import routes as videos

SERVICES = (generation, embedding, prediction, videos, operations, tokens, models)
MAX_BODY_BYTES = 100 * 1024 * 1024


def make_app(
    api: Api,
    *,
    required_key: str | None = None,
    script: Script | None = None,
    connections: Callable[[], list[Connection]] | None = None,
) -> ASGIApp:
    """Return the application that serves both surfaces.

    Args:
        api: the server's parts; the caller opens the engine before the first request and closes it after the last.
        required_key: key that every request has to carry; None for free access.
        script: a script that may interfere with replies and records requests.
        connections: the HTTP server's open connections, for a script that breaks them.
    """
    app: ASGIApp = Starlette(
        routes=http_routes(api, [route for service in SERVICES for route in service.ROUTES]),
        middleware=[Middleware(ServiceHeaders), Middleware(_Access, required_key=required_key)],
        exception_handlers={HTTPException: _answer_http_error},
    )
    if script is not None:
        app = Interventions(app, script, connections or list[Connection])
    return CancelOnDisconnect(app)


def _answer_http_error(request: Request, error: Exception) -> Response:
    code = error.status_code if isinstance(error, HTTPException) else 500
    where = f"{request.method} {request.url.path}"
    if code == 405:
        message = f"{where}: this path exists for other HTTP methods only."
    else:
        message = f"{where}: there is no such method or resource here."
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else None
    return JsonReply(ApiError(code, message).envelope(), code, headers)


class _Access:
    """Checks the key before anything else is looked at."""

    def __init__(self, app: ASGIApp, required_key: str | None) -> None:
        self.app = app
        self.required_key = required_key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            try:
                check_access(Request(scope), self.required_key)
            except ApiError as error:
                await error_reply(error)(scope, receive, send)
                return
        await self.app(scope, receive, send)


class CancelOnDisconnect:
    """Reads a request's body, then runs the application until it is done or the client has gone.

    Args:
        app: the application; it gets the whole body in one message.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            if len(body) > MAX_BODY_BYTES:
                error = ApiError(400, f"Request payload size exceeds the limit: {MAX_BODY_BYTES} bytes.")
                await error_reply(error)(scope, receive, send)
                return
            if not message.get("more_body"):
                break
        await self._run(bytes(body), scope, receive, send)

    async def _run(self, body: bytes, scope: Scope, receive: Receive, send: Send) -> None:
        waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
        client_gone = asyncio.create_task(_until_disconnect(receive))
        is_answered = False

        async def receive_whole() -> Message:
            if waiting:
                return waiting.pop()
            await asyncio.shield(client_gone)
            return {"type": "http.disconnect"}

        async def send_watched(message: Message) -> None:
            nonlocal is_answered
            await send(message)
            is_answered = message["type"] == "http.response.body" and not message.get("more_body", False)

        async def answer() -> None:
            await self.app(scope, receive_whole, send_watched)

        work = asyncio.create_task(answer())
        try:
            await asyncio.wait({work, client_gone}, return_when=asyncio.FIRST_COMPLETED)
            if not work.done() and not is_answered:
                work.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await work
        finally:
            work.cancel()
            client_gone.cancel()


async def _until_disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
