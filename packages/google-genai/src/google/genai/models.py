"""`client.models`: generation of text, pictures and videos, embeddings, token counts, and model management.

Each method is a shell: a signature, a docstring and one call into `_core`. `_ops.models` lists the operations of the
service. The async classes in `_aio.models` are generated from this file.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from . import _transformers as t, types  # noqa: F401  # pyright: ignore[reportUnusedImport] - others import `t` from here
from ._core.embedding import count_tokens, embed_content
from ._core.generation import generate_content, model_turn, stream_content
from ._core.invoke import invoke
from ._core.listing import model_listing
from ._core.media import generate_images, generate_videos
from ._core.resource import Resource, async_twin
from ._core.streams import Stream
from ._ops import models as ops
from .pagers import Pager

if TYPE_CHECKING:
    from ._aio.models import AsyncModels as AsyncModels


class Models(Resource):
    """Generation of text, pictures and videos, embeddings, token counts, and model management."""

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
          contents: A text, a part, a file, a picture, a `Content`, or a list of them. Consecutive items other than
            `Content` objects form one turn of the user.
          config: All other settings; see `types.GenerateContentConfig`.

        Raises:
          ValueError: An argument is invalid, or the backend does not support it; nothing was sent.
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
        """Return one turn of the model, without calling any functions."""
        return self._run(model_turn(self._port, model, contents, config))

    def generate_content_stream(
        self,
        *,
        model: str,
        contents: types.ContentListUnion | types.ContentListUnionDict,
        config: types.GenerateContentConfigOrDict | None = None,
    ) -> Stream[types.GenerateContentResponse]:
        """Return the model's answer as a stream of chunks.

        The arguments are those of `generate_content`. The request is sent when the first chunk is read. The stream can
        be closed before its end: `close()`, or dropping the last reference to it, closes the connection.

        Example::

            for chunk in client.models.generate_content_stream(model="gemini-2.5-flash", contents="Tell me a story."):
                print(chunk.text, end="")

        API: `models.streamGenerateContent`.
        """
        return self._stream(stream_content(self._port, model, contents, config))

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
          contents: One content to embed, or a list: each item of a list gets its own vector. Models that embed several
            media make one vector of adjacent texts and parts: pass `Content` objects to them for several vectors.
          config: Task type, title, length of the vectors; see `types.EmbedContentConfig`.

        Raises:
          ValueError: An argument is invalid, or the backend does not support it; nothing was sent.
          errors.APIError: The call failed, or the reply does not contain exactly one vector for each content.

        Example::

            response = client.models.embed_content(model="gemini-embedding-001", contents=["a cat", "a dog"])
            print(len(response.embeddings), len(response.embeddings[0].values))

        Models that embed several media are those of the Gemini series after gemini-embedding-001. The open models of
        Vertex AI take one content per request, so several contents are sent one after another.

        API: `models.batchEmbedContents`; on Vertex AI also `embedContent` for one content, and `predict` for older models.
        """
        return self._run(embed_content(self._port, model, contents, config))

    def count_tokens(
        self,
        *,
        model: str,
        contents: types.ContentListUnion | types.ContentListUnionDict,
        config: types.CountTokensConfigOrDict | None = None,
    ) -> types.CountTokensResponse:
        """Return the number of tokens in contents, as the model counts them.

        Args:
          model: Id or resource name of a model.
          contents: As for `generate_content`.
          config: A system instruction, tools and generation settings to count as well. Of a
            `types.GenerateContentConfig`, the system instruction and the tools are counted.

        Raises:
          ValueError: An argument is invalid, or the backend does not support it; nothing was sent.
          errors.APIError: The call failed.

        Example::

            print(client.models.count_tokens(model="gemini-2.5-flash", contents="Why is the sky blue?").total_tokens)

        API: `models.countTokens`.
        """
        return self._run(count_tokens(self._port, model, contents, config))

    def compute_tokens(
        self,
        *,
        model: str,
        contents: types.ContentListUnion | types.ContentListUnionDict,
        config: types.ComputeTokensConfigOrDict | None = None,
    ) -> types.ComputeTokensResponse:
        """Return the tokens of contents, as the model reads them. Vertex AI only.

        Args:
          model: Id or resource name of a model.
          contents: As for `generate_content`, but texts only.
          config: HTTP options for this call.

        Raises:
          ValueError: An argument is invalid, or the client calls the Developer API; nothing was sent.
          errors.APIError: The call failed.

        Example::

            response = client.models.compute_tokens(model="gemini-2.5-flash", contents="Why is the sky blue?")
            print(response.tokens_info[0].token_ids)

        API: `models.computeTokens`.
        """
        return self._run(invoke(self._port, ops.COMPUTE_TOKENS, model=model, contents=contents, config=config))

    def generate_images(
        self, *, model: str, prompt: str, config: types.GenerateImagesConfigOrDict | None = None
    ) -> types.GenerateImagesResponse:
        """Generate pictures from a prompt.

        Args:
          model: Id or resource name of an image model, such as `imagen-4.0-generate-001`.
          prompt: Description of the pictures.
          config: Number, aspect ratio, format, filters; see `types.GenerateImagesConfig`.

        A picture that a safety filter blocked is missing from the response. With `config.include_rai_reason` it is
        included, without bytes and with `rai_filtered_reason`.

        Raises:
          ValueError: An argument is invalid, or the backend does not support it; nothing was sent.
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
        """Edit a picture as a prompt describes, and return the results. Vertex AI only.

        Args:
          model: Id or resource name of an image editing model, such as `imagen-3.0-capability-001`.
          prompt: Description of the change. It refers to a reference picture by its id in brackets: `a bag like [1]`.
          reference_images: The picture to edit, masks, and pictures that show a subject, a style or a structure.
          config: Edit mode, number, format, filters; see `types.EditImageConfig`.

        Raises:
          ValueError: An argument is invalid, or the client calls the Developer API; nothing was sent.
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
            invoke(
                self._port, ops.EDIT_IMAGE, model=model, prompt=prompt, reference_images=reference_images, config=config
            )
        )

    def upscale_image(
        self,
        *,
        model: str,
        image: types.ImageOrDict,
        upscale_factor: str,
        config: types.UpscaleImageConfigOrDict | None = None,
    ) -> types.UpscaleImageResponse:
        """Return an enlarged copy of a picture. Vertex AI only.

        Args:
          model: Id or resource name of an upscaling model, such as `imagen-4.0-upscale-preview`.
          image: The picture: its bytes or its address in Cloud Storage.
          upscale_factor: `x2` or `x4`; some models also accept `x3`.
          config: Format, filters; see `types.UpscaleImageConfig`.

        Raises:
          ValueError: An argument is invalid, or the client calls the Developer API; nothing was sent.
          errors.APIError: The call failed.

        Example::

            photo = types.Image.from_file(location="photo.png")
            response = client.models.upscale_image(
                model="imagen-4.0-upscale-preview", image=photo, upscale_factor="x2"
            )

        API: `models.predict`.
        """
        return self._run(
            invoke(
                self._port, ops.UPSCALE_IMAGE, model=model, image=image, upscale_factor=upscale_factor, config=config
            )
        )

    def recontext_image(
        self,
        *,
        model: str,
        source: types.RecontextImageSourceOrDict,
        config: types.RecontextImageConfigOrDict | None = None,
    ) -> types.RecontextImageResponse:
        """Generate pictures of a product in another scene, or of a person wearing it. Vertex AI only.

        Args:
          model: Id or resource name of a recontextualization or try-on model, such as `virtual-try-on-preview-08-04`.
          source: The product, and the person or the prompt; see `types.RecontextImageSource`.
          config: Number, format, filters; see `types.RecontextImageConfig`.

        Raises:
          ValueError: An argument is invalid, or the client calls the Developer API; nothing was sent.
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
        return self._run(invoke(self._port, ops.RECONTEXT_IMAGE, model=model, source=source, config=config))

    def segment_image(
        self,
        *,
        model: str,
        source: types.SegmentImageSourceOrDict,
        config: types.SegmentImageConfigOrDict | None = None,
    ) -> types.SegmentImageResponse:
        """Return masks of the objects in a picture. Vertex AI only.

        Args:
          model: Id or resource name of a segmentation model, such as `image-segmentation-001`.
          source: The picture, and a prompt or a scribble if the mode needs one.
          config: Mode, number of masks, thresholds; see `types.SegmentImageConfig`.

        Raises:
          ValueError: An argument is invalid, or the client calls the Developer API; nothing was sent.
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
        return self._run(invoke(self._port, ops.SEGMENT_IMAGE, model=model, source=source, config=config))

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
        """Start the generation of videos, and return its long-running operation.

        `client.operations.get` fetches the current state. When `operation.done` is true, `operation.response` contains
        the videos, or `operation.error` the error.

        Args:
          model: Id or resource name of a video model, such as `veo-3.0-generate-001`.
          prompt: Description of the videos. The same as `source.prompt`.
          image: Picture to start from. The same as `source.image`.
          video: Video to extend. The same as `source.video`.
          source: Prompt, image and video in one object. It cannot be combined with those three arguments.
          config: Number, length, aspect ratio, format; see `types.GenerateVideosConfig`.

        Raises:
          ValueError: Neither prompt, image nor video is given, an argument is invalid, or the backend does not support
            it; nothing was sent.
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
        """Return a model's description, limits and supported actions.

        Raises:
          ValueError: `model` is not a valid model name; nothing was sent.
          errors.ClientError: There is no model with this name (code 404).

        Example::

            print(client.models.get(model="gemini-2.5-flash").input_token_limit)

        API: `models.get`.
        """
        return self._run(invoke(self._port, ops.GET, model=model, config=config))

    def update(self, *, model: str, config: types.UpdateModelConfigOrDict | None = None) -> types.Model:
        """Change the display name, description or default checkpoint of a tuned model, and return the changed model.

        Args:
          model: Resource name of a tuned model.
          config: The new values; see `types.UpdateModelConfig`.

        Raises:
          ValueError: `model` is not a valid model name; nothing was sent.
          errors.ClientError: There is no model with this name (code 404), or it is not yours (403).

        Example::

            client.models.update(model="tunedModels/my-model", config={"display_name": "Second try"})

        API: `models.patch`.
        """
        return self._run(invoke(self._port, ops.UPDATE, model=model, config=config))

    def delete(self, *, model: str, config: types.DeleteModelConfigOrDict | None = None) -> types.DeleteModelResponse:
        """Delete a tuned model.

        Raises:
          ValueError: `model` is not a valid model name; nothing was sent.
          errors.ClientError: There is no model with this name (code 404), or it is not yours (403).

        Example::

            client.models.delete(model="tunedModels/my-model")

        API: `models.delete`.
        """
        return self._run(invoke(self._port, ops.DELETE, model=model, config=config))

    def list(self, *, config: types.ListModelsConfigOrDict | None = None) -> Pager[types.Model]:
        """Return a pager over the models; iterating fetches further pages as needed.

        `config.query_base` chooses between base models (the default) and tuned ones.

        Example::

            for model in client.models.list():
                print(model.name)

        API: `models.list`.
        """
        return self._pages("models", self._list, model_listing(config, vertexai=self._api_client.vertexai))

    def _list(self, *, config: types.ListModelsConfigOrDict | None = None) -> types.ListModelsResponse:
        """Return one page of models."""
        return self._run(invoke(self._port, ops.LIST, config=config))


def __getattr__(name: str) -> object:
    return async_twin(globals(), name)
