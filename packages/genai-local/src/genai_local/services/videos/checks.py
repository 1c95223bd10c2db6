"""Checks of requests for videos: settings within the limits of the service, readable pictures and videos."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...protocol.errors import JsonObject, invalid
from ...protocol.messages import Surface
from ...protocol.payload import read_message
from ...state.storage import Storage
from ..images.fields import Pictures, check_texts, choice, file_bytes, number, storage_uri, the_instance, whole_number

if TYPE_CHECKING:
    from ...media.mp4 import Clip
    from ...media.pictures import Picture

_HEIGHTS = {"720p": 720, "1080p": 1080, "4k": 2160}
_ASPECTS = ("16:9", "9:16")
_QUALITIES = {"OPTIMIZED": 60, "LOSSLESS": 95}
_DURATIONS = {"veo-2": (5, 6, 7, 8)}
_NEWER_DURATIONS = (4, 6, 8)
_EXTENSION_S = 7
_MAX_REFERENCES = 3
_MAX_SEED = 2**32 - 1


@dataclass(frozen=True)
class Job:
    """A checked request for videos, with decoded input pictures and videos."""

    model: str
    instance: JsonObject
    parameters: JsonObject
    prompt: str
    count: int
    aspect: str
    size: tuple[int, int]
    duration_s: int
    fps: int
    quality: int
    seed: int | None
    storage_uri: str | None
    first: Picture | None
    last: Picture | None
    references: list[Picture]
    before: Clip | None
    mask: Picture | None

    @property
    def request(self) -> JsonObject:
        """The request with camelCase names, for the rules of a script."""
        return {"model": self.model, "instances": [self.instance], "parameters": self.parameters}


def read_job(model: str, request: JsonObject, surface: Surface, storage: Storage) -> Job:
    """Return the job of a canonical PredictRequest.

    Raises:
        ApiError: 400 for a field that is unknown, missing, out of range or unreadable.
    """
    instance = read_message(the_instance(request), "VideoInstance", surface, "instances[0]")
    parameters = read_message(request.get("parameters") or {}, "VideoParameters", surface, "parameters")
    check_texts(instance, "instances[0]")
    check_texts(parameters, "parameters")
    if not any((instance.get("prompt", "").strip(), "image" in instance, "video" in instance)):
        raise invalid("instances[0].prompt", "is empty; give a prompt, an image or a video.")
    _check_combinations(instance)
    aspect = choice(parameters, "parameters.aspectRatio", _ASPECTS, "16:9")
    short = _HEIGHTS[choice(parameters, "parameters.resolution", list(_HEIGHTS), "720p")]
    long = short * 16 // 9
    number(parameters, "parameters.seed", 0, _MAX_SEED)
    size = (long, short) if aspect == "16:9" else (short, long)
    pictures = _Inputs(instance, Pictures(storage), size, pad=parameters.get("resizeMode") == "PAD")
    return Job(
        model,
        instance,
        parameters,
        prompt=instance.get("prompt", ""),
        count=whole_number(parameters, "parameters.sampleCount", 1, 4, 1),
        aspect=aspect,
        size=size,
        duration_s=_duration_s(model, instance, parameters),
        fps=whole_number(parameters, "parameters.fps", 1, 60, 24),
        quality=_QUALITIES[parameters.get("compressionQuality", "OPTIMIZED")],
        seed=parameters.get("seed"),
        storage_uri=storage_uri(parameters),
        first=pictures.framed("image"),
        last=pictures.framed("lastFrame"),
        references=pictures.references(),
        before=_clip(instance["video"], surface, storage) if "video" in instance else None,
        mask=pictures.framed("mask"),
    )


def _check_combinations(instance: JsonObject) -> None:
    references: list[JsonObject] = instance.get("referenceImages", [])
    if "image" in instance and "video" in instance:
        raise invalid("instances[0].video", "cannot be combined with image; give only one of them.")
    if "lastFrame" in instance and "image" not in instance:
        raise invalid("instances[0].lastFrame", "requires a first picture; give image too.")
    if "mask" in instance and "video" not in instance:
        raise invalid("instances[0].mask", "requires a video to change; give video too.")
    if len(references) > _MAX_REFERENCES:
        raise invalid(
            "instances[0].referenceImages", f"expected at most {_MAX_REFERENCES} pictures, not {len(references)}."
        )
    if references and "image" in instance:
        raise invalid("instances[0].referenceImages", "cannot be combined with image; give only one of them.")
    for place, reference in enumerate(references):
        if "referenceType" not in reference:
            raise invalid(f"instances[0].referenceImages[{place}].referenceType", "is missing.")


def _duration_s(model: str, instance: JsonObject, parameters: JsonObject) -> int:
    allowed = next((lengths for name, lengths in _DURATIONS.items() if model.startswith(name)), _NEWER_DURATIONS)
    default = max(allowed)
    if "video" in instance:
        allowed, default = sorted({*allowed, _EXTENSION_S}), _EXTENSION_S
    duration_s: int = parameters.get("durationSeconds", default)
    if duration_s not in allowed:
        lengths = ", ".join(map(str, allowed))
        raise invalid("parameters.durationSeconds", f"expected one of {lengths} for {model}, not {duration_s}.")
    return duration_s


class _Inputs:
    """The input pictures of a job, in the sizes in which the video shows them: a waiting job keeps no large pictures."""

    def __init__(self, instance: JsonObject, pictures: Pictures, size: tuple[int, int], *, pad: bool) -> None:
        self.instance = instance
        self.pictures = pictures
        self.size = size
        self.pad = pad

    def framed(self, name: str) -> Picture | None:
        from ...media.pictures import fit

        if name not in self.instance:
            return None
        picture = self.pictures.at(self.instance[name], f"instances[0].{name}")
        return fit(picture, self.size, pad=self.pad and name != "mask")

    def references(self) -> list[Picture]:
        from ...media.clips import inset
        from ...media.pictures import fit

        sent: list[JsonObject] = self.instance.get("referenceImages", [])
        return [
            fit(
                self.pictures.at(reference.get("image"), f"instances[0].referenceImages[{place}].image"),
                inset(self.size),
            )
            for place, reference in enumerate(sent)
        ]


def _clip(source: JsonObject, surface: Surface, storage: Storage) -> Clip:
    from ...media.mp4 import read_mp4

    data_field, uri_field = ("encodedVideo", "uri") if surface == "gemini" else ("bytesBase64Encoded", "gcsUri")
    data = file_bytes(source, "instances[0].video", storage, data_field, uri_field)
    try:
        return read_mp4(data)
    except ValueError as error:
        raise invalid(
            "instances[0].video", f"{error}; this server can only continue videos in its own format."
        ) from None
