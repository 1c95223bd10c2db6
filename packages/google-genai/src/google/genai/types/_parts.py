"""The things that a part of a conversation can contain: media, function calls and their results, code and its output.

Knows neither turns nor backends.
"""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator
from typing_extensions import Self

from .. import types
from .._optional import McpCallToolResult
from .._times import duration_text
from .._wire.marks import GEMINI_ONLY, VERTEX_ONLY
from ._base import CaseInSensitiveEnum, Model
from ._bytes import BASE64
from ._later import (
    AudioMetadata,
    DocumentMetadata,
    MediaProcessing,
    SpreadsheetMetadata,
    VideoMetadataContentLayer,
)


class Language(CaseInSensitiveEnum):
    """Programming language of code written by the model. API: `ExecutableCode.Language`."""

    LANGUAGE_UNSPECIFIED = "LANGUAGE_UNSPECIFIED"
    """No language stated; do not send it."""
    PYTHON = "PYTHON"
    """Python 3, run in the service's sandbox."""


class Outcome(CaseInSensitiveEnum):
    """How the execution of generated code ended. API: `CodeExecutionResult.Outcome`."""

    OUTCOME_UNSPECIFIED = "OUTCOME_UNSPECIFIED"
    """No outcome stated; do not send it."""
    OUTCOME_OK = "OUTCOME_OK"
    """The code finished."""
    OUTCOME_FAILED = "OUTCOME_FAILED"
    """The code failed; `CodeExecutionResult.output` contains the error message."""
    OUTCOME_DEADLINE_EXCEEDED = "OUTCOME_DEADLINE_EXCEEDED"
    """The code was stopped because it took too long; there may be partial output."""


class FunctionResponseScheduling(CaseInSensitiveEnum):
    """When a live model responds to the result of a non-blocking function. API: `FunctionResponse.Scheduling`."""

    SCHEDULING_UNSPECIFIED = "SCHEDULING_UNSPECIFIED"
    """Nothing stated; treated as `WHEN_IDLE`."""
    SILENT = "SILENT"
    """Add the result to the context without responding to it."""
    WHEN_IDLE = "WHEN_IDLE"
    """Finish the current response, then respond to the result."""
    INTERRUPT = "INTERRUPT"
    """Interrupt the current response and respond to the result at once."""


class PartMediaResolutionLevel(CaseInSensitiveEnum):
    """Resolution at which one image, video or document is read. API: `Part.MediaResolution.Level`.

    A higher resolution costs more input tokens.
    """

    MEDIA_RESOLUTION_UNSPECIFIED = "MEDIA_RESOLUTION_UNSPECIFIED"
    """Leave the choice to the request's `media_resolution`, or else to the model."""
    MEDIA_RESOLUTION_LOW = "MEDIA_RESOLUTION_LOW"
    """Few tokens; enough for a general impression."""
    MEDIA_RESOLUTION_MEDIUM = "MEDIA_RESOLUTION_MEDIUM"
    """A compromise between cost and detail."""
    MEDIA_RESOLUTION_HIGH = "MEDIA_RESOLUTION_HIGH"
    """Many tokens; for small print and fine details."""
    MEDIA_RESOLUTION_ULTRA_HIGH = "MEDIA_RESOLUTION_ULTRA_HIGH"
    """More tokens than `MEDIA_RESOLUTION_HIGH`; for pictures full of small details. Not every model takes it."""


class Blob(Model):
    """Media contained in the request or response itself. API: `Part.inlineData`.

    Requests have a size limit (20 MB on the Developer API); upload larger media with `client.files`.
    """

    data: Annotated[bytes | None, BASE64] = None
    """The bytes of the media, as in a file; base64 on the wire."""

    display_name: str | None = None
    """Label that distinguishes several media, such as a file name."""

    mime_type: str | None = None
    """IANA media type such as "image/png". Required by the service; a type that the model cannot read is refused
    (400).
    """

    def as_image(self) -> "types.Image | None":
        """Return the media as an `Image`, or None if they are not an image."""
        if not self.data or not self.mime_type or not self.mime_type.startswith("image/"):
            return None
        from ._images import Image

        return Image(image_bytes=self.data, mime_type=self.mime_type)


class FileData(Model):
    """Media stored elsewhere, referred to by a URI. API: `Part.fileData`."""

    display_name: str | None = None
    """Label that distinguishes several media, such as a file name."""

    file_uri: str | None = None
    """`File.uri` of an upload on the Developer API, a `gs://` URI on Vertex AI; a web address, such as that of a YouTube
    video, if the model supports it.
    """

    mime_type: str | None = None
    """IANA media type such as "application/pdf"."""


class VideoMetadata(Model):
    """Section of a video that the model sees, and at which rate. API: `Part.videoMetadata`.

    Goes into the same part as the video's `inline_data` or `file_data`.
    """

    end_offset: Annotated[str | None, BeforeValidator(duration_text)] = None
    """End of the section in seconds from the beginning of the video, such as "75s" or "3.5s", or a `timedelta`; the
    end of the video if unset.
    """

    fps: float | None = None
    """Frames that the model sees per second, above 0 and at most 24; 1 if unset. Raise it for fast movement, lower it
    for long videos.
    """

    start_offset: Annotated[str | None, BeforeValidator(duration_text)] = None
    """Start of the section in seconds from the beginning of the video, such as "75s" or "3.5s", or a `timedelta`;
    the beginning if unset.
    """

    content_layers: list[VideoMetadataContentLayer] | None = None
    """Parts of the video that the model reads, such as its frames without the sound; the model chooses when unset."""


class PartMediaResolution(Model):
    """Resolution at which the media of one part are read; overrides `media_resolution` of the request. API:
    `Part.mediaResolution`. For models from Gemini 3 on.

    Set one of the two fields.
    """

    level: PartMediaResolutionLevel | None = None
    """Resolution as a relative level."""

    num_tokens: int | None = None
    """Resolution as a number of tokens for the media."""


class PartialArg(Model):
    """Piece of the arguments of a function call that is still being streamed. API: `FunctionCall.partialArgs`.
    Vertex AI only.

    One of the value fields is set, depending on the type of the argument.
    """

    null_value: Literal["NULL_VALUE"] | None = None
    """Set if the argument is null."""

    number_value: float | None = None
    """The argument, if it is a number."""

    string_value: str | None = None
    """Next piece of the argument, if it is a string; append the pieces in order."""

    bool_value: bool | None = None
    """The argument, if it is true or false."""

    json_path: str | None = None
    """Place of the value in the arguments, as a JSONPath (RFC 9535) such as "$.address.street"."""

    will_continue: bool | None = None
    """True if a later piece with the same `json_path` follows."""


class FunctionCall(Model):
    """Request of the model to run a function and send back the result. API: `Part.functionCall`."""

    id: str | None = None
    """Id that links the result to this call; repeat it in `FunctionResponse.id`. Not every model sends one."""

    args: dict[str, Any] | None = None
    """Arguments by parameter name, as JSON values; unset or empty for a call without arguments."""

    name: str | None = None
    """Name of the declared function to run."""

    partial_args: Annotated[list[PartialArg] | None, VERTEX_ONLY] = None
    """Pieces of the arguments, sent instead of `args` if the request set
    `FunctionCallingConfig.stream_function_call_arguments`. Vertex AI only.
    """

    will_continue: Annotated[bool | None, VERTEX_ONLY] = None
    """True if further pieces of this call follow in the stream. Vertex AI only."""


class FunctionResponseBlob(Model):
    """Media in the result of a function, contained in the request itself. API: `FunctionResponsePart.inlineData`."""

    mime_type: str | None = None
    """IANA media type such as "image/png"; a type that the model cannot read is refused (400)."""

    data: Annotated[bytes | None, BASE64] = None
    """The bytes of the media, as in a file; base64 on the wire."""

    display_name: str | None = None
    """Label by which `FunctionResponse.response` can refer to the media, as `{"$ref": "<label>"}`."""


class FunctionResponseFileData(Model):
    """Media in the result of a function, referred to by a URI. API: `FunctionResponsePart.fileData`."""

    file_uri: str | None = None
    """URI of the media, for example a `gs://` URI."""

    mime_type: str | None = None
    """IANA media type such as "image/png"; a type that the model cannot read is refused (400)."""

    display_name: str | None = None
    """Label by which `FunctionResponse.response` can refer to the media, as `{"$ref": "<label>"}`."""


class FunctionResponsePart(Model):
    """One medium in the result of a function. API: `FunctionResponse.parts`.

    Set `inline_data` or `file_data`; the other fields describe the medium.
    """

    inline_data: FunctionResponseBlob | None = None
    """Media, contained in the request itself."""

    file_data: FunctionResponseFileData | None = None
    """Media, referred to by a URI."""

    media_processing: Annotated[MediaProcessing | None, GEMINI_ONLY] = None
    """How the service prepares the medium for the model; the service chooses when unset. Gemini Developer API only."""

    media_resolution: PartMediaResolution | None = None
    """Resolution at which the model reads the medium."""

    video_metadata: VideoMetadata | None = None
    """Section and frame rate to read, if the medium is a video."""

    document_metadata: DocumentMetadata | None = None
    """Pages to read, if the medium is a document."""

    spreadsheet_metadata: SpreadsheetMetadata | None = None
    """Cells to read, if the medium is a spreadsheet."""

    audio_metadata: AudioMetadata | None = None
    """Section to hear, if the medium is a recording."""

    @classmethod
    def from_bytes(cls, data: bytes, *, mime_type: str, display_name: str | None = None) -> Self:
        """Return a part of a function's result that contains media in the request itself; the result can refer to it by
        `display_name`.
        """
        return cls(inline_data=FunctionResponseBlob(data=data, mime_type=mime_type, display_name=display_name))

    @classmethod
    def from_uri(cls, file_uri: str, *, mime_type: str | None = None, display_name: str | None = None) -> Self:
        """Return a part of a function's result that refers to a file; the result can refer to it by `display_name`.

        `mime_type` is guessed from the ending of the URI if it is not given. Raises `ValueError` if it cannot be
        guessed.
        """
        if mime_type is None:
            from .._media_types import media_type_of_uri

            mime_type = media_type_of_uri(file_uri)
        return cls(
            file_data=FunctionResponseFileData(file_uri=file_uri, mime_type=mime_type, display_name=display_name)
        )


class FunctionResponse(Model):
    """Result of a function that the model asked to run. API: `Part.functionResponse`.

    Belongs to a turn of role `user` after the turn with the call.
    """

    will_continue: Annotated[bool | None, GEMINI_ONLY] = None
    """True if a non-blocking function will send further results; unset means that this is the last one. Gemini
    Developer API only.
    """

    scheduling: FunctionResponseScheduling | None = None
    """When a live model responds to the result of a non-blocking function; unset means `WHEN_IDLE`."""

    parts: list[FunctionResponsePart] | None = None
    """Images and other media that belong to the result."""

    id: str | None = None
    """`FunctionCall.id` of the call; required if the call had one."""

    name: str | None = None
    """`FunctionCall.name` of the call."""

    response: dict[str, Any] | None = None
    """Result as a JSON object. By convention the key "output" contains the value and "error" an error message; without
    either, the whole object is the value.
    """

    @classmethod
    def from_mcp_response(cls, name: str, *, response: "McpCallToolResult") -> Self:
        """Return the result of a function that an MCP server ran.

        Args:
          name: Name of the function, as the model called it.
          response: The return value of `ClientSession.call_tool`. Its content becomes "result"; if the server reports an
            error, the texts of the content become "error".
        """
        dump: dict[str, Any] = response.model_dump(mode="json", by_alias=True, exclude_none=True)
        content: list[dict[str, Any]] = dump.get("content", [])
        if dump.get("isError"):
            reasons = [item["text"] for item in content if "text" in item]
            return cls(name=name, response={"error": "\n".join(reasons) or "The MCP server reports an error."})
        return cls(name=name, response={"result": content})


class ExecutableCode(Model):
    """Program that the model wrote and the service runs, with the code execution tool. API: `Part.executableCode`."""

    code: str | None = None
    """Source code of the program."""

    language: Language | None = None
    """Programming language of the program."""

    id: str | None = None
    """Id that links the result, `CodeExecutionResult.id`, to this program. Not every model sends one."""


class CodeExecutionResult(Model):
    """Result of the program in the preceding `ExecutableCode` part. API: `Part.codeExecutionResult`."""

    outcome: Outcome | None = None
    """Whether the program finished, failed or took too long."""

    output: str | None = None
    """Output of the program if it finished, otherwise its error output."""

    id: str | None = None
    """`ExecutableCode.id` of the program."""
