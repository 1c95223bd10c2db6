"""The session: it reads its connection all the time, keeps what the program has not taken, and continues on a new connection
if the program wants that.

One task reads. It notes handles, announced ends and function calls even while the program does something else, and fills
the inbox; when the inbox is full, it waits, and so does the service.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Union

from .. import errors, types
from .._backend import Backend
from .._io import concurrency
from .._io.retry import RetryPolicy
from . import protocol
from .calling import Calls
from .connection import Connection, Limits, connection_failure, logger
from .inbox import Inbox
from .ledger import BUFFER_BYTES, Ledger

if TYPE_CHECKING:
    from .observing import Observer

_NORMAL = 1000
_FINAL_CODES = frozenset({1000, 1002, 1003, 1007, 1008, 1009, 1010})
"""Close codes after which another connection would end in the same way, unless the service had announced the end."""
_GO_AWAY_MARGIN_S = 1.0
"""How long before the announced end the connection is replaced, even in the middle of a turn."""
_DEFAULT_TIME_LEFT_S = 5.0
_ATTEMPTS = 10
_INITIAL_DELAY_S = 0.5
_MAX_DELAY_S = 10.0
_JITTER_S = 0.5
_TIME_LIMIT_S = 120.0


@dataclass(frozen=True)
class SessionResumed:
    """Event: the session continues on a new connection. An answer that was in progress may be repeated.

    Attributes:
      reason: The error that ended the last connection; None if the service had announced the end.
      attempts: Number of attempts that were needed.
      interruption_s: Seconds without a connection.
      resent: Number of messages that were sent again.
      lost: Number of pieces of sound and video that were dropped, because `buffer_bytes` was exceeded.
    """

    reason: errors.APIError | None
    attempts: int
    interruption_s: float
    resent: int
    lost: int


SessionEvent = Union[types.LiveServerMessage, SessionResumed]


@dataclass(frozen=True)
class Resumption:
    """How a session continues after its connection."""

    reopen: Callable[[str | None], Awaitable[Connection]]
    """Opens a connection that continues the session of a handle."""
    policy: RetryPolicy
    """Attempts and pauses. The first attempt has no pause."""
    time_limit_s: float
    buffer_bytes: int
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    @classmethod
    def of(
        cls,
        config: types.AutomaticResumptionConfig,
        reopen: Callable[[str | None], Awaitable[Connection]],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> Resumption:
        """Return the program's settings. Raises `ValueError` for a number that is out of range."""
        path = "config.automatic_resumption"
        for name in ("attempts", "time_limit", "buffer_bytes"):
            value = getattr(config, name)
            if value is not None and value <= 0:
                raise ValueError(f"{path}.{name}: expected a positive number, got {value}.")
        for name in ("initial_delay", "max_delay", "exp_base", "jitter"):
            value = getattr(config, name)
            if value is not None and value < 0:
                raise ValueError(f"{path}.{name}: expected a number that is not negative, got {value}.")
        policy = RetryPolicy(
            attempts=config.attempts or _ATTEMPTS,
            initial_delay_s=_or(config.initial_delay, _INITIAL_DELAY_S),
            max_delay_s=_or(config.max_delay, _MAX_DELAY_S),
            exp_base=_or(config.exp_base, RetryPolicy.exp_base),
            jitter_s=_or(config.jitter, _JITTER_S),
        )
        return cls(reopen, policy, config.time_limit or _TIME_LIMIT_S, config.buffer_bytes or BUFFER_BYTES, sleep)

    def delay_s(self, failure: errors.APIError | None, attempt: int) -> float:
        """Return the pause before an attempt, counted from 1, after the failure of the one before."""
        return 0.0 if attempt == 1 or failure is None else self.policy.delay_s(failure, attempt - 1)


def _or(value: float | None, default: float) -> float:
    return default if value is None else value


class Link:
    """A session without its public methods: the connection, the reader, and the order of what is sent.

    Args:
      backend: The service.
      connection: The open connection, after the setup.
      limits: Time limits.
      handle: Handle with which the session started.
      resumption: How the session continues after its connection; None if it ends with it.
    """

    def __init__(
        self,
        backend: Backend,
        connection: Connection,
        limits: Limits,
        *,
        handle: str | None = None,
        resumption: Resumption | None = None,
    ) -> None:
        self.backend = backend
        self.connection = connection
        self.inbox = Inbox()
        self.calls: Calls | None = None
        self.observer: Observer | None = None
        """Reports what happens to the hooks of the client; None if no hook is registered."""
        self.session_id: str | None = None
        self.setup_complete: types.LiveServerSetupComplete | None = None
        self._limits = limits
        self._resumption = resumption
        self._ledger = Ledger(handle, resumption.buffer_bytes if resumption else BUFFER_BYTES)
        self._reader: asyncio.Task[None] | None = None
        self._is_connected = asyncio.Event()
        self._is_connected.set()
        self._is_broken = asyncio.Event()
        """Set when the reader has found that the connection, or the session, has ended."""
        self._failure: errors.APIError | errors.RecordingError | None = None
        """Why the session has ended."""
        self._normal_end_was_reported = False
        self._attempts = 0
        """Attempts to connect since the model has last sent something."""
        self._leave_at: float | None = None
        """When the connection has to be replaced, on the clock of the loop."""
        self._end_was_announced = False
        self._in_turn = False
        self._is_closed = False
        self._closings: set[asyncio.Task[None]] = set()

    @property
    def handle(self) -> str | None:
        """The newest handle for resuming the session."""
        return self._ledger.handle

    # Receiving

    def begin(self, connection: Connection) -> None:
        """Use a connection from now on. If its first message is not the confirmation of the setup, the program receives it."""
        message = protocol.message_of(types.LiveServerMessage, self.backend, connection.first_frame)
        self.connection, self.setup_complete = connection, message.setup_complete
        if message.setup_complete is not None:
            self.session_id = message.setup_complete.session_id
        else:
            self._note(message)
            self.inbox.put(message, len(connection.first_frame))

    def start(self) -> None:
        """Start to read, unless that has been done."""
        if self._reader is None and self._failure is None:
            self._reader = asyncio.get_running_loop().create_task(self._read())

    async def next(self) -> SessionEvent | None:
        """Return the next message or event; None at a normal end, the first time. Errors are raised at their place."""
        inbox = self.inbox
        if not inbox.items:
            self.start()
            if not await inbox.next():
                return self._report_end()
        item = inbox.take()
        if isinstance(item, Exception):
            raise item
        return item

    def _report_end(self) -> None:
        failure = self._failure or self._closed_here()
        if getattr(failure, "code", None) != _NORMAL or self._normal_end_was_reported:
            raise failure.with_traceback(None)
        self._normal_end_was_reported = True

    def _closed_here(self) -> errors.APIError:
        return errors.APIConnectionError(
            _NORMAL, {"error": {"code": _NORMAL, "status": "NORMAL_CLOSURE", "message": "The session is closed."}}
        )

    async def _read(self) -> None:
        try:
            while True:
                failure = await self._read_connection()
                if not await self._continue(failure):
                    break
        except asyncio.CancelledError:
            self._end(self._closed_here())
            raise
        except Exception as error:
            logger.debug("The reader of a session failed.", exc_info=error)
            self._end(connection_failure(error))

    async def _read_connection(self) -> errors.APIError | None:
        """Read to the end of the connection, and return why it ended; None if it has to be replaced."""
        receive, backend, inbox = self.connection.receive, self.backend, self.inbox
        while True:
            if self._leave_at is not None:
                if self._can_leave():
                    return None
                try:
                    async with concurrency.total(max(0.0, self._leave_at - asyncio.get_running_loop().time())):
                        frame = await receive()
                except errors.APIError as failure:
                    return failure
                except asyncio.TimeoutError:
                    return None
            else:
                try:
                    frame = await receive()
                except errors.APIError as failure:
                    return failure
            try:
                message = protocol.message_of(types.LiveServerMessage, backend, frame)
            except errors.APIError as error:
                inbox.put(error, len(frame))
            else:
                if self.observer is not None:
                    await self.observer.report("received", message)
                self._note(message)
                inbox.put(message, len(frame))
            if inbox.is_full:
                await inbox.room()

    def _note(self, message: types.LiveServerMessage) -> None:
        content = message.server_content
        if content is not None:
            self._attempts = 0
            if protocol.ends_turn(content) or content.interrupted:
                self._in_turn = False
                self._ledger.note_turn()
            elif content.model_turn is not None:
                self._in_turn = True
        if message.session_resumption_update is not None:
            self._ledger.note_update(message.session_resumption_update)
        if message.tool_call is not None:
            self._attempts = 0
            if self.calls is not None:
                self.calls.start(message.tool_call.function_calls or [])
        if message.tool_call_cancellation is not None and self.calls is not None:
            self.calls.cancel(message.tool_call_cancellation.ids or [])
        if message.go_away is not None:
            self._end_was_announced = True
            if self._resumption is not None:
                left = seconds_of(message.go_away.time_left)
                time_left_s = _DEFAULT_TIME_LEFT_S if left is None else left
                self._leave_at = asyncio.get_running_loop().time() + max(0.0, time_left_s - _GO_AWAY_MARGIN_S)

    def _can_leave(self) -> bool:
        """Return whether the connection can be replaced now without repeating or cutting an answer."""
        return not self._in_turn and self._ledger.is_covered

    def _end(self, failure: errors.APIError | errors.RecordingError) -> None:
        if self._failure is None:
            self._failure = failure
        self._is_connected.set()
        self._is_broken.set()
        self.inbox.end()

    # Continuing on a new connection

    async def _continue(self, failure: errors.APIError | None) -> bool:
        """Replace the connection. Returns False if the session ends with it."""
        resumption = self._resumption
        if failure is not None and (resumption is None or not self._is_resumable(failure)):
            self._end(failure)
            return False
        assert resumption is not None
        began = time.monotonic()
        self._is_connected.clear()
        self._is_broken.set()
        previous, attempts = self.connection, 0
        while True:
            attempts += 1
            self._attempts += 1
            left = resumption.time_limit_s - (time.monotonic() - began)
            if failure is not None and (self._attempts > resumption.policy.attempts or left <= 0):
                self._end(failure)
                return False
            try:
                async with concurrency.total(max(left, 0.001)):
                    await resumption.sleep(resumption.delay_s(failure, self._attempts))
                    await self._begin_again(resumption)
                    break
            except errors.APIError as error:  # first, as an APITimeoutError is a TimeoutError too
                failure = error
                if not self._is_resumable(error):
                    self._end(error)
                    return False
            except asyncio.TimeoutError as error:
                failure = errors.connection_error(
                    error, timeout=True, limit="resumption", text="The session could not be resumed in time."
                )
            logger.debug("Attempt %d to resume the session failed: %s", attempts, failure)
        self._close_behind(previous)
        lost, self._ledger.lost = self._ledger.lost, 0
        self._leave_at, self._end_was_announced, self._in_turn = None, False, False
        frames = self._ledger.unconfirmed()
        reason = failure
        try:
            for frame in frames:
                await self.connection.send(frame, self._limits.send_s)
        except errors.APIError as error:  # the reader finds the same, and continues
            logger.debug("The resumed connection broke: %s", error)
        self._is_broken.clear()
        resumed = SessionResumed(reason, attempts, time.monotonic() - began, len(frames), lost)
        if self.observer is not None:
            await self.observer.report("resumed", resumed)
        self.inbox.put(resumed)
        self._is_connected.set()
        return True

    async def _begin_again(self, resumption: Resumption) -> None:
        connection = await resumption.reopen(self._ledger.handle)
        try:
            self.begin(connection)
        except errors.APIError:
            self._close_behind(connection)
            raise

    def _close_behind(self, previous: Connection) -> None:
        """Close an unused connection while the session continues."""
        task = asyncio.get_running_loop().create_task(previous.close())
        self._closings.add(task)
        task.add_done_callback(self._closings.discard)

    def _is_resumable(self, failure: errors.APIError) -> bool:
        if self._is_closed or not self._ledger.can_resume:
            return False
        if self._end_was_announced and failure.code >= _NORMAL:
            return True
        if failure.code in (0, 408, 429) or 500 <= failure.code < 600:
            return True
        return failure.code >= _NORMAL and failure.code not in _FINAL_CODES

    # Sending

    async def send(self, frame: str, *, is_stream: bool = False) -> None:
        """Send a frame. While the session has no connection, wait for the new one."""
        if self.observer is not None:
            await self.observer.report("sent", frame)
        if self._resumption is None:
            await self.connection.send(frame, self._limits.send_s)
            return
        self.start()
        await self._connected()
        self._ledger.add(frame, is_stream=is_stream)
        try:
            await self.connection.send(frame, self._limits.send_s)
        except errors.APITimeoutError:
            raise
        except errors.APIConnectionError as error:
            # The reader finds the same, and sends the message again; or the session ends.
            await self._reader_has_noticed(error)
            await self._connected()

    async def _connected(self) -> None:
        await self._is_connected.wait()
        if self._failure is not None:
            raise self._failure.with_traceback(None)

    async def _reader_has_noticed(self, error: errors.APIError) -> None:
        try:
            async with concurrency.total(self._limits.send_s):
                await self._is_broken.wait()
        except asyncio.TimeoutError:  # the inbox is full, so the reader waits for the program
            raise error from None

    # Closing

    async def close(self) -> None:
        """End the session, and close its socket. Returns within the limit for closing."""
        self._is_closed = True
        reader, self._reader = self._reader, None
        try:
            if self.calls is not None:
                await self.calls.close()
            if reader is not None:
                reader.cancel()
                await asyncio.gather(reader, return_exceptions=True)
            self._end(self._closed_here())
            await asyncio.gather(self.connection.close(), *self._closings)
        finally:
            self.connection.abort()
            if self.observer is not None:
                await self.observer.closed(self._failure)


def seconds_of(duration: str | None) -> float | None:
    """Return a duration of the service, such as "9.5s", in seconds; None for an invalid one."""
    try:
        return float((duration or "").removesuffix("s"))
    except ValueError:
        return None
