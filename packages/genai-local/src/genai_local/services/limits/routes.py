"""The path of the limits. It belongs to this server; the service has nothing like it."""

from __future__ import annotations

from ...framework.routing import RequestContext, Route
from ...limits import PATH
from ...limits.settings import LimitTable, SettingError
from ...protocol.errors import JsonObject, invalid
from ...protocol.payload import read_json


async def show(context: RequestContext) -> JsonObject:
    """Answer GET with the limits and the counts of requests."""
    return context.api.limits.to_json()


async def replace(context: RequestContext) -> JsonObject:
    """Answer PUT: replace all limits with those of the body. The counts remain.

    Raises:
        ApiError: 400 for a setting that is unknown or has a wrong value; then nothing changes.
    """
    try:
        table = LimitTable.of_json(read_json(context.body))
    except SettingError as error:
        raise invalid(error.path, error.problem) from None
    context.api.limits.change(lambda _: table)
    return context.api.limits.to_json()


async def remove(context: RequestContext) -> JsonObject:
    """Answer DELETE: remove all limits, and begin new counts."""
    context.api.limits.clear()
    return context.api.limits.to_json()


ROUTES = [
    Route("gemini", "GET", PATH, show, has_version=False),
    Route("gemini", "PUT", PATH, replace, has_version=False),
    Route("gemini", "DELETE", PATH, remove, has_version=False),
]
"""They are below no version, and the same for both surfaces."""
