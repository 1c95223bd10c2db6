"""The messages of the server to a client of a session, made from the chunks of a generated answer."""

from __future__ import annotations

import math
import secrets
from typing import Any, cast

from ...protocol.errors import JsonObject
from ...protocol.messages import Surface
from ..speech.reading import TOKENS_PER_SECOND as SPOKEN_TOKENS_PER_SECOND

_CONTENT_FIELDS = ("groundingMetadata", "urlContextMetadata")
_REASONS = {"MALFORMED_FUNCTION_CALL": "MALFORMED_FUNCTION_CALL"}
_NORMAL_REASONS = ("STOP", "MAX_TOKENS", "FINISH_REASON_UNSPECIFIED")


def parts_of(chunk: JsonObject) -> tuple[list[JsonObject], list[JsonObject]]:
    """Return the parts of a chunk without its function calls, and the function calls, each with an id."""
    content: JsonObject = _candidate(chunk).get("content") or {}
    parts: list[JsonObject] = content.get("parts", [])
    said = [part for part in parts if "functionCall" not in part and (part.get("text") != "" or len(part) > 1)]
    calls = [
        {**part, "functionCall": {"id": f"function-call-{secrets.randbits(63)}", **part["functionCall"]}}
        for part in parts
        if "functionCall" in part
    ]
    return said, calls


def other_content(chunk: JsonObject) -> JsonObject:
    """Return the fields of a chunk that become fields of the server's content, such as its sources."""
    candidate = _candidate(chunk)
    return {name: candidate[name] for name in _CONTENT_FIELDS if name in candidate}


def turn_complete_reason(chunk: JsonObject) -> str | None:
    """Return why a turn ended with this chunk, if it is not the usual end."""
    reason: str | None = _candidate(chunk).get("finishReason")
    if chunk.get("promptFeedback", {}).get("blockReason"):
        return "RESPONSE_REJECTED"
    if reason is None or reason in _NORMAL_REASONS:
        return None
    return _REASONS.get(reason, "RESPONSE_REJECTED")


def usage_of(chunk: JsonObject, surface: Surface) -> JsonObject | None:
    """Return the usage metadata of a chunk with the names that sessions have; None without any."""
    usage: JsonObject | None = chunk.get("usageMetadata")
    if not usage or surface == "vertex":
        return usage
    result = {_gemini_name(name): value for name, value in usage.items()}
    if "responseTokenCount" in result and "responseTokensDetails" not in result:
        result["responseTokensDetails"] = [{"modality": "TEXT", "tokenCount": result["responseTokenCount"]}]
    return result


def spoken(usage: JsonObject, output_s: float | None, surface: Surface) -> JsonObject:
    """Return usage metadata in which the answer counts by its duration; unchanged for an answer in text."""
    if output_s is None:
        return usage
    count, details = ("candidatesTokenCount", "candidatesTokensDetails")
    if surface != "vertex":
        count, details = _gemini_name(count), _gemini_name(details)
    tokens = math.ceil(output_s * SPOKEN_TOKENS_PER_SECOND)
    total: int = usage.get("totalTokenCount", 0) - usage.get(count, 0) + tokens
    spoken = {count: tokens, "totalTokenCount": total, details: [{"modality": "AUDIO", "tokenCount": tokens}]}
    return {**usage, **spoken}


def _gemini_name(name: str) -> str:
    return name.replace("candidatesToken", "responseToken")


def _candidate(chunk: JsonObject) -> JsonObject:
    candidates = cast("list[Any]", chunk.get("candidates") or [{}])
    return candidates[0]
