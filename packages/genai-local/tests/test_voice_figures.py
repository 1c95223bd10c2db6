"""The figures about the voice in the README: errors of the recogniser, its speed, and the time to the first sound of an answer.

`python -m pytest -n 0 -s packages/genai-local/tests/test_voice_figures.py` prints them. The recordings are those of the package
`moonshine-voice`, which is downloaded and not installed.
"""

from __future__ import annotations

import base64
import importlib.util
import re
import statistics
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from genai_local import weights
from genai_local.engines.scripted import ScriptedEngine
from genai_local.framework.admission import Admission
from genai_local.framework.api import Api
from genai_local.server import LocalServer, serve
from genai_local.voice.activity import RATE_HZ
from genai_local.voice.ears import Ears
from genai_local.voice.mouth import Mouth
from genai_local.voice.recordings import read_recording
from genai_local.voice.resampling import resample

from .test_live import Client

pytestmark = pytest.mark.heavy

SPOKEN_TEXTS = {
    "two_cities.wav": (
        "It was the best of times, it was the worst of times, it was the age of wisdom, it was the age of foolishness, it was the "
        "epoch of belief, it was the epoch of incredulity, it was the season of light, it was the season of darkness, it was the "
        "spring of hope, it was the winter of despair, we had everything before us, we had nothing before us, we were all going "
        "direct to heaven, we were all going direct the other way. In short, the period was so far like the present period that "
        "some of its noisiest authorities insisted on its being received, for good or for evil, in the superlative degree of "
        "comparison only."
    ),
    "beckett.wav": "Ever tried. Ever failed. No matter. Try again. Fail again. Fail better.",
}
OWN_QUESTIONS = [
    "What is the weather like in Boston today?",
    "How many people live in the city of New York?",
    "Please tell me something about the history of music.",
    "Can you write a short story about a dog?",
]
QUESTION = "What is the weather like in Boston today, and what will it be tomorrow?"
PIECE_S = 0.1
ROUNDS = 7


def words_of(text: str) -> list[str]:
    return re.sub(r"[^a-z' ]", "", text.lower()).split()


def errors(expected: list[str], heard: list[str]) -> int:
    """Return how many words have to be replaced, added or removed."""
    row = list(range(len(heard) + 1))
    for index, word in enumerate(expected, 1):
        diagonal, row[0] = row[0], index
        for place, other in enumerate(heard, 1):
            diagonal, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, diagonal + (word != other))
    return row[-1]


@pytest.fixture
async def ears():
    api = Api(ScriptedEngine(), Admission(1, 8))
    ears = Ears(api)
    await ears.warm_up()
    yield ears
    await ears.end()
    api.state.close()


@pytest.fixture(scope="session")
def recordings(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("recordings")
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", "--only-binary=:all:"]
    done = subprocess.run(
        [*command, "--dest", str(folder), "moonshine-voice"], capture_output=True, check=False, text=True
    )
    if done.returncode:
        pytest.skip(f"pip cannot download moonshine-voice: {done.stderr[-200:]}")
    [wheel] = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        for name in SPOKEN_TEXTS:
            (folder / name).write_bytes(archive.read(f"moonshine_voice/assets/{name}"))
    return folder


async def heard_in(ears: Ears, sound: bytes, text: str) -> tuple[int, int, float]:
    """Return the number of wrong words, the number of words, and the time to recognise a second of sound."""
    started = time.perf_counter()
    heard = words_of(await ears.transcribe(sound))
    return (
        errors(words_of(text), heard),
        len(words_of(text)),
        (time.perf_counter() - started) / len(sound) * 2 * RATE_HZ,
    )


async def test_errors_and_speed_of_the_recogniser(ears, recordings):
    for name, text in SPOKEN_TEXTS.items():
        wrong, count, factor = await heard_in(ears, read_recording((recordings / name).read_bytes(), "audio/wav"), text)
        print(f"\n{name}: {wrong} of {count} words wrong ({100 * wrong / count:.0f} %), {factor:.2f} s for a second")
        assert wrong / count < (0.35 if count > 50 else 0.9)
        assert factor < 2
    results = [
        await heard_in(ears, bytes(RATE_HZ) + resample(Mouth().speak(text), 24_000, RATE_HZ) + bytes(RATE_HZ), text)
        for text in OWN_QUESTIONS
    ]
    wrong, count = (sum(result[place] for result in results) for place in (0, 1))
    print(f"own voice: {wrong} of {count} words wrong ({100 * wrong / count:.0f} %)")
    assert wrong / count < 0.5


@pytest.fixture(scope="module")
def llama() -> Iterator[LocalServer]:
    if importlib.util.find_spec("xllamacpp") is None or not weights.path_of(weights.DEFAULT).is_file():
        pytest.skip("the model is not in the cache: genai-local pull smollm2")
    with serve(engine="llama") as server:
        yield server


def test_time_from_a_question_to_the_first_sound_of_the_answer(llama):
    sound = Mouth().speak(QUESTION)
    sound = sound[: len(sound) - 2 * 24_000 * 16 // 100]  # without the silence at its end
    client = Client(llama.url)
    client.setup(generationConfig={"responseModalities": ["AUDIO"], "maxOutputTokens": 60}, inputAudioTranscription={})
    delays = [delay_after(client, sound) for _ in range(ROUNDS)]
    client.leave.close()
    warm = sorted(delays[1:])
    print(
        f"\nquestion of {len(sound) / 48_000:.1f} s: first sound after {statistics.median(warm):.2f} s (median), {warm[-1]:.2f} s at most"
    )
    assert statistics.median(warm) < 10


def delay_after(client: Client, question: bytes) -> float:
    """Ask in real time, then send silence, and return the time from the end of the question to the first sound."""
    size = 2 * int(24_000 * PIECE_S)
    pieces = [bytes(size)] * 5 + [question[start : start + size] for start in range(0, len(question), size)]
    ended_at: list[float] = []

    def speak() -> None:
        started = time.monotonic()
        for index, piece in enumerate([*pieces, *[bytes(size)] * 10]):
            time.sleep(max(0, started + (index + 1) * PIECE_S - time.monotonic()))
            data = base64.b64encode(piece).decode()
            client.send({"realtimeInput": {"audio": {"mimeType": "audio/pcm;rate=24000", "data": data}}})
            if index + 1 == len(pieces):
                ended_at.append(time.monotonic())

    speaker = threading.Thread(target=speak)
    speaker.start()
    client.until(lambda message: "modelTurn" in message.get("serverContent", {}))
    delay = time.monotonic() - ended_at[0]
    speaker.join()
    client.say("Stop.")  # interrupts the rest of the answer
    client.turn()
    client.turn()
    return delay
