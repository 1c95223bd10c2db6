"""The parts of one server that all services use: engine, queue, model catalogue, clock and state."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Protocol, TypeVar, cast

from ..engines import Engine
from ..limits.enforcement import Limits
from ..scripting.script import Script
from ..state import State
from ..state.background import Background
from ..state.clock import Clock
from ..state.operations import Operations
from ..state.records import Records
from ..state.storage import Storage
from ..state.tuned_models import TunedModels
from .admission import Admission
from .catalogue import Catalogue
from .heavy import HeavyWork

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection


class Part(Protocol):
    """The data of one service on one server, such as its uploads; created at first use."""

    def __init__(self, api: Api) -> None: ...

    def clear(self) -> None:
        """Reset to the initial state. Rows and files of the state have been removed before."""
        ...


AnyPart = TypeVar("AnyPart", bound=Part)
KeyCheck = Callable[[str, "HTTPConnection"], None]
"""Checks a request with a key of a certain kind; raises an `ApiError` to refuse it."""


def credentials_of(connection: HTTPConnection) -> tuple[str, str]:
    """Return the key and the token of a request, or an empty text for what it does not have."""
    query = connection.query_params
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    token = token if scheme.lower() in ("bearer", "token") else ""
    return connection.headers.get("x-goog-api-key") or query.get("key", ""), token or query.get("access_token", "")


@dataclass
class Api:
    """The parts of one server. The engine must be open before `catalogue` is used."""

    engine: Engine
    admission: Admission
    script: Script = field(default_factory=Script)
    """Rules for pictures and videos. The engine has the rules for text."""
    state: State = field(default_factory=State)
    clock: Clock = field(default_factory=Clock)

    key_checks: dict[str, KeyCheck] = field(default_factory=dict[str, KeyCheck])
    """Checks of keys by their prefix, such as `auth_tokens/`."""

    def __post_init__(self) -> None:
        self.limits = Limits(self.clock)
        """The limits on requests for content and embeddings."""
        self.background = Background()
        """Work that ends when the server stops; the next server continues it."""
        self.answering = Background()
        """Work on the answers of requests, which ends after the requests."""
        self.drawing = HeavyWork(self.admission.waiting_limit)
        self.reading = HeavyWork(self.admission.waiting_limit)
        self.operations = Operations(self.state, self.clock, self.background)
        self.storage = Storage(self.state, self.clock)
        self.records = Records(self.state, self.clock)
        self.tuned_models = TunedModels(self.state, self.clock)
        self._lock = threading.RLock()
        self._parts: dict[type[Part], Part] = {}

    @cached_property
    def catalogue(self) -> Catalogue:
        """The model names that this server answers."""
        embedding_facts = self.engine.embedding_facts if self.engine.capabilities.embeddings else None
        return Catalogue(self.engine.facts, embedding_facts)

    def part(self, kind: type[AnyPart]) -> AnyPart:
        """Return the data of a service: the only object of this class, created from the `Api`."""
        with self._lock:
            if kind not in self._parts:
                self._parts[kind] = kind(self)
            return cast("AnyPart", self._parts[kind])

    def clear(self) -> None:
        """Remove everything that clients or tests have created, and reset the clock."""
        self.background.cancel_all()
        self.answering.cancel_all()
        self.state.clear()
        self.clock.reset()
        self.limits.clear()
        for kept in (self.operations, self.storage, self.records, self.tuned_models, *self._parts.values()):
            kept.clear()
