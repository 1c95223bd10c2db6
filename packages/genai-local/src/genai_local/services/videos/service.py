"""The videos of a job, and the response of the operation that makes them."""

from __future__ import annotations

import base64

from ...protocol.errors import JsonObject, invalid
from ...protocol.messages import Surface
from ...scripting.script import Rule
from ...state.storage import Storage, StoredFile
from .checks import Job

_RESPONSE_TYPES: dict[Surface, str] = {
    "gemini": "type.googleapis.com/google.ai.generativelanguage.v1beta.PredictLongRunningResponse",
    "vertex": "type.googleapis.com/cloud.ai.large_models.vision.GenerateVideoResponse",
}


def video_response(job: Job, surface: Surface, storage: Storage, rule: Rule | None, files_url: str) -> JsonObject:
    """Return the response of an operation that makes videos.

    Args:
        job: the job.
        surface: the surface of the request.
        storage: stores videos that the response refers to by URI.
        rule: the rule of a script that replaces videos, if any.
        files_url: base URL of this server's files.
    """
    kind = {"@type": _RESPONSE_TYPES[surface]}
    if rule is not None and rule.media_reply is not None:
        return {**kind, **rule.media_reply}
    videos, reasons = _videos(job, rule)
    filtered: JsonObject = {"raiMediaFilteredCount": len(reasons)} if reasons or surface == "vertex" else {}
    if reasons:
        filtered["raiMediaFilteredReasons"] = reasons
    if surface == "gemini":
        names = [storage.put_generated(video) for video in videos]
        samples = [{"video": {"uri": f"{files_url}{name}:download?alt=media"}} for name in names]
        return {**kind, "generateVideoResponse": {**({"generatedSamples": samples} if samples else {}), **filtered}}
    if job.storage_uri:
        places: list[JsonObject] = [{"gcsUri": uri} for uri in storage.put_samples(job.storage_uri, videos)]
    else:
        places = [{"bytesBase64Encoded": base64.b64encode(video.data).decode()} for video in videos]
    samples = [{**place, "mimeType": video.mime_type} for place, video in zip(places, videos, strict=True)]
    return {**kind, **filtered, **({"videos": samples} if samples else {})}


def _videos(job: Job, rule: Rule | None) -> tuple[list[StoredFile], list[str]]:
    """Return the videos of a job, and the reason for each video that is filtered out."""
    if rule is not None and rule.files:
        return [StoredFile(rule.files[index % len(rule.files)], "video/mp4") for index in range(job.count)], []
    filtered = 0
    reasons: list[str] = []
    if rule is not None and rule.filter_reason is not None:
        filtered = job.count if rule.filter_count is None else min(rule.filter_count, job.count)
        reasons = [rule.filter_reason] * filtered
    return [StoredFile(_video(job, index), "video/mp4") for index in range(filtered, job.count)], reasons


def _video(job: Job, index: int) -> bytes:
    from ...media.clips import Scene, film
    from ...media.mp4 import write_mp4

    width, height = job.size
    seed = "none" if job.seed is None else job.seed
    negative: str = job.parameters.get("negativePrompt", "")
    details = [
        f"{width}x{height} · {job.aspect} · {job.duration_s} s at {job.fps} fps · seed {seed} · {index + 1} of {job.count}",
        *([f"without: {negative}"] if negative else []),
        "synthetic",
    ]
    scene = Scene(
        job.prompt or "A video without a prompt",
        details,
        seed=f"{job.seed} {index} {negative}",
        first=job.first,
        last=job.last,
        references=job.references,
        before=job.before,
        mask=job.mask,
        pad=job.parameters.get("resizeMode") == "PAD",
    )
    try:
        return write_mp4(film(scene, job.size, job.duration_s, job.fps, job.quality))
    except ValueError as error:  # only frames of the given video are read here
        raise invalid("instances[0].video", f"has a frame that cannot be read: {error}.") from None
