"""Checks of schemas in the API's own form, `Schema`, which is narrower than JSON Schema.

The service refuses in `parameters`, `response` and `responseSchema` what it accepts in the fields for JSON Schema.
"""

from __future__ import annotations

from .errors import JsonObject, invalid

_BESIDE_ALTERNATIVES = ("anyOf", "nullable", "title", "description")
_FORMATS = {
    "STRING": ("enum", "date-time"),
    "NUMBER": ("float", "double", "int32", "int64"),
    "INTEGER": ("int32", "int64", "float", "double"),
}


def check_own_schema(schema: JsonObject, path: str) -> None:
    """Check a canonical `Schema` and the schemas in it.

    Args:
        schema: the schema.
        path: path of the schema in the request.

    Raises:
        ApiError: 400 with the path of the field.
    """
    kind: str = schema.get("type", "TYPE_UNSPECIFIED")
    if "anyOf" in schema:
        beside = next((name for name in schema if name not in _BESIDE_ALTERNATIVES), None)
        if beside is not None:
            allowed = ", ".join(_BESIDE_ALTERNATIVES[1:])
            raise invalid(f"{path}.{beside}", f"cannot be set next to anyOf, except {allowed}.")
    if kind == "ARRAY" and "items" not in schema and not schema.get("prefixItems"):
        raise invalid(f"{path}.items", "is missing; a schema of type ARRAY describes its items.")
    given: str = schema.get("format", "")
    known = _FORMATS.get(kind, ())
    if given and given not in known and kind != "TYPE_UNSPECIFIED":
        expected = f"only {' and '.join(known)} are" if known else "no format is"
        raise invalid(f"{path}.format", f"{expected} supported for type {kind}, not {given!r}.")
    properties: JsonObject = schema.get("properties", {})
    for index, name in enumerate(schema.get("required", []) if properties else []):
        if name not in properties:
            raise invalid(f"{path}.required[{index}]", f"property {name!r} is not defined.")
    for field in ("properties", "defs"):
        for name, item in schema.get(field, {}).items():
            check_own_schema(item, f"{path}.{field}[{name}]")
    for field in ("anyOf", "prefixItems"):
        for index, item in enumerate(schema.get(field, [])):
            check_own_schema(item, f"{path}.{field}[{index}]")
    if "items" in schema:
        check_own_schema(schema["items"], f"{path}.items")
