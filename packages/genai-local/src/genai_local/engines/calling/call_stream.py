"""Function calls in the stream of an OpenAI-compatible endpoint: names first, arguments in pieces of JSON text."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, cast

from ...protocol.errors import JsonObject
from . import FunctionCall


@dataclass
class _PartialCall:
    id: str
    name: str = ""
    arguments: str = ""


class StreamedCalls:
    """The function calls of one streamed reply."""

    def __init__(self) -> None:
        self._calls: list[_PartialCall] = []
        self._places: dict[int, _PartialCall] = {}

    @property
    def has_calls(self) -> bool:
        """Whether the reply contains a call."""
        return bool(self._calls)

    def feed(self, delta: JsonObject) -> None:
        """Add the pieces of an event."""
        items: list[JsonObject] = delta.get("tool_calls") or []
        for item in items:
            index: int = item.get("index") or 0
            identity: str = item.get("id") or ""
            function: JsonObject = item.get("function") or {}
            call = self._places.get(index)
            # Some endpoints use the index 0 for every call of a reply.
            if call is None or (identity and call.id and identity != call.id):
                call = self._places[index] = _PartialCall(identity)
                self._calls.append(call)
            call.name += function.get("name") or ""
            arguments: Any = function.get("arguments") or ""
            call.arguments += arguments if isinstance(arguments, str) else json.dumps(arguments)

    def calls(self) -> list[FunctionCall]:
        """Return the complete calls, after the end of the reply.

        Raises:
            ValueError: when arguments are not a JSON object.
        """
        calls: list[FunctionCall] = []
        for call in self._calls:
            args: Any = json.loads(call.arguments or "{}")
            if not isinstance(args, dict):
                raise ValueError(f"{call.name}: expected a JSON object of arguments.")
            calls.append(FunctionCall(call.name, cast("JsonObject", args)))
        return calls
