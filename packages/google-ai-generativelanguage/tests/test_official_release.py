"""The official release in an environment of its own: all recorded comparisons again, and messages from one side to the other."""

from __future__ import annotations

import fcntl
import importlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.heavy

_ROOT = Path(__file__).resolve().parents[3]
_LIMIT_S = 900


def _tool(name: str) -> Any:
    if str(_ROOT) not in sys.path:
        sys.path.append(str(_ROOT))
    return importlib.import_module(f"tools.rpc_conformance.{name}")


@pytest.fixture
def official() -> Path:
    """The interpreter of the environment with the official release. Only one process at a time installs it."""
    cache = _ROOT / ".cache"
    cache.mkdir(exist_ok=True)
    with (cache / "rpc_conformance.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        environment = _tool("__main__").official()
    return environment.python


def test_every_case_again(official: Path) -> None:
    assert official.exists()
    done = subprocess.run(
        [sys.executable, "-m", "tools.rpc_conformance"], cwd=_ROOT, capture_output=True, text=True, timeout=_LIMIT_S
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]


@pytest.mark.parametrize("seed", [2, 3])
def test_messages_of_one_side_are_read_on_the_other(seed: int, official: Path, tmp_path: Path) -> None:
    running, ours_python = _tool("running"), Path(sys.executable)
    given = f"{seed} 20"
    ours, theirs = (running.outcomes(python, "emit", given) for python in (ours_python, official))
    assert ours == theirs
    written = tmp_path / "messages.json"
    for python, messages in ((official, ours), (ours_python, theirs)):
        written.write_text(json.dumps(messages))
        assert running.outcomes(python, "reread", str(written)) == messages
