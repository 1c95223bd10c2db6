"""The ASGI layer of a route whose requests the limits of the server may refuse or delay.

It keeps the place of a request until its reply is complete, or its client has left.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..limits.enforcement import Limits
from ..limits.refusals import Asked, KindOf
from ..protocol.errors import ApiError
from ..protocol.messages import Surface

CountTokens = Callable[[Request], Awaitable[int]]


class RouteLimits:
    """Middleware of a route with the variable `model` in its path.

    Args:
        app: answers the requests of the route.
        limits: the limits of the server.
        surface: the surface of the route.
        kind_of: returns whether requests to a model generate or embed; called for refusals only.
        count_tokens: returns the number of input tokens of a request; it may raise `ApiError` for a wrong one.
        refuse: answers a request with an error.
    """

    def __init__(
        self,
        app: ASGIApp,
        limits: Limits,
        surface: Surface,
        kind_of: KindOf,
        count_tokens: CountTokens,
        refuse: Callable[[ApiError], ASGIApp],
    ) -> None:
        self.app = app
        self.limits = limits
        self.surface: Surface = surface
        self.kind_of = kind_of
        self.count_tokens = count_tokens
        self.refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        variables: dict[str, str] = scope["path_params"]
        asked = Asked(variables["model"], self.surface, variables.get("location", "global"), self.kind_of)
        if self.limits.needs_tokens(asked.model):
            asked.input_tokens, receive = await self._tokens(scope, receive)
        try:
            place = self.limits.enter(asked)
        except ApiError as error:
            await self.refuse(error)(scope, receive, send)
            return
        status = 0

        def send_watched(message: Message) -> Awaitable[None]:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            elif not message.get("more_body"):
                # Left before the client can see the end of the reply and send the next request.
                place.leave("answered" if status < 400 else "failed")
            return send(message)

        try:
            if place.latency_s:
                await asyncio.sleep(place.latency_s)
            await self.app(scope, receive, send_watched)
        finally:
            place.leave("disconnected")

    async def _tokens(self, scope: Scope, receive: Receive) -> tuple[int, Receive]:
        """Return the number of input tokens of a request, and a function that receives its body again."""
        request = Request(scope, receive)
        body = await request.body()
        is_read = False

        async def receive_again() -> Message:
            nonlocal is_read
            if is_read:
                return await receive()
            is_read = True
            return {"type": "http.request", "body": body, "more_body": False}

        try:
            return await self.count_tokens(request), receive_again
        except ApiError:
            return 0, receive_again  # the route refuses the request
