"""Replies as objects: the object in the bytes of a reply, with the headers, or the error that the reply contains."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeVar

from .. import errors
from .._http_reply import HttpReply
from .._wire.reply import read
from ..types._http import HttpResponse

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pydantic

    from .._io.messages import OpenResponse, Response
    from .._json import Json
    from .._wire.marks import BackendName
    from .._wire.operation import Operation

R = TypeVar("R")
M = TypeVar("M", bound="pydantic.BaseModel")

_ERROR_FIRST = re.compile(rb'\s*(?:\[\s*)?\{\s*"error"\s*:')


def decode(operation: Operation[R], backend: BackendName, response: Response) -> R:
    """Return the object that a successful reply contains. Raises `InvalidResponseError` if it contains none."""
    cls: Any = operation.reply_type()
    reply = read_as(cls, backend, response, response.body)
    attach_http_response(reply, response.headers, response.attempts, response.body)
    return reply


def decode_event(operation: Operation[R], backend: BackendName, response: OpenResponse, event: bytes) -> R:
    """Return the object in one event of a streamed reply. Raises the `APIError` in an error event."""
    cls: Any = operation.reply_type()
    reply = read_as(cls, backend, response, event)
    attach_http_response(reply, response.headers, response.attempts, event)
    return reply


def read_as(cls: type[M], backend: BackendName, response: Response | OpenResponse, data: bytes) -> M:
    """Return an object of a class from JSON in a reply.

    Raises the `APIError` that the JSON contains, or `InvalidResponseError` if it does not fit the class.
    """
    if is_error(data) and "error" not in cls.__pydantic_fields__:
        raise error_inside(data, response.status, response.headers)
    try:
        return read(cls, backend, data)
    except errors.UnknownApiResponseError as error:
        raise invalid(str(error), response, data) from error.__cause__


def attach_http_response(reply: Any, headers: Mapping[str, str], attempts: int, raw: bytes) -> None:
    """Store headers, number of attempts and raw bytes of a reply on the object."""
    if "sdk_http_response" in reply.__dict__:
        reply.__dict__["sdk_http_response"] = HttpResponse._of_reply(headers, attempts, raw)
        reply.__pydantic_fields_set__.add("sdk_http_response")


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
