"""Which host a client connects to, and with which client certificate."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .options import Options

DEFAULT_UNIVERSE = "googleapis.com"
HOST = "generativelanguage.{universe}"
DEFAULT_ENDPOINT = HOST.format(universe=DEFAULT_UNIVERSE)
DEFAULT_MTLS_ENDPOINT = "generativelanguage.mtls.googleapis.com"
CertificateSource = Callable[[], tuple[bytes, bytes]]

_USE_CERTIFICATE = "GOOGLE_API_USE_CLIENT_CERTIFICATE"
_USE_MTLS = "GOOGLE_API_USE_MTLS_ENDPOINT"
_UNIVERSE = "GOOGLE_CLOUD_UNIVERSE_DOMAIN"


@dataclass(frozen=True)
class Endpoint:
    """Where a client connects to."""

    host: str
    """Host, with a port if it is not 443."""
    universe: str
    certificate: CertificateSource | None


def endpoint_of(options: Options) -> Endpoint:
    """Return the endpoint by the options of a client and the environment.

    Raises `ValueError` for other values of `GOOGLE_API_USE_CLIENT_CERTIFICATE`,
    `google.api_core.universe.EmptyUniverseError`, which is a `ValueError`, for an empty universe domain, and
    `google.auth.exceptions.MutualTLSChannelError` for other values of `GOOGLE_API_USE_MTLS_ENDPOINT`.
    """
    use_mtls, certificate = _use_mtls(), _certificate(options)
    universe = _universe(options)
    if options.api_endpoint is not None:
        return Endpoint(options.api_endpoint, universe, certificate)
    if use_mtls == "always" or (use_mtls == "auto" and certificate is not None):
        if universe != DEFAULT_UNIVERSE:
            raise _mtls_error(f"mTLS is available in the universe {DEFAULT_UNIVERSE} only, not in {universe}")
        return Endpoint(DEFAULT_MTLS_ENDPOINT, universe, certificate)
    return Endpoint(HOST.format(universe=universe), universe, certificate)


def mtls_endpoint_of(options: Options) -> tuple[str, CertificateSource | None]:
    """Return the endpoint in the default universe and the source of the client certificate."""
    use_mtls, certificate = _use_mtls(), _certificate(options)
    if options.api_endpoint is not None:
        return options.api_endpoint, certificate
    is_mtls = use_mtls == "always" or (use_mtls == "auto" and certificate is not None)
    return DEFAULT_MTLS_ENDPOINT if is_mtls else DEFAULT_ENDPOINT, certificate


def _universe(options: Options) -> str:
    given = options.universe_domain
    universe = (os.environ.get(_UNIVERSE, DEFAULT_UNIVERSE) if given is None else given).strip()
    if not universe:
        from google.api_core.universe import EmptyUniverseError

        error = EmptyUniverseError()
        source = _UNIVERSE if given is None else "client_options.universe_domain"
        error.args = (f"{source}: expected a domain such as {DEFAULT_UNIVERSE!r}, got an empty text",)
        raise error
    return universe


def _use_mtls() -> str:
    value = os.environ.get(_USE_MTLS, "auto").lower()
    if value not in ("auto", "never", "always"):
        raise _mtls_error(f"{_USE_MTLS}: expected 'auto', 'never' or 'always', got {value!r}")
    return value


def _certificate(options: Options) -> CertificateSource | None:
    value = os.environ.get(_USE_CERTIFICATE, "false").lower()
    if value not in ("true", "false"):
        raise ValueError(f"{_USE_CERTIFICATE}: expected 'true' or 'false', got {value!r}")
    if value == "false":
        return None
    if options.client_cert_source is not None:
        return options.client_cert_source
    from google.auth.transport import mtls

    if not mtls.has_default_client_cert_source():
        return None
    source: Any = mtls.default_client_cert_source()  # pyright: ignore[reportUnknownMemberType]
    return source


def _mtls_error(message: str) -> Exception:
    from google.auth.exceptions import MutualTLSChannelError

    return MutualTLSChannelError(message)
