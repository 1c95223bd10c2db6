"""Times and durations as the services read them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

_MICROSECOND = timedelta(microseconds=1)
_MINUTE = timedelta(minutes=1)


def time_text(moment: datetime) -> str:
    """Return a time in the format of RFC 3339. A time without a zone is local time, as everywhere in Python.

    Raises `ValueError` or `OverflowError` for a local time that is out of range.
    """
    offset = moment.utcoffset()
    if offset is None:
        moment = moment.astimezone()
        offset = moment.utcoffset()
    if offset is not None and offset % _MINUTE:  # RFC 3339 has no seconds in an offset
        moment = moment.astimezone(timezone.utc)
    return moment.isoformat()


def duration_text(value: Any) -> Any:
    """Return a `timedelta` as seconds followed by "s"; any other value unchanged."""
    if not isinstance(value, timedelta):
        return value
    microseconds = value // _MICROSECOND
    sign = "-" if microseconds < 0 else ""
    seconds, fraction = divmod(abs(microseconds), 1_000_000)
    return f"{sign}{seconds}" + (f".{fraction:06}".rstrip("0") if fraction else "") + "s"
