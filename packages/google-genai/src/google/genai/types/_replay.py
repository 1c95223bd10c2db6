"""File formats of recorded traffic, and of test tables with calls to replay against it. Not part of this module:
recording, removing secrets, matching and replaying.
"""

from typing import Any

from ._base import Model


class TestTableItem(Model):
    """A row of a test table: a call with its arguments and the expected result."""

    name: str | None = None
    """Name of the row, unique in its table; it identifies the recording."""

    parameters: dict[str, Any] | None = None
    """Arguments of the call by name."""

    exception_if_mldev: str | None = None
    """Text in the error that the call raises on the Gemini Developer API; None if it succeeds."""

    exception_if_vertex: str | None = None
    """Text in the error that the call raises on Vertex AI; None if it succeeds."""

    override_replay_id: str | None = None
    """Recording to use instead of the one named after the row."""

    has_union: bool | None = None
    """Whether an argument has a union type. Clients in languages without union types skip the row."""

    skip_in_api_mode: str | None = None
    """Reason for not running the row against the live service; None if it can run there."""

    ignore_keys: list[str] | None = None
    """Keys to ignore when comparing results, because their values differ between runs."""


class TestTableFile(Model):
    """A test table: calls of one method to run against recordings, one row per call."""

    comment: str | None = None
    """Comment for readers; without effect."""

    test_method: str | None = None
    """Tested method with its module, such as "models.generate_content"."""

    parameter_names: list[str] | None = None
    """Names of the method's parameters, in order."""

    test_table: list[TestTableItem] | None = None
    """Rows in the order in which they run."""


class ReplayRequest(Model):
    """A recorded request, without secrets and machine-specific values."""

    method: str | None = None
    """HTTP verb, such as "post"."""

    url: str | None = None
    """URL with a placeholder for host, version and project: it begins with "{MLDEV_URL_PREFIX}" or
    "{VERTEX_URL_PREFIX}/".
    """

    headers: dict[str, str] | None = None
    """Request headers by name, without authorization; keys and version numbers are replaced by placeholders."""

    body_segments: list[dict[str, Any]] | None = None
    """JSON objects of the request body. Uploaded content appears as {"bytes": base64} or {"file_path": path}."""


class ReplayResponse(Model):
    """A recorded reply, with the resulting objects of the SDK."""

    status_code: int | None = None
    """HTTP status, such as 200 or 429."""

    headers: dict[str, str] | None = None
    """Response headers by name, without those that differ in every reply, such as the date."""

    body_segments: list[dict[str, Any]] | None = None
    """JSON objects of the reply: one for an ordinary reply, one for each chunk of a stream."""

    sdk_response_segments: list[dict[str, Any]] | None = None
    """Objects that the SDK returned, as plain JSON, in the order of the calls or chunks. A replay compares its own
    results with them.
    """


class ReplayInteraction(Model):
    """A request with its reply."""

    request: ReplayRequest | None = None
    """The request."""

    response: ReplayResponse | None = None
    """The reply."""


class ReplayFile(Model):
    """A recording of one session: a JSON file with requests and replies."""

    replay_id: str | None = None
    """Path of the recording below the replays directory, without ".json", such as "models/generate_content/mldev"; see
    `DebugConfig.replay_id`.
    """

    interactions: list[ReplayInteraction] | None = None
    """Requests and replies in chronological order."""
