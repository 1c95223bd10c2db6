"""`client.webhooks`: addresses to which the service reports events; and `verify`, which checks the signatures of events.

The methods are shells: a signature, a docstring and one call into `_interactions`. The types are generated, and loaded with their
module when they are first used. The async class in `_aio.webhooks` is generated from this file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ._core.resource import Resource, async_twin
from ._interactions import types as interaction_types
from ._interactions.operations import (
    CREATE_WEBHOOK,
    DELETE_WEBHOOK,
    GET_WEBHOOK,
    LIST_WEBHOOKS,
    PING_WEBHOOK,
    ROTATE_SECRET,
    UPDATE_WEBHOOK,
)
from ._interactions.requests import Settings
from ._interactions.services import send
from ._interactions.signatures import (
    WebhookEvent as WebhookEvent,
    WebhookSignatureError as WebhookSignatureError,
    verify as verify,
)

if TYPE_CHECKING:
    from ._aio.webhooks import AsyncWebhooks as AsyncWebhooks
    from ._interactions.raw import RawMethods
    from ._interactions.types import (
        CreateWebhookRequestParam as CreateWebhookRequestParam,
        Empty as WebhookDeleteResponse,
        ListWebhooksRequestParam as WebhookListParams,
        PingWebhookRequest as PingWebhookRequest,
        PingWebhookRequestParam as PingWebhookRequestParam,
        PingWebhookRequestParam as WebhookPingParams,
        RevocationBehavior as RevocationBehavior,
        RotateSigningSecretRequest as RotateSigningSecretRequest,
        RotateSigningSecretRequestParam as RotateSigningSecretRequestParam,
        RotateSigningSecretRequestParam as WebhookRotateSigningSecretParams,
        SigningSecret as SigningSecret,
        Webhook as Webhook,
        WebhookInput as WebhookInput,
        WebhookInputParam as WebhookCreateParams,
        WebhookInputParam as WebhookInputParam,
        WebhookListResponse as WebhookListResponse,
        WebhookPingResponse as WebhookPingResponse,
        WebhookRotateSigningSecretResponse as WebhookRotateSigningSecretResponse,
        WebhookState as WebhookState,
        WebhookSubscribedEvent as WebhookSubscribedEvent,
        WebhookUpdate as WebhookUpdate,
        WebhookUpdateParam as WebhookUpdateParam,
        WebhookUpdateParam as WebhookUpdateParams,
        WebhookUpdateState as WebhookUpdateState,
        WebhookUpdateSubscribedEvent as WebhookUpdateSubscribedEvent,
    )


class Webhooks(Resource):
    """Webhooks: addresses to which the service reports events, such as the end of a batch job."""

    def list(
        self,
        *,
        page_size: int | None = None,
        page_token: str | None = None,
        api_version: str | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        timeout: float | Any | None = None,
    ) -> interaction_types.WebhookListResponse:
        """Return one page of the webhooks.

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

            page = client.webhooks.list(page_size=10)

        API: `webhooks.list`.
        """
        return self._run(
            send(
                self._port,
                LIST_WEBHOOKS,
                Settings(api_version, extra_headers, extra_query, None, timeout),
                page_size=page_size,
                page_token=page_token,
            )
        )

    def create(
        self,
        *,
        subscribed_events: Iterable[interaction_types.WebhookSubscribedEvent],
        uri: str,
        name: str | None = None,
        api_version: str | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        extra_body: Mapping[str, Any] | None = None,
        timeout: float | Any | None = None,
    ) -> interaction_types.Webhook:
        """Create a webhook: the service then sends events to an address.

        Args:
          subscribed_events: Events that the webhook receives, such as "batch.succeeded".
          uri: Address that receives the events.
          name: Name of the webhook.
          api_version: API version in the path. Default: that of the client.
          extra_headers: Headers in addition to the client's.
          extra_query: Query parameters.
          extra_body: Fields that this release does not know, merged into the request.
          timeout: Seconds that each attempt may take, or the `Timeout` of httpx.

        `new_signing_secret` of the result is the secret for `webhooks.verify`. Save it, because the service shows it only once.

        Raises:
          ValueError: An argument is invalid; nothing was sent.
          errors.APIError: The call failed.

        Example::

            webhook = client.webhooks.create(
                uri="https://example.com/gemini", subscribed_events=["batch.succeeded", "batch.failed"]
            )
            secret = webhook.new_signing_secret

        API: `webhooks.create`.
        """
        return self._run(
            send(
                self._port,
                CREATE_WEBHOOK,
                Settings(api_version, extra_headers, extra_query, extra_body, timeout),
                subscribed_events=subscribed_events,
                uri=uri,
                name=name,
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
        """Delete a webhook.

        Args:
          id: Id of the webhook.
          api_version, extra_headers, extra_query, timeout: As for `list`.

        Raises:
          ValueError: An argument is invalid; nothing was sent.
          errors.APIError: The call failed. `interactions.NotFoundError` for a webhook that is unknown.

        Example::

            client.webhooks.delete("my-webhook")

        API: `webhooks.delete`.
        """
        return self._run(
            send(self._port, DELETE_WEBHOOK, Settings(api_version, extra_headers, extra_query, None, timeout), id=id)
        )

    def get(
        self,
        id: str,
        *,
        api_version: str | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        timeout: float | Any | None = None,
    ) -> interaction_types.Webhook:
        """Return a webhook.

        Args:
          id: Id of the webhook.
          api_version, extra_headers, extra_query, timeout: As for `list`.

        Raises:
          ValueError: An argument is invalid; nothing was sent.
          errors.APIError: The call failed. `interactions.NotFoundError` for a webhook that is unknown.

        Example::

            webhook = client.webhooks.get("my-webhook")

        API: `webhooks.get`.
        """
        return self._run(
            send(self._port, GET_WEBHOOK, Settings(api_version, extra_headers, extra_query, None, timeout), id=id)
        )

    def update(
        self,
        id: str,
        *,
        update_mask: str | None = None,
        name: str | None = None,
        state: interaction_types.WebhookUpdateState | None = None,
        subscribed_events: Iterable[interaction_types.WebhookUpdateSubscribedEvent] | None = None,
        uri: str | None = None,
        api_version: str | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        extra_body: Mapping[str, Any] | None = None,
        timeout: float | Any | None = None,
    ) -> interaction_types.Webhook:
        """Change a webhook, and return it. Arguments that are not given keep their values.

        Args:
          id: Id of the webhook.
          update_mask: Names of the fields to change, separated by commas. Default: those that are given.
          name: New name.
          state: New state, for example `disabled`.
          subscribed_events: Events that the webhook receives from now on.
          uri: New address.
          api_version, extra_headers, extra_query, extra_body, timeout: As for `create`.

        Raises:
          ValueError: An argument is invalid; nothing was sent.
          errors.APIError: The call failed. `interactions.NotFoundError` for a webhook that is unknown.

        Example::

            client.webhooks.update(webhook.id, state="disabled")

        API: `webhooks.update`.
        """
        return self._run(
            send(
                self._port,
                UPDATE_WEBHOOK,
                Settings(api_version, extra_headers, extra_query, extra_body, timeout),
                id=id,
                update_mask=update_mask,
                name=name,
                state=state,
                subscribed_events=subscribed_events,
                uri=uri,
            )
        )

    def ping(
        self,
        id: str,
        *,
        body: interaction_types.PingWebhookRequest | interaction_types.PingWebhookRequestParam | None = None,
        api_version: str | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        extra_body: Mapping[str, Any] | None = None,
        timeout: float | Any | None = None,
    ) -> interaction_types.WebhookPingResponse:
        """Ask the service to send a test event to a webhook.

        Args:
          id: Id of the webhook.
          body: Body of the request, which has no fields so far.
          api_version, extra_headers, extra_query, extra_body, timeout: As for `create`.

        Raises:
          ValueError: An argument is invalid; nothing was sent.
          errors.APIError: The call failed. `interactions.NotFoundError` for a webhook that is unknown.

        Example::

            client.webhooks.ping(webhook.id)

        API: `webhooks.ping`.
        """
        return self._run(
            send(
                self._port,
                PING_WEBHOOK,
                Settings(api_version, extra_headers, extra_query, extra_body, timeout),
                id=id,
                body=body,
            )
        )

    def rotate_signing_secret(
        self,
        id: str,
        *,
        revocation_behavior: interaction_types.RevocationBehavior | None = None,
        api_version: str | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        extra_body: Mapping[str, Any] | None = None,
        timeout: float | Any | None = None,
    ) -> interaction_types.WebhookRotateSigningSecretResponse:
        """Create a new signing secret of a webhook, and return it.

        Args:
          id: Id of the webhook.
          revocation_behavior: When the earlier secrets become invalid: after 24 hours or immediately.
          api_version, extra_headers, extra_query, extra_body, timeout: As for `create`.

        Until the earlier secrets become invalid, pass all of them to `webhooks.verify`.

        Raises:
          ValueError: An argument is invalid; nothing was sent.
          errors.APIError: The call failed. `interactions.NotFoundError` for a webhook that is unknown.

        Example::

            secret = client.webhooks.rotate_signing_secret(webhook.id).secret

        API: `webhooks.rotate_signing_secret`.
        """
        return self._run(
            send(
                self._port,
                ROTATE_SECRET,
                Settings(api_version, extra_headers, extra_query, extra_body, timeout),
                id=id,
                revocation_behavior=revocation_behavior,
            )
        )

    @property
    def with_raw_response(self) -> RawMethods:
        """The same methods; each returns the HTTP response, and its `parse()` returns the object."""
        from ._interactions.raw import RawMethods

        return RawMethods(self)


__all__ = [
    "CreateWebhookRequestParam",
    "PingWebhookRequest",
    "PingWebhookRequestParam",
    "RevocationBehavior",
    "RotateSigningSecretRequest",
    "RotateSigningSecretRequestParam",
    "SigningSecret",
    "Webhook",
    "WebhookCreateParams",
    "WebhookDeleteResponse",
    "WebhookInput",
    "WebhookInputParam",
    "WebhookListParams",
    "WebhookListResponse",
    "WebhookPingParams",
    "WebhookPingResponse",
    "WebhookRotateSigningSecretParams",
    "WebhookRotateSigningSecretResponse",
    "WebhookState",
    "WebhookSubscribedEvent",
    "WebhookUpdate",
    "WebhookUpdateParam",
    "WebhookUpdateParams",
    "WebhookUpdateState",
    "WebhookUpdateSubscribedEvent",
]
_RENAMED = {
    "WebhookCreateParams": "WebhookInputParam",
    "WebhookDeleteResponse": "Empty",
    "WebhookListParams": "ListWebhooksRequestParam",
    "WebhookPingParams": "PingWebhookRequestParam",
    "WebhookRotateSigningSecretParams": "RotateSigningSecretRequestParam",
    "WebhookUpdateParams": "WebhookUpdateParam",
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
    return sorted({*globals(), *__all__, "AsyncWebhooks"})
