"""Number of tokens used by a live session or an embedding, and the priority of requests. Not part of this module: the
counts of a generation (see `_generation`).
"""

from typing import Annotated

from .._wire.marks import RepliedBy, Reply
from ._base import CaseInSensitiveEnum, Model
from ._usage import ModalityTokenCount, TrafficType


class ServiceTier(CaseInSensitiveEnum):
    """Priority of a request. API: `GenerateContentRequest.serviceTier`."""

    UNSPECIFIED = "unspecified"
    """The service chooses; treated as `STANDARD`."""
    FLEX = "flex"
    """Cheaper; the answer may take longer, or be refused when the service is busy."""
    STANDARD = "standard"
    """The ordinary price and speed."""
    PRIORITY = "priority"
    """More expensive, and served first when the service is busy."""


class UsageMetadata(Model):
    """Number of tokens used by a live session or an embedding. API: `UsageMetadata`. An unset count means 0."""

    prompt_token_count: int | None = None
    """Tokens of the whole input, including cached content."""

    cached_content_token_count: int | None = None
    """Tokens of the prompt that came from a cache and cost less; also included in `prompt_token_count`."""

    response_token_count: Annotated[int | None, Reply(vertex="candidatesTokenCount")] = None
    """Tokens of the answers, without thoughts. API: `candidatesTokenCount` on Vertex AI."""

    tool_use_prompt_token_count: int | None = None
    """Tokens of the results that built-in tools returned to the model, such as web pages."""

    thoughts_token_count: int | None = None
    """Tokens of the model's reasoning; billed as output."""

    total_token_count: int | None = None
    """Sum of the tokens of prompt, tool results, thoughts and answers."""

    prompt_tokens_details: list[ModalityTokenCount] | None = None
    """`prompt_token_count` by kind of media."""

    cache_tokens_details: list[ModalityTokenCount] | None = None
    """`cached_content_token_count` by kind of media."""

    response_tokens_details: Annotated[list[ModalityTokenCount] | None, Reply(vertex="candidatesTokensDetails")] = None
    """`response_token_count` by kind of media. API: `candidatesTokensDetails` on Vertex AI."""

    tool_use_prompt_tokens_details: list[ModalityTokenCount] | None = None
    """`tool_use_prompt_token_count` by kind of media."""

    traffic_type: TrafficType | None = None
    """Whether the session used shared or reserved capacity. Documented for Vertex AI."""

    service_tier: Annotated[ServiceTier | None, RepliedBy("gemini")] = None
    """Priority with which the request was served. Documented for the Gemini Developer API."""
