"""The distributions of the time that the server waits before an answer.

It does no waiting, and does not know which requests wait.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

LONGEST_S = 3600.0
"""The longest latency, in seconds; a longer one that is drawn is reduced to it."""
_FORMS = {
    "uniform": ("lowest", "highest"),
    "normal": ("mean", "deviation", "floor"),
    "lognormal": ("median", "sigma"),
}
_NEEDED = {"uniform": 2, "normal": 2, "lognormal": 2}
FORMS = "0.2, uniform:0.1,0.3, normal:0.2,0.05[,FLOOR] or lognormal:0.2,0.4"
"""Examples of all forms, for messages."""


@dataclass(frozen=True)
class Latency:
    """A distribution of seconds.

    Args:
        kind: `fixed`, `uniform`, `normal` or `lognormal`.
        numbers: the seconds of `fixed`; the lowest and the highest of `uniform`; the mean, the standard deviation and the floor of
            `normal`; the median and the sigma of the logarithm of `lognormal`.
    """

    kind: str
    numbers: tuple[float, ...]

    def draw(self, source: random.Random) -> float:
        """Return a number of seconds between 0 and `LONGEST_S`."""
        first, *rest = self.numbers
        if self.kind == "fixed":
            seconds = first
        elif self.kind == "uniform":
            seconds = source.uniform(first, rest[0])
        elif self.kind == "normal":
            seconds = max(source.gauss(first, rest[0]), rest[1] if len(rest) > 1 else 0.0)
        else:
            seconds = first * math.exp(source.gauss(0.0, rest[0]))
        return min(seconds, LONGEST_S)

    def __str__(self) -> str:
        numbers = ",".join(f"{number:g}" for number in self.numbers)
        return numbers if self.kind == "fixed" else f"{self.kind}:{numbers}"


def read_latency(value: object) -> Latency | None:
    """Return the distribution that a number or a text such as `normal:0.2,0.05` describes; None if it describes none."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        kind, numbers = "fixed", [float(value)]
    elif isinstance(value, str):
        kind, colon, texts = value.partition(":")
        kind, texts = (kind, texts) if colon else ("fixed", kind)
        try:
            numbers = [float(text) for text in texts.split(",")]
        except ValueError:
            return None
    else:
        return None
    names = _FORMS.get(kind, ("seconds",) if kind == "fixed" else ())
    is_complete = _NEEDED.get(kind, 1) <= len(numbers) <= len(names)
    if not is_complete or not all(0 <= number <= LONGEST_S for number in numbers):
        return None
    if (kind == "uniform" and numbers[0] > numbers[1]) or (kind == "lognormal" and numbers[0] == 0):
        return None
    return Latency(kind, tuple(numbers))
