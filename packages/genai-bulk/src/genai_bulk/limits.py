"""The settings of a run: `Limits` and `Retry`. They are checked when they are created."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

from .errors import BulkError


@dataclass(frozen=True)
class Limits:
    """The limits of a run. None means no limit of ours; the limiter finds the limits of the service itself.

    Attributes:
        in_flight: number of calls that may run at the same time.
        rpm: calls started per minute.
        tpm: input tokens per minute.
        cost: US dollars that the run may cost, in all its sessions together. Needs the extra `prices`. The highest possible
            cost of a call is reserved before the call starts, so the cap is never exceeded; `max_output_tokens` in the config makes this
            reservation smaller.
        tokens: tokens that the run may use, input and output, in all its sessions together; reserved like the cost.
        rows: rows that this session may ask.
        for_s: length of this session in seconds.

    Example:
        >>> Limits(in_flight=100, rpm=1_000, cost=5.0).in_flight
        100
    """

    in_flight: int = 400
    rpm: float | None = None
    tpm: float | None = None
    cost: float | None = None
    tokens: int | None = None
    rows: int | None = None
    for_s: float | None = None

    def __post_init__(self) -> None:
        for each in fields(self):
            _positive(f"limits.{each.name}", getattr(self, each.name), whole=each.type.startswith("int"))
        if self.in_flight > 100_000:
            raise BulkError(f"limits.in_flight: expected at most 100,000, got {self.in_flight}.")


@dataclass(frozen=True)
class Retry:
    """The repetition of calls that fail.

    Attributes:
        attempts: calls for one row. Refusals because of the rate (429) do not count.
        timeout_s: time limit of one call in seconds.
        patience_s: time without any answer of the service, in seconds, after which the run stops. It can be continued.

    Example:
        >>> Retry(attempts=3).timeout_s
        600.0
    """

    attempts: int = 10
    timeout_s: float = 600.0
    patience_s: float = 3_600.0

    def __post_init__(self) -> None:
        for each in fields(self):
            value = getattr(self, each.name)
            if value is None:
                raise BulkError(f"retry.{each.name}: expected a number, got None.")
            _positive(f"retry.{each.name}", value, whole=each.type == "int")


def _positive(path: str, value: object, *, whole: bool) -> None:
    if value is None:
        return
    expected = "a whole number above 0" if whole else "a number above 0"
    is_number = isinstance(value, int if whole else (int, float)) and not isinstance(value, bool)
    if not is_number or not 0 < value < math.inf:  # pyright: ignore[reportOperatorIssue]
        raise BulkError(f"{path}: expected {expected}, got {value!r}.")
