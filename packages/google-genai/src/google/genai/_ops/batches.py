"""The operations behind `client.batches`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .operation import Body, Delete, Get, InBody, Named, Operation, Path, Post, Spread

if TYPE_CHECKING:
    from .. import types

CREATE: Operation[types.BatchJob] = Operation(
    "batches.create",
    returns="BatchJob",
    gemini=Post("{model}:batchGenerateContent"),
    vertex=Post("batchPredictionJobs"),
    model=Named(gemini=Path(via="model_name"), vertex=InBody("model", via="model_name")),
    src=Body("batch.inputConfig", "inputConfig", via="batch_source"),
    config=Spread("CreateBatchJobConfig"),
)

CREATE_EMBEDDINGS: Operation[types.BatchJob] = Operation(
    "batches.create_embeddings",
    returns="BatchJob",
    gemini=Post("{model}:asyncBatchEmbedContent"),
    model=Path(via="model_name"),
    src=InBody("batch.inputConfig", via="embeddings_source"),
    config=Spread("CreateEmbeddingsBatchJobConfig"),
)

GET: Operation[types.BatchJob] = Operation(
    "batches.get",
    returns="BatchJob",
    gemini=Get("{name}"),
    vertex=Get("{name}"),
    name=Path(via="batch_name"),
    config=Spread("GetBatchJobConfig"),
)

CANCEL: Operation[None] = Operation(
    "batches.cancel",
    returns=None,
    gemini=Post("{name}:cancel"),
    vertex=Post("{name}:cancel"),
    name=Path(via="batch_name"),
    config=Spread("CancelBatchJobConfig"),
)

DELETE: Operation[types.DeleteResourceJob] = Operation(
    "batches.delete",
    returns="DeleteResourceJob",
    gemini=Delete("{name}"),
    vertex=Delete("{name}"),
    name=Path(via="batch_name"),
    config=Spread("DeleteBatchJobConfig"),
)

LIST: Operation[types.ListBatchJobsResponse] = Operation(
    "batches.list",
    returns="ListBatchJobsResponse",
    gemini=Get("batches"),
    vertex=Get("batchPredictionJobs"),
    config=Spread("ListBatchJobsConfig"),
)
