"""Leases of a worker whose shared limiter is slow, silent, restarted or gone. Time is virtual: each message takes some seconds of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from genai_bulk.limiter import LeasedLimiter, Outcome, SharedLimiter
from genai_bulk.limiter.shared import Lease, Report
from genai_bulk.limiter.single import Ticket
from genai_bulk.ray import leases
from genai_bulk.ray.leases import SILENCE_S, EndedLimiterError, NoLeaseError, renew_often

MOST_MESSAGES = 10_000


class Course:
    """A worker and its shared limiter in virtual time. The worker makes each call that it may make; they end with
    the next message.

    Args:
        step_s: time that a message and its reply take.
        has_rows: whether the worker has rows at a time.
        reply: what the shared limiter does with a report; None for a lease of `shared`.
    """

    def __init__(
        self,
        *,
        step_s: float = 0.1,
        has_rows: Callable[[float], bool] = lambda now: True,
        reply: Callable[[Report, float], Lease] | None = None,
    ) -> None:
        self.now = 0.0
        self.step_s = step_s
        self.has_rows = has_rows
        self.reply = reply or self.lease
        self.shared = SharedLimiter(in_flight=10)
        self.worker = LeasedLimiter("worker", in_flight=10)
        self.messages = 0
        self.calls: list[Ticket[int]] = []
        self.starts: list[float] = []

    def lease(self, report: Report, now: float) -> Lease:
        return self.shared.renew(report, now)

    async def send(self, report: Report) -> Lease:
        self.messages += 1
        assert self.messages < MOST_MESSAGES, "the worker waits for ever"
        self.now += self.step_s
        return self.reply(report, self.now)

    def start(self) -> None:
        for call in self.calls:
            self.worker.end(call, self.now, Outcome.DONE)
        self.calls.clear()
        while self.has_rows(self.now) and self.worker.next_start(self.now) <= self.now:
            self.calls.append(self.worker.begin(self.now))
            self.starts.append(self.now)

    async def run(self, until: float = float("inf"), **options: Any) -> None:
        def on_lease() -> None:
            self.start()
            if self.now >= until:
                raise EndOfCourse

        def clock() -> float:
            self.has_rows(self.now) and self.worker.next_start(self.now)
            return self.now

        await renew_often(self.worker, self.send, on_lease, clock=clock, **options)


class EndOfCourse(Exception):
    """The end of the observed time."""


async def test_a_silent_limiter_is_reported_after_some_minutes() -> None:
    def reply(report: Report, now: float) -> Lease:
        raise ConnectionError("gone")

    course = Course(step_s=10.0, reply=reply)
    with pytest.raises(NoLeaseError, match="not answered for 300 seconds: ConnectionError: gone"):
        await course.run()
    assert SILENCE_S < course.now <= SILENCE_S + 10.0
    assert not course.starts


async def test_a_reply_that_never_comes_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "_REPLY_S", 0.001)
    course = Course()

    async def send(report: Report) -> Lease:
        course.now += 50.0
        await asyncio.get_running_loop().create_future()
        raise AssertionError

    course.send = send
    with pytest.raises(NoLeaseError, match=r"not answered for 300 seconds: no reply within 0\.001 s"):
        await course.run()
    assert course.now <= SILENCE_S + 50.0


async def test_a_limiter_that_has_ended_is_not_asked_again() -> None:
    def reply(report: Report, now: float) -> Lease:
        if now < 2:
            return course.lease(report, now)
        raise EndedLimiterError("killed")

    course = Course(reply=reply)
    with pytest.raises(NoLeaseError, match="The shared limiter has ended: killed"):
        await course.run()
    assert course.starts
    assert course.now < 2.2


async def test_lost_messages_delay_the_worker_only() -> None:
    def reply(report: Report, now: float) -> Lease:
        lease = course.lease(report, now)
        if report.number % 3:
            raise ConnectionError("lost")
        return lease

    course = Course(reply=reply)
    with pytest.raises(EndOfCourse):
        await course.run(until=60.0)
    assert len([at for at in course.starts if at > 30.0]) >= 30  # a call with each lease that arrives


async def test_a_limiter_that_starts_again_knows_nothing_and_the_worker_continues() -> None:
    def reply(report: Report, now: float) -> Lease:
        if 30.0 <= now < 33.0:
            course.shared = SharedLimiter(in_flight=10, now=now)
            raise ConnectionError("it starts again")
        return course.lease(report, now)

    course = Course(reply=reply)
    with pytest.raises(EndOfCourse):
        await course.run(until=60.0)
    assert not [at for at in course.starts if 30.4 < at < 33.0]
    assert [at for at in course.starts if 33.0 <= at < 34.0]
    assert len([at for at in course.starts if at >= 50.0]) > 100


@pytest.mark.parametrize("missing", ["starts", "in_flight"])
async def test_a_worker_with_rows_waits_for_a_permission_as_long_as_its_patience(missing: str) -> None:
    def reply(report: Report, now: float) -> Lease:
        given = {"starts": 5.0, "in_flight": 5, missing: 0}
        return Lease(report=report.number, sample=1, per_second=1.0, for_s=0.3, wait_s=0.0, rate=1.0, why="w", **given)

    course = Course(step_s=5.0, reply=reply, has_rows=lambda now: now > 500.0)
    with pytest.raises(
        NoLeaseError, match=r"retry\.patience_s: the shared limiter has permitted no call for 120 seconds"
    ):
        await course.run(patience_s=120.0)
    assert 620.0 <= course.now <= 640.0
    assert not course.starts
