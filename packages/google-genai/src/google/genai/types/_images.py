"""Pictures, and the calls that generate or upscale them with Imagen. Not part of this module: editing pictures (see
`_image_editing`), pictures in conversations.
"""

import io
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar

from typing_extensions import Self

from .._media_types import media_type_of_file
from .._wire.marks import ITSELF, LOCAL, VERTEX_ONLY, At, Refuses, RepliedAt, RepliedBy, Reply, Wire
from ._base import CaseInSensitiveEnum, Model
from ._http import HttpOptions, HttpResponse

if TYPE_CHECKING:
    import PIL.Image


class SafetyFilterLevel(CaseInSensitiveEnum):
    """Strictness of the filter for harmful pictures."""

    BLOCK_LOW_AND_ABOVE = "BLOCK_LOW_AND_ABOVE"
    """Strictest: block even pictures that are unlikely to be harmful."""
    BLOCK_MEDIUM_AND_ABOVE = "BLOCK_MEDIUM_AND_ABOVE"
    """Block pictures that are at least moderately likely to be harmful."""
    BLOCK_ONLY_HIGH = "BLOCK_ONLY_HIGH"
    """Block only pictures that are very likely to be harmful."""
    BLOCK_NONE = "BLOCK_NONE"
    """Most permissive: block as little as possible. Vertex AI only; the project needs Google's approval."""


class PersonGeneration(CaseInSensitiveEnum):
    """Whether generated pictures may show people."""

    DONT_ALLOW = "DONT_ALLOW"
    """No people."""
    ALLOW_ADULT = "ALLOW_ADULT"
    """Adults, but no children."""
    ALLOW_ALL = "ALLOW_ALL"
    """People of any age. Vertex AI only."""


class ImagePromptLanguage(CaseInSensitiveEnum):
    """Language of the prompt for a picture."""

    auto = "auto"
    """Detected by the service."""
    en = "en"
    """English."""
    ja = "ja"
    """Japanese."""
    ko = "ko"
    """Korean."""
    hi = "hi"
    """Hindi."""
    zh = "zh"
    """Chinese."""
    pt = "pt"
    """Portuguese."""
    es = "es"
    """Spanish."""


class Image(Model):
    """A given or generated picture: its bytes, or its address in Cloud Storage.

    A picture of your own, for example for `upscale_image`:

        Image(image_bytes=pathlib.Path("kite.png").read_bytes(), mime_type="image/png")
    """

    gcs_uri: Annotated[str | None, VERTEX_ONLY, RepliedBy("vertex")] = None
    """Address of the picture in Cloud Storage, "gs://bucket/object"; instead of `image_bytes`. Vertex AI only."""

    image_bytes: Annotated[
        bytes | None, At("bytesBase64Encoded", via="base64_text"), RepliedAt("bytesBase64Encoded")
    ] = None
    """The encoded picture: the content of a PNG or JPEG file. None if the service stored it in Cloud Storage or blocked
    it.
    """

    mime_type: str | None = None
    """Media type of the picture, such as "image/png"."""

    @classmethod
    def from_file(cls, location: str | os.PathLike[str], *, mime_type: str | None = None) -> Self:
        """Return a picture from a file or from Cloud Storage.

        Args:
          location: Path of a file, which is read immediately, or an address `gs://bucket/object`, which the service
            reads.
          mime_type: Media type. Default for a file: guessed from the file extension or the first bytes.

        Raises:
          OSError: The file cannot be read.
        """
        address = os.fspath(location)
        if address.startswith("gs://"):
            return cls(gcs_uri=address, mime_type=mime_type)
        content = Path(address).read_bytes()
        return cls(image_bytes=content, mime_type=mime_type or media_type_of_file(address, content))

    def save(self, location: str | os.PathLike[str]) -> None:
        """Write the bytes of the picture to a file. The file extension does not change the format.

        Raises:
          ValueError: The picture has no bytes: it is in Cloud Storage, or it was blocked.
        """
        Path(location).write_bytes(self._bytes("saved"))

    def show(self) -> None:
        """Show the picture in the notebook, or in the desktop's image viewer. Needs Pillow."""
        picture = self._pil_image
        shell = sys.modules.get("IPython")
        if shell is not None and shell.get_ipython() is not None:
            from IPython.display import display  # pyright: ignore[reportMissingImports, reportUnknownVariableType]

            display(picture)
        else:
            picture.show()

    @property
    def _pil_image(self) -> "PIL.Image.Image":
        from PIL import Image as pillow

        return pillow.open(io.BytesIO(self._bytes("shown")))

    def _bytes(self, done: str) -> bytes:
        if self.image_bytes is None:
            where = f"; it is stored at {self.gcs_uri}" if self.gcs_uri else ""
            raise ValueError(f"image_bytes: the picture cannot be {done}, because it has no bytes{where}.")
        return self.image_bytes


class SafetyAttributes(Model):
    """Safety ratings of a picture or of the prompt."""

    categories: Annotated[list[str] | None, RepliedAt("safetyAttributes.categories")] = None
    """Rated kinds of harm, such as "Violence"."""

    scores: Annotated[list[float] | None, RepliedAt("safetyAttributes.scores")] = None
    """Ratings from 0 to 1, in the order of `categories`; higher is more harmful."""

    content_type: str | None = None
    """Kind of rated content; "Positive Prompt" for the prompt."""


class GeneratedImage(Model):
    """A picture in a result, or the reason why it was blocked.

    API: one of the `predictions`.
    """

    image: Annotated[Image | None, ITSELF] = None
    """The picture. If it was blocked: None, or an object without bytes and address."""

    rai_filtered_reason: str | None = None
    """Why the picture was blocked; None if it was not. Requested by the option `include_rai_reason`."""

    safety_attributes: Annotated[SafetyAttributes | None, ITSELF] = None
    """Safety rating of the picture. Requested by the option `include_safety_attributes`."""

    enhanced_prompt: Annotated[str | None, RepliedBy("vertex"), Reply(vertex="prompt")] = None
    """Prompt that was actually used, if the service rewrote yours. Vertex AI only."""


class GenerateImagesConfig(Model):
    """Options of `generate_images`.

    API: `parameters` of the `predict` call.

        GenerateImagesConfig(number_of_images=2, aspect_ratio="16:9", output_mime_type="image/jpeg")
    """

    _wire_root: ClassVar[str] = "parameters"

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """HTTP options for this call; each field set here overrides the client's."""

    output_gcs_uri: Annotated[str | None, Wire(vertex="storageUri")] = None
    """Folder in Cloud Storage, "gs://bucket/folder/", where the service stores the pictures; `Image.gcs_uri` then
    contains their addresses. When unset, the reply contains the pictures as bytes. Vertex AI only.
    """

    negative_prompt: Annotated[str | None, VERTEX_ONLY] = None
    """Description of what the pictures should not show. Older Imagen models only. Vertex AI only."""

    number_of_images: Annotated[int | None, At("sampleCount")] = None
    """Number of pictures to generate; most models generate 1 to 4, and 4 when unset."""

    aspect_ratio: str | None = None
    """Ratio of width to height: "1:1" (when unset), "3:4", "4:3", "9:16" or "16:9". Some models support more."""

    guidance_scale: float | None = None
    """How strictly the model follows the prompt. A large value stays close to the wording; a small value gives the
    model more freedom and may look better.
    """

    seed: Annotated[int | None, VERTEX_ONLY] = None
    """Seed of the random number generator: the same call with the same seed returns the same pictures. The service
    refuses a seed together with a watermark, so also set `add_watermark=False`. Vertex AI only.
    """

    safety_filter_level: Annotated[SafetyFilterLevel | None, At("safetySetting"), Refuses(gemini=("BLOCK_NONE",))] = (
        None
    )
    """How likely harm must be before a picture is blocked. `BLOCK_NONE` raises an error on the Gemini Developer API."""

    person_generation: Annotated[PersonGeneration | None, Refuses(gemini=("ALLOW_ALL",))] = None
    """Whether the pictures may show people; `ALLOW_ADULT` when unset. `ALLOW_ALL` raises an error on the Gemini
    Developer API.
    """

    include_safety_attributes: bool | None = None
    """Whether to return the safety ratings of the pictures and of the prompt."""

    include_rai_reason: bool | None = None
    """Whether a blocked picture still has an entry in the response, with its `rai_filtered_reason`. When unset, the
    picture is missing.
    """

    language: ImagePromptLanguage | None = None
    """Language of the prompt; with `auto` the service detects it."""

    output_mime_type: Annotated[str | None, At("outputOptions.mimeType")] = None
    """Format of the pictures, "image/png" or "image/jpeg"."""

    output_compression_quality: Annotated[int | None, At("outputOptions.compressionQuality")] = None
    """Quality of JPEG pictures, 0 to 100; 75 when unset. No effect on other formats."""

    add_watermark: Annotated[bool | None, VERTEX_ONLY] = None
    """Whether to embed an invisible SynthID watermark in the pictures. Current models do so when unset. Vertex AI only.
    """

    labels: Annotated[dict[str, str] | None, Wire(vertex="/labels")] = None
    """Your own key-value pairs, by which billing reports can group the cost of the call. Vertex AI only."""

    image_size: Annotated[str | None, At("sampleImageSize")] = None
    """Size of the pictures: "1K" (when unset) or "2K", roughly the side length of a square picture in pixels. Not every
    model supports "2K".
    """

    enhance_prompt: Annotated[bool | None, VERTEX_ONLY] = None
    """Whether a language model may first rewrite the prompt with more detail, see `GeneratedImage.enhanced_prompt`.
    Vertex AI only.
    """


class GenerateImagesResponse(Model):
    """Result of `generate_images`."""

    sdk_http_response: HttpResponse | None = None
    """HTTP response that this object was read from: headers, attempts, raw bytes."""

    generated_images: Annotated[list[GeneratedImage] | None, RepliedAt("predictions")] = None
    """The pictures; fewer than requested, or none, if some were blocked."""

    positive_prompt_safety_attributes: SafetyAttributes | None = None
    """Safety rating of the prompt; None unless requested by `include_safety_attributes`."""

    @property
    def images(self) -> list[Image | None]:
        """The pictures, without their ratings and reasons."""
        return [generated.image for generated in self.generated_images or []]


class UpscaleImageConfig(Model):
    """Options of `upscale_image`. Vertex AI only."""

    _wire_root: ClassVar[str] = "parameters"

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """HTTP options for this call; each field set here overrides the client's."""

    output_gcs_uri: Annotated[str | None, Wire(vertex="storageUri")] = None
    """Folder in Cloud Storage, "gs://bucket/folder/", where the service stores the picture; `Image.gcs_uri` then
    contains its address. When unset, the reply contains the picture as bytes.
    """

    safety_filter_level: Annotated[SafetyFilterLevel | None, Wire(vertex="safetySetting")] = None
    """How likely harm must be before a picture is blocked."""

    person_generation: PersonGeneration | None = None
    """Whether the picture may show people."""

    include_rai_reason: bool | None = None
    """Whether a blocked picture still has an entry in the response, with its `rai_filtered_reason`. When unset, the
    picture is missing.
    """

    output_mime_type: Annotated[str | None, Wire(vertex="outputOptions.mimeType")] = None
    """Format of the picture: "image/png", the default, or "image/jpeg"."""

    output_compression_quality: Annotated[int | None, Wire(vertex="outputOptions.compressionQuality")] = None
    """Quality of a JPEG picture, 0 to 100; 75 when unset. No effect on other formats."""

    enhance_input_image: Annotated[bool | None, Wire(vertex="upscaleConfig.enhanceInputImage")] = None
    """Whether to clean up the given picture before enlarging it, for example to remove noise and compression artefacts.
    """

    image_preservation_factor: Annotated[float | None, Wire(vertex="upscaleConfig.imagePreservationFactor")] = None
    """Weight of the given pixels relative to details that the model redraws. A higher value stays closer to the given
    picture; a lower value gives a cleaner one.
    """

    labels: Annotated[dict[str, str] | None, Wire(vertex="/labels")] = None
    """Your own key-value pairs, by which billing reports can group the cost of the call."""


class UpscaleImageParameters(Model):
    """Arguments of `upscale_image`. Vertex AI only."""

    model: str | None = None
    """Upscaling model, such as "imagen-4.0-upscale-preview"."""

    image: Image | None = None
    """The picture to enlarge."""

    upscale_factor: str | None = None
    """Factor by which width and height grow, such as "x2" or "x4". The service refuses a result that would be too
    large.
    """

    config: UpscaleImageConfig | None = None
    """Options of the call."""


class UpscaleImageResponse(Model):
    """Result of `upscale_image`. Vertex AI only."""

    sdk_http_response: HttpResponse | None = None
    """HTTP response that this object was read from: headers, attempts, raw bytes."""

    generated_images: Annotated[list[GeneratedImage] | None, Reply(vertex="predictions")] = None
    """The enlarged picture as the only entry; no entry if it was blocked."""
