"""The transport over gRPC with asyncio."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from ..methods import Method
from .base import Attempt
from .grpc_base import GrpcBase, mapped, stub_of, unreadable


class GrpcAsyncIOTransport(GrpcBase):
    """The base of the transports over gRPC with asyncio."""

    kind = "grpc_asyncio"

    def _new_attempt(self, method: Method) -> Attempt:
        import grpc

        stub = stub_of(self.grpc_channel, method)
        failed = grpc.RpcError

        async def attempt(request: Any, *, timeout: float | None = None, metadata: Any = ()) -> Any:
            try:
                response = await stub(request, timeout=timeout, metadata=metadata)
            except failed as error:
                raise mapped(error) from error
            if response is None:
                raise unreadable(method)
            return response

        async def attempt_stream(request: Any, *, timeout: float | None = None, metadata: Any = ()) -> AsyncResponses:
            call = stub(request, timeout=timeout, metadata=metadata)
            try:
                await call.wait_for_connection()
            except failed as error:
                raise mapped(error) from error
            return AsyncResponses(call, failed, method)

        return attempt_stream if method.streams_responses else attempt

    @staticmethod
    def _secure_channel(host: str, credentials: Any, **kwargs: Any) -> Any:
        import grpc.aio

        return grpc.aio.secure_channel(host, credentials, **kwargs)

    @staticmethod
    def _insecure_channel(host: str, **kwargs: Any) -> Any:
        import grpc.aio

        return grpc.aio.insecure_channel(host, **kwargs)

    async def close(self) -> None:
        """Close the channel. Other clients with this transport cannot use it afterwards."""
        channel = self._opened_channel()
        if channel is not None:
            await channel.close()

    @property
    def operations_client(self) -> Any:
        if self._operations_client is None:
            from google.api_core import operations_v1

            self._operations_client = operations_v1.OperationsAsyncClient(self.grpc_channel)
        return self._operations_client


class AsyncResponses:
    """The responses of a stream, as an asynchronous iterator. The call is cancelled when no variable refers to them any more.

    What else the call of gRPC offers, such as `read()`, `cancel()` and `trailing_metadata()`, is available here too.
    """

    def __init__(self, call: Any, failed: type[Exception], method: Method) -> None:
        self._call = call
        self._failed = failed
        self._method = method
        self._messages: Any = None

    def __aiter__(self) -> AsyncIterator[Any]:
        return self

    async def __anext__(self) -> Any:
        if self._messages is None:
            self._messages = aiter(self._call)
        try:
            return self._readable(await anext(self._messages))
        except self._failed as error:
            raise mapped(error) from error

    def __del__(self) -> None:
        with contextlib.suppress(Exception):  # its event loop may be closed
            if not self._call.done():
                self._call.cancel()

    async def read(self) -> Any:
        """Return the next response, or `grpc.aio.EOF` at the end. Do not mix it with iteration."""
        try:
            return self._readable(await self._call.read())
        except self._failed as error:
            raise mapped(error) from error

    def _readable(self, response: Any) -> Any:
        if response is None:
            self._call.cancel()
            raise unreadable(self._method)
        return response

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._call, name)
