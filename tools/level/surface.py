"""The public surface of a release as data, taken from outside: modules with their names, all types, and the methods of a client. The
interpreter that has the release runs it: `python -m tools.level.surface`.
"""

from __future__ import annotations

import enum
import importlib
import inspect
import json
import pkgutil
import sys
from typing import Any

import pydantic
from tools.conformance import cases, inventory

Surface = dict[str, Any]
_NOT_FOR_PROGRAMS = {"do_request", "do_request_async", "dynamic_import", "parent_ref", "tests"}
"""Names without an underscore that official releases use themselves."""
_DEPTH = 3
"""The most attributes between a client and a method: `client.aio.interactions.create` has three."""


def take() -> Surface:
    """Return the surface of the installed release: `modules`, `methods_of_clients`, `of_types`, and inventories of types."""
    from google import genai
    from google.genai import types

    public = (name for name in dir(types) if not name.startswith("_") and _is_own(getattr(types, name)))
    names = [name for name in public if issubclass(getattr(types, name), (enum.Enum, pydantic.BaseModel))]
    nouns = sorted({method.name.rpartition(".")[0] for method in cases.METHODS})
    client = genai.Client(api_key="key")
    return {
        "version": genai.__version__,
        "modules": {module: sorted(_public(module)) for module in _modules(genai)},
        "methods_of_clients": dict(sorted(_methods(client, "client", _DEPTH))),
        "of_types": {
            f"{name}.{method}": _signature(getattr(getattr(types, name), method))
            for name in names
            for method in sorted(vars(getattr(types, name)))
            if not method.startswith(("_", "model_")) and callable(getattr(getattr(types, name), method))
        },
        **inventory.take(nouns, names),
        "reached": inventory.take(nouns, cases.roots()),
    }


def _modules(package: Any) -> list[str]:
    names = (module.name for module in pkgutil.iter_modules(package.__path__))
    return sorted(name for name in names if not name.startswith("_") and name not in _NOT_FOR_PROGRAMS)


def _public(module: str) -> list[str]:
    """Return the public names of a module that belong to the package; none if it needs a package that is not installed."""
    try:
        found = importlib.import_module(f"google.genai.{module}")
    except ImportError:
        return []
    return [name for name in dir(found) if not name.startswith("_") and _is_own(getattr(found, name, None))]


def _is_own(value: Any) -> bool:
    return isinstance(value, type) and str(getattr(value, "__module__", "")).startswith("google.genai")


def _methods(owner: Any, path: str, depth: int) -> list[tuple[str, list[str]]]:
    """Return the public methods of an object and of the objects of the package that its attributes hold, with their parameters."""
    found: list[tuple[str, list[str]]] = []
    for name in dir(type(owner)):
        if name.startswith("_") or name in _NOT_FOR_PROGRAMS:
            continue
        try:
            value = getattr(owner, name)
        except (AttributeError, ImportError, ValueError, RuntimeError):  # a property that this client does not offer
            continue
        if inspect.ismethod(value):
            found.append((f"{path}.{name}", _signature(value)))
        elif depth and _is_own(type(value)) and type(value).__name__ != "BaseApiClient":
            found += _methods(value, f"{path}.{name}", depth - 1)
    return found


def _signature(function: Any) -> list[str]:
    """Return the names of the parameters, each with its default."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return []
    return [
        parameter.name if parameter.default is parameter.empty else f"{parameter.name}={parameter.default!r}"
        for parameter in parameters
        if parameter.name != "self"
    ]


if __name__ == "__main__":
    json.dump(take(), sys.stdout)
