"""Errors of the API as gRPC reports them: a status code, a message, and `google.rpc.Status` with typed details."""

from __future__ import annotations

import json
from typing import Any, cast

import grpc
from google.protobuf import json_format
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.message import Message
from google.rpc import error_details_pb2
from google.rpc.status_pb2 import Status

from ..protocol.errors import ApiError, JsonObject

_BY_HTTP = {
    400: grpc.StatusCode.INVALID_ARGUMENT,
    401: grpc.StatusCode.UNAUTHENTICATED,
    403: grpc.StatusCode.PERMISSION_DENIED,
    404: grpc.StatusCode.NOT_FOUND,
    405: grpc.StatusCode.UNIMPLEMENTED,
    408: grpc.StatusCode.DEADLINE_EXCEEDED,
    409: grpc.StatusCode.ABORTED,
    412: grpc.StatusCode.FAILED_PRECONDITION,
    413: grpc.StatusCode.RESOURCE_EXHAUSTED,
    416: grpc.StatusCode.OUT_OF_RANGE,
    429: grpc.StatusCode.RESOURCE_EXHAUSTED,
    499: grpc.StatusCode.CANCELLED,
    500: grpc.StatusCode.INTERNAL,
    501: grpc.StatusCode.UNIMPLEMENTED,
    502: grpc.StatusCode.UNAVAILABLE,
    503: grpc.StatusCode.UNAVAILABLE,
    504: grpc.StatusCode.DEADLINE_EXCEEDED,
}
_BY_NAME = {code.name: code for code in grpc.StatusCode if code is not grpc.StatusCode.OK}
_DETAILS = "grpc-status-details-bin"
_TYPES = "type.googleapis.com/google.rpc."
_LONGEST_MESSAGE = 3_000
"""Bytes of a message as gRPC encodes it. Clients refuse replies whose metadata has more than 8 KiB."""
_MOST_DETAILS_BYTES = 3_000
"""Bytes of a `google.rpc.Status`; base64 makes 4 of 3."""


class RpcError(Exception):
    """The end of a call with an error.

    Args:
        code: the status code.
        message: the problem.
        details: `google.rpc` detail objects in JSON form, each with an `@type`.
    """

    def __init__(self, code: grpc.StatusCode, message: str, details: list[JsonObject] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = _shortened(message)
        self.details = details or []

    def trailers(self) -> tuple[tuple[str, bytes], ...]:
        """Return the trailing metadata: the details, if there are any of a known type."""
        status = Status(code=self.code.value[0], message=self.message)
        for detail in self.details:
            message = _detail(detail)
            if message is not None:
                status.details.append(message)
                if status.ByteSize() > _MOST_DETAILS_BYTES:
                    status.details.pop()
        return ((_DETAILS, status.SerializeToString()),) if status.details else ()


def error_of(error: ApiError) -> RpcError:
    """Return an error of the API as the end of a call."""
    return _error(error.code, error.status, error.message, error.details)


def error_in(status: int, body: bytes) -> RpcError:
    """Return the error of a reply with this HTTP status and body."""
    try:
        return error_in_body(json.loads(body), status)
    except (ValueError, RecursionError):
        return _error(status, "", f"HTTP status {status}: {body[:200].decode('utf-8', 'replace')}", [])


def error_in_body(body: object, status: int = 500) -> RpcError:
    """Return the error in the JSON form of the API.

    Args:
        body: the JSON value, an object with `error`.
        status: the HTTP status if the error does not contain one.
    """
    error: Any = cast("JsonObject", body).get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return _error(status, "", f"HTTP status {status} without an error of the API.", [])
    found = cast("JsonObject", error)
    code, details = found.get("code"), found.get("details")
    return _error(
        code if isinstance(code, int) else status,
        str(found.get("status", "")),
        str(found.get("message", "")),
        cast("list[JsonObject]", details) if isinstance(details, list) else [],
    )


def _error(code: int, status: str, message: str, details: list[JsonObject]) -> RpcError:
    named = _BY_NAME.get(status) or _BY_HTTP.get(code, grpc.StatusCode.UNKNOWN)
    return RpcError(named, message, details)


def _detail(detail: object) -> AnyMessage | None:
    """Return a detail as a message; None if its type is unknown here or it is not of this type."""
    if not isinstance(detail, dict):
        return None
    fields = dict(cast("JsonObject", detail))
    name = str(fields.pop("@type", ""))
    kind = getattr(error_details_pb2, name.removeprefix(_TYPES), None) if name.startswith(_TYPES) else None
    if not isinstance(kind, type) or not issubclass(kind, Message):
        return None
    message = kind()
    try:
        json_format.ParseDict(fields, message, ignore_unknown_fields=True)
    except json_format.ParseError:
        return None
    packed = AnyMessage()
    packed.Pack(message)
    return packed


def _shortened(message: str) -> str:
    """Return a message that fits into the metadata of a reply."""
    while _encoded_bytes(message) > _LONGEST_MESSAGE:
        message = message[: len(message) * 9 // 10 - 1].rstrip() + "…"
    return message


def _encoded_bytes(message: str) -> int:
    """Return the size of a message in a reply, where gRPC escapes each byte that is not printable ASCII."""
    return sum(1 if " " <= character <= "~" else 3 * len(character.encode()) for character in message)
