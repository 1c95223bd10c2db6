"""Timestamps and durations as the API writes them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

from .errors import invalid

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
TIMESTAMP = re.compile(r"(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:\d{2})(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})")
DURATION = re.compile(r"-?\d{1,12}(\.\d{1,9})?s")


def timestamp(seconds: float) -> str:
    """Return a time as the API writes it, such as `2026-01-31T12:00:00.250000Z`."""
    moment = _EPOCH + timedelta(microseconds=round(seconds * 1_000_000))
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def read_timestamp(text: str, path: str) -> float:
    """Return the seconds since 1970 of an RFC 3339 time.

    Args:
        text: the time as it was sent.
        path: path of the value in the request, for the error message.

    Raises:
        ApiError: 400 for an invalid value.
    """
    match = TIMESTAMP.fullmatch(text)
    problem = f"expected a time such as 2026-01-31T12:00:00Z, not {text!r}."
    if match is None:
        raise invalid(path, problem)
    day, time_of_day, fraction, zone = match.groups()
    zone = "+00:00" if zone in ("Z", "z") else zone
    try:
        moment = datetime.fromisoformat(f"{day}T{time_of_day}{zone}")
    except ValueError:
        raise invalid(path, problem) from None
    return (moment - _EPOCH).total_seconds() + float(fraction or 0)


def read_duration(text: str, path: str) -> float:
    """Return the seconds of a duration such as `3600s` or `1.5s`.

    Args:
        text: the duration as it was sent.
        path: path of the value in the request, for the error message.

    Raises:
        ApiError: 400 for an invalid value.
    """
    if not DURATION.fullmatch(text):
        raise invalid(path, f"expected seconds such as '3600s', not {text!r}.")
    return float(text[:-1])
