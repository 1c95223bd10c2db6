"""The client of a run, for the SDK of this project and for the official one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from google.genai import Client


def new_client(in_flight: int) -> Client:
    """Return a client with the environment's settings and enough connections.

    Args:
        in_flight: number of calls at the same time.
    """
    from google import genai
    from google.genai import types

    options: dict[str, Any] = {}
    if "max_connections" in types.HttpOptions.model_fields:
        options["max_connections"] = in_flight
    else:  # the official SDK has at most 100 connections otherwise
        import aiohttp

        options["async_client_args"] = {"connector": aiohttp.TCPConnector(limit=in_flight)}
    return genai.Client(http_options=types.HttpOptions(**options))


async def close_client(client: Client) -> None:
    """Close a client and its connections."""
    close: Any = getattr(client.aio, "aclose", None)
    if close is not None:
        await close()
    closing: Any = getattr(client, "close", None)
    if closing is not None:
        closing()
