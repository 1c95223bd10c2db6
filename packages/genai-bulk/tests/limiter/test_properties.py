"""Properties of the limiter for any sequence of starts and ends."""

from __future__ import annotations

import math
from typing import Any

from hypothesis import given, settings, strategies as st
from simulation.events import simulate
from simulation.services import Service, per_second

from genai_bulk.limiter import Limiter, Outcome

_STEPS = st.lists(
    st.tuples(
        st.sampled_from([0.0, 0.001, 0.05, 0.3, 1.0, 7.0, -3.0, 4000.0]),
        st.integers(0, 12),
        st.sampled_from(list(Outcome)),
        st.sampled_from([None, 0.0, 0.5, 20.0, 4000.0]),
        st.integers(0, 3000),
    ),
    max_size=60,
)


class _Run:
    """A limiter, and a record of the starts that it allowed."""

    def __init__(self, **limits: Any) -> None:
        self.limiter = Limiter(**limits)
        self.in_flight: list[Any] = []
        self.now = self.latest = 0.0
        self.starts: list[float] = []
        self.charges: list[tuple[float, float]] = []

    def step(self, ahead_s: float, calls: int, outcome: Outcome, hint_s: float | None, tokens: int) -> None:
        self.now = self.now + ahead_s
        self.latest = max(self.latest, self.now)
        for _ in range(calls):
            at = self.limiter.next_start(self.now, tokens)
            if at > self.latest:
                assert at < math.inf or self.in_flight
                break
            self.in_flight.append(self.limiter.begin(self.now, tokens))
            self.starts.append(self.latest)
            self.charges.append((self.latest, tokens))
        for _ in range(calls // 2):
            if self.in_flight:
                ticket = self.in_flight.pop(0)
                self.limiter.end(ticket, self.now, outcome, tokens=ticket.tokens, retry_after_s=hint_s)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(steps=_STEPS, in_flight=st.integers(1, 20))
def test_places_are_never_exceeded_and_some_start_is_always_possible(steps: list[Any], in_flight: int) -> None:
    run = _Run(in_flight=in_flight)
    for step in steps:
        run.step(*step)
        assert len(run.in_flight) <= in_flight
        assert run.limiter.state(run.now).in_flight == len(run.in_flight)
    for ticket in run.in_flight:
        run.limiter.end(ticket, run.now, Outcome.DONE)
    assert run.limiter.next_start(run.now) <= run.latest + 66


@settings(max_examples=60, deadline=None, derandomize=True)
@given(steps=_STEPS, rpm=st.sampled_from([1.0, 2.0, 15.0, 60.0, 1000.0]))
def test_rpm_is_never_exceeded_in_any_minute(steps: list[Any], rpm: float) -> None:
    run = _Run(in_flight=1000, rpm=rpm)
    for step in steps:
        run.step(*step)
    for first, begin in enumerate(run.starts):
        assert sum(1 for at in run.starts[first:] if at < begin + 60 - 1e-3) <= rpm


@settings(max_examples=60, deadline=None, derandomize=True)
@given(steps=_STEPS, tpm=st.sampled_from([1000.0, 50_000.0, 1_000_000.0]))
def test_tpm_is_exceeded_by_one_large_call_at_most(steps: list[Any], tpm: float) -> None:
    run = _Run(in_flight=1000, tpm=tpm)
    for step in steps:
        run.step(*step)
    for first, (begin, _) in enumerate(run.charges):
        spent = sum(tokens for at, tokens in run.charges[first:] if at < begin + 60 - 1e-3)
        assert spent <= tpm + 3000  # the largest call


def test_tokens_used_beyond_the_estimate_delay_the_next_call() -> None:
    waits = []
    for used in (100, 500, 0):
        limiter = Limiter(in_flight=10, tpm=6000)
        limiter.end(limiter.begin(0.0, 100), 1.0, Outcome.DONE, tokens=used)
        waits.append(limiter.next_start(1.0, 100) - 1.0)
    assert waits[0] < 1
    assert waits[1] > 3
    assert waits[2] == 0


@settings(max_examples=15, deadline=None, derandomize=True)
@given(steps=_STEPS)
def test_the_rate_grows_again_after_any_history(steps: list[Any]) -> None:
    run = _Run(in_flight=20)
    for step in steps:
        run.step(*step)
    for ticket in run.in_flight:
        run.limiter.end(ticket, run.now, Outcome.DONE)
    course = simulate(_Later(run.limiter, run.latest), Service(latency_s=0.5), 300)
    assert course.rate(280) >= 0.8 * 20 / 0.54


class _Later:
    """A limiter whose clock began earlier."""

    def __init__(self, limiter: Limiter, since: float) -> None:
        self._limiter = limiter
        self._since = since

    def next_start(self, now: float, tokens: float = 0) -> float:
        return self._limiter.next_start(now + self._since, tokens) - self._since

    def begin(self, now: float, tokens: float = 0) -> Any:
        return self._limiter.begin(now + self._since, tokens)

    def end(self, ticket: Any, now: float, outcome: Outcome, *, retry_after_s: float | None = None) -> None:
        self._limiter.end(ticket, now + self._since, outcome, retry_after_s=retry_after_s)


def test_a_machine_that_was_suspended_does_not_make_up_for_the_time() -> None:
    limiter = Limiter(in_flight=1000)
    simulate(limiter, Service(per_second(100), latency_s=0.2), 20)
    burst = 0
    while limiter.next_start(4000.0) <= 4000.0:
        limiter.begin(4000.0)
        burst += 1
    assert 1 <= burst <= 0.1 * limiter.state(4000.0).rate + 1
