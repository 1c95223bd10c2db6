"""Generation: one model turn, unary and streamed, and what surrounds it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from .._ops.models import GENERATE_CONTENT, GENERATE_CONTENT_STREAM
from .._wire.codec import encode
from .function_calling import Rounds, calls_of, first_content, has_functions, keeps_empty_history, opened, setting
from .merging import Turn
from .replies import attach_http_response, decode, decode_event
from .streams import Reply

if TYPE_CHECKING:
    from .._io.messages import OpenResponse
    from .._io.port import Port
    from ..types import Content, GenerateContentResponse
    from .parsing import Watcher
    from .streams import Source


async def generate_content(
    port: Port, turn: Callable[..., Any], model: str, contents: Any, config: Any
) -> GenerateContentResponse:
    """Return the answer of the model, after the functions that it asked for have been called.

    `turn` is called once for each model turn, with the same keyword arguments.
    """
    if not has_functions(config):
        answer: GenerateContentResponse = await port.call(turn, _arguments(model, contents, config))
        if keeps_empty_history(config):
            answer.automatic_function_calling_history = []
        return answer
    config, calling = await opened(port, config)
    if calling is None:
        return await port.call(turn, _arguments(model, contents, config))
    rounds = Rounds(port, calling, contents)
    while True:
        answer = await port.call(turn, _arguments(model, list(rounds.contents), config))
        content = first_content(answer)
        if not await rounds.goes_on(content, calls_of(content)):
            answer.automatic_function_calling_history = rounds.history
            return answer


def _arguments(model: str, contents: Any, config: Any) -> dict[str, Any]:
    return {"model": model, "contents": contents, "config": config}


async def model_turn(port: Port, model: str, contents: Any, config: Any) -> GenerateContentResponse:
    """Return what the model says in one turn."""
    call = encode(GENERATE_CONTENT, port.backend, _arguments(model, contents, config))
    response = await port.send(call)
    if _wants_http_response(config):
        from ..types import GenerateContentResponse

        answer = GenerateContentResponse()
        attach_http_response(answer, response.headers, response.attempts, response.body)
        assert answer.sdk_http_response is not None
        answer.sdk_http_response.body = response.body.decode("utf-8", errors="replace")
        return answer
    answer = decode(GENERATE_CONTENT, port.backend.name, response)
    schemas = _schemas(config)
    if schemas is not None:
        from .parsing import fill_parsed

        fill_parsed(answer, *schemas)
    return answer


def streamed_answer(port: Port, model: str, contents: Any, config: Any) -> Source[GenerateContentResponse]:
    """Return the chunks of the model's answer, the functions that it asks for called in between."""
    if _wants_http_response(config):
        raise ValueError("config.should_return_http_response: a stream has no single reply; use generate_content.")
    if not has_functions(config):
        return _streamed_turn(port, model, contents, config)
    return _StreamedRounds(port, model, contents, config)


def _streamed_turn(port: Port, model: str, contents: Any, config: Any) -> Reply[GenerateContentResponse]:
    """Return the chunks of one model turn."""
    call = encode(GENERATE_CONTENT_STREAM, port.backend, _arguments(model, contents, config))
    backend = port.backend.name
    schemas = _schemas(config)
    watcher: Watcher | None = None
    if schemas is not None:
        from .parsing import watch

        watcher = watch(*schemas)

    def chunk(response: OpenResponse, event: bytes) -> GenerateContentResponse:
        decoded = decode_event(GENERATE_CONTENT_STREAM, backend, response, event)
        if watcher is not None:
            watcher.see(decoded)
        return decoded

    return Reply(lambda: port.stream(call), chunk)


class _StreamedRounds:
    """The chunks of model turns with calls of functions between them."""

    def __init__(self, port: Port, model: str, contents: Any, config: Any) -> None:
        self._port = port
        self._model = model
        self._contents = contents
        self._config = config
        self._reply: Reply[GenerateContentResponse] | None = None
        self._rounds: Rounds | None = None
        self._turn = Turn()
        self._last: GenerateContentResponse | None = None
        """The last chunk that was handed out."""
        self._kept_back: list[GenerateContentResponse] = []
        """Chunks of this turn that hold nothing but calls: handed out only if it shows that these are not answered here."""
        self._is_closed = False

    async def next_batch(self) -> Iterator[GenerateContentResponse] | None:
        """Return the next chunks to be handed out, or None when the model has asked for no further function."""
        while True:
            reply = self._reply or await self._first_reply()
            if self._is_closed:
                return None
            batch = await reply.next_batch()
            if batch is not None:
                return batch if self._rounds is None else self._handed_out(batch, self._rounds)
            if self._is_closed or self._rounds is None:
                return None
            content, self._turn = self._turn.content(), Turn()
            kept_back, self._kept_back = self._kept_back, []
            if not await self._rounds.goes_on(content, calls_of(content)):
                history = self._rounds.history
                if self._last is not None and history:
                    self._last.automatic_function_calling_history = history
                self._is_closed = True
                return iter(kept_back) if kept_back and not history else None
            self._reply = _streamed_turn(self._port, self._model, list(self._rounds.contents), self._config)

    async def _first_reply(self) -> Reply[GenerateContentResponse]:
        self._config, calling = await opened(self._port, self._config)
        if calling is not None:
            _refuse_streamed_arguments(self._config)
            self._rounds = Rounds(self._port, calling, self._contents)
            self._contents = list(self._rounds.contents)
        self._reply = _streamed_turn(self._port, self._model, self._contents, self._config)
        return self._reply

    def _handed_out(
        self, batch: Iterator[GenerateContentResponse], rounds: Rounds
    ) -> Iterator[GenerateContentResponse]:
        """Yield the chunks that are for the program: those with nothing but calls only where a history tells of earlier ones."""
        history = rounds.history or None
        for chunk in batch:
            content = first_content(chunk)
            self._turn.add(content)
            if _holds_only_calls(content) and not history and not rounds.is_last_turn:
                self._kept_back.append(chunk)
                continue
            chunk.automatic_function_calling_history = history
            self._last = chunk
            yield chunk

    def abort(self) -> None:
        """Let go of the connection at once."""
        self._is_closed = True
        if self._reply is not None:
            self._reply.abort()

    async def close(self) -> None:
        """Let go of the connection."""
        self._is_closed = True
        if self._reply is not None:
            await self._reply.close()


def _holds_only_calls(content: Content | None) -> bool:
    parts = (content.parts or ()) if content is not None else ()
    return bool(parts) and len(calls_of(content)) == len(parts)


def _refuse_streamed_arguments(config: Any) -> None:
    calling = setting(setting(config, "tool_config"), "function_calling_config")
    if setting(calling, "stream_function_call_arguments"):
        raise ValueError(
            "config.tool_config.function_calling_config.stream_function_call_arguments: functions are called with whole "
            "arguments only; set config.automatic_function_calling.disable=True to get the pieces."
        )


def _wants_http_response(config: Any) -> bool:
    return bool(setting(config, "should_return_http_response"))


def _schemas(config: Any) -> tuple[Any, Any] | None:
    """Return the shape of the answer, as `response_schema` and as `response_json_schema`, or None where none is asked for.

    Both may also stand in `config.generation_config`.
    """
    if config is None:
        return None
    inner = setting(config, "generation_config")
    schema, json_schema = (
        setting(inner, name) if (value := setting(config, name)) is None else value
        for name in ("response_schema", "response_json_schema")
    )
    return None if schema is None and json_schema is None else (schema, json_schema)
