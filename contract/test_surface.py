"""The public names of `google.genai.types` and `google.genai.interactions`, compared with the facts of `surface.json` and
`surface_newest.json`.
"""

from __future__ import annotations

import collections.abc
import datetime
import enum
import inspect
import json
import types as python_types
import typing
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, Optional, Union

import pydantic
import pytest
import typing_extensions
from pydantic_core import PydanticUndefined

from google.genai import _optional, interactions, types
from google.genai.types._index import MODULE_OF

_SURFACE = json.loads((Path(__file__).parent / "surface.json").read_text())
_NEWEST = json.loads((Path(__file__).parent / "surface_newest.json").read_text())


def _values(members: Any) -> dict[str, str]:
    """Return the members of an enum with their values, which are their names unless the facts state others."""
    return members if isinstance(members, dict) else {member: member for member in members}


def _all_enums() -> dict[str, dict[str, str]]:
    """Return the members of each enum at the newest level."""
    found = {name: _values(members) for name, members in _SURFACE["enums"].items()}
    for level in _NEWEST["levels"].values():
        found |= {name: _values(members) for name, members in level["enums"].items()}
        for name, members in level["members"].items():
            found[name] = found[name] | _values(members)
    return found


def _all_models() -> dict[str, dict[str, Any]]:
    """Return the fields and methods of each model at the newest level."""
    found = {name: {**stated, "fields": dict(stated["fields"])} for name, stated in _SURFACE["models"].items()}
    for level in _NEWEST["levels"].values():
        found |= {name: {"fields": fields, "methods": []} for name, fields in level["models"].items()}
        for name, fields in level["fields"].items():
            found[name]["fields"] |= fields
    for name, properties in _NEWEST["properties"].items():
        found[name]["methods"] = [*found[name]["methods"], *properties]
    for path, changed in _NEWEST["changed"].items():
        name, field = path.split(".")
        found[name]["fields"][field] = {"type": changed}
    return found


_ENUMS = _all_enums()
_MODELS = _all_models()
_UNIONS: dict[str, str] = _SURFACE["unions"] | _NEWEST["unions"]
_WITH_DICT = [*_SURFACE["with_dict"], *(name for level in _NEWEST["levels"].values() for name in level["models"])]
_DICT_LACKS: dict[str, list[str]] = _SURFACE["dict_lacks"] | _NEWEST["dict_lacks"]
_DICT_ADDS: dict[str, dict[str, str]] = _NEWEST["dict_adds"]
_OF_CHECKERS_ONLY = {"SchemaUnion", "SchemaUnionDict", "VersionedUnionType"}
"""Unions that validation does not use: a response schema is checked when it is sent."""


class _Names(dict[str, Any]):
    """The names in the types of the facts: public types, and substitutes for types of other libraries."""

    def __missing__(self, name: str) -> Any:
        return getattr(types, name)


_NAMES = _Names(
    {
        **{name: value for name, value in vars(__import__("builtins")).items() if isinstance(value, type)},
        "Any": Any,
        "Callable": Callable,
        "Literal": Literal,
        "Optional": Optional,
        "Union": Union,
        "Enum": enum.Enum,
        "datetime": datetime,
        "pydantic": pydantic,
        "mcp_types": python_types.SimpleNamespace(Tool=_optional.McpTool),
        "McpClientSession": _optional.McpSession,
        "PIL_Image": _optional.PilImage,
        "HttpxClient": Any,
        "HttpxAsyncClient": Any,
        "AiohttpClient": Any,
        "ClientSession": Any,
    }
)


def _canonical(annotation: Any) -> Any:
    """Return an annotation in a form that does not depend on how it was written."""
    if isinstance(annotation, typing.ForwardRef):
        annotation = _NAMES[annotation.__forward_arg__]
    if annotation in (_optional.PilImage, _optional.McpTool, _optional.McpSession):
        return annotation
    origin = typing.get_origin(annotation)
    arguments = typing.get_args(annotation)
    if origin is typing.Annotated:
        return _canonical(arguments[0])
    if origin in (Union, python_types.UnionType):
        members: set[Any] = set()
        for argument in arguments:
            member = _canonical(argument)
            members |= member if isinstance(member, frozenset) else {member}
        return frozenset(members)
    if origin is Literal:
        return ("Literal", *arguments)
    if origin is collections.abc.Callable:
        return "Callable"
    if origin is not None:
        return (origin, *(_canonical(argument) for argument in arguments))
    return type(None) if annotation is None else annotation


def _stated(text: str) -> Any:
    return _canonical(eval(text, {}, _NAMES))  # noqa: S307


@pytest.mark.parametrize("name", list(MODULE_OF))
def test_every_name_resolves(name: str) -> None:
    assert getattr(types, name) is not None
    assert name in dir(types)
    assert name in types.__all__


def test_no_name_is_missing() -> None:
    twins = [f"{name}{ending}" for name in _WITH_DICT for ending in ("Dict", "OrDict")]
    missing = [name for name in [*_ENUMS, *_MODELS, *_UNIONS, *twins] if name not in MODULE_OF]
    assert not missing


def test_no_other_name_is_public() -> None:
    twins = {f"{name}{ending}" for name in _WITH_DICT for ending in ("Dict", "OrDict")}
    others = set(MODULE_OF) - {*_ENUMS, *_MODELS, *_UNIONS, *twins}
    assert {name for name in others if not name.startswith("_")} == _OWN_NAMES


@pytest.mark.parametrize("name", list(_ENUMS))
def test_enum_members(name: str) -> None:
    cls = getattr(types, name)
    assert {member: cls.__members__[member].value for member in cls.__members__} == _ENUMS[name]
    assert issubclass(cls, str)
    assert cls.__module__ == "google.genai.types"


@pytest.mark.parametrize("name", list(_MODELS))
def test_fields_of_a_model(name: str) -> None:
    stated = _MODELS[name]["fields"]
    cls = getattr(types, name)
    assert cls.__module__ == "google.genai.types"
    assert set(cls.model_fields) - _ADDED.get(name, set()) == set(stated)
    wrong: dict[str, tuple[Any, Any]] = {}
    for field_name, fact in stated.items():
        field = cls.model_fields[field_name]
        if (name, field_name) not in _NOT_VALIDATED and _canonical(field.annotation) != _stated(fact["type"]):
            wrong[field_name] = (field.annotation, fact["type"])
        default = PydanticUndefined if fact.get("required") else fact.get("default")
        if field.default != default:
            wrong[f"{field_name} (default)"] = (field.default, default)
        alias = fact.get("alias") or pydantic.alias_generators.to_camel(field_name)
        if field.alias != alias:
            wrong[f"{field_name} (alias)"] = (field.alias, alias)
    assert not wrong


_NOT_VALIDATED = {("GenerateContentResponse", "parsed"), ("InlinedResponse", "metadata")}
"""Fields with a wider type: any object of the program, whose declared type is for checkers only; keys of the lines of a
file, which may be numbers.
"""

_OWN_NAMES = set(
    """
    AutomaticResumptionConfig AutomaticResumptionConfigDict AutomaticResumptionConfigOrDict DeploymentResourcesType
    GenerateVideosOperationDict GenerateVideosOperationOrDict ImportFileOperationDict ImportFileOperationOrDict
    JOB_STATES_ENDED JOB_STATES_ENDED_MLDEV JOB_STATES_ENDED_VERTEX JOB_STATES_SUCCEEDED JOB_STATES_SUCCEEDED_MLDEV
    JOB_STATES_SUCCEEDED_VERTEX MetricSubclass Operation OperationDict OperationOrDict PartMediaResolutionForm
    ReferenceImageUnion ReferenceImageUnionDict State UploadToFileSearchStoreOperationDict
    UploadToFileSearchStoreOperationOrDict
    """.split()
)
"""Public names that are neither enums nor models nor unions of the facts: constants, names of older releases, and our own."""

_ADDED: dict[str, set[str]] = {
    "AutomaticFunctionCallingConfig": {"maximum_parallel_calls"},
    "HttpOptions": {"max_connections", "websocket_args"},
    "LiveConnectConfig": {"automatic_resumption", "automatic_function_calling"},
    "GenerateContentConfig": {"generation_config", "contents"},
    "CreateFileResponse": {"http_headers"},
}
"""Fields that this release has in addition to the facts."""


@pytest.mark.parametrize("name", [name for name in _MODELS if _MODELS[name]["methods"]])
def test_methods_of_a_model(name: str) -> None:
    cls = getattr(types, name)
    assert [method for method in _MODELS[name]["methods"] if not hasattr(cls, method)] == []


@pytest.mark.parametrize("path", list(_NEWEST["parameters"]))
def test_parameters_of_a_method(path: str) -> None:
    name, method = path.split(".")
    parameters = inspect.signature(getattr(getattr(types, name), method)).parameters
    assert set(_NEWEST["parameters"][path]) <= set(parameters)


@pytest.mark.parametrize("name", _WITH_DICT)
def test_typed_dict_twin(name: str) -> None:
    cls, twin, either = (getattr(types, f"{name}{ending}") for ending in ("", "Dict", "OrDict"))
    lacking, added = set(_DICT_LACKS.get(name, ())), set(_DICT_ADDS.get(name, ()))
    assert lacking <= set(cls.model_fields)
    assert (set(cls.model_fields) - lacking) | added <= set(twin.__annotations__) <= set(cls.model_fields) | added
    assert not twin.__total__
    assert set(typing.get_args(either)) == {cls, twin}


@pytest.mark.parametrize("name", [name for name in _UNIONS if name not in _OF_CHECKERS_ONLY])
def test_union(name: str) -> None:
    found, stated = _canonical(getattr(types, name)), _stated(_UNIONS[name])
    assert found >= stated if name in _WIDER else found == stated


_WIDER = {"MetricUnionDict"}
"""Unions that accept the objects as well as the dicts, like all other unions with dicts."""


# Interactions

_INTERACTIONS: dict[str, list[str]] = _SURFACE["interactions"]


@pytest.mark.parametrize("name", _INTERACTIONS["model"])
def test_model_of_interactions(name: str) -> None:
    cls = getattr(interactions, name)
    assert issubclass(cls, pydantic.BaseModel)
    assert cls.__module__ == "google.genai.interactions"


@pytest.mark.parametrize("name", _INTERACTIONS["dict"])
def test_typed_dict_of_interactions(name: str) -> None:
    assert typing_extensions.is_typeddict(getattr(interactions, name))


@pytest.mark.parametrize("name", _INTERACTIONS["alias"])
def test_union_of_interactions(name: str) -> None:
    """A union, or a set of strings; its twin, if any, is another one."""
    found = getattr(interactions, name)
    assert typing.get_origin(found) is not None or isinstance(found, type)
