"""Numbers of tokens by kind of media. Not part of this module: counting tokens (see `_tokens`), the counts of a generation
(see `_generation`) and of a live session (see `_session_usage`).
"""

from ._base import CaseInSensitiveEnum, Model


class MediaModality(CaseInSensitiveEnum):
    """Kind of media in a token count. API: `ModalityTokenCount.modality`."""

    MODALITY_UNSPECIFIED = "MODALITY_UNSPECIFIED"
    """Unspecified."""
    TEXT = "TEXT"
    """Written text."""
    IMAGE = "IMAGE"
    """Still pictures."""
    VIDEO = "VIDEO"
    """Video frames; a sound track is counted as `AUDIO`."""
    AUDIO = "AUDIO"
    """Speech and other sound."""
    DOCUMENT = "DOCUMENT"
    """Pages of files such as PDF."""


class TrafficType(CaseInSensitiveEnum):
    """Quota used by a request. API: `UsageMetadata.trafficType`. Documented for Vertex AI."""

    TRAFFIC_TYPE_UNSPECIFIED = "TRAFFIC_TYPE_UNSPECIFIED"
    """Unspecified."""
    ON_DEMAND = "ON_DEMAND"
    """Shared capacity, paid per use."""
    PROVISIONED_THROUGHPUT = "PROVISIONED_THROUGHPUT"
    """Capacity that the project reserved in advance."""
    ON_DEMAND_PRIORITY = "ON_DEMAND_PRIORITY"
    """Shared capacity, paid per use, with priority."""
    ON_DEMAND_FLEX = "ON_DEMAND_FLEX"
    """Shared capacity at a lower price, when there is some left."""
    ON_DEMAND_OFFPEAK = "ON_DEMAND_OFFPEAK"
    """Shared capacity at the price of a quiet time of day."""


class ModalityTokenCount(Model):
    """Number of tokens of one kind of media. API: `ModalityTokenCount`."""

    modality: MediaModality | None = None
    """Kind of media."""

    token_count: int | None = None
    """Tokens of that kind."""
