"""Advice for connections that failed in a test because a mock or a recorder intercepts `httpx`, but not the library in use."""

from __future__ import annotations

import sys

_FOR_HTTPX_ALONE = ("respx", "pytest_httpx")
_VCR_WITH_HTTPX2 = (8, 3)


def advice(library: str) -> str:
    """Return a sentence to append to the message of a failed connection: empty if no such tool is loaded."""
    if library == "httpx":
        return ""
    tools = [name for name in _FOR_HTTPX_ALONE if name in sys.modules]
    if library == "httpx2" and _is_old(sys.modules.get("vcr")):
        tools.append("vcrpy before 8.3")
    if not tools:
        return ""
    return (
        f". {' and '.join(tools)} can intercept requests over httpx, but this request went over {library}: "
        "set GOOGLE_GENAI_HTTP_CLIENT=httpx if the request should have been intercepted"
    )


def _is_old(vcr: object) -> bool:
    release = str(getattr(vcr, "__version__", "")).split(".")[:2]
    return len(release) == 2 and all(map(str.isdigit, release)) and tuple(map(int, release)) < _VCR_WITH_HTTPX2
