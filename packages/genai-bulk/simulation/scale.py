"""A run on many workers that is too long to be simulated as a whole: its duration, refusals, equal parts, messages and faults.

    python -m simulation.scale [--workers 64] [--rows 1000000000] [--quota 600000] [--latency 5] [--seeds 2]

(in packages/genai-bulk; about three minutes for each seed).

**What is simulated exactly.** One stretch of the run, with the limiters that real workers use: each start, each end and each
message between a worker and the shared limiter is an event in virtual time. The stretch has a beginning, a steady period, and then
one event after the other, each with the time to get over it: an eighth of the workers is killed and replaced after 30 s, the
service refuses everything for 60 s, the shared limiter ends and starts again without a memory after 2 s, the quota is halved, and
doubled again.

**What is extrapolated.** The duration of the whole run:

    rows / answers per second in the steady period + seconds lost at the beginning + the last calls

and, with events, the seconds that each of them costs. Answers arrive one latency after the start of their call, so a halved quota
seems to cost less than nothing, and a doubled one as much more; the sum of both is right. To measure the error of this sum, a run
that is short enough is simulated exactly with another seed, from its first to its last row, with a loss of workers and an outage.

**What the service does.** It answers after a random time (log-normal, sigma 0.4) and refuses 1 % of the calls at random, and what
exceeds a quota that refills continuously and keeps at most one second's worth. The limiter does not know the quota.

**What this module does not know.** Rows differ in nothing, and a worker takes the next row when it can start a call: reading,
writing, blocks of Ray, the CPU time of workers and limits on tokens are not part of the model. Networks have a constant delay.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property

from genai_bulk.limiter import SharedLimiter

from .fleet import FleetCourse, simulate_fleet
from .services import Service, at_random, between, per_second
from .table import MEAN

_REFUSED_AT_RANDOM = 0.01
_REPLACED_AFTER_S = 30
_OUTAGE_S = 60
_RESTART_S = 2
_LAST_CALLS = 3.0
"""Time in which the last calls end, in median latencies: the slowest of some ten thousand takes four, the mean one."""
_RECOVERED_S = 5
_MOST_IN_FLIGHT = 100_000
"""The highest `Limits.in_flight`."""


@dataclass(frozen=True)
class Load:
    """A run, and how long the simulated periods are.

    Attributes:
        quota: calls that the service accepts in a minute.
        latency_s: median time of an answer.
        steady_s: length of the steady period.
        settled_s: time after which the beginning or an event has no more effect.
    """

    workers: int = 64
    rows: int = 1_000_000_000
    quota: float = 600_000
    latency_s: float = 5.0
    steady_s: int = 120
    settled_s: int = 90

    def __post_init__(self) -> None:
        for each in fields(self):
            if not getattr(self, each.name) > 0:
                raise ValueError(f"{each.name}: expected a number above 0, got {getattr(self, each.name)}.")
        if self.needed_in_flight > _MOST_IN_FLIGHT:
            raise ValueError(
                f"quota, latency_s: they need {self.needed_in_flight:,.0f} calls in flight, and limits.in_flight is at most "
                f"{_MOST_IN_FLIGHT:,}. Give a smaller quota or latency."
            )

    @property
    def ceiling(self) -> float:
        """Answers per second that the quota allows."""
        return self.quota / 60

    @property
    def needed_in_flight(self) -> float:
        """Mean number of calls in flight that use the quota, by Little's law: rate times mean latency."""
        return self.ceiling * self.latency_s * MEAN

    @property
    def in_flight(self) -> int:
        """Calls in flight that the limiter allows: half more, because their number varies."""
        return min(_MOST_IN_FLIGHT, math.ceil(1.5 * self.needed_in_flight))

    @property
    def killed(self) -> int:
        """Workers that are killed together."""
        return max(1, self.workers // 8)


@dataclass(frozen=True)
class Event:
    """Something that disturbs a run from `begin_s` to `over_s`, and the period to `end_s` in which its effect is measured.

    `allowed` is the share of the quota that the service allows from `over_s` on.
    """

    name: str
    begin_s: int
    over_s: int
    end_s: int
    allowed: float = 1.0


class Timeline:
    """The periods of the stretch, in seconds of virtual time."""

    def __init__(self, load: Load) -> None:
        settled_s = load.settled_s
        self.steady = (settled_s, settled_s + load.steady_s)
        lost = f"{load.killed} of {load.workers} workers killed"
        self.loss = _event(lost, self.steady[1], _REPLACED_AFTER_S, load)
        self.outage = _event(f"outage of {_OUTAGE_S} s", self.loss.end_s, _OUTAGE_S, load)
        self.restart = _event("restart of the shared limiter", self.outage.end_s, _RESTART_S, load)
        self.halved = _event("quota halved", self.restart.end_s, 0, load, allowed=0.5)
        self.doubled = _event("quota doubled again", self.halved.end_s, 0, load)
        self.events = (self.loss, self.outage, self.restart, self.halved, self.doubled)
        self.end_s = self.doubled.end_s


def _event(name: str, begin_s: int, lasts_s: int, load: Load, allowed: float = 1.0) -> Event:
    return Event(name, begin_s, begin_s + lasts_s, begin_s + lasts_s + load.settled_s, allowed)


@dataclass(frozen=True)
class Effect:
    """What an event cost.

    Attributes:
        lost_s: missing answers, in seconds of the steady period's rate.
        back_after_s: time from its end until five seconds have 90 % of the answers that the service allows; None: not in time.
        refused_per_100: refused calls per 100 answers, from its beginning until its effect is over.
    """

    name: str
    lost_s: float
    back_after_s: int | None
    refused_per_100: float


class Figures:
    """The figures of one simulated stretch."""

    def __init__(self, load: Load, seed: int = 1) -> None:
        self.load = load
        self.timeline = Timeline(load)
        self.course = simulate_stretch(load, self.timeline, seed)

    @cached_property
    def rate(self) -> float:
        """Answers per second in the steady period."""
        return self.course.rate(*self.timeline.steady)

    @property
    def share(self) -> float:
        """Answers in the steady period, divided by those that the quota allows."""
        return self.rate / self.load.ceiling

    @property
    def lowest_and_highest(self) -> tuple[float, float]:
        """The share of the ceiling in the worst and in the best ten seconds of the steady period."""
        begin_s, end_s = self.timeline.steady
        rates = [self.course.rate(at, at + 10) for at in range(begin_s, end_s - 9, 10)]
        return min(rates) / self.load.ceiling, max(rates) / self.load.ceiling

    @property
    def refused_per_100(self) -> float:
        """Refused calls per 100 answers in the steady period."""
        return self.course.refused_per_100(*self.timeline.steady)

    @property
    def parts(self) -> tuple[float, float]:
        """Answers of the slowest and the fastest worker in the steady period, divided by an equal part."""
        begin_s, end_s = self.timeline.steady
        sums = [sum(each[begin_s:end_s]) for name, each in self.course.answered.items() if not name.startswith("new")]
        return min(sums) * len(sums) / sum(sums), max(sums) * len(sums) / sum(sums)

    @property
    def messages_per_s(self) -> float:
        """Messages per second that the shared limiter answers."""
        return self.course.messages / self.timeline.end_s

    @property
    def lost_calls(self) -> float:
        """Calls in flight of a killed worker, which are paid twice."""
        return self.course.lost_in_flight / self.load.killed

    @property
    def begin(self) -> Effect:
        """What the beginning cost."""
        return self._effect(Event("beginning", 0, 0, self.timeline.steady[0]))

    @property
    def effects(self) -> list[Effect]:
        """What each event cost."""
        return [self._effect(event) for event in self.timeline.events]

    def duration_s(self, rows: int, lost_s: float = 0.0) -> float:
        """Return the computed duration of a run, with the seconds that its events cost."""
        return rows / self.rate + self.begin.lost_s + lost_s + _LAST_CALLS * self.load.latency_s

    def duration_with_events_s(self, every_s: float = 3600.0) -> float:
        """Return the computed duration of the whole run, if each of the events happens once in a period."""
        return self.duration_s(self.load.rows) / (1 - sum(each.lost_s for each in self.effects) / every_s)

    def _effect(self, event: Event) -> Effect:
        course, allowed = self.course, event.allowed * self.load.ceiling
        period = event.begin_s, event.end_s
        lost_s = (period[1] - period[0]) * (1 - course.rate(*period) / (event.allowed * self.rate))
        back = (
            at - event.over_s
            for at in range(event.over_s, event.end_s - _RECOVERED_S + 1)
            if course.rate(at, at + _RECOVERED_S) >= 0.9 * allowed
        )
        return Effect(event.name, lost_s, next(back, None), course.refused_per_100(*period))


def simulate_stretch(load: Load, timeline: Timeline, seed: int) -> FleetCourse:
    """Simulate the stretch exactly."""
    halved, restart = timeline.halved, timeline.restart
    return _simulate(
        load,
        timeline.end_s,
        loss_at=timeline.loss.begin_s,
        outage_at=timeline.outage.begin_s,
        restart=(restart.begin_s, restart.over_s),
        halved=(halved.begin_s, halved.end_s),
        seed=seed,
    )


def error_of_duration(figures: Figures, seed: int) -> float:
    """Simulate a short run with a loss of workers and an outage exactly; return the relative error of its computed duration."""
    load, timeline = figures.load, figures.timeline
    loss, outage, *_ = figures.effects
    rows = int(figures.rate * timeline.outage.end_s)
    computed_s = figures.duration_s(rows, loss.lost_s + outage.lost_s)
    course = _simulate(
        load,
        2 * timeline.end_s,
        loss_at=timeline.loss.begin_s,
        outage_at=timeline.outage.begin_s,
        rows=rows,
        seed=seed,
    )
    if course.ended_at is None:
        raise RuntimeError(f"The run of {rows:,} rows did not end within {2 * timeline.end_s:,} s of virtual time.")
    return computed_s / course.ended_at - 1


def _simulate(
    load: Load,
    seconds: int,
    *,
    loss_at: int,
    outage_at: int,
    restart: tuple[int, int] | None = None,
    halved: tuple[int, int] = (0, 0),
    rows: int | None = None,
    seed: int,
) -> FleetCourse:
    def quota(now: float) -> float:
        return load.ceiling * (0.5 if halved[0] <= now < halved[1] else 1.0)

    def limiter(now: float = 0.0) -> SharedLimiter:
        return SharedLimiter(in_flight=load.in_flight, now=now)

    lives = {f"w{number}": (0.0, loss_at if number < load.killed else math.inf) for number in range(load.workers)}
    lives |= {f"new{number}": (loss_at + _REPLACED_AFTER_S, math.inf) for number in range(load.killed)}
    service = Service(
        between(outage_at, outage_at + _OUTAGE_S, at_random(1.0)),
        at_random(_REFUSED_AT_RANDOM, seed=1000 + seed),
        per_second(quota),
        latency_s=load.latency_s,
        seed=seed,
    )
    return simulate_fleet(
        limiter(), service, seconds, lives, in_flight=load.in_flight, cut_off=restart, restarted=limiter, rows=rows
    )


def report(results: Sequence[Figures], errors: Sequence[float]) -> str:
    """Return the figures as text: a column for each seed, and for each event the worst seed."""
    load = results[0].load
    lines = [
        f"{load.rows:,} rows, {load.workers} workers, {load.quota:,.0f} calls a minute, median latency {load.latency_s:g} s",
        f"{load.needed_in_flight:,.0f} calls in flight use this quota, {load.needed_in_flight / load.workers:,.0f} in each worker; "
        f"{load.in_flight:,} are allowed",
        "",
    ]
    rows = [
        ("lower bound, rows / quota", [_hours(load.rows / load.ceiling)] * len(results)),
        ("duration without events", [_hours(each.duration_s(load.rows)) for each in results]),
        ("duration, each event once an hour", [_hours(each.duration_with_events_s()) for each in results]),
        ("error of the duration of a short run", [f"{error:+.1%}" for error in errors]),
        ("share of the ceiling", [f"{each.share:.1%}" for each in results]),
        ("the same, worst and best 10 s", ["{:.1%} {:.1%}".format(*each.lowest_and_highest) for each in results]),
        ("refused per 100 answers", [f"{each.refused_per_100:.1f}" for each in results]),
        ("slowest, fastest worker (1: equal part)", ["{:.2f} {:.2f}".format(*each.parts) for each in results]),
        ("messages to the limiter a second", [f"{each.messages_per_s:.0f}" for each in results]),
        ("highest number of calls in flight", [f"{each.course.most_in_flight:,}" for each in results]),
        ("calls in flight of a killed worker", [f"{each.lost_calls:,.0f}" for each in results]),
        ("calls simulated", [f"{len(each.course.started):,}" for each in results]),
    ]
    lines += [f"{name:<40}" + "".join(f"{value:>16}" for value in values) for name, values in rows]
    lines += ["", f"{'event (worst seed)':<40}{'seconds lost':>16}{'90 % after':>16}{'refused per 100':>16}"]
    for effects in zip(*([each.begin, *each.effects] for each in results), strict=True):
        back = [each.back_after_s for each in effects]
        slowest = "not reached" if None in back else f"{max(each for each in back if each is not None)} s"
        lost_s, refused = max(each.lost_s for each in effects), max(each.refused_per_100 for each in effects)
        lines.append(f"{effects[0].name:<40}{lost_s:>16.0f}{slowest:>16}{refused:>16.1f}")
    return "\n".join(lines)


def _hours(seconds: float) -> str:
    return f"{seconds / 3600:,.1f} h"


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description="Simulate a very long run on many workers.")
    parser.add_argument("--workers", type=int, default=Load.workers)
    parser.add_argument("--rows", type=int, default=Load.rows)
    parser.add_argument("--quota", type=float, default=Load.quota, help="calls that the service accepts in a minute")
    parser.add_argument("--latency", type=float, default=Load.latency_s, help="median time of an answer in seconds")
    parser.add_argument("--seeds", type=int, default=2, help="number of simulations with different random numbers")
    options = parser.parse_args()
    try:
        load = Load(options.workers, options.rows, options.quota, options.latency)
        if options.seeds < 1:
            raise ValueError(f"seeds: expected a number above 0, got {options.seeds}.")
    except ValueError as error:
        parser.error(str(error))
    results = [Figures(load, seed) for seed in range(1, options.seeds + 1)]
    errors = [error_of_duration(each, 100 + seed) for seed, each in enumerate(results)]
    print(report(results, errors))


if __name__ == "__main__":
    main()
