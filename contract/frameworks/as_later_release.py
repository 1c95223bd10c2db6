"""Runs a program for a framework that requires a later release of the SDK: `python as_later_release.py PROGRAM`.

Such frameworks use names of `google.genai.types` that this release does not have yet; they get stand-ins, and the version number of
the package is that of a later release. No program in this folder depends on the behaviour of the stand-ins.
"""

from __future__ import annotations

import enum
import importlib.metadata
import runpy
import sys
from typing import Any

import pydantic

from google.genai import types

_VERSION = "2.34.0"
_ENUMS = {
    "InteractionStatus": ["IN_PROGRESS", "REQUIRES_ACTION", "IDLE"],
    "VoiceActivityType": ["ACTIVITY_START", "ACTIVITY_END"],
}
_MODELS = (
    *("AvatarConfig", "HistoryConfig", "ToolCall", "ToolResponse", "TranslationConfig", "VoiceActivity"),
    *("ToolParallelAiSearch", "ToolExaAiSearch", "McpServer"),
)
_FIELDS_OF_PARTS = ("tool_call", "tool_response", "part_metadata")


def main() -> None:
    for name, members in _ENUMS.items():
        _add(types, name, enum.Enum(name, members))
    for name in _MODELS:
        _add(types, name, pydantic.create_model(name, __config__=pydantic.ConfigDict(extra="allow")))
    for name in _FIELDS_OF_PARTS:
        _add(types.Part, name, None)
    types.LiveConnectConfig = type("LiveConnectConfig", (types.LiveConnectConfig,), {}, extra="allow")
    original = importlib.metadata.version
    importlib.metadata.version = lambda name: _VERSION if name == "google-genai" else original(name)
    runpy.run_path(sys.argv[1], run_name="__main__")


def _add(owner: Any, name: str, value: Any) -> None:
    if hasattr(owner, name):
        raise SystemExit(f"{owner.__name__}.{name} exists now; remove it from {__file__}.")
    setattr(owner, name, value)


main()
