"""The methods of `client.interactions`, each written once over a port."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from .. import errors
from .._core.observing import continued, reported
from .._core.reply_errors import invalid
from .._core.waiting import until_done
from ..types._http import HttpResponse
from . import types as interactions
from .continuation import Continuation
from .replies import read_reply, reply_to
from .requests import RUNNING, Draft, Settings, draft_of, stored_id, stored_path

if TYPE_CHECKING:
    from .._core.progress import Progress
    from .._io.port import Port
    from .._wire.call import Call
    from .streams import Events
    from .tools import Functions

_NOT_COPIED = frozenset(
    "id object status created updated steps usage errors input output_text output_image output_audio output_video "
    "continuation_ids continuation_token environment_id".split()
)
"""The fields of an interaction that are results, and not settings for the next one."""

_PACKAGE = os.path.dirname(os.path.dirname(__file__)) + os.sep
_has_warned = False


def warn() -> None:
    """Warn the program, once per process, that the API is experimental."""
    global _has_warned
    if _has_warned:
        return
    _has_warned = True
    level, frame = 1, sys._getframe()
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        level, frame = level + 1, frame.f_back
    message = "The Interactions API is experimental: the service may change it at any time."
    warnings.warn(message, errors.ExperimentalWarning, stacklevel=level)


def _given(arguments: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of the program that are set."""
    body = arguments.pop("body", {})
    return {name: value for name, value in {**arguments, **body}.items() if value is not None and name != "settings"}


@reported("interactions.create", arguments=_given)
async def create(
    port: Port,
    request: Any,
    settings: Settings,
    automatic_continuation: bool | None,
    automatic_function_calling: Any,
    body: dict[str, Any],
) -> Any:
    """Create an interaction, and return it, or the stream of its events."""
    warn()
    draft = draft_of(request, settings, body)
    functions = await _prepared(port, draft, automatic_function_calling)
    wanted = _wanted(draft)
    if draft.streams:
        from .streams import Events

        continues = automatic_continuation is not False
        events = Events(port, settings, draft=draft, continues=continues, functions=functions, wanted=wanted)
        return await _opened(port, events)
    history: list[Any] = []
    while True:
        interaction = await _created(port, draft, continues=automatic_continuation is not False)
        following = None if functions is None else await functions.advance(draft, interaction)
        if functions is None or following is None:
            break
        history += [*(interaction.steps or ()), *functions.results]
        draft = following
    if history:
        interaction._function_history = history
    if wanted is not None:
        from .parsing import fill_parsed

        fill_parsed(interaction, wanted)
    return interaction


async def _prepared(port: Port, draft: Draft, setting: Any) -> Functions | None:
    """Return the functions among the tools. The modules for them are loaded only if there are tools."""
    if draft.body.get("tools") is None:
        return None
    from .tools import prepare

    return await prepare(port, draft, setting)


def _wanted(draft: Draft) -> Any:
    """Return the class in the response format. The modules for it are loaded only if a format is given."""
    if draft.body.get("response_format") is None:
        return None
    from .parsing import with_schema

    return with_schema(draft.body)


async def _opened(port: Port, events: Events) -> Any:
    from .streams import AsyncInteractionStream, InteractionStream

    await events.open()
    events = continued(port, events)
    return InteractionStream(events) if port.is_blocking else AsyncInteractionStream(events)


async def _created(port: Port, draft: Draft, *, continues: bool) -> interactions.Interaction:
    """Create one interaction. One that the service has interrupted is continued, a limited number of times."""
    interaction = await _sent(port, draft.call())
    if not continues:
        return interaction
    continuation = Continuation()
    while (following := continuation.following(draft, interaction)) is not None:
        try:
            interaction = await _sent(port, following.call())
        except errors.APIError as error:
            raise continuation.interrupted(error) from error
    return continuation.whole(interaction)


@reported("interactions.get", arguments=_given)
async def get(
    port: Port,
    id: Any,
    settings: Settings,
    *,
    stream: bool,
    include_input: bool | None,
    last_event_id: str | None,
) -> Any:
    """Return a stored interaction, or the stream of its events."""
    warn()
    path = stored_path(id, "get")
    if stream:
        from .streams import Events

        events = Events(
            port,
            settings,
            id=stored_id(id, "get"),
            last_event_id=last_event_id,
            include_input=include_input,
        )
        return await _opened(port, events)
    if last_event_id is not None:
        raise ValueError("get: last_event_id: only a stream continues after an event; pass stream=True.")
    query = {"stream": "false"}
    if include_input is not None:
        query = {"include_input": str(include_input).lower(), **query}
    return await _sent(port, settings.call("GET", path, None, query))


@reported("interactions.cancel", arguments=_given)
async def cancel(port: Port, id: Any, settings: Settings) -> interactions.Interaction:
    """Cancel a stored interaction that runs in the background, and return it."""
    warn()
    return await _sent(port, settings.call("POST", f"{stored_path(id, 'cancel')}/cancel"))


async def delete(port: Port, id: Any, settings: Settings) -> None:
    """Delete a stored interaction."""
    await raw_delete(port, id, settings)


@reported("interactions.delete", arguments=_given)
async def raw_delete(port: Port, id: Any, settings: Settings) -> HttpResponse:
    """Delete a stored interaction, and return the HTTP response."""
    warn()
    response = await reply_to(port, settings.call("DELETE", stored_path(id, "delete")))
    return HttpResponse._of_reply(response.headers, response.attempts, response.body)


async def wait(
    port: Port, get: Callable[..., Any], id: Any, timeout_s: float | None, poll_s: float, progress: Progress | None
) -> interactions.Interaction:
    """Return a stored interaction when it does not run any more."""
    name = stored_id(id, "wait")
    return await until_done(
        port,
        id if isinstance(id, interactions.Interaction) else None,
        get,
        lambda _: {"id": name},
        lambda state: state.status not in RUNNING,
        timeout_s=timeout_s,
        poll_s=poll_s,
        progress=progress,
        title=f"interactions/{name}",
    )


async def fork(
    port: Port, get: Callable[..., Any], create: Callable[..., Any], id: Any, body: Mapping[str, Any]
) -> Any:
    """Create an interaction that continues a stored one with its settings."""
    stored_id(id, "fork")
    base = id if isinstance(id, interactions.Interaction) else await port.run(get, {"id": id})
    kept = {name: getattr(base, name) for name in base.__pydantic_fields__ if name not in _NOT_COPIED}
    if "model" in body:
        kept.update(agent=None, agent_config=None)
    elif "agent" in body or kept["agent"] is not None:
        kept.update(model=None, generation_config=None)
    settings = {name: value for name, value in kept.items() if value is not None}
    return await port.run(create, {**settings, **body, "previous_interaction_id": base.id})


async def _sent(port: Port, call: Call) -> interactions.Interaction:
    response = await reply_to(port, call)
    interaction = read_reply(interactions.Interaction, response, "an interaction")
    if not interaction.id and not interaction.status:
        raise invalid("The reply is not an interaction: it has neither id nor status.", response)
    return interaction
