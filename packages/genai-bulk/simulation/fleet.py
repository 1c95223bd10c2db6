"""Several workers with a shared limiter: the exact simulation, in which each start, end and message is an event in virtual time."""

from __future__ import annotations

import heapq
import math
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from genai_bulk.limiter import LeasedLimiter, Outcome, SharedLimiter

from .services import Service


@dataclass
class FleetCourse:
    """What happened: answers, refusals and starts of each worker per second, and the number of messages."""

    seconds: int
    answered: dict[str, list[int]] = field(default_factory=dict)
    refused: dict[str, list[int]] = field(default_factory=dict)
    started: array[float] = field(default_factory=lambda: array("d"))
    messages: int = 0
    most_in_flight: int = 0
    lost_in_flight: int = 0
    ended_at: float | None = None

    def rate(self, begin_s: int = 0, end_s: int | None = None) -> float:
        """Return the answers per second of all workers in a period."""
        end = self.seconds if end_s is None else end_s
        return sum(sum(each[begin_s:end]) for each in self.answered.values()) / (end - begin_s)

    def refused_per_100(self, begin_s: int = 0, end_s: int | None = None) -> float:
        """Return the refused calls of a period per 100 of its answers."""
        end = self.seconds if end_s is None else end_s
        refused = sum(sum(each[begin_s:end]) for each in self.refused.values())
        return 100 * refused / max(1, sum(sum(each[begin_s:end]) for each in self.answered.values()))

    def smallest_part(self, begin_s: int, end_s: int) -> float:
        """Return the answers of the slowest worker in a period, divided by an equal part."""
        sums = [sum(each[begin_s:end_s]) for each in self.answered.values()]
        return min(sums) * len(sums) / max(1, sum(sums))


def simulate_fleet(
    shared: SharedLimiter,
    service: Service,
    seconds: int,
    lives: dict[str, tuple[float, float]],
    *,
    in_flight: int = 1000,
    message_s: float = 0.002,
    cut_off: tuple[float, float] | None = None,
    restarted: Callable[[float], SharedLimiter] | None = None,
    tokens: Callable[[], float] | None = None,
    rows: int | None = None,
) -> FleetCourse:
    """Run workers against a service; `lives`: from when to when each of them lives. It ends without a message.

    `cut_off`: a period in which no message arrives. `restarted`: makes the shared limiter that answers after this period, if the
    first one ended at its beginning. `tokens`: returns the tokens of the next call. `rows`: the number of answers after which the
    run ends; by default, only `seconds` limits it.
    """
    course = FleetCourse(seconds)
    events: list[tuple[float, int, str, str, Any]] = []
    workers: dict[str, LeasedLimiter] = {}
    planned: dict[str, float] = {}
    number = 0
    pending = rows if rows is not None else 1 << 62
    missing = pending
    at_work = 0

    def plan(at: float, kind: str, name: str, about: Any = None) -> None:
        nonlocal number
        number += 1
        heapq.heappush(events, (at, number, kind, name, about))

    def attempt(name: str, now: float) -> None:
        """Start what may start now, and plan the next attempt."""
        limiter = workers[name]
        nonlocal at_work, pending
        while pending and (at := limiter.next_start(now, wanted := tokens() if tokens else 0.0)) <= now:
            ticket = limiter.begin(now, wanted)
            pending -= 1
            at_work += 1
            course.most_in_flight = max(course.most_in_flight, at_work)
            reply = service.start(now)
            course.started.append(now)
            plan(now + reply.after_s, "end", name, (ticket, reply.outcome, reply.hint_s))
        if pending and at < math.inf and not now < planned.get(name, -1.0) <= at:
            planned[name] = at
            plan(at, "start", name)

    for name, (begin, end) in lives.items():
        plan(begin, "birth", name)
        plan(end, "death", name)
        course.answered[name] = [0] * (seconds + 1)
        course.refused[name] = [0] * (seconds + 1)
    if restarted is not None and cut_off is not None:
        plan(cut_off[1], "restart", "")
    while events:
        now, _, kind, name, about = heapq.heappop(events)
        if now >= seconds:
            break
        if kind == "birth":
            workers[name] = LeasedLimiter(name, in_flight=in_flight, now=now)
            plan(now, "renew", name)
        elif kind == "death":
            limiter = workers.pop(name)
            lost = limiter.state(now).in_flight
            course.lost_in_flight += lost
            at_work -= lost
            pending += lost
        elif kind == "end" and about[1] is Outcome.DONE:
            service.finish()
        elif kind == "restart" and restarted is not None:
            shared = restarted(now)
        if name not in workers:
            continue
        limiter = workers[name]
        if kind == "renew":
            report = limiter.report(now)
            if cut_off is None or not cut_off[0] <= now < cut_off[1]:
                course.messages += 1
                plan(now + message_s, "report", name, report)
            plan(limiter.renew_at(), "renew", name)
        elif kind == "report":
            plan(now + message_s, "lease", name, shared.renew(about, now))
        elif kind == "lease":
            limiter.accept(about, now)
            attempt(name, now)
        elif kind == "end":
            ticket, outcome, hint_s = about
            limiter.end(ticket, now, outcome, retry_after_s=hint_s)
            at_work -= 1
            if outcome is Outcome.DONE:
                missing -= 1
                if not missing:
                    course.ended_at = now
                    break
            else:
                pending += 1
            (course.answered if outcome is Outcome.DONE else course.refused)[name][int(now)] += 1
            attempt(name, now)
        elif kind == "start" and planned.get(name) == now:  # otherwise an earlier attempt replaced this one
            planned[name] = -1.0
            attempt(name, now)
    return course
