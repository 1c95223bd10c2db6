"""The exchange between a worker and the shared limiter: a report and a lease each 100 ms, whatever carries them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from ..limiter.shared import Lease, LeasedLimiter, Report

Send = Callable[[Report], Awaitable[Lease]]

_REPLY_S = 5.0
"""Longest wait for a lease, before the next report is sent."""
SILENCE_S = 300.0
"""Time without a lease after which the worker gives up."""


class SilentLimiterError(Exception):
    """A shared limiter that has not answered for `SILENCE_S`."""


async def renew_often(
    limiter: LeasedLimiter, send: Send, on_lease: Callable[[], None], *, clock: Callable[[], float] = time.monotonic
) -> None:
    """Renew the lease of a worker until the task is cancelled. While no lease comes, the worker starts no calls.

    Args:
        limiter: the limiter of the worker.
        send: sends a report and returns the lease.
        on_lease: is called after each lease.
        clock: monotonic time in seconds.

    Raises:
        SilentLimiterError: when no lease has come for `SILENCE_S`.
    """
    leased_at = clock()
    problem = "no reply"
    while True:
        try:
            lease = await asyncio.wait_for(_reply(send, limiter.report(clock())), _REPLY_S)
        except asyncio.TimeoutError:
            problem = f"no reply within {_REPLY_S:g} s"
        except Exception as error:
            problem = f"{type(error).__name__}: {error}"[:500]
        else:
            leased_at = clock()
            limiter.accept(lease, leased_at)
            on_lease()
        if clock() - leased_at > SILENCE_S:
            raise SilentLimiterError(f"The shared limiter has not answered for {SILENCE_S:g} seconds: {problem}")
        await asyncio.sleep(max(0.0, limiter.renew_at() - clock()))


async def _reply(send: Send, report: Report) -> Lease:
    return await send(report)
