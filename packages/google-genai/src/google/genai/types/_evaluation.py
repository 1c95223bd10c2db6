"""Own how the answers of a model are judged: metrics, the judging model, where the outcome goes. Must not know what
produced the answers, a tuning job or anything else.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import pydantic
from pydantic import model_validator

from .._wire.marks import Via
from ._base import Model
from ._generation_config import GenerationConfig

if TYPE_CHECKING:
    from typing_extensions import Self


class GcsDestination(Model):
    """Place in Cloud Storage to write to. API: `GcsDestination`. Vertex AI only."""

    output_uri_prefix: str | None = None
    """Place "gs://bucket/prefix"; it is made if it is not there."""


class OutputConfig(Model):
    """Where the outcome of an evaluation is written. API: `OutputConfig`. Vertex AI only."""

    gcs_destination: GcsDestination | None = None
    """Place in Cloud Storage."""


class AutoraterConfig(Model):
    """Model that acts as the judge, and how it is asked. API: `AutoraterConfig`. Vertex AI only."""

    sampling_count: int | None = None
    """How often the judge is asked about each answer, from 1 to 32; 4 when unset. More makes the verdict steadier and
    dearer.
    """

    flip_enabled: bool | None = None
    """Whether the judge sees the two answers of a comparison in the opposite order half of the time, which evens out a
    liking for the first. Unset means yes.
    """

    autorater_model: str | None = None
    """Judge: a publisher model "projects/.../publishers/google/models/..." or the endpoint of a tuned one; the
    service's own judge when unset.
    """

    generation_config: GenerationConfig | None = None
    """Sampling and output settings of the judge."""


class Metric(Model, extra="allow"):
    """One measure of how good an answer is. The name picks a built-in one; any other name needs a `prompt_template`, by
    which a judge model scores each answer.

    Example::

        types.Metric(
            name="politeness",
            prompt_template="Rate from 1 to 5 how polite this answer is: {response}",
        )
    """

    name: str | None = None
    """Name of the metric. Built in are "exact_match", "bleu" and those that start with "rouge", such as "rouge_1"; case
    does not matter.
    """

    custom_function: Callable[..., Any] | None = None
    """Python function that scores an answer. It stays in your program: a tuning job is not told of it."""

    prompt_template: str | None = None
    """Question to the judge, with placeholders such as "{prompt}" and "{response}" for fields of the data."""

    judge_model_system_instruction: str | None = None
    """System instruction of the judge; of use together with `prompt_template`."""

    return_raw_output: bool | None = None
    """Whether the judge's own words come back in place of a parsed score. Unset means no."""

    parse_and_reduce_fn: Callable[..., Any] | None = None
    """Python function that makes one score of the judge's answers. It stays in your program: a tuning job is not told
    of it.
    """

    aggregate_summary_fn: Callable[..., Any] | None = None
    """Python function that sums up the scores of all examples. It stays in your program: a tuning job is not told of
    it.
    """

    @model_validator(mode="after")
    def _check_name(self, info: pydantic.ValidationInfo) -> "Self":
        if self.name:
            self.name = self.name.lower()
        elif info.mode == "python":  # a reply describes its metrics in another way, and is taken as it is
            raise ValueError("a metric needs a name")
        return self

    def to_yaml_file(self, file_path: str, version: str | None = None) -> None:
        """Write the metric into a YAML file, without its functions. Needs PyYAML.

        Args:
          file_path: The file, which is overwritten.
          version: Version of the metric, written beside its fields.
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


class EvaluationConfig(Model):
    """How a tuning job judges its outcome. API: `EvaluationConfig`. Vertex AI only."""

    metrics: Annotated[list[Metric] | None, Via("metric_specs")] = None
    """What is measured. Average and standard deviation of each metric are reported."""

    output_config: OutputConfig | None = None
    """Where the outcome is written."""

    autorater_config: AutoraterConfig | None = None
    """Judge of the metrics that need one; the service's own when unset."""


class CustomOutputFormatConfig(Model):
    """Form in which a judge's verdict comes back. API: `CustomOutputFormatConfig`. Vertex AI only."""

    return_raw_output: bool | None = None
    """Whether the judge's own words come back. Unset means no: a score and an explanation are read out of them."""


class BleuSpec(Model):
    """Settings of the metric BLEU, which compares word sequences with a reference text. API: `BleuSpec`. Vertex AI
    only.
    """

    use_effective_order: bool | None = None
    """Whether sequence lengths without any match are left out of the score, which helps with short texts. Unset means
    no.
    """


class RougeSpec(Model):
    """Settings of the metric ROUGE, which measures overlap with a reference text. API: `RougeSpec`. Vertex AI only."""

    rouge_type: str | None = None
    """What overlaps: sequences of n words ("rouge1" to "rouge9"), the longest common one ("rougeL"), or that of each
    line ("rougeLsum").
    """

    split_summaries: bool | None = None
    """Whether the text is split into sentences first; of use with "rougeLsum"."""

    use_stemmer: bool | None = None
    """Whether words are reduced to their stems before they are compared, by Porter's algorithm."""


class PairwiseMetricSpec(Model):
    """Metric by which a judge compares the answers of two models. API: `PairwiseMetricSpec`. Vertex AI only."""

    metric_prompt_template: str | None = None
    """Question to the judge, with placeholders in braces for fields of the data."""

    baseline_response_field_name: str | None = None
    """Field of the data that holds the answer to compare against."""

    candidate_response_field_name: str | None = None
    """Field of the data that holds the answer under test."""

    custom_output_format_config: CustomOutputFormatConfig | None = None
    """Form of the verdict; choice and explanation when unset."""

    system_instruction: str | None = None
    """Standing instruction for role and rules of the judge."""


class PointwiseMetricSpec(Model):
    """Metric by which a judge scores each answer alone. API: `PointwiseMetricSpec`. Vertex AI only."""

    metric_prompt_template: str | None = None
    """Question to the judge, with placeholders in braces for fields of the data."""

    custom_output_format_config: CustomOutputFormatConfig | None = None
    """Form of the verdict; score and explanation when unset."""

    system_instruction: str | None = None
    """Standing instruction for role and rules of the judge."""
