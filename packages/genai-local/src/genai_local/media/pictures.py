"""Pictures: reading, drawing from a text and a seed, captions, and writing as PNG or JPEG.

Equal arguments give equal bytes. The module knows neither requests nor models.
"""

from __future__ import annotations

import colorsys
import io
import random
import re
import unicodedata
from bisect import bisect_right
from functools import cache

from PIL import Image, ImageColor, ImageDraw, ImageFont, ImageOps

from ..protocol.limits import MAX_PICTURE_PIXELS, MAX_PICTURE_SIDE
from .effort import check

Picture = Image.Image
Colour = tuple[int, int, int]
Size = tuple[int, int]

READABLE_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
_OPAQUE_MODES = ("1", "L", "P", "RGB", "CMYK", "YCbCr")
_SMALLEST_FONT = 9
_MAX_HEADLINE = 4000
_MAX_DETAIL = 1000
_COLOUR_WORD = re.compile(r"[a-z]+")


def read_picture(data: bytes, most_pixels: int = MAX_PICTURE_PIXELS) -> Picture:
    """Return the picture in an image file, upright and in RGB, on white where it is transparent.

    Args:
        data: the bytes of the file.
        most_pixels: the largest number of pixels.

    Raises:
        ValueError: when the bytes are not a readable picture, or it has too many pixels.
    """
    check()
    try:
        opened = Image.open(io.BytesIO(data), formats=READABLE_FORMATS)
        if opened.width * opened.height > most_pixels:
            raise ValueError(f"the picture is {opened.width}x{opened.height}, and has more than {most_pixels} pixels")
        if max(opened.size) > MAX_PICTURE_SIDE:
            raise ValueError(
                f"the picture is {opened.width}x{opened.height}; expected at most {MAX_PICTURE_SIDE} pixels on a side"
            )
        is_opaque = opened.mode in _OPAQUE_MODES and "transparency" not in opened.info
        upright = ImageOps.exif_transpose(opened).convert("RGB" if is_opaque else "RGBA")
    except ValueError:
        raise
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(
            f"the bytes are not a picture of a supported format ({', '.join(READABLE_FORMATS)})"
        ) from error
    if is_opaque:
        return upright
    canvas = Image.new("RGBA", upright.size, "white")
    return Image.alpha_composite(canvas, upright).convert("RGB")


def encode(picture: Picture, mime_type: str = "image/png", quality: int = 75) -> bytes:
    """Return the picture as a file.

    Args:
        picture: the picture.
        mime_type: `image/png` or `image/jpeg`.
        quality: JPEG quality, 0 to 100.
    """
    target = io.BytesIO()
    if mime_type == "image/jpeg":
        picture.convert("RGB").save(target, "JPEG", quality=quality)
    else:
        picture.save(target, "PNG", compress_level=4)
    return target.getvalue()


def colours_in(text: str) -> list[Colour]:
    """Return the colours in a text by their English CSS names, in the order of the text."""
    words = _COLOUR_WORD.findall(text.lower())
    return [ImageColor.getrgb(word)[:3] for word in words if word in ImageColor.colormap]


def draw(size: Size, text: str, seed: str) -> Picture:
    """Return a scene of flat shapes; the largest shapes have the colours that the text names.

    Args:
        size: width and height in pixels.
        text: description of the scene.
        seed: determines everything else.
    """
    choice = random.Random(f"{seed}\0{text}")  # noqa: S311 - not a secret
    width, height = size
    short = min(size)
    hue = choice.random()
    picture = Image.new("RGB", size, _colour(hue, 0.25, 0.95))
    pen = ImageDraw.Draw(picture)
    for _ in range(5):
        left, top = choice.uniform(-0.2, 0.9) * width, choice.uniform(-0.2, 0.9) * height
        box = (left, top, left + choice.uniform(0.1, 0.5) * width, top + choice.uniform(0.1, 0.5) * height)
        colour = _colour(hue + choice.uniform(-0.1, 0.1), 0.35, choice.uniform(0.75, 0.95))
        if choice.random() < 0.5:
            pen.rectangle(box, fill=colour)
        else:
            pen.ellipse(box, fill=colour)
    subjects = colours_in(text) or [_colour(hue + 0.5, 0.7, 0.7)]
    for index, colour in enumerate(subjects[:4]):
        radius = short * (0.24 - 0.03 * min(len(subjects), 4))
        middle_x = width * (index + 1) / (min(len(subjects), 4) + 1) + choice.uniform(-0.05, 0.05) * width
        middle_y = height * 0.32 + choice.uniform(-0.05, 0.05) * height
        corners = choice.choice([0, 0, 3, 4, 5, 6])
        if corners:
            pen.regular_polygon((middle_x, middle_y, radius), corners, rotation=choice.randrange(360), fill=colour)
        else:
            pen.ellipse((middle_x - radius, middle_y - radius, middle_x + radius, middle_y + radius), fill=colour)
    return picture


def _colour(hue: float, saturation: float, value: float) -> Colour:
    red, green, blue = colorsys.hsv_to_rgb(hue % 1.0, saturation, value)
    return round(red * 255), round(green * 255), round(blue * 255)


def caption(picture: Picture, headline: str, details: list[str]) -> Picture:
    """Return the picture with a caption at the bottom, in the largest font that fits.

    Args:
        picture: the picture, which is not changed.
        headline: text in the large font, wrapped if necessary and truncated if very long.
        details: lines in the small font.
    """
    result = picture.convert("RGB").copy()
    width, height = result.size
    margin = max(2, min(width, height) // 32)
    headline, details = readable(headline[:_MAX_HEADLINE]), [readable(line[:_MAX_DETAIL]) for line in details]
    size = max(_SMALLEST_FONT, min(width, height) // 14)
    while True:
        check()
        rows = _rows(headline, size, width - 2 * margin)
        small = max(_SMALLEST_FONT, round(size * 0.6))
        small_rows = [row for line in details for row in _rows(line, small, width - 2 * margin)]
        panel = _line_height(size) * len(rows) + _line_height(small) * len(small_rows) + 2 * margin
        if panel <= height * 0.55 or size <= _SMALLEST_FONT:
            break
        size = max(_SMALLEST_FONT, round(size * 0.85))
    room = int(height * 0.85) - 2 * margin - _line_height(small) * len(small_rows)
    limit = max(1, room // _line_height(size))
    if len(rows) > limit:
        rows = [*rows[: limit - 1], rows[limit - 1].rstrip() + " …"]
        panel = _line_height(size) * len(rows) + _line_height(small) * len(small_rows) + 2 * margin
    top = max(0, height - panel)
    dark = Image.new("RGB", (width, height - top), (20, 20, 30))
    result.paste(Image.blend(result.crop((0, top, width, height)), dark, 0.92), (0, top))
    pen = ImageDraw.Draw(result)
    y = top + margin
    for row in rows:
        pen.text((margin, y), row, font=_font(size), fill="white")
        y += _line_height(size)
    for row in small_rows:
        pen.text((margin, y), row, font=_font(small), fill=(200, 220, 255))
        y += _line_height(small)
    return result


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _line_height(size: int) -> int:
    return round(size * 1.25)


def _rows(text: str, size: int, width: int) -> list[str]:
    """Break a text into rows of at most `width` pixels; a word that is too long is split."""
    rows: list[str] = []
    row = ""
    for word in text.split():
        longer = f"{row} {word}" if row else word
        if not _is_longer(longer, size, width):
            row = longer
            continue
        if row:
            rows.append(row)
        row = word
        while len(row) > 1 and _is_longer(row, size, width):
            end = _fitting_length(row, size, width)
            rows.append(row[:end])
            row = row[end:]
    return [*rows, row] if row else rows


def _is_longer(row: str, size: int, width: int) -> bool:
    # A row cannot have more letters than pixels. Only short rows are measured, since this takes time for each letter.
    return len(row) > max(1, width) or _font(size).getlength(row) > width


def _fitting_length(word: str, size: int, width: int) -> int:
    """Return how many letters of a word fit into a width; at least one."""

    def length(end: int) -> float:
        return _font(size).getlength(word[:end])

    return max(1, bisect_right(range(1, min(len(word), width) + 1), width, key=length))


def readable(text: str) -> str:
    """Return the text in letters of the font, without accents; other characters are written like `<U+65E5>`."""
    return "".join(_in_letters(character) for character in text)


def _in_letters(character: str) -> str:
    if character.isspace() or _is_drawable(character):
        return character
    base = unicodedata.normalize("NFKD", character)[0]
    return base if _is_drawable(base) else f"<U+{ord(character):04X}>"


@cache
def _is_drawable(character: str) -> bool:
    return _glyph(character) != _glyph("\U0010fffd")


@cache
def _glyph(character: str) -> bytes:
    picture = Image.new("L", (32, 32))
    ImageDraw.Draw(picture).text((4, 4), character, font=_font(20), fill="white")
    return picture.tobytes()


def resize(picture: Picture, size: Size, box: tuple[int, int, int, int] | None = None) -> Picture:
    """Return the picture, or a box of it, scaled to a size."""
    return picture.resize(size, Image.Resampling.LANCZOS, box)  # pyright: ignore[reportUnknownMemberType] - numpy


def fit(picture: Picture, size: Size, *, pad: bool = False) -> Picture:
    """Return the picture in another size: scaled, and cropped or padded to the aspect ratio."""
    if picture.size == size:
        return picture
    if pad:
        return ImageOps.pad(picture, size, color="black")
    return ImageOps.fit(picture, size)
