"""The methods for long-running operations, which every client has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .calling import DEFAULT, Metadata
from .clients import AsyncClient, Client

if TYPE_CHECKING:
    from google.longrunning import operations_pb2

    from .calling import OptionalAsyncRetry, OptionalRetry


class OperationsClient(Client):
    """The methods for long-running operations of blocking clients."""

    def list_operations(
        self,
        request: operations_pb2.ListOperationsRequest | dict[str, Any] | None = None,
        *,
        retry: OptionalRetry = DEFAULT,
        timeout: float | object = DEFAULT,
        metadata: Metadata = (),
    ) -> operations_pb2.ListOperationsResponse:
        """List the operations whose names begin with `request.name`."""
        return self._call(self._service.operations["list_operations"], request, {}, retry, timeout, metadata)

    def get_operation(
        self,
        request: operations_pb2.GetOperationRequest | dict[str, Any] | None = None,
        *,
        retry: OptionalRetry = DEFAULT,
        timeout: float | object = DEFAULT,
        metadata: Metadata = (),
    ) -> operations_pb2.Operation:
        """Return the state of the operation `request.name`."""
        return self._call(self._service.operations["get_operation"], request, {}, retry, timeout, metadata)

    def delete_operation(
        self,
        request: operations_pb2.DeleteOperationRequest | dict[str, Any] | None = None,
        *,
        retry: OptionalRetry = DEFAULT,
        timeout: float | object = DEFAULT,
        metadata: Metadata = (),
    ) -> None:
        """Delete the operation `request.name`. Its work continues; `cancel_operation` ends it."""
        self._call(self._service.operations["delete_operation"], request, {}, retry, timeout, metadata)

    def cancel_operation(
        self,
        request: operations_pb2.CancelOperationRequest | dict[str, Any] | None = None,
        *,
        retry: OptionalRetry = DEFAULT,
        timeout: float | object = DEFAULT,
        metadata: Metadata = (),
    ) -> None:
        """Ask the service to end the work of the operation `request.name`."""
        self._call(self._service.operations["cancel_operation"], request, {}, retry, timeout, metadata)


class AsyncOperationsClient(AsyncClient):
    """The methods for long-running operations of clients with asyncio."""

    async def list_operations(
        self,
        request: operations_pb2.ListOperationsRequest | dict[str, Any] | None = None,
        *,
        retry: OptionalAsyncRetry = DEFAULT,
        timeout: float | object = DEFAULT,
        metadata: Metadata = (),
    ) -> operations_pb2.ListOperationsResponse:
        """List the operations whose names begin with `request.name`."""
        return await self._call(self._service.operations["list_operations"], request, {}, retry, timeout, metadata)

    async def get_operation(
        self,
        request: operations_pb2.GetOperationRequest | dict[str, Any] | None = None,
        *,
        retry: OptionalAsyncRetry = DEFAULT,
        timeout: float | object = DEFAULT,
        metadata: Metadata = (),
    ) -> operations_pb2.Operation:
        """Return the state of the operation `request.name`."""
        return await self._call(self._service.operations["get_operation"], request, {}, retry, timeout, metadata)

    async def delete_operation(
        self,
        request: operations_pb2.DeleteOperationRequest | dict[str, Any] | None = None,
        *,
        retry: OptionalAsyncRetry = DEFAULT,
        timeout: float | object = DEFAULT,
        metadata: Metadata = (),
    ) -> None:
        """Delete the operation `request.name`. Its work continues; `cancel_operation` ends it."""
        await self._call(self._service.operations["delete_operation"], request, {}, retry, timeout, metadata)

    async def cancel_operation(
        self,
        request: operations_pb2.CancelOperationRequest | dict[str, Any] | None = None,
        *,
        retry: OptionalAsyncRetry = DEFAULT,
        timeout: float | object = DEFAULT,
        metadata: Metadata = (),
    ) -> None:
        """Ask the service to end the work of the operation `request.name`."""
        await self._call(self._service.operations["cancel_operation"], request, {}, retry, timeout, metadata)
