"""Own the calls that change given pictures with Imagen on Vertex AI: editing with reference pictures, showing
products and clothes in new surroundings (recontext), and cutting pictures into masks (segmentation). Must not know
how pictures are made from a prompt alone.
"""

from typing import Annotated, Any, ClassVar, Union

from pydantic import model_validator
from pydantic.alias_generators import to_camel

from .._wire.marks import ITSELF, LOCAL, Reply, Wire
from ._base import CaseInSensitiveEnum, Model
from ._http import HttpOptions, HttpResponse
from ._images import GeneratedImage, Image, ImagePromptLanguage, PersonGeneration, SafetyFilterLevel


class EditMode(CaseInSensitiveEnum):
    """What `edit_image` is to do with the given picture. Vertex AI only."""

    EDIT_MODE_DEFAULT = "EDIT_MODE_DEFAULT"
    """Whatever the prompt and the references ask for, without a mask."""
    EDIT_MODE_INPAINT_REMOVAL = "EDIT_MODE_INPAINT_REMOVAL"
    """Take away what the mask covers and fill the gap to match its surroundings."""
    EDIT_MODE_INPAINT_INSERTION = "EDIT_MODE_INPAINT_INSERTION"
    """Put what the prompt describes in the place that the mask covers."""
    EDIT_MODE_OUTPAINT = "EDIT_MODE_OUTPAINT"
    """Continue the picture past its edges. The given picture is already padded to the new size, and the mask covers
    the padding."""
    EDIT_MODE_CONTROLLED_EDITING = "EDIT_MODE_CONTROLLED_EDITING"
    """Make a picture whose outlines follow a control reference."""
    EDIT_MODE_STYLE = "EDIT_MODE_STYLE"
    """Make a picture in the style of a style reference."""
    EDIT_MODE_BGSWAP = "EDIT_MODE_BGSWAP"
    """Keep what is in front and replace the background by what the prompt describes."""
    EDIT_MODE_PRODUCT_IMAGE = "EDIT_MODE_PRODUCT_IMAGE"
    """Keep the product that is shown and make new surroundings for it."""


class MaskReferenceMode(CaseInSensitiveEnum):
    """Where the mask of an edit comes from. Vertex AI only."""

    MASK_MODE_DEFAULT = "MASK_MODE_DEFAULT"
    """Left to the service."""
    MASK_MODE_USER_PROVIDED = "MASK_MODE_USER_PROVIDED"
    """From the caller: the reference picture is the mask."""
    MASK_MODE_BACKGROUND = "MASK_MODE_BACKGROUND"
    """Found by the service: everything behind the main objects."""
    MASK_MODE_FOREGROUND = "MASK_MODE_FOREGROUND"
    """Found by the service: the main objects."""
    MASK_MODE_SEMANTIC = "MASK_MODE_SEMANTIC"
    """Found by the service: objects of the kinds in `segmentation_classes`."""


class ControlReferenceType(CaseInSensitiveEnum):
    """In what form a control reference states outlines. Vertex AI only."""

    CONTROL_TYPE_DEFAULT = "CONTROL_TYPE_DEFAULT"
    """Left to the service."""
    CONTROL_TYPE_CANNY = "CONTROL_TYPE_CANNY"
    """Edges, as the Canny edge detector finds them."""
    CONTROL_TYPE_SCRIBBLE = "CONTROL_TYPE_SCRIBBLE"
    """A rough drawing by hand."""
    CONTROL_TYPE_FACE_MESH = "CONTROL_TYPE_FACE_MESH"
    """The mesh of a face, which keeps its pose and expression."""


class SubjectReferenceType(CaseInSensitiveEnum):
    """What kind of subject a subject reference shows. Vertex AI only."""

    SUBJECT_TYPE_DEFAULT = "SUBJECT_TYPE_DEFAULT"
    """Any other subject."""
    SUBJECT_TYPE_PERSON = "SUBJECT_TYPE_PERSON"
    """A person."""
    SUBJECT_TYPE_ANIMAL = "SUBJECT_TYPE_ANIMAL"
    """An animal."""
    SUBJECT_TYPE_PRODUCT = "SUBJECT_TYPE_PRODUCT"
    """A product."""


class SegmentMode(CaseInSensitiveEnum):
    """What `segment_image` makes masks of. Vertex AI only."""

    FOREGROUND = "FOREGROUND"
    """The main objects of the picture."""
    BACKGROUND = "BACKGROUND"
    """Everything but the main objects."""
    PROMPT = "PROMPT"
    """What the prompt describes in free words."""
    SEMANTIC = "SEMANTIC"
    """Objects of the classes that the prompt names; only classes from the service's list are known."""
    INTERACTIVE = "INTERACTIVE"
    """The object that the caller's scribble lies on."""


class MaskReferenceConfig(Model):
    """Say how the mask of an edit is found. Vertex AI only."""

    mask_mode: MaskReferenceMode | None = None
    """Whether the caller gives the mask or the service finds it, and from what."""

    segmentation_classes: Annotated[list[int] | None, Wire(vertex="maskClasses")] = None
    """Numbers of the kinds of objects to cover, from the table in the Vertex AI documentation. Only with
    `MASK_MODE_SEMANTIC`."""

    mask_dilation: Annotated[float | None, Wire(vertex="dilation")] = None
    """How far to grow the mask on each side, as a share of the picture's width, 0 to 1. A little, such as 0.01,
    hides rough edges of a mask."""


class ControlReferenceConfig(Model):
    """Say how a control reference is to be read. Vertex AI only."""

    control_type: ControlReferenceType | None = None
    """In what form the outlines are stated."""

    enable_control_image_computation: Annotated[bool | None, Wire(vertex="computeControl")] = None
    """Whether the reference is an ordinary picture from which the service first draws the outlines. False when it is
    the outlines already."""


class StyleReferenceConfig(Model):
    """Say what a style reference shows. Vertex AI only."""

    style_description: str | None = None
    """The style in a few words, such as "watercolour with thick outlines"."""


class SubjectReferenceConfig(Model):
    """Say what a subject reference shows. Vertex AI only."""

    subject_type: SubjectReferenceType | None = None
    """What kind of subject it is."""

    subject_description: str | None = None
    """The subject in a few words, such as "a man with short hair"."""


class _Reference(Model):
    """What the references have in common: each kind says its own type, and names its config as the request does."""

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
    """Give `edit_image` the picture that is to be changed. Vertex AI only.

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
    """Number that sets the picture apart from the other references of the call."""

    reference_type: str | None = None
    """Always "REFERENCE_TYPE_RAW"; the class sets it, not the caller."""


class MaskReferenceImage(_Reference):
    """Tell `edit_image` which part of the raw picture to change. Vertex AI only.

    Goes with a `RawReferenceImage`, which has an example.
    """

    _type = "REFERENCE_TYPE_MASK"
    _config_name = "mask_image_config"

    reference_image: Image | None = None
    """The mask, as large as the raw picture: white where it may change, black elsewhere. Left out when the service
    is to find the mask."""

    reference_id: int | None = None
    """Number that sets the picture apart from the other references of the call."""

    reference_type: str | None = None
    """Always "REFERENCE_TYPE_MASK"; the class sets it, not the caller."""

    config: Annotated[MaskReferenceConfig | None, LOCAL] = None
    """How the mask is found."""

    mask_image_config: MaskReferenceConfig | None = None
    """The same as `config`, under its name in the request; the class sets it, not the caller."""


class ControlReferenceImage(_Reference):
    """Give `edit_image` the outlines that the new picture follows. Vertex AI only."""

    _type = "REFERENCE_TYPE_CONTROL"
    _config_name = "control_image_config"

    reference_image: Image | None = None
    """The outlines, or the picture to draw them from."""

    reference_id: int | None = None
    """Number by which the prompt speaks of the picture, written "[1]" there."""

    reference_type: str | None = None
    """Always "REFERENCE_TYPE_CONTROL"; the class sets it, not the caller."""

    config: Annotated[ControlReferenceConfig | None, LOCAL] = None
    """How the picture is to be read."""

    control_image_config: ControlReferenceConfig | None = None
    """The same as `config`, under its name in the request; the class sets it, not the caller."""


class StyleReferenceImage(_Reference):
    """Give `edit_image` an example of the style that the new picture takes on. Vertex AI only."""

    _type = "REFERENCE_TYPE_STYLE"
    _config_name = "style_image_config"

    reference_image: Image | None = None
    """A picture in that style."""

    reference_id: int | None = None
    """Number by which the prompt speaks of the picture, written "[1]" there."""

    reference_type: str | None = None
    """Always "REFERENCE_TYPE_STYLE"; the class sets it, not the caller."""

    config: Annotated[StyleReferenceConfig | None, LOCAL] = None
    """What the style is."""

    style_image_config: StyleReferenceConfig | None = None
    """The same as `config`, under its name in the request; the class sets it, not the caller."""


class SubjectReferenceImage(_Reference):
    """Show `edit_image` a person, animal or thing that the new picture contains. Vertex AI only."""

    _type = "REFERENCE_TYPE_SUBJECT"
    _config_name = "subject_image_config"

    reference_image: Image | None = None
    """A picture of the subject."""

    reference_id: int | None = None
    """Number by which the prompt speaks of the picture, written "[1]" there. Several pictures of one subject share a
    number."""

    reference_type: str | None = None
    """Always "REFERENCE_TYPE_SUBJECT"; the class sets it, not the caller."""

    config: Annotated[SubjectReferenceConfig | None, LOCAL] = None
    """What the subject is."""

    subject_image_config: SubjectReferenceConfig | None = None
    """The same as `config`, under its name in the request; the class sets it, not the caller."""


class ContentReferenceImage(_Reference):
    """Show `edit_image` the content that the new picture depicts, in whatever style. Vertex AI only."""

    _type = "REFERENCE_TYPE_CONTENT"

    reference_image: Image | None = None
    """A picture with that content."""

    reference_id: int | None = None
    """Number by which the prompt speaks of the picture, written "[1]" there."""

    reference_type: str | None = None
    """Always "REFERENCE_TYPE_CONTENT"; the class sets it, not the caller."""


ReferenceImageUnion = Union[
    RawReferenceImage,
    MaskReferenceImage,
    ControlReferenceImage,
    StyleReferenceImage,
    SubjectReferenceImage,
    ContentReferenceImage,
]
"""What `edit_image` takes as a reference picture."""


def reference_of(value: Any, path: str) -> ReferenceImageUnion:
    """Return the reference picture that an object or a dict stands for. Raises `ValueError` that names its path."""
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
    """Hold the options of `edit_image`. Vertex AI only.

    To put something new in the place of a mask:

        EditImageConfig(edit_mode="EDIT_MODE_INPAINT_INSERTION", number_of_images=1)
    """

    _wire_root: ClassVar[str] = "parameters"

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """Transport settings for this call alone; they override those of the client field by field."""

    output_gcs_uri: Annotated[str | None, Wire(vertex="storageUri")] = None
    """Folder in Cloud Storage, "gs://bucket/folder/", where the service puts the pictures; they are then reported by
    `Image.gcs_uri`. Unset, the pictures come in the reply as bytes."""

    negative_prompt: str | None = None
    """What the new pictures should not show."""

    number_of_images: Annotated[int | None, Wire(vertex="sampleCount")] = None
    """How many versions of the edited picture to make; most models make 1 to 4."""

    aspect_ratio: str | None = None
    """Width to height of the new pictures, such as "4:3"."""

    guidance_scale: float | None = None
    """How strictly to follow the prompt. A large value keeps to its wording, a small one leaves the model more
    freedom and may look better."""

    seed: int | None = None
    """Start of the random numbers: the same call with the same seed gives the same pictures. Refused by the service
    together with a watermark, so set `add_watermark=False` as well."""

    safety_filter_level: Annotated[SafetyFilterLevel | None, Wire(vertex="safetySetting")] = None
    """How likely harm must be for a picture to be held back."""

    person_generation: PersonGeneration | None = None
    """Whether the new pictures may show people; `ALLOW_ADULT` when unset."""

    include_safety_attributes: bool | None = None
    """Whether to report the safety rating of each picture."""

    include_rai_reason: bool | None = None
    """Whether a picture that was held back still gets an entry in the answer, with its `rai_filtered_reason`. Unset,
    it is just missing."""

    language: ImagePromptLanguage | None = None
    """Language of the prompt; with `auto` the service finds it out."""

    output_mime_type: Annotated[str | None, Wire(vertex="outputOptions.mimeType")] = None
    """Format of the pictures: "image/png", the default, or "image/jpeg"."""

    output_compression_quality: Annotated[int | None, Wire(vertex="outputOptions.compressionQuality")] = None
    """Quality of JPEG pictures, 0 to 100; 75 when unset. Has no bearing on other formats."""

    add_watermark: bool | None = None
    """Whether to hide a SynthID watermark, invisible to the eye, in the pictures."""

    labels: Annotated[dict[str, str] | None, Wire(vertex="/labels")] = None
    """Your own keys and values under which the charges of the call appear in billing reports."""

    edit_mode: EditMode | None = None
    """What to do with the given picture; it has to go with the kinds of references given."""

    base_steps: Annotated[int | None, Wire(vertex="editConfig.baseSteps")] = None
    """How many sampling steps the model takes. More of them may give a better picture and take longer."""


class EditImageResponse(Model):
    """Hold the result of `edit_image`. Vertex AI only."""

    sdk_http_response: HttpResponse | None = None
    """HTTP reply behind this object: headers, attempts, raw bytes."""

    generated_images: Annotated[list[GeneratedImage] | None, Reply(vertex="predictions")] = None
    """The edited pictures; fewer than asked for when some were held back."""


class ProductImage(Model):
    """One view of a product, or one piece of clothing, for `recontext_image`. Vertex AI only."""

    product_image: Annotated[Image | None, Wire(vertex="image")] = None
    """The picture that shows it."""


class RecontextImageSource(Model):
    """Say what `recontext_image` starts from. Vertex AI only.

    Virtual try-on dresses a person; product recontext places a product in a described scene:

        RecontextImageSource(person_image=person, product_images=[ProductImage(product_image=jacket)])
        RecontextImageSource(prompt="On a sunny beach", product_images=[ProductImage(product_image=bottle)])
    """

    prompt: Annotated[str | None, Wire(vertex="instances[0].prompt")] = None
    """The scene for a product. Virtual try-on needs none."""

    person_image: Annotated[Image | None, Wire(vertex="instances[0].personImage.image")] = None
    """The person to dress. Only for virtual try-on."""

    product_images: Annotated[list[ProductImage] | None, Wire(vertex="instances[0].productImages")] = None
    """The piece of clothing to try on; or the product, from one or several sides. How many are taken depends on the
    model."""


class RecontextImageConfig(Model):
    """Hold the options of `recontext_image`. Vertex AI only."""

    _wire_root: ClassVar[str] = "parameters"

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """Transport settings for this call alone; they override those of the client field by field."""

    number_of_images: Annotated[int | None, Wire(vertex="sampleCount")] = None
    """How many pictures to make; most models make 1 to 4."""

    base_steps: int | None = None
    """How many sampling steps the model takes. More of them may give a better picture and take longer."""

    output_gcs_uri: Annotated[str | None, Wire(vertex="storageUri")] = None
    """Folder in Cloud Storage, "gs://bucket/folder/", where the service puts the pictures; they are then reported by
    `Image.gcs_uri`. Unset, the pictures come in the reply as bytes."""

    seed: int | None = None
    """Start of the random numbers: the same call with the same seed gives the same pictures. Refused by the service
    together with a watermark, so set `add_watermark=False` as well."""

    safety_filter_level: Annotated[SafetyFilterLevel | None, Wire(vertex="safetySetting")] = None
    """How likely harm must be for a picture to be held back."""

    person_generation: PersonGeneration | None = None
    """Whether the new pictures may show people."""

    add_watermark: bool | None = None
    """Whether to hide a SynthID watermark, invisible to the eye, in the pictures."""

    output_mime_type: Annotated[str | None, Wire(vertex="outputOptions.mimeType")] = None
    """Format of the pictures: "image/png", the default, or "image/jpeg"."""

    output_compression_quality: Annotated[int | None, Wire(vertex="outputOptions.compressionQuality")] = None
    """Quality of JPEG pictures, 0 to 100; 75 when unset. Has no bearing on other formats."""

    enhance_prompt: bool | None = None
    """Whether a language model may rewrite the prompt with more detail first."""

    labels: Annotated[dict[str, str] | None, Wire(vertex="/labels")] = None
    """Your own keys and values under which the charges of the call appear in billing reports."""


class RecontextImageResponse(Model):
    """Hold the result of `recontext_image`. Vertex AI only."""

    generated_images: Annotated[list[GeneratedImage] | None, Reply(vertex="predictions")] = None
    """The new pictures; fewer than asked for when some were held back."""


class ScribbleImage(Model):
    """Mark the object that `segment_image` is to cut out. Vertex AI only."""

    image: Image | None = None
    """A drawing as large as the picture, black except for white strokes on the object."""


class SegmentImageSource(Model):
    """Say what `segment_image` starts from. Vertex AI only.

    To cut out what a description names, with the mode `PROMPT`:

        SegmentImageSource(image=picture, prompt="the dog on the left")
    """

    prompt: Annotated[str | None, Wire(vertex="instances[0].prompt")] = None
    """What to make masks of: a description for the mode `PROMPT`, names of classes for `SEMANTIC`. The other modes
    take none."""

    image: Annotated[Image | None, Wire(vertex="instances[0].image")] = None
    """The picture to make masks for."""

    scribble_image: Annotated[ScribbleImage | None, Wire(vertex="instances[0].scribble")] = None
    """Where the object lies. Needed by the mode `INTERACTIVE` and only by it."""


class SegmentImageConfig(Model):
    """Hold the options of `segment_image`. Vertex AI only."""

    _wire_root: ClassVar[str] = "parameters"

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """Transport settings for this call alone; they override those of the client field by field."""

    mode: SegmentMode | None = None
    """What to make masks of."""

    max_predictions: int | None = None
    """At most how many masks to return."""

    confidence_threshold: float | None = None
    """Leave out masks that the model is less sure of than this, 0 to 1."""

    mask_dilation: float | None = None
    """How far to grow each mask, 0 to 1; it widens masks that cut too close."""

    binary_color_threshold: float | None = None
    """Grey level, between 0 and 255, from which a pixel of the mask turns white while the rest turns black; -1 keeps
    the shades of grey."""

    labels: Annotated[dict[str, str] | None, Wire(vertex="/labels")] = None
    """Your own keys and values under which the charges of the call appear in billing reports."""


class EntityLabel(Model):
    """Name what a mask covers. Vertex AI only."""

    label: str | None = None
    """The kind of object, such as "dog"."""

    score: float | None = None
    """How sure the model is of it, 0 to 1."""


class GeneratedImageMask(Model):
    """One mask of an answer. Vertex AI only.

    API: one of the `predictions`.
    """

    mask: Annotated[Image | None, ITSELF] = None
    """A grey picture: the lighter a pixel, the more it belongs to what was found."""

    labels: list[EntityLabel] | None = None
    """What the mask covers, where the service names it."""


class SegmentImageResponse(Model):
    """Hold the result of `segment_image`. Vertex AI only."""

    generated_masks: Annotated[list[GeneratedImageMask] | None, Reply(vertex="predictions")] = None
    """The masks that were found."""
