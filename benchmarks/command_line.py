"""Measures how long the command line takes: `python -m benchmarks.command_line`. Each number is the time above `python -c pass`
of the same round, in an environment of its own with only `google-genai[cli]`. The server answers at once."""

import argparse
import os
import re
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from benchmarks.environments import FOLDER, REPOSITORY, Environment, install

ROUNDS = 25
WARM_UP = 3
PACKAGE = REPOSITORY / "packages" / "google-genai"
ANSWER = b'{"candidates": [{"content": {"role": "model", "parts": [{"text": "Hi."}]}, "finishReason": "STOP"}]}'
EVENT = b"data: " + ANSWER + b"\r\n\r\n"
REPLY = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n"
    b"content-length: " + str(len(EVENT)).encode() + b"\r\n\r\n" + EVENT
)
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
PROGRAM = """
from google import genai
for chunk in genai.Client().models.generate_content_stream(model="gemini-2.5-flash", contents="Hi"):
    print(chunk.text)
"""
"""The same call without the command line."""


@dataclass
class Row:
    """A command, its limit in ms above bare Python (or None), and the measured times in ms."""

    name: str
    command: list[str]
    limit_ms: float | None = None
    first_byte_limit_ms: float | None = None
    environment: dict[str, str] = field(default_factory=dict)
    times_ms: list[float] = field(default_factory=list)
    processor_ms: list[float] = field(default_factory=list)
    """Processor time, which depends less on other load of the machine."""
    first_byte_ms: list[float] = field(default_factory=list)


class Server:
    """A server that answers each request at once, and remembers when the first byte of the last request arrived."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.arrived: float | None = None
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:  # closed
                return
            with connection:
                received = connection.recv(65536)
                self.arrived = time.perf_counter()
                while not _is_whole(received):
                    more = connection.recv(65536)
                    if not more:
                        break
                    received += more
                connection.sendall(REPLY)


def _is_whole(received: bytes) -> bool:
    head, separator, body = received.partition(b"\r\n\r\n")
    length = LENGTH.search(head + b"\r\n")
    return bool(separator) and len(body) >= (int(length[1]) if length else 0)


@contextmanager
def server() -> Iterator[Server]:
    """Yield a running server."""
    running = Server()
    try:
        yield running
    finally:
        running.socket.close()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.command_line", description=__doc__)
    parser.add_argument(
        "--rounds", type=int, default=ROUNDS, help=f"rounds after {WARM_UP} warm-ups (default {ROUNDS})"
    )
    rounds: int = parser.parse_args().rounds
    environment = Environment(FOLDER / "command-line")
    install(environment, [f"{PACKAGE}[cli]"], fresh=True)
    subprocess.run([environment.python, "-m", "compileall", "-q", environment.folder / "lib"], check=False)
    python, genai = str(environment.python), str(environment.folder / "bin" / "genai")
    completion = {"_GENAI_COMPLETE": "bash_complete", "COMP_WORDS": "genai ge", "COMP_CWORD": "1"}
    base = Row("python -c pass", [python, "-c", "pass"])
    rows = [
        base,
        Row("genai --version", [genai, "--version"], limit_ms=30),
        Row("genai --help", [genai, "--help"], limit_ms=60),
        Row("completion of a command", [genai], limit_ms=60, environment=completion),
        Row("genai generate --help", [genai, "generate", "--help"]),
        Row("the SDK alone, streamed", [python, "-c", PROGRAM]),
        Row("genai generate", [genai, "generate", "Hi"], limit_ms=330, first_byte_limit_ms=250),
        Row("genai generate -n", [genai, "generate", "Hi", "-n"]),
    ]
    with server() as stub, tempfile.TemporaryDirectory() as folder:
        common = {
            "PATH": os.environ["PATH"],
            "HOME": folder,
            "GENAI_USER_FOLDER": f"{folder}/user",
            "GOOGLE_API_KEY": "key",
            "GOOGLE_GEMINI_BASE_URL": f"http://127.0.0.1:{stub.port}",
        }
        for number in range(rounds + WARM_UP):
            for row in rows if number % 2 else rows[::-1]:
                stub.arrived = None
                before = resource.getrusage(resource.RUSAGE_CHILDREN)
                began = time.perf_counter()
                subprocess.run(
                    row.command,
                    env=common | row.environment,
                    cwd=folder,
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    check=True,
                )
                ended = time.perf_counter()
                after = resource.getrusage(resource.RUSAGE_CHILDREN)
                if number >= WARM_UP:
                    row.times_ms.append((ended - began) * 1000)
                    used_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
                    row.processor_ms.append(used_s * 1000)
                    if stub.arrived is not None:
                        row.first_byte_ms.append((stub.arrived - began) * 1000)
    print(report(rows, base))
    return 0


def report(rows: list[Row], base: Row) -> str:
    """Return a table: medians in ms, the times above bare Python, and whether the limits are kept."""
    bare = statistics.median(base.times_ms)
    lines = [
        f"{os.uname().sysname}, Python {sys.version.split()[0]}, {len(base.times_ms)} rounds, medians in ms",
        "",
        "| command | first byte | ended | above bare Python | processor | limit | verdict |",
        "|---|--:|--:|--:|--:|--:|---|",
    ]
    for row in rows:
        ended = statistics.median(row.times_ms)
        first = statistics.median(row.first_byte_ms) if row.first_byte_ms else None
        limits = [
            (ended - bare if row.first_byte_limit_ms is None else ended, row.limit_ms),
            (first, row.first_byte_limit_ms),
        ]
        checked = [(value, limit) for value, limit in limits if limit is not None and value is not None]
        verdict = "" if not checked else "met" if all(value <= limit for value, limit in checked) else "MISSED"
        told = " / ".join(f"{limit:g}" for _, limit in reversed(checked))
        lines.append(
            f"| {row.name} | {'' if first is None else f'{first:.0f}'} | {ended:.0f} | {ended - bare:.0f} | "
            f"{statistics.median(row.processor_ms):.0f} | {told} | {verdict} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
