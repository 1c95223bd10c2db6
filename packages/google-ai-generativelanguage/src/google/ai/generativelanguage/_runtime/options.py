"""The options of a client, from `client_options`: an object of `google.api_core`, or a dict."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from difflib import get_close_matches
from typing import Any


@dataclass(frozen=True, repr=False)  # a key must not be printed
class Options:
    """The options that clients know; None stands for the default."""

    api_endpoint: str | None = None
    """Host to connect to, with a port if it is not 443."""
    api_key: str | None = None
    api_audience: str | None = None
    """Audience of tokens that credentials create themselves."""
    client_cert_source: Callable[[], tuple[bytes, bytes]] | None = None
    """Function that returns the client certificate and its key, as PEM."""
    client_encrypted_cert_source: Callable[[], tuple[str, str, bytes]] | None = None
    credentials_file: str | None = None
    quota_project_id: str | None = None
    scopes: Sequence[str] | None = None
    tracer_provider: Any = None
    universe_domain: str | None = None


_NAMES = [each.name for each in fields(Options)]


def options_of(given: Any) -> Options:
    """Return the options of a client.

    Args:
      given: A `google.api_core.client_options.ClientOptions`, a dict with the same names, or None.

    Raises `ValueError` for unknown names and for two certificates, `TypeError` for other objects, and
    `google.api_core.exceptions.DuplicateCredentialArgs` for a key together with a file of credentials.
    """
    if given is None:
        return Options()
    if isinstance(given, Mapping):
        named: dict[str, Any] = dict(given)  # pyright: ignore[reportUnknownArgumentType]
        for name in named:
            if name not in _NAMES:
                close = get_close_matches(str(name), _NAMES, 1)
                hint = f"did you mean {close[0]!r}?" if close else f"known are {', '.join(_NAMES)}"
                raise ValueError(f"client_options: unknown option {name!r}; {hint}")
    elif hasattr(given, "api_endpoint"):
        named = {name: getattr(given, name, None) for name in _NAMES}
    else:
        raise TypeError(f"client_options: expected ClientOptions or a dict, got {type(given).__name__}")
    options = Options(**named)
    if options.api_key and options.credentials_file:
        from google.api_core.exceptions import DuplicateCredentialArgs

        raise DuplicateCredentialArgs("client_options: pass either api_key or credentials_file, not both")
    if options.client_cert_source and options.client_encrypted_cert_source:
        raise ValueError("client_options: pass either client_cert_source or client_encrypted_cert_source, not both")
    return options
