"""The history of a chat, in two versions: everything, and the curated history that is sent with the next message.

The curated history leaves out answers without parts, together with the messages they answer, because the service does not
accept a turn without parts. A part with an empty text is a part. Nothing is sent from here.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from typing_extensions import Self

from .. import types
from .._validation import items_of
from .._wire.codec import config_of
from .._wire.encoding import model_of
from ..types._content import Content, ModelContent, Part, UserContent, content_of, listed, parts_of

_ROLES = frozenset({None, "user", "model", "function", "tool"})
_FORMAT = 1


class PartialContent(ModelContent):
    """An answer whose stream was abandoned. It is sent to the model like any other answer."""


class Conversation:
    """The state of a chat: model, configuration and histories."""

    _model: str
    _config: types.GenerateContentConfigOrDict | None
    _comprehensive_history: list[Content]
    _curated_history: list[Content]
    _settle_open: Callable[[], None] | None = None
    """Stores the part received so far of an answer that is being streamed."""

    def _begin(
        self,
        model: str,
        config: types.GenerateContentConfigOrDict | None,
        history: Iterable[types.ContentOrDict] | None,
    ) -> None:
        config_of(
            config, types.GenerateContentConfig
        )  # so that an invalid configuration is refused here, not at a message
        self._model = model
        self._config = config
        self._comprehensive_history = _validated(history)
        self._curated_history = _curated(self._comprehensive_history)

    def get_history(self, curated: bool = False) -> list[Content]:
        """Return the history. It is the list itself, which grows with the chat.

        Args:
          curated: True returns the contents that are sent with the next message; False also returns empty answers and
            the messages they answer.
        """
        self._settle()
        return self._curated_history if curated else self._comprehensive_history

    def record_history(
        self,
        user_input: Content,
        model_output: list[Content],
        automatic_function_calling_history: list[Content] | bool | None = None,
        is_valid: bool | None = None,
    ) -> None:
        """Add a message and its answer. The third argument may be left out: `record_history(message, answer, True)`.

        Args:
          user_input: The message.
          model_output: The answer.
          automatic_function_calling_history: Everything sent with the message, and the function calls with their results;
            empty if no function ran.
          is_valid: Whether the turn is sent with later messages.

        Raises:
          TypeError: `is_valid` is missing.
        """
        calls = automatic_function_calling_history
        if isinstance(calls, bool):
            calls, is_valid = None, calls
        if is_valid is None:
            raise TypeError("record_history: is_valid is missing; pass True if the turn is sent with later messages.")
        said = (calls or [])[len(self._curated_history) :] or [user_input]
        self._put([*said, *(model_output or [empty_answer()])], is_valid=is_valid)

    def fork(self) -> Self:
        """Return a copy of this chat that continues independently.

        Example::

            attempts = [chat.fork() for _ in range(3)]
        """
        self._settle()
        other = type(self).__new__(type(self))
        other.__dict__.update(self.__dict__)
        other._comprehensive_history = list(self._comprehensive_history)
        other._curated_history = list(self._curated_history)
        other._settle_open = None
        return other

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Return a chat like `fork`, with contents of its own, so that changes to their parts stay in one chat."""
        other = self.fork()
        histories = (other._comprehensive_history, other._curated_history)
        other._comprehensive_history, other._curated_history = copy.deepcopy(histories, memo)
        return other

    def rewind(self, messages: int = 1) -> list[Content]:
        """Remove the last messages and everything after them from the history, and return what was removed.

        Args:
          messages: How many messages of the user to remove.

        Raises:
          ValueError: The chat does not contain as many.

        Example::

            chat.rewind()
            chat.send_message("Once more, but shorter.")
        """
        self._settle()
        history = self._comprehensive_history
        starts = [position for position, content in enumerate(history) if _is_message(content)]
        if not 1 <= messages <= len(starts):
            raise ValueError(f"messages: cannot remove {messages} messages; the chat contains {len(starts)}.")
        taken = history[starts[-messages] :]
        del history[starts[-messages] :]
        for content in reversed(taken):
            if self._curated_history and self._curated_history[-1] is content:
                self._curated_history.pop()
        return taken

    def to_json(self) -> str:
        """Return the chat as JSON: the model's id, and the history in the service's JSON format.

        The configuration is not included, because it may contain functions and secrets. `client.chats.from_json` restores
        the chat.
        """
        self._settle()
        sent = {id(content) for content in self._curated_history}
        history = self._comprehensive_history
        document = {
            "format": _FORMAT,
            "model": self._model,
            "history": [each.model_dump(mode="json", by_alias=True, exclude_none=True) for each in history],
            "leftOut": [position for position, each in enumerate(history) if id(each) not in sent],
            "partial": [position for position, each in enumerate(history) if isinstance(each, PartialContent)],
        }
        return json.dumps(document, ensure_ascii=False)

    def _resume(self, document: dict[str, Any]) -> None:
        """Restore the histories that `to_json` wrote."""
        if document.get("format") != _FORMAT:
            raise ValueError(f"text: expected a chat in format {_FORMAT}, got format {document.get('format')!r}.")
        history = _validated(document["history"])
        partial: list[int] = document["partial"]
        for position in partial:
            history[position] = partial_content(history[position].parts or [])
        self._comprehensive_history = history
        self._curated_history = [each for position, each in enumerate(history) if position not in document["leftOut"]]

    def _put(self, said: Sequence[Content], *, is_valid: bool, instead_of: Sequence[Content] = ()) -> None:
        """Add contents at the end, or in place of contents that were added before."""
        for history, contents in (
            (self._comprehensive_history, said),
            (self._curated_history, said if is_valid else ()),
        ):
            if not instead_of:
                history += contents
                continue
            replaced = {id(content) for content in instead_of}
            kept = [content for content in history if id(content) not in replaced]
            place = next((index for index, each in enumerate(history) if id(each) in replaced), len(kept))
            history[:] = [*kept[:place], *contents, *kept[place:]]

    def _settle(self) -> None:
        """Store the part received so far of an answer that is being streamed, or whose stream was abandoned."""
        if self._settle_open is not None:
            self._settle_open()


def message_of(message: Any) -> Content:
    """Return a message as one content. It is a new object, so that the same message may be sent twice.

    Raises `ValueError` for anything that is not a message.
    """
    message = listed(message)
    if isinstance(message, (list, tuple)):
        if any(isinstance(each, Content) for each in message):  # pyright: ignore[reportUnknownVariableType] - checked
            raise ValueError(
                "message: expected one message, got a list that contains a types.Content; send them one by one."
            )
        parts = parts_of(message, "message")  # pyright: ignore[reportUnknownArgumentType] - of anything
        return (ModelContent if all(part.function_call for part in parts) else UserContent)(parts)
    content = content_of(message, "message")
    return content.model_copy() if content is message else content


def without_empty_parts(content: Content | None) -> Content | None:
    """Return an answer without its empty parts, or None if no part is left.

    An answer without empty parts is returned itself, not a copy.
    """
    if content is None or not content.parts:
        return None
    kept = [part for part in content.parts if not _is_empty(part)]
    if len(kept) == len(content.parts):
        return content
    return content.model_copy(update={"parts": kept}) if kept else None


def partial_content(parts: Iterable[Part]) -> PartialContent:
    """Return parts as an answer whose stream was abandoned."""
    return PartialContent.model_construct(_fields_set={"parts", "role"}, parts=list(parts), role="model")


def empty_answer() -> Content:
    """Return the content that the history keeps for an answer without content."""
    return Content(role="model", parts=[])


def _is_empty(part: Part) -> bool:
    return all(part.__dict__[name] is None for name in part.__pydantic_fields_set__ if name != "thought")


def _is_message(content: Content) -> bool:
    """Return whether a content is a message of the user, as opposed to the result of a function."""
    return content.role not in ("model", "function", "tool") and not any(
        part.function_response is not None for part in content.parts or ()
    )


def _validated(history: Iterable[types.ContentOrDict] | None) -> list[Content]:
    contents: list[Content] = []
    for position, given in enumerate(() if history is None else items_of(history, "contents", "history")):
        path = f"history[{position}]"
        content = model_of(given, Content, path)
        if content.role not in _ROLES:
            raise ValueError(f"{path}.role: expected 'user' or 'model', got {content.role!r}.")
        contents.append(content)
    return contents


def _curated(history: list[Content]) -> list[Content]:
    """Return a history without empty answers and the messages they answer.

    Consecutive contents of the model are one answer.
    """
    kept: list[Content] = []
    answer: list[Content] = []
    for content in [*history, None]:
        if content is not None and content.role == "model":
            answer.append(content)
            continue
        if all(without_empty_parts(each) is each for each in answer):
            kept += answer
        elif kept:
            kept.pop()
        answer = []
        if content is not None:
            kept.append(content)
    return kept
