"""Tuning jobs, tuned models, and the options and results of `client.tunings`. Not part of this module: polling, settings
of each kind of training (see `_tuning_specs` and `_reinforcement`), statistics of the data (see `_tuning_data`),
evaluation of the result (see `_evaluation` and `_tuning_evaluation`).
"""

import datetime
from typing import Annotated, Any

from .._wire.marks import LOCAL, QUERY, VERTEX_ONLY, Itself, RepliedBy, Reply, Via, Wire
from ._base import CaseInSensitiveEnum, Model
from ._evaluation import EvaluationConfig
from ._http import HttpOptions, HttpResponse
from ._jobs import JOB_STATES_ENDED, JOB_STATES_SUCCEEDED, EncryptionSpec, GoogleRpcStatus, JobState
from ._reinforcement import (
    CompositeReinforcementTuningRewardConfig,
    ReinforcementTuningSpec,
    ReinforcementTuningThinkingLevel,
    SingleReinforcementTuningRewardConfig,
)
from ._tuning_data import TuningDataStats
from ._tuning_evaluation import EvaluateDatasetRun
from ._tuning_specs import (
    AdapterSize,
    DistillationSamplingSpec,
    DistillationSpec,
    FullFineTuningSpec,
    PartnerModelTuningSpec,
    PreferenceOptimizationSpec,
    SupervisedTuningSpec,
    TuningMode,
    VeoLoraTuningSpec,
    VeoTuningSpec,
)


class DeploymentResourcesType(CaseInSensitiveEnum):
    """Kind of machines on which a model is deployed. Kept only so that older programs run; no field uses it."""

    AUTOMATIC_RESOURCES = "AUTOMATIC_RESOURCES"
    """Machines that the service scales automatically."""
    DEDICATED_RESOURCES = "DEDICATED_RESOURCES"
    """Machines reserved for one model."""
    DEPLOYMENT_RESOURCES_TYPE_UNSPECIFIED = "DEPLOYMENT_RESOURCES_TYPE_UNSPECIFIED"
    """Unspecified."""
    SHARED_RESOURCES = "SHARED_RESOURCES"
    """A pool of machines shared by several models."""


class TuningMethod(CaseInSensitiveEnum):
    """Kind of training, see `CreateTuningJobConfig.method`."""

    SUPERVISED_FINE_TUNING = "SUPERVISED_FINE_TUNING"
    """Prompts with desired answers."""
    PREFERENCE_TUNING = "PREFERENCE_TUNING"
    """Prompts with a better and a worse answer."""
    DISTILLATION = "DISTILLATION"
    """Prompts, to which a larger model gives the answers to learn from."""
    REINFORCEMENT_TUNING = "REINFORCEMENT_TUNING"
    """Prompts, with graders that give each answer of the model a reward."""


class TuningJobState(CaseInSensitiveEnum):
    """What a running job is doing. API: `TuningJob.TuningJobState`. Vertex AI only."""

    TUNING_JOB_STATE_UNSPECIFIED = "TUNING_JOB_STATE_UNSPECIFIED"
    """Unspecified."""
    TUNING_JOB_STATE_WAITING_FOR_QUOTA = "TUNING_JOB_STATE_WAITING_FOR_QUOTA"
    """Waiting until the quota of the project allows the job."""
    TUNING_JOB_STATE_PROCESSING_DATASET = "TUNING_JOB_STATE_PROCESSING_DATASET"
    """Reading the data."""
    TUNING_JOB_STATE_WAITING_FOR_CAPACITY = "TUNING_JOB_STATE_WAITING_FOR_CAPACITY"
    """Waiting for machines of the service."""
    TUNING_JOB_STATE_TUNING = "TUNING_JOB_STATE_TUNING"
    """Training."""
    TUNING_JOB_STATE_POST_PROCESSING = "TUNING_JOB_STATE_POST_PROCESSING"
    """Preparing the tuned model for use."""


class TunedModelCheckpoint(Model):
    """State of a model saved during its training. API: `TunedModelCheckpoint`. Vertex AI only."""

    checkpoint_id: str | None = None
    """Identifier within the job, for `CreateTuningJobConfig.pre_tuned_model_checkpoint_id`."""

    epoch: int | None = None
    """Number of passes over the training data until then."""

    step: int | None = None
    """Number of training steps until then, each on one batch of examples."""

    endpoint: str | None = None
    """Endpoint "projects/.../endpoints/..." that serves this checkpoint; a valid `model` for `generate_content`."""


class TunedModel(Model):
    """Result of a tuning job. API: `TuningJob.tunedModel`; on the Developer API a `TunedModel`."""

    model: Annotated[str | None, Reply(gemini="name")] = None
    """Resource name of the model, for `models.get`: "projects/.../models/..." on Vertex AI, with "@" and the version if
    it has several; "tunedModels/..." on the Developer API.
    """

    endpoint: Annotated[str | None, Reply(gemini="name")] = None
    """Name to pass as `model` to `generate_content`: the endpoint on Vertex AI, the same as `model` on the Developer
    API.
    """

    checkpoints: list[TunedModelCheckpoint] | None = None
    """Checkpoints saved during the training, for comparison or further training; none with
    `export_last_checkpoint_only=True`. Vertex AI only.
    """


class PreTunedModel(Model):
    """A tuned model that a job trains further. API: `TuningJob.preTunedModel`. Vertex AI only."""

    base_model: str | None = None
    """Base model of the tuned model; reported by the service."""

    checkpoint_id: str | None = None
    """Checkpoint to start from; the tuned model's default checkpoint when unset."""

    tuned_model_name: str | None = None
    """Resource name "projects/.../models/..." of the tuned model, optionally with "@" and a version or alias."""


class TuningJobMetadata(Model):
    """Progress of the training. API: `TuningJob.tuningJobMetadata`. Vertex AI only."""

    completed_epoch_count: int | None = None
    """Number of finished passes over the training data."""

    completed_step_count: int | None = None
    """Number of finished training steps."""


class TuningJob(Model):
    """A tuning job, with its state and result. API: `TuningJob`; on the Developer API a `TunedModel`, which is both job
    and result.

    When `state` is `JOB_STATE_SUCCEEDED`, use the tuned model by its endpoint::

        job = client.tunings.get(name=job.name)
        if job.state == types.JobState.JOB_STATE_SUCCEEDED:
            client.models.generate_content(model=job.tuned_model.endpoint, contents="...")
    """

    sdk_http_response: HttpResponse | None = None
    """HTTP response that this object was read from: headers, attempts, raw bytes."""

    name: str | None = None
    """Resource name for `get` and `cancel`: "projects/.../tuningJobs/..." on Vertex AI, "tunedModels/..." on the
    Developer API.
    """

    state: JobState | None = None
    """State of the job. The states of the Developer API are translated to these names."""

    create_time: datetime.datetime | None = None
    """When the job was accepted."""

    start_time: Annotated[datetime.datetime | None, Reply(gemini="tuningTask.startTime")] = None
    """When the training began; None before that. API: `tuningTask.startTime` on the Developer API."""

    end_time: Annotated[datetime.datetime | None, Reply(gemini="tuningTask.completeTime")] = None
    """When the job ended, successfully or not; None before that. API: `tuningTask.completeTime` on the Developer API."""

    update_time: datetime.datetime | None = None
    """When the job last changed."""

    error: Annotated[GoogleRpcStatus | None, RepliedBy("vertex")] = None
    """Why the job failed or was cancelled; None otherwise. Vertex AI only."""

    description: str | None = None
    """Human-readable description of the job."""

    base_model: str | None = None
    """Model to train, such as "gemini-2.5-flash"; "models/..." on the Developer API."""

    tuned_model: Annotated[TunedModel | None, Itself("gemini")] = None
    """The tuned model. On Vertex AI it is set when the job has succeeded; on the Developer API it has the name of the
    job.
    """

    pre_tuned_model: Annotated[PreTunedModel | None, RepliedBy("vertex")] = None
    """Tuned model that is trained further, in place of `base_model`. Vertex AI only."""

    supervised_tuning_spec: Annotated[SupervisedTuningSpec | None, RepliedBy("vertex")] = None
    """Data and settings of supervised training; None for other kinds of training. Vertex AI only."""

    preference_optimization_spec: Annotated[PreferenceOptimizationSpec | None, RepliedBy("vertex")] = None
    """Data and settings of preference training; None for other kinds of training. Vertex AI only."""

    tuning_data_stats: Annotated[TuningDataStats | None, RepliedBy("vertex")] = None
    """Statistics of the training data, once the service has read it. Vertex AI only."""

    encryption_spec: Annotated[EncryptionSpec | None, RepliedBy("vertex")] = None
    """Customer-managed key that encrypts the job and its result; None with Google's keys. Vertex AI only."""

    partner_model_tuning_spec: Annotated[PartnerModelTuningSpec | None, RepliedBy("vertex")] = None
    """Data and settings of training another company's model. Vertex AI only."""

    evaluation_config: Annotated[EvaluationConfig | None, RepliedBy("vertex")] = None
    """Settings for evaluating the tuned model after the training; None if it is not evaluated. Vertex AI only."""

    custom_base_model: Annotated[str | None, RepliedBy("vertex")] = None
    """Directory "gs://bucket/prefix" with your own weights to start from; `base_model` is then the model from which
    they are derived. For open models. Vertex AI only.
    """

    experiment: Annotated[str | None, RepliedBy("vertex")] = None
    """Resource name of the Vertex AI experiment with the metrics of the training. Vertex AI only."""

    labels: Annotated[dict[str, str] | None, RepliedBy("vertex")] = None
    """Your own key-value pairs, for finding jobs and grouping costs. Vertex AI only."""

    output_uri: Annotated[str | None, RepliedBy("vertex")] = None
    """Location "gs://bucket/prefix" of the result; for open models. Vertex AI only."""

    pipeline_job: Annotated[str | None, RepliedBy("vertex")] = None
    """Vertex AI pipeline "projects/.../pipelineJobs/..." that runs the job, if there is one. Vertex AI only."""

    service_account: Annotated[str | None, RepliedBy("vertex")] = None
    """E-mail address of the service account that runs the job; None for an account of the service. Vertex AI only."""

    tuned_model_display_name: Annotated[str | None, RepliedBy("vertex")] = None
    """Human-readable name of the tuned model. Vertex AI only."""

    veo_tuning_spec: Annotated[VeoTuningSpec | None, RepliedBy("vertex")] = None
    """Data and settings of training a video model. Vertex AI only."""

    distillation_spec: Annotated[DistillationSpec | None, RepliedBy("vertex")] = None
    """Data and settings of distillation; None for other kinds of training. Vertex AI only."""

    reinforcement_tuning_spec: Annotated[ReinforcementTuningSpec | None, RepliedBy("vertex")] = None
    """Data and settings of training by rewards; None for other kinds of training. Vertex AI only."""

    evaluate_dataset_runs: Annotated[list[EvaluateDatasetRun] | None, RepliedBy("vertex")] = None
    """Evaluations of the checkpoints, if `evaluation_config` is set. Vertex AI only."""

    full_fine_tuning_spec: Annotated[FullFineTuningSpec | None, RepliedBy("vertex")] = None
    """Data and settings of training all weights of an open model; None for other kinds of training. Vertex AI only."""

    tuning_job_state: Annotated[TuningJobState | None, RepliedBy("vertex")] = None
    """What the job is doing while `state` is `JOB_STATE_RUNNING`. Vertex AI only."""

    tuning_job_metadata: Annotated[TuningJobMetadata | None, RepliedBy("vertex")] = None
    """Progress of the training. Vertex AI only."""

    veo_lora_tuning_spec: Annotated[VeoLoraTuningSpec | None, RepliedBy("vertex")] = None
    """Data and settings of training an adapter for a video model; None for other kinds of training. Vertex AI only."""

    distillation_sampling_spec: Annotated[DistillationSamplingSpec | None, RepliedBy("vertex")] = None
    """Data and settings of distillation from sampled answers; None for other kinds of training. Vertex AI only."""

    gcs_metrics_uri: Annotated[str | None, RepliedBy("vertex")] = None
    """Location "gs://bucket/prefix" of the metrics of the training. Vertex AI only."""

    @property
    def has_ended(self) -> bool:
        """Whether the job has ended: succeeded, failed or cancelled."""
        return self.state is not None and self.state.value in JOB_STATES_ENDED

    @property
    def has_succeeded(self) -> bool:
        """Whether the job has succeeded."""
        return self.state is not None and self.state.value in JOB_STATES_SUCCEEDED


class GetTuningJobConfig(Model):
    """Options of `tunings.get`."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """HTTP options for this call; each field set here overrides the client's."""


class ListTuningJobsConfig(Model):
    """Options of `tunings.list`."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """HTTP options for this call; each field set here overrides the client's."""

    page_size: Annotated[int | None, QUERY] = None
    """Maximum number of jobs on one page; the service chooses when unset and may return fewer."""

    page_token: Annotated[str | None, QUERY] = None
    """`next_page_token` of the previous page; the first page when unset. Pagers set it automatically."""

    filter: Annotated[str | None, QUERY] = None
    """Filter for jobs; all jobs when unset. Vertex AI takes a filter expression. The Developer API searches for the
    words in name and description, and supports "owner:me".
    """


class ListTuningJobsResponse(Model):
    """One page of jobs. API: `ListTuningJobsResponse`; `ListTunedModelsResponse` on the Developer API."""

    sdk_http_response: HttpResponse | None = None
    """HTTP response that this object was read from: headers, attempts, raw bytes."""

    next_page_token: str | None = None
    """Token of the next page; None on the last page."""

    tuning_jobs: Annotated[list[TuningJob] | None, Reply(gemini="tunedModels")] = None
    """Jobs on this page. API: `tunedModels` on the Developer API."""


class CancelTuningJobConfig(Model):
    """Options of `tunings.cancel`."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """HTTP options for this call; each field set here overrides the client's."""


class CancelTuningJobResponse(Model):
    """Result of `tunings.cancel`; contains only the HTTP response."""

    sdk_http_response: HttpResponse | None = None
    """HTTP response that this object was read from: headers, attempts, raw bytes."""


class TuningExample(Model):
    """A prompt with its desired answer. API: `TuningExample`. Gemini Developer API only."""

    output: str | None = None
    """Answer that the model should learn to give."""

    text_input: str | None = None
    """Prompt, as text."""


class TuningDataset(Model):
    """Training data. Set exactly one source: `examples` on the Gemini Developer API; `gcs_uri` or
    `vertex_dataset_resource` on Vertex AI.

        TuningDataset(gcs_uri="gs://bucket/train.jsonl")
    """

    gcs_uri: Annotated[str | None, Wire(vertex="{spec}.{training_data}")] = None
    """JSONL object "gs://bucket/object" with one example per line. API: `trainingDatasetUri` of the spec that
    `CreateTuningJobConfig.method` chooses; `promptDatasetUri` with `DISTILLATION`. Vertex AI only.
    """

    vertex_dataset_resource: Annotated[str | None, Wire(vertex="{spec}.{training_data}")] = None
    """Multimodal dataset "projects/.../locations/.../datasets/...". API: `trainingDatasetUri`, like `gcs_uri`. Vertex
    AI only.
    """

    examples: Annotated[list[TuningExample] | None, Wire(gemini="tuningTask.trainingData.examples.examples")] = None
    """Examples sent in the call itself. Gemini Developer API only."""


class TuningValidationDataset(Model):
    """Validation data, for evaluating a model during its training. Set exactly one of the two sources. Vertex AI only."""

    gcs_uri: Annotated[str | None, Wire(vertex="validationDatasetUri")] = None
    """JSONL object "gs://bucket/object" with one example per line, none of them from the training data."""

    vertex_dataset_resource: Annotated[str | None, Wire(vertex="validationDatasetUri")] = None
    """Multimodal dataset "projects/.../locations/.../datasets/..."."""


class CreateTuningJobConfig(Model):
    """Options of `tunings.tune`.

    On Vertex AI the settings are sent in `supervisedTuningSpec`, `preferenceOptimizationSpec`, `distillationSpec` or
    `reinforcementTuningSpec`, depending on `method`; on the Developer API in `tuningTask.hyperparameters`.

    Example::

        types.CreateTuningJobConfig(
            tuned_model_display_name="support-answers",
            epoch_count=3,
            validation_dataset=types.TuningValidationDataset(gcs_uri="gs://bucket/validation.jsonl"),
        )
    """

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """HTTP options for this call; each field set here overrides the client's."""

    method: Annotated[TuningMethod | None, Via("tuning_method")] = None
    """Kind of training; `SUPERVISED_FINE_TUNING`, on desired answers, when unset. On Vertex AI it determines the spec of
    the job; the Developer API supports only desired answers.
    """

    validation_dataset: Annotated[TuningValidationDataset | None, Wire(vertex="{spec}")] = None
    """Validation data; when unset, the model is not evaluated during training. Vertex AI only."""

    tuned_model_display_name: Annotated[str | None, Wire(gemini="displayName", vertex="tunedModelDisplayName")] = None
    """Human-readable name of the tuned model; not unique. API: `displayName` on the Developer API."""

    description: Annotated[str | None, VERTEX_ONLY] = None
    """Human-readable description of the job. Vertex AI only."""

    epoch_count: Annotated[
        int | None, Wire(gemini="tuningTask.hyperparameters.epochCount", vertex="{spec}.hyperParameters.epochCount")
    ] = None
    """Number of passes over the training data; the service chooses when unset."""

    learning_rate_multiplier: Annotated[
        float | None,
        Wire(
            gemini="tuningTask.hyperparameters.learningRateMultiplier",
            vertex="{spec}.hyperParameters.learningRateMultiplier",
        ),
    ] = None
    """Factor applied to the recommended learning rate; 1.0 leaves it unchanged. On the Developer API it cannot be
    combined with `learning_rate`.
    """

    export_last_checkpoint_only: Annotated[bool | None, Wire(vertex="{spec}.exportLastCheckpointOnly")] = None
    """Whether only the final checkpoint is kept and served; when unset, all checkpoints are. Vertex AI only."""

    pre_tuned_model_checkpoint_id: Annotated[str | None, Wire(vertex="preTunedModel.checkpointId")] = None
    """Checkpoint to start from, if the base model of the call is a tuned model ("projects/..."); its default checkpoint
    when unset. API: `preTunedModel.checkpointId`. Vertex AI only.
    """

    adapter_size: Annotated[AdapterSize | None, Wire(vertex="{spec}.hyperParameters.adapterSize")] = None
    """Size of the adapter; the service chooses one for the model when unset. Vertex AI only."""

    batch_size: Annotated[
        int | None, Wire(gemini="tuningTask.hyperparameters.batchSize", vertex="{spec}.hyperParameters.batchSize")
    ] = None
    """Number of examples per training step; the service chooses when unset. On Vertex AI for open models, and with
    `REINFORCEMENT_TUNING`.
    """

    learning_rate: Annotated[
        float | None,
        Wire(gemini="tuningTask.hyperparameters.learningRate", vertex="{spec}.hyperParameters.learningRate"),
    ] = None
    """Absolute learning rate. It cannot be combined with `learning_rate_multiplier`; the service chooses when both are
    unset. On Vertex AI only for open models.
    """

    evaluation_config: Annotated[EvaluationConfig | None, Wire(vertex="{spec}.evaluationConfig")] = None
    """Settings for evaluating the tuned model after the training; it is not evaluated when unset. Vertex AI only."""

    labels: Annotated[dict[str, str] | None, VERTEX_ONLY] = None
    """Your own key-value pairs, for finding jobs and grouping costs. Vertex AI only."""

    beta: Annotated[float | None, Wire(vertex="preferenceOptimizationSpec.hyperParameters.beta")] = None
    """How closely the model must keep its behaviour from before the training: with a larger number, the preferences
    change it less. Only with `PREFERENCE_TUNING`. Vertex AI only.
    """

    tuning_mode: Annotated[TuningMode | None, Wire(vertex="{spec}.tuningMode")] = None
    """Whether an adapter or the whole model is trained; the service chooses when unset. Vertex AI only."""

    custom_base_model: Annotated[str | None, VERTEX_ONLY] = None
    """Directory "gs://bucket/prefix" with your own weights to start from; the base model of the call is then the model
    from which they are derived. For open models. Vertex AI only.
    """

    base_teacher_model: Annotated[str | None, Wire(vertex="distillationSpec.baseTeacherModel")] = None
    """Base model to use as the teacher. Only with `DISTILLATION`. Vertex AI only."""

    tuned_teacher_model_source: Annotated[str | None, Wire(vertex="distillationSpec.tunedTeacherModelSource")] = None
    """Tuned model to use as the teacher instead of a base model: "projects/.../models/...". Only with `DISTILLATION`.
    Vertex AI only.
    """

    sft_loss_weight_multiplier: Annotated[
        float | None, Wire(vertex="distillationSpec.hyperParameters.sftLossWeightMultiplier")
    ] = None
    """Weight of the answers in the data against those of the teacher. Only with `DISTILLATION`. Vertex AI only."""

    output_uri: Annotated[str | None, VERTEX_ONLY] = None
    """Location "gs://bucket/prefix" for the result; for open models. Vertex AI only."""

    encryption_spec: Annotated[EncryptionSpec | None, VERTEX_ONLY] = None
    """Customer-managed key that encrypts the job and its result; Google's keys are used when unset. Vertex AI only."""

    reward_config: Annotated[
        SingleReinforcementTuningRewardConfig | None, Wire(vertex="reinforcementTuningSpec.singleRewardConfig")
    ] = None
    """Grader that gives each answer a reward. Only with `REINFORCEMENT_TUNING`. Vertex AI only."""

    composite_reward_config: Annotated[
        CompositeReinforcementTuningRewardConfig | None, Wire(vertex="reinforcementTuningSpec.compositeRewardConfig")
    ] = None
    """Several graders with weights, in place of `reward_config`. Only with `REINFORCEMENT_TUNING`. Vertex AI only."""

    samples_per_prompt: Annotated[
        int | None, Wire(vertex="reinforcementTuningSpec.hyperParameters.samplesPerPrompt")
    ] = None
    """Number of answers that the model writes for each prompt; the service chooses when unset. Only with
    `REINFORCEMENT_TUNING`. Vertex AI only.
    """

    evaluate_interval: Annotated[
        int | None, Wire(vertex="reinforcementTuningSpec.hyperParameters.evaluateInterval")
    ] = None
    """Number of steps between two evaluations; the service chooses when unset. Only with `REINFORCEMENT_TUNING`. Vertex
    AI only.
    """

    checkpoint_interval: Annotated[
        int | None, Wire(vertex="reinforcementTuningSpec.hyperParameters.checkpointInterval")
    ] = None
    """Number of steps between two checkpoints; the service chooses when unset. Only with `REINFORCEMENT_TUNING`. Vertex
    AI only.
    """

    max_output_tokens: Annotated[int | None, Wire(vertex="reinforcementTuningSpec.hyperParameters.maxOutputTokens")] = (
        None
    )
    """Maximum number of tokens of one answer during the training; the service chooses when unset. Only with
    `REINFORCEMENT_TUNING`. Vertex AI only.
    """

    thinking_level: Annotated[
        ReinforcementTuningThinkingLevel | None, Wire(vertex="reinforcementTuningSpec.hyperParameters.thinkingLevel")
    ] = None
    """Relative amount of reasoning during the training; the service chooses when unset. Only with
    `REINFORCEMENT_TUNING`. Vertex AI only.
    """

    validation_dataset_uri: Annotated[str | None, Wire(vertex="reinforcementTuningSpec.validationDatasetUri")] = None
    """Address of the validation data, in place of `validation_dataset`. Only with `REINFORCEMENT_TUNING`. Vertex AI
    only.
    """


class CreateTuningJobParameters(Model):
    """Arguments of `tunings.tune`."""

    base_model: str | None = None
    """Model to train, such as "gemini-2.5-flash". On Vertex AI it may also be a tuned model "projects/.../models/...",
    to train it further.
    """

    training_dataset: TuningDataset | None = None
    """Training data."""

    config: CreateTuningJobConfig | None = None
    """Options of the call."""


class TuningOperation(Model):
    """Long-running operation of the Developer API that creates a tuned model. API: `google.longrunning.Operation`.
    Gemini Developer API only.
    """

    sdk_http_response: HttpResponse | None = None
    """HTTP response that this object was read from: headers, attempts, raw bytes."""

    name: str | None = None
    """Resource name "tunedModels/.../operations/...", for `operations.get`."""

    metadata: dict[str, Any] | None = None
    """Progress as the service reports it; the key "tunedModel" is the name of the model."""

    done: bool | None = None
    """Whether the operation has ended, successfully or not; None means no."""

    error: dict[str, Any] | None = None
    """Why the operation failed; None while it runs and if it succeeded."""
