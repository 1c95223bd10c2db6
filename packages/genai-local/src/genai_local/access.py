"""Authentication by API key or bearer token: the key that the server requires, and keys that a service has issued."""

from __future__ import annotations

import hmac
from collections.abc import Mapping

from starlette.requests import Request

from .framework.api import KeyCheck
from .protocol.errors import ApiError, error_info

_SERVICES = {"gemini": "generativelanguage.googleapis.com", "vertex": "aiplatform.googleapis.com"}
_VERTEX_PATHS = ("/v1beta1/", "/v1/projects/", "/v1/publishers/")


def check_access(request: Request, required_key: str | None, key_checks: Mapping[str, KeyCheck]) -> None:
    """Refuse a request without valid credentials.

    A key may come as `x-goog-api-key`, as the query parameter `key` or as bearer token. The URL of a started
    upload needs no key, as on the service.

    Args:
        request: the request.
        required_key: the key that every request must carry; None for free access.
        key_checks: checks of keys by their prefix; they apply even when no key is required.

    Raises:
        ApiError: 400 for a wrong key, 401 for a wrong token, 403 (Vertex: 401) without credentials; any error of a key
            check.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    token = token if scheme.lower() in ("bearer", "token") else ""
    token = token or request.query_params.get("access_token", "")
    key = request.headers.get("x-goog-api-key") or request.query_params.get("key", "")
    for prefix, check in key_checks.items():
        for credential in (key, token):
            if credential.startswith(prefix):
                check(credential, request)
                return
    path = request.url.path
    if required_key is None or (path.startswith("/upload/") and "upload_id" in request.query_params):
        return
    is_vertex = path.startswith(_VERTEX_PATHS)
    service = _SERVICES["vertex" if is_vertex else "gemini"]
    if key:
        if hmac.compare_digest(key.encode(), required_key.encode()):
            return
        raise ApiError(
            400,
            "API key not valid. Send the key that this server was started with.",
            details=[error_info("API_KEY_INVALID", {"service": service})],
        )
    if token:
        if hmac.compare_digest(token.encode(), required_key.encode()):
            return
        raise ApiError(
            401,
            "The bearer token is not the key this server was started with.",
            details=[error_info("ACCESS_TOKEN_TYPE_UNSUPPORTED", {"service": service})],
        )
    message = "This server requires a key: send it as x-goog-api-key, as the query parameter key, or as bearer token."
    if is_vertex:
        raise ApiError(401, message, details=[error_info("CREDENTIALS_MISSING", {"service": service})])
    raise ApiError(403, message, details=[error_info("API_KEY_MISSING", {"service": service})])
