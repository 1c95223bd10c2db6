"""The caps of a run on cost, tokens, rows and time, and the prices behind them.

The highest possible use of a call is reserved before the call starts, and replaced by the real use when it ends. A call that
would exceed a cap together with everything reserved does not start, so a cap is never exceeded.
"""

from __future__ import annotations

import functools
import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .calls import fields_of
from .errors import BulkError
from .limits import Limits
from .reading import Usage
from .requests import Kind, canonical

if TYPE_CHECKING:
    from .requests import Arguments

BATCH_SHARE = 0.5
"""The price of a batch job, as a share of the price of calls."""

DEFAULT_OUTPUT_LIMIT = 65_536
DEFAULT_INPUT_LIMIT = 1_048_576
_ENVELOPE_BYTES = 1_000
"""Added to the size of each request: roles, instructions of the service, names of fields."""


class Prices:
    """The prices of models, from the package genai-prices.

    Args:
        share: share of the listed price that applies, such as `BATCH_SHARE`.
    """

    def __init__(self, share: float = 1.0) -> None:
        self._share = share
        try:
            import genai_prices  # 150 ms
        except ModuleNotFoundError:
            self._module: Any = None
        else:
            self._module = genai_prices
        self._cost = functools.lru_cache(maxsize=4096)(self._calculate)

    def check(self, model: str) -> None:
        """Check that the price of a model is known.

        Raises:
            BulkError: when it is not, or the package is missing.
        """
        if self._module is None:
            raise BulkError(
                "limits.cost: the prices of models need the package genai-prices: pip install 'genai-bulk[prices]'. "
                "limits.tokens works without it."
            )
        if self._cost(model, 1, 0, 1) is None:
            raise BulkError(
                f"limits.cost: the price of the model {model!r} is not known. Use limits.tokens, or a newer genai-prices."
            )

    def cost(self, model: str, usage: Usage) -> float | None:
        """Return the price of an answer in US dollars; None when the model has no known price."""
        output = usage.output_tokens + usage.thought_tokens
        return self._cost(model, usage.prompt_tokens, usage.cached_tokens, output)

    def most(self, model: str, input_tokens: int, output_tokens: int) -> float:
        """Return the highest price of a call with at most so many tokens, in US dollars; infinite when it is not known."""
        found = self._cost(model, input_tokens, 0, output_tokens)
        return math.inf if found is None else found

    def _calculate(self, model: str, prompt: int, cached: int, output: int) -> float | None:
        if self._module is None:
            return None
        usage = self._module.Usage(input_tokens=prompt, cache_read_tokens=cached, output_tokens=output)
        try:
            found = self._module.calc_price(usage, model.rpartition("/")[2], provider_id="google")
        except LookupError:
            return None
        return float(found.total_price) * self._share


@dataclass(frozen=True)
class Reservation:
    """The highest possible use of a call."""

    tokens: int = 0
    cost: float = 0.0


NO_RESERVATION = Reservation()


class Budget:
    """The caps of a run and what counts against them.

    Args:
        limits: the caps.
        prices: the prices.
        tokens: tokens that the run has used before.
        cost: US dollars that the run has cost before.
        output_limits: highest number of output tokens by model.
        kind: what the calls make.
    """

    def __init__(
        self,
        limits: Limits,
        prices: Prices,
        *,
        tokens: int = 0,
        cost: float = 0.0,
        output_limits: dict[str, int] | None = None,
        kind: Kind = "generate",
    ) -> None:
        self._limits = limits
        self._prices = prices
        self._used = Reservation(tokens, cost)
        self._reserved_tokens = 0
        self._reserved_cost = 0.0
        self._rows = 0
        self._output_limits = output_limits or {}
        self._kind: Kind = kind
        self._config: tuple[Any, int, int] | None = None
        self.counts_use = limits.cost is not None or limits.tokens is not None
        """Whether the use of each call has to be reserved."""

    @property
    def tokens(self) -> int:
        """Tokens used by the run."""
        return self._used.tokens

    @property
    def cost(self) -> float:
        """US dollars that the run has cost."""
        return self._used.cost

    def reserve(self, arguments: Arguments) -> Reservation | None:
        """Return the reservation for a call, or None when the call does not fit."""
        if not self.counts_use:
            return NO_RESERVATION
        wanted = self._most(arguments)
        limits = self._limits
        if limits.tokens is not None and self._used.tokens + self._reserved_tokens + wanted.tokens > limits.tokens:
            return None
        if limits.cost is not None and self._used.cost + self._reserved_cost + wanted.cost > limits.cost:
            return None
        self._reserved_tokens += wanted.tokens
        self._reserved_cost += wanted.cost
        return wanted

    def settle(self, reservation: Reservation, tokens: int, cost: float) -> None:
        """Replace a reservation by what the call used."""
        self._reserved_tokens -= reservation.tokens
        self._reserved_cost -= reservation.cost
        self._used = Reservation(self._used.tokens + tokens, self._used.cost + cost)

    def take_row(self) -> bool:
        """Count a row of this session; return whether it may be asked."""
        if self._limits.rows is not None and self._rows >= self._limits.rows:
            return False
        self._rows += 1
        return True

    def explain(self, arguments: Arguments) -> str:
        """Return the reason why a call does not fit, as a sentence."""
        wanted = self._most(arguments)
        limits = self._limits
        if limits.tokens is not None and self._used.tokens + wanted.tokens > limits.tokens:
            return (
                f"limits.tokens: {self._used.tokens:,} of {limits.tokens:,} tokens are used, and the next call may need "
                f"{wanted.tokens:,}."
            )
        return (
            f"limits.cost: ${self._used.cost:.4f} of ${limits.cost:.4f} are spent, and the next call may cost "
            f"${wanted.cost:.4f}. A smaller max_output_tokens in the config makes this reservation smaller."
        )

    def _most(self, arguments: Arguments) -> Reservation:
        """Return the highest possible use of a call: a token has at least one byte."""
        if self._config is None or self._config[0] is not arguments.config:
            size = len(json.dumps(canonical(arguments.config), ensure_ascii=False).encode("utf-8", "surrogatepass"))
            self._config = (arguments.config, size, self._output_limit(arguments))
        _, config_size, output_tokens = self._config
        size = DEFAULT_INPUT_LIMIT if arguments.has_files else arguments.size + config_size + _ENVELOPE_BYTES
        cost = self._prices.most(arguments.model, size, output_tokens) if self._limits.cost is not None else 0.0
        return Reservation(size + output_tokens, cost)

    def _output_limit(self, arguments: Arguments) -> int:
        if self._kind == "embed":
            return 0
        fields = fields_of(arguments.config)
        own: Any = fields.get("max_output_tokens", fields.get("maxOutputTokens"))
        candidates: Any = fields.get("candidate_count", fields.get("candidateCount")) or 1
        return int(own or self._output_limits.get(arguments.model, DEFAULT_OUTPUT_LIMIT)) * int(candidates)
