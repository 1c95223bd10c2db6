"""`Client` and its async twin: the entry to everything else. Making one asks no network and loads nothing heavy."""

from __future__ import annotations

import os
from _thread import allocate_lock  # what threading.Lock is, without its module
from typing import TYPE_CHECKING, Any

from ._api_client import BaseApiClient

if TYPE_CHECKING:
    from types import TracebackType

    from google.auth.credentials import Credentials

    from . import types
    from ._debug import DebugConfig as DebugConfig
    from .batches import AsyncBatches, Batches
    from .caches import AsyncCaches, Caches
    from .chats import AsyncChats, Chats
    from .file_search_stores import AsyncFileSearchStores, FileSearchStores
    from .files import AsyncFiles, Files
    from .models import AsyncModels, Models
    from .operations import AsyncOperations, Operations
    from .tokens import AsyncTokens, Tokens
    from .tunings import AsyncTunings, Tunings


class AsyncClient:
    """The async side of a client, reached as `client.aio`."""

    def __init__(self, api_client: BaseApiClient) -> None:
        self._api_client = api_client
        self._resources = _Resources()

    @property
    def models(self) -> AsyncModels:
        """Generation, embeddings, token counts, and the models themselves."""
        return self._resources.get(self._api_client, "models", "AsyncModels")

    @property
    def chats(self) -> AsyncChats:
        """Conversations whose history is kept, and sent along with each message."""
        return self._resources.get(self.models, "chats", "AsyncChats")

    @property
    def operations(self) -> AsyncOperations:
        """What has become of work that the service does on its own time."""
        return self._resources.get(self._api_client, "operations", "AsyncOperations")

    @property
    def files(self) -> AsyncFiles:
        """Files that the service keeps for two days, to be referred to in calls. Gemini Developer API only."""
        return self._resources.get(self._api_client, "files", "AsyncFiles")

    @property
    def caches(self) -> AsyncCaches:
        """Contents that the service keeps, so that many calls can refer to them."""
        return self._resources.get(self._api_client, "caches", "AsyncCaches")

    @property
    def batches(self) -> AsyncBatches:
        """Many requests that the service works through on its own time, at a lower price."""
        return self._resources.get(self._api_client, "batches", "AsyncBatches")

    @property
    def tunings(self) -> AsyncTunings:
        """Models that learn from examples of your own."""
        return self._resources.get(self._api_client, "tunings", "AsyncTunings")

    @property
    def file_search_stores(self) -> AsyncFileSearchStores:
        """Documents that models search in when they answer. Gemini Developer API only."""
        return self._resources.get(self._api_client, "file_search_stores", "AsyncFileSearchStores")

    @property
    def auth_tokens(self) -> AsyncTokens:
        """Keys of short life, for programs that run where a key must not be. Gemini Developer API only."""
        return self._resources.get(self._api_client, "tokens", "AsyncTokens")

    async def aclose(self) -> None:
        """Close the connections of async calls. HTTP clients that the program gave stay open."""
        await self._api_client.aclose()

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc_value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"{_described(self._api_client)}.aio"


class Client:
    """The way to the Gemini Developer API, or to Vertex AI.

    Args:
      vertexai: Whether to call Vertex AI. Default: `GOOGLE_GENAI_USE_VERTEXAI`, else the Gemini Developer API.
      api_key: API key. Default: `GOOGLE_API_KEY`, else `GEMINI_API_KEY`. With `vertexai=True`: express mode.
      credentials: Google credentials for Vertex AI. Default: application default credentials.
      project: Google Cloud project for Vertex AI. Default: `GOOGLE_CLOUD_PROJECT`, else that of the credentials.
      location: Google Cloud location for Vertex AI. Default: `GOOGLE_CLOUD_LOCATION`, else `global`.
      debug_config: Recording and replaying of traffic, which this release does not have yet: a mode of `record`,
        `replay` or `auto` is refused.
      http_options: Base URL, API version, headers, timeout, retries, HTTP clients; for every call of this client.

    Raises:
      ValueError: The arguments contradict each other, or nothing says who is calling.

    A client may be shared by threads, event loops and forked processes. Example::

        client = genai.Client(api_key="…")
        client = genai.Client(vertexai=True, project="my-project", location="us-central1")
    """

    def __init__(
        self,
        *,
        vertexai: bool | None = None,
        api_key: str | None = None,
        credentials: Credentials | None = None,
        project: str | None = None,
        location: str | None = None,
        debug_config: DebugConfig | None = None,
        http_options: types.HttpOptionsOrDict | None = None,
    ) -> None:
        self._given_debug_config = debug_config
        self._api_client = self._get_api_client(
            vertexai=vertexai,
            api_key=api_key,
            credentials=credentials,
            project=project,
            location=location,
            debug_config=debug_config,
            http_options=http_options,
        )
        self._aio: AsyncClient | None = None
        self._resources = _Resources()

    @staticmethod
    def _get_api_client(
        vertexai: bool | None = None,
        api_key: str | None = None,
        credentials: Credentials | None = None,
        project: str | None = None,
        location: str | None = None,
        debug_config: DebugConfig | None = None,
        http_options: types.HttpOptionsOrDict | None = None,
    ) -> BaseApiClient:
        _refuse_replays(debug_config)
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
    def models(self) -> Models:
        """Generation, embeddings, token counts, and the models themselves."""
        return self._resources.get(self._api_client, "models", "Models")

    @property
    def chats(self) -> Chats:
        """Conversations whose history is kept, and sent along with each message."""
        return self._resources.get(self.models, "chats", "Chats")

    @property
    def operations(self) -> Operations:
        """What has become of work that the service does on its own time."""
        return self._resources.get(self._api_client, "operations", "Operations")

    @property
    def files(self) -> Files:
        """Files that the service keeps for two days, to be referred to in calls. Gemini Developer API only."""
        return self._resources.get(self._api_client, "files", "Files")

    @property
    def caches(self) -> Caches:
        """Contents that the service keeps, so that many calls can refer to them."""
        return self._resources.get(self._api_client, "caches", "Caches")

    @property
    def batches(self) -> Batches:
        """Many requests that the service works through on its own time, at a lower price."""
        return self._resources.get(self._api_client, "batches", "Batches")

    @property
    def tunings(self) -> Tunings:
        """Models that learn from examples of your own."""
        return self._resources.get(self._api_client, "tunings", "Tunings")

    @property
    def file_search_stores(self) -> FileSearchStores:
        """Documents that models search in when they answer. Gemini Developer API only."""
        return self._resources.get(self._api_client, "file_search_stores", "FileSearchStores")

    @property
    def auth_tokens(self) -> Tokens:
        """Keys of short life, for programs that run where a key must not be. Gemini Developer API only."""
        return self._resources.get(self._api_client, "tokens", "Tokens")

    @property
    def _debug_config(self) -> DebugConfig:
        if self._given_debug_config is None:
            from ._debug import DebugConfig

            self._given_debug_config = DebugConfig()
        return self._given_debug_config

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
        return _described(self._api_client)


def _refuse_replays(debug_config: DebugConfig | None) -> None:
    """Raise `ValueError` for a mode that would record or replay: traffic must not go out where a recording is expected."""
    if debug_config is None:
        mode, source = os.environ.get("GOOGLE_GENAI_CLIENT_MODE"), "GOOGLE_GENAI_CLIENT_MODE"
    else:
        mode, source = debug_config.client_mode, "debug_config.client_mode"
    if mode in ("record", "replay", "auto"):
        raise ValueError(
            f"{source}={mode!r}: recording and replaying are not in this release. The fixture `gemini` of genai-local "
            "gives scripted answers without a network; vcrpy records httpx2."
        )


_lock = allocate_lock()


class _Resources:
    """The nouns of one client, each loaded when first touched and the same object ever after."""

    def __init__(self) -> None:
        self._made: dict[str, Any] = {}

    def get(self, argument: Any, module: str, name: str) -> Any:
        """Return the object of a class of one of this package's modules, made from one argument."""
        made = self._made.get(name)
        if made is None:
            import importlib

            cls = getattr(importlib.import_module(f".{module}", __package__), name)
            with _lock:
                made = self._made.setdefault(name, cls(argument))
        return made


def _described(api_client: BaseApiClient) -> str:
    return repr(api_client).replace(type(api_client).__name__, "Client", 1)


def __getattr__(name: str) -> Any:
    if name == "DebugConfig":
        from ._debug import DebugConfig

        return DebugConfig
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
