"""What gRPC can do in a process that was forked from one that used it.

Blocking calls work there, on new connections, unless `GRPC_ENABLE_FORK_SUPPORT` turns the support of gRPC off. Calls with asyncio
do not: gRPC waits for ever for a thread that only the parent has. Such calls are refused, because they would never end.
"""

from __future__ import annotations

import os

_VARIABLE = "GRPC_ENABLE_FORK_SUPPORT"
_OFF = ("0", "f", "false", "n", "no")
_used_in: dict[str, int] = {}
"""Number of the process in which each kind of transport was first used."""


def use(kind: str) -> None:
    """Note that this process uses a kind of transport over gRPC.

    Raises `RuntimeError` if a parent process has used it, and calls here would never end.
    """
    process = os.getpid()
    if _used_in.setdefault(kind, process) == process:
        return
    if kind == "grpc_asyncio":
        raise RuntimeError(
            "gRPC with asyncio does not work in a process that was forked after it was used. Start processes with the method"
            " 'spawn' or 'forkserver' of multiprocessing, use it only after the fork, or use the blocking client"
        )
    if os.environ.get(_VARIABLE, "").lower() in _OFF:
        raise RuntimeError(
            f"gRPC does not work in a process that was forked after it was used while {_VARIABLE} is"
            f" {os.environ[_VARIABLE]!r}. Remove this variable, or start processes with the method 'spawn' or 'forkserver'"
            " of multiprocessing"
        )
