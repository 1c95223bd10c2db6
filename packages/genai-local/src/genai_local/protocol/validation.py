"""The check of a value against a JSON Schema, in bounded time, and without opening files or URLs.

jsonschema's own keywords search with backtracking, and some schemas make it try every combination of alternatives.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from functools import cache
from typing import Any, cast

from . import patterns
from .errors import ApiError, JsonObject
from .limits import MAX_SCHEMA_CHECK_S

_COMBINING = ("$ref", "$dynamicRef", "allOf", "anyOf", "oneOf", "not", "if", "contains")
"""Keywords that every schema with many combinations contains."""
_deadline: ContextVar[float] = ContextVar("deadline")

Keyword = Callable[[Any, Any, Any, Any], Iterator[Any]]


def first_error(value: Any, schema: Any) -> Any:
    """Return the first error of a value as jsonschema describes it, or None.

    Raises:
        ApiError: 400 when the check takes too long.
    """
    import referencing

    # An empty registry, so that no reference makes the validator open a file or a URL.
    validator: Any = _validator()(schema, registry=cast("Any", referencing).Registry())
    token = _deadline.set(time.monotonic() + MAX_SCHEMA_CHECK_S)
    try:
        return next(iter(validator.iter_errors(value)), None)
    finally:
        _deadline.reset(token)


@cache
def _validator() -> Any:
    import jsonschema
    from jsonschema import validators

    original: dict[str, Keyword] = cast("Any", jsonschema.Draft202012Validator).VALIDATORS
    own: dict[str, Keyword] = {
        "pattern": _pattern,
        "patternProperties": _pattern_properties,
        "additionalProperties": _additional_properties,
        "unevaluatedProperties": _unevaluated_properties(original["unevaluatedProperties"]),
        **{name: _timed(original[name]) for name in _COMBINING},
    }
    return cast("Any", validators).extend(jsonschema.Draft202012Validator, own)


def _timed(keyword: Keyword) -> Keyword:
    def check(validator: Any, expected: Any, value: Any, schema: Any) -> Iterator[Any]:
        if time.monotonic() > _deadline.get():
            raise ApiError(
                400,
                f"The schema has so many combinations that the check of a value takes more than {MAX_SCHEMA_CHECK_S:g} s.",
            )
        yield from keyword(validator, expected, value, schema)

    return check


def _error(message: str) -> Any:
    import jsonschema

    return jsonschema.ValidationError(message)


def _pattern(_: Any, pattern: str, value: Any, __: Any) -> Iterator[Any]:
    if isinstance(value, str) and not patterns.occurs(pattern, value):
        yield _error(f"{value!r} does not match {pattern!r}")


def _pattern_properties(validator: Any, schemas: JsonObject, value: Any, _: Any) -> Iterator[Any]:
    if not isinstance(value, dict):
        return
    for name, item in cast("JsonObject", value).items():
        for pattern, schema in schemas.items():
            if patterns.is_supported(pattern) and patterns.occurs(pattern, name):
                yield from validator.descend(item, schema, path=name, schema_path=pattern)


def _additional_properties(validator: Any, extra: Any, value: Any, schema: JsonObject) -> Iterator[Any]:
    if not isinstance(value, dict):
        return
    known, matching = schema.get("properties", {}), schema.get("patternProperties", {})
    names = [
        name
        for name in cast("JsonObject", value)
        if name not in known and not any(patterns.occurs(pattern, name) for pattern in matching)
    ]
    if isinstance(extra, dict):
        for name in names:
            yield from validator.descend(value[name], extra, path=name)
    elif extra is False and names:
        shown = ", ".join(map(repr, names))
        yield _error(
            f"Additional properties are not allowed ({shown} {'was' if len(names) == 1 else 'were'} unexpected)"
        )


def _unevaluated_properties(original: Keyword) -> Keyword:
    def check(validator: Any, expected: Any, value: Any, schema: Any) -> Iterator[Any]:
        # The original searches the patterns of properties itself, with backtracking.
        if "patternProperties" not in repr(schema):
            yield from original(validator, expected, value, schema)

    return check
