"""The marks of fields: every name in them exists, and the number of structures that they cannot express is limited."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from typing import Any

import pydantic
import pytest

from google.genai import _ops, types
from google.genai._backend import Backend
from google.genai._wire import irregular, marks
from google.genai._wire.codec import encode
from google.genai._wire.operation import Body, Named, Operation, Path, Spread
from google.genai._wire.plans import plan_of
from google.genai._wire.reply import _reading
from google.genai._wire.transforms import transform
from google.genai.types._index import MODULE_OF

_MODELS = sorted(
    name
    for name in MODULE_OF
    if isinstance(getattr(types, name), type) and issubclass(getattr(types, name), pydantic.BaseModel)
)
_MOST_IRREGULAR = 17
"""Number of JSON structures that marks cannot express. Raise it only deliberately."""


def _operations() -> Iterator[tuple[str, Operation[Any]]]:
    for module in pkgutil.iter_modules(_ops.__path__):
        for name, value in vars(importlib.import_module(f"{_ops.__name__}.{module.name}")).items():
            if isinstance(value, Operation):
                yield f"{module.name}.{name}", value


_OPERATIONS = dict(_operations())


@pytest.mark.parametrize("name", _MODELS)
def test_what_the_marks_of_a_type_name_exists(name: str) -> None:
    cls = getattr(types, name)
    for backend in ("gemini", "vertex"):
        for rule in plan_of(cls, backend).rules.values():
            assert rule.via is None or callable(transform(rule.via))
        reading = _reading(cls, backend)
        assert all(key in cls.model_fields for key in reading.places)
    for info in cls.model_fields.values():
        kinds = [type(mark) for mark in info.metadata if type(mark).__module__ == marks.__name__]
        assert len(kinds) == len(set(kinds)), "a field has the same mark twice"


@pytest.mark.parametrize("name", _OPERATIONS)
def test_what_an_operation_names_exists(name: str) -> None:
    operation = _OPERATIONS[name]
    assert operation.route("gemini") or operation.route("vertex")
    if operation.has_reply:
        assert issubclass(operation.reply_type(), pydantic.BaseModel)
    for parameter in operation.parameters.values():
        for part in (parameter.gemini, parameter.vertex) if isinstance(parameter, Named) else (parameter,):
            if isinstance(part, (Path, Body)):
                assert callable(part.via)
            else:
                assert isinstance(part, Spread)
                assert issubclass(part.cls(), pydantic.BaseModel)


def test_every_argument_of_a_path_is_a_parameter() -> None:
    for operation in _OPERATIONS.values():
        for route in operation.routes.values():
            named = {part.partition("}")[0] for part in route.path.split("{")[1:]} if route else set()
            assert named <= operation.parameters.keys() | operation.defaults.keys()


def test_irregular_shapes_stay_few_and_used() -> None:
    functions = {
        name
        for name, value in vars(irregular).items()
        if inspect.isfunction(value) and value.__module__ == irregular.__name__ and not name.startswith("_")
    }
    named = {
        *(rule.via for name in _MODELS for rule in plan_of(getattr(types, name), "gemini").rules.values()),
        *(rule.via for name in _MODELS for rule in plan_of(getattr(types, name), "vertex").rules.values()),
        *(
            getattr(getattr(part, "via", None), "__name__", None)
            for operation in _OPERATIONS.values()
            for part in operation.parameters.values()
        ),
        *(
            mark.transform
            for name in _MODELS
            for info in getattr(types, name).model_fields.values()
            for mark in info.metadata
            if isinstance(mark, marks.ReplyVia)
        ),
    }
    assert functions - named == set(), "functions that no mark names"
    assert len(functions) <= _MOST_IRREGULAR


def test_a_transform_that_is_not_there_is_named() -> None:
    with pytest.raises(LookupError, match="no transform 'nonsense'"):
        transform("nonsense")


def test_an_unknown_argument_of_an_operation_is_refused() -> None:
    backend = Backend(False, base_url="https://h/", api_version="v1")
    with pytest.raises(ValueError, match=r"models\.generate_images: unknown argument 'promt'; did you mean 'prompt'\?"):
        encode(_OPERATIONS["models.GENERATE_IMAGES"], backend, {"model": "m", "promt": "A lake."})
    with pytest.raises(ValueError, match=r"files\.get: unknown argument 'xyz'; expected name, config\."):
        encode(_OPERATIONS["files.GET"], backend, {"name": "files/a", "xyz": None})
