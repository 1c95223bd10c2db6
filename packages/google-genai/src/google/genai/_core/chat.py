"""Messages of a chat: each is sent with what was said before, and remembered with its answer once that has come."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar, cast

from ..types import Content
from .conversation import Conversation, message_of, nothing, partial_content, without_empty_parts
from .function_calling import first_content, has_functions
from .merging import Turn

if TYPE_CHECKING:
    from .._io.port import Port
    from ..types import GenerateContentResponse

C = TypeVar("C", bound=Conversation)


def from_json(make: Callable[..., C], modules: Any, text: str, model: str | None, config: Any) -> C:
    """Return a chat that goes on from what `to_json` returned. Raises `ValueError` for any other text."""
    try:
        document: Any = json.loads(text)
    except ValueError as error:
        raise ValueError(f"text: expected what a chat's to_json() returns; this is no JSON: {error}") from None
    if not isinstance(document, dict) or not {"model", "history", "leftOut", "partial"} <= document.keys():
        raise ValueError(
            "text: expected what a chat's to_json() returns: an object with model, history, leftOut, partial."
        )
    described = cast("dict[str, Any]", document)
    chat = make(modules=modules, model=model or described["model"], config=config)
    try:
        chat._resume(described)
    except (IndexError, TypeError) as error:
        raise ValueError(f"text: expected what a chat's to_json() returns; it contradicts itself: {error}") from None
    return chat


async def send_message(
    port: Port, chat: Conversation, generate: Callable[..., Any], message: Any, config: Any
) -> GenerateContentResponse:
    """Return the answer to a message, and remember both. A message that fails leaves the chat as it was."""
    content = message_of(message)
    sent = _sent(chat, content)
    answer = await port.call(generate, _arguments(chat, sent, config))
    calls: list[Content] = answer.automatic_function_calling_history or []
    said = calls[len(sent) - 1 :] or [content]
    last = first_content(answer)
    if any(each is last for each in said):  # the last calls were answered, and the model not asked again
        chat._put(said, is_valid=True)
    else:
        _remember(chat, said, last, [])
    return answer


def streamed_message(
    port: Port, chat: Conversation, generate: Callable[..., Any], message: Any, config: Any
) -> StreamedMessage:
    """Return the chunks of the answer to a message."""
    return StreamedMessage(port, chat, generate, message_of(message), config)


def _sent(chat: Conversation, content: Content) -> list[Content]:
    return [*chat.get_history(curated=True), content]


def _arguments(chat: Conversation, contents: list[Content], config: Any) -> dict[str, Any]:
    return {"model": chat._model, "contents": contents, "config": config or chat._config}


def _remember(
    chat: Conversation, said: list[Content], answer: Content | None, instead_of: list[Content]
) -> list[Content]:
    """Put a message, the calls of functions that it led to, and the last answer into the history. Returns what was put."""
    sendable = without_empty_parts(answer)
    said = [*said, sendable or answer or nothing()]
    chat._put(said, is_valid=sendable is not None, instead_of=instead_of)
    return said


class StreamedMessage:
    """The chunks of the answer to one message. The answer is remembered as one turn, however it comes and ends.

    When somebody asks for the chat's history meanwhile, what has come so far stands in it as a `PartialContent`; the whole
    answer takes its place. A stream that is left stays partial; one that fails leaves no trace.
    """

    def __init__(
        self, port: Port, chat: Conversation, generate: Callable[..., Any], content: Content, config: Any
    ) -> None:
        self._port = port
        self._chat = chat
        self._generate = generate
        self._content = content
        self._config = config
        self._chunks: Any = None
        self._sent: list[Content] = []
        self._last: GenerateContentResponse | None = None
        self._calls = 0
        """Length of the history of calls that the last chunk had."""
        self._turn = Turn()
        self._is_finished = False
        """The service has said why the answer ends."""
        self._is_over = False
        self._remembered: list[Content] = []

    async def next_batch(self) -> Iterator[GenerateContentResponse] | None:
        """Return the next chunk, or None at the end."""
        if self._is_over:
            return None
        try:
            chunk = await self._next()
        except BaseException:
            self._let_go()
            self._chat._put((), is_valid=False, instead_of=self._remembered)
            await self._close_chunks()
            raise
        if self._is_over:  # left meanwhile, from another task
            return None
        if chunk is None:
            self._end()
            return None
        self._see(chunk)
        return iter((chunk,))

    async def _next(self) -> GenerateContentResponse | None:
        if self._chunks is None:
            self._sent = _sent(self._chat, self._content)
            self._chat._settle_open = self._settle
            self._chunks = await self._port.call(self._generate, _arguments(self._chat, self._sent, self._config))
            if not hasattr(self._chunks, "__anext__"):
                self._chunks = iter(self._chunks)
        if hasattr(self._chunks, "__anext__"):
            try:
                return await self._chunks.__anext__()
            except StopAsyncIteration:
                return None
        return next(self._chunks, None)

    def _see(self, chunk: GenerateContentResponse) -> None:
        calls = len(chunk.automatic_function_calling_history or ())
        if calls > self._calls:  # functions were called: another turn of the model begins
            self._calls, self._turn, self._is_finished = calls, Turn(), False
        self._last = chunk
        self._turn.add(first_content(chunk))
        self._is_finished = self._is_finished or bool(chunk.candidates and chunk.candidates[0].finish_reason)

    def _said(self, calls: list[Content] | None) -> list[Content]:
        return (calls or [])[len(self._sent) - 1 :] or [self._content]

    def _end(self) -> None:
        """Remember the whole answer."""
        self._let_go()
        calls = self._last.automatic_function_calling_history if self._last is not None else None
        if (
            calls is not None and len(calls) > self._calls
        ):  # the last calls were answered, and the model not asked again
            self._chat._put(self._said(calls), is_valid=True, instead_of=self._remembered)
            return
        answer = self._turn.content()
        if answer is not None and not self._is_finished:
            answer = partial_content(answer.parts or ())
        _remember(self._chat, self._said(calls), answer, self._remembered)

    def _settle(self) -> None:
        """Remember what has come so far."""
        answer = self._turn.content()
        parts = list(answer.parts or ()) if answer is not None else []
        if has_functions(self._config or self._chat._config):  # a call whose result will not come must not stand there
            parts = [part for part in parts if part.function_call is None]
        if self._last is not None and (parts or self._calls):
            said = self._said(self._last.automatic_function_calling_history)
            self._remembered = _remember(self._chat, said, partial_content(parts), self._remembered)

    def _let_go(self) -> None:
        self._is_over = True
        if self._chat._settle_open == self._settle:
            self._chat._settle_open = None

    def abort(self) -> None:
        """Leave the stream at once: what has come stays as a partial answer."""
        if self._is_over:
            return
        self._settle()
        self._let_go()
        cut = getattr(self._chunks, "_abort", None)
        if cut is not None:
            cut()

    async def close(self) -> None:
        """Leave the stream, and wait for its connection to be closed."""
        self.abort()
        await self._close_chunks()

    async def _close_chunks(self) -> None:
        if hasattr(self._chunks, "aclose"):
            with contextlib.suppress(RuntimeError):  # a generator of somebody else's, under which another task waits
                await self._chunks.aclose()
        elif hasattr(self._chunks, "close"):
            with contextlib.suppress(ValueError):  # likewise, another thread
                self._chunks.close()
