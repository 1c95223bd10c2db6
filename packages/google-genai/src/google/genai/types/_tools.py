"""Own the tools that a request can offer to a model: declared functions and what the service runs itself, such as
search, maps, URL reading, code execution and computer use. Must not know how a function is called, how a tool's
results look, nor how retrieval back ends are set up.
"""

import datetime
from collections.abc import Callable
from typing import Annotated, Any, Union

from .._optional import McpSession, McpTool
from .._wire.marks import GEMINI_ONLY, VERTEX_ONLY
from ._base import CaseInSensitiveEnum, Model
from ._functions import FunctionDeclaration
from ._retrieval import AuthConfig, Retrieval


class DynamicRetrievalConfigMode(CaseInSensitiveEnum):
    """Whether the model may answer without a web search. API: `DynamicRetrievalConfig.Mode`."""

    MODE_UNSPECIFIED = "MODE_UNSPECIFIED"
    """Search for every prompt."""
    MODE_DYNAMIC = "MODE_DYNAMIC"
    """Search only for prompts that seem to need it."""


Mode = DynamicRetrievalConfigMode
"""Another name of `DynamicRetrievalConfigMode`."""


class Environment(CaseInSensitiveEnum):
    """Screen that a computer-use model operates. API: `ComputerUse.Environment`."""

    ENVIRONMENT_UNSPECIFIED = "ENVIRONMENT_UNSPECIFIED"
    """None chosen; the service takes `ENVIRONMENT_BROWSER`."""
    ENVIRONMENT_BROWSER = "ENVIRONMENT_BROWSER"
    """Web browser."""


class PhishBlockThreshold(CaseInSensitiveEnum):
    """How sure the service has to be that a web page is fraudulent before a search leaves it out. API:
    `PhishBlockThreshold`. Vertex AI only.

    The members are listed from strictest to laxest.
    """

    PHISH_BLOCK_THRESHOLD_UNSPECIFIED = "PHISH_BLOCK_THRESHOLD_UNSPECIFIED"
    """Leave the choice to the service."""
    BLOCK_LOW_AND_ABOVE = "BLOCK_LOW_AND_ABOVE"
    """Leave out pages already on slight suspicion."""
    BLOCK_MEDIUM_AND_ABOVE = "BLOCK_MEDIUM_AND_ABOVE"
    """Leave out pages on medium or stronger suspicion."""
    BLOCK_HIGH_AND_ABOVE = "BLOCK_HIGH_AND_ABOVE"
    """Leave out pages on strong suspicion."""
    BLOCK_HIGHER_AND_ABOVE = "BLOCK_HIGHER_AND_ABOVE"
    """Leave out pages on stronger suspicion than `BLOCK_HIGH_AND_ABOVE` asks for."""
    BLOCK_VERY_HIGH_AND_ABOVE = "BLOCK_VERY_HIGH_AND_ABOVE"
    """Leave out pages on very strong suspicion."""
    BLOCK_ONLY_EXTREMELY_HIGH = "BLOCK_ONLY_EXTREMELY_HIGH"
    """Leave out pages only when next to no doubt remains."""


class Interval(Model):
    """Span of time from `start_time` up to, but not including, `end_time`. API: `google.type.Interval`."""

    end_time: datetime.datetime | None = None
    """First moment after the span; open-ended when unset. Give it a time zone."""

    start_time: datetime.datetime | None = None
    """First moment of the span; open-ended when unset. Give it a time zone."""


class GoogleSearch(Model):
    """Let the model search the web with Google while it answers. API: `Tool.googleSearch`.

    Sources come back in `Candidate.grounding_metadata`.
    """

    exclude_domains: Annotated[list[str] | None, VERTEX_ONLY] = None
    """Host names whose pages are not to be used, such as "example.com"; at most 2000. Vertex AI only."""

    blocking_confidence: Annotated[PhishBlockThreshold | None, VERTEX_ONLY] = None
    """How suspicious a page must look to be left out. Vertex AI only."""

    time_range_filter: Interval | None = None
    """Use only pages from this span of time; give both of its ends. Gemini Developer API only."""


class DynamicRetrievalConfig(Model):
    """Rule when `GoogleSearchRetrieval` searches. API: `GoogleSearchRetrieval.dynamicRetrievalConfig`."""

    mode: DynamicRetrievalConfigMode | None = None
    """Search always or by need."""

    dynamic_threshold: float | None = None
    """Score from 0 to 1 that a prompt has to reach for a search in `MODE_DYNAMIC`; 0 always searches. The service
    has a default of its own. The score comes back in `RetrievalMetadata`.
    """


class GoogleSearchRetrieval(Model):
    """Search the web with Google, in the way of Gemini 1.5 models; later ones take `GoogleSearch`. API:
    `Tool.googleSearchRetrieval`.
    """

    dynamic_retrieval_config: DynamicRetrievalConfig | None = None
    """When to search; for every prompt when unset."""


class GoogleMaps(Model):
    """Let the model look places up in Google Maps. API: `Tool.googleMaps`.

    `RetrievalConfig.lat_lng` says where the user is. Places come back in `Candidate.grounding_metadata`.
    """

    auth_config: Annotated[AuthConfig | None, VERTEX_ONLY] = None
    """Access to Google Maps; the service takes an API key here and no other credentials. Vertex AI only."""

    enable_widget: bool | None = None
    """True adds `GroundingMetadata.google_maps_widget_context_token`, with which a web page shows the places on a
    map; unset means False.
    """


class EnterpriseWebSearch(Model):
    """Let the model search the part of the web that Google prepares for regulated industries. API:
    `Tool.enterpriseWebSearch`. Vertex AI only.
    """

    exclude_domains: list[str] | None = None
    """Host names whose pages are not to be used, such as "example.com"; at most 2000."""

    blocking_confidence: PhishBlockThreshold | None = None
    """How suspicious a page must look to be left out."""


class UrlContext(Model):
    """Let the model read web pages whose addresses stand in the prompt. API: `Tool.urlContext`.

    There is nothing to adjust. `Candidate.url_context_metadata` tells which pages were read.
    """


class ToolCodeExecution(Model):
    """Let the model write Python programs and have the service run them. API: `Tool.codeExecution`.

    There is nothing to adjust. Programs and results come back as parts: `ExecutableCode` and `CodeExecutionResult`.
    """


class ComputerUse(Model):
    """Let the model operate a screen: it calls predefined functions such as clicking and typing, and your program
    carries them out. API: `Tool.computerUse`.

    For models made for computer use; others refuse the tool (400).
    """

    environment: Environment | None = None
    """Screen that is operated."""

    excluded_predefined_functions: list[str] | None = None
    """Predefined functions that the model must not call, by name, such as "drag_and_drop"; unset excludes none."""


class FileSearch(Model):
    """Let the model look passages up in file search stores. API: `Tool.fileSearch`. Gemini Developer API only."""

    file_search_store_names: list[str] | None = None
    """Stores to search, as `fileSearchStores/{id}`."""

    top_k: int | None = None
    """Most passages to hand to the model; the service has a default of its own."""

    metadata_filter: str | None = None
    """Condition on the documents' custom metadata in the filter syntax of AIP-160, such as `author = "Ada"`;
    documents that do not meet it are left out.
    """


class Tool(Model):
    """What the model may use while it answers. API: `GenerateContentRequest.tools`.

    All function declarations of a request fit into one tool. Which built-in tools go together depends on the
    model; what it cannot combine is refused (400).

    Example::

        types.Tool(google_search=types.GoogleSearch())
    """

    function_declarations: list[FunctionDeclaration] | None = None
    """Functions of yours that the model may ask for; it only asks, you or the SDK call them."""

    retrieval: Annotated[Retrieval | None, VERTEX_ONLY] = None
    """Document stores that the model may consult. Vertex AI only."""

    google_search_retrieval: GoogleSearchRetrieval | None = None
    """Web search as Gemini 1.5 models take it; later ones take `google_search`."""

    computer_use: ComputerUse | None = None
    """Operation of a screen."""

    file_search: Annotated[FileSearch | None, GEMINI_ONLY] = None
    """Search in uploaded documents. Gemini Developer API only."""

    code_execution: ToolCodeExecution | None = None
    """Programs that the model writes and the service runs."""

    enterprise_web_search: Annotated[EnterpriseWebSearch | None, VERTEX_ONLY] = None
    """Web search for regulated industries. Vertex AI only."""

    google_maps: GoogleMaps | None = None
    """Knowledge of places from Google Maps."""

    google_search: GoogleSearch | None = None
    """Web search."""

    url_context: UrlContext | None = None
    """Reading of web pages named in the prompt."""


ToolUnion = Union[Tool, Callable[..., Any], McpTool, McpSession]
"""A `Tool`, a Python function, an MCP tool or an MCP session."""

ToolListUnion = list[ToolUnion]
"""A list whose items may be any of `ToolUnion`."""
