"""The encoder: the arguments of an operation become a call.

Everything that the backend does not support is collected and refused together, before anything is sent.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote, quote_plus

import pydantic

from . import names
from .call import Call
from .encoding import Encoding, model_of, put
from .fragments import Fragment
from .operation import Body, Named, Operation, Path, Spread
from .transforms import transform

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .._backend import Backend
    from .._json import Json
    from . import call

M = TypeVar("M", bound=pydantic.BaseModel)

_KEPT_IN_FILTERS = "=&:,()*!'/;@$<>\""
_LARGE_BODY_BYTES = 1 << 20
"""A body in pieces that is larger than this is not joined, so that it is in memory once."""


def encode(operation: Operation[Any], backend: Backend, arguments: dict[str, Any]) -> Call:
    """Return the call for the arguments of an operation.

    Raises `ValueError` with the path of each offending value: an unknown argument, a value of the wrong type, or a field
    that the backend does not support.
    """
    route = operation.route(backend.name)
    if route is None:
        raise ValueError(f"{operation.name} is not offered by {backend.title}.")
    unknown = arguments.keys() - operation.parameters.keys()
    if unknown:
        raise ValueError(_unknown_arguments(operation, unknown))
    encoding = new_encoding(backend)
    encoding.variables.update(operation.defaults)
    try:
        for name, parameter in operation.parameters.items():
            value = arguments.get(name)
            if isinstance(parameter, Named):
                parameter = parameter.vertex if backend.vertexai else parameter.gemini
            if isinstance(parameter, Path):
                encoding.variables[name] = parameter.via(value, encoding, name)
            elif isinstance(parameter, Body):
                if value is None and parameter.is_optional:
                    continue
                wire = parameter.via(value, encoding, name)
                if wire is None and parameter.is_optional:
                    continue
                put(encoding.body, tuple(parameter.place(backend.name).split(".")), wire)
            elif (config := config_of(_narrowed(value, parameter), parameter.cls(), name)) is not None:
                encoding.write_config(config, name, keeps_empty_root=parameter.keeps_empty_root)
        for place, value in operation.fixed.items():
            put(encoding.body, tuple(place.split(".")), value)
        if operation.whole and not backend.vertexai and len(encoding.body) > 1:
            request = write({"model": encoding.variables["model"], **encoding.body})
            encoding.body = {operation.whole: Fragment(*([request] if isinstance(request, bytes) else request or ()))}
    except RecursionError:
        raise ValueError(f"{operation.name}: the arguments are nested too deeply, or contain themselves.") from None
    refuse_unsupported(encoding)
    path = route.path.format_map({name: names.in_path(value) for name, value in encoding.variables.items()})
    query = "&".join(filter(None, [operation.query, _query(encoding)]))
    return Call(
        route.method,
        f"{path}?{query}" if query else path,
        None if route.method == "GET" else write(encoding.body),
        encoding.options,
        encoding.items,
    )


def _narrowed(value: Any, parameter: Spread) -> Any:
    """Return the fields that the class of a configuration has, if it was given as an object of the other accepted class."""
    if parameter.also is None or not isinstance(value, parameter.also()):
        return value
    return {name: getattr(value, name) for name in parameter.cls().__pydantic_fields__ if hasattr(value, name)}


def new_encoding(backend: Backend) -> Encoding:
    """Return an encoding that applies the transforms of this package."""
    return Encoding(backend, transform)


def config_of(value: M | Mapping[str, Any] | None, cls: type[M], path: str = "config") -> M | None:
    """Return a configuration as an object of its class, or None for None and an empty dict.

    Raises `ValueError` for an object of another class, and for a dict that does not fit the class.
    """
    if value is None or (isinstance(value, dict) and not value):
        return None
    return model_of(value, cls, path)


def own_config(value: M | Mapping[str, Any] | None, cls: type[M], path: str = "config") -> M:
    """Return a configuration as a new object that may be changed. Raises `ValueError` as `config_of` does."""
    config = config_of(value, cls, path)
    return cls() if config is None else config.model_copy() if config is value else config


def refuse_unsupported(encoding: Encoding) -> None:
    """Raise `ValueError` for the fields that the backend does not support, with the words that programs search for."""
    paths, backend = encoding.refused, encoding.backend
    if not paths:
        return
    service = "Vertex AI" if backend.vertexai else "Gemini API"
    fields = dict.fromkeys(path.rpartition(".")[2] for path in paths)
    words = ", ".join(f"{field} parameter is not supported in {service}" for field in fields)
    raise ValueError(
        f"{', '.join(paths)} {'is' if len(paths) == 1 else 'are'} not supported by {backend.title} ({words})."
    )


def _unknown_arguments(operation: Operation[Any], unknown: set[str]) -> str:
    import difflib

    name = min(unknown)
    near = difflib.get_close_matches(name, operation.parameters, 1)
    hint = f"did you mean {near[0]!r}?" if near else f"expected {', '.join(operation.parameters)}."
    return f"{operation.name}: unknown argument {name!r}; {hint}"


def _query(encoding: Encoding) -> str:
    """Return the query; filter expressions come first."""
    filters = [f"filter={quote(value, safe=_KEPT_IN_FILTERS)}" for value in encoding.filters]
    return "&".join(filters + [f"{quote_plus(key)}={quote_plus(value)}" for key, value in encoding.query])


def write(body: dict[str, Any]) -> call.Body:
    """Return a body as JSON bytes. A large body stays in pieces."""
    if not body:
        return None
    pieces: list[bytes] = []
    mark = b"{"
    for key, value in body.items():
        pieces.append(mark + b'"' + key.encode() + b'":')
        if isinstance(value, Fragment):
            pieces += value.pieces
        else:
            try:
                pieces.append(json.dumps(value, separators=(",", ":"), allow_nan=False).encode())
            except (TypeError, ValueError) as error:
                raise ValueError(f"{_odd_number(value, key) or key}: cannot be written as JSON: {error}") from error
        mark = b","
    pieces.append(b"}")
    if sum(map(len, pieces)) > _LARGE_BODY_BYTES:
        return pieces
    return b"".join(pieces)


def _odd_number(value: Json, path: str) -> str | None:
    """Return the path of the first number that JSON cannot represent."""
    if isinstance(value, float) and not math.isfinite(value):
        return path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return next(filter(None, (_odd_number(item, f"{path}.{key}") for key, item in items)), None)
