"""The limiter of one process: it combines the adaptive rate, the limits per minute and the number of calls in flight into one
answer, the time of the next start. It has no clock and does no I/O: callers pass the time, wait themselves, and report ends.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Generic, TypeVar

from .bucket import Bucket
from .outcomes import Outcome
from .rate import AdaptiveRate, Sample

BURST_S = 0.1
"""Starts that callers missed, because they woke late, can be made up for this long."""


SampleKind = TypeVar("SampleKind")


class Ticket(Generic[SampleKind]):
    """A call that has started and not ended yet, with the sample that it belongs to."""

    __slots__ = ("ended", "sample", "started_at", "tokens")

    def __init__(self, sample: SampleKind, started_at: float, tokens: float) -> None:
        self.sample = sample
        self.started_at = started_at
        self.tokens = tokens
        self.ended = False


@dataclass(frozen=True, slots=True)
class State:
    """What a limiter allows at one time, and why."""

    rate: float
    """Starts per second that are allowed now; 0 while the service has asked to wait."""
    in_flight: int
    why: str
    """A short text for a progress line."""
    share_refused: float
    """Share of refused and broken calls among the last hundred or so."""
    done: int
    refused: int
    broken: int


def checked_limits(in_flight: int, rpm: float | None, tpm: float | None) -> None:
    """Raise ValueError if a limit is not above 0."""
    if in_flight < 1:
        raise ValueError(f"in_flight: expected at least 1, got {in_flight}. Pass the number of calls allowed at work.")
    for name, value in (("rpm", rpm), ("tpm", tpm)):
        if value is not None and not value > 0:
            raise ValueError(f"{name}: expected a number above 0, got {value}. Pass None for no limit.")


class Limiter:
    """The calls that may start now, for one service and one process.

    `in_flight` is the maximum number of calls at work. `rpm` limits the starts in any 60 s (the end excluded) to that number, with
    bursts of a tenth of a second's worth. `tpm` limits the tokens in any 60 s: a call is charged with its estimate when it starts,
    and corrected by what it used when it ends. A call that needs more than a hundredth of `tpm` can exceed it by its own size.
    """

    __slots__ = ("_adaptive", "_in_flight", "_maximum", "_now", "_pace", "_requests", "_tokens", "_totals", "_trend")

    def __init__(self, *, in_flight: int, rpm: float | None = None, tpm: float | None = None, now: float = 0.0) -> None:
        checked_limits(in_flight, rpm, tpm)
        self._maximum = in_flight
        self._in_flight = 0
        self._now = now
        self._requests = None if rpm is None else Bucket.of_starts(rpm, now)
        self._tokens = None if tpm is None else Bucket.of_tokens(tpm, now)
        self._adaptive = AdaptiveRate(ceiling=math.inf if rpm is None else rpm / 60, now=now)
        self._pace = Bucket(self._adaptive.rate, 1.0, level=1.0, now=now)
        self._totals = {Outcome.DONE: 0, Outcome.REFUSED: 0, Outcome.BROKEN: 0}
        self._trend = 0.0

    def next_start(self, now: float, tokens: float = 0) -> float:
        """Return the earliest time at which a call with about so many tokens may start.

        The result is `now` if it may start at once, and infinity if only the end of a call frees a place. The time can change with
        every end, so ask again at that time or after an end, whichever is earlier.
        """
        now = self._forward(now)
        if self._in_flight >= self._maximum:
            return math.inf
        adaptive = self._adaptive
        if now < adaptive.wait_until:
            return adaptive.wait_until
        adaptive.review(now)
        self._follow(now)
        wait_s = self._pace.wait_s(1.0, now)
        if self._requests is not None:
            wait_s = max(wait_s, self._requests.wait_s(1.0, now))
        if self._tokens is not None:
            wait_s = max(wait_s, self._tokens.wait_s(tokens, now))
        return now + wait_s

    def begin(self, now: float, tokens: float = 0) -> Ticket[Sample]:
        """Count the start of a call. Call it right after `next_start` returned the present time."""
        now = self._forward(now)
        sample = self._adaptive.started(now)
        self._in_flight += 1
        self._pace.take(1.0, now)
        if self._requests is not None:
            self._requests.take(1.0, now)
        if self._tokens is not None:
            self._tokens.take(tokens, now)
        return Ticket(sample, now, tokens)

    def end(
        self,
        ticket: Ticket[Sample],
        now: float,
        outcome: Outcome,
        *,
        tokens: float | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        """Count the end of a call: `tokens`, what it used, and `retry_after_s`, the wait that the service asked for.

        Raises ValueError if this call has ended before.
        """
        if ticket.ended:
            raise ValueError("ticket: this call has ended before. Report each end once.")
        ticket.ended = True
        now = self._forward(now)
        self._in_flight -= 1
        self._totals[outcome] += 1
        self._trend += ((outcome is not Outcome.DONE) - self._trend) * 0.02
        if tokens is not None and self._tokens is not None:
            self._tokens.take(tokens - ticket.tokens, now)
        delay_s = now - ticket.started_at
        if outcome is Outcome.DONE:
            self._adaptive.passed(ticket.sample, now, delay_s)
        else:
            self._adaptive.refused(ticket.sample, now, delay_s, retry_after_s)

    def state(self, now: float) -> State:
        """Return what is allowed now, and why."""
        now = self._forward(now)
        adaptive = self._adaptive
        rate, why = adaptive.rate, adaptive.why
        if now < adaptive.wait_until:
            rate, why = 0.0, f"waiting for {math.ceil(adaptive.wait_until - now)} s: the service asked for it"
        elif self._in_flight >= self._maximum:
            why = f"all {self._maximum} places in flight"
        elif self._tokens is not None and self._tokens.wait_s(self._tokens.capacity, now) > BURST_S:
            why = "tpm limit"
        elif why == "limit per minute":
            why = "rpm limit"
        totals = self._totals
        return State(
            rate=rate,
            in_flight=self._in_flight,
            why=why,
            share_refused=self._trend,
            done=totals[Outcome.DONE],
            refused=totals[Outcome.REFUSED],
            broken=totals[Outcome.BROKEN],
        )

    def _forward(self, now: float) -> float:
        """Return the time, which never runs backwards here."""
        if now > self._now:
            self._now = now
        return self._now

    def _follow(self, now: float) -> None:
        rate = self._adaptive.rate
        if rate != self._pace.rate:
            self._pace.set_rate(rate, max(1.0, rate * BURST_S), now)
