"""Jobs on Ray for tests: the environment, the processes of a job and of a cluster, killing them, and the rows that a job has
written.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet

_ROOT = Path(__file__).resolve().parents[4]
_PROGRAM = Path(__file__).with_name("job_program.py")
_CLUSTER_PROGRAM = Path(__file__).with_name("cluster_program.py")
_LIMIT_S = 240


class _Program:
    """A running program on Ray, and all processes that it starts.

    Args:
        url: base URL of the service.
        path: the program.
        options: the options of the program.
    """

    def __init__(self, url: str, path: Path, options: dict[str, Any]) -> None:
        settings = {
            key: value for key, value in os.environ.items() if not key.startswith(("GOOGLE_", "GEMINI_", "PYTHON"))
        }
        self._process = subprocess.Popen(
            [str(_interpreter()), str(path), json.dumps(options)],
            env={**settings, "GOOGLE_GEMINI_BASE_URL": url, "GOOGLE_API_KEY": "key"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._seen: set[int] = set()

    def kill(self) -> None:
        """Kill the program at once."""
        self._seen.update(_descendants(self._process.pid))
        self._process.kill()
        self._process.communicate()

    def close(self) -> None:
        """End the program and all its processes."""
        self._seen.update(_descendants(self._process.pid))
        if self._process.poll() is None:
            self.kill()
        end = time.monotonic() + 15
        left = {pid for pid in self._seen if _is_of_ray(pid)}
        while left and time.monotonic() < end:
            time.sleep(0.1)
            left = {pid for pid in left if _is_of_ray(pid)}
        for pid in left:
            os.kill(pid, signal.SIGKILL)


class Job(_Program):
    """A running job.

    Args:
        url: base URL of the service.
        options: the options of the program.
    """

    def __init__(self, url: str, options: dict[str, Any]) -> None:
        super().__init__(url, _PROGRAM, options)

    def result(self) -> dict[str, Any]:
        """Return what the program printed about its end. Ray prints messages of its own."""
        printed, _ = self._process.communicate(timeout=_LIMIT_S)
        assert self._process.returncode == 0, printed[-2000:]
        (line,) = [line for line in printed.splitlines() if line.startswith('{"error"')]
        return json.loads(line)

    def wait_until(self, is_so: Callable[[], bool]) -> None:
        """Wait until something is so.

        Raises:
            TimeoutError: when it is not so after some minutes, or the job has ended.
        """
        end = time.monotonic() + _LIMIT_S
        while not is_so():
            if time.monotonic() > end or self._process.poll() is not None:
                raise TimeoutError("the job has ended, or takes too long")
            time.sleep(0.02)

    def kill_one(self, title: str = "MapBatches(Worker)") -> bool:
        """Kill a process of an actor at once; return whether one was there.

        Args:
            title: a part of its title.
        """
        for pid in sorted(_descendants(self._process.pid)):
            if title.encode() in _command(pid):
                os.kill(pid, signal.SIGKILL)
                return True
        return False


class Cluster(_Program):
    """A cluster with two nodes, on which several jobs can run.

    Args:
        url: base URL of the service.
        first: CPUs of the first node.
        second: CPUs of the second node.
    """

    def __init__(self, url: str, first: int, second: int) -> None:
        super().__init__(url, _CLUSTER_PROGRAM, {"first": first, "second": second})
        self.address = self._line("address")

    def kill_second_node(self) -> None:
        """Kill all processes of the second node."""
        assert self._process.stdin is not None
        self._process.stdin.write("kill\n")
        self._process.stdin.flush()
        self._line("killed")

    def close(self) -> None:
        """End the cluster, and all its processes that are left."""
        self._seen.update(_descendants(self._process.pid))
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.communicate(timeout=_LIMIT_S / 4)
        super().close()

    def _line(self, begin: str) -> str:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            word, _, rest = line.strip().partition(" ")
            if word == begin:
                return rest
        raise AssertionError(f"the program of the cluster has ended without the line {begin!r}")


@contextmanager
def job(url: str, **options: Any) -> Iterator[Job]:
    """Start a job, and end all its processes at the end of the block."""
    started = Job(url, options)
    try:
        yield started
    finally:
        started.close()


@contextmanager
def cluster(url: str, *, first: int, second: int) -> Iterator[Cluster]:
    """Start a cluster, and end all its processes at the end of the block."""
    started = Cluster(url, first, second)
    try:
        yield started
    finally:
        started.close()


def write_source(path: Path, rows: int) -> str:
    """Write a source with a different prompt in each row."""
    table = pyarrow.table({"id": list(range(rows)), "text": [f"row {number}" for number in range(rows)]})
    pyarrow.parquet.write_table(table, path)
    return str(path)


def rows_of(sink: Path, *, is_complete: bool = False) -> list[dict[str, Any]]:
    """Return the rows that jobs have written.

    Args:
        sink: the folder.
        is_complete: whether no job is writing, so that each file must be readable.
    """
    tables: list[Any] = []
    for path in sink.glob("*.parquet"):
        try:
            tables.append(pyarrow.parquet.read_table(path))
        except pyarrow.ArrowInvalid:
            if is_complete:
                raise
    return pyarrow.concat_tables(tables).sort_by("id").to_pylist() if tables else []


def kept_rows(checkpoint: Path) -> int:
    """Return the number of rows whose keys a checkpoint has. No job may be writing."""
    paths = [path for path in checkpoint.glob("*.parquet") if not path.name.endswith(".pending.parquet")]
    return sum(pyarrow.parquet.read_metadata(path).num_rows for path in paths)


def _interpreter() -> Path:
    if str(_ROOT) not in sys.path:
        sys.path.append(str(_ROOT))
    return importlib.import_module("contract.framework_programs").interpreter("ray")


def _descendants(pid: int) -> set[int]:
    """Return the processes that a process and its children have started."""
    children: dict[int, list[int]] = {}
    for each in Path("/proc").iterdir():
        if each.name.isdigit():
            try:
                parent = int((each / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            children.setdefault(parent, []).append(int(each.name))
    found: set[int] = set()
    open_pids = [pid]
    while open_pids:
        for child in children.get(open_pids.pop(), []):
            found.add(child)
            open_pids.append(child)
    return found


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _is_of_ray(pid: int) -> bool:
    return b"ray" in _command(pid)
