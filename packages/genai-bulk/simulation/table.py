"""The table of limiters and services: answers per second, and refused calls per 100 answers, over 300 s of virtual time.

python -m simulation.table [--latency 0.2] [--only adaptive]      (in packages/genai-bulk)
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable

from genai_bulk.limiter import Limiter

from .events import simulate
from .services import Service, at_random, per_fixed_minute, per_second

SECONDS = 300
IN_FLIGHT = 1000
MEAN = math.exp(0.4**2 / 2)
"""Mean latency divided by the median."""


def step_at(now: float) -> float:
    """Return 500 per second, but 100 from 100 s to 200 s."""
    return 100.0 if 100 <= now < 200 else 500.0


COLUMNS: dict[str, Callable[..., Service]] = {
    "none": lambda **more: Service(**more),
    "1 %": lambda **more: Service(at_random(0.01), **more),
    "10 %": lambda **more: Service(at_random(0.1), **more),
    "500/s": lambda **more: Service(per_second(500), **more),
    "500/s+1 %": lambda **more: Service(at_random(0.01), per_second(500), **more),
    "20/s": lambda **more: Service(per_second(20), **more),
    "100 at work": lambda **more: Service(at_work=100, **more),
    "6,000/min": lambda **more: Service(per_fixed_minute(6000), **more),
    "step": lambda **more: Service(per_second(step_at), **more),
}


UNAVOIDABLE = {"1 %": 100 / 99, "10 %": 100 / 9, "500/s+1 %": 100 / 99}
"""Refused calls per 100 answers that no limiter can avoid."""


def ceiling(column: str, latency_s: float, in_flight: int = IN_FLIGHT) -> float:
    """Return the answers per second that latency, calls in flight and the service allow."""
    by_places = in_flight / (latency_s * MEAN)
    by_service = {
        "10 %": by_places / (1 + 0.1 / 0.9 * 0.05 / (latency_s * MEAN)),
        "500/s": 500.0,
        "500/s+1 %": 500.0,
        "20/s": 20.0,
        "100 at work": 100 / (latency_s * MEAN),
        "6,000/min": 100.0,
    }
    if column == "step":
        return (2 * min(500.0, by_places) + min(100.0, by_places)) / 3
    return min(by_places, by_service.get(column, math.inf))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--latency", type=float, action="append")
    parser.add_argument("--column", action="append")
    parser.add_argument("--seconds", type=int, default=SECONDS)
    parser.add_argument("--slow-refusals", action="store_true")
    options = parser.parse_args()
    for latency in options.latency or [0.2, 2.0]:
        print("latency", latency)
        for column in options.column or COLUMNS:
            begun = time.perf_counter()
            service = COLUMNS[column](latency_s=latency, refused_after_s=latency if options.slow_refusals else 0.05)
            course = simulate(Limiter(in_flight=IN_FLIGHT), service, options.seconds)
            top = ceiling(column, latency)
            calls = sum(course.started)
            spent = time.perf_counter() - begun
            print(
                f"{column:12} {course.rate():7.1f} of {top:7.1f} = {100 * course.rate() / top:5.1f} %  ({course.refused_per_100():.1f})"
                f"   {spent:.1f} s, {1e6 * spent / calls:.1f} µs a call",
                flush=True,
            )


if __name__ == "__main__":
    main()
