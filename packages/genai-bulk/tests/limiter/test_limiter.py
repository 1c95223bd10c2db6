"""The limiter of one process: places in flight, arguments, and the bookkeeping of calls."""

from __future__ import annotations

import math

import pytest

from genai_bulk.limiter import Limiter, Outcome


def test_a_call_may_start_at_once_and_the_next_one_waits_for_the_pace() -> None:
    limiter = Limiter(in_flight=10)
    assert limiter.next_start(0.0) == 0.0
    limiter.begin(0.0)
    assert 0.0 < limiter.next_start(0.0) <= 0.2


def test_only_the_end_of_a_call_frees_a_place() -> None:
    limiter = Limiter(in_flight=1)
    ticket = limiter.begin(limiter.next_start(0.0))
    assert limiter.next_start(5.0) == math.inf
    limiter.end(ticket, 6.0, Outcome.DONE)
    assert limiter.next_start(6.0) == 6.0
    state = limiter.state(6.0)
    assert (state.in_flight, state.done, state.refused, state.broken) == (0, 1, 0, 0)


def test_a_second_end_of_a_call_is_an_error() -> None:
    limiter = Limiter(in_flight=1)
    ticket = limiter.begin(limiter.next_start(0.0))
    limiter.end(ticket, 1.0, Outcome.DONE)
    with pytest.raises(ValueError, match="ended before"):
        limiter.end(ticket, 2.0, Outcome.DONE)


@pytest.mark.parametrize("arguments", [{"in_flight": 0}, {"in_flight": 1, "rpm": 0}, {"in_flight": 1, "tpm": -5}])
def test_a_limit_must_be_above_zero(arguments: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=f"{list(arguments)[-1]}: expected"):
        Limiter(**arguments)  # type: ignore[arg-type]
