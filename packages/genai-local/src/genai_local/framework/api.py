"""The parts that every service works with: engine, queue, catalogue, clock and what is kept, for one server."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Protocol, TypeVar, cast

from ..engines import Engine
from ..scripting.script import Script
from ..state import State
from ..state.background import Background
from ..state.clock import Clock
from ..state.operations import Operations
from ..state.storage import Storage
from ..state.tuned_models import TunedModels
from .admission import Admission
from .catalogue import Catalogue

if TYPE_CHECKING:
    from starlette.requests import Request


class Part(Protocol):
    """Something that one service keeps for one server, such as the files; made when it is first asked for."""

    def __init__(self, api: Api) -> None: ...

    def clear(self) -> None:
        """Go back to the beginning, as at the start of a test; rows and files of the state are removed already."""
        ...


AnyPart = TypeVar("AnyPart", bound=Part)
KeyCheck = Callable[[str, "Request"], None]
"""Decides whether a request with a key of a certain kind may pass; raises an `ApiError` when it may not."""


@dataclass
class Api:
    """One server's engine and what guards it. The engine has to be open before `catalogue` is used."""

    engine: Engine
    admission: Admission
    script: Script = field(default_factory=Script)
    """Rules for pictures and videos; those for text are the engine's."""
    state: State = field(default_factory=State)
    clock: Clock = field(default_factory=Clock)

    key_checks: dict[str, KeyCheck] = field(default_factory=dict[str, KeyCheck])
    """What decides about keys that begin so, such as `auth_tokens/`."""

    def __post_init__(self) -> None:
        self.background = Background()
        self.operations = Operations(self.state, self.clock, self.background)
        self.storage = Storage(self.state, self.clock)
        self.tuned_models = TunedModels(self.state, self.clock)
        self._lock = threading.RLock()
        self._parts: dict[type[Part], Part] = {}

    @cached_property
    def catalogue(self) -> Catalogue:
        """The model names that this server answers."""
        return Catalogue(self.engine.facts, self.engine.capabilities)

    def part(self, kind: type[AnyPart]) -> AnyPart:
        """Return what a service keeps: the one object of this class, made from the `Api`."""
        with self._lock:
            if kind not in self._parts:
                self._parts[kind] = kind(self)
            return cast("AnyPart", self._parts[kind])

    def clear(self) -> None:
        """Forget everything that clients or tests have made, and let the clock show the machine's time."""
        self.background.cancel_all()
        self.state.clear()
        self.clock.reset()
        for kept in (self.operations, self.storage, self.tuned_models, *self._parts.values()):
            kept.clear()
