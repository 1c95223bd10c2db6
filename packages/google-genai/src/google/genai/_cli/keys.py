"""API keys: where they are stored, and which of them a call uses.

Keys are in a file that only the user can read, or in the system's keyring if the package keyring is installed and asked for.
A key is never an argument of a command, because other users of the machine can read those.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any, NamedTuple, cast

from .config import Settings
from .exits import Exit, Failure
from .places import config_folder, write_private

DEFAULT_NAME = "default"
_SERVICE = "genai"
_COMMAND_LIMIT_S = 30
VARIABLES = ("GOOGLE_API_KEY", "GEMINI_API_KEY")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,31}")
"""Names of keys are short, so that a key is not taken for a name."""


class Key(NamedTuple):
    """An API key, and the place where it was found."""

    value: str
    origin: str


def keys_file() -> Path:
    """Return the path of the file with the keys; it need not exist."""
    return config_folder() / "keys.json"


def stored_keys() -> dict[str, str]:
    """Return the keys of the file by name. Raises `Failure` if the file is broken or others can read it."""
    path = keys_file()
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise Failure(f"{path}: cannot be read: {error.strerror}.") from error
    if os.name == "posix" and mode & 0o077:
        raise Failure(f"{path}: other users can read this file with keys.", hint=f"Run: chmod 600 {path}")
    try:
        keys: Any = json.loads(text)
    except ValueError as error:
        raise Failure(f"{path}: expected a JSON object with names and keys: {error}.") from None
    if not isinstance(keys, dict) or not all(isinstance(value, str) for value in cast("dict[str, Any]", keys).values()):
        raise Failure(f"{path}: expected a JSON object with names and keys.")
    return cast("dict[str, str]", keys)


def store(name: str, value: str) -> Path:
    """Store a key in the file, and return its path."""
    write_private(keys_file(), json.dumps({**stored_keys(), check_name(name): check_key(value)}, indent=2) + "\n")
    return keys_file()


def remove(name: str) -> None:
    """Remove a key from the file."""
    keys = stored_keys()
    if name not in keys:
        raise _unknown(name, keys)
    del keys[name]
    write_private(keys_file(), json.dumps(keys, indent=2) + "\n")


def masked(value: str) -> str:
    """Return the last four characters of a long key, and nothing of a short one."""
    return f"…{value[-4:]}" if len(value) >= 16 else "…"


def check_name(name: str) -> str:
    """Return the name. Raises `Failure`, without the name in it, if it could be a key."""
    if not _NAME.fullmatch(name):
        raise Failure(
            "The name of a key begins with a letter, and has at most 32 letters, digits, '.', '_' and '-'.",
            hint="Other users can read arguments, so a key itself is not accepted as one; genai keys set asks for it.",
        )
    return name


def check_key(value: str) -> str:
    """Return the key without surrounding white space. Raises `Failure` if it is empty or has other characters."""
    value = value.strip()
    if not value or not value.isascii() or not value.isprintable() or " " in value:
        raise Failure("The key is empty, or has spaces or other characters than printable ASCII.")
    return value


def find_key(settings: Settings) -> Key | None:
    """Return the key for a call, from the first place that has one, or None."""
    name = settings.find("key")
    if name.origin == "flag":
        return _named(check_name(name.value), settings)
    for variable in VARIABLES:
        value = os.environ.get(variable, "").strip()
        if value:
            return Key(value, variable)
    if settings["key_command"]:
        return Key(_from_command(settings), f"key_command ({settings.find('key_command').origin})")
    if name.value:
        return _named(name.value, settings)
    stored = stored_keys().get(DEFAULT_NAME)
    if stored:
        return Key(stored, f"key {DEFAULT_NAME} in {keys_file()}")
    return Key(found, f"key {DEFAULT_NAME} in the keyring") if (found := _in_keyring(settings)) else None


def no_key(settings: Settings) -> Failure:
    """Return the failure for a missing key. It lists the places in their order."""
    command = "key_command in the configuration: not set"
    file = f"{keys_file()}: " + ("no key named default" if keys_file().exists() else "does not exist")
    keyring = "the keyring: " + (
        "no key named default" if settings["keyring"] else "not used (keyring = true enables it)"
    )
    places = (
        "--key NAME: not given",
        f"the environment: {' and '.join(VARIABLES)} are not set",
        f"{command}; {file}",
        keyring,
    )
    lines = "\n".join(f"  {number}. {place}" for number, place in enumerate(places, 1))
    return Failure(
        f"No API key. These places were searched, in this order:\n{lines}",
        Exit.USAGE,
        hint="genai keys set stores a key; --vertexai --project NAME uses Google Cloud credentials; "
        "--local needs no key.",
    )


def _named(name: str, settings: Settings) -> Key:
    keys = stored_keys()
    if name in keys:
        return Key(keys[name], f"key {name} in {keys_file()}")
    found = _in_keyring(settings, name)
    if found:
        return Key(found, f"key {name} in the keyring")
    raise _unknown(name, keys)


def _unknown(name: str, keys: dict[str, str]) -> Failure:
    return Failure(
        f"No key is named {name!r} in {keys_file()}; known names: {', '.join(sorted(keys)) or 'none'}.",
        hint=f"Run: genai keys set {name}",
    )


def _from_command(settings: Settings) -> str:
    import shlex
    import subprocess

    command = settings["key_command"]
    try:
        done = subprocess.run(  # noqa: S603 - the user's own configuration
            shlex.split(command), capture_output=True, text=True, timeout=_COMMAND_LIMIT_S, check=False
        )
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise Failure(f"key_command: {command!r} failed: {error}.") from error
    if done.returncode != 0:
        raise Failure(f"key_command: {command!r} ended with the status {done.returncode}: {done.stderr.strip()}")
    return check_key(done.stdout)


def keyring_module() -> Any:
    """Return the module keyring. Raises `Failure` if it is not installed."""
    try:
        import keyring  # pyright: ignore[reportMissingImports]
    except ModuleNotFoundError:
        raise Failure("The keyring needs the package keyring: pip install keyring") from None
    return keyring  # pyright: ignore[reportUnknownVariableType]


def _in_keyring(settings: Settings, name: str = DEFAULT_NAME) -> str | None:
    return from_keyring(name) if settings["keyring"] else None


def from_keyring(name: str) -> str | None:
    """Return a key of the system's keyring, or None."""
    keyring = keyring_module()
    try:
        return keyring.get_password(_SERVICE, name)
    except keyring.errors.KeyringError as error:
        raise Failure(
            f"The keyring cannot be read: {error}", hint="Store the key in the file: genai keys set"
        ) from None


def store_in_keyring(name: str, value: str) -> None:
    """Store a key in the system's keyring."""
    keyring = keyring_module()
    try:
        keyring.set_password(_SERVICE, check_name(name), check_key(value))
    except keyring.errors.KeyringError as error:
        raise Failure(
            f"The keyring cannot store the key: {error}", hint="Leave out --keyring to use the file."
        ) from None
