"""The types of interactions, each loaded with its module when it is first used. `google.genai.interactions` exports them."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from ._index import MODULE_OF

if TYPE_CHECKING:
    from ._index import *  # noqa: F403 - all types


def __getattr__(name: str) -> Any:
    module = MODULE_OF.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f".{module}", __name__), name)
    if module.startswith("models."):
        from ._later import whole

        value = whole(value)
    globals()[name] = value
    return value
