"""Very long runs on many workers: their simulation at a small size, and what it found in the shared limiter."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest
from simulation.fleet import simulate_fleet
from simulation.growth import run
from simulation.scale import Figures, Load, error_of_duration, report
from simulation.services import Service, per_second

from genai_bulk.limiter import LeasedLimiter, Outcome, SharedLimiter


def _check(figures: Figures) -> None:
    assert figures.share >= 0.9
    assert figures.refused_per_100 <= 15
    assert figures.parts[0] >= 0.5
    loss, outage, restart, halved, doubled = figures.effects
    for effect in (figures.begin, loss, outage, restart, halved, doubled):
        assert effect.back_after_s is not None, effect
        assert effect.back_after_s <= (60 if effect is doubled else 30)
    assert 60 <= outage.lost_s <= 60 + 30
    assert restart.lost_s <= 30
    assert figures.lost_calls > 0


@pytest.fixture(scope="module")
def figures() -> Figures:
    return Figures(Load(workers=8, rows=1_000_000, quota=2400, latency_s=1.0, steady_s=40, settled_s=40))


def test_a_small_run_uses_its_quota_and_gets_over_every_event(figures: Figures) -> None:
    _check(figures)
    assert figures.messages_per_s == pytest.approx(10 * 8, rel=0.1)


def test_the_computed_duration_agrees_with_an_exact_run(figures: Figures) -> None:
    error = error_of_duration(figures, 7)
    assert abs(error) <= 0.1
    rows = figures.load.rows
    assert figures.duration_s(rows) == pytest.approx(rows / 40, rel=0.1)
    assert figures.duration_with_events_s() > figures.duration_s(rows)
    text = report([figures], [error])
    assert re.search(r"^lower bound, rows / quota +6\.9 h$", text, re.MULTILINE)
    assert re.search(r"^outage of 60 s +\d+ +\d+ s +[\d.]+$", text, re.MULTILINE)


@pytest.mark.heavy
@pytest.mark.parametrize("seed", [1, 2])
def test_64_workers_and_a_billion_rows(seed: int) -> None:
    figures = Figures(Load(), seed)
    _check(figures)
    assert figures.parts[0] >= 0.9
    assert abs(error_of_duration(figures, 100 + seed)) <= 0.02
    assert figures.duration_s(10**9) <= 10**9 / 10_000 / 0.9


@pytest.mark.parametrize(("name", "value"), [("workers", 0), ("quota", -1.0), ("latency_s", math.nan)])
def test_a_load_must_be_above_zero(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"{name}: expected a number above 0"):
        Load(**{name: value})  # type: ignore[arg-type]


def test_a_load_beyond_the_highest_number_of_calls_in_flight_is_refused() -> None:
    with pytest.raises(ValueError, match="108,329 calls in flight"):
        Load(quota=600_000, latency_s=10.0)


def test_no_worker_keeps_an_unlucky_place_in_the_order_of_starts() -> None:
    # With reports in a constant rhythm, the last workers in the order had 0.7 of an equal part, and with 64 workers 0.2.
    lives = {f"w{number}": (0.0, math.inf) for number in range(24)}
    course = simulate_fleet(SharedLimiter(in_flight=1000), Service(per_second(700), latency_s=0.5), 50, lives)
    assert course.rate(20, 50) >= 0.9 * 700
    assert course.smallest_part(20, 50) >= 0.9


def test_a_low_rate_is_not_lost_in_fractions_of_starts() -> None:
    # When each worker waited until its own part was a whole start, 64 workers made 0.05 of 10 calls a second.
    lives = {f"w{number}": (0.0, math.inf) for number in range(24)}
    course = simulate_fleet(SharedLimiter(in_flight=400), Service(per_second(6), latency_s=1.0), 120, lives)
    assert course.rate(50, 120) >= 0.9 * 6
    assert course.refused_per_100(50, 120) <= 15
    assert course.smallest_part(50, 120) >= 0.5


@pytest.mark.parametrize("places", [50, 12])
def test_places_that_cannot_be_divided_equally_are_used_in_turns(places: int) -> None:
    # With parts that were rounded up, three of 20 workers had none of 50 places, and seven of 64 too few of 400.
    lives = {f"w{number}": (0.0, math.inf) for number in range(20)}
    course = simulate_fleet(SharedLimiter(in_flight=places), Service(latency_s=1.0), 80, lives)
    assert course.most_in_flight <= places
    assert course.rate(20, 80) >= 0.9 * places / 1.083
    assert course.smallest_part(20, 80) >= 0.5


def test_workers_have_equal_parts_where_tokens_are_the_limit() -> None:
    # Calls use a fifth more than estimated. The bucket of tokens must not serve those first who ask first.
    tpm, estimate, used = 300_000, 1000, 1200
    shared = SharedLimiter(in_flight=1000, tpm=tpm)
    workers = [LeasedLimiter(f"w{number}", in_flight=1000) for number in range(16)]
    spent = [0] * len(workers)
    for step in range(5_000):
        now = step / 50
        for number, worker in enumerate(workers):
            if now >= worker.renew_at():
                worker.accept(shared.renew(worker.report(now), now), now)
            while worker.next_start(now, estimate) <= now:
                worker.end(worker.begin(now, estimate), now, Outcome.DONE, tokens=used)
                if now >= 40:
                    spent[number] += used
    assert sum(spent) >= 0.9 * tpm
    assert sum(spent) <= tpm * 1.01 + used
    assert min(spent) >= 0.5 * sum(spent) / len(spent)


@pytest.mark.usefixtures("answering")
def test_the_growth_of_the_files_of_a_run_is_measured(tmp_path: Path) -> None:
    few, many = run(tmp_path, 20), run(tmp_path, 400)
    replies = many.replies - few.replies
    assert 0 < replies <= many.journal - few.journal <= replies + 380 * 500
    assert many.sink == pytest.approx(20 * few.sink, rel=0.05)
    assert many.highest_log > 0
