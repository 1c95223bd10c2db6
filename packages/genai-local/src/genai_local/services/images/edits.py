"""Editing: a picture made from reference pictures in one of the edit modes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...protocol.errors import JsonObject, invalid
from .captions import details_of, seed_of
from .checks import SIZES, Job
from .fields import Pictures

if TYPE_CHECKING:
    from ...media.pictures import Picture, Size
    from ...media.segments import Mask

_PATH = "instances[0].referenceImages"
_INSET = 5
"""Pictures of subjects are shown at this fraction of the shorter side."""


def edit(job: Job, inputs: Pictures, index: int) -> Picture:
    """Return the edited picture with this index.

    Raises:
        ApiError: 400 for an unusable reference picture.
    """
    from PIL import Image

    from ...media.pictures import caption, draw, fit

    mode: str = job.parameters.get("editMode", "EDIT_MODE_DEFAULT")
    sent: list[JsonObject] = job.instance["referenceImages"]
    references = list(enumerate(sent))
    pictures = {
        place: inputs.at(reference.get("referenceImage"), f"{_PATH}[{place}].referenceImage")
        for place, reference in references
        if not _is_computed_mask(reference)
    }

    def of_kind(kind: str) -> list[Picture]:
        kinds = {place: reference["referenceType"] for place, reference in references}
        return [picture for place, picture in pictures.items() if kinds[place] == f"REFERENCE_TYPE_{kind}"]

    base = next(iter([*of_kind("RAW"), *of_kind("CONTENT"), *of_kind("CONTROL")]), None)
    size = _size(job, base)
    drawn = draw(size, job.prompt, seed_of(job, index))
    mask = _mask(job, base, pictures)
    if base is None:
        result = drawn
    else:
        start = fit(base, size)
        mask = None if mask is None else fit(mask, size)
        if mode == "EDIT_MODE_INPAINT_REMOVAL":
            assert mask is not None, "the checks require a mask for this mode"
            drawn = _surroundings(start, mask)
        if mask is not None:
            result = Image.composite(drawn, start, mask)
        elif mode == "EDIT_MODE_CONTROLLED_EDITING":
            result = _along_edges(start, drawn)
        else:
            result = Image.blend(start, drawn, 0.4)
    for style in of_kind("STYLE"):
        result = Image.blend(result, fit(style, size), 0.35)
    for place, subject in enumerate(of_kind("SUBJECT")):
        side = min(size) // _INSET
        result.paste(fit(subject, (side, side)), (side // 4 + place * side * 5 // 4, side // 4))
    return caption(
        result, job.prompt or "Removed", [_mode_line(job), *_descriptions(job), *details_of(job, size, index)]
    )


def _is_computed_mask(reference: JsonObject) -> bool:
    mode: str = reference.get("maskImageConfig", {}).get("maskMode", "MASK_MODE_DEFAULT")
    is_given = mode in ("MASK_MODE_DEFAULT", "MASK_MODE_USER_PROVIDED")
    return reference["referenceType"] == "REFERENCE_TYPE_MASK" and not is_given


def _size(job: Job, base: Picture | None) -> Size:
    if "aspectRatio" in job.parameters:
        return SIZES[job.parameters["aspectRatio"]]
    return base.size if base else SIZES["1:1"]


def _mask(job: Job, base: Picture | None, pictures: dict[int, Picture]) -> Mask | None:
    """Return the mask of the area to change (white), given or computed from the picture; None for the whole picture."""
    from ...media import segments

    mode: str = job.parameters.get("editMode", "EDIT_MODE_DEFAULT")
    if base is None:
        return None
    for place, reference in enumerate(job.instance["referenceImages"]):
        if reference["referenceType"] != "REFERENCE_TYPE_MASK":
            continue
        config: JsonObject = reference.get("maskImageConfig", {})
        if place in pictures:
            mask = pictures[place].convert("L")
            if mask.size != base.size:
                raise invalid(
                    f"{_PATH}[{place}].referenceImage",
                    f"the mask is {mask.width}x{mask.height} and the picture {base.width}x{base.height}; "
                    "they must have the same size.",
                )
        elif config["maskMode"] == "MASK_MODE_BACKGROUND":
            mask = segments.background(base)
        elif config["maskMode"] == "MASK_MODE_SEMANTIC":
            mask = segments.of_class(base, "", next(iter(config.get("maskClasses", [])), 0))
        else:
            mask = segments.foreground(base)
        return segments.dilate(segments.binary(mask, 100), config.get("dilation", 0))
    if mode in ("EDIT_MODE_BGSWAP", "EDIT_MODE_PRODUCT_IMAGE"):
        return segments.binary(segments.background(base), 100)
    return None


def _surroundings(picture: Picture, mask: Mask) -> Picture:
    """Return the picture with the masked area filled with the median colour outside the mask, and blurred."""
    from PIL import Image, ImageChops, ImageFilter, ImageStat

    outside = ImageChops.invert(mask)
    colour = tuple(int(value) for value in ImageStat.Stat(picture, outside if outside.getbbox() else None).median)
    return Image.composite(Image.new("RGB", picture.size, colour), picture, mask).filter(ImageFilter.GaussianBlur(8))


def _along_edges(picture: Picture, drawn: Picture) -> Picture:
    from PIL import Image, ImageFilter, ImageOps

    edges = ImageOps.autocontrast(picture.convert("L").filter(ImageFilter.FIND_EDGES))
    return Image.composite(Image.new("RGB", picture.size, "black"), drawn, edges)


def _mode_line(job: Job) -> str:
    mode: str = job.parameters.get("editMode", "EDIT_MODE_DEFAULT")
    words = mode.removeprefix("EDIT_MODE_").replace("_", " ").lower()
    steps = job.parameters.get("editConfig", {}).get("baseSteps")
    return f"edit: {words}" + (f" · {steps} steps" if steps else "")


def _descriptions(job: Job) -> list[str]:
    lines: list[str] = []
    for reference in job.instance["referenceImages"]:
        style = reference.get("styleImageConfig", {}).get("styleDescription")
        subject = reference.get("subjectImageConfig", {}).get("subjectDescription")
        lines += [f"{word}: {text}" for word, text in (("style", style), ("subject", subject)) if text]
    return lines
