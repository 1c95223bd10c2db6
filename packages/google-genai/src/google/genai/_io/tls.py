"""The TLS context shared by the process. It loads the trusted certificates at the first handshake."""

from __future__ import annotations

import os
import ssl
import sys
import threading
from typing import Any


class _LazyContext(ssl.SSLContext):
    """A verifying client context that loads its certificates when it is first used.

    Loading takes tens of milliseconds, which a client without TLS connections need not spend.
    """

    _loading: threading.Lock
    _loaded: bool

    def wrap_socket(self, *args: Any, **kwargs: Any) -> ssl.SSLSocket:
        self._load()
        return super().wrap_socket(*args, **kwargs)

    def wrap_bio(self, *args: Any, **kwargs: Any) -> ssl.SSLObject:
        self._load()
        return super().wrap_bio(*args, **kwargs)

    def _load(self) -> None:
        if self._loaded:
            return
        with self._loading:
            if self._loaded:
                return
            _load_certificates(self)
            self._loaded = True


def _load_certificates(context: ssl.SSLContext) -> None:
    file, directory = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
    if file or directory:
        context.load_verify_locations(cafile=file or None, capath=directory or None)
        return
    context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    if not context.cert_store_stats()["x509_ca"]:  # the system has no certificates
        try:
            import certifi
        except ImportError:
            return
        context.load_verify_locations(cafile=certifi.where())


_contexts: dict[tuple[str | None, str | None], ssl.SSLContext] = {}
_lock = threading.Lock()


def shared_context() -> ssl.SSLContext:
    """Return the shared context for the current values of `SSL_CERT_FILE` and `SSL_CERT_DIR`."""
    key = (os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))
    context = _contexts.get(key)
    if context is None:
        with _lock:
            context = _contexts.get(key) or _contexts.setdefault(key, _new_context())
    return context


def context_for(verify: ssl.SSLContext | bool | str | None) -> ssl.SSLContext:
    """Return the context for the option `verify` of HTTP clients: a context, whether to verify, or a path of certificates."""
    if isinstance(verify, ssl.SSLContext):
        return verify
    if isinstance(verify, str):
        is_folder = os.path.isdir(verify)
        return ssl.create_default_context(cafile=None if is_folder else verify, capath=verify if is_folder else None)
    if verify is not False:
        return shared_context()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def is_loaded() -> bool:
    """Return whether the next handshake with the shared context loads no certificates."""
    context = shared_context()
    return not isinstance(context, _LazyContext) or context._loaded


def load() -> None:
    """Load the certificates of the shared context, which blocks for tens of milliseconds."""
    context = shared_context()
    if isinstance(context, _LazyContext):
        context._load()


def _new_context() -> ssl.SSLContext:
    if sys.platform in ("darwin", "win32") and not (os.environ.get("SSL_CERT_FILE") or os.environ.get("SSL_CERT_DIR")):
        try:
            import truststore  # uses the trust store of the system, and loads it late as well
        except ImportError:
            pass
        else:
            return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context = _LazyContext(ssl.PROTOCOL_TLS_CLIENT)
    context._loading = threading.Lock()
    context._loaded = False
    return context
