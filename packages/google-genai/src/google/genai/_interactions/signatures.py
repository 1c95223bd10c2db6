"""The check of the signature of a webhook's event, in the form of Standard Webhooks: an HMAC of the id, the time and the body.

Nothing here sends a request, so that the receiver of events needs no client and no API key.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, cast

_ID, _TIMESTAMP, _SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
_VERSION = "v1"
_PREFIX = "whsec_"
"""The beginning of secrets whose rest is base64."""
_LONGEST_HEADER = 8192
"""Length in characters of the longest header that is read; more would be work for the receiver only."""


class WebhookSignatureError(ValueError):
    """An event that the service did not sign with any of the secrets, or that is too old."""


WebhookSignatureError.__module__ = "google.genai.webhooks"  # pickles and messages name what users import


@dataclass(frozen=True)
class WebhookEvent:
    """An event with a valid signature."""

    id: str
    """Id of the event. The service sends an event again if its delivery fails, with the same id."""
    sent_at: datetime
    """When the service sent the event, in UTC."""
    data: dict[str, Any]
    """The event as a dict."""

    @property
    def type(self) -> str | None:
        """Kind of the event, such as "batch.succeeded"; None if the event has none."""
        kind = self.data.get("type")
        return kind if isinstance(kind, str) else None


WebhookEvent.__module__ = "google.genai.webhooks"


def verify(
    body: bytes | str, headers: Mapping[str, Any], secret: str | Iterable[str], *, tolerance_s: float = 300.0
) -> WebhookEvent:
    """Check the signature of an event that a webhook received, and return the event.

    Args:
      body: The body of the request as it arrived. A body that was decoded and encoded again has another signature.
      headers: The headers of the request, with names in any case.
      secret: The signing secret of the webhook, or several, for example the old and the new one after a rotation.
      tolerance_s: Seconds that the time of the event may differ from the clock of this machine. Default: five minutes.

    The time needed for the comparison does not depend on the signature. An event that is sent again within the tolerance has
    a valid signature, so a receiver should remember the ids of the events that it has handled.

    Raises:
      webhooks.WebhookSignatureError: A header is missing or invalid, the event is too old or from the future, or no secret
        fits the signature.
      ValueError: An argument is invalid, or the body is not a JSON object.

    Example::

        event = webhooks.verify(body=request.body, headers=request.headers, secret=secret)
        if event.type == "batch.succeeded":
            print(event.data)
    """
    if not isinstance(body, (bytes, bytearray, str)):  # pyright: ignore[reportUnnecessaryIsInstance] - of a program
        kind = type(cast(object, body)).__name__
        raise ValueError(f"verify: body: expected the body as bytes or text, as it arrived, got {kind}.")
    content = body.encode() if isinstance(body, str) else bytes(body)
    keys = _keys(secret)
    if isinstance(tolerance_s, bool) or not isinstance(tolerance_s, (int, float)) or not tolerance_s >= 0:  # pyright: ignore[reportUnnecessaryIsInstance] - likewise
        raise ValueError(f"verify: tolerance_s: expected a number of seconds, not negative, got {tolerance_s!r}.")
    event_id, sent, signature = (_header(headers, name) for name in (_ID, _TIMESTAMP, _SIGNATURE))
    sent_s = _seconds(sent)
    signed = b".".join([event_id.encode(), sent.encode(), content])
    expected = [hmac.new(key, signed, hashlib.sha256).digest() for key in keys]
    is_valid = False
    for given in _signatures(signature):
        for each in expected:  # all are compared, so that the time does not show which one fits
            is_valid |= hmac.compare_digest(given, each)
    if not is_valid:
        raise WebhookSignatureError(
            f"verify: {_SIGNATURE}: no signature fits the body and the secret; check that the body is unchanged, and that the "
            "secret is the one of this webhook."
        )
    age_s = time.time() - sent_s
    if abs(age_s) > tolerance_s:
        when = f"{age_s:.0f} s old" if age_s > 0 else f"{-age_s:.0f} s in the future"
        raise WebhookSignatureError(
            f"verify: {_TIMESTAMP}: the event is {when}, and tolerance_s is {tolerance_s:g}; check the clock of this machine."
        )
    return WebhookEvent(event_id, datetime.fromtimestamp(sent_s, timezone.utc), _object(content))


def _keys(secret: str | Iterable[str]) -> list[bytes]:
    """Return the keys in one or more secrets. Raises `ValueError` if one is not a secret, without its text."""
    secrets: list[Any] = [secret] if isinstance(secret, str) else [*secret]
    if not secrets:
        raise ValueError("verify: secret: expected at least one signing secret, got none.")
    keys: list[bytes] = []
    for each in secrets:
        if not isinstance(each, str) or not each.strip():
            raise ValueError(
                f"verify: secret: expected a text, such as webhook.new_signing_secret, got {type(each).__name__}."
            )
        text = each.strip()
        decoded = _decoded(text.removeprefix(_PREFIX))
        if decoded:
            keys.append(decoded)
        elif text.startswith(_PREFIX):
            raise ValueError(f"verify: secret: expected base64 after {_PREFIX!r}; check that the secret is complete.")
        if not text.startswith(_PREFIX):
            keys.append(text.encode())  # a secret in another form is a key itself
    return keys


def _header(headers: Mapping[str, Any], name: str) -> str:
    found = [value for key, value in headers.items() if str(key).lower() == name]
    value: Any = found[0] if len(found) == 1 else None
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    if not isinstance(value, str) or not value.strip() or len(value) > _LONGEST_HEADER:
        reason = (
            "it is missing"
            if not found
            else "it is not one text"
            if not isinstance(value, str)
            else "it is empty or too long"
        )
        raise WebhookSignatureError(f"verify: headers[{name!r}]: expected a header of the service, but {reason}.")
    return value.strip()


def _seconds(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 11):
        raise WebhookSignatureError(f"verify: {_TIMESTAMP}: expected seconds since 1970, got {text[:20]!r}.")
    return int(text)


def _signatures(header: str) -> list[bytes]:
    """Return the signatures of the known version in a header; parts that are not signatures are left out."""
    pairs = (each.partition(",") for each in header.split())
    found = (_decoded(value) for version, _, value in pairs if version == _VERSION)
    return [each for each in found if each]


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def _object(content: bytes) -> dict[str, Any]:
    try:
        value: Any = json.loads(content)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise ValueError("verify: body: the signature is valid, but the body is not a JSON object.")
    return cast("dict[str, Any]", value)
