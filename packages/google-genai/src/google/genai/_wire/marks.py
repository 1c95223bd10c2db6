"""The marks that a field may have next to its type: how its place on the wire differs from the default.

The default needs no mark: a field travels under its camelCase name, in the JSON object of its class, on both backends,
in both directions. This module must not depend on pydantic or on the address of a backend.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

BackendName = Literal["gemini", "vertex"]
"""The Gemini Developer API, or Vertex AI."""


@dataclass(frozen=True)
class Wire:
    """The place of a field in the request body, per backend.

    A place is a dotted path. It starts at the object of the field's own class; with a leading `/` it starts at the
    request body. A segment that ends in `[]` means every item of that list; one that ends in `[0]` means its first
    item, which is created. A segment `{name}` stands for a value that an earlier field or argument has set. `None`
    means that the backend does not take the field: a value for it is refused before anything is sent. `via` names a
    function of `_wire.transforms` that converts the value into its wire form.
    """

    gemini: str | None = None
    vertex: str | None = None
    via: str | None = None

    def place(self, backend: BackendName) -> str | None:
        """Return the path on a backend, or None if the backend does not take the field."""
        return self.gemini if backend == "gemini" else self.vertex


def At(place: str, via: str | None = None) -> Wire:
    """Return the mark for a field with the same place in the request body on both backends."""
    return Wire(gemini=place, vertex=place, via=via)


@dataclass(frozen=True)
class OnlyOn:
    """The mark for a field that only one backend takes, under its default name."""

    backend: BackendName


@dataclass(frozen=True)
class Via:
    """The mark for a field that a function of `_wire.transforms` converts, and that travels under its default name."""

    transform: str


@dataclass(frozen=True)
class Refuses:
    """The values of an enumeration that a backend does not take."""

    gemini: tuple[str, ...] = ()
    vertex: tuple[str, ...] = ()

    def values(self, backend: BackendName) -> tuple[str, ...]:
        """Return the values that the backend does not take."""
        return self.gemini if backend == "gemini" else self.vertex


@dataclass(frozen=True)
class Local:
    """The mark for a field that controls the client and is never sent."""


@dataclass(frozen=True)
class Query:
    """The mark for a field that travels in the query of the URL, under its camelCase name."""


@dataclass(frozen=True)
class Reply:
    """The place of a field in a reply, per backend, if it is not the field's camelCase name.

    A place is a dotted path inside the reply object of the field's class; a segment that ends in `[]` means every item of
    that list. Several places are separated by `|`: the first one that exists is used.
    """

    gemini: str | None = None
    vertex: str | None = None

    def place(self, backend: BackendName) -> str | None:
        """Return the path on a backend, or None for the default place."""
        return self.gemini if backend == "gemini" else self.vertex


def RepliedAt(place: str) -> Reply:
    """Return the mark for a field with the same place in the replies of both backends."""
    return Reply(gemini=place, vertex=place)


@dataclass(frozen=True)
class RepliedBy:
    """The mark for a field in the replies of one backend only; the other backend uses its name for something else."""

    backend: BackendName


@dataclass(frozen=True)
class ReplyVia:
    """The mark for a field whose reply object a function of `_wire.irregular` changes before it is read, if the reply
    contains a certain key.
    """

    transform: str
    key: str


@dataclass(frozen=True)
class Itself:
    """The mark for a field that is a view of its own object: it is read from that object's keys and written into them.

    If the mark names a backend, the field is an ordinary one on the other backend.
    """

    backend: BackendName | None = None

    def holds_on(self, backend: BackendName) -> bool:
        """Return whether the field is a view of its own object on a backend."""
        return self.backend in (None, backend)


GEMINI_ONLY = OnlyOn("gemini")
VERTEX_ONLY = OnlyOn("vertex")
ITSELF = Itself()
LOCAL = Local()
QUERY = Query()
