"""Own the figures that Vertex AI reports about the data of a tuning job: sizes, distributions, samples. Must not know
how a job is described, started or paid for.
"""

from ._base import Model
from ._content import Content


class DatasetDistributionDistributionBucket(Model):
    """One bar of a histogram. API: `DatasetDistribution.DistributionBucket`. Vertex AI only."""

    count: int | None = None
    """How many values fall into the interval."""

    left: float | None = None
    """Lower end of the interval, which belongs to it."""

    right: float | None = None
    """Upper end of the interval, which does not belong to it."""


class DatasetDistribution(Model):
    """How a figure varies over the examples of a dataset. API: `DatasetDistribution`. Vertex AI only."""

    buckets: list[DatasetDistributionDistributionBucket] | None = None
    """Histogram of the values, from small to large."""

    max: float | None = None
    """Largest value."""

    mean: float | None = None
    """Average of the values."""

    median: float | None = None
    """Value in the middle: half of them are smaller."""

    min: float | None = None
    """Smallest value."""

    p5: float | None = None
    """Fifth percentile: 5 % of the values are smaller."""

    p95: float | None = None
    """Ninety-fifth percentile: 5 % of the values are larger."""

    sum: float | None = None
    """All values added up."""


class DatasetStats(Model):
    """Figures about a dataset used for distillation. API: `DatasetStats`. Vertex AI only."""

    total_billable_character_count: int | None = None
    """Characters charged for."""

    total_tuning_character_count: int | None = None
    """Characters of the training data."""

    tuning_dataset_example_count: int | None = None
    """Examples that the model is trained on."""

    tuning_step_count: int | None = None
    """Training steps of the whole job."""

    user_dataset_examples: list[Content] | None = None
    """A few examples from the data, for a look at how they were read."""

    user_input_token_distribution: DatasetDistribution | None = None
    """Tokens of the prompts, per example."""

    user_message_per_example_distribution: DatasetDistribution | None = None
    """Messages per example."""

    user_output_token_distribution: DatasetDistribution | None = None
    """Tokens of the answers, per example."""


class DistillationDataStats(Model):
    """Figures about the data of training by distillation. API: `DistillationDataStats`. Vertex AI only."""

    training_dataset_stats: DatasetStats | None = None
    """Figures about the training data."""


class GeminiPreferenceExampleCompletion(Model):
    """One of the answers that are compared. API: `GeminiPreferenceExample.Completion`. Vertex AI only."""

    completion: Content | None = None
    """Answer itself, a turn of the model."""

    score: float | None = None
    """How good the answer is; a better one has a higher number."""


class GeminiPreferenceExample(Model):
    """One prompt with answers of different quality. API: `GeminiPreferenceExample`. Vertex AI only."""

    completions: list[GeminiPreferenceExampleCompletion] | None = None
    """Answers to compare, each with its score."""

    contents: list[Content] | None = None
    """Prompt: the turns before the answer."""


class PreferenceOptimizationDataStats(Model):
    """Figures about the data of training on preferences. API: `PreferenceOptimizationDataStats`. Vertex AI only."""

    score_variance_per_example_distribution: DatasetDistribution | None = None
    """How far the scores within one example lie apart, as their variance, per example."""

    scores_distribution: DatasetDistribution | None = None
    """Scores of the answers, over all examples."""

    total_billable_token_count: int | None = None
    """Tokens charged for."""

    tuning_dataset_example_count: int | None = None
    """Examples that the model is trained on."""

    tuning_step_count: int | None = None
    """Training steps of the whole job."""

    user_dataset_examples: list[GeminiPreferenceExample] | None = None
    """A few examples from the training data, for a look at how they were read."""

    user_input_token_distribution: DatasetDistribution | None = None
    """Tokens of the prompts, per example."""

    user_output_token_distribution: DatasetDistribution | None = None
    """Tokens of the answers, per example."""


class SupervisedTuningDatasetDistributionDatasetBucket(Model):
    """One bar of a histogram. API: `SupervisedTuningDatasetDistribution.DatasetBucket`. Vertex AI only."""

    count: float | None = None
    """How many values fall into the interval."""

    left: float | None = None
    """Lower end of the interval, which belongs to it."""

    right: float | None = None
    """Upper end of the interval, which does not belong to it."""


class SupervisedTuningDatasetDistribution(Model):
    """How a figure varies over the examples of supervised training. API: `SupervisedTuningDatasetDistribution`. Vertex
    AI only.
    """

    billable_sum: int | None = None
    """What is charged for out of `sum`."""

    buckets: list[SupervisedTuningDatasetDistributionDatasetBucket] | None = None
    """Histogram of the values, from small to large."""

    max: float | None = None
    """Largest value."""

    mean: float | None = None
    """Average of the values."""

    median: float | None = None
    """Value in the middle: half of them are smaller."""

    min: float | None = None
    """Smallest value."""

    p5: float | None = None
    """Fifth percentile: 5 % of the values are smaller."""

    p95: float | None = None
    """Ninety-fifth percentile: 5 % of the values are larger."""

    sum: int | None = None
    """All values added up."""


class SupervisedTuningDataStats(Model):
    """Figures about the data of supervised training. API: `SupervisedTuningDataStats`. Vertex AI only."""

    dropped_example_reasons: list[str] | None = None
    """Why an example was left out: one text for each entry of `truncated_example_indices`."""

    total_billable_character_count: int | None = None
    """Characters charged for."""

    total_billable_token_count: int | None = None
    """Tokens charged for."""

    total_truncated_example_count: int | None = None
    """Examples that were cut or left out, being too long or lacking a required field."""

    total_tuning_character_count: int | None = None
    """Characters of the training data."""

    truncated_example_indices: list[int] | None = None
    """Some of the examples that were cut or left out, by their position in the data, counted from 1."""

    tuning_dataset_example_count: int | None = None
    """Examples that the model is trained on."""

    tuning_step_count: int | None = None
    """Training steps of the whole job."""

    user_dataset_examples: list[Content] | None = None
    """A few examples from the training data, for a look at how they were read."""

    user_input_token_distribution: SupervisedTuningDatasetDistribution | None = None
    """Tokens of the prompts, per example."""

    user_message_per_example_distribution: SupervisedTuningDatasetDistribution | None = None
    """Messages per example."""

    user_output_token_distribution: SupervisedTuningDatasetDistribution | None = None
    """Tokens of the answers, per example."""


class TuningDataStats(Model):
    """Figures about the data of a job; the field of its kind of training is set. API: `TuningJob.tuningDataStats`.
    Vertex AI only.
    """

    distillation_data_stats: DistillationDataStats | None = None
    """Figures for training by distillation."""

    preference_optimization_data_stats: PreferenceOptimizationDataStats | None = None
    """Figures for training on preferences."""

    supervised_tuning_data_stats: SupervisedTuningDataStats | None = None
    """Figures for supervised training."""
