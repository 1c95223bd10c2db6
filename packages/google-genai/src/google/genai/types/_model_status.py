"""Maturity of the model that answered. Not part of this module: the answer (see `_generation`)."""

import datetime

from ._base import CaseInSensitiveEnum, Model


class ModelStage(CaseInSensitiveEnum):
    """Maturity of a model. API: `ModelStatus.ModelStage`. Documented for the Gemini Developer API."""

    MODEL_STAGE_UNSPECIFIED = "MODEL_STAGE_UNSPECIFIED"
    """Unspecified."""
    UNSTABLE_EXPERIMENTAL = "UNSTABLE_EXPERIMENTAL"
    """An experiment that may change or end at any time."""
    EXPERIMENTAL = "EXPERIMENTAL"
    """An experiment."""
    PREVIEW = "PREVIEW"
    """Usable for tests before the final version."""
    STABLE = "STABLE"
    """Ready for production."""
    LEGACY = "LEGACY"
    """Replaced by a newer model, but still supported."""
    DEPRECATED = "DEPRECATED"
    """Will be switched off, see `ModelStatus.retirement_time`."""
    RETIRED = "RETIRED"
    """Switched off."""


class ModelStatus(Model):
    """Maturity of the model that answered. API: `GenerateContentResponse.modelStatus`. Documented for the Gemini
    Developer API.
    """

    message: str | None = None
    """Explanation in words, such as the name of the model to use instead."""

    model_stage: ModelStage | None = None
    """Maturity of the model."""

    retirement_time: datetime.datetime | None = None
    """When the model will be switched off; None if that is not decided."""
