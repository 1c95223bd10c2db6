"""`client.aio.live`: names that other packages import. Live sessions are not built yet: each use raises an error that says so."""

from __future__ import annotations

from typing import Any, NoReturn

from ._api_module import BaseModule

__all__ = ["AsyncLive", "AsyncLiveMusic", "AsyncSession", "ConnectionClosed", "ws_connect"]


class AsyncLive(BaseModule):
    """Real-time sessions with a model. Not built yet."""

    @property
    def music(self) -> AsyncLiveMusic:
        """Real-time sessions with a model that makes music. Not built yet."""
        return AsyncLiveMusic(self._api_client)

    def connect(self, **arguments: Any) -> NoReturn:
        """Raise `NotImplementedError`."""
        _refuse("client.aio.live.connect")


class AsyncLiveMusic(BaseModule):
    """Real-time sessions with a model that makes music. Not built yet."""

    def connect(self, **arguments: Any) -> NoReturn:
        """Raise `NotImplementedError`."""
        _refuse("client.aio.live.music.connect")


class AsyncSession:
    """A live session. Not built yet."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        _refuse("AsyncSession")


class ConnectionClosed(Exception):
    """The end of a session's connection. Never raised, because no session can be opened yet."""


def ws_connect(*arguments: Any, **named: Any) -> NoReturn:
    """Raise `NotImplementedError`."""
    _refuse("ws_connect")


def _refuse(use: str) -> NoReturn:
    raise NotImplementedError(
        f"{use}: this release has no live sessions yet. Use `client.aio.models.generate_content_stream`, or the official "
        "package where audio in real time is required."
    )
