"""The enforcement of the limits: which requests are refused, how long the others wait, and the counts of both.

Each model has its own rates, quotas and random numbers. Nothing here waits, or knows HTTP; the time is that of the server's clock.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from ..protocol.errors import ApiError
from ..state.clock import Clock
from .meters import Quota, TokenBucket, day_of, minute_of
from .refusals import (
    Asked,
    quota_is_spent,
    rate_is_exceeded,
    refused_at_random,
    too_many_in_flight,
    unavailable_at_random,
)
from .settings import LimitTable, Settings

Outcome = Literal["answered", "failed", "disconnected"]
_MOST_MODELS = 1_000
"""Models with counts and limits of their own. Names beyond them, which clients choose, are counted as one model."""
_OTHER_MODELS = "other models"
_QUOTAS = {"rpm": minute_of, "rpd": day_of, "tpm": minute_of, "tpd": day_of}


@dataclass
class Counts:
    """What became of the requests."""

    answered: int = 0
    """Requests with a complete reply, whose status is below 400."""
    failed: int = 0
    """Requests that were not refused by a limit, and ended with another error."""
    disconnected: int = 0
    """Requests whose connection broke before the end of the reply."""
    refused: dict[str, int] = field(default_factory=dict[str, int])
    """Requests that a limit refused, by the name of its setting."""
    in_flight: int = 0
    """Requests that are being answered."""
    most_in_flight: int = 0
    """The highest number of requests that were being answered at the same time."""
    input_tokens: int = 0
    """Input tokens of the admitted requests, counted while `tpm` or `tpd` is set."""

    def enter(self, input_tokens: int) -> None:
        """Count a request that begins."""
        self.in_flight += 1
        if self.in_flight > self.most_in_flight:
            self.most_in_flight = self.in_flight
        self.input_tokens += input_tokens

    def leave(self, outcome: Outcome) -> None:
        """Count a request that ends."""
        self.in_flight -= 1
        if outcome == "answered":
            self.answered += 1
        elif outcome == "failed":
            self.failed += 1
        else:
            self.disconnected += 1

    def refuse(self, name: str) -> None:
        """Count a request that the limit with this name refuses."""
        self.refused[name] = self.refused.get(name, 0) + 1

    def restart(self) -> None:
        """Set all counts to 0, except that of the requests in flight."""
        self.answered = self.failed = self.disconnected = self.input_tokens = 0
        self.refused, self.most_in_flight = {}, self.in_flight

    def copy(self) -> Counts:
        """Return the counts of this moment."""
        return Counts(**self.to_json())

    def to_json(self) -> dict[str, Any]:
        """Return the counts as an object of JSON."""
        return {**self.__dict__, "refused": dict(self.refused)}


class _Model:
    """The limits and the counts of one model.

    Args:
        name: its bare name.
        settings: its limits.
        now: the time, in seconds since 1970.
    """

    def __init__(self, name: str, settings: Settings, now: float) -> None:
        self.counts = Counts()
        self._name = name
        self._settings = Settings()
        self._bucket: TokenBucket | None = None
        self._quotas: dict[str, Quota] = {}
        self._sources: dict[str, random.Random] = {}
        self._seed()
        self.change(settings, now)

    def change(self, settings: Settings, now: float) -> None:
        """Apply other limits. The unchanged ones keep the amounts that were used."""
        before, self._settings = self._settings, settings
        if (before.rate, before.burst) != (settings.rate, settings.burst):
            self._bucket = None
            if settings.rate is not None:
                self._bucket = TokenBucket(settings.rate, settings.burst or max(int(settings.rate), 1), now)
        for name, window_of in _QUOTAS.items():
            amount = getattr(settings, name)
            if amount is None:
                self._quotas.pop(name, None)
            elif amount != getattr(before, name):
                self._quotas[name] = Quota(amount, window_of)
        if before.seed != settings.seed:
            self._seed()

    def restart(self, now: float) -> None:
        """Remove the limits, and begin new counts and new random numbers."""
        self.change(Settings(), now)
        self.counts.restart()
        self._seed()

    def _seed(self) -> None:
        # A source for each purpose, so that one setting does not change the random numbers of another.
        seed = self._settings.seed or 0
        self._sources = {
            name: random.Random(f"{seed} {self._name} {name}")  # noqa: S311 - must be repeatable
            for name in ("refuse", "unavailable", "latency")
        }

    def use(self, asked: Asked) -> float:
        """Use up what a request needs, and return its latency in seconds."""
        if self._bucket is not None:
            self._bucket.take()
        for name, quota in self._quotas.items():
            quota.take(_amount(name, asked))
        latency = self._settings.latency
        return 0.0 if latency is None else latency.draw(self._sources["latency"])

    def refusal(self, asked: Asked, now: float) -> tuple[str, ApiError] | None:
        """Return the name and the error of the first limit that refuses a request; None if all allow it."""
        settings = self._settings
        # Drawn for every request, so that the other limits do not change which ones are refused at random.
        if self._hits("refuse", settings.refuse):
            return "refuse", refused_at_random(asked, settings.retry_s)
        if self._hits("unavailable", settings.unavailable):
            return "unavailable", unavailable_at_random(asked)
        if settings.in_flight is not None and self.counts.in_flight >= settings.in_flight:
            return "in_flight", too_many_in_flight(asked, settings.in_flight, settings.retry_s)
        for name, quota in self._quotas.items():
            if delay_s := quota.delay_s(_amount(name, asked), now):
                return name, quota_is_spent(asked, name, quota.amount, delay_s)
        if self._bucket is not None and settings.rate is not None and (delay_s := self._bucket.delay_s(now)):
            return "rate", rate_is_exceeded(asked, settings.rate, delay_s)
        return None

    def _hits(self, name: str, share: float | None) -> bool:
        return bool(share) and self._sources[name].random() < share


def _amount(name: str, asked: Asked) -> int:
    return asked.input_tokens if name in ("tpm", "tpd") else 1


class Limits:
    """The limits of a server and the counts of its requests. Thread-safe.

    Args:
        clock: the clock of rates and quotas.
        table: the limits at first.
    """

    def __init__(self, clock: Clock, table: LimitTable | None = None) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._table = table or LimitTable()
        self._total = Counts()
        self._models: dict[str, _Model] = {}

    @property
    def table(self) -> LimitTable:
        """The settings of the limits."""
        return self._table

    def change(self, change: Callable[[LimitTable], LimitTable]) -> None:
        """Replace the settings with what a function makes of them. The counts remain, and limits that do not change keep
        the amounts that were used.

        Raises:
            SettingError: the error of the function; then nothing changes.
        """
        with self._lock:
            self._table, now = change(self._table), self._clock.now()
            for name, model in self._models.items():
                model.change(self._table.of_model(name), now)

    def clear(self) -> None:
        """Remove all limits, and begin new counts and new random numbers."""
        with self._lock:
            self._table = LimitTable()
            self._total.restart()
            self._models = {name: model for name, model in self._models.items() if model.counts.in_flight}
            for model in self._models.values():
                model.restart(self._clock.now())

    def needs_tokens(self, model: str) -> bool:
        """Return whether a limit needs the number of input tokens of the requests to a model."""
        if self._table.is_empty:
            return False
        settings = self._table.of_model(model)
        return settings.tpm is not None or settings.tpd is not None

    def enter(self, asked: Asked) -> Place:
        """Admit a request, and count it until its place is left.

        Raises:
            ApiError: 429 or 503 when a limit refuses the request.
        """
        with self._lock:
            model = self._model(asked.model)
            both = (self._total, model.counts)
            refusal = model.refusal(asked, self._clock.now())
            if refusal is not None:
                name, error = refusal
                for counts in both:
                    counts.refuse(name)
                raise error
            for counts in both:
                counts.enter(asked.input_tokens)
            return Place(self._lock, both, model.use(asked))

    def counts(self, model: str | None = None) -> Counts:
        """Return the counts of a model, or of all models together."""
        with self._lock:
            if model is None:
                return self._total.copy()
            return self._models[model].counts.copy() if model in self._models else Counts()

    def to_json(self) -> dict[str, Any]:
        """Return the settings and the counts, in all and by model."""
        with self._lock:
            models = {name: model.counts.to_json() for name, model in self._models.items()}
            return {"limits": self._table.to_json(), "counts": {**self._total.to_json(), "models": models}}

    def _model(self, name: str) -> _Model:
        found = self._models.get(name)
        if found is None:
            if len(self._models) >= _MOST_MODELS:
                name = _OTHER_MODELS
            found = self._models.get(name) or _Model(name, self._table.of_model(name), self._clock.now())
            self._models[name] = found
        return found


class Place:
    """An admitted request.

    Args:
        lock: guards the counts.
        counts: the counts in which the request is in flight.
        latency_s: the time before its answer, in seconds.
    """

    def __init__(self, lock: threading.Lock, counts: tuple[Counts, ...], latency_s: float) -> None:
        self.latency_s = latency_s
        self._lock = lock
        self._counts = counts

    def leave(self, outcome: Outcome) -> None:
        """Count the end of the request; only the first call has an effect."""
        with self._lock:
            left, self._counts = self._counts, ()
            for counts in left:
                counts.leave(outcome)
