"""All exception classes of the SDK.

A call that the service refuses raises `ClientError` (4xx) or `ServerError` (5xx). A successful reply whose body is not
the expected object raises `InvalidResponseError`. A connection that fails raises `APIConnectionError` or
`APITimeoutError`, which are also instances of the HTTP library's own exception. All of them derive from `APIError`.
They can be pickled, and contain neither credentials nor sockets. This module imports no HTTP library.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast

from ._http_reply import HttpReply, HttpRequest

if TYPE_CHECKING:
    from ._json import Json
    from .types import FinishReason
else:  # for `typing.get_type_hints`, without the cost of the import
    FinishReason = Any

T = TypeVar("T")

_RETRY_INFO = "type.googleapis.com/google.rpc.RetryInfo"
_SHOWN_BODY_CHARACTERS = 2_000


class APIError(Exception):
    """A call to the service that failed.

    Attributes:
      code: HTTP status; 0 if no reply arrived; None if the program created the error without one.
      status: The service's name for the error, such as `INVALID_ARGUMENT`.
      message: The service's explanation.
      details: The whole error body, decoded if it is JSON.
      response: The HTTP reply, with `status_code`, `headers`, `text`, `content` and `json()`; None if none arrived. If the
        program created the error from an HTTP library's response, it is that response, and the pickled error has a copy
        of its content.
      request: The HTTP request of a refused call or a failed connection, with `method` and `url`; None for other errors.
      headers: Headers of the reply, with names in lower case.
      body: Raw body of the reply.
      attempts: Number of requests sent for this call.
      hint: Advice on how to fix the error, if there is any.
    """

    # Class attributes, not only annotations: an HTTP library's exception class, combined with ours, may have properties
    # of the same names.
    code: int = 0
    status: str | None = None
    message: str | None = None
    details: Any = None
    response: Any = None
    request: HttpRequest | None = None
    headers: dict[str, str] = {}  # noqa: RUF012 - never changed, replaced by each instance
    body: bytes | None = None
    attempts: int = 1
    hint: str | None = None

    def __init__(
        self,
        code: int | None,
        response_json: Any,
        response: Any = None,
    ) -> None:
        response_json = _unwrap(response_json)
        self.details = response_json
        self.response = response
        reply = response if isinstance(response, HttpReply) else HttpReply.of(response)
        self.headers = dict(reply.headers) if reply is not None else {}
        self.body = reply.content if reply is not None else None
        self.attempts = 1
        whole = _object(response_json)
        self.status = _value("status", whole, _text)
        text = _value("message", whole, _text)
        self.message = response_json if text is None and isinstance(response_json, str) else text
        self.code = code or cast("int", _value("code", whole, _number))
        # Not super(): it could call an HTTP library's __init__, which takes other arguments.
        Exception.__init__(self, f"{self.code} {self.status}. {_shorten(self.details)}")
        self.hint = self._advice()
        if self.hint and sys.version_info >= (3, 11):
            self.add_note(self.hint)

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else type(self).__name__

    __repr__ = Exception.__repr__  # an HTTP library's __repr__ may read attributes that only its own instances have

    @property
    def status_code(self) -> int | None:
        """Return the HTTP status, or None if no reply arrived."""
        return self.code or None

    @property
    def request_id(self) -> str | None:
        """Return the identifier of the request in the service's logs, if the reply has one."""
        return self.headers.get("x-request-id") or self.headers.get("x-goog-request-id")

    @property
    def retry_delay_s(self) -> float | None:
        """Return the number of seconds that the service asks to wait before the next attempt, or None if it names none."""
        for detail in self._error_details():
            if detail.get("@type") == _RETRY_INFO:
                seconds = re.fullmatch(r"(\d+(?:\.\d+)?)s", str(detail.get("retryDelay", "")))
                if seconds:
                    return float(seconds[1])
        return _retry_after_s(self.headers.get("retry-after"))

    @property
    def daily_quota_is_spent(self) -> bool:
        """Return whether a daily quota is used up, so that another attempt soon afterwards is useless."""
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
            return wait + "HttpOptions(retry_options=HttpRetryOptions(...)) retries such calls automatically."
        if self.code == 400 and self.message:
            said = self.message.lower().replace("_", " ")
            return next((advice for words, advice in _ADVICE_ON_TURNS if words in said), _ADVICE.get(400))
        return _ADVICE.get(self.code)

    @classmethod
    def raise_error(cls, status_code: int, response_json: Any, response: Any = None) -> NoReturn:
        """Raise the error class for an HTTP status."""
        raise class_for_status(status_code)(status_code, response_json, response)

    @classmethod
    async def raise_error_async(cls, status_code: int, response_json: Any, response: Any = None) -> NoReturn:
        """Raise the error class for an HTTP status."""
        cls.raise_error(status_code, response_json, response)

    @classmethod
    def raise_for_response(cls, response: Any) -> None:
        """Raise the error for an HTTP library's response, unless its status is 200."""
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
        """Raise the error for an HTTP library's asynchronous response, unless its status is 200."""
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
        if not isinstance(self.response, HttpReply):
            state["response"] = HttpReply.of(self.response)
        return _restore, (_pickled_class(type(self)), self.args, state)


class ClientError(APIError):
    """A request that the service refused (4xx): change the request, or wait and retry (429)."""


class ServerError(APIError):
    """A failure of the service (5xx): the same request may succeed later."""


class APIConnectionError(APIError):
    """A reply that did not arrive, or arrived only in part. Also an instance of the HTTP library's exception, if it
    raised one.
    """


class APITimeoutError(APIConnectionError):
    """A time limit that was exceeded. `limit` names it: `connect`, `first byte`, `idle` or `total`."""

    limit: str = "total"


class UnknownFunctionCallArgumentError(ValueError):
    """A function call with an argument that does not match the function's signature."""


class UnsupportedFunctionError(ValueError):
    """A Python function that cannot be declared as a tool."""


class FunctionInvocationError(ValueError):
    """An exception raised by a Python function that was called as a tool."""


class UnknownApiResponseError(ValueError):
    """A reply that the SDK cannot interpret."""


class InvalidResponseError(APIError, UnknownApiResponseError):
    """A reply with a success status whose body is not the expected object."""


class NotParsedError(ValueError):
    """An answer that does not match the schema of its request. Its `__cause__` is pydantic's error, if pydantic found
    it.

    Attributes:
      message: Description of the problem and its position, in one sentence.
      text: Text of the answer; None if it has no text.
      finish_reason: Why the model stopped, such as `MAX_TOKENS`; None if the service did not say.
      path: Path of the invalid value, such as `items[3].price`; empty for the whole answer.
      offset: Number of characters of `text` before the invalid value; None if there is no text.
      line, column: The same position as line and column, both counted from 1.
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
    """A wait that exceeded its time limit before the work was done. The work itself continues."""

    def __init__(self, message: str, last: Any = None) -> None:
        super().__init__(message)
        self.last = last
        """The last known state of the file, job or operation."""

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (str(self), self.last)


class OperationFailedError(APIError):
    """A long-running operation or job that failed or was cancelled."""

    last: Any = None
    """The final state of the file, job or operation."""

    @classmethod
    def of(cls, message: str, code: int | None, last: Any) -> OperationFailedError:
        """Return the error for the final state `last` of some work; `code` is a number of `google.rpc.Code`."""
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
"""Names of `google.rpc.Code`, indexed by number."""
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


class TokenizerFileError(OSError, ValueError):
    """A tokenizer file that could not be downloaded, or that has another SHA-256 than expected."""


class ContinuationInterruptedError(Exception):
    """An output that the service interrupted, and that could not be continued. Its `__cause__` is the error of the call.

    Attributes:
      partial_interaction: The interaction as far as it has arrived.
      continuation_token: The token with which it can be continued.
      interaction_id: The id of its last part.
      continuation_ids: The ids of all its parts, oldest first.
    """

    def __init__(
        self,
        message: str,
        *,
        partial_interaction: Any = None,
        continuation_token: str | None = None,
        interaction_id: str | None = None,
        continuation_ids: list[str] | None = None,
    ) -> None:
        super().__init__(message)
        self.partial_interaction = partial_interaction
        self.continuation_token = continuation_token
        self.interaction_id = interaction_id
        self.continuation_ids = continuation_ids

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), self.args, {**self.__dict__}


class RecordingError(Exception):
    """A recording that cannot be read, written or replayed. Not an `APIError`, so that no retry hides it.

    Attributes:
      path: The file.
      line: Line of the file, counted from 1; None if the error concerns no line.
    """

    def __init__(self, message: str, *, path: Any = None, line: int | None = None) -> None:
        place = "" if path is None else f"{path}:{line}: " if line is not None else f"{path}: "
        super().__init__(place + message)
        self.path = path
        self.line = line

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore_recording_error, (type(self), self.args, {**self.__dict__})


class RequestNotRecordedError(RecordingError):
    """A request that equals no unused exchange of a recording that is replayed.

    Attributes:
      diff: Difference from the most similar exchange, as a unified diff; empty for a recording without exchanges.
      exchange: Position of that exchange in the recording, counted from 0; None for a recording without exchanges.
    """

    diff: str = ""
    exchange: int | None = None


class ExperimentalWarning(Warning):
    """A warning about a feature that may change or disappear in a later release."""


def class_for_status(status: int) -> type[APIError]:
    """Return the error class for an HTTP status."""
    if 400 <= status < 500:
        return ClientError
    if 500 <= status < 600:
        return ServerError
    return APIError


def error_from_reply(status: int, headers: Mapping[str, str], body: bytes, reason: str | None = None) -> APIError:
    """Return the error for a reply, whatever its body is: JSON, text, HTML, truncated or empty."""
    reply = HttpReply(status, headers, body, reason)
    return class_for_status(status)(status, json_or_text(body, reason), reply)


def json_or_text(body: bytes, reason: str | None = None) -> dict[str, Any]:
    """Return an error body as an object: the decoded JSON if that is an object, else one with the text as its message."""
    text = body.decode("utf-8", errors="replace")
    try:
        decoded: Json = _unwrap(json.loads(text))
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


def _combine(ours: type[APIError], original: BaseException) -> APIError:
    """Return a new error, not yet initialized, of a class that derives from ours and from that of the original exception."""
    cls = _combined.get((ours, type(original)))
    if cls is None:
        bases: tuple[type, ...] = (ours, type(original))
        if type(original).__module__ == "asyncio.exceptions" and not isinstance(original, TimeoutError):
            bases = (*bases, TimeoutError)  # before Python 3.11, asyncio.TimeoutError is a class of its own
        try:
            cls = type(ours.__name__, bases, {"__module__": __name__})
        except TypeError:  # the classes have incompatible memory layouts
            cls = ours
        _combined[ours, type(original)] = cls
    return cls.__new__(cls)


def connection_error(original: BaseException, *, timeout: bool = False, limit: str = "", text: str = "") -> APIError:
    """Return an `APIConnectionError` or `APITimeoutError` that is also an instance of the original exception's class."""
    error = _combine(APITimeoutError if timeout else APIConnectionError, original)
    message = text or str(original) or type(original).__name__
    APIError.__init__(
        error, 0, {"error": {"code": 0, "status": "TIMEOUT" if timeout else "CONNECTION_FAILED", "message": message}}
    )
    if isinstance(error, APITimeoutError):
        error.limit = limit or "total"
    error.__dict__.setdefault("_request", None)  # httpx's exceptions read this attribute
    return error


def refused_connection(original: BaseException, status: int, headers: Mapping[str, str], body: bytes) -> APIError:
    """Return the error for a reply that refuses a WebSocket, which is also an instance of the original exception's class."""
    error = _combine(class_for_status(status), original)
    APIError.__init__(error, status, json_or_text(body), HttpReply(status, headers, body))
    return error


def closed_connection(original: BaseException, code: int, status: str, message: str) -> APIError:
    """Return the error for a WebSocket that was closed, which is also an instance of the original exception's class."""
    error = _combine(APIConnectionError, original)
    APIError.__init__(error, code, {"error": {"code": code, "status": status, "message": message}})
    for name in ("rcvd", "sent", "rcvd_then_sent"):  # attributes of the original that programs read
        error.__dict__[name] = getattr(original, name, None)
    return error


def with_message(error: APIConnectionError, message: str) -> APIError:
    """Return a connection error with another message; the HTTP library's exception is the same."""
    original = error.__cause__ or error
    limit = error.limit if isinstance(error, APITimeoutError) else ""
    told = connection_error(original, timeout=isinstance(error, APITimeoutError), limit=limit, text=message)
    told.attempts = error.attempts
    told.__cause__ = original
    return told


_NOT_PICKLED = frozenset({"__notes__", "_request"})

_ADVICE_ON_TURNS = (
    (
        "thought signature",
        "Send each turn of the model back unchanged (response.candidates[0].content), because its parts contain the "
        "signatures. Chats and automatic function calling do this for you.",
    ),
    (
        "function response",
        "After a turn with function calls, send one content with a function response for each call, in the order of the "
        "calls.",
    ),
)
_ADVICE = {
    0: None,
    401: "The service did not accept the credentials: check the client arguments api_key and credentials.",
    403: "The credentials do not permit this call: check the API key's restrictions or the project's roles.",
    404: "The service found nothing at this URL: check the name (client.models.list() lists the models), api_version and base_url.",
    408: "The service took too long: try a longer HttpOptions.timeout, a smaller request or a streamed answer.",
    504: "The service took too long: try a longer HttpOptions.timeout, a smaller request or a streamed answer.",
}


def _restore(cls: type[APIError], args: tuple[Any, ...], state: dict[str, Any]) -> APIError:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error


def _restore_recording_error(cls: type[RecordingError], args: tuple[Any, ...], state: dict[str, Any]) -> RecordingError:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error


def _pickled_class(cls: type[APIError]) -> type[APIError]:
    """Return the class to restore: our own class if it was combined with an HTTP library's at run time."""
    if cls in _combined.values():
        return next(base for base in cls.__mro__ if base.__module__ == __name__ and base not in _combined.values())
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


def _shorten(details: Any) -> str:
    text = str(details)
    return text if len(text) <= _SHOWN_BODY_CHARACTERS else text[:_SHOWN_BODY_CHARACTERS] + "…"


def _unwrap(value: Any) -> Any:
    """Return the item of a one-item list, and any other value unchanged: some services wrap an error in an array."""
    items = _list(value)
    return items[0] if len(items) == 1 else value


def _value(name: str, whole: dict[str, Any], read: Callable[[Any], T | None]) -> T | None:
    """Return a value of an error body or else of its `error`. As in the official package, the outer one takes precedence."""
    for part in (whole, _object(whole.get("error"))):
        value = part.get(name)
        if name in part and (value is None or read(value) is not None):
            return None if value is None else read(value)
    return None


def _object(value: Json) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Json) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
