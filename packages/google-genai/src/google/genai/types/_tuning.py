"""Own the description of tuning jobs: how a model is trained further, on what, with which settings, and the options and
answers of the calls of `client.tunings`. Must not know how a job is polled, nor how the figures about its data and the
judging of its result are made up.
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
    """Kind of machines that a model is deployed on. Older name, kept so that older programs run; no field uses it."""

    AUTOMATIC_RESOURCES = "AUTOMATIC_RESOURCES"
    """Machines that the service sizes by itself."""
    DEDICATED_RESOURCES = "DEDICATED_RESOURCES"
    """Machines reserved for one model."""
    DEPLOYMENT_RESOURCES_TYPE_UNSPECIFIED = "DEPLOYMENT_RESOURCES_TYPE_UNSPECIFIED"
    """Nothing stated."""
    SHARED_RESOURCES = "SHARED_RESOURCES"
    """A pool of machines that several models have in common."""


class TuningMode(CaseInSensitiveEnum):
    """How much of a model is trained. API: `SupervisedTuningSpec.TuningMode`. Vertex AI only."""

    TUNING_MODE_UNSPECIFIED = "TUNING_MODE_UNSPECIFIED"
    """Leave the choice to the service."""
    TUNING_MODE_FULL = "TUNING_MODE_FULL"
    """Train every weight of the model."""
    TUNING_MODE_PEFT_ADAPTER = "TUNING_MODE_PEFT_ADAPTER"
    """Keep the weights as they are and train a small adapter beside them."""


class AdapterSize(CaseInSensitiveEnum):
    """Size (rank) of the adapter that tuning trains. API: `AdapterSize`. Vertex AI only.

    A larger adapter can learn more from many examples; with few it tends to memorise them. Which sizes are offered
    depends on the model.
    """

    ADAPTER_SIZE_UNSPECIFIED = "ADAPTER_SIZE_UNSPECIFIED"
    """Leave the size to the service."""
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
    """What a video model is trained to start from. API: `VeoHyperParameters.TuningTask`. Vertex AI only."""

    TUNING_TASK_UNSPECIFIED = "TUNING_TASK_UNSPECIFIED"
    """Nothing stated."""
    TUNING_TASK_I2V = "TUNING_TASK_I2V"
    """A picture, which the video sets in motion."""
    TUNING_TASK_T2V = "TUNING_TASK_T2V"
    """A text that describes the video."""
    TUNING_TASK_R2V = "TUNING_TASK_R2V"
    """Reference pictures, whose subjects or style the video takes up."""


class TuningMethod(CaseInSensitiveEnum):
    """What a model learns from, see `CreateTuningJobConfig.method`."""

    SUPERVISED_FINE_TUNING = "SUPERVISED_FINE_TUNING"
    """Prompts with the answer that is wanted."""
    PREFERENCE_TUNING = "PREFERENCE_TUNING"
    """Prompts with a better and a worse answer."""


class TunedModelCheckpoint(Model):
    """State of the model at one point of its training. API: `TunedModelCheckpoint`. Vertex AI only."""

    checkpoint_id: str | None = None
    """Identifier within the job, as `CreateTuningJobConfig.pre_tuned_model_checkpoint_id` takes it."""

    epoch: int | None = None
    """Passes over the training data made by then."""

    step: int | None = None
    """Training steps, each on one batch of examples, made by then."""

    endpoint: str | None = None
    """Endpoint "projects/.../endpoints/..." that serves this state; a valid `model` for `generate_content`."""


class TunedModel(Model):
    """Where the outcome of a tuning job can be used. API: `TuningJob.tunedModel`; a `TunedModel` of its own on the
    Developer API.
    """

    model: Annotated[str | None, Reply(gemini="name")] = None
    """Resource name of the model, for `models.get`: "projects/.../models/..." on Vertex AI, with the version after "@"
    where it has several; "tunedModels/..." on the Developer API.
    """

    endpoint: Annotated[str | None, Reply(gemini="name")] = None
    """Name to pass as `model` to `generate_content`: the endpoint on Vertex AI, the same as `model` on the Developer
    API.
    """

    checkpoints: list[TunedModelCheckpoint] | None = None
    """States saved during the training, for comparison or to continue from; none with
    `export_last_checkpoint_only=True`. Vertex AI only.
    """


class SupervisedHyperParameters(Model):
    """Settings of supervised training. API: `SupervisedHyperParameters`. Vertex AI only."""

    adapter_size: AdapterSize | None = None
    """Size of the adapter; chosen by the service for the model when unset."""

    batch_size: int | None = None
    """Examples looked at in one training step; for open models only."""

    epoch_count: int | None = None
    """Passes over the whole training data; chosen by the service when unset."""

    learning_rate: float | None = None
    """Size of the training steps as an absolute number; for open models only, others take `learning_rate_multiplier`.
    """

    learning_rate_multiplier: float | None = None
    """Factor on the learning rate that the service recommends; 1.0 keeps it."""


class SupervisedTuningSpec(Model):
    """Training on prompts with wanted answers. API: `TuningJob.supervisedTuningSpec`. Vertex AI only."""

    export_last_checkpoint_only: bool | None = None
    """Whether only the final state is kept and served; unset means that checkpoints are, too."""

    hyper_parameters: SupervisedHyperParameters | None = None
    """Settings of the training."""

    training_dataset_uri: str | None = None
    """Training data: a JSONL object "gs://bucket/object", or a Vertex AI multimodal dataset
    "projects/.../datasets/...".
    """

    tuning_mode: TuningMode | None = None
    """Whether an adapter or the whole model is trained."""

    validation_dataset_uri: str | None = None
    """Data to measure the model on while it is trained, in the form of the training data; nothing is measured when
    unset.
    """


class PreferenceOptimizationHyperParameters(Model):
    """Settings of training on preferences. API: `PreferenceOptimizationHyperParameters`. Vertex AI only."""

    adapter_size: AdapterSize | None = None
    """Size of the adapter; chosen by the service for the model when unset."""

    beta: float | None = None
    """How closely the model is held to its behaviour before the training: a larger number lets the preferences change
    it less.
    """

    epoch_count: int | None = None
    """Passes over the whole training data; chosen by the service when unset."""

    learning_rate_multiplier: float | None = None
    """Factor on the learning rate that the service recommends; 1.0 keeps it."""


class PreferenceOptimizationSpec(Model):
    """Training on better and worse answers. API: `TuningJob.preferenceOptimizationSpec`. Vertex AI only."""

    export_last_checkpoint_only: bool | None = None
    """Whether only the final state is kept and served; unset means that checkpoints are, too."""

    hyper_parameters: PreferenceOptimizationHyperParameters | None = None
    """Settings of the training."""

    training_dataset_uri: str | None = None
    """Training data: a JSONL object "gs://bucket/object" with preference examples, see `GeminiPreferenceExample`."""

    validation_dataset_uri: str | None = None
    """Data to measure the model on while it is trained, in the form of the training data; nothing is measured when
    unset.
    """


class PreTunedModel(Model):
    """Tuned model that a job trains further. API: `TuningJob.preTunedModel`. Vertex AI only."""

    base_model: str | None = None
    """Base model behind the tuned one; reported by the service."""

    checkpoint_id: str | None = None
    """Checkpoint to start from; the tuned model's default one when unset."""

    tuned_model_name: str | None = None
    """Resource name "projects/.../models/..." of the tuned model, with "@" and a version or alias where wanted."""


class PartnerModelTuningSpec(Model):
    """Training of another company's model. API: `TuningJob.partnerModelTuningSpec`. Vertex AI only."""

    hyper_parameters: dict[str, Any] | None = None
    """Settings by the names that the partner's model knows them under."""

    training_dataset_uri: str | None = None
    """Training data: a JSONL object "gs://bucket/object"."""

    validation_dataset_uri: str | None = None
    """Data to measure the model on while it is trained, in the form of the training data; nothing is measured when
    unset.
    """


class VeoHyperParameters(Model):
    """Settings of training a video model. API: `VeoHyperParameters`. Vertex AI only."""

    epoch_count: int | None = None
    """Passes over the whole training data; chosen by the service when unset."""

    learning_rate_multiplier: float | None = None
    """Factor on the learning rate that the service recommends; 1.0 keeps it."""

    tuning_task: TuningTask | None = None
    """Whether the videos start from text or from pictures."""


class VeoTuningSpec(Model):
    """Training of a video model. API: `TuningJob.veoTuningSpec`. Vertex AI only."""

    hyper_parameters: VeoHyperParameters | None = None
    """Settings of the training."""

    training_dataset_uri: str | None = None
    """Training data: a JSONL object "gs://bucket/object"."""

    validation_dataset_uri: str | None = None
    """Data to measure the model on while it is trained, in the form of the training data; nothing is measured when
    unset.
    """


class DistillationHyperParameters(Model):
    """Settings of training by distillation. Older name, kept so that older programs run. Vertex AI only."""

    adapter_size: AdapterSize | None = None
    """Size of the adapter; chosen by the service for the model when unset."""

    epoch_count: int | None = None
    """Passes over the whole training data; chosen by the service when unset."""

    learning_rate_multiplier: float | None = None
    """Factor on the learning rate that the service recommends; 1.0 keeps it."""


class DistillationSpec(Model):
    """Training of a small model (student) on the answers of a large one (teacher). Older name, kept so that older
    programs run. Vertex AI only.
    """

    base_teacher_model: str | None = None
    """Base model that teaches."""

    hyper_parameters: DistillationHyperParameters | None = None
    """Settings of the training."""

    pipeline_root_directory: str | None = None
    """Place "gs://bucket/prefix" for the files that the job writes on the way."""

    student_model: str | None = None
    """Model that is trained."""

    training_dataset_uri: str | None = None
    """Training data: a JSONL object "gs://bucket/object" with prompts."""

    tuned_teacher_model_source: str | None = None
    """Tuned model that teaches in place of a base model: "projects/.../models/..."."""

    validation_dataset_uri: str | None = None
    """Data to measure the model on while it is trained, in the form of the training data; nothing is measured when
    unset.
    """


class TuningJob(Model):
    """One training of a model and what has become of it. API: `TuningJob`; on the Developer API a `TunedModel`, which
    is job and outcome in one.

    Once `state` is `JOB_STATE_SUCCEEDED`, the outcome is used by its endpoint::

        job = client.tunings.get(name=job.name)
        if job.state == types.JobState.JOB_STATE_SUCCEEDED:
            client.models.generate_content(model=job.tuned_model.endpoint, contents="...")
    """

    sdk_http_response: HttpResponse | None = None
    """HTTP reply behind this object: headers, attempts, raw bytes."""

    name: str | None = None
    """Resource name for `get` and `cancel`: "projects/.../tuningJobs/..." on Vertex AI, "tunedModels/..." on the
    Developer API.
    """

    state: JobState | None = None
    """Stage of the job. The Developer API's stages of a tuned model appear under the names used here."""

    create_time: datetime.datetime | None = None
    """When the job was accepted."""

    start_time: Annotated[datetime.datetime | None, Reply(gemini="tuningTask.startTime")] = None
    """When the training began; None before that. API: `tuningTask.startTime` on the Developer API."""

    end_time: Annotated[datetime.datetime | None, Reply(gemini="tuningTask.completeTime")] = None
    """When the job ended, well or badly; None before that. API: `tuningTask.completeTime` on the Developer API."""

    update_time: datetime.datetime | None = None
    """When the job last changed."""

    error: Annotated[GoogleRpcStatus | None, RepliedBy("vertex")] = None
    """Why the job failed or was cancelled; None otherwise. Vertex AI only."""

    description: str | None = None
    """Text about the job, for people."""

    base_model: str | None = None
    """Model that is trained, such as "gemini-2.5-flash"; "models/..." on the Developer API."""

    tuned_model: Annotated[TunedModel | None, Itself("gemini")] = None
    """Where the outcome can be used. On Vertex AI it is there once the job has succeeded; on the Developer API it is
    the job's own name.
    """

    pre_tuned_model: Annotated[PreTunedModel | None, RepliedBy("vertex")] = None
    """Tuned model that the training continues from, in place of `base_model`. Vertex AI only."""

    supervised_tuning_spec: Annotated[SupervisedTuningSpec | None, RepliedBy("vertex")] = None
    """Data and settings of supervised training; None for the other kinds. Vertex AI only."""

    preference_optimization_spec: Annotated[PreferenceOptimizationSpec | None, RepliedBy("vertex")] = None
    """Data and settings of training on preferences; None for the other kinds. Vertex AI only."""

    tuning_data_stats: Annotated[TuningDataStats | None, RepliedBy("vertex")] = None
    """Figures about the training data, once it was read. Vertex AI only."""

    encryption_spec: Annotated[EncryptionSpec | None, RepliedBy("vertex")] = None
    """Key of your own by which the job and its outcome are encrypted; None with Google's keys. Vertex AI only."""

    partner_model_tuning_spec: Annotated[PartnerModelTuningSpec | None, RepliedBy("vertex")] = None
    """Data and settings of training another company's model. Vertex AI only."""

    evaluation_config: Annotated[EvaluationConfig | None, RepliedBy("vertex")] = None
    """How the outcome is judged after the training; None when it is not. Vertex AI only."""

    custom_base_model: Annotated[str | None, RepliedBy("vertex")] = None
    """Directory "gs://bucket/prefix" with weights of your own that the training starts from; `base_model` then says
    what they derive from. For open models. Vertex AI only.
    """

    experiment: Annotated[str | None, RepliedBy("vertex")] = None
    """Vertex AI experiment that holds the metrics of the training, as a resource name. Vertex AI only."""

    labels: Annotated[dict[str, str] | None, RepliedBy("vertex")] = None
    """Key-value pairs of your own, for finding jobs and breaking down the bill. Vertex AI only."""

    output_uri: Annotated[str | None, RepliedBy("vertex")] = None
    """Place "gs://bucket/prefix" that the outcome is written to; for open models. Vertex AI only."""

    pipeline_job: Annotated[str | None, RepliedBy("vertex")] = None
    """Vertex AI pipeline "projects/.../pipelineJobs/..." that carries out the job, where there is one. Vertex AI only.
    """

    service_account: Annotated[str | None, RepliedBy("vertex")] = None
    """E-mail address of the account as which the job runs; one of the service's own when None. Vertex AI only."""

    tuned_model_display_name: Annotated[str | None, RepliedBy("vertex")] = None
    """Name for people that the outcome gets. Vertex AI only."""

    veo_tuning_spec: Annotated[VeoTuningSpec | None, RepliedBy("vertex")] = None
    """Data and settings of training a video model. Vertex AI only."""

    distillation_spec: DistillationSpec | None = None
    """Data and settings of training by distillation. Older name, kept so that older programs run. Vertex AI only."""

    @property
    def has_ended(self) -> bool:
        """Whether the job has come to its end, whatever that is: a tuned model, a failure, cancelled."""
        return self.state is not None and self.state.value in JOB_STATES_ENDED

    @property
    def has_succeeded(self) -> bool:
        """Whether the job has made a tuned model."""
        return self.state is not None and self.state.value in JOB_STATES_SUCCEEDED


class GetTuningJobConfig(Model):
    """Hold the options of `tunings.get`."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """Transport settings for this call alone; they override those of the client field by field."""


class ListTuningJobsConfig(Model):
    """Hold the options of `tunings.list`."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """Transport settings for this call alone; they override those of the client field by field."""

    page_size: Annotated[int | None, QUERY] = None
    """Most jobs in one page; the service sets the number when unset, and may return fewer."""

    page_token: Annotated[str | None, QUERY] = None
    """`next_page_token` of the page before; the first page when unset. Pagers set it themselves."""

    filter: Annotated[str | None, QUERY] = None
    """Condition that the jobs have to meet; all when unset. Vertex AI takes a filter expression; the Developer API
    looks for the words in name and description and knows "owner:me".
    """


class ListTuningJobsResponse(Model):
    """One page of jobs. API: `ListTuningJobsResponse`; `ListTunedModelsResponse` on the Developer API."""

    sdk_http_response: HttpResponse | None = None
    """HTTP reply behind this object: headers, attempts, raw bytes."""

    next_page_token: str | None = None
    """Token of the next page; None on the last one."""

    tuning_jobs: Annotated[list[TuningJob] | None, Reply(gemini="tunedModels")] = None
    """Jobs of this page. API: `tunedModels` on the Developer API."""


class CancelTuningJobConfig(Model):
    """Hold the options of `tunings.cancel`."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """Transport settings for this call alone; they override those of the client field by field."""


class TuningExample(Model):
    """One prompt with the answer that is wanted. API: `TuningExample`. Gemini Developer API only."""

    output: str | None = None
    """Answer that the model should learn to give."""

    text_input: str | None = None
    """Prompt, as text."""


class TuningDataset(Model):
    """What a model is trained on. Set exactly one place: `examples` on the Gemini Developer API; `gcs_uri` or
    `vertex_dataset_resource` on Vertex AI.

        TuningDataset(gcs_uri="gs://bucket/train.jsonl")
    """

    gcs_uri: Annotated[str | None, Wire(vertex="{spec}.trainingDatasetUri")] = None
    """JSONL object "gs://bucket/object" with one example on every line. API: `trainingDatasetUri` of the spec that
    `CreateTuningJobConfig.method` chooses. Vertex AI only.
    """

    vertex_dataset_resource: Annotated[str | None, Wire(vertex="{spec}.trainingDatasetUri")] = None
    """Multimodal dataset "projects/.../locations/.../datasets/...". API: `trainingDatasetUri`, like `gcs_uri`. Vertex
    AI only.
    """

    examples: Annotated[list[TuningExample] | None, Wire(gemini="tuningTask.trainingData.examples.examples")] = None
    """Examples sent along with the call. Gemini Developer API only."""


class TuningValidationDataset(Model):
    """What a model is measured on while it is trained. Set exactly one of the two places. Vertex AI only."""

    gcs_uri: Annotated[str | None, Wire(vertex="validationDatasetUri")] = None
    """JSONL object "gs://bucket/object" with one example on every line, none of them from the training data."""

    vertex_dataset_resource: Annotated[str | None, Wire(vertex="validationDatasetUri")] = None
    """Multimodal dataset "projects/.../locations/.../datasets/..."."""


class CreateTuningJobConfig(Model):
    """Hold the options of `tunings.tune`.

    On Vertex AI the settings travel in `supervisedTuningSpec` or `preferenceOptimizationSpec`, as `method` says; on the
    Developer API in `tuningTask.hyperparameters`.

    Example::

        types.CreateTuningJobConfig(
            tuned_model_display_name="support-answers",
            epoch_count=3,
            validation_dataset=types.TuningValidationDataset(gcs_uri="gs://bucket/validation.jsonl"),
        )
    """

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """Transport settings for this call alone; they override those of the client field by field."""

    method: Annotated[TuningMethod | None, Via("tuning_method")] = None
    """What the model learns from: wanted answers (`SUPERVISED_FINE_TUNING`, also when unset) or preferences. It chooses
    the spec of the job on Vertex AI; the Developer API trains on wanted answers only.
    """

    validation_dataset: Annotated[TuningValidationDataset | None, Wire(vertex="{spec}")] = None
    """Data to measure the model on while it is trained; nothing is measured when unset. Vertex AI only."""

    tuned_model_display_name: Annotated[str | None, Wire(gemini="displayName", vertex="tunedModelDisplayName")] = None
    """Name for people that the outcome gets; not unique. API: `displayName` on the Developer API."""

    description: Annotated[str | None, VERTEX_ONLY] = None
    """Text about the job, for people. Vertex AI only."""

    epoch_count: Annotated[
        int | None, Wire(gemini="tuningTask.hyperparameters.epochCount", vertex="{spec}.hyperParameters.epochCount")
    ] = None
    """Passes over the whole training data; the service decides when unset."""

    learning_rate_multiplier: Annotated[
        float | None,
        Wire(
            gemini="tuningTask.hyperparameters.learningRateMultiplier",
            vertex="{spec}.hyperParameters.learningRateMultiplier",
        ),
    ] = None
    """Factor on the learning rate that the service recommends; 1.0 keeps it. On the Developer API not together with
    `learning_rate`.
    """

    export_last_checkpoint_only: Annotated[bool | None, Wire(vertex="{spec}.exportLastCheckpointOnly")] = None
    """Whether only the final state is kept and served; unset means that checkpoints are, too. Vertex AI only."""

    pre_tuned_model_checkpoint_id: Annotated[str | None, Wire(vertex="preTunedModel.checkpointId")] = None
    """Checkpoint to start from when the base model of the call is a tuned one ("projects/..."); its default checkpoint
    when unset. API: `preTunedModel.checkpointId`. Vertex AI only.
    """

    adapter_size: Annotated[AdapterSize | None, Wire(vertex="{spec}.hyperParameters.adapterSize")] = None
    """Size of the adapter; chosen by the service for the model when unset. Vertex AI only."""

    batch_size: Annotated[int | None, Wire(gemini="tuningTask.hyperparameters.batchSize")] = None
    """Examples looked at in one training step; the service decides when unset. Gemini Developer API only."""

    learning_rate: Annotated[float | None, Wire(gemini="tuningTask.hyperparameters.learningRate")] = None
    """Size of the training steps as an absolute number, not together with `learning_rate_multiplier`; the service
    decides when both are unset. Gemini Developer API only.
    """

    evaluation_config: Annotated[EvaluationConfig | None, Wire(vertex="{spec}.evaluationConfig")] = None
    """How to judge the outcome after the training; it is not judged when unset. Vertex AI only."""

    labels: Annotated[dict[str, str] | None, VERTEX_ONLY] = None
    """Key-value pairs of your own, for finding jobs and breaking down the bill. Vertex AI only."""

    beta: Annotated[float | None, Wire(vertex="preferenceOptimizationSpec.hyperParameters.beta")] = None
    """How closely the model is held to its behaviour before the training: a larger number lets the preferences change
    it less. Of use with `PREFERENCE_TUNING` only. Vertex AI only.
    """


class CreateTuningJobParameters(Model):
    """Hold everything that `tunings.tune` takes."""

    base_model: str | None = None
    """Model to train, such as "gemini-2.5-flash". On Vertex AI also a tuned model "projects/.../models/..." to train
    further.
    """

    training_dataset: TuningDataset | None = None
    """What to train on."""

    config: CreateTuningJobConfig | None = None
    """Options of the call."""


class TuningOperation(Model):
    """Operation by which the Developer API creates a tuned model. API: `google.longrunning.Operation`. Gemini Developer
    API only.
    """

    sdk_http_response: HttpResponse | None = None
    """HTTP reply behind this object: headers, attempts, raw bytes."""

    name: str | None = None
    """Resource name "tunedModels/.../operations/...", under which the operation is looked up."""

    metadata: dict[str, Any] | None = None
    """Progress as the service reports it; the key "tunedModel" names the model in the making."""

    done: bool | None = None
    """Whether the operation has ended, well or badly; None counts as no."""

    error: dict[str, Any] | None = None
    """Why the operation failed; None while it runs and when it went well."""
