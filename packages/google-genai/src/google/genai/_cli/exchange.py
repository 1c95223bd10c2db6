"""One exchange with a model: send a message in a chat, print the answer while it arrives, and describe the result."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import output
from .attachments import Attachment
from .connection import Target
from .conversations import Conversation, new_id, without_bytes
from .exits import Exit, Failure, failure_of

if TYPE_CHECKING:
    from google.genai import chats, types

    from .logs import Exchange
    from .schemas import AnswerSchema

_COMPLETE = frozenset({None, "STOP", "FINISH_REASON_UNSPECIFIED", "MAX_TOKENS"})
"""Finish reasons with which an answer that has text is not blocked."""


@dataclass
class Message:
    """What the user sends: the prompt, and the attachments after it."""

    prompt: str
    attachments: list[Attachment]


@dataclass
class Answer:
    """The answer to one message, also a partial one.

    Attributes:
      text: The text that has arrived.
      last: The response or the last chunk, or None.
      failure: Why the answer is not complete, or None.
    """

    text: str = ""
    last: types.GenerateContentResponse | None = None
    finish_reason: str | None = None
    usage: dict[str, Any] | None = None
    attempts: int | None = None
    first_ms: float | None = None
    total_ms: float = 0.0
    media: list[types.Blob] = field(default_factory=list[Any])
    turns: list[types.Content] = field(default_factory=list[Any])
    failure: Failure | None = None
    cause: BaseException | None = None


def ask(
    chat: chats.Chat,
    parts: list[types.Part],
    *,
    streams: bool,
    write: Callable[[str], None] | None,
    schema: AnswerSchema | None = None,
) -> Answer:
    """Send a message, and return the answer. A failure is in `answer.failure`; only a closed stdout is raised later.

    Args:
      chat: The chat; it gets the new turns.
      parts: The message.
      streams: Whether to request a stream.
      write: Function that prints a piece of the answer.
      schema: The schema that the answer has to follow.
    """
    answer = Answer()
    known = len(chat.get_history())
    began = time.perf_counter()
    try:
        if streams:
            with contextlib.closing(chat.send_message_stream(parts)) as stream:
                for chunk in stream:
                    _add(answer, chunk, began, write)
        else:
            _add(answer, chat.send_message(parts), began, write)
    except (Exception, KeyboardInterrupt) as error:
        answer.cause = error
        if isinstance(error, KeyboardInterrupt) and answer.text and len(chat.get_history()) == known:
            _keep_partial_turn(chat, parts, answer.text)
        if not isinstance(error, output.ClosedOutput):
            answer.failure = failure_of(error)
            answer.attempts = answer.failure.details.get("attempts")
    answer.total_ms = (time.perf_counter() - began) * 1000
    answer.turns = chat.get_history()[known:]
    if answer.cause is None:
        answer.failure = _problem(answer, schema)
    return answer


def _keep_partial_turn(chat: chats.Chat, parts: list[types.Part], text: str) -> None:
    """Add a message and the part of its answer that arrived; the SDK forgets both when a stream fails."""
    from google.genai import types

    message = types.Content(role="user", parts=parts)
    partial = types.Content(role="model", parts=[types.Part(text=text)])
    chat.record_history(message, [partial], [], True)


def _add(
    answer: Answer, response: types.GenerateContentResponse, began: float, write: Callable[[str], None] | None
) -> None:
    if answer.first_ms is None:
        answer.first_ms = (time.perf_counter() - began) * 1000
    answer.last = response
    if response.usage_metadata is not None:
        answer.usage = response.usage_metadata.to_json_dict()
    if response.sdk_http_response is not None:
        answer.attempts = response.sdk_http_response.attempts
    candidate = response.candidates[0] if response.candidates else None
    if candidate is None:
        return
    if candidate.finish_reason is not None:
        answer.finish_reason = candidate.finish_reason.value
    for part in (candidate.content.parts if candidate.content is not None else None) or ():
        if part.inline_data is not None and not part.thought:
            answer.media.append(part.inline_data)
        if part.text and not part.thought:
            answer.text += part.text
            if write is not None:
                write(part.text)


def _problem(answer: Answer, schema: AnswerSchema | None) -> Failure | None:
    last = answer.last
    if last is None:
        return Failure("The service sent no answer.", Exit.EMPTY)
    if not answer.text and not answer.media:
        return Failure(last.why_empty or "The answer is empty.", Exit.EMPTY)
    if answer.finish_reason not in _COMPLETE:
        return Failure(f"The service stopped the answer (finish reason {answer.finish_reason}).", Exit.EMPTY)
    if schema is None:
        return None
    problem = schema.problem(answer.text)
    if problem is None and last.parsed_error is not None:
        problem = str(last.parsed_error)
    if problem is None:
        return None
    cut = " The answer was cut: raise -o max_output_tokens." if answer.finish_reason == "MAX_TOKENS" else None
    return Failure(f"The answer does not follow the schema: {problem}", Exit.SCHEMA, hint=cut)


def log_entry(
    command: str,
    target: Target,
    message: Message,
    answer: Answer,
    *,
    model: str,
    config: dict[str, Any],
    conversation: Conversation,
    tools: list[dict[str, Any]] | None = None,
) -> Exchange:
    """Return the row of the log for an exchange, without the key."""
    from .logs import Exchange

    turns, blobs = without_bytes([turn.to_json_dict() for turn in answer.turns])
    last = answer.last
    reply: dict[str, Any] = {
        "finish_reason": answer.finish_reason,
        "usage_metadata": answer.usage,
        "content": turns[-1:],
    }
    if last is not None:
        reply.update(model_version=last.model_version, response_id=last.response_id)
    entry = Exchange(
        id=new_id(),
        command=command,
        model=model,
        backend="local" if target.is_local else "vertex" if target.vertexai else "gemini",
        prompt=message.prompt,
        conversation=conversation.id,
        answer=answer.text,
        request={"model": model, "config": config, "contents": turns[:-1]},
        reply=reply if last is not None else None,
        turns=turns if answer.last is not None else None,
        usage=answer.usage,
        finish_reason=answer.finish_reason,
        first_ms=answer.first_ms,
        total_ms=answer.total_ms,
        attempts=answer.attempts,
        tools=tools or None,
        error=None if answer.failure is None else answer.failure.to_json(),
        exit_code=0 if answer.failure is None else int(answer.failure.exit_code),
        attachments=[(each.source, each.mime_type, each.sha256) for each in message.attachments],
        blobs=blobs,
    )
    for name in ("prompt", "answer"):
        setattr(entry, name, target.hide_key(getattr(entry, name)))
    for name in ("request", "reply", "turns", "tools", "error"):
        text = json.dumps(getattr(entry, name), ensure_ascii=False, default=str)
        hidden = target.hide_key(text)
        if hidden != text:
            setattr(entry, name, json.loads(hidden))
    return entry


def log(
    command: str,
    target: Target,
    message: Message,
    answer: Answer,
    *,
    model: str,
    config: dict[str, Any],
    conversation: Conversation,
    tools: list[dict[str, Any]],
) -> None:
    """Add an exchange to the log, unless the log is off. Called after the answer was printed, because it takes time."""
    from . import logs

    if logs.is_off():
        return
    settings: dict[str, Any] = {}
    if config:
        from google.genai import types

        settings = types.GenerateContentConfig(**{**config, "tools": None, "http_options": None}).to_json_dict()
    entry = log_entry(
        command, target, message, answer, model=model, config=settings, conversation=conversation, tools=tools
    )
    logs.record(entry)


def to_json(
    answer: Answer | None, *, model: str, conversation: str | None, tools: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return the object that `--json` prints. Its keys are always the same."""
    failure = None if answer is None else answer.failure
    parsed: Any = None
    if answer is not None and failure is None:
        with contextlib.suppress(ValueError):
            parsed = json.loads(answer.text) if answer.text[:1] in ("{", "[") else None
    return {
        "answer": answer.text if answer else None,
        "parsed": parsed,
        "model": model,
        "conversation": conversation,
        "finish_reason": answer.finish_reason if answer else None,
        "usage": answer.usage if answer else None,
        "first_ms": round(answer.first_ms, 1) if answer and answer.first_ms is not None else None,
        "total_ms": round(answer.total_ms, 1) if answer else None,
        "attempts": answer.attempts if answer else None,
        "tools": tools,
        "error": failure.to_json() if failure else None,
    }


def usage_line(answer: Answer) -> str:
    """Return the tokens of an answer as a line for people."""
    usage = answer.usage or {}
    counts = [("prompt_token_count", "in"), ("cached_content_token_count", "cached"), ("thoughts_token_count", "thought"),
              ("candidates_token_count", "out")]  # fmt: skip
    told = ", ".join(f"{usage[name]} {word}" for name, word in counts if usage.get(name) is not None)
    return f"Tokens: {told or 'the service stated none'}; {answer.total_ms / 1000:.1f} s."
