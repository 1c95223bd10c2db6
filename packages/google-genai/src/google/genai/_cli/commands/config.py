"""`genai config`: show the settings with their origins, and change the user's own file."""

from __future__ import annotations

import json
import re
from typing import Any, cast

import click

from .. import output
from ..config import DEFAULT_PROFILE, KNOWN, Setting, parse_value, read_file
from ..connection import settings as settings_of
from ..exits import Failure
from ..flags import connection_options, verbosity_options
from ..places import config_folder, write_private
from ..prompts import parse_options

_BARE = re.compile(r"[A-Za-z0-9_-]+")


@click.group()
def config() -> None:
    """Show and change settings.

    Flags win over the environment, then genai.toml in this folder or above it, then the profile, then config.toml, then defaults.
    """


@config.command()
@click.option("--origin", is_flag=True, help="Show where each value comes from.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@connection_options
def show(origin: bool, as_json: bool) -> None:
    """Show all settings."""
    found = settings_of()
    values = {name: found.find(name) for name in KNOWN}
    if found.options():
        values["options"] = Setting(found.options(), values["options"].origin)
    if as_json:
        output.write_json(
            {
                name: {"value": setting.value, "origin": setting.origin} if origin else setting.value
                for name, setting in values.items()
            }
        )
        return
    columns = ("setting", "value", "origin") if origin else ("setting", "value", "meaning")
    output.write_table(
        columns,
        [
            (name, _shown(setting.value), setting.origin if origin else KNOWN[name].help)
            for name, setting in values.items()
        ],
    )


@config.command()
@click.argument("name")
@connection_options
def get(name: str) -> None:
    """Print one setting."""
    parse_name(name)
    output.write_line(_shown(settings_of().find(name).value))


@config.command("set")
@click.argument("name")
@click.argument("value")
@click.option("--profile", "of_profile", metavar="NAME", help="Set it in this profile.")
@verbosity_options
def set_value(name: str, value: str, of_profile: str | None) -> None:
    """Set NAME to VALUE in the user's own file.

    A field of GenerateContentConfig is options.FIELD, for example options.temperature.
    """
    path = config_folder() / "config.toml"
    table = read_file(path)
    place = table
    if of_profile is not None and of_profile != DEFAULT_PROFILE:
        place = cast("dict[str, Any]", table.setdefault("profiles", {}).setdefault(of_profile, {}))
    if name == "profile" and of_profile is None:
        place[name] = value
    elif name.startswith("options."):
        field = parse_options((f"{name.removeprefix('options.')}={value}",))
        cast("dict[str, Any]", place.setdefault("options", {})).update(field)
    else:
        known = parse_name(name)
        place[known] = parse_value(known, value)
    write_private(path, to_toml(table))
    output.note(f"{name} = {value} in {path}")


@config.command()
@click.argument("name")
@click.option("--profile", "of_profile", metavar="NAME", help="Remove it from this profile.")
@verbosity_options
def unset(name: str, of_profile: str | None) -> None:
    """Remove NAME from the user's own file."""
    path = config_folder() / "config.toml"
    table = read_file(path)
    place: dict[str, Any] = table
    if of_profile is not None and of_profile != DEFAULT_PROFILE:
        place = table.get("profiles", {}).get(of_profile, {})
    if name not in place:
        raise Failure(f"{path}: {name} is not set there.")
    del place[name]
    write_private(path, to_toml(table))


@config.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@connection_options
def profiles(as_json: bool) -> None:
    """List the profiles; the chosen one has a star."""
    found = settings_of()
    if as_json:
        output.write_json({"profile": found.profile, "profiles": found.profiles})
        return
    names = sorted({DEFAULT_PROFILE, *found.profiles})
    rows = [("*" if name == found.profile else "", name, _shown(found.profiles.get(name, {}))) for name in names]
    output.write_table(("", "profile", "settings"), rows)


@config.command()
@connection_options
def path() -> None:
    """Print the paths of the files that are read."""
    found = settings_of()
    output.write_line(str(found.user_file))
    if found.project_file is not None:
        output.write_line(str(found.project_file))


def parse_name(name: str) -> str:
    """Return the name of a setting. Raises `Failure` if it is unknown."""
    if name not in KNOWN:
        from difflib import get_close_matches

        close = get_close_matches(name, KNOWN, 1)
        raise Failure(
            f"Unknown setting {name!r}.",
            hint=f"Did you mean {close[0]}?" if close else "genai config show lists the settings.",
        )
    return name


def to_toml(table: dict[str, Any], prefix: str = "") -> str:
    """Return a table as TOML: values first, then the tables in it. Comments of an earlier file are lost."""
    lines = [f"{_key(name)} = {_value(value)}" for name, value in table.items() if not isinstance(value, dict)]
    text = "".join(f"{line}\n" for line in lines)
    for name, value in table.items():
        if isinstance(value, dict):
            members = cast("dict[str, Any]", value)
            path = f"{prefix}{_key(name)}"
            has_tables_only = bool(members) and all(isinstance(member, dict) for member in members.values())
            text += ("" if has_tables_only else f"\n[{path}]\n") + to_toml(members, f"{path}.")
    return text


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else json.dumps(name, ensure_ascii=False)


def _value(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_value(item) for item in cast("list[Any]", value)) + "]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return json.dumps(value) if isinstance(value, (bool, int, float)) else str(value)


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
