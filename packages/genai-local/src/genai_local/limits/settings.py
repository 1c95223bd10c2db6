"""The settings of limits, by model or for every model, and the one format in which tests, programs and commands give them.

It reads and checks settings, and applies none of them. The command line imports it, so it must load quickly.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from .latency import FORMS, LONGEST_S, Latency, read_latency

Values = Mapping[str, Any]
"""Settings by name, as they are read. None is a setting that a model does not share with the other models."""

_LARGEST = 10**12
_DAY_S = 86_400
_MODEL = re.compile(r"[\w.-]{1,200}")
_MOST_MODELS = 100
NO_LIMIT = "none"
"""The text that stands for no limit."""


class SettingError(ValueError):
    """A setting that cannot be used.

    Args:
        path: its path, such as `models.gemini-2.5-pro.rpm`.
        problem: the expected and the given value, in one sentence.
    """

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"{path}: {problem}")
        self.path = path
        self.problem = problem


@dataclass(frozen=True)
class Settings:
    """The limits of one model; None for no limit."""

    rate: float | None = None
    """Requests a second (token bucket)."""
    burst: int | None = None
    """Requests that may come at once; by default those of one second, at least one."""
    rpm: int | None = None
    """Requests a minute; the minutes are those of the clock."""
    rpd: int | None = None
    """Requests a day; days begin at midnight in Pacific time."""
    tpm: int | None = None
    """Input tokens a minute."""
    tpd: int | None = None
    """Input tokens a day."""
    in_flight: int | None = None
    """Requests at the same time."""
    refuse: float | None = None
    """The share of requests that are refused with 429 at random, from 0 to 1."""
    unavailable: float | None = None
    """The share of requests that are refused with 503 at random, from 0 to 1."""
    latency: Latency | None = None
    """The time before the first byte of an answer, in seconds."""
    retry_s: float | None = None
    """The `RetryInfo` of refusals by `refuse` and `in_flight`, in seconds; None for no `RetryInfo`."""
    seed: int | None = None
    """The seed of the random numbers; by default 0."""


def _count(value: object) -> int | None:
    number = _number(value)
    return int(number) if number is not None and 1 <= number <= _LARGEST and number == int(number) else None


def _positive(value: object) -> float | None:
    number = _number(value)
    return number if number is not None and 0 < number <= _LARGEST else None


def _seconds(value: object) -> float | None:
    number = _number(value)
    return number if number is not None and 0 <= number <= _DAY_S else None


def _share(value: object) -> float | None:
    is_percentage = isinstance(value, str) and value.endswith("%")
    number = _number(cast("str", value)[:-1] if is_percentage else value)
    number = number / 100 if number is not None and is_percentage else number
    return number if number is not None and 0 <= number <= 1 else None


def _seed(value: object) -> int | None:
    number = _number(value)
    return int(number) if number is not None and abs(number) <= _LARGEST and number == int(number) else None


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


_Reader = tuple[Callable[[object], Any], str]
_READ_COUNT: _Reader = (_count, "a whole number of at least 1")
_READ_SHARE: _Reader = (_share, "a share from 0 to 1, or a percentage such as 1%")
_READERS: Mapping[str, _Reader] = {
    "rate": (_positive, "a number of requests a second above 0"),
    **dict.fromkeys(("burst", "rpm", "rpd", "tpm", "tpd", "in_flight"), _READ_COUNT),
    **dict.fromkeys(("refuse", "unavailable"), _READ_SHARE),
    "latency": (read_latency, f"seconds from 0 to {LONGEST_S:g}, or a distribution of them: {FORMS}"),
    "retry_s": (_seconds, f"a number of seconds from 0 to {_DAY_S}"),
    "seed": (_seed, "a whole number"),
}
NAMES = tuple(_READERS)
"""The names of all settings."""


@dataclass(frozen=True)
class LimitTable:
    """The settings for every model, and those of single models, which replace them one by one.

    Example:
        >>> table = LimitTable.of_texts(["rpm=600", "gemini-2.5-pro:rpm=10"])
        >>> table.of_model("gemini-2.5-pro").rpm
        10
    """

    every: Values = field(default_factory=dict[str, Any])
    models: Mapping[str, Values] = field(default_factory=dict[str, Values])

    @classmethod
    def of_json(cls, value: object) -> LimitTable:
        """Read an object such as `{"rpm": 600, "models": {"gemini-2.5-pro": {"rpm": 10}}}`.

        Raises:
            SettingError: for a setting that is unknown or has a wrong value.
        """
        if not isinstance(value, Mapping):
            raise SettingError("limits", f"expected an object with settings such as rpm, not {_shown(value)}.")
        settings = cast("Mapping[str, object]", value)
        models = settings.get("models", {})
        if not isinstance(models, Mapping):
            raise SettingError("models", f"expected an object with settings by model, not {_shown(models)}.")
        table = cls().with_values(None, {name: given for name, given in settings.items() if name != "models"})
        for model, given in cast("Mapping[str, object]", models).items():
            if not isinstance(given, Mapping):
                raise SettingError(f"models.{model}", f"expected an object with settings, not {_shown(given)}.")
            table = table.with_values(model, cast("Values", given))
        return table

    @classmethod
    def of_texts(cls, texts: Iterable[str]) -> LimitTable:
        """Read texts of the form `[MODEL:]NAME=VALUE`, such as `rpm=600` and `gemini-2.5-pro:refuse=1%`.

        Raises:
            SettingError: for a text of another form, and a setting that is unknown or has a wrong value.
        """
        table = cls()
        for text in texts:
            name, equals, value = text.partition("=")
            model, colon, name = name.rpartition(":")
            if not equals:
                raise SettingError(
                    text, "expected [MODEL:]NAME=VALUE, such as rpm=600, gemini-2.5-pro:rpm=10 or refuse=1%."
                )
            table = table.with_values(model if colon else None, {name: value})
        return table

    def with_values(self, model: str | None, given: Values) -> LimitTable:
        """Return a table with further settings, which replace those of the same name.

        Args:
            model: bare name of the model; None for every model.
            given: the settings: numbers or texts; `none`, or None, for no limit.

        Raises:
            SettingError: for a setting that is unknown or has a wrong value, and for an invalid name of a model.
        """
        if model is None:
            return LimitTable({**self.every, **_read(given, "")}, self.models)
        if not _MODEL.fullmatch(model):
            raise SettingError(f"models.{model}", "expected the bare name of a model, such as gemini-2.5-pro.")
        if model not in self.models and len(self.models) >= _MOST_MODELS:
            raise SettingError("models", f"expected at most {_MOST_MODELS} models.")
        values = {**self.models.get(model, {}), **_read(given, f"models.{model}.")}
        return LimitTable(self.every, {**self.models, model: values})

    @property
    def is_empty(self) -> bool:
        """Whether nothing is limited."""
        return not self.every and not self.models

    def of_model(self, model: str) -> Settings:
        """Return the limits of a model."""
        values = {**self.every, **self.models.get(model, {})}
        return Settings(**{name: value for name, value in values.items() if value is not None})

    def to_json(self) -> dict[str, Any]:
        """Return the object that `of_json` reads."""
        shown = _to_json({name: value for name, value in self.every.items() if value is not None})
        if self.models:
            shown["models"] = {model: _to_json(values) for model, values in self.models.items()}
        return shown

    def to_texts(self) -> list[str]:
        """Return the texts that `of_texts` reads."""
        pairs = [("", self.every), *((f"{model}:", values) for model, values in self.models.items())]
        return [
            f"{prefix}{name}={NO_LIMIT if value is None else value}"
            for prefix, values in pairs
            for name, value in _to_json(values).items()
        ]


def _read(given: Values, path: str) -> dict[str, Any]:
    read: dict[str, Any] = {}
    for name, value in given.items():
        if name not in _READERS:
            import difflib

            near = difflib.get_close_matches(name, NAMES, n=1)
            advice = f"did you mean {near[0]}?" if near else f"expected one of {', '.join(NAMES)}."
            raise SettingError(f"{path}{name}", f"no such setting exists; {advice}")
        if value is None or value == NO_LIMIT:
            read[name] = None
            continue
        reader, expected = _READERS[name]
        read[name] = reader(value)
        if read[name] is None:
            raise SettingError(f"{path}{name}", f"expected {expected}, not {_shown(value)}.")
    return read


def _to_json(values: Values) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, Latency) else value for name, value in values.items()}


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:80]}..."
