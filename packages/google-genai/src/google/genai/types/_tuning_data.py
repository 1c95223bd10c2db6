"""Statistics that Vertex AI reports about the data of a tuning job: sizes, distributions, samples. Not part of this
module: tuning jobs (see `_tuning`).
"""

from ._base import Model
from ._content import Content
from ._reinforcement import ReinforcementTuningUserDatasetExamples


class DatasetDistributionDistributionBucket(Model):
    """One bucket of a histogram. API: `DatasetDistribution.DistributionBucket`. Vertex AI only."""

    count: int | None = None
    """Number of values in the interval."""

    left: float | None = None
    """Lower bound of the interval, inclusive."""

    right: float | None = None
    """Upper bound of the interval, exclusive."""


class DatasetDistribution(Model):
    """Distribution of a value over the examples of a dataset. API: `DatasetDistribution`. Vertex AI only."""

    buckets: list[DatasetDistributionDistributionBucket] | None = None
    """Histogram of the values, in ascending order."""

    max: float | None = None
    """Largest value."""

    mean: float | None = None
    """Average of the values."""

    median: float | None = None
    """Median: half of the values are smaller."""

    min: float | None = None
    """Smallest value."""

    p5: float | None = None
    """Fifth percentile: 5 % of the values are smaller."""

    p95: float | None = None
    """Ninety-fifth percentile: 5 % of the values are larger."""

    sum: float | None = None
    """Sum of all values."""


class DatasetStats(Model):
    """Statistics of a dataset for distillation or for training by rewards. API: `DatasetStats`. Vertex AI only."""

    total_billable_character_count: int | None = None
    """Billable characters."""

    total_tuning_character_count: int | None = None
    """Number of characters in the training data."""

    tuning_dataset_example_count: int | None = None
    """Number of examples that the model is trained on."""

    tuning_step_count: int | None = None
    """Number of training steps of the whole job."""

    user_dataset_examples: list[Content] | None = None
    """A few examples from the data, to check how they were parsed."""

    user_input_token_distribution: DatasetDistribution | None = None
    """Number of tokens in the prompt, per example."""

    user_message_per_example_distribution: DatasetDistribution | None = None
    """Number of messages per example."""

    user_output_token_distribution: DatasetDistribution | None = None
    """Number of tokens in the answer, per example."""

    dropped_example_indices: list[int] | None = None
    """Positions of some of the dropped examples in the data, counted from 0."""

    dropped_example_reasons: list[str] | None = None
    """Why examples were dropped: one text for each entry of `dropped_example_indices`."""

    contents_per_example_distribution: DatasetDistribution | None = None
    """Number of turns per example."""

    reinforcement_tuning_user_dataset_examples: ReinforcementTuningUserDatasetExamples | None = None
    """A few examples from data for training by rewards, to check how they were parsed."""

    total_billable_token_count: int | None = None
    """Billable tokens."""


class DistillationDataStats(Model):
    """Statistics of the data for distillation. API: `DistillationDataStats`. Vertex AI only."""

    training_dataset_stats: DatasetStats | None = None
    """Statistics of the training data."""


class GeminiPreferenceExampleCompletion(Model):
    """One of the compared answers. API: `GeminiPreferenceExample.Completion`. Vertex AI only."""

    completion: Content | None = None
    """The answer, a turn of the model."""

    score: float | None = None
    """Score of the answer; better answers have higher scores."""


class GeminiPreferenceExample(Model):
    """A prompt with answers of different quality. API: `GeminiPreferenceExample`. Vertex AI only."""

    completions: list[GeminiPreferenceExampleCompletion] | None = None
    """Answers to compare, each with its score."""

    contents: list[Content] | None = None
    """The prompt: the turns before the answer."""


class PreferenceOptimizationDataStats(Model):
    """Statistics of the data for preference training. API: `PreferenceOptimizationDataStats`. Vertex AI only."""

    score_variance_per_example_distribution: DatasetDistribution | None = None
    """Variance of the scores within an example, per example."""

    scores_distribution: DatasetDistribution | None = None
    """Scores of the answers, over all examples."""

    total_billable_token_count: int | None = None
    """Billable tokens."""

    tuning_dataset_example_count: int | None = None
    """Number of examples that the model is trained on."""

    tuning_step_count: int | None = None
    """Number of training steps of the whole job."""

    user_dataset_examples: list[GeminiPreferenceExample] | None = None
    """A few examples from the training data, to check how they were parsed."""

    user_input_token_distribution: DatasetDistribution | None = None
    """Number of tokens in the prompt, per example."""

    user_output_token_distribution: DatasetDistribution | None = None
    """Number of tokens in the answer, per example."""

    dropped_example_indices: list[int] | None = None
    """Positions of some of the dropped examples in the data, counted from 0."""

    dropped_example_reasons: list[str] | None = None
    """Why examples were dropped: one text for each entry of `dropped_example_indices`."""


class SupervisedTuningDatasetDistributionDatasetBucket(Model):
    """One bucket of a histogram. API: `SupervisedTuningDatasetDistribution.DatasetBucket`. Vertex AI only."""

    count: float | None = None
    """Number of values in the interval."""

    left: float | None = None
    """Lower bound of the interval, inclusive."""

    right: float | None = None
    """Upper bound of the interval, exclusive."""


class SupervisedTuningDatasetDistribution(Model):
    """Distribution of a value over the examples of supervised training. API: `SupervisedTuningDatasetDistribution`.
    Vertex AI only.
    """

    billable_sum: int | None = None
    """Billable part of `sum`."""

    buckets: list[SupervisedTuningDatasetDistributionDatasetBucket] | None = None
    """Histogram of the values, in ascending order."""

    max: float | None = None
    """Largest value."""

    mean: float | None = None
    """Average of the values."""

    median: float | None = None
    """Median: half of the values are smaller."""

    min: float | None = None
    """Smallest value."""

    p5: float | None = None
    """Fifth percentile: 5 % of the values are smaller."""

    p95: float | None = None
    """Ninety-fifth percentile: 5 % of the values are larger."""

    sum: int | None = None
    """Sum of all values."""


class SupervisedTuningDataStats(Model):
    """Statistics of the data for supervised training. API: `SupervisedTuningDataStats`. Vertex AI only."""

    dropped_example_reasons: list[str] | None = None
    """Why examples were dropped: one text for each entry of `truncated_example_indices`."""

    total_billable_character_count: int | None = None
    """Billable characters."""

    total_billable_token_count: int | None = None
    """Billable tokens."""

    total_truncated_example_count: int | None = None
    """Number of examples that were truncated or dropped, because they were too long or lacked a required field."""

    total_tuning_character_count: int | None = None
    """Number of characters in the training data."""

    truncated_example_indices: list[int] | None = None
    """Positions of some of the truncated or dropped examples in the data, counted from 1."""

    tuning_dataset_example_count: int | None = None
    """Number of examples that the model is trained on."""

    tuning_step_count: int | None = None
    """Number of training steps of the whole job."""

    user_dataset_examples: list[Content] | None = None
    """A few examples from the training data, to check how they were parsed."""

    user_input_token_distribution: SupervisedTuningDatasetDistribution | None = None
    """Number of tokens in the prompt, per example."""

    user_message_per_example_distribution: SupervisedTuningDatasetDistribution | None = None
    """Number of messages per example."""

    user_output_token_distribution: SupervisedTuningDatasetDistribution | None = None
    """Number of tokens in the answer, per example."""


class TuningDataStats(Model):
    """Statistics of the data of a job; the field for its kind of training is set. API: `TuningJob.tuningDataStats`.
    Vertex AI only.
    """

    distillation_data_stats: DistillationDataStats | None = None
    """Statistics for distillation."""

    preference_optimization_data_stats: PreferenceOptimizationDataStats | None = None
    """Statistics for preference training."""

    supervised_tuning_data_stats: SupervisedTuningDataStats | None = None
    """Statistics for supervised training."""

    reinforcement_tuning_data_stats: DatasetStats | None = None
    """Statistics for training by rewards."""
