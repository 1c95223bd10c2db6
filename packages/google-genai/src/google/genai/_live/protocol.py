"""The messages of live sessions, without I/O: arguments become frames to send, and received frames become messages.

A frame is the JSON text of one WebSocket message. Everything that a backend does not support, and every value of a wrong
type, raises `ValueError` before anything is sent.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeVar, cast

from .. import errors, types
from .._validation import items_of
from .._wire import names, transforms
from .._wire.codec import new_encoding, refuse_unsupported, write
from .._wire.contents import contents_json
from .._wire.encoding import model_of
from .._wire.fragments import Fragment
from .._wire.reply import read
from ..types._bytes import base64_of
from ..types._content import contents_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pydantic

    from .._backend import Backend
    from .._json import Json
    from .._wire.encoding import Encoding

M = TypeVar("M", bound="pydantic.BaseModel")

_ERROR_KEY = b'"error"'


# Setup


def setup_of(backend: Backend, model: str, config: types.LiveConnectConfig | None) -> dict[str, Any]:
    """Return the settings of a session as JSON data: the content of the first message."""
    encoding = new_encoding(backend)
    if config is not None:
        if config.http_options is not None:
            raise ValueError(
                "config.http_options: a live session takes no HTTP options of its own; set them on the client."
            )
        encoding.write_config(config, "config")
    refuse_unsupported(encoding)
    setup: dict[str, Any] = {"model": _model_name(backend, model), **encoding.body.get("setup", {})}
    if backend.vertexai and not backend.api_key:
        setup.setdefault("generationConfig", {}).setdefault("responseModalities", ["AUDIO"])
    return setup


def setup_frame(setup: dict[str, Any], handle: str | None = None) -> str:
    """Return the first frame of a connection; with a handle, it resumes the session of the handle."""
    if handle is not None:
        setup = {**setup, "sessionResumption": {**setup.get("sessionResumption", {}), "handle": handle}}
    return _text(write({"setup": setup}))


def _model_name(backend: Backend, model: str) -> str:
    name = names.model_name(model, backend)
    has_location = backend.vertexai and not backend.api_key and backend.project and backend.location
    if has_location and name.startswith("publishers/"):
        return f"projects/{backend.project}/locations/{backend.location}/{name}"
    return name


# Messages of the client


def client_content(backend: Backend, turns: Any, turn_complete: bool | None) -> str:
    """Return the frame that appends turns to the conversation.

    Args:
      backend: The service.
      turns: A `Content`, a dict, or a list of them; None for no turn.
      turn_complete: Whether the model should answer.
    """
    content: dict[str, Any] = {}
    encoding = new_encoding(backend)
    if turns is not None:
        content["turns"] = _turns(turns, encoding)
    if turn_complete is not None:
        content["turnComplete"] = _flag(turn_complete, types.LiveClientContent, "turn_complete")
    return _frame("clientContent", content, encoding)


def _turns(turns: Any, encoding: Encoding) -> Fragment:
    if isinstance(turns, str):
        raise ValueError(
            "turns: expected types.Content, a dict or a list of them, got str; write "
            'types.Content(role="user", parts=[types.Part(text=...)]), or use send_realtime_input(text=...).'
        )
    given: list[Any] = [turns] if isinstance(turns, (types.Content, dict)) else items_of(turns, "contents", "turns")
    contents = [
        item if isinstance(item, types.Content) else model_of(item, types.Content, f"turns[{position}]")
        for position, item in enumerate(given)
    ]
    return Fragment(*contents_json(contents, encoding, "turns"))


def realtime_input(backend: Backend, given: dict[str, Any]) -> str:
    """Return the frame for realtime input.

    Args:
      backend: The service.
      given: The arguments of `send_realtime_input`; exactly one of them is not None.
    """
    present = {name: value for name, value in given.items() if value is not None}
    if len(present) != 1:
        raise ValueError(
            f"send_realtime_input: expected exactly one argument, got {', '.join(present) or 'none'}. Send each in a call "
            f"of its own; possible are {', '.join(given)}."
        )
    name, value = next(iter(present.items()))
    if name == "text" and type(value) is str and value.isascii():
        return f'{{"realtimeInput":{{"text":{json.dumps(value)}}}}}'
    if name == "audio":
        frame = _audio_frame(value)
        if frame is not None:
            return frame
    encoding = new_encoding(backend)
    key, wire = _REALTIME[name](value, encoding, name)
    return _frame("realtimeInput", {key: wire}, encoding)


def _audio_frame(value: Any) -> str | None:
    """Return the frame for sound in its usual form, written directly; None for any other form."""
    if type(value) is types.Blob:
        data, mime_type = value.data, value.mime_type
        is_plain = value.display_name is None
    elif isinstance(value, dict) and len(given := cast("dict[str, Any]", value)) == 2:
        data, mime_type, is_plain = given.get("data"), given.get("mime_type") or given.get("mimeType"), True
    else:
        return None
    if not is_plain or not isinstance(data, bytes) or type(mime_type) is not str or not mime_type.startswith("audio/"):
        return None
    if '"' in mime_type or "\\" in mime_type or not mime_type.isascii() or not mime_type.isprintable():
        return None
    encoded = base64_of(data).decode("ascii")
    return f'{{"realtimeInput":{{"audio":{{"data":"{encoded}","mimeType":"{mime_type}"}}}}}}'


def _media(value: Any, encoding: Encoding, path: str) -> tuple[str, Any]:
    if isinstance(value, (list, tuple)) and not value:
        raise ValueError(f"{path}: expected at least one blob, got none.")
    return "mediaChunks", transforms.transform("media_chunks")(value, encoding, path)


def _media_chunks(value: Any, encoding: Encoding, path: str) -> tuple[str, Any]:
    return _media(items_of(value, "blobs", path), encoding, path)


def _audio(value: Any, encoding: Encoding, path: str) -> tuple[str, Any]:
    return "audio", transforms.transform("audio_blob")(value, encoding, path)


def _video(value: Any, encoding: Encoding, path: str) -> tuple[str, Any]:
    return "video", transforms.transform("image_blob")(value, encoding, path)


def _text_input(value: Any, encoding: Encoding, path: str) -> tuple[str, Any]:
    return "text", transforms.text(value, encoding, path)


def _audio_stream_end(value: Any, encoding: Encoding, path: str) -> tuple[str, Any]:
    return "audioStreamEnd", _flag(value, types.LiveClientRealtimeInput, path)


def _activity_start(value: Any, encoding: Encoding, path: str) -> tuple[str, Any]:
    return "activityStart", encoding.model(model_of(value, types.ActivityStart, path), path)


def _activity_end(value: Any, encoding: Encoding, path: str) -> tuple[str, Any]:
    return "activityEnd", encoding.model(model_of(value, types.ActivityEnd, path), path)


_REALTIME = {
    "media": _media,
    "media_chunks": _media_chunks,
    "audio": _audio,
    "audio_stream_end": _audio_stream_end,
    "video": _video,
    "text": _text_input,
    "activity_start": _activity_start,
    "activity_end": _activity_end,
}


def tool_response(backend: Backend, function_responses: Any) -> str:
    """Return the frame with the results of function calls.

    Args:
      backend: The service.
      function_responses: A `FunctionResponse`, a dict, or a list of them. The Developer API requires the `id` of each.
    """
    if _is_nothing(function_responses):
        raise ValueError("function_responses: expected at least one function response, got none.")
    given: list[Any] = (
        [function_responses]
        if isinstance(function_responses, (types.FunctionResponse, dict))
        else items_of(function_responses, "function responses", "function_responses")
    )
    encoding = new_encoding(backend)
    written: list[dict[str, Any]] = []
    for position, item in enumerate(given):
        path = f"function_responses[{position}]"
        response = model_of(item, types.FunctionResponse, path)
        if not backend.vertexai and not response.id:
            raise ValueError(f"{path}.id: the Developer API requires the id of the function call; set it to call.id.")
        written.append(encoding.model(response, path))
    return _frame("toolResponse", {"functionResponses": written}, encoding)


def ends_turn(content: types.LiveServerContent) -> bool:
    """Return whether the model waits for input after a message with this content."""
    if content.interaction_status is not None:
        return content.interaction_status is types.InteractionStatus.IDLE
    return bool(content.turn_complete)


def context_update(backend: Backend, system_instruction: Any, tools: Any) -> str:
    """Return the frame that replaces the instruction or the tools of a session; None leaves them as they are."""
    if system_instruction is None and tools is None:
        raise ValueError("send_context_update: expected system_instruction, tools or both, got neither.")
    encoding = new_encoding(backend)
    update: dict[str, Any] = {}
    if system_instruction is not None:
        update["systemInstruction"] = transforms.content(system_instruction, encoding, "system_instruction")
    if tools is not None:
        update["tools"] = {"tools": transforms.tools(items_of(tools, "tools", "tools"), encoding, "tools")}
    return _frame("contextUpdate", update, encoding)


def any_input(backend: Backend, given: Any, end_of_turn: bool | None) -> str:
    """Return the frame for the argument of the older method `send`, whose type decides what is sent. Nothing ends the turn."""
    if _is_nothing(given):
        return client_content(backend, None, True)
    if isinstance(given, dict):
        given = _object_of(cast("dict[str, Any]", given))
    if isinstance(given, types.LiveClientContent):
        return _message("clientContent", given, backend)
    if isinstance(given, types.LiveClientRealtimeInput):
        return _message("realtimeInput", given, backend)
    if isinstance(given, types.LiveClientToolResponse):
        return tool_response(backend, given.function_responses or [])
    items = _items_of(given)
    if all(isinstance(item, types.FunctionResponse) for item in items):
        return tool_response(backend, items)
    if all(isinstance(item, types.Blob) for item in items):
        return realtime_input(backend, {"media_chunks": items})
    return client_content(backend, contents_of(given, "input"), bool(end_of_turn))


def _object_of(given: dict[str, Any]) -> Any:
    """Return a dict as an object of the class whose fields it has; a content stays a dict."""
    keys = _names_in(given)
    cls = _class_with(keys)
    if cls is not None:
        return model_of(given, cls, "input")
    if keys & {"parts", "role", "text"}:
        return given
    raise ValueError(
        f"input: a dict with {', '.join(map(repr, given))} is not an accepted form; expected contents, a blob, "
        "LiveClientContent, LiveClientRealtimeInput, LiveClientToolResponse or FunctionResponse."
    )


def _items_of(given: Any) -> list[Any]:
    """Return the items of a list, or the only one. A dict with the fields of a blob or of a function response is an object."""
    if not isinstance(given, (list, tuple)):
        return [given]
    return [_item_of(item) for item in cast("Sequence[Any]", given)]


def _item_of(given: Any) -> Any:
    if not isinstance(given, dict):
        return given
    fields = cast("dict[str, Any]", given)
    cls = _class_with(_names_in(fields))
    return model_of(fields, cls, "input") if cls is types.Blob or cls is types.FunctionResponse else fields


def _names_in(given: dict[str, Any]) -> set[str]:
    return {key.replace("_", "").lower() for key in given}


def _class_with(keys: set[str]) -> type[pydantic.BaseModel] | None:
    """Return the class that has one of these fields, and that none of the others has."""
    return next((cls() for cls, some in _FORMS if keys & some), None)


_FORMS = (
    (lambda: types.LiveClientContent, {"turns", "turncomplete"}),
    (lambda: types.LiveClientToolResponse, {"functionresponses"}),
    (lambda: types.FunctionResponse, {"response", "name"}),
    (lambda: types.Blob, {"data"}),
    (
        lambda: types.LiveClientRealtimeInput,
        {"mediachunks", "audio", "video", "audiostreamend", "activitystart", "activityend"},
    ),
)


def _message(key: str, message: pydantic.BaseModel, backend: Backend) -> str:
    encoding = new_encoding(backend)
    return _frame(key, encoding.model(message, "input"), encoding)


# Music


def music_frame(backend: Backend, message: types.LiveMusicClientMessage) -> str:
    """Return the frame of a message of a music session."""
    encoding = new_encoding(backend)
    content = encoding.model(message, "music")
    refuse_unsupported(encoding)
    return _text(write(content))


# Messages of the service


def message_of(cls: type[M], backend: Backend, frame: bytes | str) -> M:
    """Return the message in a frame. Fields that this release does not know are ignored.

    Raises `InvalidResponseError` for a frame that is not a JSON object, and the `APIError` that a frame contains.
    """
    data = frame.encode() if isinstance(frame, str) else frame
    if _ERROR_KEY in data[:64]:
        error = _error_in(data)
        if error is not None:
            raise error
    try:
        return read(cls, backend.name, data or b"{}")
    except errors.UnknownApiResponseError as error:
        details = {"error": {"message": str(error), "status": "INVALID_RESPONSE"}}
        raise errors.InvalidResponseError(200, details) from error.__cause__


def _error_in(data: bytes) -> errors.APIError | None:
    try:
        content: Json = json.loads(data)
    except ValueError:
        return None
    error: Json = content.get("error") if isinstance(content, dict) else None
    if not isinstance(error, dict):
        return None
    code = error.get("code")
    status = code if isinstance(code, int) and not isinstance(code, bool) else 0
    return errors.class_for_status(status)(status, {"error": error})


# Frames


def _frame(key: str, content: dict[str, Any], encoding: Encoding) -> str:
    refuse_unsupported(encoding)
    body = write(content) or b"{}"
    pieces = [body] if isinstance(body, bytes) else body
    return _text([b'{"' + key.encode() + b'":', *pieces, b"}"])


def _text(body: bytes | list[bytes] | None) -> str:
    return (b"".join(body) if isinstance(body, list) else body or b"{}").decode()


def _is_nothing(given: object) -> bool:
    return given is None or (isinstance(given, (str, list, tuple, dict)) and not given)


def _flag(value: Any, cls: type[pydantic.BaseModel], name: str) -> bool:
    """Return a flag in each form that the field of this name accepts."""
    return value if isinstance(value, bool) else getattr(cls.model_validate({name: value}), name)
