"""Rows of sources that can be read only once, as JSON in the journal. Values without a form in JSON get a tag."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

_TAG = "$genai-bulk"


def dump_row(row: Mapping[str, Any]) -> str:
    """Return a row as JSON.

    Raises:
        TypeError: for a value of a type that cannot be kept.
    """
    return json.dumps(row, ensure_ascii=False, default=_tagged)


def load_row(text: str) -> dict[str, Any]:
    """Return the row that `dump_row` made a text of."""
    return json.loads(text, object_hook=_untagged)


def _tagged(value: Any) -> Any:
    if isinstance(value, (bytes, bytearray)):
        return {_TAG: "bytes", "value": base64.b64encode(value).decode()}
    if isinstance(value, datetime):
        return {_TAG: "datetime", "value": value.isoformat()}
    if isinstance(value, date):
        return {_TAG: "date", "value": value.isoformat()}
    if isinstance(value, time):
        return {_TAG: "time", "value": value.isoformat()}
    if isinstance(value, timedelta):
        return {_TAG: "timedelta", "value": [value.days, value.seconds, value.microseconds]}
    if isinstance(value, Decimal):
        return {_TAG: "decimal", "value": str(value)}
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Mapping):
        return dict(cast("Mapping[str, Any]", value))
    if isinstance(value, (set, frozenset)):
        return list(cast("set[Any]", value))
    raise TypeError(
        f"a value of the type {type(value).__name__} cannot be kept in the journal; "
        "expected text, numbers, bytes, dates, lists and dicts"
    )


def _untagged(found: dict[str, Any]) -> Any:
    kind = found.get(_TAG)
    if kind is None:
        return found
    value: Any = found["value"]
    if kind == "bytes":
        return base64.b64decode(value)
    if kind == "timedelta":
        return timedelta(*value)
    if kind == "decimal":
        return Decimal(value)
    return {"datetime": datetime, "date": date, "time": time}[kind].fromisoformat(value)
