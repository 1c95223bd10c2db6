"""Own what long-running jobs have in common, whatever they do: their stages, their failures, counts and encryption, and
the answer to deleting one. Must not know what a batch or tuning job consists of, nor how a job is started or polled.
"""

import json
from typing import Annotated, Any

from pydantic import BeforeValidator

from ._base import CaseInSensitiveEnum, Model
from ._http import HttpResponse


class JobState(CaseInSensitiveEnum):
    """Stage of a batch or tuning job. API: `JobState`.

    A job no longer changes once it is `JOB_STATE_SUCCEEDED`, `JOB_STATE_PARTIALLY_SUCCEEDED`, `JOB_STATE_FAILED`,
    `JOB_STATE_CANCELLED` or `JOB_STATE_EXPIRED`.
    """

    JOB_STATE_UNSPECIFIED = "JOB_STATE_UNSPECIFIED"
    """No stage reported."""
    JOB_STATE_QUEUED = "JOB_STATE_QUEUED"
    """Accepted and waiting for its turn."""
    JOB_STATE_PENDING = "JOB_STATE_PENDING"
    """Being prepared; no work has been done yet."""
    JOB_STATE_RUNNING = "JOB_STATE_RUNNING"
    """Being worked on."""
    JOB_STATE_SUCCEEDED = "JOB_STATE_SUCCEEDED"
    """Finished; the results are ready. Single entries of a batch may have failed all the same."""
    JOB_STATE_FAILED = "JOB_STATE_FAILED"
    """Given up because of an error; see the job's `error` where the backend reports one."""
    JOB_STATE_CANCELLING = "JOB_STATE_CANCELLING"
    """Cancelled by a caller but not stopped yet."""
    JOB_STATE_CANCELLED = "JOB_STATE_CANCELLED"
    """Stopped at a caller's request."""
    JOB_STATE_PAUSED = "JOB_STATE_PAUSED"
    """Halted for now; work can be taken up again."""
    JOB_STATE_EXPIRED = "JOB_STATE_EXPIRED"
    """Ended by the service because it took longer than allowed."""
    JOB_STATE_UPDATING = "JOB_STATE_UPDATING"
    """Adapting to a change of its settings while it runs."""
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
"""How the Developer API calls the states of tuning; those of its batches are called BATCH_STATE_ and not JOB_STATE_."""

JOB_STATES_SUCCEEDED_VERTEX = ["JOB_STATE_SUCCEEDED"]
"""States in which a job has done all its work, as Vertex AI calls them."""

JOB_STATES_SUCCEEDED_MLDEV = ["ACTIVE"]
"""States in which a job has done all its work, as the Developer API calls them."""

JOB_STATES_SUCCEEDED = JOB_STATES_SUCCEEDED_VERTEX + JOB_STATES_SUCCEEDED_MLDEV
"""States in which a job has done all its work."""

JOB_STATES_ENDED_VERTEX = ["JOB_STATE_SUCCEEDED", "JOB_STATE_FAILED", "JOB_STATE_CANCELLED", "JOB_STATE_EXPIRED"]
"""States after which a job does nothing more, as Vertex AI calls them."""

JOB_STATES_ENDED_MLDEV = ["ACTIVE", "FAILED"]
"""States after which a job does nothing more, as the Developer API calls them."""

JOB_STATES_ENDED = JOB_STATES_ENDED_VERTEX + JOB_STATES_ENDED_MLDEV
"""States after which a job does nothing more."""


def _as_texts(details: list[Any] | str | None) -> list[Any] | str | None:
    """Return details as texts: the Developer API sends objects, which are written as JSON."""
    if not isinstance(details, list):
        return details
    return [item if isinstance(item, str) else json.dumps(item) for item in details]


class JobError(Model):
    """Why a job, or one entry of a batch, failed. API: `google.rpc.Status`."""

    details: Annotated[list[str] | None, BeforeValidator(_as_texts)] = None
    """Further facts about the failure, as text."""

    code: int | None = None
    """Canonical gRPC code, such as 3 for an invalid argument."""

    message: str | None = None
    """Explanation for developers, in English."""


class CompletionStats(Model):
    """How many entries of a batch job were processed, and with what outcome. API: `CompletionStats`. Vertex AI only."""

    failed_count: int | None = None
    """Entries that ended in an error."""

    incomplete_count: int | None = None
    """Entries not finished when the job ended, neither well nor badly; -1 when nobody counted them."""

    successful_count: int | None = None
    """Entries that have a result."""

    successful_forecast_point_count: int | None = None
    """Points in time that were forecast; of use with forecasting models only."""


class GoogleRpcStatus(Model):
    """Why a tuning job failed, with the details as objects. API: `google.rpc.Status`. Vertex AI only."""

    code: int | None = None
    """Canonical gRPC code, such as 7 for a missing permission."""

    details: list[dict[str, Any]] | None = None
    """Further facts about the failure, each an object with its type under "@type"."""

    message: str | None = None
    """Explanation for developers, in English."""


class EncryptionSpec(Model):
    """Customer-managed key by which a resource is encrypted at rest. API: `EncryptionSpec`. Vertex AI only."""

    kms_key_name: str | None = None
    """Resource name "projects/.../locations/.../keyRings/.../cryptoKeys/..." of the key in Cloud KMS, in the region of
    the resource that it encrypts.
    """


class DeleteResourceJob(Model):
    """Answer to the deletion of a job, which the service may still be carrying out. Fields that the service does not
    send stay None.
    """

    sdk_http_response: HttpResponse | None = None
    """HTTP reply behind this object: headers, attempts, raw bytes."""

    name: str | None = None
    """Resource name of the operation that carries out the deletion."""

    done: bool | None = None
    """Whether the deletion has ended, well or badly."""

    error: JobError | None = None
    """Why the deletion failed."""
