"""Median times of repeated operations."""

from collections.abc import Awaitable, Callable
from time import perf_counter

LEAST_SAMPLES = 5

Numbers = dict[str, float]


def median_s(operation: Callable[[], object], budget_s: float) -> float:
    """Return the median time of an operation, repeated for `budget_s` after one unmeasured run."""
    operation()
    times: list[float] = []
    end = perf_counter() + budget_s
    while len(times) < LEAST_SAMPLES or perf_counter() < end:
        started = perf_counter()
        operation()
        times.append(perf_counter() - started)
    return middle(times)


async def async_median_s(operation: Callable[[], Awaitable[object]], budget_s: float) -> float:
    """Return the median time of an awaitable operation, measured as in `median_s`."""
    await operation()
    times: list[float] = []
    end = perf_counter() + budget_s
    while len(times) < LEAST_SAMPLES or perf_counter() < end:
        started = perf_counter()
        await operation()
        times.append(perf_counter() - started)
    return middle(times)


def middle(times: list[float]) -> float:
    return sorted(times)[len(times) // 2]
