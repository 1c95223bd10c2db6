"""The two base classes of all types: `Model` and `CaseInSensitiveEnum`.

What every type has in common stands here: strict for users (unknown fields are refused, with a suggestion), camelCase on
the wire with both spellings accepted, validators built when first used. Nothing here knows a backend or a transport.
"""

from __future__ import annotations

import contextlib
import enum
import json
import warnings
from typing import TYPE_CHECKING, Any, TypeVar, get_origin

import pydantic
from pydantic.alias_generators import to_camel
from typing_extensions import Self

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pydantic.fields import FieldInfo
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import CoreSchema

    from .._json import Json

_PUBLIC_MODULES = {
    "google.genai.types.": "google.genai.types",
    "google.genai._interactions.types.": "google.genai.interactions",
}
"""The module that users import the classes of a package from."""
_REPR_INDENT = "  "
_REPR_LONGEST_TEXT = 100

T = TypeVar("T")


if TYPE_CHECKING:  # checkers know the constructors from pydantic's own metaclass
    from pydantic._internal._model_construction import ModelMetaclass

    ModelType = ModelMetaclass
else:

    class ModelType(type(pydantic.BaseModel)):
        """The metaclass of all types: sets the public module name, adds suggestions to construction errors, and documents
        `model_fields`.
        """

        # Not __new__: pydantic's own must be called by the frame whose names the annotations of a local class may use.
        def __init__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **kwargs: Any) -> None:
            super().__init__(name, bases, namespace)
            for package, public in _PUBLIC_MODULES.items():
                if cls.__module__.startswith(package):
                    cls._source_module = cls.__module__
                    cls.__module__ = public  # pickles and messages name what users import
                    break

        @property
        def model_fields(cls) -> dict[str, FieldInfo]:
            """The fields by name, each with its documentation as description.

            This package itself reads `__pydantic_fields__`, so that a call does not read documentation.
            """
            from ._field_docs import describe_fields

            cls._load_types()
            describe_fields(cls)
            return cls.__pydantic_fields__

        def __call__(cls, *args: Any, **kwargs: Any) -> Any:
            _list_iterators(kwargs)
            try:
                return super().__call__(*args, **kwargs)
            except pydantic.ValidationError as error:
                read = None if args else by_attributes(cls, cls.__pydantic_validator__.validate_python, kwargs, error)
                if read is not None:
                    return read
                raise _with_suggestions(cls, error, kwargs) from None


class Model(pydantic.BaseModel, metaclass=ModelType):
    """The base of all request, reply and configuration types."""

    model_config = pydantic.ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        protected_namespaces=(),
        extra="forbid",
        arbitrary_types_allowed=True,
        ser_json_bytes="base64",
        val_json_bytes="base64",
        ignored_types=(TypeVar,),
        defer_build=True,
    )

    @classmethod
    def model_validate(cls, obj: Any, **options: Any) -> Self:
        """Return an instance made from a mapping or an object with the same attributes.

        Raises `pydantic.ValidationError` with the path of each offending value.
        """
        if isinstance(obj, dict):
            obj = _list_iterators({**obj})
        try:
            return super().model_validate(obj, **options)
        except pydantic.ValidationError as error:
            read = by_attributes(cls, cls.__pydantic_validator__.validate_python, obj, error)
            if read is not None:
                return read
            raise _with_suggestions(cls, error, obj) from None

    @classmethod
    def _load_types(cls) -> None:
        """Put the types themselves into the annotations of fields that have types loaded later."""
        from ._deferred import load_types

        load_types(cls)

    @classmethod
    def _from_response(cls, *, response: dict[str, Any], kwargs: Mapping[str, Any] | None = None) -> Self:
        """Return an instance made from the JSON of a reply. Unknown fields are dropped.

        With `{"config": {"include_all_fields": True}}` in `kwargs`, the arguments of the call, an unknown field is an
        error. Other packages call this method.
        """
        config: Json = (kwargs or {}).get("config")
        keeps_all = isinstance(config, dict) and bool(config.get("include_all_fields"))
        if keeps_all:
            return cls.model_validate(response)
        from ._deferred import IGNORES_UNKNOWN

        return cls.model_validate(response, extra="ignore", context=IGNORES_UNKNOWN)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: pydantic.GetJsonSchemaHandler, /
    ) -> JsonSchemaValue:
        from ._field_docs import describe_properties

        schema = handler(core_schema)
        describe_properties(cls, handler.resolve_ref_schema(schema))
        return schema

    if not TYPE_CHECKING:  # checkers know the parameters from pydantic

        def model_dump(self, **options: Any) -> dict[str, Any]:
            """Return the fields as a dict. With `mode="json"`, a class becomes its JSON Schema and a function its name."""
            if options.get("mode") == "json":
                options.setdefault("fallback", _json_of)
            return super().model_dump(**options)

        def model_dump_json(self, **options: Any) -> str:
            """Return the fields as JSON. A class becomes its JSON Schema and a function its name."""
            options.setdefault("fallback", _json_of)
            return super().model_dump_json(**options)

    def to_json_dict(self) -> dict[str, object]:
        """Return the fields that are set, as JSON values: bytes as base64, enums and times as text."""
        return json.loads(self.model_dump_json(exclude_none=True))

    def __repr__(self) -> str:
        return _pretty(self, 0)


class SnakeCaseModel(Model, alias_generator=None):
    """The base of types whose fields travel under their names as written, on both backends."""


class CaseInSensitiveEnum(str, enum.Enum):
    """The base of all enums: members are strings, look-up ignores case, unknown values are kept.

    The service adds values before clients know them, so an unknown one becomes a member that is not listed, with itself
    as name and value, and a `UserWarning` says so.
    """

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if cls.__module__.startswith("google.genai.types."):
            cls.__module__ = "google.genai.types"

    @classmethod
    def _missing_(cls, value: Any) -> CaseInSensitiveEnum | None:
        if not isinstance(value, str):
            return None
        member = cls.__members__.get(value.upper()) or cls.__members__.get(value.lower())
        if member is not None:
            return member
        with contextlib.suppress(UserWarning):  # raised if warnings are errors, but a reply has to be read all the same
            warnings.warn(f"{value} is not a valid {cls.__name__} in this release; it is kept as it is.", stacklevel=2)
        unlisted = str.__new__(cls, value)
        unlisted._name_ = value
        unlisted._value_ = value
        return unlisted


CaseInSensitiveEnum.__module__ = "google.genai._common"


def _json_of(value: Any) -> Any:
    """Return what stands for a value that JSON cannot represent: the schema of a type, or the name of a function."""
    if isinstance(value, type) or get_origin(value) is not None:
        return pydantic.TypeAdapter(value).json_schema()
    name = getattr(value, "__name__", None)
    if callable(value) and isinstance(name, str):
        return name
    raise TypeError(f"expected a value that JSON can represent, got {type(value).__name__}")


def is_none(value: object) -> bool:
    """Tell whether a field that dumps leave out when unset is unset."""
    return value is None


def by_attributes(annotation: Any, validate: Callable[..., Any], data: Any, error: pydantic.ValidationError) -> Any:
    """Return validated data with objects of other classes read by their attributes; None if this does not remove the error.

    `validate` is the function that refused the data, and `annotation` the type that it checks.
    """
    if any(line["type"] == "model_type" for line in error.errors(include_url=False, include_context=False)):
        from .._validation import read_by_attributes

        return read_by_attributes(annotation, validate, data, error)
    return None


def _list_iterators(values: dict[str, Any]) -> dict[str, Any]:
    """Replace each iterator by the list of its items: validation of a union would read it once for each member.

    A file is an iterator as well, and stays what it is.
    """
    for name, value in values.items():
        if hasattr(value, "__next__") and not hasattr(value, "read"):
            values[name] = list(value)
    return values


def _with_suggestions(
    cls: type[pydantic.BaseModel], error: pydantic.ValidationError, data: Any
) -> pydantic.ValidationError:
    if any(
        line["type"] == "list_type" or any(isinstance(step, int) for step in line["loc"])
        for line in error.errors(include_url=False, include_context=False)
    ):
        from .._validation import with_lists

        error = with_lists(error, data)
    if any(line["type"] == "extra_forbidden" for line in error.errors(include_url=False, include_context=False)):
        from .._validation import with_suggestions

        return with_suggestions(cls, error)
    return error


def _pretty(value: Json | bytes | tuple[Any, ...] | set[Any] | frozenset[Any] | pydantic.BaseModel, level: int) -> str:
    """Return a repr over several lines: set fields by name, one a line, long values cut."""
    inner = _REPR_INDENT * (level + 1)
    outer = _REPR_INDENT * level
    if isinstance(value, pydantic.BaseModel):
        fields = sorted(((name or "", item) for name, item in value.__repr_args__()), key=_text_of_key)
        shown = [f"{inner}{name}={_pretty(item, level + 1)}" for name, item in fields if item is not None]
        return _block(f"{type(value).__name__}(", shown, f"{outer})", last_comma=False)
    if isinstance(value, dict):
        shown = [f"{inner}{key!r}: {_pretty(item, level + 1)}" for key, item in sorted(value.items(), key=_text_of_key)]
        return _block("{", shown, outer + "}", last_comma=False)
    if isinstance(value, (list, tuple, set, frozenset)):
        opening, closing = {"list": "[]", "tuple": "()"}.get(type(value).__name__, "{}")
        shown = [f"{inner}{_pretty(item, level + 1)}" for item in value]
        return _block(opening, shown, outer + closing, last_comma=True)
    text = repr(value)
    if isinstance(value, str) and "\n" in value:
        text = '"""' + value.replace('"""', '\\"\\"\\"') + '"""'
    elif isinstance(value, bytes) and len(text) > _REPR_LONGEST_TEXT:
        text = text[:_REPR_LONGEST_TEXT] + "...'"
    return text


def _text_of_key(item: tuple[object, object]) -> str:
    return str(item[0])


def _block(opening: str, shown: list[str], closing: str, *, last_comma: bool) -> str:
    if not shown:
        return opening + closing.strip()
    return opening + "\n" + ",\n".join(shown) + ("," if last_comma else "") + "\n" + closing
