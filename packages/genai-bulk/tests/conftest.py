"""The other end of the tests is genai-local, whose answer to a prompt is `label of PROMPT` unless a test says otherwise."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from genai_local.testing import ScriptedGemini

MODEL = "gemini-2.5-flash"


class Service:
    """genai-local with the answers of these tests."""

    def __init__(self, gemini: ScriptedGemini) -> None:
        self.gemini = gemini

    def answer(self) -> None:
        """Answer each prompt with its label."""
        self.gemini.on().reply(lambda request: "label of " + request["contents"][-1]["parts"][0]["text"])

    @property
    def prompts(self) -> Counter[str]:
        """The prompts that arrived, with their number."""
        requests = [each for each in self.gemini.requests if each.path.endswith(":generateContent")]
        return Counter(each.json["contents"][-1]["parts"][0]["text"] for each in requests)


@pytest.fixture
def service(gemini: ScriptedGemini, monkeypatch: pytest.MonkeyPatch) -> Service:
    for name in ("GEMINI_API_KEY", "GOOGLE_GENAI_USE_VERTEXAI", "GOOGLE_GENAI_USE_ENTERPRISE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GOOGLE_API_KEY", "local")
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", gemini.url)
    return Service(gemini)


@pytest.fixture
def answering(service: Service) -> Service:
    service.answer()
    return service


def texts(count: int) -> list[dict[str, Any]]:
    """Return rows with an id and a text."""
    return [{"id": f"r{number}", "text": f"text {number}"} for number in range(count)]


def write_jsonl(path: Path, rows: Iterable[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def read_jsonl(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
