"""Declarations of Python functions for the model, created from signature and docstring.

Tools are declared in JSON Schema, with a property for each parameter and the schema of the result. The service's own form
is for programs that ask for it: if it cannot express a parameter (a class that contains itself, a tuple of different types,
an enum of numbers, a list of anything), the whole schema is JSON Schema in that form as well.
"""

from __future__ import annotations

import typing
from collections.abc import Callable
from typing import Any, Literal, TypeVar

import pydantic

from .._schemas.annotations import adapter
from .._schemas.json_schema import inline_references
from .._schemas.parameters import (
    Untitled,
    annotation_form,
    default_in,
    description_in,
    is_simple,
    parameter_schema,
    with_title,
)
from .._schemas.service_form import NotExpressible, accepted_form
from ..types._field_docs import without_field_docs
from .docstrings import parameter_descriptions
from .signature import MISSING, Parameter, Signature, signature_of

Form = Literal["json", "gemini", "vertex"]
"""`json` is JSON Schema; the others are the own form of a service, where only Vertex AI receives the schema of the result."""
D = TypeVar("D", bound=pydantic.BaseModel)


def declaration_of(function: Callable[..., Any], form: Form, cls: type[D]) -> D:
    """Return the declaration of a function as an instance of `types.FunctionDeclaration`, which is passed as `cls`.

    It is kept with the function and must not be changed. Raises `ValueError` that names the function and the parameter
    if no schema can be made of a parameter.
    """
    signature = signature_of(function)
    key = ("declaration", form, cls)
    if key not in signature.kept:
        declaration = _in_json_schema(signature) if form == "json" else _in_own_form(signature, form == "vertex")
        signature.kept[key] = cls.model_validate(declaration)
    return signature.kept[key]


@without_field_docs()
def _in_json_schema(signature: Signature) -> dict[str, Any]:
    declaration: dict[str, Any] = {"name": signature.name, "description": signature.docstring or ""}
    if not signature.parameters:
        return declaration
    _check_annotations(signature)
    descriptions = parameter_descriptions(signature.docstring)
    return {
        **declaration,
        "parameters_json_schema": _json_schema(signature, descriptions),
        **_response_json_schema(signature),
    }


def _response_json_schema(signature: Signature) -> dict[str, Any]:
    """Return the JSON Schema of the returned value; empty for a function without an annotation, or without a schema."""
    if signature.returned is MISSING:
        return {}
    try:
        schema = adapter(signature.returned).json_schema()
    except (pydantic.PydanticUserError, NameError):
        return {}
    return {"response_json_schema": inline_references(schema, keeps_plain=True)}


@without_field_docs()
def _in_own_form(signature: Signature, has_response: bool) -> dict[str, Any]:
    return {
        "name": signature.name,
        "description": signature.docstring,
        **(_parameters(signature) if signature.parameters else {}),
        **(_response(signature) if has_response else {}),
    }


def _check_annotations(signature: Signature) -> None:
    for parameter in signature.parameters:
        if parameter.annotation is MISSING:
            raise ValueError(
                f"{signature.name}({parameter.name}): the parameter has no annotation, so its schema is unknown. "
                f"Annotate it, or declare {signature.name} with types.FunctionDeclaration."
            )


def _parameters(signature: Signature) -> dict[str, Any]:
    _check_annotations(signature)
    descriptions = parameter_descriptions(signature.docstring)
    try:
        properties = {
            parameter.name: _property(parameter, descriptions.get(parameter.name), signature.name)
            for parameter in signature.parameters
        }
        required = [
            parameter.name
            for parameter in signature.parameters
            if parameter.is_required and not properties[parameter.name].get("nullable")
        ]
        whole = {"type": "OBJECT", "properties": properties, "required": required}
        return {"parameters": accepted_form(whole, "gemini", signature.name, needs_types=True)}
    except NotExpressible:
        return {"parameters_json_schema": _json_schema(signature, descriptions)}


def _property(parameter: Parameter, description: str | None, function_name: str) -> dict[str, Any]:
    annotation = parameter.annotation
    schema = with_title(annotation_form(annotation, f"{function_name}({parameter.name}"), annotation)
    if parameter.default is None:
        schema["nullable"] = True
    elif parameter.default is not MISSING:
        schema.update(default_in(parameter.default))
    if description and not description_in(annotation):
        schema["description"] = description
    return schema


def _json_schema(signature: Signature, descriptions: dict[str, str]) -> dict[str, Any]:
    """Return the JSON Schema of all parameters. Raises `ValueError` for a parameter that has none."""
    for parameter in signature.parameters:
        parameter_schema(parameter.annotation, f"{signature.name}({parameter.name}")
    adapters = [(parameter.name, "validation", adapter(parameter.annotation)) for parameter in signature.parameters]
    schemas, definitions = pydantic.TypeAdapter.json_schemas(typing.cast("Any", adapters))
    properties: dict[str, Any] = {}
    for parameter in signature.parameters:
        schema: dict[str, Any] = dict(schemas[parameter.name, "validation"])
        if parameter.default is None:
            schema = _or_null(schema)
        if parameter.default is not MISSING:
            schema.update(default_in(parameter.default))
        description = description_in(parameter.annotation) or descriptions.get(parameter.name)
        properties[parameter.name] = {**schema, "description": description} if description else schema
    required = [parameter.name for parameter in signature.parameters if parameter.is_required]
    whole = {"type": "object", "properties": properties, "required": required}
    return inline_references({**whole, **definitions}, keeps_plain=True)


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    null = {"type": "null"}
    if "anyOf" not in schema:
        return {"anyOf": [schema, null]}
    return schema if null in schema["anyOf"] else {**schema, "anyOf": [*schema["anyOf"], null]}


def _response(signature: Signature) -> dict[str, Any]:
    """Return the schema of the returned value; empty for a function without one."""
    annotation = signature.returned
    if annotation is MISSING or annotation is Any or isinstance(annotation, typing.TypeVar):
        return {}
    if is_simple(annotation):
        try:
            form = annotation_form(annotation, signature.name)
            return {"response": accepted_form(form, "vertex", signature.name, needs_types=True)}
        except ValueError:
            pass  # for example a model that contains itself
    try:
        schema = adapter(annotation).json_schema(mode="serialization", schema_generator=Untitled)
    except (pydantic.PydanticUserError, NameError):
        return {}
    return {"response_json_schema": inline_references(schema)}
