"""The public interface: modules, names, signatures. Runs in the environments of both sides."""

from __future__ import annotations

import asyncio
import inspect
import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import grpc
from google.auth.credentials import AnonymousCredentials

from .table import METHODS

PACKAGES = (
    "google.ai.generativelanguage",
    "google.ai.generativelanguage_v1beta",
    "google.ai.generativelanguage_v1",
)
_CLASSES = re.compile(r"[A-Z]\w*(Client|Transport|Interceptor|Pager)")
_OF_SERVICE = re.compile(r"google\.ai\.generativelanguage_\w+\.services\.\w+(\.transports|\.pagers)?")
_OF_TRANSPORTS = (
    *("AUTH_SCOPES", "DEFAULT_HOST", "kind", "host", "close", "create_channel", "grpc_channel"),
    *("get_operation", "list_operations", "cancel_operation", "delete_operation"),
)


def table() -> dict[str, dict[str, Any]]:
    """Return the public names of each public module, and the members of the classes of each service."""
    return {name: {"names": dict.fromkeys(names_of(name), ""), "classes": _classes(name)} for name in _modules()}


def _modules() -> Iterator[str]:
    for name in PACKAGES:
        yield name
        for found in pkgutil.walk_packages(import_module(name).__path__, f"{name}."):
            if not any(part.startswith("_") for part in found.name.split(".")[1:]):
                yield found.name


def names_of(module_name: str) -> list[str]:
    """Return the names that a module lists in `__all__`, or else those that it defines."""
    module = import_module(module_name)
    listed = getattr(module, "__all__", None)
    return sorted(listed if listed is not None else [name for name in vars(module) if _is_own(module, name)])


def _is_own(module: Any, name: str) -> bool:
    value = getattr(module, name)
    is_public = not name.startswith("_") or name == "__version__"
    return is_public and getattr(value, "__module__", None) in (None, module.__name__) and not inspect.ismodule(value)


def _classes(module_name: str) -> dict[str, dict[str, str]]:
    if not _OF_SERVICE.fullmatch(module_name):
        return {}
    module = import_module(module_name)
    named = {name: getattr(module, name) for name in names_of(module_name) if _CLASSES.fullmatch(name)}
    return {name: _members(cls) for name, cls in named.items()}


def _members(cls: Any) -> dict[str, str]:
    """Return the public members of a class: the parameters of methods, and nothing for other attributes."""
    found = {"__init__": parameters_of(cls.__init__)}
    if cls.__name__.endswith("RestInterceptor") or re.fullmatch(r"[A-Z][a-z]+ServiceTransport", cls.__name__):
        return found
    if cls.__name__.endswith("Transport"):
        names = [method.name for method in METHODS if cls.__name__.startswith(method.service.title)]
        instance = _instance(cls)
        return {**found, **{name: "" for name in (*names, *_OF_TRANSPORTS) if hasattr(instance, name)}}
    for name in dir(cls):
        if not name.startswith("_"):
            value = inspect.getattr_static(cls, name)
            function = getattr(value, "__func__", value)
            found[name] = parameters_of(function) if inspect.isfunction(function) else ""
    return found


def _instance(cls: Any) -> Any:
    if cls.__name__.endswith("RestTransport"):
        return cls(credentials=AnonymousCredentials())
    if cls.__name__.endswith("GrpcAsyncIOTransport"):
        return asyncio.run(_async_instance(cls))
    return cls(channel=grpc.insecure_channel("127.0.0.1:1"))


async def _async_instance(cls: Any) -> Any:
    return cls(channel=grpc.aio.insecure_channel("127.0.0.1:1"))


def parameters_of(function: Any) -> str:
    """Return names, kinds and defaults of the parameters of a method, without types and without the object itself."""
    kinds = "async " if inspect.iscoroutinefunction(function) else ""
    parameters = [
        each.replace(annotation=each.empty, default=_shown(each.default))
        for each in inspect.signature(inspect.unwrap(function)).parameters.values()
        if each.name not in ("self", "cls")
    ]
    return f"{kinds}{inspect.Signature(parameters)}"


def _shown(default: Any) -> Any:
    if type(default).__name__ == "ClientInfo":  # names the official package in a header, as None does here
        return None
    if default is inspect.Parameter.empty or isinstance(default, (str, int, float, tuple, type(None))):
        return default
    return _Name("DEFAULT" if "Default" in type(default).__name__ else type(default).__name__)


class _Name:
    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text
