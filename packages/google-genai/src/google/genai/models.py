"""`client.models`: generation, embeddings, token counts, and the models themselves.

Each method is a shell: what people see of it. What the service offers is stated in `_ops.models`, the flows in `_core`.
The async twins in `_aio.models` are generated from this file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import (
    _transformers as t,  # noqa: F401  # pyright: ignore[reportUnusedImport] - other packages import it from here
    types,
)
from ._core.embedding import embed_content
from ._core.generation import generate_content, model_turn, streamed_answer
from ._core.invoke import invoke
from ._core.listing import model_listing
from ._core.media import generate_images, generate_videos
from ._core.resource import Resource, async_twin
from ._ops.models import (
    COMPUTE_TOKENS,
    COUNT_TOKENS,
    DELETE,
    EDIT_IMAGE,
    GET,
    LIST,
    RECONTEXT_IMAGE,
    SEGMENT_IMAGE,
    UPDATE,
    UPSCALE_IMAGE,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

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
        return self._stream(streamed_answer(self._port, model, contents, config))

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
          errors.APIError: The call failed; also when the reply does not hold exactly one vector for each content.

        Example::

            response = client.models.embed_content(model="gemini-embedding-001", contents=["a cat", "a dog"])
            print(len(response.embeddings), len(response.embeddings[0].values))

        API: `models.batchEmbedContents`; `predict` on Vertex AI.
        """
        return self._run(embed_content(self._port, model, contents, config))

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

    def compute_tokens(
        self,
        *,
        model: str,
        contents: types.ContentListUnion | types.ContentListUnionDict,
        config: types.ComputeTokensConfigOrDict | None = None,
    ) -> types.ComputeTokensResponse:
        """Return the tokens that the model reads contents as. Vertex AI only.

        Args:
          model: Id or resource name of a model.
          contents: As for `generate_content`; texts only.
          config: HTTP options for this call.

        Raises:
          ValueError: An argument has the wrong shape, or the client calls the Developer API; nothing was sent.
          errors.APIError: The call failed.

        Example::

            response = client.models.compute_tokens(model="gemini-2.5-flash", contents="Why is the sky blue?")
            print(response.tokens_info[0].token_ids)

        API: `models.computeTokens`.
        """
        return self._run(invoke(self._port, COMPUTE_TOKENS, model=model, contents=contents, config=config))

    def generate_images(
        self, *, model: str, prompt: str, config: types.GenerateImagesConfigOrDict | None = None
    ) -> types.GenerateImagesResponse:
        """Return pictures made from a prompt.

        Args:
          model: Id or resource name of an image model, such as `imagen-4.0-generate-001`.
          prompt: What the pictures shall show.
          config: Number, shape, format, filters; see `types.GenerateImagesConfig`.

        A picture that a filter held back is missing, or stands there without bytes and with `rai_filtered_reason` where
        `config.include_rai_reason` is set.

        Raises:
          ValueError: An argument has the wrong shape, or the backend does not take it; nothing was sent.
          errors.APIError: The call failed.

        Example::

            response = client.models.generate_images(
                model="imagen-4.0-generate-001", prompt="A kite over the sea", config={"number_of_images": 1}
            )
            response.generated_images[0].image.save("kite.png")

        API: `models.predict`.
        """
        return self._run(generate_images(self._port, model, prompt, config))

    def edit_image(
        self,
        *,
        model: str,
        prompt: str,
        reference_images: Sequence[types.ReferenceImageUnion | types.ReferenceImageUnionDict],
        config: types.EditImageConfigOrDict | None = None,
    ) -> types.EditImageResponse:
        """Return pictures made from other pictures and a prompt. Vertex AI only.

        Args:
          model: Id or resource name of an image model that edits, such as `imagen-3.0-capability-001`.
          prompt: What shall change. It names a reference picture by its id in brackets: `a bag like [1]`.
          reference_images: The picture to edit, masks, and pictures that show a subject, a style or a structure.
          config: Mode of editing, number, format, filters; see `types.EditImageConfig`.

        Raises:
          ValueError: An argument has the wrong shape, or the client calls the Developer API; nothing was sent.
          errors.APIError: The call failed.

        Example::

            photo = types.RawReferenceImage(reference_id=1, reference_image=types.Image.from_file(location="photo.png"))
            sky = types.MaskReferenceImage(
                reference_id=2, config=types.MaskReferenceConfig(mask_mode="MASK_MODE_BACKGROUND")
            )
            response = client.models.edit_image(
                model="imagen-3.0-capability-001",
                prompt="A sunset",
                reference_images=[photo, sky],
                config={"edit_mode": "EDIT_MODE_INPAINT_INSERTION"},
            )

        API: `models.predict`.
        """
        return self._run(
            invoke(self._port, EDIT_IMAGE, model=model, prompt=prompt, reference_images=reference_images, config=config)
        )

    def upscale_image(
        self,
        *,
        model: str,
        image: types.ImageOrDict,
        upscale_factor: str,
        config: types.UpscaleImageConfigOrDict | None = None,
    ) -> types.UpscaleImageResponse:
        """Return a picture enlarged. Vertex AI only.

        Args:
          model: Id or resource name of an image model that enlarges, such as `imagen-4.0-upscale-preview`.
          image: The picture, by its bytes or by its address.
          upscale_factor: `x2` or `x4`; some models take `x3`.
          config: Format, filters; see `types.UpscaleImageConfig`.

        Raises:
          ValueError: An argument has the wrong shape, or the client calls the Developer API; nothing was sent.
          errors.APIError: The call failed.

        Example::

            photo = types.Image.from_file(location="photo.png")
            response = client.models.upscale_image(
                model="imagen-4.0-upscale-preview", image=photo, upscale_factor="x2"
            )

        API: `models.predict`.
        """
        return self._run(
            invoke(self._port, UPSCALE_IMAGE, model=model, image=image, upscale_factor=upscale_factor, config=config)
        )

    def recontext_image(
        self,
        *,
        model: str,
        source: types.RecontextImageSourceOrDict,
        config: types.RecontextImageConfigOrDict | None = None,
    ) -> types.RecontextImageResponse:
        """Return pictures of a product in another scene, or of a person who wears it. Vertex AI only.

        Args:
          model: Id or resource name of a model made for it, such as `virtual-try-on-preview-08-04`.
          source: The product, and the person or the prompt; see `types.RecontextImageSource`.
          config: Number, format, filters; see `types.RecontextImageConfig`.

        Raises:
          ValueError: An argument has the wrong shape, or the client calls the Developer API; nothing was sent.
          errors.APIError: The call failed.

        Example::

            person, shirt = (types.Image.from_file(location=name) for name in ("person.png", "shirt.png"))
            response = client.models.recontext_image(
                model="virtual-try-on-preview-08-04",
                source=types.RecontextImageSource(
                    person_image=person, product_images=[types.ProductImage(product_image=shirt)]
                ),
            )

        API: `models.predict`.
        """
        return self._run(invoke(self._port, RECONTEXT_IMAGE, model=model, source=source, config=config))

    def segment_image(
        self,
        *,
        model: str,
        source: types.SegmentImageSourceOrDict,
        config: types.SegmentImageConfigOrDict | None = None,
    ) -> types.SegmentImageResponse:
        """Return masks of what a picture shows. Vertex AI only.

        Args:
          model: Id or resource name of a model made for it, such as `image-segmentation-001`.
          source: The picture, and a prompt or a scribble where the mode asks for one.
          config: What to cut out, and how many masks; see `types.SegmentImageConfig`.

        Raises:
          ValueError: An argument has the wrong shape, or the client calls the Developer API; nothing was sent.
          errors.APIError: The call failed.

        Example::

            photo = types.Image.from_file(location="photo.png")
            response = client.models.segment_image(
                model="image-segmentation-001",
                source=types.SegmentImageSource(image=photo),
                config={"mode": "FOREGROUND"},
            )
            response.generated_masks[0].mask.save("mask.png")

        API: `models.predict`.
        """
        return self._run(invoke(self._port, SEGMENT_IMAGE, model=model, source=source, config=config))

    def generate_videos(
        self,
        *,
        model: str,
        prompt: str | None = None,
        image: types.ImageOrDict | None = None,
        video: types.VideoOrDict | None = None,
        source: types.GenerateVideosSourceOrDict | None = None,
        config: types.GenerateVideosConfigOrDict | None = None,
    ) -> types.GenerateVideosOperation:
        """Start making videos, and return the operation that does it.

        `client.operations.get` tells what has become of it; once it is done, `operation.response` holds the videos, or
        `operation.error` the reason why there are none.

        Args:
          model: Id or resource name of a video model, such as `veo-3.0-generate-001`.
          prompt: What the videos shall show. The same as `source.prompt`.
          image: The picture to start from. The same as `source.image`.
          video: The video to go on with. The same as `source.video`.
          source: Prompt, image and video in one object; none of the three may be given beside it.
          config: Number, length, shape, format; see `types.GenerateVideosConfig`.

        Raises:
          ValueError: There is nothing to start from, an argument has the wrong shape, or the backend does not take it;
            nothing was sent.
          errors.APIError: The call failed.

        Example::

            operation = client.models.generate_videos(
                model="veo-3.0-generate-001", source=types.GenerateVideosSource(prompt="A kite over the sea")
            )
            while not operation.done:
                time.sleep(10)
                operation = client.operations.get(operation)

        API: `models.predictLongRunning`.
        """
        return self._run(generate_videos(self._port, model, prompt, image, video, source, config))

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

    def update(self, *, model: str, config: types.UpdateModelConfigOrDict | None = None) -> types.Model:
        """Change what is said of a tuned model, and return it as it is then.

        Args:
          model: Resource name of a tuned model.
          config: What to change; see `types.UpdateModelConfig`.

        Raises:
          ValueError: The name is no name of a model; nothing was sent.
          errors.ClientError: There is no such model (code 404), or it is not yours (403).

        Example::

            client.models.update(model="tunedModels/my-model", config={"display_name": "Second try"})

        API: `models.patch`.
        """
        return self._run(invoke(self._port, UPDATE, model=model, config=config))

    def delete(self, *, model: str, config: types.DeleteModelConfigOrDict | None = None) -> types.DeleteModelResponse:
        """Delete a tuned model.

        Raises:
          ValueError: The name is no name of a model; nothing was sent.
          errors.ClientError: There is no such model (code 404), or it is not yours (403).

        Example::

            client.models.delete(model="tunedModels/my-model")

        API: `models.delete`.
        """
        return self._run(invoke(self._port, DELETE, model=model, config=config))

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
    return async_twin(globals(), name)
