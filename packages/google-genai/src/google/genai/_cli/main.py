"""The entry point of the command `genai`. It prints the version before any other module loads, and explains a missing click."""

from __future__ import annotations

import gc
import sys

_OBJECTS_PER_COLLECTION = 50_000
"""Imports create many objects that live to the end; with Python's default of 700, they cost a tenth of a short run."""
_INTERRUPTED = 130


def main() -> int:
    """Run the command line of this process, and return its exit code."""
    arguments = sys.argv[1:]
    if arguments in (["--version"], ["-V"]):
        from ..version import __version__

        sys.stdout.write(f"genai {__version__}\n")
        return 0
    gc.set_threshold(_OBJECTS_PER_COLLECTION)
    try:
        try:
            import click  # noqa: F401  # pyright: ignore[reportUnusedImport] - the first import that can be missing
        except ModuleNotFoundError:
            sys.stderr.write("genai: the command line needs the package click: pip install 'google-genai[cli]'\n")
            return 1
        from .program import run

        return run(arguments)
    except KeyboardInterrupt:
        return _INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
