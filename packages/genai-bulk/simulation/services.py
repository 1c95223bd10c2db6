"""Models of services: which calls they refuse, and after what time they answer. They run in virtual time and know no limiter."""

from __future__ import annotations

import math
import random
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from genai_bulk.limiter import Outcome


class Reply(NamedTuple):
    """The service's decision about a call."""

    outcome: Outcome
    after_s: float
    hint_s: float | None = None


Refusal = Callable[[float], "float | bool | None"]
"""A rule, asked with the time of a start: False, or True or the seconds to wait if it refuses the call."""


class Service:
    """A service that answers after a random time (log-normal, sigma 0.4, with median `latency_s`) unless a rule refuses the call.

    `refused_after_s` is the time until a refusal arrives; `at_work` limits the number of calls that are being answered.
    """

    def __init__(
        self,
        *rules: Refusal,
        latency_s: float,
        refused_after_s: float = 0.05,
        at_work: float = math.inf,
        refusal: Outcome = Outcome.REFUSED,
        seed: int = 1,
    ) -> None:
        self._rules = rules
        self._median = math.log(latency_s)
        self._refused_after_s = refused_after_s
        self._at_work_limit = at_work
        self._at_work = 0
        self._refusal = refusal
        self._random = random.Random(seed)  # noqa: S311

    def start(self, now: float) -> Reply:
        """Decide about a call that starts now."""
        hint: float | bool | None = self._at_work >= self._at_work_limit
        for rule in self._rules:
            if hint is not False:
                break
            hint = rule(now)
        if hint is False:
            self._at_work += 1
            return Reply(Outcome.DONE, self._random.lognormvariate(self._median, 0.4))
        return Reply(self._refusal, self._refused_after_s, None if hint is True or hint is None else float(hint))

    def finish(self) -> None:
        """Note that a call was answered."""
        self._at_work -= 1


def at_random(share: float, *, hint_s: float | None = None, seed: int = 2) -> Refusal:
    """Refuse a share of all calls, whatever their rate is."""
    draw = random.Random(seed).random  # noqa: S311
    answer = True if hint_s is None else hint_s
    return lambda now: answer if draw() < share else False


def per_second(rate: float | Callable[[float], float], *, burst_s: float = 1.0, hint_s: float | None = None) -> Refusal:
    """Refuse what exceeds a token bucket; `rate` is a number, or a function of the time."""
    level, at = 0.0, 0.0
    rate_at = rate if callable(rate) else lambda now: rate
    answer = True if hint_s is None else hint_s

    def rule(now: float) -> float | bool:
        nonlocal level, at
        current = rate_at(now)
        level = min(max(1.0, current * burst_s), level + (now - at) * current)
        at = now
        if level >= 1:
            level -= 1
            return False
        return answer

    return rule


def per_fixed_minute(quota: int, *, offset_s: float = 0.0) -> Refusal:
    """Refuse what exceeds a quota per minute of the clock, with the time to the end of that minute."""
    minute, used = -1, 0

    def rule(now: float) -> float | bool:
        nonlocal minute, used
        current, into = divmod(now + offset_s, 60)
        if current != minute:
            minute, used = current, 0
        if used < quota:
            used += 1
            return False
        return 60 - into

    return rule


def per_sliding_minute(quota: int) -> Refusal:
    """Refuse what exceeds a quota in the last 60 s."""
    starts: deque[float] = deque()

    def rule(now: float) -> bool:
        while starts and starts[0] <= now - 60:
            starts.popleft()
        if len(starts) < quota:
            starts.append(now)
            return False
        return True

    return rule


def between(begin_s: float, end_s: float, rule: Refusal) -> Refusal:
    """Apply a rule during a period only."""
    return lambda now: rule(now) if begin_s <= now < end_s else False
