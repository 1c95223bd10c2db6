"""The marks that a field may carry beside its type: how its place on the wire differs from the default.

The default is not written: a field travels under its camelCase name, in the object that stands for its class, on both
backends, in both directions. This module knows neither pydantic nor any backend's address.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

BackendName = Literal["gemini", "vertex"]
"""The Gemini Developer API, or Vertex AI."""


@dataclass(frozen=True)
class Wire:
    """Say where a field lives in a request body, per backend.

    A place is a dotted path. It starts at the object of the field's own class; with a leading `/` it starts at the
    request body. A segment that ends in `[]` means every item of that list, one that ends in `[0]` its first item, which
    is made. A segment `{name}` stands for what an earlier field or argument has decided. `None` means that the backend
    does not take the field: setting it is refused before anything is sent. `via` names a function of `_wire.transforms`
    that gives the value its wire form.
    """

    gemini: str | None = None
    vertex: str | None = None
    via: str | None = None

    def place(self, backend: BackendName) -> str | None:
        """Return the path on that backend, or None where the field is refused."""
        return self.gemini if backend == "gemini" else self.vertex


def At(place: str, via: str | None = None) -> Wire:
    """Say where a field lives in a request body, on both backends."""
    return Wire(gemini=place, vertex=place, via=via)


@dataclass(frozen=True)
class OnlyOn:
    """Say that one backend alone takes the field, under its default name."""

    backend: BackendName


@dataclass(frozen=True)
class Via:
    """Say that the value passes through a function of `_wire.transforms`, and travels under its default name."""

    transform: str


@dataclass(frozen=True)
class Refuses:
    """Say which values of an enumeration a backend does not take."""

    gemini: tuple[str, ...] = ()
    vertex: tuple[str, ...] = ()

    def values(self, backend: BackendName) -> tuple[str, ...]:
        """Return the values that the backend does not take."""
        return self.gemini if backend == "gemini" else self.vertex


@dataclass(frozen=True)
class Local:
    """Say that the field steers the client and never travels."""


@dataclass(frozen=True)
class Query:
    """Say that the field travels in the URL's query, under its camelCase name."""


@dataclass(frozen=True)
class Reply:
    """Say where a field is found in a reply, per backend, where that is not its camelCase name.

    A place is a dotted path inside the reply object of the field's class; a segment that ends in `[]` means every item of
    that list. Several places are separated by `|`: the first that is there counts.
    """

    gemini: str | None = None
    vertex: str | None = None

    def place(self, backend: BackendName) -> str | None:
        """Return the path on that backend, or None for the default one."""
        return self.gemini if backend == "gemini" else self.vertex


def RepliedAt(place: str) -> Reply:
    """Say where a field is found in the replies of both backends."""
    return Reply(gemini=place, vertex=place)


@dataclass(frozen=True)
class RepliedBy:
    """Say that only one backend's replies carry the field; the other's value of that name is something else."""

    backend: BackendName


@dataclass(frozen=True)
class ReplyVia:
    """Say that the object of the field's class passes through a function of `_wire.irregular` before it is read, when a
    reply holds a certain key.
    """

    transform: str
    key: str


@dataclass(frozen=True)
class Itself:
    """Say that the field shows more of the object that it belongs to: it is read from, and written into, that object's
    own keys. On the other backend, where one is named, the field is an ordinary one.
    """

    backend: BackendName | None = None

    def holds_on(self, backend: BackendName) -> bool:
        """Tell whether the field is its object itself on that backend."""
        return self.backend in (None, backend)


GEMINI_ONLY = OnlyOn("gemini")
VERTEX_ONLY = OnlyOn("vertex")
ITSELF = Itself()
LOCAL = Local()
QUERY = Query()
