"""What one surface has beyond another, as lines of text by section."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tools.level.surface import Surface

Section = tuple[str, list[str]]
_HIDDEN = ["args", "kwargs"]
"""The parameters of a wrapper, which do not show those of the method behind it."""


def sections(newer: Surface, older: Surface) -> Iterator[Section]:
    """Yield a title and lines for each kind of difference."""
    new_modules = sorted(set(newer["modules"]) - set(older["modules"]))
    yield "new modules", [f"{module}: {', '.join(newer['modules'][module]) or 'no names'}" for module in new_modules]
    yield (
        "new names in modules",
        [
            f"{module}: {', '.join(added)}"
            for module in sorted(set(newer["modules"]) & set(older["modules"]) - {"types"})
            if (added := sorted(set(newer["modules"][module]) - set(older["modules"][module])))
        ],
    )
    enums, classes = _added(newer, older, "enums"), _added(newer, older, "classes")
    yield "new enums", [f"{name}: {', '.join(newer['enums'][name])}" for name in enums]
    yield "new members", list(_new_inside(newer["enums"], older["enums"], repr))
    yield "new models", [f"{name}: {', '.join(newer['classes'][name]) or 'no fields'}" for name in classes]
    yield "new fields", list(_new_inside(newer["classes"], older["classes"], _shape))
    yield "changed types of fields", list(_changed_fields(newer, older))
    for title, part in (("methods of clients", "methods_of_clients"), ("methods of types", "of_types")):
        yield f"new {title}", [f"{name}({', '.join(newer[part][name])})" for name in _added(newer, older, part)]
        yield f"changed {title}", list(_changed(newer[part], older[part]))
    yield "names that are gone", sorted(_gone(newer, older))


def _added(newer: Surface, older: Surface, part: str) -> list[str]:
    return sorted(set(newer[part]) - set(older[part]))


def _new_inside(newer: dict[str, dict[str, Any]], older: dict[str, dict[str, Any]], shown: Any) -> Iterator[str]:
    for name in sorted(set(newer) & set(older)):
        for key in sorted(set(newer[name]) - set(older[name])):
            yield f"{name}.{key}: {shown(newer[name][key])}"


def _shape(field: dict[str, Any]) -> str:
    """Return the type of a field as text, such as `list[Part]`."""
    return _text(field["shape"])


def _text(shape: list[Any]) -> str:
    kind, *rest = shape
    if kind in ("model", "enum", "python"):
        return str(rest[0])
    inner = ", ".join(_text(part) if isinstance(part, list) else repr(part) for part in rest)
    return f"{kind}[{inner}]" if inner else kind


def _changed_fields(newer: Surface, older: Surface) -> Iterator[str]:
    for name in sorted(set(newer["classes"]) & set(older["classes"])):
        one, other = newer["classes"][name], older["classes"][name]
        for key in sorted(set(one) & set(other)):
            if one[key] != other[key]:
                yield f"{name}.{key}: {_shape(other[key])} -> {_shape(one[key])}"


def _changed(newer: dict[str, list[str]], older: dict[str, list[str]]) -> Iterator[str]:
    for name in sorted(set(newer) & set(older)):
        if newer[name] == _HIDDEN:
            continue
        added = [parameter for parameter in newer[name] if parameter not in older[name]]
        lost = [parameter for parameter in older[name] if parameter not in newer[name]]
        if added or lost:
            yield f"{name}: {' '.join([*(f'+{one}' for one in added), *(f'-{one}' for one in lost)])}"


def _gone(newer: Surface, older: Surface) -> Iterator[str]:
    for part in ("enums", "classes", "methods_of_clients"):
        yield from set(older[part]) - set(newer[part])
    for module, names in older["modules"].items():
        yield from (f"{module}.{name}" for name in set(names) - set(newer["modules"].get(module, names)))
