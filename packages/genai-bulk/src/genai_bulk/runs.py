"""`run` and `arun`, the entry points of the package; the work is done by `session.Session`."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .session import Mode, Order, Session
from .signals import Signals

if TYPE_CHECKING:
    from google.genai import Client

    from .batch import JobLimits
    from .limits import Limits, Retry
    from .report import Progress, Report
    from .requests import RequestLike


def run(
    source: Any,
    sink: str | os.PathLike[str] | None = None,
    request: RequestLike | None = None,
    *,
    key: str | None = None,
    limits: Limits | None = None,
    retry: Retry | None = None,
    mode: Mode = "live",
    jobs: JobLimits | None = None,
    order: Order = "source",
    dedupe: bool = True,
    client: Client | None = None,
    journal: str | os.PathLike[str] | None = None,
    fresh: bool = False,
    accept_changed_prompt: bool = False,
    retry_failed: bool | str = False,
    response: bool = False,
    on_progress: Callable[[Progress], None] | None = None,
) -> Report:
    """Send the rows of a data set to a model, and write them with their answers.

    Answers are kept in a journal next to the sink. The same call after a crash, a cap or Ctrl-C continues the run; nothing that
    was answered is asked again. Rows that fail do not end the run: they have an `error` in the sink.

    Args:
        source: a `.parquet`, `.jsonl` or `.csv` file, a glob or a list of such files, an Arrow table or reader, or an iterable
            of dicts.
        sink: a file of one of these formats, `"arrow"` for `Report.table`, or None for `Report.results()` only.
        request: a `Prompt`, an `Embed`, or a function from a row to the arguments of `generate_content`.
        key: a column with a unique value in each row; None for the number of the row.
        limits: calls in flight, rates, and caps on cost, tokens, rows and time.
        retry: attempts and time limits of calls.
        mode: `live` for calls, `batch` for batch jobs of the service, which cost half and may take a day.
        jobs: the size of batch jobs; None for `JobLimits()`.
        order: `source` writes the sink at the end, in the order of the source; `done` writes each row as soon as it is answered.
        dedupe: whether equal requests of the run are asked once.
        client: a client; None for `genai.Client()` with as many connections as `limits.in_flight`.
        journal: path of the journal; None for the name of the sink with `.journal`.
        fresh: whether an existing journal is deleted and the run begins again.
        accept_changed_prompt: whether a run with another request continues: rows with answers keep them.
        retry_failed: whether failed rows are asked again: True for all, or a status such as `MAX_TOKENS`, or an HTTP status.
        response: whether the sink has the replies of the service as JSON.
        on_progress: is called about once a second.

    Returns:
        The result. `report.stopped` says why the session ended early, for example because of a cap.

    Raises:
        BulkError: when an argument, the source or the journal cannot be used. Nothing was sent.
        RunFailedError: when the first rows all fail in the same way, or the disk is full.
        Interrupted: after Ctrl-C or SIGTERM. Calls in flight have 30 seconds to end; a second signal ends them.

    Example:
        >>> report = run("reviews.jsonl", "moods.jsonl", Prompt("Which mood? {text}", model="gemini-2.5-flash"))  # doctest: +SKIP
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        pass
    else:
        raise RuntimeError("run() was called within an event loop. Use `await arun(...)` there.")
    with Signals() as signals:
        session = Session(
            source, sink, request, key=key, limits=limits, retry=retry, mode=mode, jobs=jobs, order=order, dedupe=dedupe, client=client,
            journal=journal, fresh=fresh, accept_changed_prompt=accept_changed_prompt, retry_failed=retry_failed,
            response=response, on_progress=on_progress, signals=signals,
        )  # fmt: skip
        return asyncio.run(session.run())


async def arun(
    source: Any,
    sink: str | os.PathLike[str] | None = None,
    request: RequestLike | None = None,
    *,
    key: str | None = None,
    limits: Limits | None = None,
    retry: Retry | None = None,
    mode: Mode = "live",
    jobs: JobLimits | None = None,
    order: Order = "source",
    dedupe: bool = True,
    client: Client | None = None,
    journal: str | os.PathLike[str] | None = None,
    fresh: bool = False,
    accept_changed_prompt: bool = False,
    retry_failed: bool | str = False,
    response: bool = False,
    on_progress: Callable[[Progress], None] | None = None,
) -> Report:
    """Do the same as `run` within an event loop. Cancelling the task ends the session; the journal keeps its answers."""
    session = Session(
        source, sink, request, key=key, limits=limits, retry=retry, mode=mode, jobs=jobs, order=order, dedupe=dedupe, client=client,
        journal=journal, fresh=fresh, accept_changed_prompt=accept_changed_prompt, retry_failed=retry_failed,
        response=response, on_progress=on_progress, signals=None,
    )  # fmt: skip
    return await session.run()
