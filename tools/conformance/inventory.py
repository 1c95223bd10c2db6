"""The public interface of a release as data: the fields of its types and the parameters of its methods. The interpreter that has
the release runs it: `python -m tools.conformance.inventory noun ... -- type ...`. It uses only public names of `google.genai`.
"""

from __future__ import annotations

import collections.abc
import datetime
import enum
import inspect
import json
import sys
import types as python_types
import typing
from collections.abc import Iterator
from typing import Any

import pydantic
import typing_extensions

Shape = list[Any]
"""A type as data: `["str"]`, `["list", item]`, `["dict", value]`, `["union", ...]`, `["model", name]`, `["enum", name]`."""

_SCALARS: dict[Any, Shape] = {
    str: ["str"],
    int: ["int"],
    float: ["float"],
    bool: ["bool"],
    bytes: ["bytes"],
    datetime.datetime: ["time"],
    Any: ["any"],
    object: ["any"],
}
_SEQUENCES = (list, tuple, collections.abc.Sequence, collections.abc.Iterable)
_MAPPINGS = (dict, collections.abc.Mapping)


def take(nouns: list[str], roots: list[str]) -> dict[str, Any]:
    """Return the methods of the nouns of a client, and all types that are reachable from the named ones."""
    from google import genai
    from google.genai import types

    client = genai.Client(api_key="key")
    found = _Types(types)
    for root in roots:
        found.visit(root)
    methods = {
        f"{noun}.{name}": [_parameter(parameter) for parameter in inspect.signature(method).parameters.values()]
        for noun in nouns
        for name, method in inspect.getmembers(_at(client, noun), inspect.ismethod)
        if not name.startswith("_")
    }
    return {"classes": found.classes, "enums": found.enums, "methods": methods}


def _at(client: Any, noun: str) -> Any:
    """Return the object of a noun, or None if the release does not have it."""
    for name in noun.split("."):
        client = getattr(client, name, None)
    return client


def differences(ours: dict[str, Any], theirs: dict[str, Any]) -> Iterator[tuple[str, tuple[Any, Any]]]:
    """Yield the differences between two inventories: the path, and the value of each side."""
    for part in ("methods", "classes", "enums"):
        for name in sorted({*ours[part], *theirs[part]}):
            one, other = ours[part].get(name), theirs[part].get(name)
            if one is None or other is None:
                yield f"{part}.{name}", (one is not None, other is not None)
            elif part == "methods":
                if one != other:
                    yield f"{part}.{name}", (one, other)
            else:
                for key in sorted({*one, *other}):
                    found = tuple(_name_of(side.get(key)) for side in (one, other))
                    if found[0] != found[1]:
                        yield f"{part}.{name}.{key}", (found[0], found[1])


def _name_of(item: Any) -> Any:
    return [item["alias"], item["required"]] if isinstance(item, dict) else item


def _parameter(parameter: inspect.Parameter) -> str:
    optional = "" if parameter.default is inspect.Parameter.empty else "="
    keyword = "*" if parameter.kind is inspect.Parameter.KEYWORD_ONLY else ""
    return f"{keyword}{parameter.name}{optional}"


class _Types:
    def __init__(self, types: Any) -> None:
        self._types = types
        self.classes: dict[str, dict[str, dict[str, Any]]] = {}
        self.enums: dict[str, dict[str, str]] = {}

    def visit(self, name: str) -> None:
        """Add a type and all types that are reachable from it."""
        cls = getattr(self._types, name, None)
        if cls is None or name in self.classes or name in self.enums:
            return
        if issubclass(cls, enum.Enum):
            self.enums[name] = {member: item.value for member, item in cls.__members__.items()}
            return
        cls.model_rebuild()
        self.classes[name] = fields = {}
        for field_name, field in cls.model_fields.items():
            shape = self.shape(field.annotation)
            fields[field_name] = {"shape": shape, "alias": field.alias or field_name, "required": field.is_required()}
            for reached in names_in(shape):
                self.visit(reached)

    def shape(self, annotation: Any) -> Shape:
        """Return a type as data."""
        if annotation in _SCALARS:
            return _SCALARS[annotation]
        if isinstance(annotation, typing.ForwardRef):
            annotation = annotation.__forward_arg__
        if isinstance(annotation, str):
            return self.shape(getattr(self._types, annotation))
        origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
        if origin in (typing.Annotated, typing_extensions.Annotated):
            return self.shape(arguments[0])
        if origin in (typing.Union, python_types.UnionType):
            shapes = [self.shape(argument) for argument in arguments if argument is not type(None)]
            return shapes[0] if len(shapes) == 1 else ["union", *shapes]
        if origin in (typing.Literal, typing_extensions.Literal):
            return ["literal", *arguments]
        if origin in _SEQUENCES or annotation in _SEQUENCES:
            return ["list", self.shape(arguments[0]) if arguments else ["any"]]
        if origin in _MAPPINGS or annotation in _MAPPINGS:
            return ["dict", self.shape(arguments[1]) if arguments else ["any"]]
        if isinstance(annotation, type) and annotation.__module__.startswith("google.genai"):
            if issubclass(annotation, pydantic.BaseModel):
                return ["model", annotation.__name__]
            if issubclass(annotation, enum.Enum):
                return ["enum", annotation.__name__]
        if isinstance(annotation, type) and typing_extensions.is_typeddict(annotation):
            return ["python", "dict"]  # a duplicate of the model
        return ["python", str(annotation)]


def names_in(shape: Shape) -> list[str]:
    """Return the names of the types in a shape."""
    if shape[0] in ("model", "enum"):
        return [shape[1]]
    return [name for part in shape[1:] if isinstance(part, list) for name in names_in(part)]


if __name__ == "__main__":
    arguments = sys.argv[1:]
    border = arguments.index("--")
    json.dump(take(arguments[:border], arguments[border + 1 :]), sys.stdout)
