"""The header that names this package and its libraries with their versions."""

from __future__ import annotations

import platform
from functools import lru_cache
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

HEADER = "x-goog-api-client"
VERSION = "0.12.1"


def client_header(client_info: Any, kind: str) -> tuple[str, str]:
    """Return the header for a transport.

    Args:
      client_info: A `google.api_core.client_info.ClientInfo` of the program, or None.
      kind: "grpc" or "rest": the library of the transport is named after it.
    """
    return HEADER, client_info.to_user_agent() if client_info is not None else _default(kind)


@lru_cache(None)
def _default(kind: str) -> str:
    import google.protobuf

    if kind == "rest":
        import requests

        library = f"rest/requests@{requests.__version__}"  # pyright: ignore[reportPrivateImportUsage]
    else:
        import grpc

        library = f"grpc/{grpc.__version__}"
    return (
        f"gl-python/{platform.python_version()} {library} gax/{_version_of_api_core()}"
        f" gapic/{VERSION} pb/{google.protobuf.__version__}"
    )


def _version_of_api_core() -> str:
    """Return the version of google-api-core; its package takes longer to load than a whole call, so only a module is."""
    package = find_spec("google.api_core")
    assert package is not None
    assert package.submodule_search_locations is not None
    path = Path(next(iter(package.submodule_search_locations))) / "version.py"
    spec = spec_from_file_location("google.api_core.version", path)
    if spec is None or spec.loader is None or not path.exists():
        from google.api_core.version import __version__

        return __version__
    module: Any = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.__version__
