"""A job on Ray, for the tests: its options are JSON in the first argument. It prints the error of a job that fails."""

from __future__ import annotations

import json
import logging
import os
import sys
from typing import Any

import ray

import genai_bulk as bulk
from google import genai


def client() -> genai.Client:
    """Return a client whose requests name their process."""
    return genai.Client(http_options={"headers": {"x-worker": str(os.getpid())}})


options: dict[str, Any] = json.loads(sys.argv[1])
if "address" in options:
    ray.init(address=options["address"], log_to_driver=False, logging_level="ERROR")
else:
    settings = {"include_dashboard": False, "log_to_driver": False, "logging_level": "ERROR"}
    ray.init(address="local", num_cpus=options.get("cpus", 4), **settings)
logging.getLogger("ray.data").setLevel("ERROR")
ray.data.DataContext.get_current().enable_progress_bars = False
source = options["source"]
dataset: Any = ray.data.read_parquet(source) if isinstance(source, str) else ray.data.from_items(source)
limits = bulk.Limits(**options.get("limits", {"in_flight": 100}))
try:
    limiter = bulk.ray.shared_limiter(options["limiter"], limits) if "limiter" in options else None
    answered = bulk.ray.generate(
        dataset,
        bulk.Prompt(options.get("template", "{text}"), model=options.get("model", "gemini-2.5-flash")),
        key=options.get("key", "id"),
        checkpoint=options.get("checkpoint"),
        limits=limits if limiter is None else None,
        limiter=limiter,
        client=client,
        workers=options.get("workers", 2),
        worker_cpus=options.get("worker_cpus", 1),
        block_rows=options.get("block_rows", 500),
        blocks_per_worker=options.get("blocks_per_worker"),
    )
    answered.write_parquet(options["sink"])
except Exception as error:
    print(json.dumps({"error": type(error).__name__, "message": str(error)}))
else:
    print(json.dumps({"error": None}))
assert ray.data.DataContext.get_current().checkpoint_config is None
