"""The errors of interactions under the names that programs for other clients of this API import."""

from __future__ import annotations

from ._interactions.errors import (
    APIStatusError,
    APIWebSocketError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    InternalServerError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    UnprocessableEntityError,
)
from .errors import (
    APIConnectionError,
    APIError,
    APIError as GeminiNextGenAPIClientError,
    APITimeoutError,
    InvalidResponseError as APIResponseValidationError,
)

__all__ = [
    "APIConnectionError",
    "APIError",
    "APIResponseValidationError",
    "APIStatusError",
    "APITimeoutError",
    "APIWebSocketError",
    "AuthenticationError",
    "BadRequestError",
    "ConflictError",
    "GeminiNextGenAPIClientError",
    "InternalServerError",
    "NotFoundError",
    "PermissionDeniedError",
    "RateLimitError",
    "UnprocessableEntityError",
]
