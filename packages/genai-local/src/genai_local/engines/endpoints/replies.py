"""Replies of an OpenAI-compatible endpoint: events of a stream as pieces, and errors as errors of the API."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from typing import cast

from ...protocol import json_schema
from ...protocol.errors import ApiError, JsonObject, retry_info
from .. import CandidateRequest, Piece, TokenLogprob
from ..calling.call_stream import StreamedCalls
from .bodies import Dialect

_FINISH_REASONS = {
    "stop": "STOP",
    "tool_calls": "STOP",
    "function_call": "STOP",
    "length": "MAX_TOKENS",
    "content_filter": "SAFETY",
}


async def lines_of(chunks: AsyncIterator[bytes]) -> AsyncGenerator[str, None]:
    """Yield the lines of an event stream.

    Only a line feed ends a line, with or without a carriage return. `str.splitlines`, and therefore the lines of HTTP
    libraries, also end at characters such as U+2028, which JSON may contain within a string.
    """
    pieces: list[bytes] = []
    async for chunk in chunks:
        first, *rest = chunk.split(b"\n")
        pieces.append(first)
        for piece in rest:
            yield b"".join(pieces).decode("utf-8", "replace").rstrip("\r")
            pieces = [piece]
    if any(pieces):
        yield b"".join(pieces).decode("utf-8", "replace").rstrip("\r")


class CompletionReader:
    """Converts the events of a streamed completion to pieces.

    Args:
        request: the request.
        prompt_tokens: number of tokens of the prompt; None to take it from the endpoint's usage.
        dialect: dialect of the endpoint.
        format_tokens: number of tokens of the chat format, which the endpoint's usage includes.
    """

    def __init__(
        self, request: CandidateRequest, prompt_tokens: int | None, dialect: Dialect, format_tokens: int = 0
    ) -> None:
        self.request = request
        self.prompt_tokens = prompt_tokens
        self.format_tokens = format_tokens
        self._is_counted = prompt_tokens is not None
        # Other endpoints write a choice as a JSON string, which can only be decoded as a whole.
        self.quoted = bool(request.choices) and dialect != "llama.cpp"
        self.text = ""
        self.calls = StreamedCalls()
        self.output_tokens = 0
        self.finish_reason: str | None = None

    def piece_of(self, line: str) -> Piece | None:
        """Return the piece in a line of the event stream, or None."""
        name, _, data = line.partition(":")
        if name not in ("data", "error") or data.strip() in ("", "[DONE]"):
            return None
        event: JsonObject = json.loads(data)
        error: object = event.get("error") or (event if name == "error" else None)
        if error:
            code: object = cast("JsonObject", error).get("code") if isinstance(error, dict) else None
            raise refusal(code if isinstance(code, int) else 500, json.dumps({"error": error}), where_of(self.request))
        self._read_usage(event)
        choices: list[JsonObject] = event.get("choices") or []
        if not choices:
            return None
        choice = choices[0]
        self.finish_reason = choice.get("finish_reason") or self.finish_reason
        delta: JsonObject = choice.get("delta") or {}
        self.calls.feed(delta)
        text: str = delta.get("content") or ""
        self.text += text
        if self.quoted:
            text = ""
        logprobs = self._logprobs(choice.get("logprobs") or {})
        if not text and not logprobs:
            return None
        return self._piece([{"text": text}] if text else [], logprobs)

    def _read_usage(self, event: JsonObject) -> None:
        timings: JsonObject = event.get("timings") or {}
        usage: JsonObject = event.get("usage") or {}
        self.output_tokens = usage.get("completion_tokens", timings.get("predicted_n", self.output_tokens))
        if not self._is_counted and "prompt_tokens" in usage:
            self.prompt_tokens = max(0, usage["prompt_tokens"] - self.format_tokens)

    def _piece(self, parts: list[JsonObject], logprobs: list[TokenLogprob]) -> Piece:
        counted = self.output_tokens or None
        return Piece(parts=parts, logprobs=logprobs, prompt_tokens=self.prompt_tokens, output_tokens=counted)

    def _logprobs(self, reported: JsonObject) -> list[TokenLogprob]:
        wanted = self.request.top_logprobs
        if wanted is None:
            return []

        def entry(item: JsonObject, top: Sequence[TokenLogprob] = ()) -> TokenLogprob:
            return TokenLogprob(item["token"], item.get("id"), item["logprob"], top)

        items: list[JsonObject] = reported.get("content") or []
        result: list[TokenLogprob] = []
        for item in items:
            others: list[JsonObject] = item.get("top_logprobs") or []
            result.append(entry(item, [entry(other) for other in others[:wanted]]))
        return result

    def last_piece(self) -> Piece:
        """Return the last piece of the candidate.

        Raises:
            ApiError: 503 when the endpoint did not finish its reply, 500 when it did not write the requested JSON.
        """
        if self.finish_reason is None:
            raise ApiError(503, "The engine ended its reply early.", details=[retry_info(1)])
        if self.calls.has_calls and self.finish_reason != "length":
            return self._piece_of_calls()
        text = self.text.strip().strip('"')
        if self._is_whole() and (self.quoted or self.request.json_output):
            try:
                text = str(json.loads(self.text))
            except ValueError:
                message = f"The engine ignored response_format: expected JSON, got {self.text[:80]!r}."
                raise ApiError(500, message) from None
        piece = self._piece([{"text": text}] if self.quoted else [], [])
        piece.finish_reason = _FINISH_REASONS.get(self.finish_reason, "OTHER")
        return piece

    def _piece_of_calls(self) -> Piece:
        try:
            piece = self._piece([call.part for call in self.calls.calls()], [])
            piece.finish_reason = "STOP"
        except ValueError:
            piece = self._piece([], [])
            piece.finish_reason = "MALFORMED_FUNCTION_CALL"
        return piece

    def _is_whole(self) -> bool:
        """Whether the model ended the text itself, and not a limit or a stop sequence."""
        return self.finish_reason == "stop" and not self.request.stop_sequences

    def violation(self) -> str | None:
        """Return how the completed text violates the schema, or None; a truncated value is not a violation."""
        try:
            value = json.loads(self.text)
        except ValueError:
            if self.request.uses_llguidance:
                return "not valid JSON."
            return None  # truncated within the value
        return json_schema.violation_of(value, self.request.json_schema)


def where_of(request: CandidateRequest) -> str:
    """Return the path of the field that most likely makes an endpoint refuse a request, as the start of a message."""
    return "generationConfig.responseSchema: " if request.json_schema is not None else ""


def unreachable(error: Exception) -> ApiError:
    """Return the API's error for an endpoint that does not answer."""
    return ApiError(503, f"The engine does not answer: {str(error) or type(error).__name__}", details=[retry_info(1)])


def refusal(status: int, body: str, where: str = "") -> ApiError:
    """Return the API's error for an error of the endpoint.

    Args:
        status: HTTP status of the endpoint's reply.
        body: its body.
        where: path of the field that probably caused the error, in front of the message.
    """
    error: JsonObject = {}
    try:
        reply = json.loads(body)
        error = reply["error"] if isinstance(reply.get("error"), dict) else {"message": str(reply.get("error", body))}
    except (ValueError, KeyError, AttributeError):
        error = {"message": body[:500]}
    message = str(error.get("message", body))
    if error.get("type") == "exceed_context_size_error":
        count, limit = error.get("n_prompt_tokens"), error.get("n_ctx")
        return ApiError(400, f"The input token count ({count}) exceeds the maximum number of tokens allowed ({limit}).")
    if status == 429:
        return ApiError(429, f"The engine is busy: {message}", details=[retry_info(1)])
    if status in (400, 413, 422):
        return ApiError(400, f"{where}the engine refused the request: {message}")
    if status in (404, 501):
        return ApiError(400, f"The engine does not support this request: {message}")
    return ApiError(503, f"The engine failed with status {status}: {message}", details=[retry_info(1)])
