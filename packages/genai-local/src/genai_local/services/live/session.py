"""One session: messages of the client in, answers of the engine out, one turn at a time.

All that happens in a session (messages, ends of turns, the end of its time) is an event, and events are handled one after
the other. Only the answer itself is generated in a task of its own, so that a message can interrupt it.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from functools import partial

from ...framework.admission import QueueFullError
from ...framework.websockets import GOING_AWAY, DisconnectedError, ServerStopsError, WebSocket
from ...protocol.errors import ApiError, JsonObject, invalid
from ...protocol.payload import read_message
from ..generation.replies import join_texts
from ..generation.service import generate_stream
from ..prompts.checks import check_contents
from ..prompts.inputs import contents_with_texts
from .calls import Calls
from .context import Context, PendingParts
from .replies import other_content, parts_of, spoken, turn_complete_reason, usage_of
from .resumption import Handles, Resumer
from .settings import Settings, with_tools
from .speech import Speech
from .voiced import speech_of

MESSAGE = "BidiGenerateContentClientMessage"
_PAUSE_S = 0.05

Event = Callable[[], Awaitable[None]]


class Session:
    """A session after its setup.

    Args:
        socket: the connection, accepted.
        settings: the checked setup.
        resumer: who may continue the session.
        context: the contents of the session that this one continues.
        expire_time: when the client's auth token expires, in seconds since 1970; None without one.
    """

    _speech: Speech

    def __init__(
        self,
        socket: WebSocket,
        settings: Settings,
        resumer: Resumer,
        context: Context,
        expire_time: float | None = None,
    ) -> None:
        self.id = secrets.token_hex(16)
        self._socket = socket
        self._api = socket.api
        self._settings = settings
        self._resumer = resumer
        self._context = context
        self._expire_time = expire_time
        self._stored = 0
        """Position after the last content that is stored for handles."""
        self._events: asyncio.Queue[Event] = asyncio.Queue()
        self._turn: asyncio.Task[None] | None = None
        self._is_answering = False
        """Whether a turn of the model has begun and is not complete; it may wait for the results of functions."""
        self._said: list[JsonObject] = []
        """The parts of the answer that have been sent and are not in the context."""
        self._usage: JsonObject | None = None
        self._calls = Calls(settings.surface)
        self._waiting = Context()
        """Contents for the time after the turn."""
        self._is_answer_due = False
        """Whether the waiting contents need an answer."""
        self._pending = PendingParts()
        self._is_active = False
        """Whether the client has said that the user has begun, and not yet that the user has finished."""
        self._is_history = settings.begins_with_history
        self._received = 0
        self._unsaved: int | None = None
        """Number of the first message whose content is not in the context yet."""

    async def run(self, length_s: float, notice_s: float) -> None:
        """Confirm the setup, and serve the client until it leaves or the time is over.

        Args:
            length_s: the longest time that the session may take.
            notice_s: how long before the end the client gets a goAway.

        Raises:
            ApiError: for a message that cannot be answered, or a failure of the engine.
            DisconnectedError: when the client has left.
            ServerStopsError: when the server stops, after the answer in progress.
        """
        loop = asyncio.get_running_loop()
        self._speech = await speech_of(self._api, self, self._settings)
        await self.send({"setupComplete": {"sessionId": self.id} if self._settings.surface == "vertex" else {}})
        reader = asyncio.create_task(self._read())
        timers = [
            loop.call_later(
                length_s - notice_s, self.post, partial(self.send, {"goAway": {"timeLeft": f"{notice_s:g}s"}})
            ),
            loop.call_later(length_s, self.post, partial(_end, _TimeOverError())),
        ]
        try:
            while True:
                event = await self._events.get()
                await event()
        except _TimeOverError:
            reason = f"The session has lasted for {length_s:g} seconds; connect again, with its handle to continue it."
            await self._socket.close(GOING_AWAY, reason)
        except ServerStopsError:
            await self._finish_answer()
            raise
        finally:
            for timer in timers:
                timer.cancel()
            tasks = [reader] if self._turn is None else [reader, self._turn]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._speech.close()

    async def _finish_answer(self) -> None:
        """Wait for the end of the answer in progress, or until the client has left."""
        if self._turn is None:
            return
        left = asyncio.create_task(self._ignore_messages())
        await asyncio.wait({self._turn, left}, return_when=asyncio.FIRST_COMPLETED)
        left.cancel()
        await asyncio.gather(left, return_exceptions=True)

    async def _ignore_messages(self) -> None:
        with contextlib.suppress(DisconnectedError):
            while True:
                with contextlib.suppress(ApiError, ServerStopsError):
                    await self._socket.receive()

    async def send(self, message: JsonObject) -> None:
        """Send a message to the client."""
        await self._socket.send(message)

    def post(self, event: Event) -> None:
        """Handle an event after those before it; an error that it raises ends the session."""
        self._events.put_nowait(event)

    async def _read(self) -> None:
        """Make an event of each message of the client, and read the next one after it."""
        is_handled = asyncio.Event()

        async def handle(value: object) -> None:
            await self._handle(value)
            is_handled.set()

        try:
            while True:
                value = await self._socket.receive()
                is_handled.clear()
                self.post(partial(handle, value))
                await is_handled.wait()
        except Exception as error:
            self.post(partial(_end, error))

    async def _handle(self, value: object) -> None:
        message = read_message(value, MESSAGE, self._settings.surface)
        self._received += 1
        if self._expire_time is not None and self._api.clock.now() >= self._expire_time:
            raise ApiError(401, "The auth token has expired.")
        for kind, content in message.items():  # at most one
            if kind == "clientContent":
                await self._take_contents(content)
            elif kind == "realtimeInput":
                await self._take_input(content)
            elif kind == "toolResponse":
                await self._take_results(content.get("functionResponses", []))
            elif kind == "contextUpdate":
                await self._take_update(content)
            else:
                raise invalid("setup", "has already been received; a session has one setup.")
        if not message:
            raise ApiError(400, "The message is empty; expected clientContent, realtimeInput or toolResponse.")

    async def _take_contents(self, message: JsonObject) -> None:
        turns = await self._checked(message.get("turns", []), "clientContent.turns")
        await self._interrupt()
        pending = self._pending.take()
        if pending:
            turns.insert(0, {"role": "user", "parts": pending})
        is_complete = message.get("turnComplete", False)
        if self._is_history:
            # The first complete turn ends the history that the client brings, and is not answered.
            self._is_history = not is_complete
            is_complete = False
        await self._take_turn(turns, is_complete=is_complete)

    async def _checked(self, contents: list[JsonObject], path: str) -> list[JsonObject]:
        contents = await contents_with_texts(self._api, contents, path)
        check_contents(contents, path, self._api.engine.facts, self._api.engine.capabilities)
        return contents

    async def _take_input(self, message: JsonObject) -> None:
        path = "realtimeInput"
        if "activityStart" in message:
            self._check_manual(f"{path}.activityStart")
            self._is_active = True
            await self._speech.begin_activity()
        for index, blob in enumerate(message.get("mediaChunks", [])):
            await self._take_media(blob, "mediaChunks", f"{path}.mediaChunks[{index}]")
        for name in ("audio", "video"):
            if name in message:
                await self._take_media(message[name], name, f"{path}.{name}")
        if "text" in message:
            await self._take_text(message["text"])
        if "activityEnd" in message:
            self._check_manual(f"{path}.activityEnd")
            self._is_active = False
            await self._speech.end_activity()
        if message.get("audioStreamEnd"):
            await self._speech.end_stream()

    def _check_manual(self, path: str) -> None:
        if not self._settings.has_manual_activity:
            problem = "requires setup.realtimeInputConfig.automaticActivityDetection.disabled to be true."
            raise invalid(path, problem)

    async def _take_media(self, blob: JsonObject, name: str, path: str) -> None:
        kind: str = blob.get("mimeType", "")
        if name != "video" and kind.startswith("audio/"):
            await self._speech.hear(blob, path)
            return
        if name == "audio":
            raise invalid(f"{path}.mimeType", f"expected audio such as audio/pcm;rate=16000, not {kind!r}.")
        if not kind.startswith(("image/", "video/")):
            raise invalid(f"{path}.mimeType", f"expected a picture such as image/jpeg, not {kind!r}.")
        part = {"inlineData": blob}
        await self._checked([{"parts": [part]}], path)
        self._pending.add(part, path)
        self.note_unsaved_input()

    async def _take_text(self, text: str) -> None:
        part: JsonObject = {"text": text}
        if self._is_active:
            self._pending.add(part, "realtimeInput.text")
            self.note_unsaved_input()
            return
        await self.begin_activity()
        await self.end_activity([part])

    async def _take_update(self, update: JsonObject) -> None:
        changed = {"systemInstruction": update["systemInstruction"]} if "systemInstruction" in update else {}
        if "tools" in update:
            changed["tools"] = update["tools"].get("tools", [])
        self._settings = await with_tools(self._api, self._settings, changed, "contextUpdate")

    async def begin_activity(self) -> None:
        """Note that the user has begun; interrupts the answer unless the setup says otherwise."""
        if self._settings.activity_interrupts:
            await self._interrupt()

    async def end_activity(self, parts: list[JsonObject]) -> None:
        """Note that the user has finished; the parts are the turn, which is answered."""
        parts = [*self._pending.take(), *parts]
        if parts:
            await self._take_turn([{"role": "user", "parts": parts}], is_complete=True)

    def note_unsaved_input(self) -> None:
        """Note that the newest message of the client is not part of the stored contents yet."""
        if self._unsaved is None:
            self._unsaved = self._received

    async def _take_turn(self, contents: list[JsonObject], *, is_complete: bool) -> None:
        """Add contents, now or after the answer in progress, and answer them if they are complete."""
        for content in contents:
            self._waiting.add(content)
        self._is_answer_due |= is_complete
        if self._is_answering:
            self.note_unsaved_input()
            return
        for content in self._waiting.take():
            self._context.add(content)
        self._unsaved = None
        if self._is_answer_due:
            self._is_answer_due = False
            self._begin_answer()
        elif self._settings.is_resumable:
            await self._send_handle()

    def _begin_answer(self) -> None:
        self._is_answering = True
        self._turn = asyncio.create_task(self._answer())
        self._turn.add_done_callback(lambda task: self.post(partial(self._end_task, task)))

    async def _end_task(self, task: asyncio.Task[None]) -> None:
        """Handle the end of a task that answers: a failure, or contents that have waited for it."""
        if not task.cancelled():
            task.result()
        if self._turn is task:
            self._turn = None
        if not self._is_answering and (self._waiting.contents or self._is_answer_due):
            await self._take_turn([], is_complete=False)

    async def _answer(self) -> None:
        """Send the answer to the context, up to calls of functions or the end of the turn."""
        if self._settings.is_resumable:
            await self.send({"sessionResumptionUpdate": {"resumable": False}})
        prompt = await self._context.fit(self._settings.prompt, self._api.engine, self._settings.window)
        calls: list[JsonObject] = []
        reason: str | None = None
        async with aclosing(self._chunks({**self._settings.request, "contents": list(prompt.contents)})) as chunks:
            async for chunk in chunks:
                said, called = parts_of(chunk)
                calls += called
                reason = turn_complete_reason(chunk) or reason
                self._usage = usage_of(chunk, self._settings.surface) or self._usage
                if said:
                    self._said += said
                    async with aclosing(self._speech.say(said)) as contents:
                        async for content in contents:
                            await self.send({"serverContent": content})
                if other := other_content(chunk):
                    await self.send({"serverContent": other})
        async with aclosing(self._speech.finish()) as contents:
            async for content in contents:
                await self.send({"serverContent": content})
        if calls:
            said, self._said = self._said, []
            self._calls.begin([*join_texts(said), *calls], self._settings.behaviors)
            is_waiting = self._calls.is_waiting
            if not is_waiting:
                self._add_results()
            await self.send({"toolCall": {"functionCalls": [part["functionCall"] for part in calls]}})
            if is_waiting:
                return
        await self.send({"serverContent": {"generationComplete": True}})
        await self._complete_turn(reason)

    async def _chunks(self, request: JsonObject) -> AsyncGenerator[JsonObject, None]:
        """Yield the chunks of an answer; while the queue in front of the engine is full, wait."""
        is_begun = False
        while True:
            stream = generate_stream(self._api, request, self._settings.surface, self._settings.model)
            try:
                async with aclosing(stream) as chunks:
                    async for chunk in chunks:
                        is_begun = True
                        yield chunk
                return
            except QueueFullError:
                if is_begun:
                    raise
                await asyncio.sleep(_PAUSE_S)

    async def _complete_turn(self, reason: str | None = None) -> None:
        if self._said:
            self._context.add({"role": "model", "parts": join_texts(self._said)})
        self._said = []
        self._is_answering = False
        content: JsonObject = {"turnComplete": True}
        if reason is not None:
            content["turnCompleteReason"] = reason
        message: JsonObject = {"serverContent": content}
        output_s = self._speech.output_s()
        if self._usage is not None:
            message["usageMetadata"] = spoken(self._usage, output_s, self._settings.surface)
        self._usage = None
        await self.send(message)
        if self._settings.is_resumable:
            await self._send_handle()

    async def _interrupt(self) -> None:
        """End the answer in progress; what has been said remains in the context, and calls that are open are cancelled."""
        task, is_answering = self._turn, self._is_answering
        if task is not None:
            if is_answering:
                task.cancel()
            await asyncio.wait({task})
            self._turn = None
        if not is_answering:
            return
        self._said = self._speech.stop(self._said)
        self._said += self._calls.said
        cancelled = self._calls.cancel()
        await self.send({"serverContent": {"interrupted": True}})
        if cancelled:
            await self.send({"toolCallCancellation": {"ids": cancelled}})
        await self._complete_turn()

    async def _take_results(self, results: list[JsonObject]) -> None:
        later = self._calls.take(results)
        if self._calls.is_complete:
            self._add_results()
            self._begin_answer()
        for contents, scheduling in later:
            if scheduling == "INTERRUPT":
                await self._interrupt()
            await self._take_turn(contents, is_complete=scheduling != "SILENT")

    def _add_results(self) -> None:
        for content in self._calls.end():
            self._context.add(content)

    async def _send_handle(self) -> None:
        handles = self._api.part(Handles)
        contents = self._context.contents
        handle, self._stored = handles.create(self.id, self._resumer, self._context.first, contents, self._stored)
        update: JsonObject = {"newHandle": handle, "resumable": True}
        if self._settings.is_transparent:
            last = self._received if self._unsaved is None else self._unsaved - 1
            update["lastConsumedClientMessageIndex"] = str(last)
        await self.send({"sessionResumptionUpdate": update})


class _TimeOverError(Exception):
    """The session has lasted as long as it may."""


async def _end(error: Exception) -> None:
    """End a session from within its events."""
    raise error
