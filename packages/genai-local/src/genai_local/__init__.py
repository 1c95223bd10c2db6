"""A local server that implements the Gemini API, for development and tests without a key, a network or a bill.

`serve` runs a server inside a program; `ScriptedGemini` is a server whose replies a test defines. Importing the package
loads neither a web framework nor a model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .protocol.errors import ApiError
    from .scripting.requests import RecordedRequest
    from .server import LocalServer, serve
    from .testing import ScriptedGemini

__all__ = ["ApiError", "LocalServer", "RecordedRequest", "ScriptedGemini", "serve"]

_HOMES = {
    "ApiError": "protocol.errors",
    "LocalServer": "server",
    "RecordedRequest": "scripting.script",
    "ScriptedGemini": "testing",
    "serve": "server",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f".{_HOMES[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
