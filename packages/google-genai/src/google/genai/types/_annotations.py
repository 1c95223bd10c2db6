"""Annotations as Python developers write them, put into forms that pydantic reads on every version of Python.

Owns nothing but the rewriting: abstract collections become lists, a `typing.TypedDict` becomes the one of
`typing_extensions` where pydantic insists on it (before Python 3.12), a dataclass that holds such a one is built from it.
Knows neither schemas nor functions.
"""

from __future__ import annotations

import collections.abc
import dataclasses
import sys
import types as python_types
import typing
from typing import Annotated, Any, Union

import pydantic
import typing_extensions

LISTS: frozenset[Any] = frozenset(
    {list, collections.abc.Sequence, collections.abc.MutableSequence, collections.deque}
    | {collections.abc.Collection, collections.abc.Iterable, collections.abc.Reversible, collections.abc.Container}
)
"""Origins of annotations of which any number of items of one type come in order."""
SETS: frozenset[Any] = frozenset({set, frozenset, collections.abc.Set, collections.abc.MutableSet})
OBJECTS: frozenset[Any] = frozenset(
    {dict, collections.abc.Mapping, collections.abc.MutableMapping}
    | {collections.OrderedDict, collections.defaultdict, collections.Counter}
)
HOLDERS: frozenset[Any] = LISTS | SETS | OBJECTS | {tuple}
"""Origins of annotations of what holds other values."""
UNIONS: frozenset[Any] = frozenset({Union, python_types.UnionType})

_ABSTRACT = frozenset(
    {collections.abc.Collection, collections.abc.Iterable, collections.abc.Reversible, collections.abc.Container}
)
_TYPED_DICTS_AS_THEY_ARE = sys.version_info >= (3, 12)


def readable(annotation: Any) -> Any:
    """Return an annotation that means the same and that pydantic can read; the annotation itself where it can already."""
    return _Rewriting().of(annotation)


def adapter(annotation: Any) -> pydantic.TypeAdapter[Any]:
    """Return pydantic's adapter of an annotation. Raises `pydantic.PydanticUserError` or `NameError` if there is none."""
    return pydantic.TypeAdapter(readable(annotation))


class Written:
    """An annotation as a key: equal are those that are written in the same way.

    `list[Item]` is another object wherever it stands, and `int | str` equals `str | int`, though their order counts. The
    key holds the annotation, so that the classes in it stay the ones that they are.
    """

    __slots__ = ("_form", "annotation")

    def __init__(self, annotation: Any) -> None:
        self.annotation = annotation
        self._form = _form(annotation)

    def __hash__(self) -> int:
        return hash(self._form)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Written) and self._form == other._form


def _form(annotation: Any) -> Any:
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Literal:
        return (id(origin), *((type(value), value) for value in arguments))
    if origin is None or not arguments:
        return id(annotation)
    return (id(origin), *map(_form, arguments))


def takes_none(annotation: Any) -> bool:
    """Tell whether an annotation names None among others."""
    arguments = typing.get_args(annotation)
    if typing.get_origin(annotation) is Annotated:
        return takes_none(arguments[0])
    if typing.get_origin(annotation) is typing.Literal:
        return None in arguments
    return typing.get_origin(annotation) in UNIONS and type(None) in arguments


def is_typed_dict(annotation: Any) -> bool:
    """Tell a TypedDict, of `typing` or `typing_extensions`."""
    return typing_extensions.is_typeddict(annotation)


def is_plain_dataclass(annotation: Any) -> bool:
    """Tell a dataclass that is not one of pydantic's own."""
    return isinstance(annotation, type) and dataclasses.is_dataclass(annotation) and not _has_own_schema(annotation)


def fields_of(cls: Any) -> tuple[dict[str, Any], frozenset[str]]:
    """Return the annotations of a TypedDict or dataclass by name, and the names that have to be given.

    Raises `NameError` if an annotation names something that is not in the module of the class.
    """
    hints = typing_extensions.get_type_hints(cls, include_extras=True)
    if not is_typed_dict(cls):
        fields = [field for field in dataclasses.fields(cls) if field.init]
        missing = dataclasses.MISSING
        required = {field.name for field in fields if field.default is missing and field.default_factory is missing}
        return {field.name: hints[field.name] for field in fields}, frozenset(required)
    said = {name: _said_required(hint) for name, hint in hints.items()}
    required = {
        name for name, is_said in said.items() if (name in cls.__required_keys__ if is_said is None else is_said)
    }
    return {name: without_qualifiers(hint) for name, hint in hints.items()}, frozenset(required)


def defaults_of(cls: Any) -> dict[str, Any]:
    """Return the defaults of a dataclass by field; what a factory makes is none of them."""
    if is_typed_dict(cls):
        return {}
    fields = dataclasses.fields(cls)
    return {field.name: field.default for field in fields if field.default is not dataclasses.MISSING}


def _said_required(hint: Any) -> bool | None:
    """Tell what qualifiers say, which Python itself overlooks in annotations that are texts."""
    origin = typing.get_origin(hint)
    if origin not in _QUALIFIERS:
        return None
    name = getattr(origin, "_name", "")
    return name == "Required" if name in ("Required", "NotRequired") else _said_required(typing.get_args(hint)[0])


def without_qualifiers(hint: Any) -> Any:
    """Return what `Required[...]`, `NotRequired[...]` and `ReadOnly[...]` hold, however nested."""
    while typing.get_origin(hint) in _QUALIFIERS:
        hint = typing.get_args(hint)[0]
    return hint


def _has_own_schema(cls: type) -> bool:
    return hasattr(cls, "__pydantic_core_schema__") or hasattr(cls, "__get_pydantic_core_schema__")


_QUALIFIERS: tuple[Any, ...] = tuple(
    getattr(module, name)
    for module in (typing, typing_extensions)
    for name in ("Required", "NotRequired", "ReadOnly")
    if hasattr(module, name)
)


class _Rewriting:
    """One annotation on its way; classes met on it are rewritten once, so that they may contain themselves."""

    def __init__(self) -> None:
        self._classes: dict[type, Any] = {}

    def of(self, annotation: Any) -> Any:
        if annotation is typing_extensions.LiteralString or annotation is getattr(typing, "LiteralString", None):
            return str
        origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
        if isinstance(origin or annotation, collections.abc.Hashable) and (origin or annotation) in _ABSTRACT:
            return list[self.of(arguments[0])] if arguments else list
        if origin is None:
            return self._class(annotation) if isinstance(annotation, type) or is_typed_dict(annotation) else annotation
        if origin is typing.Literal or not arguments:
            return annotation
        if origin is Annotated:
            inner = self.of(arguments[0])
            return annotation if inner is arguments[0] else Annotated[(inner, *arguments[1:])]
        rewritten = tuple(item if item is Ellipsis else self.of(item) for item in arguments)
        if all(new is old for new, old in zip(rewritten, arguments, strict=True)):
            return annotation
        if origin in UNIONS:
            return Union[rewritten]
        holder: Any = origin
        return holder[rewritten] if origin in HOLDERS else annotation

    def _class(self, cls: Any) -> Any:
        if _TYPED_DICTS_AS_THEY_ARE:
            return cls
        if cls in self._classes:
            return self._classes[cls]
        if is_typed_dict(cls):
            return self._typed_dict(cls)
        if is_plain_dataclass(cls):
            return self._dataclass(cls)
        return cls

    def _typed_dict(self, cls: Any) -> Any:
        hints, required = fields_of(cls)
        made = _new_typed_dict(cls)
        self._classes[cls] = made
        fields = {name: self.of(hint) for name, hint in hints.items()}
        if type(cls).__module__ != "typing" and all(fields[name] is hint for name, hint in hints.items()):
            self._classes[cls] = cls
            return cls
        _describe(made, cls, fields, required)
        return made

    def _dataclass(self, cls: Any) -> Any:
        self._classes[cls] = cls
        try:
            fields, required = fields_of(cls)
        except NameError:
            return cls  # pydantic knows more places to look for names
        rewritten = {name: self.of(hint) for name, hint in fields.items()}
        if all(rewritten[name] is hint for name, hint in fields.items()):
            return cls
        made = _new_typed_dict(cls)
        self._classes[cls] = Annotated[made, pydantic.AfterValidator(lambda values: cls(**values))]
        _describe(made, cls, {name: self.of(hint) for name, hint in fields.items()}, required)
        return self._classes[cls]


def _new_typed_dict(cls: Any) -> Any:
    """Return a TypedDict to be filled, which is there before its fields so that these may hold it."""
    new: Any = typing_extensions.TypedDict
    return new(cls.__name__, {})


def _describe(made: Any, cls: Any, fields: dict[str, Any], required: frozenset[str]) -> None:
    made.__annotations__ = {
        name: hint if name in required else typing_extensions.NotRequired[hint] for name, hint in fields.items()
    }
    made.__required_keys__ = required
    made.__optional_keys__ = frozenset(fields.keys() - required)
    made.__module__, made.__qualname__ = cls.__module__, cls.__qualname__
    made.__doc__ = None if (cls.__doc__ or "").startswith(f"{cls.__name__}(") else cls.__doc__  # not a made-up one
    if hasattr(cls, "__pydantic_config__"):
        made.__pydantic_config__ = cls.__pydantic_config__
