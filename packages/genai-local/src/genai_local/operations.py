"""Long-running operations: work that goes on after the reply, under a name that can be asked until it is done.

It knows names, time and outcomes, not what the work is.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from .errors import ApiError, JsonObject

_MAX_KEPT = 1000
_PATIENCE_S = 10.0
"""How long a poll waits for work whose time is over but which is not done yet."""
_RPC_CODES = {
    "CANCELLED": 1,
    "UNKNOWN": 2,
    "INVALID_ARGUMENT": 3,
    "DEADLINE_EXCEEDED": 4,
    "NOT_FOUND": 5,
    "ALREADY_EXISTS": 6,
    "PERMISSION_DENIED": 7,
    "RESOURCE_EXHAUSTED": 8,
    "FAILED_PRECONDITION": 9,
    "ABORTED": 10,
    "OUT_OF_RANGE": 11,
    "UNIMPLEMENTED": 12,
    "INTERNAL": 13,
    "UNAVAILABLE": 14,
    "DATA_LOSS": 15,
    "UNAUTHENTICATED": 16,
}


def rpc_status(error: ApiError) -> JsonObject:
    """Return the `google.rpc.Status` of an error, as operations tell it."""
    status: JsonObject = {"code": _RPC_CODES.get(error.status, 2), "message": error.message}
    return {**status, "details": error.details} if error.details else status


@dataclass(eq=False)
class Operation:
    """Work under a name."""

    name: str
    ready_at: float
    """Time of the monotonic clock before which it is not done."""
    polls_left: int
    """Polls before which it is not done."""
    task: asyncio.Task[None] | None = None
    outcome: JsonObject | None = None
    """`response` or `error`, once the work is done."""

    def told(self, *, is_done: bool) -> JsonObject:
        """Return the operation's JSON."""
        return {"name": self.name, "done": True, **(self.outcome or {})} if is_done else {"name": self.name}


class Operations:
    """The operations of one server.

    Args:
        duration_s: how long an operation takes at least.
        polls: how often it is asked for before it is done, at least.
    """

    def __init__(self, duration_s: float = 1.0, polls: int = 0) -> None:
        self.duration_s = duration_s
        self.polls = polls
        self._lock = threading.Lock()
        self._operations: dict[str, Operation] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, name: str, work: Callable[[], Awaitable[JsonObject]]) -> JsonObject:
        """Begin work under a name and return the running operation's JSON.

        Args:
            name: resource name of the operation.
            work: returns the response; what it raises becomes the operation's error.
        """
        operation = Operation(name, time.monotonic() + self.duration_s, self.polls)

        async def run() -> None:
            try:
                operation.outcome = {"response": await work()}
            except ApiError as error:
                operation.outcome = {"error": rpc_status(error)}
            except Exception as error:
                message = f"An internal error has occurred: {type(error).__name__}: {error}"
                operation.outcome = {"error": rpc_status(ApiError(500, message))}

        operation.task = asyncio.create_task(run())
        self._tasks.add(operation.task)
        operation.task.add_done_callback(self._tasks.discard)
        self._keep(operation)
        return operation.told(is_done=False)

    def finish(self, name: str, response: JsonObject) -> JsonObject:
        """Keep an operation that is done already and return its JSON."""
        operation = Operation(name, 0.0, 0, outcome={"response": response})
        self._keep(operation)
        return operation.told(is_done=True)

    def _keep(self, operation: Operation) -> None:
        with self._lock:
            while len(self._operations) >= _MAX_KEPT:
                del self._operations[next(iter(self._operations))]
            self._operations[operation.name] = operation

    async def poll(self, name: str) -> JsonObject | None:
        """Return an operation's JSON, and count the question; None for an unknown name."""
        operation = self._operations.get(name)
        if operation is None:
            return None
        if operation.polls_left > 0:
            operation.polls_left -= 1
            return operation.told(is_done=False)
        if time.monotonic() < operation.ready_at:
            return operation.told(is_done=False)
        if operation.outcome is None and operation.task is not None:
            await asyncio.wait({operation.task}, timeout=_PATIENCE_S)
        return operation.told(is_done=operation.outcome is not None)

    def below(self, prefix: str) -> list[JsonObject]:
        """Return the operations whose names begin with `prefix`, oldest first, without counting it as a question."""
        with self._lock:
            found = [operation for operation in self._operations.values() if operation.name.startswith(prefix)]
        now = time.monotonic()
        return [
            operation.told(
                is_done=operation.outcome is not None and not operation.polls_left and now >= operation.ready_at
            )
            for operation in found
        ]

    def clear(self) -> None:
        """Forget all operations; work that goes on ends unseen."""
        with self._lock:
            self._operations.clear()
