"""Own what conversations consist of: contents, their parts, and every kind of thing a part can hold. Must not know
how user input is turned into parts, which backend is in use, nor how a conversation is sent.
"""

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field

from .._wire.marks import VERTEX_ONLY
from ._base import CaseInSensitiveEnum, Model, ModelType
from ._optional import McpCallToolResult

if TYPE_CHECKING:
    from typing_extensions import Self

    from . import _dict_unions
    from ._images import Image


if TYPE_CHECKING:
    _TakesOneValue = ModelType
else:

    class _TakesOneValue(ModelType):
        """Let a type be built from one positional value as well.

        The value is taken here and not by an `__init__`: pydantic-core calls a model's own `__init__` for every nested
        object it decodes, which halves the speed of replies.
        """

        def __call__(cls, *values: Any, **fields: Any) -> Any:
            if values:
                if len(values) > 1:
                    raise TypeError(f"{cls.__name__}() takes one positional value, got {len(values)}")
                return cls._from_value(values[0], fields)
            if cls._value_field in fields:
                return cls._from_value(fields.pop(cls._value_field), fields)
            return super().__call__(**fields)


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


class Part(Model, metaclass=_TakesOneValue):
    """One piece of a message: text, media, a function call, a result, … API: `Content.parts`.

    One field holds the piece; `thought`, `thought_signature`, `video_metadata` and `media_resolution` go with it.
    A single value (text, a file, a PIL image, a dict) builds the part that it describes.

    Example::

        types.Part("Describe this picture.")
        types.Part.from_uri(file_uri="gs://bucket/cat.png", mime_type="image/png")
    """

    media_resolution: PartMediaResolution | None = None
    """Detail at which this part's media are read."""

    code_execution_result: CodeExecutionResult | None = None
    """Outcome of a program the model had run."""

    executable_code: ExecutableCode | None = None
    """Program the model had run."""

    file_data: FileData | None = None
    """Media given by their address."""

    function_call: FunctionCall | None = None
    """Function the model wants run."""

    function_response: FunctionResponse | None = None
    """Result of a function the model asked for."""

    inline_data: Blob | None = None
    """Media carried in the message itself."""

    text: str | None = None
    """Words; models often write Markdown."""

    thought: bool | None = None
    """True if the part summarizes the model's reasoning instead of answering; see `ThinkingConfig.include_thoughts`."""

    thought_signature: bytes | None = None
    """The model's reasoning in sealed form; base64 on the wire. Send it back unchanged with the part, or the model
    loses its train of thought; Gemini 3 models refuse (400) function calls that come back without it.
    """

    video_metadata: VideoMetadata | None = None
    """Section and frame rate, if the part is a video."""

    _value_field: ClassVar[str] = "value"

    if TYPE_CHECKING:

        def __init__(
            self,
            value: "_dict_unions.PartUnionDict | None" = None,
            /,
            *,
            media_resolution: PartMediaResolution | None = None,
            code_execution_result: CodeExecutionResult | None = None,
            executable_code: ExecutableCode | None = None,
            file_data: FileData | None = None,
            function_call: FunctionCall | None = None,
            function_response: FunctionResponse | None = None,
            inline_data: Blob | None = None,
            text: str | None = None,
            thought: bool | None = None,
            thought_signature: bytes | None = None,
            video_metadata: VideoMetadata | None = None,
        ) -> None: ...

    @classmethod
    def _from_value(cls, value: Any, fields: dict[str, Any]) -> "Part":
        from ._coercion import part_of

        if value is None:
            return cls(**fields)
        part = part_of(value)
        return cls(**{name: getattr(part, name) for name in part.model_fields_set} | fields)

    @classmethod
    def from_text(cls, *, text: str) -> "Self":
        """Return a part that holds text."""
        return cls(text=text)

    @classmethod
    def from_bytes(
        cls,
        *,
        data: bytes,
        mime_type: str,
        media_resolution: "_dict_unions.PartMediaResolutionForm | None" = None,
    ) -> "Self":
        """Return a part that carries the bytes of a picture, a sound, a document, … inside the request.

        `mime_type` is an IANA media type such as `image/png`. Requests have a size limit (20 MB on the Developer API);
        larger media go through `client.files`.
        """
        return cls(inline_data=Blob(data=data, mime_type=mime_type), **_resolution(media_resolution))

    @classmethod
    def from_uri(
        cls,
        *,
        file_uri: str,
        mime_type: str | None = None,
        media_resolution: "_dict_unions.PartMediaResolutionForm | None" = None,
    ) -> "Self":
        """Return a part that refers to a file by its URI: an uploaded file, `gs://…`, or a web address.

        `mime_type` is guessed from the URI's ending when it is not given. Raises `ValueError` when it cannot be guessed.
        """
        if mime_type is None:
            import mimetypes

            mime_type, _ = mimetypes.guess_type(file_uri)
            if mime_type is None:
                raise ValueError(f"The media type of {file_uri!r} cannot be told from its ending; pass mime_type=...")
        return cls(file_data=FileData(file_uri=file_uri, mime_type=mime_type), **_resolution(media_resolution))

    @classmethod
    def from_function_call(cls, *, name: str, args: dict[str, Any]) -> "Self":
        """Return a part in which the model calls a function; it belongs into a turn of role `model`."""
        return cls(function_call=FunctionCall(name=name, args=args))

    @classmethod
    def from_video_metadata(cls, *, start_offset: str | None = None, end_offset: str | None = None) -> "Self":
        """Return a part that says which stretch of a video counts. Older form: set `video_metadata` beside the video."""
        return cls(video_metadata=VideoMetadata(start_offset=start_offset, end_offset=end_offset))

    def as_image(self) -> "Image | None":
        """Return the part's media as an `Image`, or None when they are no picture."""
        return self.inline_data.as_image() if self.inline_data is not None else None

    @classmethod
    def from_function_response(
        cls, *, name: str, response: dict[str, Any], parts: list[FunctionResponsePart] | None = None
    ) -> "Self":
        """Return a part that answers a function call; `parts` may add media to the `response` object."""
        return cls(function_response=FunctionResponse(name=name, response=response, parts=parts))

    @classmethod
    def from_executable_code(cls, *, code: str, language: Language) -> "Self":
        """Return a part that holds code which the model wrote to be run by its code-execution tool."""
        return cls(executable_code=ExecutableCode(code=code, language=language))

    @classmethod
    def from_code_execution_result(cls, *, outcome: Outcome, output: str) -> "Self":
        """Return a part that holds what the code-execution tool printed."""
        return cls(code_execution_result=CodeExecutionResult(outcome=outcome, output=output))


def _resolution(form: "_dict_unions.PartMediaResolutionForm | None") -> dict[str, Any]:
    if form is None:
        return {}
    if isinstance(form, str):  # a level, as an enum member or by name
        return {"media_resolution": PartMediaResolution(level=PartMediaResolutionLevel(form))}
    return {"media_resolution": PartMediaResolution.model_validate(form)}


class Content(Model):
    """One turn of a conversation. API: `Content`."""

    parts: list[Part] | None = None
    """Pieces of the turn, in order; at least one."""

    role: str | None = None
    """Who speaks: "user", also for function results, or "model". May stay unset in a single-turn request and in a
    system instruction.
    """


class _OneRole(Content, metaclass=_TakesOneValue):
    """A content whose role its class decides, built from anything that makes parts."""

    _value_field: ClassVar[str] = "parts"

    @classmethod
    def _from_value(cls, value: Any, fields: dict[str, Any]) -> Any:
        from ._coercion import parts_of

        return type(cls).__mro__[1].__call__(cls, parts=parts_of(value), **fields)


class UserContent(_OneRole):
    """Turn of the user, built from text, files, pictures, parts, or a list of these.

    Example::

        types.UserContent(["What is on this picture?", types.Part.from_bytes(data=png, mime_type="image/png")])
    """

    role: Literal["user"] = Field(default="user", init=False, frozen=True)  # pyright: ignore[reportIncompatibleVariableOverride] - narrower
    """Always "user"; cannot be chosen."""

    parts: list[Part]  # pyright: ignore[reportGeneralTypeIssues, reportIncompatibleVariableOverride] - never None
    """Pieces of the turn, in order; an empty list is refused with a `ValueError`."""

    if TYPE_CHECKING:

        def __init__(
            self, parts: "_dict_unions.PartUnionDict | list[_dict_unions.PartUnionDict] | list[Part]"
        ) -> None: ...


class ModelContent(_OneRole):
    """Turn of the model, built from text, files, pictures, parts, or a list of these; for histories you write
    yourself.

    Example::

        types.ModelContent("It is a cat.")
    """

    role: Literal["model"] = Field(default="model", init=False, frozen=True)  # pyright: ignore[reportIncompatibleVariableOverride] - narrower
    """Always "model"; cannot be chosen."""

    parts: list[Part]  # pyright: ignore[reportGeneralTypeIssues, reportIncompatibleVariableOverride] - never None
    """Pieces of the turn, in order; an empty list is refused with a `ValueError`."""

    if TYPE_CHECKING:

        def __init__(
            self, parts: "_dict_unions.PartUnionDict | list[_dict_unions.PartUnionDict] | list[Part]"
        ) -> None: ...
