"""The scenarios of live sessions. As in `workloads.py`, the programs are interchangeable."""

import asyncio
from collections.abc import Callable
from time import perf_counter
from typing import Any

import inputs
from measuring import LEAST_SAMPLES, Numbers, async_median_s, middle
from memory import memory_mb

SESSIONS = 1000
LONG_TURNS = 50
CHUNK_S = 0.02


def receive(program: Any, address: str, seconds: float) -> Numbers:
    async def main() -> Numbers:
        async with program.Live(address).session("speech") as session:

            async def turn() -> None:
                await program.ask(session, inputs.PROMPT)
                assert await program.audio_bytes(session) == inputs.ANSWER_PIECES * inputs.ANSWER_PIECE_BYTES

            return {"messages_per_s": inputs.ANSWER_PIECES / await async_median_s(turn, seconds)}

    return asyncio.run(main())


def send(program: Any, address: str, seconds: float) -> Numbers:
    async def main() -> Numbers:
        chunk = bytes(inputs.QUESTION_CHUNK_BYTES)
        async with program.Live(address).session("silent") as session:

            async def question() -> None:
                for _ in range(inputs.QUESTION_CHUNKS):
                    await program.send_audio(session, chunk)
                assert await program.audio_bytes(session) == 0

            per_s = inputs.QUESTION_CHUNKS / await async_median_s(question, seconds)
            return {"chunks_per_s": per_s, "times_real_time": per_s * CHUNK_S}

    return asyncio.run(main())


def connect(program: Any, address: str, seconds: float) -> Numbers:
    async def main() -> Numbers:
        client = program.Live(address)

        async def open_s() -> float:
            started = perf_counter()
            async with client.session("short"):
                return perf_counter() - started

        await open_s()
        times: list[float] = []
        end = perf_counter() + seconds
        while len(times) < LEAST_SAMPLES or perf_counter() < end:
            times.append(await open_s())
        return {"connect_ms": 1000 * middle(times)}

    return asyncio.run(main())


def first_message(program: Any, address: str, seconds: float) -> Numbers:
    async def main() -> Numbers:
        async with program.Live(address).session("short") as session:

            async def first_s() -> float:
                started = perf_counter()
                await program.ask(session, inputs.PROMPT)
                elapsed = [perf_counter() - started async for _ in program.messages(session)]
                assert len(elapsed) == 2
                return elapsed[0]

            await first_s()
            times: list[float] = []
            end = perf_counter() + seconds
            while len(times) < LEAST_SAMPLES or perf_counter() < end:
                times.append(await first_s())
            return {"first_message_ms": 1000 * middle(times)}

    return asyncio.run(main())


def sessions_1000(program: Any, address: str, seconds: float) -> Numbers:
    async def main() -> Numbers:
        client = program.Live(address)
        opened = 0
        everyone = asyncio.Event()

        async def talk() -> int:
            nonlocal opened
            async with client.session("short") as session:
                opened += 1
                if opened == SESSIONS:
                    everyone.set()
                await everyone.wait()
                await program.ask(session, inputs.PROMPT)
                count = 0
                async for _ in program.messages(session):
                    count += 1
                return count

        async with client.session("short"):
            pass
        before_mb = memory_mb("VmRSS")
        started = perf_counter()
        counts = await asyncio.gather(*(talk() for _ in range(SESSIONS)))
        elapsed = perf_counter() - started
        assert counts == [2] * SESSIONS, "messages were lost"
        return {"all_s": elapsed, "extra_peak_rss_mb": memory_mb("VmHWM") - before_mb}

    return asyncio.run(main())


def long_session(program: Any, address: str, seconds: float) -> Numbers:
    """Measure the memory after many turns above that after the first one."""

    async def main() -> Numbers:
        chunk = bytes(inputs.QUESTION_CHUNK_BYTES)
        async with program.Live(address).session("speech") as session:

            async def turn() -> None:
                await program.send_audio(session, chunk)
                assert await program.audio_bytes(session) == inputs.ANSWER_PIECES * inputs.ANSWER_PIECE_BYTES

            await turn()
            before_mb = memory_mb("VmHWM")
            for _ in range(LONG_TURNS):
                await turn()
            return {"extra_peak_rss_mb": memory_mb("VmHWM") - before_mb}

    return asyncio.run(main())


SCENARIOS: dict[str, Callable[[Any, str, float], Numbers]] = {
    "live_receive": receive,
    "live_send": send,
    "live_connect": connect,
    "live_first_message": first_message,
    "live_1000_sessions": sessions_1000,
    "live_long_session": long_session,
}
