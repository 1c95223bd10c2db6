"""Data and settings of the kinds of training: supervised, by preferences, by distillation, of video models and of other
companies' models. Not part of this module: training by rewards (see `_reinforcement`), jobs (see `_tuning`).
"""

from typing import Any

from ._base import CaseInSensitiveEnum, Model
from ._generation_config import GenerationConfig


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


class TuningSpeed(CaseInSensitiveEnum):
    """Speed of training a video model. API: `VeoHyperParameters.TuningSpeed`. Vertex AI only."""

    TUNING_SPEED_UNSPECIFIED = "TUNING_SPEED_UNSPECIFIED"
    """The service chooses."""
    REGULAR = "REGULAR"
    """The ordinary speed."""
    FAST = "FAST"
    """Faster training, which may cost more."""


class VideoOrientation(CaseInSensitiveEnum):
    """Orientation of the videos of the training data. API: `VeoLoraTuningSpec.VideoOrientation`. Vertex AI only."""

    VIDEO_ORIENTATION_UNSPECIFIED = "VIDEO_ORIENTATION_UNSPECIFIED"
    """Unspecified."""
    LANDSCAPE = "LANDSCAPE"
    """Wider than high."""
    PORTRAIT = "PORTRAIT"
    """Higher than wide."""


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


class FullFineTuningSpec(Model):
    """Training of all weights of an open model on prompts with desired answers. API: `TuningJob.fullFineTuningSpec`.
    Vertex AI only.
    """

    hyper_parameters: SupervisedHyperParameters | None = None
    """Settings of the training."""

    training_dataset_uri: str | None = None
    """Training data: a JSONL object "gs://bucket/object", or a Vertex AI multimodal dataset
    "projects/.../datasets/...".
    """

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

    veo_data_mixture_ratio: float | None = None
    """Share of the service's own videos in the training data, from 0 to 1; they keep the model from forgetting what it
    could do before.
    """

    adapter_size: AdapterSize | None = None
    """Size of the adapter; the service chooses one for the model when unset."""

    tuning_speed: TuningSpeed | None = None
    """Speed of the training; the service chooses when unset."""


class VeoTuningSpec(Model):
    """Training of a video model. API: `TuningJob.veoTuningSpec`. Vertex AI only."""

    hyper_parameters: VeoHyperParameters | None = None
    """Settings of the training."""

    training_dataset_uri: str | None = None
    """Training data: a JSONL object "gs://bucket/object"."""

    validation_dataset_uri: str | None = None
    """Validation data, in the format of the training data; when unset, the model is not evaluated during training."""


class VeoLoraTuningSpec(Model):
    """Training of an adapter for a video model. API: `TuningJob.veoLoraTuningSpec`. Vertex AI only."""

    hyper_parameters: VeoHyperParameters | None = None
    """Settings of the training."""

    training_dataset_uri: str | None = None
    """Training data: a JSONL object "gs://bucket/object"."""

    validation_dataset_uri: str | None = None
    """Validation data, in the format of the training data; when unset, the model is not evaluated during training."""

    video_orientation: VideoOrientation | None = None
    """Orientation of the videos of the training data."""


class DistillationHyperParameters(Model):
    """Settings of distillation. API: `DistillationHyperParameters`. Vertex AI only."""

    adapter_size: AdapterSize | None = None
    """Size of the adapter; the service chooses one for the model when unset."""

    epoch_count: int | None = None
    """Number of passes over the training data; the service chooses when unset."""

    learning_rate_multiplier: float | None = None
    """Factor applied to the recommended learning rate; 1.0 leaves it unchanged."""

    generation_config: GenerationConfig | None = None
    """Sampling and output settings of the teacher while it writes the answers to learn from."""

    learning_rate: float | None = None
    """Absolute learning rate; only for open models, others take `learning_rate_multiplier`."""

    batch_size: int | None = None
    """Number of examples per training step; only for open models."""


class DistillationSpec(Model):
    """Distillation: training of a small model (student) on the answers of a large one (teacher). API:
    `TuningJob.distillationSpec`. Vertex AI only.
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

    prompt_dataset_uri: str | None = None
    """Prompts for the teacher: a JSONL object "gs://bucket/object"."""

    tuning_mode: TuningMode | None = None
    """Whether an adapter or the whole student is trained."""


class DistillationSamplingSpec(Model):
    """Distillation in which the service samples the answers of the teacher. API: `TuningJob.distillationSamplingSpec`.
    Vertex AI only.
    """

    base_teacher_model: str | None = None
    """Base model to use as the teacher."""

    tuned_teacher_model_source: str | None = None
    """Tuned model to use as the teacher instead of a base model: "projects/.../models/..."."""

    validation_dataset_uri: str | None = None
    """Validation data, in the format of the training data; when unset, the model is not evaluated during training."""

    prompt_dataset_uri: str | None = None
    """Prompts for the teacher: a JSONL object "gs://bucket/object"."""

    hyperparameters: DistillationHyperParameters | None = None
    """Settings of the training."""
