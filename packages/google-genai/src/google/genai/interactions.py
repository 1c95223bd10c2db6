"""`client.interactions`: conversations with models and agents that the service keeps, and all their types.

    from google.genai import interactions

    interactions.TextContent(text="Hello")

The methods are shells: a signature, a docstring and one call into `_interactions`. The types are generated, and loaded
with their module when they are first used. The async class in `_aio.interactions` is generated from this file.

The API is experimental: the service may change it, and this package follows.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, overload

from . import types
from ._core.progress import Progress
from ._core.resource import Resource, async_twin
from ._interactions import flows, types as interaction_types
from ._interactions.operations import CREATE_TOKEN, DELETE_TOKEN
from ._interactions.requests import Settings
from ._interactions.services import send
from ._interactions.streams import (
    AsyncInteractionStream as AsyncInteractionStream,
    InteractionStream as InteractionStream,
)
from ._interactions.types._index import MODULE_OF
from ._interactions.types.models.interaction import Interaction as Interaction

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._aio.interactions import AsyncAuthTokens as AsyncAuthTokens, AsyncInteractions as AsyncInteractions
    from ._interactions.errors import (
        APIStatusError as APIStatusError,
        APIWebSocketError as APIWebSocketError,
        AuthenticationError as AuthenticationError,
        BadRequestError as BadRequestError,
        ConflictError as ConflictError,
        InternalServerError as InternalServerError,
        NotFoundError as NotFoundError,
        PermissionDeniedError as PermissionDeniedError,
        RateLimitError as RateLimitError,
        UnprocessableEntityError as UnprocessableEntityError,
    )
    from ._interactions.raw import RawInteractions, RawMethods
    from ._interactions.realtime import (
        InteractionWebSocketConnection as InteractionWebSocketConnection,
        InteractionWebSocketConnectionContext as InteractionWebSocketConnectionContext,
    )
    from ._interactions.types import *  # noqa: F403 - for programs
    from ._interactions.types import (
        CreateAgentInteraction as CreateAgentInteraction,
        CreateAgentInteractionParamsBase as CreateAgentInteractionParamsBase,
        CreateAgentInteractionParamsNonStreaming as CreateAgentInteractionParamsNonStreaming,
        CreateAgentInteractionParamsStreaming as CreateAgentInteractionParamsStreaming,
        CreateModelInteraction as CreateModelInteraction,
        CreateModelInteractionParamsBase as CreateModelInteractionParamsBase,
        CreateModelInteractionParamsNonStreaming as CreateModelInteractionParamsNonStreaming,
        CreateModelInteractionParamsStreaming as CreateModelInteractionParamsStreaming,
        Empty as Empty,
        InteractionAuthToken as InteractionAuthToken,
        InteractionGetParamsBase as InteractionGetParamsBase,
        InteractionGetParamsNonStreaming as InteractionGetParamsNonStreaming,
        InteractionGetParamsStreaming as InteractionGetParamsStreaming,
    )


class AuthTokens(Resource):
    """Short-lived tokens for connections to one interaction, for programs that must not contain an API key.

    Gemini Developer API only.
    """

    _client_attribute = None

    def create(
        self,
        interaction_id: str,
        *,
        expire_time: datetime | None = None,
        api_version: str | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        extra_body: Mapping[str, Any] | None = None,
        timeout: float | Any | None = None,
    ) -> interaction_types.InteractionAuthToken:
        """Create a token for connections to an interaction.

        Args:
          interaction_id: The id of the interaction.
          expire_time: When the token becomes invalid; a time without a zone is local time. Default: the service chooses.
          api_version, extra_headers, extra_query, extra_body, timeout: As for `interactions.create`.

        Raises:
          ValueError: An argument is invalid, or the client calls Vertex AI; nothing was sent.
          errors.APIError: The call failed.

        Example::

            token = client.interactions.auth_tokens.create(interaction.id)

        API: `interactions.auth_tokens.create`.
        """
        return self._run(
            send(
                self._port,
                CREATE_TOKEN,
                Settings(api_version, extra_headers, extra_query, extra_body, timeout),
                interaction_id=interaction_id,
                expire_time=expire_time,
            )
        )

    def delete(
        self,
        interaction_id: str,
        auth_token: str,
        *,
        api_version: str | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        timeout: float | Any | None = None,
    ) -> interaction_types.Empty:
        """Revoke a token.

        Args:
          interaction_id: The id of the interaction.
          auth_token: The token, with or without "auth_tokens/" before it.
          api_version, extra_headers, extra_query, timeout: As for `interactions.create`.

        Raises:
          ValueError: An argument is invalid, or the client calls Vertex AI; nothing was sent.
          errors.APIError: The call failed.

        Example::

            client.interactions.auth_tokens.delete(interaction.id, token.auth_token)

        API: `interactions.auth_tokens.delete`.
        """
        return self._run(
            send(
                self._port,
                DELETE_TOKEN,
                Settings(api_version, extra_headers, extra_query, None, timeout),
                interaction_id=interaction_id,
                auth_token=auth_token,
            )
        )

    @property
    def with_raw_response(self) -> RawMethods:
        """The same methods; each returns the HTTP response, and its `parse()` returns the object."""
        from ._interactions.raw import RawMethods

        return RawMethods(self)


class Interactions(Resource):
    """Conversations with models and agents that the service keeps. Experimental."""

    @cached_property
    def auth_tokens(self) -> AuthTokens:
        """Short-lived tokens for connections to one interaction. Gemini Developer API only."""
        return AuthTokens(self._api_client)

    @overload
    def create(self, **arguments: Unpack[CreateModelInteractionParamsNonStreaming]) -> Interaction: ...
    @overload
    def create(self, **arguments: Unpack[CreateModelInteractionParamsStreaming]) -> InteractionStream: ...
    @overload
    def create(self, **arguments: Unpack[CreateAgentInteractionParamsNonStreaming]) -> Interaction: ...
    @overload
    def create(self, **arguments: Unpack[CreateAgentInteractionParamsStreaming]) -> InteractionStream: ...
    @overload
    def create(
        self, *, stream: bool | None, **arguments: Unpack[CreateModelInteractionParamsBase]
    ) -> Interaction | InteractionStream: ...
    @overload
    def create(
        self, *, stream: bool | None, **arguments: Unpack[CreateAgentInteractionParamsBase]
    ) -> Interaction | InteractionStream: ...
    @overload
    def create(
        self,
        *,
        request: CreateModelInteraction | CreateAgentInteraction | Mapping[str, Any],
        automatic_function_calling: types.AutomaticFunctionCallingConfigOrDict | None = None,
        automatic_continuation: bool | None = None,
        api_version: str | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        extra_body: Mapping[str, Any] | None = None,
        timeout: float | Any | None = None,
    ) -> Interaction | InteractionStream: ...
    def create(
        self,
        *,
        request: Any = None,
        automatic_function_calling: types.AutomaticFunctionCallingConfigOrDict | None = None,
        automatic_continuation: bool | None = None,
        api_version: str | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        extra_body: Mapping[str, Any] | None = None,
        timeout: float | Any | None = None,
        **body: Any,
    ) -> Interaction | InteractionStream:
        """Create an interaction: one turn of a model or an agent. Return it, or with `stream=True` its events.

        Args:
          model: Id of a model; or give `agent`, the id of an agent, with `agent_config`.
          input: A text, a content, or a list of contents or of steps.
          previous_interaction_id: The interaction to continue. Several interactions may continue the same one.
          tools: Tools as objects or dicts, Python functions, and on the async side sessions of MCP servers. Functions run
            when the model calls them, and the result is the interaction after them.
          response_format: A format, a JSON Schema, or a class: `interaction.parsed` is then an object of the class.
          background: Whether to return at once while the service works on; see `wait`.
          store: Whether the service keeps the interaction. Default: True.
          request: All fields of the request in one object or dict, in place of the keyword arguments.
          automatic_function_calling: Settings for functions that run, for example `{"disable": True}`.
          automatic_continuation: Whether an interaction that the service interrupts is continued. Default: True.
          api_version: API version in the path. Default: that of the client.
          extra_headers: Headers in addition to the client's.
          extra_query: Query parameters.
          extra_body: Fields that this release does not know, merged into the request.
          timeout: Seconds that each attempt may take; for a stream, the longest time between two bytes.

        Other arguments are the fields of `CreateModelInteraction` and `CreateAgentInteraction`. If neither the client nor
        the call sets retries, a call is repeated up to four times after 408, 409, 429, 5xx and a lost connection.

        Raises:
          ValueError: An argument is invalid; nothing was sent.
          TypeError: An argument does not exist; nothing was sent.
          errors.APIError: The call failed. `NotFoundError` for an interaction that is unknown.

        Example::

            first = client.interactions.create(model="gemini-2.5-flash", input="My name is Ada.")
            second = client.interactions.create(
                model="gemini-2.5-flash", input="What is my name?", previous_interaction_id=first.id
            )
            print(second.text)

        API: `interactions.create`.
        """
        return self._run(
            flows.create(
                self._port,
                request,
                Settings(api_version, extra_headers, extra_query, extra_body, timeout),
                automatic_continuation,
                automatic_function_calling,
                body,
            )
        )

    @overload
    def get(self, id: str | Interaction, **arguments: Unpack[InteractionGetParamsNonStreaming]) -> Interaction: ...
    @overload
    def get(self, id: str | Interaction, **arguments: Unpack[InteractionGetParamsStreaming]) -> InteractionStream: ...
    @overload
    def get(
        self, id: str | Interaction, *, stream: bool | None = ..., **arguments: Unpack[InteractionGetParamsBase]
    ) -> Interaction | InteractionStream: ...
    def get(
        self,
        id: str | Interaction,
        *,
        stream: bool | None = False,
        include_input: bool | None = None,
        last_event_id: str | None = None,
        api_version: str | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        timeout: float | Any | None = None,
    ) -> Interaction | InteractionStream:
        """Return a stored interaction, or with `stream=True` its events.

        Args:
          id: The id of the interaction, or the interaction.
          stream: Whether to return the events; those of a running interaction are followed to its end.
          include_input: Whether the result has its `input`.
          last_event_id: The event after which the stream begins. Default: at the first one.
          api_version, extra_headers, extra_query, timeout: As for `create`.

        Raises:
          ValueError: An argument is invalid; nothing was sent.
          errors.APIError: The call failed. `NotFoundError` for an interaction that is unknown.

        Example::

            interaction = client.interactions.create(model="gemini-2.5-flash", input="Hello")
            print(client.interactions.get(interaction.id).status)

        API: `interactions.get`.
        """
        return self._run(
            flows.get(
                self._port,
                id,
                Settings(api_version, extra_headers, extra_query, None, timeout),
                stream=bool(stream),
                include_input=include_input,
                last_event_id=last_event_id,
            )
        )

    def cancel(
        self,
        id: str | Interaction,
        *,
        api_version: str | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        timeout: float | Any | None = None,
    ) -> Interaction:
        """Cancel an interaction that runs in the background, and return it.

        Args:
          id: The id of the interaction, or the interaction.
          api_version, extra_headers, extra_query, timeout: As for `create`.

        Raises:
          ValueError: An argument is invalid; nothing was sent.
          errors.APIError: The call failed.

        Example::

            job = client.interactions.create(model="gemini-2.5-flash", input="Write a novel.", background=True)
            print(client.interactions.cancel(job.id).status)

        API: `interactions.cancel`.
        """
        return self._run(flows.cancel(self._port, id, Settings(api_version, extra_headers, extra_query, None, timeout)))

    def delete(
        self,
        id: str | Interaction,
        *,
        api_version: str | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        timeout: float | Any | None = None,
    ) -> None:
        """Delete a stored interaction.

        Args:
          id: The id of the interaction, or the interaction.
          api_version, extra_headers, extra_query, timeout: As for `create`.

        Raises:
          ValueError: An argument is invalid; nothing was sent.
          errors.APIError: The call failed. `NotFoundError` for an interaction that is unknown.

        Example::

            interaction = client.interactions.create(model="gemini-2.5-flash", input="Hello")
            client.interactions.delete(interaction.id)

        API: `interactions.delete`.
        """
        return self._run(flows.delete(self._port, id, Settings(api_version, extra_headers, extra_query, None, timeout)))

    def wait(
        self,
        id: str | Interaction,
        *,
        timeout_s: float | None = None,
        poll_s: float = 1.0,
        progress: Progress | None = None,
    ) -> Interaction:
        """Wait until an interaction does not run any more, and return it, whatever its status is.

        Args:
          id: The id of the interaction, or the interaction.
          timeout_s: Limit of the whole wait. Default: none.
          poll_s: Pause before the second request; each further pause is 1.5 times as long, up to one minute.
          progress: True for messages on stderr, or a function that gets each state.

        Raises:
          errors.NotDoneError: The limit was reached; the interaction continues.
          errors.APIError: A call failed.

        Example::

            job = client.interactions.create(model="gemini-2.5-flash", input="Write a poem.", background=True)
            print(client.interactions.wait(job, poll_s=0.1).text)
        """
        return self._run(flows.wait(self._port, self.get, id, timeout_s, poll_s, progress))

    def fork(self, id: str | Interaction, **body: Any) -> Interaction | InteractionStream:
        """Continue a stored interaction with the settings that it was created with, and leave it as it is.

        Args:
          id: The id of the interaction, or the interaction.
          body: The arguments of `create`; they replace the settings of the stored interaction.

        Raises:
          ValueError: An argument is invalid.
          errors.APIError: A call failed.

        Example::

            story = client.interactions.create(model="gemini-2.5-flash", input="Begin a story.")
            sad = client.interactions.fork(story, input="Give it a sad end.")
            merry = client.interactions.fork(story, input="Give it a happy end.")
        """
        return self._run(flows.fork(self._port, self.get, self.create, id, body))

    @property
    def with_raw_response(self) -> RawInteractions:
        """The same methods; each returns the HTTP response, and its `parse()` returns the interaction."""
        from ._interactions.raw import RawInteractions

        return RawInteractions(self)


_ERRORS = frozenset(
    "APIStatusError APIWebSocketError AuthenticationError BadRequestError ConflictError InternalServerError NotFoundError "
    "PermissionDeniedError RateLimitError UnprocessableEntityError".split()
)
_CONNECTIONS = frozenset({"InteractionWebSocketConnection", "InteractionWebSocketConnectionContext"})
_RENAMED = {
    "AgentCreateParams": "AgentParam",
    "AgentListParams": "ListAgentsRequestParam",
    "WebhookCreateParams": "WebhookInputParam",
    "WebhookListParams": "ListWebhooksRequestParam",
    "WebhookPingParams": "PingWebhookRequestParam",
    "WebhookRotateSigningSecretParams": "RotateSigningSecretRequestParam",
    "WebhookUpdateParams": "WebhookUpdateParam",
}
"""Second names of types, which are also in `agents` and `webhooks`."""


def _submodules() -> frozenset[str]:
    """Return the names of the modules with short names for types."""
    from ._gaos.resources.interactions import SUBMODULES

    return SUBMODULES


if not TYPE_CHECKING:  # checkers know the names from the imports above

    def __getattr__(name: str) -> Any:
        if name in MODULE_OF or name in _RENAMED:
            from ._interactions import types as source
        elif name in _ERRORS:
            from ._interactions import errors as source
        elif name in _CONNECTIONS:
            from ._interactions import realtime as source
        elif name.islower() and name in _submodules():
            from ._gaos.resources import interactions as source
        else:
            return async_twin(globals(), name)
        globals()[name] = value = getattr(source, _RENAMED.get(name, name))  # the next access does not come here
        return value


def __dir__() -> list[str]:
    asynchronous = ("AsyncAuthTokens", "AsyncInteractions")
    return sorted({*globals(), *MODULE_OF, *_ERRORS, *_CONNECTIONS, *_RENAMED, *_submodules(), *asynchronous})
