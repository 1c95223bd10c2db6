"""Replies as objects: the object in the bytes of a reply, with the headers, or the error that the reply contains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from .. import errors
from .._wire.reply import read
from ..types._http import HttpResponse
from .reply_errors import error_inside, invalid, is_error

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pydantic

    from .._io.messages import OpenResponse, Response
    from .._wire.marks import BackendName
    from .._wire.operation import Operation

R = TypeVar("R")
M = TypeVar("M", bound="pydantic.BaseModel")


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
