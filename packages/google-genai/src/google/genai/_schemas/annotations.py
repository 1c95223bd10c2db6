"""Python annotations: what they contain, and their form that pydantic accepts on every version of Python.

For pydantic, abstract collections become lists, and before Python 3.12 a `typing.TypedDict` becomes one of
`typing_extensions`, also inside dataclasses. Knows neither the service's form of schema nor functions.
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

if typing.TYPE_CHECKING:
    from .json_schema import JsonSchema

LISTS: frozenset[Any] = frozenset(
    {list, collections.abc.Sequence, collections.abc.MutableSequence, collections.deque}
    | {collections.abc.Collection, collections.abc.Iterable, collections.abc.Reversible, collections.abc.Container}
)
"""Origins of annotations of ordered collections with items of one type."""
SETS: frozenset[Any] = frozenset({set, frozenset, collections.abc.Set, collections.abc.MutableSet})
OBJECTS: frozenset[Any] = frozenset(
    {dict, collections.abc.Mapping, collections.abc.MutableMapping}
    | {collections.OrderedDict, collections.defaultdict, collections.Counter}
)
COLLECTIONS: frozenset[Any] = LISTS | SETS | OBJECTS | {tuple}
"""Origins of annotations of all collections."""
UNIONS: frozenset[Any] = frozenset({Union, python_types.UnionType})

_ABSTRACT = frozenset(
    {collections.abc.Collection, collections.abc.Iterable, collections.abc.Reversible, collections.abc.Container}
)
_TYPED_DICTS_AS_THEY_ARE = sys.version_info >= (3, 12)


def for_pydantic(annotation: Any) -> Any:
    """Return an equivalent annotation that pydantic accepts; the annotation itself if pydantic accepts it."""
    return _Rewriter().rewrite(annotation)


def adapter(annotation: Any) -> pydantic.TypeAdapter[Any]:
    """Return pydantic's adapter of an annotation. Raises `PydanticUserError` or `NameError` if pydantic cannot create one."""
    return pydantic.TypeAdapter(for_pydantic(annotation))


def pydantic_schema(annotation: Any, path: str, advice: str = "", **options: Any) -> JsonSchema:
    """Return pydantic's JSON Schema of an annotation. Raises `ValueError` with the path and the advice if it has none."""
    try:
        return adapter(annotation).json_schema(**options)
    except (pydantic.PydanticUserError, NameError, ImportError) as error:
        reason = error.message if isinstance(error, pydantic.PydanticUserError) else str(error)
        raise ValueError(f"{path}: no schema can be made of {annotation!r}. {advice or reason}") from error


class AnnotationKey:
    """An annotation as a key of caches: two keys are equal if the annotations are written in the same way.

    Annotations themselves do not serve: each `list[Item]` is another object, and `int | str` equals `str | int`,
    although their order matters. The key keeps the annotation, and so the classes in it, alive.
    """

    __slots__ = ("_form", "annotation")

    def __init__(self, annotation: Any) -> None:
        self.annotation = annotation
        self._form = _form(annotation)

    def __hash__(self) -> int:
        return hash(self._form)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AnnotationKey) and self._form == other._form


def _form(annotation: Any) -> Any:
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Literal:
        return (id(origin), *((type(value), value) for value in arguments))
    if origin is None or not arguments:
        return id(annotation)
    return (id(origin), *map(_form, arguments))


def takes_none(annotation: Any) -> bool:
    """Tell whether an annotation allows None."""
    arguments = typing.get_args(annotation)
    if typing.get_origin(annotation) is Annotated:
        return takes_none(arguments[0])
    if typing.get_origin(annotation) is typing.Literal:
        return None in arguments
    return typing.get_origin(annotation) in UNIONS and type(None) in arguments


def is_typed_dict(annotation: Any) -> bool:
    """Tell whether it is a TypedDict, of `typing` or `typing_extensions`."""
    return typing_extensions.is_typeddict(annotation)


def is_plain_dataclass(annotation: Any) -> bool:
    """Tell whether it is a dataclass, but none that pydantic made."""
    return isinstance(annotation, type) and dataclasses.is_dataclass(annotation) and not _has_own_schema(annotation)


def fields_of(cls: Any) -> tuple[dict[str, Any], frozenset[str]]:
    """Return the annotations of the fields of a TypedDict or dataclass by name, and the names of the required ones.

    Raises `NameError` if an annotation uses a name that is not in the module of the class.
    """
    hints = typing_extensions.get_type_hints(cls, include_extras=True)
    if not is_typed_dict(cls):
        fields = [field for field in dataclasses.fields(cls) if field.init]
        missing = dataclasses.MISSING
        required = {field.name for field in fields if field.default is missing and field.default_factory is missing}
        return {field.name: hints[field.name] for field in fields}, frozenset(required)
    qualified = {name: _is_required(hint) for name, hint in hints.items()}
    required = {
        name for name, is_so in qualified.items() if (name in cls.__required_keys__ if is_so is None else is_so)
    }
    return {name: without_qualifiers(hint) for name, hint in hints.items()}, frozenset(required)


def defaults_of(cls: Any) -> dict[str, Any]:
    """Return the defaults of a dataclass by field, without those of default factories."""
    if is_typed_dict(cls):
        return {}
    fields = dataclasses.fields(cls)
    return {field.name: field.default for field in fields if field.default is not dataclasses.MISSING}


def _is_required(hint: Any) -> bool | None:
    """Return what the qualifiers of a field state; Python itself does not see them in annotations that are strings."""
    origin = typing.get_origin(hint)
    if origin not in _QUALIFIERS:
        return None
    name = getattr(origin, "_name", "")
    return name == "Required" if name in ("Required", "NotRequired") else _is_required(typing.get_args(hint)[0])


def without_qualifiers(hint: Any) -> Any:
    """Return the annotation inside `Required[...]`, `NotRequired[...]` and `ReadOnly[...]`, also nested ones."""
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


class _Rewriter:
    """Rewrites one annotation. It rewrites each class once, so that classes may contain themselves."""

    def __init__(self) -> None:
        self._classes: dict[type, Any] = {}

    def rewrite(self, annotation: Any) -> Any:
        if annotation is typing_extensions.LiteralString or annotation is getattr(typing, "LiteralString", None):
            return str
        origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
        if isinstance(origin or annotation, collections.abc.Hashable) and (origin or annotation) in _ABSTRACT:
            return list[self.rewrite(arguments[0])] if arguments else list
        if origin is None:
            return self._class(annotation) if isinstance(annotation, type) or is_typed_dict(annotation) else annotation
        if origin is typing.Literal or not arguments:
            return annotation
        if origin is Annotated:
            inner = self.rewrite(arguments[0])
            return annotation if inner is arguments[0] else Annotated[(inner, *arguments[1:])]
        rewritten = tuple(item if item is Ellipsis else self.rewrite(item) for item in arguments)
        if all(new is old for new, old in zip(rewritten, arguments, strict=True)):
            return annotation
        if origin in UNIONS:
            return Union[rewritten]
        holder: Any = origin
        return holder[rewritten] if origin in COLLECTIONS else annotation

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
        new = _new_typed_dict(cls)
        self._classes[cls] = new
        fields = {name: self.rewrite(hint) for name, hint in hints.items()}
        if type(cls).__module__ != "typing" and all(fields[name] is hint for name, hint in hints.items()):
            self._classes[cls] = cls
            return cls
        _fill(new, cls, fields, required)
        return new

    def _dataclass(self, cls: Any) -> Any:
        self._classes[cls] = cls
        try:
            fields, required = fields_of(cls)
        except NameError:
            return cls  # pydantic looks for names in more places
        rewritten = {name: self.rewrite(hint) for name, hint in fields.items()}
        if all(rewritten[name] is hint for name, hint in fields.items()):
            return cls
        new = _new_typed_dict(cls)
        self._classes[cls] = Annotated[new, pydantic.AfterValidator(lambda values: cls(**values))]
        _fill(new, cls, {name: self.rewrite(hint) for name, hint in fields.items()}, required)
        return self._classes[cls]


def _new_typed_dict(cls: Any) -> Any:
    """Return an empty TypedDict; its fields, which may refer to it, are added later."""
    new: Any = typing_extensions.TypedDict
    return new(cls.__name__, {})


def _fill(new: Any, cls: Any, fields: dict[str, Any], required: frozenset[str]) -> None:
    new.__annotations__ = {
        name: hint if name in required else typing_extensions.NotRequired[hint] for name, hint in fields.items()
    }
    new.__required_keys__ = required
    new.__optional_keys__ = frozenset(fields.keys() - required)
    new.__module__, new.__qualname__ = cls.__module__, cls.__qualname__
    new.__doc__ = None if (cls.__doc__ or "").startswith(f"{cls.__name__}(") else cls.__doc__  # that one is generated
    if hasattr(cls, "__pydantic_config__"):
        new.__pydantic_config__ = cls.__pydantic_config__
