"""Parts of a body that are JSON already."""

from __future__ import annotations


class Fragment:
    """A part of a body that is JSON already, in pieces."""

    __slots__ = ("pieces",)

    def __init__(self, *pieces: bytes) -> None:
        self.pieces = list(pieces)
