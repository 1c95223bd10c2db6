"""The words in which operations are stated: a verb and a path per backend, and where each argument goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from .._wire.marks import BackendName

R = TypeVar("R")


@dataclass(frozen=True)
class Route:
    """A verb and a path; `{name}` stands for an argument that is a `Path`."""

    method: str
    path: str


def Get(path: str) -> Route:
    """State a GET."""
    return Route("GET", path)


def Patch(path: str) -> Route:
    """State a PATCH."""
    return Route("PATCH", path)


def Delete(path: str) -> Route:
    """State a DELETE."""
    return Route("DELETE", path)


def Post(path: str) -> Route:
    """State a POST."""
    return Route("POST", path)


@dataclass(frozen=True)
class Path:
    """The argument stands in the path, after a function of `_wire.transforms` has checked and completed it."""

    via: str


@dataclass(frozen=True)
class Body:
    """The argument stands in the body, at a place like those of `Wire`, after a function of `_wire.transforms`."""

    gemini: str
    vertex: str
    via: str
    is_optional: bool = False

    def place(self, backend: BackendName) -> str:
        """Return the place on a backend."""
        return self.gemini if backend == "gemini" else self.vertex


def InBody(place: str, *, via: str, is_optional: bool = False) -> Body:
    """State that the argument stands at the same place on both backends."""
    return Body(place, place, via, is_optional)


@dataclass(frozen=True)
class Named:
    """The argument stands in the path on one backend, and in the body on the other."""

    gemini: Path | Body
    vertex: Path | Body


@dataclass(frozen=True)
class Spread:
    """The argument is a configuration object of this type, whose fields say themselves where they go."""

    type_name: str
    keeps_empty_root: bool = False
    """Whether the object that holds the fields travels even when no field is set."""


class Operation(Generic[R]):
    """One operation of the service."""

    def __init__(
        self,
        name: str,
        /,
        *,
        returns: str | None,
        gemini: Route | None = None,
        vertex: Route | None = None,
        query: str = "",
        defaults: dict[str, str] | None = None,
        fixed: dict[str, str | int] | None = None,
        **parameters: Path | Body | Named | Spread,
    ) -> None:
        self.name = name
        self.returns = returns
        """Name of the reply's type, loaded when the first reply arrives; None where nothing is said in reply."""
        self.routes: dict[BackendName, Route | None] = {"gemini": gemini, "vertex": vertex}
        self.query = query
        self.defaults = defaults or {}
        """What stands in the path where no argument has put anything."""
        self.fixed = fixed or {}
        """What every request holds, by its place in the body."""
        self.parameters = parameters

    def route(self, backend: BackendName) -> Route | None:
        """Return the route on a backend, or None where the operation is not offered."""
        return self.routes[backend]

    def reply_type(self) -> Any:
        """Return the type of the reply."""
        from .. import types

        assert self.returns is not None
        return getattr(types, self.returns)
