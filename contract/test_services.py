"""Agents, credentials, decisions and the other small services against `services.json`: names, fields, methods."""

from __future__ import annotations

import importlib
import inspect
import json
import re
import typing
from pathlib import Path
from types import ModuleType
from typing import Any

import pydantic
import pytest
import typing_extensions
from tools.interactions.generate import FACTS, MODULES, Facts

from google import genai
from google.genai import interactions
from google.genai._interactions import operations
from google.genai._interactions.operations import Operation

_CONTRACT: dict[str, Any] = json.loads(Path(__file__).with_name("services.json").read_text())
_FACTS = Facts({module: json.loads((FACTS / f"{module}.json").read_text()) for module in MODULES})
_OPERATIONS = {each.name: each for each in vars(operations).values() if isinstance(each, Operation)}
_NAMES = [
    (module, kind, name)
    for module, kinds in _CONTRACT["modules"].items()
    for kind, names in kinds.items()
    for name in names
]
_OUR_PARAMETERS = {
    "environments.files.download": {"destination", "progress"},
    "environments.files.upload": {"progress"},
    "credentials.create": set[str](),
}
"""Parameters that this release has in addition."""


def _fact(name: str) -> dict[str, Any]:
    own = _FACTS.modules[_FACTS.home[name]]
    return next(own[kind][name] for kind in ("types", "enums", "unions", "aliases") if name in own.get(kind, ()))


@pytest.mark.parametrize(("module", "kind", "name"), _NAMES, ids=[f"{module}.{name}" for module, _, name in _NAMES])
def test_name_of_a_module(module: str, kind: str, name: str) -> None:
    public, _, of = name.partition("=")
    found = getattr(importlib.import_module(f"google.genai.{module}"), public)
    if kind == "model":
        assert issubclass(found, pydantic.BaseModel)
        assert not of or found.__name__ == of
    elif kind == "dict":
        assert typing_extensions.is_typeddict(found)
        assert not of or found.__name__ == of
    else:
        assert typing.get_origin(found) is not None or isinstance(found, type)


@pytest.mark.parametrize("module", _CONTRACT["modules"])
def test_a_module_exports_these_names_and_no_other(module: str) -> None:
    listed = {name.partition("=")[0] for names in _CONTRACT["modules"][module].values() for name in names}
    found = importlib.import_module(f"google.genai.{module}")
    assert set(found.__all__) == listed
    assert listed <= set(dir(found))
    assert f"Async{module.title()}" in dir(found)
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = found.no_such_name


@pytest.mark.parametrize("kind", ["class", "model", "dict", "alias", "module"])
def test_names_of_interactions(kind: str) -> None:
    for name in _CONTRACT["interactions"][kind]:
        found = getattr(interactions, name)
        assert name in dir(interactions)
        if kind == "module":
            assert isinstance(found, ModuleType)
            assert [getattr(found, each) for each in found.__all__]
        elif kind == "dict":
            assert typing_extensions.is_typeddict(found)
        elif kind != "alias":
            assert isinstance(found, type)


@pytest.mark.parametrize("name", _CONTRACT["types"])
def test_fields_of_a_type(name: str) -> None:
    fields: dict[str, Any] = _fact(name)["fields"]
    stated = {
        field: {key: value for key, value in fact.items() if key in ("type", "required", "const")}
        for field, fact in fields.items()
    }
    assert stated == _CONTRACT["types"][name]
    assert set(getattr(interactions, name).__pydantic_fields__) == set(stated)


@pytest.mark.parametrize("name", _CONTRACT["enums"])
def test_values_of_a_set(name: str) -> None:
    assert _fact(name)["values"] == _CONTRACT["enums"][name]


@pytest.mark.parametrize("name", _CONTRACT["methods"])
def test_method(name: str) -> None:
    expected: dict[str, Any] = _CONTRACT["methods"][name]
    client = genai.Client(api_key="key")
    path, _, method = name.rpartition(".")
    sides: list[Any] = [client.aio] if expected.get("async_only") else [client, client.aio]
    for side in sides:
        noun = side
        for part in path.split("."):
            noun = getattr(noun, part)
        parameters = dict(inspect.signature(getattr(noun, method)).parameters)
        ours = _OUR_PARAMETERS.get(name, set())
        given = {each.lstrip("*") for each in expected["parameters"]} - {"", "body_kwargs"}
        assert set(parameters) - {"body"} == (given | ours) - {"body"}
        positional = (
            expected["parameters"][: expected["parameters"].index("*")] if "*" in expected["parameters"] else []
        )
        assert [
            each for each, parameter in parameters.items() if parameter.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
        ] == positional
    if expected.get("async_only"):
        assert not hasattr(client.interactions, method)


@pytest.mark.parametrize("name", [name for name, each in _CONTRACT["methods"].items() if "path" in each])
def test_verb_and_path(name: str) -> None:
    expected = _CONTRACT["methods"][name]
    operation = _OPERATIONS[name.replace("_environments", "").replace("_environment", "")]
    places = re.compile(r"\{\w+\}")
    assert operation.verb == expected["verb"]
    assert places.sub("{}", operation.path) == places.sub("{}", expected["path"])


def test_every_operation_is_in_the_contract() -> None:
    listed = {name.replace("_environments", "").replace("_environment", "") for name in _CONTRACT["methods"]}
    assert set(_OPERATIONS) <= listed


def test_second_names_of_methods() -> None:
    client = genai.Client(api_key="key")
    for side in (client, client.aio):
        for second, first in _CONTRACT["aliases"]["environments"].items():
            noun = side.environments
            assert getattr(type(noun), second) is getattr(type(noun), first)
