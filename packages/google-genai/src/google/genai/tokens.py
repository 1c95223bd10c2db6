"""`client.auth_tokens`: keys of short life, for programs that run where a key must not be.

Each method is a shell: what people see of it. What the service offers is stated in `_ops.auth_tokens`, the flows in `_core`.
The async twins in `_aio.tokens` are generated from this file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import types
from ._core.invoke import invoke
from ._core.resource import Resource, async_twin
from ._ops.auth_tokens import CREATE

if TYPE_CHECKING:
    from ._aio.tokens import AsyncTokens as AsyncTokens


class Tokens(Resource):
    """Keys of short life, for programs that run where a key must not be. Gemini Developer API only."""

    _client_attribute = "auth_tokens"

    def create(self, *, config: types.CreateAuthTokenConfigOrDict | None = None) -> types.AuthToken:
        """Return a new key of short life for live sessions.

        Args:
          config: When it ends, how often and for what it may be used; see `types.CreateAuthTokenConfig`.

        The service offers it under the API version `v1alpha` only.

        Raises:
          ValueError: An argument has the wrong shape, or the client calls Vertex AI; nothing was sent.
          errors.APIError: The call failed.

        Example::

            client = genai.Client(http_options={"api_version": "v1alpha"})
            token = client.auth_tokens.create(config={"uses": 1})
            in_the_browser = genai.Client(api_key=token.name)

        API: `auth_tokens.create`.
        """
        return self._run(invoke(self._port, CREATE, config=config))


def __getattr__(name: str) -> object:
    return async_twin(globals(), name)
