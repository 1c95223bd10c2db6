"""Settings of built-in tools that few programs use: kinds of searches, searches by other companies, MCP servers, safety of
computer use. Not part of this module: the tools themselves (see `_tools`).
"""

from typing import Annotated, Any

from .._wire.marks import GEMINI_ONLY
from ._base import CaseInSensitiveEnum, Model


class SafetyPolicy(CaseInSensitiveEnum):
    """Kind of action for which a computer-use model asks the user first. API: `ComputerUse.SafetyPolicy`."""

    SAFETY_POLICY_UNSPECIFIED = "SAFETY_POLICY_UNSPECIFIED"
    """Unspecified; do not send it."""
    FINANCIAL_TRANSACTIONS = "FINANCIAL_TRANSACTIONS"
    """Payments and other transfers of money."""
    SENSITIVE_DATA_MODIFICATION = "SENSITIVE_DATA_MODIFICATION"
    """Changes of sensitive data, such as health records."""
    COMMUNICATION_TOOL = "COMMUNICATION_TOOL"
    """Messages to other people."""
    ACCOUNT_CREATION = "ACCOUNT_CREATION"
    """New accounts."""
    DATA_MODIFICATION = "DATA_MODIFICATION"
    """Changes of other data, such as files."""
    USER_CONSENT_MANAGEMENT = "USER_CONSENT_MANAGEMENT"
    """Consent on behalf of the user, for example to cookies."""
    LEGAL_TERMS_AND_AGREEMENTS = "LEGAL_TERMS_AND_AGREEMENTS"
    """Acceptance of terms and contracts."""


class WebSearch(Model):
    """Choice to search for web pages; it has no settings. API: `GoogleSearch.SearchTypes.webSearch`."""


class ImageSearch(Model):
    """Choice to search for pictures; it has no settings. API: `GoogleSearch.SearchTypes.imageSearch`."""


class SearchTypes(Model):
    """Things to search for. API: `GoogleSearch.searchTypes`."""

    web_search: WebSearch | None = None
    """Set it to search for web pages."""

    image_search: ImageSearch | None = None
    """Set it to search for pictures; the results are in `GroundingChunk.image`."""


class GoogleMapsPlaces(Model):
    """Choice to look up places; it has no settings. Vertex AI only."""


class GoogleMapsRouting(Model):
    """Choice to plan routes; it has no settings. Vertex AI only."""


class GoogleMapsGroundingTypes(Model):
    """Things to look up in Google Maps. API: `GoogleMaps.groundingTypes`. Vertex AI only."""

    places: GoogleMapsPlaces | None = None
    """Set it to look up places."""

    routing: GoogleMapsRouting | None = None
    """Set it to plan routes; they are in `GroundingChunkMaps.route`."""


class ToolParallelAiSearch(Model):
    """Tool for searching the web with Parallel.ai. API: `Tool.parallelAiSearch`. Vertex AI only."""

    api_key: str | None = None
    """Your key for Parallel.ai; the project's contract with Parallel.ai is used when unset."""

    custom_configs: dict[str, Any] | None = None
    """Settings with the names that Parallel.ai uses, such as {"max_results": 5}."""

    enable_data_retention: bool | None = None
    """Whether Parallel.ai may keep the data of searches. Unset means no."""

    enable_zero_data_retention: bool | None = None
    """Whether Parallel.ai must not keep any data of searches. Unset means no."""


class ToolExaAiSearch(Model):
    """Tool for searching the web with Exa. API: `Tool.exaAiSearch`. Vertex AI only."""

    api_key: str | None = None
    """Your key for Exa."""

    custom_configs: dict[str, Any] | None = None
    """Settings with the names that Exa uses, such as {"numResults": 5}."""


class StreamableHttpTransport(Model):
    """Address of an MCP server that speaks the protocol over HTTP. API: `McpServer.streamableHttpTransport`. Gemini
    Developer API only.
    """

    url: str | None = None
    """Address of the server, such as "https://example.com/mcp"."""

    headers: dict[str, str] | None = None
    """Headers for each request to the server, such as an authorization."""

    timeout: str | None = None
    """Time limit of a request as a duration in seconds, such as "30s"; the service's default when unset."""

    sse_read_timeout: str | None = None
    """Longest time without an event in a stream of the server, as a duration such as "300s"; the service's default when
    unset.
    """

    terminate_on_close: bool | None = None
    """Whether the service ends the session with the server when it closes the connection."""


class McpServer(Model):
    """An MCP server whose tools the service calls for the model. API: `Tool.mcpServers`. Gemini Developer API only.

    For a server that your program connects to, pass its `ClientSession` as a tool instead.
    """

    name: Annotated[str | None, GEMINI_ONLY] = None
    """Name of the server, for the model and in error messages."""

    streamable_http_transport: Annotated[StreamableHttpTransport | None, GEMINI_ONLY] = None
    """Address of the server."""
