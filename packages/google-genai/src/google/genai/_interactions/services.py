"""The flow of the operations in `operations`: arguments become a call, and the reply becomes an object.

Everything wrong in the arguments is refused here, before a request is sent.
"""

from __future__ import annotations

import re
from collections.abc import Coroutine, Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

import pydantic

from .._core.observing import observed
from . import types
from .replies import read_reply, reply_to
from .requests import UNCHANGED_IN_PATH, Settings, is_id
from .types._later import adapter_of

if TYPE_CHECKING:
    from .._io.port import Port
    from .._wire.call import Call
    from .operations import Operation

_WIRE = {"type_": "type", "filter_": "filter", "contexts": "context"}
"""Names of arguments that differ from those of the service."""
_PLACE = re.compile(r"\{(\w+)\}")
_REPORTED = frozenset({"id", "type", "type_", "update_mask", "page_size", "page_token"})
"""The arguments of credentials that hooks receive; the others contain secrets."""
_TOKEN = "auth_token"  # noqa: S105 - the name of an argument
"""The argument with a secret in other operations."""


def send(port: Port, operation: Operation, settings: Settings, **arguments: Any) -> Coroutine[Any, Any, Any]:
    """Return the coroutine that runs an operation and returns its reply. Arguments that are None are not sent."""
    return _start(port, operation, settings, arguments)


def _start(port: Port, operation: Operation, settings: Settings, arguments: Mapping[str, Any]) -> Any:
    given = {name: value for name, value in arguments.items() if value is not None}
    work = _sent(port, operation, settings, given)
    if port.hooks is None:
        return work
    is_public = _REPORTED.__contains__ if operation.has_secrets else _TOKEN.__ne__
    return observed(port, operation.name, {name: value for name, value in given.items() if is_public(name)}, work)


def send_whole(
    port: Port, operation: Operation, settings: Settings, request: Any, body: dict[str, Any], **others: Any
) -> Coroutine[Any, Any, Any]:
    """Return the coroutine for an operation whose arguments may be one object or dict with `body` in place of `body`."""
    if request is None:
        return _start(port, operation, settings, {**body, **others})
    if body:
        return _refused(
            TypeError(
                f"{operation.name}: pass either request or the fields one by one, got request and {', '.join(body)}."
            )
        )
    whole = cast("Mapping[str, Any]", request if isinstance(request, Mapping) else getattr(request, "__dict__", {}))
    content: Any = whole.get("body")
    if content is None:
        return _refused(
            TypeError(f"{operation.name}: request.body: expected the fields as an object or a dict, got None.")
        )
    fields: Any = content.model_dump() if isinstance(content, pydantic.BaseModel) else content
    if not isinstance(fields, Mapping):
        name = type(cast(object, content)).__name__
        return _refused(TypeError(f"{operation.name}: request.body: expected an object or a dict, got {name}."))
    if settings.api_version is None and whole.get("api_version") is not None:
        settings = replace(settings, api_version=whole["api_version"])
    more = {name: whole[name] for name in operation.query if others.get(name) is None and whole.get(name) is not None}
    return _start(port, operation, settings, {**cast("Mapping[str, Any]", fields), **others, **more})


async def _refused(error: Exception) -> Any:
    raise error


async def _sent(port: Port, operation: Operation, settings: Settings, given: dict[str, Any]) -> Any:
    if port.backend.vertexai and not operation.is_on_vertex:
        raise ValueError(f"{operation.name} is not offered by {port.backend.title}.")
    response = await reply_to(port, call_of(operation, settings, given))
    return read_reply(getattr(types, operation.reply), response, f"the reply of {operation.name}")


def call_of(operation: Operation, settings: Settings, given: Mapping[str, Any]) -> Call:
    """Return the call of an operation with its arguments. Raises `ValueError` or `TypeError` for an invalid argument."""
    rest = dict(given)
    path = path_of(operation.name, operation.path, rest)
    query = {_WIRE.get(name, name): rest.pop(name) for name in operation.query if name in rest}
    body = _body(operation, rest)
    return settings.call(operation.verb, path, body, query)


def path_of(name: str, template: str, rest: dict[str, Any]) -> str:
    """Return a path with arguments in place of the names in braces; the arguments are removed from `rest`.

    An argument may begin with the part of the path before it, as in "agents/my-agent". Raises `ValueError` for an argument that
    would address another resource.
    """

    def segment(found: re.Match[str]) -> str:
        argument = found[1]
        value = rest.pop(argument, None)
        if argument == "path":
            return _file_path(name, value)
        collection = template[: found.start()].rstrip("/").rpartition("/")[2]
        if isinstance(value, str):
            value = value.removeprefix(f"{collection}/")
        if not isinstance(value, str) or not is_id(value):
            shown = repr(value) if argument != _TOKEN or not isinstance(value, str) else "another text"
            raise ValueError(
                f'{name}: {argument}: expected an id, such as "my-id" or "{collection}/my-id", got {shown}.'
            )
        return quote(value, safe=UNCHANGED_IN_PATH)

    return _PLACE.sub(segment, template)


def _file_path(name: str, value: Any) -> str:
    """Return the path of a file in an environment as a part of an address."""
    if not isinstance(value, str):
        raise ValueError(f"{name}: path: expected the path of a file or directory, got {type(value).__name__}.")
    if {".", ".."} & set(value.split("/")) or re.search(r"[\x00-\x1f\x7f]", value):
        raise ValueError(f"{name}: path: expected a path without '.', '..' and control characters, got {value!r}.")
    return quote(value, safe=f"/{UNCHANGED_IN_PATH}")


# Bodies


def _body(operation: Operation, given: dict[str, Any]) -> bytes | None:
    """Return the body as JSON. Raises `ValueError` with the path of each value that does not fit."""
    if operation.body is None:
        return None
    if operation.is_body_one_argument:
        if "body" not in given:
            return None
        given = given["body"]
    else:
        given = {_WIRE.get(name, name): _with_zone(value) for name, value in given.items()}
    adapter = _adapter(operation.body)
    try:
        checked = adapter.validate_python(given)
    except pydantic.ValidationError as error:
        raise _refusal(operation, error) from None
    _refuse_unknown(operation, checked)
    return adapter.serializer.to_json(checked, by_alias=True, exclude_none=True, warnings=False)


def _with_zone(value: Any) -> Any:
    """Return a time with its zone; one without a zone is local time, as everywhere in Python. Other values stay as they are."""
    return value.astimezone() if isinstance(value, datetime) and value.tzinfo is None else value


@cache
def _adapter(name: str) -> pydantic.TypeAdapter[Any]:
    return adapter_of(getattr(types, name))


def _refusal(operation: Operation, error: pydantic.ValidationError) -> ValueError:
    """Return the error for a body that does not fit. It does not show credentials, as the error of pydantic would."""
    if not operation.has_secrets:
        return error
    found = error.errors(include_url=False, include_context=False, include_input=False)
    texts = [": ".join(filter(None, [".".join(map(str, each["loc"])), each["msg"]])) for each in found]
    return ValueError(f"{operation.name}: {'; '.join(texts)}")


def _refuse_unknown(operation: Operation, checked: Any) -> None:
    extra: Any = getattr(checked, "__pydantic_extra__", None)
    if not extra or getattr(checked, "is_unknown", False):
        return
    import difflib

    unknown = next(iter(extra))
    near = difflib.get_close_matches(unknown, checked.__pydantic_fields__, 1)
    hint = f"did you mean {near[0]!r}?" if near else "put fields that this release does not know into extra_body."
    raise TypeError(f"{operation.name}: unexpected argument {unknown!r}; {hint}")
