"""Several workers with one shared limiter: the rate of all, equal parts, and workers that come, go, or lose the connection."""

from __future__ import annotations

import math
import pickle
from itertools import pairwise
from typing import Any

import pytest
from simulation.fleet import simulate_fleet
from simulation.services import Service, at_random, per_second

from genai_bulk.limiter import LeasedLimiter, Outcome, SharedLimiter
from genai_bulk.limiter.shared import FORGET_AFTER_S, LEASE_S

_ALWAYS = (0.0, math.inf)


def _names(count: int, prefix: str = "w") -> list[str]:
    return [f"{prefix}{number}" for number in range(count)]


@pytest.mark.parametrize("share", [0.0, 0.01])
def test_eight_workers_use_a_limit_of_500_per_second_in_equal_parts(share: float) -> None:
    service = Service(at_random(share), per_second(500), latency_s=0.2)
    course = simulate_fleet(SharedLimiter(in_flight=1000), service, 120, dict.fromkeys(_names(8), _ALWAYS))
    assert course.rate() >= 0.9 * 500
    assert course.refused_per_100() <= 15
    assert course.smallest_part(20, 120) >= 0.5


def test_the_rest_takes_over_when_workers_leave_and_join() -> None:
    lives = {
        **dict.fromkeys(_names(4), _ALWAYS),
        **dict.fromkeys(_names(2, "leaving"), (0.0, 40.0)),
        **dict.fromkeys(_names(4, "joining"), (40.0, math.inf)),
    }
    service = Service(per_second(500), latency_s=0.2)
    course = simulate_fleet(SharedLimiter(in_flight=1000), service, 90, lives)
    assert course.rate(55, 90) >= 0.9 * 500
    working = [sum(each[60:90]) for name, each in course.answered.items() if not name.startswith("leaving")]
    assert min(working) >= 0.5 * sum(working) / len(working)


def test_places_in_flight_are_shared_and_never_exceeded() -> None:
    lives = {**dict.fromkeys(_names(4), _ALWAYS), **dict.fromkeys(_names(4, "joining"), (20.0, math.inf))}
    course = simulate_fleet(SharedLimiter(in_flight=200), Service(latency_s=2.0), 50, lives)
    assert course.most_in_flight <= 200
    assert course.rate(35, 50) >= 0.9 * 200 / 2.17
    assert course.smallest_part(35, 50) >= 0.5


def test_places_of_a_dead_worker_are_given_to_others() -> None:
    lives = {**dict.fromkeys(_names(2), _ALWAYS), "dead": (0.0, 20.0)}
    course = simulate_fleet(SharedLimiter(in_flight=90), Service(latency_s=0.5), 50, lives)
    assert course.lost_in_flight > 0
    later = 21 + math.ceil(FORGET_AFTER_S) + 2
    assert course.rate(later, 50) >= 0.9 * 90 / 0.542


@pytest.mark.parametrize(("places", "workers"), [(1, 2), (3, 8), (6, 8), (10, 8)])
def test_workers_that_have_to_share_a_place_take_turns(places: int, workers: int) -> None:
    shared = SharedLimiter(in_flight=places)
    course = simulate_fleet(shared, Service(latency_s=0.2), 60, dict.fromkeys(_names(workers), _ALWAYS))
    assert course.most_in_flight <= places
    assert course.rate(10, 60) >= 0.6 * places / 0.217
    assert course.smallest_part(10, 60) >= 0.5


@pytest.mark.parametrize(("places", "workers"), [(1, 2), (3, 8), (20, 8)])
def test_a_worker_gets_the_places_of_workers_without_rows(places: int, workers: int) -> None:
    shared = SharedLimiter(in_flight=places)
    limiters = [LeasedLimiter(name, in_flight=places) for name in _names(workers)]
    starts = [0] * workers
    open_calls: list[tuple[float, LeasedLimiter, Any]] = []
    for step in range(4_000):
        now = step / 100
        while open_calls and open_calls[0][0] <= now:
            _, limiter, ticket = open_calls.pop(0)
            limiter.end(ticket, now, Outcome.DONE)
        for index, limiter in enumerate(limiters):
            if now >= limiter.renew_at():
                limiter.accept(shared.renew(limiter.report(now), now), now)
            has_rows = (index < workers - 1) == (now < 20)  # the last worker has rows when the others have none
            while has_rows and limiter.next_start(now) <= now:
                open_calls.append((now + 0.2, limiter, limiter.begin(now)))
                starts[index] += 1
    assert min(starts) > 0
    assert starts[-1] >= 0.5 * places * 20 / 0.2


def test_rpm_counts_the_starts_of_all_workers() -> None:
    shared = SharedLimiter(in_flight=1000, rpm=1200)
    course = simulate_fleet(shared, Service(latency_s=0.5), 150, dict.fromkeys(_names(8), _ALWAYS))
    begin = 0
    for end, at in enumerate(course.started):
        while course.started[begin] <= at - 60:
            begin += 1
        assert end - begin + 1 <= 1200
    assert course.rate(60, 150) >= 0.9 * 20


def test_a_worker_without_the_shared_limiter_stops_when_its_lease_ends() -> None:
    shared = SharedLimiter(in_flight=1000)
    service = Service(latency_s=0.2)
    course = simulate_fleet(shared, service, 40, dict.fromkeys(_names(4), _ALWAYS), cut_off=(20.0, 25.0))
    assert not [at for at in course.started if 20.0 + LEASE_S < at < 25.0]
    assert course.rate(35, 40) > 0


def test_a_low_rate_reaches_every_worker() -> None:
    service = Service(per_second(4, burst_s=3), latency_s=0.2)
    course = simulate_fleet(SharedLimiter(in_flight=100), service, 150, dict.fromkeys(_names(8), _ALWAYS))
    assert course.rate(30, 150) >= 0.9 * 4
    assert course.smallest_part(30, 150) >= 0.5


def test_messages_can_be_pickled_and_late_replies_are_ignored() -> None:
    shared, worker = SharedLimiter(in_flight=10), LeasedLimiter("a", in_flight=10)
    report = pickle.loads(pickle.dumps(worker.report(0.0)))
    lease = pickle.loads(pickle.dumps(shared.renew(report, 0.0)))
    worker.report(0.1)
    worker.accept(lease, 0.1)
    assert worker.next_start(0.1) > 0.1
    worker.accept(shared.renew(worker.report(0.2), 0.2), 0.2)
    assert worker.next_start(0.2) == 0.2


def test_a_worker_that_needs_less_leaves_the_rest_to_others() -> None:
    shared = SharedLimiter(in_flight=1000)
    busy, calm = LeasedLimiter("busy", in_flight=1000), LeasedLimiter("calm", in_flight=1)
    starts = {"busy": 0, "calm": 0}
    for step in range(1500):
        now = step / 100
        for name, limiter in (("busy", busy), ("calm", calm)):
            if now >= limiter.renew_at():
                limiter.accept(shared.renew(limiter.report(now), now), now)
            if name == "calm" and step % 100:
                continue
            while limiter.next_start(now) <= now:
                limiter.end(limiter.begin(now), now, Outcome.DONE)
                starts[name] += 1
                if name == "calm":
                    break
    assert starts["calm"] >= 12
    assert starts["busy"] >= 100 * starts["calm"]


def test_a_lease_stays_within_the_tokens_of_a_minute() -> None:
    shared, worker = SharedLimiter(in_flight=1000, tpm=60_000), LeasedLimiter("a", in_flight=1000)
    charges: list[tuple[float, int]] = []
    for step in range(12_000):
        now = step / 100
        if now >= worker.renew_at():
            worker.accept(shared.renew(worker.report(now), now), now)
        while worker.next_start(now, 100) <= now:
            worker.end(worker.begin(now, 100), now, Outcome.DONE, tokens=120)
            charges.append((now, 120))
    windows = [sum(tokens for at, tokens in charges if begin <= at < begin + 60) for begin in range(60)]
    assert max(windows) <= 60_000 + 1_000
    assert min(windows[20:]) >= 0.9 * 60_000
    assert all(one[0] <= two[0] for one, two in pairwise(charges))
