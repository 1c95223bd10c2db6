"""Classes of optional packages (Pillow, mcp): recognised without importing the package, and typed by protocols.

An object can only be an instance of a class whose module is loaded, so looking into `sys.modules` is enough; importing
the package would slow down every program that does not use it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

OTHER_CLASS = "other_class"
"""The type of the validation error for a value that is not an instance of a class of an optional package."""


def loaded_class(module: str, name: str) -> type | None:
    """Return a class of an optional package, or None when the package is not loaded."""
    return getattr(sys.modules.get(module), name, None)


def is_pil_image(value: object) -> bool:
    """Tell whether the value is a Pillow image."""
    cls = loaded_class("PIL.Image", "Image")
    return cls is not None and isinstance(value, cls)


def is_mcp_session(value: object) -> bool:
    """Tell whether the value is an `mcp.ClientSession`, or an `mcp.Client`, which newer releases have."""
    session, client = loaded_class("mcp.client.session", "ClientSession"), loaded_class("mcp.client.client", "Client")
    return (session is not None and isinstance(value, session)) or (client is not None and isinstance(value, client))


def is_mcp_tool(value: object) -> bool:
    """Tell whether the value is an `mcp.types.Tool`."""
    cls = loaded_class("mcp.types", "Tool")
    return cls is not None and isinstance(value, cls)


class _Recognized(type):
    """The metaclass of the stand-ins for classes of optional packages: an object is an instance if its real class is loaded."""

    recognizes: Callable[[object], bool]
    expected: str

    def __instancecheck__(cls, value: object) -> bool:
        return cls.recognizes(value)

    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        from pydantic_core import PydanticCustomError, core_schema

        def validate(value: object) -> object:
            if not cls.recognizes(value):
                raise PydanticCustomError(OTHER_CLASS, "expected {expected}", {"expected": cls.expected})
            return value

        unchanged = core_schema.plain_serializer_function_ser_schema(lambda value: value)
        return core_schema.no_info_plain_validator_function(validate, serialization=unchanged)

    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> dict[str, Any]:
        return {}


def _stand_in(name: str, recognizes: Callable[[object], bool], expected: str) -> Any:
    return _Recognized(name, (), {"recognizes": staticmethod(recognizes), "expected": expected})


if TYPE_CHECKING:

    class PilImage(Protocol):
        """The part of a Pillow image that the SDK uses."""

        mode: str

        def save(self, fp: Any, format: str | None = None) -> Any: ...

    class McpSession(Protocol):
        """The part of an MCP session that the SDK uses."""

        async def call_tool(self, name: str, arguments: dict[str, Any] | None = None) -> Any: ...

    class McpTool(Protocol):
        """The part of an MCP tool that the SDK uses."""

        name: str
        inputSchema: dict[str, Any]

        def model_dump(
            self, *, mode: str = "python", by_alias: bool | None = None, exclude_none: bool = False
        ) -> dict[str, Any]: ...

    class McpCallToolResult(Protocol):
        """The part that the SDK uses of what an MCP session's `call_tool` returns."""

        def model_dump(
            self, *, mode: str = "python", by_alias: bool | None = None, exclude_none: bool = False
        ) -> dict[str, Any]: ...

else:
    McpCallToolResult = Any
    PilImage = _stand_in("PilImage", is_pil_image, "a PIL image")
    McpSession = _stand_in("McpSession", is_mcp_session, "an mcp.ClientSession")
    McpTool = _stand_in("McpTool", is_mcp_tool, "an mcp.types.Tool")
