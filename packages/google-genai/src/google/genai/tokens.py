"""`client.auth_tokens`: short-lived keys for programs that must not contain an API key, such as web pages.

Each method is a shell: a signature, a docstring and one call into `_core`. `_ops.auth_tokens` lists the operations of
the service. The async classes in `_aio.tokens` are generated from this file.
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
    """Short-lived keys for programs that must not contain an API key, such as web pages. Gemini Developer API only."""

    _client_attribute = "auth_tokens"

    def create(self, *, config: types.CreateAuthTokenConfigOrDict | None = None) -> types.AuthToken:
        """Return a new short-lived key for live sessions.

        Args:
          config: Expiry, number of uses, and restrictions; see `types.CreateAuthTokenConfig`.

        The service offers this method in API version `v1alpha` only.

        Raises:
          ValueError: An argument is invalid, or the client calls Vertex AI; nothing was sent.
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
