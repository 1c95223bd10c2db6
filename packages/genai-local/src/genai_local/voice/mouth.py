"""The voice of the server: text to 24 kHz sound, by the library espeak-ng of the package `espeakng-loader`.

The library has one state for the whole process and is not thread-safe, so every call takes one lock. A sentence takes about
2 ms. It makes 22,050 samples a second, which are converted.
"""

from __future__ import annotations

import ctypes
import functools
import re
import threading
from importlib import import_module
from pathlib import Path
from typing import Any

from .resampling import resample
from .voices import ALIASES, DEFAULT, VOICES, Voice

RATE_HZ = 24_000
DEFAULT_LANGUAGE = "en-US"

_MARKUP = re.compile(r"[*_#`|~<>]+")
_SYNCHRONOUS = 2
_DONT_EXIT = 0x8000
_UTF8 = 1
_END_PAUSE = 0x1000
_RATE, _PITCH = 1, 3
_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)


class VoiceError(ValueError):
    """The error for an unknown voice or language; the message lists the known ones."""


class Mouth:
    """One voice in one language.

    Args:
        voice: name of a voice of the API, in any case; None for the default.
        language: a BCP 47 code such as `de-DE`; None for English.

    Raises:
        VoiceError: for an unknown voice or language.
    """

    def __init__(self, voice: str | None = None, language: str | None = None) -> None:
        self.voice = find_voice(voice)
        self._file = _find_language(language or DEFAULT_LANGUAGE)

    def speak(self, sentence: str) -> bytes:
        """Return a sentence as 16-bit sound of `RATE_HZ`, one channel; a short silence for a text without words."""
        words = _MARKUP.sub(" ", sentence)
        sound, rate_hz = _library().synthesise(words, self._file, self.voice)
        return resample(sound, rate_hz, RATE_HZ)


def find_voice(name: str | None) -> Voice:
    """Return the voice with a name; None for the default one. Raises `VoiceError`."""
    voice = VOICES.get((name or DEFAULT).lower())
    if voice is None:
        known = ", ".join(sorted(each.name for each in VOICES.values()))
        raise VoiceError(f"{name!r} is not a voice; expected one of {known}.")
    return voice


def _find_language(code: str) -> str:
    """Return the file of espeak-ng for a language code, or for its longest beginning that is known."""
    files = _library().languages
    wanted = code.lower().replace("_", "-")
    while wanted:
        wanted = ALIASES.get(wanted, wanted)
        if wanted in files:
            return files[wanted]
        wanted = wanted.rpartition("-")[0]
    raise VoiceError(f"{code!r} is not a known language; expected one of {', '.join(sorted(files))}.")


@functools.cache
def _library() -> _Library:
    return _Library()


class _VoiceRecord(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_void_p),
        ("identifier", ctypes.c_char_p),
    )


class _Library:
    """The library, loaded once. `languages` maps language codes to the files of their voices."""

    def __init__(self) -> None:
        loader: Any = import_module("espeakng_loader")
        self._lock = threading.Lock()
        self._sound = bytearray()
        self._speech: Any = ctypes.CDLL(loader.get_library_path())
        folder = Path(loader.get_data_path())
        # Without the option, the library ends the process when its data are missing.
        self._rate_hz: int = self._speech.espeak_Initialize(_SYNCHRONOUS, 0, str(folder).encode(), _DONT_EXIT)
        if self._rate_hz <= 0:
            raise RuntimeError(f"espeak-ng cannot read its data in {folder}. Install the extra voice again.")
        self._collect = _CALLBACK(self._receive)
        self._speech.espeak_SetSynthCallback(self._collect)
        self.languages = self._read_languages(folder)

    def synthesise(self, text: str, file: str, voice: Voice) -> tuple[bytes, int]:
        """Return the 16-bit sound of a text and its rate."""
        encoded = text.replace("\0", " ").encode("utf-8", "replace") + b"\0"
        with self._lock:
            self._sound.clear()
            self._speech.espeak_SetVoiceByName(f"{file}+{voice.variant}".encode())
            self._speech.espeak_SetParameter(_RATE, voice.words_per_minute, 0)
            self._speech.espeak_SetParameter(_PITCH, voice.pitch, 0)
            # Without the pause at the end, the library drops the last 60 ms of the words.
            flags = _UTF8 | _END_PAUSE
            self._speech.espeak_Synth(encoded, ctypes.c_size_t(len(encoded)), 0, 1, 0, flags, None, None)
            return bytes(self._sound), self._rate_hz

    def _receive(self, samples: int | None, count: int, events: int | None) -> int:
        if samples and count > 0:
            self._sound += ctypes.string_at(samples, 2 * count)
        return 0

    def _read_languages(self, folder: Path) -> dict[str, str]:
        list_voices = self._speech.espeak_ListVoices
        list_voices.restype = ctypes.POINTER(ctypes.POINTER(_VoiceRecord))
        records, found, index = list_voices(None), dict[str, str](), 0
        while records[index]:
            record, index = records[index].contents, index + 1
            language = ctypes.string_at(record.languages + 1).decode()  # its first byte is a priority
            if (folder / f"{language.partition('-')[0]}_dict").exists():
                found.setdefault(language.lower(), record.identifier.decode())
        return found
