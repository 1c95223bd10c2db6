"""Traces and metrics by the GenAI semantic conventions of OpenTelemetry, made from the public hooks of a client.

`instrument` registers the hooks. It needs the extra `otel`, which installs opentelemetry-api. Names of attributes are written out
here, because the modules that contain them are declared as incubating and move between releases; a test compares them.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from . import errors, hooks

try:
    from opentelemetry import _logs, context as contexts, metrics, trace
except ImportError as missing:
    raise ImportError(
        "google.genai.otel needs opentelemetry-api; install it with: pip install 'google-genai[otel]'"
    ) from missing

if TYPE_CHECKING:
    from opentelemetry._logs import LoggerProvider
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import Span, TracerProvider

    from .client import AsyncClient, Client

__all__ = ["Instrumentation", "instrument"]

_OTHER_INSTRUMENTATION = "opentelemetry.instrumentation.google_genai"
_PROVIDERS = {"gemini": "gcp.gemini", "vertex": "gcp.vertex_ai"}
_OPERATIONS = {
    "models.generate_content": "generate_content",
    "models.generate_content_stream": "generate_content",
    "models.generate_images": "generate_content",
    "models.edit_image": "generate_content",
    "models.upscale_image": "generate_content",
    "models.recontext_image": "generate_content",
    "models.embed_content": "embeddings",
    "interactions.create": "generate_content",
}
"""The operations that get a span, and their names in the conventions."""
_FUNCTIONS = "automatic_function_calling"
"""The name of the workflow that comprises model turns and the functions between them."""
_SETTINGS = {
    "temperature": "gen_ai.request.temperature",
    "top_p": "gen_ai.request.top_p",
    "top_k": "gen_ai.request.top_k",
    "max_output_tokens": "gen_ai.request.max_tokens",
    "stop_sequences": "gen_ai.request.stop_sequences",
    "frequency_penalty": "gen_ai.request.frequency_penalty",
    "presence_penalty": "gen_ai.request.presence_penalty",
    "seed": "gen_ai.request.seed",
    "candidate_count": "gen_ai.request.choice.count",
    "output_dimensionality": "gen_ai.embeddings.dimension.count",
}
_SECONDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92]
_SECONDS_OF_CHUNKS = [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0]
_TOKENS = [4**power for power in range(14)]
_logger = logging.getLogger("google_genai.otel")


def instrument(
    client: Client | AsyncClient,
    *,
    tracer_provider: TracerProvider | None = None,
    meter_provider: MeterProvider | None = None,
    logger_provider: LoggerProvider | None = None,
    capture_content: bool = False,
) -> Instrumentation:
    """Record spans and metrics for the calls of a client, and return an object that ends it.

    Args:
      client: The client; both of its sides are instrumented.
      tracer_provider: Where spans go. Default: the global provider.
      meter_provider: Where metrics go. Default: the global provider.
      logger_provider: Where events with contents go. Default: the global provider.
      capture_content: Whether prompts and answers are recorded in events, and arguments and results of functions in their
        spans. They may contain personal data.

    A call that opentelemetry-instrumentation-google-genai records gets no second span. A client is instrumented once: a second
    call changes nothing, logs a warning, and returns the same object.

    Raises:
      ImportError: opentelemetry-api is not installed.

    Example::

        from google.genai import otel

        client = genai.Client()
        otel.instrument(client)
    """
    owners = (getattr(hook, "__self__", None) for hook in client.hooks.registered)
    active = next((owner for owner in owners if isinstance(owner, Instrumentation)), None)
    if active is not None:
        _logger.warning(
            "The client is already instrumented; nothing changes. To use other providers, call remove() first."
        )
        return active
    return Instrumentation(
        client.hooks,
        trace.get_tracer("google.genai", tracer_provider=tracer_provider),
        metrics.get_meter("google.genai", meter_provider=meter_provider),
        _logs.get_logger("google.genai", logger_provider=logger_provider) if capture_content else None,
    )


class Instrumentation:
    """The hooks that record spans and metrics of one client."""

    def __init__(
        self, registry: hooks.Hooks, tracer: trace.Tracer, meter: metrics.Meter, logger: _logs.Logger | None
    ) -> None:
        self._registry = registry
        self._tracer = tracer
        self._logger = logger
        self._duration = meter.create_histogram(
            "gen_ai.client.operation.duration",
            unit="s",
            description="GenAI operation duration.",
            explicit_bucket_boundaries_advisory=_SECONDS,
        )
        self._tokens = meter.create_histogram(
            "gen_ai.client.token.usage",
            unit="{token}",
            description="Number of input and output tokens used.",
            explicit_bucket_boundaries_advisory=_TOKENS,
        )
        self._first_chunk = meter.create_histogram(
            "gen_ai.client.operation.time_to_first_chunk",
            unit="s",
            description="Time to receive the first chunk of a stream.",
            explicit_bucket_boundaries_advisory=_SECONDS_OF_CHUNKS,
        )
        self._registered: list[Callable[..., Any]] = [
            registry.on(hooks.OperationStarted, self._start),
            registry.on(hooks.AttemptStarted, self._enter_attempt),
            registry.on(hooks.AttemptEnded, self._leave_attempt),
            registry.on(hooks.OperationEnded, self._end),
            registry.on(hooks.ToolCallStarted, self._start_tool),
            registry.on(hooks.ToolCallEnded, self._end_tool),
        ]
        if logger is not None:
            self._registered.append(registry.on(hooks.ChunkReceived, self._keep_chunk))

    def remove(self) -> None:
        """End the recording. Calls in progress get no end of their span, and are not exported."""
        registered, self._registered = self._registered, []
        for hook in registered:
            self._registry.remove(hook)

    # Operations

    def _start(self, event: hooks.OperationStarted) -> None:
        operation = event.operation
        kind = _OPERATIONS.get(operation.name)
        if kind is None or _is_recorded_elsewhere(operation):
            return
        if operation.runs_functions:
            name = f"invoke_workflow {_FUNCTIONS}"
            attributes: dict[str, Any] = {
                "gen_ai.operation.name": "invoke_workflow",
                "gen_ai.workflow.name": _FUNCTIONS,
                "gen_ai.provider.name": _PROVIDERS[operation.backend],
            }
            span_kind = trace.SpanKind.INTERNAL
        else:
            attributes = _request_attributes(operation, kind)
            name = f"{attributes['gen_ai.operation.name']} {attributes.get('gen_ai.request.model', '')}".strip()
            span_kind = trace.SpanKind.CLIENT
        span = self._tracer.start_span(name, self._context_of(operation.parent), span_kind, attributes)
        operation.notes[self] = _Record(span, attributes)

    def _context_of(self, parent: hooks.Operation | hooks.ToolCall | None) -> contexts.Context | None:
        """Return the context of an operation; None for the current one, which is also that inside of a function."""
        record = parent.notes.get(self) if isinstance(parent, hooks.Operation) else None
        return None if record is None else trace.set_span_in_context(record.span)

    def _enter_attempt(self, event: hooks.AttemptStarted) -> None:
        record: _Record | None = event.operation.notes.get(self) if event.operation is not None else None
        if record is None:
            return
        address = urlsplit(event.url)
        place: dict[str, Any] = {"server.address": address.hostname or ""}
        port = address.port or {"https": 443, "http": 80}.get(address.scheme)
        if port is not None:
            place["server.port"] = port
        record.attributes.update(place)
        record.span.set_attributes(place)
        record.token = contexts.attach(trace.set_span_in_context(record.span))

    def _leave_attempt(self, event: hooks.AttemptEnded) -> None:
        record: _Record | None = event.operation.notes.get(self) if event.operation is not None else None
        if record is not None:
            record.leave()

    def _keep_chunk(self, event: hooks.ChunkReceived) -> None:
        record: _Record | None = event.operation.notes.get(self)
        if record is not None:
            record.chunks.append(event.chunk)

    def _end(self, event: hooks.OperationEnded) -> None:
        operation = event.operation
        record: _Record | None = operation.notes.pop(self, None)
        if record is None:
            return
        span = record.span
        if event.error is not None:
            _set_error(span, event.error)
        if not operation.runs_functions:
            response = _response_attributes(event)
            span.set_attributes(response)
            self._measure(event, record, response)
            if self._logger is not None:
                self._log_content(event, record, self._logger, response)
        span.end()

    def _measure(self, event: hooks.OperationEnded, record: _Record, response: dict[str, Any]) -> None:
        names = (
            "gen_ai.operation.name",
            "gen_ai.provider.name",
            "gen_ai.request.model",
            "server.address",
            "server.port",
        )
        attributes = {name: record.attributes[name] for name in names if name in record.attributes}
        if "gen_ai.response.model" in response:
            attributes["gen_ai.response.model"] = response["gen_ai.response.model"]
        context = trace.set_span_in_context(record.span)
        failed = {} if event.error is None else {"error.type": _error_type(event.error)}
        self._duration.record(event.duration_s, {**attributes, **failed}, context)
        if event.first_chunk_s is not None:
            self._first_chunk.record(event.first_chunk_s, attributes, context)
        for kind in ("input", "output"):
            count = response.get(f"gen_ai.usage.{kind}_tokens")
            if count is not None:
                self._tokens.record(count, {**attributes, "gen_ai.token.type": kind}, context)

    def _log_content(
        self, event: hooks.OperationEnded, record: _Record, logger: _logs.Logger, response: dict[str, Any]
    ) -> None:
        operation = event.operation
        content: dict[str, Any] = {}
        if operation.contents is not None and operation.name != "models.embed_content":
            content["gen_ai.input.messages"] = _input_messages(operation)
        instruction = _setting(operation, "system_instruction")
        if instruction is not None:
            content["gen_ai.system_instructions"] = _messages_of(instruction)[0]["parts"]
        output = _output_messages(
            record.chunks if operation.name == "models.generate_content_stream" else [event.reply]
        )
        if output:
            content["gen_ai.output.messages"] = output
        logger.emit(
            _logs.LogRecord(
                timestamp=time.time_ns(),
                context=trace.set_span_in_context(record.span),
                event_name="gen_ai.client.inference.operation.details",
                attributes={**record.attributes, **response, **content},
            )
        )

    # Functions

    def _start_tool(self, event: hooks.ToolCallStarted) -> None:
        call = event.call
        if isinstance(call.parent, hooks.Operation) and _is_recorded_elsewhere(call.parent):
            return
        attributes: dict[str, Any] = {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": call.name,
            "gen_ai.tool.type": "function",
        }
        if call.id:
            attributes["gen_ai.tool.call.id"] = call.id
        if self._logger is not None:
            attributes["gen_ai.tool.call.arguments"] = _as_json(call.arguments)
        context = self._context_of(call.parent)
        span = self._tracer.start_span(f"execute_tool {call.name}", context, attributes=attributes)
        record = call.notes[self] = _Record(span, attributes)
        record.token = contexts.attach(trace.set_span_in_context(span))

    def _end_tool(self, event: hooks.ToolCallEnded) -> None:
        record: _Record | None = event.call.notes.pop(self, None)
        if record is None:
            return
        record.leave()
        if event.error is not None:
            _set_error(record.span, event.error)
        elif self._logger is not None:
            record.span.set_attribute("gen_ai.tool.call.result", _as_json(event.result))
        record.span.end()


class _Record:
    """The span of one operation or function call, while it is open."""

    def __init__(self, span: Span, attributes: dict[str, Any]) -> None:
        self.span = span
        self.attributes = attributes
        self.token: Any = None
        """Ends the time in which the span is the current one."""
        self.chunks: list[Any] = []

    def leave(self) -> None:
        """Make the span before this one the current one again."""
        token, self.token = self.token, None
        if token is not None:
            contexts.detach(token)


def _is_recorded_elsewhere(operation: hooks.Operation) -> bool:
    """Return whether opentelemetry-instrumentation-google-genai has wrapped the method, and so records the call."""
    import sys

    if _OTHER_INSTRUMENTATION not in sys.modules:
        return False
    noun, _, method = operation.name.partition(".")
    cls: Any = getattr(
        sys.modules.get(f"{__package__}.{noun}"), f"{'Async' * operation.is_async}{noun.capitalize()}", None
    )
    methods = cast("dict[str, Any]", getattr(cls, "__dict__", {}))
    found = methods.get(method)
    wrapper = getattr(found, "_self_wrapper", None)  # of a function that wrapt has wrapped
    module = getattr(wrapper, "__module__", None) or getattr(found, "__module__", None) or ""
    return module.startswith(_OTHER_INSTRUMENTATION)


def _request_attributes(operation: hooks.Operation, kind: str) -> dict[str, Any]:
    is_agent = operation.name == "interactions.create" and operation.arguments.get("agent") is not None
    attributes: dict[str, Any] = {
        "gen_ai.operation.name": "invoke_agent" if is_agent else kind,
        "gen_ai.provider.name": _PROVIDERS[operation.backend],
    }
    if operation.model:
        attributes["gen_ai.agent.name" if is_agent else "gen_ai.request.model"] = _short(operation.model)
    if operation.is_stream or operation.arguments.get("stream"):
        attributes["gen_ai.request.stream"] = True
    for setting, name in _SETTINGS.items():
        value = _setting(operation, setting)
        if value is not None and not (setting == "candidate_count" and value == 1):
            attributes[name] = value
    if kind == "generate_content" and "image" in operation.name:
        attributes["gen_ai.output.type"] = "image"
    elif _setting(operation, "response_mime_type") == "application/json":
        attributes["gen_ai.output.type"] = "json"
    previous = operation.arguments.get("previous_interaction_id")
    if previous is not None:
        attributes["gen_ai.conversation.id"] = getattr(previous, "id", previous)
    return attributes


def _short(model: str) -> str:
    return model.rpartition("/")[2]


def _setting(operation: hooks.Operation, name: str) -> Any:
    config = operation.config if operation.config is not None else operation.arguments.get("generation_config")
    return config.get(name) if isinstance(config, dict) else getattr(config, name, None)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]


def _response_attributes(event: hooks.OperationEnded) -> dict[str, Any]:
    reply, usage = event.reply, event.usage
    found: dict[str, Any] = {
        "gen_ai.response.id": getattr(reply, "response_id", None),
        "gen_ai.response.model": getattr(reply, "model_version", None),
        "gen_ai.response.finish_reasons": [reason.value.lower() for reason in event.finish_reasons] or None,
        "gen_ai.response.time_to_first_chunk": event.first_chunk_s,
        "gen_ai.conversation.id": event.conversation_id,
        "gen_ai.usage.input_tokens": _sum(usage, "prompt_token_count", "tool_use_prompt_token_count")
        if hasattr(usage, "prompt_token_count")
        else _sum(usage, "total_input_tokens", "total_tool_use_tokens"),
        "gen_ai.usage.output_tokens": _sum(usage, "candidates_token_count", "thoughts_token_count")
        if hasattr(usage, "candidates_token_count")
        else _sum(usage, "total_output_tokens", "total_thought_tokens"),
        "gen_ai.usage.cache_read.input_tokens": _sum(usage, "cached_content_token_count", "total_cached_tokens"),
        "gen_ai.usage.reasoning.output_tokens": _sum(usage, "thoughts_token_count", "total_thought_tokens"),
    }
    return {name: value for name, value in found.items() if value is not None}


def _sum(usage: Any, *names: str) -> int | None:
    """Return the sum of the counts that are set, or None if none is."""
    counts = [count for name in names if (count := getattr(usage, name, None)) is not None]
    return sum(counts) if counts else None


def _set_error(span: Span, error: BaseException) -> None:
    span.set_attribute("error.type", _error_type(error))
    span.set_status(trace.Status(trace.StatusCode.ERROR, str(error)))


def _error_type(error: BaseException) -> str:
    """Return the status of an error reply, or the class of the exception."""
    if isinstance(error, errors.APIError) and error.code and not isinstance(error, errors.APIConnectionError):
        return str(error.code)
    return type(error).__qualname__


# Contents, in the JSON form of the conventions


def _as_json(value: Any) -> str:
    from pydantic_core import to_jsonable_python

    return json.dumps(
        to_jsonable_python(value, fallback=repr, exclude_none=True, bytes_mode="base64"), ensure_ascii=False
    )


def _input_messages(operation: hooks.Operation) -> list[dict[str, Any]]:
    if not operation.name.startswith("interactions.") or isinstance(operation.contents, str):
        return _messages_of(operation.contents)
    return [{"role": "user", "parts": [{"type": "input", "content": _as_json(operation.contents)}]}]


def _messages_of(contents: Any) -> list[dict[str, Any]]:
    from .types._content import contents_of

    messages = contents_of(contents)
    return [
        {"role": "assistant" if each.role == "model" else each.role or "user", "parts": _parts(each.parts or ())}
        for each in messages
    ]


def _output_messages(replies: Iterable[Any]) -> list[dict[str, Any]]:
    """Return one message for each candidate of a reply or of the chunks of a stream."""
    found: dict[int, dict[str, Any]] = {}
    for reply in replies:
        for candidate in getattr(reply, "candidates", None) or ():
            message: dict[str, Any] = found.setdefault(candidate.index or 0, {"role": "assistant", "parts": []})
            for part in _parts((candidate.content and candidate.content.parts) or ()):
                before: dict[str, Any] = message["parts"][-1] if message["parts"] else {}
                if part["type"] in ("text", "reasoning") and before.get("type") == part["type"]:
                    before["content"] += part["content"]
                else:
                    message["parts"].append(part)
            if candidate.finish_reason is not None:
                message["finish_reason"] = candidate.finish_reason.value.lower()
        text = getattr(reply, "text", None) if not found else None
        if text:  # an interaction
            found[0] = {"role": "assistant", "parts": [{"type": "text", "content": text}]}
    return list(found.values())


def _parts(parts: Iterable[Any]) -> list[dict[str, Any]]:
    return [_part(part) for part in parts]


def _part(part: Any) -> dict[str, Any]:
    """Return a part. The bytes of pictures and sound are not recorded, only their type and size."""
    if part.function_call is not None:
        call = part.function_call
        return {
            "type": "tool_call",
            "id": call.id or "",
            "name": call.name or "",
            "arguments": _as_json(call.args or {}),
        }
    if part.function_response is not None:
        response = part.function_response
        return {"type": "tool_call_response", "id": response.id or "", "response": _as_json(response.response or {})}
    if part.inline_data is not None:
        return {
            "type": "blob",
            "mime_type": part.inline_data.mime_type or "",
            "size": len(part.inline_data.data or b""),
        }
    if part.file_data is not None:
        return {"type": "uri", "mime_type": part.file_data.mime_type or "", "uri": part.file_data.file_uri or ""}
    if part.text is not None:
        return {"type": "reasoning" if part.thought else "text", "content": part.text}
    return {"type": "other", "content": _as_json(part)}
