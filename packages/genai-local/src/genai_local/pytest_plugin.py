"""The pytest plugin: the fixture `gemini`, a scripted server that starts once a session and is reset for each test.

Loaded by every pytest run of an environment where the package is installed, so it imports nothing but pytest here.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .testing import ScriptedGemini


@pytest.fixture(scope="session")
def _gemini_server() -> Generator[ScriptedGemini, None, None]:  # pyright: ignore[reportUnusedFunction]
    from .testing import ScriptedGemini

    with ScriptedGemini() as server:
        yield server


@pytest.fixture
def gemini(_gemini_server: ScriptedGemini) -> Generator[ScriptedGemini, None, None]:
    """A server that speaks the Gemini API and answers as the test says."""
    _gemini_server.reset()
    yield _gemini_server
    _gemini_server.reset()
