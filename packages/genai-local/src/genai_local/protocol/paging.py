"""Pages of lists: page sizes, and page tokens, which are valid for one list only.

It knows queries and positions; services provide the items.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence

from .errors import JsonObject, invalid

MAX_SIZE = 1000
Fetch = Callable[[int | None, int], Sequence[tuple[int, JsonObject]]]
"""Takes a position (None for the start) and a count; returns up to `count` items after it, each with its position."""


def page(
    query: Mapping[str, str],
    path: str,
    name: str,
    fetch: Fetch,
    *,
    default_size: int = 50,
    max_size: int = MAX_SIZE,
    next_field: str = "nextPageToken",
) -> JsonObject:
    """Return the requested page of a list.

    Args:
        query: the request's query parameters. All of them except pageSize and pageToken must be the same for each page.
        path: the request's path.
        name: the field of the reply that contains the items.
        fetch: fetches the items.
        default_size: page size when the request has none.
        max_size: the largest page size; larger ones are reduced to it.
        next_field: the field of the reply that contains the token of the next page.

    Raises:
        ApiError: 400 for an invalid page size or token.
    """
    size = min(_size(query) or default_size, max_size)
    list_id = _list_id(query, path)
    text = query.get("pageToken") or query.get("page_token") or ""
    found = fetch(_position(text, list_id) if text else None, size + 1)
    result: JsonObject = {name: [item for _, item in found[:size]]} if found else {}
    if len(found) > size:
        result[next_field] = _token(found[size - 1][0], list_id)
    return result


def among(items: Sequence[JsonObject]) -> Fetch:
    """Return a function that fetches items from a list in memory."""

    def fetch(position: int | None, count: int) -> Sequence[tuple[int, JsonObject]]:
        start = 0 if position is None else position + 1
        return list(enumerate(items[start : start + count], start))

    return fetch


def _size(query: Mapping[str, str]) -> int:
    text = query.get("pageSize") or query.get("page_size") or "0"
    if not text.isdecimal() or len(text) > 9:
        raise invalid("pageSize", f"expected an integer of at least 0, not {text!r}.")
    return int(text)


def _list_id(query: Mapping[str, str], path: str) -> str:
    # These parameters do not change which items the list has.
    ignored = {"pageSize", "page_size", "pageToken", "page_token", "key", "alt", "$alt", "prettyPrint"}
    shown = sorted((name, value) for name, value in query.items() if name not in ignored)
    return hashlib.sha256(json.dumps([path, shown]).encode()).hexdigest()[:16]


def _token(position: int, list_id: str) -> str:
    return base64.urlsafe_b64encode(f"{position}.{list_id}".encode()).decode().rstrip("=")


def _position(token: str, list_id: str) -> int:
    try:
        position, _, found = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode().partition(".")
        if found == list_id:
            return int(position)
    except (binascii.Error, ValueError):
        pass
    raise invalid("pageToken", "not a token of this list; request the first page without a pageToken.")
