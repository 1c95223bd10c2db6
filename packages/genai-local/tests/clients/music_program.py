"""A session of live music of the official Python client, in an environment of its own: `music_program.py URL`.

It prints one JSON object: what each step brought, as plain data. It imports nothing of this repository.
"""

import asyncio
import json
import sys
import warnings
from typing import Any

from google import genai
from google.genai import types

MODEL = "models/lyria-realtime-exp"
SILENCE_S = 3.5
LIMIT_S = 30.0


async def chunk(messages: Any) -> dict[str, Any]:
    """Return the next chunk of music."""
    while True:
        message = await asyncio.wait_for(anext(messages), LIMIT_S)
        if message.server_content:
            (found,) = message.server_content.audio_chunks
            source = found.source_metadata
            return {
                "bytes": len(found.data),
                "loudest": max(map(abs, memoryview(found.data).cast("h"))),
                "mime_type": found.mime_type,
                "prompts": [prompt.text for prompt in source.client_content.weighted_prompts],
                "bpm": source.music_generation_config.bpm,
                "scale": source.music_generation_config.scale,
            }


async def is_silent(messages: Any) -> bool:
    """Return whether nothing arrives for longer than a chunk takes."""
    pending = asyncio.ensure_future(anext(messages))
    done, _ = await asyncio.wait({pending}, timeout=SILENCE_S)
    pending.cancel()
    return not done


async def music(client: genai.Client) -> dict[str, Any]:
    report: dict[str, Any] = {}
    async with client.aio.live.music.connect(model=MODEL) as session:
        messages = session.receive()
        prompts = [types.WeightedPrompt(text="piano", weight=2.0), types.WeightedPrompt(text="explicit", weight=1.0)]
        await session.set_weighted_prompts(prompts=prompts)
        filtered = (await asyncio.wait_for(anext(messages), LIMIT_S)).filtered_prompt
        report["filtered"] = [filtered.text, filtered.filtered_reason]
        config = types.LiveMusicGenerationConfig(bpm=90, scale=types.Scale.D_MAJOR_B_MINOR, seed=1, density=0.5)
        await session.set_music_generation_config(config=config)
        await session.play()
        report["first"] = await chunk(messages)
        await session.reset_context()
        report["after_reset"] = await chunk(messages)
    async with client.aio.live.music.connect(model=MODEL) as session:
        messages = session.receive()
        await session.set_weighted_prompts(prompts=prompts[:1])
        await session.set_music_generation_config(config=config)
        await session.play()
        await chunk(messages)
        await session.pause()
        report["is_silent_after_pause"] = await is_silent(messages)
    return report


async def refusal(client: genai.Client) -> str:
    """Return the reason with which a session with a wrong setting is closed."""
    try:
        async with client.aio.live.music.connect(model=MODEL) as session:
            await session.set_music_generation_config(config=types.LiveMusicGenerationConfig(bpm=10))
            await asyncio.wait_for(anext(session.receive()), LIMIT_S)
    except Exception as error:  # the class depends on the release
        return str(error)
    return ""


async def main() -> None:
    warnings.simplefilter("ignore")
    options = types.HttpOptions(base_url=sys.argv[1], api_version="v1alpha")
    client = genai.Client(vertexai=False, api_key="key", http_options=options)
    print(json.dumps({**await music(client), "refusal": await refusal(client)}))


asyncio.run(main())
