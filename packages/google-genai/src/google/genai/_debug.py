"""Settings for recording and replaying network traffic."""

import os

import pydantic


def _speed_of_environment() -> str | None:
    return os.environ.get("GOOGLE_GENAI_REPLAY_SPEED") or None


class DebugConfig(pydantic.BaseModel):
    """Settings for recording and replaying a client's network traffic in tests.

    The file of a recording is `<replays_directory>/<replay_id>.json`.
    """

    client_mode: str | None = pydantic.Field(default_factory=lambda: os.environ.get("GOOGLE_GENAI_CLIENT_MODE"))
    """`api` calls the service, and records nothing. `record` calls the service, and replaces the file. `replay` answers from
    the file, without any network. `auto` replays if the file exists, and records otherwise. `new` replays, and records the
    requests that the file does not have. Default: `GOOGLE_GENAI_CLIENT_MODE`, else `api`.
    """

    replays_directory: str | None = pydantic.Field(
        default_factory=lambda: os.environ.get("GOOGLE_GENAI_REPLAYS_DIRECTORY")
    )
    """Folder of the recordings. Default: `GOOGLE_GENAI_REPLAYS_DIRECTORY`, else the current folder."""

    replay_id: str | None = pydantic.Field(default_factory=lambda: os.environ.get("GOOGLE_GENAI_REPLAY_ID"))
    """Name of the recording; slashes make folders. Default: `GOOGLE_GENAI_REPLAY_ID`."""

    replay_speed: float | None = pydantic.Field(
        default_factory=_speed_of_environment, ge=0, allow_inf_nan=False, validate_default=True
    )
    """How fast the recorded delays pass in a replay: 1 as recorded, 2 twice as fast, 0 without waiting.
    Default: `GOOGLE_GENAI_REPLAY_SPEED`, else 0.
    """


DebugConfig.__module__ = "google.genai.client"
