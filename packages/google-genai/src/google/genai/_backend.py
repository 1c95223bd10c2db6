"""The service that a client calls and the identity for its calls, as encoding, ports and clients need them.

`_io.backends` chooses a backend from arguments and the environment. This module must neither read it nor do I/O.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from google.auth.credentials import Credentials

    from ._wire.marks import BackendName


DEFAULT_UNIVERSE = "googleapis.com"
"""The domain of Google's public cloud. Other clouds that run the same services, called universes, have other domains."""


class Backend:
    """The service that a client calls, and the identity for its calls."""

    def __init__(
        self,
        vertexai: bool,
        *,
        api_key: str | None = None,
        project: str | None = None,
        location: str | None = None,
        credentials: Credentials | None = None,
        base_url: str,
        api_version: str,
        base_url_is_whole: bool = False,
        base_url_is_public: bool = False,
        universe_domain: str | None = None,
        user_project: str | None = None,
    ) -> None:
        self.vertexai = vertexai
        self.api_key = api_key
        self.project = project
        self.location = location
        self.credentials = credentials
        self.base_url = base_url
        """Ends in `/`, unless it is the complete address or has a query."""
        self.api_version = api_version
        self.base_url_is_whole = base_url_is_whole
        """Whether the base URL is the complete address of every call: a gateway that needs neither project nor key."""
        self.base_url_is_public = base_url_is_public
        """Whether the base URL is the service's own and not a choice of the program, so that it follows the universe."""
        self.universe_domain = universe_domain
        """The universe of the environment or of the credentials; None until one of them is known."""
        self.user_project = user_project
        """The project of the environment that calls with `is_billed_to_user_project` name for quota."""

    @property
    def name(self) -> BackendName:
        """Return the name that marks use."""
        return "vertex" if self.vertexai else "gemini"

    @property
    def title(self) -> str:
        """Return the name for error messages."""
        return "Vertex AI" if self.vertexai else "the Gemini Developer API"

    def in_universe(self, base_url: str) -> str:
        """Return a base URL with the domain of the universe, if it is the service's own."""
        if self.base_url_is_public and self.universe_domain and base_url == self.base_url:
            return base_url.replace(DEFAULT_UNIVERSE, self.universe_domain)
        return base_url

    def url(
        self,
        method: str,
        path: str,
        base_url: str,
        api_version: str | None,
        before_version: str = "",
        *,
        base_is_collection: bool = False,
    ) -> str:
        """Return the URL for a path. Both the path and the base URL may contain a query. `before_version` is a part of the
        path, with a slash at its end.

        `base_is_collection` means that the path follows the base URL directly.
        """
        if base_is_collection:
            return _joined(base_url, f"{before_version}{path}")
        if self.base_url_is_whole:
            return base_url
        base_url = self.in_universe(base_url)
        if (
            self.vertexai
            and not path.startswith("projects/")
            and (self.project or self.location)
            and not self.api_key
            and not (method == "GET" and _is_of_publisher(path))
        ):
            path = f"projects/{self.project}/locations/{self.location}/{path}"
        return _joined(base_url, f"{before_version}{api_version}/{path}" if api_version else f"{before_version}{path}")


def _is_of_publisher(path: str) -> bool:
    """Return whether a path is that of models of a publisher, which are read without a project, and called within one."""
    return path.startswith("publishers/") and path.split("/", 2)[-1].startswith("models")


def _joined(base_url: str, path: str) -> str:
    query = ""
    if "?" in base_url:
        base_url, _, base_query = base_url.partition("?")
        path, _, path_query = path.partition("?")
        query = "?" + "&".join(filter(None, (path_query, base_query)))
    return f"{base_url if base_url.endswith('/') else base_url + '/'}{path}{query}"
