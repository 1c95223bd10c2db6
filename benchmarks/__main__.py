"""Compares this repository's packages with the official distributions: `python -m benchmarks`. Creates the
environments, runs the stub and the workers in interleaved rounds, and passes the samples to the report."""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks import environments, report
from benchmarks.environments import Environment
from benchmarks.report import Samples
from benchmarks.scenarios import SCENARIOS, Scenario

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "RESULTS.md"
WORKER_LIMIT_S = 300
PROFILE_LINES = 45
START_UP_PROCESSES = 3
SECONDS = 1.0
QUICK_ROUNDS, QUICK_SECONDS = 2, 0.2


class WorkerFailed(Exception):
    """A measurement that failed; the message is the end of the worker's output."""


def main() -> int:
    options = arguments()
    scenarios = [scenario for scenario in SCENARIOS if not options.only or scenario.name in options.only]
    seconds = QUICK_SECONDS if options.quick else SECONDS
    rounds = options.rounds or (QUICK_ROUNDS if options.quick else 5)
    official, ours = environments.prepare(fresh=options.fresh)
    columns = {"official": (official, "sdk"), "ours": (ours, "sdk"), "floor": (official, "bare")}
    with stub("stub.py") as port, stub("grpc_stub.py") as grpc_port:
        addresses = {False: f"http://127.0.0.1:{port}", True: f"127.0.0.1:{grpc_port}"}
        if options.profile:
            for scenario in scenarios:
                print(profile(columns[options.profile], scenario, addresses[scenario.uses_grpc], seconds))
            return 0
        failures = 0
        measured: list[Samples] = []
        for scenario in scenarios:
            samples, failed = run(scenario, columns, addresses[scenario.uses_grpc], rounds, seconds)
            measured.append(samples)
            failures += failed
    print(report.terminal(measured))
    if options.only or options.quick or failures:
        print(f"\n{RESULTS.name} is unchanged: only a complete run without failures replaces it.", file=sys.stderr)
    else:
        machine = report.machine(rounds, {"official": official.versions, "ours": ours.versions})
        RESULTS.write_text(report.markdown(measured, machine))
    return 1 if failures else 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    names = [scenario.name for scenario in SCENARIOS]
    parser.add_argument(
        "--only", action="append", choices=names, metavar="SCENARIO", help=f"repeatable; one of {', '.join(names)}"
    )
    parser.add_argument("--rounds", type=int, help="rounds of each scenario (default 5)")
    parser.add_argument(
        "--quick", action="store_true", help="check that everything runs: 2 short rounds, rough numbers"
    )
    parser.add_argument(
        "--fresh", action="store_true", help="reinstall both environments, with the newest official release"
    )
    parser.add_argument(
        "--profile", choices=("official", "ours", "floor"), help="profile the scenarios in one column, measure nothing"
    )
    options = parser.parse_args()
    if options.rounds is not None and options.rounds < 1:
        parser.error(f"--rounds: expected 1 or more, got {options.rounds}")
    return options


@contextmanager
def stub(program: str) -> Iterator[str]:
    """Run a stub and yield its port. It ends when the pipe to it closes, even if this process crashes."""
    command = [sys.executable, str(HERE / program)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        try:
            port = process.stdout.readline().strip()
            if not port:
                raise SystemExit(f"{program} did not start; see its output above")
            yield port
        finally:
            process.stdin.close()


def run(
    scenario: Scenario, columns: dict[str, tuple[Environment, str]], address: str, rounds: int, seconds: float
) -> tuple[Samples, int]:
    """Measure a scenario in all columns, one after another within each round, starting with a different one each time."""
    names = [name for name in columns if name != "floor" or scenario.has_floor]
    samples = Samples(scenario)
    failures = 0
    turns = rounds * START_UP_PROCESSES if scenario.is_start_up else rounds
    for turn in range(turns):
        progress(f"{scenario.name} {turn + 1}/{turns}")
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            try:
                samples.columns[name].append(work(columns[name], scenario, address, seconds))
            except WorkerFailed as failure:
                failures += 1
                print(f"\n{scenario.name}, {name}: {failure}", file=sys.stderr)
        if failures:
            break
    progress("")
    return samples, failures


def work(column: tuple[Environment, str], scenario: Scenario, address: str, seconds: float) -> dict[str, Any]:
    environment, program = column
    finished = spawn([str(environment.python)], program, scenario, address, seconds)
    return json.loads(finished.stdout.splitlines()[-1])


def profile(column: tuple[Environment, str], scenario: Scenario, address: str, seconds: float) -> str:
    """Return a profile: the modules that take longest to import, or the functions that take longest to run."""
    environment, program = column
    if scenario.is_start_up:
        command = [str(environment.python), "-X", "importtime"]
        written = spawn(command, program, scenario, address, seconds).stderr.splitlines()
        heading = "import time: self [us] | cumulative | module"
        timed = [line for line in written if line.startswith("import time:") and "[us]" not in line]
        lines = [heading, *sorted(timed, key=lambda line: -int(line[12:].split("|")[0]))]
    else:
        command = [str(environment.python), "-m", "cProfile", "-s", "tottime"]
        lines = spawn(command, program, scenario, address, seconds).stdout.splitlines()
    return "\n".join([f"== {scenario.name}", *lines[:PROFILE_LINES]])


def spawn(
    python: list[str], program: str, scenario: Scenario, address: str, seconds: float
) -> subprocess.CompletedProcess[str]:
    command = [*python, str(HERE / "worker.py"), program, scenario.name, address, str(seconds), str(time.monotonic())]
    try:
        finished = subprocess.run(
            command, env=clean_environment(), capture_output=True, text=True, timeout=WORKER_LIMIT_S
        )
    except subprocess.TimeoutExpired:
        raise WorkerFailed(f"not done after {WORKER_LIMIT_S} s") from None
    if finished.returncode:
        raise WorkerFailed("\n".join(finished.stderr.strip().splitlines()[-6:]))
    return finished


def clean_environment() -> dict[str, str]:
    """Return the environment variables for a worker: no keys, no proxies, no settings of Python."""
    return {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}


def progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)
    elif text:
        print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("interrupted; nothing was written")
