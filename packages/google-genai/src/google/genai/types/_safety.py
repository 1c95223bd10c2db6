"""Content safety: harm categories, thresholds, safety settings of a request and safety ratings of a response. Not part
of this module: the reason why a prompt or candidate was blocked (see `_generation`).
"""

from typing import Annotated

from .._wire.marks import VERTEX_ONLY
from ._base import CaseInSensitiveEnum, Model


class HarmCategory(CaseInSensitiveEnum):
    """Kind of harm that the service's filters rate."""

    HARM_CATEGORY_UNSPECIFIED = "HARM_CATEGORY_UNSPECIFIED"
    """Unspecified; not valid in a setting."""
    HARM_CATEGORY_HARASSMENT = "HARM_CATEGORY_HARASSMENT"
    """Abuse, bullying or malicious remarks about a person."""
    HARM_CATEGORY_HATE_SPEECH = "HARM_CATEGORY_HATE_SPEECH"
    """Hateful or degrading content about people because of their identity."""
    HARM_CATEGORY_SEXUALLY_EXPLICIT = "HARM_CATEGORY_SEXUALLY_EXPLICIT"
    """Sexual acts or other lewd content."""
    HARM_CATEGORY_DANGEROUS_CONTENT = "HARM_CATEGORY_DANGEROUS_CONTENT"
    """Content that promotes or helps with dangerous acts."""
    HARM_CATEGORY_CIVIC_INTEGRITY = "HARM_CATEGORY_CIVIC_INTEGRITY"
    """Content that may harm elections and other civic processes. Deprecated by the service."""
    HARM_CATEGORY_IMAGE_HATE = "HARM_CATEGORY_IMAGE_HATE"
    """Pictures with hateful content. Vertex AI only."""
    HARM_CATEGORY_IMAGE_DANGEROUS_CONTENT = "HARM_CATEGORY_IMAGE_DANGEROUS_CONTENT"
    """Pictures that promote or show dangerous acts. Vertex AI only."""
    HARM_CATEGORY_IMAGE_HARASSMENT = "HARM_CATEGORY_IMAGE_HARASSMENT"
    """Pictures that harass a person. Vertex AI only."""
    HARM_CATEGORY_IMAGE_SEXUALLY_EXPLICIT = "HARM_CATEGORY_IMAGE_SEXUALLY_EXPLICIT"
    """Pictures with sexual content. Vertex AI only."""
    HARM_CATEGORY_JAILBREAK = "HARM_CATEGORY_JAILBREAK"
    """Prompts that try to make the model ignore its safeguards. Vertex AI only."""


class HarmBlockMethod(CaseInSensitiveEnum):
    """Score to compare with a threshold. Vertex AI only."""

    HARM_BLOCK_METHOD_UNSPECIFIED = "HARM_BLOCK_METHOD_UNSPECIFIED"
    """The same as `PROBABILITY`."""
    SEVERITY = "SEVERITY"
    """Use both the severity and the probability of harm."""
    PROBABILITY = "PROBABILITY"
    """Use only the probability of harm."""


class HarmBlockThreshold(CaseInSensitiveEnum):
    """Level of harm from which content is blocked, from strictest to most permissive."""

    HARM_BLOCK_THRESHOLD_UNSPECIFIED = "HARM_BLOCK_THRESHOLD_UNSPECIFIED"
    """The model's default."""
    BLOCK_LOW_AND_ABOVE = "BLOCK_LOW_AND_ABOVE"
    """Allow only negligible harm."""
    BLOCK_MEDIUM_AND_ABOVE = "BLOCK_MEDIUM_AND_ABOVE"
    """Allow negligible and low harm."""
    BLOCK_ONLY_HIGH = "BLOCK_ONLY_HIGH"
    """Block only high harm."""
    BLOCK_NONE = "BLOCK_NONE"
    """Block nothing, but still rate the content."""
    OFF = "OFF"
    """Turn off the filter of the category."""


class HarmProbability(CaseInSensitiveEnum):
    """Estimated probability that content is harmful."""

    HARM_PROBABILITY_UNSPECIFIED = "HARM_PROBABILITY_UNSPECIFIED"
    """No estimate."""
    NEGLIGIBLE = "NEGLIGIBLE"
    """Practically no chance of harm."""
    LOW = "LOW"
    """A small chance of harm."""
    MEDIUM = "MEDIUM"
    """A moderate chance of harm."""
    HIGH = "HIGH"
    """Very likely harmful."""


class HarmSeverity(CaseInSensitiveEnum):
    """Estimated severity of the harm in content. Vertex AI only."""

    HARM_SEVERITY_UNSPECIFIED = "HARM_SEVERITY_UNSPECIFIED"
    """No estimate."""
    HARM_SEVERITY_NEGLIGIBLE = "HARM_SEVERITY_NEGLIGIBLE"
    """Hardly any harm."""
    HARM_SEVERITY_LOW = "HARM_SEVERITY_LOW"
    """Slight harm."""
    HARM_SEVERITY_MEDIUM = "HARM_SEVERITY_MEDIUM"
    """Moderate harm."""
    HARM_SEVERITY_HIGH = "HARM_SEVERITY_HIGH"
    """Severe harm."""


class SafetySetting(Model):
    """Blocking threshold of one harm category. API: `GenerateContentRequest.safetySettings`.

    Non-adjustable protections of the service always apply, regardless of these settings.
    """

    category: HarmCategory | None = None
    """Harm category; at most one setting per category in a request. The service refuses a category that the model does
    not support (400).
    """

    method: Annotated[HarmBlockMethod | None, VERTEX_ONLY] = None
    """Whether the threshold applies to probability alone or also to severity; `PROBABILITY` when unset. Vertex AI only."""

    threshold: HarmBlockThreshold | None = None
    """Level from which content is blocked; the default depends on the model."""


class SafetyRating(Model):
    """Rating of a prompt or candidate in one harm category. API: `Candidate.safetyRatings`,
    `PromptFeedback.safetyRatings`.
    """

    blocked: bool | None = None
    """True if the content was blocked because of this rating."""

    category: HarmCategory | None = None
    """Harm category."""

    overwritten_threshold: HarmBlockThreshold | None = None
    """Threshold that the service applied instead of the requested one; for image output. Vertex AI only."""

    probability: HarmProbability | None = None
    """Probability of harm as a level."""

    probability_score: float | None = None
    """Probability of harm as a number, 0.0 to 1.0. Vertex AI only."""

    severity: HarmSeverity | None = None
    """Severity of harm as a level. Vertex AI only."""

    severity_score: float | None = None
    """Severity of harm as a number, 0.0 to 1.0. Vertex AI only."""
