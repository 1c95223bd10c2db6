"""Messages of a chat: each is sent with the history, and stored there together with its answer."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar, cast

from .. import types
from .._wire.codec import config_of
from .conversation import Conversation, empty_answer, message_of, partial_content, without_empty_parts
from .function_calling import Rules, first_content, has_functions
from .merging import Turn

if TYPE_CHECKING:
    from .._io.port import Port
    from .._iterables import Iterables

    Config = types.GenerateContentConfigOrDict | None
    Message = Iterables[types.PartUnionDict] | types.PartUnionDict | types.ContentOrDict

C = TypeVar("C", bound=Conversation)


def from_json(make: Callable[..., C], modules: Any, text: str, model: str | None, config: Config) -> C:
    """Return a chat restored from the result of `to_json`. Raises `ValueError` for any other text."""
    try:
        document: Any = json.loads(text)
    except ValueError as error:
        raise ValueError(f"text: expected the result of a chat's to_json(), got invalid JSON: {error}") from None
    if not isinstance(document, dict) or not {"model", "history", "leftOut", "partial"} <= document.keys():
        raise ValueError(
            "text: expected the result of a chat's to_json(): an object with model, history, leftOut and partial."
        )
    described = cast("dict[str, Any]", document)
    chat = make(modules=modules, model=model or described["model"], config=config)
    try:
        chat._resume(described)
    except (IndexError, TypeError) as error:
        raise ValueError(f"text: expected the result of a chat's to_json(), got inconsistent data: {error}") from None
    return chat


async def send_message(
    port: Port, chat: Conversation, generate: Callable[..., Any], message: Message, config: Config
) -> types.GenerateContentResponse:
    """Return the answer to a message, and store both in the history. A call that fails leaves the chat unchanged."""
    content = message_of(message)
    sent = _sent(chat, content)
    settings = _settings(config or chat._config)
    answer: types.GenerateContentResponse = await port.run(generate, _arguments(chat, sent, settings))
    said = _take_history(answer)[len(sent) - 1 :] or [content]
    _store(chat, said, first_content(answer), [])
    return answer


def stream_message(
    port: Port, chat: Conversation, generate: Callable[..., Any], message: Message, config: Config
) -> StreamedMessage:
    """Return the chunks of the answer to a message."""
    return StreamedMessage(port, chat, generate, message_of(message), _settings(config or chat._config))


def _settings(config: Config) -> types.GenerateContentConfig:
    """Return the configuration of one message, in which the answer keeps the function calls for the history of the chat."""
    settings = config_of(config, types.GenerateContentConfig) or types.GenerateContentConfig()
    if Rules.of(settings).keeps_history:
        return settings
    path = "config.automatic_function_calling"
    calling = config_of(settings.automatic_function_calling, types.AutomaticFunctionCallingConfig, path)
    assert calling is not None
    calling = calling.model_copy(update={"ignore_call_history": None})
    return settings.model_copy(update={"automatic_function_calling": calling})


def _take_history(answer: types.GenerateContentResponse) -> list[types.Content]:
    """Remove the function calling history from an answer, since the chat has it, and return it; empty if no function ran."""
    history = answer.automatic_function_calling_history or []
    if "automatic_function_calling_history" in answer.__pydantic_fields_set__:
        answer.automatic_function_calling_history = None
        answer.__pydantic_fields_set__.discard("automatic_function_calling_history")
    return history


def _sent(chat: Conversation, content: types.Content) -> list[types.Content]:
    return [*chat.get_history(curated=True), content]


def _arguments(chat: Conversation, contents: list[types.Content], config: Config) -> dict[str, Any]:
    return {"model": chat._model, "contents": contents, "config": config}


def _store(
    chat: Conversation, said: list[types.Content], answer: types.Content | None, instead_of: list[types.Content]
) -> list[types.Content]:
    """Add a message, the function calls it led to, and the last answer to the history. Returns what was added."""
    sendable = without_empty_parts(answer)
    said = [*said, sendable or answer or empty_answer()]
    chat._put(said, is_valid=sendable is not None, instead_of=instead_of)
    return said


class StreamedMessage:
    """The chunks of the answer to one message. The answer is stored as one turn.

    If the history is read before the stream ends, it contains the part received so far as a `PartialContent`, which the
    complete answer replaces later. An abandoned stream is kept as a partial turn; one that fails leaves no trace.
    """

    def __init__(
        self,
        port: Port,
        chat: Conversation,
        generate: Callable[..., Any],
        content: types.Content,
        config: types.GenerateContentConfig,
    ) -> None:
        self._port = port
        self._chat = chat
        self._generate = generate
        self._content = content
        self._config = config
        self._chunks: Any = None
        self._sent: list[types.Content] = []
        self._history: list[types.Content] = []
        """The contents that were sent for the turn of the last chunk, if functions ran before it."""
        self._has_begun = False
        self._turn = Turn()
        self._is_finished = False
        """Whether the service has sent a finish reason."""
        self._is_over = False
        self._stored: list[types.Content] = []

    async def next_batch(self) -> Iterator[types.GenerateContentResponse] | None:
        """Return the next chunk, or None at the end."""
        if self._is_over:
            return None
        try:
            chunk = await self._next()
        except BaseException:
            self._detach()
            self._chat._put((), is_valid=False, instead_of=self._stored)
            await self._close_chunks()
            raise
        if self._is_over:  # closed in the meantime by another task
            return None
        if chunk is None:
            self._end()
            return None
        self._see(chunk)
        return iter((chunk,))

    async def _next(self) -> types.GenerateContentResponse | None:
        if self._chunks is None:
            self._sent = _sent(self._chat, self._content)
            self._chat._settle_open = self._settle
            self._chunks = await self._port.run(self._generate, _arguments(self._chat, self._sent, self._config))
            if not hasattr(self._chunks, "__anext__"):
                self._chunks = iter(self._chunks)
        if hasattr(self._chunks, "__anext__"):
            try:
                return await self._chunks.__anext__()
            except StopAsyncIteration:
                return None
        return next(self._chunks, None)

    def _see(self, chunk: types.GenerateContentResponse) -> None:
        history = _take_history(chunk)
        if len(history) > len(self._history):  # functions ran: another model turn begins
            self._history, self._turn, self._is_finished = history, Turn(), False
        self._has_begun = True
        self._turn.add(first_content(chunk))
        self._is_finished = self._is_finished or bool(chunk.candidates and chunk.candidates[0].finish_reason)

    def _said(self) -> list[types.Content]:
        return self._history[len(self._sent) - 1 :] or [self._content]

    def _end(self) -> None:
        """Store the complete answer."""
        self._detach()
        answer = self._turn.content()
        if answer is not None and not self._is_finished:
            answer = partial_content(answer.parts or ())
        _store(self._chat, self._said(), answer, self._stored)

    def _settle(self) -> None:
        """Store the part of the answer received so far."""
        answer = self._turn.content()
        parts = list(answer.parts or ()) if answer is not None else []
        if has_functions(self._config):  # a function call without its result is not a valid turn
            parts = [part for part in parts if part.function_call is None]
        if self._has_begun and (parts or self._history):
            self._stored = _store(self._chat, self._said(), partial_content(parts), self._stored)

    def _detach(self) -> None:
        self._is_over = True
        if self._chat._settle_open == self._settle:
            self._chat._settle_open = None

    def abort(self) -> None:
        """Close the stream at once. The part received so far is kept as a partial answer."""
        if self._is_over:
            return
        self._settle()
        self._detach()
        cut = getattr(self._chunks, "_abort", None)
        if cut is not None:
            cut()

    async def close(self) -> None:
        """Close the stream and wait until its connection is closed."""
        self.abort()
        await self._close_chunks()

    async def _close_chunks(self) -> None:
        if hasattr(self._chunks, "aclose"):
            with contextlib.suppress(RuntimeError):  # a foreign generator that another task is waiting for
                await self._chunks.aclose()
        elif hasattr(self._chunks, "close"):
            with contextlib.suppress(ValueError):  # a foreign generator that another thread is running
                self._chunks.close()
