"""The shared limiter of a job, or of several jobs: a Ray actor that answers the reports of workers with leases."""

from __future__ import annotations

import time
import weakref
from typing import Any

from ..errors import BulkError
from ..limiter import State
from ..limiter.shared import Lease, Report, SharedLimiter
from ..limits import Limits
from .cluster import load_ray
from .worker import check_limits

NAMESPACE = "genai-bulk"
_REPLY_S = 300.0
"""Longest wait for the start and the reply of an actor."""


def shared_limiter(name: str, limits: Limits | None = None) -> Any:
    """Return the limiter with a name, for all jobs on the cluster that use one quota.

    It is created if it does not exist, and lives until `ray.kill` or the end of the cluster.

    Args:
        name: name of the limiter, such as that of the project and the model.
        limits: calls in flight and rates of all jobs together; None for the limits of an existing limiter, or the default.

    Returns:
        The handle, for the argument `limiter` of `generate` and `Worker`.

    Raises:
        BulkError: when the limiter exists with other limits, or a cap is given that a job on Ray cannot keep.

    Example:
        >>> limiter = shared_limiter("project-1/gemini-2.5-flash", Limits(rpm=30_000))  # doctest: +SKIP
    """
    if not isinstance(name, str) or not name:  # pyright: ignore[reportUnnecessaryIsInstance]
        raise BulkError(f"name: expected the name of the limiter, such as 'project/model', got {name!r:.80}.")
    check_limits(limits or Limits())
    ray = load_ray()
    actor = _actor(ray, name=name, namespace=NAMESPACE, get_if_exists=True, lifetime="detached")
    limiter: Any = actor.remote(limits or Limits())
    found = limits_of(ray, limiter)
    if limits is not None and found != limits:
        raise BulkError(
            f"limits: the limiter {name!r} exists with {found!r}, got {limits!r}. Give the same limits, leave them out, or choose "
            "another name."
        )
    return limiter


def new_limiter(ray: Any, limits: Limits) -> Any:
    """Return a limiter without a name. It ends with the last handle in this process."""
    return _actor(ray).remote(limits)


def keep_with(context: Any, limiter: Any) -> None:
    """Keep a limiter as long as the settings of a dataset, which all datasets made from it share.

    Ray ends an actor when the process that made it has no handle; handles in the arguments of stages do not count.
    """
    weakref.finalize(context, _release, limiter).atexit = False


def _release(limiter: Any) -> None:
    """Do nothing: the reference to the limiter ends with this call."""


def limits_of(ray: Any, limiter: Any) -> Limits:
    """Return the limits of a limiter.

    Raises:
        BulkError: for anything that `shared_limiter` did not return, and for a limiter that has ended or does not answer.
    """
    try:
        return ray.get(limiter.limits.remote(), timeout=_REPLY_S)
    except AttributeError:
        raise BulkError(f"limiter: expected what shared_limiter returned, got {limiter!r:.80}.") from None
    except ray.exceptions.GetTimeoutError:
        raise BulkError(
            f"limiter: its actor has not answered for {_REPLY_S:g} seconds. Look at `ray status`, or choose another name."
        ) from None
    except ray.exceptions.RayActorError as error:
        cause = " ".join(str(error).split())[:500]
        raise BulkError(f"limiter: its actor has ended ({cause}). Call shared_limiter again.") from None


class LimiterActor:
    """The actor. It starts again after a failure; workers report to the new one as to the old one.

    Args:
        limits: the limits of all workers together.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._limiter = SharedLimiter(in_flight=limits.in_flight, rpm=limits.rpm, tpm=limits.tpm, now=time.monotonic())

    def limits(self) -> Limits:
        """Return the limits."""
        return self._limits

    def renew(self, report: Report) -> Lease:
        """Count a report, and return the next lease of its worker."""
        return self._limiter.renew(report, time.monotonic())

    def leave(self, worker: str) -> None:
        """Forget a worker that has ended."""
        self._limiter.leave(worker)

    def state(self) -> State:
        """Return what is allowed now, and why."""
        return self._limiter.state(time.monotonic())


def _actor(ray: Any, **options: Any) -> Any:
    return ray.remote(LimiterActor).options(num_cpus=0, max_restarts=-1, max_task_retries=0, **options)
