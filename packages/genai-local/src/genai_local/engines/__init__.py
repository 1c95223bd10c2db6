"""What an engine is: the small protocol between the API's services and whatever really produces tokens.

An engine is asked with the API's own contents (canonical camelCase dictionaries) and settings that have been checked;
it knows nothing of HTTP routes, surfaces or reply envelopes.
"""

from __future__ import annotations

import base64
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from ..protocol.errors import JsonObject


@dataclass(frozen=True)
class Capabilities:
    """What an engine can do beyond text in, text out; a request for anything else is refused by name."""

    structured_output: bool = False
    logprobs: bool = False
    functions: bool = False
    hosted_tools: bool = False
    """Tools that the service itself runs, such as search or code execution."""
    media: bool = False
    """Images, audio, video or documents in the prompt."""
    media_output: bool = False
    thinking: bool = False
    embeddings: bool = False
    token_ids: bool = False
    """The tokenizer can be asked for ids and pieces."""


@dataclass(frozen=True)
class ModelFacts:
    """The model behind an engine."""

    name: str
    description: str
    input_token_limit: int
    output_token_limit: int
    temperature: float | None = None
    """What the model uses when a request does not say; None when that is not known. Likewise the next two."""
    top_p: float | None = None
    top_k: int | None = None


@dataclass(frozen=True)
class Prompt:
    """What a model reads: API contents, system instruction and tools."""

    contents: Sequence[JsonObject]
    system_instruction: JsonObject | None = None
    tools: Sequence[JsonObject] = ()
    tool_config: JsonObject | None = None


@dataclass(frozen=True)
class CandidateRequest:
    """One candidate to be generated."""

    prompt: Prompt
    max_output_tokens: int
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    seed: int | None = None
    stop_sequences: Sequence[str] = ()
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    json_output: bool = False
    json_schema: Any = None
    """A JSON Schema the output must follow; None for any JSON."""
    uses_llguidance: bool = False
    """Whether the schema is enforced by llama.cpp's other kind of grammar."""
    choices: Sequence[str] = ()
    """The only texts that may be answered (`text/x.enum`)."""
    top_logprobs: int | None = None
    """Alternatives per token to be reported; None for no log probabilities at all."""
    raw: JsonObject = field(default_factory=dict[str, Any])
    """The request as it came, for engines that are scripted on it."""


@dataclass(frozen=True)
class TokenLogprob:
    """One generated token, its log probability and the likeliest alternatives."""

    token: str
    token_id: int | None
    logprob: float
    top: Sequence[TokenLogprob] = ()


@dataclass
class Piece:
    """A step of generation: new parts, and whatever else is known by now."""

    parts: list[JsonObject] = field(default_factory=list[JsonObject])
    logprobs: list[TokenLogprob] = field(default_factory=list[TokenLogprob])
    prompt_tokens: int | None = None
    output_tokens: int | None = None
    """Tokens generated so far."""
    thought_tokens: int | None = None
    finish_reason: str | None = None
    verbatim: JsonObject | None = None
    """A whole API reply that is passed on as it is, in place of everything else."""


@dataclass(frozen=True)
class Embedding:
    """A vector and the number of tokens it stands for."""

    values: list[float]
    token_count: int
    truncated: bool = False


@dataclass(frozen=True)
class Token:
    """A token of the model's vocabulary and the bytes it stands for."""

    id: int
    piece: bytes


class Engine(Protocol):
    """Something that answers prompts.

    Every method may raise `ApiError`, and each stops its work when its task is cancelled or its generator closed.
    """

    capabilities: Capabilities

    @property
    def facts(self) -> ModelFacts:
        """The model that answers; valid once the engine is open."""
        ...

    async def open(self) -> None:
        """Start whatever the engine needs."""
        ...

    async def close(self) -> None:
        """Release it; harmless when opening failed half-way."""
        ...

    def generate(self, request: CandidateRequest) -> AsyncGenerator[Piece, None]:
        """Generate one candidate; the last piece has a finish reason."""
        ...

    async def count_tokens(self, prompt: Prompt) -> int:
        """Count the tokens the model reads for a prompt."""
        ...

    async def tokenize(self, text: str) -> list[Token]:
        """Return the tokens of a text, without any chat template."""
        ...

    async def embed(self, texts: Sequence[tuple[str, bool]]) -> list[Embedding]:
        """Return one L2-normalised embedding for each text.

        Args:
            texts: what is embedded, and whether it is cut when it is longer than the model's context or refused.
        """
        ...


def text_of(content: JsonObject | None) -> str:
    """Return the text of a content: its text parts without thoughts, and inline text files decoded."""
    if not content:
        return ""
    texts: list[str] = []
    for part in content.get("parts", []):
        if part.get("thought"):
            continue
        if "text" in part:
            texts.append(part["text"])
        elif "inlineData" in part and part["inlineData"].get("mimeType", "").startswith("text/"):
            texts.append(base64.b64decode(part["inlineData"].get("data", "")).decode("utf-8", "replace"))
    return "".join(texts)
