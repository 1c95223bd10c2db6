"""The protocol of engines, which generate tokens for the API's services.

An engine gets contents of the API (canonical camelCase dictionaries) and checked settings. It does not know HTTP
routes, surfaces or reply envelopes.
"""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from ..protocol.errors import JsonObject


@dataclass(frozen=True)
class Capabilities:
    """The abilities of an engine beyond text input and text output; requests for other abilities are refused."""

    structured_output: bool = False
    logprobs: bool = False
    functions: bool = False
    hosted_tools: bool = False
    """Tools that the service runs itself, such as search or code execution."""
    media: bool = False
    """Images, audio, video or documents in the prompt."""
    media_output: bool = False
    thinking: bool = False
    embeddings: bool = False
    token_ids: bool = False
    """Whether `tokenize` works."""


@dataclass(frozen=True)
class ModelFacts:
    """Facts about the model of an engine."""

    name: str
    description: str
    input_token_limit: int
    output_token_limit: int
    temperature: float | None = None
    """The default of the model, None when unknown; likewise for the next two."""
    top_p: float | None = None
    top_k: int | None = None


@dataclass(frozen=True)
class Prompt:
    """The input of a model: API contents, system instruction and tools."""

    contents: Sequence[JsonObject]
    system_instruction: JsonObject | None = None
    tools: Sequence[JsonObject] = ()
    tool_config: JsonObject | None = None


@dataclass(frozen=True)
class CandidateRequest:
    """The request for one candidate."""

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
    """A JSON Schema of the output; None for any JSON."""
    uses_llguidance: bool = False
    """Whether to enforce the schema with llguidance, llama.cpp's other grammar engine."""
    choices: Sequence[str] = ()
    """The only allowed answers (`text/x.enum`)."""
    top_logprobs: int | None = None
    """Number of alternatives to report per token; None for no log probabilities."""
    raw: JsonObject = field(default_factory=dict[str, Any])
    """The unchanged request, for the rules of a script."""


@dataclass(frozen=True)
class TokenLogprob:
    """One generated token, its log probability and the most likely alternatives."""

    token: str
    token_id: int | None
    logprob: float
    top: Sequence[TokenLogprob] = ()


@dataclass
class Piece:
    """A step of generation: new parts, and the token counts so far."""

    parts: list[JsonObject] = field(default_factory=list[JsonObject])
    logprobs: list[TokenLogprob] = field(default_factory=list[TokenLogprob])
    prompt_tokens: int | None = None
    """The number that `Engine.count_tokens` returns for the prompt."""
    output_tokens: int | None = None
    """Tokens generated so far."""
    thought_tokens: int | None = None
    finish_reason: str | None = None
    verbatim: JsonObject | None = None
    """A whole API reply that is sent unchanged; the other fields are ignored."""


@dataclass(frozen=True)
class TextToEmbed:
    """A text for the embedding model."""

    text: str
    truncate: bool = True
    """Whether to truncate the text when it is too long, instead of refusing it."""
    is_query: bool = True
    """Whether the text searches for others, or is compared with texts of its own kind; False for a document."""


@dataclass(frozen=True)
class Embedding:
    """A vector and the number of embedded tokens."""

    values: list[float]
    token_count: int
    truncated: bool = False


@dataclass(frozen=True)
class Token:
    """A token of the model's vocabulary and its bytes."""

    id: int
    piece: bytes


class Engine(Protocol):
    """A backend that answers prompts.

    Every method may raise `ApiError`, and stops its work when its task is cancelled or its generator is closed.
    """

    capabilities: Capabilities

    @property
    def facts(self) -> ModelFacts:
        """The model that answers; valid once the engine is open."""
        ...

    async def open(self) -> None:
        """Open the resources of the engine."""
        ...

    async def close(self) -> None:
        """Release the resources; safe to call after a failed `open`."""
        ...

    def generate(self, request: CandidateRequest) -> AsyncGenerator[Piece, None]:
        """Generate one candidate; the last piece has a finish reason."""
        ...

    async def count_tokens(self, prompt: Prompt) -> int:
        """Count the tokens of the `texts_of` a prompt, without those of the model's chat format."""
        ...

    async def tokenize(self, text: str, *, for_embeddings: bool = False) -> list[Token]:
        """Return the tokens of a text, without a chat template.

        Args:
            text: the text.
            for_embeddings: whether to use the tokenizer of the embedding model.
        """
        ...

    @property
    def embedding_facts(self) -> ModelFacts:
        """The model that embeds texts; valid once the engine is open, if it has embeddings."""
        ...

    async def count_embedding_tokens(self, text: str) -> int:
        """Count the tokens of a text for the embedding model."""
        ...

    async def embed(self, texts: Sequence[TextToEmbed]) -> list[Embedding]:
        """Return one L2-normalised embedding for each text."""
        ...


def text_of(content: JsonObject | None) -> str:
    """Return the text of a content: text parts except thoughts, and decoded inline text files."""
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


_STRUCTURED_PARTS = ("functionCall", "functionResponse", "executableCode", "codeExecutionResult")


def texts_of(prompt: Prompt) -> list[str]:
    """Return the texts of a prompt whose tokens are counted: those that the client sent.

    Each content and the system instruction is one text; so is the JSON of each structured part, such as a function
    call, and of each declaration. Thoughts and media are not counted.
    """
    texts: list[str] = []
    for content in (prompt.system_instruction, *prompt.contents):
        texts.append(text_of(content))
        for part in (content or {}).get("parts", []):
            texts += [_json(part[name]) for name in _STRUCTURED_PARTS if name in part]
    for tool in prompt.tools:
        for name, value in tool.items():
            texts += map(_json, value) if name == "functionDeclarations" else [_json({name: value})]
    return [text for text in texts if text]


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
