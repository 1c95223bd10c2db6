"""Sessions of live music over WebSockets: setup, prompts, settings, playback and its pace, refusals, the end."""

from __future__ import annotations

import base64
import contextlib
import json
import threading
import time
from array import array
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from genai_local.engines.scripted import ScriptedEngine
from genai_local.services.music import routes, session
from genai_local.services.music.rendering import CHUNK_S

from .waiting import until

PATH = "/ws/google.ai.generativelanguage.v1alpha.GenerativeService.BidiGenerateMusic"
MODEL = "models/lyria-realtime-exp"
WAIT_S = 20.0


class Client:
    """A client of live music."""

    def __init__(self, url: str, path: str = PATH, model: str | None = MODEL) -> None:
        self._open = contextlib.ExitStack()
        self.socket = self._open.enter_context(connect(f"ws{url.removeprefix('http')}{path}", max_size=None))
        if model:
            self.send(setup={"model": model})
            assert self.receive() == {"setupComplete": {}}

    def close(self) -> None:
        self._open.close()

    def send(self, **message: Any) -> None:
        self.socket.send(json.dumps(message))

    def prompt(self, *prompts: str) -> None:
        self.send(clientContent={"weightedPrompts": [{"text": text, "weight": 1.0} for text in prompts]})

    def receive(self, timeout_s: float = WAIT_S) -> Any:
        return json.loads(self.socket.recv(timeout=timeout_s))

    def chunk(self) -> dict[str, Any]:
        (chunk,) = self.receive()["serverContent"]["audioChunks"]
        return chunk

    def is_silent(self, for_s: float) -> bool:
        try:
            self.receive(for_s)
        except TimeoutError:
            return True
        return False

    def closed(self) -> tuple[int, str]:
        with pytest.raises(ConnectionClosed) as caught:
            list(iter(self.receive, None))
        assert caught.value.rcvd is not None
        return caught.value.rcvd.code, caught.value.rcvd.reason


@pytest.fixture
def dial(gemini):
    """Open sessions on the scripted server; they end with the test."""
    clients: list[Client] = []

    def start(**settings) -> Client:
        clients.append(Client(gemini.url, **settings))
        return clients[-1]

    yield start
    for client in clients:
        client.close()


@pytest.fixture
def fast(monkeypatch) -> None:
    """Let the first 50 chunks be due at once."""
    monkeypatch.setattr(session, "_LEAD_S", 50 * CHUNK_S)


def test_music(dial):
    client = dial()
    config = {"seed": 1, "bpm": 120, "scale": "D_MAJOR_B_MINOR"}
    client.prompt("piano", "happy")
    client.send(music_generation_config=config)
    client.send(playback_control="play")
    chunk = client.chunk()
    assert chunk["mimeType"] == "audio/l16;rate=48000;channels=2"
    samples = array("h", base64.b64decode(chunk["data"]))
    assert len(samples) == 2 * CHUNK_S * 48_000
    assert max(samples) > 5000
    prompts = [{"text": "piano", "weight": 1.0}, {"text": "happy", "weight": 1.0}]
    assert chunk["sourceMetadata"] == {
        "clientContent": {"weightedPrompts": prompts},
        "musicGenerationConfig": config,
    }


def test_equal_settings_give_equal_music(dial, fast):
    heard: list[list[str]] = []
    for _ in range(2):
        client = dial()
        client.prompt("techno")
        client.send(musicGenerationConfig={"seed": 3})
        client.send(playbackControl="PLAY")
        heard.append([client.chunk()["data"] for _ in range(3)])
    assert heard[0] == heard[1]


def test_the_pace_is_that_of_the_music(dial):
    client = dial()
    client.send(playbackControl="PLAY")
    begin = time.monotonic()
    for _ in range(3):
        client.chunk()
    assert time.monotonic() - begin > 2 * CHUNK_S - session._LEAD_S - 0.5


def test_a_pause_holds_the_music_where_it_is(dial, fast):
    whole, paused = dial(), dial()
    for client in (whole, paused):
        client.send(musicGenerationConfig={"seed": 3})
        client.send(playbackControl="PLAY")
    heard = [paused.chunk()["data"] for _ in range(2)]
    paused.send(playbackControl="PAUSE")
    while True:
        try:
            heard.append(paused.socket.recv(timeout=1.0))
        except TimeoutError:
            break
    heard[2:] = [json.loads(message)["serverContent"]["audioChunks"][0]["data"] for message in heard[2:]]
    paused.send(playbackControl="PLAY")
    heard.append(paused.chunk()["data"])
    assert heard == [whole.chunk()["data"] for _ in heard]


def test_a_stop_begins_again_with_the_prompts_and_settings(dial):
    client = dial()
    client.prompt("techno")
    client.send(musicGenerationConfig={"seed": 3})
    client.send(playbackControl="PLAY")
    first = client.chunk()
    client.send(playbackControl="STOP")
    until(lambda: client.is_silent(1.5))  # a chunk may have been on its way
    client.send(playbackControl="PLAY")
    again = client.chunk()
    assert again["sourceMetadata"] == first["sourceMetadata"]
    assert again["data"] != first["data"]  # another piece


def test_tempo_and_scale_wait_for_a_reset(dial, fast):
    config = {"seed": 3, "bpm": 80}
    changing, kept = dial(), dial()
    for client in (changing, kept):
        client.send(musicGenerationConfig=config)
    changing.send(musicGenerationConfig={**config, "bpm": 160})  # before the first PLAY, there is nothing to reset
    changing.send(musicGenerationConfig=config)
    for client in (changing, kept):
        client.send(playbackControl="PLAY")
    assert changing.chunk()["data"] == kept.chunk()["data"]
    changing.send(musicGenerationConfig={**config, "bpm": 160})
    pairs = [(changing.chunk(), kept.chunk()) for _ in range(10)]
    assert pairs[-1][0]["sourceMetadata"]["musicGenerationConfig"]["bpm"] == 160
    assert all(one["data"] == other["data"] for one, other in pairs)
    changing.send(playbackControl="RESET_CONTEXT")
    assert any(changing.chunk()["data"] != kept.chunk()["data"] for _ in range(20))


def test_settings_replace_all_earlier_ones(dial, fast):
    client = dial()
    client.send(musicGenerationConfig={"seed": 3, "muteDrums": True})
    client.send(musicGenerationConfig={"seed": 3})
    client.send(playbackControl="PLAY")
    assert client.chunk()["sourceMetadata"]["musicGenerationConfig"] == {"seed": 3}


@pytest.mark.parametrize(
    ("text", "reason"), [("", "no text"), ("  ", "no text"), ("Explicit lyrics", "the word 'Explicit'")]
)
def test_a_filtered_prompt_is_reported_and_left_out(dial, text, reason):
    client = dial()
    client.prompt(text, "piano")
    filtered = client.receive()["filteredPrompt"]
    assert filtered["text"] == text
    assert reason in filtered["filteredReason"]
    client.send(playbackControl="PLAY")
    assert client.chunk()["sourceMetadata"]["clientContent"] == {"weightedPrompts": [{"text": "piano", "weight": 1.0}]}


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (
            {"musicGenerationConfig": {"bpm": 59}},
            "musicGenerationConfig.bpm: expected a number between 60 and 200, not 59",
        ),
        ({"musicGenerationConfig": {"bpm": 201}}, "bpm"),
        ({"musicGenerationConfig": {"bpm": "fast"}}, "bpm"),
        ({"musicGenerationConfig": {"density": 1.1}}, "density"),
        ({"musicGenerationConfig": {"brightness": -0.1}}, "brightness"),
        ({"musicGenerationConfig": {"guidance": 6.5}}, "guidance"),
        ({"musicGenerationConfig": {"temperature": 3.5}}, "temperature"),
        ({"musicGenerationConfig": {"topK": 0}}, "topK"),
        ({"musicGenerationConfig": {"seed": -1}}, "seed"),
        ({"musicGenerationConfig": {"scale": "H_MAJOR"}}, "scale"),
        ({"musicGenerationConfig": {"tempo": 100}}, "tempo"),
        ({"clientContent": {"weightedPrompts": [{"text": "x", "weight": 0}]}}, "weightedPrompts[0].weight"),
        ({"clientContent": {"weightedPrompts": [{"text": "x"}]}}, "weightedPrompts[0].weight"),
        ({"clientContent": {"weightedPrompts": [{"text": "x" * 5000, "weight": 1}]}}, "weightedPrompts[0].text"),
        ({"clientContent": {"weightedPrompts": [{"text": "x", "weight": 1}] * 65}}, "at most 64 prompts"),
        ({"playbackControl": "REWIND"}, "playback_control"),
        ({"playbackControl": "PLAYBACK_CONTROL_UNSPECIFIED"}, "expected PLAY, PAUSE, STOP or RESET_CONTEXT"),
        ({"playbackControl": "PLAY", "clientContent": {}}, "oneof"),
        ({"setup": {"model": MODEL}}, "setup: expected only as the first message"),
        ({}, "expected setup, clientContent"),
        ([], "BidiGenerateMusicClientMessage"),
    ],
)
def test_wrong_messages_end_the_session(dial, message, words):
    client = dial()
    client.socket.send(json.dumps(message))
    code, reason = client.closed()
    assert code == 1007
    assert words in reason


@pytest.mark.parametrize(
    ("message", "code", "words"),
    [
        ({"playbackControl": "PLAY"}, 1007, "setup: expected as the first message"),
        ({"setup": {}}, 1007, "setup.model: expected models/"),
        ({"setup": {"model": "lyria-realtime-exp"}}, 1007, "setup.model: expected models/"),
        ({"setup": {"model": "models/lyria-9"}}, 1008, "models/lyria-9 is not found"),
        ({"setup": {"model": "models/gemini-2.5-flash"}}, 1008, "not supported for bidiGenerateMusic"),
    ],
)
def test_a_wrong_setup_ends_the_session(dial, message, code, words):
    client = dial(model=None)
    client.socket.send(json.dumps(message))
    found, reason = client.closed()
    assert found == code
    assert words in reason


def test_a_setup_that_never_comes(dial, monkeypatch):
    monkeypatch.setattr(routes, "MAX_SETUP_S", 0.2)
    assert dial(model=None).closed() == (1008, "setup: has not arrived within 0.2 seconds.")


def test_the_number_of_sessions_is_limited(gemini, dial, monkeypatch):
    monkeypatch.setattr(routes, "MAX_MUSIC_SESSIONS", 2)
    first, _ = dial(), dial()
    with pytest.raises(InvalidStatus) as caught:
        dial()
    assert caught.value.response.status_code == 429
    first.close()
    until(lambda: gemini.connections_open == 1)
    dial()


def test_sessions_end_with_the_server(serve_engine):
    server = serve_engine(ScriptedEngine())
    client = Client(server.url, path="/" + PATH)
    client.send(playbackControl="PLAY")
    client.chunk()
    stopping = threading.Thread(target=server.stop, args=(5.0,))
    stopping.start()
    assert client.closed() == (1001, "The server is stopping.")
    client.close()
    stopping.join(WAIT_S)
    assert not server.is_running


def test_the_model_is_described_as_synthetic(http):
    model = http.get(f"/v1beta/{MODEL}").json()
    assert model["supportedGenerationMethods"] == ["bidiGenerateMusic"]
    assert model["description"].startswith("Music is synthetic")
    assert MODEL in [model["name"] for model in http.get("/v1beta/models?pageSize=1000").json()["models"]]
    assert http.get("/v1beta1/publishers/google/models/lyria-realtime-exp").status_code == 404
    body = {"contents": [{"parts": [{"text": "x"}]}]}
    assert http.post(f"/v1beta/{MODEL}:generateContent", json=body).status_code == 404
