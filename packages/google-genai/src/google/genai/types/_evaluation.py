"""Evaluation of a model's answers: metrics, the judge model, the destination of the results. Not part of this module:
the source of the answers, such as a tuning job.
"""

from collections.abc import Callable
from typing import Annotated, Any, TypeVar, Union

import pydantic
from pydantic import WithJsonSchema, model_validator
from typing_extensions import Self

from .._wire.marks import Via
from ._base import CaseInSensitiveEnum, Model
from ._generation_config import GenerationConfig

_NAME_IN_JSON = WithJsonSchema({"type": "string"})
"""The mark of a field for a function, which dumps replace by its name."""


class RubricContentType(CaseInSensitiveEnum):
    """Form of the criteria of a rubric. API: `RubricContentType`. Vertex AI only."""

    RUBRIC_CONTENT_TYPE_UNSPECIFIED = "RUBRIC_CONTENT_TYPE_UNSPECIFIED"
    """The service chooses."""
    PROPERTY = "PROPERTY"
    """Properties that a good answer has."""
    NL_QUESTION_ANSWER = "NL_QUESTION_ANSWER"
    """Questions about the answer, with the expected replies."""
    PYTHON_CODE_ASSERTION = "PYTHON_CODE_ASSERTION"
    """Assertions in Python that hold for a good answer."""


class ComputationBasedMetricType(CaseInSensitiveEnum):
    """Metric that is computed without a judge. API: `ComputationBasedMetricType`. Vertex AI only."""

    COMPUTATION_BASED_METRIC_TYPE_UNSPECIFIED = "COMPUTATION_BASED_METRIC_TYPE_UNSPECIFIED"
    """Unspecified; do not send it."""
    EXACT_MATCH = "EXACT_MATCH"
    """Whether the answer equals the reference text."""
    BLEU = "BLEU"
    """Sequences of words that the answer shares with the reference text, see `BleuSpec`."""
    ROUGE = "ROUGE"
    """Overlap of the answer with the reference text, see `RougeSpec`."""


class GcsDestination(Model):
    """Location in Cloud Storage for results. API: `GcsDestination`. Vertex AI only."""

    output_uri_prefix: str | None = None
    """Location "gs://bucket/prefix"; it is created if it does not exist."""


class OutputConfig(Model):
    """Destination of the results of an evaluation. API: `OutputConfig`. Vertex AI only."""

    gcs_destination: GcsDestination | None = None
    """Location in Cloud Storage."""


class AutoraterConfig(Model):
    """Settings of the judge model. API: `AutoraterConfig`. Vertex AI only."""

    sampling_count: int | None = None
    """How often the judge rates each answer, from 1 to 32; 4 when unset. More ratings are more reliable, and cost more."""

    flip_enabled: bool | None = None
    """Whether the two answers of a comparison are swapped half of the time, which compensates for a preference for the
    first one. Unset means yes.
    """

    autorater_model: str | None = None
    """The judge: a publisher model "projects/.../publishers/google/models/..." or the endpoint of a tuned model; the
    service's default judge when unset.
    """

    generation_config: GenerationConfig | None = None
    """Sampling and output settings of the judge."""


class Metric(Model, extra="allow"):
    """A metric of the quality of an answer. Its name selects a built-in metric; any other name needs a
    `prompt_template`, with which a judge model scores each answer.

    Example::

        types.Metric(
            name="politeness",
            prompt_template="Rate from 1 to 5 how polite this answer is: {response}",
        )
    """

    name: str | None = None
    """Name of the metric, not case-sensitive. Built-in names: "exact_match", "bleu", and names that start with "rouge",
    such as "rouge_1".
    """

    custom_function: Annotated[Callable[..., Any], _NAME_IN_JSON] | None = None
    """Python function that scores an answer. It is not sent to a tuning job. JSON contains its name."""

    prompt_template: str | None = None
    """Prompt for the judge, with placeholders such as "{prompt}" and "{response}" for fields of the data."""

    judge_model_system_instruction: str | None = None
    """System instruction of the judge; only with `prompt_template`."""

    return_raw_output: bool | None = None
    """Whether to return the judge's text instead of a parsed score. Unset means no."""

    parse_and_reduce_fn: Annotated[Callable[..., Any], _NAME_IN_JSON] | None = None
    """Python function that computes one score from the judge's answers. It is not sent to a tuning job."""

    aggregate_summary_fn: Annotated[Callable[..., Any], _NAME_IN_JSON] | None = None
    """Python function that summarizes the scores of all examples. It is not sent to a tuning job."""

    @model_validator(mode="after")
    def _check_name(self, info: pydantic.ValidationInfo) -> Self:
        if self.name:
            self.name = self.name.lower()
        elif info.mode == "python":  # a reply describes its metrics differently, and is not checked
            raise ValueError("expected a metric with a name, got none; set name")
        return self

    def to_yaml_file(self, file_path: str, version: str | None = None) -> None:
        """Write the metric to a YAML file, without its functions. Needs PyYAML.

        Args:
          file_path: Path of the file; an existing file is overwritten.
          version: Version of the metric, written next to its fields.
        """
        import yaml  # pyright: ignore[reportMissingModuleSource]

        functions = {name for name, value in self if callable(value)}
        fields = self.model_dump(mode="json", exclude=functions, exclude_none=True)
        if version:
            fields["version"] = version
        with open(file_path, "w", encoding="utf-8") as file:
            yaml.safe_dump(fields, file, sort_keys=False, allow_unicode=True)


MetricSubclass = TypeVar("MetricSubclass", bound=Metric)
"""A class derived from `Metric`."""


class CustomOutputFormatConfig(Model):
    """Format of a judge's verdict. API: `CustomOutputFormatConfig`. Vertex AI only."""

    return_raw_output: bool | None = None
    """Whether to return the judge's text. Unset means no: a score and an explanation are parsed from it."""


class BleuSpec(Model):
    """Settings of the BLEU metric, which compares word sequences with a reference text. API: `BleuSpec`. Vertex AI
    only.
    """

    use_effective_order: bool | None = None
    """Whether to ignore sequence lengths without any match, which helps with short texts. Unset means no."""


class RougeSpec(Model):
    """Settings of the ROUGE metric, which measures the overlap with a reference text. API: `RougeSpec`. Vertex AI only."""

    rouge_type: str | None = None
    """What to compare: sequences of n words ("rouge1" to "rouge9"), the longest common subsequence ("rougeL"), or that
    of each line ("rougeLsum").
    """

    split_summaries: bool | None = None
    """Whether to split the text into sentences first; only with "rougeLsum"."""

    use_stemmer: bool | None = None
    """Whether to reduce words to their stems before comparing them, by Porter's algorithm."""


class PairwiseMetricSpec(Model):
    """Metric with which a judge compares the answers of two models. API: `PairwiseMetricSpec`. Vertex AI only."""

    metric_prompt_template: str | None = None
    """Prompt for the judge, with placeholders in braces for fields of the data."""

    baseline_response_field_name: str | None = None
    """Field of the data that contains the baseline answer."""

    candidate_response_field_name: str | None = None
    """Field of the data that contains the answer to evaluate."""

    custom_output_format_config: CustomOutputFormatConfig | None = None
    """Format of the verdict; a choice and an explanation when unset."""

    system_instruction: str | None = None
    """Instruction for the role and rules of the judge."""


class PointwiseMetricSpec(Model):
    """Metric with which a judge scores each answer on its own. API: `PointwiseMetricSpec`. Vertex AI only."""

    metric_prompt_template: str | None = None
    """Prompt for the judge, with placeholders in braces for fields of the data."""

    custom_output_format_config: CustomOutputFormatConfig | None = None
    """Format of the verdict; a score and an explanation when unset."""

    system_instruction: str | None = None
    """Instruction for the role and rules of the judge."""


class PredefinedMetricSpec(Model):
    """Metric that the service provides under a name. API: `PredefinedMetricSpec`. Vertex AI only."""

    metric_spec_name: str | None = None
    """Name of the metric with its version, such as "general_quality_v1"."""

    metric_spec_parameters: dict[str, Any] | None = None
    """Parameters of the metric by name, as JSON values."""

    step_autorater_configs: dict[str, AutoraterConfig] | None = None
    """Judge models of single steps of the metric, by the name of the step; the metric's own judges when unset."""


class RubricGenerationSpec(Model):
    """Settings for letting a model write a rubric, the criteria for an answer, for each prompt. API:
    `RubricGenerationSpec`. Vertex AI only.
    """

    prompt_template: str | None = None
    """Prompt for the model that writes the rubric, with placeholders in braces for fields of the data; the service's
    own prompt when unset.
    """

    rubric_content_type: RubricContentType | None = None
    """Form of the criteria; the service chooses when unset."""

    rubric_type_ontology: list[str] | None = None
    """Names of the kinds of criteria to use, such as ["SAFETY", "STYLE"]; the model chooses when unset."""


class EvaluationParserConfigCustomCodeParserConfig(Model):
    """Program of your own that reads the verdict of a judge. API: `EvaluationParserConfig.CustomCodeParserConfig`.
    Vertex AI only.
    """

    parsing_function: str | None = None
    """Source code of a Python function `parse`, which takes the text of the judge and returns the result."""

    code_execution_region: str | None = None
    """Region of Google Cloud in which the code runs, such as "us-central1"; the service chooses when unset."""


class EvaluationParserConfig(Model):
    """Way in which the verdict of a judge is read. API: `EvaluationParserConfig`. Vertex AI only."""

    custom_code_parser_config: EvaluationParserConfigCustomCodeParserConfig | None = None
    """Program of your own that reads it."""


class LLMBasedMetricSpec(Model):
    """Metric with which a judge model scores an answer by a prompt or a rubric. API: `LLMBasedMetricSpec`. Vertex AI
    only.

    Set one of `rubric_group_key`, `rubric_generation_spec` and `predefined_rubric_generation_spec` to score by a
    rubric.
    """

    metric_prompt_template: str | None = None
    """Prompt for the judge, with placeholders in braces for fields of the data."""

    system_instruction: str | None = None
    """Instruction for the role and rules of the judge."""

    judge_autorater_config: AutoraterConfig | None = None
    """Judge model; the service's default judge when unset."""

    rubric_group_key: str | None = None
    """Key of a group of rubrics that the data already contains."""

    predefined_rubric_generation_spec: PredefinedMetricSpec | None = None
    """Rubric that the service writes in a way that it provides under a name."""

    rubric_generation_spec: RubricGenerationSpec | None = None
    """Rubric that a model writes by your prompt."""

    additional_config: dict[str, Any] | None = None
    """Further settings by name, as JSON values."""

    result_parser_config: EvaluationParserConfig | None = None
    """Way in which the verdict is read; a score and an explanation are parsed from it when unset."""


class CustomCodeExecutionSpec(Model):
    """Metric that a program of your own computes. API: `CustomCodeExecutionSpec`. Vertex AI only."""

    evaluation_function: str | None = None
    """Source code of a Python function `evaluate(instance)`, which takes a dict with the fields of the data and returns
    a number. The service runs it in a sandbox.
    """

    code_execution_region: str | None = None
    """Region of Google Cloud in which the code runs, such as "us-central1"; the service chooses when unset."""


class ComputationBasedMetricSpec(Model):
    """Metric that is computed without a judge. API: `ComputationBasedMetricSpec`. Vertex AI only."""

    type: ComputationBasedMetricType | None = None
    """The metric."""

    parameters: dict[str, Any] | None = None
    """Parameters of the metric by name, such as {"rouge_type": "rougeL"}."""


class UnifiedMetric(Model):
    """A metric in the form of the service; set one of the fields. API: `Metric`. Vertex AI only.

    `Metric` describes the most common ones more briefly.
    """

    bleu_spec: BleuSpec | None = None
    """BLEU, the sequences of words that the answer shares with a reference text."""

    rouge_spec: RougeSpec | None = None
    """ROUGE, the overlap of the answer with a reference text."""

    pointwise_metric_spec: PointwiseMetricSpec | None = None
    """A score that a judge gives to each answer on its own."""

    llm_based_metric_spec: LLMBasedMetricSpec | None = None
    """A score that a judge gives by a prompt or a rubric."""

    custom_code_execution_spec: CustomCodeExecutionSpec | None = None
    """A number that a program of your own computes."""

    predefined_metric_spec: PredefinedMetricSpec | None = None
    """A metric that the service provides under a name."""

    computation_based_metric_spec: ComputationBasedMetricSpec | None = None
    """A metric that is computed without a judge."""


MetricUnion = Union[Metric, UnifiedMetric]
"""A metric of an evaluation in either form."""


class EvaluationConfig(Model):
    """Settings for evaluating a tuned model. API: `EvaluationConfig`. Vertex AI only."""

    metrics: Annotated[list[MetricUnion] | None, Via("metric_specs")] = None
    """Metrics to compute. Their averages and standard deviations are reported."""

    output_config: OutputConfig | None = None
    """Destination of the results."""

    autorater_config: AutoraterConfig | None = None
    """Judge model for metrics that need one; the service's default judge when unset."""

    inference_generation_config: GenerationConfig | None = None
    """Sampling and output settings of the tuned model while it writes the answers to evaluate."""
