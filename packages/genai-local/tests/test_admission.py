"""The admission queue on its own."""

from __future__ import annotations

import asyncio

import pytest

from genai_local.framework.admission import Admission
from genai_local.protocol.errors import ApiError


async def test_places_are_passed_on_in_order():
    admission = Admission(running=2, waiting=10)
    order: list[int] = []
    running = highest = 0

    async def work(number: int) -> None:
        nonlocal running, highest
        async with admission.place():
            order.append(number)
            running += 1
            highest = max(highest, running)
            await asyncio.sleep(0)
            running -= 1

    await asyncio.gather(*(work(number) for number in range(10)))
    assert order == list(range(10))
    assert highest == 2


async def test_too_many_requests_are_refused_and_no_place_is_lost():
    admission = Admission(running=1, waiting=1)
    async with admission.place():
        waiting = asyncio.create_task(enter(admission))
        await asyncio.sleep(0)
        with pytest.raises(ApiError) as caught:
            await enter(admission)
        assert caught.value.code == 429
    await waiting
    await enter(admission)


async def test_a_cancelled_request_takes_no_place():
    admission = Admission(running=1, waiting=5)
    async with admission.place():
        impatient = asyncio.create_task(enter(admission))
        patient = asyncio.create_task(enter(admission))
        await asyncio.sleep(0)
        impatient.cancel()
        await asyncio.gather(impatient, return_exceptions=True)
    await asyncio.wait_for(patient, 5)


async def test_cancelled_at_the_very_moment_of_entry():
    admission = Admission(running=1, waiting=5)
    async with admission.place():
        late = asyncio.create_task(enter(admission))
        await asyncio.sleep(0)
    late.cancel()
    await asyncio.gather(late, return_exceptions=True)
    await asyncio.wait_for(enter(admission), 5)


async def enter(admission: Admission) -> None:
    async with admission.place():
        pass


async def test_requests_that_leave_together():
    admission = Admission(running=1, waiting=5)
    running = asyncio.create_task(stay(admission))
    await asyncio.sleep(0)
    waiting = [asyncio.create_task(stay(admission)) for _ in range(5)]
    await asyncio.sleep(0)
    for task in (running, *waiting):
        task.cancel()
    ends = await asyncio.gather(running, *waiting, return_exceptions=True)
    assert [type(end) for end in ends] == [asyncio.CancelledError] * 6
    await asyncio.wait_for(enter(admission), 5)


async def stay(admission: Admission) -> None:
    async with admission.place():
        await asyncio.Event().wait()
