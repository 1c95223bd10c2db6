"""What replies can do beyond their fields: the HTTP response, and for an interaction the output of its last turn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pydantic

from ._base import InteractionModel

if TYPE_CHECKING:
    from ...types import HttpResponse
    from .models.function_steps import FunctionCallStep
    from .models.media import AudioContent, ImageContent, VideoContent
    from .models.steps import Step

_OUTPUTS = {"image": "output_image", "audio": "output_audio", "video": "output_video"}


class Reply(InteractionModel):
    """The base of the types that are whole replies."""

    _http_response: Any = pydantic.PrivateAttr(default=None)

    def __eq__(self, other: object) -> bool:
        """Compare the fields, and not how the object arrived."""
        if type(other) is not type(self):
            return NotImplemented
        return vars(self) == vars(other) and self.__pydantic_extra__ == other.__pydantic_extra__

    __hash__ = None  # pyright: ignore[reportAssignmentType] - as for all types

    @property
    def sdk_http_response(self) -> HttpResponse | None:
        """The HTTP response with this object: its headers, the number of attempts, the raw body."""
        return self._http_response


class InteractionBehaviour(Reply):
    """The base of `Interaction`."""

    _parsed: Any = pydantic.PrivateAttr(default=None)
    _parsing_error: Any = pydantic.PrivateAttr(default=None)
    _function_history: list[Any] | None = pydantic.PrivateAttr(default=None)

    if TYPE_CHECKING:
        steps: list[Step] | None
        output_text: str | None
        output_image: ImageContent | None
        output_audio: AudioContent | None
        output_video: VideoContent | None

    @pydantic.model_validator(mode="after")
    def _completed(self) -> Any:
        self.complete()
        return self

    def complete(self) -> None:
        """Set the fields with the output of the last turn, which the service does not send."""
        texts: list[str] = []
        found: dict[str, Any] = {}
        is_over = False
        for step in reversed(_items(self.steps)):
            kind = getattr(step, "type", None)
            if kind == "user_input":
                break
            if kind != "model_output":
                is_over = is_over or (bool(texts) and kind != "thought")
                continue
            for content in reversed(_items(getattr(step, "content", None))):
                kind = getattr(content, "type", None)
                if kind == "text":
                    if not is_over:
                        texts.append(content.text if isinstance(content.text, str) else "")
                    continue
                is_over = is_over or bool(texts)
                if kind in _OUTPUTS:
                    found.setdefault(_OUTPUTS[kind], content)
        values: dict[str, Any] = vars(self)
        values["output_text"] = "".join(reversed(texts))
        values.update(found)
        self.__pydantic_fields_set__.update(("output_text", *found))

    @property
    def text(self) -> str | None:
        """The text of the last turn; None if it contains none. `output_text` is the same, with "" for None."""
        return self.output_text or None

    @property
    def function_calls(self) -> list[FunctionCallStep]:
        """The function calls of the last turn that have no result yet, in order."""
        calls: dict[str, FunctionCallStep] = {}
        for step in _items(self.steps):
            kind = getattr(step, "type", None)
            if kind == "user_input":
                calls.clear()
            elif kind == "function_call":
                calls[step.id] = step
            elif kind == "function_result":
                calls.pop(step.call_id, None)
        return list(calls.values())

    @property
    def parsed(self) -> Any:
        """The text as an object of the class that was given as `response_format`; None if none was given.

        Raises `errors.NotParsedError` if the text does not fit the class.
        """
        if self._parsing_error is not None:
            raise self._parsing_error
        return self._parsed

    @property
    def automatic_function_calling_history(self) -> list[Step] | None:
        """The function calls and results of the rounds before this interaction; None if no function ran."""
        return self._function_history


def _items(value: Any) -> list[Any]:
    """Return the items of a field with a list; a reply may contain something else there."""
    return cast("list[Any]", value) if isinstance(value, list) else []
