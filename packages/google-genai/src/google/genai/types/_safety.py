"""Own the vocabulary of content safety: harm categories, thresholds, the settings of a request and the ratings of a
response. Must not know why a prompt or candidate ended up blocked; that is told by the response types.
"""

from typing import Annotated

from .._wire.marks import VERTEX_ONLY
from ._base import CaseInSensitiveEnum, Model


class HarmCategory(CaseInSensitiveEnum):
    """Kind of harm that the service's filters judge."""

    HARM_CATEGORY_UNSPECIFIED = "HARM_CATEGORY_UNSPECIFIED"
    """No category stated; not valid in a setting."""
    HARM_CATEGORY_HARASSMENT = "HARM_CATEGORY_HARASSMENT"
    """Abuse, bullying or malicious remarks aimed at somebody."""
    HARM_CATEGORY_HATE_SPEECH = "HARM_CATEGORY_HATE_SPEECH"
    """Hateful or degrading content about people for what they are."""
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
    """Pictures that harass somebody. Vertex AI only."""
    HARM_CATEGORY_IMAGE_SEXUALLY_EXPLICIT = "HARM_CATEGORY_IMAGE_SEXUALLY_EXPLICIT"
    """Pictures with sexual content. Vertex AI only."""
    HARM_CATEGORY_JAILBREAK = "HARM_CATEGORY_JAILBREAK"
    """Prompts that try to talk the model out of its safeguards. Vertex AI only."""


class HarmBlockMethod(CaseInSensitiveEnum):
    """Score that a threshold is compared with. Vertex AI only."""

    HARM_BLOCK_METHOD_UNSPECIFIED = "HARM_BLOCK_METHOD_UNSPECIFIED"
    """Nothing stated; treated as `PROBABILITY`."""
    SEVERITY = "SEVERITY"
    """Judge by how bad the content is as well as by how likely it is harmful."""
    PROBABILITY = "PROBABILITY"
    """Judge only by how likely the content is harmful."""


class HarmBlockThreshold(CaseInSensitiveEnum):
    """Level of harm from which content is blocked, from strictest to most lenient."""

    HARM_BLOCK_THRESHOLD_UNSPECIFIED = "HARM_BLOCK_THRESHOLD_UNSPECIFIED"
    """Nothing stated; the model's default applies."""
    BLOCK_LOW_AND_ABOVE = "BLOCK_LOW_AND_ABOVE"
    """Let only negligible harm pass."""
    BLOCK_MEDIUM_AND_ABOVE = "BLOCK_MEDIUM_AND_ABOVE"
    """Let negligible and low harm pass."""
    BLOCK_ONLY_HIGH = "BLOCK_ONLY_HIGH"
    """Block nothing but high harm."""
    BLOCK_NONE = "BLOCK_NONE"
    """Block nothing, and still rate the content."""
    OFF = "OFF"
    """Switch the filter of the category off."""


class HarmProbability(CaseInSensitiveEnum):
    """Estimated likelihood that content is harmful."""

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
    """Estimated gravity of the harm in content. Vertex AI only."""

    HARM_SEVERITY_UNSPECIFIED = "HARM_SEVERITY_UNSPECIFIED"
    """No estimate."""
    HARM_SEVERITY_NEGLIGIBLE = "HARM_SEVERITY_NEGLIGIBLE"
    """Hardly any harm."""
    HARM_SEVERITY_LOW = "HARM_SEVERITY_LOW"
    """Slight harm."""
    HARM_SEVERITY_MEDIUM = "HARM_SEVERITY_MEDIUM"
    """Moderate harm."""
    HARM_SEVERITY_HIGH = "HARM_SEVERITY_HIGH"
    """Grave harm."""


class SafetySetting(Model):
    """Set the blocking threshold of one harm category. API: `GenerateContentRequest.safetySettings`.

    Protections of the service that are not adjustable stay in force whatever is set here.
    """

    category: HarmCategory | None = None
    """Harm the setting is about; at most one setting per category in a request. A category the model does not support
    is refused (400).
    """

    method: Annotated[HarmBlockMethod | None, VERTEX_ONLY] = None
    """Whether the threshold looks at probability alone or at severity too; `PROBABILITY` when unset. Vertex AI only."""

    threshold: HarmBlockThreshold | None = None
    """Level from which content is blocked; the default depends on the model."""


class SafetyRating(Model):
    """Verdict of the filters on a prompt or candidate in one harm category. API: `Candidate.safetyRatings`,
    `PromptFeedback.safetyRatings`.
    """

    blocked: bool | None = None
    """True when this rating is why the content was held back."""

    category: HarmCategory | None = None
    """Harm the verdict is about."""

    overwritten_threshold: HarmBlockThreshold | None = None
    """Threshold that the service applied in place of the requested one, reported for image output. Vertex AI only."""

    probability: HarmProbability | None = None
    """Likelihood of harm as a level."""

    probability_score: float | None = None
    """Likelihood of harm as a number, 0.0 to 1.0. Vertex AI only."""

    severity: HarmSeverity | None = None
    """Gravity of the harm as a level. Vertex AI only."""

    severity_score: float | None = None
    """Gravity of the harm as a number, 0.0 to 1.0. Vertex AI only."""
