"""An API-compatible SDK for Google's generative models: the Gemini Developer API and Vertex AI.

    from google import genai

    client = genai.Client(api_key="…")
    print(client.models.generate_content(model="gemini-2.5-flash", contents="Why is the sky blue?").text)

Modules are loaded when they are first touched.
"""

from __future__ import annotations

import importlib
from typing import Any

from . import _lazy_credentials
from .version import __version__ as __version__

__all__ = [  # pyright: ignore[reportUnsupportedDunderAll] - __getattr__ loads them
    *("Client", "agents", "credentials", "decisions", "environments"),
    *("interactions", "triggers", "types", "voices", "webhooks"),
]

_lazy_credentials.install()


def __getattr__(name: str) -> Any:
    from ._nouns import MODULES

    if name == "Client":
        from .client import Client

        globals()[name] = Client
        return Client
    if name in MODULES:
        return importlib.import_module(f".{name}", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    from ._nouns import MODULES

    return sorted({*globals(), *MODULES, "Client"})
