"""The events of a live session for the hooks of the client. It is loaded only if the client has hooks."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING, Any, Literal

from .. import errors
from ..hooks import Operation, SessionEvent, current

if TYPE_CHECKING:
    from .._api_client import BaseApiClient
    from ..hooks import Hooks

_NORMAL = 1000


class Observer:
    """The reports about one session."""

    def __init__(self, api_client: BaseApiClient, model: str, config: Any, *, blocking: bool) -> None:
        hooks = api_client.active_hooks
        assert hooks is not None
        self._hooks: Hooks = hooks
        self._port = api_client._own_async_port()
        self._is_open = True
        self.operation = Operation(
            "live.connect",
            api_client.backend.name,
            {"model": model, "config": config},
            current.get(),
            is_async=not blocking,
            is_stream=True,
        )

    @contextlib.asynccontextmanager
    async def failures(self) -> AsyncGenerator[None, None]:
        """Report that the session could not be opened, if the block raises. What starts in the block belongs to the session."""
        token = current.set(self.operation)
        try:
            yield
        except Exception as error:
            await self._hooks.emit(self._port, SessionEvent(self.operation, "failed", None, error))
            raise
        except BaseException as error:
            self._hooks.emit_now(SessionEvent(self.operation, "failed", None, error))
            raise
        finally:
            current.reset(token)

    async def opened(self) -> None:
        """Report that the session is open."""
        await self.report("opened", None)

    async def report(self, kind: Literal["opened", "sent", "received", "resumed"], message: Any) -> None:
        """Report a message or another event."""
        if self._hooks.wants(SessionEvent):
            await self._hooks.emit(self._port, SessionEvent(self.operation, kind, message))

    async def closed(self, failure: errors.APIError | errors.RecordingError | None) -> None:
        """Report the end of the session, once; `failure` says why, and also explains a normal end."""
        if self._is_open:
            self._is_open = False
            is_normal = isinstance(failure, errors.APIError) and failure.code == _NORMAL
            error = None if is_normal else failure
            await self._hooks.emit(self._port, SessionEvent(self.operation, "closed", None, error))
