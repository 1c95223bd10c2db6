"""The ASGI application: the list of services, and cancellation when the client disconnects."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .access import Access
from .framework.api import Api
from .framework.routing import JsonReply, ServiceHeaders, error_reply, http_routes
from .framework.websockets import WebSocketRoute, WebSockets
from .protocol.errors import ApiError
from .protocol.interactions import envelope_for
from .protocol.limits import MAX_BODY_BYTES
from .protocol.uploads import brings_bytes
from .scripting.interventions import Connection, Interventions
from .scripting.script import Script
from .services.agents import routes as agents
from .services.auth_tokens import routes as auth_tokens
from .services.batches import routes as batches
from .services.batches.runner import resume as resume_batches
from .services.caches import routes as caches
from .services.credentials import routes as credentials
from .services.decisions import routes as decisions
from .services.discovery import routes as discovery
from .services.embedding import routes as embedding
from .services.environments import routes as environments
from .services.file_search import routes as file_search
from .services.file_search.ingestion import resume as resume_intake
from .services.files import routes as files
from .services.generation import routes as generation
from .services.interactions import live as live_interactions, routes as interactions, tokens as interaction_tokens
from .services.interactions.runner import resume as resume_interactions
from .services.limits import routes as limits
from .services.live import routes as live
from .services.models import routes as models
from .services.music import routes as music
from .services.operations import routes as operations
from .services.prediction import routes as prediction
from .services.tokens import routes as tokens
from .services.triggers import routes as triggers
from .services.triggers.executions import Scheduler
from .services.tuning import routes as tuning
from .services.uploads.sessions import Sessions
from .services.videos import routes as videos
from .services.voices import routes as voices
from .services.webhooks import routes as webhooks

SERVICES = (
    generation,
    embedding,
    prediction,
    videos,
    files,
    caches,
    batches,
    tuning,
    file_search,
    auth_tokens,
    interactions,
    agents,
    webhooks,
    triggers,
    voices,
    credentials,
    decisions,
    environments,
    operations,
    tokens,
    limits,
    discovery,
    models,
)
WEBSOCKETS: tuple[WebSocketRoute, ...] = (*live.WEBSOCKETS, *music.WEBSOCKETS, *live_interactions.WEBSOCKETS)
"""The methods that take a WebSocket."""


def make_app(
    api: Api,
    *,
    host: str = "127.0.0.1",
    allowed_hosts: Sequence[str] = (),
    require_key: str | None = None,
    script: Script | None = None,
    connections: Callable[[], list[Connection]] | None = None,
) -> Access:
    """Return the application that serves both surfaces.

    Args:
        api: the server's parts. The caller opens the engine before the first request and closes it after the last.
        host: address that the server is bound to.
        allowed_hosts: further names of the server.
        require_key: key that every request must carry; None for free access.
        script: a script that records requests and may replace replies.
        connections: returns the HTTP server's open connections, for a script that breaks them.
    """
    auth_tokens.install(api)
    interaction_tokens.install(api)
    services = Starlette(
        routes=http_routes(api, [route for service in SERVICES for route in service.ROUTES]),
        middleware=[Middleware(ServiceHeaders)],
        exception_handlers={HTTPException: _answer_http_error},
    )
    services.router.redirect_slashes = False
    app: ASGIApp = WebSockets(services, api, WEBSOCKETS)
    if script is not None:
        app = Interventions(app, script, connections or list[Connection])
    return Access(
        CancelOnDisconnect(app),
        host=host,
        allowed_hosts=allowed_hosts,
        required_key=require_key,
        key_checks=api.key_checks,
        is_upload=api.part(Sessions).is_at,
    )


def resume(api: Api) -> None:
    """Continue the unfinished work of a previous server. Call it on the event loop, once the engine is open."""
    resume_batches(api)
    resume_intake(api)
    resume_interactions(api)
    api.part(Scheduler).resume()
    api.operations.abandon()


def _answer_http_error(request: Request, error: Exception) -> Response:
    code = error.status_code if isinstance(error, HTTPException) else 500
    where = f"{request.method} {request.url.path}"
    if code == 405:
        message = f"{where}: this path does not support this HTTP method."
    else:
        message = f"{where}: no such method or resource exists on this server."
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else None
    return JsonReply(envelope_for(request.url.path, ApiError(code, message)), code, headers)


class CancelOnDisconnect:
    """Middleware that reads a request's body, then runs the application until it is done or the client disconnects.

    Args:
        app: the application; it gets the whole body in one message, unless the body consists of uploaded bytes.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if brings_bytes(scope["path"], scope["headers"], scope["query_string"]):
            # The bytes of an upload are read as they arrive, and kept when the client disconnects.
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
                await error_reply(error, scope["path"])(scope, receive, send)
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
