"""Declarations of the tools of MCP servers: what a model is told of them. The package `mcp` itself is never imported here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pydantic

if TYPE_CHECKING:
    from .._json import Json
    from . import FunctionDeclaration
    from ._optional import McpTool

_IN_BOTH_FORMS = frozenset(
    {"type", "title", "description", "properties", "required", "items", "enum", "default", "format", "pattern"}
    | {"minimum", "maximum", "minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties"}
)
_OF_NO_WEIGHT = frozenset({"$schema", "$id", "$comment", "examples"})


def declaration_of_tool(tool: McpTool) -> FunctionDeclaration:
    """Return what a model is told of an MCP tool.

    Its arguments are written in the service's own form of schema where that can say everything that theirs says, and are sent
    as the JSON Schema that they are otherwise.
    """
    from . import FunctionDeclaration, JSONSchema
    from ._json_schemas import schema_from_json_schema

    described: dict[str, Any] = tool.model_dump(mode="json", by_alias=True, exclude_none=True)
    arguments: Any = described.get("inputSchema")
    written: dict[str, Any] = {"parameters_json_schema": arguments}
    if _is_in_both_forms(arguments):
        try:
            schema = schema_from_json_schema(JSONSchema.model_validate(_weighty(arguments)), refuses_rest=True)
            written = {"parameters": schema}
        except (pydantic.ValidationError, ValueError):
            pass
    return FunctionDeclaration(name=described["name"], description=described.get("description"), **written)


def _is_in_both_forms(schema: Json) -> bool:
    if not isinstance(schema, dict):
        return False
    if schema.get("additionalProperties") not in (None, False):
        return False
    if schema.keys() - _IN_BOTH_FORMS - _OF_NO_WEIGHT - {"additionalProperties"}:
        return False
    if not all(isinstance(value, str) for value in schema.get("enum") or ()):
        return False
    below: list[Any] = [*(schema.get("properties") or {}).values()]
    if "items" in schema:
        below.append(schema["items"])
    return all(_is_in_both_forms(item) for item in below)


def _weighty(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema without what a model need not be told: that no other properties are expected, notes to readers."""
    kept = {name: value for name, value in schema.items() if name in _IN_BOTH_FORMS}
    if "properties" in kept:
        kept["properties"] = {name: _weighty(value) for name, value in kept["properties"].items()}
    if "items" in kept:
        kept["items"] = _weighty(kept["items"])
    return kept
