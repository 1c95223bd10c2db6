"""`client.aio.live` and `client.live`: real-time sessions with a model, in text, sound and pictures.

`AsyncLive` and `AsyncSession` are for asyncio, `Live` and `Session` for programs without it. The sessions themselves are in
`_live`. `live.audio` converts, splits, records and plays sound.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator, Sequence
from typing import TYPE_CHECKING, Any, cast

from .. import errors, types
from .._api_module import BaseModule
from .._live import protocol
from .._live.blocking import Portal, iterate
from .._live.calling import non_blocking
from .._live.connection import Connection, Limits, default_connect
from .._live.opening import open_session
from .._live.session import Link, SessionEvent, SessionResumed

if TYPE_CHECKING:
    from websockets.exceptions import ConnectionClosed as ConnectionClosed

    from .._api_client import BaseApiClient
    from ..live_music import AsyncLiveMusic as AsyncLiveMusic
    from . import audio as audio
else:  # for `typing.get_type_hints`
    BaseApiClient = Any

__all__ = [
    "AsyncLive",
    "AsyncLiveMusic",
    "AsyncSession",
    "ConnectionClosed",
    "Live",
    "Session",
    "SessionEvent",
    "SessionResumed",
    "audio",
    "non_blocking",
    "ws_connect",
]


def ws_connect(*args: Any, **kwargs: Any) -> contextlib.AbstractAsyncContextManager[Any]:
    """Open a WebSocket. It is looked up at each connection, so that a program may replace it."""
    return default_connect(*args, **kwargs)


def _connect(*args: Any, **kwargs: Any) -> contextlib.AbstractAsyncContextManager[Any]:
    return ws_connect(*args, **kwargs)


class AsyncLive(BaseModule):
    """Real-time sessions with a model."""

    @property
    def music(self) -> AsyncLiveMusic:
        """Real-time sessions with a model that makes music. Gemini Developer API only."""
        from ..live_music import AsyncLiveMusic

        return AsyncLiveMusic(self._api_client)

    @contextlib.asynccontextmanager
    async def connect(
        self, *, model: str, config: types.LiveConnectConfigOrDict | None = None
    ) -> AsyncGenerator[AsyncSession, None]:
        """Open a session, and close it at the end of the `async with` block.

        Args:
          model: A model for live sessions, such as "gemini-live-2.5-flash-preview".
          config: Settings of the session; see `types.LiveConnectConfig`.

        The service confirms the settings before the block begins. The handshake, the confirmation, each message and the
        closing have time limits, see `http_options.timeout` and `http_options.websocket_args`.

        Raises:
          ValueError: An argument is invalid or not supported by the backend; nothing was sent.
          errors.ClientError, errors.ServerError: The handshake was refused; the code is the HTTP status.
          errors.APITimeoutError: A limit was exceeded.
          errors.APIConnectionError: The connection failed, or the service closed it; then the code is the close code.

        Example::

            async with client.aio.live.connect(model="gemini-live-2.5-flash-preview") as session:
                await session.send_realtime_input(text="Hello")
                async for message in session.receive():
                    print(message.text or "", end="")

        API: `BidiGenerateContent`.
        """
        link = await open_session(self._api_client, model, config, _connect, blocking=False)
        session = AsyncSession._of(self._api_client, link)
        try:
            yield session
        finally:
            await session.close()


class AsyncSession:
    """A live session. `AsyncLive.connect` opens it.

    Messages are received from the start, also while the program does something else. About 1,000 messages are kept; then
    the service has to wait. Several tasks may send at the same time; one may receive.
    """

    def __init__(
        self,
        api_client: BaseApiClient,
        websocket: Any,
        session_id: str | None = None,
        setup_complete: types.LiveServerSetupComplete | None = None,
    ) -> None:
        self._api_client = api_client
        self._link = Link(api_client.backend, Connection(websocket), Limits.of(api_client))
        self._link.session_id = session_id
        self._link.setup_complete = setup_complete

    @classmethod
    def _of(cls, api_client: BaseApiClient, link: Link) -> AsyncSession:
        session = cls.__new__(cls)
        session._api_client = api_client
        session._link = link
        return session

    @property
    def session_id(self) -> str | None:
        """Identifier of the session; None if the service sent none."""
        return self._link.session_id

    @property
    def setup_complete(self) -> types.LiveServerSetupComplete | None:
        """The service's confirmation of the settings."""
        return self._link.setup_complete

    @property
    def resumption_handle(self) -> str | None:
        """Newest handle for `SessionResumptionConfig.handle`; None until the service has sent one.

        The service sends handles if `session_resumption` or `automatic_resumption` is set.
        """
        return self._link.handle

    @property
    def _ws(self) -> Any:
        return self._link.connection.websocket

    async def send_client_content(
        self,
        *,
        turns: types.Content | types.ContentDict | Sequence[types.Content | types.ContentDict] | None = None,
        turn_complete: bool = True,
    ) -> None:
        """Append turns to the conversation, in the order in which they are sent.

        Args:
          turns: A content, or a list of contents, as objects or dicts.
          turn_complete: Whether the model should answer now.

        They interrupt an answer in progress. Use `send_realtime_input` for what comes from a microphone or a camera.

        Raises:
          ValueError: An argument is invalid; nothing was sent.
          errors.APITimeoutError: The service did not read for a minute.
          errors.APIConnectionError: The session has ended.

        Example::

            await session.send_client_content(
                turns=types.Content(role="user", parts=[types.Part(text="Hello")]),
            )

        API: `BidiGenerateContentClientContent`.
        """
        await self._link.send(protocol.client_content(self._link.backend, turns, turn_complete))

    async def send_realtime_input(
        self,
        *,
        media: types.BlobImageUnionDict | None = None,
        audio: types.BlobOrDict | None = None,
        audio_stream_end: bool | None = None,
        video: types.BlobImageUnionDict | None = None,
        text: str | None = None,
        activity_start: types.ActivityStartOrDict | None = None,
        activity_end: types.ActivityEndOrDict | None = None,
        media_chunks: Sequence[types.BlobImageUnionDict] | None = None,
    ) -> None:
        """Send realtime input. Exactly one argument is allowed in each call.

        Args:
          media: A blob, or a PIL image: an older form of `audio` and `video`.
          audio: Piece of sound: 16-bit PCM, mono, of media type "audio/pcm;rate=16000" or another rate.
          audio_stream_end: Whether the sound ends for now, for example because the microphone is switched off.
          video: A single picture, as a blob or a PIL image.
          text: Text that the user typed.
          activity_start: The user starts to speak. Only if automatic speech detection is disabled.
          activity_end: The user stops speaking. Only if automatic speech detection is disabled.
          media_chunks: Several blobs in one message, another older form.

        The service detects speech, and decides when to answer.

        Raises:
          ValueError: None or several arguments were given, or one is invalid; nothing was sent.
          errors.APITimeoutError: The service did not read for a minute.
          errors.APIConnectionError: The session has ended.

        Example::

            for chunk in live.audio.chunks(samples, rate=44_100):
                await session.send_realtime_input(audio=chunk)

        API: `BidiGenerateContentRealtimeInput`.
        """
        given = {
            "media": media,
            "audio": audio,
            "audio_stream_end": audio_stream_end,
            "video": video,
            "text": text,
            "activity_start": activity_start,
            "activity_end": activity_end,
            "media_chunks": media_chunks,
        }
        frame = protocol.realtime_input(self._link.backend, given)
        await self._link.send(frame, is_stream=text is None and activity_start is None and activity_end is None)

    async def send_tool_response(
        self, *, function_responses: types.FunctionResponseOrDict | Sequence[types.FunctionResponseOrDict]
    ) -> None:
        """Send the results of function calls.

        Args:
          function_responses: One response for each call, as objects or dicts, with the `id` of the call.

        Raises:
          ValueError: A response is invalid, or has no id on the Developer API; nothing was sent.
          errors.APITimeoutError: The service did not read for a minute.
          errors.APIConnectionError: The session has ended.

        Example::

            for call in message.tool_call.function_calls:
                await session.send_tool_response(
                    function_responses=types.FunctionResponse(id=call.id, name=call.name, response={"result": 3}),
                )

        API: `BidiGenerateContentToolResponse`.
        """
        await self._link.send(protocol.tool_response(self._link.backend, function_responses))

    async def send_context_update(
        self,
        *,
        system_instruction: types.ContentUnion | types.ContentUnionDict | None = None,
        tools: types.ToolListUnion | types.ToolListUnionDict | None = None,
    ) -> None:
        """Replace the instruction or the tools of the running session.

        Args:
          system_instruction: Instruction for role, tone or rules. None leaves it as it is.
          tools: Tools, or Python functions to declare; an empty list removes all tools. None leaves them as they are. The
            program answers calls of these functions itself.

        Raises:
          ValueError: Both are None, or one is invalid; nothing was sent.
          errors.APITimeoutError: The service did not read for a minute.
          errors.APIConnectionError: The session has ended.

        Example::

            await session.send_context_update(system_instruction="Answer in French from now on.")

        API: `BidiGenerateContentContextUpdate`.
        """
        await self._link.send(protocol.context_update(self._link.backend, system_instruction, tools))

    async def send(
        self,
        *,
        input: types.ContentListUnion
        | types.ContentListUnionDict
        | types.LiveClientContentOrDict
        | types.LiveClientRealtimeInputOrDict
        | types.LiveClientToolResponseOrDict
        | types.FunctionResponseOrDict
        | Sequence[types.FunctionResponseOrDict]
        | None = None,
        end_of_turn: bool | None = False,
    ) -> None:
        """Send anything; its type decides how. Prefer the three methods above.

        Args:
          input: Contents, a blob, a message of the client, or function responses.
          end_of_turn: Whether the model should answer, if `input` is contents.

        Raises:
          ValueError: The input has no form that can be sent; nothing was sent.
          errors.APIConnectionError: The session has ended.
        """
        await self._link.send(protocol.any_input(self._link.backend, input, end_of_turn))

    async def receive(self) -> AsyncIterator[types.LiveServerMessage]:
        """Yield the messages of one turn of the model: up to the one with `turn_complete`, or to the end of the session. If that
        message states that the interaction is in progress or requires an action, the turn continues until the model is idle.

        Call it again for the next turn. A session that the service has closed normally ends the iteration; another call
        raises. `events` covers the whole session.

        Raises:
          errors.APIConnectionError: The session has ended; the code is the close code, 1006 for a lost connection. It is an
            instance of `websockets.ConnectionClosed` as well.
          errors.InvalidResponseError: A message is not valid; the session continues.

        Example::

            async for message in session.receive():
                print(message.text or "", end="")
        """
        link = self._link
        while (event := await link.next()) is not None:
            if isinstance(event, SessionResumed):
                continue
            yield event
            if event.server_content is not None and protocol.ends_turn(event.server_content):
                return

    async def events(self) -> AsyncIterator[SessionEvent]:
        """Yield everything that happens to the end of the session: messages of the service, and `SessionResumed`.

        Raises as `receive` does.

        Example::

            async for event in session.events():
                if isinstance(event, live.SessionResumed):
                    print("continued after", event.interruption_s, "s")
                elif event.text:
                    print(event.text, end="")
        """
        while (event := await self._link.next()) is not None:
            yield event

    async def start_stream(
        self, *, stream: AsyncIterator[bytes], mime_type: str
    ) -> AsyncIterator[types.LiveServerMessage]:
        """Send a stream of sound or pictures, and yield the messages that come meanwhile, to the end of the turn after it.

        Args:
          stream: Pieces of media.
          mime_type: Their media type.

        Deprecated: use `send_realtime_input` in a task of its own, and `events`.
        """
        import asyncio

        async def send_all() -> None:
            try:
                async for data in stream:
                    await self.send_realtime_input(media={"data": data, "mime_type": mime_type})
            except Exception as error:
                is_closed = isinstance(error, errors.APIConnectionError) and not isinstance(
                    error, errors.APITimeoutError
                )
                if not is_closed:  # whoever receives learns the end of the connection from the reader
                    self._link.inbox.put(error)

        sender = asyncio.get_running_loop().create_task(send_all())
        try:
            while (event := await self._link.next()) is not None:
                if isinstance(event, SessionResumed):
                    continue
                yield event
                if sender.done() and event.server_content is not None and protocol.ends_turn(event.server_content):
                    break
        finally:
            sender.cancel()
            await asyncio.gather(sender, return_exceptions=True)

    async def close(self) -> None:
        """End the session. Returns within seconds, also if the service does not react."""
        await self._link.close()


class Live(BaseModule):
    """Real-time sessions with a model, for programs without asyncio."""

    @contextlib.contextmanager
    def connect(
        self, *, model: str, config: types.LiveConnectConfigOrDict | None = None
    ) -> Generator[Session, None, None]:
        """Open a session, and close it at the end of the `with` block. Arguments and errors as for `AsyncLive.connect`.

        Example::

            with client.live.connect(model="gemini-live-2.5-flash-preview") as session:
                session.send_realtime_input(text="Hello")
                for message in session.receive():
                    print(message.text or "", end="")

        API: `BidiGenerateContent`.
        """
        portal = Portal()
        try:
            link = portal.run(open_session(self._api_client, model, config, _connect, blocking=True))
            session = Session(portal, AsyncSession._of(self._api_client, link))
            try:
                yield session
            finally:
                session.close()
        finally:
            portal.close()


class Session:
    """A live session of a blocking program. `Live.connect` opens it. Its methods are those of `AsyncSession`.

    Several threads may send at the same time; one may receive. Functions that run for the model run in other threads.
    """

    def __init__(self, portal: Portal, session: AsyncSession) -> None:
        self._portal = portal
        self._session = session

    @property
    def session_id(self) -> str | None:
        """Identifier of the session; None if the service sent none."""
        return self._session.session_id

    @property
    def setup_complete(self) -> types.LiveServerSetupComplete | None:
        """The service's confirmation of the settings."""
        return self._session.setup_complete

    @property
    def resumption_handle(self) -> str | None:
        """Newest handle for `SessionResumptionConfig.handle`; None until the service has sent one."""
        return self._session.resumption_handle

    def send_client_content(
        self,
        *,
        turns: types.Content | types.ContentDict | Sequence[types.Content | types.ContentDict] | None = None,
        turn_complete: bool = True,
    ) -> None:
        """Append turns to the conversation; see `AsyncSession.send_client_content`."""
        self._portal.run(self._session.send_client_content(turns=turns, turn_complete=turn_complete))

    def send_realtime_input(
        self,
        *,
        media: types.BlobImageUnionDict | None = None,
        audio: types.BlobOrDict | None = None,
        audio_stream_end: bool | None = None,
        video: types.BlobImageUnionDict | None = None,
        text: str | None = None,
        activity_start: types.ActivityStartOrDict | None = None,
        activity_end: types.ActivityEndOrDict | None = None,
        media_chunks: Sequence[types.BlobImageUnionDict] | None = None,
    ) -> None:
        """Send realtime input; see `AsyncSession.send_realtime_input`."""
        work = self._session.send_realtime_input(
            media=media,
            audio=audio,
            audio_stream_end=audio_stream_end,
            video=video,
            text=text,
            activity_start=activity_start,
            activity_end=activity_end,
            media_chunks=media_chunks,
        )
        self._portal.run(work)

    def send_tool_response(
        self, *, function_responses: types.FunctionResponseOrDict | Sequence[types.FunctionResponseOrDict]
    ) -> None:
        """Send the results of function calls; see `AsyncSession.send_tool_response`."""
        self._portal.run(self._session.send_tool_response(function_responses=function_responses))

    def send_context_update(
        self,
        *,
        system_instruction: types.ContentUnion | types.ContentUnionDict | None = None,
        tools: types.ToolListUnion | types.ToolListUnionDict | None = None,
    ) -> None:
        """Replace the instruction or the tools of the running session; see `AsyncSession.send_context_update`."""
        self._portal.run(self._session.send_context_update(system_instruction=system_instruction, tools=tools))

    def receive(self) -> Iterator[types.LiveServerMessage]:
        """Yield the messages of one turn of the model; see `AsyncSession.receive`."""
        source = cast("AsyncGenerator[types.LiveServerMessage, None]", self._session.receive())
        return iterate(self._portal, source, self._session._link.inbox.items)

    def events(self) -> Iterator[SessionEvent]:
        """Yield everything that happens to the end of the session; see `AsyncSession.events`."""
        source = cast("AsyncGenerator[SessionEvent, None]", self._session.events())
        return iterate(self._portal, source, self._session._link.inbox.items)

    def close(self) -> None:
        """End the session. Returns within seconds, also if the service does not react."""
        self._portal.run(self._session.close())


def __getattr__(name: str) -> Any:
    if name == "ConnectionClosed":
        from websockets.exceptions import ConnectionClosed

        return ConnectionClosed
    if name == "AsyncLiveMusic":
        from ..live_music import AsyncLiveMusic

        return AsyncLiveMusic
    if name == "audio":
        import importlib

        return importlib.import_module(".audio", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
