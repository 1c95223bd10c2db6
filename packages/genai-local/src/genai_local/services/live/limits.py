"""The number and the length of the Live sessions of one server."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from ...framework.api import Api
from ...protocol.errors import ApiError

MAX_SESSIONS = 1024
SESSION_S = 600.0
_LONGEST_NOTICE_S = 10.0
_NOTICE_SHARE = 0.1


class LiveSessions:
    """The limits of the sessions of one server.

    Args:
        api: the server's parts; unused.
    """

    def __init__(self, api: Api) -> None:
        self.most = MAX_SESSIONS
        """Number of sessions at the same time; a further one is refused with 429."""
        self.length_s = SESSION_S
        """The longest time of a session."""
        self._open = 0

    @property
    def notice_s(self) -> float:
        """How long before the end of a session its client gets a goAway."""
        return min(_LONGEST_NOTICE_S, self.length_s * _NOTICE_SHARE)

    @contextmanager
    def place(self) -> Generator[None, None, None]:
        """Count a session for the length of a `with` block.

        Raises:
            ApiError: 429 when there are too many.
        """
        if self._open >= self.most:
            raise ApiError(429, f"Resource has been exhausted: {self._open} sessions are open.")
        self._open += 1
        try:
            yield
        finally:
            self._open -= 1

    def clear(self) -> None:
        """Do nothing: limits belong to the server, and open sessions end with their connections."""
