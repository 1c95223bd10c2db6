"""Formats of an answer, one for each kind of output: text, sound, pictures, video. Not part of this module: schemas of
answers (see `_schema`), voices (see `_speech`).
"""

from typing import Any

from pydantic import Field

from ._base import CaseInSensitiveEnum, Model


class Delivery(CaseInSensitiveEnum):
    """Way in which media of an answer arrive. API: `Delivery`."""

    DELIVERY_UNSPECIFIED = "DELIVERY_UNSPECIFIED"
    """The service chooses."""
    INLINE = "INLINE"
    """As bytes in the answer."""
    URI = "URI"
    """As an address."""


class AspectRatio(CaseInSensitiveEnum):
    """Ratio of width to height of a picture or a video. API: `AspectRatio`."""

    ASPECT_RATIO_UNSPECIFIED = "ASPECT_RATIO_UNSPECIFIED"
    """The model chooses."""
    ASPECT_RATIO_ONE_BY_ONE = "ASPECT_RATIO_ONE_BY_ONE"
    """Square."""
    ASPECT_RATIO_TWO_BY_THREE = "ASPECT_RATIO_TWO_BY_THREE"
    """Width to height 2:3."""
    ASPECT_RATIO_THREE_BY_TWO = "ASPECT_RATIO_THREE_BY_TWO"
    """Width to height 3:2."""
    ASPECT_RATIO_THREE_BY_FOUR = "ASPECT_RATIO_THREE_BY_FOUR"
    """Width to height 3:4."""
    ASPECT_RATIO_FOUR_BY_THREE = "ASPECT_RATIO_FOUR_BY_THREE"
    """Width to height 4:3."""
    ASPECT_RATIO_FOUR_BY_FIVE = "ASPECT_RATIO_FOUR_BY_FIVE"
    """Width to height 4:5."""
    ASPECT_RATIO_FIVE_BY_FOUR = "ASPECT_RATIO_FIVE_BY_FOUR"
    """Width to height 5:4."""
    ASPECT_RATIO_NINE_BY_SIXTEEN = "ASPECT_RATIO_NINE_BY_SIXTEEN"
    """Width to height 9:16."""
    ASPECT_RATIO_SIXTEEN_BY_NINE = "ASPECT_RATIO_SIXTEEN_BY_NINE"
    """Width to height 16:9."""
    ASPECT_RATIO_TWENTY_ONE_BY_NINE = "ASPECT_RATIO_TWENTY_ONE_BY_NINE"
    """Width to height 21:9."""
    ASPECT_RATIO_ONE_BY_EIGHT = "ASPECT_RATIO_ONE_BY_EIGHT"
    """Width to height 1:8."""
    ASPECT_RATIO_EIGHT_BY_ONE = "ASPECT_RATIO_EIGHT_BY_ONE"
    """Width to height 8:1."""
    ASPECT_RATIO_ONE_BY_FOUR = "ASPECT_RATIO_ONE_BY_FOUR"
    """Width to height 1:4."""
    ASPECT_RATIO_FOUR_BY_ONE = "ASPECT_RATIO_FOUR_BY_ONE"
    """Width to height 4:1."""


class ImageSize(CaseInSensitiveEnum):
    """Size of a generated picture. API: `ImageSize`."""

    IMAGE_SIZE_UNSPECIFIED = "IMAGE_SIZE_UNSPECIFIED"
    """The model chooses."""
    IMAGE_SIZE_FIVE_TWELVE = "IMAGE_SIZE_FIVE_TWELVE"
    """About 512 pixels on each side."""
    IMAGE_SIZE_ONE_K = "IMAGE_SIZE_ONE_K"
    """About 1024 pixels on each side."""
    IMAGE_SIZE_TWO_K = "IMAGE_SIZE_TWO_K"
    """About 2048 pixels on each side."""
    IMAGE_SIZE_FOUR_K = "IMAGE_SIZE_FOUR_K"
    """About 4096 pixels on each side."""


class AudioResponseFormat(Model):
    """Format of sound in an answer. API: `ResponseFormat.audio`."""

    bit_rate: int | None = None
    """Bit rate in bits per second, for compressed sound; the service chooses when unset."""

    delivery: Delivery | None = None
    """Whether the answer contains the sound or its address; the service chooses when unset."""

    mime_type: str | None = None
    """Media type, such as "audio/wav" or "audio/mp3"; the service chooses when unset."""

    sample_rate: int | None = None
    """Samples per second, such as 24000; the service chooses when unset."""


class ImageResponseFormat(Model):
    """Format of pictures in an answer. API: `ResponseFormat.image`."""

    aspect_ratio: AspectRatio | None = None
    """Ratio of width to height; the model chooses when unset."""

    delivery: Delivery | None = None
    """Whether the answer contains the pictures or their addresses; the service chooses when unset."""

    image_size: ImageSize | None = None
    """Size; the model chooses when unset."""

    mime_type: str | None = None
    """Media type, such as "image/png" or "image/jpeg"; the service chooses when unset."""


class TextResponseFormat(Model):
    """Format of text in an answer. API: `ResponseFormat.text`."""

    mime_type: str | None = None
    """Media type: "text/plain" (when unset) or "application/json"."""

    jsonSchema: Any | None = Field(default=None, alias="schema")
    """JSON Schema of the text; needs `mime_type="application/json"`. Sent as `schema`, which is its name in a dict as well."""


class VideoResponseFormat(Model):
    """Format of a video in an answer. API: `ResponseFormat.video`. Vertex AI only."""

    aspect_ratio: AspectRatio | None = None
    """Ratio of width to height; the model chooses when unset."""

    delivery: Delivery | None = None
    """Whether the answer contains the video or its address; the service chooses when unset."""

    duration: str | None = None
    """Length of the video as a duration in seconds, such as "8s"; the model chooses when unset."""

    gcs_uri: str | None = None
    """Location "gs://bucket/prefix" for the video; with `Delivery.URI`."""

    resolution: str | None = None
    """Resolution, such as "720p" or "1080p"; the model chooses when unset."""


class ResponseFormat(Model):
    """Format of one kind of output; set the field for this kind. API: `GenerationConfig.responseFormat`."""

    audio: AudioResponseFormat | None = None
    """Format of sound."""

    image: ImageResponseFormat | None = None
    """Format of pictures."""

    text: TextResponseFormat | None = None
    """Format of text."""

    video: VideoResponseFormat | None = None
    """Format of video. Vertex AI only."""
