"""The hook for PyInstaller, which the entry point `pyinstaller40` of the distribution names."""

from __future__ import annotations


def get_hook_dirs() -> list[str]:
    """Return the folders with hooks."""
    return list(__path__)
