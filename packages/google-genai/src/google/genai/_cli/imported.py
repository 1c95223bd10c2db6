"""Objects of the user's own modules, named as `module:name` on the command line."""

from __future__ import annotations

import os
import sys
from typing import Any

from .exits import Failure


def load(reference: str, flag: str) -> Any:
    """Return the object that `module:name` names; the current folder is searched first. Raises `Failure` with the reason."""
    import importlib

    module_name, separator, name = reference.partition(":")
    if not separator or not module_name or not name:
        raise Failure(f"{flag} {reference}: expected module:name.")
    folder = os.getcwd()
    if folder not in sys.path:
        sys.path.insert(0, folder)
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        raise Failure(f"{flag} {reference}: no module is named {error.name!r} here or in the environment.") from None
    except Exception as error:
        raise Failure(f"{flag} {reference}: the module raised {type(error).__name__}: {error}") from error
    try:
        return getattr(module, name)
    except AttributeError:
        known = [known for known in vars(module) if not known.startswith("_")]
        from difflib import get_close_matches

        close = get_close_matches(name, known, 1)
        hint = f"Did you mean {module_name}:{close[0]}?" if close else None
        raise Failure(f"{flag} {reference}: the module has no {name!r}.", hint=hint) from None
