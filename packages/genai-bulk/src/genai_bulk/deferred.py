"""Names of a package that are loaded when they are used first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def loader(package: str, places: Mapping[str, str], loaded: dict[str, Any]) -> Callable[[str], Any]:
    """Return the `__getattr__` of a package.

    Args:
        package: name of the package.
        places: the module of each name, relative to the package; a name with itself as place is a module.
        loaded: the globals of the package, which keep what was loaded.
    """

    def load(name: str) -> Any:
        place = places.get(name)
        if place is None:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module = import_module(f".{place}", package)
        loaded[name] = module if place == name else getattr(module, name)
        return loaded[name]

    return load
