"""All types of interactions, each loaded when it is first used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ...._interactions.types import *  # noqa: F403 - all types


def __getattr__(name: str) -> Any:
    from ...._interactions import types

    return getattr(types, name)


def __dir__() -> list[str]:
    from ...._interactions.types._index import MODULE_OF

    return sorted({*globals(), *MODULE_OF})
