"""Pillow images as bytes in a format that the services read, without the loss of anything visible.

Pillow is used through the image; it is imported only when an image is encoded.
"""

import io
from typing import Any

from ._parts import Blob

_MEDIA_TYPES = {
    "PNG": "image/png",
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",  # a JPEG file with further pictures at its end, as some cameras write
    "WEBP": "image/webp",
    "HEIC": "image/heic",
    "HEIF": "image/heif",
}
"""Formats of files that the services read, by Pillow's name."""
_WITH_SEVERAL_PICTURES = "MPO"
_LOSSY = ("JPEG", "MPO")
_ORIENTATION = 0x0112
_WITH_ALPHA = {"RGBA": "RGBA", "LA": "LA", "PA": "RGBA", "RGBa": "RGBA", "La": "LA"}
"""Modes with transparency, and the mode in which PNG has it."""
_LOSSLESS = ("1", "P")
_LARGEST = 255
_LARGEST_OF_16_BITS = 65535


def blob_of_image(image: Any) -> Blob:
    """Return a Pillow image as a blob.

    The file of an unchanged image is sent as it is. Any other image is turned upright and encoded: as PNG, which loses
    nothing, or as JPEG if its file is a JPEG, or if PNG does not have its colours.
    """
    data = _unchanged_file(image)
    if data is not None:
        return Blob(data=data, mime_type=_MEDIA_TYPES[image.format])
    from PIL import ImageOps

    upright: Any = ImageOps.exif_transpose(image)
    encoded, needs_png = _for_files(upright)
    profile = upright.info.get("icc_profile") if encoded.mode == upright.mode else None
    is_jpeg = image.format in _LOSSY or encoded.mode != upright.mode
    kind = "JPEG" if is_jpeg and not needs_png else "PNG"
    written = io.BytesIO()
    encoded.save(written, format=kind, icc_profile=profile)
    return Blob(data=written.getvalue(), mime_type=_MEDIA_TYPES[kind])


def _unchanged_file(image: Any) -> bytes | None:
    """Return the bytes of the file of an image, or None without such a file or if the image is no longer the same."""
    if image.format not in _MEDIA_TYPES:
        return None
    if getattr(image, "n_frames", 1) > 1 and (image.format != _WITH_SEVERAL_PICTURES or image.tell() != 0):
        return None
    is_loaded = not getattr(image, "tile", None)
    for read, source in ((_bytes_of, getattr(image, "fp", None)), (_bytes_at, getattr(image, "filename", None))):
        try:
            data = read(source) if source else b""
            if data and _is_same(image, data, with_pixels=is_loaded):
                return data
        except (AttributeError, OSError, SyntaxError, ValueError):  # closed, no longer there, or no longer a picture
            continue
    return None


def _bytes_at(path: Any) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def _bytes_of(file: Any) -> bytes:
    position = file.tell()
    try:
        file.seek(0)
        return file.read()
    finally:
        file.seek(position)


def _is_same(image: Any, data: bytes, *, with_pixels: bool) -> bool:
    """Return whether an image shows the picture that some bytes contain. A loaded image may have been drawn on."""
    from PIL import Image

    opened: Any = Image.open(io.BytesIO(data))
    with opened as fresh:
        if (fresh.format, fresh.mode, fresh.size) != (image.format, image.mode, image.size):
            return False
        if not with_pixels:
            return True
        return (
            fresh.tobytes() == image.tobytes()
            and fresh.getpalette() == image.getpalette()
            and fresh.info.get("transparency") == image.info.get("transparency")
            and fresh.getexif().get(_ORIENTATION) == image.getexif().get(_ORIENTATION)
        )


def _for_files(image: Any) -> tuple[Any, bool]:
    """Return an image in a mode that PNG or JPEG has, and whether only PNG keeps everything visible."""
    mode = image.mode
    if mode in _WITH_ALPHA:
        return image if mode == _WITH_ALPHA[mode] else image.convert(_WITH_ALPHA[mode]), True
    if mode in _LOSSLESS or (mode in ("L", "RGB") and "transparency" in image.info):
        return image, True
    if mode in ("I", "F") or mode.startswith("I;"):
        return _in_8_bits(image), True
    return image if mode in ("RGB", "L") else image.convert("RGB"), False


def _in_8_bits(image: Any) -> Any:
    """Return an image with one channel of 16 or 32 bits in shades of grey of 8 bits.

    Values up to 255 are shades already; 16-bit values and fractions up to 1 are scaled; any other range is stretched.
    """
    wide = image if image.mode == "F" else image.convert("I").convert("F")
    low, high = wide.getextrema()
    if low < 0 or high > _LARGEST_OF_16_BITS or (high > _LARGEST and image.mode == "F"):
        scale, shift = _LARGEST / ((high - low) or 1), low
    else:
        scale = (
            _LARGEST if image.mode == "F" and high <= 1 else 1 if high <= _LARGEST else _LARGEST / _LARGEST_OF_16_BITS
        )
        shift = 0
    offset = 0.5 - shift * scale

    def shade(value: Any) -> Any:
        return value * scale + offset

    return wide.point(shade).convert("L")
