"""Ask a question by voice, and hear the answer.

python examples/live_voice.py                             microphone and loudspeaker (pip install sounddevice)
python examples/live_voice.py question.wav answer.wav     a WAV file in, a WAV file out
"""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator

from google import genai
from google.genai import live, types
from google.genai.live import audio

MODEL = "gemini-live-2.5-flash-preview"
CONFIG = types.LiveConnectConfig(
    response_modalities=[types.Modality.AUDIO],
    system_instruction="Answer in one or two short sentences.",
    input_audio_transcription=types.AudioTranscriptionConfig(),
    output_audio_transcription=types.AudioTranscriptionConfig(),
    automatic_resumption=types.AutomaticResumptionConfig(),
)
SILENCE_S = 1.0


async def from_file(path: str) -> AsyncIterator[types.Blob]:
    """Yield the sound of a file as fast as it would be spoken, and silence after it, so that its end is noticed."""
    samples, rate = audio.read_wav(path)
    for piece in audio.chunks(samples + bytes(2 * int(rate * SILENCE_S)), rate=rate):
        yield piece
        await asyncio.sleep(0.02)


async def send(session: live.AsyncSession, sound: AsyncIterator[types.Blob]) -> None:
    async for piece in sound:
        await session.send_realtime_input(audio=piece)


class Transcript:
    """The words of both sides, printed as they come."""

    def __init__(self) -> None:
        self._speaker = ""

    def show(self, message: types.LiveServerMessage) -> None:
        """Print the transcripts in a message."""
        content = message.server_content
        if content is None:
            return
        for speaker, words in (("you", content.input_transcription), ("model", content.output_transcription)):
            if words is not None and words.text:
                if speaker != self._speaker:
                    print(f"\n{speaker}: ", end="")
                    self._speaker = speaker
                print(words.text, end="", flush=True)


async def one_question(session: live.AsyncSession, question: str, answer: str) -> None:
    """Ask the question in a file, and save the answer."""
    sender = asyncio.create_task(send(session, from_file(question)))
    recording, transcript = audio.Recording(), Transcript()
    async for message in session.receive():
        recording.add(message)
        transcript.show(message)
    await sender
    recording.save(answer)
    print(f"\n{recording.duration_s:.1f} s of sound in {answer}")


async def conversation(session: live.AsyncSession) -> None:
    """Talk until the program is interrupted."""
    print("Speak; Ctrl-C ends the conversation.")
    sender = asyncio.create_task(send(session, audio.microphone()))
    transcript = Transcript()
    try:
        with audio.Speaker() as speaker:
            async for event in session.events():
                if isinstance(event, types.LiveServerMessage):
                    speaker.play(event)
                    transcript.show(event)
    finally:
        sender.cancel()


async def main() -> None:
    async with genai.Client().aio.live.connect(model=MODEL, config=CONFIG) as session:
        if len(sys.argv) == 3:
            await one_question(session, *sys.argv[1:])
        else:
            await conversation(session)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())
