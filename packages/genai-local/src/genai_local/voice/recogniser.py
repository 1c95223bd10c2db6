"""The program of a process that recognises speech. `ears` starts it and speaks with it through its standard streams.

It reads commands: a letter, a length of four bytes, and so many bytes. `a` adds sound (16-bit, 16 kHz, one channel), `e` ends the
recording. It writes the words of each passage between two pauses as a line of JSON once they are known, and an empty line when
a recording has ended. The recogniser blocks all threads of its process, which is why it has one of its own.
"""

from __future__ import annotations

import json
import signal
import struct
import sys
from importlib import import_module
from typing import Any

from .activity import RATE_HZ, WINDOW_BYTES, ActivitySettings, Detector

HEADER = struct.Struct("<cI")
READY = b"ready\n"
_PASSAGES = ActivitySettings(silence_ms=320)
_MARGIN_BYTES = 2 * RATE_HZ * 7 // 20
"""Sound before the detected beginning of a passage that is recognised, too: words begin softly."""
_MEASURED_BYTES = 2 * RATE_HZ * 2
_MAX_PASSAGE_BYTES = 2 * RATE_HZ * 30


def main() -> None:
    """Read commands until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal is for the server, which closes the input
    decoder: Any = import_module("pocketsphinx").Decoder(samprate=RATE_HZ, loglevel="FATAL")
    level: str = decoder.get_cmn(False)
    _write(READY)
    recording = Recording(decoder, level)
    while len(header := sys.stdin.buffer.read(HEADER.size)) == HEADER.size:
        command, length = HEADER.unpack(header)
        sound = sys.stdin.buffer.read(length)
        if command == b"a":
            recording.add(sound)
        else:
            recording.end()
            _write(b"\n")
            recording = Recording(decoder, level)


class Recording:
    """One recording: its passages of speech are recognised while it is read.

    Args:
        decoder: the recogniser.
        level: the recogniser's assumption about microphones before it has adapted to one.
    """

    def __init__(self, decoder: Any, level: str) -> None:
        self._decoder = decoder
        self._level = level
        self._detector = Detector(_PASSAGES)
        self._before = b""
        self._passage_bytes = 0
        self._first_sound: bytes | None = b""

    def add(self, sound: bytes) -> None:
        """Add sound of any length."""
        for start in range(0, len(sound), WINDOW_BYTES):
            self._add_window(sound[start : start + WINDOW_BYTES])

    def _add_window(self, sound: bytes) -> None:
        self._detector.feed(sound)
        is_speech = self._detector.activity.is_speech
        if not is_speech and not self._passage_bytes:
            self._before = (self._before + sound)[-_MARGIN_BYTES:]
            return
        if not self._passage_bytes:
            self._decoder.start_utt()
            sound, self._before = self._before + sound, b""
        self._passage_bytes += len(sound)
        self._recognise(sound)
        if not is_speech or self._passage_bytes >= _MAX_PASSAGE_BYTES:
            self.end()

    def _recognise(self, sound: bytes) -> None:
        if self._first_sound is None:
            self._decoder.process_raw(sound, full_utt=False)
            return
        self._first_sound += sound
        if len(self._first_sound) >= _MEASURED_BYTES:
            self._measure()

    def _measure(self) -> None:
        """Let the recogniser adapt to the microphone with the first speech of the recording, then recognise this speech.

        The recogniser adapts from passage to passage. Without this, the words would depend on the recording before.
        """
        sound, self._first_sound = self._first_sound or b"", None
        self._decoder.set_cmn(self._level)
        self._decoder.process_raw(sound, no_search=True, full_utt=False)
        self._decoder.end_utt()
        self._decoder.start_utt()
        self._decoder.process_raw(sound, full_utt=False)

    def end(self) -> None:
        """Recognise the rest of the passage, and write its words."""
        if not self._passage_bytes:
            return
        self._passage_bytes = 0
        if self._first_sound is not None:
            self._measure()
        self._decoder.end_utt()
        found = self._decoder.hyp()
        words: str = found.hypstr if found is not None else ""
        if words:
            _write(json.dumps(words).encode() + b"\n")


def _write(line: bytes) -> None:
    sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()
