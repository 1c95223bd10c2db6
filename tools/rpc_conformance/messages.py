"""What the messages are, and the bytes, the JSON and the dicts of random ones. Runs in the environments of both sides."""

from __future__ import annotations

import base64
import hashlib
import json
import random
from collections.abc import Iterator
from importlib import import_module
from typing import Any

VERSIONS = ("v1beta", "v1")
_DEEPEST = 4
_LARGE_ENUM_NUMBER = 4711
"""A number that no enum of the API has."""


def classes(version: str) -> Iterator[Any]:
    """Yield the classes of all messages of a version, also those inside other messages."""
    types = import_module(f"google.ai.generativelanguage_{version}.types")
    for name in sorted(types.__all__):
        yield from _with_inner(getattr(types, name))


def _with_inner(found: Any) -> Iterator[Any]:
    if not hasattr(found, "pb"):
        return
    yield found
    for inner in sorted(vars(found)):
        value = vars(found)[inner]
        if isinstance(value, type) and value.__qualname__ == f"{found.__qualname__}.{inner}":
            yield from _with_inner(value)


def enums(version: str) -> Iterator[Any]:
    """Yield the classes of all enums of a version."""
    types = import_module(f"google.ai.generativelanguage_{version}.types")
    places = [types, *classes(version)]
    for place in places:
        for name in sorted(types.__all__ if place is types else vars(place)):
            value = getattr(place, name)
            if isinstance(value, type) and hasattr(value, "__members__"):
                yield value


def table() -> dict[str, Any]:
    """Return the facts of all messages and enums, by full name: fields with their numbers and types, members with theirs."""
    found: dict[str, Any] = {}
    for version in VERSIONS:
        for cls in classes(version):
            descriptor = cls.pb().DESCRIPTOR
            found[descriptor.full_name] = {
                "class": _name_of(cls),
                "attributes": sorted(cls.meta.fields),
                "fields": [_field(each) for each in descriptor.fields],
            }
        for cls in enums(version):
            found[f"{version} {cls.__qualname__}"] = {
                "class": _name_of(cls),
                "members": {name: member.value for name, member in cls.__members__.items()},
                "bases": [base.__name__ for base in cls.__mro__ if base.__module__ in ("enum", "builtins")],
            }
    return found


def _name_of(cls: Any) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"


def _field(field: Any) -> list[Any]:
    contained = field.message_type or field.enum_type
    is_map = field.message_type is not None and field.message_type.GetOptions().map_entry
    return [
        field.name,
        field.number,
        field.type,
        "repeated" if is_repeated(field) else "single",
        field.json_name,
        [_field(each) for each in field.message_type.fields] if is_map else contained and contained.full_name,
        field.containing_oneof and field.containing_oneof.name,
        field.has_presence,
    ]


def is_repeated(field: Any) -> bool:
    """Tell whether a field is a list or a map, with old and new releases of protobuf."""
    found = getattr(field, "is_repeated", None)
    return field.label == field.LABEL_REPEATED if found is None else found


def random_message(cls: Any, seed: object) -> Any:
    """Return a message of a class of proto-plus with random content, the same for the same seed on both sides."""
    message = cls.pb()()
    fill(message, random.Random(f"{seed} {cls.pb().DESCRIPTOR.full_name}"))
    return cls.wrap(message)


def fill(message: Any, chance: random.Random, depth: int = 0) -> None:
    """Fill a message of protobuf. Maps get one entry at most, because the order of entries in bytes is not defined."""
    special = _SPECIAL.get(message.DESCRIPTOR.full_name)
    if special is not None:
        special(message, chance)
        return
    for field in sorted(message.DESCRIPTOR.fields, key=lambda each: each.number):
        if chance.random() < 0.15 or (field.message_type is not None and depth >= _DEEPEST):
            continue
        if field.containing_oneof is not None and chance.random() < 0.5 and len(field.containing_oneof.fields) > 1:
            continue
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            _fill_map(getattr(message, field.name), field, chance, depth)
        elif is_repeated(field):
            values = getattr(message, field.name)
            for _ in range(chance.randint(1, 2)):
                if field.message_type is not None:
                    fill(values.add(), chance, depth + 1)
                else:
                    values.append(_scalar(field, chance))
        elif field.message_type is not None:
            part = getattr(message, field.name)
            part.SetInParent()
            fill(part, chance, depth + 1)
        else:
            setattr(message, field.name, _scalar(field, chance))


def _fill_map(values: Any, field: Any, chance: random.Random, depth: int) -> None:
    key, value = field.message_type.fields_by_name["key"], field.message_type.fields_by_name["value"]
    made = _scalar(key, chance)
    if value.message_type is not None:
        fill(values[made], chance, depth + 1)
    else:
        values[made] = _scalar(value, chance)


def _scalar(field: Any, chance: random.Random) -> Any:
    if field.enum_type is not None:
        numbers = [each.number for each in field.enum_type.values]
        return chance.choice([*numbers, _LARGE_ENUM_NUMBER])
    return _SCALARS[field.type](chance)


_SCALARS: dict[int, Any] = {
    1: lambda chance: chance.uniform(-1e9, 1e9),  # double
    2: lambda chance: chance.randint(-1000, 1000) / 8,  # float, exact in 32 bits
    3: lambda chance: chance.randint(-(2**63), 2**63 - 1),  # int64
    4: lambda chance: chance.randint(0, 2**64 - 1),  # uint64
    5: lambda chance: chance.randint(-(2**31), 2**31 - 1),  # int32
    8: lambda chance: chance.random() < 0.5,  # bool
    9: lambda chance: chance.choice(["", "a", "naïve 😀", "x" * 200, 'line\n"quoted"\0']),  # string
    12: lambda chance: bytes(chance.randrange(256) for _ in range(chance.randint(0, 20))),  # bytes
    13: lambda chance: chance.randint(0, 2**32 - 1),  # uint32
}


def _struct(message: Any, chance: random.Random) -> None:
    message.update({chance.choice("abc"): chance.choice([None, True, 0.5, "text", [1, "two", None], {"inner": {}}])})


def _any(message: Any, chance: random.Random) -> None:
    from google.protobuf import duration_pb2

    message.Pack(duration_pb2.Duration(seconds=chance.randint(0, 9)))


def _value(message: Any, chance: random.Random) -> None:
    message.string_value = chance.choice(["", "text"])


def _list(message: Any, chance: random.Random) -> None:
    message.extend([chance.choice([True, "x", 2.5])])


def _mask(message: Any, chance: random.Random) -> None:
    message.paths.append(chance.choice(["display_name", "a.b_c"]))


def _time(message: Any, chance: random.Random) -> None:
    message.seconds, message.nanos = chance.randint(0, 2_000_000_000), chance.choice([0, 1000, 250_000_000])


_SPECIAL: dict[str, Any] = {
    "google.protobuf.Any": _any,
    "google.protobuf.Duration": _time,
    "google.protobuf.FieldMask": _mask,
    "google.protobuf.ListValue": _list,
    "google.protobuf.Struct": _struct,
    "google.protobuf.Timestamp": _time,
    "google.protobuf.Value": _value,
}


def emit(seed: int, rounds: int) -> dict[str, Any]:
    """Return the forms of random messages of every class, by version, class and number."""
    return {
        f"{version} {cls.__qualname__} {number}": _forms(cls, random_message(cls, f"{seed} {number}"))
        for version in VERSIONS
        for cls in classes(version)
        for number in range(rounds)
    }


def reread(given: dict[str, Any]) -> dict[str, Any]:
    """Return the forms of messages that were read from the bytes of others."""
    by_name = {f"{version} {cls.__qualname__}": cls for version in VERSIONS for cls in classes(version)}
    found: dict[str, Any] = {}
    for name, forms in given.items():
        cls = by_name[name.rpartition(" ")[0]]
        found[name] = _forms(cls, cls.deserialize(base64.b64decode(forms["bytes"])))
    return found


def _forms(cls: Any, message: Any) -> dict[str, Any]:
    return {
        "bytes": base64.b64encode(cls.pb(message).SerializeToString(deterministic=True)).decode(),
        "json": json.loads(cls.to_json(message)),
        "json with names": hashlib.sha256(_json_with_names(cls, message).encode()).hexdigest(),
        "dict": hashlib.sha256(repr(cls.to_dict(message)).encode()).hexdigest(),
        "from json": base64.b64encode(
            cls.pb(cls.from_json(cls.to_json(message))).SerializeToString(deterministic=True)
        ).decode(),
    }


def _json_with_names(cls: Any, message: Any) -> str:
    text = cls.to_json(
        message,
        use_integers_for_enums=False,
        preserving_proto_field_name=True,
        always_print_fields_with_no_presence=False,
    )
    return json.dumps(json.loads(text), sort_keys=True)
