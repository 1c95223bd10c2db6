"""The parts that every service works with: engine, queue, catalogue and what is kept in memory, for one server."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from .admission import Admission
from .catalogue import Catalogue
from .engines import Engine
from .operations import Operations
from .script import Script
from .storage import Storage
from .tuned_models import TunedModels


@dataclass
class Api:
    """One server's engine and what guards it. The engine has to be open before `catalogue` is used."""

    engine: Engine
    admission: Admission
    script: Script = field(default_factory=Script)
    """Rules for pictures and videos; those for text are the engine's."""
    operations: Operations = field(default_factory=Operations)
    storage: Storage = field(default_factory=Storage)
    tuned_models: TunedModels = field(default_factory=TunedModels)

    @cached_property
    def catalogue(self) -> Catalogue:
        """The model names that this server answers."""
        return Catalogue(self.engine.facts, self.engine.capabilities)
