"""The bounds on concurrent work at an endpoint, on their own."""

from __future__ import annotations

import asyncio

import pytest

from genai_local.engines.endpoints.concurrency import TokenBudget, map_concurrently


async def test_no_more_tokens_are_reserved_than_there_are():
    budget = TokenBudget(100)
    order: list[int] = []
    reserved = highest = 0

    async def work(number: int, tokens: int) -> None:
        nonlocal reserved, highest
        async with budget.reserve(tokens):
            order.append(number)
            reserved += min(tokens, 100)
            highest = max(highest, reserved)
            await asyncio.sleep(0)
            reserved -= min(tokens, 100)

    sizes = [40, 60, 70, 10, 20, 100, 5, 1000, 30]
    await asyncio.wait_for(asyncio.gather(*(work(*item) for item in enumerate(sizes))), 5)
    assert order == list(range(len(sizes)))
    assert highest == 100


@pytest.mark.parametrize("delay", [0, 1])
async def test_a_cancelled_request_lets_the_others_pass(delay):
    """A request that is cancelled while it waits, or at the moment when its turn comes, reserves nothing."""
    budget = TokenBudget(100)

    async def enter(tokens: int) -> None:
        async with budget.reserve(tokens):
            pass

    async with budget.reserve(50):
        large, small = asyncio.create_task(enter(80)), asyncio.create_task(enter(10))
        await asyncio.sleep(0)
        if not delay:
            large.cancel()
            await asyncio.wait_for(small, 5)
    large.cancel()
    await asyncio.gather(large, small, return_exceptions=True)
    await asyncio.wait_for(enter(100), 5)


async def test_results_are_in_order_and_an_error_cancels_the_rest():
    running = highest = 0
    finished: list[int] = []

    async def work(number: int) -> int:
        nonlocal running, highest
        running += 1
        highest = max(highest, running)
        await asyncio.sleep(0)
        running -= 1
        if number < 0:
            raise ValueError("negative")
        finished.append(number)
        return number * 2

    assert await map_concurrently(work, range(9), at_once=3) == [number * 2 for number in range(9)]
    assert highest == 3
    finished.clear()
    with pytest.raises(ValueError, match="negative"):
        await map_concurrently(work, [-1, 1, 2, 3], at_once=1)
    await asyncio.sleep(0)
    assert 3 not in finished


async def test_requests_that_leave_a_budget_together():
    budget = TokenBudget(10)

    async def stay(tokens: int) -> None:
        async with budget.reserve(tokens):
            await asyncio.Event().wait()

    tasks = [asyncio.create_task(stay(tokens)) for tokens in (10, 6, 4, 8)]
    await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    ends = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(end) for end in ends] == [asyncio.CancelledError] * 4

    async def enter() -> None:
        async with budget.reserve(10):
            pass

    await asyncio.wait_for(enter(), 5)
