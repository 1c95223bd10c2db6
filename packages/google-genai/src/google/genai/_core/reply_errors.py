"""The errors of successful replies: an error object in place of the result, or content that is not the result.

It does not read objects, so that streams can be imported without the types of replies.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .. import errors
from .._http_reply import HttpReply

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .._io.messages import OpenResponse, Response
    from .._json import Json

_ERROR_FIRST = re.compile(rb'\s*(?:\[\s*)?\{\s*"error"\s*:')


def is_error(data: bytes) -> bool:
    """Return whether JSON in a successful reply is an error object."""
    return _ERROR_FIRST.match(data) is not None


def error_inside(data: bytes, status: int, headers: Mapping[str, str]) -> errors.APIError:
    """Return the error for an error object that came with a successful status."""
    details = errors.json_or_text(data)
    inner: Json = details.get("error")
    code = inner.get("code") if isinstance(inner, dict) else None
    code = code if isinstance(code, int) and not isinstance(code, bool) else status
    return errors.class_for_status(code)(code, details, HttpReply(status, headers, data))


def invalid(
    reason: str, response: Response | OpenResponse | None = None, data: bytes | None = None
) -> errors.InvalidResponseError:
    """Return the error for a successful reply with the wrong content; `data` is the part concerned, by default the body."""
    details = {"error": {"message": reason, "status": "INVALID_RESPONSE"}}
    if response is None:
        return errors.InvalidResponseError(200, details)
    body: bytes | None = getattr(response, "body", None) if data is None else data
    reply = HttpReply(response.status, response.headers, body or b"", response.reason)
    return errors.InvalidResponseError(response.status, details, reply)
