"""Connections to interactions by WebSocket: the events of the client, and the answers to its inputs, turn by turn.

Each input is a turn: an interaction of its own, which continues the one before. A turn that has begun is stored, and continues
when the client leaves.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Any, cast

from ...framework.routing import api_error
from ...framework.websockets import GOING_AWAY, INVALID_DATA, WebSocket, WebSocketRoute, close_code
from ...protocol.errors import ApiError, JsonObject, invalid, not_found
from ...protocol.interactions import LIVE_PATH, error_event
from ...protocol.limits import MAX_SETUP_S
from ...protocol.payload import read_value
from ...protocol.times import timestamp
from ...state.records import Place
from ..live.limits import LiveSessions
from .requests import check
from .resources import last_events
from .runner import follow, prepare_run
from .store import Interaction, Interactions
from .tokens import interaction_of

_EVENT = "Interaction.ClientEvent"
_PLACE = Place("gemini", "")
_MAX_EVENTS = 64
"""Number of events in one message, and of contents that wait for their turn."""
_KEPT = (
    *("model", "agent", "agent_config", "system_instruction", "tools", "generation_config", "response_format"),
    *("response_mime_type", "response_modalities", "safety_settings", "labels", "service_tier", "environment"),
)
"""The settings of the first interaction that apply to all turns."""
_SENT = ("step.start", "step.delta", "step.stop", "error")
_WORLD = ("user_action", "world_setup")


async def serve_connection(socket: WebSocket) -> None:
    """Serve a connection from the handshake to its end."""
    only = interaction_of(socket.api, socket.connection)
    sessions = socket.api.part(LiveSessions)
    with sessions.place():
        await socket.accept()
        await _Connection(socket, only).run(sessions.length_s)


class _Connection:
    """One connection.

    Args:
        socket: the WebSocket.
        only: the id of the only interaction that the client may connect to; None for any.
    """

    def __init__(self, socket: WebSocket, only: str | None) -> None:
        self._socket, self._api, self._only = socket, socket.api, only
        self._store = socket.api.part(Interactions)
        self._settings: JsonObject | None = None
        """The settings of all turns, once the connection has an interaction."""
        self._previous: str | None = None
        """The id of the interaction that the next turn continues."""
        self._running: str | None = None
        """The id of the interaction whose events are sent."""
        self._waiting: list[JsonObject] = []
        """Contents for the next turn."""
        self._turn: asyncio.Task[None] | None = None
        self._is_complete = False

    async def run(self, limit_s: float) -> None:
        """Read the client's events until the connection ends, at the latest after `limit_s` seconds."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + limit_s
        reading: asyncio.Task[object] | None = None
        try:
            while loop.time() < deadline:
                reading = reading or asyncio.create_task(self._socket.receive())
                first_limit_s = MAX_SETUP_S if self._settings is None else limit_s
                waits = {reading} | ({self._turn} if self._turn is not None else set[Any]())
                limit = min(deadline - loop.time(), first_limit_s)
                done, _ = await asyncio.wait(waits, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
                if not done and self._settings is None:
                    raise ApiError(408, f"No interaction.connect has arrived within {MAX_SETUP_S:g} seconds.")
                if self._turn in done:
                    self._turn = None
                if reading in done:
                    message, reading = reading, None
                    if await self._take(message):
                        return
                if self._turn is None and await self._begin_waiting():
                    return
            await self._socket.close(GOING_AWAY, f"The connection has been open for {limit_s:g} seconds.")
        finally:
            for task in (reading, self._turn):
                if task is not None:
                    task.cancel()
                    await asyncio.wait({task})

    async def _take(self, reading: asyncio.Task[object]) -> bool:
        """Take a message of the client, and return whether the connection has ended."""
        try:
            for event in _events_in(reading.result()):
                if await self._do(event):
                    return True
        except ApiError as error:
            await self._socket.send(error_event(error))
            if self._settings is None:
                code = INVALID_DATA if error.code == 400 else close_code(error)
                await self._socket.close(code, error.message)
                return True
        return False

    async def _do(self, event: JsonObject) -> bool:
        kind: str = event["event_type"]
        if kind in ("interaction.connect", "interaction.create"):
            if self._settings is not None:
                raise invalid("event_type", "this connection has an interaction already; open another connection.")
            await (self._connect(event) if kind == "interaction.connect" else self._create(event))
            return False
        if self._settings is None:
            raise invalid("event_type", f"expected interaction.connect as the first event, not {kind}.")
        if kind in _WORLD:
            raise invalid("event_type", f"{kind} is not supported: this server has no models of worlds.")
        if kind == "input":
            contents: list[JsonObject] = event.get("content", [])
            if not contents:
                raise invalid("content", "is empty; give at least one content.")
            if self._is_complete:
                raise invalid("event_type", "the interaction is complete and takes no further input.")
            if len(self._waiting) + len(contents) > _MAX_EVENTS:
                raise invalid("content", f"more than {_MAX_EVENTS} contents wait for their turn.")
            self._waiting += contents
        elif kind == "interaction.complete":
            self._is_complete = True
        elif kind == "interaction.cancel":
            await self._cancel()
        else:
            await self._socket.close()
            return True
        return False

    async def _connect(self, event: JsonObject) -> None:
        name: str = event.get("id", "")
        if not name:
            raise invalid("id", "is missing; give the id of an interaction.")
        if self._only is not None and name != self._only:
            raise ApiError(403, "id: the auth token belongs to another interaction.")
        found = self._store.find_for(name, "gemini", "")
        if found is None:
            raise not_found(f"id: interactions/{name} does not exist, was deleted, or has expired.")
        self._settings = {key: found.request[key] for key in _KEPT if key in found.request}
        await self._socket.send({"event_type": "interaction.connected"})
        if found.is_running:
            self._turn = asyncio.create_task(self._send_answer(found))
        else:
            self._previous = name

    async def _create(self, event: JsonObject) -> None:
        if self._only is not None:
            raise ApiError(403, "event_type: with an auth token, use interaction.connect.")
        if event.get("store") is False:
            raise invalid("store", "expected true: each turn continues the stored one before.")
        settings = {key: event[key] for key in _KEPT if key in event}
        check(self._api, settings, _PLACE)
        self._settings, self._previous = settings, event.get("previous_interaction_id")
        await self._socket.send({"event_type": "interaction.connected"})

    async def _begin_waiting(self) -> bool:
        """Begin the next turn if there is input; after the last one, end the connection and return True."""
        if self._waiting and self._settings is not None:
            given = {**self._settings, "input": self._waiting}
            if self._previous is not None:
                given["previous_interaction_id"] = self._previous
            self._waiting = []
            self._turn = asyncio.create_task(self._answer(given))
            return False
        if self._is_complete:
            await self._socket.close()
        return self._is_complete

    async def _answer(self, given: JsonObject) -> None:
        """Run a turn, and send its events."""
        try:
            check(self._api, given, _PLACE)
            run = await prepare_run(self._api, "gemini", "", self._socket.version, given)
            interaction = await run.start()
        except OSError:
            return
        except Exception as error:
            await self._socket.send(error_event(api_error(error)))
            return
        await self._socket.send({"event_type": "interaction.created", "interaction_id": interaction.id})
        await self._send_answer(interaction)

    async def _send_answer(self, interaction: Interaction) -> None:
        """Send the events of an interaction until it has ended."""
        self._running = interaction.id
        try:
            async with aclosing(follow(self._api, interaction.id)) as events:
                async for event in events:
                    if event["event_type"] in _SENT:
                        await self._socket.send(event)
            ended = self._store.find(interaction.id)
            if ended is None:
                return
            if ended.status == "cancelled":
                usage = {"usage": ended.usage} if ended.usage else {}
                await self._socket.send({"event_type": "interaction.cancelled", **usage})
                return
            if ended.status != "failed":
                self._previous = ended.id
            await self._socket.send(_completed(ended))
        except OSError:  # the client has left
            pass
        except ApiError as error:
            await self._socket.send(error_event(error))
        finally:
            self._running = None

    async def _cancel(self) -> None:
        """End the answer in progress; what it waits for is dropped too."""
        self._waiting = []
        if self._running is not None and (found := self._store.find(self._running)) is not None:
            if self._store.end(found, "cancelled", last_events):
                self._store.stop(found.id)
            return  # the end of its events is reported by the turn
        if self._turn is not None:
            self._turn.cancel()
            await asyncio.wait({self._turn})
        await self._socket.send({"event_type": "interaction.cancelled"})


def _completed(interaction: Interaction) -> JsonObject:
    return {
        "event_type": "interaction.completed",
        "status": interaction.status,
        "created": timestamp(interaction.create_time),
        "updated": timestamp(interaction.update_time),
        **({"usage": interaction.usage} if interaction.usage else {}),
    }


def _events_in(value: object) -> list[JsonObject]:
    """Return the events in a message: one, or several in a list."""
    message: JsonObject = cast("JsonObject", value) if isinstance(value, dict) else {}
    if "events" not in message:
        return [read_value(cast("object", value), _EVENT, "gemini", "")]
    events: Any = message["events"]
    if not isinstance(events, list) or len(message) > 1 or len(cast("list[object]", events)) > _MAX_EVENTS:
        raise invalid("events", f"expected only a list of at most {_MAX_EVENTS} events.")
    found = cast("list[object]", events)
    return [read_value(event, _EVENT, "gemini", f"events[{index}]") for index, event in enumerate(found)]


WEBSOCKETS = [WebSocketRoute("gemini", "Interactions.Live", serve_connection, path=LIVE_PATH)]
