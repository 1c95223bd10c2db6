"""The worker without Ray: blocks in, blocks out, with the limiter of its own and with a shared one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa
import pytest

import genai_bulk as bulk
from genai_bulk.ray.shared import LimiterActor
from genai_local.testing import ScriptedGemini
from google import genai

PROMPT = bulk.Prompt("{text}", model="gemini-2.5-flash")


class _Method:
    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function

    async def remote(self, *arguments: Any) -> Any:
        return self._function(*arguments)


class _Handle:
    """An actor in this process."""

    def __init__(self, actor: LimiterActor) -> None:
        self.renew = _Method(actor.renew)


@pytest.fixture
def new_worker(gemini: ScriptedGemini) -> Iterator[Callable[..., bulk.ray.Worker]]:
    made: list[bulk.ray.Worker] = []

    def new(request: Any = PROMPT, **options: Any) -> bulk.ray.Worker:
        client = lambda: genai.Client(api_key="key", http_options={"base_url": gemini.url})  # noqa: E731
        made.append(bulk.ray.Worker(request, client=client, **options))
        return made[-1]

    yield new
    for worker in made:
        worker.close()


def _table(*texts: str | None, first: int = 0) -> pa.Table:
    return pa.table({"id": list(range(first, first + len(texts))), "text": pa.array(texts, pa.string())})


def _label(body: dict[str, Any]) -> str:
    return "label of " + body["contents"][-1]["parts"][0]["text"]


async def test_blocks_at_the_same_time_keep_their_rows(gemini: ScriptedGemini, new_worker: Any) -> None:
    gemini.on().reply(_label)
    worker = new_worker()
    tables = [_table(*(f"block {block} row {row}" for row in range(70)), first=70 * block) for block in range(3)]
    found = await asyncio.gather(*(worker(table) for table in tables))
    for table, answered in zip(tables, found, strict=True):
        assert answered.select(["id", "text"]) == table
        texts = [f"label of {text}" for text in table.column("text").to_pylist()]
        assert answered.column("answer_text").to_pylist() == texts
        assert answered.column("error").null_count == 70
    assert gemini.requests_received == 210


async def test_a_row_that_fails_has_an_error_and_the_others_an_answer(gemini: ScriptedGemini, new_worker: Any) -> None:
    gemini.on("wrong").fail(400)
    gemini.on().reply(_label)
    found = (await new_worker()(_table("right", "wrong", None, "right"))).to_pylist()
    assert [row["answer_text"] for row in found] == ["label of right", None, None, "label of right"]
    assert [row["error"] and (row["error"]["code"], row["error"]["status"]) for row in found] == [
        None,
        (400, "INVALID_ARGUMENT"),
        (None, "ROW"),
        None,
    ]
    assert gemini.requests_received == 2


async def test_equal_requests_of_different_blocks_are_asked_once(gemini: ScriptedGemini, new_worker: Any) -> None:
    gemini.on().reply(_label)
    worker = new_worker()
    await worker(_table("a", "b"))
    again = await worker(_table("b", "a", "b"))
    assert again.column("answer_text").to_pylist() == ["label of b", "label of a", "label of b"]
    assert gemini.requests_received == 2


async def test_an_empty_block_has_the_columns(new_worker: Any) -> None:
    found = await new_worker()(_table())
    assert found.column_names == ["id", "text", "answer_text", "finish_reason", "error", "usage"]
    assert len(found) == 0


async def test_a_wrong_model_ends_the_job_with_the_reason(gemini: ScriptedGemini, new_worker: Any) -> None:
    gemini.on().fail(404)
    worker = new_worker(limits=bulk.Limits(in_flight=5))
    for _ in range(2):
        with pytest.raises(bulk.ray.JobFailedError, match="The first 20 rows all failed with 404 NOT_FOUND"):
            await worker(_table(*(f"row {row}" for row in range(100))))
    assert gemini.requests_received <= 25


async def test_a_null_key_is_refused(new_worker: Any) -> None:
    table = pa.table({"id": pa.array([1, None], pa.int64()), "text": ["a", "b"]})
    with pytest.raises(bulk.BulkError, match="key='id': the column is null in 1 of the 2 rows"):
        await new_worker(key="id")(table)


async def test_a_missing_column_is_refused(new_worker: Any) -> None:
    with pytest.raises(bulk.BulkError, match=r"'text', which the source does not have\. Did you mean 'texts'"):
        await new_worker()(pa.table({"texts": ["a"]}))


async def test_workers_share_a_limiter(gemini: ScriptedGemini, new_worker: Any) -> None:
    gemini.on().reply(_label)
    gemini.limit(in_flight=6, latency=0.02)
    actor = LimiterActor(bulk.Limits(in_flight=6))
    workers = [new_worker(limits=bulk.Limits(in_flight=6), limiter=_Handle(actor)) for _ in range(2)]
    tables = [_table(*(f"worker {each} row {row}" for row in range(40))) for each in range(2)]
    found = await asyncio.gather(*(worker(table) for worker, table in zip(workers, tables, strict=True)))
    assert [answered.column("error").null_count for answered in found] == [40, 40]
    counts = gemini.counts()
    assert counts.refused == {}  # the service refuses a seventh call
    assert counts.most_in_flight > 1


class ActorDiedError(Exception):
    """What Ray raises for an actor that it does not start again."""


async def test_a_limiter_that_has_ended_ends_the_job_at_once(gemini: ScriptedGemini, new_worker: Any) -> None:
    gemini.on().reply(_label)
    actor = LimiterActor(bulk.Limits(in_flight=6))
    handle = _Handle(actor)
    worker = new_worker(limits=bulk.Limits(in_flight=6), limiter=handle)
    await worker(_table("a"))

    def renew(_: Any) -> Any:
        raise ActorDiedError("killed")

    handle.renew = _Method(renew)
    with pytest.raises(
        bulk.ray.JobFailedError, match=r"The shared limiter has ended: its actor was killed.*\(killed\)"
    ):
        await worker(_table(*(f"row {row}" for row in range(1_000))))
    with pytest.raises(bulk.ray.JobFailedError, match="The shared limiter has ended"):
        await worker(_table("b"))


async def test_a_block_that_nobody_waits_for_leaves_the_others_alone(gemini: ScriptedGemini, new_worker: Any) -> None:
    gemini.on().reply(_label)
    gemini.limit(latency=0.05)
    worker = new_worker()
    left = asyncio.ensure_future(worker(_table("a", "b")))
    other = asyncio.ensure_future(worker(_table("c", "d")))
    await asyncio.sleep(0)
    left.cancel()
    assert (await other).column("answer_text").to_pylist() == ["label of c", "label of d"]
    assert (await worker(_table("e"))).column("answer_text").to_pylist() == ["label of e"]


@pytest.mark.parametrize("cap", ["cost", "tokens", "rows", "for_s"])
def test_caps_are_refused(cap: str) -> None:
    with pytest.raises(bulk.BulkError, match=rf"limits.{cap}: a job on Ray cannot keep this cap, got 5. "):
        bulk.ray.Worker(PROMPT, limits=bulk.Limits(**{cap: 5}))


def test_a_client_is_refused_because_it_cannot_be_sent() -> None:
    with genai.Client(api_key="key") as client, pytest.raises(bulk.BulkError, match="client: expected a function"):
        bulk.ray.Worker(PROMPT, client=client)
