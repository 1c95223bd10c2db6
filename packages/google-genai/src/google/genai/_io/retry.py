"""The retry policy: which failed requests are repeated, and after what delay. Nothing here sends or sleeps."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .. import errors

if TYPE_CHECKING:
    from ..types import HttpRetryOptions

_STATUS_CODES = frozenset({408, 429, 500, 502, 503, 504})


@dataclass(frozen=True)
class RetryPolicy:
    """How often, after which errors and with which delays a request is repeated."""

    attempts: int = 5
    """Maximum number of requests, including the first."""
    initial_delay_s: float = 1.0
    max_delay_s: float = 60.0
    exp_base: float = 2.0
    jitter_s: float = 1.0
    status_codes: frozenset[int] = _STATUS_CODES

    @classmethod
    def of_options(cls, options: HttpRetryOptions | None) -> RetryPolicy | None:
        """Return the policy for the options, or None for no retries.

        Unset or zero means the default, except that 0 or 1 `attempts` mean a single request.
        """
        if options is None or options.attempts in (0, 1):
            return None
        return cls(
            attempts=options.attempts or cls.attempts,
            initial_delay_s=options.initial_delay or cls.initial_delay_s,
            max_delay_s=options.max_delay or cls.max_delay_s,
            exp_base=options.exp_base or cls.exp_base,
            jitter_s=cls.jitter_s if options.jitter is None else options.jitter,
            status_codes=frozenset(options.http_status_codes or _STATUS_CODES),
        )

    def repeats(self, error: errors.APIError, attempt: int) -> bool:
        """Return whether another attempt follows after this error in an attempt, counted from 1."""
        if attempt >= self.attempts or error.daily_quota_is_spent:
            return False
        if isinstance(error, errors.APIConnectionError):
            return True
        return error.code in self.status_codes

    def delay_s(self, error: errors.APIError, attempt: int) -> float:
        """Return the delay before the next attempt: the one that the service requests, or an exponential backoff."""
        asked = error.retry_delay_s
        backoff = self.initial_delay_s * self.exp_base ** (attempt - 1)
        wanted = backoff if asked is None else max(asked, 0.0)
        return min(self.max_delay_s, wanted + random.uniform(0, self.jitter_s))  # noqa: S311
