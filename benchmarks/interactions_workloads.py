"""The scenarios of interactions. As in `workloads.py`, the programs are interchangeable."""

import asyncio
from collections.abc import Callable
from functools import partial
from time import perf_counter
from typing import Any

import replies
from measuring import LEAST_SAMPLES, Numbers, async_median_s, median_s, middle


def unary(program: Any, address: str, seconds: float) -> Numbers:
    client = program.Interactions(address)

    def pairs() -> None:
        for _ in range(25):
            client.create()
            client.get()

    assert client.create() == client.get() == replies.ANSWER
    return {"pairs_per_s": 25 / median_s(pairs, seconds)}


def stream(program: Any, address: str, seconds: float) -> Numbers:
    client = program.Interactions(address)
    expected = replies.INTERACTION_EVENTS["events_1000"]

    def read() -> None:
        count = sum(1 for text in client.deltas("events_1000") if text)
        assert count == expected, f"{count} of {expected} deltas"

    return {"events_per_s": expected / median_s(read, seconds)}


def stream_aiohttp(program: Any, address: str, seconds: float) -> Numbers:
    expected = replies.INTERACTION_EVENTS["events_1000"]

    async def main() -> Numbers:
        async with program.AsyncAiohttp(address) as client:

            async def read() -> None:
                count = 0
                async for text in client.deltas("events_1000"):
                    count += bool(text)
                assert count == expected, f"{count} of {expected} deltas"

            return {"events_per_s": expected / await async_median_s(read, seconds)}

    return asyncio.run(main())


def first_event(program: Any, address: str, seconds: float) -> Numbers:
    client = program.Interactions(address)

    def first_s() -> float:
        started = perf_counter()
        events = client.first_event("slow_events")
        assert next(events)
        elapsed = perf_counter() - started
        assert len(list(events)) == 4
        return elapsed

    samples = max(LEAST_SAMPLES, int(seconds / replies.SLOW_STREAM_PAUSE_S))
    return {"first_event_ms": 1000 * middle([first_s() for _ in range(samples)])}


def whole_text(name: str, program: Any, address: str, seconds: float) -> Numbers:
    client = program.Interactions(address)
    expected = replies.INTERACTION_EVENTS[name]

    def read() -> None:
        assert len(client.whole_text(name)) == expected * replies.DELTA_CHARACTERS

    return {"events_per_s": expected / median_s(read, seconds)}


SCENARIOS: dict[str, Callable[[Any, str, float], Numbers]] = {
    "interactions_unary": unary,
    "interactions_stream": stream,
    "interactions_stream_aiohttp": stream_aiohttp,
    "interactions_first_event": first_event,
    "interactions_text_1000": partial(whole_text, "events_1000"),
    "interactions_text_10000": partial(whole_text, "events_10000"),
}
