"""Settings from five sources. Flags win over the environment, then `genai.toml` of the project, then a profile, then defaults.

A project's file comes with the project, perhaps from somebody else. It cannot set addresses, keys or commands, because these
could send the user's key to another host.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, cast

from .exits import Failure
from .places import config_folder

PROJECT_FILE = "genai.toml"
DEFAULT_PROFILE = "default"
_MOST_FOLDERS = 64
"""Folders that the search for the project's file looks into, from the current one upwards."""


class Known(NamedTuple):
    """One setting."""

    kind: type
    help: str
    default: Any = None
    variables: tuple[str, ...] = ()
    """Environment variables with the setting; the first one that is set wins."""
    private: bool = False
    """Whether a project's file must not contain the setting."""


KNOWN: dict[str, Known] = {
    "model": Known(str, "model of generate and chat", "gemini-2.5-flash", ("GENAI_MODEL",)),
    "image_model": Known(str, "model of image", "imagen-4.0-generate-001", ("GENAI_IMAGE_MODEL",)),
    "video_model": Known(str, "model of video", "veo-3.0-generate-001", ("GENAI_VIDEO_MODEL",)),
    "embedding_model": Known(str, "model of embed", "gemini-embedding-001", ("GENAI_EMBEDDING_MODEL",)),
    "live_model": Known(str, "model of live", "gemini-2.5-flash-native-audio-latest", ("GENAI_LIVE_MODEL",)),
    "system": Known(str, "system instruction of generate and chat"),
    "options": Known(dict, "fields of GenerateContentConfig, as with -o"),
    "vertexai": Known(
        bool,
        "call Vertex AI, not the Gemini Developer API",
        False,
        ("GOOGLE_GENAI_USE_ENTERPRISE", "GOOGLE_GENAI_USE_VERTEXAI"),
        True,
    ),
    "project": Known(str, "Google Cloud project", None, ("GOOGLE_CLOUD_PROJECT",), True),
    "location": Known(str, "Google Cloud location", None, ("GOOGLE_CLOUD_LOCATION",), True),
    "base_url": Known(str, "address of the service", None, (), True),
    "api_version": Known(str, "version of the API, such as v1beta"),
    "key": Known(str, "name of a stored key", None, ("GENAI_KEY_NAME",), True),
    "key_command": Known(str, "command that prints the key", None, (), True),
    "keyring": Known(bool, "look for keys in the system's keyring as well", False, (), True),
    "log": Known(bool, "keep exchanges in logs.db", True),
    "timeout_s": Known(float, "time limit of a request, in seconds"),
    "attempts": Known(int, "requests for one call, when the service is busy", 3),
    "local_engine": Known(str, "engine of the local server that --local starts: llama or scripted", None, (), True),
}
"""The settings by name."""

_BASE_URLS = {True: "GOOGLE_VERTEX_BASE_URL", False: "GOOGLE_GEMINI_BASE_URL"}


class Setting(NamedTuple):
    """The value of a setting, and where it comes from."""

    value: Any
    origin: str


class Settings:
    """All settings of one run.

    Args:
      flags: Values of flags by the name of the setting; None is the same as an absent flag.
      profile: Name of the profile that `--profile` chooses.
    """

    def __init__(self, flags: Mapping[str, Any], profile: str | None = None) -> None:
        self._flags = {name: value for name, value in flags.items() if value is not None}
        self.user_file = config_folder() / "config.toml"
        self._user = _read(self.user_file)
        self._profiles = _profiles(self._user, self.user_file)
        chosen = profile or os.environ.get("GENAI_PROFILE") or _text(self._user.pop("profile", None), self.user_file)
        self.profile = chosen or DEFAULT_PROFILE
        if self.profile not in self._profiles and self.profile != DEFAULT_PROFILE:
            known = ", ".join(sorted(self._profiles)) or "none"
            raise Failure(
                f"--profile: no profile is named {self.profile!r}; known profiles: {known}.",
                hint=f"Add a table [profiles.{self.profile}] to {self.user_file}.",
            )
        self.project_file = _project_file()
        self._project = _read(self.project_file) if self.project_file else {}
        if self.project_file:
            _check(self._project, self.project_file, is_project=True)
        _check(self._user, self.user_file)

    @property
    def profiles(self) -> dict[str, dict[str, Any]]:
        """The profiles of the user's file by name."""
        return self._profiles

    def find(self, name: str) -> Setting:
        """Return a setting with its origin."""
        known = KNOWN[name]
        if name in self._flags:
            return Setting(self._flags[name], "flag")
        for variable in self._variables(name, known):
            text = os.environ.get(variable, "").strip()
            if text:
                return Setting(_of_text(text, known.kind, variable), variable)
        if name == "log" and os.environ.get("GENAI_NO_LOG", "").strip() not in ("", "0"):
            return Setting(False, "GENAI_NO_LOG")
        for table, origin in (
            (self._project, str(self.project_file)),
            (self._profiles.get(self.profile, {}), f"profile {self.profile} in {self.user_file}"),
            (self._user, str(self.user_file)),
        ):
            if name in table:
                return Setting(table[name], origin)
        return Setting(known.default, "default")

    def __getitem__(self, name: str) -> Any:
        return self.find(name).value

    def options(self) -> dict[str, Any]:
        """Return the merged tables `options` of all files; a more specific file wins for each field."""
        merged: dict[str, Any] = {}
        for table in (self._user, self._profiles.get(self.profile, {}), self._project):
            merged.update(table.get("options", {}))
        return merged

    def _variables(self, name: str, known: Known) -> tuple[str, ...]:
        return (_BASE_URLS[bool(self["vertexai"])],) if name == "base_url" else known.variables


def read_file(path: Path) -> dict[str, Any]:
    """Return the content of a TOML file, with every setting checked; {} if it does not exist."""
    table = _read(path)
    _profiles(dict(table), path)
    _check({name: value for name, value in table.items() if name not in ("profile", "profiles")}, path)
    return table


def parse_value(name: str, text: str) -> Any:
    """Return the value of a setting that is written as text. Raises `Failure` if it has the wrong type."""
    if name not in KNOWN:
        raise _unknown(name, "argument")
    return _of_text(text, KNOWN[name].kind, name)


def _project_file() -> Path | None:
    try:
        folder = Path.cwd()
    except OSError:  # the current folder was deleted
        return None
    for candidate in (folder, *folder.parents)[:_MOST_FOLDERS]:
        path = candidate / PROJECT_FILE
        if path.is_file():
            return path
    return None


def _read(path: Path) -> dict[str, Any]:
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise Failure(f"{path}: cannot be read: {error.strerror}.") from error
    toml = _toml_module()
    try:
        return cast("dict[str, Any]", toml.loads(text.decode("utf-8")))
    except UnicodeDecodeError as error:
        line = text[: error.start].count(b"\n") + 1
        raise Failure(f"{path}, line {line}: expected UTF-8 text.") from error
    except toml.TOMLDecodeError as error:
        raise Failure(f"{path}: invalid TOML: {error}.", hint="Correct the file, or move it away.") from error


def _toml_module() -> Any:
    import importlib
    import sys

    return importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")


def _profiles(table: dict[str, Any], path: Path) -> dict[str, dict[str, Any]]:
    profiles = table.pop("profiles", {})
    if not isinstance(profiles, dict):
        raise Failure(f"{path}: profiles: expected tables such as [profiles.work].")
    found = cast("dict[str, Any]", profiles)
    for name, values in found.items():
        if not isinstance(values, dict):
            raise Failure(f"{path}: profiles.{name}: expected a table, got {values!r}.")
        _check(cast("dict[str, Any]", values), path, f"profiles.{name}.")
    return found


def _check(table: Mapping[str, Any], path: Path, prefix: str = "", *, is_project: bool = False) -> None:
    for name, value in table.items():
        where = f"{path}: {prefix}{name}"
        known = KNOWN.get(name)
        if known is None:
            raise _unknown(name, where)
        if is_project and known.private:
            raise Failure(
                f"{where}: a project's file cannot set this, because it decides where your key is sent.",
                hint="Set it in a profile of your own: genai config path shows the file.",
            )
        allowed = (int, float) if known.kind is float else (known.kind,)
        if not isinstance(value, allowed) or (isinstance(value, bool) and known.kind is not bool):
            raise Failure(f"{where}: expected {_NAMES[known.kind]}, got {value!r}.")


_NAMES: dict[type, str] = {
    str: "a text", bool: "true or false", int: "a whole number", float: "a number", dict: "a table",
}  # fmt: skip


def _unknown(name: str, where: str) -> Failure:
    from difflib import get_close_matches

    close = get_close_matches(name, KNOWN, 1)
    hint = f"Did you mean {close[0]}?" if close else "genai config show lists the settings."
    return Failure(f"{where}: unknown setting {name!r}.", hint=hint)


def _of_text(text: str, kind: type, where: str) -> Any:
    if kind is bool:
        lowered = text.lower()
        if lowered in ("1", "true", "yes", "on"):
            return True
        if lowered in ("0", "false", "no", "off"):
            return False
        raise Failure(f"{where}: expected true or false, got {text!r}.")
    if kind is dict:
        raise Failure(f"{where}: a table cannot be set here; edit the file instead.")
    try:
        return kind(text)
    except ValueError:
        raise Failure(f"{where}: expected {_NAMES[kind]}, got {text!r}.") from None


def _text(value: object, path: Path) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise Failure(f"{path}: profile: expected the name of a profile, got {value!r}.")
