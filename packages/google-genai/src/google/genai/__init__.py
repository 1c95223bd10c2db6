"""An API-compatible SDK for Google's generative models: the Gemini Developer API and Vertex AI.

    from google import genai

    client = genai.Client(api_key="…")
    print(client.models.generate_content(model="gemini-2.5-flash", contents="Why is the sky blue?").text)

Modules are loaded when they are first touched.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from .version import __version__ as __version__

if TYPE_CHECKING:
    from . import batches as batches
    from . import caches as caches
    from . import chats as chats
    from . import client as client
    from . import documents as documents
    from . import errors as errors
    from . import file_search_stores as file_search_stores
    from . import files as files
    from . import models as models
    from . import operations as operations
    from . import pagers as pagers
    from . import tokens as tokens
    from . import tunings as tunings
    from . import types as types
    from . import version as version
    from .client import Client

__all__ = ["Client"]

_MODULES = frozenset(
    {"batches", "caches", "chats", "client", "documents", "errors", "file_search_stores", "files"}
    | {"models", "operations", "pagers", "tokens", "tunings", "types", "version"}
)


def __getattr__(name: str) -> Any:
    if name == "Client":
        from .client import Client

        globals()[name] = Client
        return Client
    if name in _MODULES:
        return importlib.import_module(f".{name}", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULES, "Client"})
