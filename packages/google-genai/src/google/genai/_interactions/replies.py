"""Replies to calls: the errors of refused ones, and the objects in the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from .. import errors
from .._core.reply_errors import error_inside, invalid, is_error
from ..types._http import HttpResponse
from .errors import typed
from .types._behaviour import Reply
from .types._reading import read_json

if TYPE_CHECKING:
    from .._io.messages import Response
    from .._io.port import Port
    from .._wire.call import Call

R = TypeVar("R", bound=Reply)


async def reply_to(port: Port, call: Call) -> Response:
    """Return the successful reply to a call. Raises `APIError`, of the class for the kind of status."""
    try:
        return await port.send(call)
    except errors.APIError as error:
        raise typed(error) from error.__cause__


def read_reply(cls: type[R], response: Response, what: str) -> R:
    """Return the object of a class in a reply, with the HTTP response. An empty reply is an object without fields.

    Raises `APIError` for an error in a successful reply, and if the reply is not an object; `what` names the object there.
    """
    body = response.body if response.body.strip() else b"{}"
    if is_error(body):
        raise typed(error_inside(body, response.status, response.headers))
    try:
        made = read_json(cls, body)
    except ValueError as error:
        raise invalid(f"The reply is not {what}: {error}", response) from None
    made._http_response = HttpResponse._of_reply(response.headers, response.attempts, response.body)
    return made
