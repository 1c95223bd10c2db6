"""Google credentials as request headers: loaded when first needed, refreshed before they expire by one caller at a time.

`google-auth` does the work. Tokens are refreshed with an HTTP client created here, so no second TLS context is needed; only
the credentials of the metadata server need `requests`, which `google-auth` imports for them.
All functions here block; the async port runs them in a thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from google.auth.credentials import Credentials

    from .._backend import Backend

CLOUD_SCOPE = "https://www.googleapis.com/auth/cloud-platform"


def default_credentials(*, project: str | None) -> tuple[Credentials, str]:
    """Return the application default credentials, and the project to call.

    Raises `ValueError` if no project is known, and `google.auth.exceptions.DefaultCredentialsError` without credentials.
    """
    import google.auth

    found: Any = google.auth.default(scopes=[CLOUD_SCOPE])  # pyright: ignore - google-auth is untyped
    credentials, found_project = cast("tuple[Credentials, str | None]", found)
    project = project or found_project
    if not project:
        raise ValueError(
            "Vertex AI needs a project: pass Client(project=...), set GOOGLE_CLOUD_PROJECT, or log in with a "
            "default project (gcloud auth application-default login)."
        )
    return credentials, project


class Tokens:
    """The access tokens of one client."""

    def __init__(self, backend: Backend, load: Callable[..., tuple[Any, str]]) -> None:
        self._backend = backend
        self._load = load
        """Called with `project=`. The client looks it up at each call, so that programs may replace it."""
        self._lock = threading.Lock()
        self._sender: Any = None

    def is_fresh(self) -> bool:
        """Return whether the current token can be used without a refresh, which would block."""
        credentials = self._backend.credentials
        return credentials is not None and _state(credentials) == "fresh"

    def headers(self) -> dict[str, str]:
        """Return the headers that authenticate a request, with a valid token. May block for a refresh."""
        credentials = self._credentials()
        state = _state(credentials)
        if state == "invalid":
            with self._lock:
                if _state(credentials) == "invalid":
                    self._refresh(credentials)
        elif state == "stale" and self._lock.acquire(blocking=False):  # other callers use the old token meanwhile
            try:
                self._refresh(credentials)
            finally:
                self._lock.release()
        return _as_headers(credentials)

    def renewed_headers(self, refused: Mapping[str, str]) -> dict[str, str] | None:
        """Return headers with a new token after the service rejected these, or None if there is no newer token."""
        credentials = self._credentials()
        with self._lock:
            if _as_headers(credentials).get("Authorization") == refused.get("Authorization"):
                self._refresh(credentials)
        headers = _as_headers(credentials)
        return headers if headers.get("Authorization") != refused.get("Authorization") else None

    def close(self) -> None:
        """Close the connections used for refreshing."""
        if self._sender is not None:
            self._sender.close()
            self._sender = None

    def _credentials(self) -> Any:
        if self._backend.credentials is None:
            with self._lock:
                if self._backend.credentials is None:
                    credentials, project = self._load(project=self._backend.project)
                    self._backend.project = self._backend.project or project
                    self._backend.credentials = credentials
        return self._backend.credentials

    def _refresh(self, credentials: Any) -> None:
        if self._sender is None:
            self._sender = _Sender()
        credentials.refresh(self._sender)


def headers_of(credentials: Any) -> dict[str, str]:
    """Return the headers that authenticate a request with credentials other than the client's. May block for a refresh."""
    if _state(credentials) != "fresh":
        sender = _Sender()
        try:
            credentials.refresh(sender)
        finally:
            sender.close()
    return _as_headers(credentials)


def _as_headers(credentials: Any) -> dict[str, str]:
    headers = {"Authorization": f"Bearer {credentials.token}"} if credentials.token else {}
    quota_project = getattr(credentials, "quota_project_id", None)
    if quota_project:
        headers["x-goog-user-project"] = quota_project
    return headers


def _state(credentials: Any) -> str:
    """Return `fresh`, `stale` (valid, but about to expire) or `invalid`."""
    state = getattr(credentials, "token_state", None)
    if state is not None and getattr(state, "name", None) in ("FRESH", "STALE", "INVALID"):
        return state.name.lower()
    return "fresh" if credentials.valid else "invalid"


class _Sender:
    """The transport with which google-auth refreshes tokens."""

    def __init__(self) -> None:
        from .httpx_transport import family_module, new_client

        self._module = family_module()
        self._client = new_client({"follow_redirects": True}, self._module)

    def __call__(
        self,
        url: str,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = 120,
        **_: Any,
    ) -> _Reply:
        from google.auth import exceptions

        try:
            reply = self._client.request(method, url, content=body, headers=headers, timeout=timeout)
        except self._module.TransportError as error:
            raise exceptions.TransportError(error) from error
        return _Reply(reply.status_code, reply.headers, reply.content)

    def close(self) -> None:
        self._client.close()


class _Reply:
    def __init__(self, status: int, headers: Mapping[str, str], data: bytes) -> None:
        self.status = status
        self.headers = headers
        self.data = data
