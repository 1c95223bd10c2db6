"""Generation: one model turn, unary and streamed, and what surrounds it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .._ops.models import GENERATE_CONTENT, GENERATE_CONTENT_STREAM
from .._wire.codec import encode
from .._wire.reply import attach_http_response, decode, decode_event
from .parsing import fill_parsed

if TYPE_CHECKING:
    import pydantic

    from .._io.messages import OpenResponse
    from .._io.port import Port
    from ..types import GenerateContentResponse
    from .streams import Decode, Open


async def generate_content(
    port: Port, turn: Callable[..., Any], model: str, contents: Any, config: Any
) -> GenerateContentResponse:
    """Return the answer of the model. `turn` is called once for each model turn, with the same keyword arguments."""
    answer: GenerateContentResponse = await port.call(turn, {"model": model, "contents": contents, "config": config})
    if not _has_no_history(config):
        answer.automatic_function_calling_history = []
    return answer


async def model_turn(port: Port, model: str, contents: Any, config: Any) -> GenerateContentResponse:
    """Return what the model says in one turn."""
    call = encode(GENERATE_CONTENT, port.backend, {"model": model, "contents": contents, "config": config})
    response = await port.send(call)
    if _wants_http_response(config):
        from ..types import GenerateContentResponse

        answer = GenerateContentResponse()
        attach_http_response(answer, response.headers, response.attempts, response.body)
        assert answer.sdk_http_response is not None
        answer.sdk_http_response.body = response.body.decode("utf-8", errors="replace")
        return answer
    answer = decode(GENERATE_CONTENT, port.backend.name, response)
    if config is not None:
        fill_parsed(
            answer,
            _setting(config, "response_schema", "responseSchema"),
            _setting(config, "response_json_schema", "responseJsonSchema"),
        )
    return answer


def streamed_turn(port: Port, model: str, contents: Any, config: Any) -> tuple[Open, Decode[GenerateContentResponse]]:
    """Return what opens the stream of one model turn, and what decodes its chunks."""
    if _wants_http_response(config):
        raise ValueError("config.should_return_http_response: a stream has no single reply; use generate_content.")
    call = encode(GENERATE_CONTENT_STREAM, port.backend, {"model": model, "contents": contents, "config": config})
    backend = port.backend.name

    def chunk(response: OpenResponse, event: bytes) -> GenerateContentResponse:
        return decode_event(GENERATE_CONTENT_STREAM, backend, response, event)

    return lambda: port.stream(call), chunk


def _has_no_history(config: Any) -> bool:
    """Tell whether the answer comes without a history of calls: it is not wanted, or the program answers function calls itself: it has switched automatic calling off, or declares functions
    in a tool, which nobody but itself can run.
    """
    if any(_of(tool, "function_declarations", "functionDeclarations") for tool in _of(config, "tools", "tools") or ()):
        return True
    settings = _of(config, "automatic_function_calling", "automaticFunctionCalling")
    if settings is None:
        return False
    calls = _of(settings, "maximum_remote_calls", "maximumRemoteCalls")
    without_history = _of(settings, "ignore_call_history", "ignoreCallHistory")
    return bool(_of(settings, "disable", "disable") or without_history) or (calls is not None and calls <= 0)


def _wants_http_response(config: Any) -> bool:
    return bool(_of(config, "should_return_http_response", "shouldReturnHttpResponse"))


def _setting(config: Any, name: str, alias: str) -> Any:
    """Return a setting that may also stand in `config.generation_config`."""
    value = _of(config, name, alias)
    if value is None:
        inner = _of(config, "generation_config", "generationConfig")
        value = None if inner is None else _of(inner, name, alias)
    return value


def _of(config: dict[str, Any] | pydantic.BaseModel | None, name: str, alias: str) -> Any:
    if isinstance(config, dict):
        return config.get(name, config.get(alias))
    return getattr(config, name, None)
