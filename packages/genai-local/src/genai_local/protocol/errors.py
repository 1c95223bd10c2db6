"""Errors of the API: HTTP status, canonical status name, message and typed details.

Every module that refuses something raises `ApiError`.
"""

from __future__ import annotations

import errno
import sqlite3
from typing import Any

JsonObject = dict[str, Any]

STATUS_NAMES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    408: "DEADLINE_EXCEEDED",
    409: "ABORTED",
    412: "FAILED_PRECONDITION",
    413: "INVALID_ARGUMENT",
    429: "RESOURCE_EXHAUSTED",
    499: "CANCELLED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    502: "UNAVAILABLE",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


class ApiError(Exception):
    """An error as the Gemini API reports it.

    Args:
        code: HTTP status code.
        message: the problem; it begins with the path of the offending field, if any.
        status: canonical status name; by default the usual one for `code`.
        details: `google.rpc` detail objects, each with an `@type`.
        headers: response headers in addition to the usual ones, such as `retry-after`.
    """

    def __init__(
        self,
        code: int,
        message: str,
        *,
        status: str | None = None,
        details: list[JsonObject] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status or STATUS_NAMES.get(code, "UNKNOWN")
        self.details = details or []
        self.headers = headers or {}

    def envelope(self) -> JsonObject:
        """Return the JSON body of the error."""
        error: JsonObject = {"code": self.code, "message": self.message, "status": self.status}
        if self.details:
            error["details"] = self.details
        return {"error": error}


def invalid(field: str, problem: str) -> ApiError:
    """Return the 400 error that names one field of the request in the documented camelCase spelling."""
    message = f"{field}: {problem}"
    return ApiError(400, message, details=[bad_request([(field, message)])])


def is_disk_full(error: BaseException) -> bool:
    """Return whether a failure to write means that the disk, or the user's part of it, is full."""
    if isinstance(error, ApiError):
        return error.__cause__ is not None and is_disk_full(error.__cause__)
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    return isinstance(error, sqlite3.OperationalError) and "disk is full" in str(error)


def expected_error(error: BaseException) -> ApiError | None:
    """Return an exception that is not a mistake of the program as an error of the API; None for any other exception."""
    if isinstance(error, ApiError):
        return error
    if is_disk_full(error):
        return ApiError(429, "The disk is full. Nothing that was stored is lost; make room and repeat the request.")
    return None


def internal_error() -> ApiError:
    """Return the 500 error for an unexpected exception, whose text is for the log only."""
    return ApiError(500, "An internal error has occurred. The log of the server contains its cause.")


def not_found(message: str) -> ApiError:
    """Return a 404 error."""
    return ApiError(404, message)


def bad_request(violations: list[tuple[str, str]]) -> JsonObject:
    """Return a `BadRequest` detail for pairs of field path and description."""
    return {
        "@type": "type.googleapis.com/google.rpc.BadRequest",
        "fieldViolations": [{"field": field, "description": text} for field, text in violations],
    }


def error_info(reason: str, metadata: dict[str, str], domain: str = "googleapis.com") -> JsonObject:
    """Return an `ErrorInfo` detail."""
    return {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": reason,
        "domain": domain,
        "metadata": metadata,
    }


def retry_info(delay_s: float) -> JsonObject:
    """Return a `RetryInfo` detail that asks for a pause of `delay_s` seconds."""
    return {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": f"{delay_s:g}s"}
