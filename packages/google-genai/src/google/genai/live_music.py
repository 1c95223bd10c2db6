"""`client.aio.live.music`: real-time sessions with a model that makes music. Gemini Developer API only."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from typing import TYPE_CHECKING, Any

from . import errors, types
from ._api_module import BaseModule
from ._common import experimental_warning
from ._live import protocol
from ._live.connection import Connection, Limits, default_connect, music_url
from ._live.opening import Opening
from ._validation import items_of
from ._wire import names
from ._wire.encoding import model_of

if TYPE_CHECKING:
    from ._api_client import BaseApiClient
else:  # for `typing.get_type_hints`
    BaseApiClient = Any

__all__ = ["AsyncLiveMusic", "AsyncMusicSession", "connect"]

_NORMAL = 1000


def connect(*args: Any, **kwargs: Any) -> contextlib.AbstractAsyncContextManager[Any]:
    """Open a WebSocket. It is looked up at each connection, so that a program may replace it."""
    return default_connect(*args, **kwargs)


def _connect(*args: Any, **kwargs: Any) -> contextlib.AbstractAsyncContextManager[Any]:
    return connect(*args, **kwargs)


class AsyncLiveMusic(BaseModule):
    """Real-time sessions with a model that makes music. Experimental: the service may change it."""

    @experimental_warning("client.aio.live.music is experimental: the service may change it.")
    @contextlib.asynccontextmanager
    async def connect(self, *, model: str) -> AsyncGenerator[AsyncMusicSession, None]:
        """Open a session, and close it at the end of the `async with` block.

        Args:
          model: A model for live music, such as "models/lyria-realtime-exp".

        Raises:
          NotImplementedError: The client calls Vertex AI, which has no live music.
          ValueError: The model is not a name; nothing was sent.
          errors.APIError: As for `client.aio.live.connect`.

        Example::

            async with client.aio.live.music.connect(model="models/lyria-realtime-exp") as session:
                await session.set_weighted_prompts([types.WeightedPrompt(text="techno", weight=1.0)])
                await session.play()
                async for message in session.receive():
                    for chunk in message.server_content.audio_chunks:
                        play(chunk.data)

        API: `BidiGenerateMusic`.
        """
        backend = self._api_client.backend
        if backend.vertexai:
            raise NotImplementedError(
                "client.aio.live.music: Vertex AI has no live music; use the Gemini Developer API."
            )
        setup = {"model": names.model_name(model, backend)}
        opening = Opening(self._api_client, music_url, _connect, setup, blocking=False)
        connection = await opening.open_with_retries()
        session = AsyncMusicSession(self._api_client, connection.websocket)
        session._connection = connection
        try:
            yield session
        finally:
            await session.close()


class AsyncMusicSession:
    """A music session. `AsyncLiveMusic.connect` opens it."""

    def __init__(self, api_client: BaseApiClient, websocket: Any) -> None:
        self._api_client = api_client
        self._connection = Connection(websocket)
        self._limits = Limits.of(api_client)

    @property
    def _ws(self) -> Any:
        return self._connection.websocket

    async def set_weighted_prompts(self, prompts: list[types.WeightedPrompt]) -> None:
        """Replace all prompts. An abrupt change is audible; change weights in small steps.

        Args:
          prompts: Descriptions of the music, with their weights, which are not 0.
        """
        given = items_of(prompts, "types.WeightedPrompt", "prompts")
        message = types.LiveMusicClientMessage(client_content=types.LiveMusicClientContent(weighted_prompts=given))
        await self._send(message)

    async def set_music_generation_config(self, config: types.LiveMusicGenerationConfig) -> None:
        """Replace all settings. A new tempo or key takes effect with `reset_context`.

        Args:
          config: The settings; an unset field returns to its default.
        """
        given = model_of(config, types.LiveMusicGenerationConfig, "config")
        await self._send(types.LiveMusicClientMessage(music_generation_config=given))

    async def play(self) -> None:
        """Start the music, or continue after a pause."""
        await self._control(types.LiveMusicPlaybackControl.PLAY)

    async def pause(self) -> None:
        """Pause the music; `play` continues where it stopped."""
        await self._control(types.LiveMusicPlaybackControl.PAUSE)

    async def stop(self) -> None:
        """Stop the music and discard its context; `play` starts again."""
        await self._control(types.LiveMusicPlaybackControl.STOP)

    async def reset_context(self) -> None:
        """Discard the context of the music, but continue to play. Needed after a change of tempo or key."""
        await self._control(types.LiveMusicPlaybackControl.RESET_CONTEXT)

    async def receive(self) -> AsyncIterator[types.LiveMusicServerMessage]:
        """Yield the messages of the service to the end of the session.

        Raises:
          errors.APIConnectionError: The session has ended, but not normally; the code is the close code.
          errors.InvalidResponseError: A message is not valid.
        """
        while True:
            try:
                frame = await self._connection.receive()
            except errors.APIConnectionError as error:
                if error.code == _NORMAL:
                    return
                raise
            yield protocol.message_of(types.LiveMusicServerMessage, self._api_client.backend, frame)

    async def close(self) -> None:
        """End the session. Returns within seconds, also if the service does not react."""
        await self._connection.close()

    async def _control(self, control: types.LiveMusicPlaybackControl) -> None:
        await self._send(types.LiveMusicClientMessage(playback_control=control))

    async def _send(self, message: types.LiveMusicClientMessage) -> None:
        await self._connection.send(protocol.music_frame(self._api_client.backend, message), self._limits.send_s)
