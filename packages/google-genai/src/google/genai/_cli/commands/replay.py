"""`genai replay`: show the traffic in a recording, or run another command against it, without a network."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, cast

import click

from .. import output
from ..exits import Failure
from ..flags import verbosity_options
from ..resources import JSON

_VARIABLES = ("GOOGLE_GENAI_CLIENT_MODE", "GOOGLE_GENAI_REPLAY_ID", "GOOGLE_GENAI_REPLAYS_DIRECTORY")
_LONGEST_URL = 100


@click.command(context_settings={"allow_interspersed_args": False})
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
@click.option("--record", is_flag=True, help="Record the traffic of COMMAND into FILE.")
@JSON
@verbosity_options
def replay(file: Path, command: tuple[str, ...], record: bool, as_json: bool) -> int:
    """Show the recorded requests in FILE, or run COMMAND with the recorded replies.

    \b
      genai replay --record story.json generate "Tell me a story."
      genai replay story.json
      genai replay story.json generate "Tell me a story."
    """
    if not command:
        if record:
            raise Failure("--record: expected the command to record after the file.")
        _show(file, as_json)
        return 0
    if file.suffix != ".json":
        raise Failure(f"{file}: the name of a recording ends in .json.")
    if not record and not file.exists():
        raise Failure(f"{file}: No such file or directory.", hint="--record writes it.")
    from ..program import run

    values = ("record" if record else "replay", file.stem, str(file.resolve().parent))
    before = {name: os.environ.get(name) for name in _VARIABLES}
    os.environ.update(zip(_VARIABLES, values, strict=True))
    try:
        return run([*command, "--json"] if as_json else list(command))
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _show(file: Path, as_json: bool) -> None:
    rows = [_row(entry) for entry in _entries(file)]
    if as_json:
        output.write_json([dict(zip(("method", "url", "result"), row, strict=True)) for row in rows])
        return
    output.write_table(
        ("", "method", "url", "result"), [(number, *row) for number, row in enumerate(rows)], empty="It is empty."
    )


def _entries(file: Path) -> list[dict[str, Any]]:
    """Return the exchanges of a recording of this SDK, or the interactions of one of the official SDK."""
    try:
        whole: Any = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise Failure(f"{file}: {error.strerror}.") from error
    except ValueError as error:
        raise Failure(f"{file}: not JSON: {error}. The file was cut or edited.") from None
    given = cast("dict[str, Any]", whole) if isinstance(whole, dict) else {}
    entries: Any = given.get("exchanges", given.get("interactions"))
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in cast("list[Any]", entries)):
        raise Failure(f"{file}: expected a recording, an object with a list of exchanges.")
    return cast("list[dict[str, Any]]", entries)


def _row(entry: dict[str, Any]) -> tuple[str, str, str]:
    request: dict[str, Any] = entry.get("request") or {}
    response: dict[str, Any] = entry.get("response") or {}
    status = response.get("status", response.get("status_code"))
    if "messages" in entry:
        result = f"{len(entry['messages'])} messages"
    elif status is not None:
        result = str(status)
    else:
        error: dict[str, Any] = entry.get("error") or {}
        result = str(error.get("kind", "no reply"))
    url = str(request.get("url", ""))
    shown = url if len(url) <= _LONGEST_URL else url[: _LONGEST_URL - 1] + "…"
    return str(request.get("method", "")), shown, result
