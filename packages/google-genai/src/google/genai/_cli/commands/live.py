"""`genai live`: one turn of a live session: text or a WAV file in, text or a WAV file out."""

from __future__ import annotations

from typing import Any

import click

from .. import media, output
from ..attachments import read_stdin
from ..connection import connect, settings
from ..exits import Exit, Failure
from ..flags import connection_options


@click.command()
@click.argument("prompt", nargs=-1)
@click.option("--audio", "sound", metavar="FILE", help="A WAV file to send.")
@click.option("--to", "path", metavar="FILE", help="WAV file for the answer; without it, the answer is text.")
@click.option("--force", is_flag=True, help="Replace an existing file.")
@click.option("-m", "--model", metavar="NAME", help="Model.")
@click.option("-s", "--system", metavar="TEXT", help="System instruction.")
@click.option("--voice", metavar="NAME", help="Voice of the answer.")
@connection_options
def live(
    prompt: tuple[str, ...],
    sound: str | None,
    path: str | None,
    force: bool,
    model: str | None,
    system: str | None,
    voice: str | None,
) -> None:
    """Send text or a sound file to a live session, and print the answer or write it to a file.

    With --to, a transcript of the answer is on stdout if the model has one.
    """
    text = " ".join(prompt) or read_stdin()[0].strip()
    if not text and sound is None:
        raise Failure("Nothing to send.", hint="Give a text, or --audio FILE.")
    paths = media.paths_for(path, 1, stem="answer", ending=".wav", force=force) if path is not None else []
    samples, rate = _read_sound(sound) if sound is not None else (b"", 0)
    found = settings(live_model=model)
    config: dict[str, Any] = {"response_modalities": ["AUDIO" if paths else "TEXT"]}
    if paths:
        config["output_audio_transcription"] = {}
    if system:
        config["system_instruction"] = system
    if voice:
        config["speech_config"] = {"voice_config": {"prebuilt_voice_config": {"voice_name": voice}}}
    if sound is not None:  # the file is one utterance, so its end is known, and no detection of speech is needed
        config["realtime_input_config"] = {"automatic_activity_detection": {"disabled": True}}
    client = connect(found)
    given: Any = config
    with client.live.connect(model=found["live_model"], config=given) as session:
        if sound is not None:
            _send_sound(session, samples, rate)
        if text:
            session.send_client_content(turns={"role": "user", "parts": [{"text": text}]})
        told, recording = _receive(session)
    if paths:
        if not recording.samples:
            raise Failure("The answer contains no sound.", Exit.EMPTY)
        recording.save(paths[0])
        output.note(f"Saved: {paths[0]} ({recording.duration_s:.1f} s)")
    elif not told:
        raise Failure("The answer is empty.", Exit.EMPTY)


def _send_sound(session: Any, samples: bytes, rate: int) -> None:
    from google.genai.live import audio

    session.send_realtime_input(activity_start={})
    for piece in audio.chunks(samples, rate=rate, chunk_ms=100):
        session.send_realtime_input(audio=piece)
    session.send_realtime_input(activity_end={})


def _receive(session: Any) -> tuple[str, Any]:
    """Print the text of one turn while it arrives, and return it with the recorded sound."""
    from google.genai.live import audio

    recording = audio.Recording()
    told = ""
    for message in session.receive():
        recording.add(message)
        content = message.server_content
        transcript = content.output_transcription.text if content is not None and content.output_transcription else None
        turn = content.model_turn if content is not None else None
        text = "".join(
            part.text for part in (turn.parts if turn is not None else None) or () if part.text and not part.thought
        )
        piece = transcript or text
        if piece:
            told += piece
            output.write(piece)
    if told and not told.endswith("\n"):
        output.write("\n")
    return told, recording


def _read_sound(path: str) -> tuple[bytes, int]:
    from google.genai.live import audio

    try:
        return audio.read_wav(path)
    except OSError as error:
        raise Failure(f"--audio {path}: {error.strerror or error}.") from error
    except (ValueError, EOFError) as error:
        raise Failure(f"--audio {path}: {error}") from error
