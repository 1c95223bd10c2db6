"""Calls of built-in tools that the service ran, and their results. Not part of this module: the tools (see `_tools`), calls
of your own functions (see `_parts`).
"""

from typing import Any

from ._base import CaseInSensitiveEnum, Model


class ToolType(CaseInSensitiveEnum):
    """Built-in tool that the service ran for the model. API: `ToolType`."""

    TOOL_TYPE_UNSPECIFIED = "TOOL_TYPE_UNSPECIFIED"
    """Unspecified."""
    GOOGLE_SEARCH_WEB = "GOOGLE_SEARCH_WEB"
    """Search for web pages, see `GoogleSearch`."""
    GOOGLE_SEARCH_IMAGE = "GOOGLE_SEARCH_IMAGE"
    """Search for pictures, see `SearchTypes.image_search`."""
    URL_CONTEXT = "URL_CONTEXT"
    """Reading web pages, see `UrlContext`."""
    GOOGLE_MAPS = "GOOGLE_MAPS"
    """Places in Google Maps, see `GoogleMaps`."""
    FILE_SEARCH = "FILE_SEARCH"
    """Passages in file search stores, see `FileSearch`."""
    MEDIA_PROCESSING = "MEDIA_PROCESSING"
    """Another look at a medium of the prompt, see `MediaProcessing.AGENTIC`."""


class ToolCall(Model):
    """Call of a built-in tool by the model, which the service runs. API: `Part.toolCall`. Gemini Developer API only.

    Sent if the request set `ToolConfig.include_server_side_tool_invocations`. Send the part back unchanged in later
    turns.
    """

    id: str | None = None
    """Id that links the result, `ToolResponse.id`, to this call."""

    tool_type: ToolType | None = None
    """The tool that was called."""

    args: dict[str, Any] | None = None
    """Arguments of the call, as JSON values."""


class ToolResponse(Model):
    """Result of a built-in tool that the service ran. API: `Part.toolResponse`. Gemini Developer API only.

    Send the part back unchanged in later turns.
    """

    id: str | None = None
    """`ToolCall.id` of the call."""

    tool_type: ToolType | None = None
    """The tool that was called."""

    response: dict[str, Any] | None = None
    """Result of the tool, as a JSON object."""
