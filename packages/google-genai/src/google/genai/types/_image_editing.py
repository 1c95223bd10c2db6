"""Calls that change existing pictures with Imagen on Vertex AI: editing with reference pictures, recontextualizing
products and clothes, and segmentation into masks. Not part of this module: generating pictures from a prompt alone (see
`_images`).
"""

from typing import Annotated, Any, ClassVar, Union

from pydantic import model_validator
from pydantic.alias_generators import to_camel

from .._wire.marks import ITSELF, LOCAL, Reply, Wire
from ._base import CaseInSensitiveEnum, Model
from ._http import HttpOptions, HttpResponse
from ._images import GeneratedImage, Image, ImagePromptLanguage, PersonGeneration, SafetyFilterLevel


class EditMode(CaseInSensitiveEnum):
    """Kind of edit that `edit_image` makes. Vertex AI only."""

    EDIT_MODE_DEFAULT = "EDIT_MODE_DEFAULT"
    """Follow the prompt and the references, without a mask."""
    EDIT_MODE_INPAINT_REMOVAL = "EDIT_MODE_INPAINT_REMOVAL"
    """Remove the object under the mask, and fill the gap to match the surroundings."""
    EDIT_MODE_INPAINT_INSERTION = "EDIT_MODE_INPAINT_INSERTION"
    """Insert the object that the prompt describes under the mask."""
    EDIT_MODE_OUTPAINT = "EDIT_MODE_OUTPAINT"
    """Extend the picture beyond its edges. The given picture must already be padded to the new size, and the mask must
    cover the padding.
    """
    EDIT_MODE_CONTROLLED_EDITING = "EDIT_MODE_CONTROLLED_EDITING"
    """Generate a picture whose outlines follow a control reference."""
    EDIT_MODE_STYLE = "EDIT_MODE_STYLE"
    """Generate a picture in the style of a style reference."""
    EDIT_MODE_BGSWAP = "EDIT_MODE_BGSWAP"
    """Keep the foreground, and replace the background by the one that the prompt describes."""
    EDIT_MODE_PRODUCT_IMAGE = "EDIT_MODE_PRODUCT_IMAGE"
    """Keep the product, and generate new surroundings for it."""


class MaskReferenceMode(CaseInSensitiveEnum):
    """Source of the mask of an edit. Vertex AI only."""

    MASK_MODE_DEFAULT = "MASK_MODE_DEFAULT"
    """The service chooses."""
    MASK_MODE_USER_PROVIDED = "MASK_MODE_USER_PROVIDED"
    """The reference picture is the mask."""
    MASK_MODE_BACKGROUND = "MASK_MODE_BACKGROUND"
    """Detected by the service: everything behind the main objects."""
    MASK_MODE_FOREGROUND = "MASK_MODE_FOREGROUND"
    """Detected by the service: the main objects."""
    MASK_MODE_SEMANTIC = "MASK_MODE_SEMANTIC"
    """Detected by the service: objects of the classes in `segmentation_classes`."""


class ControlReferenceType(CaseInSensitiveEnum):
    """Form of the outlines in a control reference. Vertex AI only."""

    CONTROL_TYPE_DEFAULT = "CONTROL_TYPE_DEFAULT"
    """The service chooses."""
    CONTROL_TYPE_CANNY = "CONTROL_TYPE_CANNY"
    """Edges found by the Canny edge detector."""
    CONTROL_TYPE_SCRIBBLE = "CONTROL_TYPE_SCRIBBLE"
    """A rough hand drawing."""
    CONTROL_TYPE_FACE_MESH = "CONTROL_TYPE_FACE_MESH"
    """A face mesh, which keeps pose and expression."""


class SubjectReferenceType(CaseInSensitiveEnum):
    """Kind of subject in a subject reference. Vertex AI only."""

    SUBJECT_TYPE_DEFAULT = "SUBJECT_TYPE_DEFAULT"
    """Any other subject."""
    SUBJECT_TYPE_PERSON = "SUBJECT_TYPE_PERSON"
    """A person."""
    SUBJECT_TYPE_ANIMAL = "SUBJECT_TYPE_ANIMAL"
    """An animal."""
    SUBJECT_TYPE_PRODUCT = "SUBJECT_TYPE_PRODUCT"
    """A product."""


class SegmentMode(CaseInSensitiveEnum):
    """What `segment_image` creates masks of. Vertex AI only."""

    FOREGROUND = "FOREGROUND"
    """The main objects of the picture."""
    BACKGROUND = "BACKGROUND"
    """Everything except the main objects."""
    PROMPT = "PROMPT"
    """The objects that the prompt describes in free text."""
    SEMANTIC = "SEMANTIC"
    """Objects of the classes that the prompt names, from the service's list of classes."""
    INTERACTIVE = "INTERACTIVE"
    """The object marked by the scribble."""


class MaskReferenceConfig(Model):
    """Settings for the mask of an edit. Vertex AI only."""

    mask_mode: MaskReferenceMode | None = None
    """Source of the mask: the caller, or detection by the service."""

    segmentation_classes: Annotated[list[int] | None, Wire(vertex="maskClasses")] = None
    """Numbers of the object classes to mask, from the table in the Vertex AI documentation. Only with
    `MASK_MODE_SEMANTIC`.
    """

    mask_dilation: Annotated[float | None, Wire(vertex="dilation")] = None
    """Amount by which to grow the mask on each side, as a fraction of the picture's width, 0 to 1. A small value such
    as 0.01 compensates for inaccurate edges.
    """


class ControlReferenceConfig(Model):
    """Settings for a control reference. Vertex AI only."""

    control_type: ControlReferenceType | None = None
    """Form of the outlines."""

    enable_control_image_computation: Annotated[bool | None, Wire(vertex="computeControl")] = None
    """Whether the service first computes the outlines from the reference picture. False if the reference already
    consists of outlines.
    """


class StyleReferenceConfig(Model):
    """Description of a style reference. Vertex AI only."""

    style_description: str | None = None
    """Short description of the style, such as "watercolour with thick outlines"."""


class SubjectReferenceConfig(Model):
    """Description of a subject reference. Vertex AI only."""

    subject_type: SubjectReferenceType | None = None
    """Kind of subject."""

    subject_description: str | None = None
    """Short description of the subject, such as "a man with short hair"."""


class _Reference(Model):
    """Base of the reference pictures. Each subclass states its type, and the name of its config in the request."""

    _type: ClassVar[str]
    _config_name: ClassVar[str | None] = None

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        given: dict[str, Any] = dict(data)  # pyright: ignore[reportUnknownArgumentType] - keys are checked afterwards
        for spelling in ("reference_type", "referenceType"):
            if given.pop(spelling, None) not in (None, cls._type):
                raise ValueError(f"{spelling} of a {cls.__name__} is always {cls._type!r}; leave it out.")
        given["reference_type"] = cls._type
        if cls._config_name and given.get("config") is not None:
            given.pop(to_camel(cls._config_name), None)
            given[cls._config_name] = given["config"]
        return given


class RawReferenceImage(_Reference):
    """The picture that `edit_image` changes. Vertex AI only.

    To replace the background of a picture:

        reference_images=[
            RawReferenceImage(reference_id=1, reference_image=picture),
            MaskReferenceImage(reference_id=2, config=MaskReferenceConfig(mask_mode="MASK_MODE_BACKGROUND")),
        ]
    """

    _type = "REFERENCE_TYPE_RAW"

    reference_image: Image | None = None
    """The picture to change."""

    reference_id: int | None = None
    """Number of the picture, unique among the references of the call."""

    reference_type: str | None = None
    """Always "REFERENCE_TYPE_RAW". The class sets it; leave it out."""


class MaskReferenceImage(_Reference):
    """Mask of the part of the raw picture that `edit_image` changes. Vertex AI only.

    Used together with a `RawReferenceImage`, which has an example.
    """

    _type = "REFERENCE_TYPE_MASK"
    _config_name = "mask_image_config"

    reference_image: Image | None = None
    """The mask, as large as the raw picture: white where the picture may change, black elsewhere. Omit it if the
    service detects the mask.
    """

    reference_id: int | None = None
    """Number of the picture, unique among the references of the call."""

    reference_type: str | None = None
    """Always "REFERENCE_TYPE_MASK". The class sets it; leave it out."""

    config: Annotated[MaskReferenceConfig | None, LOCAL] = None
    """Settings for the mask."""

    mask_image_config: MaskReferenceConfig | None = None
    """The same as `config`, under its name in the request. The class sets it; leave it out."""


class ControlReferenceImage(_Reference):
    """Outlines that the new picture of `edit_image` follows. Vertex AI only."""

    _type = "REFERENCE_TYPE_CONTROL"
    _config_name = "control_image_config"

    reference_image: Image | None = None
    """The outlines, or a picture from which to compute them."""

    reference_id: int | None = None
    """Number by which the prompt refers to the picture, for example "[1]"."""

    reference_type: str | None = None
    """Always "REFERENCE_TYPE_CONTROL". The class sets it; leave it out."""

    config: Annotated[ControlReferenceConfig | None, LOCAL] = None
    """Settings for the outlines."""

    control_image_config: ControlReferenceConfig | None = None
    """The same as `config`, under its name in the request. The class sets it; leave it out."""


class StyleReferenceImage(_Reference):
    """Example of the style for the new picture of `edit_image`. Vertex AI only."""

    _type = "REFERENCE_TYPE_STYLE"
    _config_name = "style_image_config"

    reference_image: Image | None = None
    """A picture in that style."""

    reference_id: int | None = None
    """Number by which the prompt refers to the picture, for example "[1]"."""

    reference_type: str | None = None
    """Always "REFERENCE_TYPE_STYLE". The class sets it; leave it out."""

    config: Annotated[StyleReferenceConfig | None, LOCAL] = None
    """Description of the style."""

    style_image_config: StyleReferenceConfig | None = None
    """The same as `config`, under its name in the request. The class sets it; leave it out."""


class SubjectReferenceImage(_Reference):
    """A person, animal or thing that the new picture of `edit_image` contains. Vertex AI only."""

    _type = "REFERENCE_TYPE_SUBJECT"
    _config_name = "subject_image_config"

    reference_image: Image | None = None
    """A picture of the subject."""

    reference_id: int | None = None
    """Number by which the prompt refers to the picture, for example "[1]". Several pictures of one subject have the
    same number.
    """

    reference_type: str | None = None
    """Always "REFERENCE_TYPE_SUBJECT". The class sets it; leave it out."""

    config: Annotated[SubjectReferenceConfig | None, LOCAL] = None
    """Kind and description of the subject."""

    subject_image_config: SubjectReferenceConfig | None = None
    """The same as `config`, under its name in the request. The class sets it; leave it out."""


class ContentReferenceImage(_Reference):
    """Content that the new picture of `edit_image` shows, in any style. Vertex AI only."""

    _type = "REFERENCE_TYPE_CONTENT"

    reference_image: Image | None = None
    """A picture with that content."""

    reference_id: int | None = None
    """Number by which the prompt refers to the picture, for example "[1]"."""

    reference_type: str | None = None
    """Always "REFERENCE_TYPE_CONTENT". The class sets it; leave it out."""


ReferenceImageUnion = Union[
    RawReferenceImage,
    MaskReferenceImage,
    ControlReferenceImage,
    StyleReferenceImage,
    SubjectReferenceImage,
    ContentReferenceImage,
]
"""Any reference picture that `edit_image` accepts."""


def reference_of(value: Any, path: str) -> ReferenceImageUnion:
    """Return an object or a dict as a reference picture. Raises `ValueError` with its path."""
    if isinstance(value, _Reference):
        return value  # pyright: ignore[reportReturnType] - each class derived from it is in the union
    if not isinstance(value, dict):
        raise ValueError(
            f"{path}: expected a reference image such as types.RawReferenceImage, got {type(value).__name__}."
        )
    given: dict[str, Any] = value  # pyright: ignore[reportUnknownVariableType] - keys are checked by the class
    kind = given.get("reference_type", given.get("referenceType"))
    for cls in (*_KINDS, RawReferenceImage):
        config_name = cls._config_name
        by_config = config_name and (config_name in given or to_camel(config_name) in given)
        if kind == cls._type or (kind is None and by_config):
            return cls.model_validate(given)
    raise ValueError(
        f"{path}.reference_type: expected one of {', '.join(each._type for each in (RawReferenceImage, *_KINDS))}, got {kind!r}."
    )


_KINDS = (MaskReferenceImage, ControlReferenceImage, StyleReferenceImage, SubjectReferenceImage, ContentReferenceImage)


class EditImageConfig(Model):
    """Options of `edit_image`. Vertex AI only.

    To insert an object under a mask:

        EditImageConfig(edit_mode="EDIT_MODE_INPAINT_INSERTION", number_of_images=1)
    """

    _wire_root: ClassVar[str] = "parameters"

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """HTTP options for this call; each field set here overrides the client's."""

    output_gcs_uri: Annotated[str | None, Wire(vertex="storageUri")] = None
    """Folder in Cloud Storage, "gs://bucket/folder/", where the service stores the pictures; `Image.gcs_uri` then
    contains their addresses. When unset, the reply contains the pictures as bytes.
    """

    negative_prompt: str | None = None
    """Description of what the new pictures should not show."""

    number_of_images: Annotated[int | None, Wire(vertex="sampleCount")] = None
    """Number of versions of the edited picture to generate; most models generate 1 to 4."""

    aspect_ratio: str | None = None
    """Ratio of width to height of the new pictures, such as "4:3"."""

    guidance_scale: float | None = None
    """How strictly the model follows the prompt. A large value stays close to the wording; a small value gives the
    model more freedom and may look better.
    """

    seed: int | None = None
    """Seed of the random number generator: the same call with the same seed returns the same pictures. The service
    refuses a seed together with a watermark, so also set `add_watermark=False`.
    """

    safety_filter_level: Annotated[SafetyFilterLevel | None, Wire(vertex="safetySetting")] = None
    """How likely harm must be before a picture is blocked."""

    person_generation: PersonGeneration | None = None
    """Whether the new pictures may show people; `ALLOW_ADULT` when unset."""

    include_safety_attributes: bool | None = None
    """Whether to return the safety rating of each picture."""

    include_rai_reason: bool | None = None
    """Whether a blocked picture still has an entry in the response, with its `rai_filtered_reason`. When unset, the
    picture is missing.
    """

    language: ImagePromptLanguage | None = None
    """Language of the prompt; with `auto` the service detects it."""

    output_mime_type: Annotated[str | None, Wire(vertex="outputOptions.mimeType")] = None
    """Format of the pictures: "image/png", the default, or "image/jpeg"."""

    output_compression_quality: Annotated[int | None, Wire(vertex="outputOptions.compressionQuality")] = None
    """Quality of JPEG pictures, 0 to 100; 75 when unset. No effect on other formats."""

    add_watermark: bool | None = None
    """Whether to embed an invisible SynthID watermark in the pictures."""

    labels: Annotated[dict[str, str] | None, Wire(vertex="/labels")] = None
    """Your own key-value pairs, by which billing reports can group the cost of the call."""

    edit_mode: EditMode | None = None
    """Kind of edit; it must match the kinds of the given references."""

    base_steps: Annotated[int | None, Wire(vertex="editConfig.baseSteps")] = None
    """Number of sampling steps. More steps may give a better picture and take longer."""


class EditImageResponse(Model):
    """Result of `edit_image`. Vertex AI only."""

    sdk_http_response: HttpResponse | None = None
    """HTTP response that this object was read from: headers, attempts, raw bytes."""

    generated_images: Annotated[list[GeneratedImage] | None, Reply(vertex="predictions")] = None
    """The edited pictures; fewer than requested if some were blocked."""


class ProductImage(Model):
    """A view of a product, or a piece of clothing, for `recontext_image`. Vertex AI only."""

    product_image: Annotated[Image | None, Wire(vertex="image")] = None
    """The picture."""


class RecontextImageSource(Model):
    """Input of `recontext_image`. Vertex AI only.

    Virtual try-on dresses a person; product recontextualization places a product in a described scene:

        RecontextImageSource(person_image=person, product_images=[ProductImage(product_image=jacket)])
        RecontextImageSource(prompt="On a sunny beach", product_images=[ProductImage(product_image=bottle)])
    """

    prompt: Annotated[str | None, Wire(vertex="instances[0].prompt")] = None
    """Description of the scene for a product. Virtual try-on needs none."""

    person_image: Annotated[Image | None, Wire(vertex="instances[0].personImage.image")] = None
    """The person to dress. Only for virtual try-on."""

    product_images: Annotated[list[ProductImage] | None, Wire(vertex="instances[0].productImages")] = None
    """The piece of clothing to try on, or the product from one or more sides. The maximum number depends on the model."""


class RecontextImageConfig(Model):
    """Options of `recontext_image`. Vertex AI only."""

    _wire_root: ClassVar[str] = "parameters"

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """HTTP options for this call; each field set here overrides the client's."""

    number_of_images: Annotated[int | None, Wire(vertex="sampleCount")] = None
    """Number of pictures to generate; most models generate 1 to 4."""

    base_steps: int | None = None
    """Number of sampling steps. More steps may give a better picture and take longer."""

    output_gcs_uri: Annotated[str | None, Wire(vertex="storageUri")] = None
    """Folder in Cloud Storage, "gs://bucket/folder/", where the service stores the pictures; `Image.gcs_uri` then
    contains their addresses. When unset, the reply contains the pictures as bytes.
    """

    seed: int | None = None
    """Seed of the random number generator: the same call with the same seed returns the same pictures. The service
    refuses a seed together with a watermark, so also set `add_watermark=False`.
    """

    safety_filter_level: Annotated[SafetyFilterLevel | None, Wire(vertex="safetySetting")] = None
    """How likely harm must be before a picture is blocked."""

    person_generation: PersonGeneration | None = None
    """Whether the new pictures may show people."""

    add_watermark: bool | None = None
    """Whether to embed an invisible SynthID watermark in the pictures."""

    output_mime_type: Annotated[str | None, Wire(vertex="outputOptions.mimeType")] = None
    """Format of the pictures: "image/png", the default, or "image/jpeg"."""

    output_compression_quality: Annotated[int | None, Wire(vertex="outputOptions.compressionQuality")] = None
    """Quality of JPEG pictures, 0 to 100; 75 when unset. No effect on other formats."""

    enhance_prompt: bool | None = None
    """Whether a language model may first rewrite the prompt with more detail."""

    labels: Annotated[dict[str, str] | None, Wire(vertex="/labels")] = None
    """Your own key-value pairs, by which billing reports can group the cost of the call."""


class RecontextImageResponse(Model):
    """Result of `recontext_image`. Vertex AI only."""

    generated_images: Annotated[list[GeneratedImage] | None, Reply(vertex="predictions")] = None
    """The new pictures; fewer than requested if some were blocked."""


class ScribbleImage(Model):
    """Drawing that marks the object for `segment_image`. Vertex AI only."""

    image: Image | None = None
    """A drawing as large as the picture, black except for white strokes on the object."""


class SegmentImageSource(Model):
    """Input of `segment_image`. Vertex AI only.

    To segment the object that a prompt describes, with the mode `PROMPT`:

        SegmentImageSource(image=picture, prompt="the dog on the left")
    """

    prompt: Annotated[str | None, Wire(vertex="instances[0].prompt")] = None
    """What to create masks of: a description for the mode `PROMPT`, names of classes for `SEMANTIC`. The other modes
    take no prompt.
    """

    image: Annotated[Image | None, Wire(vertex="instances[0].image")] = None
    """The picture to segment."""

    scribble_image: Annotated[ScribbleImage | None, Wire(vertex="instances[0].scribble")] = None
    """Drawing that marks the object. Required for the mode `INTERACTIVE`, and only for it."""


class SegmentImageConfig(Model):
    """Options of `segment_image`. Vertex AI only."""

    _wire_root: ClassVar[str] = "parameters"

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """HTTP options for this call; each field set here overrides the client's."""

    mode: SegmentMode | None = None
    """What to create masks of."""

    max_predictions: int | None = None
    """Maximum number of masks to return."""

    confidence_threshold: float | None = None
    """Minimum confidence, 0 to 1; masks with less confidence are not returned."""

    mask_dilation: float | None = None
    """Amount by which to grow each mask, 0 to 1; useful if masks are too tight."""

    binary_color_threshold: float | None = None
    """Grey level, 0 to 255, from which a pixel of the mask becomes white; all other pixels become black. -1 keeps the
    grey levels.
    """

    labels: Annotated[dict[str, str] | None, Wire(vertex="/labels")] = None
    """Your own key-value pairs, by which billing reports can group the cost of the call."""


class EntityLabel(Model):
    """Label of the object under a mask. Vertex AI only."""

    label: str | None = None
    """Kind of object, such as "dog"."""

    score: float | None = None
    """Confidence of the model, 0 to 1."""


class GeneratedImageMask(Model):
    """A mask in the result of `segment_image`. Vertex AI only.

    API: one of the `predictions`.
    """

    mask: Annotated[Image | None, ITSELF] = None
    """A greyscale picture: the lighter a pixel, the more it belongs to the object."""

    labels: list[EntityLabel] | None = None
    """Labels of the object under the mask, if the service sends them."""


class SegmentImageResponse(Model):
    """Result of `segment_image`. Vertex AI only."""

    generated_masks: Annotated[list[GeneratedImageMask] | None, Reply(vertex="predictions")] = None
    """The masks."""
