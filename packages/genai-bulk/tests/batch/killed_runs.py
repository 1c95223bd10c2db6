"""A program of the tests: for each step on its standard input, a run that is killed at this step, and a run that continues it.

Arguments: the URL of the service, and a folder. The runs are forks of this process, which has imported everything.
"""

import json
import os
import signal
import sys
import threading
from pathlib import Path

import pyarrow.parquet as pq

import genai_bulk as bulk
from genai_bulk.batch import JobLimits, runner
from genai_bulk.journal import Journal
from google import genai
from google.genai import types

PLACES = {"JobTable": runner.JobTable, "Service": runner.Service, "Journal": Journal}


def kill_at(step):
    """Patch a method so that the process is killed before or after one of its calls: `after JobTable.plan 1`."""
    when, place, number = step.split()
    owner, name = place.split(".")
    original = getattr(PLACES[owner], name)
    calls = []

    def is_time():
        calls.append(1)
        return len(calls) == int(number)

    if owner == "Service":

        async def patched(self, *args, **kwargs):
            dies = is_time()
            if dies and when == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            result = await original(self, *args, **kwargs)
            if dies:
                os.kill(os.getpid(), signal.SIGKILL)
            return result
    else:

        def patched(self, *args, **kwargs):
            dies = is_time()
            if dies and when == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            result = original(self, *args, **kwargs)
            if dies:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

    setattr(PLACES[owner], name, patched)


def work(url, folder):
    client = genai.Client(api_key="k", vertexai=False, http_options=types.HttpOptions(base_url=url))
    bulk.run(
        [{"text": f"{folder.name} {number}"} for number in range(6)],
        folder / "out.parquet",
        bulk.Prompt("{text}", model="gemini-2.5-flash"),
        mode="batch",
        client=client,
        jobs=JobLimits(rows=3, at_once=2, poll_s=0.02, longest_poll_s=0.02),
    )


def in_fork(function):
    """Call a function in a fork, and return how it ended: 0, or minus the number of the signal."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            function()
            status = 0
        finally:
            sys.stderr.flush()
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main():
    url, root = sys.argv[1], Path(sys.argv[2])
    (root / "first").mkdir()
    work(url, root / "first")  # imports what runs import late
    for thread in threading.enumerate():
        if thread is not threading.current_thread():
            thread.join(20)  # some clients leave a thread that is about to end, and a fork must have none
    assert threading.active_count() == 1, threading.enumerate()
    print("ready", flush=True)
    for index, line in enumerate(sys.stdin):
        step, folder = line.strip(), root / f"run{index}"
        folder.mkdir()

        def killed(step=step, folder=folder):
            kill_at(step)
            work(url, folder)

        first = in_fork(killed)
        second = in_fork(lambda folder=folder: work(url, folder))
        texts = pq.read_table(folder / "out.parquet")["answer_text"].to_pylist() if second == 0 else []
        print(json.dumps({"first": first, "second": second, "texts": texts, "name": folder.name}), flush=True)


if __name__ == "__main__":
    main()
