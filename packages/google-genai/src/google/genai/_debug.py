"""The settings of recording and replaying."""

import os

import pydantic


class DebugConfig(pydantic.BaseModel):
    """How a client treats the network while a program is tested."""

    client_mode: str | None = pydantic.Field(default_factory=lambda: os.environ.get("GOOGLE_GENAI_CLIENT_MODE"))
    """`record`, `replay`, `auto` or `api`. Default: `GOOGLE_GENAI_CLIENT_MODE`."""

    replays_directory: str | None = pydantic.Field(
        default_factory=lambda: os.environ.get("GOOGLE_GENAI_REPLAYS_DIRECTORY")
    )
    """Where recorded traffic is kept. Default: `GOOGLE_GENAI_REPLAYS_DIRECTORY`."""

    replay_id: str | None = pydantic.Field(default_factory=lambda: os.environ.get("GOOGLE_GENAI_REPLAY_ID"))
    """Which recording is used. Default: `GOOGLE_GENAI_REPLAY_ID`."""


DebugConfig.__module__ = "google.genai.client"
