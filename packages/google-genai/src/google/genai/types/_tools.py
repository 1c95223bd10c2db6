"""Tools of a request: function declarations and the service's built-in tools, such as search, maps, URL context, code
execution and computer use. Not part of this module: calling functions, results of tools, document stores (see
`_retrieval`), settings that few programs use (see `_tool_settings`).
"""

import datetime
import functools
from collections.abc import Callable
from typing import Annotated, Any, Union, cast

import pydantic

from .._optional import McpSession, McpTool
from .._wire.marks import GEMINI_ONLY, VERTEX_ONLY, Via
from ._base import CaseInSensitiveEnum, Model
from ._functions import FunctionDeclaration
from ._later import (
    GoogleMapsGroundingTypes,
    McpServer,
    SafetyPolicy,
    SearchTypes,
    ToolExaAiSearch,
    ToolParallelAiSearch,
)
from ._retrieval import AuthConfig, Retrieval


class DynamicRetrievalConfigMode(CaseInSensitiveEnum):
    """Whether the model may answer without a web search. API: `DynamicRetrievalConfig.Mode`."""

    MODE_UNSPECIFIED = "MODE_UNSPECIFIED"
    """Search for every prompt."""
    MODE_DYNAMIC = "MODE_DYNAMIC"
    """Search only for prompts that are likely to need it."""


Mode = DynamicRetrievalConfigMode
"""Alias of `DynamicRetrievalConfigMode`."""


class Environment(CaseInSensitiveEnum):
    """Screen that a computer-use model operates. API: `ComputerUse.Environment`."""

    ENVIRONMENT_UNSPECIFIED = "ENVIRONMENT_UNSPECIFIED"
    """Unspecified; the service uses `ENVIRONMENT_BROWSER`."""
    ENVIRONMENT_BROWSER = "ENVIRONMENT_BROWSER"
    """Web browser."""
    ENVIRONMENT_MOBILE = "ENVIRONMENT_MOBILE"
    """Screen of a mobile phone."""
    ENVIRONMENT_DESKTOP = "ENVIRONMENT_DESKTOP"
    """Desktop of a computer."""


class PhishBlockThreshold(CaseInSensitiveEnum):
    """Confidence that a web page is fraudulent, from which a search excludes the page. API: `PhishBlockThreshold`.
    Vertex AI only.

    The members are listed from strictest to most permissive.
    """

    PHISH_BLOCK_THRESHOLD_UNSPECIFIED = "PHISH_BLOCK_THRESHOLD_UNSPECIFIED"
    """The service chooses."""
    BLOCK_LOW_AND_ABOVE = "BLOCK_LOW_AND_ABOVE"
    """Exclude pages on slight suspicion or more."""
    BLOCK_MEDIUM_AND_ABOVE = "BLOCK_MEDIUM_AND_ABOVE"
    """Exclude pages on medium suspicion or more."""
    BLOCK_HIGH_AND_ABOVE = "BLOCK_HIGH_AND_ABOVE"
    """Exclude pages on strong suspicion or more."""
    BLOCK_HIGHER_AND_ABOVE = "BLOCK_HIGHER_AND_ABOVE"
    """Exclude pages on stronger suspicion than `BLOCK_HIGH_AND_ABOVE`."""
    BLOCK_VERY_HIGH_AND_ABOVE = "BLOCK_VERY_HIGH_AND_ABOVE"
    """Exclude pages on very strong suspicion or more."""
    BLOCK_ONLY_EXTREMELY_HIGH = "BLOCK_ONLY_EXTREMELY_HIGH"
    """Exclude only pages that are almost certainly fraudulent."""


class Interval(Model):
    """Time span from `start_time` up to, but not including, `end_time`. API: `google.type.Interval`."""

    end_time: Annotated[datetime.datetime | None, Via("time_in_seconds")] = None
    """End of the span, exclusive; open-ended when unset. A time without a zone is local time; fractions of a second are
    not sent.
    """

    start_time: Annotated[datetime.datetime | None, Via("time_in_seconds")] = None
    """Start of the span, inclusive; open-ended when unset. A time without a zone is local time; fractions of a second are
    not sent.
    """


class GoogleSearch(Model):
    """Tool for searching the web with Google. API: `Tool.googleSearch`.

    `Candidate.grounding_metadata` contains the sources.
    """

    exclude_domains: Annotated[list[str] | None, VERTEX_ONLY] = None
    """Host names of pages to exclude, such as "example.com"; at most 2000. Vertex AI only."""

    blocking_confidence: Annotated[PhishBlockThreshold | None, VERTEX_ONLY] = None
    """How suspicious a page must be before it is excluded. Vertex AI only."""

    time_range_filter: Interval | None = None
    """Use only pages from this time span; set both of its ends. Gemini Developer API only."""

    search_types: SearchTypes | None = None
    """Things to search for; web pages when unset."""


class DynamicRetrievalConfig(Model):
    """Condition for searches of `GoogleSearchRetrieval`. API: `GoogleSearchRetrieval.dynamicRetrievalConfig`."""

    mode: DynamicRetrievalConfigMode | None = None
    """Whether to search always or only if needed."""

    dynamic_threshold: float | None = None
    """Score from 0 to 1 that a prompt must reach for a search in `MODE_DYNAMIC`; with 0, every prompt causes a search.
    The service's default when unset. `RetrievalMetadata` contains the score.
    """


class GoogleSearchRetrieval(Model):
    """Tool for searching the web with Google, for Gemini 1.5 models; later models take `GoogleSearch`. API:
    `Tool.googleSearchRetrieval`.
    """

    dynamic_retrieval_config: DynamicRetrievalConfig | None = None
    """Condition for searches; every prompt when unset."""


class GoogleMaps(Model):
    """Tool for looking up places in Google Maps. API: `Tool.googleMaps`.

    `RetrievalConfig.lat_lng` is the location of the user. `Candidate.grounding_metadata` contains the places.
    """

    auth_config: AuthConfig | None = None
    """Credentials for Google Maps; the service accepts only an API key here. The Gemini Developer API takes it as
    `AuthConfig.api_key`.
    """

    enable_widget: bool | None = None
    """Whether to return `GroundingMetadata.google_maps_widget_context_token`, with which a web page can show the places
    on a map. Unset means no.
    """

    grounding_types: Annotated[GoogleMapsGroundingTypes | None, VERTEX_ONLY] = None
    """Things to look up; places when unset. Vertex AI only."""


class EnterpriseWebSearch(Model):
    """Tool for searching the part of the web that Google prepares for regulated industries. API:
    `Tool.enterpriseWebSearch`. Vertex AI only.
    """

    exclude_domains: list[str] | None = None
    """Host names of pages to exclude, such as "example.com"; at most 2000."""

    blocking_confidence: PhishBlockThreshold | None = None
    """How suspicious a page must be before it is excluded."""


class UrlContext(Model):
    """Tool for reading web pages whose URLs are in the prompt; it has no settings. API: `Tool.urlContext`.

    `Candidate.url_context_metadata` lists the pages that were read.
    """


class ToolCodeExecution(Model):
    """Tool for Python programs that the model writes and the service runs; it has no settings. API:
    `Tool.codeExecution`.

    The answer contains programs and results as parts: `ExecutableCode` and `CodeExecutionResult`.
    """


class ComputerUse(Model):
    """Tool for operating a screen: the model calls predefined functions such as clicking and typing, and your program
    runs them. API: `Tool.computerUse`.

    Only for computer-use models; the service refuses it for other models (400).
    """

    environment: Environment | None = None
    """Screen to operate."""

    excluded_predefined_functions: list[str] | None = None
    """Predefined functions that the model must not call, by name, such as "drag_and_drop"; unset excludes none."""

    enable_prompt_injection_detection: bool | None = None
    """Whether the service checks screens for texts that try to give the model instructions. Unset means no."""

    disabled_safety_policies: list[SafetyPolicy] | None = None
    """Kinds of actions for which the model does not ask the user first; it asks for all kinds when unset."""


class FileSearch(Model):
    """Tool for searching passages in file search stores. API: `Tool.fileSearch`. Gemini Developer API only."""

    file_search_store_names: list[str] | None = None
    """Stores to search, as `fileSearchStores/{id}`."""

    top_k: int | None = None
    """Maximum number of passages to pass to the model; the service's default when unset."""

    metadata_filter: str | None = None
    """Filter on the documents' custom metadata in the syntax of AIP-160, such as `author = "Ada"`."""


@functools.cache
def _spellings_of_declarations() -> frozenset[str]:
    """Return the names of the fields of a declaration in both spellings."""
    fields = FunctionDeclaration.__pydantic_fields__
    return frozenset(fields) | {field.alias for field in fields.values() if field.alias}


class Tool(Model):
    """A tool that the model may use while it answers. API: `GenerateContentRequest.tools`.

    One tool can contain all function declarations of a request. Which built-in tools can be combined depends on the
    model; the service refuses other combinations (400).

    Example::

        types.Tool(google_search=types.GoogleSearch())
    """

    @pydantic.model_validator(mode="before")
    @classmethod
    def _create_settings(cls, given: Any) -> Any:
        """Replace a class of settings, such as `GoogleSearch`, by an instance without settings.

        Raises `ValueError` for a function declaration, which belongs into a tool.
        """
        if isinstance(given, FunctionDeclaration):
            raise ValueError(
                "expected a tool, got a FunctionDeclaration; write types.Tool(function_declarations=[...])."
            )
        if not isinstance(given, dict):
            return given
        fields = cast("dict[str, Any]", given)
        if "name" in fields and fields.keys() <= _spellings_of_declarations():
            raise ValueError(
                f"expected a tool, got a function declaration, {fields['name']!r}; write "
                '{"function_declarations": [...]}.'
            )
        classes: dict[str, type[Model]] = {
            name: value for name, value in fields.items() if isinstance(value, type) and issubclass(value, Model)
        }
        return {**fields, **{name: cls() for name, cls in classes.items()}} if classes else fields

    function_declarations: list[FunctionDeclaration] | None = None
    """Your functions that the model may call. The model only requests calls; you or the SDK run them."""

    retrieval: Annotated[Retrieval | None, VERTEX_ONLY] = None
    """Document stores that the model may search. Vertex AI only."""

    google_search_retrieval: GoogleSearchRetrieval | None = None
    """Web search for Gemini 1.5 models; later models take `google_search`."""

    computer_use: ComputerUse | None = None
    """Operating a screen."""

    file_search: Annotated[FileSearch | None, GEMINI_ONLY] = None
    """Search in the documents of file search stores. Gemini Developer API only."""

    code_execution: ToolCodeExecution | None = None
    """Python programs that the model writes and the service runs."""

    enterprise_web_search: Annotated[EnterpriseWebSearch | None, VERTEX_ONLY] = None
    """Web search for regulated industries. Vertex AI only."""

    google_maps: GoogleMaps | None = None
    """Information about places from Google Maps."""

    google_search: GoogleSearch | None = None
    """Web search."""

    url_context: UrlContext | None = None
    """Reading web pages whose URLs are in the prompt."""

    parallel_ai_search: Annotated[ToolParallelAiSearch | None, VERTEX_ONLY] = None
    """Web search with Parallel.ai. Vertex AI only."""

    exa_ai_search: Annotated[ToolExaAiSearch | None, VERTEX_ONLY] = None
    """Web search with Exa. Vertex AI only."""

    mcp_servers: Annotated[list[McpServer] | None, GEMINI_ONLY] = None
    """MCP servers whose tools the service calls. Gemini Developer API only."""


ToolUnion = Union[Tool, Callable[..., Any], McpTool, McpSession]
"""A `Tool`, a Python function, an MCP tool or an MCP session."""

ToolListUnion = list[ToolUnion]
"""A list of `ToolUnion` items."""
