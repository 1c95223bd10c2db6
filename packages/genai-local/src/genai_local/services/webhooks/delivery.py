"""The calls of webhooks: an event goes to every webhook that has subscribed to it, and is repeated after a failure.

Deliveries that are still waiting when the server stops are lost. It knows events as JSON, not what they are about.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from dataclasses import dataclass

from ...framework.api import Api
from ...protocol.errors import ApiError, JsonObject
from ...protocol.payload import write_json
from ...protocol.times import timestamp
from ...state.records import Place, Record
from .signatures import signature, valid_secrets

KIND = "webhooks"
_AT_ONCE = 8
_MAX_WAITING = 1_000
_TIME_LIMIT_S = 10.0
_MAX_FAILURES = 5
"""Number of events in a row that could not be delivered before a webhook is disabled."""


@dataclass(frozen=True)
class Event:
    """What has happened."""

    type: str
    """Such as `interaction.completed`."""
    data: JsonObject

    def body(self, now: float, metadata: JsonObject | None = None) -> bytes:
        """Return the JSON of the event at a time, with the metadata of the request that asked for it."""
        fields: JsonObject = {"type": self.type, "version": "v1", "timestamp": timestamp(now), "data": self.data}
        return write_json({**fields, "user_metadata": metadata} if metadata else fields)


class Deliveries:
    """The waiting deliveries of one server.

    Args:
        api: the server's parts.
    """

    def __init__(self, api: Api) -> None:
        self.pauses_s: tuple[float, ...] = (0.5, 1.0, 2.0, 4.0)
        """The pauses before a delivery is repeated."""
        self._api = api
        self._waiting = 0
        self._slots: asyncio.Semaphore | None = None

    def clear(self) -> None:
        """Forget the waiting deliveries, whose tasks have been cancelled before."""
        self._waiting, self._slots = 0, None

    def announce(self, place: Place, event: Event, config: JsonObject | None = None, delay_s: float = 0.0) -> None:
        """Start the deliveries of an event.

        Args:
            place: the place whose webhooks get it.
            event: the event.
            config: a canonical webhook configuration of the request; its URIs get the event instead, without a signature.
            delay_s: how long to wait first.
        """
        uris: list[str] = (config or {}).get("uris", [])
        if uris:
            metadata: JsonObject | None = (config or {}).get("user_metadata")
            for uri in uris:
                self._start(event, uri, metadata, None, delay_s)
            return
        for webhook in self._api.records.newest(KIND, place):
            if webhook.value["state"] == "enabled" and event.type in webhook.value["subscribed_events"]:
                self._start(event, webhook.value["uri"], None, webhook, delay_s)

    def _start(
        self, event: Event, uri: str, metadata: JsonObject | None, webhook: Record | None, delay_s: float
    ) -> None:
        if self._waiting >= _MAX_WAITING:
            logging.getLogger("genai_local").warning(
                "%d webhook deliveries are waiting; %s is lost.", _MAX_WAITING, uri
            )
            return
        self._waiting += 1
        self._api.background.start(self._deliver(event, uri, metadata, webhook, delay_s))

    async def _deliver(
        self, event: Event, uri: str, metadata: JsonObject | None, webhook: Record | None, delay_s: float
    ) -> None:
        delivery_id = f"msg_{secrets.token_hex(12)}"
        try:
            await asyncio.sleep(delay_s)
            body = event.body(self._api.clock.now(), metadata)
            problem = await self._attempt(uri, delivery_id, body, webhook)
            for pause_s in self.pauses_s:
                if problem is None:
                    break
                await asyncio.sleep(pause_s)
                problem = await self._attempt(uri, delivery_id, body, webhook)
            if problem is not None:
                logging.getLogger("genai_local").warning("%s was not delivered to %s: %s", event.type, uri, problem)
            if webhook is not None:
                self._note(webhook, is_delivered=problem is None)
        finally:
            self._waiting = max(0, self._waiting - 1)

    async def ping(self, webhook: Record) -> None:
        """Send a webhook an event of the type `ping`, once.

        Raises:
            ApiError: 400 when the receiver does not answer with a status between 200 and 299.
        """
        event = Event("ping", {"id": webhook.id})
        body = event.body(self._api.clock.now())
        problem = await self._attempt(webhook.value["uri"], f"msg_{secrets.token_hex(12)}", body, webhook)
        if problem is not None:
            message = f"{webhook.value['uri']} could not be called: {problem}."
            raise ApiError(400, message, status="FAILED_PRECONDITION")

    async def _attempt(self, uri: str, delivery_id: str, body: bytes, webhook: Record | None) -> str | None:
        """Send one request, and return the problem; None after a delivery."""
        import httpx2  # takes longer to load than the rest of the server

        now = self._api.clock.now()
        headers = {
            "content-type": "application/json",
            "webhook-id": delivery_id,
            "webhook-timestamp": str(int(now)),
        }
        if webhook is not None:
            current = self._api.records.find(KIND, webhook.place, webhook.id)
            stored = current.secret if current is not None else webhook.secret
            signatures = [
                signature(entry["secret"], delivery_id, int(now), body) for entry in valid_secrets(stored, now)
            ]
            headers["webhook-signature"] = " ".join(signatures)
        self._slots = self._slots or asyncio.Semaphore(_AT_ONCE)
        is_tls = uri.startswith("https:")
        client = httpx2.AsyncClient(timeout=_TIME_LIMIT_S, trust_env=is_tls, verify=is_tls)
        try:
            async with client, self._slots:
                reply = await asyncio.wait_for(client.post(uri, content=body, headers=headers), _TIME_LIMIT_S)
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, asyncio.TimeoutError) as error:
            return str(error) or type(error).__name__
        return None if 200 <= reply.status_code < 300 else f"the receiver answered {reply.status_code}"

    def _note(self, webhook: Record, *, is_delivered: bool) -> None:
        """Count events that were not delivered; after several in a row, disable the webhook."""
        current = self._api.records.find(KIND, webhook.place, webhook.id)
        if current is None:
            return
        failures = 0 if is_delivered else current.value.get("failures", 0) + 1
        if failures == current.value.get("failures", 0):
            return
        value = {**current.value, "failures": failures}
        if failures >= _MAX_FAILURES and value["state"] == "enabled":
            value["state"] = "disabled_due_to_failed_deliveries"
        self._api.records.replace(current, value)
