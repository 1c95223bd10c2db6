"""Admission by API key or bearer token, when the server was started with a key it requires."""

from __future__ import annotations

import hmac

from starlette.requests import Request

from .errors import ApiError, error_info

_SERVICES = {"gemini": "generativelanguage.googleapis.com", "vertex": "aiplatform.googleapis.com"}


def check_access(request: Request, required_key: str | None) -> None:
    """Refuse a request that does not carry the required key.

    The key may come as `x-goog-api-key`, as the query parameter `key` or as bearer token.

    Raises:
        ApiError: 400 for a wrong key, 401 for a wrong token, 403 (Vertex: 401) for none.
    """
    if required_key is None:
        return
    is_vertex = "/publishers/" in request.url.path or "/projects/" in request.url.path
    service = _SERVICES["vertex" if is_vertex else "gemini"]
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    key = request.headers.get("x-goog-api-key") or request.query_params.get("key")
    if key:
        if hmac.compare_digest(key.encode(), required_key.encode()):
            return
        raise ApiError(
            400,
            "API key not valid. Please pass the key this server was started with.",
            details=[error_info("API_KEY_INVALID", {"service": service})],
        )
    if scheme.lower() == "bearer" and token:
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
