"""The identity of a client that replays: no credentials are loaded, and no token is requested."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import TYPE_CHECKING

from .._io.auth import Tokens

if TYPE_CHECKING:
    from .recording import Exchange
    from .session import Session

last_exchange: ContextVar[Exchange | None] = ContextVar("last_exchange", default=None)
"""The exchange that was replayed for the last request of this task or thread; None if the request was sent."""


class ReplayedTokens(Tokens):
    """Tokens that exist in no header. A token is renewed if it was renewed when the traffic was recorded."""

    def __init__(self, session: Callable[[], Session]) -> None:
        self._session = session

    def is_fresh(self) -> bool:
        """Return True: nothing has to be requested."""
        return True

    def headers(self) -> dict[str, str]:
        """Return no headers."""
        return {}

    def renewed_headers(self, refused: Mapping[str, str]) -> dict[str, str] | None:
        """Return no headers if the refused request was sent again when it was recorded, otherwise None."""
        exchange = last_exchange.get()
        return {} if exchange is not None and self._session().was_repeated(exchange) else None
