"""`Client` and its async twin, the entry point of the SDK. Creating one sends no request and loads no large modules."""

from __future__ import annotations

import os
import sys
from _thread import allocate_lock  # threading.Lock, without loading its module
from typing import TYPE_CHECKING, Any

from . import types
from ._api_client import BaseApiClient
from ._io.backends import chosen_service
from ._nouns import AsyncNouns, Nouns

if TYPE_CHECKING:
    from types import TracebackType

    from google.auth.credentials import Credentials
    from typing_extensions import Self

    from . import _debug
    from ._debug import DebugConfig as DebugConfig
    from ._replay.session import Session
    from ._replay_api_client import ReplayApiClient as ReplayApiClient
    from .hooks import Hooks
    from .live import AsyncLive, Live
else:  # for `typing.get_type_hints`, without the cost of the imports
    Credentials = Any
    Hooks = Any
    Session = Any
    _debug = sys.modules[__name__]  # its `__getattr__` loads the class


class _Side:
    """The common base of the blocking and the async side of a client: each noun is created once, at its first use."""

    def __init__(self, api_client: BaseApiClient) -> None:
        self._api_client = api_client
        self._nouns: dict[str, Any] = {}

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self  # a copy would share the connections all the same

    @property
    def hooks(self) -> Hooks:
        """Functions that are called when something happens in this client, blocking or async; see `Hooks.on`."""
        hooks = self._api_client.hooks
        if hooks is None:
            from .hooks import Hooks

            with _lock:
                hooks = self._api_client.hooks
                if hooks is None:
                    hooks = self._api_client.hooks = Hooks()
        return hooks

    def _noun(self, module: str, name: str, argument: object) -> Any:
        """Return the instance of a class of a public module, created from one argument."""
        noun = self._nouns.get(name)
        if noun is None:
            import importlib

            cls = getattr(importlib.import_module(f".{module}", __package__), name)
            with _lock:
                noun = self._nouns.setdefault(name, cls(argument))
        return noun


class AsyncClient(_Side, AsyncNouns):
    """The async side of a client, reached as `client.aio`."""

    @property
    def live(self) -> AsyncLive:
        """Real-time sessions with a model, in text, sound and pictures."""
        live: AsyncLive = self._noun("live", "AsyncLive", self._api_client)
        return live

    async def aclose(self) -> None:
        """Close the connections of async calls. HTTP clients that were passed by the program stay open."""
        await self._api_client.aclose()

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc_value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"{_description(self._api_client)}.aio"


class Client(_Side, Nouns):
    """A client of the Gemini Developer API or of Vertex AI.

    Args:
      enterprise: Whether to call Vertex AI, the service for enterprises. Default: `GOOGLE_GENAI_USE_ENTERPRISE`, else
        `GOOGLE_GENAI_USE_VERTEXAI`, else the Gemini Developer API.
      vertexai: The older name of `enterprise`.
      api_key: API key. Default: `GOOGLE_API_KEY`, else `GEMINI_API_KEY`. With `vertexai=True`: express mode.
      credentials: Google credentials for Vertex AI. Default: application default credentials.
      project: Google Cloud project for Vertex AI. Default: `GOOGLE_CLOUD_PROJECT`, else that of the credentials.
      location: Google Cloud location for Vertex AI. Default: `GOOGLE_CLOUD_LOCATION`, else `global`.
      debug_config: Recording and replaying of traffic. Default: `GOOGLE_GENAI_CLIENT_MODE`, `GOOGLE_GENAI_REPLAY_ID` and
        `GOOGLE_GENAI_REPLAYS_DIRECTORY`, else neither.
      http_options: Base URL, API version, headers, timeout, retries, HTTP clients; for every call of this client.

    Raises:
      ValueError: The arguments contradict each other, or there is neither an API key nor a project.

    A client may be shared by threads, event loops and forked processes. Example::

        client = genai.Client(api_key="…")
        client = genai.Client(vertexai=True, project="my-project", location="us-central1")
    """

    def __init__(
        self,
        *,
        enterprise: bool | None = None,
        vertexai: bool | None = None,
        api_key: str | None = None,
        credentials: Credentials | None = None,
        project: str | None = None,
        location: str | None = None,
        debug_config: _debug.DebugConfig | None = None,
        http_options: types.HttpOptionsOrDict | None = None,
    ) -> None:
        vertexai = chosen_service(enterprise, vertexai)
        self._given_debug_config = debug_config
        super().__init__(
            self._get_api_client(
                vertexai=vertexai,
                api_key=api_key,
                credentials=credentials,
                project=project,
                location=location,
                debug_config=debug_config,
                http_options=http_options,
            )
        )
        self._aio: AsyncClient | None = None

    @staticmethod
    def _get_api_client(
        vertexai: bool | None = None,
        api_key: str | None = None,
        credentials: Credentials | None = None,
        project: str | None = None,
        location: str | None = None,
        debug_config: _debug.DebugConfig | None = None,
        http_options: types.HttpOptionsOrDict | None = None,
    ) -> BaseApiClient:
        if debug_config is not None or os.environ.get("GOOGLE_GENAI_CLIENT_MODE") or _is_in_a_recorded_test():
            from ._replay_api_client import client_of

            replaying = client_of(
                debug_config,
                vertexai=vertexai,
                api_key=api_key,
                credentials=credentials,
                project=project,
                location=location,
                http_options=http_options,
            )
            if replaying is not None:
                return replaying
        return BaseApiClient(
            vertexai=vertexai,
            api_key=api_key,
            credentials=credentials,
            project=project,
            location=location,
            http_options=http_options,
        )

    @property
    def aio(self) -> AsyncClient:
        """The async side of this client."""
        aio = self._aio
        if aio is None:
            with _lock:
                aio = self._aio = self._aio or AsyncClient(self._api_client)
        return aio

    @property
    def live(self) -> Live:
        """Real-time sessions with a model, in text, sound and pictures, for programs without asyncio."""
        live: Live = self._noun("live", "Live", self._api_client)
        return live

    @property
    def _debug_config(self) -> DebugConfig:
        if self._given_debug_config is None:
            from ._debug import DebugConfig

            self._given_debug_config = DebugConfig()
        return self._given_debug_config

    @property
    def recording(self) -> Session | None:
        """The recording of this client's traffic, or the one that it replays; None if it does neither."""
        return getattr(self._api_client, "recording", None)

    @property
    def vertexai(self) -> bool:
        """Whether calls go to Vertex AI."""
        return self._api_client.vertexai

    def close(self) -> None:
        """Close the connections of blocking calls; those of async calls are closed by `client.aio.aclose()`."""
        self._api_client.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc_value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return _description(self._api_client)


def _is_in_a_recorded_test() -> bool:
    """Return whether the pytest plugin has selected a recording. Nothing is loaded for it."""
    sessions = sys.modules.get(f"{__package__}._replay.session")
    return sessions is not None and sessions.current() is not None


_lock = allocate_lock()


def _description(api_client: BaseApiClient) -> str:
    return repr(api_client).replace(type(api_client).__name__, "Client", 1)


def __getattr__(name: str) -> Any:
    if name == "DebugConfig":
        from ._debug import DebugConfig

        return DebugConfig
    if name == "ReplayApiClient":
        from ._replay_api_client import ReplayApiClient

        return ReplayApiClient
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
