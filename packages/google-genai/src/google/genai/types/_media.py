"""What the model reads of a medium: pages, cells, sections and layers, and the manner of spoken text. Not part of this module:
the media themselves (see `_parts`).
"""

from typing import Annotated

from pydantic import BeforeValidator

from .._times import duration_text
from ._base import CaseInSensitiveEnum, Model


class MediaProcessing(CaseInSensitiveEnum):
    """How the service prepares a medium for the model. API: `Part.mediaProcessing`."""

    MEDIA_PROCESSING_UNSPECIFIED = "MEDIA_PROCESSING_UNSPECIFIED"
    """The service chooses."""
    STATIC = "STATIC"
    """The medium is read once, before the model begins to answer."""
    AGENTIC = "AGENTIC"
    """The model may look at parts of the medium again while it reasons, for example at a section of a video."""


class VideoMetadataContentLayer(CaseInSensitiveEnum):
    """Part of a video that the model reads. API: `VideoMetadata.ContentLayer`."""

    CONTENT_LAYER_UNSPECIFIED = "CONTENT_LAYER_UNSPECIFIED"
    """Unspecified."""
    FRAMES = "FRAMES"
    """The pictures."""
    AUDIO = "AUDIO"
    """The sound track."""
    TRANSCRIPT = "TRANSCRIPT"
    """The text of what is spoken."""


class DocumentMetadataContentLayer(CaseInSensitiveEnum):
    """Part of a document that the model reads. API: `DocumentMetadata.ContentLayer`."""

    CONTENT_LAYER_UNSPECIFIED = "CONTENT_LAYER_UNSPECIFIED"
    """Unspecified."""
    PAGE_IMAGE = "PAGE_IMAGE"
    """A picture of each page."""
    PAGE_TEXT = "PAGE_TEXT"
    """The text of each page."""


class SpreadsheetMetadataContentLayer(CaseInSensitiveEnum):
    """Part of a spreadsheet that the model reads. API: `SpreadsheetMetadata.ContentLayer`."""

    CONTENT_LAYER_UNSPECIFIED = "CONTENT_LAYER_UNSPECIFIED"
    """Unspecified."""
    DATA = "DATA"
    """The values of the cells."""
    FORMULAS = "FORMULAS"
    """The formulas in the cells."""
    VISUAL = "VISUAL"
    """A picture of the sheet, with its layout and charts."""


class DocumentMetadata(Model):
    """Pages of a document that the model reads. API: `Part.documentMetadata`.

    Goes into the same part as the document's `inline_data` or `file_data`.
    """

    start_page: int | None = None
    """First page to read, counted from 1; the first page of the document when unset."""

    end_page: int | None = None
    """Last page to read, counted from 1, inclusive; the last page of the document when unset."""

    content_layers: list[DocumentMetadataContentLayer] | None = None
    """Whether the model reads the text of the pages, pictures of them, or both; the model chooses when unset."""


class SpreadsheetMetadata(Model):
    """Cells of a spreadsheet that the model reads. API: `Part.spreadsheetMetadata`.

    Goes into the same part as the spreadsheet's `inline_data` or `file_data`.
    """

    visible_cells: str | None = None
    """Range of cells to read in A1 notation, such as "A1:D20"; all cells when unset."""

    sheet_index: int | None = None
    """Position of the sheet in the file, counted from 0; all sheets when unset."""

    content_layers: list[SpreadsheetMetadataContentLayer] | None = None
    """What the model reads of the cells: values, formulas, the appearance; the model chooses when unset."""


class AudioMetadata(Model):
    """Section of a recording that the model hears. API: `Part.audioMetadata`.

    Goes into the same part as the recording's `inline_data` or `file_data`.
    """

    start_offset: Annotated[str | None, BeforeValidator(duration_text)] = None
    """Start of the section in seconds from the beginning of the recording, such as "75s" or "3.5s", or a `timedelta`;
    the beginning if unset.
    """

    end_offset: Annotated[str | None, BeforeValidator(duration_text)] = None
    """End of the section in seconds from the beginning of the recording, such as "75s" or "3.5s", or a `timedelta`; the
    end of the recording if unset.
    """


class SpeechMetadata(Model):
    """Speaker and manner of a piece of spoken text. API: `Part.speechMetadata`."""

    speaker: str | None = None
    """Name of the speaker, see `SpeakerVoiceConfig.speaker`."""

    style: str | None = None
    """Manner of speaking in words, such as "whispering"."""
