"""Everything that the commands print: answers and results on stdout, all other text on stderr.

rich is imported for tables on a terminal, and nowhere else. Texts of models and of the service cannot move the cursor or change
the terminal: their control characters are shown as text.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_WIDE = 60
"""Columns of a terminal from which on short values of a table are not broken."""
_PIPE_IS_CLOSED = "the reader of the output has closed it"


class ClosedOutput(Exception):
    """The reader of stdout has closed it, as `head` does. The program ends quietly."""


class Quiet:
    """Whether notes on stderr are left out (`--quiet`). One value for the process."""

    value = False


class JsonLines:
    """Whether `--json` prints lines of JSON, also for an error: a command that prints while it works. One value for the process."""

    value = False


def prepare_streams() -> None:
    """Make every character printable, whatever encoding the terminal has."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def is_terminal(stream: TextIO | None = None) -> bool:
    """Return whether a stream, by default stdout, is a terminal that can show more than plain text."""
    stream = stream or sys.stdout
    try:
        return bool(stream) and stream.isatty() and os.environ.get("TERM") != "dumb"
    except ValueError:  # the stream is closed
        return False


def write(text: str, *, end: str = "") -> None:
    """Write text to stdout at once. Raises `ClosedOutput` if its reader has closed it."""
    if _is_missing(sys.stdout):
        raise ClosedOutput(_PIPE_IS_CLOSED)
    shown = safe(text) if is_terminal() else text
    try:
        sys.stdout.write(shown + end)
        sys.stdout.flush()
    except BrokenPipeError:
        raise ClosedOutput(_PIPE_IS_CLOSED) from None
    except ValueError:
        raise ClosedOutput(_PIPE_IS_CLOSED) from None


def write_line(text: str = "") -> None:
    """Write one line to stdout."""
    write(text, end="\n")


def write_bytes(data: bytes) -> None:
    """Write bytes to stdout."""
    if _is_missing(sys.stdout):
        raise ClosedOutput(_PIPE_IS_CLOSED)
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except (BrokenPipeError, ValueError):
        raise ClosedOutput(_PIPE_IS_CLOSED) from None


def write_json(value: Any) -> None:
    """Write a value to stdout as JSON: indented, or as one line of a command that prints lines of JSON."""
    import json

    write_line(json.dumps(value, ensure_ascii=False, indent=None if JsonLines.value else 2, default=str))


def note(text: str) -> None:
    """Write a line for people to stderr, unless `--quiet` was given."""
    if not Quiet.value:
        complain(text)


def is_quiet() -> bool:
    """Return whether `--quiet` was given."""
    return Quiet.value


def complain(text: str) -> None:
    """Write a line to stderr, also with `--quiet`."""
    if _is_missing(sys.stderr):
        return
    try:
        sys.stderr.write((safe(text) if is_terminal(sys.stderr) else text) + "\n")
        sys.stderr.flush()
    except (OSError, ValueError):
        pass


def _is_missing(stream: TextIO | None) -> bool:
    """Return whether a stream was closed before the start, as by `>&-`; Python has None then."""
    return stream is None


def safe(text: str) -> str:
    """Return text whose control characters, except for line ends and tabs, are shown as `\\x1b` and so on."""
    return _CONTROL.sub(lambda found: "" if found[0] == "\r" else f"\\x{ord(found[0]):02x}", text)


def discard_stdout() -> None:
    """Send all further output to nowhere, so that Python does not report the closed pipe when it exits."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError, AttributeError):
        pass


def write_table(columns: Sequence[str], rows: Iterable[Sequence[Any]], *, empty: str = "Nothing found.") -> None:
    """Write rows for people on a terminal, and as lines with tabs elsewhere."""
    lines = [[_cell(value) for value in row] for row in rows]
    if not is_terminal():
        for line in lines:
            write_line("\t".join(value.replace("\t", " ").replace("\n", " ") for value in line))
        return
    if not lines:
        note(empty)
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    console = Console(highlight=False)
    for at, name in enumerate(columns):
        # ids and times are for copying: they stay whole where there is space
        is_short = at < 2 and all(len(line[at]) <= 20 for line in lines)
        table.add_column(name, overflow="fold", no_wrap=is_short and console.width >= _WIDE)
    for line in lines:
        table.add_row(*(_unmarked(safe(value)) for value in line))
    try:
        console.print(table)
    except BrokenPipeError:
        raise ClosedOutput(_PIPE_IS_CLOSED) from None


def _unmarked(text: str) -> Any:
    from rich.text import Text

    return Text(text)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    named = getattr(value, "value", value)
    isoformat = getattr(named, "isoformat", None)
    return isoformat(timespec="seconds") if isoformat is not None else str(named)


def size(count: int | None) -> str:
    """Return a number of bytes for people."""
    if count is None:
        return ""
    amount = float(count)
    for unit in ("B", "KB", "MB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} GB"


def can_print(text: str) -> bool:
    """Return whether the encoding of stdout has all characters of a text."""
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
