"""The parts that every service works with: engine, admission queue and catalogue, held together for one server."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from .admission import Admission
from .catalogue import Catalogue
from .engines import Engine


@dataclass
class Api:
    """One server's engine and what guards it. The engine has to be open before `catalogue` is used."""

    engine: Engine
    admission: Admission

    @cached_property
    def catalogue(self) -> Catalogue:
        """The model names that this server answers."""
        return Catalogue(self.engine.facts, self.engine.capabilities)
