"""A limiter for several workers: one `SharedLimiter` for each service, and a `LeasedLimiter` in each worker. Neither sends
anything or reads a clock: a transport that this module does not know carries a `Report` to the shared limiter and a `Lease` back.

Each worker reports about every 100 ms what it started and what ended, and receives the number of starts that it may make next.
The shared limiter feeds all reports into one adaptive rate, as if one process had made the calls. It divides the rate by demand: a
worker that wants less than an equal part gets what it wants, and the others share the rest equally. Starts that a worker may
still make count towards its next lease, so that a lease lasts for little more than one interval, and a cut takes effect in the
next one. A worker's credit keeps a few intervals' worth of starts, because otherwise everything that accumulates between two
reports would be lost. The time between two reports varies, because with a constant one the starts of all workers would keep their
order: at a service at its limit, some workers would always find its quota used up by those before them.

A lease ends after 300 ms. A worker that cannot reach the shared limiter stops starting calls then. A worker that has not reported
for 10 s is forgotten, with its calls in flight. All times in messages are relative, because clocks of machines differ.
"""

from __future__ import annotations

import math
import random
from collections import deque
from dataclasses import dataclass

from .bucket import Bucket
from .outcomes import Outcome
from .rate import AdaptiveRate
from .single import State, Ticket, checked_limits

RENEW_EVERY_S = 0.1
"""Mean time between two reports of a worker."""
_VARIATION = 0.1
"""The time between two reports differs from its mean by up to this share."""
_NEWS_AFTER_S = RENEW_EVERY_S * (1 + _VARIATION)
LEASE_S = 0.3
FORGET_AFTER_S = 10.0
_INTERVALS = 2.5
"""A lease and a credit contain at most the starts of so many intervals."""
_RESERVE = 1.0
"""Starts per second that a worker asks for even if it made none, so that its next one need not wait for a lease."""
_RESERVED_PLACES = 2.0
"""Places of a worker without calls, so that its next one need not wait for a lease."""
_AHEAD = 1.25
"""Workers make their starts faster than their part of the rate by this factor, so that late replies cost nothing."""
_OF_TOKENS = 0.98
"""Share of the starts that the limit on tokens allows."""
_TURN_S = 5.0
"""Workers take turns of about this length with places that cannot be divided equally."""
_REMEMBERED_STARTS = 1000
"""Starts from which the mean number of tokens of a call is computed; then the older ones lose weight."""
_BEYOND_ESTIMATE = 4.0
"""The mean is at most this multiple of a worker's estimate: after a restart, calls that began before it distort the mean."""


@dataclass(frozen=True, slots=True)
class Ends:
    """Starts and ends of calls of one sample, since the last report."""

    sample: int
    started: int = 0
    done: int = 0
    refused: int = 0
    broken: int = 0
    done_after_s: float = 0.0
    """Mean time from the start to an answer."""
    refused_after_s: float = 0.0
    """Mean time from the start to a refusal or failure."""
    retry_after_s: float | None = None
    """The longest wait that the service asked for."""


@dataclass(frozen=True, slots=True)
class Report:
    """A worker's message to the shared limiter."""

    worker: str
    number: int
    in_flight: int
    wanted: float
    """Starts per second that the worker could make; infinity if the lease limits it."""
    unused: float
    """Starts that its lease still allows."""
    tokens_per_call: float
    """Mean of the estimates."""
    tokens: float
    """Estimates of the calls started since the last report, and what ended calls used beyond their estimates."""
    ends: tuple[Ends, ...]


@dataclass(frozen=True, slots=True)
class Lease:
    """The shared limiter's reply."""

    report: int
    """The number of the report that this answers."""
    sample: int
    starts: float
    """Starts allowed from now on, including unused ones of earlier leases."""
    per_second: float
    """The pace of these starts."""
    in_flight: int
    for_s: float
    wait_s: float
    """Nothing may start for this time, because the service asked for it."""
    rate: float
    """The rate of all workers together."""
    why: str


class _Worker:
    """What the shared limiter knows about a worker."""

    __slots__ = (
        "credit",
        "given",
        "held",
        "in_flight",
        "owed",
        "places",
        "reserved_tokens",
        "seen_at",
        "unused",
        "wanted",
        "wanted_places",
    )

    def __init__(self, now: float) -> None:
        self.seen_at = now
        self.credit = 0.0
        self.unused = 0.0
        self.wanted = math.inf
        self.wanted_places = math.inf
        self.places = 0
        self.owed = _TURN_S
        self.given: deque[tuple[float, int]] = deque()
        self.held = 0
        self.in_flight = 0
        self.reserved_tokens = 0.0


class SharedLimiter:
    """The starts of all workers on one service.

    The arguments are those of `Limiter`, and concern all workers together. `rpm` is never exceeded in any 60 s, even if
    workers use a lease at its end.
    """

    __slots__ = (
        "_adaptive",
        "_maximum",
        "_now",
        "_requests",
        "_spent_starts",
        "_spent_tokens",
        "_tokens",
        "_totals",
        "_trend",
        "_workers",
    )

    def __init__(self, *, in_flight: int, rpm: float | None = None, tpm: float | None = None, now: float = 0.0) -> None:
        checked_limits(in_flight, rpm, tpm)
        self._maximum = in_flight
        self._now = now
        # Starts are counted when they are leased, and can be made until the lease ends: 60 s of starts fit into less time.
        share = 60 / (60 + LEASE_S)
        self._requests = None if rpm is None else Bucket.of_starts(rpm * share, now, burst_s=1.0)
        self._tokens = None if tpm is None else Bucket.of_tokens(tpm * share, now)
        # Credits, not this bucket, should limit the workers: the bucket would serve those first who ask first.
        ceiling = math.inf if self._requests is None else 0.999 * self._requests.rate
        self._adaptive = AdaptiveRate(ceiling=ceiling, news_after_s=_NEWS_AFTER_S, now=now)
        self._spent_starts = self._spent_tokens = 0.0
        self._totals = [0, 0, 0]
        self._trend = 0.0
        self._workers: dict[str, _Worker] = {}

    def renew(self, report: Report, now: float) -> Lease:
        """Count a report, and return what the worker may start next."""
        now = self._now = max(now, self._now)
        for name in [name for name, each in self._workers.items() if now > each.seen_at + FORGET_AFTER_S]:
            del self._workers[name]
        rate = self._adaptive.rate
        self._count(report, now)
        worker = self._workers.get(report.worker)
        if worker is None:
            worker = self._workers[report.worker] = _Worker(now - RENEW_EVERY_S)
        worker.in_flight = report.in_flight
        worker.wanted = report.wanted
        worker.wanted_places = self._wanted_places(worker, report)
        worker.places = self._places(worker, now)
        adaptive = self._adaptive
        if now >= adaptive.wait_until:
            adaptive.review(now)
        if adaptive.rate < rate:  # credit of a higher rate would be a burst at the lower one
            for each in self._workers.values():
                each.credit = min(each.credit, each.credit * adaptive.rate / rate)
        # Without a place, a worker cannot use its part of the rate.
        have_places = len(self._workers) <= self._maximum
        wanted = [each.wanted for each in self._workers.values() if have_places or each.places or each is worker]
        part = _part(self._divisible(report.tokens_per_call), worker.wanted, wanted)
        most = 1.0 + part * RENEW_EVERY_S * _INTERVALS  # fractions of a start must not be lost
        worker.credit = min(most, worker.credit + part * (now - worker.seen_at))
        worker.seen_at = now
        waiting = now < adaptive.wait_until
        starts = 0.0 if waiting else self._starts(worker, report, most, now)
        return Lease(
            report=report.number,
            sample=adaptive.open.number,
            starts=starts,
            per_second=part * _AHEAD,
            in_flight=worker.places,
            for_s=LEASE_S,
            wait_s=adaptive.wait_until - now if waiting else 0.0,
            rate=0.0 if waiting else adaptive.rate,
            why=adaptive.why,
        )

    def leave(self, worker: str) -> None:
        """Forget a worker that has ended, and its calls in flight."""
        self._workers.pop(worker, None)

    def state(self, now: float) -> State:
        """Return what is allowed now for all workers together, and why."""
        now = max(now, self._now)
        adaptive = self._adaptive
        rate, why = adaptive.rate, adaptive.why
        if now < adaptive.wait_until:
            rate, why = 0.0, f"waiting for {math.ceil(adaptive.wait_until - now)} s: the service asked for it"
        done, refused, broken = self._totals
        in_flight = sum(each.in_flight for each in self._workers.values())
        return State(rate, in_flight, why, self._trend, done, refused, broken)

    def _count(self, report: Report, now: float) -> None:
        adaptive = self._adaptive
        self._spent_tokens += report.tokens
        self._spent_starts += sum(ends.started for ends in report.ends)
        if self._spent_starts > _REMEMBERED_STARTS:
            self._spent_tokens /= 2
            self._spent_starts /= 2
        for ends in report.ends:
            sample = adaptive.sample(ends.sample)
            if ends.started:
                adaptive.started_in(sample, now, ends.started, _NEWS_AFTER_S)
        for ends in report.ends:
            failed = ends.refused + ends.broken
            if ends.done:
                adaptive.passed(adaptive.sample(ends.sample), now, ends.done_after_s, ends.done)
            if failed:
                sample = adaptive.sample(ends.sample)
                adaptive.refused(sample, now, ends.refused_after_s, ends.retry_after_s, failed)
            for index, number in enumerate((ends.done, ends.refused, ends.broken)):
                self._totals[index] += number
            ended = ends.done + failed
            if ended:
                self._trend += (failed / ended - self._trend) * (1 - 0.98**ended)

    def _divisible(self, estimate: float) -> float:
        """Return the starts per second that are divided among the workers: a little fewer than the tokens allow.

        If the bucket of tokens limited the workers, it would serve those first who ask first.
        """
        rate = self._adaptive.rate
        mean = min(self._spent_tokens / max(1.0, self._spent_starts), _BEYOND_ESTIMATE * estimate)
        if self._tokens is None or mean <= 0:
            return rate
        return min(rate, _OF_TOKENS * self._tokens.rate / mean)

    def _starts(self, worker: _Worker, report: Report, most: float, now: float) -> float:
        """Take starts and tokens from the buckets; return what the worker may start, with what it has left."""
        worker.unused = report.unused
        credit = 1.0 if self._is_next(worker, now) else worker.credit
        starts = min(credit, max(0.0, most - report.unused))
        if self._requests is not None:
            self._requests.fill(now)
            starts = min(starts, self._requests.level)
        tokens_per_call = report.tokens_per_call
        if self._tokens is not None:
            reserved = report.unused * tokens_per_call
            self._tokens.take(report.tokens + reserved - worker.reserved_tokens, now)
            if tokens_per_call > 0:  # a call larger than the bucket starts when the bucket is full
                charge = min(tokens_per_call, self._tokens.capacity)
                starts = min(starts, self._tokens.level / charge)
        starts = float(max(0, math.floor(starts + 1e-6)))
        worker.credit -= starts
        worker.unused += starts
        if self._requests is not None:
            self._requests.take(starts, now)
        if self._tokens is not None:
            self._tokens.take(starts * tokens_per_call, now)
            worker.reserved_tokens = (report.unused + starts) * tokens_per_call
        return report.unused + starts

    def _wanted_places(self, worker: _Worker, report: Report) -> float:
        """Return how many calls the worker could have in flight; for one without calls, a small reserve if there are enough."""
        if report.wanted == math.inf or 0 < report.in_flight >= worker.places:
            return math.inf
        if report.in_flight:
            return 1.5 * report.in_flight + 2
        others = (each for each in self._workers.values() if each is not worker)
        are_enough = 4 * _RESERVED_PLACES * len(self._workers) <= self._maximum
        return _RESERVED_PLACES if are_enough or all(each.wanted_places < math.inf for each in others) else 0.0

    def _is_next(self, worker: _Worker, now: float) -> bool:
        """Return whether the worker may have a start although its own credit is smaller than one.

        At a low rate, the credit of many workers would take minutes to become one. So the fractions of all that wait are added,
        and the worker with the largest fraction begins. Its credit is below zero then.
        """
        if worker.credit >= 1 or worker.unused >= 1:
            return False
        waiting = [
            each.credit
            for each in self._workers.values()
            if each.credit < 1 and each.unused < 1 and now <= each.seen_at + LEASE_S
        ]
        return worker.credit >= max(waiting) and sum(waiting) >= 1

    def _places(self, worker: _Worker, now: float) -> int:
        """Return how many calls the worker may have in flight, so that all workers together stay within the limit.

        An equal part is rarely a whole number. Workers take turns with the place above it: it goes to those that are owed
        the most place-seconds, and a new worker is owed one turn. A place that a worker loses is free when its earlier leases have ended.
        """
        others = [each for each in self._workers.values() if each is not worker]
        free = max(0, self._maximum - sum(max(each.held, each.in_flight) for each in others))
        wanted = [each.wanted_places for each in self._workers.values()]
        fair = _part(float(self._maximum), worker.wanted_places, wanted)
        whole = math.floor(fair)
        owed = worker.owed + (fair - max(worker.places, worker.in_flight)) * (now - worker.seen_at)
        worker.owed = max(-2 * _TURN_S, min(owed, 2 * _TURN_S))
        places = min(max(whole, math.floor(fair + worker.owed / _TURN_S)), math.ceil(fair), free)
        if places > whole >= worker.places:
            before = [each for each in others if each.owed > worker.owed and each.places <= whole < each.wanted_places]
            if len(before) >= free - whole:
                places = whole
        while worker.given and worker.given[0][0] < now - LEASE_S:
            worker.given.popleft()
        worker.given.append((now, places))
        worker.held = max(given for _, given in worker.given)
        return places


def _part(total: float, wanted: float, all_wanted: list[float]) -> float:
    """Return the part of one who wants so much, if small wishes are met and the rest is divided equally."""
    rest, count = total, len(all_wanted)
    for each in sorted(all_wanted):
        if each * count >= rest:
            break
        rest -= each
        count -= 1
    else:
        return min(wanted, total)
    return min(wanted, rest / count)


class _Counts:
    """What a worker has to report about one sample."""

    __slots__ = ("broken", "done", "done_s", "hint_s", "refused", "refused_s", "started")

    def __init__(self) -> None:
        self.started = self.done = self.refused = self.broken = 0
        self.done_s = self.refused_s = 0.0
        self.hint_s: float | None = None


class LeasedLimiter:
    """A worker's side of a shared limiter, with the methods of `Limiter`.

    Send `report` to the shared limiter at each `renew_at`, and pass its reply to `accept`. Wait for the reply before the next
    report, but for a limited time. `in_flight` is the maximum for this worker alone.
    """

    __slots__ = (
        "_begun",
        "_counts",
        "_held",
        "_in_flight",
        "_lease",
        "_lease_ends_at",
        "_maximum",
        "_now",
        "_number",
        "_pace",
        "_random",
        "_renew_at",
        "_renewed_at",
        "_starts",
        "_tokens",
        "_tokens_per_call",
        "_totals",
        "_trend",
        "_wait_until",
        "_worker",
    )

    def __init__(self, worker: str, *, in_flight: int, now: float = 0.0) -> None:
        checked_limits(in_flight, None, None)
        self._worker = worker
        self._maximum = in_flight
        self._in_flight = 0
        self._now = now
        self._number = 0
        self._lease = Lease(0, 0, 0.0, 1.0, 0, 0.0, 0.0, 0.0, "waiting for the first lease")
        self._lease_ends_at = -math.inf
        self._random = random.Random(worker)  # noqa: S311
        self._renewed_at = self._renew_at = -math.inf
        self._wait_until = -math.inf
        self._starts = 0.0
        self._tokens = 0.0
        self._tokens_per_call = 0.0
        self._pace = Bucket(1.0, 1.0, level=1.0, now=now)
        self._counts: dict[int, _Counts] = {}
        self._begun = 0
        self._held = True
        self._totals = {Outcome.DONE: 0, Outcome.REFUSED: 0, Outcome.BROKEN: 0}
        self._trend = 0.0

    # --- renewing ------------------------------------------------------------------------------------------------------------

    def renew_at(self) -> float:
        """Return the time of the next report; minus infinity before the first one."""
        return self._renew_at

    def report(self, now: float) -> Report:
        """Return the message for the shared limiter: what happened since the last one."""
        now = self._forward(now)
        self._number += 1
        since = max(now - self._renewed_at, RENEW_EVERY_S)
        if now >= self._lease_ends_at:
            self._starts = 0.0
        ends = tuple(
            Ends(
                sample,
                each.started,
                each.done,
                each.refused,
                each.broken,
                each.done_s / each.done if each.done else 0.0,
                each.refused_s / (each.refused + each.broken) if each.refused or each.broken else 0.0,
                each.hint_s,
            )
            for sample, each in self._counts.items()
        )
        report = Report(
            worker=self._worker,
            number=self._number,
            in_flight=self._in_flight,
            wanted=math.inf if self._held else max(_RESERVE, 1.5 * self._begun / since),
            unused=self._starts,
            tokens_per_call=self._tokens_per_call,
            tokens=self._tokens,
            ends=ends,
        )
        self._counts = {}
        self._tokens = 0.0
        self._begun = 0
        self._held = False
        self._renewed_at = now
        self._renew_at = now + RENEW_EVERY_S * self._random.uniform(1 - _VARIATION, 1 + _VARIATION)
        return report

    def accept(self, lease: Lease, now: float) -> None:
        """Use a lease, the reply to the last report; a reply to an earlier report is ignored."""
        now = self._forward(now)
        if lease.report != self._number:
            return
        self._starts = max(0.0, lease.starts - self._begun)
        self._lease = lease
        self._lease_ends_at = now + lease.for_s
        self._wait_until = now + lease.wait_s
        rate = max(lease.per_second, 1e-3)
        self._pace.set_rate(rate, max(1.0, rate * RENEW_EVERY_S), now)

    # --- the methods of Limiter ----------------------------------------------------------------------------------------------

    def next_start(self, now: float, tokens: float = 0) -> float:
        """Return the earliest time at which a call may start, as `Limiter.next_start`; ask again after each lease, too."""
        now = self._forward(now)
        if self._in_flight >= self._maximum:
            return math.inf
        if now < self._wait_until:
            self._held = True
            return self._wait_until
        if self._in_flight and self._in_flight >= self._lease.in_flight:
            self._held = True
            return math.inf
        if self._starts < 1 or now >= self._lease_ends_at or not self._lease.in_flight:
            self._held = True
            return max(self._renew_at, now + 0.1 * RENEW_EVERY_S)
        return now + self._pace.wait_s(1.0, now)

    def begin(self, now: float, tokens: float = 0) -> Ticket[int]:
        """Count the start of a call. Call it right after `next_start` returned the present time."""
        now = self._forward(now)
        self._in_flight += 1
        self._starts -= 1
        self._begun += 1
        self._tokens += tokens
        self._tokens_per_call += (tokens - self._tokens_per_call) * (0.05 if self._tokens_per_call else 1.0)
        self._pace.take(1.0, now)
        sample = self._lease.sample
        self._count(sample).started += 1
        return Ticket(sample, now, tokens)

    def end(
        self,
        ticket: Ticket[int],
        now: float,
        outcome: Outcome,
        *,
        tokens: float | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        """Count the end of a call, as `Limiter.end`."""
        if ticket.ended:
            raise ValueError("ticket: this call has ended before. Report each end once.")
        ticket.ended = True
        now = self._forward(now)
        self._in_flight -= 1
        self._totals[outcome] += 1
        self._trend += ((outcome is not Outcome.DONE) - self._trend) * 0.02
        if tokens is not None:
            self._tokens += tokens - ticket.tokens
        counts = self._count(ticket.sample)
        if outcome is Outcome.DONE:
            counts.done += 1
            counts.done_s += now - ticket.started_at
            return
        counts.refused_s += now - ticket.started_at
        if outcome is Outcome.REFUSED:
            counts.refused += 1
        else:
            counts.broken += 1
        if retry_after_s is not None:
            counts.hint_s = max(counts.hint_s or 0.0, retry_after_s)

    def state(self, now: float) -> State:
        """Return what this worker is allowed now, and why."""
        now = self._forward(now)
        rate, why = self._lease.per_second / _AHEAD, self._lease.why
        if now < self._wait_until:
            rate, why = 0.0, f"waiting for {math.ceil(self._wait_until - now)} s: the service asked for it"
        elif now >= self._lease_ends_at:
            rate, why = 0.0, "waiting for a lease"
        totals = self._totals
        return State(
            rate,
            self._in_flight,
            why,
            self._trend,
            totals[Outcome.DONE],
            totals[Outcome.REFUSED],
            totals[Outcome.BROKEN],
        )

    def _count(self, sample: int) -> _Counts:
        counts = self._counts.get(sample)
        if counts is None:
            counts = self._counts[sample] = _Counts()
        return counts

    def _forward(self, now: float) -> float:
        if now > self._now:
            self._now = now
        return self._now
