"""The interaction that the events of a stream describe, in linear time.

Pieces are kept in lists and joined when the interaction is read. Unknown deltas change nothing; they are still among the
events that the program receives.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from . import types as interactions
from .types._reading import read_dict

if TYPE_CHECKING:
    from .._json import Json

_MEDIA = frozenset({"image", "audio", "video", "document"})
_JOINED = ("text", "data")
"""The fields of a content that arrive in pieces."""


class Accumulation:
    """What the events of one interaction have described so far."""

    def __init__(self) -> None:
        self._fields: dict[str, Any] = {}
        self._steps: dict[int, _Step] = {}
        self._errors: list[dict[str, Any]] = []
        self._interaction: interactions.Interaction | None = None
        self._has_events = False

    @property
    def is_empty(self) -> bool:
        """Whether no event was added."""
        return not self._has_events

    @property
    def id(self) -> str | None:
        """The id of the interaction, if the service has sent one."""
        return self._fields.get("id") or None

    @property
    def status(self) -> str | None:
        """The last status that the service has sent."""
        return self._fields.get("status")

    @property
    def is_unfinished(self) -> bool:
        """Whether the service has interrupted the interaction, so that it can be continued."""
        return self.status == "requires_continuation" and bool(self._fields.get("continuation_token"))

    def add(self, event: Any) -> None:
        """Add an event."""
        self._interaction = None
        self._has_events = True
        if isinstance(event, interactions.InteractionCreatedEvent):
            fields = event.interaction.model_dump()
            for index, step in enumerate(fields.pop("steps", ())):
                self._steps[index] = _Step(step)
            self._fields.update(fields)
        elif isinstance(event, interactions.InteractionCompletedEvent):
            self._fields.update(event.interaction.model_dump())
        elif isinstance(event, interactions.InteractionStatusUpdate):
            self._fields.setdefault("id", event.interaction_id)
            self._fields["status"] = event.status
            self._note("usage", event.usage)
            self._note("continuation_token", event.continuation_token)
        elif isinstance(event, interactions.StepStart):
            self._steps[event.index] = _Step(event.step.model_dump())
        elif isinstance(event, interactions.StepDelta):
            step = self._steps.get(event.index)
            if step is None:
                step = self._steps[event.index] = _Step({"type": "model_output"})
            step.add(event.delta)
            self._note("usage", event.metadata.total_usage if event.metadata else None)
        elif isinstance(event, interactions.StepStop):
            self._note("usage", event.usage)
        elif isinstance(event, interactions.ErrorEvent) and event.error is not None:
            self._errors.append(event.error.model_dump())

    def _note(self, name: str, value: Any) -> None:
        if value is not None:
            self._fields[name] = value.model_dump() if isinstance(value, BaseModel) else value

    def interaction(self) -> interactions.Interaction | None:
        """Return the interaction; None before its first event."""
        if self._interaction is None and "status" in self._fields:
            fields = dict(self._fields)
            if self._steps and not fields.get("steps"):
                fields["steps"] = [self._steps[index].joined() for index in sorted(self._steps)]
            if self._errors:
                fields["errors"] = [*fields.get("errors", ()), *self._errors]
            self._interaction = read_dict(interactions.Interaction, fields)
        return self._interaction


class _Step:
    """A step that arrives in deltas."""

    def __init__(self, start: dict[str, Any]) -> None:
        self._fields = start
        self._list = "summary" if start.get("type") == "thought" else "content"
        contents: Any = start.get(self._list)
        self._contents: list[_Content] = []
        if isinstance(contents, list) and all(isinstance(content, dict) for content in contents):  # pyright: ignore[reportUnknownVariableType]
            del start[self._list]
            self._contents += [_Content(content) for content in contents]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        self._arguments: list[str] = []
        self._result: list[str] = []

    def add(self, delta: Any) -> None:
        """Add a delta."""
        if isinstance(delta, interactions.UnknownStepDeltaData):
            return
        fields: dict[str, Any] = delta.model_dump()
        kind: str | None = fields.pop("type", None)
        if kind == "text":
            self._content("text").add(fields)
        elif kind == "text_annotation_delta":
            self._content("text").fields.setdefault("annotations", []).extend(fields.get("annotations", ()))
        elif kind in _MEDIA:
            self._media(kind, fields)
        elif kind == "thought_summary":
            self._summary(fields.get("content") or {})
        elif kind == "arguments_delta":
            self._arguments.append(fields.get("arguments") or "")
        else:
            self._rest(fields)

    def _content(self, kind: str) -> _Content:
        """Return the last content, or a new one if the last has another type."""
        if not self._contents or self._contents[-1].fields.get("type") != kind:
            self._contents.append(_Content({"type": kind}))
        return self._contents[-1]

    def _media(self, kind: str, fields: dict[str, Any]) -> None:
        """Add media. Sound of the same form comes in pieces of one content; anything else is a content of its own."""
        last = self._contents[-1].fields if self._contents else {}
        continues = kind == "audio" and last.get("type") == "audio" and "uri" not in last and "uri" not in fields
        if continues and last.get("mime_type") == fields.get("mime_type", last.get("mime_type")):
            self._contents[-1].add(fields)
        else:
            self._contents.append(_Content({"type": kind}))
            self._contents[-1].add(fields)

    def _summary(self, content: dict[str, Any]) -> None:
        if content.get("type") == "text":
            self._content("text").add({name: value for name, value in content.items() if name != "type"})
        elif content:
            self._contents.append(_Content(content))

    def _rest(self, fields: dict[str, Any]) -> None:
        for name, value in fields.items():
            if name == "result" and isinstance(value, str):
                self._result.append(value)
            elif name == "result" and isinstance(value, list):
                self._add_results(value)  # pyright: ignore[reportUnknownArgumentType]
            elif name == "arguments" and isinstance(self._fields.get(name), dict):
                self._fields[name] = {**self._fields[name], **value}
            else:
                self._fields[name] = value

    def _add_results(self, more: list[Any]) -> None:
        if isinstance(self._fields.get("result"), list):
            self._fields["result"] += more
        else:
            self._fields["result"] = [*more]

    def joined(self) -> dict[str, Any]:
        """Return the step as far as it has arrived."""
        step = dict(self._fields)
        if self._contents:
            step[self._list] = [content.joined() for content in self._contents]
        if self._arguments:
            step["arguments"] = _object("".join(self._arguments))
        if self._result:
            step["result"] = "".join(self._result)
        return step


class _Content:
    """A content that arrives in pieces."""

    def __init__(self, fields: dict[str, Any]) -> None:
        self.fields = fields
        self._pieces: dict[str, list[str]] = {name: [fields[name]] for name in _JOINED if name in fields}

    def add(self, fields: dict[str, Any]) -> None:
        """Add the fields of a delta."""
        for name, value in fields.items():
            if name in _JOINED:
                self._pieces.setdefault(name, []).append(value)
            else:
                self.fields[name] = value

    def joined(self) -> dict[str, Any]:
        """Return the content as far as it has arrived."""
        content = dict(self.fields)
        for name, pieces in self._pieces.items():
            content[name] = pieces[0] if len(pieces) == 1 else _base64(pieces) if name == "data" else "".join(pieces)
        if content.get("type") == "text":
            content.setdefault("text", "")  # annotations may arrive first
        return content


def _base64(pieces: list[str]) -> str:
    """Return base64 texts as one: each piece may end in padding."""
    try:
        return base64.b64encode(b"".join(base64.b64decode(piece) for piece in pieces)).decode()
    except binascii.Error:
        return "".join(pieces)


def _object(text: str) -> dict[str, Any]:
    """Return the object in a JSON text; an empty one while the text is incomplete."""
    try:
        value: Json = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
