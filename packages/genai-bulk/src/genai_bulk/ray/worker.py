"""`Worker`: asks the rows of blocks, as a callable class for `map_batches`. One block goes in, one block comes out.

A worker has one session for all its blocks, whichever threads and event loops they come from. It knows nothing of Ray but the
handle of the shared limiter.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..errors import BulkError
from ..limits import Limits, Retry
from ..reading import schema_of
from ..requests import request_of
from .leases import EndedLimiterError, Send
from .sessions import Session
from .tables import check_keys, rows_of, with_answers

if TYPE_CHECKING:
    from google.genai import Client

    from ..limiter.shared import Lease, Report

_CAPS = {
    "cost": "Use bulk.run for a cap on cost, or set max_output_tokens and take fewer rows: dataset.limit(1_000).",
    "tokens": "Use bulk.run for a cap on tokens, or set max_output_tokens and take fewer rows: dataset.limit(1_000).",
    "rows": "Take fewer rows: dataset.limit(1_000).",
    "for_s": "End the job from outside. With a checkpoint, the same job continues later.",
}


class Worker:
    """The callable class that `generate` passes to `map_batches`, for pipelines of your own.

    Use it with `batch_format="pyarrow"`, `batch_size=None` and blocks of at most some hundred rows. A row that fails has an
    `error` in the output; it never raises.

    Args:
        request: a `Prompt`, an `Embed`, or a function from a row to the arguments of `generate_content`.
        limits: calls in flight of this worker, and rates. With `limiter`, the rates are those of the shared limiter.
        retry: attempts and time limits of calls.
        client: a function that makes a client; None for one with the environment's settings.
        limiter: the handle that `shared_limiter` returned; None for a limiter of this worker alone.
        key: a column that must not be null; None for none.
        response: whether each row has the reply of the service as JSON.
        dedupe: whether equal requests among the latest of this worker are asked once.

    Raises:
        BulkError: when an argument cannot be used.

    Example:
        >>> worker = Worker(Prompt("Which mood? {text}", model="gemini-2.5-flash"))  # doctest: +SKIP
        >>> dataset.map_batches(worker_class, batch_size=None, batch_format="pyarrow")  # doctest: +SKIP
    """

    def __init__(
        self,
        request: Any,
        *,
        limits: Limits | None = None,
        retry: Retry | None = None,
        client: Callable[[], Client] | None = None,
        limiter: Any = None,
        key: str | None = None,
        response: bool = False,
        dedupe: bool = True,
    ) -> None:
        self._request = request_of(request)
        self._limits = limits or Limits()
        check_limits(self._limits)
        check_client(client)
        self._schema = schema_of(self._request.config)
        self._key = key
        self._response = response
        self._session = Session(
            self._request,
            limits=self._limits,
            retry=retry or Retry(),
            client=client,
            send=None if limiter is None else sender(limiter),
            schema=self._schema,
            dedupe=dedupe,
        )

    async def __call__(self, table: Any) -> Any:
        """Return a block with the columns of its answers behind its own.

        Args:
            table: the block, a `pyarrow.Table`.

        Raises:
            BulkError: when a column is missing, or a key is null.
            JobFailedError: when no further row can be asked.
        """
        if self._key is not None:
            check_keys(table, self._key)
        rows = rows_of(table, self._request)
        answers = await asyncio.wrap_future(self._session.ask(rows))
        return with_answers(table, answers, self._request, self._schema, response=self._response)

    def close(self) -> None:
        """End the session of the worker. Ray ends it together with its process."""
        self._session.close()


def check_limits(limits: Limits) -> None:
    """Check that limits have no cap that the workers of a job would need a common account for.

    Raises:
        BulkError: for such a cap.
    """
    for name, advice in _CAPS.items():
        if getattr(limits, name) is not None:
            raise BulkError(f"limits.{name}: a job on Ray cannot keep this cap, got {getattr(limits, name)}. {advice}")


def check_client(client: Any) -> None:
    """Check that a client is given by a function: a client itself cannot be sent to other processes.

    Raises:
        BulkError: for anything else.
    """
    if client is not None and (not callable(client) or hasattr(client, "aio")):
        raise BulkError(
            f"client: expected a function that returns a client, because each worker needs its own, got {client!r:.80}. "
            "Write client=lambda: genai.Client(...)."
        )


def sender(limiter: Any) -> Send:
    """Return a function that sends a report to the actor of the shared limiter."""

    async def send(report: Report) -> Lease:
        try:
            return await limiter.renew.remote(report)
        except Exception as error:
            # Ray uses other classes for an actor that it starts again. Its module is not imported here.
            if any(each.__name__ == "ActorDiedError" for each in type(error).__mro__):
                raise EndedLimiterError(
                    f"its actor was killed, or the program that made it has ended ({error})"
                ) from None
            raise

    return send
