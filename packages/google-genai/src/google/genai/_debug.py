"""Settings for recording and replaying network traffic."""

import os

import pydantic


class DebugConfig(pydantic.BaseModel):
    """Settings for recording and replaying a client's network traffic in tests."""

    client_mode: str | None = pydantic.Field(default_factory=lambda: os.environ.get("GOOGLE_GENAI_CLIENT_MODE"))
    """`record`, `replay`, `auto` or `api`. This release supports `api` only. Default: `GOOGLE_GENAI_CLIENT_MODE`."""

    replays_directory: str | None = pydantic.Field(
        default_factory=lambda: os.environ.get("GOOGLE_GENAI_REPLAYS_DIRECTORY")
    )
    """Folder of the recordings. Default: `GOOGLE_GENAI_REPLAYS_DIRECTORY`."""

    replay_id: str | None = pydantic.Field(default_factory=lambda: os.environ.get("GOOGLE_GENAI_REPLAY_ID"))
    """Name of the recording. Default: `GOOGLE_GENAI_REPLAY_ID`."""


DebugConfig.__module__ = "google.genai.client"
