"""The extra `grpc`: whether it is installed."""

from __future__ import annotations

from importlib.util import find_spec

INSTALL = "pip install 'genai-local[grpc]'"
_PACKAGES = ("grpc", "google.protobuf", "google.api", "google.rpc", "google.longrunning")


def check_installed() -> None:
    """Check that all packages of the extra can be imported.

    Raises:
        RuntimeError: when one of them is missing; it names the command that installs them.
    """
    missing = [name for name in _PACKAGES if not _is_there(name)]
    if missing:
        raise RuntimeError(f"grpc_port: gRPC requires {INSTALL}; not installed: {', '.join(missing)}.")


def _is_there(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:  # the package that contains it is missing
        return False
