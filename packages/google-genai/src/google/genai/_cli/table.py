"""The table of the commands: name, module, and the line that the help shows. Nothing here imports a command."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import NamedTuple


class Entry(NamedTuple):
    """One command, before it is imported."""

    module: str
    """Module and name of the click command, as `module:name`."""
    help: str
    section: str


_GROUP = "genai.commands"
_ASK, _MEDIA, _STORED, _HERE = "Ask a model", "Other answers", "On the service", "On this machine"


def _own(name: str, help: str, section: str) -> Entry:
    return Entry(f"google.genai._cli.commands.{name}:{name}", help, section)


COMMANDS: dict[str, Entry] = {
    "generate": _own("generate", 'Print the answer to a prompt; genai "..." for short.', _ASK),
    "chat": _own("chat", "Talk with a model; the conversation is kept.", _ASK),
    "interactions": _own("interactions", "Use conversations that the service keeps.", _ASK),
    "live": _own("live", "Send text or a sound file to a live session.", _ASK),
    "image": _own("image", "Generate pictures.", _MEDIA),
    "video": _own("video", "Generate videos.", _MEDIA),
    "embed": _own("embed", "Print the embeddings of texts.", _MEDIA),
    "tokens": _own("tokens", "Count the tokens of a prompt.", _MEDIA),
    "models": _own("models", "List and change models.", _STORED),
    "files": _own("files", "Upload, list, download and delete files.", _STORED),
    "caches": _own("caches", "Cache long prompts.", _STORED),
    "batches": _own("batches", "Run many prompts in a batch.", _STORED),
    "stores": _own("stores", "Search in documents: file search stores.", _STORED),
    "operations": _own("operations", "Look at long-running operations, and wait for them.", _STORED),
    "tunings": _own("tunings", "Tune models with examples.", _STORED),
    "logs": _own("logs", "Show and search earlier exchanges.", _HERE),
    "keys": _own("keys", "Store API keys.", _HERE),
    "config": _own("config", "Show and change settings and profiles.", _HERE),
    "serve": _own("serve", "Run the local server genai-local.", _HERE),
    "replay": _own("replay", "Show and run recorded traffic.", _HERE),
    "doctor": _own("doctor", "Check backend, credentials, network and versions.", _HERE),
    "completion": _own("completion", "Print the shell completion for bash, zsh or fish.", _HERE),
}
"""The commands of this package."""

OTHERS = "From other packages"
"""Section of the commands that other packages add."""


def other_commands() -> dict[str, Entry]:
    """Return the commands that installed packages add by the entry point group `genai.commands`; none is imported.

    The files of the packages are read directly: `importlib.metadata` would double the time of `genai --help`.
    """
    found: dict[str, Entry] = {}
    for folder in dict.fromkeys(sys.path):
        try:
            with os.scandir(folder or ".") as entries:
                packages = sorted(entry.name for entry in entries if entry.name.endswith(".dist-info"))
        except OSError:
            continue
        for package in packages:
            for name, value in _entry_points(os.path.join(folder, package, "entry_points.txt")):
                if name not in COMMANDS and name not in found:
                    help = f"Added by the package {package.partition('-')[0].replace('_', '-')}."
                    found[name] = Entry(value, help, OTHERS)
    return found


def _entry_points(path: str) -> Iterator[tuple[str, str]]:
    """Yield the names and values of our group in a file of entry points."""
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    except (OSError, UnicodeDecodeError):
        return
    _, _, section = text.partition(f"[{_GROUP}]")
    for line in section.splitlines():
        if line.lstrip().startswith("["):
            return
        name, separator, value = line.partition("=")
        if separator:
            yield name.strip(), value.partition("[")[0].strip()
