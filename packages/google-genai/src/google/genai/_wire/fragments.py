"""Parts of a request body that are already encoded as JSON."""

from __future__ import annotations


class Fragment:
    """A part of a request body that is already encoded as JSON, in pieces."""

    __slots__ = ("pieces",)

    def __init__(self, *pieces: bytes) -> None:
        self.pieces = list(pieces)
