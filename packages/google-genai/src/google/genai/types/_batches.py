"""Own the description of batch jobs, where their requests come from and their results go, and the options and answers
of the calls of `client.batches`. Must not know how a single request is generated or embedded, nor how a job is polled.
"""

import datetime
from typing import Annotated, Any, Union

from pydantic import Field

from .._wire.marks import GEMINI_ONLY, LOCAL, QUERY, VERTEX_ONLY, RepliedBy, Reply, ReplyVia, Wire
from ._base import Model, is_none
from ._embeddings import ContentEmbedding, EmbedContentConfig
from ._generation import GenerateContentResponse
from ._generation_config import GenerateContentConfig
from ._http import HttpOptions, HttpResponse
from ._jobs import JOB_STATES_ENDED, CompletionStats, JobError, JobState
from ._unions import ContentListUnion


class InlinedRequest(Model):
    """One generation of a batch, sent within the call that creates the job. API: `InlinedRequest`. Gemini Developer API
    only.
    """

    model: str | None = None
    """Model that answers; the job's model when unset."""

    contents: ContentListUnion | None = None
    """Prompt, in any form that `generate_content` takes."""

    metadata: dict[str, str] | None = None
    """Labels of your own that stay with the request."""

    config: GenerateContentConfig | None = None
    """Settings of this one generation, as for `generate_content`."""


class BatchJobSource(Model):
    """Where the requests of a job are read from.

    Set exactly one place: `file_name` or `inlined_requests` on the Gemini Developer API; `gcs_uri` or `bigquery_uri`,
    with its `format`, on Vertex AI. A string does the same for one place:

        BatchJobSource(format="jsonl", gcs_uri=["gs://bucket/requests.jsonl"])
    """

    format: Annotated[str | None, Wire(vertex="instancesFormat"), Reply(vertex="instancesFormat")] = None
    """Form of the requests: "jsonl" with `gcs_uri`, "bigquery" with `bigquery_uri`. API: `inputConfig.instancesFormat`.
    Vertex AI only.
    """

    gcs_uri: Annotated[list[str] | None, Wire(vertex="gcsSource.uris"), Reply(vertex="gcsSource.uris")] = None
    """Objects of Cloud Storage, each as "gs://bucket/object", with one request on every line. Vertex AI only."""

    bigquery_uri: Annotated[
        str | None, Wire(vertex="bigquerySource.inputUri"), Reply(vertex="bigquerySource.inputUri")
    ] = None
    """Table "bq://project.dataset.table" with one request in every row. Vertex AI only."""

    file_name: Annotated[str | None, GEMINI_ONLY] = None
    """Uploaded JSONL file "files/...", each line an object with a "key" of your own and a "request". Gemini Developer
    API only.
    """

    inlined_requests: Annotated[
        list[InlinedRequest] | None, Wire(gemini="requests.requests", via="inlined_requests")
    ] = None
    """Requests sent along with the call, for batches small enough to fit in it. Gemini Developer API only."""


class InlinedResponse(Model):
    """Outcome of one inlined request: a response or an error. API: `InlinedResponse`. Gemini Developer API only."""

    response: GenerateContentResponse | None = None
    """What the model generated; None when the request failed."""

    error: JobError | None = None
    """Why the request failed; None when it succeeded."""

    metadata: Annotated[dict[str, Any] | None, Field(exclude_if=is_none)] = None
    """What the request's `metadata` held; the key of a line in a file of requests stands in it as "key". In a dump only
    when there is some.
    """


class SingleEmbedContentResponse(Model):
    """Vector of one content of a batch. Gemini Developer API only."""

    embedding: ContentEmbedding | None = None
    """The vector itself."""

    token_count: int | None = None
    """Tokens of the content it was made from."""


class InlinedEmbedContentResponse(Model):
    """Outcome of one inlined content to embed: a vector or an error. API: `InlinedEmbedContentResponse`. Gemini
    Developer API only.
    """

    response: SingleEmbedContentResponse | None = None
    """Vector of the content; None when it failed."""

    error: JobError | None = None
    """Why no vector was made; None when it was."""


class BatchJobDestination(Model):
    """Where the results of a job go.

    It can be chosen on Vertex AI: `gcs_uri` or `bigquery_uri`, with its `format`. On the Gemini Developer API it is
    only reported: a file for requests from a file, inlined results for inlined requests.
    """

    format: Annotated[
        str | None, Wire(vertex="predictionsFormat"), RepliedBy("vertex"), Reply(vertex="predictionsFormat")
    ] = None
    """Form of the results: "jsonl" with `gcs_uri`, "bigquery" with `bigquery_uri`. API:
    `outputConfig.predictionsFormat`. Vertex AI only.
    """

    gcs_uri: Annotated[
        str | None,
        Wire(vertex="gcsDestination.outputUriPrefix"),
        RepliedBy("vertex"),
        Reply(vertex="gcsDestination.outputUriPrefix"),
    ] = None
    """Place "gs://bucket/prefix" in Cloud Storage; the service makes a directory for the results below it. Vertex AI
    only.
    """

    bigquery_uri: Annotated[
        str | None,
        Wire(vertex="bigqueryDestination.outputUri"),
        RepliedBy("vertex"),
        Reply(vertex="bigqueryDestination.outputUri"),
    ] = None
    """Table "bq://project.dataset.table" that takes the results. Vertex AI only."""

    file_name: Annotated[str | None, GEMINI_ONLY, RepliedBy("gemini"), Reply(gemini="responsesFile")] = None
    """JSONL file "files/..." that holds one result on every line, found again by the "key" of its request;
    `files.download` gets it. Gemini Developer API only.
    """

    inlined_responses: Annotated[
        list[InlinedResponse] | None,
        GEMINI_ONLY,
        RepliedBy("gemini"),
        Reply(gemini="inlinedResponses.inlinedResponses"),
    ] = None
    """Outcomes of inlined requests, in the order of the requests. Gemini Developer API only."""

    inlined_embed_content_responses: Annotated[
        list[InlinedEmbedContentResponse] | None,
        GEMINI_ONLY,
        RepliedBy("gemini"),
        Reply(gemini="inlinedEmbedContentResponses.inlinedResponses"),
        ReplyVia("embeddings_apart", "embedding"),
    ] = None
    """Outcomes of inlined contents to embed, in the order of the contents. Gemini Developer API only."""


class BatchJob(Model):
    """Job of many requests, worked off in the service's own time at a lower price. API: `GenerateContentBatch`
    of the Gemini Developer API, `BatchPredictionJob` of Vertex AI.

    Ask for it again with `batches.get` until its `state` is a final one.
    """

    name: str | None = None
    """Resource name: "batches/..." on the Gemini Developer API, "projects/.../locations/.../batchPredictionJobs/..." on
    Vertex AI.
    """

    display_name: Annotated[str | None, Reply(gemini="metadata.displayName")] = None
    """Name for people; not unique."""

    state: Annotated[JobState | None, Reply(gemini="metadata.state")] = None
    """How far the job has come."""

    error: Annotated[JobError | None, RepliedBy("vertex")] = None
    """Why the job as a whole failed; errors of single requests stand with the results. Vertex AI only."""

    create_time: Annotated[datetime.datetime | None, Reply(gemini="metadata.createTime")] = None
    """When the job was created."""

    start_time: Annotated[datetime.datetime | None, RepliedBy("vertex")] = None
    """When work on the job began; None before. Vertex AI only."""

    end_time: Annotated[datetime.datetime | None, Reply(gemini="metadata.endTime")] = None
    """When the job reached its final state; None before."""

    update_time: Annotated[datetime.datetime | None, Reply(gemini="metadata.updateTime")] = None
    """When the job last changed."""

    model: Annotated[str | None, Reply(gemini="metadata.model")] = None
    """Model that answers, as "models/..." or by a longer path on Vertex AI."""

    src: Annotated[BatchJobSource | None, RepliedBy("vertex"), Reply(vertex="inputConfig")] = None
    """Where the requests are read from. Vertex AI only."""

    dest: Annotated[BatchJobDestination | None, Reply(gemini="metadata.output", vertex="outputConfig")] = None
    """Where the results are, or will be."""

    completion_stats: Annotated[CompletionStats | None, RepliedBy("vertex")] = None
    """How many requests have succeeded and failed. Vertex AI only."""

    @property
    def done(self) -> bool:
        """Whether the job has come to its end, whatever that is: results, a failure, cancelled, expired."""
        return self.state is not None and self.state.value in JOB_STATES_ENDED


class EmbedContentBatch(Model):
    """Contents to embed as a batch, all in the same way. Gemini Developer API only."""

    contents: ContentListUnion | None = None
    """What to embed: every item of the list gets a vector of its own."""

    config: EmbedContentConfig | None = None
    """Settings that hold for every content, as for `embed_content`."""


class EmbeddingsBatchJobSource(Model):
    """Where the contents of an embedding job are read from. Gemini Developer API only.

    Set exactly one of the two.
    """

    file_name: Annotated[str | None, Wire(gemini="fileName")] = None
    """Uploaded JSONL file "files/..." with one embedding request on every line."""

    inlined_requests: Annotated[EmbedContentBatch | None, Wire(gemini="requests.requests", via="embed_batch")] = None
    """Contents sent along with the call."""


BatchJobSourceUnion = Union[BatchJobSource, list[InlinedRequest], str]
"""Source of a job in any accepted form; a string is an address: "gs://..." or "bq://..." on Vertex AI, "files/..." on
the Gemini Developer API. A list holds inlined requests.
"""

BatchJobDestinationUnion = Union[BatchJobDestination, str]
"""Destination of a job, or its address: "gs://..." or "bq://..."."""


class CreateBatchJobConfig(Model):
    """Options of `batches.create`."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """Transport settings for this call alone; they override those of the client field by field."""

    display_name: Annotated[str | None, Wire(gemini="batch.displayName", vertex="displayName")] = None
    """Name for people; need not be unique. On Vertex AI the SDK makes one up when unset, "genai_batch_job_" with the
    time behind it.
    """

    dest: Annotated[BatchJobDestinationUnion | None, Wire(vertex="outputConfig", via="batch_destination")] = None
    """Where to write the results. When unset, they go next to the source: below "gs://bucket/requests/dest" for
    "gs://bucket/requests.jsonl", into a table named after the source's for BigQuery. Vertex AI only.
    """


class CreateEmbeddingsBatchJobConfig(Model):
    """Options of `batches.create_embeddings`. Gemini Developer API only."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """Transport settings for this call alone; they override those of the client field by field."""

    display_name: Annotated[str | None, Wire(gemini="batch.displayName")] = None
    """Name for people; need not be unique."""


class GetBatchJobConfig(Model):
    """Options of `batches.get`."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """Transport settings for this call alone; they override those of the client field by field."""


class CancelBatchJobConfig(Model):
    """Options of `batches.cancel`."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """Transport settings for this call alone; they override those of the client field by field."""


class ListBatchJobsConfig(Model):
    """Options of `batches.list`."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """Transport settings for this call alone; they override those of the client field by field."""

    page_size: Annotated[int | None, QUERY] = None
    """Most jobs on one page; the service chooses when unset and may return fewer."""

    page_token: Annotated[str | None, QUERY] = None
    """`next_page_token` of the page before; the first page when unset. Pagers set it themselves."""

    filter: Annotated[str | None, VERTEX_ONLY, QUERY] = None
    """Condition on the jobs in the service's own syntax, such as `state="JOB_STATE_FAILED"`. Vertex AI only."""


class ListBatchJobsResponse(Model):
    """One page of jobs. API: `ListBatchPredictionJobsResponse` of Vertex AI."""

    sdk_http_response: HttpResponse | None = None
    """HTTP reply behind this object: headers, attempts, raw bytes."""

    next_page_token: str | None = None
    """Token of the next page; None on the last one."""

    batch_jobs: Annotated[list[BatchJob] | None, Reply(gemini="operations", vertex="batchPredictionJobs")] = None
    """Jobs on this page; None when there are none."""


class DeleteBatchJobConfig(Model):
    """Options of `batches.delete`."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """Transport settings for this call alone; they override those of the client field by field."""
