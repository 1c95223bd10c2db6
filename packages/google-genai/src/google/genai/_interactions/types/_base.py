"""What the types of interactions have in common: names as written on the wire, unknown fields that are kept, base64.

The Interactions API is experimental and grows. A reply with unknown fields, members or values is read, and what is unknown
is kept: as an attribute, as an `Unknown…` object, or as the string itself. Nothing here knows a particular type.
"""

from __future__ import annotations

import base64
import binascii
import os
import types
from typing import IO, TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

import pydantic
from pydantic_core import PydanticCustomError

from ...types._base import SnakeCaseModel
from ._later import load_types

if TYPE_CHECKING:
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import CoreSchema

REPLY = {"is_reply": True}
"""The context in which replies are read: what does not fit is kept."""


class InteractionModel(SnakeCaseModel, extra="allow"):
    """The base of the types of interactions. Fields that this release does not know are kept as attributes.

    `model_dump` and `model_dump_json` leave out fields that are None, and use the names of the service, unless the caller
    passes `exclude_none` or `by_alias`.
    """

    def complete(self) -> None:
        """Set the fields that the service does not send."""

    @classmethod
    def _load_types(cls) -> None:
        load_types(cls.__pydantic_fields__)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: pydantic.GetJsonSchemaHandler, /
    ) -> JsonSchemaValue:
        schema = super().__get_pydantic_json_schema__(core_schema, handler)
        cls._load_types()
        properties: dict[str, Any] = handler.resolve_ref_schema(schema).get("properties", {})
        for name, field in cls.__pydantic_fields__.items():
            if field.title is None and _is_model(field.annotation):  # the title of the model applies
                properties.get(field.alias if field.alias in properties else name, {}).pop("title", None)
        return schema

    if not TYPE_CHECKING:  # checkers know the parameters from pydantic

        def model_dump(self, *, exclude_none: bool = True, by_alias: bool = True, **options: Any) -> dict[str, Any]:
            """Return the fields that are set as a dict."""
            options.setdefault("warnings", False)  # replies may contain values of other types
            return super().model_dump(exclude_none=exclude_none, by_alias=by_alias, **options)

        def model_dump_json(self, *, exclude_none: bool = True, by_alias: bool = True, **options: Any) -> str:
            """Return the fields that are set as JSON."""
            options.setdefault("warnings", False)
            return super().model_dump_json(exclude_none=exclude_none, by_alias=by_alias, **options)


def _is_model(annotation: Any) -> bool:
    """Tell whether an annotation is a model, or a model or None."""
    if get_origin(annotation) in (Union, types.UnionType):
        members = [each for each in get_args(annotation) if each is not type(None)]
        return len(members) == 1 and _is_model(members[0])
    return isinstance(annotation, type) and issubclass(annotation, pydantic.BaseModel)


class UnknownMember(InteractionModel):
    """The base of the members of open unions that this release does not know."""

    raw: Any
    """The object as the service sent it."""
    is_unknown: Literal[True] = True
    """Always True."""

    @pydantic.model_serializer
    def _as_sent(self) -> Any:
        return self.raw


Base64FileInput = Union[IO[bytes], os.PathLike[str]]
"""A file whose content is encoded: an open binary file, or a path."""


def _base64_text(value: Any) -> Any:
    if isinstance(value, os.PathLike):
        with open(value, "rb") as file:  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
            return base64.b64encode(file.read()).decode()
    if isinstance(value, (bytes, bytearray, memoryview)):
        data = bytes(value)  # pyright: ignore[reportUnknownArgumentType] - of a memoryview
        try:
            base64.b64decode(data, validate=True)
        except binascii.Error:
            raise PydanticCustomError(
                "base64_text",
                "Expected base64 text; bytes are not encoded here. Pass base64.b64encode(data), a path, or an open file",
            ) from None
        return data.decode("ascii")
    if hasattr(value, "read"):
        content = value.read()
        if not isinstance(content, bytes):
            raise PydanticCustomError("base64_text", "Expected a file that was opened in binary mode")
        return base64.b64encode(content).decode()
    return value


Base64Text = Annotated[str, pydantic.BeforeValidator(_base64_text)]
"""Base64 text. A path or an open binary file is read and encoded; bytes have to be base64 already."""
