"""The documentation of fields at run time: the docstring below a field, read from the source of its class.

A running program has no docstrings of attributes. Only `model_fields` and JSON Schema need them, so a module's source is
parsed when one of the two is first used, and never for a request. A field has no description if the source is not
available. Knows no particular type.
"""

from __future__ import annotations

import ast
import contextlib
import importlib
import inspect
import itertools
from collections.abc import Generator, Iterator
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import typing_extensions

if TYPE_CHECKING:
    import pydantic

    from .._json import Json

_docs: dict[str, dict[str, dict[str, str]]] = {}
"""The docstrings below the fields in the sources that were read: by module, class and field."""
_leaves_out: ContextVar[bool] = ContextVar("_leaves_out", default=False)


def describe_fields(cls: type[pydantic.BaseModel]) -> None:
    """Set the description of each field that has none to its documentation."""
    fields = cls.__pydantic_fields__
    for name, text in docs_of(cls).items():
        if fields[name].description is None:
            fields[name].description = text


def describe_properties(cls: type[pydantic.BaseModel], schema: dict[str, Any]) -> None:
    """Add the documentation of the fields to a JSON Schema of a class; inside `without_field_docs`, remove it."""
    properties: dict[str, Json] = schema.get("properties", {})
    for name, text in docs_of(cls, reads_sources=not _leaves_out.get()).items():
        alias = cls.__pydantic_fields__[name].alias
        found = properties.get(alias if alias in properties else name)
        if not isinstance(found, dict):
            continue
        if not _leaves_out.get():
            found.setdefault("description", text)
        elif found.get("description") == text:
            del found["description"]


@contextlib.contextmanager
def without_field_docs() -> Generator[None, None, None]:
    """Leave the documentation of fields out of JSON Schemas.

    Schemas in requests are made in this way: they must not depend on whether the sources are installed.
    """
    before = _leaves_out.set(True)
    try:
        yield
    finally:
        _leaves_out.reset(before)


def given_description(cls: type[pydantic.BaseModel], name: str) -> str | None:
    """Return the description that a field was declared with, which is not its documentation."""
    description = cls.__pydantic_fields__[name].description
    return None if description == docs_of(cls, reads_sources=False).get(name) else description


def docs_of(cls: type[pydantic.BaseModel], *, reads_sources: bool = True) -> dict[str, str]:
    """Return the documentation of each field of a class, also of inherited fields.

    The result lacks the fields that a class outside this package declares again. Without `reads_sources`, it is limited
    to sources that were read before.
    """
    docs: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        module: str | None = vars(base).get("_source_module")
        if module is not None:
            docs |= (_docs_in(module) if reads_sources else _docs.get(module, {})).get(base.__qualname__, {})
        elif docs:
            for name in typing_extensions.get_annotations(base, format=typing_extensions.Format.FORWARDREF):
                docs.pop(name, None)
    return {name: text for name, text in docs.items() if name in cls.__pydantic_fields__}


def _docs_in(module: str) -> dict[str, dict[str, str]]:
    if module not in _docs:
        loader: Any = importlib.import_module(module).__loader__
        try:
            source: str | None = loader.get_source(module)
        except (AttributeError, ImportError):
            source = None
        classes = [node for node in ast.parse(source or "").body if isinstance(node, ast.ClassDef)]
        _docs[module] = {node.name: dict(_documented(node.body)) for node in classes}
    return _docs[module]


def _documented(body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    """Yield the name and the docstring of each field in the body of a class."""
    for field, below in itertools.pairwise(body):
        match field, below:
            case (
                (
                    # a declaration, or two of them: for checkers and for run time
                    ast.AnnAssign(target=ast.Name(id=name)) | ast.If(orelse=[ast.AnnAssign(target=ast.Name(id=name))])
                ),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                yield name, inspect.cleandoc(text)
            case _:
                pass
