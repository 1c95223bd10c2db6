"""The base class of `client.models`, `client.files` and so on; other packages derive from it under this name."""

from __future__ import annotations

from ._core.resource import Resource as BaseModule

__all__ = ["BaseModule"]
