"""Short-lived tokens for live sessions, for programs that must not contain an API key, such as web pages. Not part of
this module: opening a session.
"""

import datetime
from typing import Annotated

from .._wire.marks import GEMINI_ONLY, LOCAL, Wire
from ._base import Model
from ._http import HttpOptions
from ._live_config import LiveConnectConfig


class AuthToken(Model):
    """Short-lived replacement for an API key. API: `AuthToken`. Gemini Developer API only."""

    name: str | None = None
    """The token, "auth_tokens/...". Pass it to a client as `api_key`. Such a client can only open live sessions, and
    needs the API version "v1alpha".
    """

    expire_time: str | None = None
    """Time after which the service no longer accepts messages in sessions of the token, in RFC 3339, such as
    "2026-01-31T12:00:00Z".
    """

    new_session_expire_time: str | None = None
    """Time until which new sessions can be opened, in RFC 3339."""

    uses: int | None = None
    """Number of sessions that can be opened; 0 or None for any number."""


class LiveConnectConstraints(Model):
    """Constraints on the setup of the sessions that a token opens. API: `AuthToken.bidiGenerateContentSetup`. Gemini
    Developer API only.
    """

    model: str | None = None
    """Model that the sessions use."""

    config: LiveConnectConfig | None = None
    """Settings that the sessions use; `lock_additional_fields` states which of them are fixed."""


class CreateAuthTokenConfig(Model):
    """Options of `auth_tokens.create`. Gemini Developer API only.

    A token for one session, which may choose all settings except model and temperature::

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
    """HTTP options for this call; each field set here overrides the client's."""

    expire_time: datetime.datetime | None = None
    """Time after which the service no longer accepts messages in sessions of the token, less than 20 hours ahead; 30
    minutes from now when unset. A time without a zone is local time.
    """

    new_session_expire_time: datetime.datetime | None = None
    """Time until which new sessions can be opened, less than 20 hours ahead; 60 seconds from now when unset. A time
    without a zone is local time.
    """

    uses: int | None = None
    """Number of sessions that can be opened; 1 when unset, 0 for any number. Resuming a session does not count."""

    live_connect_constraints: Annotated[
        LiveConnectConstraints | None, Wire(gemini="bidiGenerateContentSetup", via="token_constraints")
    ] = None
    """Setup that the sessions must use; they choose their own when unset."""

    lock_additional_fields: Annotated[list[str] | None, Wire(gemini="fieldMask", via="token_field_mask")] = None
    """Which parts of the setup are fixed. With constraints: everything when unset; with an empty list, the fields that
    the constraints set; with names such as "top_p", also those settings, which then keep their defaults. Without
    constraints: the listed settings. API: `fieldMask`.
    """


class CreateAuthTokenParameters(Model):
    """Arguments of `auth_tokens.create`. Gemini Developer API only."""

    config: Annotated[CreateAuthTokenConfig | None, GEMINI_ONLY] = None
    """Options of the call."""
