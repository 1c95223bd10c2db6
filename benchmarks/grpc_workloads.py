"""The scenarios of `google.ai.generativelanguage`. Both distributions have the same names, so there is one program."""

import asyncio
from collections.abc import Callable
from typing import Any

import grpc
import grpc.aio
from grpc_stub import MESSAGES
from inputs import PROMPT
from measuring import Numbers, async_median_s, median_s

from google.ai import generativelanguage
from google.ai.generativelanguage_v1beta.services.generative_service.transports import (
    GenerativeServiceGrpcAsyncIOTransport,
    GenerativeServiceGrpcTransport,
)

CALL: dict[str, Any] = {"model": "models/small", "contents": [{"role": "user", "parts": [{"text": PROMPT}]}]}


def text_of(response: Any) -> str:
    text = response.candidates[0].content.parts[0].text
    assert text
    return text


def blocking_client(target: str) -> Any:
    transport = GenerativeServiceGrpcTransport(channel=grpc.insecure_channel(target))
    return generativelanguage.GenerativeServiceClient(transport=transport)


def async_client(target: str) -> Any:
    transport = GenerativeServiceGrpcAsyncIOTransport(channel=grpc.aio.insecure_channel(target))
    return generativelanguage.GenerativeServiceAsyncClient(transport=transport)


def unary_sync(_program: Any, target: str, seconds: float) -> Numbers:
    client = blocking_client(target)

    def calls() -> None:
        for _ in range(50):
            text_of(client.generate_content(**CALL))

    return {"calls_per_s": 50 / median_s(calls, seconds)}


def unary_async(in_flight: int) -> Callable[[Any, str, float], Numbers]:
    async def measured(target: str, seconds: float) -> Numbers:
        async with async_client(target) as client:

            async def several() -> None:
                for _ in range(10):
                    text_of(await client.generate_content(**CALL))

            async def calls() -> None:
                await asyncio.gather(*(several() for _ in range(in_flight)))

            return {"calls_per_s": 10 * in_flight / await async_median_s(calls, seconds)}

    return lambda _program, target, seconds: asyncio.run(measured(target, seconds))


def stream_sync(_program: Any, target: str, seconds: float) -> Numbers:
    client = blocking_client(target)

    def read() -> None:
        count = sum(1 for response in client.stream_generate_content(**CALL) if text_of(response))
        assert count == MESSAGES

    return {"messages_per_s": MESSAGES / median_s(read, seconds)}


def stream_async(_program: Any, target: str, seconds: float) -> Numbers:
    async def main() -> Numbers:
        async with async_client(target) as client:

            async def read() -> None:
                count = 0
                async for response in await client.stream_generate_content(**CALL):
                    count += bool(text_of(response))
                assert count == MESSAGES

            return {"messages_per_s": MESSAGES / await async_median_s(read, seconds)}

    return asyncio.run(main())


SCENARIOS: dict[str, Callable[[Any, str, float], Numbers]] = {
    "grpc_unary_sync": unary_sync,
    "grpc_unary_1": unary_async(1),
    "grpc_unary_50": unary_async(50),
    "grpc_stream_sync": stream_sync,
    "grpc_stream": stream_async,
}
