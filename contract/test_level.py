"""`tools/level`: what a newer release adds."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

_ROOT = Path(__file__).resolve().parent.parent
_LIMIT_S = 1200


def _tool(name: str) -> Any:
    if str(_ROOT) not in sys.path:
        sys.path.append(str(_ROOT))
    return importlib.import_module(f"tools.level.{name}")


def _surface(**parts: Any) -> dict[str, Any]:
    empty: dict[str, Any] = {
        "modules": {"types": ["Part"]},
        "enums": {"Tone": {"LOW": "LOW"}},
        "classes": {"Part": {"text": {"shape": ["str"], "alias": "text", "required": False}}},
        "methods_of_clients": {"client.models.get": ["model", "config=None"]},
        "of_types": {},
    }
    return empty | parts


def test_a_surface_adds_nothing_to_itself() -> None:
    assert all(not lines for _, lines in _tool("additions").sections(_surface(), _surface()))


def test_each_addition_has_a_line() -> None:
    field = {"shape": ["list", ["model", "Part"]], "alias": "parts", "required": False}
    newer = _surface(
        modules={"types": ["Part"], "voices": ["Voice"]},
        enums={"Tone": {"LOW": "LOW", "HIGH": "high"}, "Pace": {"SLOW": "SLOW"}},
        classes={"Part": {"text": {"shape": ["int"], "alias": "text", "required": False}, "parts": field}, "Voice": {}},
        methods_of_clients={"client.models.get": ["model", "page=1"], "client.voices.list": []},
        of_types={"Part.from_text": ["text"]},
    )
    found = {title: lines for title, lines in _tool("additions").sections(newer, _surface()) if lines}
    assert found == {
        "new modules": ["voices: Voice"],
        "new enums": ["Pace: SLOW"],
        "new members": ["Tone.HIGH: 'high'"],
        "new models": ["Voice: no fields"],
        "new fields": ["Part.parts: list[Part]"],
        "changed types of fields": ["Part.text: str -> int"],
        "new methods of clients": ["client.voices.list()"],
        "changed methods of clients": ["client.models.get: +page=1 -config=None"],
        "new methods of types": ["Part.from_text(text)"],
    }
    gone = dict(_tool("additions").sections(_surface(), newer))["names that are gone"]
    assert gone == ["Pace", "Voice", "client.voices.list"]


@pytest.mark.parametrize(
    ("field", "sent", "place"),
    [
        ("config.top_k", {"generationConfig": {"topK": 1}, "model": "m"}, "generationConfig.topK"),
        ("config.tools", {"tools": [{"a": 1}]}, "tools[].a"),
        ("config.top_k", {"other": 1}, "other"),
        ("config.top_k", {}, "not sent"),
    ],
)
def test_a_place_is_what_a_request_has_beyond_the_plain_one(field: str, sent: Any, place: str) -> None:
    plain, filled = ({"requests": [{"method": "POST", "path": "/", "body": body}]} for body in ({}, sent))
    assert _tool("places")._place(field, filled, plain) == place


def test_a_refused_field_has_no_place() -> None:
    refused = {"requests": [], "raised": {"refused": True, "families": ["ValueError"]}}
    assert _tool("places")._place("config.a", refused, {"requests": []}) == "refused"


@pytest.mark.heavy
def test_the_newest_release_compared_with_an_older_one() -> None:
    command = [sys.executable, "-m", "tools.level", "3.6.1", "--than", "2.34.0"]
    done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, timeout=_LIMIT_S, check=True)  # noqa: S603
    assert "ThinkingLevel.XHIGH: 'XHIGH'" in done.stdout
    assert "client.decisions.create" in done.stdout
    assert "audio_metadata.end_offset  gemini: audioMetadata.end_offset" in done.stdout


@pytest.mark.heavy
def test_nothing_of_the_newest_release_is_missing_here() -> None:
    command = [sys.executable, "-m", "tools.level", "3.6.1", "--no-places"]
    done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, timeout=_LIMIT_S, check=True)  # noqa: S603
    for title in ("new modules", "new enums", "new members", "new models", "new fields"):
        assert f"{title}: 0" in done.stdout, done.stdout
