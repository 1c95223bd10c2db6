"""`client.batches`: jobs that process many requests in the background, at a lower price.

Each method is a shell: a signature, a docstring and one call into `_core`. `_ops.batches` lists the operations of the
service. The async classes in `_aio.batches` are generated from this file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import types
from ._core.batches import (
    batch_results,
    create_batch,
    create_embeddings_batch,
    fields_of_answer,
    inlined_request_as_json,
    wait_for_batch,
)
from ._core.invoke import invoke
from ._core.progress import Progress
from ._core.resource import Resource, async_twin
from ._iterables import Iterables
from ._ops.batches import CANCEL, DELETE, GET, LIST
from .pagers import Pager

if TYPE_CHECKING:
    from ._aio.batches import AsyncBatches as AsyncBatches
    from ._api_client import BaseApiClient


class Batches(Resource):
    """Jobs that process many requests in the background, at a lower price."""

    def create(
        self,
        *,
        model: str,
        src: types.BatchJobSourceUnionDict,
        dest: types.BatchJobDestinationUnionDict | None = None,
        config: types.CreateBatchJobConfigOrDict | None = None,
    ) -> types.BatchJob:
        """Start a job that answers many requests, and return the job.

        Args:
          model: Id or resource name of a model.
          src: The requests: on the Developer API a list of `types.InlinedRequest` or the name of an uploaded JSONL
            file, on Vertex AI the address `gs://…` of such a file or `bq://…` of a table; or a `types.BatchJobSource`.
          dest: The same as `config.dest`.
          config: Name of the job, and on Vertex AI the destination of the results; see `types.CreateBatchJobConfig`.

        Requests in a list are encoded as `generate_content` encodes them, including tools, safety settings and system
        instruction. The `metadata` of a request is returned with its result.

        Raises:
          ValueError: An argument is invalid, or the backend does not support it; nothing was sent.
          errors.APIError: The call failed.

        Example::

            requests = [types.InlinedRequest(contents=text, metadata={"key": text}) for text in ("one", "two")]
            job = client.batches.create(model="gemini-2.5-flash", src=requests, config={"display_name": "Numbers"})
            for result in client.batches.results(job=client.batches.wait(job=job)):
                print(result.metadata, result.response.text)

        API: `models.batchGenerateContent`; `batchPredictionJobs.create` on Vertex AI.
        """
        return self._run(create_batch(self._port, model, src, dest, config))

    def create_embeddings(
        self,
        *,
        model: str,
        src: types.EmbeddingsBatchJobSourceOrDict
        | Iterables[types.ContentUnionDict | types.EmbedContentBatchOrDict]
        | str,
        config: types.CreateEmbeddingsBatchJobConfigOrDict | None = None,
    ) -> types.BatchJob:
        """Start a job that embeds many contents, and return the job. Gemini Developer API only.

        Args:
          model: Id or resource name of an embedding model.
          src: A list of contents, the name of an uploaded JSONL file, or a `types.EmbeddingsBatchJobSource`. An item of
            the list may also be a `types.EmbedContentBatch`: contents with settings of their own.
          config: Name of the job.

        Raises:
          ValueError: An argument is invalid, or the client calls Vertex AI; nothing was sent.
          errors.APIError: The call failed.

        Example::

            job = client.batches.create_embeddings(model="gemini-embedding-001", src=["a cat", "a dog"])

        API: `models.asyncBatchEmbedContent`.
        """
        return self._run(create_embeddings_batch(self._port, model, src, config))

    def get(self, *, name: str, config: types.GetBatchJobConfigOrDict | None = None) -> types.BatchJob:
        """Return the current state of a job, including its results if they are inline.

        Args:
          name: `batches/…`; on Vertex AI the full name, or the number at its end.
          config: HTTP options for this call.

        Raises:
          ValueError: `name` is not a valid batch job name; nothing was sent.
          errors.ClientError: There is no batch job with this name (code 404).

        Example::

            job = client.batches.get(name=job.name)
            print(job.state, job.done)

        API: `batches.get`; `batchPredictionJobs.get` on Vertex AI.
        """
        return self._run(invoke(self._port, GET, name=name, config=config))

    def wait(
        self,
        *,
        job: types.BatchJob | str,
        timeout_s: float | None = 86_400.0,
        poll_s: float = 5.0,
        progress: Progress | None = None,
    ) -> types.BatchJob:
        """Return a job once it has ended and has results.

        Args:
          job: The job, or its name.
          timeout_s: Longest time to wait, in seconds; None means no limit. The work itself continues after it.
          poll_s: Seconds before the first poll; later pauses grow up to a minute.
          progress: A function that is called with each new state, or True for a progress bar of rich or tqdm.

        Raises:
          errors.OperationFailedError: The job failed, was cancelled or expired; `last` is its final state.
          errors.NotDoneError: The job was not done in time; `last` is its last known state.

        Example::

            job = client.batches.wait(job=job, timeout_s=3600)

        API: `batches.get`; `batchPredictionJobs.get` on Vertex AI.
        """
        return self._run(wait_for_batch(self._port, self.get, job, timeout_s, poll_s, progress))

    def results(self, *, job: types.BatchJob | str) -> list[types.InlinedResponse]:
        """Return the results of a finished job, inline or from its results file. Gemini Developer API only.

        Each result has a `response` or an `error`, and the `metadata` of its request. For requests from a file, the key
        of the line is `metadata["key"]`. Results of embeddings are `types.InlinedEmbedContentResponse`, without
        metadata.

        Raises:
          ValueError: The job has no results, or they are in Cloud Storage or BigQuery.
          errors.APIError: The results file could not be downloaded.

        Example::

            by_key = {result.metadata["key"]: result.response for result in client.batches.results(job=job)}

        API: `batches.get`, `files.download`.
        """
        return self._run(batch_results(self._port, self.get, job))

    def cancel(self, *, name: str, config: types.CancelBatchJobConfigOrDict | None = None) -> None:
        """Cancel a job; results that are already done are kept.

        Args:
          name: As for `get`.
          config: HTTP options for this call.

        Raises:
          ValueError: `name` is not a valid batch job name; nothing was sent.
          errors.ClientError: There is no batch job with this name (code 404).

        Example::

            client.batches.cancel(name=job.name)

        API: `batches.cancel`; `batchPredictionJobs.cancel` on Vertex AI.
        """
        return self._run(invoke(self._port, CANCEL, name=name, config=config))

    def delete(self, *, name: str, config: types.DeleteBatchJobConfigOrDict | None = None) -> types.DeleteResourceJob:
        """Delete a job and its results.

        Args:
          name: As for `get`.
          config: HTTP options for this call.

        Raises:
          ValueError: `name` is not a valid batch job name; nothing was sent.
          errors.ClientError: There is no batch job with this name (code 404).

        Example::

            client.batches.delete(name=job.name)

        API: `batches.delete`; `batchPredictionJobs.delete` on Vertex AI.
        """
        return self._run(invoke(self._port, DELETE, name=name, config=config))

    def list(self, *, config: types.ListBatchJobsConfigOrDict | None = None) -> Pager[types.BatchJob]:
        """Return a pager over the jobs; iterating fetches further pages as needed.

        Example::

            for job in client.batches.list(config={"page_size": 10}):
                print(job.name, job.state)

        API: `batches.list`; `batchPredictionJobs.list` on Vertex AI.
        """
        return self._pages("batch_jobs", self._list, config)

    def _list(self, *, config: types.ListBatchJobsConfigOrDict | None = None) -> types.ListBatchJobsResponse:
        """Return one page of jobs."""
        return self._run(invoke(self._port, LIST, config=config))


# Conversions that other packages import


def _InlinedRequest_to_mldev(api_client: BaseApiClient, from_object: Any, parent_object: Any = None) -> dict[str, Any]:  # pyright: ignore[reportUnusedFunction]
    """Return a `types.InlinedRequest`, or a dict with its fields, as the Developer API expects it: a line of a file of requests."""
    from ._backend import Backend

    return inlined_request_as_json(Backend(False, base_url="", api_version=""), from_object)


def _GenerateContentResponse_from_mldev(from_object: Any, parent_object: Any = None) -> dict[str, Any]:  # pyright: ignore[reportUnusedFunction]
    """Return the fields of the `types.GenerateContentResponse` that a reply of the Developer API, as JSON, describes."""
    return fields_of_answer(from_object)


def __getattr__(name: str) -> object:
    return async_twin(globals(), name)
