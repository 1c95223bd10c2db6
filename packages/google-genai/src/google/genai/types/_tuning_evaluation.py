"""Evaluations of checkpoints that a tuning job has run on a dataset, with their results. Not part of this module: settings
of evaluations (see `_evaluation`).
"""

from ._base import CaseInSensitiveEnum, Model
from ._jobs import GoogleRpcStatus


class AggregationMetric(CaseInSensitiveEnum):
    """Statistic over the scores of all examples. API: `AggregationMetric`. Vertex AI only."""

    AGGREGATION_METRIC_UNSPECIFIED = "AGGREGATION_METRIC_UNSPECIFIED"
    """Unspecified."""
    AVERAGE = "AVERAGE"
    """Arithmetic mean."""
    MODE = "MODE"
    """Most frequent score."""
    STANDARD_DEVIATION = "STANDARD_DEVIATION"
    """Standard deviation."""
    VARIANCE = "VARIANCE"
    """Variance."""
    MINIMUM = "MINIMUM"
    """Smallest score."""
    MAXIMUM = "MAXIMUM"
    """Largest score."""
    MEDIAN = "MEDIAN"
    """Median: half of the scores are smaller."""
    PERCENTILE_P90 = "PERCENTILE_P90"
    """90 % of the scores are smaller."""
    PERCENTILE_P95 = "PERCENTILE_P95"
    """95 % of the scores are smaller."""
    PERCENTILE_P99 = "PERCENTILE_P99"
    """99 % of the scores are smaller."""


class PairwiseChoice(CaseInSensitiveEnum):
    """Better one of two compared answers. API: `PairwiseChoice`. Vertex AI only."""

    PAIRWISE_CHOICE_UNSPECIFIED = "PAIRWISE_CHOICE_UNSPECIFIED"
    """Unspecified."""
    BASELINE = "BASELINE"
    """The answer of the baseline model."""
    CANDIDATE = "CANDIDATE"
    """The answer of the model that is evaluated."""
    TIE = "TIE"
    """Both are equally good."""


class BleuMetricValue(Model):
    """Result of the BLEU metric. API: `BleuMetricValue`. Vertex AI only."""

    score: float | None = None
    """Similarity to the reference text, from 0 to 1."""


class CustomCodeExecutionResult(Model):
    """Result of a metric that a program of your own computes. API: `CustomCodeExecutionResult`. Vertex AI only."""

    score: float | None = None
    """Number that the program returned."""


class ExactMatchMetricValue(Model):
    """Result of the comparison with a reference text. API: `ExactMatchMetricValue`. Vertex AI only."""

    score: float | None = None
    """1 if the answer equals the reference text, otherwise 0."""


class RawOutput(Model):
    """Texts of a judge. API: `RawOutput`. Vertex AI only."""

    raw_output: list[str] | None = None
    """One text for each rating."""


class CustomOutput(Model):
    """Verdict of a judge in a form of its own. API: `CustomOutput`. Vertex AI only."""

    raw_outputs: RawOutput | None = None
    """The texts of the judge."""


class PairwiseMetricResult(Model):
    """Result of a comparison of two answers. API: `PairwiseMetricResult`. Vertex AI only."""

    custom_output: CustomOutput | None = None
    """Verdict of the judge as text, if the metric asks for that."""

    explanation: str | None = None
    """Reasons of the judge."""

    pairwise_choice: PairwiseChoice | None = None
    """The better answer."""


class PointwiseMetricResult(Model):
    """Result of a score that a judge gave. API: `PointwiseMetricResult`. Vertex AI only."""

    custom_output: CustomOutput | None = None
    """Verdict of the judge as text, if the metric asks for that."""

    explanation: str | None = None
    """Reasons of the judge."""

    score: float | None = None
    """The score."""


class RougeMetricValue(Model):
    """Result of the ROUGE metric. API: `RougeMetricValue`. Vertex AI only."""

    score: float | None = None
    """Overlap with the reference text, from 0 to 1."""


class AggregationResult(Model):
    """Statistic of one metric over all examples; the field of the metric is set. API: `AggregationResult`. Vertex AI
    only.
    """

    aggregation_metric: AggregationMetric | None = None
    """The statistic."""

    bleu_metric_value: BleuMetricValue | None = None
    """Value, if the metric is BLEU."""

    custom_code_execution_result: CustomCodeExecutionResult | None = None
    """Value, if a program of your own computes the metric."""

    exact_match_metric_value: ExactMatchMetricValue | None = None
    """Value, if the metric is the comparison with a reference text."""

    pairwise_metric_result: PairwiseMetricResult | None = None
    """Value, if the metric compares two answers."""

    pointwise_metric_result: PointwiseMetricResult | None = None
    """Value, if a judge scores each answer."""

    rouge_metric_value: RougeMetricValue | None = None
    """Value, if the metric is ROUGE."""


class BigQuerySource(Model):
    """Table in BigQuery with data. API: `BigQuerySource`. Vertex AI only."""

    input_uri: str | None = None
    """The table, "bq://project.dataset.table"."""


class GcsSource(Model):
    """Objects in Cloud Storage with data. API: `GcsSource`. Vertex AI only."""

    uris: list[str] | None = None
    """The objects, each as "gs://bucket/object"."""


class EvaluationDataset(Model):
    """Data of an evaluation; one of the fields is set. API: `EvaluationDataset`. Vertex AI only."""

    bigquery_source: BigQuerySource | None = None
    """Table in BigQuery."""

    gcs_source: GcsSource | None = None
    """Objects in Cloud Storage."""


class AggregationOutput(Model):
    """Statistics of an evaluation. API: `AggregationOutput`. Vertex AI only."""

    aggregation_results: list[AggregationResult] | None = None
    """One entry for each metric and statistic."""

    dataset: EvaluationDataset | None = None
    """Data that was evaluated."""


class OutputInfo(Model):
    """Place of the results of an evaluation. API: `OutputInfo`. Vertex AI only."""

    gcs_output_directory: str | None = None
    """Directory in Cloud Storage, "gs://bucket/prefix/..."."""


class EvaluateDatasetResponse(Model):
    """Results of an evaluation. API: `EvaluateDatasetResponse`. Vertex AI only."""

    aggregation_output: AggregationOutput | None = None
    """Statistics over all examples."""

    output_info: OutputInfo | None = None
    """Place of the results of each example."""


class EvaluateDatasetRun(Model):
    """Evaluation of one checkpoint. API: `TuningJob.evaluateDatasetRuns`. Vertex AI only."""

    checkpoint_id: str | None = None
    """The checkpoint, see `TunedModelCheckpoint.checkpoint_id`."""

    error: GoogleRpcStatus | None = None
    """Why the evaluation failed; None if it succeeded."""

    evaluate_dataset_response: EvaluateDatasetResponse | None = None
    """Results of the evaluation; None until it has succeeded."""

    evaluation_run: str | None = None
    """Resource name of the evaluation, "projects/.../evaluationRuns/..."."""

    operation_name: str | None = None
    """Resource name of its long-running operation."""
