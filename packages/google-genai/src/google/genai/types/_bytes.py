"""Bytes that travel as base64. They are sent in the alphabet in which they came: some values are compared as text.

Both alphabets are accepted, and new values are sent in the URL-safe one. A value that came in the standard alphabet, or
without padding, is a `ReceivedBytes`, which remembers it. A string that a program assigns to a field is sent as it is.
"""

import base64
from typing import TYPE_CHECKING, Any

from pydantic_core import core_schema

if TYPE_CHECKING:
    import pydantic


class ReceivedBytes(bytes):
    """Bytes that came as base64 in another form than the one in which new values are sent."""

    is_standard: bool
    """Whether the text contained `+` or `/`."""
    is_padded: bool
    """Whether the text ended in `=` if base64 needs it."""


def base64_of(value: bytes) -> bytes:
    """Return the base64 of bytes, in the form in which they came."""
    if not isinstance(value, ReceivedBytes):
        return base64.urlsafe_b64encode(value)
    encoded = base64.b64encode(value) if value.is_standard else base64.urlsafe_b64encode(value)
    return encoded if value.is_padded else encoded.rstrip(b"=")


class _Base64:
    def __get_pydantic_core_schema__(self, source: Any, handler: "pydantic.GetCoreSchemaHandler") -> Any:
        return core_schema.no_info_wrap_validator_function(
            _read,
            handler(source),
            serialization=core_schema.plain_serializer_function_ser_schema(
                _write, return_schema=core_schema.str_schema(), when_used="json-unless-none"
            ),
        )


BASE64 = _Base64()
"""An annotation for the type of a field with bytes."""


def _read(value: Any, handler: core_schema.ValidatorFunctionWrapHandler) -> Any:
    if isinstance(value, ReceivedBytes):
        return value
    read: bytes | None = handler(value)
    if isinstance(value, str) and read is not None:
        is_standard = "+" in value or "/" in value
        is_padded = len(value) % 4 == 0
        if is_standard or not is_padded:
            read = ReceivedBytes(read)
            read.is_standard, read.is_padded = is_standard, is_padded
    return read


def _write(value: Any) -> Any:
    return base64_of(value).decode("ascii") if isinstance(value, bytes) else value
