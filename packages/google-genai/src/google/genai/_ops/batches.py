"""The operations behind `client.batches`."""

from __future__ import annotations

from .. import types
from .._wire.irregular import batch_source, embeddings_source
from .._wire.operation import NOTHING, Body, Delete, Get, InBody, Named, Operation, Path, Post, Spread
from .._wire.transforms import batch_name, model_name

CREATE = Operation(
    "batches.create",
    returns=lambda: types.BatchJob,
    gemini=Post("{model}:batchGenerateContent"),
    vertex=Post("batchPredictionJobs"),
    model=Named(gemini=Path(via=model_name), vertex=InBody("model", via=model_name)),
    src=Body("batch.inputConfig", "inputConfig", via=batch_source),
    config=Spread(lambda: types.CreateBatchJobConfig),
)

CREATE_EMBEDDINGS = Operation(
    "batches.create_embeddings",
    returns=lambda: types.BatchJob,
    gemini=Post("{model}:asyncBatchEmbedContent"),
    model=Path(via=model_name),
    src=InBody("batch.inputConfig", via=embeddings_source),
    config=Spread(lambda: types.CreateEmbeddingsBatchJobConfig),
)

GET = Operation(
    "batches.get",
    returns=lambda: types.BatchJob,
    gemini=Get("{name}"),
    vertex=Get("{name}"),
    name=Path(via=batch_name),
    config=Spread(lambda: types.GetBatchJobConfig),
)

CANCEL = Operation(
    "batches.cancel",
    returns=NOTHING,
    gemini=Post("{name}:cancel"),
    vertex=Post("{name}:cancel"),
    name=Path(via=batch_name),
    config=Spread(lambda: types.CancelBatchJobConfig),
)

DELETE = Operation(
    "batches.delete",
    returns=lambda: types.DeleteResourceJob,
    gemini=Delete("{name}"),
    vertex=Delete("{name}"),
    name=Path(via=batch_name),
    config=Spread(lambda: types.DeleteBatchJobConfig),
)

LIST = Operation(
    "batches.list",
    returns=lambda: types.ListBatchJobsResponse,
    gemini=Get("batches"),
    vertex=Get("batchPredictionJobs"),
    config=Spread(lambda: types.ListBatchJobsConfig),
)
