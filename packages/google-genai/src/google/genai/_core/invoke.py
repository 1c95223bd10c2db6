"""One call of one operation: arguments to request, reply to object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from .._wire.codec import encode
from .replies import decode

if TYPE_CHECKING:
    from .._io.port import Port
    from .._wire.operation import Operation

R = TypeVar("R")


async def invoke(port: Port, operation: Operation[R], **arguments: Any) -> R:
    """Return what the service answers to an operation.

    Raises `ValueError` for arguments that the operation or the backend does not take, before anything is sent, and
    `APIError` for everything that goes wrong afterwards.
    """
    call = encode(operation, port.backend, arguments)
    response = await port.send(call)
    if not operation.has_reply:
        return None  # pyright: ignore[reportReturnType] - R is None for such an operation
    return decode(operation, port.backend.name, response)


def either(**given: Any) -> Any:
    """Return the value of an argument that may be written in two ways. Raises `ValueError` for none, and for both."""
    values = {name: value for name, value in given.items() if value is not None}
    if len(values) != 1:
        found = "got both" if values else "got none"
        raise ValueError(f"{' or '.join(given)}: expected one of the two, {found}.")
    return next(iter(values.values()))
