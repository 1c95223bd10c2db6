"""Tuning jobs with their data and settings, tuned models, and the options and results of `client.tunings`. Not part of
this module: polling, statistics of the data (see `_tuning_data`), evaluation of the result (see `_evaluation`).
"""

import datetime
from typing import Annotated, Any

from .._wire.marks import LOCAL, QUERY, VERTEX_ONLY, Itself, RepliedBy, Reply, Via, Wire
from ._base import CaseInSensitiveEnum, Model
from ._evaluation import EvaluationConfig
from ._http import HttpOptions, HttpResponse
from ._jobs import JOB_STATES_ENDED, JOB_STATES_SUCCEEDED, EncryptionSpec, GoogleRpcStatus, JobState
from ._tuning_data import TuningDataStats


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


class TuningMode(CaseInSensitiveEnum):
    """Which part of a model is trained. API: `SupervisedTuningSpec.TuningMode`. Vertex AI only."""

    TUNING_MODE_UNSPECIFIED = "TUNING_MODE_UNSPECIFIED"
    """The service chooses."""
    TUNING_MODE_FULL = "TUNING_MODE_FULL"
    """Train all weights of the model."""
    TUNING_MODE_PEFT_ADAPTER = "TUNING_MODE_PEFT_ADAPTER"
    """Leave the weights unchanged and train a small adapter."""


class AdapterSize(CaseInSensitiveEnum):
    """Size (rank) of the adapter that tuning trains. API: `AdapterSize`. Vertex AI only.

    A larger adapter can learn more from many examples, but tends to memorize few examples. The available sizes depend
    on the model.
    """

    ADAPTER_SIZE_UNSPECIFIED = "ADAPTER_SIZE_UNSPECIFIED"
    """The service chooses."""
    ADAPTER_SIZE_ONE = "ADAPTER_SIZE_ONE"
    """Rank 1, the smallest."""
    ADAPTER_SIZE_TWO = "ADAPTER_SIZE_TWO"
    """Rank 2."""
    ADAPTER_SIZE_FOUR = "ADAPTER_SIZE_FOUR"
    """Rank 4."""
    ADAPTER_SIZE_EIGHT = "ADAPTER_SIZE_EIGHT"
    """Rank 8."""
    ADAPTER_SIZE_SIXTEEN = "ADAPTER_SIZE_SIXTEEN"
    """Rank 16."""
    ADAPTER_SIZE_THIRTY_TWO = "ADAPTER_SIZE_THIRTY_TWO"
    """Rank 32, the largest."""


class TuningTask(CaseInSensitiveEnum):
    """Kind of input for which a video model is trained. API: `VeoHyperParameters.TuningTask`. Vertex AI only."""

    TUNING_TASK_UNSPECIFIED = "TUNING_TASK_UNSPECIFIED"
    """Unspecified."""
    TUNING_TASK_I2V = "TUNING_TASK_I2V"
    """Image to video: a picture, which the video animates."""
    TUNING_TASK_T2V = "TUNING_TASK_T2V"
    """Text to video: a text that describes the video."""
    TUNING_TASK_R2V = "TUNING_TASK_R2V"
    """Reference to video: reference pictures, whose subjects or style the video uses."""


class TuningMethod(CaseInSensitiveEnum):
    """Kind of training data, see `CreateTuningJobConfig.method`."""

    SUPERVISED_FINE_TUNING = "SUPERVISED_FINE_TUNING"
    """Prompts with desired answers."""
    PREFERENCE_TUNING = "PREFERENCE_TUNING"
    """Prompts with a better and a worse answer."""


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


class SupervisedHyperParameters(Model):
    """Settings of supervised training. API: `SupervisedHyperParameters`. Vertex AI only."""

    adapter_size: AdapterSize | None = None
    """Size of the adapter; the service chooses one for the model when unset."""

    batch_size: int | None = None
    """Number of examples per training step; only for open models."""

    epoch_count: int | None = None
    """Number of passes over the training data; the service chooses when unset."""

    learning_rate: float | None = None
    """Absolute learning rate; only for open models, others take `learning_rate_multiplier`."""

    learning_rate_multiplier: float | None = None
    """Factor applied to the recommended learning rate; 1.0 leaves it unchanged."""


class SupervisedTuningSpec(Model):
    """Training on prompts with desired answers. API: `TuningJob.supervisedTuningSpec`. Vertex AI only."""

    export_last_checkpoint_only: bool | None = None
    """Whether only the final checkpoint is kept and served; when unset, all checkpoints are."""

    hyper_parameters: SupervisedHyperParameters | None = None
    """Settings of the training."""

    training_dataset_uri: str | None = None
    """Training data: a JSONL object "gs://bucket/object", or a Vertex AI multimodal dataset
    "projects/.../datasets/...".
    """

    tuning_mode: TuningMode | None = None
    """Whether an adapter or the whole model is trained."""

    validation_dataset_uri: str | None = None
    """Validation data, in the format of the training data; when unset, the model is not evaluated during training."""


class PreferenceOptimizationHyperParameters(Model):
    """Settings of preference training. API: `PreferenceOptimizationHyperParameters`. Vertex AI only."""

    adapter_size: AdapterSize | None = None
    """Size of the adapter; the service chooses one for the model when unset."""

    beta: float | None = None
    """How closely the model must keep its behaviour from before the training: with a larger number, the preferences
    change it less.
    """

    epoch_count: int | None = None
    """Number of passes over the training data; the service chooses when unset."""

    learning_rate_multiplier: float | None = None
    """Factor applied to the recommended learning rate; 1.0 leaves it unchanged."""


class PreferenceOptimizationSpec(Model):
    """Preference training on better and worse answers. API: `TuningJob.preferenceOptimizationSpec`. Vertex AI only."""

    export_last_checkpoint_only: bool | None = None
    """Whether only the final checkpoint is kept and served; when unset, all checkpoints are."""

    hyper_parameters: PreferenceOptimizationHyperParameters | None = None
    """Settings of the training."""

    training_dataset_uri: str | None = None
    """Training data: a JSONL object "gs://bucket/object" with preference examples, see `GeminiPreferenceExample`."""

    validation_dataset_uri: str | None = None
    """Validation data, in the format of the training data; when unset, the model is not evaluated during training."""


class PreTunedModel(Model):
    """A tuned model that a job trains further. API: `TuningJob.preTunedModel`. Vertex AI only."""

    base_model: str | None = None
    """Base model of the tuned model; reported by the service."""

    checkpoint_id: str | None = None
    """Checkpoint to start from; the tuned model's default checkpoint when unset."""

    tuned_model_name: str | None = None
    """Resource name "projects/.../models/..." of the tuned model, optionally with "@" and a version or alias."""


class PartnerModelTuningSpec(Model):
    """Training of another company's model. API: `TuningJob.partnerModelTuningSpec`. Vertex AI only."""

    hyper_parameters: dict[str, Any] | None = None
    """Settings, with the names that the partner's model uses."""

    training_dataset_uri: str | None = None
    """Training data: a JSONL object "gs://bucket/object"."""

    validation_dataset_uri: str | None = None
    """Validation data, in the format of the training data; when unset, the model is not evaluated during training."""


class VeoHyperParameters(Model):
    """Settings of training a video model. API: `VeoHyperParameters`. Vertex AI only."""

    epoch_count: int | None = None
    """Number of passes over the training data; the service chooses when unset."""

    learning_rate_multiplier: float | None = None
    """Factor applied to the recommended learning rate; 1.0 leaves it unchanged."""

    tuning_task: TuningTask | None = None
    """Kind of input: text or pictures."""


class VeoTuningSpec(Model):
    """Training of a video model. API: `TuningJob.veoTuningSpec`. Vertex AI only."""

    hyper_parameters: VeoHyperParameters | None = None
    """Settings of the training."""

    training_dataset_uri: str | None = None
    """Training data: a JSONL object "gs://bucket/object"."""

    validation_dataset_uri: str | None = None
    """Validation data, in the format of the training data; when unset, the model is not evaluated during training."""


class DistillationHyperParameters(Model):
    """Settings of distillation. Kept only so that older programs run. Vertex AI only."""

    adapter_size: AdapterSize | None = None
    """Size of the adapter; the service chooses one for the model when unset."""

    epoch_count: int | None = None
    """Number of passes over the training data; the service chooses when unset."""

    learning_rate_multiplier: float | None = None
    """Factor applied to the recommended learning rate; 1.0 leaves it unchanged."""


class DistillationSpec(Model):
    """Distillation: training of a small model (student) on the answers of a large one (teacher). Kept only so that
    older programs run. Vertex AI only.
    """

    base_teacher_model: str | None = None
    """Base model to use as the teacher."""

    hyper_parameters: DistillationHyperParameters | None = None
    """Settings of the training."""

    pipeline_root_directory: str | None = None
    """Location "gs://bucket/prefix" for intermediate files of the job."""

    student_model: str | None = None
    """Model to train."""

    training_dataset_uri: str | None = None
    """Training data: a JSONL object "gs://bucket/object" with prompts."""

    tuned_teacher_model_source: str | None = None
    """Tuned model to use as the teacher instead of a base model: "projects/.../models/..."."""

    validation_dataset_uri: str | None = None
    """Validation data, in the format of the training data; when unset, the model is not evaluated during training."""


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

    distillation_spec: DistillationSpec | None = None
    """Data and settings of distillation. Kept only so that older programs run. Vertex AI only."""

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

    gcs_uri: Annotated[str | None, Wire(vertex="{spec}.trainingDatasetUri")] = None
    """JSONL object "gs://bucket/object" with one example per line. API: `trainingDatasetUri` of the spec that
    `CreateTuningJobConfig.method` chooses. Vertex AI only.
    """

    vertex_dataset_resource: Annotated[str | None, Wire(vertex="{spec}.trainingDatasetUri")] = None
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

    On Vertex AI the settings are sent in `supervisedTuningSpec` or `preferenceOptimizationSpec`, depending on `method`;
    on the Developer API in `tuningTask.hyperparameters`.

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
    """Kind of training data: desired answers (`SUPERVISED_FINE_TUNING`, the default) or preferences. On Vertex AI it
    determines the spec of the job; the Developer API supports only desired answers.
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

    batch_size: Annotated[int | None, Wire(gemini="tuningTask.hyperparameters.batchSize")] = None
    """Number of examples per training step; the service chooses when unset. Gemini Developer API only."""

    learning_rate: Annotated[float | None, Wire(gemini="tuningTask.hyperparameters.learningRate")] = None
    """Absolute learning rate. It cannot be combined with `learning_rate_multiplier`; the service chooses when both are
    unset. Gemini Developer API only.
    """

    evaluation_config: Annotated[EvaluationConfig | None, Wire(vertex="{spec}.evaluationConfig")] = None
    """Settings for evaluating the tuned model after the training; it is not evaluated when unset. Vertex AI only."""

    labels: Annotated[dict[str, str] | None, VERTEX_ONLY] = None
    """Your own key-value pairs, for finding jobs and grouping costs. Vertex AI only."""

    beta: Annotated[float | None, Wire(vertex="preferenceOptimizationSpec.hyperParameters.beta")] = None
    """How closely the model must keep its behaviour from before the training: with a larger number, the preferences
    change it less. Only with `PREFERENCE_TUNING`. Vertex AI only.
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
