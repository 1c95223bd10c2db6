"""Outages, waits that the service asks for, and changes of a limit: the rate comes back within a bounded time."""

from __future__ import annotations

import pytest
from simulation.events import Course, simulate
from simulation.services import Refusal, Service, at_random, between, per_fixed_minute, per_second

from genai_bulk.limiter import Limiter, Outcome

_BEGIN_S, _END_S = 60, 120


def _seconds_to_recover(course: Course) -> int:
    """Return how long after the outage five seconds have 90 % of the earlier rate."""
    earlier = course.rate(_BEGIN_S - 20, _BEGIN_S - 1)
    for begin_s in range(_END_S, course.seconds - 5):
        if course.rate(begin_s, begin_s + 5) >= 0.9 * earlier:
            return begin_s - _END_S
    return course.seconds


@pytest.mark.parametrize("latency_s", [0.2, 2.0])
@pytest.mark.parametrize("share", [0.9, 1.1], ids=["90 %", "100 %"])
@pytest.mark.parametrize("hint_s", [None, 1.0, 20.0], ids=lambda hint_s: f"hint={hint_s}")
@pytest.mark.parametrize("rate", [500.0, 20.0])
def test_an_outage_of_a_minute_is_over_within_30_s(
    latency_s: float, share: float, hint_s: float | None, rate: float
) -> None:
    rules: list[Refusal] = [between(_BEGIN_S, _END_S, at_random(share, hint_s=hint_s)), per_second(rate)]
    course = simulate(Limiter(in_flight=500), Service(*rules, latency_s=latency_s), _END_S + 40)
    assert _seconds_to_recover(course) <= 30
    assert sum(course.refused[_BEGIN_S:_END_S]) <= 0.05 * 60 * rate + 100


def test_failures_count_as_refusals_and_are_over_within_30_s() -> None:
    service = Service(between(_BEGIN_S, _END_S, at_random(1.1)), latency_s=2.0, refusal=Outcome.BROKEN)
    limiter = Limiter(in_flight=500)
    course = simulate(limiter, service, _END_S + 40)
    assert _seconds_to_recover(course) <= 30
    assert limiter.state(160.0).broken == sum(course.refused)


def test_a_hint_longer_than_the_gap_between_retries_does_not_freeze_the_rate() -> None:
    # inspect_ai #5137: one cut, and hints that renew themselves faster than they expire.
    course = simulate(Limiter(in_flight=500), Service(per_second(500, hint_s=30.0), latency_s=0.2), 120)
    assert course.rate(30) >= 450


def test_hints_of_random_refusals_do_not_stop_the_others() -> None:
    course = simulate(Limiter(in_flight=100), Service(at_random(0.01, hint_s=30.0), latency_s=2.0), 120)
    assert course.rate(30) >= 0.9 * 46


def test_sustained_refusals_leave_what_the_service_allows() -> None:
    # DataDesigner #575: the rate fell to one call at a time, and nothing arrived for minutes.
    course = simulate(Limiter(in_flight=100), Service(per_second(3, burst_s=3), latency_s=2.0), 300)
    assert course.rate(60) >= 0.9 * 3
    assert all(sum(course.answered[begin : begin + 15]) for begin in range(0, 285, 15))


def test_nobody_starts_before_the_time_that_the_service_asked_for() -> None:
    limiter = Limiter(in_flight=1000)
    course = simulate(limiter, Service(per_fixed_minute(300), latency_s=0.2), 180)
    assert sum(course.answered) >= 0.95 * 900
    spent = next(second for second in range(60) if course.refused[second])
    assert sum(course.started[spent + 2 : 60]) == 0


def test_the_progress_line_names_the_wait() -> None:
    limiter = Limiter(in_flight=50)
    tickets = []
    now = 0.0
    while now < 0.3:
        now = limiter.next_start(now)
        tickets.append(limiter.begin(now))
    for ticket in tickets:
        limiter.end(ticket, now, Outcome.REFUSED, retry_after_s=12.0)
    state = limiter.state(now)
    assert state.rate == 0
    assert state.why == "waiting for 12 s: the service asked for it"
    assert limiter.next_start(now) == pytest.approx(now + 12)


def test_a_limit_that_was_lifted_is_noticed() -> None:
    course = simulate(
        Limiter(in_flight=1000), Service(per_second(lambda now: 50.0 if now < 60 else 500.0), latency_s=0.2), 100
    )
    assert course.rate(90, 100) >= 450
