"""All errors of the SDK.

A call that the service refuses raises `ClientError` (4xx) or `ServerError` (5xx); a reply that is no reply object raises
`InvalidResponseError`; a connection that fails raises `APIConnectionError` or `APITimeoutError`, which are also instances
of the HTTP library's own exception. All of them are `APIError`. They can be pickled, and hold neither credentials nor
sockets. This module knows no HTTP library.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from ._json import Json
    from .types import FinishReason

_RETRY_INFO = "type.googleapis.com/google.rpc.RetryInfo"
_SHOWN_BODY_CHARACTERS = 2_000


class APIError(Exception):
    """A call to the service did not succeed.

    Attributes:
      code: HTTP status, or 0 where no reply arrived.
      status: The service's name of the error, such as `INVALID_ARGUMENT`.
      message: The service's explanation.
      details: The whole error body, decoded from JSON where it is JSON.
      response: The HTTP library's response, when the error was made from one; never pickled.
      headers: Headers of the reply, names in lower case.
      body: Raw body of the reply.
      attempts: How many requests were sent for this call.
      hint: What to do about it, where that is known.
    """

    # Values, not annotations alone: an HTTP library's class below ours may have properties of these names.
    code: int = 0
    status: str | None = None
    message: str | None = None
    details: Any = None
    response: Any = None
    headers: dict[str, str] = {}  # noqa: RUF012 - never changed, replaced by each instance
    body: bytes | None = None
    attempts: int = 1
    hint: str | None = None

    def __init__(
        self,
        code: int,
        response_json: Any,
        response: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        attempts: int = 1,
    ) -> None:
        response_json = _unwrapped(response_json)
        self.details = response_json
        self.response = response
        self.headers = dict(headers or {})
        self.body = body
        self.attempts = attempts
        whole = _object(response_json)
        error = _object(whole["error"]) if isinstance(whole.get("error"), dict) else whole
        self.status = _text(error.get("status"))
        text = _text(error.get("message"))
        self.message = response_json if text is None and isinstance(response_json, str) else text
        self.code = code or _number(error.get("code")) or 0
        Exception.__init__(self, f"{self.code} {self.status}. {_shortened(self.details)}")  # past an HTTP library's own
        self.hint = self._advice()
        if self.hint and sys.version_info >= (3, 11):
            self.add_note(self.hint)

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else type(self).__name__

    __repr__ = Exception.__repr__  # not an HTTP library's, which may look for what only its own instances have

    @property
    def request_id(self) -> str | None:
        """Return the identifier under which the service logged the request, if it sent one."""
        return self.headers.get("x-request-id") or self.headers.get("x-goog-request-id")

    @property
    def retry_delay_s(self) -> float | None:
        """Return after how many seconds the service asks to try again, or None where it says nothing."""
        for detail in self._error_details():
            if detail.get("@type") == _RETRY_INFO:
                seconds = re.fullmatch(r"(\d+(?:\.\d+)?)s", str(detail.get("retryDelay", "")))
                if seconds:
                    return float(seconds[1])
        return _retry_after_s(self.headers.get("retry-after"))

    @property
    def daily_quota_is_spent(self) -> bool:
        """Tell whether a quota that is counted per day is used up, so that trying again soon is of no use."""
        return any(
            "perday" in str(_object(violation).get("quotaId", "")).lower()
            for detail in self._error_details()
            for violation in _list(detail.get("violations"))
        )

    def _error_details(self) -> list[dict[str, Any]]:
        error = _object(_object(self.details).get("error"))
        return [detail for detail in _list(error.get("details")) if isinstance(detail, dict)]

    def _advice(self) -> str | None:
        if self.code == 429:
            delay = self.retry_delay_s
            wait = f"The service asks to wait {delay:g} s. " if delay is not None else ""
            return wait + "HttpOptions(retry_options=HttpRetryOptions(...)) repeats such calls by itself."
        if self.code == 400 and self.message:
            said = self.message.lower().replace("_", " ")
            return next((advice for words, advice in _ADVICE_ON_TURNS if words in said), _ADVICE.get(400))
        return _ADVICE.get(self.code)

    @classmethod
    def raise_error(cls, status_code: int, response_json: Any, response: Any = None) -> NoReturn:
        """Raise the error class that belongs to an HTTP status."""
        raise class_for_status(status_code)(status_code, response_json, response)

    @classmethod
    async def raise_error_async(cls, status_code: int, response_json: Any, response: Any = None) -> NoReturn:
        """Raise the error class that belongs to an HTTP status."""
        cls.raise_error(status_code, response_json, response)

    @classmethod
    def raise_for_response(cls, response: Any) -> None:
        """Raise the error that an HTTP library's response stands for; return when its status is 200."""
        if response.status_code == HTTPStatus.OK:
            return
        if hasattr(response, "body_segments"):  # a recorded response
            details: Any = response.body_segments[0].get("error", {}) if response.body_segments else {}
        else:
            response.read()
            details = json_or_text(response.content, getattr(response, "reason_phrase", None))
        cls.raise_error(response.status_code, details, response)

    @classmethod
    async def raise_for_async_response(cls, response: Any) -> None:
        """Raise the error that an asynchronous response stands for; return when its status is 200."""
        status: int = response.status_code if hasattr(response, "status_code") else response.status
        if status == HTTPStatus.OK:
            return
        if hasattr(response, "body_segments"):
            cls.raise_for_response(response)
        body = await (response.aread() if hasattr(response, "aread") else response.read())
        reason = getattr(response, "reason_phrase", None) or getattr(response, "reason", None)
        cls.raise_error(status, json_or_text(body, reason), response)

    def __reduce__(self) -> tuple[Any, ...]:
        state = {name: value for name, value in self.__dict__.items() if name not in _NOT_PICKLED}
        return _restored, (_pickled_class(type(self)), self.args, state)


class ClientError(APIError):
    """The service refused the request (4xx): something in it has to change, or has to wait (429)."""


class ServerError(APIError):
    """The service failed (5xx): the same request may succeed later."""


class APIConnectionError(APIError):
    """No reply, or only a part of it, arrived. Also an instance of the HTTP library's exception where that raised it."""


class APITimeoutError(APIConnectionError):
    """A time limit passed. `limit` tells which one: connect, first byte, idle or total."""

    limit: str = "total"


class UnknownFunctionCallArgumentError(ValueError):
    """A function was called with an argument that does not fit its signature."""


class UnsupportedFunctionError(ValueError):
    """A Python function cannot be offered as a tool."""


class FunctionInvocationError(ValueError):
    """A Python function raised an error while it was called as a tool."""


class UnknownApiResponseError(ValueError):
    """A reply is not what the service is known to send."""


class InvalidResponseError(APIError, UnknownApiResponseError):
    """The service answered with success, but the reply is not the object that it should be."""


class NotParsedError(ValueError):
    """An answer is not the data that the schema of its request asks for. Its cause is pydantic's error, where that found it.

    Attributes:
      message: What is wrong, and where, for people.
      text: The text of the answer; None where it has none.
      finish_reason: Why the model wrote no further, such as `MAX_TOKENS`; None where that was not said.
      path: The value at fault, such as `items[3].price`; empty for the whole.
      offset: Number of characters of the text before the place at fault; None where there is no text.
      line, column: The same place for people, both counted from 1.
    """

    def __init__(
        self,
        message: str,
        *,
        text: str | None = None,
        finish_reason: FinishReason | None = None,
        path: str = "",
        offset: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.text = text
        self.finish_reason = finish_reason
        self.path = path
        self.offset = offset
        self.line: int | None = None
        self.column: int | None = None
        if text is not None and offset is not None:
            self.line = text.count("\n", 0, offset) + 1
            self.column = offset - text.rfind("\n", 0, offset)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.message,), {**self.__dict__}


class NotDoneError(TimeoutError):
    """A wait has come to its deadline before the work was done; the work goes on."""

    def __init__(self, message: str, last: Any = None) -> None:
        super().__init__(message)
        self.last = last
        """The file, job or operation as it was when the service was asked last."""

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (str(self), self.last)


class OperationFailedError(APIError):
    """Work that the service did on its own time has failed, or was stopped."""

    last: Any = None
    """The file, job or operation as it was in the end."""

    @classmethod
    def of(cls, message: str, code: int | None, last: Any) -> OperationFailedError:
        """Return the error for what a wait has found in the end; `code` is a code of `google.rpc`."""
        status = _RPC_STATUSES[code] if code is not None and 0 < code < len(_RPC_STATUSES) else "UNKNOWN"
        error = cls(_HTTP_CODES.get(status, 500), {"error": {"message": message, "status": status}})
        error.last = last
        return error


_RPC_STATUSES = [
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
]
"""Codes of `google.rpc.Code`, by their numbers."""
_HTTP_CODES = {
    "CANCELLED": 499,
    "INVALID_ARGUMENT": 400,
    "DEADLINE_EXCEEDED": 504,
    "NOT_FOUND": 404,
    "ALREADY_EXISTS": 409,
    "PERMISSION_DENIED": 403,
    "RESOURCE_EXHAUSTED": 429,
    "FAILED_PRECONDITION": 400,
    "ABORTED": 409,
    "OUT_OF_RANGE": 400,
    "UNIMPLEMENTED": 501,
    "UNAVAILABLE": 503,
    "UNAUTHENTICATED": 401,
}


class ExperimentalWarning(Warning):
    """A feature may change or go away in a later release."""


def class_for_status(status: int) -> type[APIError]:
    """Return the error class for an HTTP status."""
    if 400 <= status < 500:
        return ClientError
    if 500 <= status < 600:
        return ServerError
    return APIError


def error_from_reply(status: int, headers: Mapping[str, str], body: bytes, reason: str | None = None) -> APIError:
    """Return the error that a reply stands for, whatever its body is: JSON, text, HTML, cut or empty."""
    return class_for_status(status)(status, json_or_text(body, reason), headers=headers, body=body)


def json_or_text(body: bytes, reason: str | None = None) -> dict[str, Any]:
    """Return an error body: the decoded JSON if it is an object, else an object with the text as its message."""
    text = body.decode("utf-8", errors="replace")
    try:
        decoded: Json = _unwrapped(json.loads(text))
    except (ValueError, RecursionError):
        decoded = None
    if isinstance(decoded, dict):
        error = decoded.get("error", {})
        if isinstance(error, str):
            return {**decoded, "message": decoded.get("message") or error, "status": decoded.get("status") or reason}
        if isinstance(error, dict):
            return decoded
    return {"message": text, "status": reason or None}


_combined: dict[tuple[type[APIError], type[BaseException]], type[APIError]] = {}


def connection_error(original: BaseException, *, timeout: bool = False, limit: str = "", text: str = "") -> APIError:
    """Return an `APIConnectionError` or `APITimeoutError` that is an instance of the original's class as well."""
    ours = APITimeoutError if timeout else APIConnectionError
    cls = _combined.get((ours, type(original)))
    if cls is None:
        try:
            cls = type(ours.__name__, (ours, type(original)), {"__module__": __name__})
        except TypeError:  # layouts that cannot be combined
            cls = ours
        _combined[ours, type(original)] = cls
    message = text or str(original) or type(original).__name__
    error = cls.__new__(cls)
    APIError.__init__(
        error, 0, {"error": {"status": "TIMEOUT" if timeout else "CONNECTION_FAILED", "message": message}}
    )
    if isinstance(error, APITimeoutError):
        error.limit = limit or "total"
    error.__dict__.setdefault("_request", None)  # httpx's exceptions read it
    return error


_NOT_PICKLED = frozenset({"response", "__notes__", "_request"})

_ADVICE_ON_TURNS = (
    (
        "thought signature",
        "Send a turn of the model back as it came, response.candidates[0].content: its parts carry the signatures. Chats and "
        "automatic function calling do.",
    ),
    (
        "function response",
        "After a turn in which the model calls functions comes one content with a function response for each call, in their "
        "order.",
    ),
)
_ADVICE = {
    0: None,
    401: "The credentials were not accepted: see client arguments api_key and credentials.",
    403: "The credentials do not permit this call: see the API key's restrictions, or the project's roles.",
    404: "Nothing is there by that name: client.models.list() shows the models; api_version and base_url also decide.",
    408: "The service took too long: a longer HttpOptions.timeout, a smaller request or a streamed answer may help.",
    504: "The service took too long: a longer HttpOptions.timeout, a smaller request or a streamed answer may help.",
}


def _restored(cls: type[APIError], args: tuple[Any, ...], state: dict[str, Any]) -> APIError:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state, response=None)
    return error


def _pickled_class(cls: type[APIError]) -> type[APIError]:
    """Return the class to restore: ours, where the class was combined at run time with an HTTP library's."""
    if cls in _combined.values():
        return APITimeoutError if issubclass(cls, APITimeoutError) else APIConnectionError
    return cls


def _retry_after_s(value: str | None) -> float | None:
    if not value:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    from datetime import datetime, timezone
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    return max(0.0, (moment - datetime.now(timezone.utc)).total_seconds())


def _shortened(details: Any) -> str:
    text = str(details)
    return text if len(text) <= _SHOWN_BODY_CHARACTERS else text[:_SHOWN_BODY_CHARACTERS] + "…"


def _unwrapped(value: Any) -> Any:
    """Return the only item of a list of one, and anything else as it is: some errors come in an array."""
    items = _list(value)
    return items[0] if len(items) == 1 else value


def _object(value: Json) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Json) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
