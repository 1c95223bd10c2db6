"""Own the short-lived tokens by which a program that must not hold an API key, such as a web page, opens live sessions.
Must not know how a session is opened.
"""

import datetime
from typing import Annotated

from .._wire.marks import GEMINI_ONLY, LOCAL, Wire
from ._base import Model
from ._http import HttpOptions
from ._live_config import LiveConnectConfig


class AuthToken(Model):
    """Short-lived stand-in for an API key. API: `AuthToken`. Gemini Developer API only."""

    name: str | None = None
    """Token itself, "auth_tokens/...". Pass it to a client as `api_key`; such a client can open live sessions and
    nothing else, and needs "v1alpha" as its API version.
    """


class LiveConnectConstraints(Model):
    """Fix the setup of the sessions that a token opens. API: `AuthToken.bidiGenerateContentSetup`. Gemini Developer API
    only.
    """

    model: str | None = None
    """Model that the sessions use."""

    config: LiveConnectConfig | None = None
    """Settings that the sessions use; which of them are fixed is up to `lock_additional_fields`."""


class CreateAuthTokenConfig(Model):
    """Hold the options of `auth_tokens.create`. Gemini Developer API only.

    A token for one session that may set everything but model and temperature by itself::

        types.CreateAuthTokenConfig(
            uses=1,
            live_connect_constraints=types.LiveConnectConstraints(
                model="gemini-live-2.5-flash-preview",
                config=types.LiveConnectConfig(temperature=0.2),
            ),
            lock_additional_fields=[],
        )
    """

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """Transport settings for this call alone; they override those of the client field by field."""

    expire_time: datetime.datetime | None = None
    """When messages in sessions of the token stop being accepted, less than 20 hours ahead; 30 minutes from now when
    unset.
    """

    new_session_expire_time: datetime.datetime | None = None
    """Until when new sessions can be opened, less than 20 hours ahead; 60 seconds from now when unset."""

    uses: int | None = None
    """How many sessions can be opened; 1 when unset, 0 for any number. Resuming a session does not count."""

    live_connect_constraints: Annotated[
        LiveConnectConstraints | None, Wire(gemini="bidiGenerateContentSetup", via="token_constraints")
    ] = None
    """Setup that the sessions are held to; they choose their own when unset."""

    lock_additional_fields: Annotated[list[str] | None, Wire(gemini="fieldMask", via="token_field_mask")] = None
    """How much of the setup is fixed. With constraints: all of it when unset, what they set for an empty list, and
    further settings by name, such as "top_p", which then keep their defaults. Without constraints: the listed settings.
    API: `fieldMask`.
    """


class CreateAuthTokenParameters(Model):
    """Hold everything that `auth_tokens.create` takes. Gemini Developer API only."""

    config: Annotated[CreateAuthTokenConfig | None, GEMINI_ONLY] = None
    """Options of the call."""
