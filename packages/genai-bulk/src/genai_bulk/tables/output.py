"""The columns of the sink: those of the source, then those of the answer.

A column of the answer whose name the source already has gets the prefix `answer_`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from .arrow import pa
from .parsed import parsed_field

ANSWER_COLUMNS: Final = ("text", "parsed", "embedding", "finish_reason", "error", "usage", "response")
USAGE: Final = ("prompt_tokens", "cached_tokens", "output_tokens", "thought_tokens", "total_tokens")


def output_schema(
    columns: Any, *, kinds: Collection[str], parsed: Mapping[str, Any] | None = None, response: bool = False
) -> Any:
    """Return the `pyarrow.Schema` of the sink.

    `columns` is the schema of the source. `kinds` names what the answers hold: `text`, `embedding` or both. `parsed` is the
    JSON Schema of the replies; default: no such column. `response` adds the complete replies as JSON text.
    """
    names = output_names(columns.names)
    fields = {
        "text": pa.field("text", pa.string()) if "text" in kinds else None,
        "parsed": parsed_field(parsed) if parsed is not None else None,
        "embedding": pa.field("embedding", pa.list_(pa.float32())) if "embedding" in kinds else None,
        "finish_reason": pa.field("finish_reason", pa.string()) if "text" in kinds else None,
        "error": pa.field(
            "error",
            pa.struct(
                [("code", pa.int32()), ("status", pa.string()), ("message", pa.string()), ("attempts", pa.int32())]
            ),
        ),
        "usage": pa.field("usage", pa.struct([(name, pa.int64()) for name in USAGE])),
        "response": pa.field("response", pa.string()) if response else None,
    }
    answer = [field.with_name(names[name]) for name, field in fields.items() if field is not None]
    return pa.schema([*columns, *answer])


def output_names(columns: Collection[str]) -> dict[str, str]:
    """Return the name in the sink of each column of the answer."""
    names: dict[str, str] = {}
    for column in ANSWER_COLUMNS:
        name = column
        while name in columns:
            name = f"answer_{name}"
        names[column] = name
    return names
