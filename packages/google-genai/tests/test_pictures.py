"""Pillow images in contents: the file of an unchanged image is sent as it is, and nothing visible is lost otherwise."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import PIL.Image
import PIL.ImageChops
import PIL.ImageCms
import PIL.ImageDraw
import PIL.ImageOps
import pytest

from google.genai import types

RAMP = PIL.Image.linear_gradient("L").resize((64, 48))
COLOURS = PIL.Image.merge("RGB", [RAMP, PIL.ImageOps.mirror(RAMP.transpose(PIL.Image.Transpose.ROTATE_180)), RAMP])
_ORIENTATION = 0x0112
_TOLERANCE = 20
"""Difference of a channel that a JPEG may have."""


def blob(image: Any) -> types.Blob:
    content = types.UserContent(image)
    assert content.parts is not None
    sent = content.parts[0].inline_data
    assert sent is not None
    return sent


def opened(sent: types.Blob) -> PIL.Image.Image:
    assert sent.data is not None
    image = PIL.Image.open(io.BytesIO(sent.data))
    image.load()
    assert PIL.Image.MIME[image.format or ""] == sent.mime_type
    return image


def written(image: PIL.Image.Image, kind: str, orientation: int | None = None) -> bytes:
    exif = PIL.Image.Exif()
    if orientation is not None:
        exif[_ORIENTATION] = orientation
    data = io.BytesIO()
    image.save(data, kind, exif=exif)
    return data.getvalue()


def difference(one: PIL.Image.Image, other: PIL.Image.Image) -> int:
    bands: Any = PIL.ImageChops.difference(one.convert("RGB"), other.convert("RGB")).getextrema()
    return max(high for _, high in bands)


# Unchanged files


@pytest.mark.parametrize(("kind", "mime_type"), [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp")])
@pytest.mark.parametrize("is_loaded", [False, True])
def test_the_file_of_an_unchanged_image_is_sent_as_it_is(
    tmp_path: Path, kind: str, mime_type: str, is_loaded: bool
) -> None:
    path = tmp_path / "picture"
    path.write_bytes(written(COLOURS, kind, orientation=6))
    with PIL.Image.open(path) as image:
        if is_loaded:
            image.load()
        sent = blob(image)
        assert (sent.data, sent.mime_type) == (path.read_bytes(), mime_type)
        assert blob(image).data == sent.data
        assert image.convert("RGB").size == COLOURS.size


def test_a_file_in_memory_is_sent_as_it_is() -> None:
    data = written(COLOURS, "JPEG", orientation=3)
    assert blob(PIL.Image.open(io.BytesIO(data))).data == data


def _draw(image: PIL.Image.Image) -> None:
    PIL.ImageDraw.Draw(image).rectangle((0, 0, 20, 20), fill=(255, 0, 0))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize(
    "change",
    [
        _draw,
        lambda image: image.paste((255, 0, 0), (0, 0, 20, 20)),
        lambda image: [image.putpixel((x, y), (255, 0, 0)) for x in range(20) for y in range(20)],
    ],
    ids=["draw", "paste", "putpixel"],
)
def test_a_changed_image_is_sent_with_its_changes(
    tmp_path: Path, kind: str, change: Callable[[PIL.Image.Image], object]
) -> None:
    path = tmp_path / "picture"
    path.write_bytes(written(COLOURS, kind))
    with PIL.Image.open(path) as image:
        change(image)
        red, green, blue = opened(blob(image)).convert("RGB").getpixel((5, 5))  # pyright: ignore[reportGeneralTypeIssues, reportAssignmentType]
        assert red > 200
        assert max(green, blue) < 60


def test_a_smaller_image_is_sent_in_its_size_and_upright(tmp_path: Path) -> None:
    path = tmp_path / "picture.jpg"
    path.write_bytes(written(COLOURS, "JPEG", orientation=6))
    for change in (lambda image: image.thumbnail((32, 24)), lambda image: image.draft("RGB", (32, 24))):
        with PIL.Image.open(path) as image:
            change(image)
            assert image.size == (32, 24)
            sent = opened(blob(image))
            assert sent.size == (24, 32)
            assert difference(sent, PIL.ImageOps.exif_transpose(image)) <= _TOLERANCE


def test_a_file_that_was_replaced_is_not_sent(tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(written(COLOURS, "PNG"))
    with PIL.Image.open(path) as image:
        image.load()
        path.write_bytes(written(PIL.ImageOps.invert(COLOURS), "PNG"))
        assert difference(opened(blob(image)), COLOURS) == 0
        path.unlink()
        assert difference(opened(blob(image)), COLOURS) == 0


@pytest.mark.parametrize("kind", ["GIF", "TIFF", "BMP"])
def test_other_formats_are_encoded(kind: str) -> None:
    image = PIL.Image.open(io.BytesIO(written(COLOURS, kind)))
    sent = opened(blob(image))
    assert sent.format == "PNG"
    assert difference(sent, image) == 0


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_picture_without_a_file_loses_nothing(mode: str) -> None:
    sent = opened(blob(COLOURS.convert(mode)))
    assert sent.format == "PNG"
    assert difference(sent, COLOURS.convert(mode)) == 0


def test_a_photo_that_was_changed_stays_small() -> None:
    image = PIL.Image.open(io.BytesIO(written(COLOURS, "JPEG")))
    image.paste((255, 0, 0), (0, 0, 8, 8))
    assert opened(blob(image)).format == "JPEG"


def test_the_current_picture_of_several_is_sent() -> None:
    data = io.BytesIO()
    COLOURS.save(data, "PNG", save_all=True, append_images=[PIL.ImageOps.invert(COLOURS)])
    image = PIL.Image.open(data)
    image.seek(1)
    assert difference(opened(blob(image)), PIL.ImageOps.invert(COLOURS)) == 0


# Every mode


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "RGBX", "LA", "CMYK", "YCbCr", "HSV"])
def test_colours_are_kept(mode: str) -> None:
    image = COLOURS.convert(mode)
    sent = opened(blob(image))
    assert difference(sent, image) <= (0 if sent.format == "PNG" else _TOLERANCE)


def test_colours_of_mode_lab_are_kept() -> None:
    spaces = [PIL.ImageCms.createProfile("sRGB"), PIL.ImageCms.createProfile("LAB")]
    image = PIL.ImageCms.applyTransform(COLOURS, PIL.ImageCms.buildTransform(spaces[0], spaces[1], "RGB", "LAB"))
    assert image is not None
    assert difference(opened(blob(image)), image) <= _TOLERANCE


def _transparent(mode: str) -> PIL.Image.Image:
    image = (
        COLOURS.convert("P").convert("PA")
        if mode == "PA"
        else COLOURS.convert("LA" if mode in ("LA", "La") else "RGBA")
    )
    image.putalpha(RAMP)
    return image if image.mode == mode else image.convert(mode)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "PA", "RGBa", "La"])
def test_transparency_is_kept(mode: str) -> None:
    image = _transparent(mode)
    assert image.mode == mode
    sent = opened(blob(image))
    assert sent.getchannel("A").tobytes() == RAMP.tobytes()


@pytest.mark.parametrize("mode", ["L", "RGB", "P"])
def test_a_transparent_colour_is_kept(mode: str) -> None:
    image = PIL.Image.new(mode, (4, 4))
    image.info["transparency"] = (0, 0, 0) if mode == "RGB" else 0
    assert opened(blob(image)).convert("RGBA").getchannel("A").getextrema() == (0, 0)


@pytest.mark.parametrize(
    "image",
    [
        *(
            PIL.Image.frombytes(mode, RAMP.size, b"".join((v * 257).to_bytes(2, order) for v in RAMP.tobytes()))
            for mode, order in (("I;16", "little"), ("I;16L", "little"), ("I;16B", "big"))
        ),
        RAMP.convert("I"),
        RAMP.convert("I").point(lambda value: value * 257 + 0),
        RAMP.convert("F"),
        RAMP.convert("F").point(lambda value: value * (1 / 255) + 0),
    ],
    ids=["I;16", "I;16L", "I;16B", "I", "I of 16 bits", "F", "F up to 1"],
)
def test_shades_of_more_than_8_bits_are_kept(image: PIL.Image.Image) -> None:
    sent = blob(image)
    assert sent.mime_type == "image/png"
    assert difference(opened(sent), RAMP) <= 1


@pytest.mark.parametrize("mode", ["I", "F"])
def test_a_range_beyond_that_of_pictures_is_stretched(mode: str) -> None:
    image = RAMP.convert(mode).point(lambda value: value * 1000 + -5000)
    assert opened(blob(image)).getextrema() == (0, 255)


def test_a_16_bit_file_that_is_changed_keeps_its_shades(tmp_path: Path) -> None:
    path = tmp_path / "scan.png"
    path.write_bytes(written(PIL.Image.frombytes("I;16", (2, 1), b"\x00\x00\x00\x80"), "PNG"))
    with PIL.Image.open(path) as image:
        assert blob(image).data == path.read_bytes()
        image.load()
        image.putpixel((0, 0), 65535)
        assert opened(blob(image)).tobytes() == b"\xff\x80"
