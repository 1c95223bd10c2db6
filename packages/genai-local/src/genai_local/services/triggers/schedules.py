"""Schedules in the form of cron, and the times that they name in a time zone.

The five fields are minute, hour, day of the month, month and day of the week. It knows dates, but no triggers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ...protocol.errors import invalid

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FIELDS: tuple[tuple[str, int, int, tuple[str, ...]], ...] = (
    ("minute", 0, 59, ()),
    ("hour", 0, 23, ()),
    ("day of the month", 1, 31, ()),
    ("month", 1, 12, _MONTHS),
    ("day of the week", 0, 7, _DAYS),
)
_PART = re.compile(r"(?:(?P<any>\*)|(?P<first>\w+)(?:-(?P<last>\w+))?)(?:/(?P<step>\d{1,3}))?")
_MAX_LENGTH = 256
_MAX_DAYS = 366 * 9
"""How many days are searched: the 29th of February may be eight years away."""


@dataclass(frozen=True)
class Schedule:
    """The minutes that a cron expression names."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    """From 0, which is Sunday, to 6."""
    either_day: bool
    """Whether a day matches by its number or its weekday, because the expression restricts both."""

    def next_after(self, seconds: float, zone: tzinfo) -> float | None:
        """Return the first time after a time, both in seconds since 1970; None without one in the next nine years.

        A time that the clocks of the zone skip is an hour later, and one that they show twice is the first of both.
        """
        day = datetime.fromtimestamp(seconds, zone).date()
        for _ in range(_MAX_DAYS):
            if self._matches(day.day, day.month, day.isoweekday() % 7):
                for hour in sorted(self.hours):
                    for minute in sorted(self.minutes):
                        found = datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone).timestamp()
                        if found > seconds:
                            return found
            day += timedelta(days=1)
        return None

    def _matches(self, day: int, month: int, weekday: int) -> bool:
        if month not in self.months:
            return False
        if self.either_day:
            return day in self.days or weekday in self.weekdays
        return day in self.days and weekday in self.weekdays


def schedule_of(text: str, path: str) -> Schedule:
    """Return the schedule that a cron expression such as `0 9 * * mon-fri` describes.

    Args:
        text: the expression: lists, ranges, steps, and the English abbreviations of months and weekdays.
        path: path of the value in the request, for error messages.

    Raises:
        ApiError: 400 for an invalid expression.
    """
    fields = text.split()
    if len(fields) != len(_FIELDS) or len(text) > _MAX_LENGTH:
        names = ", ".join(name for name, *_ in _FIELDS)
        raise invalid(path, f"expected five fields ({names}), such as '0 9 * * mon-fri', not {text[:_MAX_LENGTH]!r}.")
    values = [_values(field, kind, path) for field, kind in zip(fields, _FIELDS, strict=True)]
    minutes, hours, days, months, weekdays = values
    weekdays = frozenset(day % 7 for day in weekdays)
    either = not fields[2].startswith("*") and not fields[4].startswith("*")
    return Schedule(minutes, hours, days, months, weekdays, either)


def _values(field: str, kind: tuple[str, int, int, tuple[str, ...]], path: str) -> frozenset[int]:
    name, lowest, highest, words = kind
    found: set[int] = set()
    for part in field.lower().split(","):
        match = _PART.fullmatch(part)
        step = int(match["step"] or 1) if match else 0
        first = last = -1
        if match and match["any"]:
            first, last = lowest, 6 if words == _DAYS else highest
        elif match:
            first = _number(match["first"], words, lowest)
            last = _number(match["last"], words, lowest) if match["last"] else (highest if match["step"] else first)
        if step < 1 or not lowest <= first <= last <= highest:
            problem = (
                f"{part!r} is not a {name}; expected numbers from {lowest} to {highest}, such as *, 5, 1-5 or */15."
            )
            raise invalid(path, problem)
        found.update(range(first, last + 1, step))
    return frozenset(found)


def _number(text: str, words: tuple[str, ...], lowest: int) -> int:
    if text in words:
        return words.index(text) + (lowest if words == _MONTHS else 0)
    return int(text) if text.isdecimal() and len(text) <= 3 else -1


def zone_of(name: str, path: str) -> tzinfo:
    """Return the time zone with a name such as `Europe/Berlin`.

    Raises:
        ApiError: 400 for an unknown name.
    """
    if name.upper() in ("UTC", "ETC/UTC"):
        return timezone.utc
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        problem = (
            f"expected the name of a time zone that this machine knows, such as UTC or Europe/Berlin, not {name!r}."
        )
        raise invalid(path, problem) from None
