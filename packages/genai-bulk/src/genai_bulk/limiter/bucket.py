"""Token buckets in virtual time: what may be spent now, and when the next amount may be spent. They do not know what is counted,
have no clock, and do not wait.
"""

from __future__ import annotations

_ROUNDING = 1e-6
"""An amount may be missing by this share, so that a caller who waits exactly as long as computed never waits twice."""


class Bucket:
    """A token bucket: it fills at `rate` per second up to `capacity`, and a level below zero is a debt."""

    __slots__ = ("at", "capacity", "level", "rate")

    def __init__(self, rate: float, capacity: float, *, level: float, now: float) -> None:
        self.rate = rate
        self.capacity = capacity
        self.level = level
        self.at = now

    @classmethod
    def of_starts(cls, per_minute: float, now: float, *, burst_s: float = 0.1) -> Bucket:
        """Return a bucket for starts: in any 60 s (the end excluded) at most `per_minute`, at least one.

        At most the starts of `burst_s` seconds, and at least one, may be taken at once.
        """
        capacity = max(1.0, per_minute * burst_s / 60)
        # A bucket gives fewer than `capacity` + 60 × rate in less than 60 s, so this sum may exceed the limit by one.
        return cls((per_minute + 1.0 - capacity) / 60, capacity, level=capacity, now=now)

    @classmethod
    def of_tokens(cls, per_minute: float, now: float) -> Bucket:
        """Return a bucket for model tokens: in any 60 s at most `per_minute`, plus the last call if that is a large one.

        A call is large if it needs more than a hundredth of `per_minute`. It starts when the bucket is full, and leaves a debt.
        """
        capacity = per_minute / 100
        return cls((per_minute - capacity) / 60, capacity, level=capacity, now=now)

    def set_rate(self, rate: float, capacity: float, now: float) -> None:
        """Change rate and capacity from now on."""
        self.fill(now)
        self.rate = rate
        self.capacity = capacity
        if self.level > capacity:
            self.level = capacity

    def fill(self, now: float) -> None:
        """Add what has accumulated until now."""
        if now > self.at:
            level = self.level + (now - self.at) * self.rate
            self.level = level if level < self.capacity else self.capacity
            self.at = now

    def wait_s(self, amount: float, now: float) -> float:
        """Return the time in seconds until the amount may be taken. More than the capacity is never required."""
        self.fill(now)
        missing = (amount if amount < self.capacity else self.capacity) - self.level
        return missing / self.rate if missing > _ROUNDING * self.capacity else 0.0

    def take(self, amount: float, now: float) -> None:
        """Take the amount, or return it if it is negative. The level may fall below zero, and never exceeds the capacity."""
        self.fill(now)
        level = self.level - amount
        self.level = level if level < self.capacity else self.capacity
