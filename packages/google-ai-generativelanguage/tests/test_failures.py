"""Servers that are away, slow, wrong or gone in the middle, and programs that leave early."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from google.api_core import exceptions, retry as retries, timeout as timeouts
from google.protobuf import any_pb2
from google.rpc import code_pb2, error_details_pb2, status_pb2

from google.ai import generativelanguage_v1beta as api
from google.ai.generativelanguage_v1beta.services.file_service import transports as file_transports
from google.ai.generativelanguage_v1beta.services.generative_service import transports

from .server import PATIENCE_S, REQUEST, Call, Server, failures, text_of

_UNAVAILABLE = grpc.StatusCode.UNAVAILABLE
_GARBAGE = b"\xff\xff\xff"


def _silent(call: Call) -> Iterator[Any]:
    """Answer nothing until the client has left. The wait is longer than those of the tests, which so notice if it has not."""
    call.ended.wait(3 * PATIENCE_S)
    yield "too late"


def _silent_after_one(call: Call) -> Iterator[Any]:
    yield "one"
    yield from _silent(call)


def _fails_after_one(call: Call) -> Iterator[Any]:
    yield "one"
    call.fail(_UNAVAILABLE)


def _texts(responses: Any, into: list[str]) -> list[str]:
    for response in responses:
        into.append(text_of(response))
        assert len(into) < 100
    return into


async def _awaited_texts(responses: Any, into: list[str]) -> list[str]:
    async for response in await responses:
        into.append(text_of(response))
        assert len(into) < 100
    return into


def _client_for(target: str) -> Any:
    transport = transports.GenerativeServiceGrpcTransport(channel=grpc.insecure_channel(target))
    return api.GenerativeServiceClient(transport=transport)


@pytest.fixture
def away() -> Iterator[Any]:
    """A client of a server that is gone."""
    server = Server()
    server.stop()
    with _client_for(server.target) as client:
        yield client


class TestServerAway:
    def test_one_attempt(self, away: Any) -> None:
        with pytest.raises(exceptions.ServiceUnavailable):
            away.generate_content(REQUEST, retry=None)

    def test_attempts_end_with_the_time_of_the_call(self, away: Any) -> None:
        """The official release continues for 600 seconds, whatever the timeout is."""
        for call in (away.generate_content, away.stream_generate_content, away.count_tokens):
            with pytest.raises(exceptions.RetryError) as caught:
                call({"model": "models/m1"}, timeout=0.2)
            assert isinstance(caught.value.cause, exceptions.ServiceUnavailable)

    async def test_attempts_end_with_asyncio(self) -> None:
        server = Server()
        server.stop()
        transport = transports.GenerativeServiceGrpcAsyncIOTransport(channel=grpc.aio.insecure_channel(server.target))
        async with api.GenerativeServiceAsyncClient(transport=transport) as client:
            with pytest.raises(exceptions.RetryError):
                await client.generate_content(REQUEST, timeout=0.2)
            with pytest.raises(exceptions.RetryError):
                await client.stream_generate_content(REQUEST, timeout=0.2)
            with pytest.raises(exceptions.ServiceUnavailable):
                await client.generate_content(REQUEST, retry=None)

    def test_a_server_that_comes_back_is_found(self, client: Any, server: Server) -> None:
        assert text_of(client.generate_content(REQUEST)) == "hello"
        server.stop()
        with Server(server.target) as again:
            assert text_of(client.generate_content(REQUEST, timeout=PATIENCE_S)) == "hello"
            assert len(again.calls) == 1


class TestDeadline:
    def test_of_a_call(self, client: Any, server: Server) -> None:
        server.answer = _silent
        with pytest.raises(exceptions.DeadlineExceeded):
            client.generate_content(REQUEST, timeout=0.1)
        assert server.calls[0].ended.wait(PATIENCE_S)

    @pytest.mark.parametrize(("answer", "before"), [(_silent, []), (_silent_after_one, ["one"])])
    def test_of_a_stream(self, client: Any, server: Server, answer: Any, before: list[str]) -> None:
        server.answer = answer
        found: list[str] = []
        with pytest.raises(exceptions.DeadlineExceeded):
            _texts(client.stream_generate_content(REQUEST, timeout=0.1), found)
        assert found == before
        assert server.calls[0].ended.wait(PATIENCE_S)

    async def test_with_asyncio(self, async_client: Any, server: Server) -> None:
        server.answer = _silent
        with pytest.raises(exceptions.DeadlineExceeded):
            await async_client.generate_content(REQUEST, timeout=0.1)
        server.answer = _silent_after_one
        found: list[str] = []
        with pytest.raises(exceptions.DeadlineExceeded):
            await _awaited_texts(async_client.stream_generate_content(REQUEST, timeout=0.1), found)
        assert found == ["one"]

    def test_is_shared_by_all_attempts(self, client: Any, server: Server) -> None:
        left: list[float] = []

        def answer(call: Call) -> Iterator[Any]:
            left.append(call.context.time_remaining())
            if len(left) < 3:
                call.ended.wait(0.3)  # gRPC rounds limits of time to a tenth of a second or more
                call.fail(_UNAVAILABLE)
            yield "hello"

        server.answer = answer
        assert text_of(client.generate_content(REQUEST, timeout=9)) == "hello"
        assert left[0] > left[1] > left[2] > 0

    def test_a_server_that_stays_unavailable_ends_the_call(self, client: Any, server: Server) -> None:
        server.answer = failures(_UNAVAILABLE, 1000)
        with pytest.raises(exceptions.RetryError) as caught:
            client.generate_content(REQUEST, timeout=0.5)
        assert isinstance(caught.value.cause, exceptions.ServiceUnavailable)
        assert 1 <= len(server.calls) < 10


class TestRetries:
    @pytest.mark.parametrize("name", ["generate_content", "stream_generate_content"])
    def test_unavailable_is_repeated(self, client: Any, server: Server, name: str) -> None:
        server.answer = failures(_UNAVAILABLE, 1)
        found = getattr(client, name)(REQUEST)
        assert text_of(found if name == "generate_content" else next(found)) == "hello"
        assert len(server.calls) == 2

    @pytest.mark.parametrize("name", ["generate_content", "stream_generate_content"])
    async def test_unavailable_is_repeated_with_asyncio(self, async_client: Any, server: Server, name: str) -> None:
        server.answer = failures(_UNAVAILABLE, 1)
        found = await getattr(async_client, name)(REQUEST)
        if name == "stream_generate_content":
            found = await found.read()
        assert text_of(found) == "hello"
        assert len(server.calls) == 2

    @pytest.mark.parametrize(
        "code", [each for each in grpc.StatusCode if each not in (_UNAVAILABLE, grpc.StatusCode.OK)]
    )
    def test_other_errors_are_not(self, client: Any, server: Server, code: Any) -> None:
        server.answer = failures(code, 1)
        with pytest.raises(exceptions.GoogleAPICallError) as caught:
            client.generate_content(REQUEST)
        assert caught.value.grpc_status_code is code
        assert len(server.calls) == 1

    def test_none_means_one_attempt(self, client: Any, server: Server) -> None:
        server.answer = failures(_UNAVAILABLE, 1)
        with pytest.raises(exceptions.ServiceUnavailable):
            client.generate_content(REQUEST, retry=None)
        assert len(server.calls) == 1

    def test_a_method_without_retries_has_one_attempt(self, server: Server) -> None:
        server.answer = failures(_UNAVAILABLE, 1)
        transport = file_transports.FileServiceGrpcTransport(channel=grpc.insecure_channel(server.target))
        with api.FileServiceClient(transport=transport) as client, pytest.raises(exceptions.ServiceUnavailable):
            client.get_file(name="files/f1")
        assert len(server.calls) == 1

    def test_a_retry_of_the_program_replaces_the_default(self, client: Any, server: Server) -> None:
        server.answer = failures(grpc.StatusCode.INTERNAL, 3)
        policy = retries.Retry(
            predicate=retries.if_exception_type(exceptions.InternalServerError),
            initial=0.001,
            maximum=0.001,
            timeout=30,
        )
        assert text_of(client.generate_content(REQUEST, retry=policy)) == "hello"
        assert len(server.calls) == 4
        server.answer = failures(_UNAVAILABLE, 1)
        with pytest.raises(exceptions.ServiceUnavailable):
            client.generate_content(REQUEST, retry=policy)

    async def test_a_retry_of_the_program_with_asyncio(self, async_client: Any, server: Server) -> None:
        server.answer = failures(grpc.StatusCode.INTERNAL, 2)
        policy = retries.AsyncRetry(
            predicate=retries.if_exception_type(exceptions.InternalServerError),
            initial=0.001,
            maximum=0.001,
            timeout=30,
        )
        assert text_of(await async_client.generate_content(REQUEST, retry=policy)) == "hello"
        assert len(server.calls) == 3

    def test_a_timeout_object_of_the_program_is_used(self, client: Any, server: Server) -> None:
        server.answer = _silent
        with pytest.raises(exceptions.DeadlineExceeded):
            client.generate_content(REQUEST, timeout=timeouts.ConstantTimeout(0.1), retry=None)

    def test_a_stream_that_has_begun_is_not_repeated(self, client: Any, server: Server) -> None:
        server.answer = _fails_after_one
        found: list[str] = []
        with pytest.raises(exceptions.ServiceUnavailable):
            _texts(client.stream_generate_content(REQUEST), found)
        assert (found, len(server.calls)) == (["one"], 1)

    async def test_a_stream_that_has_begun_is_not_repeated_with_asyncio(
        self, async_client: Any, server: Server
    ) -> None:
        server.answer = _fails_after_one
        found: list[str] = []
        with pytest.raises(exceptions.ServiceUnavailable):
            await _awaited_texts(async_client.stream_generate_content(REQUEST), found)
        assert (found, len(server.calls)) == (["one"], 1)


class TestServerGone:
    def test_in_a_stream(self, client: Any, server: Server) -> None:
        server.answer = _silent_after_one
        responses = client.stream_generate_content(REQUEST)
        assert text_of(next(responses)) == "one"
        server.stop()
        with pytest.raises(exceptions.GoogleAPICallError):
            next(responses)

    async def test_in_a_stream_with_asyncio(self, async_client: Any, server: Server) -> None:
        server.answer = _silent_after_one
        responses = await async_client.stream_generate_content(REQUEST)
        assert text_of(await responses.read()) == "one"
        await asyncio.to_thread(server.stop)
        with pytest.raises(exceptions.GoogleAPICallError):
            await asyncio.wait_for(responses.read(), PATIENCE_S)

    def test_in_a_call(self, client: Any, server: Server) -> None:
        begun = threading.Event()

        def answer(call: Call) -> Iterator[Any]:
            begun.set()
            return _silent(call)

        server.answer = answer
        stopper = threading.Thread(target=lambda: (begun.wait(PATIENCE_S), server.stop()))
        stopper.start()
        with pytest.raises(exceptions.GoogleAPICallError):
            client.generate_content(REQUEST, retry=None)
        stopper.join(PATIENCE_S)


class TestGarbage:
    """Bytes that are not a message, and no message at all."""

    @pytest.mark.parametrize("messages", [[_GARBAGE], []])
    def test_in_a_call(self, client: Any, server: Server, messages: list[Any]) -> None:
        server.answer = lambda call: iter(messages)
        with pytest.raises(exceptions.InternalServerError):
            client.generate_content(REQUEST)
        assert len(server.calls) == 1

    @pytest.mark.parametrize("messages", [[_GARBAGE], []])
    async def test_in_a_call_with_asyncio(self, async_client: Any, server: Server, messages: list[Any]) -> None:
        server.answer = lambda call: iter(messages)
        with pytest.raises(exceptions.InternalServerError):
            await async_client.generate_content(REQUEST)
        assert len(server.calls) == 1

    def test_in_a_stream(self, client: Any, server: Server) -> None:
        server.answer = lambda call: iter(["one", _GARBAGE, "three"])
        found: list[str] = []
        with pytest.raises(exceptions.InternalServerError):
            _texts(client.stream_generate_content(REQUEST), found)
        assert found == ["one"]

    async def test_in_a_stream_with_asyncio(self, async_client: Any, server: Server) -> None:
        server.answer = lambda call: iter(["one", _GARBAGE, "three"])
        found: list[str] = []
        with pytest.raises(exceptions.InternalServerError, match="not a GenerateContentResponse"):
            await _awaited_texts(async_client.stream_generate_content(REQUEST), found)
        assert found == ["one"]

    def test_a_stream_without_messages_is_empty(self, client: Any, server: Server) -> None:
        server.answer = lambda call: iter([])
        assert list(client.stream_generate_content(REQUEST)) == []


class TestLeaving:
    """Programs that leave a stream early, or cancel a call: the server sees it."""

    def test_cancel_in_a_stream(self, client: Any, server: Server) -> None:
        server.answer = _silent_after_one
        responses = client.stream_generate_content(REQUEST)
        assert text_of(next(responses)) == "one"
        assert not server.calls[0].ended.is_set()
        responses.cancel()
        assert server.calls[0].ended.wait(PATIENCE_S)
        with pytest.raises(exceptions.Cancelled):
            next(responses)

    async def test_cancel_in_a_stream_with_asyncio(self, async_client: Any, server: Server) -> None:
        server.answer = _silent_after_one
        responses = await async_client.stream_generate_content(REQUEST)
        assert text_of(await responses.read()) == "one"
        responses.cancel()
        assert await asyncio.to_thread(server.calls[0].ended.wait, PATIENCE_S)

    def test_leaving_a_loop(self, client: Any, server: Server) -> None:
        server.answer = _silent_after_one
        for response in client.stream_generate_content(REQUEST):
            assert text_of(response) == "one"
            break
        del response
        gc.collect()
        assert server.calls[0].ended.wait(PATIENCE_S)

    async def test_leaving_a_loop_with_asyncio(self, async_client: Any, server: Server) -> None:
        server.answer = _silent_after_one

        async def first() -> str:
            async for response in await async_client.stream_generate_content(REQUEST):
                return text_of(response)
            return ""

        assert await first() == "one"
        gc.collect()
        await asyncio.sleep(0)
        assert await asyncio.to_thread(server.calls[0].ended.wait, PATIENCE_S)

    async def test_a_loop_can_be_continued_with_asyncio(self, async_client: Any, server: Server) -> None:
        server.answer = lambda call: iter(["one", "two", "three"])
        responses = await async_client.stream_generate_content(REQUEST)
        async for response in responses:
            assert text_of(response) == "one"
            break
        assert [text_of(response) async for response in responses] == ["two", "three"]

    async def test_cancelling_a_task(self, async_client: Any, server: Server) -> None:
        server.answer = _silent_after_one
        for call in (
            async_client.generate_content,
            lambda request: _awaited_texts(async_client.stream_generate_content(request), []),
        ):
            server.calls.clear()
            task = asyncio.ensure_future(call(REQUEST))
            assert await asyncio.to_thread(_waited, server)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await asyncio.to_thread(server.calls[0].ended.wait, PATIENCE_S)

    def test_closing_the_client_ends_its_calls(self, server: Server) -> None:
        server.answer = _silent_after_one
        with _client_for(server.target) as client:
            responses = client.stream_generate_content(REQUEST)
            next(responses)
        assert server.calls[0].ended.wait(PATIENCE_S)
        with pytest.raises(exceptions.Cancelled):
            next(responses)
        with pytest.raises(ValueError, match="closed"):
            client.generate_content(REQUEST)

    async def test_closing_the_client_with_asyncio(self, async_client: Any, server: Server) -> None:
        async with async_client:
            assert text_of(await async_client.generate_content(REQUEST)) == "hello"
        with pytest.raises(Exception, match="closed"):
            await async_client.generate_content(REQUEST)

    def test_closing_twice_and_closing_unused(self, server: Server) -> None:
        client = _client_for(server.target)
        client.transport.close()
        client.transport.close()

    def test_two_clients_share_a_transport(self, client: Any, server: Server) -> None:
        other = api.GenerativeServiceClient(transport=client.transport)
        assert [text_of(each.generate_content(REQUEST)) for each in (client, other)] == ["hello", "hello"]
        with other:
            pass
        with pytest.raises(ValueError, match="closed"):
            client.generate_content(REQUEST)


def _waited(server: Server) -> bool:
    """Wait until a call has arrived."""
    for _ in range(int(PATIENCE_S / 0.005)):
        if server.calls:
            return True
        threading.Event().wait(0.005)
    return False


class TestDetails:
    """Errors with details of `google.rpc`."""

    @staticmethod
    def _answer(call: Call) -> Iterator[Any]:
        status = status_pb2.Status(code=code_pb2.RESOURCE_EXHAUSTED, message="text")
        for detail in (
            error_details_pb2.ErrorInfo(reason="QUOTA", domain="example.com", metadata={"limit": "5"}),
            error_details_pb2.RetryInfo(retry_delay={"seconds": 7}),
        ):
            packed = any_pb2.Any()
            packed.Pack(detail)
            status.details.append(packed)
        call.context.set_trailing_metadata([("grpc-status-details-bin", status.SerializeToString())])
        call.fail(grpc.StatusCode.RESOURCE_EXHAUSTED)
        yield

    def test_of_a_call_and_of_a_stream(self, client: Any, server: Server) -> None:
        server.answer = self._answer
        for call in (client.generate_content, lambda request: list(client.stream_generate_content(request))):
            with pytest.raises(exceptions.ResourceExhausted) as caught:
                call(REQUEST)
            self._check(caught.value)

    async def test_with_asyncio(self, async_client: Any, server: Server) -> None:
        server.answer = self._answer
        with pytest.raises(exceptions.ResourceExhausted) as caught:
            await async_client.generate_content(REQUEST)
        self._check(caught.value)
        with pytest.raises(exceptions.ResourceExhausted) as caught:
            await _awaited_texts(async_client.stream_generate_content(REQUEST), [])
        self._check(caught.value)

    @staticmethod
    def _check(error: Any) -> None:
        assert (error.code, error.message, error.reason, error.domain) == (429, "text", "QUOTA", "example.com")
        assert error.metadata == {"limit": "5"}
        assert [type(each).__name__ for each in error.details] == ["ErrorInfo", "RetryInfo"]
        assert error.details[1].retry_delay.seconds == 7
        assert error.grpc_status_code is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert error.__cause__ is error.errors[0]
