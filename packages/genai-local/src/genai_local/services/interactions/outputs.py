"""The chunks of generateContent as the events of an interaction, and events as steps.

`steps_in` returns the steps that a reader accumulates from the events; the steps of a reply are made in this way too. The module
knows neither ids nor where events are stored.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable, Iterator
from typing import Any, Literal

from ...protocol.errors import JsonObject

Status = Literal[
    "in_progress", "completed", "requires_action", "requires_continuation", "incomplete", "failed", "cancelled"
]

_ARGUMENTS_PIECE = 32
"""Number of characters of the JSON text of arguments in one event."""
_ORDINARY_REASONS = frozenset(["STOP", "MAX_TOKENS", "CONTINUATION", "FINISH_REASON_UNSPECIFIED", "OTHER", ""])
"""Reasons to finish after which the answer is there."""
_RAW_AUDIO = re.compile(r"audio/l16;(codec=pcm;)?rate=(?P<rate>\d{4,6})", re.IGNORECASE)
_MEDIA = {"image/": "image", "audio/": "audio", "video/": "video"}
_MODALITIES = ("promptTokensDetails", "candidatesTokensDetails", "cacheTokensDetails", "toolUsePromptTokensDetails")


class Outputs:
    """The events of one run, made from the chunks of its reply."""

    def __init__(self) -> None:
        self.usage: JsonObject = {}
        """The usage so far, in the form of this API."""
        self.problem: JsonObject | None = None
        """The code and the message of the reason for which the model's answer was withheld."""
        self.continuation: str | None = None
        """The token with which the client asks for the rest of the answer."""
        self._index = -1
        self._open: str | None = None
        self._has_calls = False
        self._reason = ""
        self._code_id: str | None = None

    @property
    def status(self) -> Status:
        """The status of the interaction when the run has ended."""
        if self.problem is not None:
            return "failed"
        if self.continuation is not None:
            return "requires_continuation"
        if self._reason == "MAX_TOKENS":
            return "incomplete"
        return "requires_action" if self._has_calls else "completed"

    def take(self, chunk: JsonObject) -> list[JsonObject]:
        """Return the events for a chunk, without ids."""
        if "usageMetadata" in chunk:
            self.usage = usage_json(chunk["usageMetadata"])
        blocked: str = chunk.get("promptFeedback", {}).get("blockReason", "")
        if blocked:
            self._block(blocked, "The prompt was blocked")
        events: list[JsonObject] = []
        for candidate in chunk.get("candidates", [])[:1]:
            for part in candidate.get("content", {}).get("parts", []):
                events += self._take_part(part)
            events += self._annotate(candidate.get("groundingMetadata", {}))
            self._reason = candidate.get("finishReason") or self._reason
            token: str | None = candidate.get("continuationToken")
            self.continuation = token if token and self._reason in ("", "CONTINUATION") else None
            if self._reason not in _ORDINARY_REASONS:
                self._block(self._reason, "The answer was withheld")
        return events

    def _block(self, reason: str, what: str) -> None:
        self.problem = {"code": reason.lower(), "message": f"{what}, for the reason {reason}."}

    def end(self) -> list[JsonObject]:
        """Return the event that ends an unfinished step, if any."""
        if self._open is None:
            return []
        self._open = None
        return [{"event_type": "step.stop", "index": self._index}]

    def _take_part(self, part: JsonObject) -> Iterator[JsonObject]:
        signature: str | None = part.get("thoughtSignature")
        if part.get("thought") and "text" in part:
            yield from self._thought(part["text"])
            if signature is not None:
                yield from self._sign(signature)
            return
        if signature is not None:
            yield from self._sign(signature)
        yield from self._take_data(part)

    def _take_data(self, part: JsonObject) -> Iterator[JsonObject]:
        if part.get("text"):
            yield from self._step("model_output")
            yield self._delta({"type": "text", "text": part["text"]})
        elif "inlineData" in part or "fileData" in part:
            yield from self._step("model_output")
            yield self._delta(_media(part))
        elif "functionCall" in part:
            yield from self._call(part["functionCall"])
        elif "executableCode" in part or "codeExecutionResult" in part:
            yield from self._code(part)
        elif "toolCall" in part:
            call: JsonObject = part["toolCall"]
            start = {"id": call.get("id") or _new_id(), "arguments": call.get("args", {})}
            yield from self._whole(f"{call.get('toolType', 'tool').lower()}_call", start)
        elif "toolResponse" in part:
            response: JsonObject = part["toolResponse"]
            start = {"call_id": response.get("id", ""), "result": response.get("response", {}).get("result")}
            yield from self._whole(f"{response.get('toolType', 'tool').lower()}_result", start)

    def _step(self, kind: str, **fields: Any) -> Iterator[JsonObject]:
        """Begin a step, unless the open one is of this kind and takes further contents."""
        if self._open == kind and not fields:
            return
        yield from self.end()
        self._index += 1
        self._open = kind
        yield {"event_type": "step.start", "index": self._index, "step": {"type": kind, **fields}}

    def _whole(self, kind: str, fields: JsonObject) -> Iterator[JsonObject]:
        """Yield a step that has no deltas."""
        yield from self._step(kind, **fields)
        yield from self.end()

    def _delta(self, delta: JsonObject) -> JsonObject:
        return {"event_type": "step.delta", "index": self._index, "delta": delta}

    def _thought(self, text: str) -> Iterator[JsonObject]:
        yield from self._step("thought")
        if text:
            yield self._delta({"type": "thought_summary", "content": {"type": "text", "text": text}})

    def _sign(self, signature: str) -> Iterator[JsonObject]:
        """Give the open thought a signature, which ends it; a signature without a thought gets a step of its own."""
        yield from self._step("thought")
        yield self._delta({"type": "thought_signature", "signature": signature})
        yield from self.end()

    def _call(self, call: JsonObject) -> Iterator[JsonObject]:
        self._has_calls = True
        call_id = call.get("id") or _new_id()
        yield from self._step("function_call", id=call_id, name=call.get("name", ""), arguments={})
        text = json.dumps(call.get("args") or {}, ensure_ascii=False)
        for start in range(0, len(text), _ARGUMENTS_PIECE):
            yield self._delta({"type": "arguments_delta", "arguments": text[start : start + _ARGUMENTS_PIECE]})
        yield from self.end()

    def _code(self, part: JsonObject) -> Iterator[JsonObject]:
        code: JsonObject | None = part.get("executableCode")
        if code is not None:
            self._code_id = code.get("id") or _new_id()
            arguments = {"code": code.get("code", ""), "language": code.get("language", "PYTHON").lower()}
            yield from self._whole("code_execution_call", {"id": self._code_id, "arguments": arguments})
            return
        result: JsonObject = part["codeExecutionResult"]
        call_id = result.get("id") or self._code_id or ""
        failed = {"is_error": True} if result.get("outcome", "OUTCOME_OK") != "OUTCOME_OK" else {}
        yield from self._whole(
            "code_execution_result", {"call_id": call_id, "result": result.get("output", ""), **failed}
        )

    def _annotate(self, grounding: JsonObject) -> Iterator[JsonObject]:
        """Yield the passages of documents that support the text, while its step is open."""
        sources: list[JsonObject] = grounding.get("groundingChunks", [])
        annotations: list[JsonObject] = []
        for support in grounding.get("groundingSupports", []):
            segment: JsonObject = support.get("segment", {})
            indices: list[int] = support.get("groundingChunkIndices", [])
            for index in indices:
                place = {"start_index": segment.get("startIndex", 0), "end_index": segment.get("endIndex", 0)}
                if index < len(sources):
                    annotations += [{**citation, **place} for citation in _citations(sources[index])]
        if annotations and self._open == "model_output":
            yield self._delta({"type": "text_annotation_delta", "annotations": annotations})


def _citations(source: JsonObject) -> Iterator[JsonObject]:
    if "retrievedContext" in source:
        context: JsonObject = source["retrievedContext"]
        named = {"file_name": context.get("title"), "source": context.get("text"), "document_uri": context.get("uri")}
        yield {"type": "file_citation", **{name: value for name, value in named.items() if value}}
    elif "web" in source:
        named = {"url": source["web"].get("uri"), "title": source["web"].get("title")}
        yield {"type": "url_citation", **{name: value for name, value in named.items() if value}}


def _media(part: JsonObject) -> JsonObject:
    data: JsonObject = part.get("inlineData") or part["fileData"]
    mime_type: str = data.get("mimeType", "")
    samples = _RAW_AUDIO.fullmatch(mime_type)
    if samples is not None:
        return {"type": "audio", "mime_type": "audio/l16", "sample_rate": int(samples["rate"]), "data": data["data"]}
    kind = next((kind for prefix, kind in _MEDIA.items() if mime_type.startswith(prefix)), "document")
    place = {"data": data["data"]} if "data" in data else {"uri": data.get("fileUri", "")}
    return {"type": kind, **({"mime_type": mime_type} if mime_type else {}), **place}


def _new_id() -> str:
    return secrets.token_hex(8)


def usage_json(usage: JsonObject) -> JsonObject:
    """Return a `usageMetadata` in the form of this API."""
    names = {
        "total_tokens": "totalTokenCount",
        "total_input_tokens": "promptTokenCount",
        "total_output_tokens": "candidatesTokenCount",
        "total_thought_tokens": "thoughtsTokenCount",
        "total_cached_tokens": "cachedContentTokenCount",
        "total_tool_use_tokens": "toolUsePromptTokenCount",
    }
    result: JsonObject = {name: usage.get(source, 0) for name, source in names.items()}
    prefixes = ("input", "output", "cached", "tool_use")
    for prefix, source in zip(prefixes, _MODALITIES, strict=True):
        if source in usage:
            result[f"{prefix}_tokens_by_modality"] = [
                {"modality": entry["modality"].lower(), "tokens": entry.get("tokenCount", 0)} for entry in usage[source]
            ]
    return result


def steps_in(events: Iterable[JsonObject]) -> list[JsonObject]:
    """Return the steps that the events of an interaction describe, unfinished ones too."""
    steps: list[JsonObject] = []
    arguments: dict[int, str] = {}
    for event in events:
        if event["event_type"] == "step.start":
            steps.append(json.loads(json.dumps(event["step"])))
        elif event["event_type"] == "step.delta":
            index: int = event["index"]
            delta: JsonObject = event["delta"]
            if delta["type"] == "arguments_delta":
                arguments[index] = arguments.get(index, "") + delta["arguments"]
            else:
                _extend(steps[index], delta)
        elif event["event_type"] == "step.stop" and event["index"] in arguments:
            steps[event["index"]]["arguments"] = json.loads(arguments[event["index"]])
    return steps


def _extend(step: JsonObject, delta: JsonObject) -> None:
    """Add a delta to its step: a text continues the text before it, anything else is a content of its own."""
    kind: str = delta["type"]
    if kind == "thought_signature":
        step["signature"] = delta["signature"]
        return
    if kind == "text_annotation_delta":
        last: JsonObject = step["content"][-1]
        last["annotations"] = [*last.get("annotations", []), *delta["annotations"]]
        return
    contents: list[JsonObject] = step.setdefault("summary" if kind == "thought_summary" else "content", [])
    added: JsonObject = delta["content"] if kind == "thought_summary" else delta
    if added["type"] == "text" and contents and contents[-1]["type"] == "text":
        contents[-1]["text"] += added["text"]
    else:
        contents.append(dict(added))
