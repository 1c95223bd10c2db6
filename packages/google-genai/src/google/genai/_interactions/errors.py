"""The errors of refused calls of interactions, one class for each kind of status.

They derive from `ClientError` or `ServerError` as the errors of all other calls do, and have the attributes that programs
written for other clients of this API read: `status_code`, and the decoded body as `body`.
"""

from __future__ import annotations

from typing import Any

from .. import errors


class APIStatusError(errors.APIError):
    """A call that the service refused or could not answer."""

    body: Any
    """The decoded body of the reply; `response.content` is its bytes."""

    @property
    def status_code(self) -> int:
        """The HTTP status."""
        return self.code


class _ClientStatusError(APIStatusError, errors.ClientError):
    """A refused call with a status that has no class of its own."""


class BadRequestError(_ClientStatusError):
    """The request is invalid (400)."""


class AuthenticationError(_ClientStatusError):
    """The credentials are missing or invalid (401)."""


class PermissionDeniedError(_ClientStatusError):
    """The credentials do not permit the call (403)."""


class NotFoundError(_ClientStatusError):
    """The interaction, the model or the agent does not exist (404)."""


class ConflictError(_ClientStatusError):
    """The call contradicts the state of the interaction (409)."""


class UnprocessableEntityError(_ClientStatusError):
    """The request is well formed, but cannot be processed (422)."""


class RateLimitError(_ClientStatusError):
    """A quota is used up (429)."""


class InternalServerError(APIStatusError, errors.ServerError):
    """A failure of the service (5xx)."""


class APIWebSocketError(errors.APIConnectionError):
    """A connection to an interaction that could not be opened, or that ended before the interaction did."""

    close_code: int | None = None
    """Code with which the WebSocket was closed; 1006 if the connection was lost; None if it was not open."""
    http_status: int | None = None
    """HTTP status with which the service refused the connection; None if it did not."""
    server_code: str | None = None
    """Code of the error that the service sent; None if it sent none."""


_CLASSES: dict[int, type[APIStatusError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    422: UnprocessableEntityError,
    429: RateLimitError,
}

for _cls in (APIStatusError, APIWebSocketError, InternalServerError, *_CLASSES.values()):
    _cls.__module__ = "google.genai.interactions"  # pickles and messages name what users import


def typed(error: errors.APIError) -> errors.APIError:
    """Return an error as one of the classes of this module; an error without a status is returned itself."""
    if type(error) is errors.ServerError:
        cls: type[APIStatusError] = InternalServerError
    elif type(error) is errors.ClientError:
        cls = _CLASSES.get(error.code, _ClientStatusError)
    else:
        return error
    other = cls.__new__(cls, *error.args)
    other.__dict__.update(error.__dict__)
    other.body = error.details
    if error.status is None:  # this API names the kind of error in `code`
        other.status = _code_in(error.details)
        other.args = (f"{error.code} {other.status}. {str(error).removeprefix(f'{error.code} None. ')}",)
    return other.with_traceback(error.__traceback__)


def _code_in(details: Any) -> str | None:
    error: Any = details.get("error") if isinstance(details, dict) else None  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
    code: Any = error.get("code") if isinstance(error, dict) else None  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
    return code if isinstance(code, str) else None
