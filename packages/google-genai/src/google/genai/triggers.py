"""`client.triggers`: interactions with an agent that the service creates on a schedule.

The methods are shells: a signature, a docstring and one call into `_interactions`. The types are generated, and loaded with their
module when they are first used. The async class in `_aio.triggers` is generated from this file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ._core.resource import Resource, async_twin
from ._interactions import types as interaction_types
from ._interactions.operations import (
    CREATE_TRIGGER,
    DELETE_TRIGGER,
    GET_TRIGGER,
    LIST_EXECUTIONS,
    LIST_TRIGGERS,
    RUN_TRIGGER,
    UPDATE_TRIGGER,
)
from ._interactions.requests import Settings
from ._interactions.services import send

if TYPE_CHECKING:
    from ._aio.triggers import AsyncTriggers as AsyncTriggers
    from ._interactions.raw import RawMethods
    from ._interactions.types import (
        Empty as TriggerDeleteResponse,
        ListTriggerExecutionsRequestParam as TriggerListExecutionsParams,
        ListTriggerExecutionsResponse as ListTriggerExecutionsResponse,
        ListTriggerExecutionsResponse as TriggerListExecutionsResponse,
        ListTriggersRequestParam as TriggerListParams,
        ListTriggersResponse as ListTriggersResponse,
        ListTriggersResponse as TriggerListResponse,
        Trigger as Trigger,
        TriggerCreateParams as TriggerCreateParams,
        TriggerCreateParamsParam as TriggerCreateParamsParam,
        TriggerExecution as TriggerExecution,
        TriggerExecutionStatus as TriggerExecutionStatus,
        TriggerStatus as TriggerStatus,
        TriggerUpdate as TriggerUpdate,
        TriggerUpdateParam as TriggerUpdateParam,
        TriggerUpdateParam as TriggerUpdateParams,
        TriggerUpdateStatus as TriggerUpdateStatus,
        UpdateTriggerRequestParam as UpdateTriggerRequestParam,
    )


class Triggers(Resource):
    """Triggers, which create interactions with an agent on a schedule, and their executions."""

    def list(
        self,
        *,
        filter_: str | None = None,
        page_size: int | None = None,
        page_token: str | None = None,
        api_version: str | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        timeout: float | Any | None = None,
    ) -> interaction_types.ListTriggersResponse:
        """Return one page of the triggers.

        Args:
          filter_: Condition that the listed triggers meet.
          page_size: Maximum number of items on a page. Default: the service chooses.
          page_token: Token of the page, from the page before. Default: the first page.
          api_version: API version in the path. Default: that of the client.
          extra_headers: Headers in addition to the client's.
          extra_query: Query parameters.
          timeout: Seconds that each attempt may take, or the `Timeout` of httpx.

        Raises:
          ValueError: An argument is invalid; nothing was sent.
          errors.APIError: The call failed.

        Example::

            page = client.triggers.list(page_size=10)

        API: `triggers.list`.
        """
        return self._run(
            send(
                self._port,
                LIST_TRIGGERS,
                Settings(api_version, extra_headers, extra_query, None, timeout),
                filter_=filter_,
                page_size=page_size,
                page_token=page_token,
            )
        )

    def create(
        self,
        *,
        interaction: interaction_types.CreateAgentInteraction | interaction_types.CreateAgentInteractionParam,
        schedule: str,
        time_zone: str,
        display_name: str | None = None,
        environment_id: str | None = None,
        execution_timeout_seconds: int | None = None,
        max_consecutive_failures: int | None = None,
        api_version: str | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        extra_body: Mapping[str, Any] | None = None,
        timeout: float | Any | None = None,
    ) -> interaction_types.Trigger:
        """Create a trigger: the service then creates interactions with an agent on a schedule.

        Args:
          interaction: Request that each execution sends.
          schedule: Times of the executions in the format of cron, such as "0 8 * * 1-5".
          time_zone: Time zone of the schedule, such as "Europe/Berlin".
          display_name: Human-readable name.
          environment_id: Id of the environment in which the agent works.
          execution_timeout_seconds: Maximum duration of one execution in seconds.
          max_consecutive_failures: Number of failures in a row after which the service stops the trigger.
          api_version: API version in the path. Default: that of the client.
          extra_headers: Headers in addition to the client's.
          extra_query: Query parameters.
          extra_body: Fields that this release does not know, merged into the request.
          timeout: Seconds that each attempt may take, or the `Timeout` of httpx.

        Raises:
          ValueError: An argument is invalid; nothing was sent.
          errors.APIError: The call failed.

        Example::

            trigger = client.triggers.create(
                interaction={"agent": "reviewer", "input": "Review the changes of yesterday."},
                schedule="0 8 * * 1-5",
                time_zone="Europe/Berlin",
            )

        API: `triggers.create`.
        """
        return self._run(
            send(
                self._port,
                CREATE_TRIGGER,
                Settings(api_version, extra_headers, extra_query, extra_body, timeout),
                interaction=interaction,
                schedule=schedule,
                time_zone=time_zone,
                display_name=display_name,
                environment_id=environment_id,
                execution_timeout_seconds=execution_timeout_seconds,
                max_consecutive_failures=max_consecutive_failures,
            )
        )

    def delete(
        self,
        id: str,
        *,
        api_version: str | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        timeout: float | Any | None = None,
    ) -> interaction_types.Empty:
        """Delete a trigger.

        Args:
          id: Id of the trigger.
          api_version, extra_headers, extra_query, timeout: As for `list`.

        Raises:
          ValueError: An argument is invalid; nothing was sent.
          errors.APIError: The call failed. `interactions.NotFoundError` for a trigger that is unknown.

        Example::

            client.triggers.delete("my-trigger")

        API: `triggers.delete`.
        """
        return self._run(
            send(self._port, DELETE_TRIGGER, Settings(api_version, extra_headers, extra_query, None, timeout), id=id)
        )

    def get(
        self,
        id: str,
        *,
        api_version: str | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        timeout: float | Any | None = None,
    ) -> interaction_types.Trigger:
        """Return a trigger.

        Args:
          id: Id of the trigger.
          api_version, extra_headers, extra_query, timeout: As for `list`.

        Raises:
          ValueError: An argument is invalid; nothing was sent.
          errors.APIError: The call failed. `interactions.NotFoundError` for a trigger that is unknown.

        Example::

            trigger = client.triggers.get("my-trigger")

        API: `triggers.get`.
        """
        return self._run(
            send(self._port, GET_TRIGGER, Settings(api_version, extra_headers, extra_query, None, timeout), id=id)
        )

    def update(
        self,
        id: str,
        *,
        display_name: str | None = None,
        status: interaction_types.TriggerUpdateStatus | None = None,
        api_version: str | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        extra_body: Mapping[str, Any] | None = None,
        timeout: float | Any | None = None,
    ) -> interaction_types.Trigger:
        """Change a trigger, and return it. Arguments that are not given keep their values.

        Args:
          id: Id of the trigger.
          display_name: New human-readable name.
          status: New state, for example `paused`.
          api_version, extra_headers, extra_query, extra_body, timeout: As for `create`.

        Raises:
          ValueError: An argument is invalid; nothing was sent.
          errors.APIError: The call failed. `interactions.NotFoundError` for a trigger that is unknown.

        Example::

            client.triggers.update(trigger.id, status="paused")

        API: `triggers.update`.
        """
        return self._run(
            send(
                self._port,
                UPDATE_TRIGGER,
                Settings(api_version, extra_headers, extra_query, extra_body, timeout),
                id=id,
                display_name=display_name,
                status=status,
            )
        )

    def list_executions(
        self,
        trigger_id: str,
        *,
        page_size: int | None = None,
        page_token: str | None = None,
        api_version: str | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        timeout: float | Any | None = None,
    ) -> interaction_types.ListTriggerExecutionsResponse:
        """Return one page of the executions of a trigger.

        Args:
          trigger_id: Id of the trigger.
          page_size: Maximum number of items on a page. Default: the service chooses.
          page_token: Token of the page, from the page before. Default: the first page.
          api_version, extra_headers, extra_query, timeout: As for `list`.

        Raises:
          ValueError: An argument is invalid; nothing was sent.
          errors.APIError: The call failed.

        Example::

            page = client.triggers.list_executions(trigger.id)

        API: `triggers.list_executions`.
        """
        return self._run(
            send(
                self._port,
                LIST_EXECUTIONS,
                Settings(api_version, extra_headers, extra_query, None, timeout),
                trigger_id=trigger_id,
                page_size=page_size,
                page_token=page_token,
            )
        )

    def run(
        self,
        trigger_id: str,
        *,
        api_version: str | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        timeout: float | Any | None = None,
    ) -> interaction_types.TriggerExecution:
        """Start an execution of a trigger now, and return it.

        Args:
          trigger_id: Id of the trigger.
          api_version, extra_headers, extra_query, timeout: As for `list`.

        Raises:
          ValueError: An argument is invalid; nothing was sent.
          errors.APIError: The call failed.

        Example::

            execution = client.triggers.run(trigger.id)

        API: `triggers.run`.
        """
        return self._run(
            send(
                self._port,
                RUN_TRIGGER,
                Settings(api_version, extra_headers, extra_query, None, timeout),
                trigger_id=trigger_id,
            )
        )

    @property
    def with_raw_response(self) -> RawMethods:
        """The same methods; each returns the HTTP response, and its `parse()` returns the object."""
        from ._interactions.raw import RawMethods

        return RawMethods(self)


__all__ = [
    "ListTriggerExecutionsResponse",
    "ListTriggersResponse",
    "Trigger",
    "TriggerCreateParams",
    "TriggerCreateParamsParam",
    "TriggerDeleteResponse",
    "TriggerExecution",
    "TriggerExecutionStatus",
    "TriggerListExecutionsParams",
    "TriggerListExecutionsResponse",
    "TriggerListParams",
    "TriggerListResponse",
    "TriggerStatus",
    "TriggerUpdate",
    "TriggerUpdateParam",
    "TriggerUpdateParams",
    "TriggerUpdateStatus",
    "UpdateTriggerRequestParam",
]
_RENAMED = {
    "TriggerDeleteResponse": "Empty",
    "TriggerListExecutionsParams": "ListTriggerExecutionsRequestParam",
    "TriggerListExecutionsResponse": "ListTriggerExecutionsResponse",
    "TriggerListParams": "ListTriggersRequestParam",
    "TriggerListResponse": "ListTriggersResponse",
    "TriggerUpdateParams": "TriggerUpdateParam",
}
"""The types in `__all__` that have another name in `_interactions.types`."""


if not TYPE_CHECKING:  # checkers know the names from the imports above

    def __getattr__(name: str) -> Any:
        if name not in __all__:
            return async_twin(globals(), name)
        from ._interactions import types

        globals()[name] = value = getattr(types, _RENAMED.get(name, name))  # the next access does not come here
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, "AsyncTriggers"})
