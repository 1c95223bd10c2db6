"""The bound of uploads and downloads: how many failures in a row a transfer survives without progress."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import errors
from .._io.retry import RetryPolicy

if TYPE_CHECKING:
    from .._io.port import Port

DEFAULT_POLICY = RetryPolicy(attempts=4, initial_delay_s=0.5, jitter_s=0.5)
"""The policy of a transfer whose options contain none."""
_MAX_FAILURES = 100
"""Failures after which a transfer ends even if there was progress before each of them."""


class Attempts:
    """The failures of one transfer. Progress is a byte beyond the furthest one that has arrived so far."""

    def __init__(self, port: Port, policy: RetryPolicy | None, what: str) -> None:
        self._port = port
        self._policy = policy or DEFAULT_POLICY
        self._what = what
        """The transfer as the subject of an error message."""
        self.total_bytes: int | None = None
        self._furthest = 0
        self._in_a_row = 0
        self._all = 0

    def reach(self, position: int) -> None:
        """Note how many bytes have arrived. Only progress ends a row of failures."""
        if position > self._furthest:
            self._furthest = position
            self._in_a_row = 0

    async def wait_after(self, error: errors.APIError) -> None:
        """Wait before the next attempt, or raise the error if no attempt is left. No pause follows an exceeded time limit."""
        self._in_a_row += 1
        self._all += 1
        error.attempts = self._in_a_row
        is_repeated = self._policy.repeats(error, self._in_a_row) or (
            isinstance(error, errors.InvalidResponseError) and self._in_a_row < self._policy.attempts
        )
        if not is_repeated or self._all >= _MAX_FAILURES:
            raise self._final(error)
        if not isinstance(error, errors.APITimeoutError):
            await self._port.sleep(self._policy.delay_s(error, self._in_a_row))

    def _final(self, error: errors.APIError) -> errors.APIError:
        """Return the error to raise: for a failed connection, its message states how many bytes had arrived."""
        if not isinstance(error, errors.APIConnectionError):
            return error
        size = "" if self.total_bytes is None else f" of {self.total_bytes}"
        if self._all >= _MAX_FAILURES:
            count = f"the connection failed {self._all} times"
        else:
            count = f"{self._in_a_row} attempts in a row brought no further byte"
        return errors.with_message(
            error, f"{self._what} ended after {self._furthest}{size} bytes: {count}. The last failure: {error.message}"
        )
