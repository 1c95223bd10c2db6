"""A call: one operation with its arguments encoded, ready for a port to send."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..types import HttpOptions, HttpRetryOptions

Body = bytes | list[bytes] | None
"""A request's body: nothing, one piece, or pieces that are sent one after another without being joined."""


@dataclass
class Call:
    """One call of an operation, before addresses, headers and limits are decided."""

    method: str
    path: str
    """Without base URL and version, with the query."""
    body: Body = None
    options: HttpOptions | None = None
    """The options that the caller set for this call alone."""
    items: int = 0
    """Number of items in the request that get an answer each, in the same order."""
    headers: dict[str, str] | None = None
    """Headers in addition to the client's. Not None, even if empty, marks a raw (non-JSON) transfer, which bypasses a
    `BaseApiClient.request` that the program has replaced.
    """
    url: str | None = None
    """Complete URL that the service has returned, used instead of base URL and path; credentials are not sent there."""
    is_repeated: bool = True
    """Whether the client's retry policy applies."""
    default_retries: HttpRetryOptions | None = None
    """The retries if neither the call nor the client sets any; None for no retries."""
    is_billed_to_user_project: bool = False
    """Whether the project in `GOOGLE_GENAI_USER_PROJECT` is named for quota, unless a header or the credentials do so."""
    is_transfer: bool = False
    """Whether the call transfers a part of a file, for which the default time limits are shorter."""
    before_version: str = ""
    """The part of the path that precedes the API version, with a slash at its end."""
