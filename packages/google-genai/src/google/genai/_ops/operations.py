"""The calls behind `client.operations`: each answers with the state of an operation, whose type the caller knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .operation import Get, InBody, Operation, Path, Post, Spread

if TYPE_CHECKING:
    from .. import types

GET: Operation[types.Operation] = Operation(
    "operations.get",
    returns="Operation",
    gemini=Get("{operation_name}"),
    vertex=Get("{operation_name}"),
    operation_name=Path(via="resource_name"),
    config=Spread("GetOperationConfig"),
)

FETCH_PREDICT_OPERATION: Operation[types.Operation] = Operation(
    "operations.get",
    returns="Operation",
    vertex=Post("{resource_name}:fetchPredictOperation"),
    operation_name=InBody("operationName", via="resource_name"),
    resource_name=Path(via="resource_name"),
    config=Spread("FetchPredictOperationConfig"),
)
