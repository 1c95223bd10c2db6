"""Turns of a conversation, `Content` and its `Part`s, and how the values that users write become turns and parts.

A string is a text part; a file, an image or a dict is the part that it describes. Parts in a row make one turn, of role
`model` when they are function calls and of role `user` otherwise. A `Content` or `Part` is used as it is. Errors
contain the path of the invalid value. Knows neither backends nor how a conversation is sent.
"""

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Union

import pydantic
from pydantic import Field
from typing_extensions import Self

from .. import types
from .._optional import is_pil_image
from .._validation import with_paths
from .._wire.marks import GEMINI_ONLY
from ._base import Model, ModelType
from ._bytes import BASE64
from ._later import (
    AudioMetadata,
    DocumentMetadata,
    MediaProcessing,
    SpeechMetadata,
    SpreadsheetMetadata,
    ToolCall,
    ToolResponse,
    Transcription,
)
from ._parts import (
    Blob,
    CodeExecutionResult,
    ExecutableCode,
    FileData,
    FunctionCall,
    FunctionResponse,
    FunctionResponsePart,
    Language,
    Outcome,
    PartMediaResolution,
    PartMediaResolutionLevel,
    VideoMetadata,
)

if TYPE_CHECKING:
    from .._iterables import Iterables
    from ._files import File

_Given = Union[str, "Part", "Content", "File", dict[Any, Any], list[Any], tuple[Any, ...], None]
"""Values that users write in place of contents; PIL images as well, whose class is not imported here."""

_FORMS_OF_A_PART = "a str, a types.Part, a types.File, a PIL image, or a dict with the fields of a Part or File"
_DESCRIPTIONS = frozenset(
    """
    audio_metadata document_metadata media_processing media_resolution part_metadata speech_metadata spreadsheet_metadata
    thought thought_signature video_metadata
    """.split()
)
"""The fields of a part that describe its piece."""
_PIECES = {
    FileData: "file_data",
    Blob: "inline_data",
    FunctionCall: "function_call",
    FunctionResponse: "function_response",
    ExecutableCode: "executable_code",
    CodeExecutionResult: "code_execution_result",
}
"""The field of a part for an object of each class."""
_PIECES_LOADED_LATER = {"ToolCall": "tool_call", "ToolResponse": "tool_response"}
"""The field of a part for an object of a class with this name."""


if TYPE_CHECKING:
    _TakesOneValue = ModelType
else:

    class _TakesOneValue(ModelType):
        """Adds construction from one positional value.

        An `__init__` would do, but pydantic-core calls a model's own `__init__` for every nested object that it decodes,
        which halves the speed of decoding.
        """

        def __call__(cls, *values: Any, **fields: Any) -> Any:
            if values:
                if len(values) > 1:
                    raise TypeError(f"{cls.__name__}() takes one positional value, got {len(values)}")
                return cls._from_value(values[0], fields)
            if cls._value_field in fields:
                return cls._from_value(fields.pop(cls._value_field), fields)
            if cls._value_field in cls.__pydantic_fields__:
                raise TypeError(f"{cls.__name__}() needs the argument {cls._value_field}.")
            return super().__call__(**fields)


class Part(Model, metaclass=_TakesOneValue):
    """One piece of a message: text, media, a function call, a result, … API: `Content.parts`.

    One field contains the piece. `thought`, `thought_signature`, `media_resolution`, `media_processing` and the fields
    that end in `_metadata` describe it.
    A single positional value (text, a file, a PIL image, a dict) is converted to the part that it describes.

    Example::

        types.Part("Describe this picture.")
        types.Part.from_uri(file_uri="gs://bucket/cat.png", mime_type="image/png")
    """

    media_resolution: PartMediaResolution | None = None
    """Resolution at which the model reads the media of this part."""

    code_execution_result: CodeExecutionResult | None = None
    """Result of a program that the service ran for the model."""

    executable_code: ExecutableCode | None = None
    """Program that the service ran for the model."""

    file_data: FileData | None = None
    """Media, referred to by a URI."""

    function_call: FunctionCall | None = None
    """Function that the model asks to run."""

    function_response: FunctionResponse | None = None
    """Result of a function that the model asked to run."""

    inline_data: Blob | None = None
    """Media, contained in the message itself."""

    text: str | None = None
    """Text; models often write Markdown."""

    thought: bool | None = None
    """True if the part summarizes the model's reasoning instead of answering; see `ThinkingConfig.include_thoughts`."""

    thought_signature: Annotated[bytes | None, BASE64] = None
    """The model's reasoning in encrypted form; base64 on the wire. Send it back unchanged with the part, so that the
    model can continue its reasoning; Gemini 3 models refuse (400) function calls that are sent back without it.
    """

    video_metadata: VideoMetadata | None = None
    """Section and frame rate to read, if the part is a video."""

    tool_call: Annotated[ToolCall | None, GEMINI_ONLY] = None
    """Call of a built-in tool that the service ran; send it back unchanged. Gemini Developer API only."""

    tool_response: Annotated[ToolResponse | None, GEMINI_ONLY] = None
    """Result of a built-in tool that the service ran; send it back unchanged. Gemini Developer API only."""

    part_metadata: Annotated[dict[str, Any] | None, GEMINI_ONLY] = None
    """Your own JSON values about this part, for example the origin of its text. The model sees them. Gemini Developer
    API only.
    """

    audio_transcription: Transcription | None = None
    """Transcript of audio."""

    media_processing: MediaProcessing | None = None
    """How the service prepares the medium of this part for the model; the service chooses when unset."""

    speech_metadata: SpeechMetadata | None = None
    """Speaker and manner, if the part is text to be spoken."""

    document_metadata: DocumentMetadata | None = None
    """Pages to read, if the part is a document."""

    spreadsheet_metadata: SpreadsheetMetadata | None = None
    """Cells to read, if the part is a spreadsheet."""

    audio_metadata: AudioMetadata | None = None
    """Section to hear, if the part is a recording."""

    _value_field: ClassVar[str] = "value"

    if TYPE_CHECKING:

        def __init__(self, value: "types.PartUnionDict | None" = None, /, **fields: Any) -> None: ...

    @classmethod
    def _from_value(cls, value: Any, fields: dict[str, Any]) -> "Part":
        if value is None:
            return cls(**fields)
        given = fields.keys() - _DESCRIPTIONS
        if given:
            raise ValueError(
                f"{cls.__name__}(): the positional value is the piece of the part, so {', '.join(sorted(given))} cannot be "
                "given as well; create one part for each."
            )
        part = part_of(value)
        if isinstance(value, _file_class()) and part.file_data is not None:
            part.file_data.display_name = value.display_name
        if type(part) is cls and part is not value and not fields:
            return part
        return cls(**{name: getattr(part, name) for name in part.model_fields_set} | fields)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Return a part that contains text."""
        return cls(text=text)

    @classmethod
    def from_bytes(
        cls,
        data: bytes,
        *,
        mime_type: str,
        media_resolution: "types.PartMediaResolutionForm | None" = None,
    ) -> Self:
        """Return a part that contains the bytes of an image, a recording, a document, … in the request itself.

        `mime_type` is an IANA media type such as `image/png`. Requests have a size limit (20 MB on the Developer API);
        upload larger media with `client.files`.
        """
        return cls(inline_data=Blob(data=data, mime_type=mime_type), **_resolution(media_resolution))

    @classmethod
    def from_uri(
        cls,
        file_uri: str,
        *,
        mime_type: str | None = None,
        media_resolution: "types.PartMediaResolutionForm | None" = None,
    ) -> Self:
        """Return a part that refers to a file by its URI: an uploaded file, `gs://…`, or a web address.

        `mime_type` is guessed from the ending of the URI if it is not given. Raises `ValueError` if it cannot be
        guessed.
        """
        if mime_type is None:
            from .._media_types import media_type_of_uri

            mime_type = media_type_of_uri(file_uri)
        return cls(file_data=FileData(file_uri=file_uri, mime_type=mime_type), **_resolution(media_resolution))

    @classmethod
    def from_function_call(cls, name: str, *, args: dict[str, Any]) -> Self:
        """Return a part in which the model calls a function; it belongs to a turn of role `model`."""
        return cls(function_call=FunctionCall(name=name, args=args))

    @classmethod
    def from_video_metadata(cls, start_offset: str | None = None, *, end_offset: str | None = None) -> Self:
        """Return a part with the section of a video to read. Outdated: set `video_metadata` in the part of the video."""
        return cls(video_metadata=VideoMetadata(start_offset=start_offset, end_offset=end_offset))

    def as_image(self) -> "types.Image | None":
        """Return the media of the part as an `Image`, or None if they are not an image."""
        return self.inline_data.as_image() if self.inline_data is not None else None

    @classmethod
    def from_function_response(
        cls, name: str, *, response: dict[str, Any], parts: list[FunctionResponsePart] | None = None
    ) -> Self:
        """Return a part with the result of a function call; `parts` may add media to the `response` object."""
        return cls(function_response=FunctionResponse(name=name, response=response, parts=parts))

    @classmethod
    def from_executable_code(cls, code: str, *, language: Language) -> Self:
        """Return a part with code that the model wrote for its code execution tool."""
        return cls(executable_code=ExecutableCode(code=code, language=language))

    @classmethod
    def from_code_execution_result(cls, outcome: Outcome, *, output: str) -> Self:
        """Return a part with the output of the code execution tool."""
        return cls(code_execution_result=CodeExecutionResult(outcome=outcome, output=output))


def _resolution(form: "types.PartMediaResolutionForm | None") -> dict[str, Any]:
    if form is None:
        return {}
    if isinstance(form, str):  # a level, as an enum member or by name
        return {"media_resolution": PartMediaResolution(level=PartMediaResolutionLevel(form))}
    return {"media_resolution": PartMediaResolution.model_validate(form)}


class Content(Model):
    """One turn of a conversation. API: `Content`."""

    parts: list[Part] | None = None
    """Parts of the turn, in order; at least one."""

    role: str | None = None
    """Author of the turn: "user", also for function results, or "model". Optional in a single-turn request and in a
    system instruction.
    """


class _OneRole(Content, metaclass=_TakesOneValue):
    """A turn whose role is that of its class, built from any value that describes parts."""

    _value_field: ClassVar[str] = "parts"

    @classmethod
    def _from_value(cls, value: Any, fields: dict[str, Any]) -> Any:
        for name in fields:
            raise TypeError(f"{cls.__name__}() takes no argument {name!r}; its only argument is parts.")
        return type(cls).__mro__[1].__call__(cls, parts=parts_of(value), **fields)


class UserContent(_OneRole):
    """Turn of the user, built from text, files, images, parts, or a list of these.

    Example::

        types.UserContent(["What is on this picture?", types.Part.from_bytes(data=png, mime_type="image/png")])
    """

    role: Literal["user"] = Field(default="user", init=False, frozen=True)  # pyright: ignore[reportIncompatibleVariableOverride] - narrower
    """Always "user"; not a parameter."""

    parts: list[Part]  # pyright: ignore[reportGeneralTypeIssues, reportIncompatibleVariableOverride] - never None
    """Parts of the turn, in order; an empty list raises a `ValueError`."""

    if TYPE_CHECKING:

        def __init__(self, parts: "types.PartUnionDict | Iterables[types.PartUnionDict | Part]") -> None: ...


class ModelContent(_OneRole):
    """Turn of the model, built from text, files, images, parts, or a list of these, for histories that you write
    yourself.

    Example::

        types.ModelContent("It is a cat.")
    """

    role: Literal["model"] = Field(default="model", init=False, frozen=True)  # pyright: ignore[reportIncompatibleVariableOverride] - narrower
    """Always "model"; not a parameter."""

    parts: list[Part]  # pyright: ignore[reportGeneralTypeIssues, reportIncompatibleVariableOverride] - never None
    """Parts of the turn, in order; an empty list raises a `ValueError`."""

    if TYPE_CHECKING:

        def __init__(self, parts: "types.PartUnionDict | Iterables[types.PartUnionDict | Part]") -> None: ...


_SINGLE = (str, list, tuple, dict, pydantic.BaseModel, bytes, bytearray, Mapping, io.IOBase)


def listed(value: Any) -> Any:
    """Return the items of a generator, a set, the values of a dict or another iterable as a list; any other value itself.

    Texts, dicts, models, images and open files are single values, although they can be iterated.
    """
    return value if _is_single(value) or not hasattr(value, "__iter__") else list(value)


def _is_single(value: object) -> bool:
    return value is None or isinstance(value, _SINGLE) or is_pil_image(value) or _has_role_and_parts(value)


def _has_role_and_parts(value: Any) -> bool:
    """Tell whether an object of another library is a turn: it has the attributes of one."""
    return not isinstance(value, (str, list, tuple, Part)) and hasattr(value, "role") and hasattr(value, "parts")


def part_of(value: _Given, path: str = "part") -> Part:
    """Return the part that the value describes. Raises `ValueError` for any other value."""
    if isinstance(value, Part):
        return value
    if isinstance(value, str):
        return Part(text=value)
    if isinstance(value, dict):
        return _part_of_dict(value, path)
    if isinstance(value, _file_class()):
        return _part_of_file(value, path)
    if is_pil_image(value):
        from ._pictures import blob_of_image

        return Part(inline_data=blob_of_image(value))
    field = next((name for cls, name in _PIECES.items() if isinstance(value, cls)), None)
    if field is None and isinstance(value, pydantic.BaseModel):
        field = _PIECES_LOADED_LATER.get(type(value).__name__)
    if field is not None:
        return Part(**{field: value})
    if isinstance(value, pydantic.BaseModel) and type(value).__name__ in ("Video", "Image"):
        return _part_of_media(value, path)
    if value is None:
        raise ValueError(f"{path}: expected {_FORMS_OF_A_PART}, got None.")
    hint = " Put a list of parts into one Content." if isinstance(value, (list, tuple)) else ""
    if isinstance(value, Content):
        hint = " A Content cannot be part of another one; put it into the list of contents."
    raise ValueError(f"{path}: expected {_FORMS_OF_A_PART}, got {type(value).__name__}.{hint}")


def parts_of(value: _Given, path: str = "parts") -> list[Part]:
    """Return the parts that a value, or each item of a list, describes. Raises `ValueError` for an empty list."""
    value = listed(value)
    if value is None or (isinstance(value, (list, tuple)) and not value):
        raise ValueError(f"{path}: expected at least one part, got {value!r}.")
    if isinstance(value, (list, tuple)):
        return [part_of(item, f"{path}[{position}]") for position, item in enumerate(value)]
    return [part_of(value, path)]


def content_of(value: _Given, path: str = "content") -> Content:
    """Return the one content that the value describes; a part becomes a turn of the user, or of the model if it is a
    function call.
    """
    turn = _complete_turn(value, path)
    return turn if turn is not None else _turn([part_of(value, path)])


def contents_of(value: _Given, path: str = "contents") -> list[Content]:
    """Return the turns of a conversation that the value describes, in order. Raises `ValueError` for empty input."""
    value = listed(value)
    if value is None or (isinstance(value, (list, tuple)) and not value):
        raise ValueError(f"{path}: expected at least one content, got {value!r}; contents are required.")
    if not isinstance(value, (list, tuple)):
        return [content_of(value, path)]
    turns: list[Content] = []
    parts: list[Part] = []
    item: _Given
    for position, item in enumerate(value):
        if isinstance(item, Content):
            turn = item
        else:
            at = f"{path}[{position}]"
            turn = _complete_turn(item, at)
            if turn is None:
                part = part_of(item, at)
                if parts and (part.function_call is None) is not (parts[0].function_call is None):
                    turns.append(_turn(parts))
                    parts = []
                parts.append(part)
                continue
        if parts:
            turns.append(_turn(parts))
            parts = []
        turns.append(turn)
    return [*turns, _turn(parts)] if parts else turns


def _complete_turn(value: _Given, path: str) -> Content | None:
    """Return the turn that the value describes; None if it describes a part."""
    if isinstance(value, Content):
        return value
    value = listed(value)
    if isinstance(value, (list, tuple)):
        return UserContent(parts_of(value, path))
    is_turn = ("parts" in value or "role" in value) if isinstance(value, dict) else _has_role_and_parts(value)
    if is_turn:
        try:
            return Content.model_validate(value)
        except pydantic.ValidationError as error:
            raise with_paths(path, error) from None
    return None


def _turn(parts: list[Part]) -> Content:
    return ModelContent(parts) if parts[0].function_call is not None else UserContent(parts)


def _part_of_file(file: "File", path: str) -> Part:
    if not file.uri or not file.mime_type:
        missing = "uri" if not file.uri else "mime_type"
        raise ValueError(
            f"{path}: the File {file.name or ''!r} has no {missing}; fetch it with client.files.get() first."
        )
    return Part(file_data=FileData(file_uri=file.uri, mime_type=file.mime_type))


def _file_class() -> "type[File]":
    from ._files import File

    return File


def _part_of_media(value: Any, path: str) -> Part:
    """Return the part of a video or an image: its address, or its bytes."""
    uri, data = (
        (value.uri, value.video_bytes) if type(value).__name__ == "Video" else (value.gcs_uri, value.image_bytes)
    )
    if data is not None:
        return Part(inline_data=Blob(data=data, mime_type=value.mime_type))
    if uri is None:
        raise ValueError(f"{path}: the {type(value).__name__} has neither an address nor bytes.")
    return Part.from_uri(uri, mime_type=value.mime_type)


def _part_of_dict(value: dict[Any, Any], path: str) -> Part:
    try:
        return Part.model_validate(value)
    except pydantic.ValidationError as not_a_part:
        from ._files import File

        try:
            file = File.model_validate(value)
        except pydantic.ValidationError:
            part = _part_of_piece(value)
            if part is None:
                raise with_paths(path, not_a_part) from None
            return part
    return _part_of_file(file, path)


def _part_of_piece(value: dict[Any, Any]) -> Part | None:
    """Return the part of a dict with the fields of media; None if it has others."""
    for piece in (FileData, Blob):
        try:
            return part_of(piece.model_validate(value))  # pyright: ignore[reportArgumentType] - a piece is a value as well
        except pydantic.ValidationError:
            continue
    return None
