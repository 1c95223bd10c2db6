"""The exchange between a worker and the shared limiter: a report and a lease each 100 ms, whatever carries them.

Each wait ends: for a reply after seconds, for a limiter that does not answer after minutes, and for the permission of a first call
after the patience of the worker.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable

from ..limiter.shared import Lease, LeasedLimiter, Report

Send = Callable[[Report], Awaitable[Lease]]

_REPLY_S = 5.0
"""Longest wait for a lease, before the next report is sent."""
SILENCE_S = 300.0
"""Time without a lease after which the worker gives up."""


class NoLeaseError(Exception):
    """A shared limiter that gives no leases any more, or none that permit a call."""


class EndedLimiterError(Exception):
    """A shared limiter that has ended and will not be started again."""


async def renew_often(
    limiter: LeasedLimiter,
    send: Send,
    on_lease: Callable[[], None],
    *,
    patience_s: float = math.inf,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Renew the lease of a worker until the task is cancelled. While no lease comes, the worker starts no calls.

    Args:
        limiter: the limiter of the worker.
        send: sends a report and returns the lease. It raises `EndedLimiterError` when further reports are useless; after any
            other error, the next report is sent.
        on_lease: is called after each lease.
        patience_s: time in seconds for which a worker with rows, and without calls in flight, waits for the permission to
            start one.
        clock: monotonic time in seconds.

    Raises:
        NoLeaseError: when the limiter has ended, when no lease has come for `SILENCE_S`, or when none has permitted a call for
            `patience_s`.
    """
    leased_at = permitted_at = clock()
    problem = "no reply"
    while True:
        now = clock()
        report = limiter.report(now)
        if report.wanted < math.inf or report.in_flight or report.ends:
            permitted_at = now
        try:
            lease = await asyncio.wait_for(_reply(send, report), _REPLY_S)
        except asyncio.TimeoutError:
            problem = f"no reply within {_REPLY_S:g} s"
        except EndedLimiterError as error:
            raise NoLeaseError(
                f"The shared limiter has ended: {error}. Start the job again; with a checkpoint, it continues."
            ) from error
        except Exception as error:
            problem = f"{type(error).__name__}: {error}"[:500]
        else:
            leased_at = clock()
            limiter.accept(lease, leased_at)
            on_lease()
        now = clock()
        if now - leased_at > SILENCE_S:
            raise NoLeaseError(f"The shared limiter has not answered for {SILENCE_S:g} seconds: {problem}")
        if now - permitted_at > patience_s:
            raise NoLeaseError(
                f"retry.patience_s: the shared limiter has permitted no call for {patience_s:g} seconds: "
                f"{limiter.state(now).why}."
            )
        await asyncio.sleep(max(0.0, limiter.renew_at() - now))


async def _reply(send: Send, report: Report) -> Lease:
    return await send(report)
