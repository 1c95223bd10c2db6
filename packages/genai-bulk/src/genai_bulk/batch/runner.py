"""The run of batch jobs: plans and creates them, looks at them with growing pauses, and keeps their results.

Each step is in the journal before the next one begins. A process that is killed loses no answer and asks nothing again: a job
whose creation was not confirmed is found by its display name. Signals and caps end only the waiting; jobs continue at the
service, and the next session finds them.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from ..budget import NO_RESERVATION, Budget, Prices
from ..engine import FIRST_ROWS, WRONG_CODES, Stop, quota_stop
from ..errors import BulkError
from ..journal import Journal, StoredAnswer
from ..limits import Retry
from ..reading import NO_USAGE, Schema, read
from ..requests import FileValue, Request
from ..uploads import Uploads
from .encoding import Encoder
from .jobs import Job, JobLimits, JobTable
from .packing import Packer, Rows, Shard
from .results import LineResult, results_of
from .service import CallFailed, JobState, Service, pause_s

if TYPE_CHECKING:
    from google.genai import Client

_WRITTEN_AT_ONCE = 500
_GROWTH = 1.5
_LOOKS = 3
"""How often a job is looked for by its display name: a list may show a new job late."""
_FAILED_JOBS = 3
"""If so many jobs fail in a row without any result, the run stops."""


def check_client(client: Client) -> None:
    """Check that a client can have batch jobs with files.

    Raises:
        BulkError: for a client of Vertex AI.
    """
    if client.vertexai:
        raise BulkError(
            "mode='batch': on Vertex AI, batch jobs read and write Cloud Storage or BigQuery, which this package does not use. "
            "Use mode='live', or a client of the Gemini Developer API: genai.Client(api_key=...)."
        )


@dataclass
class Tally:
    """The numbers of one session.

    Attributes:
        done: rows with a good answer.
        failed: rows with a failure.
        repeated: requests without a result, which go into another job.
        jobs: jobs created.
        tokens: tokens of the answers.
        cost: US dollars of the answers; None when a price is not known.
    """

    done: int = 0
    failed: int = 0
    repeated: int = 0
    jobs: int = 0
    tokens: int = 0
    cost: float | None = 0.0


@dataclass
class _Watched:
    """A job at the service."""

    job: Job
    due: float
    pause_s: float
    state: str = "PENDING"


@dataclass
class _Kept:
    """What the results of one job were."""

    tokens: int = 0
    cost: float | None = 0.0
    replies: int = 0
    repeated: list[bytes] = field(default_factory=list[bytes])
    final: list[bytes] = field(default_factory=list[bytes])
    failures: dict[tuple[int | None, str | None], int] = field(default_factory=dict[tuple[int | None, str | None], int])
    example: str = ""


class _Stopped(Exception):
    """The session has been stopped while something waited."""


class BatchRun:
    """One session of batch jobs.

    Args:
        client: a client of the SDK for the Gemini Developer API.
        journal: the journal of the run, open for writing.
        rows: reads the rows of the source with ascending numbers.
        request: makes the arguments of a call from a row.
        budget: the caps.
        prices: the prices of batch jobs.
        retry: attempts of rows and calls.
        limits: the size of jobs.
        schema: the expected form of answers.
        dedupe: whether equal requests are asked once.
        uploads: uploads the local files of requests; None when requests have none.
        for_s: length of the session in seconds; None for no limit.
        on_progress: is called after each step.
        sleep: waits for some seconds.
        clock: monotonic time in seconds.

    Raises:
        BulkError: for a client of Vertex AI.
    """

    def __init__(
        self,
        *,
        client: Client,
        journal: Journal,
        rows: Rows,
        request: Request,
        budget: Budget,
        prices: Prices,
        retry: Retry,
        limits: JobLimits | None = None,
        schema: Schema | None = None,
        dedupe: bool = True,
        uploads: Uploads | None = None,
        for_s: float | None = None,
        on_progress: Callable[[BatchRun], None] | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        check_client(client)
        self._journal = journal
        self._rows = rows
        self._request = request
        self._budget = budget
        self._prices = prices
        self._retry = retry
        self._limits = limits or JobLimits()
        self._schema = schema
        self._dedupe = dedupe
        self._uploads = uploads
        self._on_progress = on_progress
        self._sleep = sleep
        self._clock = clock
        self._table = JobTable(journal)
        self._service = Service(client, request.kind, retry, self._pause)
        self._deadline = None if for_s is None else clock() + for_s
        self._for_s = for_s
        self._watched: list[_Watched] = []
        self._uncreated: Job | None = None
        self._refusals = 0
        self._create_at = clock()
        self._last_progress = clock()
        self._failed_jobs = 0
        self._stopping = asyncio.Event()
        self.stopped: Stop | None = None
        self.tally = Tally()

    @property
    def description(self) -> str:
        """The jobs at the service in a few words, such as `3 jobs: 1 PENDING, 2 RUNNING`."""
        states = sorted(each.state for each in self._watched)
        counted = ", ".join(f"{states.count(state)} {state}" for state in dict.fromkeys(states))
        jobs = "1 job" if len(states) == 1 else f"{len(states)} jobs"
        wait = self._create_at - self._clock()
        refused = (
            f"; the service refused another job, next attempt in {wait:.0f} s" if self._uncreated and wait > 0 else ""
        )
        return f"{jobs}: {counted}{refused}" if states else f"no job{refused}"

    @property
    def waiting_rows(self) -> int:
        """The number of rows in jobs that have not ended."""
        return self._table.waiting_rows()

    def stop(self, stop: Stop) -> None:
        """Wait no longer. The jobs continue at the service."""
        if self.stopped is None:
            self.stopped = stop
        self._stopping.set()

    async def run(self) -> Stop | None:
        """Ask all pending rows in jobs. Return why the session ended early, or None.

        Raises:
            OSError: when the journal or a file of requests cannot be written.
            sqlite3.Error: when the journal cannot be written.
        """
        encoder = await asyncio.to_thread(Encoder, self._request.kind)
        with tempfile.TemporaryDirectory(prefix="genai-bulk-", ignore_cleanup_errors=True) as folder:
            packer = Packer(
                journal=self._journal,
                table=self._table,
                rows=self._rows,
                request=self._request,
                encoder=encoder,
                budget=self._budget,
                limits=self._limits,
                folder=Path(folder),
                dedupe=self._dedupe,
                resolve=self._resolver(),
            )
            try:
                await self._recover()
                await self._work(packer, Path(folder))
            except _Stopped:
                pass
            except CallFailed as error:
                is_wrong = error.outcome.result == "failed"
                self.stop(
                    Stop(
                        "failed" if is_wrong else "patience", f"The service did not do what a batch job needs: {error}"
                    )
                )
            finally:
                await asyncio.to_thread(packer.close)
                await asyncio.to_thread(encoder.close)
        return self.stopped

    async def _work(self, packer: Packer, folder: Path) -> None:
        while self.stopped is None:
            self._check_time()
            is_packed = await self._start_jobs(packer)
            count = len(self._watched)
            for watched in [each for each in self._watched if each.due <= self._clock()]:
                await self._look(watched, folder)
            self._report()
            if len(self._watched) < count:
                continue  # a job has ended: its place is free, and some of its rows may be pending again
            if self.stopped is not None:
                return
            if not self._watched and self._uncreated is None:
                if packer.cap is not None:
                    self.stop(Stop("cap", packer.cap))
                    return
                if is_packed:
                    return
                continue  # every row has an answer or a failure by now, or the cap is no longer exceeded
            due = [each.due for each in self._watched]
            if self._uncreated is not None and len(due) < self._limits.at_once:
                due.append(self._create_at)
            await self._pause(max(0.0, min(due) - self._clock()))

    def _check_time(self) -> None:
        now = self._clock()
        if self._deadline is not None and now >= self._deadline:
            self.stop(Stop("cap", f"limits.for_s: the {self._for_s:g} seconds of this session are over."))
        elif self._uncreated is not None and not self._watched and now - self._last_progress > self._retry.patience_s:
            seconds = self._retry.patience_s
            self.stop(
                Stop("patience", f"retry.patience_s: the service has refused to create a job for {seconds:g} seconds.")
            )

    async def _pause(self, seconds: float) -> None:
        """Wait, until the session is stopped or its time is over."""
        if self._deadline is not None:
            seconds = max(0.0, min(seconds, self._deadline - self._clock()))
        waits: list[asyncio.Future[Any]] = [
            asyncio.ensure_future(self._sleep(seconds)),
            asyncio.ensure_future(self._stopping.wait()),
        ]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)
        self._check_time()
        if self.stopped is not None:
            raise _Stopped

    def _report(self) -> None:
        if self._on_progress is not None:
            self._on_progress(self)

    def _resolver(self) -> Callable[[Any], Any] | None:
        """Return the function that replaces local files in contents, to be called on another thread."""
        uploads = self._uploads
        if uploads is None:
            return None
        loop = asyncio.get_running_loop()

        async def parts(contents: list[Any]) -> list[Any]:
            return [await uploads.part(item) if isinstance(item, FileValue) else item for item in contents]

        def resolve(contents: Any) -> Any:
            if not isinstance(contents, list):
                return contents
            return asyncio.run_coroutine_threadsafe(parts(cast("list[Any]", contents)), loop).result()

        return resolve

    # The jobs of earlier sessions.

    async def _recover(self) -> None:
        """Find the jobs that an earlier session left."""
        for job in self._table.open_jobs():
            if job.name is None and job.file is not None:
                found = await self._find(job)
                job = job if found is None else self._table.set_name(job, found.name)
            if job.name is None:
                self._table.drop(job)  # it was never created, so nothing is lost
            else:
                self._budget.settle(NO_RESERVATION, job.tokens, job.cost)
                self._watch(job)

    async def _find(self, job: Job) -> JobState | None:
        for look in range(_LOOKS):
            if look:
                await self._pause(self._limits.poll_s)
            found = await self._service.find(job.display_name)
            if found is not None:
                return found
        return None

    def _watch(self, job: Job) -> None:
        self._last_progress = self._clock()
        self._watched.append(_Watched(job, self._clock(), self._limits.poll_s))

    # New jobs.

    async def _start_jobs(self, packer: Packer) -> bool:
        """Create as many jobs as may run. Return whether every pending row is in one."""
        while self.stopped is None and len(self._watched) < self._limits.at_once:
            if self._uncreated is None:
                shard = await asyncio.to_thread(packer.next_shard)
                self.tally.failed += packer.failed
                packer.failed = 0
                if shard is None:
                    return packer.cap is None
                self._uncreated = await self._upload(shard)
            elif self._clock() < self._create_at:
                return False
            if not await self._create(self._uncreated):
                return False
        return False

    async def _upload(self, shard: Shard) -> Job:
        display_name = f"genai-bulk-{secrets.token_hex(8)}"
        job = self._table.plan(
            display_name, shard.model, shard.rows, lines=len(shard.digests), tokens=shard.tokens, cost=shard.cost
        )
        file = await self._service.upload(shard.path, display_name)
        shard.path.unlink()
        return self._table.set_file(job, file)

    async def _create(self, job: Job) -> bool:
        """Create a job, and return whether the service has it."""
        assert job.file is not None
        created: JobState | None = None
        try:
            created = await self._service.create(job.model, job.file, job.display_name)
        except CallFailed as error:
            outcome = error.outcome
            self._refusals += 1
            if outcome.result == "broken":
                created = await self._find(job)  # the reply may be lost, and the job exist
            if created is None and outcome.daily_quota is not None:
                self.stop(quota_stop(outcome.daily_quota))
                return False
            if created is None:
                is_hopeless = outcome.result == "broken" and self._refusals >= self._retry.attempts
                if outcome.result not in ("refused", "broken") or is_hopeless:
                    self._table.drop(job)
                    raise
                self._create_at = self._clock() + pause_s(self._refusals, outcome)
                return False
        self._refusals = 0
        self._uncreated = None
        self.tally.jobs += 1
        self._watch(self._table.set_name(job, created.name))
        return True

    # The ends of jobs.

    async def _look(self, watched: _Watched, folder: Path) -> None:
        """Look at a job, and keep its results if it has ended."""
        job = watched.job
        assert job.name is not None
        try:
            state = await self._service.get(job.name)
        except CallFailed as error:
            if error.outcome.code != 404:
                raise
            state = JobState(job.name, "DELETED", None, "The service does not have the job any more.")
        if not state.is_ended and state.state != "DELETED":
            watched.state = state.state
            watched.due = self._clock() + watched.pause_s
            watched.pause_s = min(watched.pause_s * _GROWTH, max(self._limits.longest_poll_s, self._limits.poll_s))
            return
        path: Path | None = None
        if state.results is not None:
            path = folder / f"results-{job.id}.jsonl"
            await self._service.download(state.results, path)
        kept = await asyncio.to_thread(self._keep, job, state, path)
        self._watched.remove(watched)
        self._last_progress = self._clock()
        self._count(job, state, kept)
        if job.file is not None:
            await self._service.delete_file(job.file)

    def _keep(self, job: Job, state: JobState, path: Path | None) -> _Kept:
        """Write the results of a job to the journal, on another thread. Doing it again changes nothing."""
        kept = _Kept()
        if path is not None:
            chunk: dict[bytes, LineResult] = {}
            for result in results_of(path, self._request.kind):
                chunk.setdefault(result.digest, result)
                if len(chunk) >= _WRITTEN_AT_ONCE:
                    self._keep_chunk(job, chunk, kept)
                    chunk = {}
            self._keep_chunk(job, chunk, kept)
            path.unlink()
        for digests in self._table.digests_without_answer(job):
            self._keep_missing(job, state, digests, kept)
        self._table.end(job, state.state, kept.repeated)
        self._table.forget_attempts(kept.final)
        return kept

    def _keep_chunk(self, job: Job, chunk: dict[bytes, LineResult], kept: _Kept) -> None:
        digests = list(chunk)
        rows = self._table.rows_of(job, digests)
        known = self._journal.answers_by_digest(digests)
        attempts = self._table.attempts(digests)
        answers: list[StoredAnswer] = []
        links: list[tuple[int, int]] = []
        id = self._journal.next_answer_id()
        for digest, result in chunk.items():
            if digest not in rows:
                continue  # a key that this job was not asked
            if digest in known:
                links.extend((known[digest].id, ordinal) for ordinal in rows[digest])
                continue
            tries = attempts.get(digest, 0) + 1
            if result.status is not None and result.is_worth_repeating and tries < self._retry.attempts:
                continue  # it has no answer, so it goes into another job
            answer = self._answer(id, job, result, tries)
            id += 1
            answers.append(answer)
            links.extend((answer.id, ordinal) for ordinal in rows[digest])
            self._add(kept, answer, len(rows[digest]))
        self._journal.write([], answers, links, [])

    def _answer(self, id: int, job: Job, result: LineResult, tries: int) -> StoredAnswer:
        if result.reply is None:
            message = result.message or "The batch job has no answer to this request."
            return StoredAnswer(
                id, result.digest, None, None, result.status, message, result.code, tries, NO_USAGE, 0.0
            )
        failure = read(result.reply, self._schema).failure if result.vector is None else None
        return StoredAnswer(
            id,
            result.digest,
            json.dumps(result.reply, ensure_ascii=False, separators=(",", ":")),
            result.vector,
            failure.status if failure else None,
            failure.message if failure else None,
            None,
            tries,
            result.usage,
            self._prices.cost(job.model, result.usage),
        )

    def _keep_missing(self, job: Job, state: JobState, digests: list[bytes], kept: _Kept) -> None:
        """Note an attempt for requests without a result; those with the last attempt fail."""
        attempts = self._table.attempts(digests)
        rows = self._table.rows_of(job, digests)
        answers: list[StoredAnswer] = []
        links: list[tuple[int, int]] = []
        id = self._journal.next_answer_id()
        reason = f" {state.message}" if state.message else ""
        for digest in digests:
            tries = attempts.get(digest, 0) + 1
            if tries < self._retry.attempts:
                kept.repeated.append(digest)
                continue
            status = "MISSING" if "SUCCEEDED" in state.state else state.state
            message = f"The batch job {state.name} ended as {state.state} without a result for this row.{reason}"
            answer = StoredAnswer(id, digest, None, None, status, message, None, tries, NO_USAGE, 0.0)
            id += 1
            answers.append(answer)
            links.extend((answer.id, ordinal) for ordinal in rows.get(digest, ()))
            self._add(kept, answer, len(rows.get(digest, ())))
        self._journal.write([], answers, links, [])

    def _add(self, kept: _Kept, answer: StoredAnswer, rows: int) -> None:
        assert answer.digest is not None
        kept.final.append(answer.digest)
        kept.tokens += answer.usage.total_tokens
        kept.cost = None if kept.cost is None or answer.cost is None else kept.cost + answer.cost
        kept.replies += answer.reply is not None
        if answer.status is None:
            self.tally.done += rows
        else:
            self.tally.failed += rows
            kind = (answer.code, answer.status)
            kept.failures[kind] = kept.failures.get(kind, 0) + 1
            kept.example = answer.message or ""

    def _count(self, job: Job, state: JobState, kept: _Kept) -> None:
        """Replace what was reserved for a job by what it used, and stop when all jobs fail in the same way."""
        tally = self.tally
        self._budget.settle(NO_RESERVATION, kept.tokens - job.tokens, (kept.cost or 0.0) - job.cost)
        tally.tokens += kept.tokens
        tally.cost = None if tally.cost is None or kept.cost is None else tally.cost + kept.cost
        tally.repeated += len(kept.repeated)
        self._failed_jobs = 0 if kept.final or state.state != "FAILED" else self._failed_jobs + 1
        if self._failed_jobs >= _FAILED_JOBS:
            reason = state.message or "The service does not say why."
            self.stop(Stop("failed", f"{_FAILED_JOBS} batch jobs in a row failed, the last one {state.name}: {reason}"))
        elif not tally.done and not kept.replies and len(kept.failures) == 1 and not kept.repeated:
            [((code, status), count)] = kept.failures.items()
            if code in WRONG_CODES and count >= FIRST_ROWS:
                self.stop(
                    Stop("failed", f"All {count} requests of the first job failed with {code} {status}: {kept.example}")
                )
