"""The operations behind `client.auth_tokens`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .operation import Operation, Post, Spread

if TYPE_CHECKING:
    from .. import types

CREATE: Operation[types.AuthToken] = Operation(
    "auth_tokens.create",
    returns="AuthToken",
    gemini=Post("auth_tokens"),
    config=Spread("CreateAuthTokenConfig"),
)
