"""Batch jobs, their sources and destinations, and the options and results of `client.batches`. Not part of this module:
single generation and embedding requests, polling.
"""

import datetime
from typing import Annotated, Any, Union

from pydantic import Field

from .._wire.marks import GEMINI_ONLY, LOCAL, QUERY, VERTEX_ONLY, At, RepliedAt, RepliedBy, Reply, ReplyVia, Wire
from ._base import Model, is_none
from ._embeddings import ContentEmbedding, EmbedContentConfig
from ._generation import GenerateContentResponse
from ._generation_config import GenerateContentConfig
from ._http import HttpOptions, HttpResponse
from ._jobs import JOB_STATES_ENDED, CompletionStats, JobError, JobState, WebhookConfig
from ._unions import ContentListUnion


class InlinedRequest(Model):
    """A generation request of a batch, sent in the call that creates the job. API: `InlinedRequest`. Gemini Developer
    API only.
    """

    model: str | None = None
    """Model that answers; the job's model when unset."""

    contents: ContentListUnion | None = None
    """Prompt, in any form that `generate_content` accepts."""

    metadata: dict[str, str] | None = None
    """Your own labels, which the service returns with the result."""

    config: GenerateContentConfig | None = None
    """Settings of this request, as for `generate_content`."""


class BatchJobSource(Model):
    """Source of the requests of a job.

    Set exactly one source: `file_name` or `inlined_requests` on the Gemini Developer API; `gcs_uri`, `bigquery_uri` or
    `vertex_dataset_name`, with its `format`, on Vertex AI. The string "gs://bucket/requests.jsonl" is short for:

        BatchJobSource(format="jsonl", gcs_uri=["gs://bucket/requests.jsonl"])
    """

    format: Annotated[str | None, Wire(vertex="instancesFormat"), Reply(vertex="instancesFormat")] = None
    """Format of the requests: "jsonl" with `gcs_uri`, "bigquery" with `bigquery_uri`. API:
    `inputConfig.instancesFormat`. Vertex AI only.
    """

    gcs_uri: Annotated[list[str] | None, Wire(vertex="gcsSource.uris"), Reply(vertex="gcsSource.uris")] = None
    """Objects in Cloud Storage, each as "gs://bucket/object", with one request per line. Vertex AI only."""

    bigquery_uri: Annotated[
        str | None, Wire(vertex="bigquerySource.inputUri"), Reply(vertex="bigquerySource.inputUri")
    ] = None
    """Table "bq://project.dataset.table" with one request per row. Vertex AI only."""

    file_name: Annotated[str | None, GEMINI_ONLY] = None
    """Uploaded JSONL file "files/...". Each line is an object with your own "key" and a "request". Gemini Developer API
    only.
    """

    inlined_requests: Annotated[
        list[InlinedRequest] | None, Wire(gemini="requests.requests", via="inlined_requests")
    ] = None
    """Requests sent in the call itself, for batches that are small enough. Gemini Developer API only."""

    vertex_dataset_name: Annotated[
        str | None,
        Wire(vertex="vertexMultimodalDatasetSource.datasetName"),
        Reply(vertex="vertexMultimodalDatasetSource.datasetName"),
    ] = None
    """Multimodal dataset "projects/.../locations/.../datasets/...", with `format` "vertex-dataset". Vertex AI only."""


class InlinedResponse(Model):
    """Result of one inlined request: a response or an error. API: `InlinedResponse`. Gemini Developer API only."""

    response: GenerateContentResponse | None = None
    """The model's response; None if the request failed."""

    error: JobError | None = None
    """Why the request failed; None if it succeeded."""

    metadata: Annotated[dict[str, Any] | None, Field(exclude_if=is_none)] = None
    """The `metadata` of the request. For requests from a file, it contains the key of the line as "key". Included in
    dumps only if set.
    """


class SingleEmbedContentResponse(Model):
    """Vector of one content of a batch. Gemini Developer API only."""

    embedding: ContentEmbedding | None = None
    """The vector itself."""

    token_count: int | None = None
    """Number of tokens in the content."""


class InlinedEmbedContentResponse(Model):
    """Result of one inlined content to embed: a vector or an error. API: `InlinedEmbedContentResponse`. Gemini
    Developer API only.
    """

    response: SingleEmbedContentResponse | None = None
    """Vector of the content; None if embedding failed."""

    error: JobError | None = None
    """Why embedding failed; None if it succeeded."""

    metadata: Annotated[dict[str, Any] | None, Field(exclude_if=is_none)] = None
    """The `metadata` of the request."""


class VertexMultimodalDatasetDestination(Model):
    """Multimodal dataset that a job creates for its results. API: `VertexMultimodalDatasetDestination`. Vertex AI only."""

    bigquery_destination: Annotated[
        str | None, At("bigqueryDestination.outputUri"), RepliedAt("bigqueryDestination.outputUri")
    ] = None
    """Table "bq://project.dataset.table" that contains the data. API: `bigqueryDestination.outputUri`."""

    display_name: str | None = None
    """Human-readable name of the dataset."""


class BatchJobDestination(Model):
    """Destination of the results of a job.

    On Vertex AI, set `gcs_uri`, `bigquery_uri` or `vertex_dataset`, with its `format`. On the Gemini Developer API the destination cannot
    be chosen: results are in a file for requests from a file, and inlined for inlined requests.
    """

    format: Annotated[
        str | None, Wire(vertex="predictionsFormat"), RepliedBy("vertex"), Reply(vertex="predictionsFormat")
    ] = None
    """Format of the results: "jsonl" with `gcs_uri`, "bigquery" with `bigquery_uri`. API:
    `outputConfig.predictionsFormat`. Vertex AI only.
    """

    gcs_uri: Annotated[
        str | None,
        Wire(vertex="gcsDestination.outputUriPrefix"),
        RepliedBy("vertex"),
        Reply(vertex="gcsDestination.outputUriPrefix"),
    ] = None
    """Location "gs://bucket/prefix" in Cloud Storage; the service creates a directory for the results below it. Vertex
    AI only.
    """

    bigquery_uri: Annotated[
        str | None,
        Wire(vertex="bigqueryDestination.outputUri"),
        RepliedBy("vertex"),
        Reply(vertex="bigqueryDestination.outputUri"),
    ] = None
    """Table "bq://project.dataset.table" for the results. Vertex AI only."""

    file_name: Annotated[str | None, GEMINI_ONLY, RepliedBy("gemini"), Reply(gemini="responsesFile")] = None
    """JSONL file "files/..." with one result per line, each with the "key" of its request; `files.download` downloads
    it. Gemini Developer API only.
    """

    inlined_responses: Annotated[
        list[InlinedResponse] | None,
        GEMINI_ONLY,
        RepliedBy("gemini"),
        Reply(gemini="inlinedResponses.inlinedResponses"),
    ] = None
    """Results of inlined requests, in the order of the requests. Gemini Developer API only."""

    inlined_embed_content_responses: Annotated[
        list[InlinedEmbedContentResponse] | None,
        GEMINI_ONLY,
        RepliedBy("gemini"),
        Reply(gemini="inlinedEmbedContentResponses.inlinedResponses"),
        ReplyVia("embeddings_apart", "embedding"),
    ] = None
    """Results of inlined contents to embed, in the order of the contents. Gemini Developer API only."""

    vertex_dataset: Annotated[
        VertexMultimodalDatasetDestination | None,
        Wire(vertex="vertexMultimodalDatasetDestination"),
        RepliedBy("vertex"),
        Reply(vertex="vertexMultimodalDatasetDestination"),
    ] = None
    """Multimodal dataset for the results, with `format` "vertex-dataset". Vertex AI only."""


class BatchJobOutputInfo(Model):
    """Places where a job has written its results. API: `BatchPredictionJob.outputInfo`. Vertex AI only."""

    vertex_multimodal_dataset_name: str | None = None
    """Multimodal dataset "projects/.../locations/.../datasets/..."."""

    gcs_output_directory: str | None = None
    """Directory in Cloud Storage, "gs://bucket/prefix/..."."""

    bigquery_output_table: str | None = None
    """Name of the table in the dataset of BigQuery."""


class BatchJob(Model):
    """Job that processes many requests in the background, at a lower price. API: `GenerateContentBatch` of the Gemini
    Developer API, `BatchPredictionJob` of Vertex AI.

    `batches.get` fetches the current state; `batches.wait` waits for a final state.
    """

    name: str | None = None
    """Resource name: "batches/..." on the Gemini Developer API, "projects/.../locations/.../batchPredictionJobs/..." on
    Vertex AI.
    """

    display_name: Annotated[str | None, Reply(gemini="metadata.displayName")] = None
    """Human-readable name; not unique."""

    state: Annotated[JobState | None, Reply(gemini="metadata.state")] = None
    """Stage of the job."""

    error: Annotated[JobError | None, RepliedBy("vertex")] = None
    """Why the job as a whole failed; errors of single requests are in the results. Vertex AI only."""

    create_time: Annotated[datetime.datetime | None, Reply(gemini="metadata.createTime")] = None
    """When the job was created."""

    start_time: Annotated[datetime.datetime | None, RepliedBy("vertex")] = None
    """When processing began; None before. Vertex AI only."""

    end_time: Annotated[datetime.datetime | None, Reply(gemini="metadata.endTime")] = None
    """When the job reached its final state; None before."""

    update_time: Annotated[datetime.datetime | None, Reply(gemini="metadata.updateTime")] = None
    """When the job last changed."""

    model: Annotated[str | None, Reply(gemini="metadata.model")] = None
    """Model that answers, as "models/..." or as a longer path on Vertex AI."""

    src: Annotated[BatchJobSource | None, RepliedBy("vertex"), Reply(vertex="inputConfig")] = None
    """Source of the requests. Vertex AI only."""

    dest: Annotated[BatchJobDestination | None, Reply(gemini="metadata.output", vertex="outputConfig")] = None
    """Destination of the results."""

    completion_stats: Annotated[CompletionStats | None, RepliedBy("vertex")] = None
    """Numbers of requests that succeeded and failed. Vertex AI only."""

    output_info: Annotated[BatchJobOutputInfo | None, RepliedBy("vertex")] = None
    """Places of the results; None until the job has written some. Vertex AI only."""

    @property
    def done(self) -> bool:
        """Whether the job has ended: succeeded, failed, cancelled or expired."""
        return self.state is not None and self.state.value in JOB_STATES_ENDED


class EmbedContentBatch(Model):
    """Contents to embed as a batch, all with the same settings. Gemini Developer API only."""

    contents: ContentListUnion | None = None
    """Contents to embed: each item of the list gets its own vector."""

    config: EmbedContentConfig | None = None
    """Settings for all contents, as for `embed_content`."""


class EmbeddingsBatchJobSource(Model):
    """Source of the contents of an embedding job. Gemini Developer API only.

    Set exactly one of the two.
    """

    file_name: Annotated[str | None, Wire(gemini="fileName")] = None
    """Uploaded JSONL file "files/..." with one embedding request per line."""

    inlined_requests: Annotated[EmbedContentBatch | None, Wire(gemini="requests.requests", via="embed_batch")] = None
    """Contents sent in the call itself."""


BatchJobSourceUnion = Union[BatchJobSource, list[InlinedRequest], str]
"""Source of a job in any accepted form; a string is an address: "gs://...", "bq://..." or the name of a dataset
"projects/..." on Vertex AI, "files/..." on the Gemini Developer API. A list contains inlined requests.
"""

BatchJobDestinationUnion = Union[BatchJobDestination, str]
"""Destination of a job, or its address: "gs://..." or "bq://..."."""


class CreateBatchJobConfig(Model):
    """Options of `batches.create`."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """HTTP options for this call; each field set here overrides the client's."""

    display_name: Annotated[str | None, Wire(gemini="batch.displayName", vertex="displayName")] = None
    """Human-readable name; need not be unique. On Vertex AI the SDK sets a default: "genai_batch_job_" followed by the
    current time.
    """

    dest: Annotated[BatchJobDestinationUnion | None, Wire(vertex="outputConfig", via="batch_destination")] = None
    """Destination of the results. When unset, they are written next to the source: below "gs://bucket/requests/dest"
    for "gs://bucket/requests.jsonl", into a table named after the source's for BigQuery. Vertex AI only.
    """

    webhook_config: Annotated[WebhookConfig | None, Wire(gemini="batch.webhookConfig")] = None
    """Addresses that the service calls when the state of the job changes. Gemini Developer API only."""


class CreateEmbeddingsBatchJobConfig(Model):
    """Options of `batches.create_embeddings`. Gemini Developer API only."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """HTTP options for this call; each field set here overrides the client's."""

    display_name: Annotated[str | None, Wire(gemini="batch.displayName")] = None
    """Human-readable name; need not be unique."""


class GetBatchJobConfig(Model):
    """Options of `batches.get`."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """HTTP options for this call; each field set here overrides the client's."""


class CancelBatchJobConfig(Model):
    """Options of `batches.cancel`."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """HTTP options for this call; each field set here overrides the client's."""


class ListBatchJobsConfig(Model):
    """Options of `batches.list`."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """HTTP options for this call; each field set here overrides the client's."""

    page_size: Annotated[int | None, QUERY] = None
    """Maximum number of jobs on one page; the service chooses when unset and may return fewer."""

    page_token: Annotated[str | None, QUERY] = None
    """`next_page_token` of the previous page; the first page when unset. Pagers set it automatically."""

    filter: Annotated[str | None, VERTEX_ONLY, QUERY] = None
    """Filter in the service's own syntax, such as `state="JOB_STATE_FAILED"`. Vertex AI only."""


class ListBatchJobsResponse(Model):
    """One page of jobs. API: `ListBatchPredictionJobsResponse` of Vertex AI."""

    sdk_http_response: HttpResponse | None = None
    """HTTP response that this object was read from: headers, attempts, raw bytes."""

    next_page_token: str | None = None
    """Token of the next page; None on the last page."""

    batch_jobs: Annotated[list[BatchJob] | None, Reply(gemini="operations", vertex="batchPredictionJobs")] = None
    """Jobs on this page; None for an empty page."""


class DeleteBatchJobConfig(Model):
    """Options of `batches.delete`."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """HTTP options for this call; each field set here overrides the client's."""
