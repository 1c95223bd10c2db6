"""Folders of the command line: configuration, data and cache of the user, private to the user."""

from __future__ import annotations

import os
import sys
from pathlib import Path

VARIABLE = "GENAI_USER_FOLDER"
"""Environment variable with one folder for configuration and data, instead of the folders of the platform."""
_NAME = "genai"


def config_folder() -> Path:
    """Return the folder of `config.toml` and `keys.json`; it need not exist."""
    given = os.environ.get(VARIABLE)
    if given:
        return Path(given)
    if sys.platform == "linux":
        return _of_linux("XDG_CONFIG_HOME", ".config")
    from platformdirs import user_config_path

    return user_config_path(_NAME, appauthor=False)


def data_folder() -> Path:
    """Return the folder of `logs.db`; it need not exist."""
    given = os.environ.get(VARIABLE)
    if given:
        return Path(given)
    if sys.platform == "linux":
        return _of_linux("XDG_DATA_HOME", ".local/share")
    from platformdirs import user_data_path

    return user_data_path(_NAME, appauthor=False)


def _of_linux(variable: str, default: str) -> Path:
    """Return a folder as platformdirs does, without the cost of its import."""
    given = os.environ.get(variable, "").strip()
    return (Path(given) if given else Path.home() / default) / _NAME


def make_private(folder: Path) -> Path:
    """Create a folder that only the user can read, and return it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def write_private(path: Path, text: str) -> None:
    """Write a file that only the user can read. The old file stays complete until the new one is."""
    make_private(path.parent)
    partial = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
