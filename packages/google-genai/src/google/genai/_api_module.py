"""The base class of API modules, under the name that other packages subclass."""

from __future__ import annotations

from ._core.resource import Resource as BaseModule

__all__ = ["BaseModule"]
