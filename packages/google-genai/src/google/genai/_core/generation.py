"""Content generation: one model turn, whole or streamed, and the rounds of automatic function calling around it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, cast

from .. import types
from .._ops.models import GENERATE_CONTENT, GENERATE_CONTENT_STREAM
from .._wire.codec import config_of, encode
from ..types._content import contents_of
from .continuation import Continued, continued, continuing, is_wanted
from .function_calling import Rounds, calls_of, first_content, has_functions, keeps_empty_history, prepare_functions
from .merging import Turn
from .observing import observed, observed_source, reported
from .replies import attach_http_response, decode, decode_event
from .streams import Reply

if TYPE_CHECKING:
    from .._io.messages import OpenResponse
    from .._io.port import Port
    from .function_calling import Toolbox
    from .parsing import Watcher
    from .streams import Source

    Config = types.GenerateContentConfigOrDict | None
    Contents = types.ContentListUnion | types.ContentListUnionDict | list[types.Content]


async def generate_content(
    port: Port, turn: Callable[..., Any], model: str, contents: Contents, config: Config
) -> types.GenerateContentResponse:
    """Return the model's answer after running the functions that it requested.

    `turn` is called once for each model turn, with model, contents and config as keyword arguments.
    """
    settings = _settings(config)
    if settings is None or not has_functions(settings):
        answer: types.GenerateContentResponse = await port.run(turn, _arguments(model, contents, settings))
        if keeps_empty_history(settings):
            answer.automatic_function_calling_history = []
        return answer
    settings, toolbox = await prepare_functions(port, settings)
    if toolbox is None:
        return await port.run(turn, _arguments(model, contents, settings))
    work = _rounds_of_turns(port, turn, model, contents, settings, toolbox)
    if port.hooks is None:
        return await work
    arguments = _arguments(model, contents, settings)
    return await observed(port, GENERATE_CONTENT.name, arguments, work, is_turn=True, runs_functions=True)


async def _rounds_of_turns(
    port: Port,
    turn: Callable[..., Any],
    model: str,
    contents: Contents,
    settings: types.GenerateContentConfig,
    toolbox: Toolbox,
) -> types.GenerateContentResponse:
    rounds = Rounds(port, toolbox, contents_of(cast(Any, contents)))
    while True:
        answer: types.GenerateContentResponse = await port.run(turn, _arguments(model, list(rounds.contents), settings))
        content = first_content(answer)
        if not await rounds.advance(content, calls_of(content)):
            if rounds.history is not None:
                answer.automatic_function_calling_history = rounds.history
            return answer


def _settings(config: Config) -> types.GenerateContentConfig | None:
    return config_of(config, types.GenerateContentConfig)


def _arguments(model: str, contents: Contents, config: types.GenerateContentConfig | None) -> dict[str, Any]:
    return {"model": model, "contents": contents, "config": config}


@reported(GENERATE_CONTENT.name, is_turn=True)
async def model_turn(port: Port, model: str, contents: Contents, config: Config) -> types.GenerateContentResponse:
    """Return the model's answer in one turn."""
    settings = _settings(config)
    call = encode(GENERATE_CONTENT, port.backend, _arguments(model, contents, settings))
    response = await port.send(call)
    if settings is not None and settings.should_return_http_response:
        answer = types.GenerateContentResponse()
        attach_http_response(answer, response.headers, response.attempts, response.body)
        assert answer.sdk_http_response is not None
        answer.sdk_http_response.body = response.body.decode("utf-8", errors="replace")
        return answer
    answer = decode(GENERATE_CONTENT, port.backend.name, response)
    if is_wanted(settings):

        async def ask(token: bytes) -> types.GenerateContentResponse:
            return decode(GENERATE_CONTENT, port.backend.name, await port.send(continuing(call, token)))

        answer = await continued(answer, ask)
    schemas = _schemas(settings)
    if schemas is not None:
        from .parsing import fill_parsed

        fill_parsed(answer, *schemas)
    return answer


def stream_content(port: Port, model: str, contents: Contents, config: Config) -> Source[types.GenerateContentResponse]:
    """Return the chunks of the model's answer. The functions that it requests run in between."""
    settings = _settings(config)
    if settings is not None and settings.should_return_http_response:
        raise ValueError("config.should_return_http_response: not supported for streams; use generate_content.")
    if settings is None or not has_functions(settings):
        return _stream_turn(port, model, contents, settings)
    rounds = _StreamedRounds(port, model, contents, settings)
    arguments = _arguments(model, contents, settings)
    return observed_source(port, GENERATE_CONTENT_STREAM.name, arguments, rounds, runs_functions=True)


def _stream_turn(
    port: Port, model: str, contents: Contents, config: types.GenerateContentConfig | None
) -> Source[types.GenerateContentResponse]:
    """Return the chunks of one model turn."""
    arguments = _arguments(model, contents, config)
    call = encode(GENERATE_CONTENT_STREAM, port.backend, arguments)
    backend = port.backend.name
    is_continued = is_wanted(config)
    schemas = _schemas(config)
    watcher: Watcher | None = None
    if schemas is not None:
        from .parsing import watch

        watcher = watch(*schemas)

    def see(chunk: types.GenerateContentResponse) -> None:
        if watcher is not None:
            watcher.see(chunk)

    def chunk(response: OpenResponse, event: bytes) -> types.GenerateContentResponse:
        decoded = decode_event(GENERATE_CONTENT_STREAM, backend, response, event)
        if not is_continued:
            see(decoded)
        return decoded

    def reply(token: bytes | None) -> Source[types.GenerateContentResponse]:
        return Reply(lambda: port.stream(call if token is None else continuing(call, token)), chunk)

    source = Continued(reply, see) if is_continued else reply(None)
    return observed_source(port, GENERATE_CONTENT_STREAM.name, arguments, source)


class _StreamedRounds:
    """The chunks of model turns between which functions run."""

    def __init__(self, port: Port, model: str, contents: Contents, config: types.GenerateContentConfig) -> None:
        self._port = port
        self._model = model
        self._contents = contents
        self._config = config
        self._reply: Source[types.GenerateContentResponse] | None = None
        self._rounds: Rounds | None = None
        self._turn = Turn()
        self._is_closed = False

    async def next_batch(self) -> Iterator[types.GenerateContentResponse] | None:
        """Return the next chunks to yield, or None after the last turn."""
        while True:
            reply = self._reply or await self._first_reply()
            if self._is_closed:
                return None
            batch = await reply.next_batch()
            if batch is not None:
                return batch if self._rounds is None else self._seen(batch, self._rounds)
            if self._is_closed or self._rounds is None:
                return None
            content, self._turn = self._turn.content(), Turn()
            if not await self._rounds.advance(content, calls_of(content)):
                self._is_closed = True
                return None
            self._reply = _stream_turn(self._port, self._model, list(self._rounds.contents), self._config)

    async def _first_reply(self) -> Source[types.GenerateContentResponse]:
        self._config, toolbox = await prepare_functions(self._port, self._config)
        if toolbox is not None:
            _refuse_streamed_arguments(self._config)
            self._rounds = Rounds(self._port, toolbox, contents_of(cast(Any, self._contents)))
            self._contents = list(self._rounds.contents)
        self._reply = _stream_turn(self._port, self._model, self._contents, self._config)
        return self._reply

    def _seen(
        self, batch: Iterator[types.GenerateContentResponse], rounds: Rounds
    ) -> Iterator[types.GenerateContentResponse]:
        """Yield the chunks, with the history of the rounds before them."""
        history = rounds.history
        for chunk in batch:
            self._turn.add(first_content(chunk))
            if history:
                chunk.automatic_function_calling_history = history
            yield chunk

    def abort(self) -> None:
        """Close the connection at once."""
        self._is_closed = True
        if self._reply is not None:
            self._reply.abort()

    async def close(self) -> None:
        """Close the connection."""
        self._is_closed = True
        if self._reply is not None:
            await self._reply.close()


def _refuse_streamed_arguments(config: types.GenerateContentConfig) -> None:
    tool_config = config_of(config.tool_config, types.ToolConfig, "config.tool_config")
    path = "config.tool_config.function_calling_config"
    calling = config_of(tool_config.function_calling_config, types.FunctionCallingConfig, path) if tool_config else None
    if calling is not None and calling.stream_function_call_arguments:
        raise ValueError(
            f"{path}.stream_function_call_arguments: arguments in pieces are not compatible with automatic function "
            "calling, which needs complete ones; set config.automatic_function_calling.disable=True to receive arguments in pieces."
        )


def _schemas(config: types.GenerateContentConfig | None) -> tuple[Any, Any] | None:
    """Return `response_schema` and `response_json_schema`, or None if neither is set.

    Both may also be set in `config.generation_config`.
    """
    if config is None:
        return None
    schema, json_schema = config.response_schema, config.response_json_schema
    if config.generation_config is not None:
        inner = config_of(config.generation_config, types.GenerationConfig, "config.generation_config")
        if inner is not None:
            schema = inner.response_schema if schema is None else schema
            json_schema = inner.response_json_schema if json_schema is None else json_schema
    return None if schema is None and json_schema is None else (schema, json_schema)
