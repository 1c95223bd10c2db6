"""Masks of pictures by colour: pixels that differ from the border, are close to a colour, or are under a scribble.

A mask is a picture in mode `L` of the same size; white pixels belong to the segment.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

from PIL import Image, ImageChops, ImageFilter, ImageStat

from .effort import check
from .pictures import Colour, Picture, colours_in, resize

Mask = Image.Image

_RIM = 16
"""The width of the border as a fraction of the shorter side."""
_NEAR = 96
"""Colours whose channels differ by less are regarded as similar."""
_MAX_PALETTE = 8
_FINE_RADIUS = 16
"""Masks that grow by more pixels are dilated at a smaller scale."""


@dataclass(frozen=True)
class Segment:
    """A mask with its label and a confidence score from 0 to 1."""

    mask: Mask
    label: str
    score: float


def foreground(picture: Picture) -> Mask:
    """Return the difference of each pixel from the colour of the border."""
    return _stretch(_distance(picture, _rim_colour(picture)))


def background(picture: Picture) -> Mask:
    """Return the inverse of the foreground."""
    return ImageChops.invert(foreground(picture))


def select_scribble(picture: Picture, scribble: Picture) -> Mask:
    """Return the pixels with the colours under the scribble, which is light on dark.

    Raises:
        ValueError: when the scribble is empty.
    """
    marked = _map_levels(resize(scribble.convert("L"), picture.size), _steps(128))
    if marked.getbbox() is None:
        raise ValueError("the scribble is empty; draw it light on dark")
    return _near(picture, _median_colour(picture, marked))


def select_colour(picture: Picture, text: str) -> Mask:
    """Return the pixels with the first colour that the text names; without a colour, the foreground."""
    colours = colours_in(text)
    return _near(picture, colours[0]) if colours else foreground(picture)


def of_class(picture: Picture, label: str, index: int) -> Mask:
    """Return the pixels with the colour in the label of a class, else with the `index`-th most common colour."""
    check()
    if colours_in(label):
        return select_colour(picture, label)
    palette = picture.quantize(_MAX_PALETTE).convert("RGB").getcolors(_MAX_PALETTE) or []
    common = [colour for _, colour in sorted(palette, key=lambda entry: entry[0], reverse=True)]
    colour = common[index % len(common)]
    assert isinstance(colour, tuple), "an RGB picture has colours of three channels"
    return _near(picture, (int(colour[0]), int(colour[1]), int(colour[2])))


def certainty(mask: Mask) -> float:
    """Return the confidence of a mask: the mean of its lighter pixels; 0 without such pixels."""
    lighter = _map_levels(mask, _steps(128))
    return ImageStat.Stat(mask, lighter).mean[0] / 255 if lighter.getbbox() else 0.0


def dilate(mask: Mask, share: float) -> Mask:
    """Return the mask, dilated by a fraction of the picture's width."""
    radius = round(mask.width * share)
    factor = max(1, radius // _FINE_RADIUS)
    grown = mask.reduce(factor)
    for _ in range(radius // factor):
        grown = grown.filter(ImageFilter.MaxFilter(3))
    return ImageChops.lighter(mask, resize(grown, mask.size)) if radius else mask


def binary(mask: Mask, threshold: float) -> Mask:
    """Return the mask in pure black and white; pixels lighter than `threshold` (0 to 255) are white."""
    return _map_levels(mask, _steps(threshold))


def _map_levels(mask: Mask, levels: list[int]) -> Mask:
    """Return the mask with each of the 256 levels replaced by the level in the list."""
    return mask.point(levels)  # pyright: ignore[reportUnknownMemberType] - numpy


def _steps(threshold: float) -> list[int]:
    return [255 if value > threshold else 0 for value in range(256)]


def _distance(picture: Picture, colour: Colour) -> Mask:
    difference = ImageChops.difference(picture, Image.new("RGB", picture.size, colour))
    return reduce(ImageChops.lighter, difference.split())


def _near(picture: Picture, colour: Colour) -> Mask:
    nearness = [max(0, 255 - round(distance * 255 / _NEAR)) for distance in range(256)]
    return _map_levels(_distance(picture, colour), nearness)


def _stretch(mask: Mask) -> Mask:
    """Scale the distances so that the threshold of Otsu's method becomes 128."""
    threshold = max(1, _otsu(mask.histogram()))
    return _map_levels(mask, [min(255, round(value * 128 / threshold)) for value in range(256)])


def _otsu(histogram: list[int]) -> int:
    """Return the level that separates the values into the two most different groups."""
    total, total_sum = sum(histogram), sum(level * count for level, count in enumerate(histogram))
    best, best_level, below, below_sum = -1.0, 0, 0, 0
    for level, count in enumerate(histogram):
        below += count
        below_sum += level * count
        above = total - below
        if below == 0 or above == 0:
            continue
        gap = below_sum / below - (total_sum - below_sum) / above
        variance = below * above * gap * gap
        if variance > best:
            best, best_level = variance, level
    return best_level


def _rim_colour(picture: Picture) -> Colour:
    rim = Image.new("L", picture.size, 255)
    width = max(1, min(picture.size) // _RIM)
    inner = (width, width, max(width, picture.width - width), max(width, picture.height - width))
    rim.paste(0, inner)
    return _median_colour(picture, rim)


def _median_colour(picture: Picture, mask: Mask) -> Colour:
    red, green, blue = ImageStat.Stat(picture, mask).median
    return int(red), int(green), int(blue)
