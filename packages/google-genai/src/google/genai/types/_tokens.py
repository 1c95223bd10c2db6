"""Options and results of counting and listing tokens, by the service and by a local tokenizer. Not part of this module:
tokenization, sending calls.
"""

from typing import Annotated

from .._wire.marks import LOCAL, RepliedBy, Via
from ._base import Model
from ._generation_config import GenerationConfig
from ._http import HttpOptions, HttpResponse
from ._tools import Tool
from ._unions import ContentUnion


class CountTokensConfig(Model):
    """Options of `count_tokens`: what to count in addition to the contents.

    They are counted as part of a whole request to generate content.
    """

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """HTTP options for this call; each field set here overrides the client's."""

    system_instruction: Annotated[ContentUnion | None, Via("content")] = None
    """System instruction to count as well."""

    tools: list[Tool] | None = None
    """Tools whose declarations are counted as well."""

    generation_config: GenerationConfig | None = None
    """Settings that need tokens in a generation, such as a response schema."""


class CountTokensResponse(Model):
    """Result of `count_tokens`."""

    sdk_http_response: HttpResponse | None = None
    """HTTP response that this object was read from: headers, attempts, raw bytes."""

    total_tokens: int | None = None
    """Number of tokens that the model would read."""

    cached_content_token_count: Annotated[int | None, RepliedBy("gemini")] = None
    """Number of these tokens that come from cached content. Gemini Developer API only."""


class ComputeTokensConfig(Model):
    """Options of `compute_tokens`. Vertex AI only."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """HTTP options for this call; each field set here overrides the client's."""


class TokensInfo(Model):
    """Tokens of one piece of the input. API: `TokensInfo`. The local tokenizer returns the same type."""

    role: str | None = None
    """Role of that piece: "user" or "model"."""

    token_ids: list[int] | None = None
    """Ids of the tokens in the model's vocabulary, in the order of the text."""

    tokens: list[bytes] | None = None
    """Bytes of each token, one entry for each of `token_ids`. An entry need not be valid UTF-8, because a character may
    span several tokens.
    """


class ComputeTokensResponse(Model):
    """Result of `compute_tokens`. API: `ComputeTokensResponse`. Vertex AI only."""

    sdk_http_response: HttpResponse | None = None
    """HTTP response that this object was read from: headers, attempts, raw bytes."""

    tokens_info: list[TokensInfo] | None = None
    """Tokens of the input in order, grouped by the pieces of the input."""


class CountTokensResult(Model):
    """Result of the local tokenizer's `count_tokens`, which sends nothing."""

    total_tokens: int | None = None
    """Number of tokens."""


class ComputeTokensResult(Model):
    """Result of the local tokenizer's `compute_tokens`, which sends nothing."""

    tokens_info: list[TokensInfo] | None = None
    """Tokens of the input in order, grouped by the pieces of the input."""
