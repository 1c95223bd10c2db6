"""Packages whose names are loaded with their module when they are first used."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def lazy_module(
    package: str, names: Mapping[str, str]
) -> tuple[tuple[str, ...], Callable[[str], Any], Callable[[], list[str]]]:
    """Return `__all__`, `__getattr__` and `__dir__` of a package.

    Args:
      package: The package, as its `__name__`.
      names: Public names, separated by spaces, by the name of their module below the package.
    """
    module_of = {name: module for module, listed in names.items() for name in listed.split()}
    public = tuple(sorted(module_of))
    modules = set(names)

    def load(name: str) -> Any:
        if name in module_of:
            value = getattr(import_module(f"{package}.{module_of[name]}"), name)
        elif name in modules:
            value = import_module(f"{package}.{name}")
        else:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        setattr(sys.modules[package], name, value)
        return value

    return public, load, lambda: sorted({*vars(sys.modules[package]), *public, *modules})
