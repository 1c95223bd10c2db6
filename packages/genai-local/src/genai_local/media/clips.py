"""Short silent videos: a drawn scene or given pictures, with a slow zoom and a counter of the seconds.

The module makes frames; `mp4` makes the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

from ..protocol.limits import MAX_VIDEO_FRAMES
from .effort import check
from .mp4 import Clip
from .pictures import Colour, Picture, Size, caption, draw, encode, fit, read_picture, resize

_ZOOM_PER_S = 0.02
_INSET = 6
"""Reference pictures are shown at this fraction of the frame's shorter side."""
_BAR: Colour = (255, 255, 255)


@dataclass(frozen=True)
class Scene:
    """The contents of a video."""

    text: str
    details: Sequence[str]
    """Lines below the text, the same in all frames."""
    seed: str
    first: Picture | None = None
    last: Picture | None = None
    references: Sequence[Picture] = ()
    before: Clip | None = None
    """The video that this one continues; its frames come first."""
    mask: Picture | None = None
    """White where the scene replaces the last frame of the previous video; black where that frame remains."""
    pad: bool = False
    """Whether pictures of another aspect ratio are padded instead of cropped."""


def film(scene: Scene, size: Size, duration_s: int, fps: int, quality: int) -> Clip:
    """Return the video of a scene: one drawing per second, shown for `fps` frames.

    Args:
        scene: the contents.
        size: width and height in pixels.
        duration_s: length of the drawn part, without the video that it continues.
        fps: frames in a second.
        quality: JPEG quality of the frames, 0 to 100.
    """
    start = scene.first
    frames: list[bytes] = []
    if scene.before is not None:
        frames = _frames_at(scene.before, fps, size, quality)
        start = read_picture(frames[-1])
    scenery = draw(size, scene.text, scene.seed)
    if start is not None:
        kept = fit(start, size, pad=scene.pad)
        mask = fit(scene.mask, size).convert("L") if scene.mask else None
        scenery = Image.composite(scenery, kept, mask) if mask else kept
    for second in range(duration_s):
        check()
        picture = _zoom(scenery, second)
        if scene.last is not None and duration_s > 1:
            picture = Image.blend(picture, fit(scene.last, size, pad=scene.pad), second / (duration_s - 1))
        for index, reference in enumerate(scene.references):
            _show_reference(picture, reference, index)
        picture = caption(picture, scene.text, [*scene.details, f"second {second + 1} of {duration_s}"])
        pen = ImageDraw.Draw(picture)
        pen.rectangle((0, 0, size[0] * (second + 1) / duration_s, max(2, size[1] // 90)), fill=_BAR)
        frames += [encode(picture, "image/jpeg", quality)] * fps
    return Clip(*size, fps, frames)


def _frames_at(clip: Clip, fps: int, size: Size, quality: int) -> list[bytes]:
    """Return the frames of a clip at another rate and size; frames of the right size are unchanged."""
    count = max(1, min(MAX_VIDEO_FRAMES, round(clip.duration_s * fps)))
    chosen = [clip.frames[min(len(clip.frames) - 1, index * clip.fps // fps)] for index in range(count)]
    if (clip.width, clip.height) == size:
        return chosen
    made: dict[bytes, bytes] = {}
    for frame in chosen:
        if frame not in made:
            made[frame] = encode(fit(read_picture(frame, clip.width * clip.height), size), "image/jpeg", quality)
    return [made[frame] for frame in chosen]


def _zoom(picture: Picture, second: int) -> Picture:
    """Return the picture after some seconds of a slow zoom."""
    if second == 0:
        return picture.copy()
    share = min(0.25, second * _ZOOM_PER_S)
    width, height = picture.size
    box = (round(width * share), round(height * share), width, height)
    return resize(picture, (width, height), box)


def inset(size: Size) -> Size:
    """Return the size of reference pictures in a frame of a size."""
    side = min(size) // _INSET
    return side, side


def _show_reference(picture: Picture, reference: Picture, index: int) -> None:
    small = fit(reference, inset(picture.size))
    side = small.width
    picture.paste(small, (side // 4 + index * side * 5 // 4, side // 4))
