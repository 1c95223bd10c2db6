"""Pictures, masks and MP4 files by themselves, without a server."""

from __future__ import annotations

import io
import struct

import pytest
from PIL import Image, ImageDraw

from genai_local.media import pictures, segments
from genai_local.media.clips import Scene, film
from genai_local.media.mp4 import Clip, read_mp4, write_mp4


def disc(size=(120, 80), colour="red", ground="white"):
    picture = Image.new("RGB", size, ground)
    ImageDraw.Draw(picture).ellipse((size[0] * 0.3, size[1] * 0.2, size[0] * 0.7, size[1] * 0.8), fill=colour)
    return picture


def jpeg(colour, size=(32, 16)):
    return pictures.encode(Image.new("RGB", size, colour), "image/jpeg")


def share(mask):
    return segments.binary(mask, 128).histogram()[255] / (mask.width * mask.height)


def test_the_same_arguments_draw_the_same_bytes():
    first, second, other = (pictures.encode(pictures.draw((64, 48), "A hill", seed)) for seed in ("1", "1", "2"))
    assert first == second != other


def test_colours_of_the_text_are_in_the_picture():
    colours = pictures.draw((200, 200), "A red ball and a Blue cube", "1").getcolors(100_000)
    assert {(255, 0, 0), (0, 0, 255)} <= {colour for _, colour in colours}
    assert pictures.colours_in("no hue at all") == []
    assert pictures.colours_in("red, red and teal") == [(255, 0, 0), (255, 0, 0), (0, 128, 128)]


@pytest.mark.parametrize("size", [(1024, 1024), (300, 700), (90, 60), (24, 24)])
@pytest.mark.parametrize("text", ["Short", "A longer line of text " * 40, "W" * 300, ""])
def test_a_caption_leaves_part_of_the_picture(size, text):
    plain = Image.new("RGB", size, "orange")
    captioned = pictures.caption(plain, text, ["one line", "another line"])
    assert captioned.size == size
    assert plain.getcolors() == [(size[0] * size[1], (255, 165, 0))]
    assert captioned != plain
    assert captioned.getpixel((0, 0)) == (255, 165, 0) or size[1] < 90


def test_captions_differ_with_their_text():
    plain = Image.new("RGB", (200, 200))
    assert pictures.caption(plain, "one", []) != pictures.caption(plain, "two", [])


def test_letters_missing_in_the_font():
    assert pictures.readable("Zürich 日") == "Zurich <U+65E5>"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP"])
def test_pictures_are_read(kind):
    target = io.BytesIO()
    disc().save(target, kind)
    assert pictures.read_picture(target.getvalue()).size == (120, 80)


def test_transparency_becomes_white():
    target = io.BytesIO()
    Image.new("RGBA", (4, 4), (0, 0, 0, 0)).save(target, "PNG")
    assert pictures.read_picture(target.getvalue()).getpixel((0, 0)) == (255, 255, 255)


def test_a_rotated_picture_is_turned_upright():
    target = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (40, 20)).save(target, "JPEG", exif=exif)
    assert pictures.read_picture(target.getvalue()).size == (20, 40)


def test_invalid_pictures():
    png = pictures.encode(disc())
    for data in (b"", b"hello", png[:60], b"%PDF-1.7 x"):
        with pytest.raises(ValueError, match="not a picture of a supported format"):
            pictures.read_picture(data)
    bomb = io.BytesIO()
    Image.new("1", (9000, 9000)).save(bomb, "PNG")
    with pytest.raises(ValueError, match="pixels"):
        pictures.read_picture(bomb.getvalue())


def test_foreground_and_background_are_complements():
    fore, back = segments.foreground(disc()), segments.background(disc())
    assert share(fore) == pytest.approx(0.19, abs=0.03)
    assert share(fore) + share(back) == pytest.approx(1, abs=0.02)
    assert fore.getpixel((60, 40)) == 255
    assert fore.getpixel((2, 2)) == 0


def test_a_picture_of_one_colour_has_no_foreground():
    assert share(segments.foreground(Image.new("RGB", (20, 20), "green"))) == 0


def test_masks_by_colour_scribble_and_class():
    picture = disc()
    scribble = Image.new("RGB", picture.size)
    ImageDraw.Draw(scribble).line((55, 40, 65, 40), fill="white", width=3)
    for mask in (
        segments.select_colour(picture, "the red one"),
        segments.select_scribble(picture, scribble),
        segments.of_class(picture, "ball", 1),
    ):
        assert mask.getpixel((60, 40)) > 128 > mask.getpixel((2, 2))
    with pytest.raises(ValueError, match="the scribble is empty"):
        segments.select_scribble(picture, Image.new("RGB", (5, 5)))


def test_certainty():
    assert segments.certainty(Image.new("L", (4, 4))) == 0
    assert segments.certainty(segments.foreground(disc())) > 0.9


@pytest.mark.parametrize("amount", [0.01, 0.1, 0.5])
def test_masks_grow(amount):
    mask = segments.binary(segments.foreground(disc()), 128)
    left, _, right, _ = mask.getbbox()
    grown_left, _, grown_right, _ = segments.dilate(mask, amount).getbbox()
    radius = round(120 * amount)
    assert abs(grown_left - max(0, left - radius)) <= 4
    assert abs(grown_right - min(120, right + radius)) <= 4
    assert segments.dilate(mask, 0) == mask


@pytest.mark.parametrize("fps", [1, 7, 24, 25, 30, 60])
def test_mp4_is_read_as_it_was_written(fps):
    clip = Clip(32, 16, fps, [jpeg("red"), jpeg("red"), jpeg("blue")])
    data = write_mp4(clip)
    assert data[4:12] == b"ftypisom"
    assert read_mp4(data) == clip
    assert data.count(jpeg("red")) == 1, "equal frames share their bytes"


def test_the_boxes_of_an_mp4_file_fill_it():
    data = write_mp4(Clip(32, 16, 24, [jpeg("red")] * 24))
    kinds, position = [], 0
    while position < len(data):
        length, kind = struct.unpack_from(">I4s", data, position)
        kinds.append(kind)
        position += length
    assert position == len(data)
    assert kinds == [b"ftyp", b"mdat", b"moov"]


def test_invalid_mp4_files():
    data = write_mp4(Clip(32, 16, 24, [jpeg("red")]))
    broken = [b"", b"hello world, hello", data[:40], data[: len(data) // 2]]
    other = [data.replace(b"mp4v", b"avc1"), data.replace(b"\xff\xd8", b"\x00\x00")]
    for wrong in (*broken, *other):
        with pytest.raises(ValueError, match="MP4"):
            read_mp4(wrong)


def test_a_film_begins_with_its_first_picture_and_ends_with_its_last():
    scene = Scene("A trip", [], "1", first=Image.new("RGB", (64, 36), "red"), last=Image.new("RGB", (64, 36), "blue"))
    clip = film(scene, (128, 72), 4, 3, 90)
    first, last = (pictures.read_picture(clip.frames[place]).getpixel((64, 12)) for place in (0, -1))
    assert len(clip.frames) == 12
    assert first[0] > 200 > 60 > first[2]
    assert last[2] > 200 > 60 > last[0]


def test_a_film_that_continues_another():
    before = film(Scene("One", [], "1"), (96, 54), 2, 4, 60)
    same = film(Scene("Two", [], "2", before=before), (96, 54), 1, 4, 60)
    assert list(same.frames[:8]) == list(before.frames)
    assert len(same.frames) == 12
    faster = film(Scene("Two", [], "2", before=before), (48, 27), 1, 8, 60)
    assert len(faster.frames) == 24
    assert pictures.read_picture(faster.frames[0]).size == (48, 27)
