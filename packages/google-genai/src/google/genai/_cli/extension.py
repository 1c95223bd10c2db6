"""What a command of another package may use: an entry point of the group `genai.commands` that names a click command.

These names stay as they are. Everything else in this folder may change with any release.
"""

from .connection import Target, settings
from .exits import Exit, Failure
from .flags import connection_options, json_lines_option, keep_target, verbosity_options
from .output import complain, is_quiet, is_terminal, note, write_json, write_line
from .schemas import read_schema

__all__ = [
    "Exit",
    "Failure",
    "Target",
    "complain",
    "connection_options",
    "is_quiet",
    "is_terminal",
    "json_lines_option",
    "keep_target",
    "note",
    "read_schema",
    "settings",
    "verbosity_options",
    "write_json",
    "write_line",
]
