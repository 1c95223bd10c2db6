"""The messages of the API as data: their fields and enums, and the surface that has them.

The JSON files in this folder state each message once, one file per domain. In a file, `messages` maps a name to its
fields, `enums` a name to its members, `unions` a name to its variants. The position of a member is its number on the Developer
API, where requests may give either. A field is a type, or an object with these keys:

- one of `type`, `list` (of this type) and `map` (from strings to this type);
- `required`: true for a field that must be set;
- `oneof`: at most one field of this group may be set;
- `surface`: the only surface that has the field;
- `alias`: another accepted spelling, in addition to the name and its snake_case form;
- `number`: the field number of the binary form.

A union has the key `by`, the field whose value chooses the message, and `of`, which maps these values to messages; or it
maps kinds of JSON values (`string`, `object` and `list`) to types, for `list` the type of the items.

A type is a message, an enum, a union or one of `SCALARS`. A field whose name is in snake_case has no other spelling.
Checking requests is the work of `payload`; what the values mean is up to the services.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, get_args

Surface = Literal["gemini", "vertex"]

SCALARS = frozenset(["string", "bool", "int", "float", "bytes", "duration", "timestamp", "struct", "any"])
"""`struct` is any JSON object, `any` any JSON value."""
_CAPITAL = re.compile("[A-Z]")
_KINDS = frozenset(["type", "list", "map"])
_OTHER_KEYS = frozenset(["required", "oneof", "surface", "alias", "number"])
_JSON_KINDS = frozenset(["string", "object", "list"])


@dataclass(frozen=True)
class Field:
    """One field of a message."""

    name: str
    type: str
    is_list: bool = False
    is_map: bool = False
    required: bool = False
    oneof: str | None = None
    surface: Surface | None = None
    """The only surface that has the field; None for both."""
    alias: str | None = None
    number: int | None = None

    @cached_property
    def snake_case(self) -> str:
        """The name as protocol buffers spell it."""
        return _CAPITAL.sub(r"_\g<0>", self.name).lower()

    @property
    def spellings(self) -> set[str]:
        """The names under which a request may give the field."""
        return {self.name, self.snake_case} | ({self.alias} if self.alias else set())


@dataclass(frozen=True)
class Union:
    """A choice between types."""

    by: str | None
    """The field whose value chooses the message; None for a choice by the kind of JSON value."""
    variants: Mapping[str, str]
    """The types by the value of the field, or by `string`, `object` and `list` (of this type)."""


class Registry:
    """A consistent set of messages, enums and unions.

    Args:
        sources: JSON texts by file name.

    Raises:
        ValueError: for an unknown type or key, or for anything that is defined twice; names the file and the place.
    """

    def __init__(self, sources: Mapping[str, str]) -> None:
        self.messages: dict[str, tuple[Field, ...]] = {}
        self.enums: dict[str, tuple[str, ...]] = {}
        self.unions: dict[str, Union] = {}
        self._spellings: dict[tuple[str, Surface], dict[str, Field]] = {}
        origin: dict[str, str] = {}
        for file, text in sources.items():
            try:
                domain = json.loads(text, object_pairs_hook=_object)
                for name in [*domain.get("messages", {}), *domain.get("enums", {}), *domain.get("unions", {})]:
                    if name in origin:
                        raise ValueError(f"{name}: already defined in {origin[name]}")
                    origin[name] = file
                for name, fields in domain.get("messages", {}).items():
                    self.messages[name] = _fields(name, fields)
                for name, members in domain.get("enums", {}).items():
                    _check_unique(f"{name}: member", members)
                    self.enums[name] = tuple(members)
                for name, declaration in domain.get("unions", {}).items():
                    self.unions[name] = _union(name, declaration)
            except ValueError as error:
                raise ValueError(f"{file}: {error}") from None
        known = SCALARS | self.messages.keys() | self.enums.keys() | self.unions.keys()
        for name, fields in self.messages.items():
            for field in fields:
                if field.type not in known:
                    raise ValueError(f"{origin[name]}: {name}.{field.name}: unknown type {field.type!r}")
        for name, union in self.unions.items():
            for variant, kind in union.variants.items():
                if kind not in (known if union.by is None else self.messages):
                    raise ValueError(f"{origin[name]}: {name}.{variant}: unknown type {kind!r}")

    def fields(self, message: str, surface: Surface) -> Mapping[str, Field]:
        """Return the fields that a message has on a surface, by every accepted spelling."""
        key = message, surface
        if key not in self._spellings:
            self._spellings[key] = {
                spelling: field
                for field in self.messages[message]
                if field.surface in (None, surface)
                for spelling in field.spellings
            }
        return self._spellings[key]


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    _check_unique("key", [key for key, _ in pairs])
    return dict(pairs)


def _check_unique(what: str, values: Sequence[object]) -> None:
    if len(set(values)) < len(values):
        twice = next(value for index, value in enumerate(values) if value in values[:index])
        raise ValueError(f"{what} {twice!r} is given twice")


def _fields(message: str, declared: dict[str, str | dict[str, Any]]) -> tuple[Field, ...]:
    fields = tuple(_field(f"{message}.{name}", name, declaration) for name, declaration in declared.items())
    _check_unique(f"{message}: spelling", [spelling for field in fields for spelling in field.spellings])
    _check_unique(f"{message}: number", [field.number for field in fields if field.number is not None])
    return fields


def _field(path: str, name: str, declaration: str | dict[str, Any]) -> Field:
    if isinstance(declaration, str):
        return Field(name, declaration)
    if unknown := declaration.keys() - _KINDS - _OTHER_KEYS:
        raise ValueError(f"{path}: unknown key {min(unknown)!r}; expected {', '.join(sorted(_KINDS | _OTHER_KEYS))}")
    kinds = declaration.keys() & _KINDS
    if len(kinds) != 1:
        raise ValueError(f"{path}: expected one of type, list and map, got {', '.join(sorted(kinds)) or 'none'}")
    [kind] = kinds
    others = {key: declaration[key] for key in declaration.keys() & _OTHER_KEYS}
    if others.get("surface") not in (None, *get_args(Surface)):
        raise ValueError(f"{path}: unknown surface {others['surface']!r}; expected {' or '.join(get_args(Surface))}")
    return Field(name, declaration[kind], is_list=kind == "list", is_map=kind == "map", **others)


def _union(name: str, declaration: dict[str, Any]) -> Union:
    if "by" not in declaration:
        if unknown := declaration.keys() - _JSON_KINDS:
            raise ValueError(f"{name}: unknown kind {min(unknown)!r}; expected {', '.join(sorted(_JSON_KINDS))}")
        return Union(None, declaration)
    if declaration.keys() != {"by", "of"}:
        raise ValueError(f"{name}: expected the keys by and of, got {', '.join(sorted(declaration))}")
    return Union(declaration["by"], declaration["of"])


API = Registry({path.name: path.read_text(encoding="utf-8") for path in sorted(Path(__file__).parent.glob("*.json"))})
"""The Gemini API, both surfaces."""
