"""Values for a field, derived from its shape: plausible values, and values just inside the bounds. They are objects in the tagged
form of `contract/tagged.py`; `as_dict` and `as_wire` return the same value in the other forms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tools.conformance.inventory import Shape

Inventory = dict[str, Any]
Build = Callable[[Any], Any]

_BYTES = {"$bytes": "+/8="}
"""0xfb 0xff, which differ in the two base64 alphabets."""
_SCALARS: dict[str, list[Any]] = {
    "str": ["some text", "ü ✓ 𝄞", ""],
    "int": [3, 0, -1],
    "float": [0.25, 0, 2],
    "bool": [True, False],
    "bytes": [_BYTES, {"$bytes": ""}],
    "time": [{"$time": "2025-01-02T03:04:05+00:00"}, {"$time": "2025-01-02T03:04:05.678+02:00"}],
    "any": ["some text", {"a_b": [1, {"c_d": None}], "eF": 0.5}, [], 7, False],
}
_IN_REPLIES: dict[str, list[Any]] = {
    "int": [3, 0, "12"],  # 64-bit numbers are strings in the JSON format of protocol buffers
    "float": [0.25, 0, 2],
    "time": ["2025-01-02T03:04:05Z", "2025-01-02T03:04:05.678901234Z", "2025-01-02T03:04:05+02:00"],
    "bytes": ["+/8=", "-_8=", ""],
}
UNLISTED = "NOT_LISTED_YET"
_ENTRY = "a_key"


def of_shape(shape: Shape, inventory: Inventory, *, in_reply: bool = False) -> Iterator[Any]:
    """Yield values of a shape; for a model only an empty one, because its fields are tried one by one."""
    kind = shape[0]
    if in_reply and kind in _IN_REPLIES:
        yield from _IN_REPLIES[kind]
    elif kind in _SCALARS:
        yield from _SCALARS[kind]
    elif kind == "literal":
        yield from shape[1:]
    elif kind == "enum":
        members = inventory["enums"][shape[1]]
        yield from ({"$member": f"{shape[1]}.{member}"} for member in members)
        yield UNLISTED
    elif kind == "model":
        yield new(shape[1], inventory)
    elif kind == "list":
        yield []
        several = list(of_shape(shape[1], inventory, in_reply=in_reply))
        yield from ([one] for one in several)
        if len(several) > 1:
            yield several[:2]
    elif kind == "dict":
        yield {}
        yield from ({_ENTRY: one} for one in of_shape(shape[1], inventory, in_reply=in_reply))
    elif kind == "union":
        seen: list[Any] = []
        for member in shape[1:]:
            for one in of_shape(member, inventory, in_reply=in_reply):
                if one not in seen:
                    seen.append(one)
                    yield one


def new(name: str, inventory: Inventory, fields: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return an instance of a model with these fields and all required ones."""
    declared = inventory["classes"][name]
    required = {key: field for key, field in declared.items() if field["required"] and key not in (fields or {})}
    filled = {key: next(of_shape(field["shape"], inventory)) for key, field in required.items()}
    return {"$type": name, **filled, **(fields or {})}


def models_in(shape: Shape, build: Build, path: str) -> Iterator[tuple[str, Build, str]]:
    """Yield each model in a shape: its name, a function that builds a value of the shape around it, and its path."""
    kind = shape[0]
    if kind == "model":
        yield shape[1], build, path
    elif kind == "list":
        yield from models_in(shape[1], lambda item: build([item]), f"{path}[]")
    elif kind == "dict":
        yield from models_in(shape[1], lambda item: build({_ENTRY: item}), f"{path}{{}}")
    elif kind == "union":
        several = sum(bool(_model_names(member)) for member in shape[1:]) > 1
        for member in shape[1:]:
            names = _model_names(member)
            yield from models_in(member, build, f"{path}|{names[0]}" if several and names else path)


def _model_names(shape: Shape) -> list[str]:
    if shape[0] == "model":
        return [shape[1]]
    return [name for part in shape[1:] if isinstance(part, list) for name in _model_names(part)]


def as_dict(value: Any, inventory: Inventory, *, camel: bool, marks: dict[str, Any] | None = None) -> Any:
    """Return a tagged value with dicts instead of objects and text instead of enum members. `marks` contains, by type, the values
    that a dict needs so that its type is known."""
    if isinstance(value, list):
        return [as_dict(item, inventory, camel=camel, marks=marks) for item in value]
    if not isinstance(value, dict):
        return value
    if "$member" in value:
        name, _, member = value["$member"].partition(".")
        return inventory["enums"].get(name, {}).get(member, member)
    fields = inventory["classes"].get(value.get("$type", ""), {})
    return {
        (fields[key]["alias"] if camel and key in fields else key): as_dict(item, inventory, camel=camel, marks=marks)
        for key, item in {**(marks or {}).get(value.get("$type", ""), {}), **value}.items()
        if key != "$type"
    }


def as_wire(value: Any, inventory: Inventory) -> Any:
    """Return a tagged value in the format of a reply."""
    if isinstance(value, dict) and "$bytes" in value:
        return value["$bytes"]
    if isinstance(value, dict) and "$time" in value:
        return value["$time"]
    if isinstance(value, list):
        return [as_wire(item, inventory) for item in value]
    if isinstance(value, dict) and "$member" not in value:
        fields = inventory["classes"].get(value.get("$type", ""), {})
        return {
            (fields[key]["alias"] if key in fields else key): as_wire(item, inventory)
            for key, item in value.items()
            if key != "$type"
        }
    return as_dict(value, inventory, camel=True)
