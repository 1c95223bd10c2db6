"""One measurement in one fresh process: `worker.py PROGRAM SCENARIO ADDRESS SECONDS SPAWNED_AT` prints its numbers as a
JSON object in the last line. PROGRAM is "sdk" or "bare", SECONDS the time for repeating an operation, SPAWNED_AT the
value of `time.monotonic()` when the process was started.

This file contains the scenarios that need a fresh interpreter, so it imports nothing that an SDK might import. The
scenarios that may warm up first are in `workloads.py`."""

from __future__ import annotations

import sys
import time

from inputs import KEY, PROMPT
from memory import memory_mb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

LIBRARIES = ("pydantic", "httpx", "httpx2", "aiohttp", "requests", "urllib3", "websockets", "google.auth")
"""Libraries that importing the SDK should not load: pydantic, HTTP and WebSocket clients, google-auth."""


def import_sdk(address: str) -> dict[str, object]:
    def imports() -> None:
        from google import genai  # noqa: F401
        from google.genai import types  # noqa: F401

    return cost_of(imports)


def import_bare(address: str) -> dict[str, object]:
    def imports() -> None:
        import json  # noqa: F401

        import httpx2  # noqa: F401

    return cost_of(imports)


def cost_of(imports: Callable[[], None]) -> dict[str, object]:
    before = len(sys.modules)
    started = time.perf_counter()
    imports()
    elapsed = time.perf_counter() - started
    return {
        "import_ms": elapsed * 1000,
        "modules": len(sys.modules) - before,
        "libraries": [name for name in LIBRARIES if name in sys.modules],
    }


def start_sdk(address: str) -> dict[str, object]:
    from google import genai
    from google.genai import types

    client = genai.Client(api_key=KEY, http_options={"base_url": address})
    config = types.GenerateContentConfig(temperature=0)
    answer = client.models.generate_content(model="small", contents=PROMPT, config=config)
    return first_answer(answer.text)


def start_bare(address: str) -> dict[str, object]:
    import json

    import httpx2

    client = httpx2.Client(headers={"x-goog-api-key": KEY})
    body = {"contents": [{"parts": [{"text": PROMPT}]}], "generationConfig": {"temperature": 0}}
    reply = client.post(f"{address}/v1beta/models/small:generateContent", json=body)
    return first_answer(json.loads(reply.content)["candidates"][0]["content"]["parts"][0]["text"])


def first_answer(text: str | None) -> dict[str, object]:
    print(text, flush=True)
    assert text
    return {"start_to_first_answer_ms": (time.monotonic() - float(sys.argv[5])) * 1000}


def client_sdk(address: str) -> dict[str, object]:
    from google import genai

    return client_times(lambda: genai.Client(api_key=KEY))


def client_bare(address: str) -> dict[str, object]:
    import httpx2

    return client_times(lambda: httpx2.Client())


def client_times(make: Callable[[], object]) -> dict[str, object]:
    clients, times_ms = [], []
    for _ in range(11):
        started = time.perf_counter()
        clients.append(make())
        times_ms.append((time.perf_counter() - started) * 1000)
    return {"first_client_ms": times_ms[0], "next_client_ms": sorted(times_ms[1:])[5]}


def memory_sdk(address: str) -> dict[str, object]:
    from google import genai

    client = genai.Client(api_key=KEY, http_options={"base_url": address})
    for _ in range(1000):
        assert client.models.generate_content(model="small", contents=PROMPT).text
    return {"peak_rss_mb": memory_mb("VmHWM")}


def memory_bare(address: str) -> dict[str, object]:
    import json

    import httpx2

    client = httpx2.Client(headers={"x-goog-api-key": KEY})
    body = {"contents": [{"role": "user", "parts": [{"text": PROMPT}]}]}
    for _ in range(1000):
        reply = json.loads(client.post(f"{address}/v1beta/models/small:generateContent", json=body).content)
        assert reply["candidates"][0]["content"]["parts"][0]["text"]
    return {"peak_rss_mb": memory_mb("VmHWM")}


def live_sdk(address: str) -> dict[str, object]:
    import sdk

    return live_start(sdk.Live(address))


def live_bare(address: str) -> dict[str, object]:
    import bare

    return live_start(bare.Live(address))


def live_start(client: object) -> dict[str, object]:
    import asyncio

    async def opened_ms() -> float:
        async with client.session("short"):  # type: ignore[attr-defined]
            return (time.monotonic() - float(sys.argv[5])) * 1000

    return {"start_to_session_ms": asyncio.run(opened_ms())}


def interactions_start_sdk(address: str) -> dict[str, object]:
    return first_answer(first_interaction(address))


def first_interaction(address: str) -> str | None:
    import warnings

    from google import genai
    from google.genai import interactions  # noqa: F401

    warnings.simplefilter("ignore")  # the API is experimental
    client = genai.Client(api_key=KEY, http_options={"base_url": address})
    return client.interactions.create(model="small", input=PROMPT).output_text


def interactions_start_bare(address: str) -> dict[str, object]:
    import json

    import httpx2

    client = httpx2.Client(headers={"x-goog-api-key": KEY})
    reply = client.post(f"{address}/v1beta/interactions", json={"model": "small", "input": PROMPT})
    return first_answer(json.loads(reply.content)["steps"][-1]["content"][0]["text"])


def interactions_import_sdk(address: str) -> dict[str, object]:
    started = time.perf_counter()
    assert first_interaction(address)
    return {"import_and_create_ms": (time.perf_counter() - started) * 1000}


def grpc_import_sdk(target: str) -> dict[str, object]:
    def imports() -> None:
        from google.ai import generativelanguage  # noqa: F401

    return cost_of(imports)


def grpc_start_sdk(target: str) -> dict[str, object]:
    import grpc

    from google.ai import generativelanguage
    from google.ai.generativelanguage_v1beta.services.generative_service.transports import (
        GenerativeServiceGrpcTransport,
    )

    transport = GenerativeServiceGrpcTransport(channel=grpc.insecure_channel(target))
    client = generativelanguage.GenerativeServiceClient(transport=transport)
    contents = [{"role": "user", "parts": [{"text": PROMPT}]}]
    response = client.generate_content(model="models/small", contents=contents)
    return first_answer(response.candidates[0].content.parts[0].text)


START_UP = {
    "import": {"sdk": import_sdk, "bare": import_bare},
    "start_to_first_answer": {"sdk": start_sdk, "bare": start_bare},
    "client_new": {"sdk": client_sdk, "bare": client_bare},
    "live_start": {"sdk": live_sdk, "bare": live_bare},
    "interactions_start": {"sdk": interactions_start_sdk, "bare": interactions_start_bare},
    "interactions_import": {"sdk": interactions_import_sdk},
    "grpc_import": {"sdk": grpc_import_sdk},
    "grpc_start": {"sdk": grpc_start_sdk},
    "rss_after_1000_calls": {"sdk": memory_sdk, "bare": memory_bare},
}


def main() -> None:
    program, scenario, address, seconds = sys.argv[1:5]
    if scenario in START_UP:
        numbers = START_UP[scenario][program](address)
    elif scenario.startswith("grpc_"):
        import grpc_workloads

        numbers = grpc_workloads.SCENARIOS[scenario](program, address, float(seconds))
    else:
        import workloads

        numbers = workloads.measure(program, scenario, address, float(seconds))

    import json

    print(json.dumps(numbers))


if __name__ == "__main__":
    main()
