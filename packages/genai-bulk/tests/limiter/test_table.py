"""Each modelled service: the rate reached, and the refusals it cost, over 300 s of virtual time."""

from __future__ import annotations

import pytest
from simulation.events import simulate
from simulation.services import Service, at_random, per_second
from simulation.table import COLUMNS, UNAVOIDABLE, ceiling

from genai_bulk.limiter import Limiter

pytestmark = pytest.mark.heavy

_FEW = 100
"""Calls in flight where nothing else limits the rate: with 1,000, a test would take many seconds."""
_CASES = [
    *((column, latency_s, _FEW) for column in ("none", "1 %", "10 %") for latency_s in (0.2, 2.0)),
    *((column, 0.2, 1000) for column in ("500/s", "500/s+1 %", "20/s", "100 at work", "6,000/min", "step")),
    *((column, 2.0, 1000) for column in ("20/s", "100 at work", "6,000/min", "step")),
]


def _check(column: str, latency_s: float, in_flight: int) -> None:
    course = simulate(Limiter(in_flight=in_flight), COLUMNS[column](latency_s=latency_s), 300)
    share = 0.75 if column == "10 %" else 0.9
    assert course.rate() >= share * ceiling(column, latency_s, in_flight)
    assert course.refused_per_100() <= 10 + UNAVOIDABLE.get(column, 0.0)


@pytest.mark.parametrize(("column", "latency_s", "in_flight"), _CASES)
def test_a_modelled_service_is_used_to_its_ceiling(column: str, latency_s: float, in_flight: int) -> None:
    _check(column, latency_s, in_flight)


@pytest.mark.heavy
@pytest.mark.parametrize("latency_s", [0.2, 2.0])
@pytest.mark.parametrize("column", list(COLUMNS))
def test_the_whole_table_with_1000_calls_in_flight(column: str, latency_s: float) -> None:
    _check(column, latency_s, 1000)


@pytest.mark.parametrize("seed", range(6))
def test_a_tenth_refused_at_random_is_not_taken_for_a_limit(seed: int) -> None:
    service = Service(at_random(0.1, seed=100 + seed), latency_s=2.0, seed=seed)
    course = simulate(Limiter(in_flight=_FEW), service, 300)
    assert course.rate() >= 0.75 * ceiling("10 %", 2.0, _FEW)


@pytest.mark.parametrize(
    ("column", "latency_s", "refused"),
    [("20/s", 2.0, 20), ("500/s", 0.2, 20), ("6,000/min", 0.2, 25)],
)
def test_refusals_that_take_as_long_as_answers_are_understood(column: str, latency_s: float, refused: int) -> None:
    service = COLUMNS[column](latency_s=latency_s, refused_after_s=latency_s)
    course = simulate(Limiter(in_flight=1000), service, 120)
    assert course.rate() >= 0.85 * ceiling(column, latency_s)
    assert course.refused_per_100() <= refused


@pytest.mark.parametrize("refused_after_s", [0.05, 0.5, 2.0])
@pytest.mark.parametrize("rate", [3, 10, 50, 200])
def test_a_limit_is_found_wherever_it_is_and_however_late_refusals_arrive(rate: int, refused_after_s: float) -> None:
    service = Service(per_second(rate, burst_s=1.0), latency_s=2.0, refused_after_s=refused_after_s)
    course = simulate(Limiter(in_flight=1000), service, 180)
    assert course.rate(60) >= 0.9 * rate
    assert sum(course.refused[60:]) <= 0.15 * sum(course.answered[60:])


def test_ten_seconds_of_latency_and_a_tenth_refused() -> None:
    course = simulate(Limiter(in_flight=1000), COLUMNS["10 %"](latency_s=10.0), 300)
    assert course.rate(60) >= 0.75 * ceiling("10 %", 10.0)
