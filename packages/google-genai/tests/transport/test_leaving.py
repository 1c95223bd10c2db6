"""However a program leaves a call or a stream, its socket is closed."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from .drivers import AsyncDriver, Driver, SyncDriver
from .misbehaving import MisbehavingServer, Peer


def first_event_then_silence(peer: Peer) -> None:
    peer.recv_request()
    peer.start_events()
    peer.event("first")
    peer.stall()


def open_stream(client: Any) -> Any:
    return client.models.generate_content_stream(model="m", contents="x")


async def open_async_stream(client: Any) -> Any:
    return await client.aio.models.generate_content_stream(model="m", contents="x")


def break_out(client: Any) -> None:
    for chunk in open_stream(client):
        assert chunk.text == "first"
        break


def close_the_stream(client: Any) -> None:
    stream = open_stream(client)
    assert next(stream).text == "first"
    stream.close()


def close_the_stream_twice(client: Any) -> None:
    stream = open_stream(client)
    next(stream)
    stream.close()
    stream.close()
    assert list(stream) == []


def leave_its_context(client: Any) -> None:
    with open_stream(client) as stream:
        for _ in stream:
            break
        held = stream
    assert list(held) == []


def raise_in_the_loop(client: Any) -> None:
    with contextlib.suppress(ZeroDivisionError):
        for _ in open_stream(client):
            raise ZeroDivisionError


def close_from_another_thread(client: Any) -> None:
    """A reader waits for the next chunk while another thread closes the stream."""
    stream = open_stream(client)
    next(stream)
    read: list[Any] = []
    reader = threading.Thread(target=lambda: read.extend(stream), daemon=True)
    reader.start()
    time.sleep(0.05)
    stream.close()
    reader.join(5)
    assert not reader.is_alive(), "the reader still waits"
    assert read == []
    assert list(stream) == []


def drop_it(client: Any) -> None:
    stream = open_stream(client)
    next(stream)
    del stream
    gc.collect()


WAYS = [
    break_out,
    close_the_stream,
    close_the_stream_twice,
    close_from_another_thread,
    leave_its_context,
    raise_in_the_loop,
    drop_it,
]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_leaving_a_stream_closes_its_socket(
    server: MisbehavingServer, sync_driver: SyncDriver, way: Callable[[Any], None]
) -> None:
    server.on_connection(first_event_then_silence)

    def leave(client: Any) -> bool:
        way(client)
        return server.peers[0].has_left()

    assert sync_driver.run(leave).result(), "the socket was still open"


async def break_and_aclose(client: Any) -> None:
    stream = await open_async_stream(client)
    async for chunk in stream:
        assert chunk.text == "first"
        break
    await stream.aclose()


async def aclose_twice(client: Any) -> None:
    stream = await open_async_stream(client)
    await anext(stream)
    await stream.aclose()
    await stream.aclose()
    assert [chunk async for chunk in stream] == []


async def break_and_drop(client: Any) -> None:
    async for _ in await open_async_stream(client):
        break


async def leave_its_async_context(client: Any) -> None:
    async with await open_async_stream(client) as stream:
        async for _ in stream:
            break
        held = stream
    assert [chunk async for chunk in held] == []


async def raise_in_the_async_loop(client: Any) -> None:
    with contextlib.suppress(ZeroDivisionError):
        async for _ in await open_async_stream(client):
            raise ZeroDivisionError


async def aclose_from_another_task(client: Any) -> None:
    """A reader waits for the next chunk while another task closes the stream."""
    stream = await open_async_stream(client)
    await anext(stream)

    async def read() -> list[Any]:
        return [chunk async for chunk in stream]

    reader = asyncio.ensure_future(read())
    await asyncio.sleep(0.05)
    await stream.aclose()
    (ended,) = await asyncio.wait_for(asyncio.gather(reader, return_exceptions=True), 5)
    assert ended == [] or isinstance(ended, (Exception, asyncio.CancelledError))


async def aclose_in_another_task(client: Any) -> None:
    """No task is reading: any task may close the stream."""
    stream = await open_async_stream(client)
    await asyncio.ensure_future(anext(stream))
    await asyncio.ensure_future(stream.aclose())


async def cancel_the_reader(client: Any) -> None:
    stream = await open_async_stream(client)
    await anext(stream)
    reader = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0.05)
    reader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reader


async def cancel_the_loop(client: Any) -> None:
    has_begun = asyncio.Event()

    async def read() -> None:
        async for _ in await open_async_stream(client):
            has_begun.set()

    task = asyncio.ensure_future(read())
    await has_begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def lose_patience_with_the_next_chunk(client: Any) -> None:
    stream = await open_async_stream(client)
    await anext(stream)
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(anext(stream), 0.05)


ASYNC_WAYS = [
    break_and_aclose,
    aclose_twice,
    break_and_drop,
    leave_its_async_context,
    raise_in_the_async_loop,
    aclose_from_another_task,
    aclose_in_another_task,
    cancel_the_reader,
    cancel_the_loop,
    lose_patience_with_the_next_chunk,
]


@pytest.mark.parametrize("way", ASYNC_WAYS, ids=lambda way: way.__name__)
def test_leaving_an_async_stream_closes_its_socket(
    server: MisbehavingServer, async_driver: AsyncDriver, way: Callable[[Any], Any]
) -> None:
    server.on_connection(first_event_then_silence)

    async def leave(client: Any) -> bool:
        await way(client)
        return await asyncio.to_thread(server.peers[0].has_left)

    assert async_driver.run(leave).result(), "the socket was still open"


async def cancel_a_call(client: Any, until_it_arrived: Any) -> None:
    task = asyncio.ensure_future(client.aio.models.generate_content(model="m", contents="x"))
    await until_it_arrived
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def lose_patience_with_a_call(client: Any, until_it_arrived: Any) -> None:
    call = asyncio.ensure_future(client.aio.models.generate_content(model="m", contents="x"))
    await until_it_arrived
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(call, 0.02)


async def cancel_the_opening_of_a_stream(client: Any, until_it_arrived: Any) -> None:
    async def read() -> None:
        async for _ in await open_async_stream(client):
            pass

    task = asyncio.ensure_future(read())
    await until_it_arrived
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize(
    "way", [cancel_a_call, lose_patience_with_a_call, cancel_the_opening_of_a_stream], ids=lambda way: way.__name__
)
def test_cancelling_closes_the_socket(
    server: MisbehavingServer, async_driver: AsyncDriver, way: Callable[[Any, Any], Any]
) -> None:
    async def leave(client: Any) -> bool:
        await way(client, asyncio.to_thread(server.wait_for_requests, 1))
        return await asyncio.to_thread(server.peers[0].has_left)

    server.on_request(Peer.stall)
    assert async_driver.run(leave).result(), "the socket was still open"


def test_a_stream_can_be_closed_by_another_thread_while_chunks_arrive(
    server: MisbehavingServer, sync_driver: SyncDriver
) -> None:
    def many(peer: Peer) -> None:
        peer.start_events()
        while True:
            peer.event("more")
            peer.sleep(0.001)

    def leave(client: Any) -> None:
        for pause_s in (0.0, 0.001, 0.005, 0.02) * 3:
            stream = open_stream(client)
            next(stream)
            failures: list[BaseException] = []

            def read(stream: Any = stream, failures: list[BaseException] = failures) -> None:
                try:
                    for _ in stream:
                        pass
                except BaseException as error:
                    failures.append(error)

            reader = threading.Thread(target=read, daemon=True)
            reader.start()
            time.sleep(pause_s)
            stream.close()
            reader.join(5)
            assert not reader.is_alive(), "the reader still waits"
            assert failures == []

    server.on_request(many)
    sync_driver.run(leave).result()
    assert all(peer.has_left() for peer in server.peers)


def test_a_stream_that_is_never_read_holds_nothing(server: MisbehavingServer, sync_driver: SyncDriver) -> None:
    server.on_connection(first_event_then_silence)

    def leave(client: Any) -> bool:
        stream = open_stream(client)
        del stream
        return all(peer.has_left() for peer in server.peers)

    assert sync_driver.run(leave).result(), "the socket was still open"


def test_an_async_stream_that_is_never_read_holds_nothing(server: MisbehavingServer, async_driver: AsyncDriver) -> None:
    server.on_connection(first_event_then_silence)

    async def leave(client: Any) -> bool:
        stream = await open_async_stream(client)
        del stream
        gc.collect()
        await asyncio.sleep(0.05)
        return await asyncio.to_thread(lambda: all(peer.has_left() for peer in server.peers))

    assert async_driver.run(leave).result(), "the socket was still open"


def test_the_client_goes_on_after_many_have_left(server: MisbehavingServer, path_driver: Driver) -> None:
    """More streams are abandoned than the pool has connections."""

    def leave_all(client: Any) -> None:
        for _ in range(120):
            break_out(client)

    async def leave_all_async(client: Any) -> None:
        for _ in range(120):
            await break_and_aclose(client)

    server.on_connection(first_event_then_silence)
    path_driver.configure(timeout=8_000)
    path_driver.run(leave_all_async if path_driver.kind.is_async else leave_all).result()
    server.on_request(Peer.answer)
    assert path_driver.unary().result().text == "pong"


def test_many_cancelled_calls_leave_room(server: MisbehavingServer, async_driver: AsyncDriver) -> None:
    if sys.version_info < (3, 11) and async_driver.kind.library == "httpx":
        pytest.skip("httpx loses cancellations that meet a connection being opened on Python 3.10")

    async def cancel_all(client: Any) -> None:
        for number in range(8):
            tasks = [
                asyncio.ensure_future(client.aio.models.generate_content(model="m", contents="x")) for _ in range(16)
            ]
            await asyncio.sleep(0.003 * number)  # so that some are cancelled while they connect
            for task in tasks:
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
            assert all(isinstance(error, asyncio.CancelledError) for error in ended)

    server.on_connection(Peer.stall)
    async_driver.configure(timeout=8_000).run(cancel_all).result()
    server.on_request(Peer.answer)
    assert async_driver.unary().result().text == "pong"


def test_a_stream_that_is_closed_before_its_reply_begins(server: MisbehavingServer, async_driver: AsyncDriver) -> None:
    async def close_early(client: Any) -> None:
        stream = await client.aio.models.generate_content_stream(model="m", contents="x")
        first = asyncio.ensure_future(anext(stream, None))
        await asyncio.sleep(0.05)
        await stream.aclose()
        assert await asyncio.wait_for(first, 5) is None
        assert await anext(stream, None) is None

    def late(peer: Peer) -> None:
        peer.sleep(0.2)
        peer.answer()

    server.on_request(late)
    async_driver.configure(timeout=8_000).run(close_early).result()
