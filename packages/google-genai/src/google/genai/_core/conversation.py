"""What a chat remembers: all that was said, and what of it goes to the model with the next message.

The latter, the *curated* history, leaves out answers that say nothing, together with the messages that got them: the service
takes no turn without parts. Nothing is sent from here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from ..types._content import Content, ModelContent, Part, UserContent, content_of, parts_of

if TYPE_CHECKING:
    from typing_extensions import Self

_ROLES = frozenset({None, "user", "model", "function", "tool"})
_SAYS_NOTHING = frozenset({"text", "thought"})
_FORMAT = 1


class PartialContent(ModelContent):
    """An answer that ends where its stream was left. It goes to the model like any other."""


class Conversation:
    """The state of a chat: model, configuration, histories."""

    _model: str
    _config: Any
    _comprehensive_history: list[Content]
    _curated_history: list[Content]
    _settle_open: Callable[[], None] | None = None
    """Takes in what has come of an answer that is still being streamed."""

    def _begin(self, model: str, config: Any, history: Iterable[Any] | None) -> None:
        self._model = model
        self._config = config
        self._comprehensive_history = _given(history)
        self._curated_history = _curated(self._comprehensive_history)

    def get_history(self, curated: bool = False) -> list[Content]:
        """Return what was said so far. It is the list itself, which grows with the chat.

        Args:
          curated: True returns what goes to the model with the next message; False returns all, also answers that say
            nothing and the messages that got them.
        """
        self._settle()
        return self._curated_history if curated else self._comprehensive_history

    def record_history(
        self,
        user_input: Content,
        model_output: list[Content],
        automatic_function_calling_history: list[Content],
        is_valid: bool,
    ) -> None:
        """Add a message and its answer.

        Args:
          user_input: The message.
          model_output: The answer.
          automatic_function_calling_history: All that was sent with the message, and the calls of functions with their
            results; empty where no function was called.
          is_valid: Whether the turn goes to the model with later messages.
        """
        said = automatic_function_calling_history[len(self._curated_history) :] or [user_input]
        self._put([*said, *(model_output or [nothing()])], is_valid=is_valid)

    def fork(self) -> Self:
        """Return another chat that goes on from here. Neither hears what is said in the other from now on.

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

    def rewind(self, messages: int = 1) -> list[Content]:
        """Take back the last messages with all that was said after them, and return what was taken back.

        Args:
          messages: How many messages of the user to take back.

        Raises:
          ValueError: The chat does not hold as many.

        Example::

            chat.rewind()
            chat.send_message("Once more, but shorter.")
        """
        self._settle()
        history = self._comprehensive_history
        starts = [position for position, content in enumerate(history) if _is_message(content)]
        if not 1 <= messages <= len(starts):
            raise ValueError(f"messages: expected at least 1 and at most the {len(starts)} there are, got {messages}.")
        taken = history[starts[-messages] :]
        del history[starts[-messages] :]
        for content in reversed(taken):
            if self._curated_history and self._curated_history[-1] is content:
                self._curated_history.pop()
        return taken

    def to_json(self) -> str:
        """Return the chat as JSON: the model's id, and the history with contents in the service's own form.

        The configuration is not in it, since it may hold functions and secrets. `client.chats.from_json` goes on from it.
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
        """Take the histories over that `to_json` wrote."""
        if document.get("format") != _FORMAT:
            raise ValueError(f"text: expected a chat in format {_FORMAT}, got format {document.get('format')!r}.")
        history = _given(document["history"])
        partial: list[int] = document["partial"]
        for position in partial:
            history[position] = partial_content(history[position].parts or [])
        self._comprehensive_history = history
        self._curated_history = [each for position, each in enumerate(history) if position not in document["leftOut"]]

    def _put(self, said: Sequence[Content], *, is_valid: bool, instead_of: Sequence[Content] = ()) -> None:
        """Add what was said, at the end or in the place of what was put there before."""
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
        """Take in what has come so far of an answer that is still being streamed, or whose stream was left."""
        if self._settle_open is not None:
            self._settle_open()


def message_of(message: Any) -> Content:
    """Return the one content that a message is, an object of its own: the same may be sent twice.

    Raises `ValueError` for anything that is none.
    """
    if isinstance(message, (list, tuple)):
        if any(isinstance(each, Content) for each in message):  # pyright: ignore[reportUnknownVariableType] - checked
            raise ValueError(
                "message: expected one message, got a list that holds a types.Content; send them one by one."
            )
        parts = parts_of(message, "message")  # pyright: ignore[reportUnknownArgumentType] - of anything
        return (ModelContent if all(part.function_call for part in parts) else UserContent)(parts)
    content = content_of(message, "message")
    return content.model_copy() if content is message else content


def without_empty_parts(content: Content | None) -> Content | None:
    """Return an answer as the service takes it back: without the parts that hold nothing. None where none is left.

    An answer with nothing to take out is returned as it is, the same object.
    """
    if content is None or not content.parts:
        return None
    kept = [part for part in content.parts if not _is_empty(part)]
    if len(kept) == len(content.parts):
        return content
    return content.model_copy(update={"parts": kept}) if kept else None


def partial_content(parts: Iterable[Part]) -> PartialContent:
    """Return parts as an answer that was left."""
    return PartialContent.model_construct(_fields_set={"parts", "role"}, parts=list(parts), role="model")


def nothing() -> Content:
    """Return what stands in the history for an answer without any content."""
    return Content(role="model", parts=[])


def _is_empty(part: Part) -> bool:
    return not part.text and all(
        part.__dict__[name] is None for name in part.__pydantic_fields_set__ if name not in _SAYS_NOTHING
    )


def _is_message(content: Content) -> bool:
    """Tell whether a content is a message of the user, and not what a function returned."""
    return content.role not in ("model", "function", "tool") and not any(
        part.function_response is not None for part in content.parts or ()
    )


def _given(history: Iterable[Any] | None) -> list[Content]:
    contents: list[Content] = []
    for position, given in enumerate(history or ()):
        path = f"history[{position}]"
        if not isinstance(given, (Content, dict)):
            raise ValueError(f"{path}: expected types.Content or a dict, got {type(given).__name__}.")
        content = given if isinstance(given, Content) else Content.model_validate(given)
        if content.role not in _ROLES:
            raise ValueError(f"{path}.role: expected 'user' or 'model', got {content.role!r}.")
        contents.append(content)
    return contents


def _curated(history: list[Content]) -> list[Content]:
    """Return a history without the answers that say nothing, and without the messages that got them.

    Contents of the model in a row are one answer.
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
