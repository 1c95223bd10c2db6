"""The engine of live calls: reads pending rows, starts calls when limiter and budget permit, and passes answers to the journal.

One event loop does everything; a thread reads the source, and another writes the journal. Memory is bounded: the rows that
were read and not answered are few, whatever the size of the source.
"""

from __future__ import annotations

import asyncio
import heapq
import json
import random
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, cast

from .budget import NO_RESERVATION, Budget, Prices, Reservation
from .calls import TIMED_OUT, Caller, Outcome
from .journal import Known, StoredAnswer
from .limiter import Limiter, Outcome as Passed
from .limiter.shared import LeasedLimiter
from .limits import Limits, Retry
from .reading import NO_USAGE, RowFailure, Schema, Usage, read
from .recorder import Finished, Recorder, Results
from .requests import Arguments, Request, RowError
from .tables import BadRow

CHUNK_ROWS = 64
_CHUNK_BYTES = 8 << 20
_OPEN_BYTES = 512 << 20
"""Size of all requests that are in flight or wait for another attempt, above which no row is read."""
GRACE_S = 30.0
"""Time that calls in flight have to end after a stop."""
FIRST_ROWS = 20
"""If so many rows fail in the same way before any other result, the run stops."""
WRONG_CODES = {400, 401, 403, 404}
"""Statuses of requests that are wrong whatever the row is."""
_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 60.0
_LONGEST_HINT_S = 300.0
_SAMPLE_S = 1.0
CALLS_REMEMBERED = 4_096

StopKind = Literal["cap", "quota", "signal", "failed", "disk", "patience"]


@dataclass(frozen=True)
class Stop:
    """Why a session ended before all rows were answered.

    Attributes:
        kind: `cap` (a limit of the run), `quota` (the daily quota of the service), `signal`, `failed` (all first rows fail in
            the same way), `disk` (a file cannot be written) or `patience` (no answer for a long time).
        message: a sentence for people.
        resume_at: the time when continuing is useful, if it is known.
    """

    kind: StopKind
    message: str
    resume_at: datetime | None = None


@dataclass
class Counters:
    """The numbers of one session."""

    done: int = 0
    failed: int = 0
    calls: int = 0
    refused: int = 0
    broken: int = 0
    usage: Usage = NO_USAGE
    cost: float = 0.0
    """US dollars of the answers whose price is known."""
    unpriced: int = 0
    """Answers whose price is not known."""


class _Item:
    """A row on its way through the engine."""

    __slots__ = (
        "arguments", "attempts", "begun", "is_late", "known", "ordinal", "problem", "reservation", "row", "twins",
    )  # fmt: skip

    def __init__(
        self, ordinal: int, row: dict[str, Any] | None, arguments: Arguments | None, problem: str | None
    ) -> None:
        self.ordinal = ordinal
        self.row = row
        self.arguments = arguments
        self.problem = problem
        self.known: Known | None = None
        self.attempts = 0
        self.begun = 0.0
        self.is_late = False
        self.reservation: Reservation = NO_RESERVATION
        self.twins: list[_Item] | None = None


class _Feed:
    """The rows of the source on their way to the engine: read ahead by one chunk, on a thread of its own.

    Args:
        rows: the pending rows.
        request: makes the arguments of a call from a row.
        results: knows the answers to equal requests.
        dedupe: whether equal requests are asked once.
        keeps_rows: whether items keep their row.
        wake: is called when a chunk has been read.
    """

    def __init__(
        self,
        rows: Iterator[tuple[int, dict[str, Any] | BadRow] | None],
        request: Request,
        results: Results,
        *,
        dedupe: bool,
        keeps_rows: bool,
        wake: Callable[[object], None],
    ) -> None:
        self._rows = rows
        self._request = request
        self._results = results
        self._dedupe = dedupe
        self._keeps_rows = keeps_rows
        self._wake = wake
        self._thread = ThreadPoolExecutor(1, "genai-bulk-source")
        self._ready: deque[_Item] = deque()
        self._chunk: asyncio.Future[list[_Item]] | None = None
        self._is_closed = False
        self._is_read = False

    @property
    def is_over(self) -> bool:
        """Whether no further row will come."""
        return self._is_closed or (self._is_read and not self._ready)

    @property
    def is_empty(self) -> bool:
        """Whether the next row still has to be read."""
        return not self._ready

    def take(self) -> _Item | None:
        """Return the next row, or None when it has not been read yet or no further row will come."""
        if self._is_closed:
            return None
        if not self._ready and not self._is_read and self._chunk is None:
            self._read_next()
        if not self._ready and self._chunk is not None and self._chunk.done():
            items = self._chunk.result()
            self._chunk = None
            self._ready.extend(items)
            if items:
                self._read_next()
            else:
                self._is_read = True
        return self._ready.popleft() if self._ready else None

    def close(self) -> None:
        """Give no further row."""
        self._is_closed = True
        self._ready.clear()

    async def end(self) -> None:
        """Wait for the thread to end."""
        self.close()
        if self._chunk is not None:
            await asyncio.wait([self._chunk])
        self._thread.shutdown(wait=True)

    def _read_next(self) -> None:
        self._chunk = asyncio.get_running_loop().run_in_executor(self._thread, self._read_chunk)
        self._chunk.add_done_callback(self._wake)

    def _read_chunk(self) -> list[_Item]:
        """Return the next rows with the arguments of their calls; an empty list at the end."""
        items: list[_Item] = []
        size = 0
        for each in self._rows:
            if each is None:
                if items or self._is_closed:
                    break
                continue
            ordinal, row = each
            item = self._item(ordinal, row)
            items.append(item)
            size += item.arguments.size if item.arguments is not None else 0
            if len(items) >= CHUNK_ROWS or size >= _CHUNK_BYTES:
                break
        if self._dedupe and items:
            known = self._results.answers_by_digest(
                [item.arguments.digest for item in items if item.arguments is not None]
            )
            for item in items if known else ():
                if item.arguments is not None:
                    item.known = known.get(item.arguments.digest)
        return items

    def _item(self, ordinal: int, row: dict[str, Any] | BadRow) -> _Item:
        if isinstance(row, BadRow):
            return _Item(ordinal, None, None, row.reason)
        kept = row if self._keeps_rows else None
        try:
            arguments = self._request.arguments(row)
        except RowError as error:
            return _Item(ordinal, kept, None, str(error))
        if not self._dedupe:
            digest = arguments.digest[:8] + ordinal.to_bytes(8, "big")
            arguments = Arguments(
                arguments.model, arguments.contents, arguments.config, digest, arguments.size, arguments.has_files
            )
        return _Item(ordinal, kept, arguments, None)


class Engine:
    """One session of live calls.

    Args:
        journal: keeps the results: the journal of the run, open for writing.
        rows: the pending rows in ascending order, read on another thread. None among them means that no further row is there
            yet: the rows before it are asked meanwhile.
        request: makes the arguments of a call from a row.
        caller: makes the calls.
        limiter: decides when calls may start.
        budget: the caps.
        prices: the prices of answers.
        limits: the limits of the run.
        retry: the repetition of failed calls.
        schema: the expected form of answers.
        dedupe: whether equal requests are asked once.
        keeps_rows: whether `on_finished` gets the row itself.
        on_finished: is called with each finished row, after its answer has been written.
        on_progress: is called about once a second.
        clock: monotonic time in seconds.
    """

    def __init__(
        self,
        *,
        journal: Results,
        rows: Iterator[tuple[int, dict[str, Any] | BadRow] | None],
        request: Request,
        caller: Caller,
        limiter: Limiter | LeasedLimiter,
        budget: Budget,
        prices: Prices,
        limits: Limits,
        retry: Retry,
        schema: Schema | None = None,
        dedupe: bool = True,
        keeps_rows: bool = False,
        on_finished: Callable[[list[Finished]], None] | None = None,
        on_progress: Callable[[Engine], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._journal = journal
        self._caller = caller
        self.limiter = limiter
        self.budget = budget
        self._prices = prices
        self._limits = limits
        self._retry = retry
        self._schema = schema
        self._on_progress = on_progress
        self._clock = clock
        self.counters = Counters()
        self.stopped: Stop | None = None
        self._error: BaseException | None = None
        self._grace_s = GRACE_S
        self.begun = clock()
        self._deadline = self.begun + limits.for_s if limits.for_s is not None else None
        self._last_answer = self.begun
        self._next_id = journal.next_answer_id()
        self._tokens_per_byte = 0.3
        self._retries: list[tuple[float, int, _Item]] = []
        self._retry_number = 0
        self._open_bytes = 0
        self._in_flight: dict[asyncio.Task[None], _Item] = {}
        self._by_digest: dict[bytes, _Item] = {}
        self._twins = 0
        self._recent: dict[bytes, Known] = {}
        self._first_results: list[tuple[int | None, str, str]] | None = []
        self._waiter: asyncio.Future[None] | None = None
        self._wakes_at_end = False
        self._last_row: Stop | None = None
        self._feed = _Feed(rows, request, journal, dedupe=dedupe, keeps_rows=keeps_rows, wake=self.wake)
        self._recorder = Recorder(journal, on_finished, self._take_problem)
        self._most_rows = 4 * limits.in_flight + CHUNK_ROWS

    @property
    def in_flight(self) -> int:
        """The number of calls in flight."""
        return len(self._in_flight)

    @property
    def waiting(self) -> int:
        """The number of rows that wait for another attempt."""
        return len(self._retries)

    async def run(self) -> None:
        """Ask all pending rows, until none is left or something stops the session.

        Raises:
            OSError: when the journal or the sink cannot be written; `stopped` says so as well.
            sqlite3.Error: when the journal cannot be written.
        """
        services = [
            asyncio.ensure_future(each) for each in (self._recorder.run(), self._report_often(), self._end_late_calls())
        ]
        for task in services:
            task.add_done_callback(self._take_end)
        try:
            await self._start_calls()
            await self._end_calls()
        finally:
            tasks = [*self._in_flight, *services]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            try:
                await self._recorder.flush()
            finally:
                await self._feed.end()
                self._recorder.close()
        if self._error is not None:
            raise self._error
        self._report()

    def _take_end(self, task: asyncio.Task[None]) -> None:
        """Stop when a task of the session ends with an error, such as one of the user's callback."""
        if not task.cancelled() and task.exception() is not None:
            self._error = task.exception()
            self.stop(Stop("failed", f"The session cannot continue: {self._error}"))

    def _take_problem(self, error: Exception) -> None:
        """Stop when the journal or the sink cannot be written; the events are written again when the session ends."""
        problem = f"{self._journal.path}: the journal or the sink cannot be written: {error}."
        self.stop(Stop("disk", f"{problem} Free some space and start again."))

    def stop(self, stop: Stop, *, at_once: bool = False) -> None:
        """Start no further call. Those in flight have `GRACE_S` seconds to end.

        Args:
            stop: the reason; the first one is kept.
            at_once: whether the calls in flight are given up.
        """
        if self.stopped is None:
            self.stopped = stop
        if at_once:
            self._grace_s = 0.0
        self.wake()

    # Starting calls.

    async def _start_calls(self) -> None:
        feed = self._feed
        while self.stopped is None:
            now = self._clock()
            self._check_time(now)
            item = self._due(now)
            if item is None and not self._is_full():
                item = feed.take()
                if item is not None and not self._is_new(item):
                    continue
            if item is not None:
                await self._start(item)
            elif feed.is_over and not self._retries and not self._in_flight:
                break
            else:
                await self._wait(self._pause(now))
        if self.stopped is None:
            self.stopped = self._last_row

    def _check_time(self, now: float) -> None:
        if self._deadline is not None and now >= self._deadline:
            self.stop(Stop("cap", f"limits.for_s: the {self._limits.for_s:g} seconds of this session are over."))
        elif now - self._last_answer > self._retry.patience_s and (self._in_flight or self._retries):
            seconds = self._retry.patience_s
            self.stop(
                Stop("patience", f"retry.patience_s: the service has not answered a call for {seconds:g} seconds.")
            )

    def _is_full(self) -> bool:
        """Return whether no further row may be taken from the source."""
        return (
            len(self._retries) + len(self._in_flight) + self._twins >= self._most_rows
            or self._open_bytes >= _OPEN_BYTES
        )

    def _due(self, now: float) -> _Item | None:
        """Return a row whose next attempt is due."""
        if self._retries and self._retries[0][0] <= now:
            return heapq.heappop(self._retries)[2]
        return None

    def _pause(self, now: float) -> float:
        """Return the longest time to wait, in seconds: until the next attempt is due, at most a second."""
        return max(0.0, min(self._retries[0][0] - now, 1.0)) if self._retries else 1.0

    def _is_new(self, item: _Item) -> bool:
        """Return whether a row needs a call. If not, finish it, or let it wait for the answer to an equal request."""
        if item.arguments is None:
            self._finish(item, status="ROW", message=item.problem or "", attempts=0)
            return False
        digest = item.arguments.digest
        known = item.known or self._recent.get(digest)
        if known is not None:
            self._link(item, known)
            return False
        first = self._by_digest.get(digest)
        if first is not None:
            if first.twins is None:
                first.twins = []
            first.twins.append(item)
            self._twins += 1
            return False
        if not self.budget.take_row():
            # The rows that were asked continue, also with further attempts.
            self._last_row = Stop("cap", f"limits.rows: this session has asked {self._limits.rows:,} rows.")
            self._feed.close()
            return False
        self._by_digest[digest] = item
        self._open_bytes += item.arguments.size
        return True

    async def _start(self, item: _Item) -> None:
        """Start a call as soon as budget and limiter permit, unless the session stops before."""
        arguments = item.arguments
        assert arguments is not None
        while True:
            reservation = self.budget.reserve(arguments)
            if reservation is not None:
                break
            if not self._in_flight:
                self.stop(Stop("cap", self.budget.explain(arguments)))
            if self.stopped is not None:
                return
            self._wakes_at_end = True
            await self._wait(1.0)
            self._check_time(self._clock())
        item.reservation = reservation
        tokens = int(arguments.size * self._tokens_per_byte)
        while True:
            now = self._clock()
            at = self.limiter.next_start(now, tokens)
            if at <= now:
                break
            self._wakes_at_end = True
            await self._wait(min(at - now, 1.0))
            self._check_time(self._clock())
            if self.stopped is not None:
                self.budget.settle(reservation, 0, 0.0)
                return
        if not (self._in_flight or self._retries or item.begun):
            # The service had nothing to answer before this call.
            self._last_answer = now
        ticket = self.limiter.begin(now, tokens)
        item.attempts += 1
        item.begun = now
        self.counters.calls += 1
        self._recorder.begin(arguments.digest, reservation)
        task = asyncio.ensure_future(self._call(item, ticket))
        self._in_flight[task] = item

    async def _wait(self, seconds: float) -> None:
        """Wait for an event that may permit a start, at most for some seconds."""
        loop = asyncio.get_running_loop()
        self._waiter = loop.create_future()
        timer = loop.call_later(seconds, self.wake)
        try:
            await self._waiter
        finally:
            timer.cancel()
            self._waiter = None
            self._wakes_at_end = False

    def wake(self, _: object = None) -> None:
        """Ask limiter and budget again whether the next call may start."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    # Results of calls.

    async def _call(self, item: _Item, ticket: Any) -> None:
        assert item.arguments is not None
        try:
            outcome = await self._caller.ask(item.arguments)
        except asyncio.CancelledError:
            if not item.is_late:
                self.limiter.end(ticket, self._clock(), Passed.BROKEN)
                raise
            item.is_late = False
            outcome = TIMED_OUT
        finally:
            del self._in_flight[cast("asyncio.Task[None]", asyncio.current_task())]
        now = self._clock()
        self.limiter.end(
            ticket,
            now,
            _PASSED[outcome.result],
            tokens=outcome.usage.prompt_tokens or None,
            retry_after_s=outcome.retry_after_s,
        )
        self._take(item, outcome, now)
        if self._wakes_at_end or self._feed.is_empty:
            self.wake()

    def _take(self, item: _Item, outcome: Outcome, now: float) -> None:
        """Finish a row, or plan its next attempt."""
        arguments = item.arguments
        assert arguments is not None
        if outcome.result in ("answered", "failed"):
            self._last_answer = now
        cost = self._prices.cost(arguments.model, outcome.usage) if outcome.result == "answered" else 0.0
        if outcome.may_be_charged:
            self.budget.settle(item.reservation, item.reservation.tokens, item.reservation.cost)
            self._recorder.lose(item.reservation)
        else:
            self.budget.settle(item.reservation, outcome.usage.total_tokens, cost or 0.0)
        if outcome.result == "answered":
            if arguments.size and outcome.usage.prompt_tokens and not arguments.has_files:
                self._tokens_per_byte += 0.05 * (outcome.usage.prompt_tokens / arguments.size - self._tokens_per_byte)
            self._take_answer(item, outcome, cost)
        elif outcome.result == "refused":
            self.counters.refused += 1
            if outcome.daily_quota is not None:
                self.stop(quota_stop(outcome.daily_quota))
            item.attempts -= 1
            self._plan(item, now + min(outcome.retry_after_s or 0.0, _LONGEST_HINT_S))
        elif outcome.result == "broken" and item.attempts < self._retry.attempts:
            self.counters.broken += 1
            pause = min(_FIRST_PAUSE_S * 2 ** (item.attempts - 1), _LONGEST_PAUSE_S)
            pause = max(pause * random.uniform(0.5, 1.0), min(outcome.retry_after_s or 0.0, _LONGEST_HINT_S))  # noqa: S311
            self._plan(item, now + pause)
        else:
            if outcome.result == "broken":
                self.counters.broken += 1
            self._check_first_results(outcome)
            self._finish(
                item,
                status=outcome.status or "UNKNOWN",
                message=outcome.message,
                code=outcome.code,
                attempts=item.attempts,
            )

    def _plan(self, item: _Item, at: float) -> None:
        assert item.arguments is not None
        self._recorder.end(item.arguments.digest)
        self._retry_number += 1
        heapq.heappush(self._retries, (at, self._retry_number, item))
        self.wake()

    def _take_answer(self, item: _Item, outcome: Outcome, cost: float | None) -> None:
        self._first_results = None
        counters = self.counters
        counters.usage = counters.usage + outcome.usage
        if cost is None:
            counters.unpriced += 1
        else:
            counters.cost += cost
        assert outcome.reply is not None
        failure: RowFailure | None = None
        if outcome.vector is None:
            failure = read(outcome.reply, self._schema).failure
        self._finish(
            item,
            reply=outcome.reply,
            vector=outcome.vector,
            status=failure.status if failure else None,
            message=failure.message if failure else None,
            attempts=item.attempts,
            usage=outcome.usage,
            cost=cost,
        )

    def _finish(
        self,
        item: _Item,
        *,
        reply: dict[str, Any] | None = None,
        vector: bytes | None = None,
        status: str | None = None,
        message: str | None = None,
        code: int | None = None,
        attempts: int = 0,
        usage: Usage = NO_USAGE,
        cost: float | None = 0.0,
    ) -> None:
        """Pass the final result of a row, and of the rows with an equal request, to the journal."""
        digest = item.arguments.digest if item.arguments is not None else None
        text = json.dumps(reply, ensure_ascii=False, separators=(",", ":")) if reply is not None else None
        answer = StoredAnswer(self._next_id, digest, text, vector, status, message, code, attempts, usage, cost)
        self._next_id += 1
        self._recorder.keep(answer)
        known = Known(answer.id, status is None)
        self._link(item, known)
        if item.arguments is None or digest is None:
            return
        self._open_bytes -= item.arguments.size
        if attempts:
            self._recorder.end(digest)
        self._by_digest.pop(digest, None)
        self._recent[digest] = known
        while len(self._recent) > self._limits.in_flight + CALLS_REMEMBERED:
            del self._recent[next(iter(self._recent))]
        for twin in item.twins or ():
            self._twins -= 1
            self._link(twin, known)

    def _link(self, item: _Item, answer: Known) -> None:
        self._recorder.finish(item.ordinal, item.row, answer.id)
        if answer.is_good:
            self.counters.done += 1
        else:
            self.counters.failed += 1

    def _check_first_results(self, outcome: Outcome) -> None:
        """Stop when the first rows all fail in the same way: a wrong model or key must not cost a call for each row."""
        if self._first_results is None:
            return
        if outcome.result != "failed" or outcome.code not in {None, *WRONG_CODES} or outcome.status == "ROW":
            self._first_results = None
            return
        self._first_results.append((outcome.code, outcome.status, outcome.message))
        kinds = {(code, status) for code, status, _ in self._first_results}
        if len(kinds) > 1:
            self._first_results = None
        elif len(self._first_results) >= FIRST_ROWS:
            code, status, message = self._first_results[0]
            name = " ".join(str(part) for part in (code, status) if part)
            self.stop(Stop("failed", f"The first {FIRST_ROWS} rows all failed with {name}: {message}"), at_once=True)

    # Ending and reporting.

    async def _end_calls(self) -> None:
        """Wait for the calls in flight, until the time for them is over."""
        end = self._clock() + GRACE_S
        while self._in_flight and self._clock() < end and self._grace_s:
            await asyncio.wait(list(self._in_flight), timeout=0.2, return_when=asyncio.FIRST_COMPLETED)

    async def _report_often(self) -> None:
        while True:
            await asyncio.sleep(_SAMPLE_S)
            self._report()

    async def _end_late_calls(self) -> None:
        """End the calls whose time limit has passed. One task for all: a timer for each call would cost more."""
        limit_s = self._retry.timeout_s
        while True:
            await asyncio.sleep(min(max(limit_s / 20, 0.01), 1.0))
            now = self._clock()
            for task, item in self._in_flight.items():
                # Calls are in the order of their beginning.
                if now - item.begun <= limit_s:
                    break
                if not item.is_late:
                    item.is_late = True
                    task.cancel()

    def _report(self) -> None:
        if self._on_progress is not None:
            self._on_progress(self)


_PASSED = {
    "answered": Passed.DONE,
    "failed": Passed.DONE,
    "refused": Passed.REFUSED,
    "broken": Passed.BROKEN,
}


def quota_stop(daily_quota: str) -> Stop:
    """Return the stop for a daily quota that is spent, with the time of its reset."""
    resume_at = next_midnight_pacific(datetime.now().astimezone())
    message = f"The daily quota is spent: {daily_quota}. It is reset at {resume_at:%Y-%m-%d %H:%M %Z}."
    return Stop("quota", message, resume_at)


def next_midnight_pacific(now: datetime) -> datetime:
    """Return the next midnight in California, when daily quotas are reset, in the time zone of `now`."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        there = now.astimezone(ZoneInfo("America/Los_Angeles"))
    except ZoneInfoNotFoundError:  # Windows without the package tzdata
        from datetime import timezone

        there = now.astimezone(timezone(timedelta(hours=-8)))
    midnight = (there + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight.astimezone(now.tzinfo)
