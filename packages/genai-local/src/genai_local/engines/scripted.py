"""The deterministic engine, which answers with the rules of a script, or with a default reply.

Its tokenizer (words and punctuation) and its embeddings (hashed words) are the same on every machine. It has every
capability, since a rule can give any answer.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import math
import re
import zlib
from collections import Counter
from collections.abc import AsyncGenerator, Iterable, Iterator, Sequence
from dataclasses import replace

from ..protocol import json_schema
from ..protocol.errors import ApiError, JsonObject
from ..scripting.script import Rule, Script
from . import (
    CandidateRequest,
    Capabilities,
    Embedding,
    ModelFacts,
    Piece,
    Prompt,
    TextToEmbed,
    Token,
    TokenLogprob,
    text_of,
    texts_of,
)

_TOKEN = re.compile(r"\s*\w+|\s*[^\w\s]|\s+")
_DIMENSIONS = 768
_LONG_TEXT = 10_000
"""Number of characters from which a text is read in a thread."""
_PIECES_AT_ONCE = 50


class ScriptedEngine:
    """An engine that answers from a script.

    Args:
        script: the rules; without a script, every prompt gets the default reply.
    """

    capabilities = Capabilities(
        structured_output=True,
        logprobs=True,
        functions=True,
        hosted_tools=True,
        media=True,
        media_output=True,
        thinking=True,
        embeddings=True,
        token_ids=True,
    )
    facts = ModelFacts(
        name="scripted",
        description="Deterministic canned replies for tests; no model is involved.",
        input_token_limit=1_048_576,
        output_token_limit=65_536,
    )
    embedding_facts = replace(
        facts,
        description="Sums of hashed words, the same on every machine; no model is involved.",
        input_token_limit=8_192,
        output_token_limit=1,
    )

    def __init__(self, script: Script | None = None) -> None:
        self.script = script or Script()

    async def open(self) -> None:
        """Do nothing: the engine has no resources."""

    async def close(self) -> None:
        """Do nothing: the engine has no resources."""

    async def generate(self, request: CandidateRequest) -> AsyncGenerator[Piece, None]:
        """Yield the reply of the first rule that matches, else the default reply."""
        prompt_tokens = await self.count_tokens(request.prompt)
        rule = self.script.rule_for(request.raw)
        if rule is None:
            pieces = _default_reply(request)
        else:
            rule.check()
            pieces = _pieces_of(rule, request.raw)
        output_tokens = thought_tokens = 0
        for index, piece in enumerate(pieces):
            if index and rule and rule.interval_s:
                await asyncio.sleep(rule.interval_s)
            elif index % _PIECES_AT_ONCE == _PIECES_AT_ONCE - 1:
                await asyncio.sleep(0)  # other requests take their turn
            piece.prompt_tokens = prompt_tokens
            output_tokens += sum(_count_part(part) for part in piece.parts if not part.get("thought"))
            thought_tokens += sum(_count_part(part) for part in piece.parts if part.get("thought"))
            piece.output_tokens, piece.thought_tokens = output_tokens, thought_tokens
            yield piece

    async def count_tokens(self, prompt: Prompt) -> int:
        """Count words and punctuation marks."""
        return await asyncio.to_thread(_count, prompt) if _is_long(prompt) else _count(prompt)

    async def tokenize(self, text: str, *, for_embeddings: bool = False) -> list[Token]:
        """Return words and punctuation marks, with ids derived from their spelling."""
        return [Token(zlib.crc32(piece.encode()) & 0x7FFFFFFF, piece.encode()) for piece in _TOKEN.findall(text)]

    async def count_embedding_tokens(self, text: str) -> int:
        """Count words and punctuation marks."""
        return len(_TOKEN.findall(text))

    async def embed(self, texts: Sequence[TextToEmbed]) -> list[Embedding]:
        """Return vectors that are similar for texts with common words.

        Raises:
            ApiError: 400 for a text that is too long and must not be truncated.
        """
        if sum(len(item.text) for item in texts) > _LONG_TEXT:
            return await asyncio.to_thread(_embeddings, texts)
        return _embeddings(texts)


def _embeddings(texts: Sequence[TextToEmbed]) -> list[Embedding]:
    limit = ScriptedEngine.embedding_facts.input_token_limit
    found: list[Embedding] = []
    for item in texts:
        text = item.text
        tokens: list[str] = _TOKEN.findall(text)
        is_too_long = len(tokens) > limit
        if is_too_long and not item.truncate:
            raise ApiError(400, f"The text has {len(tokens)} tokens; the limit is {limit}.")
        if is_too_long:
            tokens = tokens[:limit]
            text = "".join(tokens)
        found.append(Embedding(_vector(text), len(tokens), truncated=is_too_long))
    return found


def _pieces_of(rule: Rule, request: JsonObject) -> list[Piece]:
    reply = rule.answer(request)
    if isinstance(reply, str):
        pieces = [Piece(parts=[{"text": chunk}]) for chunk in _split(reply)]
    elif isinstance(reply, dict):
        return [Piece(verbatim=reply)]
    elif rule.is_stream:
        pieces = [
            Piece(verbatim=chunk)
            if isinstance(chunk, dict) and "candidates" in chunk
            else Piece(parts=[{"text": chunk} if isinstance(chunk, str) else chunk])
            for chunk in reply
        ]
    else:
        pieces = [Piece(parts=[{"text": part} if isinstance(part, str) else part for part in reply])]
    pieces = pieces or [Piece()]
    pieces[-1].finish_reason = rule.finish_reason
    return pieces


def _split(text: str) -> list[str]:
    """Split a text into chunks of a few words, as in a stream."""
    tokens = _TOKEN.findall(text)
    return ["".join(tokens[start : start + 4]) for start in range(0, len(tokens), 4)] or [text]


def _default_reply(request: CandidateRequest) -> Iterable[Piece]:
    call = _forced_call(request)
    if call:
        return [Piece(parts=[{"functionCall": call}], finish_reason="STOP")]
    asked = text_of(request.prompt.contents[-1]) if request.prompt.contents else ""
    if request.choices:
        text = request.choices[0]
    elif request.json_output:
        text = json.dumps(json_schema.smallest_instance(request.json_schema), ensure_ascii=False)
    else:
        text = f"This is a scripted reply to: {asked}" if asked else "This is a scripted reply."
    return _pieces_within_limits(text, request)


def _forced_call(request: CandidateRequest) -> JsonObject | None:
    """Return the function call for `mode: ANY`, with the smallest valid arguments; None in other modes."""
    config: JsonObject = (request.prompt.tool_config or {}).get("functionCallingConfig", {})
    allowed: list[str] = config.get("allowedFunctionNames", [])
    if config.get("mode") != "ANY":
        return None
    for tool in request.prompt.tools:
        for declaration in tool.get("functionDeclarations", []):
            if not allowed or declaration["name"] in allowed:
                schema = declaration.get("parametersJsonSchema")
                if schema is None:
                    schema = json_schema.from_openapi(declaration.get("parameters", {"type": "OBJECT"}))
                return {"name": declaration["name"], "args": json_schema.smallest_instance(schema)}
    return None


def _pieces_within_limits(text: str, request: CandidateRequest) -> Iterator[Piece]:
    """Yield the pieces of a text up to a stop sequence or the output limit, with log probabilities if requested."""
    ends = [text.find(stop) for stop in request.stop_sequences if stop and stop in text]
    text = text[: min(ends)] if ends else text
    tokens: list[str] = _TOKEN.findall(text)
    finish_reason = "STOP"
    if len(tokens) > request.max_output_tokens:
        tokens = tokens[: request.max_output_tokens]
        finish_reason = "MAX_TOKENS"
    for start in range(0, len(tokens), 4):
        chunk = tokens[start : start + 4]
        piece = Piece(parts=[{"text": "".join(chunk)}])
        if request.top_logprobs is not None:
            piece.logprobs = [_logprob(token, request.top_logprobs) for token in chunk]
        if start + 4 >= len(tokens):
            piece.finish_reason = finish_reason
        yield piece
    if not tokens:
        yield Piece(finish_reason=finish_reason)


def _logprob(token: str, alternatives: int) -> TokenLogprob:
    def entry(text: str, rank: int) -> TokenLogprob:
        return TokenLogprob(text, zlib.crc32(text.encode()) & 0x7FFFFFFF, round(-0.1 - rank, 3))

    top = [entry(token, 0), *(entry(f"{token}~{rank}", rank) for rank in range(1, alternatives))]
    return TokenLogprob(token, top[0].token_id, top[0].logprob, top[:alternatives])


def _is_long(prompt: Prompt) -> bool:
    return (
        sum(len(part.get("text", "")) for content in prompt.contents for part in content.get("parts", [])) > _LONG_TEXT
    )


def _count(prompt: Prompt) -> int:
    """Count the tokens of the texts, and one for each picture, recording or other file that has no text."""
    contents = [*prompt.contents, *([prompt.system_instruction] if prompt.system_instruction else [])]
    parts = [part for content in contents for part in content.get("parts", [])]
    media = sum(1 for part in parts if ("inlineData" in part or "fileData" in part) and not text_of({"parts": [part]}))
    return media + sum(len(_TOKEN.findall(text)) for text in texts_of(prompt))


def _count_part(part: JsonObject) -> int:
    text = part["text"] if "text" in part else text_of({"parts": [part]})
    if not text and "text" not in part:
        text = json.dumps(part, ensure_ascii=False) if "inlineData" not in part else "media"
    return len(_TOKEN.findall(text))


def _vector(text: str) -> list[float]:
    """Sum a pseudo-random direction for each word and for the whole text, and normalise."""
    totals = [0.0] * _DIMENSIONS
    words = [word.lower() for word in re.findall(r"\w+", text)]
    for feature, weight in [*Counter(words).items(), (f"\0{text}", 0.25)]:
        digest = hashlib.shake_128(feature.encode()).digest(_DIMENSIONS)
        for index, byte in enumerate(digest):
            totals[index] += weight * (byte - 127.5)
    length = math.sqrt(sum(value * value for value in totals))
    return [value / length for value in totals]
