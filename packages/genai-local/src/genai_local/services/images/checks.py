"""Checks of requests for pictures: the task, and its settings within the limits of the service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast

from ...protocol.errors import JsonObject, invalid
from ...protocol.limits import MAX_REFERENCES
from ...protocol.messages import Surface
from ...protocol.payload import read_message
from .fields import PICTURE_TYPES, check_texts, choice, number, storage_uri, the_instance, whole_number

Task = Literal["drawing", "edit", "upscaling", "try_on", "recontext", "segmentation"]

_MESSAGES: dict[Task, tuple[str, str]] = {
    "drawing": ("PictureGenerationInstance", "PictureGenerationParameters"),
    "edit": ("PictureEditInstance", "PictureEditParameters"),
    "upscaling": ("PictureUpscaleInstance", "PictureUpscaleParameters"),
    "try_on": ("PictureRecontextInstance", "PictureRecontextParameters"),
    "recontext": ("PictureRecontextInstance", "PictureRecontextParameters"),
    "segmentation": ("PictureSegmentationInstance", "PictureSegmentationParameters"),
}
SIZES: dict[str, tuple[int, int]] = {
    "1:1": (1024, 1024),
    "3:4": (896, 1280),
    "4:3": (1280, 896),
    "9:16": (768, 1408),
    "16:9": (1408, 768),
}
"""Width and height of a picture of size 1K for each aspect ratio."""
SCALES = {"1K": 1, "2K": 2}
FACTORS = {"x2": 2, "x3": 3, "x4": 4}
_MAX_SEED = 2**32 - 1
_MAX_PRODUCTS = 3


@dataclass(frozen=True)
class Job:
    """A checked request for pictures. Its input pictures are not decoded yet."""

    task: Task
    model: str
    instance: JsonObject
    parameters: JsonObject
    prompt: str
    count: int
    seed: int | None
    mime_type: str
    quality: int
    storage_uri: str | None
    watermark: bool

    @property
    def request(self) -> JsonObject:
        """The request with camelCase names, for the rules of a script."""
        return {"model": self.model, "instances": [self.instance], "parameters": self.parameters}


def read_job(model: str, request: JsonObject, surface: Surface) -> Job:
    """Return the job of a canonical PredictRequest.

    Raises:
        ApiError: 400 for a field that is unknown, missing or out of range.
    """
    raw_instance: object = the_instance(request)
    raw_parameters: object = request.get("parameters") or JsonObject()
    task: Task = "drawing" if surface == "gemini" else _task(model, raw_instance, raw_parameters)
    instance_message, parameters_message = _MESSAGES[task]
    instance = read_message(raw_instance, instance_message, surface, "instances[0]")
    parameters = read_message(raw_parameters, parameters_message, surface, "parameters")
    check_texts(instance, "instances[0]")
    check_texts(parameters, "parameters")
    check_common(parameters)
    output: JsonObject = parameters.get("outputOptions", {})
    job = Job(
        task,
        model,
        instance,
        parameters,
        prompt=instance.get("prompt", ""),
        count=whole_number(parameters, "parameters.sampleCount", 1, 4, 4 if task in ("drawing", "edit") else 1),
        seed=parameters.get("seed"),
        mime_type=choice(output, "parameters.outputOptions.mimeType", PICTURE_TYPES, PICTURE_TYPES[0]),
        quality=whole_number(output, "parameters.outputOptions.compressionQuality", 0, 100, 75),
        storage_uri=storage_uri(parameters),
        watermark=parameters.get("addWatermark", True),
    )
    if "compressionQuality" in output and job.mime_type != "image/jpeg":
        raise invalid("parameters.outputOptions.compressionQuality", "requires mimeType image/jpeg.")
    _CHECKS[task](job)
    return job


def _task(model: str, instance: object, parameters: object) -> Task:
    """Return the task, from the name of the model or from the fields of the request."""
    if model.startswith("image-segmentation"):
        return "segmentation"
    if model.startswith("virtual-try-on"):
        return "try_on"
    if "product-recontext" in model:
        return "recontext"
    objects = [cast("JsonObject", value) for value in (instance, parameters) if isinstance(value, dict)]
    sent = {name for value in objects for name in value}
    if sent & {"mode", "upscaleConfig", "upscale_config"}:
        return "upscaling"
    return "edit" if sent & {"referenceImages", "reference_images"} else "drawing"


def check_common(parameters: JsonObject) -> None:
    """Check the seed and the guidance scale.

    Raises:
        ApiError: 400 for a value out of range, or a seed without effect.
    """
    number(parameters, "parameters.seed", 0, _MAX_SEED)
    number(parameters, "parameters.guidanceScale", 0, 500)
    if parameters.get("seed") is not None and parameters.get("addWatermark", True):
        raise invalid("parameters.seed", "cannot be combined with a watermark; set addWatermark to false.")


def _check_prompt(job: Job) -> None:
    if not job.prompt.strip():
        raise invalid("instances[0].prompt", "is empty; describe the picture.")


def _check_drawing(job: Job) -> None:
    _check_prompt(job)
    choice(job.parameters, "parameters.aspectRatio", list(SIZES), "1:1")
    choice(job.parameters, "parameters.sampleImageSize", list(SCALES), "1K")


def _check_edit(job: Job) -> None:
    references: list[JsonObject] = job.instance.get("referenceImages", [])
    path = "instances[0].referenceImages"
    mode: str = job.parameters.get("editMode", "EDIT_MODE_DEFAULT")
    kinds = {reference.get("referenceType") for reference in references}
    if not references:
        raise invalid(path, "is empty; give at least one picture to edit.")
    if len(references) > MAX_REFERENCES:
        raise invalid(path, f"expected at most {MAX_REFERENCES} pictures, not {len(references)}.")
    ids: list[int] = []
    for index, reference in enumerate(references):
        kind = reference.get("referenceType")
        if kind is None:
            raise invalid(f"{path}[{index}].referenceType", "is missing.")
        if "referenceId" in reference:
            ids.append(reference["referenceId"])
        for name, owner in _CONFIG_OWNERS.items():
            if name in reference and kind != owner:
                raise invalid(f"{path}[{index}].{name}", f"requires {owner}, not {kind}.")
        mask_path = f"{path}[{index}].maskImageConfig.dilation"
        number(reference.get("maskImageConfig", {}), mask_path, 0, 1)
    if len(ids) != len(set(ids)):
        raise invalid(path, "two pictures have the same referenceId; use different ids.")
    needed = {"REFERENCE_TYPE_RAW"} if mode in _MODES_OF_RAW else set[str]()
    if mode in _MODES_OF_MASK:
        needed.add("REFERENCE_TYPE_MASK")
    missing = sorted(needed - kinds)
    if missing:
        raise invalid(path, f"editMode {mode} requires a picture of {' and one of '.join(missing)}.")
    if "REFERENCE_TYPE_MASK" in kinds and not kinds & _MASKED_KINDS:
        raise invalid(path, "a mask requires a picture to apply it to, for example of REFERENCE_TYPE_RAW.")
    if mode != "EDIT_MODE_INPAINT_REMOVAL":
        _check_prompt(job)
    choice(job.parameters, "parameters.aspectRatio", list(SIZES), "1:1")
    number(job.parameters.get("editConfig", {}), "parameters.editConfig.baseSteps", 1, 100)


_CONFIG_OWNERS = {
    "maskImageConfig": "REFERENCE_TYPE_MASK",
    "controlImageConfig": "REFERENCE_TYPE_CONTROL",
    "styleImageConfig": "REFERENCE_TYPE_STYLE",
    "subjectImageConfig": "REFERENCE_TYPE_SUBJECT",
}
_MASKED_KINDS = {"REFERENCE_TYPE_RAW", "REFERENCE_TYPE_CONTENT", "REFERENCE_TYPE_CONTROL"}
_MODES_OF_MASK = {"EDIT_MODE_INPAINT_REMOVAL", "EDIT_MODE_INPAINT_INSERTION", "EDIT_MODE_OUTPAINT"}
_MODES_OF_RAW = _MODES_OF_MASK | {"EDIT_MODE_BGSWAP", "EDIT_MODE_PRODUCT_IMAGE"}


def _check_upscaling(job: Job) -> None:
    config: JsonObject = job.parameters.get("upscaleConfig", {})
    choice(job.parameters, "parameters.mode", ["upscale"], "")
    choice(config, "parameters.upscaleConfig.upscaleFactor", list(FACTORS), "")
    number(config, "parameters.upscaleConfig.imagePreservationFactor", 0, 1)
    if job.count != 1:
        raise invalid("parameters.sampleCount", f"expected 1 for mode upscale, not {job.count}.")


def _check_try_on(job: Job) -> None:
    if "personImage" not in job.instance:
        raise invalid("instances[0].personImage", "is missing; give a picture of a person.")
    products: list[JsonObject] = job.instance.get("productImages", [])
    if len(products) != 1:
        raise invalid("instances[0].productImages", f"expected one picture of clothing, not {len(products)}.")
    number(job.parameters, "parameters.baseSteps", 1, 100)


def _check_recontext(job: Job) -> None:
    if "personImage" in job.instance:
        raise invalid(
            "instances[0].personImage", f"{job.model} draws scenes with products and does not accept a person."
        )
    products: list[JsonObject] = job.instance.get("productImages", [])
    if not 1 <= len(products) <= _MAX_PRODUCTS:
        raise invalid(
            "instances[0].productImages", f"expected 1 to {_MAX_PRODUCTS} pictures of a product, not {len(products)}."
        )
    number(job.parameters, "parameters.baseSteps", 1, 100)


def _check_segmentation(job: Job) -> None:
    mode: str = job.parameters.get("mode", "FOREGROUND")
    if mode in ("PROMPT", "SEMANTIC") and not job.prompt.strip():
        raise invalid("instances[0].prompt", f"is empty; mode {mode} requires a prompt that names the objects.")
    if mode == "INTERACTIVE" and "scribble" not in job.instance:
        raise invalid("instances[0].scribble", "is missing; mode INTERACTIVE requires it.")
    if mode != "INTERACTIVE" and "scribble" in job.instance:
        raise invalid("instances[0].scribble", f"requires mode INTERACTIVE, not {mode}.")
    number(job.parameters, "parameters.maxPredictions", 1, 100)
    number(job.parameters, "parameters.confidenceThreshold", 0, 1)
    number(job.parameters, "parameters.maskDilation", 0, 1)
    number(job.parameters, "parameters.binaryColorThreshold", -1, 255)


_CHECKS = {
    "drawing": _check_drawing,
    "edit": _check_edit,
    "upscaling": _check_upscaling,
    "try_on": _check_try_on,
    "recontext": _check_recontext,
    "segmentation": _check_segmentation,
}
