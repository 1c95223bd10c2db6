"""The credentials of a transport, from what a program passes or from the environment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from google.auth.credentials import Credentials

API_KEY_HEADER = "x-goog-api-key"


def api_key_credentials(key: str) -> Credentials:
    """Return credentials that send an API key."""
    from google.auth.api_key import Credentials

    return Credentials(key)


def api_key_of(credentials: Any) -> str | None:
    """Return the API key of credentials that consist of one; None for others."""
    if credentials is None:
        return None
    from google.auth.api_key import Credentials

    return cast("str", credentials.token) if type(credentials) is Credentials else None


def credentials_of(
    credentials: Credentials | None,
    credentials_file: str | None,
    *,
    scopes: Sequence[str] | None,
    quota_project_id: str | None,
    use_jwt: bool,
) -> Any:
    """Return the credentials of a transport.

    Without credentials and without a file, they are the default credentials of the environment.
    Raises `google.api_core.exceptions.DuplicateCredentialArgs` for both, and
    `google.auth.exceptions.DefaultCredentialsError` if the environment has no credentials.
    """
    import google.auth

    auth: Any = google.auth
    found: Any = credentials
    if credentials_file is not None:
        if credentials is not None:
            from google.api_core.exceptions import DuplicateCredentialArgs

            raise DuplicateCredentialArgs("Pass either credentials or credentials_file, not both")
        found, _ = auth.load_credentials_from_file(
            credentials_file, scopes=scopes, quota_project_id=quota_project_id, default_scopes=()
        )
    elif credentials is None:
        found, _ = auth.default(scopes=scopes, quota_project_id=quota_project_id, default_scopes=())
    elif quota_project_id and hasattr(found, "with_quota_project"):
        found = found.with_quota_project(quota_project_id)
    if use_jwt and hasattr(found, "with_always_use_jwt_access"):  # service accounts create their tokens themselves
        found = found.with_always_use_jwt_access(True)
    return found
