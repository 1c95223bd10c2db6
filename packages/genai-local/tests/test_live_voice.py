"""Live sessions that hear and speak: turns by voice, interruptions, the client's own signals, rates and counts."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from genai_local.engines import Capabilities
from genai_local.engines.scripted import ScriptedEngine
from genai_local.server import LocalServer
from genai_local.voice.ears import Ears
from genai_local.voice.mouth import Mouth
from genai_local.voice.resampling import resample

from .test_live import Client
from .waiting import WAIT_S, until

FIRST_WORDS = ["what", "is", "the", "weather", "like"]
PIECE_S = 0.1
SPOKEN = {"generationConfig": {"responseModalities": ["AUDIO"]}}
MANUAL = {"realtimeInputConfig": {"automaticActivityDetection": {"disabled": True}}}
WRITTEN_DOWN = {"inputAudioTranscription": {}, "outputAudioTranscription": {}}


class TextEngine(ScriptedEngine):
    """A scripted engine for text only, which keeps the prompts that it has answered."""

    capabilities = Capabilities()

    def __init__(self) -> None:
        super().__init__()
        self.prompts: list[Any] = []

    def generate(self, request):
        self.prompts.append(request.prompt)
        return super().generate(request)


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with LocalServer(TextEngine()) as server:
        yield server


@pytest.fixture(scope="module")
def question() -> bytes:
    """A question at 24 kHz, with half a second of silence before it."""
    return bytes(24_000) + Mouth().speak("What is the weather like in Boston today?")


class Speaker(Client):
    """A client with a microphone and a loudspeaker."""

    def receive(self) -> dict[str, Any]:
        """Return the next message; the recognition of speech may take long on a busy machine."""
        return json.loads(self.connection.recv(timeout=WAIT_S))

    def hear(self, sound: bytes, rate_hz: int = 24_000) -> None:
        """Send sound in pieces."""
        size = 2 * int(rate_hz * PIECE_S)
        for start in range(0, len(sound), size):
            data = base64.b64encode(sound[start : start + size]).decode()
            self.send({"realtimeInput": {"audio": {"mimeType": f"audio/pcm;rate={rate_hz}", "data": data}}})


@pytest.fixture
def dial(server) -> Iterator[Callable[..., Speaker]]:
    """Open sessions; they end with the test."""
    clients: list[Speaker] = []

    def start(surface: str = "gemini", **setup: Any) -> Speaker:
        clients.append(Speaker(server.url, surface))
        clients[-1].setup(**setup)
        return clients[-1]

    yield start
    for client in clients:
        client.leave.close()


def silence(duration_s: float) -> bytes:
    return bytes(2 * int(24_000 * duration_s))


def contents_of(messages):
    return [message["serverContent"] for message in messages if "serverContent" in message]


def transcript(messages, name):
    return "".join(each[name].get("text", "") for each in contents_of(messages) if name in each)


def sound_of(messages) -> bytes:
    parts = [part for each in contents_of(messages) for part in each.get("modelTurn", {}).get("parts", [])]
    assert {part["inlineData"]["mimeType"] for part in parts} <= {"audio/pcm;rate=24000"}
    return b"".join(base64.b64decode(part["inlineData"]["data"]) for part in parts)


def has_sound(message):
    return "modelTurn" in message.get("serverContent", {})


@pytest.mark.parametrize("surface", ["gemini", "vertex"])
def test_a_spoken_question_gets_a_spoken_answer(dial, question, surface):
    client = dial(surface, **SPOKEN, **WRITTEN_DOWN)
    client.hear(question + silence(1))
    turn = client.turn()
    heard = transcript(turn, "inputTranscription")
    assert heard.split()[:5] == FIRST_WORDS
    assert transcript(turn, "outputTranscription") == f"This is a scripted reply to: {heard}"
    assert 2 < len(sound_of(turn)) / 48_000 < 8
    order = [name for each in contents_of(turn) for name in each]
    assert order.index("inputTranscription") < order.index("outputTranscription") < order.index("modelTurn")
    assert order[-2:] == ["generationComplete", "turnComplete"]
    assert [each["inputTranscription"] for each in contents_of(turn) if "inputTranscription" in each][-1] == {
        "finished": True
    }


@pytest.mark.parametrize(("surface", "name"), [("gemini", "response"), ("vertex", "candidates")])
def test_voice_counts_by_its_duration(dial, question, surface, name):
    client = dial(surface, **SPOKEN)
    client.hear(question + silence(1))
    turn = client.turn()
    usage = turn[-1]["usageMetadata"]
    spoken = pytest.approx(25 * len(sound_of(turn)) / 48_000, abs=1)
    assert usage[f"{name}TokensDetails"] == [{"modality": "AUDIO", "tokenCount": spoken}]
    assert usage[f"{name}TokenCount"] == spoken
    prompt = {entry["modality"]: entry["tokenCount"] for entry in usage["promptTokensDetails"]}
    assert prompt["AUDIO"] == pytest.approx(32 * (len(question) / 48_000 + 0.5), abs=16)
    assert usage["totalTokenCount"] == usage["promptTokenCount"] + usage[f"{name}TokenCount"]


def test_an_answer_in_text_to_a_spoken_question(dial, question):
    client = dial()
    client.hear(question + silence(1))
    text = "".join(
        part["text"] for each in contents_of(client.turn()) for part in each.get("modelTurn", {}).get("parts", [])
    )
    assert text.removeprefix("This is a scripted reply to: ").split()[:5] == FIRST_WORDS


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 48_000])
def test_other_rates_and_media_chunks(dial, question, rate_hz):
    client = dial(**WRITTEN_DOWN)
    client.hear(resample(question, 24_000, rate_hz) + bytes(2 * rate_hz), rate_hz)
    assert transcript(client.turn(), "inputTranscription").split()[:3] == FIRST_WORDS[:3]


def test_the_clients_own_signals(dial, question, server):
    client = dial(**SPOKEN, **WRITTEN_DOWN, **MANUAL)
    client.hear(question)  # outside of an activity, so it is not part of the turn
    client.send({"realtimeInput": {"activityStart": {}}})
    client.hear(question)
    client.send({"realtimeInput": {"text": "Answer briefly."}})
    client.send({"realtimeInput": {"activityEnd": {}}})
    turn = client.turn()
    assert transcript(turn, "inputTranscription").split().count("weather") == 1
    [text, words] = [part["text"] for part in server.engine.prompts[-1].contents[-1]["parts"]]
    assert text == "Answer briefly."
    assert words == transcript(turn, "inputTranscription")


def test_an_activity_without_words_is_answered(dial, server):
    client = dial(**MANUAL)
    client.send({"realtimeInput": {"activityStart": {}}})
    client.hear(silence(1))
    client.send({"realtimeInput": {"activityEnd": {}}})
    client.turn()
    assert server.engine.prompts[-1].contents[-1]["parts"][0]["text"] == "(no speech was heard)"


def test_turns_with_all_input(dial, question):
    tokens = []
    for coverage in ("TURN_INCLUDES_ONLY_ACTIVITY", "TURN_INCLUDES_ALL_INPUT"):
        client = dial(realtimeInputConfig={"turnCoverage": coverage})
        client.hear(silence(5) + question + silence(1))
        details = client.turn()[-1]["usageMetadata"]["promptTokensDetails"]
        tokens.append(next(entry["tokenCount"] for entry in details if entry["modality"] == "AUDIO"))
    assert tokens[1] - tokens[0] == pytest.approx(5 * 32, abs=16)


def test_the_end_of_the_stream_ends_the_turn(dial, question):
    client = dial(**WRITTEN_DOWN)
    client.hear(question)
    client.send({"realtimeInput": {"audioStreamEnd": True}})
    assert transcript(client.turn(), "inputTranscription").split()[:5] == FIRST_WORDS
    client.hear(question + silence(1))
    assert transcript(client.turn(), "inputTranscription").split()[:5] == FIRST_WORDS


def test_the_settings_of_the_detection(dial, question):
    pauses = silence(0.6)
    patient = {"automaticActivityDetection": {"silenceDurationMs": 3000}}
    for config, count in (({}, 1), (patient, 2)):
        client = dial(**WRITTEN_DOWN, realtimeInputConfig=config)
        client.hear(question + pauses + question + silence(4))
        assert transcript(client.turn(), "inputTranscription").split().count("weather") == count


def test_silence_is_no_turn(dial):
    client = dial(**WRITTEN_DOWN, **SPOKEN)
    client.hear(silence(3))
    client.send({"realtimeInput": {"audioStreamEnd": True}})
    client.say("hello")
    assert transcript(client.turn(), "outputTranscription") == "This is a scripted reply to: hello"


LONG = "Tell me. " * 40


def test_speech_interrupts_the_answer(dial, question, server):
    client = dial(**SPOKEN, **WRITTEN_DOWN)
    client.say(LONG)
    before = client.until(has_sound)
    client.hear(question + silence(1))
    before += client.turn()
    assert any(each.get("interrupted") for each in contents_of(before))
    spoken = transcript(before, "outputTranscription")
    assert len(spoken) < len(LONG)
    after = client.turn()
    assert transcript(after, "inputTranscription").split()[:5] == FIRST_WORDS
    [_, answer, _] = server.engine.prompts[-1].contents
    assert answer == {"role": "model", "parts": [{"text": spoken}]}
    assert before[-1]["usageMetadata"]["responseTokensDetails"][0]["modality"] == "AUDIO"


def test_speech_does_not_interrupt_if_the_setup_says_so(dial, question, monkeypatch):
    monkeypatch.setattr("genai_local.services.live.voiced._AHEAD_S", 0.5)
    client = dial(**SPOKEN, **WRITTEN_DOWN, realtimeInputConfig={"activityHandling": "NO_INTERRUPTION"})
    client.say("One. " * 8)
    first = client.until(has_sound)
    client.hear(question + silence(1))
    first += client.turn()
    assert not any("interrupted" in each for each in contents_of(first))
    assert transcript(first, "outputTranscription").count("One.") == 8
    second = client.turn()
    heard = transcript([*first, *second], "inputTranscription")
    assert heard.split()[:5] == FIRST_WORDS
    assert transcript(second, "outputTranscription") == f"This is a scripted reply to: {heard}"


def test_signals_of_the_detection(dial, question):
    client = dial("vertex", explicitVadSignal=True)
    client.hear(question + silence(1))
    signals = [message["voiceActivity"]["voiceActivityType"] for message in client.turn() if "voiceActivity" in message]
    assert signals == ["ACTIVITY_START", "ACTIVITY_END"]


def test_a_turn_by_voice_is_part_of_the_conversation(dial, question):
    client = dial(sessionResumption={})
    client.hear(question + silence(1))
    tokens = client.turn()[-1]["usageMetadata"]["promptTokensDetails"][1]
    handle = client.handle()
    client.leave.close()
    client = dial(sessionResumption={"handle": handle})
    client.say("Again.")
    assert tokens in client.turn()[-1]["usageMetadata"]["promptTokensDetails"]


def test_a_client_that_leaves_ends_its_recognition(dial, question, server):
    client = dial(**WRITTEN_DOWN)
    client.hear(question * 5)
    ears = server.api.part(Ears)
    until(lambda: ears._admission._running == 1)
    client.leave.close()
    until(lambda: ears._admission._running == 0)


@pytest.mark.parametrize(
    ("setup", "path", "problem"),
    [
        (
            {"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": "No"}}},
            "voiceConfig.prebuiltVoiceConfig.voiceName",
            "'No' is not a voice",
        ),
        ({"languageCode": "qq"}, "languageCode", "'qq' is not a known language"),
        (
            {"multiSpeakerVoiceConfig": {"speakerVoiceConfigs": [{}]}},
            "multiSpeakerVoiceConfig",
            "is not supported in a session",
        ),
    ],
)
def test_voices_that_are_refused(server, setup, path, problem):
    client = Speaker(server.url)
    config = {"responseModalities": ["AUDIO"], "speechConfig": setup}
    client.send({"setup": {"model": "models/gemini-2.5-flash", "generationConfig": config}})
    code, reason = client.closed()
    client.leave.close()
    assert code == 1007
    assert reason.startswith(f"setup.generationConfig.speechConfig.{path}: ")
    assert problem in reason


@pytest.mark.parametrize(
    ("kind", "problem"),
    [("audio/wav", "expected audio/pcm;rate=16000"), ("audio/pcm;rate=1", "not between 8000 and 48000")],
)
def test_audio_that_is_refused(dial, kind, problem):
    client = dial()
    client.send({"realtimeInput": {"audio": {"mimeType": kind, "data": "AAAA"}}})
    code, reason = client.closed()
    assert code == 1007
    assert reason.startswith("realtimeInput.audio.mimeType: ")
    assert problem in reason
