"""`ReplayApiClient`: the connection of a client that records its traffic, or replays it.

`Client` creates one if a mode other than `api` is selected; other packages create it themselves.
"""

from __future__ import annotations

import logging
import os
import weakref
from typing import TYPE_CHECKING, Any

from ._api_client import BaseApiClient
from ._io import backends
from ._replay import redaction
from ._replay.session import MODES, Session, current, forget, session_for
from .errors import RecordingError

if TYPE_CHECKING:
    from collections.abc import Callable

    from google.auth.credentials import Credentials

    from ._debug import DebugConfig
    from ._replay.ports import RecordingAsyncPort, RecordingSyncPort
    from .types import HttpOptionsOrDict

__all__ = ["ReplayApiClient"]

_PROJECT = "replayed-project"


class ReplayApiClient(BaseApiClient):
    """A connection that records its traffic, or replays it.

    Args:
      mode: `record`, `replay`, `auto`, `new` or `api`; see `DebugConfig.client_mode`.
      replay_id: Name of the recording. It may be set later, by `initialize_replay_session`.
      replays_directory: Folder of the recordings. Default: `GOOGLE_GENAI_REPLAYS_DIRECTORY`, else the current folder.
      vertexai, api_key, credentials, project, location, http_options: As for `Client`. A replay needs none of them.
      private: Accepted, and without effect.
      replay_speed: How fast recorded delays pass in a replay. Default: `GOOGLE_GENAI_REPLAY_SPEED`, else 0: no waiting.
    """

    def __init__(
        self,
        mode: str,
        replay_id: str | None,
        replays_directory: str | None = None,
        vertexai: bool | None = False,
        api_key: str | None = None,
        credentials: Credentials | None = None,
        project: str | None = None,
        location: str | None = None,
        http_options: HttpOptionsOrDict | None = None,
        private: bool = False,
        *,
        replay_speed: float | None = None,
        _of_process: bool = False,
        _session: Session | None = None,
    ) -> None:
        if mode not in MODES:
            raise ValueError(f"client_mode: expected one of {', '.join(MODES)}, got {mode!r}.")
        self.mode = mode
        self.replay_id = replay_id
        self.replays_directory = replays_directory or os.environ.get("GOOGLE_GENAI_REPLAYS_DIRECTORY")
        self._speed = _speed(replay_speed)
        self._of_process = _of_process
        self._session: Session | None = None
        self._leave: weakref.finalize[..., Any] | None = None
        if _session is not None:
            self._use(_session)
        replays = mode != "api" and replay_id is not None and self._join().plays and not self._join().records
        if replays or mode == "replay":
            api_key, project = _identity(vertexai, api_key, credentials, project)
        super().__init__(vertexai, api_key, credentials, project, location, http_options)
        if (replays or mode == "replay") and self._tokens is not None:
            from ._replay.identity import ReplayedTokens

            self._tokens = ReplayedTokens(self._join)
        self._learn()

    @property
    def recording(self) -> Session | None:
        """The recording; None in the mode `api`. Raises `ValueError` if it has no name yet."""
        return None if self.mode == "api" else self._join()

    def initialize_replay_session(self, replay_id: str) -> None:
        """Save the recording, and continue with another one.

        Args:
          replay_id: The name of the recording.
        """
        self._release()
        self._session = None
        self.replay_id = replay_id
        if self.mode != "api":
            self._join()
            self._learn()

    def close(self) -> None:
        """Close the connections of blocking calls, and save what was recorded.

        Raises:
          errors.RecordingError: The recording is incomplete. The connections are closed all the same.
        """
        super().close()
        self._release()

    async def aclose(self) -> None:
        """Close the connections of async calls, and save what was recorded. Raises as `close`."""
        await super().aclose()
        self._release()

    def websocket_connect(self, connect: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that opens a WebSocket and records it, or that replays a recorded one."""
        if self.mode == "api":
            return connect
        from ._replay.sockets import recording_connect

        return recording_connect(self._join(), lambda: self.backend.project, connect)

    def _own_sync_port(self) -> Any:
        if self.mode == "api":
            return super()._own_sync_port()
        port: RecordingSyncPort | None = self._sync_port  # pyright: ignore[reportAssignmentType] - of this class
        if port is None:
            from ._replay.ports import RecordingSyncPort

            with self._lock:
                port = self._sync_port = self._sync_port or RecordingSyncPort(self, self._tokens, self._join)  # pyright: ignore
        return port

    def _own_async_port(self) -> Any:
        if self.mode == "api":
            return super()._own_async_port()
        port: RecordingAsyncPort | None = self._async_port  # pyright: ignore[reportAssignmentType] - of this class
        if port is None:
            from ._replay.ports import RecordingAsyncPort

            with self._lock:
                port = self._async_port = self._async_port or RecordingAsyncPort(self, self._tokens, self._join)  # pyright: ignore
        return port

    def _join(self) -> Session:
        """Return the recording, and become one of its clients."""
        session = self._session
        if session is None:
            if not self.replay_id:
                raise ValueError(
                    f"replay_id: expected a name for the recording, because client_mode is {self.mode!r}; set "
                    "DebugConfig(replay_id=...) or GOOGLE_GENAI_REPLAY_ID."
                )
            session = session_for(
                self.replays_directory, self.replay_id, self.mode, self._speed, of_process=self._of_process
            )
            self._use(session)
        return session

    def _use(self, session: Session) -> None:
        session.join()
        self._session = session
        self._leave = weakref.finalize(self, _leave_quietly, session)

    def _learn(self) -> None:
        """Let the redaction know the client's secrets."""
        if self._session is not None:
            redactor = self._session.redactor
            redactor.learn(self.backend.api_key or "", redaction.API_KEY)
            redactor.learn(self.backend.project or "", redaction.PROJECT)

    def _release(self) -> None:
        session, leave = self._session, self._leave
        self._leave = None
        if session is None:
            return
        if leave is None or leave.detach() is None:  # used again after it was closed
            session.end()
        elif session.leave():
            forget(session)


def _leave_quietly(session: Session) -> None:
    """Leave the recording of a client that was not closed."""
    try:
        if session.leave():
            forget(session)
    except RecordingError as error:
        logging.getLogger("google_genai.replay").error("%s", error)


def _identity(
    vertexai: bool | None, api_key: str | None, credentials: Credentials | None, project: str | None
) -> tuple[str | None, str | None]:
    """Return a key and a project for a replay: the given ones, those of the environment, or placeholders."""
    if vertexai is None:
        vertexai = os.environ.get("GOOGLE_GENAI_USE_VERTEXAI", "").strip().lower() in ("1", "true")
    if api_key or backends.api_key_of_environment():
        return api_key, project
    if not vertexai:
        return redaction.API_KEY, project
    return None, project or os.environ.get("GOOGLE_CLOUD_PROJECT") or _PROJECT


def _speed(given: float | None) -> float:
    if given is not None:
        return given
    text = os.environ.get("GOOGLE_GENAI_REPLAY_SPEED") or "0"
    try:
        speed = float(text)
    except ValueError:
        speed = -1.0
    if not 0 <= speed < float("inf"):
        raise ValueError(f"GOOGLE_GENAI_REPLAY_SPEED: expected a number that is not negative, got {text!r}.")
    return speed


def client_of(
    config: DebugConfig | None,
    *,
    vertexai: bool | None,
    api_key: str | None,
    credentials: Credentials | None,
    project: str | None,
    location: str | None,
    http_options: HttpOptionsOrDict | None,
) -> ReplayApiClient | None:
    """Return the connection for the settings of a client, or None if they neither record nor replay.

    Raises `ValueError` for an unknown mode.
    """
    if config is None:
        given, environment = None, True
    else:
        given, environment = config, not config.model_fields_set
    session = current() if environment else None
    if session is not None:  # of a test
        mode, directory, replay_id = session.mode, str(session.path.parent), session.replay_id
    else:
        mode = given.client_mode if given is not None else os.environ.get("GOOGLE_GENAI_CLIENT_MODE")
        directory = given.replays_directory if given is not None else None
        replay_id = given.replay_id if given is not None else os.environ.get("GOOGLE_GENAI_REPLAY_ID")
    if not mode or mode == "api":
        return None
    return ReplayApiClient(
        mode,
        replay_id,
        directory,
        vertexai,
        api_key,
        credentials,
        project,
        location,
        http_options,
        replay_speed=given.replay_speed if given is not None else None,
        _of_process=environment,
        _session=session,
    )
