"""The pytest plugin: the fixtures `gemini` and `gemini_tls`, scripted servers that start once per session and are reset for each test.

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


@pytest.fixture(scope="session")
def _gemini_tls_server() -> Generator[ScriptedGemini, None, None]:  # pyright: ignore[reportUnusedFunction]
    from .testing import ScriptedGemini

    with ScriptedGemini(tls=True) as server:
        yield server


@pytest.fixture
def gemini_tls(_gemini_tls_server: ScriptedGemini) -> Generator[ScriptedGemini, None, None]:
    """Like `gemini`, with HTTPS; clients have to trust the certificate in the file `gemini_tls.authority`."""
    _gemini_tls_server.reset()
    yield _gemini_tls_server
    _gemini_tls_server.reset()
