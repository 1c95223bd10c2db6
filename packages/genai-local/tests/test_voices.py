"""Voices over HTTP: those of the server, described ones, filters, and speech with them."""

from __future__ import annotations

import asyncio
import base64
import io
import wave

import httpx2
import pytest

from genai_local.engines.scripted import ScriptedEngine
from genai_local.protocol.errors import ApiError
from genai_local.services.speech.voices import voices_of
from genai_local.services.voices import routes
from genai_local.voice.extra import is_installed
from genai_local.voice.mouth import Mouth
from genai_local.voice.voices import VOICES

from .conftest import PlainEngine
from .interacting import refused

PATHS = ["/v1beta", "/v1", "/v1beta1/projects/p/locations/l", "/v1beta1"]
PATH = "/v1beta/voices"
needs_voice = pytest.mark.skipif(not is_installed(), reason="the extra voice is not installed")


@pytest.fixture(autouse=True)
def no_samples(monkeypatch) -> None:
    """Loading the library takes longer than all of these tests."""
    monkeypatch.setattr(routes, "is_installed", lambda: False)


def created(http, text: str = "A calm voice.", path: str = PATH, store: bool = True, **fields) -> dict:
    prompt = {"input": text, **({"base_voice": fields.pop("base_voice")} if "base_voice" in fields else {})}
    reply = http.post(path, json={"voice": {"type": "prompted", "prompted": prompt, **fields}, "store": store})
    assert reply.status_code == 200, reply.text
    return reply.json()


def listed(http, path: str = PATH, **query) -> list[str]:
    return [voice["id"] for voice in http.get(path, params={"page_size": 100, **query}).json().get("voices", [])]


@pytest.mark.parametrize("base", PATHS)
def test_prebuilt_voices(http, base):
    path = f"{base}/voices"
    assert listed(http, path) == sorted(VOICES)
    kore = http.get(f"{path}/Kore").json()
    assert (kore["id"], kore["type"], kore["display_name"], kore["gender"]) == ("kore", "prebuilt", "Kore", "female")
    first = http.get(f"{path}?page_size=29").json()
    second = http.get(f"{path}?page_size=29&page_token={first['next_page_token']}").json()
    assert len(first["voices"] + second["voices"]) == 30
    assert "cannot be deleted" in refused(http.delete(f"{path}/kore"), 403, "permission_denied")
    refused(http.get(f"{path}/unknown"), 404, "not_found")


def test_filters(http):
    low = listed(http, pitch="low")
    assert low
    assert set(low) < set(VOICES)
    assert set(listed(http, pitch=["low", "high"])) > set(low)
    women, men = listed(http, gender="female"), listed(http, gender="MALE")
    assert sorted(women + men) == sorted(VOICES)
    assert listed(http, search="kor") == ["kore"]
    assert listed(http, gender="male", search="kore") == []
    made = created(http, accent="Scottish", persona="pirate", context="games", region_code="GB")
    for query in ({"accent": "scottish"}, {"persona": "pirate"}, {"context": "games"}, {"region_code": "gb"}):
        assert listed(http, **query) == [made["id"]]
    assert listed(http, type="prompted") == [made["id"]]
    assert listed(http)[0] == made["id"]


@pytest.mark.parametrize("base", PATHS)
def test_a_described_voice(http, base):
    path = f"{base}/voices"
    made = created(http, "A woman with a high voice", path, display_name="Ann", description="x")
    assert made["id"].startswith("voice_")
    assert (made["display_name"], made["gender"], made["pitch"]) == ("Ann", "female", "high")
    assert made["prompted"] == {"input": "A woman with a high voice"}
    assert http.get(f"{path}/{made['id']}").json() == made
    unstored = created(http, "x", path, store=False, base_voice="kore")
    assert (unstored["key"], "id" in unstored) == ("Kore", False)
    assert http.delete(f"{path}/{made['id']}").json() == {}
    assert listed(http, path) == sorted(VOICES)


@pytest.mark.parametrize(
    ("voice", "problem"),
    [
        ({"type": "prompted"}, "voice.prompted: is missing"),
        ({"type": "prompted", "prompted": {"input": " "}}, "voice.prompted.input: expected 1 to 10000"),
        (
            {"type": "prompted", "prompted": {"input": "x", "base_voice": "no"}},
            "voice.prompted.base_voice: 'no' is not",
        ),
        ({"type": "prebuilt"}, "voice.type: the prebuilt voices exist already"),
        ({"type": "replicated"}, "voice.type: this server cannot copy the voice of a recording"),
        ({"type": "other"}, "Invalid value at 'voice.type' (expected replicated, prompted or prebuilt)"),
        ({}, "Invalid value at 'voice.type': the field is required"),
    ],
)
def test_refused_voices(http, voice, problem):
    assert refused(http.post(PATH, json={"voice": voice})).startswith(problem)


def test_a_recording_of_a_described_voice(http, monkeypatch):
    class Silent(Mouth):
        def __init__(self, voice: str, language: str) -> None:
            self.said = (voice, language)

        def speak(self, sentence: str) -> bytes:
            assert (self.said, sentence) == (("Leda", "de-DE"), "This is how I sound.")
            return bytes(2_400)

    monkeypatch.setattr(routes, "is_installed", lambda: True)
    monkeypatch.setattr(routes, "Mouth", Silent)
    made = created(http, base_voice="leda", language_code="de-DE")
    assert made["sample_audio"]["mime_type"] == "audio/wav"
    with wave.open(io.BytesIO(base64.b64decode(made["sample_audio"]["data"]))) as sample:
        assert (sample.getnframes(), sample.getframerate()) == (1_200, 24_000)
    assert "sample_audio" not in http.get(f"{PATH}/{made['id']}").json()


@needs_voice
def test_speech_with_a_described_voice(serve_engine, no_tls):
    server = serve_engine(PlainEngine())
    with httpx2.Client(base_url=server.url, verify=no_tls) as http:
        made = created(http, base_voice="Leda")["id"]

        def voice(**config) -> str:
            return asyncio.run(voices_of(server.api, config, "speechConfig", "x")).main.voice.name

        assert voice(voiceConfig={"voice": made}) == "Leda"
        assert voice(voiceConfig={"prebuiltVoiceConfig": {"voiceName": f"voices/{made}"}}) == "Leda"
        assert voice(voiceConfig={"voice": "Kore"}) == "Kore"
        http.delete(f"{PATH}/{made}")
        with pytest.raises(ApiError, match="is not a voice"):
            voice(voiceConfig={"voice": made})


def test_voices_survive_a_restart(serve_engine, no_tls, tmp_path):
    server = serve_engine(ScriptedEngine(), data=tmp_path)
    with httpx2.Client(base_url=server.url, verify=no_tls) as http:
        made = created(http)
    server.stop()
    server = serve_engine(ScriptedEngine(), data=tmp_path)
    with httpx2.Client(base_url=server.url, verify=no_tls) as http:
        assert http.get(f"{PATH}/{made['id']}").json() == made
