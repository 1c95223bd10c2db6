"""What became of a call, as JSON: results, messages and exceptions. Runs in the environments of both sides."""

from __future__ import annotations

import base64
import inspect
import re
from collections.abc import Callable
from typing import Any

MODES = ("grpc", "grpc_asyncio", "rest")
MOST_ITEMS = 50


def shown(value: Any) -> Any:
    """Return a value as JSON: its type and its content."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, (list, tuple)):
        return [shown(each) for each in value]
    if isinstance(value, dict):
        return {str(name): shown(each) for name, each in value.items()}
    if hasattr(value, "pages"):
        return {"type": _name(value)}
    if hasattr(value, "_pb"):
        return {"type": _name(value), "bytes": shown(value._pb.SerializeToString(deterministic=True))}
    if hasattr(value, "DESCRIPTOR"):
        return {"type": value.DESCRIPTOR.full_name, "bytes": shown(value.SerializeToString(deterministic=True))}
    return {"type": _name(value)}


def _name(value: Any) -> str:
    cls = type(value)
    return f"{cls.__module__}.{cls.__qualname__}" if "._runtime" not in cls.__module__ else cls.__qualname__


def raised(error: BaseException) -> dict[str, Any]:
    """Return an exception without its text, because texts differ on purpose."""
    found: dict[str, Any] = {"raised": _name(error)}
    if hasattr(error, "grpc_status_code"):
        code = error.grpc_status_code
        found["grpc code"] = code and code.name
        found["code"] = error.code and int(error.code)
        found["message"] = re.sub(r"127\.0\.0\.1:\d+", "HOST", error.message)
        found["details"] = [shown(each) for each in error.details]
        for name in ("reason", "domain", "metadata"):
            found[name] = outcome(lambda name=name: getattr(error, name))
        found["errors"] = len(error.errors)
    return found


def outcome(function: Callable[[], Any]) -> Any:
    """Return the result of a function, or its exception."""
    try:
        return shown(function())
    except Exception as error:
        return raised(error)


async def awaited_outcome(function: Callable[[], Any]) -> Any:
    """Return the result of a function that may be async, or its exception."""
    try:
        value = function()
        return shown(await value if inspect.isawaitable(value) else value)
    except Exception as error:
        return raised(error)


async def all_items(value: Any) -> Any:
    """Return the items of an iterator of either kind as a list, and other values as they are. The number of items is bounded."""
    if inspect.isawaitable(value):
        value = await value
    items: list[Any] = []
    if hasattr(value, "__aiter__"):
        async for item in value:
            items.append(item)
            assert len(items) < MOST_ITEMS
        return items
    if hasattr(value, "__next__"):
        for item in value:
            items.append(item)
            assert len(items) < MOST_ITEMS
        return items
    return value
