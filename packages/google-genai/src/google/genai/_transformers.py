"""Conversions of arguments under the names that other packages import; each calls the module that does the work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import types
    from ._api_client import BaseApiClient


def t_part(part: Any) -> types.Part:
    """Return the part that a value describes."""
    from .types._content import part_of

    return part_of(part)


def t_parts(parts: Any) -> list[types.Part]:
    """Return the parts that a value, or each item of a list, describes."""
    from .types._content import parts_of

    return parts_of(parts)


def t_content(content: Any) -> types.Content:
    """Return the one content that a value describes."""
    from .types._content import content_of

    return content_of(content)


def t_contents(contents: Any) -> list[types.Content]:
    """Return the turns of a conversation that a value describes."""
    from .types._content import contents_of

    return contents_of(contents)


def t_model(client: BaseApiClient, model: str) -> str:
    """Return the path of a model on the client's backend."""
    from ._wire.names import model_name

    return model_name(model, client.backend)


def t_schema(client: BaseApiClient | None, origin: Any) -> types.Schema | None:
    """Return a class, an annotation, a dict or a `Schema` in the service's own form of schema."""
    if not origin:
        return None
    from ._schemas.responses import schema_of

    return schema_of(origin, "vertex" if client is not None and client.vertexai else "gemini", "schema")


def t_cached_content_name(client: BaseApiClient, name: str) -> str:
    """Return the full name of a cached content on the client's backend."""
    from ._wire.names import cached_content_name

    return cached_content_name(name, client.backend, "name")


def t_tools(client: BaseApiClient, tools: Any) -> list[types.Tool]:
    """Return the tools, with declarations in place of functions; one tool at the end contains all declarations."""
    from . import types

    listed: list[types.Tool] = []
    declarations: list[types.FunctionDeclaration] = []
    for tool in tools or ():
        if callable(tool):
            declarations.append(
                types.FunctionDeclaration.from_callable(client=client, callable=tool, use_json_schema=True)
            )
        else:
            listed.append(types.Tool.model_validate(tool))
    return [*listed, types.Tool(function_declarations=declarations)] if declarations else listed
