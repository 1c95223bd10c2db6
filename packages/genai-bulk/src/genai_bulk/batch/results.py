"""The lines of a file of results as answers for the journal. Lines are matched by their key, never by their place."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, cast

from ..reading import NO_USAGE, Usage
from ..requests import Kind

_STATUSES = {
    1: (499, "CANCELLED"),
    2: (500, "UNKNOWN"),
    3: (400, "INVALID_ARGUMENT"),
    4: (504, "DEADLINE_EXCEEDED"),
    5: (404, "NOT_FOUND"),
    7: (403, "PERMISSION_DENIED"),
    8: (429, "RESOURCE_EXHAUSTED"),
    9: (400, "FAILED_PRECONDITION"),
    10: (409, "ABORTED"),
    11: (400, "OUT_OF_RANGE"),
    12: (501, "UNIMPLEMENTED"),
    13: (500, "INTERNAL"),
    14: (503, "UNAVAILABLE"),
    15: (500, "DATA_LOSS"),
    16: (401, "UNAUTHENTICATED"),
}
"""HTTP status and name of each code of `google.rpc.Status`."""
_AGAIN = frozenset({408, 409, 429, 499, 500, 502, 503, 504})


class LineResult(NamedTuple):
    """What a line says about a request.

    Attributes:
        digest: the key of the request.
        reply: the reply as JSON text, without the values of embeddings; None for an error.
        vector: the values of an embedding as 32-bit floats.
        usage: the tokens of the answer.
        code: HTTP status of an error.
        status: name of an error, such as `INVALID_ARGUMENT`; None for a reply.
        message: message of an error.
        is_worth_repeating: whether another attempt may succeed.
    """

    digest: bytes
    reply: dict[str, Any] | None = None
    vector: bytes | None = None
    usage: Usage = NO_USAGE
    code: int | None = None
    status: str | None = None
    message: str | None = None
    is_worth_repeating: bool = False


def results_of(path: Path, kind: Kind) -> Iterator[LineResult]:
    """Yield what the lines of a file say, in bounded memory. Lines that are cut, or that have no key of ours, are left out."""
    with path.open("rb") as lines:
        for line in lines:
            found = _result(line, kind)
            if found is not None:
                yield found


def _result(text: bytes, kind: Kind) -> LineResult | None:
    try:
        line: Any = json.loads(text)
        if not isinstance(line, dict):
            return None
        line = cast("dict[str, Any]", line)
        digest = bytes.fromhex(_key(line))
    except (ValueError, TypeError, LookupError, RecursionError):
        return None
    error: Any = line.get("error")
    reply: Any = line.get("response")
    if isinstance(error, Mapping):
        return _failure(digest, cast("Mapping[str, Any]", error))
    if not isinstance(reply, dict):
        return None
    answer = cast("dict[str, Any]", reply)
    if kind == "embed":
        return _embedding(digest, answer)
    return LineResult(digest, answer, usage=Usage.of(answer))


def _key(line: dict[str, Any]) -> str:
    """Return the key of a line: a field of its own, or in its metadata."""
    key = line.get("key")
    return key if key is not None else line["metadata"]["key"]


def _failure(digest: bytes, error: Mapping[str, Any]) -> LineResult:
    given = error.get("code")
    code, status = _STATUSES.get(given if isinstance(given, int) else 2, (given, None))
    named = error.get("status")
    return LineResult(
        digest,
        code=code if isinstance(code, int) else 500,
        status=str(named or status or "UNKNOWN"),
        message=str(error.get("message") or "")[:2000],
        is_worth_repeating=code in _AGAIN,
    )


def _embedding(digest: bytes, answer: dict[str, Any]) -> LineResult | None:
    embedding: Any = answer.get("embedding")
    values: Any = cast("dict[str, Any]", embedding).get("values") if isinstance(embedding, dict) else None
    if not isinstance(values, list) or not values:
        return None
    numbers = cast("list[float]", values)
    metadata: Any = answer.get("usageMetadata")
    count: Any = answer.get("tokenCount") or (
        cast("Mapping[str, Any]", metadata).get("promptTokenCount") if isinstance(metadata, Mapping) else None
    )
    tokens = int(count) if isinstance(count, (int, str)) and str(count).isdecimal() else 0
    usage = Usage(prompt_tokens=tokens, total_tokens=tokens) if tokens else NO_USAGE
    return LineResult(digest, {"dimensions": len(numbers)}, array("f", numbers).tobytes(), usage)
