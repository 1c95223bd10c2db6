"""The adaptive rate: how many calls a second a service takes, found out from its refusals alone. This module knows neither
calls nor clocks: it counts starts and ends in samples, and computes a rate from them.

**What it assumes.** Most answers are slow, and refusals mean different things: a limit (a rate, a quota per minute, a number at
work), an outage, or a service that refuses some share of all calls whatever their rate is. Only the first two are a reason to
slow down. So the rate is never derived from one refusal, but from the share of refused calls among those that were started at
one and the same rate: a *sample*. Calls that failed for a reason outside the request count as refused.

**Samples.** The rate is constant during a sample. A sample ends after one second (half a second while a first limit is searched)
and a minimum of starts; it is judged when its refusals must have arrived. The delay of refusals is learned, because refusals
usually arrive long before answers; while the rate doubles, silence for longer than that delay counts as consent. Before the first
refusal, the time that answers take is assumed, and before the first answer the rate does not double after 100 starts. Otherwise
the sample also waits for most of its answers. The next sample is collected in the meantime. Ends of calls that belong to an older
rate are ignored. A sample with very many refusals is judged before its end, from the starts whose refusals must have arrived.

**Growth.** The rate doubles with each sample until the first confirmed limit. After that it grows by 5 %, and by twice as much
with each further sample without refusals, so that a limit that was lifted is noticed within a few samples. A sample that has
somewhat more refusals than tolerated keeps the rate. The rate does not grow while callers use less than 70 % of it.

**Cuts.** If clearly more calls are refused than tolerated, the rate becomes what passed, but at least a quarter if the sample was
judged early. The next sample is a test of that cut. A limit has no reason to refuse at this rate: if the share of refusals fell to
less than half, the limit is confirmed. A confirmed limit far below the rate before the cut is not known well, so the rate doubles
again, once in a while. If the share did not fall in two cuts in a row, refusals do not depend on the rate: both cuts are taken
back, and that share is tolerated from then on. Shares above 60 % are never tolerated. A tolerated share is measured again
regularly, by a cut of 30 % for one sample, because a mistake would otherwise last.

**Outages.** Cuts end at a floor: 5 % of the rate that passed in the last minutes, at most 2 a second. At the floor, three starts
in a row without a refusal are enough for doubling again.

**Hints.** A time that the service asks to wait (`RetryInfo`, `Retry-After`) concerns all callers only if nearly all calls are
refused, because services send it with random refusals too. Then nobody starts until that time, at most 65 s. The rate afterwards
is what passed since the last such wait, divided by the time including the wait: under a quota per minute, that is the quota.
"""

from __future__ import annotations

import math
from typing import NamedTuple

INITIAL_RATE = 50.0
MINIMUM_RATE = 0.1
MAXIMUM_RATE = 1e6

_SAMPLE_S = 1.0
_SAMPLE_DOUBLING_S = 0.5
_EARLY_S = 0.25
"""A sample with very many refusals is judged after this time already."""
_FLOOD_CUT = 0.25
"""Such a sample does not lower the rate further than to this share: a service that is full refuses everything for a moment."""
_STARTS = 50
"""Starts in a sample, so that a share of 5 % can be seen; fewer while the rate grows in larger steps."""
_STARTS_DOUBLING = 3
_PATIENCE_S = 10.0
"""A sample with fewer starts ends after this time."""
_UNKNOWN_DELAY_S = 0.25
_UNKNOWN_DELAY_MAX_S = 2.0
"""Limits of the delay of refusals while none has arrived: refusals are assumed to take as long as answers."""
_UNHEARD = 100
"""Starts after which the rate doubles only when something has come back."""
_MAXIMUM_DELAY_S = 15.0

_NOISE = 0.02
"""A share of refusals that is always tolerated."""
_NOISE_DOUBLING = 0.1
"""The same while the rate doubles: there, a limit refuses half of the calls at once."""
_TOLERABLE = 0.6
_STEP = 0.05
_NEAR = 1.15
"""Up to this multiple of the last limit, growth is slow."""
_CALM_S = 65.0
"""Growth stays slow for this time after a wait that the service asked for: longer than a quota per minute."""
_USED = 0.7
_PROBE = 0.7
_PROBE_EVERY_S = 30.0
_PROBE_EVERY_MAX_S = 240.0
_EVIDENCE = 500.0
"""Starts from which the tolerated share is estimated."""
_EDGES = 4
"""Samples in a row at the edge of what is tolerated, before the share is tested by a cut."""
_ALL = 0.8
_FLOOR_SHARE = 0.05
_FLOOR_MAX = 2.0
_CYCLE_S = 150.0
_OUTAGE = 0.1
"""A limit below this share of the rate that passed earlier may be the end of an outage: the rate doubles, once in a while."""
_COARSE = 0.3
"""A limit below this share of the rate before the cut is not known well: the rate doubles as well."""
_DOUBLE_EVERY_S = 30.0
_PROVEN_HALF_LIFE_S = 120.0
_WAIT_MAX_S = 65.0


class Sample:
    """The starts at one rate, in one period, with what is known of their ends."""

    __slots__ = ("began_at", "ended_at", "number", "refused", "returned", "started")

    def __init__(self, number: int, now: float) -> None:
        self.number = number
        self.began_at = now
        self.ended_at = math.inf
        self.started = 0
        self.refused = 0
        self.returned = 0


class _Judged(NamedTuple):
    """What a sample shows: rates are in calls per second."""

    started: int
    returned: int
    refused: int
    known: float
    """The starts whose refusals must have arrived."""
    share: float
    """The part of them that was refused."""
    used: float
    """The rate that callers used."""
    passed: float
    """The rate that passed, as a new rate after a cut."""


class _Test:
    """A cut whose effect is being measured."""

    __slots__ = ("cuts", "is_probe", "passed", "rate", "refused", "share", "started", "step")

    def __init__(self, rate: float, step: float, share: float, *, is_probe: bool) -> None:
        self.rate = rate
        self.passed = 0.0
        self.step = step
        self.share = share
        self.is_probe = is_probe
        self.cuts = 1
        self.started = 0.0
        self.refused = 0


class AdaptiveRate:
    """The rate at which calls may start.

    `ceiling` is a rate that is never exceeded. `news_after_s` is the time after which starts and ends are counted here at the
    latest.
    """

    __slots__ = (
        "_answer_s",
        "_calm_until",
        "_ceiling",
        "_collapsed_at",
        "_cycle_began_at",
        "_cycle_passed",
        "_delay_s",
        "_doubled_at",
        "_edges",
        "_evidence",
        "_held",
        "_hint_until",
        "_limit",
        "_news_after_s",
        "_number",
        "_outage_passed",
        "_probe_at",
        "_probe_every_s",
        "_proven",
        "_proven_at",
        "_settling",
        "_step",
        "_test",
        "_used",
        "_waiting_since",
        "open",
        "rate",
        "tolerated",
        "wait_until",
        "why",
    )

    def __init__(self, *, ceiling: float = math.inf, news_after_s: float = 0.0, now: float = 0.0) -> None:
        self._news_after_s = news_after_s
        self._ceiling = min(ceiling, MAXIMUM_RATE)
        self.rate = min(INITIAL_RATE, self._ceiling)
        self.tolerated = 0.0
        """The share of refusals that does not depend on the rate."""
        self.wait_until = -math.inf
        """Nothing may start before this time, because the service asked for it."""
        self.why = "rate doubling"
        self.open = Sample(1, now)
        """The sample to which starts belong now."""
        self._settling: Sample | None = None
        self._number = 1
        self._step = 1.0
        self._test: _Test | None = None
        self._edges = 0
        self._used = 0.0
        self._delay_s = -1.0
        self._answer_s = 0.0
        self._hint_until = -math.inf
        self._collapsed_at = -math.inf
        self._outage_passed = 0.0
        self._evidence = 0.0
        self._limit = math.inf
        self._doubled_at = -math.inf
        self._held = 0.0
        self._calm_until = -math.inf
        self._proven = 0.0
        self._proven_at = now
        self._probe_at = math.inf
        self._probe_every_s = _PROBE_EVERY_S
        self._cycle_began_at = now
        self._cycle_passed = 0.0

    # --- what happens --------------------------------------------------------------------------------------------------------

    def started(self, now: float, calls: int = 1) -> Sample:
        """Count starts, and return the sample to which they belong."""
        if now >= self.wait_until:
            self.review(now)
        sample = self.open
        if not sample.started:
            sample.began_at = now
        sample.started += calls
        self._cycle_passed += calls
        self._outage_passed += calls
        return sample

    def sample(self, number: int) -> Sample | None:
        """Return the sample with this number, or None if it was judged already."""
        if number == self.open.number:
            return self.open
        settling = self._settling
        return settling if settling is not None and number == settling.number else None

    def started_in(self, sample: Sample | None, now: float, calls: int, ago_s: float) -> None:
        """Count starts of another process, made in the last `ago_s` seconds, that belong to a sample; None: a judged one."""
        self._cycle_passed += calls
        self._outage_passed += calls
        if sample is not None:
            if not sample.started:
                sample.began_at = max(sample.began_at, now - ago_s)
            sample.started += calls

    def passed(self, sample: Sample | None, now: float, delay_s: float, calls: int = 1) -> None:
        """Count calls that the service processed, `delay_s` after their start."""
        self._answer_s += (delay_s - self._answer_s) * (0.05 if self._answer_s else 1.0)
        if sample is not None:
            sample.returned += calls
        self.review(now)

    def refused(
        self, sample: Sample | None, now: float, delay_s: float, hint_s: float | None = None, calls: int = 1
    ) -> None:
        """Count calls that were refused or failed, `delay_s` after their start; `hint_s`: the wait that the service asks for."""
        self._cycle_passed -= calls
        self._outage_passed -= calls
        if self._delay_s < 0:
            self._delay_s = min(delay_s, _MAXIMUM_DELAY_S)
        else:  # faster up than down: most refusals must be in before a sample is judged
            weight = 0.3 if delay_s > self._delay_s else 0.02
            self._delay_s += (min(delay_s, _MAXIMUM_DELAY_S) - self._delay_s) * weight
        if sample is None:
            return
        sample.returned += calls
        sample.refused += calls
        if sample is self.open or sample is self._settling:
            if hint_s is not None:
                self._hint_until = max(self._hint_until, now + min(hint_s, _WAIT_MAX_S))
            if now >= sample.began_at + _EARLY_S + self._news_after_s and self._is_flood(sample, now):
                self._judge(sample, now)
                return
        self.review(now)

    def review(self, now: float) -> None:
        """Judge the samples that are complete."""
        settling = self._settling
        if settling is not None:
            if settling.returned >= settling.started or now >= self._settled_at(settling):
                self._judge(settling, now)
            return
        sample = self.open
        if self._is_full(sample, now):
            sample.ended_at = now
            self._settling = sample
            self._open(now)

    # --- samples -------------------------------------------------------------------------------------------------------------

    def _open(self, now: float) -> None:
        self._number += 1
        self.open = Sample(self._number, now)

    def _is_full(self, sample: Sample, now: float) -> bool:
        period = now - sample.began_at
        is_searching = self._step >= 1 and self._limit == math.inf
        if period < (_SAMPLE_DOUBLING_S if is_searching else _SAMPLE_S) or sample.started < _STARTS_DOUBLING:
            return False
        if self._test is not None:
            enough = min(_STARTS, 5 / self._test.share)
        else:
            enough = min(_STARTS, max(_STARTS_DOUBLING, 2.5 / self._step))
        return sample.started >= enough or period >= _PATIENCE_S

    def _settled_at(self, sample: Sample) -> float:
        """Return the time at which the refusals of the sample must be known."""
        if self._delay_s >= 0:
            delay_s = 1.5 * self._delay_s
        elif self._answer_s or self._cycle_passed < _UNHEARD:
            delay_s = min(max(_UNKNOWN_DELAY_S, self._answer_s), _UNKNOWN_DELAY_MAX_S)
        else:
            delay_s = _MAXIMUM_DELAY_S
        if self._step < 1 and self._test is None:
            delay_s = max(delay_s, (0.5 if self._step <= _STEP else 1.5) * self._answer_s)
        return sample.ended_at + min(delay_s, _MAXIMUM_DELAY_S) + self._news_after_s

    def _known(self, sample: Sample, now: float) -> float:
        """Return of how many starts of a sample the refusals must have arrived."""
        period = min(now, sample.ended_at) - sample.began_at
        late = max(0.0, min(now, sample.ended_at) - (now - max(self._delay_s, 0.0)))
        known = sample.started * (1 - late / period) if late < period else 0.0
        return max(known, sample.returned, 1.0)

    def _is_flood(self, sample: Sample, now: float) -> bool:
        """Return whether so many starts were refused that the sample needs no more time."""
        known = self._known(sample, now)
        if known < 8 or sample.refused < 0.25 * known:
            return False
        if known < 30 or self._test is not None:  # a test needs an exact share, unless nearly all are refused
            return sample.refused >= _ALL * known
        expected = self._expected()
        return sample.refused - known * expected > 3 + 3 * _deviation(known, expected)

    def _expected(self) -> float:
        """Return the share of refusals that is not a reason to slow down."""
        doubling = self._step >= 1 and self._test is None
        return max(self.tolerated, _NOISE_DOUBLING if doubling else _NOISE)

    def _judge(self, sample: Sample, now: float) -> None:
        """Compute the rate from a sample, and begin a new one."""
        period = max(min(sample.ended_at, now) - sample.began_at, 1e-3)
        known = self._known(sample, now)
        share = min(1.0, sample.refused / known)
        made = sample.started / period if period >= _EARLY_S else self.rate  # workers with leases may exceed the rate
        used = min(self.rate, made)
        passing = max(1 - share, 0.5 / known)  # zero of 10 starts is less than one of them
        if period < _SAMPLE_S:
            passing = max(passing, _FLOOD_CUT)
        judged = _Judged(sample.started, sample.returned, sample.refused, known, share, used, made * passing)
        if sample.returned:
            self._prove(used * (1 - share), now)
        before = self.rate
        kept = self._decide(judged, now)
        if self.rate != before or not kept:
            self._settling = None
            self._open(now)
        else:  # the sample since then was collected at the same rate
            self._settling = None
            self.review(now)

    def _prove(self, passed: float, now: float) -> None:
        faded = self._proven * 0.5 ** ((now - self._proven_at) / _PROVEN_HALF_LIFE_S)
        self._proven = max(passed, faded)
        self._proven_at = now

    def _floor(self) -> float:
        return max(MINIMUM_RATE, min(_FLOOR_MAX, _FLOOR_SHARE * self._proven))

    # --- decisions -----------------------------------------------------------------------------------------------------------

    def _decide(self, sample: _Judged, now: float) -> bool:
        """Change the rate as the sample suggests; return whether starts since its end were made under the same conditions."""
        if sample.share >= 0.95 and self._hint_until > now:
            return self._wait(now)
        if self._test is not None:
            return self._decide_test(self._test, sample, now)
        if now >= self._probe_at:
            self._probe(sample, now)
            return False
        if self._is_excess(sample):
            self._edges = 0
            return self._cut(sample, now)
        expected = self._expected()
        if sample.refused - sample.known * expected > _deviation(sample.known, expected):
            self._edges += 1
            if self._edges >= _EDGES:
                self._edges = 0
                return self._cut(sample, now)
            if self._step < 1:
                self.why = f"refusals at the edge: {sample.share:.0%}"
                return True
            return self._grow(sample, now)
        self._edges = 0
        if self._evidence and self._limit == math.inf:
            self._tolerate(sample.started, sample.share)
        if sample.returned:
            self._held = sample.used
        return self._grow(sample, now)

    def _is_excess(self, sample: _Judged) -> bool:
        """Return whether clearly more calls were refused than tolerated."""
        expected = self._expected()
        return sample.refused - sample.known * expected > 2 * _deviation(sample.known, expected) + 1

    def _grow(self, sample: _Judged, now: float) -> bool:
        if sample.used < _USED * self.rate:
            self.why = "callers use less than the rate"
            return True
        if self.rate >= self._ceiling:
            self.why = "limit per minute"
            return True
        if self._step >= 1:
            self.why = "rate doubling"
            rate = 2 * self.rate
            if self.rate < self._limit < rate:
                rate = self._limit
                self._step = _STEP
        else:
            self.why = "rate growing"
            near = now < self._calm_until or 0.9 * self._limit <= self.rate <= _NEAR * self._limit
            self._step = max(_STEP, 1 / sample.started) if near else min(2 * self._step, 0.99)
            rate = self.rate * (1 + self._step)
            if self.rate < 0.9 * self._limit < rate:
                rate = self._limit
        self.rate = min(rate, self._ceiling)
        if self.tolerated > _NOISE:
            self.why += f", refusals tolerated: {self.tolerated:.0%}"
        return False

    def _cut(self, sample: _Judged, now: float) -> bool:
        self._test = _Test(self.rate, self._step, sample.share, is_probe=False)
        # Refusals of a limit on calls at work arrive in clusters, so one sample may show far too many.
        return self._lower(sample, now, at_least=0.9 * self._held)

    def _lower(self, sample: _Judged, now: float, at_least: float = 0.0) -> bool:
        """Lower the rate to what passed, for a test of that cut; at the floor, wait for the end of the outage."""
        floor = self._floor()
        if self._test is not None:
            self._test.passed = sample.passed
        rate = min(max(floor, sample.passed / (1 - self.tolerated), at_least), self.rate)
        self._held = 0.0
        if rate <= floor * 1.01 < self.rate:
            self._collapse(now)
        if self.rate <= floor * 1.01:
            self._test = None
            self._step = 1.0
            self.why = f"outage: {sample.share:.0%} refused"
            return False
        self.rate = rate
        self._step = _STEP
        self.why = f"rate cut: {sample.share:.0%} refused"
        return False

    def _collapse(self, now: float) -> None:
        """Note the begin of an outage. The second one within minutes suggests a quota per minute that sends no hints."""
        period = now - self._collapsed_at
        mean = self._outage_passed / period
        if period <= _CYCLE_S and mean > 2 * self._floor():
            self._limit = mean * 1.05
        self._collapsed_at = now
        self._outage_passed = 0.0

    def _probe(self, sample: _Judged, now: float) -> None:
        """Lower the rate for one sample, to measure again which share of refusals does not depend on it."""
        self._test = _Test(self.rate, self._step, max(sample.share, self.tolerated), is_probe=True)
        self._test.passed = sample.passed
        self._probe_at = now + self._probe_every_s
        self._probe_every_s = min(2 * self._probe_every_s, _PROBE_EVERY_MAX_S)
        self.rate *= _PROBE
        self.why = "measuring whether refusals depend on the rate"

    def _decide_test(self, test: _Test, sample: _Judged, now: float) -> bool:
        share = sample.share
        test.started += sample.known
        test.refused += sample.refused
        low = 0.0 if test.is_probe else self.tolerated
        by_limit = max(low, 1 - test.passed / self.rate)  # the share that a limit of `passed` refuses at this rate
        independent = max(test.share, low)
        if share < (by_limit + independent) / 2 or share <= _NOISE:
            return self._end_test(test, sample, now)
        if share >= _ALL and self._hint_until > now:
            return self._wait(now)
        if share > 1.5 * independent + 0.05 and not test.is_probe:  # the service changed during the test
            return self._cut_again(test, sample, now)
        pooled = test.refused / test.started
        if test.is_probe or (
            test.cuts >= 2
            and test.started >= max(_STARTS, min(2 * _STARTS, 8 / pooled))
            and max(pooled, share) <= _TOLERABLE
        ):
            self._test = None
            self.rate = test.rate
            self._step = test.step
            if test.is_probe or sample.started >= 200:
                self._tolerate(sample.started, share)
            else:
                self._tolerate(test.started, pooled)
            if not test.is_probe:
                self._probe_at = now + self._probe_every_s
                self._limit = math.inf
                self._step = max(test.step, 0.2)
            self.why = f"refusals tolerated: {self.tolerated:.0%}"
            return False
        test.cuts += 1
        test.share = pooled
        return self._lower(sample, now)

    def _cut_again(self, test: _Test, sample: _Judged, now: float) -> bool:
        """Restart a test: the sample has too many refusals, but does not show whether they depend on the rate."""
        test.share = sample.share
        test.started = test.refused = 0
        test.cuts = 1
        return self._lower(sample, now)

    def _end_test(self, test: _Test, sample: _Judged, now: float) -> bool:
        """Conclude that refusals depend on the rate."""
        if test.is_probe:
            self._evidence = 0.0
            by_limit = max(0.0, 1 - test.passed / self.rate)
            self._tolerate(sample.started, max(0.0, sample.share - by_limit))
            self._probe_every_s = _PROBE_EVERY_S
            self._probe_at = math.inf if sample.share <= _NOISE else now + _PROBE_EVERY_S
        elif self._is_excess(sample):
            return self._cut_again(test, sample, now)
        self._test = None
        if self.rate < max(_OUTAGE * self._proven, _COARSE * test.rate) and now >= self._doubled_at + _DOUBLE_EVERY_S:
            self._doubled_at = now
            self._step = 1.0
        else:
            self._limit = self._held = self.rate
        if now >= self._probe_at:
            self._probe(sample, now)
            return False
        return self._grow(sample, now)

    def _tolerate(self, starts: float, share: float) -> None:
        """Count starts at a rate that is not the reason for their refusals."""
        self._evidence = min(self._evidence + starts, _EVIDENCE)
        weight = min(1.0, starts / self._evidence)
        self.tolerated += (share - self.tolerated) * weight
        if self.tolerated <= _NOISE:
            self._probe_at = math.inf

    def _wait(self, now: float) -> bool:
        """Let nobody start until the time that the service asked for."""
        until = self._hint_until
        earlier = self.rate if self._test is None else self._test.rate
        cycle = self._cycle_passed / max(until - self._cycle_began_at, 1.0)
        self._test = None
        self.wait_until = until
        self.rate = min(earlier, max(self._floor(), cycle * 1.05))
        self._step = 1.0 if self.rate <= self._floor() * 1.01 else _STEP
        self._cycle_began_at = until
        self._cycle_passed = 0.0
        self._hint_until = -math.inf
        self._calm_until = until + _CALM_S
        return False


def _deviation(starts: float, share: float) -> float:
    """Return the standard deviation of the number of refused calls, if that share is refused at random."""
    return math.sqrt(starts * share * (1 - share))
