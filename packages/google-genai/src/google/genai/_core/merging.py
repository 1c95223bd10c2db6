"""One model turn, merged from the chunks of a stream: adjacent texts are joined, all other parts stay unchanged."""

from __future__ import annotations

from .. import types

_PLAIN = frozenset({"text", "thought"})


class Turn:
    """The part of one model turn that has been received so far."""

    def __init__(self) -> None:
        self._whole: types.Content | None = None
        """The only content so far, which is returned as the same object."""
        self._parts: list[types.Part] = []
        self._texts: list[str] = []
        """Texts that continue the last part."""

    def add(self, content: types.Content | None) -> None:
        """Add the content of one chunk."""
        if content is None or not content.parts:
            return
        if self._whole is None and not self._parts:
            self._whole = content
            return
        if self._whole is not None:
            first, self._whole = self._whole, None
            self._extend(first.parts or ())
        self._extend(content.parts)

    def content(self) -> types.Content | None:
        """Return the turn, or None if it is empty."""
        if self._whole is not None:
            return self._whole
        self._end_text()
        if not self._parts:
            return None
        return types.Content(role="model", parts=list(self._parts))

    def _extend(self, parts: list[types.Part] | tuple[types.Part, ...]) -> None:
        for part in parts:
            if not _is_plain_text(part):
                self._end_text()
                self._parts.append(part)
            elif self._parts and _continues(part, self._parts[-1]):
                self._texts.append(part.text or "")
            elif part.text:
                self._end_text()
                self._parts.append(part)

    def _end_text(self) -> None:
        if self._texts:
            last = self._parts[-1]
            self._parts[-1] = last.model_copy(update={"text": "".join([last.text or "", *self._texts])})
            self._texts = []


def _is_plain_text(part: types.Part) -> bool:
    """Return whether a part contains only text. Parts with other fields, such as a signature, must stay unchanged."""
    fields = part.__dict__
    return fields["text"] is not None and all(
        fields[name] is None for name in part.__pydantic_fields_set__ if name not in _PLAIN
    )


def _continues(part: types.Part, last: types.Part) -> bool:
    return _is_plain_text(last) and bool(part.thought) == bool(last.thought)
