"""The methods of `client.aio.interactions` that `client.interactions` does not have. They load the module of connections when they run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .._api_client import BaseApiClient
    from .realtime import InteractionWebSocketConnectionContext
else:  # for `typing.get_type_hints`, without the cost of the import
    InteractionWebSocketConnectionContext = Any


class Connecting:
    """The methods of `client.aio.interactions` that `client.interactions` does not have."""

    if TYPE_CHECKING:
        _api_client: BaseApiClient

    def connect(
        self,
        id: str,
        *,
        api_version: str | None = None,
        extra_headers: Mapping[str, str] | None = None,
        timeout: float = 30.0,
    ) -> InteractionWebSocketConnectionContext:
        """Connect to a running interaction, to send input and to receive events. Gemini Developer API only.

        Args:
          id: The id of the interaction.
          api_version: API version in the path. Default: that of the client.
          extra_headers: Headers in addition to the client's.
          timeout: Seconds until the connection is open.

        The result is used with `async with`, which ends the connection at the end of the block, or with `await`.

        Raises:
          ValueError: An argument is invalid, or the client calls Vertex AI; nothing was sent.
          interactions.APIWebSocketError: The service refused the connection, or the connection failed.
          errors.APITimeoutError: The connection was not open in time.

        Example::

            async with client.aio.interactions.connect(interaction.id) as connection:
                await connection.send("Hello")
                async for event in connection.receive():
                    print(event)
        """
        from .realtime import context_of

        return context_of(self._api_client, id, api_version, extra_headers, timeout)
