"""`client.agents`: agents that the service stores, for interactions.

The methods are shells: a signature, a docstring and one call into `_interactions`. The types are generated, and loaded with their
module when they are first used. The async class in `_aio.agents` is generated from this file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ._core.resource import Resource, async_twin
from ._interactions import types as interaction_types
from ._interactions.operations import CREATE_AGENT, DELETE_AGENT, GET_AGENT, LIST_AGENTS
from ._interactions.requests import Settings
from ._interactions.services import send

if TYPE_CHECKING:
    from ._aio.agents import AsyncAgents as AsyncAgents
    from ._interactions.raw import RawMethods
    from ._interactions.types import (
        Agent as Agent,
        AgentListResponse as AgentListResponse,
        AgentParam as AgentCreateParams,
        AgentParam as AgentParam,
        AgentTool as AgentTool,
        AgentToolParam as AgentToolParam,
        AntigravityAgentConfig as AgentConfig,
        AntigravityAgentConfigParam as AgentConfigParam,
        BaseEnvironment as BaseEnvironment,
        BaseEnvironmentParam as BaseEnvironmentParam,
        CreateAgentRequestParam as CreateAgentRequestParam,
        Empty as AgentDeleteResponse,
        ListAgentsRequestParam as AgentListParams,
    )


class Agents(Resource):
    """Agents that the service stores: base agents with their own instruction, tools and environment."""

    def list(
        self,
        *,
        page_size: int | None = None,
        page_token: str | None = None,
        parent: str | None = None,
        api_version: str | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        timeout: float | Any | None = None,
    ) -> interaction_types.AgentListResponse:
        """Return one page of the stored agents.

        Args:
          page_size: Maximum number of items on a page. Default: the service chooses.
          page_token: Token of the page, from the page before. Default: the first page.
          parent: Resource whose agents are listed.
          api_version: API version in the path. Default: that of the client.
          extra_headers: Headers in addition to the client's.
          extra_query: Query parameters.
          timeout: Seconds that each attempt may take, or the `Timeout` of httpx.

        Raises:
          ValueError: An argument is invalid; nothing was sent.
          errors.APIError: The call failed.

        Example::

            page = client.agents.list(page_size=10)
            print([agent.id for agent in page.agents or []])

        API: `agents.list`.
        """
        return self._run(
            send(
                self._port,
                LIST_AGENTS,
                Settings(api_version, extra_headers, extra_query, None, timeout),
                page_size=page_size,
                page_token=page_token,
                parent=parent,
            )
        )

    def create(
        self,
        *,
        agent_config: interaction_types.AntigravityAgentConfig
        | interaction_types.AntigravityAgentConfigParam
        | None = None,
        base_agent: str | None = None,
        base_environment: interaction_types.BaseEnvironment | interaction_types.BaseEnvironmentParam | None = None,
        description: str | None = None,
        id: str | None = None,
        system_instruction: str | None = None,
        tools: Iterable[interaction_types.AgentTool | interaction_types.AgentToolParam] | None = None,
        api_version: str | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        extra_body: Mapping[str, Any] | None = None,
        timeout: float | Any | None = None,
    ) -> interaction_types.Agent:
        """Store an agent: a base agent with its own instruction, tools and environment.

        Args:
          agent_config: Configuration of the base agent.
          base_agent: Name of the agent on which this one is based.
          base_environment: Environment in which the agent works: a description, or the id of an environment.
          description: Description of the agent in words.
          id: Id of the new agent, for `agent` in an interaction. Default: the service chooses one.
          system_instruction: Instruction for role, tone or rules, separate from the conversation.
          tools: Tools that the agent may call.
          api_version: API version in the path. Default: that of the client.
          extra_headers: Headers in addition to the client's.
          extra_query: Query parameters.
          extra_body: Fields that this release does not know, merged into the request.
          timeout: Seconds that each attempt may take, or the `Timeout` of httpx.

        Raises:
          ValueError: An argument is invalid; nothing was sent.
          errors.APIError: The call failed.

        Example::

            agent = client.agents.create(
                id="reviewer", base_agent="antigravity-preview-05-2026", system_instruction="Review code."
            )
            client.interactions.create(agent=agent.id, input="Review this repository.")

        API: `agents.create`.
        """
        return self._run(
            send(
                self._port,
                CREATE_AGENT,
                Settings(api_version, extra_headers, extra_query, extra_body, timeout),
                agent_config=agent_config,
                base_agent=base_agent,
                base_environment=base_environment,
                description=description,
                id=id,
                system_instruction=system_instruction,
                tools=tools,
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
        """Delete an agent.

        Args:
          id: Id of the agent.
          api_version, extra_headers, extra_query, timeout: As for `list`.

        Raises:
          ValueError: An argument is invalid; nothing was sent.
          errors.APIError: The call failed. `interactions.NotFoundError` for an agent that is unknown.

        Example::

            client.agents.delete("my-agent")

        API: `agents.delete`.
        """
        return self._run(
            send(self._port, DELETE_AGENT, Settings(api_version, extra_headers, extra_query, None, timeout), id=id)
        )

    def get(
        self,
        id: str,
        *,
        api_version: str | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        timeout: float | Any | None = None,
    ) -> interaction_types.Agent:
        """Return an agent.

        Args:
          id: Id of the agent.
          api_version, extra_headers, extra_query, timeout: As for `list`.

        Raises:
          ValueError: An argument is invalid; nothing was sent.
          errors.APIError: The call failed. `interactions.NotFoundError` for an agent that is unknown.

        Example::

            agent = client.agents.get("my-agent")

        API: `agents.get`.
        """
        return self._run(
            send(self._port, GET_AGENT, Settings(api_version, extra_headers, extra_query, None, timeout), id=id)
        )

    @property
    def with_raw_response(self) -> RawMethods:
        """The same methods; each returns the HTTP response, and its `parse()` returns the object."""
        from ._interactions.raw import RawMethods

        return RawMethods(self)


__all__ = [
    "Agent",
    "AgentConfig",
    "AgentConfigParam",
    "AgentCreateParams",
    "AgentDeleteResponse",
    "AgentListParams",
    "AgentListResponse",
    "AgentParam",
    "AgentTool",
    "AgentToolParam",
    "BaseEnvironment",
    "BaseEnvironmentParam",
    "CreateAgentRequestParam",
]
_RENAMED = {
    "AgentConfig": "AntigravityAgentConfig",
    "AgentConfigParam": "AntigravityAgentConfigParam",
    "AgentCreateParams": "AgentParam",
    "AgentDeleteResponse": "Empty",
    "AgentListParams": "ListAgentsRequestParam",
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
    return sorted({*globals(), *__all__, "AsyncAgents"})
