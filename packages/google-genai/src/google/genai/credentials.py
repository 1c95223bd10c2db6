"""`client.credentials`: secrets that the service stores for agents and environments.

The methods are shells: a signature, a docstring and one call into `_interactions`. The types are generated, and loaded with their
module when they are first used. The async class in `_aio.credentials` is generated from this file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, overload

from ._core.resource import Resource, async_twin
from ._interactions import types as interaction_types
from ._interactions.operations import (
    CREATE_CREDENTIAL,
    DELETE_CREDENTIAL,
    GET_CREDENTIAL,
    LIST_CREDENTIALS,
    UPDATE_CREDENTIAL,
)
from ._interactions.requests import Settings
from ._interactions.services import send, send_whole

if TYPE_CHECKING:
    from ._aio.credentials import AsyncCredentials as AsyncCredentials
    from ._interactions.raw import RawMethods
    from ._interactions.types import (
        Credential as Credential,
        CredentialCreateParams as CredentialCreateParams,
        CredentialListResponse as CredentialListResponse,
        CredentialUpdateParam as CredentialUpdateParams,
        Empty as CredentialDeleteResponse,
        EnvironmentVariableConfig as EnvironmentVariableConfig,
        EnvironmentVariableConfigInjectionLocation as EnvironmentVariableConfigInjectionLocation,
        EnvironmentVariableConfigInjectionLocationParam as EnvironmentVariableConfigInjectionLocationParam,
        EnvironmentVariableConfigParam as EnvironmentVariableConfigParam,
        EnvironmentVariableUpdateConfig as EnvironmentVariableUpdateConfig,
        EnvironmentVariableUpdateConfigInjectionLocation as EnvironmentVariableUpdateConfigInjectionLocation,
        EnvironmentVariableUpdateConfigInjectionLocationParam as EnvironmentVariableUpdateConfigInjectionLocationParam,
        EnvironmentVariableUpdateConfigParam as EnvironmentVariableUpdateConfigParam,
        HTTPBearerConfig as HTTPBearerConfig,
        HTTPBearerConfigParam as HTTPBearerConfigParam,
        HTTPBearerUpdateConfig as HTTPBearerUpdateConfig,
        HTTPBearerUpdateConfigParam as HTTPBearerUpdateConfigParam,
        InjectionLocationEnum as InjectionLocationEnum,
        ListCredentialsRequestParam as CredentialListParams,
        OAuth2Config as OAuth2Config,
        OAuth2ConfigParam as OAuth2ConfigParam,
        OAuth2UpdateConfig as OAuth2UpdateConfig,
        OAuth2UpdateConfigParam as OAuth2UpdateConfigParam,
    )


class Credentials(Resource):
    """Credentials that the service stores for agents and environments, so that requests do not contain them."""

    def list(
        self,
        *,
        page_size: int | None = None,
        page_token: str | None = None,
        api_version: str | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        timeout: float | Any | None = None,
    ) -> interaction_types.CredentialListResponse:
        """Return one page of the credentials.

        Args:
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

            page = client.credentials.list(page_size=10)

        API: `credentials.list`.
        """
        return self._run(
            send(
                self._port,
                LIST_CREDENTIALS,
                Settings(api_version, extra_headers, extra_query, None, timeout),
                page_size=page_size,
                page_token=page_token,
            )
        )

    @overload
    def create(
        self,
        *,
        request: interaction_types.CreateCredentialRequest | interaction_types.CreateCredentialRequestParam,
        api_version: str | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        extra_body: Mapping[str, Any] | None = None,
        timeout: float | Any | None = None,
    ) -> interaction_types.Credential: ...
    @overload
    def create(
        self,
        *,
        client_id: str,
        client_secret: str,
        id: str,
        refresh_token: str,
        scopes: Iterable[str] = ...,
        token_url: str,
        type_: Literal["oauth2"],
        api_version: str | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        extra_body: Mapping[str, Any] | None = None,
        timeout: float | Any | None = None,
    ) -> interaction_types.Credential: ...
    @overload
    def create(
        self,
        *,
        id: str,
        injection_location: interaction_types.EnvironmentVariableConfigInjectionLocationParam,
        trusted_domains: Iterable[str] = ...,
        type_: Literal["environment_variable"],
        value: str,
        api_version: str | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        extra_body: Mapping[str, Any] | None = None,
        timeout: float | Any | None = None,
    ) -> interaction_types.Credential: ...
    @overload
    def create(
        self,
        *,
        header_name: str = ...,
        id: str,
        prefix: str = ...,
        token: str,
        type_: Literal["bearer_token"],
        api_version: str | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        extra_body: Mapping[str, Any] | None = None,
        timeout: float | Any | None = None,
    ) -> interaction_types.Credential: ...
    @overload
    def create(
        self,
        *,
        api_version: str | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        extra_body: Mapping[str, Any] | None = None,
        timeout: float | Any | None = None,
        **body: Any,
    ) -> interaction_types.Credential: ...
    def create(
        self,
        *,
        request: Any = None,
        api_version: str | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        extra_body: Mapping[str, Any] | None = None,
        timeout: float | Any | None = None,
        **body: Any,
    ) -> interaction_types.Credential:
        """Store a credential, so that agents and environments can use it and requests do not contain it.

        Args:
          request: All fields in one object or dict below `body`, in place of the keyword arguments.
          id: Id of the new credential.
          type_: Kind of the credential, with its own arguments; `type` is the same. "bearer_token": `token`, `header_name`,
            `prefix`. "oauth2": `client_id`, `client_secret`, `refresh_token`, `token_url`, `scopes`. "environment_variable":
            `value`, `injection_location`, `trusted_domains`.
          api_version: API version in the path. Default: that of the client.
          extra_headers: Headers in addition to the client's.
          extra_query: Query parameters.
          extra_body: Fields that this release does not know, merged into the request.
          timeout: Seconds that each attempt may take, or the `Timeout` of httpx.

        Raises:
          ValueError: An argument is invalid; nothing was sent.
          TypeError: An argument does not exist; nothing was sent.
          errors.APIError: The call failed.

        Example::

            client.credentials.create(type_="bearer_token", id="github", token="secret")

        API: `credentials.create`.
        """
        return self._run(
            send_whole(
                self._port,
                CREATE_CREDENTIAL,
                Settings(api_version, extra_headers, extra_query, extra_body, timeout),
                request,
                body,
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
        """Delete a credential.

        Args:
          id: Id of the credential.
          api_version, extra_headers, extra_query, timeout: As for `list`.

        Raises:
          ValueError: An argument is invalid; nothing was sent.
          errors.APIError: The call failed. `interactions.NotFoundError` for a credential that is unknown.

        Example::

            client.credentials.delete("my-credential")

        API: `credentials.delete`.
        """
        return self._run(
            send(self._port, DELETE_CREDENTIAL, Settings(api_version, extra_headers, extra_query, None, timeout), id=id)
        )

    def get(
        self,
        id: str,
        *,
        api_version: str | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        timeout: float | Any | None = None,
    ) -> interaction_types.Credential:
        """Return a credential.

        Args:
          id: Id of the credential.
          api_version, extra_headers, extra_query, timeout: As for `list`.

        Raises:
          ValueError: An argument is invalid; nothing was sent.
          errors.APIError: The call failed. `interactions.NotFoundError` for a credential that is unknown.

        Example::

            credential = client.credentials.get("my-credential")

        API: `credentials.get`.
        """
        return self._run(
            send(self._port, GET_CREDENTIAL, Settings(api_version, extra_headers, extra_query, None, timeout), id=id)
        )

    @overload
    def update(
        self,
        id: str,
        *,
        request: interaction_types.UpdateCredentialRequest | interaction_types.UpdateCredentialRequestParam,
        api_version: str | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        extra_body: Mapping[str, Any] | None = None,
        timeout: float | Any | None = None,
    ) -> interaction_types.Credential: ...
    @overload
    def update(
        self,
        id: str,
        *,
        client_id: str = ...,
        client_secret: str = ...,
        refresh_token: str = ...,
        scopes: Iterable[str] = ...,
        token_url: str = ...,
        type_: Literal["oauth2"],
        update_mask: str | None = None,
        api_version: str | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        extra_body: Mapping[str, Any] | None = None,
        timeout: float | Any | None = None,
    ) -> interaction_types.Credential: ...
    @overload
    def update(
        self,
        id: str,
        *,
        injection_location: interaction_types.EnvironmentVariableUpdateConfigInjectionLocationParam = ...,
        trusted_domains: Iterable[str] = ...,
        type_: Literal["environment_variable"],
        value: str = ...,
        update_mask: str | None = None,
        api_version: str | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        extra_body: Mapping[str, Any] | None = None,
        timeout: float | Any | None = None,
    ) -> interaction_types.Credential: ...
    @overload
    def update(
        self,
        id: str,
        *,
        header_name: str = ...,
        prefix: str = ...,
        token: str = ...,
        type_: Literal["bearer_token"],
        update_mask: str | None = None,
        api_version: str | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        extra_body: Mapping[str, Any] | None = None,
        timeout: float | Any | None = None,
    ) -> interaction_types.Credential: ...
    @overload
    def update(
        self,
        id: str,
        *,
        update_mask: str | None = None,
        api_version: str | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        extra_body: Mapping[str, Any] | None = None,
        timeout: float | Any | None = None,
        **body: Any,
    ) -> interaction_types.Credential: ...
    def update(
        self,
        id: str,
        *,
        request: Any = None,
        update_mask: str | None = None,
        api_version: str | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        extra_body: Mapping[str, Any] | None = None,
        timeout: float | Any | None = None,
        **body: Any,
    ) -> interaction_types.Credential:
        """Change a stored credential, and return it. Arguments that are not given keep their values.

        Args:
          id: Id of the credential.
          request: All fields in one object or dict below `body`, in place of the keyword arguments.
          update_mask: Names of the fields to change, separated by commas. Default: those that are given.
          type_: Kind of the credential, with its own arguments; see `create`.
          api_version, extra_headers, extra_query, extra_body, timeout: As for `create`.

        Raises:
          ValueError: An argument is invalid; nothing was sent.
          TypeError: An argument does not exist; nothing was sent.
          errors.APIError: The call failed. `interactions.NotFoundError` for a credential that is unknown.

        Example::

            client.credentials.update("github", type_="bearer_token", token="new secret")

        API: `credentials.update`.
        """
        return self._run(
            send_whole(
                self._port,
                UPDATE_CREDENTIAL,
                Settings(api_version, extra_headers, extra_query, extra_body, timeout),
                request,
                body,
                id=id,
                update_mask=update_mask,
            )
        )

    @property
    def with_raw_response(self) -> RawMethods:
        """The same methods; each returns the HTTP response, and its `parse()` returns the object."""
        from ._interactions.raw import RawMethods

        return RawMethods(self)


__all__ = [
    "Credential",
    "CredentialCreateParams",
    "CredentialDeleteResponse",
    "CredentialListParams",
    "CredentialListResponse",
    "CredentialUpdateParams",
    "EnvironmentVariableConfig",
    "EnvironmentVariableConfigInjectionLocation",
    "EnvironmentVariableConfigInjectionLocationParam",
    "EnvironmentVariableConfigParam",
    "EnvironmentVariableUpdateConfig",
    "EnvironmentVariableUpdateConfigInjectionLocation",
    "EnvironmentVariableUpdateConfigInjectionLocationParam",
    "EnvironmentVariableUpdateConfigParam",
    "HTTPBearerConfig",
    "HTTPBearerConfigParam",
    "HTTPBearerUpdateConfig",
    "HTTPBearerUpdateConfigParam",
    "InjectionLocationEnum",
    "OAuth2Config",
    "OAuth2ConfigParam",
    "OAuth2UpdateConfig",
    "OAuth2UpdateConfigParam",
]
_RENAMED = {
    "CredentialDeleteResponse": "Empty",
    "CredentialListParams": "ListCredentialsRequestParam",
    "CredentialUpdateParams": "CredentialUpdateParam",
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
    return sorted({*globals(), *__all__, "AsyncCredentials"})
