"""The scenarios of a warm process: they repeat an operation and check that its result is complete. The programs
(`sdk.py`, `bare.py`) are interchangeable here, so the same code measures both columns."""

import asyncio
import importlib
import json
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

import inputs
import interactions_workloads
import live_workloads
import replies
import tokenizer_workloads
from measuring import LEAST_SAMPLES, Numbers, async_median_s, median_s, middle
from memory import memory_mb

ASYNC_BATCH = {1: 50, 50: 500, 500: 1000}
"""Calls in a batch by calls in flight: enough that the start and the end of a batch hardly matter."""

BIG_STREAM_MB = replies.BIG_STREAM_EVENTS * replies.BIG_STREAM_EVENT_CHARACTERS / 1e6
MODELS = replies.PAGES * inputs.PAGE_LENGTH


def measure(program: str, scenario: str, address: str, seconds: float) -> Numbers:
    """Run one scenario with the program "sdk" or "bare" against the stub and return its numbers."""
    module = importlib.import_module(program)
    return SCENARIOS[scenario](module, address, seconds)


def repeat(count: int, operation: Callable[[], object]) -> None:
    for _ in range(count):
        operation()


def unary_sync(program: Any, address: str, seconds: float) -> Numbers:
    call = partial(program.Sync(address).generate, "small", inputs.PROMPT)
    assert call() == replies.ANSWER
    return {"requests_per_s": 50 / median_s(partial(repeat, 50, call), seconds)}


def unary_async(http: str, in_flight: int, program: Any, address: str, seconds: float) -> Numbers:
    async def main() -> Numbers:
        calls = ASYNC_BATCH[in_flight]
        async with getattr(program, http)(address) as client:
            assert await client.generate() == replies.ANSWER

            async def lane() -> None:
                for _ in range(calls // in_flight):
                    await client.generate()

            async def batch() -> None:
                await asyncio.gather(*(lane() for _ in range(in_flight)))

            return {"requests_per_s": calls / await async_median_s(batch, seconds)}

    return asyncio.run(main())


def count_tokens(program: Any, address: str, seconds: float) -> Numbers:
    call = program.Sync(address).count_tokens
    assert call() == 31
    return {"requests_per_s": 50 / median_s(partial(repeat, 50, call), seconds)}


def decode_200kb(program: Any, address: str, seconds: float) -> Numbers:
    call = partial(program.Sync(address).generate, "large", inputs.PROMPT)
    assert len(call()) == replies.LARGE_REPLY_PARTS * replies.LARGE_REPLY_PART_CHARACTERS
    return {"call_ms": 1000 * median_s(call, seconds)}


def parsed(program: Any, address: str, seconds: float) -> Numbers:
    from structured import Cart

    call = partial(program.Sync(address).parsed, "structured", Cart)
    assert len(call().items) == replies.STRUCTURED_ITEMS
    return {"call_ms": 1000 * median_s(call, seconds)}


def history_1000_turns(program: Any, address: str, seconds: float) -> Numbers:
    turns = range(inputs.HISTORY_TURNS)
    history = [program.content("model" if turn % 2 else "user", [inputs.TURN]) for turn in turns]
    call = partial(program.Sync(address).generate, "small", history)
    assert call() == replies.ANSWER
    return {"call_ms": 1000 * median_s(call, seconds)}


def chat(turns: int, program: Any, address: str, seconds: float) -> Numbers:
    """Measure one message of a chat. Each sample uses a new chat, so that the history does not grow."""
    client = program.Sync(address)
    roles = ("user", "model") * turns
    history = [program.content(role, [inputs.TURN]) for role in roles]

    def message_s() -> float:
        send = client.chat(list(history))
        started = perf_counter()
        assert send(inputs.PROMPT) == replies.ANSWER
        return perf_counter() - started

    message_s()
    times: list[float] = []
    end = perf_counter() + seconds
    while len(times) < LEAST_SAMPLES or perf_counter() < end:
        times.append(message_s())
    return {"message_ms": 1000 * middle(times)}


def parts_2000(program: Any, address: str, seconds: float) -> Numbers:
    contents = [program.content("user", [inputs.TURN] * inputs.PARTS)]
    call = partial(program.Sync(address).generate, "small", contents)
    assert call() == replies.ANSWER
    return {"call_ms": 1000 * median_s(call, seconds)}


def image_20mb(program: Any, address: str, seconds: float) -> Numbers:
    client = program.Sync(address)
    client.generate("small", inputs.PROMPT)
    call = partial(client.generate, "small", [program.image(inputs.image())])
    before_mb = memory_mb("VmRSS")
    assert call() == replies.ANSWER
    call_ms = 1000 * median_s(call, seconds)
    return {"call_ms": call_ms, "extra_peak_rss_mb": memory_mb("VmHWM") - before_mb}


def embeddings(model: str, program: Any, address: str, seconds: float) -> Numbers:
    call = partial(program.Sync(address).embedding_lengths, model)
    assert call() == [replies.EMBEDDING_LENGTH] * replies.EMBEDDINGS
    return {"call_ms": 1000 * median_s(call, seconds)}


def stream_small_sync(program: Any, address: str, seconds: float) -> Numbers:
    count = stream_reader(program.Sync(address), "small", replies.SMALL_STREAM_EVENTS)
    return {"chunks_per_s": replies.SMALL_STREAM_EVENTS / median_s(count, seconds)}


def stream_big_sync(program: Any, address: str, seconds: float) -> Numbers:
    count = stream_reader(program.Sync(address), "big", replies.BIG_STREAM_EVENTS)
    return {"mb_per_s": BIG_STREAM_MB / median_s(count, seconds)}


def stream_reader(client: Any, model: str, expected: int) -> Callable[[], None]:
    def read() -> None:
        count = sum(1 for text in client.stream(model) if text)
        assert count == expected, f"{count} of {expected} chunks"

    return read


def stream_small_aiohttp(program: Any, address: str, seconds: float) -> Numbers:
    elapsed = async_stream_s(program, address, "small", replies.SMALL_STREAM_EVENTS, seconds)
    return {"chunks_per_s": replies.SMALL_STREAM_EVENTS / elapsed}


def stream_big_aiohttp(program: Any, address: str, seconds: float) -> Numbers:
    elapsed = async_stream_s(program, address, "big", replies.BIG_STREAM_EVENTS, seconds)
    return {"mb_per_s": BIG_STREAM_MB / elapsed}


def async_stream_s(program: Any, address: str, model: str, expected: int, seconds: float) -> float:
    async def main() -> float:
        async with program.AsyncAiohttp(address) as client:

            async def read() -> None:
                count = 0
                async for text in client.stream(model):
                    count += bool(text)
                assert count == expected, f"{count} of {expected} chunks"

            return await async_median_s(read, seconds)

    return asyncio.run(main())


def first_chunk_sync(program: Any, address: str, seconds: float) -> Numbers:
    client = program.Sync(address)

    def first_s() -> float:
        started = perf_counter()
        chunks: Iterator[str] = client.stream("slow")
        assert next(chunks)
        elapsed = perf_counter() - started
        assert len(list(chunks)) == 1
        return elapsed

    return {"first_chunk_ms": 1000 * middle([first_s() for _ in range(first_chunk_samples(seconds))])}


def first_chunk_aiohttp(program: Any, address: str, seconds: float) -> Numbers:
    async def main() -> Numbers:
        async with program.AsyncAiohttp(address) as client:

            async def first_s() -> float:
                started = perf_counter()
                chunks: AsyncIterator[str] = client.stream("slow")
                assert await anext(chunks)
                elapsed = perf_counter() - started
                assert len([chunk async for chunk in chunks]) == 1
                return elapsed

            times = [await first_s() for _ in range(first_chunk_samples(seconds))]
            return {"first_chunk_ms": 1000 * middle(times)}

    return asyncio.run(main())


def first_chunk_samples(seconds: float) -> int:
    return max(LEAST_SAMPLES, int(seconds / replies.SLOW_STREAM_PAUSE_S))


def upload_1gb(program: Any, address: str, seconds: float) -> Numbers:
    client = program.Sync(address)
    with tempfile.NamedTemporaryFile() as file:
        file.truncate(inputs.UPLOAD_BYTES)
        call = partial(client.upload, file.name)
        before_mb = memory_mb("VmRSS")
        started = perf_counter()
        assert call() == "files/uploaded"
        elapsed = perf_counter() - started
        return {
            "mb_per_s": inputs.UPLOAD_BYTES / 1e6 / elapsed,
            "extra_peak_rss_mb": memory_mb("VmHWM") - before_mb,
        }


def pager(program: Any, address: str, seconds: float) -> Numbers:
    client = program.Sync(address)

    def walk() -> None:
        assert sum(1 for name in client.model_names() if name) == MODELS

    return {"items_per_s": MODELS / median_s(walk, seconds)}


def types(program: Any, address: str, seconds: float) -> Numbers:
    """Measure the SDK only: a bare client has no types."""
    from google.genai import types

    client = program.Sync(address).client
    reply = client.models.generate_content(model="large", contents=inputs.PROMPT)
    operations: dict[str, Callable[[], object]] = {
        "part_from_text_per_s": lambda: types.Part.from_text(text=inputs.TURN),
        "content_per_s": lambda: types.Content(role="user", parts=[types.Part(text=inputs.TURN)]),
        "config_per_s": lambda: types.GenerateContentConfig(temperature=0.5, top_p=0.9, max_output_tokens=100),
        "text_of_396_parts_per_s": lambda: reply.text,
    }
    return {
        name: 100 / median_s(partial(repeat, 100, operation), seconds / len(operations))
        for name, operation in operations.items()
    }


def replay(program: Any, address: str, seconds: float) -> Numbers:
    """Measure the SDK only. The recording has the format of the measured release; its first exchange is recorded here."""
    from google import genai
    from google.genai.client import DebugConfig

    def client(mode: str, folder: str) -> Any:
        config = DebugConfig(client_mode=mode, replay_id="replay/many/mldev", replays_directory=folder)
        return genai.Client(api_key=inputs.KEY, http_options={"base_url": address}, debug_config=config)

    def ask(client: Any, number: int) -> str:
        return client.models.generate_content(model="small", contents=f"Question {number}.").text

    with tempfile.TemporaryDirectory() as folder:
        recorder = client("record", folder)
        assert ask(recorder, 0) == replies.ANSWER
        recorder._api_client.close()
        path = Path(folder, "replay/many/mldev.json")
        whole = json.loads(path.read_text())
        name = "exchanges" if "exchanges" in whole else "interactions"
        text = json.dumps(whole[name][0])
        whole[name] = [json.loads(text.replace("Question 0.", f"Question {i}.")) for i in range(inputs.RECORDED_CALLS)]
        path.write_text(json.dumps(whole, indent=2))
        started = perf_counter()
        player = client("replay", folder)
        for number in range(inputs.RECORDED_CALLS):
            assert ask(player, number) == replies.ANSWER
        return {"requests_per_s": inputs.RECORDED_CALLS / (perf_counter() - started)}


SCENARIOS: dict[str, Callable[[Any, str, float], Numbers]] = {
    "unary_sync": unary_sync,
    "unary_aiohttp_1": partial(unary_async, "AsyncAiohttp", 1),
    "unary_aiohttp_50": partial(unary_async, "AsyncAiohttp", 50),
    "unary_aiohttp_500": partial(unary_async, "AsyncAiohttp", 500),
    "unary_httpx_1": partial(unary_async, "AsyncHttpx", 1),
    "unary_httpx_50": partial(unary_async, "AsyncHttpx", 50),
    "unary_httpx_500": partial(unary_async, "AsyncHttpx", 500),
    "count_tokens": count_tokens,
    "decode_200kb": decode_200kb,
    "parsed": parsed,
    "history_1000_turns": history_1000_turns,
    "chat_0_turns": partial(chat, 0),
    "chat_500_turns": partial(chat, 500),
    "parts_2000": parts_2000,
    "image_20mb": image_20mb,
    "embeddings_100x768": partial(embeddings, "embedding"),
    "embeddings_17_digits": partial(embeddings, "precise"),
    "stream_small_sync": stream_small_sync,
    "stream_small_aiohttp": stream_small_aiohttp,
    "stream_big_sync": stream_big_sync,
    "stream_big_aiohttp": stream_big_aiohttp,
    "first_chunk_sync": first_chunk_sync,
    "first_chunk_aiohttp": first_chunk_aiohttp,
    "upload_1gb": upload_1gb,
    "pager": pager,
    "types": types,
    "replay_10000": replay,
    **interactions_workloads.SCENARIOS,
    **live_workloads.SCENARIOS,
    **tokenizer_workloads.SCENARIOS,
}
