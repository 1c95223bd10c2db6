"""Audio parts of prompts, which the server hears, and replies that it reads aloud."""

from __future__ import annotations

import base64
import io
import wave

import httpx2
import pytest

from genai_local.services.prompts.recordings import Transcripts
from genai_local.voice.activity import RATE_HZ
from genai_local.voice.mouth import Mouth
from genai_local.voice.recordings import RecordingError, read_recording
from genai_local.voice.resampling import resample, samples_of

GENERATE = "/v1beta/models/gemini-2.5-flash:generateContent"
COUNT = "/v1beta/models/gemini-2.5-flash:countTokens"
SPEAK = "/v1beta/models/gemini-2.5-flash-preview-tts:generateContent"
VERTEX_SPEAK = "/v1beta1/projects/p/locations/l/publishers/google/models/gemini-2.5-flash-tts:generateContent"
FIRST_WORDS = ["what", "is", "the", "weather", "like"]


@pytest.fixture(scope="module")
def question():
    """The sound of a question, 24 kHz, with silence around it."""
    return bytes(24_000) + Mouth().speak("What is the weather like in Boston today?") + bytes(24_000)


def wav(pcm, rate_hz=24_000, channels=1, width=2):
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(channels)
        writer.setsampwidth(width)
        writer.setframerate(rate_hz)
        writer.writeframes(pcm)
    return file.getvalue()


def inline(data, kind):
    return {"inlineData": {"mimeType": kind, "data": base64.b64encode(data).decode()}}


@pytest.fixture
def plain(plain_server, no_tls):
    with httpx2.Client(base_url=plain_server.url, timeout=60, verify=no_tls) as client:
        yield client


@pytest.fixture
def post(plain):
    def call(*parts, path=GENERATE, **config):
        body = {"contents": [{"role": "user", "parts": list(parts)}]}
        return plain.post(path, json={**body, "generationConfig": config} if config else body)

    return call


def heard_in(reply):
    text = reply.json()["candidates"][0]["content"]["parts"][0]["text"]
    return text.removeprefix("This is a scripted reply to: ")


def problem_of(reply):
    assert reply.status_code == 400, reply.text
    return reply.json()["error"]["message"]


# What the server hears


def test_every_form_of_a_recording_is_heard(post, question):
    sounds = [
        (wav(question), "audio/wav"),
        (question, "audio/pcm;rate=24000"),
        (question, "audio/L16;codec=pcm;rate=24000"),
        (resample(question, 24_000, 16_000), "audio/pcm"),
    ]
    for data, kind in sounds:
        assert heard_in(post(inline(data, kind))).split()[:5] == FIRST_WORDS


def test_a_recording_is_tokens_by_its_duration(post, question):
    recording = inline(wav(question), "audio/wav")
    duration_s = len(question) / 2 / 24_000
    reply, counted = (
        post({"text": "Listen to this:"}, recording),
        post({"text": "Listen to this:"}, recording, path=COUNT),
    )
    usage = reply.json()["usageMetadata"]
    details = {entry["modality"]: entry["tokenCount"] for entry in usage["promptTokensDetails"]}
    assert details == {"TEXT": 4, "AUDIO": pytest.approx(32 * duration_s, abs=1)}
    assert usage["promptTokenCount"] == sum(details.values())
    assert counted.json()["totalTokens"] == usage["promptTokenCount"]
    assert counted.json()["promptTokensDetails"] == usage["promptTokensDetails"]


def test_a_cached_recording_is_tokens_of_audio(plain, question):
    prompt = [{"role": "user", "parts": [inline(wav(question), "audio/wav")]}]
    cache = plain.post("/v1beta/cachedContents", json={"model": "models/gemini-2.5-flash", "contents": prompt}).json()
    body = {"cachedContent": cache["name"], "contents": [{"role": "user", "parts": [{"text": "Well?"}]}]}
    usage = plain.post(GENERATE, json=body).json()["usageMetadata"]
    assert cache["usageMetadata"]["totalTokenCount"] == usage["cachedContentTokenCount"]
    assert [entry["modality"] for entry in usage["cacheTokensDetails"]] == ["TEXT", "AUDIO"]
    assert usage["promptTokenCount"] > usage["cachedContentTokenCount"]


def test_an_uploaded_recording_is_heard_once(plain, plain_server, post, question):
    headers = {"x-goog-upload-protocol": "raw", "content-type": "audio/wav"}
    file = plain.post("/upload/v1beta/files", content=wav(question), headers=headers).json()["file"]
    part = {"fileData": {"fileUri": file["uri"]}}
    transcripts = plain_server.api.part(Transcripts)
    transcripts.clear()
    assert heard_in(post(part)).split()[:5] == FIRST_WORDS
    [key] = transcripts._kept
    transcripts._kept[key] = type(transcripts._kept[key])("kept words", 1.0)
    assert heard_in(post(part)) == "kept words"
    transcripts.clear()


def test_silence(post):
    assert heard_in(post(inline(bytes(64_000), "audio/pcm"))) == "(no speech was heard)"


@pytest.mark.parametrize(
    ("data", "kind", "problem"),
    [
        (b"RIFF", "audio/wav", "the recording cannot be read as audio/wav"),
        (b"x" * 100, "audio/pcm;rate=100", "the rate of audio/pcm;rate=100 is not between 8000 and 48000"),
        (b"x" * 100, "audio/pcm;rate=many", "the rate of"),
        (b"x" * 100, "audio/pcm;rate=16000;channels=2", "has 2 channels; expected one"),
        (bytes(20_000_000), "audio/pcm", "the recording is longer than 600 seconds"),
    ],
)
def test_recordings_that_cannot_be_heard(post, data, kind, problem):
    reply = post({"text": "Listen:"}, inline(data, kind))
    assert problem_of(reply).startswith("contents[0].parts[1].inlineData: ")
    assert problem in problem_of(reply)


def test_the_recordings_of_a_request_have_a_limit_together(plain_server, post, monkeypatch):
    monkeypatch.setattr("genai_local.services.prompts.inputs.MAX_AUDIO_S", 3.0)
    silence = inline(bytes(64_000), "audio/pcm")
    assert post(silence).status_code == 200
    problem = "contents[0].parts[1].inlineData: the recordings of the request are longer than 3 seconds together."
    assert problem_of(post(silence, silence)) == problem


@pytest.mark.parametrize("path", [GENERATE, COUNT])
def test_without_the_extra_hearing_is_refused(post, question, monkeypatch, path):
    monkeypatch.setattr("genai_local.voice.extra._PACKAGES", ("no_such_package",))
    problem = problem_of(post({"text": "Listen:"}, inline(wav(question), "audio/wav"), path=path))
    assert problem.startswith("contents[0].parts[1].inlineData: hearing audio/wav requires")
    assert "pip install 'genai-local[voice]'" in problem


def test_an_engine_that_takes_media_gets_the_recording_itself(gemini, http):
    gemini.on(lambda request: "inlineData" in request["contents"][0]["parts"][0]).reply("Got it.")
    body = {"contents": [{"role": "user", "parts": [inline(b"any bytes", "audio/wav")]}]}
    assert http.post(GENERATE, json=body).json()["candidates"][0]["content"]["parts"] == [{"text": "Got it."}]


@pytest.mark.parametrize("width", [1, 2, 3, 4])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_wav_files_of_any_width_and_number_of_channels(width, channels):
    level = 64 << 8
    sample = b"\xc0" if width == 1 else bytes(width - 2) + level.to_bytes(2, "little")
    samples = samples_of(read_recording(wav(sample * channels * 1000, RATE_HZ, channels, width), "audio/wav"))
    assert len(samples) == 1000
    assert set(samples) == {level}


@pytest.mark.parametrize(("kind", "codec"), [("mp3", "libmp3lame"), ("ogg", "libopus"), ("flac", "flac")])
def test_other_formats_are_decoded_by_av(kind, codec, question):
    av = pytest.importorskip("av")
    file = io.BytesIO()
    with av.open(file, "w", format=kind) as container:
        stream = container.add_stream(codec, rate=48_000, layout="mono")
        frame = av.AudioFrame(format="s16", layout="mono", samples=len(question))
        frame.rate = 48_000
        frame.planes[0].update(resample(question, 24_000, 48_000))
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)
    sound = read_recording(file.getvalue(), f"audio/{kind}")
    assert len(sound) == pytest.approx(len(question) / 3 * 2, rel=0.05)
    assert max(samples_of(sound)) > 2000
    with pytest.raises(RecordingError, match=f"cannot be read as audio/{kind}"):
        read_recording(b"no recording", f"audio/{kind}")


def test_other_formats_without_av(monkeypatch):
    monkeypatch.setattr("genai_local.voice.recordings.find_spec", lambda name: None)
    with pytest.raises(RecordingError, match=r"audio/mp3 is read only if the package av is installed .*pip install av"):
        read_recording(b"ID3", "audio/mp3")


# What the server says


def sound_of(reply):
    [part] = reply.json()["candidates"][0]["content"]["parts"]
    assert part["inlineData"]["mimeType"] == "audio/L16;codec=pcm;rate=24000"
    return base64.b64decode(part["inlineData"]["data"])


def spoken_by(name):
    return {"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": name}}}


@pytest.mark.parametrize("path", [SPEAK, VERTEX_SPEAK])
def test_a_text_is_read_aloud(post, path):
    reply = post(
        {"text": "One sentence. And another."}, path=path, responseModalities=["AUDIO"], speechConfig=spoken_by("Kore")
    )
    sound, usage = sound_of(reply), reply.json()["usageMetadata"]
    assert 1 < len(sound) / 48_000 < 5
    assert usage["candidatesTokensDetails"] == [{"modality": "AUDIO", "tokenCount": usage["candidatesTokenCount"]}]
    assert usage["candidatesTokenCount"] == pytest.approx(25 * len(sound) / 48_000, abs=1)
    assert reply.json()["candidates"][0]["finishReason"] == "STOP"


def test_the_voice_of_the_server_is_heard_by_its_ears(post):
    reply = post({"text": "What is the weather like in Boston today?"}, path=SPEAK, responseModalities=["AUDIO"])
    part = inline(bytes(24_000) + sound_of(reply), "audio/L16;codec=pcm;rate=24000")
    assert heard_in(post(part)).split()[:3] == FIRST_WORDS[:3]


def test_a_stream_speaks_sentence_by_sentence(plain):
    body = {
        "contents": [{"role": "user", "parts": [{"text": "One. Two. Three."}]}],
        "generationConfig": {"responseModalities": ["AUDIO"]},
    }
    chunks = plain.post(SPEAK.replace(":generate", ":streamGenerate"), json=body).json()
    parts = [chunk["candidates"][0]["content"]["parts"][0] for chunk in chunks]
    assert ["inlineData" in part for part in parts] == [True, True, True, False]
    assert [chunk["candidates"][0].get("finishReason") for chunk in chunks] == [None, None, None, "STOP"]


def test_two_speakers(post):
    speakers = [{"speaker": "Joe", **spoken_by("Puck")}, {"speaker": "Jane", **spoken_by("Kore")}]
    config = {
        "responseModalities": ["AUDIO"],
        "speechConfig": {"multiSpeakerVoiceConfig": {"speakerVoiceConfigs": speakers}},
    }
    text = "Read this conversation between Joe and Jane, a very long line without a speaker:\nJoe: Hi.\nJane: Hello."
    both = sound_of(post({"text": text}, path=SPEAK, **config))
    assert len(both) == pytest.approx(len(Mouth("Puck").speak(" Hi.") + Mouth("Kore").speak(" Hello.")), rel=0.05)


def test_the_length_of_speech_has_a_limit(post):
    reply = post({"text": "word " * 500}, path=SPEAK, responseModalities=["AUDIO"], maxOutputTokens=50)
    assert len(sound_of(reply)) == 2 * 48_000
    assert reply.json()["candidates"][0]["finishReason"] == "MAX_TOKENS"


@pytest.mark.parametrize(
    ("config", "path", "problem"),
    [
        (
            {"speechConfig": spoken_by("Nobody")},
            "speechConfig.voiceConfig.prebuiltVoiceConfig.voiceName",
            "expected one of Achernar",
        ),
        ({"speechConfig": {"languageCode": "qq"}}, "speechConfig.languageCode", "expected one of af"),
        (
            {"speechConfig": {"voiceConfig": {"replicatedVoiceConfig": {"mimeType": "audio/wav"}}}},
            "speechConfig.voiceConfig.replicatedVoiceConfig",
            "",
        ),
        ({"responseModalities": ["AUDIO", "TEXT"]}, "responseModalities", "expected AUDIO alone"),
        (
            {"speechConfig": {"multiSpeakerVoiceConfig": {"speakerVoiceConfigs": [spoken_by("Kore")]}}},
            "speechConfig.multiSpeakerVoiceConfig.speakerVoiceConfigs[0].speaker",
            "is missing",
        ),
        (
            {"speechConfig": {"multiSpeakerVoiceConfig": {"speakerVoiceConfigs": [{"speaker": "A"}] * 3}}},
            "speechConfig.multiSpeakerVoiceConfig.speakerVoiceConfigs",
            "at most 2 speakers",
        ),
    ],
)
def test_speech_that_is_refused(post, config, path, problem):
    message = problem_of(post({"text": "x"}, path=SPEAK, **{"responseModalities": ["AUDIO"], **config}))
    assert message.startswith(f"generationConfig.{path}: ")
    assert problem in message


def test_other_models_do_not_speak(post):
    message = problem_of(post({"text": "x"}, responseModalities=["AUDIO"]))
    assert "answers in text only, not AUDIO; speech is made by models with -tts in their name." in message


def test_without_the_extra_speech_is_refused(post, monkeypatch):
    monkeypatch.setattr("genai_local.voice.extra._PACKAGES", ("no_such_package",))
    message = problem_of(post({"text": "x"}, path=SPEAK, responseModalities=["AUDIO"]))
    assert message.startswith("generationConfig.responseModalities: speech requires")
    assert "pip install 'genai-local[voice]'" in message
