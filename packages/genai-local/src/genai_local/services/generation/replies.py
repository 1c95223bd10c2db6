"""GenerateContentResponse: chunks from an engine's pieces, with growing usage counts, and whole replies from chunks."""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timezone

from ...engines import Piece, TokenLogprob
from ...protocol.errors import JsonObject
from ...protocol.messages import Surface
from ..prompts.recordings import Recorded

_WITH_CALL_IDS = re.compile(r"gemini-([3-9]|[1-9]\d)(?!\d)")
"""The beginning of the names of models whose function calls have an id: those of Gemini 3 and newer."""


def gives_call_ids(model: str | None) -> bool:
    """Return whether the function calls of a model, given by its bare id, have an id."""
    return model is not None and _WITH_CALL_IDS.match(model) is not None


class Replies:
    """The chunks of one response.

    Args:
        surface: the surface of the request.
        model_version: name of the model that really answers.
        call_ids: whether each function call without an id gets one.
        recorded: the recordings in the prompt; None without any.
        cached: the tokens of the cached content by modality; None without one.
        is_spoken: whether the output is audio.
    """

    def __init__(
        self,
        surface: Surface,
        model_version: str,
        *,
        call_ids: bool = False,
        recorded: Recorded | None = None,
        cached: list[JsonObject] | None = None,
        is_spoken: bool = False,
    ) -> None:
        self.surface = surface
        self.model_version = model_version
        self.call_ids = call_ids
        self.recorded = recorded or Recorded()
        self.cached = cached
        self.is_spoken = is_spoken
        self.response_id = secrets.token_urlsafe(16)
        self.create_time = datetime.now(timezone.utc).isoformat().replace("+00:00", "Z")
        self._prompt_tokens: int | None = None
        self._output_tokens: dict[int, int] = {}
        self._thought_tokens: dict[int, int] = {}
        self._logprob_sums: dict[int, tuple[float, int]] = {}

    def chunk(self, index: int, piece: Piece) -> JsonObject:
        """Return the chunk for a piece of candidate `index`."""
        if piece.verbatim is not None:
            return piece.verbatim
        if piece.prompt_tokens is not None:
            self._prompt_tokens = self.recorded.total(piece.prompt_tokens)
        if piece.output_tokens is not None:
            self._output_tokens[index] = piece.output_tokens
        if piece.thought_tokens is not None:
            self._thought_tokens[index] = piece.thought_tokens
        parts = [_with_id(part) for part in piece.parts] if self.call_ids else piece.parts
        candidate: JsonObject = {"content": {"parts": parts or [{"text": ""}], "role": "model"}}
        if piece.finish_reason:
            candidate["finishReason"] = piece.finish_reason
        candidate["index"] = index
        if piece.logprobs:
            total, count = self._logprob_sums.get(index, (0.0, 0))
            total += sum(item.logprob for item in piece.logprobs)
            self._logprob_sums[index] = (total, count + len(piece.logprobs))
            candidate["logprobsResult"] = _logprobs_result(piece.logprobs)
        if piece.finish_reason and index in self._logprob_sums:
            total, count = self._logprob_sums[index]
            candidate["avgLogprobs"] = total / count
            if self.surface == "gemini":
                candidate.setdefault("logprobsResult", {})["logProbabilitySum"] = total
        return self._envelope([candidate])

    def _envelope(self, candidates: list[JsonObject]) -> JsonObject:
        reply: JsonObject = {"candidates": candidates, "usageMetadata": self._usage()}
        reply["modelVersion"] = self.model_version
        if self.surface == "vertex":
            reply["createTime"] = self.create_time
        reply["responseId"] = self.response_id
        return reply

    def _usage(self) -> JsonObject:
        output, thoughts = sum(self._output_tokens.values()), sum(self._thought_tokens.values())
        usage: JsonObject = {}
        if self._prompt_tokens is not None:
            usage["promptTokenCount"] = self._prompt_tokens
        if output:
            usage["candidatesTokenCount"] = output
        if self._prompt_tokens is not None:
            usage["totalTokenCount"] = self._prompt_tokens + output + thoughts
            usage["promptTokensDetails"] = self.recorded.details(self._prompt_tokens)
        if self.cached is not None:
            usage["cachedContentTokenCount"] = sum(entry["tokenCount"] for entry in self.cached)
            usage["cacheTokensDetails"] = self.cached
        if output and (self.is_spoken or self.surface == "vertex"):
            modality = "AUDIO" if self.is_spoken else "TEXT"
            usage["candidatesTokensDetails"] = [{"modality": modality, "tokenCount": output}]
        if thoughts:
            usage["thoughtsTokenCount"] = thoughts
        if self.surface == "vertex":
            usage["trafficType"] = "ON_DEMAND"
        return usage


def _with_id(part: JsonObject) -> JsonObject:
    call: JsonObject = part.get("functionCall", {})
    return {**part, "functionCall": {"id": secrets.token_hex(4), **call}} if call.get("name") else part


def _logprobs_result(logprobs: list[TokenLogprob]) -> JsonObject:
    def entry(item: TokenLogprob) -> JsonObject:
        identity: JsonObject = {} if item.token_id is None else {"tokenId": item.token_id}
        return {"token": item.token, **identity, "logProbability": item.logprob}

    result: JsonObject = {"chosenCandidates": [entry(item) for item in logprobs]}
    if any(item.top for item in logprobs):
        result["topCandidates"] = [{"candidates": [entry(top) for top in item.top]} for item in logprobs]
    return result


def join(chunks: list[JsonObject]) -> JsonObject:
    """Return the whole response of a unary request from the chunks of a stream."""
    reply: JsonObject = {}
    candidates: dict[int, JsonObject] = {}
    for chunk in chunks:
        reply |= {key: value for key, value in chunk.items() if key != "candidates"}
        for candidate in chunk.get("candidates", []):
            index = candidate.get("index", 0)
            if index in candidates:
                _extend(candidates[index], candidate)
            else:
                candidates[index] = {**candidate, "content": _copy(candidate.get("content"))}
    for candidate in candidates.values():
        if not candidate["content"]:
            del candidate["content"]
    if candidates:
        reply = {"candidates": [candidates[index] for index in sorted(candidates)], **reply}
    return reply


def _copy(content: JsonObject | None) -> JsonObject:
    return {**content, "parts": join_texts(content.get("parts", []))} if content else {}


def _extend(candidate: JsonObject, addition: JsonObject) -> None:
    content: JsonObject = candidate["content"] or {"parts": [], "role": "model"}
    more: list[JsonObject] = addition.get("content", {}).get("parts", [])
    candidate["content"] = {**content, "parts": join_texts([*content.get("parts", []), *more])}
    for key, value in addition.items():
        if key == "logprobsResult":
            earlier: JsonObject = candidate.get(key, {})
            candidate[key] = {
                **earlier,
                **{
                    name: [*earlier.get(name, []), *item] if isinstance(item, list) else item
                    for name, item in value.items()
                },
            }
        elif key not in ("content", "index"):
            candidate[key] = value


def join_texts(parts: list[JsonObject]) -> list[JsonObject]:
    """Join adjacent texts of the same kind and drop empty texts."""
    result: list[JsonObject] = []
    for part in parts:
        if part.get("text") == "" and len(part) == 1:
            continue
        plain = part.keys() <= {"text", "thought"} and "text" in part
        if plain and result and result[-1].keys() == part.keys():
            result[-1] = {**part, "text": result[-1]["text"] + part["text"]}
        else:
            result.append(part)
    return result
