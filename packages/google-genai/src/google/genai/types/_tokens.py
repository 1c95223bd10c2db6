"""Own the options and results of counting tokens and of listing them, be it by the service or by the local tokenizer.
Must not know how text is cut into tokens, nor how a call is sent.
"""

from typing import Annotated

from .._wire.marks import LOCAL, VERTEX_ONLY, RepliedBy, Wire
from ._base import Model
from ._generation_config import GenerationConfig
from ._http import HttpOptions, HttpResponse
from ._tools import Tool
from ._unions import ContentUnion


class CountTokensConfig(Model):
    """Hold the options of `count_tokens`: whatever besides the contents should be counted.

    On the Gemini Developer API only the contents can be counted.
    """

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """Overrides for this one call: timeout, headers, base URL and the like."""

    system_instruction: Annotated[ContentUnion | None, Wire(vertex="systemInstruction", via="content")] = None
    """System instruction to count along with the contents. Vertex AI only."""

    tools: Annotated[list[Tool] | None, VERTEX_ONLY] = None
    """Tools whose declarations are counted along with the contents. Vertex AI only."""

    generation_config: Annotated[GenerationConfig | None, VERTEX_ONLY] = None
    """Settings of the later generation that take up tokens, such as a response schema. Vertex AI only."""


class CountTokensResponse(Model):
    """Hold the result of `count_tokens`."""

    sdk_http_response: HttpResponse | None = None
    """What came with the answer at the HTTP level, notably the response headers."""

    total_tokens: int | None = None
    """Tokens the model would take in."""

    cached_content_token_count: Annotated[int | None, RepliedBy("gemini")] = None
    """How many of them come from cached content. Gemini Developer API only."""


class ComputeTokensConfig(Model):
    """Options of `compute_tokens`. Vertex AI only."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """Transport settings for this call alone; they override those of the client field by field."""


class TokensInfo(Model):
    """Tokens that a stretch of input is cut into. API: `TokensInfo`. The local tokenizer returns the same."""

    role: str | None = None
    """Who speaks in that stretch: "user" or "model"."""

    token_ids: list[int] | None = None
    """Numbers of the tokens in the model's vocabulary, in the order of the text."""

    tokens: list[bytes] | None = None
    """Bytes that each token stands for, one entry for each of `token_ids`. A single entry need not be valid UTF-8,
    since a character may be spread over several tokens.
    """


class ComputeTokensResponse(Model):
    """Hold the result of `compute_tokens`. API: `ComputeTokensResponse`. Vertex AI only."""

    sdk_http_response: HttpResponse | None = None
    """HTTP reply behind this object: headers, attempts, raw bytes."""

    tokens_info: list[TokensInfo] | None = None
    """Tokens of the input in order, grouped by the stretch they come from."""


class CountTokensResult(Model):
    """Hold the result of the local tokenizer's `count_tokens`, for which no service is asked."""

    total_tokens: int | None = None
    """Tokens that the tokenizer counted."""


class ComputeTokensResult(Model):
    """Hold the result of the local tokenizer's `compute_tokens`, for which no service is asked."""

    tokens_info: list[TokensInfo] | None = None
    """Tokens of the input in order, grouped by the stretch they come from."""
