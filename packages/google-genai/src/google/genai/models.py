"""`client.models`: generation, embeddings, token counts, and the models themselves.

Each method is a shell: what people see of it. What the service offers is stated in `_ops.models`, the flows in `_core`.
The async twins in `_aio.models` are generated from this file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import _transformers as t  # noqa: F401  # pyright: ignore[reportUnusedImport] - other packages import it from here
from . import types
from ._core.generation import generate_content, model_turn, streamed_turn
from ._core.invoke import invoke
from ._core.listing import model_listing
from ._core.resource import Resource
from ._ops.models import COUNT_TOKENS, EMBED_CONTENT, GET, LIST

if TYPE_CHECKING:
    from ._aio.models import AsyncModels as AsyncModels
    from ._core.streams import Stream
    from .pagers import Pager


class Models(Resource):
    """Generation, embeddings, token counts, and the models themselves."""

    def generate_content(
        self,
        *,
        model: str,
        contents: types.ContentListUnion | types.ContentListUnionDict,
        config: types.GenerateContentConfigOrDict | None = None,
    ) -> types.GenerateContentResponse:
        """Return the model's answer to contents.

        Args:
          model: Id of a model (`gemini-2.5-flash`), or a resource name (`models/…`, `publishers/…`, `projects/…`).
          contents: A text, a part, a file, a picture, a `Content`, or a list of them. Items in a row that are no
            `Content` make one turn of the user.
          config: Everything else about the call; see `types.GenerateContentConfig`.

        Raises:
          ValueError: An argument has the wrong shape, or the backend does not take it; nothing was sent.
          errors.APIError: The call failed.

        Example::

            response = client.models.generate_content(model="gemini-2.5-flash", contents="Why is the sky blue?")
            print(response.text)

        API: `models.generateContent`.
        """
        return self._run(generate_content(self._port, self._generate_content, model, contents, config))

    def _generate_content(
        self,
        *,
        model: str,
        contents: types.ContentListUnion | types.ContentListUnionDict,
        config: types.GenerateContentConfigOrDict | None = None,
    ) -> types.GenerateContentResponse:
        """Return what the model says in one turn."""
        return self._run(model_turn(self._port, model, contents, config))

    def generate_content_stream(
        self,
        *,
        model: str,
        contents: types.ContentListUnion | types.ContentListUnionDict,
        config: types.GenerateContentConfigOrDict | None = None,
    ) -> Stream[types.GenerateContentResponse]:
        """Return the model's answer in chunks, as they are made.

        The arguments are those of `generate_content`. The request is sent when the first chunk is asked for. The stream
        may be left at any time: closing it, or dropping it, closes the connection.

        Example::

            for chunk in client.models.generate_content_stream(model="gemini-2.5-flash", contents="Tell me a story."):
                print(chunk.text, end="")

        API: `models.streamGenerateContent`.
        """
        return self._stream(streamed_turn(self._port, model, contents, config))

    def embed_content(
        self,
        *,
        model: str,
        contents: types.ContentListUnion | types.ContentListUnionDict,
        config: types.EmbedContentConfigOrDict | None = None,
    ) -> types.EmbedContentResponse:
        """Return one embedding for each content.

        Args:
          model: Id or resource name of an embedding model.
          contents: One thing to embed, or a list of them: each item of a list gets a vector of its own.
          config: Task, title, length of the vectors; see `types.EmbedContentConfig`.

        Raises:
          ValueError: An argument has the wrong shape, or the backend does not take it; nothing was sent.
          errors.APIError: The call failed.

        Example::

            response = client.models.embed_content(model="gemini-embedding-001", contents=["a cat", "a dog"])
            print(len(response.embeddings), len(response.embeddings[0].values))

        API: `models.batchEmbedContents`; `predict` on Vertex AI.
        """
        return self._run(invoke(self._port, EMBED_CONTENT, model=model, contents=contents, config=config))

    def count_tokens(
        self,
        *,
        model: str,
        contents: types.ContentListUnion | types.ContentListUnionDict,
        config: types.CountTokensConfigOrDict | None = None,
    ) -> types.CountTokensResponse:
        """Return how many tokens the model reads contents as.

        Args:
          model: Id or resource name of a model.
          contents: As for `generate_content`.
          config: On Vertex AI, a system instruction, tools and generation settings to be counted as well.

        Raises:
          ValueError: An argument has the wrong shape, or the backend does not take it; nothing was sent.
          errors.APIError: The call failed.

        Example::

            print(client.models.count_tokens(model="gemini-2.5-flash", contents="Why is the sky blue?").total_tokens)

        API: `models.countTokens`.
        """
        return self._run(invoke(self._port, COUNT_TOKENS, model=model, contents=contents, config=config))

    def get(self, *, model: str, config: types.GetModelConfigOrDict | None = None) -> types.Model:
        """Return what is known of a model.

        Raises:
          ValueError: The name is no name of a model; nothing was sent.
          errors.ClientError: There is no such model (code 404).

        Example::

            print(client.models.get(model="gemini-2.5-flash").input_token_limit)

        API: `models.get`.
        """
        return self._run(invoke(self._port, GET, model=model, config=config))

    def list(self, *, config: types.ListModelsConfigOrDict | None = None) -> Pager[types.Model]:
        """Return the models, page by page; iterating goes through all pages.

        `config.query_base` chooses between base models (the default) and tuned ones.

        Example::

            for model in client.models.list():
                print(model.name)

        API: `models.list`.
        """
        return self._pages("models", self._list, model_listing(config, vertexai=self._api_client.vertexai))

    def _list(self, *, config: types.ListModelsConfigOrDict | None = None) -> types.ListModelsResponse:
        """Return one page of models."""
        return self._run(invoke(self._port, LIST, config=config))


def __getattr__(name: str) -> object:
    if name == "AsyncModels":
        from ._aio.models import AsyncModels

        globals()[name] = AsyncModels
        return AsyncModels
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
