"""The first async call, retry, upload and download block the event loop with no import and no loading of certificates."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .misbehaving import MisbehavingServer, Peer, error_body

if TYPE_CHECKING:
    from genai_local import ScriptedGemini

_PROGRAM = Path(__file__).parents[1] / "programs" / "loop_imports.py"

library = pytest.mark.parametrize("library", ["", "httpx2", "httpx"], ids=["aiohttp", "httpx2", "httpx"])


def loaded_on_the_loop(case: str, url: str, library: str) -> list[str]:
    command = [sys.executable, "-W", "error", str(_PROGRAM), case, url]
    environment = {**os.environ, "GOOGLE_GENAI_HTTP_CLIENT": library}
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=environment)
    assert done.returncode == 0, done.stderr[-3_000:]
    return json.loads(done.stdout)


@library
@pytest.mark.parametrize("case", ["call", "stream", "retry", "broken", "tls", "arguments", "headers"])
def test_calls_load_nothing_on_the_loop(server: MisbehavingServer, case: str, library: str) -> None:
    if case == "retry":
        server.on_request(lambda peer: peer.reply(503, error_body(503)), Peer.answer)
    if case == "broken":
        server.on_request(Peer.reset)
    url = server.url.replace("http:", "https:") if case == "tls" else server.url
    assert loaded_on_the_loop(case, url, library) == []


@library
@pytest.mark.parametrize("case", ["upload", "download"])
def test_transfers_load_nothing_on_the_loop(gemini: ScriptedGemini, case: str, library: str) -> None:
    assert loaded_on_the_loop(case, gemini.url, library) == []
