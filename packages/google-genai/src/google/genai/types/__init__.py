"""All types of requests, replies and configuration, each loaded with its domain when it is first used.

    from google.genai import types

    types.GenerateContentConfig(temperature=0.2)

Every model `X` has a TypedDict twin `XDict` and a union `XOrDict` of both, so plain dicts are checked as well.
"""

from __future__ import annotations

import importlib
from typing import Any

from ._index import MODULE_OF

__all__ = list(MODULE_OF)  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    module = MODULE_OF.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f".{module}", __name__), name)
    globals()[name] = value  # the next access does not come here
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *MODULE_OF})
