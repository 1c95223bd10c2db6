"""Types that batch, tuning and video jobs share: states, errors, counts, encryption, webhooks, and the result of deleting
a job. Not part of this module: the contents of jobs, starting and polling them.
"""

import json
from typing import Annotated, Any

from pydantic import BeforeValidator

from ._base import CaseInSensitiveEnum, Model
from ._http import HttpResponse


class JobState(CaseInSensitiveEnum):
    """Stage of a batch or tuning job. API: `JobState`.

    A job no longer changes once its state is `JOB_STATE_SUCCEEDED`, `JOB_STATE_PARTIALLY_SUCCEEDED`,
    `JOB_STATE_FAILED`, `JOB_STATE_CANCELLED` or `JOB_STATE_EXPIRED`.
    """

    JOB_STATE_UNSPECIFIED = "JOB_STATE_UNSPECIFIED"
    """Unspecified."""
    JOB_STATE_QUEUED = "JOB_STATE_QUEUED"
    """Accepted, and waiting in a queue."""
    JOB_STATE_PENDING = "JOB_STATE_PENDING"
    """Being prepared; processing has not started."""
    JOB_STATE_RUNNING = "JOB_STATE_RUNNING"
    """Being processed."""
    JOB_STATE_SUCCEEDED = "JOB_STATE_SUCCEEDED"
    """Finished; the results are ready. Single entries of a batch may still have failed."""
    JOB_STATE_FAILED = "JOB_STATE_FAILED"
    """Failed; see the job's `error`, if the backend reports one."""
    JOB_STATE_CANCELLING = "JOB_STATE_CANCELLING"
    """Cancelled by a caller, but not stopped yet."""
    JOB_STATE_CANCELLED = "JOB_STATE_CANCELLED"
    """Stopped at a caller's request."""
    JOB_STATE_PAUSED = "JOB_STATE_PAUSED"
    """Paused; it can be resumed."""
    JOB_STATE_EXPIRED = "JOB_STATE_EXPIRED"
    """Ended by the service because it took longer than allowed."""
    JOB_STATE_UPDATING = "JOB_STATE_UPDATING"
    """Changing its settings while it runs."""
    JOB_STATE_PARTIALLY_SUCCEEDED = "JOB_STATE_PARTIALLY_SUCCEEDED"
    """Finished with results for some entries and errors for the others."""

    @classmethod
    def _missing_(cls, value: Any) -> CaseInSensitiveEnum | None:
        if not isinstance(value, str):
            return None
        elsewhere = _TUNING_STATES.get(value) or value.replace("BATCH_STATE_", "JOB_STATE_", 1)
        return cls.__members__.get(elsewhere) or super()._missing_(value)


_TUNING_STATES = {
    "STATE_UNSPECIFIED": "JOB_STATE_UNSPECIFIED",
    "CREATING": "JOB_STATE_RUNNING",
    "ACTIVE": "JOB_STATE_SUCCEEDED",
    "FAILED": "JOB_STATE_FAILED",
}
"""Tuning states of the Developer API. Its batch states have the prefix BATCH_STATE_ instead of JOB_STATE_."""

JOB_STATES_SUCCEEDED_VERTEX = ["JOB_STATE_SUCCEEDED"]
"""States of successful jobs, as named by Vertex AI."""

JOB_STATES_SUCCEEDED_MLDEV = ["ACTIVE"]
"""States of successful jobs, as named by the Developer API."""

JOB_STATES_SUCCEEDED = JOB_STATES_SUCCEEDED_VERTEX + JOB_STATES_SUCCEEDED_MLDEV
"""States of successful jobs."""

JOB_STATES_ENDED_VERTEX = ["JOB_STATE_SUCCEEDED", "JOB_STATE_FAILED", "JOB_STATE_CANCELLED", "JOB_STATE_EXPIRED"]
"""States of jobs that have ended, as named by Vertex AI."""

JOB_STATES_ENDED_MLDEV = ["ACTIVE", "FAILED"]
"""States of jobs that have ended, as named by the Developer API."""

JOB_STATES_ENDED = JOB_STATES_ENDED_VERTEX + JOB_STATES_ENDED_MLDEV
"""States of jobs that have ended."""


def _as_texts(details: list[Any] | str | None) -> list[Any] | str | None:
    """Return details as strings: the Developer API sends objects, which are converted to JSON text."""
    if not isinstance(details, list):
        return details
    return [item if isinstance(item, str) else json.dumps(item) for item in details]


class JobError(Model):
    """Why a job, or one entry of a batch, failed. API: `google.rpc.Status`."""

    details: Annotated[list[str] | None, BeforeValidator(_as_texts)] = None
    """Details of the failure, as text."""

    code: int | None = None
    """gRPC status code, such as 3 for an invalid argument."""

    message: str | None = None
    """Error message for developers, in English."""


class CompletionStats(Model):
    """Numbers of processed entries of a batch job, by outcome. API: `CompletionStats`. Vertex AI only."""

    failed_count: int | None = None
    """Number of entries that failed."""

    incomplete_count: int | None = None
    """Number of entries that had neither succeeded nor failed when the job ended; -1 if unknown."""

    successful_count: int | None = None
    """Number of entries with a result."""

    successful_forecast_point_count: int | None = None
    """Number of forecast points in time; only for forecasting models."""


class GoogleRpcStatus(Model):
    """Why a tuning job failed, with the details as objects. API: `google.rpc.Status`. Vertex AI only."""

    code: int | None = None
    """gRPC status code, such as 7 for a missing permission."""

    details: list[dict[str, Any]] | None = None
    """Details of the failure, each an object with its type in "@type"."""

    message: str | None = None
    """Error message for developers, in English."""


class EncryptionSpec(Model):
    """Customer-managed key that encrypts a resource at rest. API: `EncryptionSpec`. Vertex AI only."""

    kms_key_name: str | None = None
    """Resource name "projects/.../locations/.../keyRings/.../cryptoKeys/..." of the key in Cloud KMS, in the region of
    the resource that it encrypts.
    """


class DeleteResourceJob(Model):
    """Result of deleting a job; the deletion may still be in progress. Fields that the service does not send are None."""

    sdk_http_response: HttpResponse | None = None
    """HTTP response that this object was read from: headers, attempts, raw bytes."""

    name: str | None = None
    """Resource name of the operation that carries out the deletion."""

    done: bool | None = None
    """Whether the deletion has ended, successfully or not."""

    error: JobError | None = None
    """Why the deletion failed."""


class WebhookConfig(Model):
    """Addresses that the service calls when a long-running operation or a batch job changes its state. API:
    `WebhookConfig`. Gemini Developer API only.

    For webhooks of all operations of a project, see `client.webhooks`.
    """

    uris: list[str] | None = None
    """Addresses of your server, such as ["https://example.com/gemini"]; the webhooks of the project are called when
    unset.
    """

    user_metadata: dict[str, Any] | None = None
    """Your own JSON values, which each call of the webhook contains."""
