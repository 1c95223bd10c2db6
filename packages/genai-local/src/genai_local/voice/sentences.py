"""Sentences of a text that arrives in pieces, so that the first one can be spoken before the last one exists."""

from __future__ import annotations

import re

_END = re.compile(r"[.!?…:;]+[\"')\]]*\s+|\n+|[。！？]+")
_MAX_CHARACTERS = 240


class Sentences:
    """The sentences of one text."""

    def __init__(self) -> None:
        self._rest = ""

    def feed(self, text: str) -> list[str]:
        """Add a piece of the text, and return the sentences that are now complete, with the white space after them."""
        self._rest += text
        sentences: list[str] = []
        while cut := self._cut():
            sentences.append(self._rest[:cut])
            self._rest = self._rest[cut:]
        return [sentence for sentence in sentences if sentence.strip()]

    def end(self) -> list[str]:
        """Return the rest of the text as the last sentence; none if there is nothing left."""
        rest, self._rest = self._rest, ""
        return [rest] if rest.strip() else []

    def _cut(self) -> int:
        """Return the length of the first sentence; 0 if it is not complete. A very long one is cut between words."""
        end = _END.search(self._rest)
        if end is not None and end.end() <= _MAX_CHARACTERS:
            return end.end()
        if len(self._rest) <= _MAX_CHARACTERS:
            return 0
        return self._rest.rfind(" ", 1, _MAX_CHARACTERS) + 1 or _MAX_CHARACTERS


def sentences_of(text: str) -> list[str]:
    """Return the sentences of a whole text."""
    sentences = Sentences()
    return [*sentences.feed(text), *sentences.end()]
