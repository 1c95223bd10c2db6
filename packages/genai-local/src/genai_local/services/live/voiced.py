"""A session with a voice: the server hears what the user says and speaks its answers.

Sound of the user goes through the detection of voice activity, or is framed by the client's own signals. Each activity becomes an
`_Utterance`, which a task recognises while it is spoken; its words are the turn. Answers are spoken sentence by sentence.
"""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from functools import partial
from typing import Any

from ...framework.api import Api
from ...protocol.errors import JsonObject, invalid
from ...protocol.limits import MAX_AUDIO_S
from ...voice.activity import RATE_HZ, WINDOW_BYTES, ActivityEvent, ActivitySettings, Detector
from ...voice.ears import Ears
from ...voice.extra import is_installed
from ...voice.mouth import RATE_HZ as OUTPUT_RATE_HZ
from ...voice.recordings import RecordingError, rate_of
from ...voice.resampling import Resampler
from ...voice.sentences import Sentences
from ..prompts.recordings import Heard
from ..speech.voices import Voices, voices_of
from .settings import Settings
from .speech import Listener, Speech, Voiceless

_BYTES_PER_S = 2 * RATE_HZ
_LEAD_BYTES = _BYTES_PER_S // 2
"""Sound before the detected beginning of speech that belongs to the turn."""
_ALL_INPUT_BYTES = 60 * _BYTES_PER_S
"""The same, if turns include all input."""
_PIECE_BYTES = _BYTES_PER_S
_WAITING_PIECES = 30
_OUTPUT_PIECE_BYTES = 2 * OUTPUT_RATE_HZ // 5
_AHEAD_S = 5.0
"""The longest sound of an answer that the client has not played yet. With more, an interruption would find the answer complete."""


class Voiced:
    """The audio of one session.

    Args:
        api: the server's parts.
        session: the session.
        settings: its settings.
        voices: the voices of the answers; None for answers in text.
    """

    def __init__(self, api: Api, session: Listener, settings: Settings, voices: Voices | None) -> None:
        self._ears = api.part(Ears)
        self._session = session
        self._input = _Input(settings)
        self._answer = None if voices is None else _Answer(settings, voices)
        self._has_transcription = "inputAudioTranscription" in settings.setup
        self._has_signals: bool = settings.setup.get("explicitVadSignal", False)
        self._utterance: _Utterance | None = None
        """What the user is saying now."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._last: asyncio.Task[None] | None = None
        self._heard: list[JsonObject] = []
        """Words that wait because the user speaks again."""
        self._run(self._ears.warm_up())

    async def hear(self, audio: JsonObject, path: str) -> None:
        """Take a piece of the user's audio, and begin and end utterances where the user does."""
        sound, events = await asyncio.to_thread(self._input.read, audio, path)
        for event, before in events:
            await self._add(before)
            if event.kind == "started":
                await self.begin_activity()
            else:
                await self._finish()
        await self._add(sound)
        if self._utterance is not None:
            self._session.note_unsaved_input()

    async def _add(self, sound: bytes) -> None:
        if self._utterance is None:
            self._input.keep(sound)
            return
        await self._utterance.add(sound)
        if self._utterance.duration_s > MAX_AUDIO_S:
            self._input.reset()
            await self._finish()

    async def begin_activity(self) -> None:
        """Begin an utterance, which interrupts the answer."""
        if self._utterance is not None:
            return
        self._utterance = utterance = _Utterance()
        await self._signal("START", "SOS")
        await self._session.begin_activity()
        self._last = self._run(self._recognise(utterance, self._last))
        await utterance.add(self._input.take())

    async def end_activity(self) -> None:
        """End the utterance, which the client has framed; it is answered whatever was heard."""
        if self._utterance is None:
            await self._session.end_activity([])
            return
        self._utterance.is_framed = True
        await self._finish()

    async def end_stream(self) -> None:
        """End the utterance, if the user is speaking."""
        await self._add(self._input.end())
        await self._finish()

    async def _finish(self) -> None:
        utterance, self._utterance = self._utterance, None
        if utterance is not None:
            await self._signal("END", "EOS")
            await utterance.finish()

    async def _signal(self, activity: str, signal: str) -> None:
        if self._has_signals:
            message = {"voiceActivityDetectionSignal": {"vadSignalType": f"VAD_SIGNAL_TYPE_{signal}"}}
            await self._session.send({**message, "voiceActivity": {"voiceActivityType": f"ACTIVITY_{activity}"}})

    async def _recognise(self, utterance: _Utterance, before: asyncio.Task[None] | None) -> None:
        """Hear an utterance, after the one before, and then let the session take the turn."""
        if before is not None:
            await asyncio.wait({before})
        words = await self._words(utterance)
        self._session.post(partial(self._take_turn, utterance, words))

    async def _words(self, utterance: _Utterance) -> str:
        words: list[str] = []
        async with self._ears.listen() as listening:
            feeding = asyncio.create_task(utterance.pass_on(listening.feed, listening.finish))
            try:
                async for passage in listening.passages():
                    words.append(passage)
                    await self._transcribe({"text": passage if len(words) == 1 else f" {passage}"})
                await feeding
            finally:
                feeding.cancel()
                await asyncio.gather(feeding, return_exceptions=True)
        if words:
            await self._transcribe({"finished": True})
        return " ".join(words)

    async def _transcribe(self, transcription: JsonObject) -> None:
        if self._has_transcription:
            await self._session.send({"serverContent": {"inputTranscription": transcription}})

    async def _take_turn(self, utterance: _Utterance, words: str) -> None:
        if words or utterance.is_framed:
            self._heard.append(Heard(words, utterance.duration_s).part())
        if self._heard and self._utterance is None:
            heard, self._heard = self._heard, []
            for part in heard[:-1]:
                part["text"] += "\n"
            await self._session.end_activity(heard)

    async def say(self, parts: list[JsonObject]) -> AsyncGenerator[JsonObject, None]:
        """Yield the parts as they are, or the sound of the sentences that are complete and due."""
        if self._answer is None:
            yield {"modelTurn": {"role": "model", "parts": parts}}
            return
        for part in parts:
            if part.get("text") and not part.get("thought"):
                self._answer.add(part["text"])
            else:
                yield {"modelTurn": {"role": "model", "parts": [part]}}
        while self._answer.is_due():
            for content in await self._answer.speak():
                yield content

    async def finish(self) -> AsyncGenerator[JsonObject, None]:
        """Yield the sound of the other sentences, each when it is due."""
        if self._answer is None:
            return
        self._answer.end()
        while self._answer.sentences:
            await asyncio.sleep(self._answer.ahead_s() - _AHEAD_S)
            for content in await self._answer.speak():
                yield content
        self._answer.begin()
        if self._answer.has_transcription:
            yield {"outputTranscription": {"finished": True}}

    def stop(self, said: list[JsonObject]) -> list[JsonObject]:
        """Forget the rest of the answer, and return its beginning that was spoken."""
        if self._answer is None or self._answer.is_complete:
            return said
        spoken = self._answer.stop()
        return [*([{"text": spoken}] if spoken else []), *(part for part in said if part.keys() != {"text"})]

    def output_s(self) -> float | None:
        """Return how long the answer to this turn is spoken, and begin a new one; None for answers in text."""
        if self._answer is None:
            return None
        duration_s, self._answer.duration_s = self._answer.duration_s, 0.0
        return duration_s

    async def close(self) -> None:
        """End all recognition."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _run(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run work in a task of the session; its failure ends the session."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._end_task)
        return task

    def _end_task(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._session.post(partial(_fail, error))


async def _fail(error: BaseException) -> None:
    raise error


class _Input:
    """The stream of the user's sound, converted to the rate of the ears, with its voice activity.

    Args:
        settings: the settings of the session.
    """

    def __init__(self, settings: Settings) -> None:
        config: JsonObject = settings.setup.get("realtimeInputConfig", {})
        detection: JsonObject = config.get("automaticActivityDetection", {})
        self._activity = ActivitySettings(
            start_sensitivity="low" if detection.get("startOfSpeechSensitivity") == "START_SENSITIVITY_LOW" else "high",
            end_sensitivity="low" if detection.get("endOfSpeechSensitivity") == "END_SENSITIVITY_LOW" else "high",
            prefix_ms=detection.get("prefixPaddingMs"),
            silence_ms=detection.get("silenceDurationMs"),
        )
        self._is_manual = settings.has_manual_activity
        lead_bytes = _LEAD_BYTES + (self._activity.prefix_ms or 0) * _BYTES_PER_S // 1000
        takes_all = config.get("turnCoverage") == "TURN_INCLUDES_ALL_INPUT"
        self._kept_bytes = _ALL_INPUT_BYTES if takes_all else 0 if self._is_manual else lead_bytes
        self._kept = b""
        self._rate_hz = RATE_HZ
        self._resampler = Resampler(RATE_HZ, RATE_HZ)
        self._detector: Detector | None = None

    def read(self, audio: JsonObject, path: str) -> tuple[bytes, list[tuple[ActivityEvent, bytes]]]:
        """Return the sound after the last event, and the events, each with the sound before it.

        Raises:
            ApiError: 400 for anything but raw samples.
        """
        kind: str = audio.get("mimeType", "")
        try:
            rate_hz = rate_of(kind)
        except RecordingError as error:
            raise invalid(f"{path}.mimeType", f"{error}.") from None
        if rate_hz is None:
            raise invalid(f"{path}.mimeType", f"expected audio/pcm;rate=16000 or another rate, not {kind!r}.")
        sound = b""
        if rate_hz != self._rate_hz:
            sound = self._resampler.end()
            self._rate_hz, self._resampler = rate_hz, Resampler(rate_hz, RATE_HZ)
        sound += self._resampler.feed(base64.b64decode(audio.get("data", "")))
        return self._detect(sound)

    def _detect(self, sound: bytes) -> tuple[bytes, list[tuple[ActivityEvent, bytes]]]:
        if self._is_manual:
            return sound, []
        self._detector = self._detector or Detector(self._activity)
        events: list[tuple[ActivityEvent, bytes]] = []
        last = 0
        for start in range(0, len(sound), WINDOW_BYTES):
            end = start + WINDOW_BYTES
            for event in self._detector.feed(sound[start:end]):
                events.append((event, sound[last:end]))
                last = end
        return sound[last:], events

    def keep(self, sound: bytes) -> None:
        """Keep the newest sound for the next utterance."""
        self._kept = (self._kept + sound)[-self._kept_bytes :] if self._kept_bytes else b""

    def take(self) -> bytes:
        """Return the sound that was kept."""
        kept, self._kept = self._kept, b""
        return kept

    def end(self) -> bytes:
        """Return the rest of the sound; the next piece begins a new stream."""
        rest = self._resampler.end()
        self._resampler = Resampler(self._rate_hz, RATE_HZ)
        self.reset()
        return rest

    def reset(self) -> None:
        """Forget that the user is speaking."""
        self._detector = None


class _Utterance:
    """Sound between the beginning and the end of an activity of the user, on its way to the ears."""

    def __init__(self) -> None:
        self.is_framed = False
        """Whether the client itself has said when it ended."""
        self.duration_s = 0.0
        self._pieces: asyncio.Queue[bytes] = asyncio.Queue(_WAITING_PIECES)

    async def add(self, sound: bytes) -> None:
        """Add sound; wait while too much of it is waiting."""
        self.duration_s += len(sound) / _BYTES_PER_S
        for start in range(0, len(sound), _PIECE_BYTES):
            await self._pieces.put(sound[start : start + _PIECE_BYTES])

    async def finish(self) -> None:
        """End the utterance."""
        await self._pieces.put(b"")

    async def pass_on(self, feed: Callable[[bytes], Awaitable[None]], finish: Callable[[], Awaitable[None]]) -> None:
        """Pass the sound on until the end of the utterance."""
        while piece := await self._pieces.get():
            await feed(piece)
        await finish()


class _Answer:
    """The sentences of an answer on their way to the client, and the sound of it that the client has not played yet.

    Args:
        settings: the settings of the session.
        voices: the voices.
    """

    def __init__(self, settings: Settings, voices: Voices) -> None:
        self.has_transcription = "outputAudioTranscription" in settings.setup
        self.duration_s = 0.0
        """How long the turn is spoken so far."""
        self.sentences: list[str] = []
        """Complete sentences that have not been spoken."""
        self._mouth = voices.main
        self._silent_from = 0.0
        self._text = Sentences(hurries=True)
        self._spoken = ""
        self.is_complete = True
        """Whether everything has been spoken."""

    def add(self, text: str) -> None:
        """Add a piece of the text."""
        self.is_complete = False
        self.sentences += self._text.feed(text)

    def end(self) -> None:
        """Note that the text is complete."""
        self.sentences += self._text.end()

    def ahead_s(self) -> float:
        """Return how long the client still plays what it has received."""
        return max(0.0, self._silent_from - time.monotonic())

    def is_due(self) -> bool:
        """Return whether a sentence is to be spoken now."""
        return bool(self.sentences) and self.ahead_s() <= _AHEAD_S

    async def speak(self) -> list[JsonObject]:
        """Return the contents for the next sentence: its text if the client wants it, and its sound."""
        sentence = self.sentences.pop(0)
        sound = await asyncio.to_thread(self._mouth.speak, sentence)
        duration_s = len(sound) / 2 / OUTPUT_RATE_HZ
        self._spoken += sentence
        self.duration_s += duration_s
        self._silent_from = max(self._silent_from, time.monotonic()) + duration_s
        contents: list[JsonObject] = [{"outputTranscription": {"text": sentence}}] if self.has_transcription else []
        for start in range(0, len(sound), _OUTPUT_PIECE_BYTES):
            data = base64.b64encode(sound[start : start + _OUTPUT_PIECE_BYTES]).decode()
            blob = {"mimeType": f"audio/pcm;rate={OUTPUT_RATE_HZ}", "data": data}
            contents.append({"modelTurn": {"role": "model", "parts": [{"inlineData": blob}]}})
        return contents

    def begin(self) -> None:
        """Expect the text of the next answer."""
        self._text, self._spoken, self.is_complete = Sentences(hurries=True), "", True

    def stop(self) -> str:
        """Forget the rest, and return the text that was spoken."""
        spoken = self._spoken
        self.sentences, self._silent_from = [], 0.0
        self.begin()
        return spoken


async def speech_of(api: Api, session: Listener, settings: Settings) -> Speech:
    """Return the audio of a session: with a voice if the extra is installed and the engine does not take audio itself.

    Raises:
        ApiError: 400 for an unknown voice or language, and for answers in audio without a voice.
    """
    can = api.engine.capabilities
    if can.media or can.media_output or not is_installed():
        return Voiceless(session, settings, can)
    voices = None
    if settings.is_spoken:
        config: JsonObject = settings.setup["generationConfig"].get("speechConfig", {})
        path = "setup.generationConfig.speechConfig"
        if config.get("multiSpeakerVoiceConfig"):
            raise invalid(f"{path}.multiSpeakerVoiceConfig", "is not supported in a session; use voiceConfig.")
        voices = await voices_of(api, config, path, "setup.generationConfig.responseModalities")
    return Voiced(api, session, settings, voices)
