"""Declarations of operations: a method and a path per backend, the place of each argument, the type of the reply.

Types are given by functions that return them, so that a type is loaded when an operation first needs it, and type
checkers still know it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    import pydantic

    from .encoding import Transform
    from .marks import BackendName

R = TypeVar("R")


@dataclass(frozen=True)
class Route:
    """An HTTP method and a path; `{name}` is replaced by the argument of that name, which is a `Path`."""

    method: str
    path: str


def Get(path: str) -> Route:
    """Return a GET route."""
    return Route("GET", path)


def Patch(path: str) -> Route:
    """Return a PATCH route."""
    return Route("PATCH", path)


def Delete(path: str) -> Route:
    """Return a DELETE route."""
    return Route("DELETE", path)


def Post(path: str) -> Route:
    """Return a POST route."""
    return Route("POST", path)


@dataclass(frozen=True)
class Path:
    """An argument in the path, in the form that a transform returns."""

    via: Transform


@dataclass(frozen=True)
class Body:
    """An argument in the body, at a place as in `Wire`, in the form that a transform returns."""

    gemini: str
    vertex: str
    via: Transform
    is_optional: bool = False

    def place(self, backend: BackendName) -> str:
        """Return the place on a backend."""
        return self.gemini if backend == "gemini" else self.vertex


def InBody(place: str, *, via: Transform, is_optional: bool = False) -> Body:
    """Return an argument at the same place in the body on both backends."""
    return Body(place, place, via, is_optional)


@dataclass(frozen=True)
class Named:
    """An argument that is in the path on one backend and in the body on the other."""

    gemini: Path | Body
    vertex: Path | Body


@dataclass(frozen=True)
class Spread:
    """A configuration argument: each field of its class goes to the place that the field's marks give."""

    cls: Callable[[], type[pydantic.BaseModel]]
    keeps_empty_root: bool = False
    """Whether the object that contains the fields is sent even if no field is set."""
    also: Callable[[], type[pydantic.BaseModel]] | None = None
    """A class whose objects are accepted as well. Their fields that the class does not have are ignored."""


def NOTHING() -> type[None]:
    """Return the reply type of operations whose reply contains nothing."""
    return type(None)


class Operation(Generic[R]):
    """One operation of the service."""

    def __init__(
        self,
        name: str,
        /,
        *,
        returns: Callable[[], type[R]],
        gemini: Route | None = None,
        vertex: Route | None = None,
        query: str = "",
        defaults: dict[str, str] | None = None,
        fixed: dict[str, str | int] | None = None,
        whole: str | None = None,
        **parameters: Path | Body | Named | Spread,
    ) -> None:
        self.name = name
        self.reply_type: Callable[[], type[R]] = returns
        """Returns the class of the reply; called when the first reply arrives."""
        self.routes: dict[BackendName, Route | None] = {"gemini": gemini, "vertex": vertex}
        self.query = query
        self.defaults = defaults or {}
        """Values of path variables that no argument sets."""
        self.fixed = fixed or {}
        """Values in the body of every request, by their place."""
        self.whole = whole
        """Key under which the Developer API takes a whole request, with its model, if the configuration sets any field."""
        self.parameters = parameters

    def route(self, backend: BackendName) -> Route | None:
        """Return the route on a backend, or None if the backend does not offer the operation."""
        return self.routes[backend]

    @property
    def has_reply(self) -> bool:
        """Whether the reply contains an object."""
        return self.reply_type is not NOTHING
