"""Speech by itself, without a server: resampling, voice activity, sentences, the voice and the recogniser."""

from __future__ import annotations

import asyncio
import math
from array import array
from concurrent.futures import ThreadPoolExecutor

import pytest

from genai_local.engines.scripted import ScriptedEngine
from genai_local.framework.admission import Admission
from genai_local.framework.api import Api
from genai_local.protocol.errors import ApiError
from genai_local.voice.activity import RATE_HZ, WINDOW_BYTES, Activity, ActivitySettings, Detector
from genai_local.voice.ears import Ears
from genai_local.voice.mouth import Mouth, VoiceError
from genai_local.voice.resampling import Resampler, pcm_of, resample, samples_of
from genai_local.voice.sentences import Sentences, sentences_of
from genai_local.voice.voices import VOICES

QUESTION = "What is the weather like in Boston today?"
FIRST_WORDS = ["what", "is", "the", "weather", "like"]
SILENCE = bytes(2 * RATE_HZ)


def tone(frequency_hz, rate_hz, amplitude=10_000, duration_s=0.48):
    samples = (
        amplitude * math.sin(2 * math.pi * frequency_hz * n / rate_hz) for n in range(round(rate_hz * duration_s))
    )
    return pcm_of(array("h", map(round, samples)))


def loudness(pcm):
    samples = samples_of(pcm)
    return math.sqrt(sum(sample * sample for sample in samples) / len(samples))


@pytest.fixture(scope="module")
def question():
    return SILENCE + resample(Mouth().speak(QUESTION), 24_000, RATE_HZ) + SILENCE


# Resampling


@pytest.mark.parametrize("source_hz", [8_000, 11_025, 22_050, 24_000, 44_100, 48_000])
@pytest.mark.parametrize("target_hz", [16_000, 24_000])
def test_a_tone_stays_the_same_at_another_rate(source_hz, target_hz):
    converted = samples_of(resample(tone(1000, source_hz), source_hz, target_hz))
    assert len(converted) == target_hz * 0.48
    shift = (0.5 / target_hz - 0.5 / source_hz) * 2 * math.pi * 1000
    expected = [10_000 * math.sin(2 * math.pi * 1000 * n / target_hz + shift) for n in range(len(converted))]
    inner = slice(100, -100)
    assert max(abs(a - b) for a, b in zip(converted[inner], expected[inner], strict=True)) < 100


@pytest.mark.parametrize(("source_hz", "target_hz"), [(8_000, 16_000), (22_050, 24_000), (48_000, 16_000)])
@pytest.mark.parametrize("size", [1, 3, 641, 9_999])
def test_pieces_of_any_length_give_the_same_sound_as_the_whole(source_hz, target_hz, size):
    sound = tone(440, source_hz, duration_s=0.1)
    resampler = Resampler(source_hz, target_hz)
    pieces = [resampler.feed(sound[start : start + size]) for start in range(0, len(sound), size)] + [resampler.end()]
    whole, joined = samples_of(resample(sound, source_hz, target_hz)), samples_of(b"".join(pieces))
    assert len(whole) == len(joined)
    assert max(abs(a - b) for a, b in zip(whole, joined, strict=True)) <= 4


def test_frequencies_that_the_new_rate_cannot_express_are_removed():
    assert loudness(resample(tone(11_000, 48_000), 48_000, 16_000)) < 0.05 * loudness(tone(11_000, 48_000))


def test_loud_edges_do_not_overflow():
    square = pcm_of(array("h", ([32_767] * 20 + [-32_768] * 20) * 50))
    assert max(samples_of(resample(square, 8_000, 16_000))) == 32_767


def test_sound_at_the_same_rate_is_unchanged():
    assert resample(tone(440, 16_000), 16_000, 16_000) == tone(440, 16_000)
    assert resample(b"", 8_000, 16_000) == b""


# Voice activity

WINDOW = WINDOW_BYTES // 2


def events_of(probabilities, **settings):
    activity = Activity(ActivitySettings(**settings))
    events = [activity.add(probability) for probability in probabilities]
    return [(event.kind, event.sample // WINDOW) for event in events if event is not None]


@pytest.mark.parametrize(
    ("settings", "probabilities", "events"),
    [
        ({}, [0] * 5 + [1] * 10 + [0] * 20, [("started", 5), ("ended", 15)]),
        ({}, [0] * 5 + [1] + [0] * 20, []),
        ({}, [1] * 10 + [0] * 10 + [1] * 10, [("started", 0)]),
        ({"prefix_ms": 0}, [0] * 5 + [1] + [0] * 20, [("started", 5), ("ended", 6)]),
        ({"prefix_ms": 320}, [1] * 9 + [0] + [1] * 10 + [0] * 20, [("started", 10), ("ended", 20)]),
        ({"silence_ms": 64}, [1] * 4 + [0] * 2 + [1] * 4, [("started", 0), ("ended", 4), ("started", 6)]),
        ({"end_sensitivity": "low"}, [1] * 4 + [0] * 20, [("started", 0)]),
        ({"end_sensitivity": "low"}, [1] * 4 + [0] * 40, [("started", 0), ("ended", 4)]),
        ({"end_sensitivity": "low", "silence_ms": 32}, [1] * 4 + [0], [("started", 0), ("ended", 4)]),
        ({}, [0.6] * 5, [("started", 0)]),
        ({"start_sensitivity": "low"}, [0.6] * 5, []),
        ({}, [1] * 5 + [0.4] * 40, [("started", 0)]),
    ],
)
def test_activity(settings, probabilities, events):
    assert events_of(probabilities, **settings) == events


@pytest.mark.parametrize("size", [1, 500, WINDOW_BYTES, 10_000])
def test_a_detector_reads_pieces_of_any_length(size):
    loud, quiet = b"\1" * 10 * WINDOW_BYTES, bytes(20 * WINDOW_BYTES)
    detector = Detector(ActivitySettings(), probability=lambda window: float(any(window)))
    sound = quiet + loud + quiet + b"x"
    events = [event for start in range(0, len(sound), size) for event in detector.feed(sound[start : start + size])]
    assert [(event.kind, event.sample // WINDOW) for event in events] == [("started", 20), ("ended", 30)]


def test_the_model_detects_speech_and_ignores_a_tone(question):
    events = Detector(ActivitySettings()).feed(question)
    assert [event.kind for event in events] == ["started", "ended"]
    started, ended = (event.sample / RATE_HZ for event in events)
    assert started == pytest.approx(1, abs=0.2)
    assert ended == pytest.approx(len(question) / 2 / RATE_HZ - 1, abs=0.3)
    assert Detector(ActivitySettings()).feed(tone(440, RATE_HZ, duration_s=2)) == []


# Sentences


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_sentences_of_a_text_in_pieces(size):
    text = 'Yes. It is 3.5 degrees!\nShe said "No." And then: nothing'
    sentences = Sentences()
    found = [each for start in range(0, len(text), size) for each in sentences.feed(text[start : start + size])]
    found += sentences.end()
    assert "".join(found) == text
    assert [each.strip() for each in found] == ["Yes.", "It is 3.5 degrees!", 'She said "No."', "And then:", "nothing"]


def test_long_sentences_are_cut_between_words():
    text = "word " * 200
    assert "".join(sentences_of(text)) == text
    assert all(len(each) <= 240 and each.startswith("word") for each in sentences_of(text))
    assert list(map(len, sentences_of("x" * 500))) == [240, 240, 20]
    assert sentences_of("  \n ") == []


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("As of now, it is sunny.", "As of now, it is sunny."),
        ("As I said earlier, it is sunny.", "As I said earlier, "),
        ("Yes. It is sunny, as I said earlier.", "Yes. "),
        (
            "It will be sunny with a little rain on the coast in the evening.",
            "It will be sunny with a little rain on the ",
        ),
    ],
)
def test_the_first_words_of_an_answer_are_spoken_early(text, first):
    sentences = Sentences(hurries=True)
    found = [each for character in text for each in sentences.feed(character)] + sentences.end()
    assert found[0] == first
    assert "".join(found) == text
    assert len(found) <= 2


# The voice


def test_every_voice_sounds_different():
    assert len({(voice.variant, voice.words_per_minute, voice.pitch) for voice in VOICES.values()}) == 30
    sounds = [Mouth(voice.name).speak("Hello.") for voice in VOICES.values()]
    assert all(loudness(sound) > 500 for sound in sounds)
    assert len(set(map(len, sounds))) > 5


@pytest.mark.parametrize(
    "code", ["de-DE", "fr-FR", "es-US", "pt-BR", "hi-IN", "cmn-CN", "zh-CN", "ja-JP", "ar-XA", "en-IN"]
)
def test_languages_of_the_service_are_spoken(code):
    assert loudness(Mouth(language=code).speak("Hallo 2")) > 500


def test_names_of_voices_and_languages_in_any_case():
    assert len(Mouth("kORE", "EN_us").speak("Hello.")) == pytest.approx(
        len(Mouth("Kore", "en-US").speak("Hello.")), rel=0.01
    )
    assert len(Mouth("Kore", "de").speak("Hello.")) != pytest.approx(len(Mouth("Kore").speak("Hello.")), rel=0.01)


def test_unknown_voices_and_languages():
    with pytest.raises(VoiceError, match=r"'Nobody' is not a voice; expected one of Achernar, .*Zubenelgenubi\."):
        Mouth("Nobody")
    with pytest.raises(VoiceError, match=r"'qq-QQ' is not a known language; expected one of af, .*, de, .*\."):
        Mouth(language="qq-QQ")


def test_threads_speak_without_disturbing_each_other():
    tasks = [(voice, "word " * (1 + number)) for number, voice in enumerate(["Kore", "Puck", "Zephyr", "Orus"] * 6)]
    alone = [len(Mouth(voice).speak(text)) for voice, text in tasks]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(lambda task: len(Mouth(task[0]).speak(task[1])), tasks)) == pytest.approx(
            alone, rel=0.01
        )


def test_the_end_of_the_words_is_spoken():
    sound = Mouth().speak("Stop")
    assert loudness(sound[-2400:]) < 10
    assert len(sound) == pytest.approx(len(Mouth().speak("Stop")), rel=0.02)


def test_text_without_words():
    assert len(Mouth().speak("")) < 2000
    assert len(Mouth().speak("a\0b")) > len(Mouth().speak("a"))


# The recogniser


@pytest.fixture
async def ears():
    api = Api(ScriptedEngine(), Admission(1, 0))
    ears = Ears(api)
    yield ears
    await ears.end()
    api.state.close()


async def test_speech_is_recognised_and_the_words_depend_on_nothing_before(ears, question):
    words = await ears.transcribe(question)
    assert words.split()[:5] == FIRST_WORDS
    assert await ears.transcribe(bytes(RATE_HZ)) == ""
    assert await ears.transcribe(question) == words


async def test_the_words_before_a_pause_are_known_before_the_recording_ends(ears, question):
    async with ears.listen() as listening:
        await listening.feed(question + question)
        passages = listening.passages()
        assert (await anext(passages)).split()[:5] == FIRST_WORDS
        await listening.finish()
        assert [words.split()[0] async for words in passages] == ["what"]


async def test_a_recording_that_is_given_up_ends_its_process(ears, question):
    task = asyncio.create_task(ears.transcribe(question * 20))
    async with ears.listen() as listening:
        process = listening._process._process
        with pytest.raises(ApiError, match="exhausted"):
            await asyncio.gather(*(ears.transcribe(b"") for _ in range(50)))
    assert process.returncode is not None
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await ears.transcribe(b"") == ""


async def test_a_process_that_is_in_use_ends_with_its_recording_when_the_server_stops(ears):
    async with ears.listen() as listening:
        await ears.end()
        await listening.finish()
        assert [words async for words in listening.passages()] == []
    assert listening._process._process.returncode is not None


async def test_a_process_that_ends_is_an_error(ears):
    await ears.warm_up()
    ears._idle[0]._process.kill()
    await ears._idle[0]._process.wait()
    with pytest.raises(ApiError, match="ended unexpectedly"):
        await ears.transcribe(bytes(RATE_HZ * 4))
    assert await ears.transcribe(b"") == ""
