"""Music sessions: messages, music, failures."""

from __future__ import annotations

import base64
import warnings
from typing import Any

import pytest

from google import genai
from google.genai import errors, types

from .conftest import KEY, Service, Talk


@pytest.fixture(autouse=True)
def _experimental() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", errors.ExperimentalWarning)
        yield


async def test_a_session(service: Service) -> None:
    setups: list[Any] = []

    async def behaviour(talk: Talk) -> None:
        setups.append(await talk.setup())
        for _ in range(6):
            await talk.receive()
        chunk = {"data": base64.b64encode(b"\0\1").decode(), "mimeType": "audio/l16;rate=48000;channels=2"}
        await talk.send(filteredPrompt={"text": "bad", "filteredReason": "No"})
        await talk.send(serverContent={"audioChunks": [chunk]})
        await talk.websocket.close(1000)

    service.behaves(behaviour)
    async with service.client().aio.live.music.connect(model="lyria") as session:
        await session.set_weighted_prompts([types.WeightedPrompt(text="techno", weight=1.0)])
        await session.set_music_generation_config(types.LiveMusicGenerationConfig(bpm=100))
        await session.play()
        await session.pause()
        await session.stop()
        await session.reset_context()
        messages = [message async for message in session.receive()]
    (talk,) = service.talks
    assert talk.path == "//ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateMusic"
    assert talk.headers["x-goog-api-key"] == KEY
    assert setups == [{"model": "models/lyria"}]
    assert talk.received == [
        {"clientContent": {"weightedPrompts": [{"text": "techno", "weight": 1.0}]}},
        {"musicGenerationConfig": {"bpm": 100}},
        {"playbackControl": "PLAY"},
        {"playbackControl": "PAUSE"},
        {"playbackControl": "STOP"},
        {"playbackControl": "RESET_CONTEXT"},
    ]
    assert messages[0].filtered_prompt.filtered_reason == "No"
    assert messages[1].server_content.audio_chunks[0].data == b"\0\1"


async def test_a_lost_connection(service: Service) -> None:
    async def behaviour(talk: Talk) -> None:
        await talk.setup()
        talk.drop()

    service.behaves(behaviour)
    async with service.client().aio.live.music.connect(model="lyria") as session:
        with pytest.raises(errors.APIConnectionError) as caught:
            await anext(session.receive())
        assert caught.value.code == 1006
        with pytest.raises(errors.APIConnectionError):
            await session.play()


async def test_vertex_has_no_music() -> None:
    client = genai.Client(vertexai=True, api_key="k")
    with pytest.raises(NotImplementedError, match="Vertex AI has no live music"):
        async with client.aio.live.music.connect(model="lyria"):
            pass


async def test_a_wrong_prompt_is_refused(service: Service) -> None:
    async with service.client().aio.live.music.connect(model="lyria") as session:
        with pytest.raises(ValueError, match="list"):
            await session.set_weighted_prompts(types.WeightedPrompt(text="x", weight=1.0))  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="config: expected types"):
            await session.set_music_generation_config(None)  # type: ignore[arg-type]
    assert service.talks[0].received == []


async def test_the_local_server_plays_what_is_asked_for(gemini_tls: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(gemini_tls.authority))
    client = genai.Client(api_key=KEY, http_options=types.HttpOptions(base_url=gemini_tls.url))
    config = types.LiveMusicGenerationConfig(bpm=90, scale=types.Scale.D_MAJOR_B_MINOR, mute_drums=True, seed=1)
    async with client.aio.live.music.connect(model="lyria-realtime-exp") as session:
        received = session.receive()
        await session.set_weighted_prompts([types.WeightedPrompt(text=text, weight=1.0) for text in ("piano", "")])
        filtered = await anext(received)
        assert filtered.filtered_prompt
        assert filtered.filtered_prompt.text == ""
        await session.set_music_generation_config(config)
        await session.play()
        content = (await anext(received)).server_content
        assert content
        assert content.audio_chunks
        (chunk,) = content.audio_chunks
        assert chunk.data
        assert len(chunk.data) == 2 * 48_000 * 2 * 2
        assert chunk.source_metadata
        assert chunk.source_metadata.music_generation_config == config
        await session.set_music_generation_config(types.LiveMusicGenerationConfig(bpm=10))
        with pytest.raises(errors.APIConnectionError, match="bpm: expected a number between 60 and 200") as caught:
            async for _ in received:
                pass
        assert caught.value.code == 1007
