"""Own the file format of recorded traffic, and of the tables of calls that are run against it. Must not know how
traffic is recorded, cleaned of secrets, matched or played back.
"""

from typing import Any

from ._base import Model


class TestTableItem(Model):
    """One row of a test table: a call with its arguments, and what to expect of it."""

    name: str | None = None
    """Name of the row, unique in its table; the recording is looked up by it."""

    parameters: dict[str, Any] | None = None
    """Arguments of the call by name."""

    exception_if_mldev: str | None = None
    """Text by which to recognise the error that the call raises on the Gemini Developer API; None where it succeeds."""

    exception_if_vertex: str | None = None
    """Text by which to recognise the error that the call raises on Vertex AI; None where it succeeds."""

    override_replay_id: str | None = None
    """Recording to use in place of the one found by the row's name."""

    has_union: bool | None = None
    """Whether an argument is given in one of several possible types; clients in languages that cannot express this
    leave the row out.
    """

    skip_in_api_mode: str | None = None
    """Reason for not running the row against the live service; None when it can run there."""

    ignore_keys: list[str] | None = None
    """Keys that differ from run to run and are left out when results are compared."""


class TestTableFile(Model):
    """Calls of one method, to be run against recordings: one row for each call."""

    comment: str | None = None
    """Remark for readers; without effect."""

    test_method: str | None = None
    """Method under test with its module, such as "models.generate_content"."""

    parameter_names: list[str] | None = None
    """Names of the method's parameters, in order."""

    test_table: list[TestTableItem] | None = None
    """Rows in the order in which they run."""


class ReplayRequest(Model):
    """Request as it was recorded, without secrets and without what changes from machine to machine."""

    method: str | None = None
    """HTTP verb, such as "post"."""

    url: str | None = None
    """Address with a placeholder for host, version and project: it begins with "{MLDEV_URL_PREFIX}" or
    "{VERTEX_URL_PREFIX}/".
    """

    headers: dict[str, str] | None = None
    """Request headers by name; authorization is left out, and keys and version numbers are replaced by placeholders."""

    body_segments: list[dict[str, Any]] | None = None
    """JSON objects of the request body. Uploaded content stands as {"bytes": base64} or {"file_path": path}."""


class ReplayResponse(Model):
    """Reply as it was recorded, with what the SDK made of it."""

    status_code: int | None = None
    """HTTP status, such as 200 or 429."""

    headers: dict[str, str] | None = None
    """Response headers by name, without those that change with every reply, such as the date."""

    body_segments: list[dict[str, Any]] | None = None
    """JSON objects as they came from the service: one for an ordinary reply, one for each chunk of a stream."""

    sdk_response_segments: list[dict[str, Any]] | None = None
    """Objects that the SDK returned to its caller, as plain JSON, in the order of the calls or chunks; a replay
    compares its own results with them.
    """


class ReplayInteraction(Model):
    """One request with the reply to it."""

    request: ReplayRequest | None = None
    """What was sent."""

    response: ReplayResponse | None = None
    """What came back."""


class ReplayFile(Model):
    """Recording of one session: a JSON file of requests and replies."""

    replay_id: str | None = None
    """Path of the recording below the replays directory, without ".json", such as "models/generate_content/mldev"; see
    `DebugConfig.replay_id`.
    """

    interactions: list[ReplayInteraction] | None = None
    """Requests and replies in the order in which they happened."""
