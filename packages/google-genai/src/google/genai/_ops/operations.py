"""The calls behind `client.operations`: each answers with the state of an operation, whose type the caller knows."""

from __future__ import annotations

from .. import types
from .._wire.operation import Get, InBody, Operation, Path, Post, Spread
from .._wire.transforms import resource_name

GET = Operation(
    "operations.get",
    returns=lambda: types.Operation,
    gemini=Get("{operation_name}"),
    vertex=Get("{operation_name}"),
    operation_name=Path(via=resource_name),
    config=Spread(lambda: types.GetOperationConfig),
)

FETCH_PREDICT_OPERATION = Operation(
    "operations.get",
    returns=lambda: types.Operation,
    vertex=Post("{resource_name}:fetchPredictOperation"),
    operation_name=InBody("operationName", via=resource_name),
    resource_name=Path(via=resource_name),
    config=Spread(lambda: types.FetchPredictOperationConfig),
)
