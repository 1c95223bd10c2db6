"""Google credentials as request headers: loaded when first needed, refreshed before they expire by one caller at a time.

`google-auth` does the work, over its own transport for `requests`: the credentials of the metadata server, client certificates
and impersonation need that library anyway. All functions here block; the async port runs them in a thread.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, cast

from .._backend import DEFAULT_UNIVERSE

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
        self._knows_the_universe = not backend.base_url_is_public

    def is_fresh(self) -> bool:
        """Return whether `headers` returns without a request, which would block."""
        credentials = self._backend.credentials
        return self._knows_the_universe and credentials is not None and _state(credentials) == "fresh"

    def headers(self) -> dict[str, str]:
        """Return the headers that authenticate a request, with a valid token. May block for a refresh."""
        credentials = self._credentials()
        if not self._knows_the_universe:
            self._find_universe(credentials)
        state = _state(credentials)
        if state == "invalid":
            with self._lock:
                if _state(credentials) == "invalid":
                    _refresh(credentials)
        elif state == "stale" and self._lock.acquire(blocking=False):  # other callers use the old token meanwhile
            try:
                _refresh(credentials)
            finally:
                self._lock.release()
        return _as_headers(credentials)

    def renewed_headers(self, refused: Mapping[str, str]) -> dict[str, str] | None:
        """Return headers with a new token after the service rejected these, or None if the token cannot be renewed."""
        credentials = self._credentials()
        with self._lock:
            if _as_headers(credentials).get("Authorization") == refused.get("Authorization"):
                _refresh(credentials)
        headers = _as_headers(credentials)
        return headers if headers.get("Authorization") != refused.get("Authorization") else None

    def _credentials(self) -> Any:
        if self._backend.credentials is None:
            with self._lock:
                if self._backend.credentials is None:
                    credentials, project = self._load(project=self._backend.project)
                    self._backend.project = self._backend.project or project
                    self._backend.credentials = credentials
        return self._backend.credentials

    def _find_universe(self, credentials: Any) -> None:
        """Set the domain of the service's hosts to that of the credentials.

        Raises `ValueError` if the environment names another one: a token must not be sent to another cloud.
        """
        with self._lock:
            if self._knows_the_universe:
                return
            wanted = self._backend.universe_domain
            universe = _universe_of(credentials) or wanted or DEFAULT_UNIVERSE
            if wanted and universe != wanted:
                raise ValueError(
                    f"GOOGLE_CLOUD_UNIVERSE_DOMAIN: expected {universe!r}, the universe domain of the credentials, got "
                    f"{wanted!r}. Change the variable, or use credentials of that universe."
                )
            self._backend.universe_domain = universe
            self._knows_the_universe = True


def headers_of(credentials: Any) -> dict[str, str]:
    """Return the headers that authenticate a request with credentials other than the client's. May block for a refresh."""
    if _state(credentials) != "fresh":
        _refresh(credentials)
    return _as_headers(credentials)


def _refresh(credentials: Any) -> None:
    import ssl

    import requests
    from google.auth.transport.requests import Request

    with requests.Session() as session:
        chosen = os.environ.get("SSL_CERT_FILE") or os.environ.get("SSL_CERT_DIR")
        session.verify = chosen or ssl.get_default_verify_paths().cafile or True  # True: the certificates of certifi
        credentials.refresh(Request(session))


def _universe_of(credentials: Any) -> str | None:
    """Return the universe domain of credentials, or None if they do not tell. The metadata server is asked for its own."""
    from google.auth.exceptions import GoogleAuthError

    try:
        universe = getattr(credentials, "universe_domain", None)
    except GoogleAuthError:  # a metadata server that knows tokens only
        return None
    return universe if isinstance(universe, str) and universe else None


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
    valid = getattr(credentials, "valid", None)
    if valid is None:  # an object of the program that has only `token`, `expired` and `refresh`
        valid = credentials.token and not getattr(credentials, "expired", False)
    return "fresh" if valid else "invalid"
