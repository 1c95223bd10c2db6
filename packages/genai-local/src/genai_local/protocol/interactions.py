"""The form of the Interactions API, and of the collections around it, on the wire: paths, errors with words as codes, events.

It does not know what an interaction is, nor what its events mean.
"""

from __future__ import annotations

import math
import re

from .errors import ApiError, JsonObject
from .streams import json_line

_COLLECTIONS = ("agents", "credentials", "decisions", "environments", "interactions", "triggers", "voices", "webhooks")
_PATH = re.compile(rf"(/upload)?/v\w+/(projects/[^/]+/locations/[^/]+/)?({'|'.join(_COLLECTIONS)})([/:].*)?")
_CODES = {"INVALID_ARGUMENT": "invalid_request"}
"""Words for a status, where they differ from its name."""
LIVE_PATH = "interactions/live"
"""The path of connections by WebSocket, below the version."""
END = b"event: done\ndata: [DONE]\n\n"
"""The bytes that end a complete stream of events."""


def is_of_interactions(path: str) -> bool:
    """Return whether the path of a request belongs to the Interactions API or a collection around it."""
    return _PATH.fullmatch(path) is not None


def error_json(error: ApiError) -> JsonObject:
    """Return the code and the message of an error in the form of this API."""
    return {"code": _CODES.get(error.status, error.status.lower()), "message": error.message}


def envelope_for(path: str, error: ApiError) -> JsonObject:
    """Return the JSON body of an error in the form of the API that a path belongs to."""
    return {"error": error_json(error)} if is_of_interactions(path) else error.envelope()


def headers_for(path: str, error: ApiError) -> dict[str, str]:
    """Return the headers of an error: its own, and for this API, whose errors have no details, the pause before a retry."""
    delays: list[str] = [detail["retryDelay"] for detail in error.details if "retryDelay" in detail]
    if not delays or not is_of_interactions(path):
        return error.headers
    return {"retry-after": str(math.ceil(float(delays[0].removesuffix("s")))), **error.headers}


def event_bytes(event: JsonObject) -> bytes:
    """Return an event with its `event_type` and, unless it is an error outside of the stored events, its `event_id`."""
    lines = [b"event: " + event["event_type"].encode()]
    if "event_id" in event:
        lines.append(b"id: " + event["event_id"].encode())
    lines.append(b"data: " + json_line(event))
    return b"\n".join(lines) + b"\n\n"


def error_event(error: ApiError) -> JsonObject:
    """Return the event, without an id, that reports an error within a stream."""
    return {"event_type": "error", "error": error_json(error)}
