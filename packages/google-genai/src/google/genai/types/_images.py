"""Own pictures and the calls that make new ones or enlarge given ones with Imagen: their options and their answers.
Must not know about the editing of pictures, nor how a picture is placed into a conversation with a model.
"""

import io
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar

from .._media_types import media_type_of_file
from .._wire.marks import ITSELF, LOCAL, VERTEX_ONLY, At, Refuses, RepliedAt, RepliedBy, Reply, Wire
from ._base import CaseInSensitiveEnum, Model
from ._http import HttpOptions, HttpResponse

if TYPE_CHECKING:
    import PIL.Image
    from typing_extensions import Self


class SafetyFilterLevel(CaseInSensitiveEnum):
    """How readily a picture is held back as harmful."""

    BLOCK_LOW_AND_ABOVE = "BLOCK_LOW_AND_ABOVE"
    """Strictest: hold back even what is unlikely to be harmful."""
    BLOCK_MEDIUM_AND_ABOVE = "BLOCK_MEDIUM_AND_ABOVE"
    """Hold back what is moderately likely to be harmful, or more."""
    BLOCK_ONLY_HIGH = "BLOCK_ONLY_HIGH"
    """Hold back only what is very likely to be harmful."""
    BLOCK_NONE = "BLOCK_NONE"
    """Most permissive: hold back as little as possible. Vertex AI only, where the project needs Google's approval
    for it."""


class PersonGeneration(CaseInSensitiveEnum):
    """Whether generated pictures may show people."""

    DONT_ALLOW = "DONT_ALLOW"
    """No people."""
    ALLOW_ADULT = "ALLOW_ADULT"
    """Adults, but no children."""
    ALLOW_ALL = "ALLOW_ALL"
    """People of any age. Vertex AI only."""


class ImagePromptLanguage(CaseInSensitiveEnum):
    """Language in which the prompt for a picture is written."""

    auto = "auto"
    """Let the service find out."""
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
    """One picture, given or generated: its bytes, or where it lies in Cloud Storage.

    A picture of your own, for `upscale_image` say:

        Image(image_bytes=pathlib.Path("kite.png").read_bytes(), mime_type="image/png")
    """

    gcs_uri: Annotated[str | None, VERTEX_ONLY, RepliedBy("vertex")] = None
    """Address of the picture, "gs://bucket/object"; instead of `image_bytes`. Vertex AI only."""

    image_bytes: Annotated[
        bytes | None, At("bytesBase64Encoded", via="base64_text"), RepliedAt("bytesBase64Encoded")
    ] = None
    """The encoded picture, that is the content of a PNG or JPEG file. None when the service stored it in Cloud
    Storage or held it back."""

    mime_type: str | None = None
    """Media type of the picture, such as "image/png"."""

    @classmethod
    def from_file(cls, *, location: str | os.PathLike[str], mime_type: str | None = None) -> "Self":
        """Return the picture in a file, or one in Cloud Storage.

        Args:
          location: Path of a file, which is read now, or an address `gs://bucket/object`, which the service reads.
          mime_type: Media type. Default for a file: what its ending says, or else its first bytes.

        Raises:
          OSError: The file cannot be read.
        """
        address = os.fspath(location)
        if address.startswith("gs://"):
            return cls(gcs_uri=address, mime_type=mime_type)
        content = Path(address).read_bytes()
        return cls(image_bytes=content, mime_type=mime_type or media_type_of_file(address, content))

    def save(self, location: str | os.PathLike[str]) -> None:
        """Write the picture, as it is, into a file; the ending of its name changes nothing.

        Raises:
          ValueError: The picture has no bytes: it lies in Cloud Storage, or a filter held it back.
        """
        Path(location).write_bytes(self._bytes("saved"))

    def show(self) -> None:
        """Show the picture: in the notebook, or in a window of the desktop's viewer. Needs Pillow."""
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
            where = f": it lies at {self.gcs_uri}" if self.gcs_uri else ""
            raise ValueError(f"The picture cannot be {done}, because it has no image_bytes{where}.")
        return self.image_bytes


class SafetyAttributes(Model):
    """Rate one picture, or the prompt, for several kinds of harm."""

    categories: Annotated[list[str] | None, RepliedAt("safetyAttributes.categories")] = None
    """Kinds of harm that were rated, such as "Violence"."""

    scores: Annotated[list[float] | None, RepliedAt("safetyAttributes.scores")] = None
    """One rating for each entry of `categories`, in the same order, from 0 to 1: the higher, the more harmful."""

    content_type: str | None = None
    """What was rated; "Positive Prompt" where it is the prompt and not a picture."""


class GeneratedImage(Model):
    """One picture of an answer, or the reason why it was held back.

    API: one of the `predictions`.
    """

    image: Annotated[Image | None, ITSELF] = None
    """The picture; without bytes and address, or None, where it was held back."""

    rai_filtered_reason: str | None = None
    """Why the picture was held back; None for one that was delivered. The option `include_rai_reason` asks for it."""

    safety_attributes: Annotated[SafetyAttributes | None, ITSELF] = None
    """Safety rating of the picture. The option `include_safety_attributes` asks for it."""

    enhanced_prompt: Annotated[str | None, RepliedBy("vertex"), Reply(vertex="prompt")] = None
    """Prompt that the picture was really made from, where the service rewrote yours. Vertex AI only."""


class GenerateImagesConfig(Model):
    """Hold the options of `generate_images`.

    API: `parameters` of the `predict` call.

        GenerateImagesConfig(number_of_images=2, aspect_ratio="16:9", output_mime_type="image/jpeg")
    """

    _wire_root: ClassVar[str] = "parameters"

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """Transport settings for this call alone; they override those of the client field by field."""

    output_gcs_uri: Annotated[str | None, Wire(vertex="storageUri")] = None
    """Folder in Cloud Storage, "gs://bucket/folder/", where the service puts the pictures; they are then reported by
    `Image.gcs_uri`. Unset, the pictures come in the reply as bytes. Vertex AI only."""

    negative_prompt: Annotated[str | None, VERTEX_ONLY] = None
    """What the pictures should not show. Known to older Imagen models alone. Vertex AI only."""

    number_of_images: Annotated[int | None, At("sampleCount")] = None
    """How many pictures to make from the prompt; most models make 1 to 4, and 4 when unset."""

    aspect_ratio: str | None = None
    """Width to height: "1:1" (when unset), "3:4", "4:3", "9:16" or "16:9"; what else is known depends on the model."""

    guidance_scale: float | None = None
    """How strictly to follow the prompt. A large value keeps to its wording, a small one leaves the model more
    freedom and may look better."""

    seed: Annotated[int | None, VERTEX_ONLY] = None
    """Start of the random numbers: the same call with the same seed gives the same pictures. Refused by the service
    together with a watermark, so set `add_watermark=False` as well. Vertex AI only."""

    safety_filter_level: Annotated[SafetyFilterLevel | None, At("safetySetting"), Refuses(gemini=("BLOCK_NONE",))] = (
        None
    )
    """How likely harm must be for a picture to be held back. `BLOCK_NONE` is refused on the Gemini Developer API."""

    person_generation: Annotated[PersonGeneration | None, Refuses(gemini=("ALLOW_ALL",))] = None
    """Whether the pictures may show people; `ALLOW_ADULT` when unset. `ALLOW_ALL` is refused on the Gemini Developer
    API."""

    include_safety_attributes: bool | None = None
    """Whether to report the safety rating of each picture, and that of the prompt."""

    include_rai_reason: bool | None = None
    """Whether a picture that was held back still gets an entry in the answer, with its `rai_filtered_reason`. Unset,
    it is just missing."""

    language: ImagePromptLanguage | None = None
    """Language of the prompt; with `auto` the service finds it out."""

    output_mime_type: Annotated[str | None, At("outputOptions.mimeType")] = None
    """Format of the pictures, "image/png" or "image/jpeg"."""

    output_compression_quality: Annotated[int | None, At("outputOptions.compressionQuality")] = None
    """Quality of JPEG pictures, 0 to 100; 75 when unset. Has no bearing on other formats."""

    add_watermark: Annotated[bool | None, VERTEX_ONLY] = None
    """Whether to hide a SynthID watermark, invisible to the eye, in the pictures; on when unset for current models.
    Vertex AI only."""

    labels: Annotated[dict[str, str] | None, Wire(vertex="/labels")] = None
    """Your own keys and values under which the charges of the call appear in billing reports. Vertex AI only."""

    image_size: Annotated[str | None, At("sampleImageSize")] = None
    """Size of the pictures: "1K" (when unset) or "2K", about the pixels of a square picture's side. Not every model
    makes the larger one."""

    enhance_prompt: Annotated[bool | None, VERTEX_ONLY] = None
    """Whether a language model may rewrite the prompt with more detail first, see `GeneratedImage.enhanced_prompt`.
    Vertex AI only."""


class GenerateImagesResponse(Model):
    """Hold the result of `generate_images`."""

    sdk_http_response: HttpResponse | None = None
    """HTTP reply behind this object: headers, attempts, raw bytes."""

    generated_images: Annotated[list[GeneratedImage] | None, RepliedAt("predictions")] = None
    """The pictures. There may be fewer than asked for, or none, when some were held back."""

    positive_prompt_safety_attributes: SafetyAttributes | None = None
    """Safety rating of the prompt; None unless the call asked for it by `include_safety_attributes`."""

    @property
    def images(self) -> list[Image | None]:
        """The pictures, without what is said of each."""
        return [generated.image for generated in self.generated_images or []]


class UpscaleImageConfig(Model):
    """Hold the options of `upscale_image`. Vertex AI only."""

    _wire_root: ClassVar[str] = "parameters"

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """Transport settings for this call alone; they override those of the client field by field."""

    output_gcs_uri: Annotated[str | None, Wire(vertex="storageUri")] = None
    """Folder in Cloud Storage, "gs://bucket/folder/", where the service puts the picture; it is then reported by
    `Image.gcs_uri`. Unset, the picture comes in the reply as bytes."""

    safety_filter_level: Annotated[SafetyFilterLevel | None, Wire(vertex="safetySetting")] = None
    """How likely harm must be for a picture to be held back."""

    person_generation: PersonGeneration | None = None
    """Whether the picture may show people."""

    include_rai_reason: bool | None = None
    """Whether a picture that was held back still gets an entry in the answer, with its `rai_filtered_reason`. Unset,
    it is just missing."""

    output_mime_type: Annotated[str | None, Wire(vertex="outputOptions.mimeType")] = None
    """Format of the picture: "image/png", the default, or "image/jpeg"."""

    output_compression_quality: Annotated[int | None, Wire(vertex="outputOptions.compressionQuality")] = None
    """Quality of a JPEG picture, 0 to 100; 75 when unset. Has no bearing on other formats."""

    enhance_input_image: Annotated[bool | None, Wire(vertex="upscaleConfig.enhanceInputImage")] = None
    """Whether to clean the given picture up, of noise and compression artefacts for instance, before it is enlarged."""

    image_preservation_factor: Annotated[float | None, Wire(vertex="upscaleConfig.imagePreservationFactor")] = None
    """Weight of the given pixels against detail that the model redraws. Raise it to stay true to the given picture,
    lower it for a cleaner one."""

    labels: Annotated[dict[str, str] | None, Wire(vertex="/labels")] = None
    """Your own keys and values under which the charges of the call appear in billing reports."""


class UpscaleImageParameters(Model):
    """Gather the arguments of `upscale_image` in one object. Vertex AI only."""

    model: str | None = None
    """Model that enlarges the picture, such as "imagen-4.0-upscale-preview"."""

    image: Image | None = None
    """The picture to enlarge."""

    upscale_factor: str | None = None
    """How much wider and higher the picture becomes, such as "x2" or "x4". The service refuses a result that would
    be too large."""

    config: UpscaleImageConfig | None = None
    """Further options of the call."""


class UpscaleImageResponse(Model):
    """Hold the result of `upscale_image`. Vertex AI only."""

    sdk_http_response: HttpResponse | None = None
    """HTTP reply behind this object: headers, attempts, raw bytes."""

    generated_images: Annotated[list[GeneratedImage] | None, Reply(vertex="predictions")] = None
    """The enlarged picture as the one entry; without one when it was held back."""
