"""Own the models of the token counting call: its options and its result. The counting is done by the service; these
models must not know how text is cut into tokens, nor how the call is sent.
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
