"""`generate`: the rows of a Ray dataset through a model. It checks what would make a job useless, and puts the stages together.

The calls are made by `Worker`; blocks, processes and checkpoints are those of Ray Data.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..errors import BulkError
from ..limits import Limits, Retry
from ..reading import schema_of
from ..requests import RequestLike, check_columns, request_of
from . import checkpoints
from .cluster import Plan, check_cpus, limit_readers, load_ray
from .keys import check_key as check_key_of
from .shared import keep_with, limits_of, new_limiter
from .worker import Worker, check_client, check_limits

if TYPE_CHECKING:
    from google.genai import Client


def generate(
    dataset: Any,
    request: RequestLike,
    *,
    key: str | None = None,
    limits: Limits | None = None,
    retry: Retry | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    client: Callable[[], Client] | None = None,
    limiter: Any = None,
    workers: int = 2,
    worker_cpus: float = 1.0,
    block_rows: int = 500,
    blocks_per_worker: int | None = None,
    response: bool = False,
    dedupe: bool = True,
    check_key: bool = True,
    accept_changed_prompt: bool = False,
) -> Any:
    """Send the rows of a Ray dataset to a model, and return the dataset with the columns of the answers.

    The result is lazy, as all datasets of Ray: the calls are made when it is written. Rows that fail have an `error`.

    Args:
        dataset: a `ray.data.Dataset`.
        request: a `Prompt`, an `Embed`, or a function from a row to the arguments of `generate_content`.
        key: a column with a unique value in each row. A checkpoint needs it.
        limits: calls in flight and rates of all workers together. Caps on cost, tokens, rows and time are refused.
        retry: attempts and time limits of calls.
        checkpoint: a folder that all nodes of the cluster can write, or a URI such as `s3://bucket/folder`. A job that ended
            early continues with the same folder; rows of written blocks are not asked again. It works for a dataset that
            is read from files, and whose result is written to files with the key.
        client: a function that makes a client in each worker; None for a client with the environment's settings.
        limiter: the limiter that `shared_limiter` returned, with the limits of several jobs; None for one of this job.
        workers: number of processes that make calls.
        worker_cpus: CPUs that Ray reserves for each worker.
        block_rows: rows of a block, the unit of the checkpoint.
        blocks_per_worker: blocks that a worker asks at the same time; None for enough blocks to use `limits.in_flight`.
        response: whether each row has the reply of the service as JSON.
        dedupe: whether equal requests among the latest of a worker are asked once.
        check_key: whether the column of keys is read and checked before the first call. False when the stages before are
            expensive, because this executes them for the keys.
        accept_changed_prompt: whether a checkpoint of the same job with another request is continued.

    Returns:
        A `ray.data.Dataset` with the columns of the dataset, and `text`, `parsed` or `embedding`, `finish_reason`, `error`,
        `usage` and `response`, as `bulk.run` writes them.

    Raises:
        BulkError: when an argument cannot be used, Ray is not installed or has too few CPUs, a column is missing, or keys are
            null or repeated.

    Example:
        >>> dataset = ray.data.read_parquet("reviews/")  # doctest: +SKIP
        >>> prompt = Prompt("Which mood? {text}", model="gemini-2.5-flash")  # doctest: +SKIP
        >>> generate(dataset, prompt, key="id", checkpoint="/shared/moods").write_parquet("moods/")  # doctest: +SKIP
    """
    made = request_of(request)
    schema_of(made.config)
    if limits is not None and limiter is not None:
        raise BulkError(
            "limits: the shared limiter has its own limits. Give them to shared_limiter, and leave `limits` out."
        )
    limits = limits or Limits()
    check_limits(limits)
    check_client(client)
    for name, value in (("workers", workers), ("block_rows", block_rows), ("blocks_per_worker", blocks_per_worker)):
        if value is not None and (isinstance(value, bool) or value < 1 or value != int(value)):
            raise BulkError(f"{name}: expected a whole number above 0, got {value!r}.")
    if worker_cpus < 0:
        raise BulkError(f"worker_cpus: expected a number of at least 0, got {worker_cpus!r}.")
    if checkpoint is not None and key is None:
        raise BulkError("checkpoint: rows are found again by their key. Name a column with unique values: key=...")
    ray = load_ray()
    if not isinstance(dataset, ray.data.Dataset):
        raise BulkError(f"dataset: expected a ray.data.Dataset, got {dataset!r:.80}. Write ray.data.read_parquet(...).")
    checkpoints.check_unused(dataset)
    plan = Plan(dataset)
    check_cpus(
        ray,
        workers=workers,
        worker_cpus=worker_cpus,
        has_checkpoint=checkpoint is not None,
        other_actors=plan.actor_stages,
    )
    if checkpoint is not None:
        plan.check_source()
    limit_readers(ray, dataset)
    schema: Any = dataset.schema()
    columns: list[str] = [] if schema is None else list(schema.names)
    if not columns:
        raise BulkError("dataset: it has no rows or no columns. Give a dataset with at least one row.")
    check_columns(made, columns)
    if limiter is None:
        limiter = new_limiter(ray, limits)  # its process starts while the keys are checked
    else:
        limits = limits_of(ray, limiter)
    if key is not None:
        check_key_of(dataset, key, columns, reads=check_key)
    if blocks_per_worker is None:
        blocks_per_worker = 2 + -(-limits.in_flight // (workers * block_rows))
    result: Any = dataset.repartition(target_num_rows_per_block=block_rows).map_batches(
        Worker,
        fn_constructor_args=(made,),
        fn_constructor_kwargs={
            "limits": limits, "retry": retry, "client": client, "limiter": limiter, "key": key,
            "response": response, "dedupe": dedupe,
        },
        batch_size=None,
        batch_format="pyarrow",
        compute=ray.data.ActorPoolStrategy(
            size=workers,
            max_tasks_in_flight_per_actor=blocks_per_worker,
            max_concurrent_calls_per_actor=blocks_per_worker,
        ),
        num_cpus=worker_cpus,
        udf_modifying_row_count=False,
    )  # fmt: skip
    keep_with(result.context, limiter)
    if checkpoint is not None and key is not None:
        path = os.fspath(checkpoint)
        if "://" not in path:
            path = os.path.abspath(os.path.expanduser(path))
        checkpoints.claim(path, made, key, accept_changed_prompt=accept_changed_prompt)
        checkpoints.use(ray, result, path, key)
    return result
