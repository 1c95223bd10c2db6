"""One call of one operation: its arguments are encoded and sent, and its reply is decoded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from .._wire.codec import encode
from .observing import observed
from .replies import decode

if TYPE_CHECKING:
    from .._io.port import Port
    from .._wire.operation import Operation

R = TypeVar("R")


async def invoke(port: Port, operation: Operation[R], **arguments: Any) -> R:
    """Return the service's answer to an operation.

    Raises `ValueError` for arguments that the operation or the backend does not support, before anything is sent, and
    `APIError` for failures of the call.
    """
    work = _invoke(port, operation, arguments)
    return await work if port.hooks is None else await observed(port, operation.name, arguments, work)


async def _invoke(port: Port, operation: Operation[R], arguments: dict[str, Any]) -> R:
    call = encode(operation, port.backend, arguments)
    response = await port.send(call)
    if not operation.has_reply:
        return None  # pyright: ignore[reportReturnType] - R is None for such an operation
    return decode(operation, port.backend.name, response)


def either(**given: Any) -> Any:
    """Return the value of an argument that has two names. Raises `ValueError` if none or both are given."""
    values = {name: value for name, value in given.items() if value is not None}
    if len(values) != 1:
        found = "got both" if values else "got none"
        raise ValueError(f"{' or '.join(given)}: expected one of the two, {found}.")
    return next(iter(values.values()))
