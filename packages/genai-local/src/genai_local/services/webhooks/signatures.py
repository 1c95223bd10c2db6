"""The addresses, the signing secrets and the signatures of webhooks, in the form of Standard Webhooks.

A receiver computes the HMAC of the id, the time and the body with the secret, and compares it with the header.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import secrets
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from ...protocol.errors import ApiError, JsonObject, invalid
from ...protocol.limits import MAX_URI_LENGTH
from ...protocol.times import timestamp

OVERLAP_S = 24 * 3600.0
"""How long a replaced secret signs together with the new one."""
_PREFIX = "whsec_"
_SECRET_BYTES = 32
_MAX_SECRETS = 5
_SHOWN_CHARACTERS = 4


def check_caller(connection: HTTPConnection, path: str) -> None:
    """Refuse webhooks of a client on another machine, which could otherwise reach the programs of this one.

    Raises:
        ApiError: 403 with the path of the field.
    """
    if connection.client is None or not _is_loopback(connection.client.host.removeprefix("::ffff:")):
        message = f"{path}: only clients on the machine of this server may name an address that it calls."
        raise ApiError(403, message)


def check_uri(uri: str, path: str) -> None:
    """Refuse an address that is not on this machine.

    Raises:
        ApiError: 400 with the path of the field.
    """
    if len(uri) > MAX_URI_LENGTH:
        raise invalid(path, f"has {len(uri)} characters; expected at most {MAX_URI_LENGTH}.")
    try:
        parts = urlsplit(uri)
        host, _ = parts.hostname or "", parts.port  # raises ValueError for an invalid port
    except ValueError:
        host, parts = "", urlsplit("")
    if parts.scheme not in ("http", "https") or not host or parts.username is not None:
        raise invalid(path, f"expected a URL that begins with http:// or https://, not {uri!r}.")
    if not _is_loopback(host):
        problem = f"this server calls only addresses of its own machine, such as http://127.0.0.1:8080/, not {host}"
        raise invalid(path, f"{problem}; run the receiver here.")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def new_secret() -> str:
    """Return a new signing secret."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def with_secret(stored: JsonObject, secret: str, now: float, *, overlaps: bool) -> JsonObject:
    """Return stored secrets with a further one.

    Args:
        stored: the secrets so far.
        secret: the new secret.
        now: the time.
        overlaps: whether the secrets so far sign for another day.
    """
    kept: list[JsonObject] = []
    if overlaps:
        for entry in valid_secrets(stored, now):
            until = entry.get("expire_time")
            kept.append({**entry, "expire_time": min(until or now + OVERLAP_S, now + OVERLAP_S)})
    return {"secrets": [{"secret": secret}, *kept][:_MAX_SECRETS]}


def valid_secrets(stored: JsonObject, now: float) -> list[JsonObject]:
    """Return the secrets that have not expired, newest first."""
    entries: list[JsonObject] = stored.get("secrets", [])
    return [entry for entry in entries if entry.get("expire_time") is None or entry["expire_time"] > now]


def secrets_json(stored: JsonObject, now: float) -> list[JsonObject]:
    """Return the secrets as replies show them: by their last characters."""
    return [
        {
            "truncated_secret": f"...{entry['secret'][-_SHOWN_CHARACTERS:]}",
            **({"expire_time": timestamp(entry["expire_time"])} if "expire_time" in entry else {}),
        }
        for entry in valid_secrets(stored, now)
    ]


def signature(secret: str, delivery_id: str, seconds: int, body: bytes) -> str:
    """Return the signature of a body by one secret."""
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    signed = f"{delivery_id}.{seconds}.".encode() + body
    return f"v1,{base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()}"
