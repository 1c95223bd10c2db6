"""The operations behind `client.tunings`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .operation import Get, InBody, Operation, Path, Post, Spread

if TYPE_CHECKING:
    from .. import types

TUNE: Operation[types.TuningJob] = Operation(
    "tunings.tune",
    returns="TuningJob",
    vertex=Post("tuningJobs"),
    defaults={"spec": "supervisedTuningSpec"},
    config=Spread("CreateTuningJobConfig"),
    base_model=InBody("baseModel", via="text", is_optional=True),
    tuned_model_name=InBody("preTunedModel.tunedModelName", via="text", is_optional=True),
    training_dataset=Spread("TuningDataset"),
)

TUNE_BY_OPERATION: Operation[types.TuningOperation] = Operation(
    "tunings.tune",
    returns="TuningOperation",
    gemini=Post("tunedModels"),
    base_model=InBody("baseModel", via="text"),
    training_dataset=Spread("TuningDataset"),
    config=Spread("CreateTuningJobConfig"),
)

GET: Operation[types.TuningJob] = Operation(
    "tunings.get",
    returns="TuningJob",
    gemini=Get("{name}"),
    vertex=Get("{name}"),
    name=Path(via="tuning_job_name"),
    config=Spread("GetTuningJobConfig"),
)

CANCEL: Operation[None] = Operation(
    "tunings.cancel",
    returns=None,
    gemini=Post("{name}:cancel"),
    vertex=Post("{name}:cancel"),
    name=Path(via="tuning_job_name"),
    config=Spread("CancelTuningJobConfig"),
)

LIST: Operation[types.ListTuningJobsResponse] = Operation(
    "tunings.list",
    returns="ListTuningJobsResponse",
    gemini=Get("tunedModels"),
    vertex=Get("tuningJobs"),
    config=Spread("ListTuningJobsConfig"),
)
