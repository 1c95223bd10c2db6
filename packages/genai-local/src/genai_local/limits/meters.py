"""The arithmetic of rates and quotas. Each function gets the time, so that nothing here reads a clock.

Nothing is used up by asking: `delay_s` says whether an amount fits, `take` uses it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_MINUTE_S = 60.0
_SLACK = 1e-6
"""The part of a request by which a bucket may be short because of rounding."""


class TokenBucket:
    """A rate with bursts.

    Args:
        rate: requests a second.
        burst: requests that may come at once.
        now: the time at which the bucket is full, in seconds since 1970.
    """

    def __init__(self, rate: float, burst: int, now: float) -> None:
        self._rate, self._burst = rate, burst
        self._held, self._filled_at = float(burst), now

    def delay_s(self, now: float) -> float:
        """Return 0 if a request may come now, else the number of seconds after which it may."""
        # A clock that was set back fills nothing until it passes the new time.
        self._held = min(self._held + max(now - self._filled_at, 0.0) * self._rate, float(self._burst))
        self._filled_at = now
        return 0.0 if self._held >= 1 - _SLACK else (1 - self._held) / self._rate

    def take(self) -> None:
        """Use one request."""
        self._held -= 1


class Quota:
    """An amount for each minute or each day.

    Args:
        amount: the amount.
        window_of: returns the beginning and the end of the window around a time, in seconds since 1970.
    """

    def __init__(self, amount: int, window_of: Callable[[float], tuple[float, float]]) -> None:
        self.amount = amount
        self._window_of = window_of
        self._begin = self._end = 0.0
        self._used = 0

    def delay_s(self, amount: int, now: float) -> float:
        """Return 0 if an amount fits into what is left, else the number of seconds until the window ends."""
        if not self._begin <= now < self._end:
            (self._begin, self._end), self._used = self._window_of(now), 0
        return 0.0 if self._used + amount <= self.amount else self._end - now

    def take(self, amount: int) -> None:
        """Use an amount."""
        self._used += amount


def minute_of(now: float) -> tuple[float, float]:
    """Return the beginning and the end of the minute of the clock around a time."""
    begin = now // _MINUTE_S * _MINUTE_S
    return begin, begin + _MINUTE_S


def day_of(now: float) -> tuple[float, float]:
    """Return the beginning and the end of the day in Pacific time around a time, as the service counts days."""
    zone = _pacific()
    today = datetime.fromtimestamp(now, zone).replace(hour=0, minute=0, second=0, microsecond=0)
    tomorrow = (today + timedelta(days=1)).replace(tzinfo=zone)
    return today.timestamp(), tomorrow.timestamp()


@cache
def _pacific() -> tzinfo:
    try:
        return ZoneInfo("America/Los_Angeles")
    except ZoneInfoNotFoundError:  # a machine without a database of time zones
        return timezone(timedelta(hours=-8))
