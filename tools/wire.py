"""Print where the fields of a type, or the arguments of an operation, are on the wire, on both backends:

    python -m tools.wire EmbedContentConfig
    python -m tools.wire models.embed_content

A place is a dotted path. With a leading `/` it starts at the request body, otherwise at the JSON object of the class. `x[]` is
every item of the list `x`, `x[0]` its first item, and `{x}` a value that another field or argument has set.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from typing import Any

import pydantic
from tools import gen

from google.genai import _ops, types
from google.genai._validation import models_in
from google.genai._wire.marks import BackendName, RepliedBy, Reply, ReplyVia
from google.genai._wire.operation import Body, Named, Operation, Path, Spread
from google.genai._wire.plans import Rule, plan_of

_BACKENDS: dict[BackendName, str] = {"gemini": "Gemini Developer API", "vertex": "Vertex AI"}


def describe(name: str) -> str:
    """Return what the tool prints for a type or an operation. Raises `SystemExit` if there is neither of that name."""
    operations = all_operations()
    if name in operations:
        return "\n\n".join("\n".join(_of_operation(operation)) for operation in operations[name])
    cls = getattr(types, name, None) if name in dir(types) else None
    if isinstance(cls, type) and issubclass(cls, pydantic.BaseModel):
        return "\n".join(_of_class(cls))
    nearest = difflib.get_close_matches(name, [*operations, *dir(types)], 3)
    hint = f"; did you mean {' or '.join(nearest)}?" if nearest else ""
    raise SystemExit(f"{name!r} is neither a model class of google.genai.types nor an operation{hint}")


def all_operations() -> dict[str, list[Operation[Any]]]:
    """Return every operation of the SDK by its name. A method whose form depends on the model has several."""
    modules = [
        importlib.import_module(f"{_ops.__name__}.{found.name}") for found in pkgutil.iter_modules(_ops.__path__)
    ]
    found = [value for module in modules for value in vars(module).values() if isinstance(value, Operation)]
    named: dict[str, list[Operation[Any]]] = {}
    for operation in found:
        named.setdefault(operation.name, []).append(operation)
    return named


def _of_operation(operation: Operation[Any]) -> Iterator[str]:
    reply = operation.reply_type().__name__ if operation.has_reply else "no object"
    yield f"{operation.name} returns {reply}"
    query = f"?{operation.query}" if operation.query else ""
    rows = [("argument", *_BACKENDS.values())]
    routes = [operation.route(backend) for backend in _BACKENDS]
    rows.append(("", *(f"{route.method} {route.path}{query}" if route else "not offered" for route in routes)))
    for name, parameter in operation.parameters.items():
        rows.append((name, *(_argument(parameter, backend) for backend in _BACKENDS)))
    rows += [(f"always {value!r}", place, place) for place, value in operation.fixed.items()]
    rows += [(f"default {value!r}", f"{{{name}}}", f"{{{name}}}") for name, value in operation.defaults.items()]
    yield from _table(rows)
    for parameter in operation.parameters.values():
        if isinstance(parameter, Spread):
            yield ""
            yield from _of_class(parameter.cls())


def _argument(parameter: Path | Body | Named | Spread, backend: BackendName) -> str:
    if isinstance(parameter, Spread):
        return f"fields of {parameter.cls().__name__}"
    if isinstance(parameter, Named):
        parameter = parameter.gemini if backend == "gemini" else parameter.vertex
    if isinstance(parameter, Path):
        return f"path, via {parameter.via.__name__}"
    return f"/{parameter.place(backend)}, via {parameter.via.__name__}"


def _of_class(cls: type[pydantic.BaseModel]) -> Iterator[str]:
    yield cls.__name__
    rows = [("field", "type", *_BACKENDS.values())]
    for name, info in cls.model_fields.items():
        rules = [plan_of(cls, backend).rules[name] for backend in _BACKENDS]
        rows.append((name, _type_name(cls, name), *map(_place, rules)))
        replies = [_reply_place(info.metadata, backend) for backend in _BACKENDS]
        if any(replies):
            rows.append(("", "  in replies", *(place or info.alias or name for place in replies)))
    yield from _table(rows)
    below = {model.__name__ for info in cls.model_fields.values() for model in models_in(info.annotation)}
    marked = [
        name for name in sorted(below) if not all(plan_of(getattr(types, name), one).is_plain for one in _BACKENDS)
    ]
    if marked:
        yield f"fields with marks of their own: {', '.join(marked)}"


def _place(rule: Rule) -> str:
    """Return the place of a field in requests, in one phrase."""
    if rule.kind in ("refused", "local"):
        return {"refused": "refused", "local": "not sent"}[rule.kind]
    if rule.kind == "query":
        return f"query, {rule.alias}"
    place = (
        "keys of this object"
        if rule.kind == "itself"
        else ("/" if rule.from_body else "") + ".".join(rule.steps or (rule.alias,))
    )
    via = f", via {rule.via}" if rule.via else ""
    return place + via + (f", refuses {', '.join(rule.refused_values)}" if rule.refused_values else "")


def _reply_place(marks: list[Any], backend: BackendName) -> str:
    """Return the place of a field in replies; an empty string for the default one."""
    for mark in marks:
        if isinstance(mark, RepliedBy) and mark.backend != backend:
            return "absent"
    places = [mark.place(backend) or "" for mark in marks if isinstance(mark, Reply)]
    vias = [f"via {mark.transform}" for mark in marks if isinstance(mark, ReplyVia)]
    return ", ".join(filter(None, [*places, *vias]))


@cache
def _annotations() -> dict[str, dict[str, ast.expr]]:
    """Return the annotations of each class, by field, as its source has them."""
    modules = gen.type_modules()
    classes = gen.all_classes(modules)
    return {
        name: {field.name: field.annotation for field in gen.fields_of(node, classes)}
        for models in gen.model_classes(modules).values()
        for name, node in models.items()
    }


def _type_name(cls: type[pydantic.BaseModel], field: str) -> str:
    """Return the annotation of a field as written in the source, without marks and without `None`."""
    tree = _annotations().get(cls.__name__, {}).get(field)
    if tree is None:  # its class declares it in a form of its own
        return str(cls.model_fields[field].annotation).replace("typing.", "")
    if isinstance(tree, ast.Subscript) and ast.unparse(tree.value) == "Annotated" and isinstance(tree.slice, ast.Tuple):
        tree = tree.slice.elts[0]
    if isinstance(tree, ast.Subscript) and ast.unparse(tree.value) == "Optional":
        tree = tree.slice
    return ast.unparse(tree).removesuffix(" | None")


def _table(rows: list[tuple[str, ...]]) -> Iterator[str]:
    """Yield the rows as lines with aligned columns."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  " + "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tools.wire", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="+", metavar="NAME", help="a type, or an operation such as models.embed_content")
    print("\n\n".join(map(describe, parser.parse_args().names)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
