"""Ray itself: the module when it is installed, started when nobody has started it, its CPUs, and the plan of a dataset."""

from __future__ import annotations

import contextlib
import io
import os
import re
from importlib import import_module
from typing import Any

from ..errors import BulkError

_READERS = "RAY_DATA_PARQUET_FOOTER_NUM_ACTORS"
_CPUS_OF_A_READER = 4


def load_ray() -> Any:
    """Return the module `ray` with Ray started: as the program did, or on this machine.

    Raises:
        BulkError: when Ray is not installed.
    """
    try:
        ray: Any = import_module("ray")
        import_module("ray.data")
    except ModuleNotFoundError as error:
        raise BulkError(
            f"genai_bulk.ray needs Ray Data, and the module {error.name!r} was not found: pip install 'genai-bulk[ray]'."
        ) from None
    if not ray.is_initialized():
        ray.init()
    return ray


class Plan:
    """The stages of a dataset, as Ray explains them.

    Args:
        dataset: a Ray dataset.
    """

    def __init__(self, dataset: Any) -> None:
        # No other public function names the stages.
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            dataset.explain()
        self._logical, _, physical = printed.getvalue().partition("Logical Plan (Optimized)")
        self.actor_stages = len(re.findall(r"\bActorPool", physical.rpartition("Physical Plan (Optimized)")[2]))
        """Stages whose actors keep their CPUs until the end."""

    def check_source(self) -> None:
        """Check that Ray can leave out rows of the source: it does so while it reads them.

        Raises:
            BulkError: for rows that are in memory.
        """
        found = re.search(r"\b(From\w+|InputData)\[", self._logical)
        if found is not None:
            raise BulkError(
                f"checkpoint: Ray cannot leave out rows that are in memory ({found[1]}), so rows would be asked twice. Write "
                "them to files first, and read these: dataset.write_parquet(path), ray.data.read_parquet(path)."
            )


def check_cpus(ray: Any, *, workers: int, worker_cpus: float, has_checkpoint: bool, other_actors: int = 0) -> None:
    """Check that Ray has enough CPUs for all stages at the same time: with fewer, a job would wait for ever.

    Raises:
        BulkError: when it has fewer.
    """
    parts = [f"{workers * worker_cpus:g} for {workers} workers", "1 for reading and writing"]
    needed = workers * worker_cpus + 1
    if has_checkpoint:
        parts.insert(0, "1 for the filter of the checkpoint")
        needed += 1
    if other_actors:
        parts.append(f"{other_actors} for other stages with actors")
        needed += other_actors
    found = _cpus(ray)
    if found < needed:
        raise BulkError(
            f"Ray has {found:g} CPUs, and this job needs {needed:g}, or it would never end: {', '.join(parts)}. "
            f"Give ray.init(num_cpus={int(-(-needed // 1))}), fewer workers, or a smaller worker_cpus such as 0: a worker "
            "spends most of its time waiting for the service."
        )


def limit_readers(ray: Any, dataset: Any) -> None:
    """Let Ray start one process for 4 CPUs when it lists Parquet files, instead of 32 whatever the number of CPUs is.

    On a small machine, 32 processes take several seconds for each listing. A number that the user has set is kept.

    Args:
        ray: the module.
        dataset: the dataset whose files are listed, and which is changed.
    """
    readers = int(os.environ.get(_READERS, 0)) or min(32, max(1, int(_cpus(ray)) // _CPUS_OF_A_READER))
    # The listing of a dataset that was read before has its number already, and Ray 2.60 has no public name for it.
    stages = [getattr(getattr(dataset, "_logical_plan", None), "dag", None)]
    while stages:
        stage = stages.pop()
        stages += getattr(stage, "input_dependencies", ())
        indexer: Any = getattr(stage, "file_indexer", None)
        if getattr(indexer, "_num_actors", 0) > readers:
            indexer._num_actors = readers
    # Listings that follow in this process, such as that of a checkpoint, read the number from the environment.
    os.environ[_READERS] = str(readers)


def _cpus(ray: Any) -> float:
    return float(ray.cluster_resources().get("CPU", 0))
