"""A recording in use: which mode applies, where its file is, what is replayed and what is written.

Clients with the same file share a session, so that all their exchanges are in it. A session that the environment has selected
lasts as long as the process, any other one until its last client is closed.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from ..errors import RecordingError, RequestNotRecordedError
from . import matching, official, redaction
from .matching import Matcher, Sent
from .reading import line_of, read
from .recording import Exchange, Recording, Writer, files_folder

MODES = ("api", "record", "replay", "auto", "new")
"""`new` is that of the pytest option: recorded exchanges are replayed, and others are added."""

logger = logging.getLogger("google_genai.replay")


class Session:
    """The recording of one or several clients.

    Args:
      path: The file.
      replay_id: The name of the recording.
      mode: `record`, `replay`, `auto` or `new`.
      speed: How fast delays pass in a replay: 0 for not at all, 1 as recorded, 2 for twice as fast.
    """

    def __init__(self, path: Path, replay_id: str, mode: str, speed: float = 0.0) -> None:
        self.path = path
        self.replay_id = replay_id
        self.mode = mode
        self.speed = speed
        self.redactor = redaction.Redactor()
        self.is_new = not path.exists()
        self.plays = mode == "replay" or (mode in ("auto", "new") and not self.is_new)
        """Whether recorded exchanges are replayed."""
        self.records = mode in ("record", "new") or (mode == "auto" and self.is_new)
        """Whether requests without a recorded exchange are sent to the service, and written."""
        self._lock = threading.RLock()
        self._ready: tuple[Recording, Matcher, KeyOf] | None = None
        self._writer: Writer | None = None
        self._late: deque[tuple[int, dict[str, Any]]] = deque()
        """Exchanges that ended where no lock can be taken, such as in a finalizer."""
        self._number = 0
        self._users = 0
        self._process = os.getpid()
        self._lost = 0
        self._fault: OSError | None = None
        self._is_writing = False
        self.uploads: dict[str, bytes] = {}
        """Chunks of uploads that official recordings contain as one exchange, by address."""

    # Replaying

    @property
    def is_official(self) -> bool:
        """Whether the official SDK has written the file. Raises `RecordingError` for a file that cannot be read."""
        return self.plays and self._opened()[0].is_official

    def sent(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Sent:
        """Return a request in the form in which it is compared and written."""
        entry = matching.request_entry(self.redactor, method, url, headers, body)
        return Sent(entry, self._opened()[2] if self.plays else _no_key)

    def take(self, sent: Sent) -> Exchange | None:
        """Return the exchange to replay for a request, or None if the request is to be sent and recorded.

        Raises `RequestNotRecordedError` if the recording does not have it, and `RecordingError` if it cannot be read.
        """
        if not self.plays:
            return None
        with self._lock:
            recording, matcher, _ = self._opened()
            found = matcher.take(sent)
            if found is None and not self.records:
                raise self._not_recorded(recording, matcher, sent)
            return found

    def take_next_upload(self, sent: Sent, data: bytes) -> Exchange:
        """Return the exchange for the data of an upload, from a recording of the official SDK."""
        with self._lock:
            recording, matcher, _ = self._opened()
            found = matcher.take_first(lambda exchange: official.is_upload_of(exchange, data))
            if found is None:
                raise self._not_recorded(recording, matcher, sent)
            return found

    def was_repeated(self, exchange: Exchange) -> bool:
        """Return whether an unused exchange follows that repeats the same request."""
        with self._lock:
            matcher = self._opened()[1]
            return matcher.has_unused(exchange)

    def unused(self) -> list[Exchange]:
        """Return the exchanges that no request has used yet; none if nothing is replayed."""
        if not self.plays:
            return []
        with self._lock:
            return self._opened()[1].unused

    def _opened(self) -> tuple[Recording, Matcher, KeyOf]:
        """Return the recording, its exchanges, and the function that compares. The file is read once."""
        if self._ready is not None:
            return self._ready
        with self._lock:
            if self._ready is None:
                if self.mode == "replay" and not self.path.exists():
                    raise RecordingError(
                        f"the recording does not exist. {self.advice.replace('again, ', 'it, ', 1)}", path=self.path
                    )
                recording = read(self.path)
                if self.records and recording.is_official:
                    raise RecordingError(
                        "requests cannot be added to a recording of the official SDK; record again.", path=self.path
                    )
                key_of = official.key_of if recording.is_official else matching.key_of
                self._number = len(recording.exchanges)
                self._ready = recording, Matcher(recording.exchanges, key_of), key_of
            return self._ready

    def _not_recorded(self, recording: Recording, matcher: Matcher, sent: Sent) -> RequestNotRecordedError:
        path_of = official.path_of if recording.is_official else None
        request = f"{sent.request['method']} {matching.path_of(urlsplit(str(sent.request['url'])).path)}"
        equal, similar, difference = matcher.has_equal(sent), matcher.most_similar(sent), ""
        position: int | None = equal if equal is not None else None
        if equal is not None:
            reason = f"it equals exchanges[{equal}], which was used before: the request was recorded fewer times."
        elif similar is None:
            reason = "all exchanges of the recording are used." if recording.exchanges else "the recording is empty."
        else:
            position = similar.position
            where = f"exchanges[{position}] of {self.path.name}"
            line = None if recording.is_official else line_of(self.path.read_text("utf-8"), position)
            where += f", line {line}" if line is not None else ""
            difference = matching.diff(similar.request, sent.request, where, path_of)
            reason = f"the most similar one, exchanges[{position}], differs:\n{difference}"
        error = RequestNotRecordedError(
            f"no unused exchange equals the request {request}; {reason}\n{self.advice}", path=self.path
        )
        error.diff = difference
        error.exchange = position
        return error

    @property
    def advice(self) -> str:
        """How to record again, for error messages."""
        return (
            "To record again, run the program with client_mode='record' (GOOGLE_GENAI_CLIENT_MODE=record), or the tests "
            "with --genai-record=all."
        )

    # Recording

    def begin(self) -> int:
        """Return the number of a request that is about to be sent."""
        with self._lock:
            if self.plays:
                self._opened()
            self._number += 1
            return self._number

    def write(self, number: int, entry: dict[str, Any]) -> None:
        """Write an exchange that has ended. A failure does not disturb the call; it is logged, and `save` raises it."""
        self._late.append((number, entry))
        if self._lock.acquire(timeout=10):
            try:
                self._write_late()
            finally:
                self._lock.release()

    def write_later(self, number: int, entry: dict[str, Any]) -> None:
        """Note an exchange that has ended, from a finalizer or another thread. It is written with the next one."""
        self._late.append((number, entry))

    @property
    def folder(self) -> Path:
        """The folder for large bodies."""
        return files_folder(self.path)

    def note_failure(self, error: OSError) -> None:
        """Log that an exchange could not be written."""
        self._lost += 1
        if self._fault is None:
            self._fault = error
            logger.error(
                "%s: the recording is incomplete, because an exchange could not be written: %s. The calls of the program "
                "continue.",
                self.path,
                error,
            )

    def _write_late(self) -> None:
        while self._late:
            number, entry = self._late.popleft()
            if os.getpid() != self._process:
                logger.warning("%s: an exchange of a forked process is not recorded.", self.path)
                continue
            self._is_writing = True
            try:
                self._writing().add(number, entry)
            except OSError as error:
                self.note_failure(error)
            finally:
                self._is_writing = False

    def _writing(self) -> Writer:
        writer = self._writer
        if writer is None:
            writer = self._writer = Writer(self.path, self.replay_id, self.redactor.known)
            if self.plays:
                for position, entry in enumerate(self._opened()[0].entries):
                    writer.add(position, entry)
        return writer

    def save(self) -> None:
        """Put what was recorded in its place. Raises `RecordingError` if the recording is incomplete; the file stays as it was."""
        if os.getpid() != self._process:
            return
        with self._lock:
            self._write_late()
            if self._fault is None and self._writer is not None:
                try:
                    self._writer.save()
                except OSError as error:
                    self.note_failure(error)
            if self._fault is not None:
                fault, lost = self._fault, self._lost
                raise RecordingError(
                    f"the recording is incomplete: {lost} exchanges could not be written ({fault}). The file was not "
                    f"changed; the exchanges that were written are in {self._writer.partial if self._writer else 'no file'}.",
                    path=self.path,
                ) from fault

    def end(self, *, keep: bool = True) -> None:
        """Save the recording, and remove the partial file. With `keep=False`, leave the partial file and save nothing."""
        with self._lock:
            if not keep:
                self._write_late()
                if self._writer is not None and os.getpid() == self._process:
                    self._writer.leave()
                return
            try:
                self.save()
            except RecordingError:
                if self._writer is not None:
                    self._writer.leave()
                raise
            if self._writer is not None and os.getpid() == self._process:
                self._writer.discard()

    @property
    def partial(self) -> Path | None:
        """The file with what was recorded and not saved, if there is one."""
        return self._writer.partial if self._writer is not None and self._writer.partial.exists() else None

    # Clients

    def join(self) -> None:
        """Note that a client uses the session."""
        with self._lock:
            self._users += 1

    def leave(self) -> bool:
        """Note that a client is closed, and save. Returns whether it was the last one."""
        with self._lock:
            self._users -= 1
            if self._is_writing:  # the finalizer of a dropped client, which interrupted this thread
                _left_while_writing.append(self)
                return False
            if self._users > 0:
                self.save()
                return False
            self.end()
            return True

    def delay_s(self, after_ms: float) -> float:
        """Return how long a replay waits for a recorded delay."""
        return after_ms / 1000 / self.speed if self.speed > 0 else 0.0


KeyOf = Callable[[dict[str, Any]], str]


def _no_key(request: dict[str, Any]) -> str:
    return ""


# Where recordings are


def path_of(directory: str | os.PathLike[str] | None, replay_id: str) -> Path:
    """Return the file of a recording. Raises `ValueError` for an id that leads out of the folder."""
    name = replay_id.removesuffix(".json")
    parts = PurePosixPath(name).parts
    if (
        not name
        or "\0" in name
        or "\\" in name
        or ":" in name
        or name.startswith("/")
        or name.endswith("/")
        or ".." in parts
        or "." in name.split("/")
    ):
        raise ValueError(
            f"replay_id: expected a name such as 'folder/name', below replays_directory, got {replay_id!r}."
        )
    return Path(directory or ".").absolute().joinpath(*parts[:-1], f"{parts[-1]}.json")


# Shared sessions

_lock = threading.RLock()
_open: weakref.WeakValueDictionary[Path, Session] = weakref.WeakValueDictionary()
_of_process: dict[tuple[Path, str], Session] = {}
_left_while_writing: list[Session] = []
_current: list[Session] = []
"""The session that a test runs in, for the clients that are created without settings of their own."""


def session_for(
    directory: str | os.PathLike[str] | None, replay_id: str, mode: str, speed: float, *, of_process: bool
) -> Session:
    """Return the session of a file for a client, shared with other clients of this file.

    Args:
      directory: The folder of recordings.
      replay_id: The name of the recording.
      mode: `record`, `replay`, `auto` or `new`.
      speed: How fast delays pass.
      of_process: Whether the session lasts as long as the process.

    Raises `ValueError` for an invalid id, and if another client records to the file that is to be replayed.
    """
    path = path_of(directory, replay_id)
    with _lock:
        if of_process:
            session = _of_process.get((path, mode))
            if session is None:
                for (other, _), each in _of_process.items():
                    if other == path and each.records:
                        each.save()
                session = _of_process[path, mode] = Session(path, replay_id, mode, speed)
                session.join()  # the process itself
            return session
        session = _open.get(path)
        if session is None or session.mode != mode:
            if session is not None and session.records and mode == "replay":
                raise ValueError(
                    f"replay_id: {replay_id!r} is being recorded by another client of this program; close that client "
                    "before the recording is replayed."
                )
            session = _open[path] = Session(path, replay_id, mode, speed)
        return session


def forget(session: Session) -> None:
    """Make the next client of a file begin again."""
    with _lock:
        if _open.get(session.path) is session:
            del _open[session.path]


def current() -> Session | None:
    """Return the session for clients that are created without settings of their own, or None."""
    return _current[-1] if _current else None


@contextmanager
def activated(session: Session) -> Generator[None, None, None]:
    """Make clients that are created without settings of their own use a session."""
    _current.append(session)
    try:
        yield
    finally:
        _current.remove(session)


def _save_all() -> None:
    for session in [*_of_process.values(), *_left_while_writing]:
        try:
            session.end()
        except RecordingError as error:
            logger.error("%s", error)


atexit.register(_save_all)


def now_ms() -> float:
    """Return a time for the difference to another one, in milliseconds."""
    return time.monotonic() * 1000
