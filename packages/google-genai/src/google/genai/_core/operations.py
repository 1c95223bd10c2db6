"""Long-running operations: fetching their current state, and waiting for their end."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

from .. import types
from .._ops.operations import FETCH_PREDICT_OPERATION, GET
from .._wire.codec import encode
from .observing import reported
from .replies import read_as
from .waiting import failure, until_done

if TYPE_CHECKING:
    from .._io.port import Port
    from .progress import Progress

T = TypeVar("T")

_TYPES_BY_NAME = (
    (re.compile(r"(^|/)models/[^/]+/operations/"), "GenerateVideosOperation"),
    (re.compile(r"^fileSearchStores/[^/]+/upload/operations/"), "UploadToFileSearchStoreOperation"),
    (re.compile(r"^fileSearchStores/[^/]+/operations/"), "ImportFileOperation"),
    (re.compile(r"(^tunedModels/|/tuningJobs/)[^/]+/operations/"), "TuningOperation"),
)
"""The type of an operation that is given by its name."""


@reported(GET.name)
async def current_state(port: Port, operation: T, config: types.GetOperationConfigOrDict | None) -> T:
    """Return the current state of an operation, as an object of the same type."""
    name, cls = _name_and_type(operation)
    backend = port.backend
    if backend.vertexai and cls.__name__ != "TuningOperation" and "/operations/" in name:
        resource_name = name.rpartition("/operations/")[0]
        arguments = {"operation_name": name, "resource_name": resource_name, "config": config}
        call = encode(FETCH_PREDICT_OPERATION, backend, arguments)
    else:
        call = encode(GET, backend, {"operation_name": name, "config": config})
    response = await port.send(call)
    return cast("T", read_as(cast(Any, cls), backend.name, response, response.body))


def _name_and_type(operation: Any) -> tuple[str, type]:
    if isinstance(operation, str):
        kinds = (kind for pattern, kind in _TYPES_BY_NAME if pattern.search(operation))
        return operation, getattr(types, next(kinds, "Operation"))
    name = getattr(operation, "name", None)
    if not isinstance(operation, (types.Operation, types.TuningOperation)):
        raise ValueError(f"operation: expected an operation or its name, got {type(operation).__name__}.")
    if not name:
        raise ValueError(f"operation.name: expected the name of an operation, got {name!r}.")
    return name, type(operation)


def _is_done(operation: Any) -> bool:
    return bool(operation.done)


async def wait_for_operation(
    port: Port, get: Callable[..., Any], operation: T, timeout_s: float | None, poll_s: float, progress: Progress | None
) -> T:
    """Return an operation when it is done. Raises `OperationFailedError` if it failed."""
    is_name = isinstance(operation, str)
    done: Any = await until_done(
        port,
        None if is_name or not getattr(operation, "done", None) else operation,
        get,
        lambda last: {"operation": last or operation},
        _is_done,
        timeout_s=timeout_s,
        poll_s=poll_s,
        progress=progress,
        title=str(operation if is_name else getattr(operation, "name", None) or "operation"),
    )
    if done.error:
        raise failure(done, "failed")
    return done
