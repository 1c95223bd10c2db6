"""The annotations of public functions and methods can be evaluated: by frameworks for injection, documentation and tools."""

from __future__ import annotations

import importlib
import inspect
import typing
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from google import genai
from google.genai import types
from google.genai._nouns import MODULES
from google.genai.pagers import Pager


def _public_functions(module: Any) -> Iterator[Callable[..., Any]]:
    names = [*vars(module), *(f"Async{name}" for name in vars(module))] if module is not types else types.__all__
    for name in names:
        value = getattr(module, name, None)
        if name.startswith("_") or not inspect.isclass(value) or not value.__module__.startswith("google.genai"):
            continue
        for member in list(vars(value)):
            function: Any = inspect.getattr_static(value, member)
            function = getattr(function, "__func__", function)
            if not inspect.isfunction(function) or not function.__module__.startswith("google.genai"):
                continue
            if function.__module__ != "google.genai._api_client" and (
                not member.startswith("_") or member == "__init__"
            ):
                yield function


@pytest.mark.parametrize("name", sorted(MODULES))
def test_annotations_can_be_evaluated(name: str) -> None:
    for function in _public_functions(importlib.import_module(f"google.genai.{name}")):
        typing.get_type_hints(function)
        inspect.signature(function, eval_str=True)


def test_they_are_those_of_the_source() -> None:
    hints = typing.get_type_hints(genai.Client(api_key="k").models.generate_content)
    assert hints["return"] is types.GenerateContentResponse
    assert typing.get_type_hints(genai.Client(api_key="k").models.list)["return"] == Pager[types.Model]
    assert typing.get_type_hints(types.Part.from_bytes)["data"] is bytes
