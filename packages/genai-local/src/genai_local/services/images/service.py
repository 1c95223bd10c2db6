"""The pictures of a job, drawn by fixed rules from the prompt, the seed and the input pictures."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from ...protocol.errors import JsonObject, invalid
from .captions import details_of, drawn_prompt, seed_of
from .checks import FACTORS, SCALES, SIZES, Job
from .edits import edit
from .fields import Pictures
from .segmentation import segment

if TYPE_CHECKING:
    from ...media.pictures import Picture

_MAX_UPSCALED_PIXELS = 17_000_000


def make_pictures(job: Job, pictures: Pictures) -> list[tuple[Picture, JsonObject]]:
    """Return the pictures of a job, each with the further fields of its prediction.

    Raises:
        ApiError: 400 for an unusable input picture.
    """
    if job.task == "segmentation":
        return segment(job, pictures)
    if job.task == "upscaling":
        return [(_enlarge(job, pictures), {})]
    draw_one = {"drawing": _draw_prompt, "edit": edit, "try_on": _dress, "recontext": _place}[job.task]
    fields = {"prompt": drawn_prompt(job)} if job.parameters.get("enhancePrompt") else {}
    return [
        (draw_one(job, pictures, index), {**fields, **_safety_attributes(job, index)}) for index in range(job.count)
    ]


def positive_prompt_attributes(job: Job) -> list[JsonObject]:
    """Return the prediction with the safety attributes of the prompt, if they are requested."""
    attributes = _safety_attributes(job, -1)
    return [{"contentType": "Positive Prompt", **attributes}] if attributes else []


def _safety_attributes(job: Job, index: int) -> JsonObject:
    """Return synthetic scores: low, and equal for equal prompts."""
    if not job.parameters.get("includeSafetyAttributes"):
        return {}
    digest = hashlib.sha256(f"{job.prompt}\0{index}".encode()).digest()
    categories = ["Violence", "Sexual", "Derogatory", "Dangerous"]
    scores = [round(byte / 2550, 2) for byte in digest[: len(categories)]]
    return {"safetyAttributes": {"categories": categories, "scores": scores}}


def _draw_prompt(job: Job, pictures: Pictures, index: int) -> Picture:
    from ...media.pictures import caption, draw

    aspect: str = job.parameters.get("aspectRatio", "1:1")
    scale = SCALES[job.parameters.get("sampleImageSize", "1K")]
    size = (SIZES[aspect][0] * scale, SIZES[aspect][1] * scale)
    prompt = drawn_prompt(job)
    [first, *rest] = details_of(job, size, index)
    return caption(draw(size, prompt, seed_of(job, index)), prompt, [f"{aspect} · {first}", *rest])


def _enlarge(job: Job, pictures: Pictures) -> Picture:
    from ...media.pictures import resize

    picture = pictures.at(job.instance.get("image"), "instances[0].image")
    factor = FACTORS[job.parameters["upscaleConfig"]["upscaleFactor"]]
    size = (picture.width * factor, picture.height * factor)
    if size[0] * size[1] > _MAX_UPSCALED_PIXELS:
        raise invalid(
            "parameters.upscaleConfig.upscaleFactor",
            f"the picture would be {size[0]}x{size[1]}, more than the maximum of {_MAX_UPSCALED_PIXELS // 10**6} megapixels.",
        )
    return resize(picture, size)


def _dress(job: Job, pictures: Pictures, index: int) -> Picture:
    """Return the picture of the person with the piece of clothing in the middle."""
    from ...media.pictures import caption

    person = pictures.at(job.instance["personImage"].get("image"), "instances[0].personImage.image").copy()
    [product] = _products(job, pictures)
    _lay(person, product, (0.25, 0.3, 0.75, 0.75))
    return caption(person, drawn_prompt(job) or "Virtual try-on", details_of(job, person.size, index))


def _place(job: Job, pictures: Pictures, index: int) -> Picture:
    """Return a drawn scene with the products side by side."""
    from ...media.pictures import caption, draw

    products = _products(job, pictures)
    prompt = drawn_prompt(job) or "A product in a new scene"
    scene = draw(SIZES["1:1"], prompt, seed_of(job, index))
    for place, product in enumerate(products):
        left = place / len(products)
        _lay(scene, product, (left + 0.02, 0.12, left + 1 / len(products) - 0.02, 0.6))
    return caption(scene, prompt, details_of(job, scene.size, index))


def _products(job: Job, pictures: Pictures) -> list[Picture]:
    return [
        pictures.at(product.get("image"), f"instances[0].productImages[{place}].image")
        for place, product in enumerate(job.instance["productImages"])
    ]


def _lay(picture: Picture, thing: Picture, box: tuple[float, float, float, float]) -> None:
    """Paste the foreground of a picture into a box of another one, given in fractions of its width and height."""
    from ...media.pictures import resize
    from ...media.segments import binary, foreground

    left, top, right, bottom = (
        round(share * (picture.width if place % 2 == 0 else picture.height)) for place, share in enumerate(box)
    )
    scale = min((right - left) / thing.width, (bottom - top) / thing.height)
    size = (max(1, round(thing.width * scale)), max(1, round(thing.height * scale)))
    mask = resize(binary(foreground(thing), 100), size)
    corner = (left + (right - left - size[0]) // 2, top + (bottom - top - size[1]) // 2)
    picture.paste(resize(thing, size), corner, mask)
