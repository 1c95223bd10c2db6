"""The local server behind `--local`: one that runs already, or one that is started in the background and stays.

A file in the cache folder names the address and the process of the server that was started here.
"""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from . import output
from .exits import Exit, Failure
from .places import VARIABLE, make_private, write_private

URL_VARIABLE = "GENAI_LOCAL_URL"
"""Environment variable with the address of a local server to use; nothing is started then."""
DEFAULT_URL = "http://127.0.0.1:8090"
KEY = "local"
_PROBE_LIMIT_S = 2.0
_START_LIMIT_S = 60.0
_POLL_S = 0.1
_MARK = b"exists on this server."
"""End of the message with which genai-local refuses the path `/`."""


class Running(NamedTuple):
    """A local server that was started by `--local`."""

    url: str
    pid: int


def local_url(engine: str | None = None) -> str:
    """Return the address of a local server; without one, start it, and report that on stderr.

    Args:
      engine: Engine of a server that has to be started. Default: llama if its model was downloaded, else scripted.
    """
    given = os.environ.get(URL_VARIABLE, "").strip()
    if given:
        if not answers(given):
            raise Failure(f"{URL_VARIABLE}={given}: no local server answers there.", Exit.CONNECTION)
        return given
    started = running()
    if started is not None and answers(started.url):
        return started.url
    if answers(DEFAULT_URL):
        return DEFAULT_URL
    return start(engine)


def running() -> Running | None:
    """Return the server that the state file names, whether it still runs or not; None if the file names none."""
    try:
        state: Any = json.loads(_state_file().read_text(encoding="utf-8"))
        return Running(str(state["url"]), int(state["pid"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def answers(url: str) -> bool:
    """Return whether genai-local answers at an address."""
    parts = urlsplit(url)
    if not parts.hostname:
        return False
    connection_class = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = connection_class(parts.hostname, parts.port, timeout=_PROBE_LIMIT_S)
    try:
        connection.request("GET", "/")
        return _MARK in connection.getresponse().read(4096)
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def start(engine: str | None = None) -> str:
    """Start a local server in the background, and return its address."""
    program = command()
    log = _log_file()
    chosen = engine or _engine()
    port = "8090" if _is_free(8090) else "0"
    output.note(f"Starting genai-local with the engine {chosen} ...")
    with log.open("wb") as file:
        process = subprocess.Popen(  # noqa: S603 - our own package, without a shell
            [*program, "serve", "--engine", chosen, "--port", port],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={name: value for name, value in os.environ.items() if name not in ("GOOGLE_API_KEY", "GEMINI_API_KEY")},
        )
    url = _wait_for(process, log)
    write_private(_state_file(), json.dumps({"url": url, "pid": process.pid}) + "\n")
    output.note(f"genai-local answers at {url}, and stays; genai serve --stop ends it.")
    if chosen == "scripted":
        output.note("Its answers are scripted, because no model was downloaded: genai-local pull smollm2 gets one.")
    process.returncode = 0  # the server outlives this process on purpose
    return url


def stop() -> Running | None:
    """End the server that was started here, and return it; None if none runs."""
    import signal

    started = running()
    _state_file().unlink(missing_ok=True)
    if started is None or not answers(started.url):
        return None
    os.kill(started.pid, signal.SIGTERM)
    deadline = time.monotonic() + _START_LIMIT_S
    while answers(started.url) and time.monotonic() < deadline:
        time.sleep(_POLL_S)
    return started


def command() -> list[str]:
    """Return the command that runs genai-local. Raises `Failure` if it is not installed."""
    from importlib.util import find_spec

    if find_spec("genai_local") is None:
        raise Failure(
            "The local server needs the package genai-local, which is not installed.",
            hint="In a clone of the repository: pip install './packages/genai-local[llama]'",
        )
    return [sys.executable, "-m", "genai_local.cli"]


def _engine() -> str:
    """Return llama if its model was downloaded and its library is installed, else scripted."""
    done = subprocess.run(
        [sys.executable, "-c", "import xllamacpp; from genai_local import weights; weights.find(weights.DEFAULT)"],
        capture_output=True,
        timeout=_START_LIMIT_S,
        check=False,
    )
    return "llama" if done.returncode == 0 else "scripted"


def _wait_for(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + _START_LIMIT_S
    while time.monotonic() < deadline:
        text = log.read_text(encoding="utf-8", errors="replace")
        for word in text.split():
            if word.startswith("http://") and answers(word):
                return word
        if process.poll() is not None:
            break
        time.sleep(_POLL_S)
    if process.poll() is None:
        process.terminate()
    tail = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:])
    raise Failure(f"genai-local did not start:\n{tail}", Exit.CONNECTION, hint=f"The whole output is in {log}.")


def _is_free(port: int) -> bool:
    import socket

    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _folder() -> Path:
    given = os.environ.get(VARIABLE)
    if given:
        return make_private(Path(given))
    from platformdirs import user_cache_path

    return make_private(user_cache_path("genai", appauthor=False))


def _state_file() -> Path:
    return _folder() / "local.json"


def _log_file() -> Path:
    return _folder() / "local.log"
