"""Declarations of tools of MCP servers for the model. Never imports the package `mcp`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._schemas.json_schema import with_each_schema
from .._schemas.service_form import accepted_form, exact_form

if TYPE_CHECKING:
    from .._json import Json
    from .._optional import McpTool
    from ..types import FunctionDeclaration

_IN_BOTH_FORMS = frozenset(
    """
    type title description properties required items enum default format pattern minimum maximum minItems maxItems
    minLength maxLength minProperties maxProperties
    """.split()
)
_IGNORED = frozenset({"$schema", "$id", "$comment", "examples"})


def declaration_of_tool(tool: McpTool) -> FunctionDeclaration:
    """Return the declaration of an MCP tool.

    Its arguments are written in the service's own form of schema if that form can express all of their JSON Schema, and
    sent as JSON Schema otherwise.
    """
    from ..types import FunctionDeclaration, Schema

    description: dict[str, Any] = tool.model_dump(mode="json", by_alias=True, exclude_none=True)
    arguments: Any = description.get("inputSchema")
    schema: dict[str, Any] = {"parameters_json_schema": arguments}
    if _is_in_both_forms(arguments):
        try:
            form = exact_form(_without_notes(arguments), "inputSchema", refuses_rest=True)
            schema = {"parameters": Schema.model_validate(accepted_form(form, "gemini", "inputSchema"))}
        except ValueError:  # not a valid schema
            pass
    return FunctionDeclaration(name=description["name"], description=description.get("description"), **schema)


def _is_in_both_forms(schema: Json) -> bool:
    if not isinstance(schema, dict):
        return False
    if schema.get("additionalProperties") not in (None, False):
        return False
    if schema.keys() - _IN_BOTH_FORMS - _IGNORED - {"additionalProperties"}:
        return False
    if not all(isinstance(value, str) for value in schema.get("enum") or ()):
        return False
    below: list[Any] = [*(schema.get("properties") or {}).values()]
    if "items" in schema:
        below.append(schema["items"])
    return all(_is_in_both_forms(item) for item in below)


def _without_notes(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema without notes for its readers, and without the keyword that forbids other properties."""
    return with_each_schema({name: schema[name] for name in schema if name in _IN_BOTH_FORMS}, _without_notes)
