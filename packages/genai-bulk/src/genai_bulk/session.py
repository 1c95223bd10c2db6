"""One session of a run, from the source through the service to the sink.

A session reads the source once (the survey), asks what the journal does not know, and writes the sink from source and journal.
"""

from __future__ import annotations

import asyncio
import errno
import hashlib
import json
import os
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast

from .budget import BATCH_SHARE, DEFAULT_OUTPUT_LIMIT, Budget, Prices
from .calls import Caller, fields_of
from .clients import close_client, new_client
from .engine import Engine, Stop
from .errors import BulkError, Interrupted, JournalError, RunFailedError, did_you_mean
from .fingerprints import differences
from .journal import Counts, Journal, delete
from .kept import dump_row
from .limiter import Limiter
from .limits import Limits, Retry
from .output import Output, columns_of, columns_text, sink_path, write_rows
from .reading import Schema, schema_of
from .recorder import Finished
from .report import Progress, Report, TemporaryFolder
from .requests import Prompt, Request, check_columns, request_of
from .signals import Signals
from .tables import BadRow, Source, check_sink, open_sink, open_source

if TYPE_CHECKING:
    from google.genai import Client

    from .batch import BatchRun, JobLimits

Mode = Literal["live", "batch"]
Order = Literal["source", "done"]
T = TypeVar("T")

_DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_SUFFIX = ".journal"
_RATE_WINDOW_S = 5.0
_BAD = "$genai-bulk-bad-row"
"""The only field of a row in the journal that could not be read."""


class Session:
    """One session of a run; the arguments are those of `run`.

    Args:
        signals: the signals that end the session; None if signals are not the session's business.
        facts: further facts for the journal.

    Raises:
        BulkError: when an argument cannot be used.
    """

    def __init__(
        self,
        source: Any,
        sink: str | os.PathLike[str] | None,
        request: Any,
        *,
        key: str | None,
        limits: Limits | None,
        retry: Retry | None,
        mode: Mode,
        order: Order,
        dedupe: bool,
        client: Client | None,
        journal: str | os.PathLike[str] | None,
        fresh: bool,
        accept_changed_prompt: bool,
        retry_failed: bool | str,
        response: bool,
        on_progress: Callable[[Progress], None] | None,
        signals: Signals | None,
        jobs: JobLimits | None = None,
        facts: Mapping[str, str] | None = None,
    ) -> None:
        _check_choice("mode", mode, ("live", "batch"))
        _check_choice("order", order, ("source", "done"))
        if request is None:
            raise BulkError(
                "request: expected a Prompt, an Embed or a function of a row; it says what to ask for each row."
            )
        self._request: Request = request_of(request)
        self._limits = limits or Limits()
        self._retry = retry or Retry()
        self._mode: Mode = mode
        self._order: Order = order if sink is not None else "source"
        self._dedupe = dedupe
        self._client = client
        self._fresh = fresh
        self._accepts_changes = accept_changed_prompt
        self._retry_failed = retry_failed
        self._response = response
        self._on_progress = on_progress
        self._signals = signals
        self._jobs = jobs
        self._facts = dict(facts or {})
        self._key = key
        self._sink = sink
        self._begun = time.monotonic()
        self._schema: Schema | None = schema_of(self._request.config)
        self._prices = Prices(BATCH_SHARE if mode == "batch" else 1.0)
        if self._limits.cost is not None and self._request.model is not None:
            self._prices.check(self._request.model)
        self._source: Source = open_source(source)
        self._source_text = _source_text(source)
        self._folder: TemporaryFolder | None = None
        self._path = self._journal_path(journal)
        if sink is not None:
            check_sink(sink, source, is_own=self._path.exists())
        self._before = Counts()
        self._rates: list[tuple[float, int]] = []
        self._session_id = 0

    def _journal_path(self, journal: str | os.PathLike[str] | None) -> Path:
        if journal is not None:
            return Path(journal).expanduser()
        path = sink_path(self._sink)
        if path is not None:
            return path.with_name(path.name + _SUFFIX)
        self._folder = TemporaryFolder()
        return self._folder.path / f"run{_SUFFIX}"

    async def run(self) -> Report:
        """Do the work of the session, and return what was done."""
        if self._fresh and self._path.exists():
            delete(self._path)
        is_new = not self._path.exists()
        journal = Journal(self._path)
        try:
            try:
                if journal.is_surveyed:
                    check_columns(self._request, columns_of(journal).names)
                self._claim(journal)
                await self._survey(journal)
                check_columns(self._request, self._source.columns.names)
            except BulkError:
                if is_new:
                    journal.close()
                    delete(self._path)
                raise
            return await self._work(journal)
        except sqlite3.OperationalError as error:
            # Before the first call of the session; later ones have their own answer to a full disk.
            raise BulkError(self._disk_error(error).message) from error
        finally:
            journal.close()

    # Preparing.

    def _claim(self, journal: Journal) -> None:
        """Check that the journal belongs to this run, or make it the journal of this run."""
        from google.genai import version

        own = {
            "source": self._source.identity(),
            "request": self._request.identity(),
            "key": self._key,
            "mode": self._mode,
            "dedupe": self._dedupe,
        }
        own = json.loads(json.dumps(own))
        kept = journal.fingerprint
        if kept is not None:
            changes = differences(kept, own)
            only_request = all(name.startswith("request") for name in changes)
            if changes and not (only_request and self._accepts_changes):
                lines = "\n".join(f"  {name}: {text}" for name, text in changes.items())
                keep = "accept_changed_prompt=True keeps the answers and asks the other rows with the new request; "
                raise JournalError(
                    f"{self._path}: the journal belongs to another run:\n{lines}",
                    [f"{name}: {text}" for name, text in changes.items()],
                    f"{keep if only_request else ''}fresh=True begins again; another sink begins another run.",
                )
        facts = {
            **self._facts,
            "fingerprint": json.dumps(own),
            "kind": self._request.kind,
            "kept": "no" if self._source.is_repeatable else "yes",
            "sdk": version.__version__,
        }
        if self._schema is not None:
            facts["schema"] = json.dumps(self._schema.json_schema)
        if self._source_text is not None:
            facts["source"] = self._source_text
        journal.set_about(**facts)

    async def _survey(self, journal: Journal) -> None:
        """Read the whole source once: keys, columns, and the rows themselves if they cannot be read again."""
        if journal.is_surveyed and self._source.is_repeatable:
            self._source.columns = columns_of(journal)
            self._source.count = journal.row_count()
            return
        self._tell(Progress("reading", elapsed_s=time.monotonic() - self._begun))
        if journal.is_surveyed:
            await asyncio.to_thread(self._compare_rows, journal)
            return
        digest = hashlib.blake2b(digest_size=16)

        def facts() -> dict[str, str]:
            return {"columns": columns_text(self._source.columns), "rows_digest": digest.hexdigest()}

        await asyncio.to_thread(journal.survey, self._surveyed_rows(digest), self._key, self._source.name, facts)

    def _surveyed_rows(self, digest: Any) -> Iterator[tuple[int, Any, str | None]]:
        if self._source.is_repeatable:
            for ordinal, key in self._watched(self._source.survey(self._key)):
                yield ordinal, None if isinstance(key, BadRow) else key, None
            return
        for ordinal, key, row in self._watched(self._source.survey_rows(self._key)):
            text = self._kept_text(ordinal, row)
            digest.update(text.encode("utf-8", "surrogatepass"))
            yield ordinal, None if isinstance(key, BadRow) else key, text

    def _kept_text(self, ordinal: int, row: dict[str, Any] | BadRow) -> str:
        if isinstance(row, BadRow):
            return json.dumps({_BAD: row.reason})
        try:
            return dump_row(row)
        except TypeError as error:
            raise BulkError(f"{self._source.name}, row {ordinal} (counted from 0): {error}.") from None

    def _compare_rows(self, journal: Journal) -> None:
        """Check that a source that can be read only once gives the rows that the journal keeps."""
        digest = hashlib.blake2b(digest_size=16)
        for _ in self._surveyed_rows(digest):
            pass
        if digest.hexdigest() != journal.about("rows_digest"):
            raise JournalError(
                f"{self._path}: the rows differ from those with which the run began. Give the same rows in the same order, "
                "or begin again with fresh=True."
            )
        self._source.columns = columns_of(journal)

    def _watched(self, rows: Iterator[T]) -> Iterator[T]:
        """Yield rows until a signal arrives."""
        for row in rows:
            if self._signals is not None and self._signals.received is not None:
                raise KeyboardInterrupt
            yield row

    def _disk_error(self, error: OSError | sqlite3.Error, path: Path | None = None) -> Stop:
        """Return the reason why a session ends whose journal, or the file at `path`, cannot be written."""
        return Stop("disk", f"{path or self._path}: cannot be written: {error}. Free some space and start again.")

    # Working.

    async def _work(self, journal: Journal) -> Report:
        journal.settle_lost_calls()
        if self._retry_failed:
            status = None if self._retry_failed is True else str(self._retry_failed)
            if not journal.forget_failures(status) and status is not None:
                known = journal.failures()
                listed = ", ".join(known) or "none"
                raise BulkError(
                    f"retry_failed={status!r}: no row failed with it.{did_you_mean(status.upper(), known)} Failures: {listed}."
                )
        self._before = journal.counts()
        self._session_id = journal.begin_session()
        stopped: Stop | None = None
        engine: Engine | None = None
        jobs = 0
        if self._before.pending:
            if self._mode == "batch":
                stopped, jobs = await self._ask_in_jobs(journal)
            else:
                engine = await self._ask(journal)
                stopped = engine.stopped
        table = None
        counts = journal.counts()
        is_complete = counts.pending == 0
        has_sink = is_complete and (stopped is None or stopped.kind not in ("signal", "disk"))
        is_written = engine is not None and self._order == "done" and engine.stopped is None
        if self._sink is not None and has_sink and not is_written:
            self._tell(self._progress(engine, "writing"))
            try:
                table = await asyncio.to_thread(self._write_sink, journal)
            except OSError as error:
                if error.errno not in _DISK_FULL:
                    raise
                stopped, has_sink = self._disk_error(error, sink_path(self._sink)), False
        progress = self._progress(engine, "ended")
        state = {**progress.to_json(), "stopped": stopped and stopped.message}
        try:
            journal.write_progress(self._session_id, state, None)
        except sqlite3.Error as error:
            stopped = stopped or self._disk_error(error)
        self._tell(progress)
        report = Report(
            rows=counts.rows,
            done=counts.done,
            failed=counts.failed,
            resumed=self._before.done + self._before.failed,
            calls=engine.counters.calls if engine is not None else jobs,
            refused=engine.counters.refused if engine is not None else 0,
            usage=counts.usage,
            cost=counts.cost,
            paid_again=counts.lost[0],
            elapsed_s=time.monotonic() - self._begun,
            failures=journal.failures(),
            stopped=stopped,
            journal=self._path,
            sink=sink_path(self._sink) if has_sink else None,
            table=table,
            _source=self._source if self._source.is_repeatable else None,
            _folder=self._folder,
        )
        if stopped is not None and stopped.kind in ("failed", "disk"):
            raise RunFailedError(stopped.message, report)
        if stopped is not None and stopped.kind == "signal":
            assert self._signals is not None
            raise Interrupted(self._signals.received or 2, report)
        return report

    async def _ask(self, journal: Journal) -> Engine:
        """Ask the pending rows with live calls."""
        from .uploads import Uploads

        client, is_own = self._client, False
        if client is None:
            client, is_own = new_client(self._limits.in_flight), True
        needs_uploads = isinstance(self._request, Prompt) and bool(self._request.files)
        caller = Caller(client, self._request.kind, Uploads(client, journal) if needs_uploads else None)
        _, lost_tokens, lost_cost = self._before.lost
        view = journal.reader()
        sink = _DoneSink(self, journal, view) if self._order == "done" else None
        try:
            budget = Budget(
                self._limits,
                self._prices,
                tokens=self._before.usage.total_tokens + lost_tokens,
                cost=(self._before.cost or 0.0) + lost_cost,
                output_limits=await self._output_limits(client),
                kind=self._request.kind,
            )
            now = time.monotonic()
            limits = self._limits
            engine = Engine(
                journal=journal,
                rows=self._pending_rows(view),
                request=self._request,
                caller=caller,
                limiter=Limiter(in_flight=limits.in_flight, rpm=limits.rpm, tpm=limits.tpm, now=now),
                budget=budget,
                prices=self._prices,
                limits=limits,
                retry=self._retry,
                schema=self._schema,
                dedupe=self._dedupe,
                keeps_rows=sink is not None,
                on_finished=sink.write if sink is not None else None,
                on_progress=lambda engine: self._keep_progress(journal, engine),
            )
            if self._signals is not None:
                self._signals.watch(lambda number, count: self._take_signal(journal, engine, number, count))
            self._keep_progress(journal, engine)
            try:
                await engine.run()
            except (OSError, sqlite3.Error) as error:
                engine.stop(self._disk_error(error))
            if sink is not None:
                sink.end(is_complete=engine.stopped is None)
            return engine
        except BaseException:
            if sink is not None:
                sink.end(is_complete=False)
            raise
        finally:
            view.close()
            if is_own:
                await close_client(client)

    def _take_signal(self, journal: Journal, engine: Engine, number: int, count: int) -> None:
        engine.stop(_stop_for(number), at_once=count > 1)
        if count == 1:
            self._keep_progress(journal, engine)

    async def _ask_in_jobs(self, journal: Journal) -> tuple[Stop | None, int]:
        """Ask the pending rows in batch jobs. Return why the session ended early, and the number of jobs."""
        from .batch import BatchRun
        from .uploads import Uploads

        client, is_own = self._client, False
        if client is None:
            client, is_own = new_client(self._limits.in_flight), True
        view = journal.reader()
        try:
            needs_uploads = isinstance(self._request, Prompt) and bool(self._request.files)
            batch = BatchRun(
                client=client,
                journal=journal,
                rows=lambda numbers: self._rows_of(view, numbers),
                request=self._request,
                budget=Budget(
                    self._limits,
                    self._prices,
                    tokens=self._before.usage.total_tokens,
                    cost=self._before.cost or 0.0,
                    output_limits=await self._output_limits(client),
                    kind=self._request.kind,
                ),
                prices=self._prices,
                retry=self._retry,
                limits=self._jobs,
                schema=self._schema,
                dedupe=self._dedupe,
                uploads=Uploads(client, journal) if needs_uploads else None,
                for_s=self._limits.for_s,
                on_progress=lambda batch: self._keep_jobs(journal, batch),
            )
            if self._signals is not None:
                self._signals.watch(lambda number, _: batch.stop(_stop_for(number)))
            try:
                await batch.run()
            except (OSError, sqlite3.Error) as error:
                batch.stop(self._disk_error(error))
            return batch.stopped, batch.tally.jobs
        finally:
            view.close()
            if is_own:
                await close_client(client)

    def _keep_jobs(self, journal: Journal, batch: BatchRun) -> None:
        before, tally = self._before, batch.tally
        progress = Progress(
            "waiting",
            before.rows,
            before.done + tally.done,
            before.failed + tally.failed,
            in_flight=batch.waiting_rows,
            calls=tally.jobs,
            limiter=batch.description,
            tokens=before.usage.total_tokens + tally.tokens,
            cost=None if before.cost is None or tally.cost is None else before.cost + tally.cost,
            elapsed_s=time.monotonic() - self._begun,
        )
        journal.write_progress(self._session_id, progress.to_json(), (round(progress.elapsed_s, 3), progress.to_json()))
        self._tell(progress)

    def _pending_rows(self, view: Journal) -> Iterator[tuple[int, dict[str, Any] | BadRow]]:
        return self._rows_of(view, view.pending())

    def _rows_of(self, view: Journal, numbers: Iterator[int]) -> Iterator[tuple[int, dict[str, Any] | BadRow]]:
        if self._source.is_repeatable:
            columns = None if self._order == "done" or not self._request.columns else self._request.columns
            yield from self._source.rows(numbers, columns=columns)
            return
        for ordinal, row in view.kept_rows(numbers):
            reason = row.get(_BAD)
            yield ordinal, row if reason is None else BadRow(str(reason), f"row {ordinal}")

    async def _output_limits(self, client: Client) -> dict[str, int]:
        """Return the highest number of output tokens of the model, if the caps need it and the service names it."""
        model = self._request.model
        if (
            (self._limits.cost is None and self._limits.tokens is None)
            or model is None
            or self._request.kind == "embed"
        ):
            return {}
        config = fields_of(self._request.config)
        if config.get("max_output_tokens") or config.get("maxOutputTokens"):
            return {}
        try:
            found = await asyncio.wait_for(client.aio.models.get(model=model), 30)
        except Exception:
            return {model: DEFAULT_OUTPUT_LIMIT}
        return {model: found.output_token_limit or DEFAULT_OUTPUT_LIMIT}

    def _write_sink(self, journal: Journal) -> Any:
        assert self._sink is not None
        output = Output(
            journal,
            self._source if self._source.is_repeatable else None,
            response=self._response,
            own_schema=self._schema,
        )
        written = write_rows(output, self._sink, self._watched(output.rows(exact=True)))
        return written if self._sink == "arrow" else None

    # Progress.

    def _progress(self, engine: Engine | None, phase: str) -> Progress:
        now = time.monotonic()
        before = self._before
        if engine is None:
            return Progress(
                phase, before.rows, before.done, before.failed, tokens=before.usage.total_tokens, cost=before.cost,
                elapsed_s=now - self._begun,
            )  # fmt: skip
        counters = engine.counters
        finished = counters.done + counters.failed
        self._rates.append((now, finished))
        while len(self._rates) > 2 and now - self._rates[0][0] > _RATE_WINDOW_S:
            del self._rates[0]
        seconds = now - self._rates[0][0]
        state = engine.limiter.state(now)
        cost = None if counters.unpriced or before.cost is None else before.cost + counters.cost
        return Progress(
            phase=phase,
            rows=before.rows,
            done=before.done + counters.done,
            failed=before.failed + counters.failed,
            rate=(finished - self._rates[0][1]) / seconds if seconds > 0 else 0.0,
            in_flight=engine.in_flight,
            waiting=engine.waiting,
            calls=counters.calls,
            refused=counters.refused,
            broken=counters.broken,
            limiter=state.why,
            limiter_rate=state.rate,
            tokens=before.usage.total_tokens + counters.usage.total_tokens,
            cost=cost,
            elapsed_s=now - self._begun,
        )

    def _keep_progress(self, journal: Journal, engine: Engine) -> None:
        progress = self._progress(engine, "asking" if engine.stopped is None else "ending")
        sample = (round(progress.elapsed_s, 3), progress.to_json())
        journal.write_progress(self._session_id, progress.to_json(), sample)
        self._tell(progress)

    def _tell(self, progress: Progress) -> None:
        if self._on_progress is not None:
            self._on_progress(progress)


class _DoneSink:
    """A sink that gets each row as soon as it is answered. It begins with the rows that were answered before."""

    def __init__(self, session: Session, journal: Journal, view: Journal) -> None:
        assert session._sink is not None
        source = session._source if session._source.is_repeatable else None
        self._output = Output(view, source, response=session._response, own_schema=session._schema)
        self._writer = open_sink(session._sink, self._output.shape.schema)
        self._journal = journal
        try:
            for row in self._output.rows(only_answered=True, exact=True):
                self._writer.write([row])
        except BaseException:
            self._writer.abort()
            raise

    def write(self, finished: list[Finished]) -> None:
        """Write finished rows, on the thread of the journal."""
        self._writer.write(
            [self._output.shape.row(each.row or {}, self._journal.answer(each.answer_id)) for each in finished]
        )

    def end(self, *, is_complete: bool) -> None:
        """Complete the file, or remove it when rows are missing: the next session writes it again."""
        if is_complete:
            self._writer.close()
        else:
            self._writer.abort()


def _stop_for(number: int) -> Stop:
    """Return the stop for a signal."""
    return Stop("signal", f"It was interrupted by {signal.Signals(number).name}.")


def _source_text(source: Any) -> str | None:
    """Return the files of a source as JSON with absolute paths, or None for a source in memory."""
    if isinstance(source, (str, os.PathLike)):
        return json.dumps(_absolute(cast("str", source)))
    items = cast("list[Any]", source) if isinstance(source, (list, tuple)) else []
    if items and all(isinstance(item, (str, os.PathLike)) for item in items):
        return json.dumps([_absolute(item) for item in items])
    return None


def _absolute(path: str | os.PathLike[str]) -> str:
    return os.path.abspath(os.path.expanduser(os.fspath(path)))


def _check_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        listed = " or ".join(repr(choice) for choice in choices)
        raise BulkError(f"{name}: expected {listed}, got {value!r}.{did_you_mean(str(value), choices)}")
