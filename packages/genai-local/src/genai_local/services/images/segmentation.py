"""Segmentation: the masks of a job, each with its label and score."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...protocol.errors import JsonObject, invalid
from ...protocol.limits import MAX_LABELS
from .checks import Job
from .fields import Pictures

if TYPE_CHECKING:
    from ...media.pictures import Picture
    from ...media.segments import Segment


def segment(job: Job, pictures: Pictures) -> list[tuple[Picture, JsonObject]]:
    """Return the masks of a job, in the order of their scores.

    Raises:
        ApiError: 400 for an unusable input picture.
    """
    from ...media.segments import binary, dilate

    settings = job.parameters
    threshold: float = settings.get("binaryColorThreshold", 96)
    result: list[tuple[Picture, JsonObject]] = []
    for found in sorted(_segments(job, pictures), key=lambda item: -item.score):
        if found.score < settings.get("confidenceThreshold", 0):
            continue
        mask = dilate(found.mask, settings.get("maskDilation", 0))
        mask = binary(mask, threshold) if threshold >= 0 else mask
        result.append((mask, {"labels": [{"label": found.label, "score": round(found.score, 4)}]}))
    return result[: settings.get("maxPredictions", len(result))]


def _segments(job: Job, pictures: Pictures) -> list[Segment]:
    from ...media import segments
    from ...media.segments import Segment, certainty

    picture = pictures.at(job.instance.get("image"), "instances[0].image")
    mode: str = job.parameters.get("mode", "FOREGROUND")
    if mode == "SEMANTIC":
        labels = [label.strip() for label in job.prompt.split(",") if label.strip()]
        if len(labels) > MAX_LABELS:
            raise invalid("instances[0].prompt", f"expected at most {MAX_LABELS} classes, not {len(labels)}.")
        masks = [(segments.of_class(picture, label, index), label) for index, label in enumerate(labels)]
    elif mode == "PROMPT":
        masks = [(segments.select_colour(picture, job.prompt), job.prompt)]
    elif mode == "INTERACTIVE":
        scribble = pictures.at(job.instance["scribble"].get("image"), "instances[0].scribble.image")
        try:
            masks = [(segments.select_scribble(picture, scribble), "scribble")]
        except ValueError as error:
            raise invalid("instances[0].scribble.image", f"{error}.") from None
    elif mode == "BACKGROUND":
        masks = [(segments.background(picture), "background")]
    else:
        masks = [(segments.foreground(picture), "foreground")]
    return [Segment(mask, label, certainty(mask)) for mask, label in masks]
