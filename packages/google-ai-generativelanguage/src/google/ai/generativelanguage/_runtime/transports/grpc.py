"""The blocking transport over gRPC."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..methods import Method
from .base import Attempt
from .grpc_base import GrpcBase, mapped, stub_of, unreadable


class GrpcTransport(GrpcBase):
    """The base of the blocking transports over gRPC."""

    kind = "grpc"

    def _new_attempt(self, method: Method) -> Attempt:
        import grpc

        stub = stub_of(self.grpc_channel, method)
        failed = grpc.RpcError

        def attempt(request: Any, *, timeout: float | None = None, metadata: Any = ()) -> Any:
            try:
                response = stub(request, timeout=timeout, metadata=metadata)
            except failed as error:
                raise mapped(error) from error
            if response is None:
                raise unreadable(method)
            return response

        def attempt_stream(request: Any, *, timeout: float | None = None, metadata: Any = ()) -> Responses:
            responses = Responses(stub(request, timeout=timeout, metadata=metadata), failed)
            if not method.streams_requests:  # otherwise the first response may depend on later requests
                responses.wait()
            return responses

        return attempt_stream if method.streams_responses else attempt

    @staticmethod
    def _secure_channel(host: str, credentials: Any, **kwargs: Any) -> Any:
        import grpc

        return grpc.secure_channel(host, credentials, **kwargs)

    @staticmethod
    def _insecure_channel(host: str, **kwargs: Any) -> Any:
        import grpc

        return grpc.insecure_channel(host, **kwargs)

    def close(self) -> None:
        """Close the channel. Other clients with this transport cannot use it afterwards."""
        channel = self._opened_channel()
        if channel is not None:
            channel.close()

    @property
    def operations_client(self) -> Any:
        if self._operations_client is None:
            from google.api_core import operations_v1

            self._operations_client = operations_v1.OperationsClient(self.grpc_channel)
        return self._operations_client


class Responses:
    """The responses of a stream, as an iterator.

    What else the call of gRPC offers, such as `cancel()` and `trailing_metadata()`, is available here too.
    """

    def __init__(self, call: Any, failed: type[Exception]) -> None:
        self._call = call
        self._failed = failed
        self._first: list[Any] = []

    def wait(self) -> None:
        """Wait for the first response, so that a call that fails at its start raises here, and can be repeated."""
        first = next(self, None)
        if first is not None:
            self._first.append(first)

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        if self._first:
            return self._first.pop()
        try:
            return next(self._call)
        except self._failed as error:
            raise mapped(error) from error

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._call, name)
