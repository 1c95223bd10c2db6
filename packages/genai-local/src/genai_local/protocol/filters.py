"""Filters of lists: `field=value`, `field:value`, `field!=value`, `labels.key:*` and plain words, joined by AND.

A part of the filter language of Google's APIs (AIP-160), applied to JSON objects.
"""

from __future__ import annotations

import re
from typing import Any, cast

from .errors import JsonObject, invalid
from .limits import MAX_FILTER_LENGTH

_TERM = re.compile(r'\s*(?:(?P<path>[A-Za-z_][\w.-]*)\s*(?P<operator>!=|=|:)\s*)?(?P<value>"[^"]*"|[^\s"()&]+)')
_JOIN = re.compile(r"\s+AND\s+|\s*&filter=|\s+")


def filter_items(items: list[JsonObject], expression: str) -> list[JsonObject]:
    """Return the items that match a filter; all items when it is empty.

    Args:
        items: JSON objects with camelCase names.
        expression: the filter; field names may be camelCase or snake_case.

    Raises:
        ApiError: 400 when the filter cannot be read.
    """
    if len(expression) > MAX_FILTER_LENGTH:
        raise invalid("filter", f"expected at most {MAX_FILTER_LENGTH} characters, not {len(expression)}.")
    terms: list[tuple[str, str, str]] = []
    position, text = 0, expression.strip()
    while position < len(text):
        match = _TERM.match(text, position)
        if match is None or match["value"] in ("OR", "NOT", "AND"):
            raise invalid(
                "filter",
                f'invalid filter at {text[position:]!r}; expected terms such as display_name="x" or labels.key:* '
                "joined by AND.",
            )
        terms.append((match["path"] or "", match["operator"] or ":", match["value"].strip('"')))
        joint = _JOIN.match(text, match.end())
        position = joint.end() if joint else match.end()
    return [item for item in items if all(_matches(item, *term) for term in terms)]


def _matches(item: JsonObject, path: str, operator: str, wanted: str) -> bool:
    if not path:
        return any(wanted.lower() in str(item.get(name, "")).lower() for name in ("name", "displayName", "description"))
    found: Any = item
    for step in path.split("."):
        if not isinstance(found, dict):
            return False
        members = cast("JsonObject", found)
        camel = re.sub(r"_([a-z])", lambda match: match[1].upper(), step)
        found = members.get(step, members.get(camel))
    if operator == "!=":
        return found is None or str(found) != wanted
    if found is None:
        return False
    if wanted == "*":
        return True
    return str(found) == wanted if operator == "=" else wanted.lower() in str(found).lower()
