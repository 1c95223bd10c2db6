"""The errors of limits, with `QuotaFailure` and `RetryInfo` as the service sends them.

The names of metrics and quotas are those of the Gemini API. It does not know when a limit is reached.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ..protocol.errors import ApiError, JsonObject, retry_info
from ..protocol.messages import Surface

Kind = Literal["generate", "embed"]
"""Whether a request generates content, or embeds it."""
KindOf = Callable[[str], Kind]

_SERVICES = {"gemini": "generativelanguage.googleapis.com", "vertex": "aiplatform.googleapis.com"}
_QUOTAS: dict[tuple[str, Kind], tuple[str, str]] = {
    ("rpm", "generate"): ("generate_requests_per_model", "GenerateRequestsPerMinutePerProjectPerModel"),
    ("rpd", "generate"): ("generate_requests_per_model_per_day", "GenerateRequestsPerDayPerProjectPerModel"),
    ("tpm", "generate"): (
        "generate_content_paid_tier_input_token_count",
        "GenerateContentPaidTierInputTokensPerModelPerMinute",
    ),
    ("tpd", "generate"): (
        "generate_content_paid_tier_input_token_count",
        "GenerateContentPaidTierInputTokensPerModelPerDay",
    ),
    ("rpm", "embed"): ("embed_content_requests", "EmbedContentRequestsPerMinutePerProjectPerModel"),
    ("rpd", "embed"): ("embed_content_requests", "EmbedContentRequestsPerDayPerProjectPerModel"),
    ("tpm", "embed"): ("embed_content_input_token_count", "EmbedContentInputTokensPerMinutePerProjectPerModel"),
    ("tpd", "embed"): ("embed_content_input_token_count", "EmbedContentInputTokensPerDayPerProjectPerModel"),
}
"""The metric and the id of each quota."""
_LONG_S = 100.0
_AMOUNTS = {
    "rpm": "requests a minute",
    "rpd": "requests a day",
    "tpm": "input tokens a minute",
    "tpd": "input tokens a day",
}


@dataclass
class Asked:
    """What the limits need to know about a request."""

    model: str
    """Bare name of the model."""
    surface: Surface
    location: str
    kind_of: KindOf
    """Returns the kind of the requests to a model."""
    input_tokens: int = 0


def quota_is_spent(asked: Asked, name: str, amount: int, delay_s: float) -> ApiError:
    """Return the error for a quota (`rpm`, `rpd`, `tpm` or `tpd`) that is used up."""
    metric, quota_id = _QUOTAS[name, asked.kind_of(asked.model)]
    violation: JsonObject = {
        "quotaMetric": f"{_SERVICES[asked.surface]}/{metric}",
        "quotaId": quota_id,
        "quotaDimensions": {"location": asked.location, "model": asked.model},
        "quotaValue": str(amount),
    }
    failure = {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [violation]}
    delay_s = _rounded_up(delay_s)
    return ApiError(
        429,
        f"Quota exceeded for {asked.model}: {amount} {_AMOUNTS[name]}. Retry in {delay_s:g} s.",
        details=[failure, retry_info(delay_s)],
    )


def rate_is_exceeded(asked: Asked, rate: float, delay_s: float) -> ApiError:
    """Return the error for a request that comes too soon for a rate."""
    delay_s = _rounded_up(delay_s)
    return ApiError(
        429,
        f"Too many requests for {asked.model}: {rate:g} a second are allowed. Retry in {delay_s:g} s.",
        details=[retry_info(delay_s)],
    )


def too_many_in_flight(asked: Asked, most: int, retry_s: float | None) -> ApiError:
    """Return the error for a request that comes while the largest allowed number of requests is being answered."""
    message = f"Resource has been exhausted: {most} requests to {asked.model} are being answered; wait for one to end."
    return ApiError(429, message, details=_hint(retry_s))


def refused_at_random(asked: Asked, retry_s: float | None) -> ApiError:
    """Return the 429 of a request that is refused at random."""
    message = f"Resource exhausted: {asked.model} has no capacity for this request. Try again later."
    return ApiError(429, message, details=_hint(retry_s))


def unavailable_at_random(asked: Asked) -> ApiError:
    """Return the 503 of a request that is refused at random."""
    return ApiError(503, f"The model {asked.model} is overloaded. Try again later.")


def _hint(retry_s: float | None) -> list[JsonObject]:
    return [] if retry_s is None else [retry_info(retry_s)]


def _rounded_up(delay_s: float) -> float:
    """Return a delay in whole milliseconds, a long one in whole seconds, so that a request after it is not too early."""
    return float(math.ceil(delay_s)) if delay_s > _LONG_S else math.ceil(delay_s * 1000) / 1000
