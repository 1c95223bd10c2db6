"""What a part of a conversation can contain: media, function calls and their results, code and its output. Knows neither
turns nor backends.
"""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from .._optional import McpCallToolResult
from .._wire.marks import VERTEX_ONLY
from ._base import CaseInSensitiveEnum, Model

if TYPE_CHECKING:
    from typing_extensions import Self

    from ._images import Image


class Language(CaseInSensitiveEnum):
    """Programming language of code that the model wrote. API: `ExecutableCode.Language`."""

    LANGUAGE_UNSPECIFIED = "LANGUAGE_UNSPECIFIED"
    """No language stated; not meant to be sent."""
    PYTHON = "PYTHON"
    """Python 3, run in the service's sandbox."""


class Outcome(CaseInSensitiveEnum):
    """How a run of generated code ended. API: `CodeExecutionResult.Outcome`."""

    OUTCOME_UNSPECIFIED = "OUTCOME_UNSPECIFIED"
    """No outcome stated; not meant to be sent."""
    OUTCOME_OK = "OUTCOME_OK"
    """The code ran through."""
    OUTCOME_FAILED = "OUTCOME_FAILED"
    """The code ended in an error; `CodeExecutionResult.output` holds its message."""
    OUTCOME_DEADLINE_EXCEEDED = "OUTCOME_DEADLINE_EXCEEDED"
    """The code was stopped because it took too long; some output may be there."""


class FunctionResponseScheduling(CaseInSensitiveEnum):
    """When a live model takes up the result of a non-blocking function. API: `FunctionResponse.Scheduling`."""

    SCHEDULING_UNSPECIFIED = "SCHEDULING_UNSPECIFIED"
    """Nothing stated; treated as `WHEN_IDLE`."""
    SILENT = "SILENT"
    """Remember the result, but do not say anything because of it."""
    WHEN_IDLE = "WHEN_IDLE"
    """Finish what is being said, then respond to the result."""
    INTERRUPT = "INTERRUPT"
    """Break off what is being said and respond to the result at once."""


class PartMediaResolutionLevel(CaseInSensitiveEnum):
    """Detail at which one picture, video or document is read. API: `Part.MediaResolution.Level`.

    More detail costs more input tokens.
    """

    MEDIA_RESOLUTION_UNSPECIFIED = "MEDIA_RESOLUTION_UNSPECIFIED"
    """Leave the choice to the request's `media_resolution`, or else to the model."""
    MEDIA_RESOLUTION_LOW = "MEDIA_RESOLUTION_LOW"
    """Few tokens; enough for a general impression."""
    MEDIA_RESOLUTION_MEDIUM = "MEDIA_RESOLUTION_MEDIUM"
    """Middle ground between cost and detail."""
    MEDIA_RESOLUTION_HIGH = "MEDIA_RESOLUTION_HIGH"
    """Many tokens, for small print and fine structure."""


class Blob(Model):
    """Media carried inside the request or response itself. API: `Part.inlineData`.

    Requests have a size limit (20 MB on the Developer API); larger media go through `client.files`.
    """

    data: bytes | None = None
    """The media as they are in a file; base64 on the wire."""

    display_name: Annotated[str | None, VERTEX_ONLY] = None
    """Label that tells several media apart, such as a file name. Vertex AI only."""

    mime_type: str | None = None
    """IANA media type such as "image/png". Required by the service; a type that the model cannot read is refused
    (400).
    """

    def as_image(self) -> "Image | None":
        """Return the media as an `Image`, or None when they are no picture."""
        if not self.data or not self.mime_type or not self.mime_type.startswith("image/"):
            return None
        from ._images import Image

        return Image(image_bytes=self.data, mime_type=self.mime_type)


class FileData(Model):
    """Media that lie elsewhere, given by their address. API: `Part.fileData`."""

    display_name: Annotated[str | None, VERTEX_ONLY] = None
    """Label that tells several media apart, such as a file name. Vertex AI only."""

    file_uri: str | None = None
    """`File.uri` of an upload on the Developer API, a `gs://` address on Vertex AI; a web address, such as that of a
    YouTube video, where the model takes one.
    """

    mime_type: str | None = None
    """IANA media type such as "application/pdf"."""


class VideoMetadata(Model):
    """Which frames of a video the model sees. API: `Part.videoMetadata`.

    Goes into the same part as the video's `inline_data` or `file_data`.
    """

    end_offset: str | None = None
    """Where to stop, in seconds from the beginning, written like "75s" or "3.5s"; the video's end when unset."""

    fps: float | None = None
    """Frames looked at per second, above 0 and at most 24; 1 when unset. Raise it for fast movement, lower it for
    long videos.
    """

    start_offset: str | None = None
    """Where to begin, in seconds from the beginning, written like "75s" or "3.5s"; the video's beginning when unset."""


class PartMediaResolution(Model):
    """Detail at which the media of one part are read; outranks the request's `media_resolution`. API:
    `Part.mediaResolution`. For models from Gemini 3 on.

    Set one of the two fields.
    """

    level: PartMediaResolutionLevel | None = None
    """Detail as a relative level."""

    num_tokens: int | None = None
    """Detail as a number of tokens to spend on the media."""


class PartialArg(Model):
    """Piece of a function call's arguments while they are still being streamed. API: `FunctionCall.partialArgs`.
    Vertex AI only.

    One of the value fields is set; which one tells the argument's type.
    """

    null_value: Literal["NULL_VALUE"] | None = None
    """Set if the argument is null."""

    number_value: float | None = None
    """The argument, if it is a number."""

    string_value: str | None = None
    """Next piece of the argument, if it is text; append the pieces in order."""

    bool_value: bool | None = None
    """The argument, if it is true or false."""

    json_path: str | None = None
    """Where in the arguments the value belongs, as a JSONPath (RFC 9535) such as "$.address.street"."""

    will_continue: bool | None = None
    """True if a later piece with the same `json_path` follows."""


class FunctionCall(Model):
    """Request of the model to run a function and report back. API: `Part.functionCall`."""

    id: str | None = None
    """Key that ties the result to this call; repeat it in `FunctionResponse.id`. Not every model sends one."""

    args: dict[str, Any] | None = None
    """Arguments by parameter name, as JSON values; unset or empty if there are none."""

    name: str | None = None
    """Which declared function to run."""

    partial_args: Annotated[list[PartialArg] | None, VERTEX_ONLY] = None
    """Pieces of the arguments, sent instead of `args` if the request set
    `FunctionCallingConfig.stream_function_call_arguments`. Vertex AI only.
    """

    will_continue: Annotated[bool | None, VERTEX_ONLY] = None
    """True if further pieces of this call follow in the stream. Vertex AI only."""


class FunctionResponseBlob(Model):
    """Media inside a function's result, carried in the request itself. API: `FunctionResponsePart.inlineData`."""

    mime_type: str | None = None
    """IANA media type such as "image/png"; a type that the model cannot read is refused (400)."""

    data: bytes | None = None
    """The media as they are in a file; base64 on the wire."""

    display_name: str | None = None
    """Label by which `FunctionResponse.response` can refer to the media, as `{"$ref": "<label>"}`."""


class FunctionResponseFileData(Model):
    """Media inside a function's result, given by their address. API: `FunctionResponsePart.fileData`."""

    file_uri: str | None = None
    """Where the media lie, for instance a `gs://` address."""

    mime_type: str | None = None
    """IANA media type such as "image/png"; a type that the model cannot read is refused (400)."""

    display_name: str | None = None
    """Label by which `FunctionResponse.response` can refer to the media, as `{"$ref": "<label>"}`."""


class FunctionResponsePart(Model):
    """One piece of media that a function's result includes. API: `FunctionResponse.parts`.

    Set one of the two fields.
    """

    inline_data: FunctionResponseBlob | None = None
    """Media carried in the request itself."""

    file_data: FunctionResponseFileData | None = None
    """Media given by their address."""

    @classmethod
    def from_bytes(cls, *, data: bytes, mime_type: str) -> "Self":
        """Return a part of a function's answer that carries media inside the request."""
        return cls(inline_data=FunctionResponseBlob(data=data, mime_type=mime_type))

    @classmethod
    def from_uri(cls, *, file_uri: str, mime_type: str | None = None) -> "Self":
        """Return a part of a function's answer that refers to a file; `mime_type` is guessed from the URI's ending.

        Raises `ValueError` when it cannot be guessed.
        """
        if mime_type is None:
            import mimetypes

            mime_type, _ = mimetypes.guess_type(file_uri)
            if mime_type is None:
                raise ValueError(f"The media type of {file_uri!r} cannot be told from its ending; pass mime_type=...")
        return cls(file_data=FunctionResponseFileData(file_uri=file_uri, mime_type=mime_type))


class FunctionResponse(Model):
    """Result of a function that the model asked for. API: `Part.functionResponse`.

    Goes into a turn of role `user` that follows the model's call.
    """

    will_continue: bool | None = None
    """True for a non-blocking function that reports in several steps and is not done yet; unset means this is the
    last report.
    """

    scheduling: FunctionResponseScheduling | None = None
    """When a live model takes up the result of a non-blocking function; unset means `WHEN_IDLE`."""

    parts: list[FunctionResponsePart] | None = None
    """Pictures and other media that belong to the result."""

    id: str | None = None
    """`FunctionCall.id` of the call that is answered; repeat it wherever the call had one."""

    name: str | None = None
    """`FunctionCall.name` of the call that is answered."""

    response: dict[str, Any] | None = None
    """Result as a JSON object. By convention the key "output" holds the value and "error" what went wrong; without
    either, the object as a whole is the value.
    """

    @classmethod
    def from_mcp_response(cls, *, name: str, response: "McpCallToolResult") -> "Self":
        """Return the result of a function that an MCP server ran.

        Args:
          name: Name of the function, as the model called it.
          response: What `ClientSession.call_tool` returned. Its content goes under "result"; where the server reports
            an error, the texts of the content go under "error".
        """
        shown: dict[str, Any] = response.model_dump(mode="json", by_alias=True, exclude_none=True)
        content: list[dict[str, Any]] = shown.get("content", [])
        if shown.get("isError"):
            reasons = [item["text"] for item in content if "text" in item]
            return cls(name=name, response={"error": "\n".join(reasons) or "The MCP server reports an error."})
        return cls(name=name, response={"result": content})


class ExecutableCode(Model):
    """Program the model wrote for its code execution tool; the service runs it. API: `Part.executableCode`."""

    code: str | None = None
    """Source text of the program."""

    language: Language | None = None
    """What the program is written in."""


class CodeExecutionResult(Model):
    """What became of the program in the `ExecutableCode` part before. API: `Part.codeExecutionResult`."""

    outcome: Outcome | None = None
    """Whether the program ran through, failed or took too long."""

    output: str | None = None
    """What the program printed if it ran through, else its error output."""
