"""Details of sources of a grounded answer: routes, pictures on the web, metadata of documents. Not part of this module: the
sources (see `_grounding`).
"""

from ._base import Model


class GroundingChunkMapsRoute(Model):
    """A route in Google Maps, used as a source. Documented for Vertex AI."""

    distance_meters: int | None = None
    """Length of the route in metres."""

    duration: str | None = None
    """Travel time as a duration in seconds, such as "930s"."""

    encoded_polyline: str | None = None
    """Course of the route in the format of encoded polylines of Google Maps."""


class GroundingChunkImage(Model):
    """A picture on the web, used as a source.

    API: `GroundingChunk.image`.
    """

    source_uri: str | None = None
    """URI of the page with the picture."""

    image_uri: str | None = None
    """URI of the picture itself."""

    title: str | None = None
    """Title of the page."""

    domain: str | None = None
    """Host name of the page."""


class GroundingChunkStringList(Model):
    """Several texts as one value of custom metadata. Documented for the Gemini Developer API."""

    values: list[str] | None = None
    """The texts, in order."""


class GroundingChunkCustomMetadata(Model):
    """Metadata entry of the document of a passage, as it was given in `Document.custom_metadata`; one of the values is
    set. Documented for the Gemini Developer API.
    """

    key: str | None = None
    """Name of the entry."""

    numeric_value: float | None = None
    """Value, if it is a number."""

    string_list_value: GroundingChunkStringList | None = None
    """Value, if it consists of several texts."""

    string_value: str | None = None
    """Value, if it is one text."""
