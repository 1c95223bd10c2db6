"""A run with batch jobs is killed between each pair of steps, and continued: nothing is lost, and nothing is asked again."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

STEPS = [
    "before JobTable.plan 1",
    "after JobTable.plan 1",
    "after JobTable.plan 2",
    "before Service.upload 2",
    "after Service.upload 1",
    "after JobTable.set_file 1",
    "before Service.create 2",
    "after Service.create 1",
    "after Service.create 2",
    "after JobTable.set_name 1",
    "after JobTable.set_name 2",
    "after Service.get 1",
    "after Service.download 1",
    "after Journal.write 1",
    "after JobTable.rows_of 1",
    "before JobTable.end 1",
    "after JobTable.end 1",
    "after JobTable.forget_attempts 1",
    "after Service.delete_file 1",
    "before JobTable.end 2",
    "after JobTable.forget_attempts 2",
]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_run_that_is_killed_at_any_step_asks_nothing_again(gemini, tmp_path):
    program = Path(__file__).with_name("killed_runs.py")
    command = [sys.executable, str(program), gemini.url, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        for step in STEPS:
            before = created(gemini)
            process.stdin.write(step + "\n")
            process.stdin.flush()
            found = json.loads(process.stdout.readline())
            assert (found["first"], found["second"]) == (-9, 0), step
            expected = [f"This is a scripted reply to: {found['name']} {number}" for number in range(6)]
            assert found["texts"] == expected, step
            assert created(gemini) - before == 2, step
        process.stdin.close()
        assert process.wait(20) == 0


def created(gemini):
    return sum(request.path.endswith(":batchGenerateContent") for request in gemini.requests)
