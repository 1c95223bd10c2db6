"""The exact simulation: each start and each end is an event, in virtual time. A source of rows that never ends is assumed."""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass, field
from typing import Any, Protocol

from genai_bulk.limiter import Outcome

from .services import Service


class Controller(Protocol):
    """The part of a limiter's interface that the simulation uses."""

    def next_start(self, now: float, tokens: float = 0) -> float: ...
    def begin(self, now: float, tokens: float = 0) -> Any: ...
    def end(self, ticket: Any, now: float, outcome: Outcome, *, retry_after_s: float | None = None) -> None: ...


@dataclass
class Course:
    """What happened, in counts per second of virtual time."""

    seconds: int
    answered: list[int] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)
    started: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.answered = [0] * (self.seconds + 1)
        self.refused = [0] * (self.seconds + 1)
        self.started = [0] * (self.seconds + 1)

    def rate(self, begin_s: int = 0, end_s: int | None = None) -> float:
        """Return the answers per second in a period."""
        period = self.answered[begin_s : self.seconds if end_s is None else end_s]
        return sum(period) / len(period)

    def refused_per_100(self) -> float:
        """Return the refused calls per 100 answers."""
        return 100 * sum(self.refused) / max(1, sum(self.answered))


def simulate(limiter: Controller, service: Service, seconds: int) -> Course:
    """Run a limiter against a service, and return what happened."""
    course = Course(seconds)
    ends: list[tuple[float, int, Any, Outcome, float | None]] = []
    now, number = 0.0, 0
    while True:
        at = limiter.next_start(now)
        if ends and ends[0][0] <= at:
            now, _, ticket, outcome, hint_s = heapq.heappop(ends)
            if now >= seconds:
                return course
            limiter.end(ticket, now, outcome, retry_after_s=hint_s)
            if outcome is Outcome.DONE:
                service.finish()
                course.answered[int(now)] += 1
            else:
                course.refused[int(now)] += 1
            continue
        assert at < math.inf, "nothing is in flight, and nothing may start"
        if at > now:
            now = at
            if now >= seconds:
                return course
            continue
        ticket = limiter.begin(now)
        reply = service.start(now)
        course.started[int(now)] += 1
        number += 1
        heapq.heappush(ends, (now + reply.after_s, number, ticket, reply.outcome, reply.hint_s))
