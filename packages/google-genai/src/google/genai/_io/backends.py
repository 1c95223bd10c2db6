"""The choice of a backend: the Gemini Developer API or Vertex AI, with a key, a project or credentials; and its headers.

`choose` reads the arguments and the environment once, when a client is created. Nothing here does I/O.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from .._backend import Backend
from ..version import __version__

if TYPE_CHECKING:
    from google.auth.credentials import Credentials

_GEMINI_BASE_URL = "https://generativelanguage.googleapis.com/"
_GEMINI_VERSION = "v1beta"
_VERTEX_VERSION = "v1beta1"
_GLOBAL_VERTEX_BASE_URL = "https://aiplatform.googleapis.com/"
_MULTI_REGIONS = frozenset({"us", "eu"})
"""Locations that consist of several regions, and have hosts of another form."""

_USER_PROJECT = "x-goog-user-project"
CLIENT_NAME = f"google-genai-sdk/{__version__} gl-python/{sys.version.split()[0]}"
"""Value of the headers `user-agent` and `x-goog-api-client`."""


_default_gemini_url: str | None = None
_default_vertex_url: str | None = None


def set_default_base_urls(gemini_url: str | None, vertex_url: str | None) -> None:
    """Set the base URLs of clients that are created later without one."""
    global _default_gemini_url, _default_vertex_url
    _default_gemini_url, _default_vertex_url = gemini_url, vertex_url


def default_base_url(vertexai: bool, given: str | None = None) -> str | None:
    """Return the base URL: the given one, the default that the program has set, or that of the environment."""
    if given:
        return given
    if vertexai:
        return _default_vertex_url or os.environ.get("GOOGLE_VERTEX_BASE_URL") or None
    return _default_gemini_url or os.environ.get("GOOGLE_GEMINI_BASE_URL") or None


def api_key_of_environment() -> str | None:
    """Return the API key in the environment; `GOOGLE_API_KEY` takes precedence over `GEMINI_API_KEY`."""
    first, second = (os.environ.get(name, "").strip() or None for name in ("GOOGLE_API_KEY", "GEMINI_API_KEY"))
    if first and second:
        _log("warning", "GOOGLE_API_KEY and GEMINI_API_KEY are both set; GOOGLE_API_KEY is used.")
    return first or second


def chosen_service(enterprise: bool | None, vertexai: bool | None) -> bool | None:
    """Return whether Vertex AI is called, by the two names of the same argument; None if neither is given.

    Raises `ValueError` if the two have different values.
    """
    if enterprise is None or vertexai is None:
        return vertexai if enterprise is None else enterprise
    if enterprise != vertexai:
        raise ValueError(
            f"Client(enterprise={enterprise}, vertexai={vertexai}): both name the same choice; pass only enterprise."
        )
    return enterprise


def service_of_environment() -> bool:
    """Return whether the environment selects Vertex AI; `GOOGLE_GENAI_USE_ENTERPRISE` takes precedence if it is set."""
    enterprise, vertexai = map(os.environ.get, ("GOOGLE_GENAI_USE_ENTERPRISE", "GOOGLE_GENAI_USE_VERTEXAI"))
    if enterprise and vertexai and _is_true(enterprise) != _is_true(vertexai):
        _log(
            "warning",
            f"GOOGLE_GENAI_USE_ENTERPRISE is {enterprise!r} and GOOGLE_GENAI_USE_VERTEXAI is {vertexai!r}; "
            "GOOGLE_GENAI_USE_ENTERPRISE is used. Unset one of them.",
        )
    return _is_true(enterprise or vertexai or "")


def _is_true(text: str) -> bool:
    return text.strip().lower() in ("1", "true")


def _version(vertexai: bool, given: str | None) -> str:
    """Return the API version: the given one, that of the environment, or the default of the service."""
    if given is not None:
        return given
    default = _VERTEX_VERSION if vertexai else _GEMINI_VERSION
    version = os.environ.get("GOOGLE_GENAI_API_VERSION", "").strip()
    return default if version in ("", "beta") else version


def choose(
    *,
    vertexai: bool | None,
    api_key: str | None,
    credentials: Credentials | None,
    project: str | None,
    location: str | None,
    base_url: str | None,
    api_version: str | None,
) -> Backend:
    """Return the backend for the arguments and the environment; arguments take precedence.

    Raises `ValueError` for arguments that contradict each other, and if there is neither a key nor a project.
    """
    if vertexai is None:
        vertexai = service_of_environment()
    if credentials is not None and api_key:
        raise ValueError("Client(credentials=..., api_key=...): pass only one of the two.")
    if api_key and (project or location):
        other = "project" if project else "location"
        raise ValueError(
            f"Client({other}=..., api_key=...): an API key already belongs to a project. Pass only api_key to use the "
            f"key, or only {other} to use your Google Cloud credentials."
        )
    if api_key and not _is_printable_ascii(api_key.strip()):
        raise ValueError("Client(api_key=...): invalid API key: expected printable ASCII characters without spaces.")
    base_url = default_base_url(vertexai, base_url)
    user_project = os.environ.get("GOOGLE_GENAI_USER_PROJECT", "").strip() or None
    if not vertexai:
        key = (api_key or "").strip() or api_key_of_environment()
        if not key:
            raise ValueError(
                "No API key. Pass Client(api_key=...), or set GOOGLE_API_KEY or GEMINI_API_KEY; for Vertex AI pass "
                "Client(vertexai=True, project=..., location=...). To test without a key, run `genai-local serve`."
            )
        return Backend(
            False,
            api_key=key,
            credentials=credentials,
            project=project,
            location=location,
            base_url=_with_slash(base_url or _GEMINI_BASE_URL),
            api_version=_version(False, api_version),
            user_project=user_project,
        )
    return _choose_vertex(api_key, credentials, project, location, base_url, api_version, user_project)


def _choose_vertex(
    api_key: str | None,
    credentials: Credentials | None,
    project: str | None,
    location: str | None,
    base_url: str | None,
    api_version: str | None,
    user_project: str | None,
) -> Backend:
    key = (api_key or "").strip() or None
    if key is None and credentials is None and not project and not location:
        key = api_key_of_environment()
        if key and (os.environ.get("GOOGLE_CLOUD_PROJECT") or os.environ.get("GOOGLE_CLOUD_LOCATION")):
            _log("info", "The environment contains a project and an API key; Vertex AI is called with the project.")
            key = None
    elif key is None and api_key_of_environment():
        _log("info", "Vertex AI is called with the arguments; the API key of the environment is not used.")
    if key is None:
        project = project or os.environ.get("GOOGLE_CLOUD_PROJECT") or None
        location = location or os.environ.get("GOOGLE_CLOUD_LOCATION") or None
        if not location and not base_url:
            location = "global"
    # A base URL without a key, and without both project and location, is that of a gateway: it is the complete address,
    # and gets no credentials.
    whole = base_url is not None and not key and not (project and location)
    if key or location == "global" or not location:
        standard_url = _GLOBAL_VERTEX_BASE_URL
    elif location in _MULTI_REGIONS:
        standard_url = f"https://aiplatform.{location}.rep.googleapis.com/"
    else:
        standard_url = f"https://{location}-aiplatform.googleapis.com/"
    return Backend(
        True,
        api_key=key,
        credentials=credentials,
        project=project,
        location=location,
        base_url=base_url if whole and base_url else _with_slash(base_url or standard_url),
        api_version=_version(True, api_version),
        user_project=user_project,
        base_url_is_whole=whole,
        base_url_is_public=not base_url,
        universe_domain=os.environ.get("GOOGLE_CLOUD_UNIVERSE_DOMAIN") or None,
    )


def websocket_url(url: str) -> str:
    """Return the address of WebSockets for a base URL: `wss`, or `ws` where the base URL has no TLS."""
    scheme, separator, rest = url.partition("://")
    scheme = {"https": "wss", "http": "ws"}.get(scheme, scheme)
    return f"{scheme}{separator}{rest}"


def standing_headers(backend: Backend, given: dict[str, str] | None) -> dict[str, str]:
    """Return the headers of every call: the caller's, and defaults where the caller has none."""
    headers = {"Content-Type": "application/json"}
    if backend.api_key:
        headers["x-goog-api-key"] = backend.api_key
    put_headers(headers, given or {})
    return headers


def put_headers(headers: dict[str, str], more: dict[str, str]) -> None:
    """Add headers, replacing those with the same name in any case; this client's name stays first in its headers."""
    if more:
        present = {name.lower(): name for name in headers}
        for name, value in more.items():
            standing = present.get(name.lower(), name)
            if standing != name:
                headers.pop(standing, None)
            headers[name] = value
            present[name.lower()] = name
    for name in ("user-agent", "x-goog-api-client"):
        put_client_name(headers, name)


def put_client_name(headers: dict[str, str], name: str) -> None:
    """Put this client's name first in a header, unless the header already contains it."""
    existing = name if name in headers else next((key for key in headers if key.lower() == name), None)
    if existing is None:
        headers[name] = CLIENT_NAME
    elif CLIENT_NAME not in headers[existing]:
        headers[existing] = f"{CLIENT_NAME} {headers[existing]}"


def put_user_project(headers: dict[str, str], backend: Backend) -> None:
    """Name the project that is billed for a request, if the environment names one and the headers do not."""
    if backend.user_project and not any(name.lower() == _USER_PROJECT for name in headers):
        headers[_USER_PROJECT] = backend.user_project


def server_timeout(timeout_ms: int) -> str:
    """Return the value of the header `X-Server-Timeout`: whole seconds, rounded up."""
    return str(-(-timeout_ms // 1000))


def _is_printable_ascii(text: str) -> bool:
    return text.isascii() and text.isprintable() and " " not in text


def _log(level: str, message: str) -> None:
    import logging

    getattr(logging.getLogger("google_genai._api_client"), level)(message)


def _with_slash(url: str) -> str:
    return url if url.endswith("/") or "?" in url else url + "/"


def describe(backend: Backend) -> dict[str, Any]:
    """Return the values for the `repr` of a client, without keys and tokens."""
    shown: dict[str, Any] = {"vertexai": backend.vertexai}
    if backend.api_key:
        shown["api_key"] = "…"
    if backend.project:
        shown["project"] = backend.project
    if backend.location:
        shown["location"] = backend.location
    shown["base_url"] = backend.base_url
    return shown
