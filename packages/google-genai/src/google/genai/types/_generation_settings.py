"""Settings of a generation that few programs use: encoding of pictures, destination of large results, filters of Model
Armor. Not part of this module: all other settings (see `_generation_config`).
"""

from ._base import CaseInSensitiveEnum, Model


class ProminentPeople(CaseInSensitiveEnum):
    """Whether generated pictures may show prominent people. API: `ImageConfig.prominentPeople`. Vertex AI only."""

    PROMINENT_PEOPLE_UNSPECIFIED = "PROMINENT_PEOPLE_UNSPECIFIED"
    """The service chooses."""
    ALLOW_PROMINENT_PEOPLE = "ALLOW_PROMINENT_PEOPLE"
    """Pictures may show them."""
    BLOCK_PROMINENT_PEOPLE = "BLOCK_PROMINENT_PEOPLE"
    """Requests for such pictures are blocked."""


class ImageConfigImageOutputOptions(Model):
    """Encoding of generated pictures. API: `ImageConfig.imageOutputOptions`. Vertex AI only."""

    mime_type: str | None = None
    """Encoding such as "image/png" or "image/jpeg"."""

    compression_quality: int | None = None
    """JPEG quality from 0 to 100; higher values give larger and better pictures. No effect on other encodings."""


class GenerationOutputConfig(Model):
    """Destination of large results of a generation, such as videos. API: `GenerateContentRequest.outputConfig`. Vertex
    AI only.
    """

    output_uri_prefix: str | None = None
    """Location "gs://bucket/prefix" in Cloud Storage; the results are part of the answer when unset."""


class ModelArmorConfig(Model):
    """Templates of Model Armor, the Google Cloud service that filters prompts and answers. API:
    `GenerateContentRequest.modelArmorConfig`. Vertex AI only.

    Each name has the form "projects/.../locations/.../templates/...".
    """

    prompt_template_name: str | None = None
    """Template that filters the prompt."""

    response_template_name: str | None = None
    """Template that filters the answer."""
