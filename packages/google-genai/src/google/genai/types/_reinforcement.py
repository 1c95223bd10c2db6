"""Training by rewards: graders, which give each answer of the model a reward, their composition, and the settings of the
training. Not part of this module: jobs (see `_tuning`), metrics (see `_evaluation`).
"""

from typing import Annotated

from .._wire.marks import LOCAL
from ._base import CaseInSensitiveEnum, Model
from ._content import Content
from ._evaluation import AutoraterConfig
from ._http import HttpOptions, HttpResponse
from ._jobs import GoogleRpcStatus
from ._tools import Tool
from ._tuning_specs import AdapterSize


class ResponseParseType(CaseInSensitiveEnum):
    """Way in which the text to grade is taken from an answer. API: `ResponseParseType`. Vertex AI only."""

    RESPONSE_PARSE_TYPE_UNSPECIFIED = "RESPONSE_PARSE_TYPE_UNSPECIFIED"
    """Unspecified; treated as `IDENTITY`."""
    IDENTITY = "IDENTITY"
    """The whole answer."""
    REGEX_EXTRACT = "REGEX_EXTRACT"
    """The part of the answer that a regular expression finds."""


class MatchOperation(CaseInSensitiveEnum):
    """Comparison of a text with an expression. API: `MatchOperation`. Vertex AI only."""

    MATCH_OPERATION_UNSPECIFIED = "MATCH_OPERATION_UNSPECIFIED"
    """Unspecified; do not send it."""
    REGEX_CONTAINS = "REGEX_CONTAINS"
    """The text contains a match of the expression, which is regular."""
    PARTIAL_MATCH = "PARTIAL_MATCH"
    """The text contains the expression."""
    EXACT_MATCH = "EXACT_MATCH"
    """The text equals the expression."""


class ReinforcementTuningThinkingLevel(CaseInSensitiveEnum):
    """Relative amount of reasoning of the model during its training. API: `ReinforcementTuningThinkingLevel`. Vertex AI
    only.
    """

    REINFORCEMENT_TUNING_THINKING_LEVEL_UNSPECIFIED = "REINFORCEMENT_TUNING_THINKING_LEVEL_UNSPECIFIED"
    """The service chooses."""
    MINIMAL = "MINIMAL"
    """As little reasoning as possible."""
    LOW = "LOW"
    """Little reasoning."""
    MEDIUM = "MEDIUM"
    """A balance between depth and speed."""
    HIGH = "HIGH"
    """Deep reasoning."""


class ReinforcementTuningParseResponseConfig(Model):
    """Part of an answer to grade. API: `ReinforcementTuningParseResponseConfig`. Vertex AI only."""

    parse_type: ResponseParseType | None = None
    """Way in which the text is taken from the answer; the whole answer when unset."""

    regex_extract_expression: str | None = None
    """Regular expression for `REGEX_EXTRACT`; its first group is the text, or its whole match if it has none."""


class ReinforcementTuningAutoraterScorerParsedResponseConversionScorer(Model):
    """Reward that is the verdict of the judge, read as a number; it has no settings. Vertex AI only."""


class ReinforcementTuningAutoraterScorerExactMatchScorer(Model):
    """Reward that depends on whether the verdict of the judge equals a text. Vertex AI only."""

    correct_answer_reward: float | None = None
    """Reward if it does."""

    wrong_answer_reward: float | None = None
    """Reward if it does not."""

    expression: str | None = None
    """The text. Placeholders in braces stand for `references` of the example."""


class ReinforcementTuningAutoraterScorer(Model):
    """Grader that asks a judge model. API: `ReinforcementTuningAutoraterScorer`. Vertex AI only.

    Set `parsed_response_conversion_scorer` or `exact_match_scorer`.
    """

    autorater_config: AutoraterConfig | None = None
    """Judge model; the service's default judge when unset."""

    autorater_prompt: str | None = None
    """Prompt for the judge. Placeholders in braces stand for the prompt, the answer and `references` of the example."""

    autorater_response_parse_config: ReinforcementTuningParseResponseConfig | None = None
    """Part of the judge's text that is the verdict; all of it when unset."""

    parsed_response_conversion_scorer: ReinforcementTuningAutoraterScorerParsedResponseConversionScorer | None = None
    """Set it if the verdict is the reward as a number."""

    exact_match_scorer: ReinforcementTuningAutoraterScorerExactMatchScorer | None = None
    """Set it if the verdict is a text to compare."""


class ReinforcementTuningCodeExecutionRewardScorer(Model):
    """Grader that runs a program of your own. API: `ReinforcementTuningCodeExecutionRewardScorer`. Vertex AI only."""

    python_code_snippet: str | None = None
    """Source code in Python that computes the reward. The service runs it in a sandbox."""


class ReinforcementTuningStringMatchRewardScorerStringMatchExpression(Model):
    """Comparison of the answer with an expression. Vertex AI only."""

    match_operation: MatchOperation | None = None
    """Kind of comparison."""

    expression: str | None = None
    """The expression. Placeholders in braces stand for `references` of the example."""


class ReinforcementTuningStringMatchRewardScorerJsonMatchExpression(Model):
    """Comparison of one value of an answer in JSON with an expression. Vertex AI only."""

    key_name: str | None = None
    """Key of the value in the answer."""

    value_string_match_expression: ReinforcementTuningStringMatchRewardScorerStringMatchExpression | None = None
    """Comparison of the value."""


class ReinforcementTuningStringMatchRewardScorer(Model):
    """Grader that compares the answer with an expression. API: `ReinforcementTuningStringMatchRewardScorer`. Vertex AI
    only.

    Set `string_match_expression` or `json_match_expression`.
    """

    wrong_answer_reward: float | None = None
    """Reward if the comparison fails."""

    correct_answer_reward: float | None = None
    """Reward if it succeeds."""

    string_match_expression: ReinforcementTuningStringMatchRewardScorerStringMatchExpression | None = None
    """Comparison of the whole answer."""

    json_match_expression: ReinforcementTuningStringMatchRewardScorerJsonMatchExpression | None = None
    """Comparison of one value of an answer in JSON."""


class ReinforcementTuningCloudRunRewardScorer(Model):
    """Grader that calls a Cloud Run service of your own. API: `ReinforcementTuningCloudRunRewardScorer`. Vertex AI
    only.
    """

    cloud_run_uri: str | None = None
    """Address of the service, "https://...run.app"."""


class SingleReinforcementTuningRewardConfig(Model):
    """One grader; set one of the fields that end in `_scorer`. API: `SingleReinforcementTuningRewardConfig`. Vertex AI
    only.
    """

    autorater_scorer: ReinforcementTuningAutoraterScorer | None = None
    """Grader that asks a judge model."""

    reward_name: str | None = None
    """Name of the reward, unique in the job; it appears in metrics and in `ValidateRewardResponse.reward_info_details`.
    """

    parse_response_config: ReinforcementTuningParseResponseConfig | None = None
    """Part of the answer to grade; the whole answer when unset."""

    code_execution_reward_scorer: ReinforcementTuningCodeExecutionRewardScorer | None = None
    """Grader that runs a program of your own."""

    string_match_reward_scorer: ReinforcementTuningStringMatchRewardScorer | None = None
    """Grader that compares the answer with an expression."""

    cloud_run_reward_scorer: ReinforcementTuningCloudRunRewardScorer | None = None
    """Grader that calls a Cloud Run service of your own."""


class CompositeReinforcementTuningRewardConfigWeightedRewardConfig(Model):
    """One grader of several, with its weight. Vertex AI only."""

    reward_config: SingleReinforcementTuningRewardConfig | None = None
    """The grader."""

    weight: float | None = None
    """Factor of its reward in the sum."""


class CompositeReinforcementTuningRewardConfig(Model):
    """Several graders, whose weighted rewards are added up. API: `CompositeReinforcementTuningRewardConfig`. Vertex AI
    only.
    """

    weighted_reward_configs: list[CompositeReinforcementTuningRewardConfigWeightedRewardConfig] | None = None
    """The graders."""


class ReinforcementTuningHyperParameters(Model):
    """Settings of training by rewards. API: `ReinforcementTuningHyperParameters`. Vertex AI only."""

    epoch_count: int | None = None
    """Number of passes over the training data; the service chooses when unset."""

    learning_rate_multiplier: float | None = None
    """Factor applied to the recommended learning rate; 1.0 leaves it unchanged."""

    adapter_size: AdapterSize | None = None
    """Size of the adapter; the service chooses one for the model when unset."""

    samples_per_prompt: int | None = None
    """Number of answers that the model writes for each prompt; the service chooses when unset."""

    batch_size: int | None = None
    """Number of prompts per training step; the service chooses when unset."""

    evaluate_interval: int | None = None
    """Number of steps between two evaluations; the service chooses when unset."""

    checkpoint_interval: int | None = None
    """Number of steps between two checkpoints; the service chooses when unset."""

    max_output_tokens: int | None = None
    """Maximum number of tokens of one answer; the service chooses when unset."""

    thinking_level: ReinforcementTuningThinkingLevel | None = None
    """Relative amount of reasoning before an answer; the service chooses when unset."""

    thinking_budget: int | None = None
    """Approximate maximum number of thought tokens of one answer, in place of `thinking_level`."""

    step_count: int | None = None
    """Number of training steps, in place of `epoch_count`."""


class ReinforcementTuningSpec(Model):
    """Training by rewards. API: `TuningJob.reinforcementTuningSpec`. Vertex AI only.

    Set `single_reward_config` or `composite_reward_config`.
    """

    composite_reward_config: CompositeReinforcementTuningRewardConfig | None = None
    """Several graders with weights."""

    training_dataset_uri: str | None = None
    """Training data: a JSONL object "gs://bucket/object" with an example per line, see `ReinforcementTuningExample`."""

    validation_dataset_uri: str | None = None
    """Validation data, in the format of the training data; when unset, the model is not evaluated during training."""

    hyper_parameters: ReinforcementTuningHyperParameters | None = None
    """Settings of the training."""

    single_reward_config: SingleReinforcementTuningRewardConfig | None = None
    """One grader."""


class ReinforcementTuningExample(Model):
    """A prompt for training by rewards, with what its graders need to know. API: `ReinforcementTuningExample`. Vertex
    AI only.
    """

    contents: list[Content] | None = None
    """The prompt: the turns before the answer."""

    references: dict[str, str] | None = None
    """Texts for the graders by name, such as the expected answer."""

    system_instruction: Content | None = None
    """Instruction for role, tone or rules."""

    tools: list[Tool] | None = None
    """Tools that the model may call."""


class ReinforcementTuningUserDatasetExamples(Model):
    """A few examples from the data, to check how they were parsed. API: `ReinforcementTuningUserDatasetExamples`.
    Vertex AI only.
    """

    user_dataset_examples: list[ReinforcementTuningExample] | None = None
    """The examples."""


class ValidateRewardConfig(Model):
    """Options of `tunings.validate_reward`. Vertex AI only."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """HTTP options for this call; each field set here overrides the client's."""


class ReinforcementTuningRewardInfo(Model):
    """Reward of one grader for an answer. API: `ReinforcementTuningRewardInfo`. Vertex AI only."""

    reward: float | None = None
    """The reward; None if the grader failed."""

    user_requested_aux_info: str | None = None
    """Further information that the grader returned."""

    error_status: GoogleRpcStatus | None = None
    """Why the grader failed; None if it succeeded."""


class ValidateRewardResponse(Model):
    """Rewards of an answer, as a training would compute them. API: `ValidateReinforcementTuningRewardResponse`. Vertex
    AI only.
    """

    sdk_http_response: HttpResponse | None = None
    """HTTP response that this object was read from: headers, attempts, raw bytes."""

    overall_reward: float | None = None
    """The reward; with several graders, the weighted sum of their rewards."""

    error: str | None = None
    """Why the reward could not be computed; None if it could."""

    reward_info_details: dict[str, ReinforcementTuningRewardInfo] | None = None
    """Reward of each grader, by its `reward_name`."""
