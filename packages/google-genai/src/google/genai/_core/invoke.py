"""One call of one operation: arguments to request, reply to object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from .._wire.codec import encode
from .._wire.reply import decode

if TYPE_CHECKING:
    from .._io.port import Port
    from .._ops.operation import Operation

R = TypeVar("R")


async def invoke(port: Port, operation: Operation[R], **arguments: Any) -> R:
    """Return what the service answers to an operation.

    Raises `ValueError` for arguments that the operation or the backend does not take, before anything is sent, and
    `APIError` for everything that goes wrong afterwards.
    """
    call = encode(operation, port.backend, arguments)
    response = await port.send(call)
    return decode(operation, port.backend.name, response)
