"""The plugin in a pytest run of its own, and what importing it costs."""

from __future__ import annotations

import subprocess
import sys

LIGHT = """
import sys
import pytest
before = set(sys.modules)
import genai_local, genai_local.pytest_plugin
heavy = {"starlette", "uvicorn", "httpx2", "anyio", "asyncio", "jsonschema", "rich", "click", "platformdirs"}
print(sorted({name.partition(".")[0] for name in set(sys.modules) - before} & heavy))
"""

INI = """
[pytest]
asyncio_mode = auto
asyncio_default_fixture_loop_scope = function
filterwarnings = error
"""

TEST = """
import asyncio
import urllib.request
import json

def ask(gemini, text):
    body = json.dumps({"contents": [{"parts": [{"text": text}]}]}).encode()
    url = gemini.url + "/v1beta/models/gemini-2.5-flash:generateContent"
    request = urllib.request.Request(url, body, {"content-type": "application/json"})
    with urllib.request.urlopen(request) as reply:
        return json.load(reply)["candidates"][0]["content"]["parts"][0]["text"]

def test_sync(gemini):
    gemini.on("hi").reply("hello")
    assert ask(gemini, "hi") == "hello"

def test_state_is_gone(gemini):
    assert ask(gemini, "hi") != "hello"

async def test_async(gemini):
    assert "scripted" in await asyncio.to_thread(ask, gemini, "hi")

def test_unfinished_business(gemini):
    gemini.fail(stall=True)
    gemini.on("x").reply("y")
"""


def test_import_is_light():
    done = subprocess.run([sys.executable, "-c", LIGHT], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_run_with_warnings_as_errors(tmp_path):
    (tmp_path / "test_it.py").write_text(TEST)
    (tmp_path / "pytest.ini").write_text(INI)
    command = [
        sys.executable,
        "-X",
        "dev",
        "-W",
        "error",
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:anyio",  # its plugin uses names that newer releases of pytest warn about
        str(tmp_path),
    ]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert "4 passed" in done.stdout, done.stdout + done.stderr
    assert done.stderr == ""
