"""Signatures of webhooks: valid events, and every way in which an event can be wrong."""

from __future__ import annotations

import base64
import copy
import hashlib
import hmac
import json
import pickle
import time
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import pytest

from google.genai import webhooks
from google.genai.webhooks import WebhookEvent, WebhookSignatureError, verify

KEY = b"0123456789abcdef0123456789abcdef"
SECRET = "whsec_" + base64.b64encode(KEY).decode()
OTHER = "whsec_" + base64.b64encode(b"another key").decode()
BODY = json.dumps({"type": "batch.succeeded", "data": {"id": "b1", "name": "ü"}}).encode()


def signed(body: bytes = BODY, *, key: bytes = KEY, at: float | None = None, id: str = "msg_1") -> dict[str, str]:
    """Return the headers of an event, as the service sends them."""
    seconds = str(int(time.time() if at is None else at))
    mac = hmac.new(key, f"{id}.{seconds}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": id,
        "webhook-timestamp": seconds,
        "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
    }


def test_a_valid_event_is_returned() -> None:
    event = verify(BODY, signed(at=time.time() - 10), SECRET)
    assert (event.id, event.type, event.data["data"]["id"]) == ("msg_1", "batch.succeeded", "b1")
    assert event.sent_at.tzinfo is timezone.utc
    assert 5 < (datetime.now(timezone.utc) - event.sent_at).total_seconds() < 60


def test_an_example_computed_elsewhere() -> None:
    """The example of the specification of Standard Webhooks."""
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    event = verify(b'{"test": 2432232314}', headers, secret, tolerance_s=1e12)
    assert (event.data, event.type) == ({"test": 2432232314}, None)


Change = Callable[[dict[str, str]], dict[str, Any]]
FORMS: dict[str, Change] = {
    "other case": lambda headers: {name.title(): value for name, value in headers.items()},
    "bytes": lambda headers: {name: value.encode() for name, value in headers.items()},
    "spaces": lambda headers: {name: f" {value} " for name, value in headers.items()},
    "other headers": lambda headers: {"host": "h", "x": ["a"], **headers},
    "other versions": lambda headers: {
        **headers,
        "webhook-signature": f"v1a,abc v2,{'A' * 44} nonsense , v1,??? v1, {headers['webhook-signature']}",
    },
    "several signatures": lambda headers: {
        **headers,
        "webhook-signature": f"{signed(key=b'another key')['webhook-signature']} {headers['webhook-signature']}",
    },
}


@pytest.mark.parametrize("form", FORMS)
def test_forms_of_headers(form: str) -> None:
    assert verify(BODY.decode(), FORMS[form](signed()), SECRET).id == "msg_1"


@pytest.mark.parametrize(
    ("secret", "key"),
    [
        ([OTHER, SECRET], KEY),
        ((SECRET, OTHER), KEY),
        (iter([SECRET]), KEY),
        (SECRET.removeprefix("whsec_"), KEY),
        (f" {SECRET}\n", KEY),
        ("not base64!", b"not base64!"),
        ("c2VjcmV0", b"c2VjcmV0"),
    ],
)
def test_forms_of_secrets(secret: Any, key: bytes) -> None:
    assert verify(BODY, signed(key=key), secret).id == "msg_1"


def _flipped(text: str) -> str:
    return ("A" if text[0] != "A" else "B") + text[1:]


WRONG: dict[str, tuple[Change, str]] = {
    "no headers": (lambda headers: {}, "webhook-id.*missing"),
    "no id": (lambda headers: {**headers, "webhook-id": ""}, "webhook-id.*empty"),
    "another id": (lambda headers: {**headers, "webhook-id": "msg_2"}, "no signature fits"),
    "no time": (lambda headers: {k: v for k, v in headers.items() if k != "webhook-timestamp"}, "timestamp.*missing"),
    "no number": (lambda headers: {**headers, "webhook-timestamp": "soon"}, "seconds since 1970"),
    "negative": (lambda headers: {**headers, "webhook-timestamp": "-5"}, "seconds since 1970"),
    "fraction": (lambda headers: {**headers, "webhook-timestamp": "1.5"}, "seconds since 1970"),
    "other digits": (lambda headers: {**headers, "webhook-timestamp": "١٢٣"}, "seconds since 1970"),
    "huge": (lambda headers: {**headers, "webhook-timestamp": "9" * 400}, "seconds since 1970"),
    "another time": (lambda headers: {**headers, "webhook-timestamp": str(int(time.time()) + 1)}, "no signature fits"),
    "no signature": (lambda headers: {**headers, "webhook-signature": " "}, "signature.*empty"),
    "not base64": (lambda headers: {**headers, "webhook-signature": "v1,?"}, "no signature fits"),
    "without version": (lambda headers: {**headers, "webhook-signature": headers["webhook-signature"][3:]}, "no signature fits"),
    "other version": (lambda headers: {**headers, "webhook-signature": "v2" + headers["webhook-signature"][2:]}, "no signature fits"),
    "one character": (lambda headers: {**headers, "webhook-signature": "v1," + _flipped(headers["webhook-signature"][3:])}, "no signature fits"),
    "a part": (lambda headers: {**headers, "webhook-signature": headers["webhook-signature"][:-8]}, "no signature fits"),
    "very long": (lambda headers: {**headers, "webhook-signature": "v1,AAAA " * 5000 + headers["webhook-signature"]}, "too long"),
    "twice": (lambda headers: {**headers, "Webhook-Signature": headers["webhook-signature"]}, "signature"),
    "a list": (lambda headers: {**headers, "webhook-signature": [headers["webhook-signature"]]}, "not one text"),
}  # fmt: skip


@pytest.mark.parametrize("way", WRONG)
def test_wrong_headers(way: str) -> None:
    change, message = WRONG[way]
    with pytest.raises(WebhookSignatureError, match=message):
        verify(BODY, change(signed()), SECRET)


@pytest.mark.parametrize("body", [b"", BODY + b" ", BODY[:-1], b"{}", BODY.replace(b"b1", b"b2")])
def test_a_changed_body(body: bytes) -> None:
    with pytest.raises(WebhookSignatureError, match="no signature fits"):
        verify(body, signed(), SECRET)


def test_another_secret() -> None:
    with pytest.raises(WebhookSignatureError, match="no signature fits") as raised:
        verify(BODY, signed(), [OTHER, OTHER])
    assert OTHER not in str(raised.value)


@pytest.mark.parametrize(("offset_s", "message"), [(-400, "400? s old|40[0-9] s old"), (400, "s in the future")])
def test_an_event_outside_the_tolerance(offset_s: float, message: str) -> None:
    headers = signed(at=time.time() + offset_s)
    with pytest.raises(WebhookSignatureError, match=message):
        verify(BODY, headers, SECRET)
    assert verify(BODY, headers, SECRET, tolerance_s=500).id == "msg_1"


def test_an_old_event_with_a_wrong_signature_is_refused_for_its_signature() -> None:
    with pytest.raises(WebhookSignatureError, match="no signature fits"):
        verify(BODY, signed(at=0, key=b"x"), SECRET)


@pytest.mark.parametrize("body", [b"text", b"[1]", b"\xff", b""])
def test_a_signed_body_that_is_no_object(body: bytes) -> None:
    with pytest.raises(ValueError, match="body: the signature is valid") as raised:
        verify(body, signed(body), SECRET)
    assert not isinstance(raised.value, WebhookSignatureError)


@pytest.mark.parametrize(
    ("body", "secret", "tolerance_s", "message"),
    [
        ({"type": "x"}, SECRET, 300, "body: expected the body as bytes or text, as it arrived, got dict"),
        (None, SECRET, 300, "body: .* got NoneType"),
        (BODY, "", 300, "secret: expected a text"),
        (BODY, [], 300, "secret: expected at least one"),
        (BODY, [SECRET, None], 300, "secret: expected a text, .* got NoneType"),
        (BODY, "whsec_???", 300, "secret: expected base64 after 'whsec_'"),
        (BODY, "whsec_", 300, "secret: expected base64 after 'whsec_'"),
        (BODY, SECRET, -1, "tolerance_s"),
        (BODY, SECRET, float("nan"), "tolerance_s"),
        (BODY, SECRET, True, "tolerance_s"),
    ],
)
def test_wrong_arguments(body: Any, secret: Any, tolerance_s: float, message: str) -> None:
    with pytest.raises(ValueError, match=message) as raised:
        verify(body, signed(), secret, tolerance_s=tolerance_s)
    assert not isinstance(raised.value, WebhookSignatureError)


def test_signatures_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each signature is compared with each secret, by the function that does not stop at the first difference."""
    compared: list[tuple[bytes, bytes]] = []
    original = hmac.compare_digest

    def compare(first: bytes, second: bytes) -> bool:
        compared.append((first, second))
        return original(first, second)

    monkeypatch.setattr(hmac, "compare_digest", compare)
    headers = signed()
    headers["webhook-signature"] += f" {headers['webhook-signature']}"
    verify(BODY, headers, [SECRET, OTHER])
    assert len(compared) == 4


def test_events_and_errors_are_shown_and_pickled_by_their_public_names() -> None:
    event = verify(BODY, signed(), SECRET)
    assert pickle.loads(pickle.dumps(event)) == event == copy.deepcopy(event)
    error = WebhookSignatureError("x")
    assert str(pickle.loads(pickle.dumps(error))) == "x"
    assert (WebhookEvent.__module__, WebhookSignatureError.__module__) == ("google.genai.webhooks",) * 2
    assert webhooks.verify is verify
