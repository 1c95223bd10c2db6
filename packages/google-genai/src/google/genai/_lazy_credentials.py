"""`google.auth.credentials` for programs that import `google.auth` and this package, and rely on the submodule being loaded.

The official package loads the submodule at import. Here `google.auth` gets a `__getattr__` that loads it at its first use, so
that `from google import genai` stays fast. A finder adds the function as soon as a program imports `google.auth`.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec
    from types import ModuleType

_PACKAGE = "google.auth"


def install() -> None:
    """Make `google.auth.credentials` available, now or when `google.auth` is imported."""
    loaded = sys.modules.get(_PACKAGE)
    if loaded is None:
        sys.meta_path.insert(0, _Finder())  # pyright: ignore[reportArgumentType] - the two methods that Python calls
    else:
        _complete(loaded)


class _Finder:
    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        if name != _PACKAGE:
            return None
        sys.meta_path.remove(self)  # pyright: ignore[reportArgumentType]
        import importlib.util

        spec = importlib.util.find_spec(name)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def exec_module(module: ModuleType) -> None:
                execute(module)
                _complete(module)

            spec.loader.exec_module = exec_module
        return spec


def _complete(package: ModuleType) -> None:
    vars(package).setdefault("__getattr__", _attribute)


def _attribute(name: str) -> Any:
    if name == "credentials":
        return importlib.import_module(f"{_PACKAGE}.credentials")
    raise AttributeError(f"module {_PACKAGE!r} has no attribute {name!r}")
