"""The pytest plugin: the fixture `gemini`, a scripted server that starts once per session and is reset for each test.

Every pytest run in an environment with this package loads the plugin, so the module imports only pytest.
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
    """A server that implements the Gemini API, with replies that the test defines."""
    _gemini_server.reset()
    yield _gemini_server
    _gemini_server.reset()
