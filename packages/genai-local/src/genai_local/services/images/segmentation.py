"""Segmentation: the masks of a job, each with its label and score."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...protocol.errors import JsonObject, invalid
from ...state.storage import Storage
from .checks import Job
from .fields import picture_at

if TYPE_CHECKING:
    from ...media.pictures import Picture
    from ...media.segments import Segment


def segment(job: Job, storage: Storage) -> list[tuple[Picture, JsonObject]]:
    """Return the masks of a job, in the order of their scores.

    Raises:
        ApiError: 400 for an unusable input picture.
    """
    from ...media.segments import binary, dilate

    settings = job.parameters
    threshold: float = settings.get("binaryColorThreshold", 96)
    result: list[tuple[Picture, JsonObject]] = []
    for found in sorted(_segments(job, storage), key=lambda item: -item.score):
        if found.score < settings.get("confidenceThreshold", 0):
            continue
        mask = dilate(found.mask, settings.get("maskDilation", 0))
        mask = binary(mask, threshold) if threshold >= 0 else mask
        result.append((mask, {"labels": [{"label": found.label, "score": round(found.score, 4)}]}))
    return result[: settings.get("maxPredictions", len(result))]


def _segments(job: Job, storage: Storage) -> list[Segment]:
    from ...media import segments
    from ...media.segments import Segment, certainty

    picture = picture_at(job.instance.get("image"), "instances[0].image", storage)
    mode: str = job.parameters.get("mode", "FOREGROUND")
    if mode == "SEMANTIC":
        labels = [label.strip() for label in job.prompt.split(",") if label.strip()]
        masks = [(segments.of_class(picture, label, index), label) for index, label in enumerate(labels)]
    elif mode == "PROMPT":
        masks = [(segments.select_colour(picture, job.prompt), job.prompt)]
    elif mode == "INTERACTIVE":
        scribble = picture_at(job.instance["scribble"].get("image"), "instances[0].scribble.image", storage)
        try:
            masks = [(segments.select_scribble(picture, scribble), "scribble")]
        except ValueError as error:
            raise invalid("instances[0].scribble.image", f"{error}.") from None
    elif mode == "BACKGROUND":
        masks = [(segments.background(picture), "background")]
    else:
        masks = [(segments.foreground(picture), "foreground")]
    return [Segment(mask, label, certainty(mask)) for mask, label in masks]
