"""The session of one worker: a thread with an event loop, in which one engine asks the rows of all blocks of the worker.

Client, limiter and connections are made once and used for all blocks. A session knows neither Arrow nor Ray; the shared limiter
is a function that sends a message and returns the reply.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from ..budget import Budget, Prices
from ..calls import Caller
from ..clients import close_client, new_client
from ..engine import CALLS_REMEMBERED, Engine, Stop
from ..errors import BulkError
from ..journal import StoredAnswer
from ..limiter import Limiter
from ..limiter.shared import LeasedLimiter
from ..limits import Limits, Retry
from ..reading import Schema
from ..requests import Prompt, Request
from ..uploads import Uploads
from .blocks import Blocks
from .leases import NoLeaseError, Send, renew_often

if TYPE_CHECKING:
    from google.genai import Client

_CLOSE_S = 30.0


class JobFailedError(RuntimeError):
    """A job that cannot continue, for example because the first rows all fail in the same way, or the daily quota is spent.

    Rows that were written stay in the checkpoint: the same job continues with the others.
    """


class Session:
    """The engine of a worker, started at once.

    Args:
        request: makes the arguments of a call from a row.
        limits: number of calls in flight, and the rates if there is no shared limiter.
        retry: attempts and time limits of calls.
        client: makes a client; None for one with the settings of the environment.
        send: sends a message to the shared limiter; None for a limiter of the worker's own.
        schema: the expected form of answers.
        dedupe: whether equal requests are asked once.
    """

    def __init__(
        self,
        request: Request,
        *,
        limits: Limits,
        retry: Retry,
        client: Callable[[], Client] | None = None,
        send: Send | None = None,
        schema: Schema | None = None,
        dedupe: bool = True,
    ) -> None:
        self._request = request
        self._limits = limits
        self._retry = retry
        self._client = client
        self._send = send
        self._schema = schema
        self._dedupe = dedupe
        self._blocks = Blocks(limits.in_flight + CALLS_REMEMBERED)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._is_ready = threading.Event()
        self._thread = threading.Thread(target=self._work, name="genai-bulk-worker", daemon=True)
        self._thread.start()

    def ask(self, rows: list[dict[str, Any]]) -> Future[list[StoredAnswer]]:
        """Ask the rows of a block. Return their future answers, in the order of the rows.

        The future has a `JobFailedError` or a `BulkError` if the session ends before the block.
        """
        return self._blocks.add(rows)

    def close(self) -> None:
        """End the session. Calls in flight are given up."""
        self._is_ready.wait(_CLOSE_S)
        if self._loop is not None and self._task is not None:
            with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
                self._loop.call_soon_threadsafe(self._task.cancel)
        self._blocks.close(JobFailedError("The worker was closed."))
        self._thread.join(_CLOSE_S)

    # On the thread of the session.

    def _work(self) -> None:
        error: BaseException = JobFailedError("The worker was closed.")
        try:
            asyncio.run(self._run())
        except asyncio.CancelledError:
            pass
        except (BulkError, JobFailedError) as found:
            error = found
        except BaseException as found:
            error = JobFailedError(f"The worker cannot continue: {type(found).__name__}: {found}")
        finally:
            self._is_ready.set()
            self._blocks.close(error)

    async def _run(self) -> None:
        self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        self._is_ready.set()
        limits = self._limits
        client = self._client() if self._client is not None else new_client(limits.in_flight)
        renewal: asyncio.Task[None] | None = None
        try:
            now = time.monotonic()
            if self._send is None:
                engine = self._engine(
                    client, Limiter(in_flight=limits.in_flight, rpm=limits.rpm, tpm=limits.tpm, now=now)
                )
            else:
                leased = LeasedLimiter(uuid.uuid4().hex, in_flight=limits.in_flight, now=now)
                engine = self._engine(client, leased)
                renewal = asyncio.ensure_future(
                    renew_often(leased, self._send, engine.wake, patience_s=self._retry.patience_s)
                )
                renewal.add_done_callback(lambda task: _stop_after(task, engine))
            await engine.run()
            if engine.stopped is not None:
                raise JobFailedError(engine.stopped.message)
        finally:
            if renewal is not None:
                renewal.cancel()
                await asyncio.gather(renewal, return_exceptions=True)
            await close_client(client)

    def _engine(self, client: Client, limiter: Limiter | LeasedLimiter) -> Engine:
        request = self._request
        needs_uploads = isinstance(request, Prompt) and bool(request.files)
        prices = Prices()
        return Engine(
            journal=self._blocks,
            rows=iter(self._blocks),
            request=request,
            caller=Caller(client, request.kind, Uploads(client, self._blocks) if needs_uploads else None),
            limiter=limiter,
            budget=Budget(Limits(), prices, kind=request.kind),
            prices=prices,
            limits=self._limits,
            retry=self._retry,
            schema=self._schema,
            dedupe=self._dedupe,
        )


def _stop_after(task: asyncio.Task[None], engine: Engine) -> None:
    """Stop an engine whose limiter gives no leases any more."""
    if not task.cancelled():
        error = task.exception()
        message = str(error) if isinstance(error, NoLeaseError) else f"The lease could not be renewed: {error!r}"
        engine.stop(Stop("failed", message))
