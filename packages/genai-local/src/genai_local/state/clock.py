"""The clock by which the server's resources expire. A test can move it.

Delays of replies do not use it.
"""

from __future__ import annotations

import threading
import time


class Clock:
    """A clock that follows the machine's clock and can be moved or stopped. Thread-safe.

    Example:
        >>> clock = Clock()
        >>> clock.stop_at(1000.0)
        >>> clock.advance(48 * 3600)
        >>> clock.now()
        173800.0
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._offset_s = 0.0
        self._stopped_at: float | None = None

    def now(self) -> float:
        """Return the seconds since 1970 in UTC."""
        with self._lock:
            return time.time() + self._offset_s if self._stopped_at is None else self._stopped_at

    def advance(self, seconds: float) -> None:
        """Move the clock forward, whether it is running or stopped."""
        with self._lock:
            if self._stopped_at is None:
                self._offset_s += seconds
            else:
                self._stopped_at += seconds

    def stop_at(self, seconds: float) -> None:
        """Stop the clock at a time, in seconds since 1970, until it is moved or reset."""
        with self._lock:
            self._stopped_at = seconds

    def reset(self) -> None:
        """Return to the time of the machine."""
        with self._lock:
            self._offset_s, self._stopped_at = 0.0, None
