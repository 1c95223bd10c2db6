"""The operations behind `client.tunings`."""

from __future__ import annotations

from .. import types
from .._wire.operation import Get, InBody, Operation, Path, Post, Spread
from .._wire.transforms import content, object_of, resource_name, text, tuning_job_name

TUNE = Operation(
    "tunings.tune",
    returns=lambda: types.TuningJob,
    vertex=Post("tuningJobs"),
    defaults={"spec": "supervisedTuningSpec", "training_data": "trainingDatasetUri"},
    config=Spread(lambda: types.CreateTuningJobConfig),
    base_model=InBody("baseModel", via=text, is_optional=True),
    tuned_model_name=InBody("preTunedModel.tunedModelName", via=text, is_optional=True),
    training_dataset=Spread(lambda: types.TuningDataset),
)

TUNE_BY_OPERATION = Operation(
    "tunings.tune",
    returns=lambda: types.TuningOperation,
    gemini=Post("tunedModels"),
    base_model=InBody("baseModel", via=text),
    training_dataset=Spread(lambda: types.TuningDataset),
    config=Spread(lambda: types.CreateTuningJobConfig),
)

GET = Operation(
    "tunings.get",
    returns=lambda: types.TuningJob,
    gemini=Get("{name}"),
    vertex=Get("{name}"),
    name=Path(via=tuning_job_name),
    config=Spread(lambda: types.GetTuningJobConfig),
)

CANCEL = Operation(
    "tunings.cancel",
    returns=lambda: types.CancelTuningJobResponse,
    gemini=Post("{name}:cancel"),
    vertex=Post("{name}:cancel"),
    name=Path(via=tuning_job_name),
    config=Spread(lambda: types.CancelTuningJobConfig),
)

LIST = Operation(
    "tunings.list",
    returns=lambda: types.ListTuningJobsResponse,
    gemini=Get("tunedModels"),
    vertex=Get("tuningJobs"),
    config=Spread(lambda: types.ListTuningJobsConfig),
)

VALIDATE_REWARD = Operation(
    "tunings.validate_reward",
    returns=lambda: types.ValidateRewardResponse,
    vertex=Post("{parent}/tuningJobs:validateReinforcementTuningReward"),
    parent=Path(via=resource_name),
    sample_response=InBody("sampleResponse", via=content),
    example=InBody("example", via=object_of(lambda: types.ReinforcementTuningExample)),
    single_reward_config=InBody(
        "singleRewardConfig", via=object_of(lambda: types.SingleReinforcementTuningRewardConfig), is_optional=True
    ),
    composite_reward_config=InBody(
        "compositeRewardConfig", via=object_of(lambda: types.CompositeReinforcementTuningRewardConfig), is_optional=True
    ),
    config=Spread(lambda: types.ValidateRewardConfig),
)
