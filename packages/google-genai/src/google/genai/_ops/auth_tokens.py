"""The operations behind `client.auth_tokens`."""

from __future__ import annotations

from .. import types
from .._wire.operation import Operation, Post, Spread

CREATE = Operation(
    "auth_tokens.create",
    returns=lambda: types.AuthToken,
    gemini=Post("auth_tokens"),
    config=Spread(lambda: types.CreateAuthTokenConfig),
)
