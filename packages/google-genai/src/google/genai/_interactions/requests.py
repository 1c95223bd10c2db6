"""The arguments of the methods of `client.interactions` as calls, and the settings of one call.

Everything wrong is refused here, before a request.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, cast
from urllib.parse import quote, urlencode

from .. import types
from .._wire.call import Call
from ..types._http import HttpOptions
from . import types as interactions

RUNNING = frozenset({"in_progress", "queued"})
"""The statuses of an interaction that the service is still working on."""
_PATH = "interactions"
RETRIES = types.HttpRetryOptions.model_construct(  # without validation, for which pydantic would build a validator
    attempts=5,
    initial_delay=0.5,
    max_delay=8.0,
    exp_base=2.0,
    jitter=0.5,
    http_status_codes=[408, 409, 429, *range(500, 600)],
)
"""Retries if neither the client nor the call sets any; the service's clients repeat these calls by default."""
_ONLY_FOR = {"model": "agent_config", "agent": "generation_config"}
"""The setting that does not go together with a model, and the one that does not go together with an agent."""
_NOT_IN_ID = re.compile(r"[/\\?#%\s\x00-\x1f\x7f]")
UNCHANGED_IN_PATH = "!$&'()*+,;=:@"
"""Characters that a segment of a path may contain besides letters, digits and `-._~`."""


@dataclass(frozen=True)
class Settings:
    """How one call is sent: what the program set for this call alone."""

    api_version: str | None = None
    extra_headers: Mapping[str, str] | None = None
    extra_query: Mapping[str, Any] | None = None
    extra_body: Mapping[str, Any] | None = None
    timeout: Any = None

    def call(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        query: Mapping[str, Any] | None = None,
        *,
        streams: bool = False,
    ) -> Call:
        """Return a call. Raises `ValueError` or `TypeError` for an invalid setting."""
        accept = "text/event-stream" if streams else "application/json"
        options = HttpOptions(headers={"Accept": accept, **(self.extra_headers or {})})
        options.api_version = self.api_version
        if self.timeout is not None:
            options.timeout = milliseconds(self.timeout)  # None for a `Timeout` without a limit: the client's applies
        if self.extra_body and body is not None:
            options.extra_body = dict(self.extra_body)
        path = with_query(path, {**(query or {}), **(self.extra_query or {})})
        return Call(method, path, body, options, default_retries=RETRIES, is_billed_to_user_project=True)


def milliseconds(timeout: Any) -> int | None:
    """Return a time limit in milliseconds; it is given in seconds, or as the `Timeout` of httpx.

    The result is None for a `Timeout` that limits no reading. Raises `TypeError` for another type, `ValueError` for a
    number that is not positive.
    """
    seconds: Any = getattr(timeout, "read", timeout) if hasattr(timeout, "connect") else timeout
    if seconds is None:
        return None
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        raise TypeError(f"timeout: expected a positive number of seconds or an httpx.Timeout, got {timeout!r}.")
    if not 0 < seconds < math.inf:
        raise ValueError(f"timeout: expected a positive number of seconds or an httpx.Timeout, got {timeout!r}.")
    return max(1, round(seconds * 1000))


def with_query(path: str, query: Mapping[str, Any]) -> str:
    """Return a path with a query. A parameter with several values is repeated."""
    pairs = {name: _in_query(value) for name, value in query.items()}
    return f"{path}?{urlencode(pairs, doseq=True)}" if pairs else path


def _in_query(value: Any) -> Any:
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes)):
        return [_in_query(each) for each in cast("Iterable[Any]", value)]
    return str(value).lower() if isinstance(value, bool) else str(value)


# Creating


@dataclass
class Draft:
    """A request to create an interaction, before it is checked and written."""

    body: dict[str, Any]
    """The fields of the interaction, as the program gave them, or as they were read."""
    settings: Settings = field(default_factory=Settings)

    @property
    def streams(self) -> bool:
        """Whether the reply is a stream of events."""
        return bool(self.body.get("stream"))

    @property
    def is_stored(self) -> bool:
        """Whether the service keeps the interaction, so that another one can continue it."""
        return self.body.get("store") is not False

    def written(self) -> bytes:
        """Return the body as JSON. Raises `ValueError` with the path of each value that does not fit.

        The body keeps the values that were read, because an iterator or an open file cannot be read again for a request
        that repeats them.
        """
        cls = _class_for(self.body)
        given = {**self.body, "input": input_form(self.body["input"])} if "input" in self.body else self.body
        checked = cls.model_validate(given)
        self.body = {name: getattr(checked, name) for name in self.body}
        return cls.__pydantic_serializer__.to_json(checked, by_alias=True, exclude_none=True, warnings=False)

    def call(self) -> Call:
        """Return the call that creates the interaction."""
        return self.settings.call("POST", _PATH, self.written(), streams=self.streams)


def draft_of(request: Any, settings: Settings, body: dict[str, Any]) -> Draft:
    """Return the draft for the arguments of `create`: a whole request, or the fields one by one.

    Raises `TypeError` for both, and for a field that does not exist; `ValueError` for fields that contradict each other.
    """
    if request is not None:
        if body:
            raise TypeError(f"create: pass either request or the fields one by one, got request and {', '.join(body)}.")
        body, version = _opened(request)
        if version is not None and settings.api_version is None:
            settings = replace(settings, api_version=version)
    body = {name: value for name, value in body.items() if value is not None}
    _refuse_unknown(body)
    for name in ("stream", "store"):  # which also decide what the reply is, and whether a stream continues
        if name in body and not isinstance(body[name], bool):
            raise ValueError(f"create: {name}: expected True or False, got {body[name]!r}.")
    given = [name for name in _ONLY_FOR if name in body]
    if len(given) != 1:
        found = "both" if given else "none"
        raise ValueError(f"create: expected either model or agent, got {found}.")
    other = _ONLY_FOR[given[0]]
    if other in body:
        raise ValueError(f"create: {other} cannot be combined with {given[0]}.")
    return Draft(body, settings)


def _opened(request: Any) -> tuple[dict[str, Any], str | None]:
    """Return the fields in a request and its API version; a request may be an object or a dict, with or without `body`."""
    whole = cast("Mapping[str, Any]", request if isinstance(request, Mapping) else getattr(request, "__dict__", {}))
    content: Any = whole.get("body", request)
    version: Any = whole.get("api_version") if "body" in whole else None
    if isinstance(content, (interactions.CreateModelInteraction, interactions.CreateAgentInteraction)):
        return {name: getattr(content, name) for name in content.__pydantic_fields_set__}, version
    if isinstance(content, Mapping):
        return {**cast("Mapping[str, Any]", content)}, version
    raise TypeError(
        "request: expected a CreateModelInteraction, a CreateAgentInteraction or a dict with their fields, got "
        f"{type(cast(object, content)).__name__}."
    )


def _refuse_unknown(body: dict[str, Any]) -> None:
    if body.keys() <= _class_for(body).__pydantic_fields__.keys():
        return
    known = (
        interactions.CreateModelInteraction.__pydantic_fields__.keys()
        | interactions.CreateAgentInteraction.__pydantic_fields__.keys()
    )
    unknown = [name for name in body if name not in known]
    if unknown:
        import difflib

        near = difflib.get_close_matches(unknown[0], known, 1)
        hint = f"did you mean {near[0]!r}?" if near else "put fields that this release does not know into extra_body."
        raise TypeError(f"create: unexpected argument {unknown[0]!r}; {hint}")


def _class_for(body: dict[str, Any]) -> type[interactions.CreateModelInteraction | interactions.CreateAgentInteraction]:
    """Return the class of a request. That for agents is in a module of its own, which most programs do not need."""
    return interactions.CreateAgentInteraction if "agent" in body else interactions.CreateModelInteraction


def input_form(given: Any) -> Any:
    """Return an input in the form in which it is sent: contents that are dicts become one step of the user."""
    if hasattr(given, "__next__") or isinstance(given, tuple):
        given = [*given]
    items = cast("list[Any]", given) if isinstance(given, list) else []
    dicts: list[dict[str, Any]] = [item for item in items if isinstance(item, dict)]
    kinds: list[Any] = [item.get("type") for item in dicts]
    is_content = 0 < len(kinds) == len(items) and all(
        isinstance(kind, str) and kind not in step_types() for kind in kinds
    )
    return [{"type": "user_input", "content": items}] if is_content else cast(object, given)


@cache
def step_types() -> frozenset[str]:
    """Return the values of `type` of steps."""
    from .types._unions import tags_of
    from .types.models.steps import Step

    return tags_of(Step)


# Stored interactions


def stored_id(id: Any, method: str) -> str:
    """Return the id of a stored interaction, given by its id or as an object. Raises `ValueError` for an invalid id."""
    name = id.id if isinstance(id, interactions.Interaction) else id
    if not isinstance(name, str):
        raise ValueError(f"{method}: id: expected the id of an interaction, got {type(name).__name__}.")
    if not is_id(name):
        raise ValueError(f"{method}: id: expected the id of an interaction, such as interaction.id, got {name!r}.")
    return name


def is_id(name: str) -> bool:
    """Return whether a text can be an id in a path, and would not address another resource there."""
    return bool(name) and not _NOT_IN_ID.search(name) and name not in (".", "..")


def stored_path(id: Any, method: str) -> str:
    """Return the path of a stored interaction, given by its id or as an object. Raises `ValueError` for an invalid id."""
    return f"{_PATH}/{quote(stored_id(id, method), safe=UNCHANGED_IN_PATH)}"
