"""Sentences of a text that arrives in pieces, so that the first one can be spoken before the last one exists.

The first sentence may be a part of one, so that the listener waits less.
"""

from __future__ import annotations

import re

_END = re.compile(r"[.!?…:;]+[\"')\]]*\s+|\n+|[。！？]+")
_MAX_CHARACTERS = 240
_FIRST_END = re.compile(r"(?<=.{12}),\s+")
_FIRST_MAX_CHARACTERS = 48


class Sentences:
    """The sentences of one text.

    Args:
        hurries: whether the first sentence ends at a comma or after a few words.
    """

    def __init__(self, *, hurries: bool = False) -> None:
        self._rest = ""
        self._hurries = hurries

    def feed(self, text: str) -> list[str]:
        """Add a piece of the text, and return the sentences that are now complete, with the white space after them."""
        self._rest += text
        sentences: list[str] = []
        while cut := self._cut():
            sentences.append(self._rest[:cut])
            self._rest = self._rest[cut:]
            self._hurries = self._hurries and not sentences[-1].strip()
        return [sentence for sentence in sentences if sentence.strip()]

    def end(self) -> list[str]:
        """Return the rest of the text as the last sentence; none if there is nothing left."""
        rest, self._rest = self._rest, ""
        return [rest] if rest.strip() else []

    def _cut(self) -> int:
        """Return the length of the first sentence; 0 if it is not complete. A very long one is cut between words."""
        longest = _FIRST_MAX_CHARACTERS if self._hurries else _MAX_CHARACTERS
        ends = [_END.search(self._rest), _FIRST_END.search(self._rest) if self._hurries else None]
        cut = min((end.end() for end in ends if end is not None), default=longest + 1)
        if cut <= longest:
            return cut
        if len(self._rest) <= longest:
            return 0
        return self._rest.rfind(" ", 1, longest) + 1 or longest


def sentences_of(text: str) -> list[str]:
    """Return the sentences of a whole text."""
    sentences = Sentences()
    return [*sentences.feed(text), *sentences.end()]
