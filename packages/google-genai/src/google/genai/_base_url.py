"""Default base URLs for all clients of a program; other packages import these functions from this module."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._io.backends import default_base_url, set_default_base_urls

if TYPE_CHECKING:
    from .types import HttpOptions

__all__ = ["get_base_url", "set_default_base_urls"]


def get_base_url(vertexai: bool, http_options: HttpOptions | None = None) -> str | None:
    """Return the base URL set by the options, the program or the environment, or None for the service's own."""
    return default_base_url(vertexai, http_options.base_url if http_options is not None else None)
