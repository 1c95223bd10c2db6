"""The recognition of speech in processes of their own: few at once, each kept for the next recording.

A process has the recogniser of the package `pocketsphinx` with its English model, about 110 MB. `recogniser` is its program.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from ..framework.admission import Admission
from ..framework.api import Api
from ..protocol.errors import ApiError
from ..protocol.limits import MAX_HEARING_S
from .recogniser import HEADER, READY

_AT_ONCE = max(2, os.cpu_count() or 1)
_START_LIMIT_S = 60.0
_STOP_LIMIT_S = 5.0
_PIECE_BYTES = 32_000
_PROGRAM = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from genai_local.voice.recogniser import main; main()"
)


class Ears:
    """The recognisers of a server.

    Args:
        api: the server's parts.
    """

    def __init__(self, api: Api) -> None:
        self._admission = Admission(_AT_ONCE, api.admission.waiting_limit)
        self._idle: list[_Process] = []
        self._starting = asyncio.Lock()
        self._has_ended = False

    @asynccontextmanager
    async def listen(self) -> AsyncGenerator[Listening, None]:
        """Open a recording for the length of an `async with` block. A block that is left early ends its process.

        Raises:
            ApiError: 429 when too many recordings wait; 500 when the recogniser does not start.
        """
        async with self._admission.place():
            async with self._starting:
                process = self._idle.pop() if self._idle else await _start()
            listening = Listening(process)
            try:
                yield listening
            finally:
                if listening.is_finished and not self._has_ended:
                    self._idle.append(process)
                else:
                    await process.end()

    async def transcribe(self, pcm: bytes) -> str:
        """Return the words of a whole recording: 16-bit sound, 16 kHz, one channel.

        Raises:
            ApiError: 429 when too many recordings wait; 504 when the recognition takes too long.
        """
        async with self.listen() as listening:
            await listening.feed(pcm)
            await listening.finish()
            return " ".join([words async for words in listening.passages()])

    async def warm_up(self) -> None:
        """Start a process unless one is idle, so that the next recording finds it."""
        async with self._starting:
            if not self._idle:
                self._idle.append(await _start())

    def clear(self) -> None:
        """Do nothing: processes keep nothing of a recording."""

    async def end(self) -> None:
        """End all idle processes. Those in use end with their block."""
        self._has_ended = True
        while self._idle:
            await self._idle.pop().end()


class Listening:
    """One recording: sound goes in while it is spoken, and the words of each passage come out after its pause.

    Args:
        process: the process, used by this recording only.
    """

    def __init__(self, process: _Process) -> None:
        self._process = process
        self.is_finished = False
        """Whether all words have been read."""

    async def feed(self, pcm: bytes) -> None:
        """Add 16-bit sound, 16 kHz, one channel; wait while the recogniser is behind.

        Raises:
            ApiError: 500 when the process has ended.
        """
        for start in range(0, len(pcm), _PIECE_BYTES):
            await self._process.send(b"a", pcm[start : start + _PIECE_BYTES])

    async def finish(self) -> None:
        """End the recording; `passages` then ends after the last words."""
        await self._process.send(b"e")

    async def passages(self) -> AsyncGenerator[str, None]:
        """Yield the words of each passage as soon as they are known, until the recording is finished.

        Raises:
            ApiError: 500 when the process has ended; 504 when there has been no passage for too long.
        """
        while line := await self._process.line(MAX_HEARING_S):
            yield json.loads(line)
        self.is_finished = True


class _Process:
    """A running recogniser."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin
        assert process.stdout
        self._process, self._input, self._output = process, process.stdin, process.stdout

    async def send(self, command: bytes, sound: bytes = b"") -> None:
        try:
            self._input.write(HEADER.pack(command, len(sound)) + sound)
            await asyncio.wait_for(self._input.drain(), MAX_HEARING_S)
        except asyncio.TimeoutError:
            raise _too_slow() from None
        except (ConnectionError, RuntimeError):
            raise _ended() from None

    async def line(self, limit_s: float) -> bytes:
        """Return the next line without its end."""
        try:
            line = await asyncio.wait_for(self._output.readline(), limit_s)
        except asyncio.TimeoutError:
            raise _too_slow() from None
        if not line.endswith(b"\n"):
            raise _ended()
        return line[:-1]

    async def end(self) -> None:
        """Kill the process, if it is still running, and wait until it is gone."""
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
        self._input.close()
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._process.wait(), _STOP_LIMIT_S)


async def _start() -> _Process:
    process = _Process(
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", _PROGRAM, json.dumps(sys.path)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    )
    try:
        if await process.line(_START_LIMIT_S) != READY.strip():
            raise _ended()
    except BaseException:
        await process.end()
        raise
    return process


def _too_slow() -> ApiError:
    return ApiError(
        504, f"The recognition of speech took more than {MAX_HEARING_S:g} seconds. Send a shorter recording."
    )


def _ended() -> ApiError:
    return ApiError(500, "The process that recognises speech has ended unexpectedly. Repeat the request.")
