"""The transforms that marks and operations name: each converts a value whose wire form differs from the default.

Each takes the value, the encoding in progress, and the path of the value for error messages.
"""

from __future__ import annotations

import base64
import datetime
import functools
from typing import TYPE_CHECKING, Any, cast

from .. import _times, types
from .._validation import items_of
from . import irregular, names
from .contents import contents_json, sends_text_plainly, text_json
from .encoding import Instead, model_of
from .fragments import Fragment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pydantic

    from .encoding import Encoding, Transform


@functools.cache
def transform(name: str) -> Transform:
    """Return the transform that a mark names."""
    found: Transform | None = globals().get(name) or getattr(irregular, name, None)
    if found is None:
        raise LookupError(f"There is no transform {name!r}.")
    return found


def model_name(value: Any, encoding: Encoding, path: str) -> str:
    """The path of a model."""
    return names.model_name(value, encoding.backend, path)


def cache_model(value: Any, encoding: Encoding, path: str) -> str:
    """The model of a cache."""
    return names.cache_model_name(value, encoding.backend, path)


def batch_name(value: Any, encoding: Encoding, path: str) -> str:
    """The path of a batch job."""
    return names.batch_name(value, encoding.backend, path)


def file_name(value: Any, encoding: Encoding, path: str) -> str:
    """The path of a file."""
    return names.file_name(value, path)


def store_name(value: Any, encoding: Encoding, path: str) -> str:
    """The path of a file search store."""
    return names.store_name(value, path)


def media_name(value: Any, encoding: Encoding, path: str) -> str:
    """The path of a medium in a file search store."""
    return names.media_name(value, path)


def tuning_job_name(value: Any, encoding: Encoding, path: str) -> str:
    """The path of a tuning job."""
    return names.tuning_job_name(value, encoding.backend, path)


def resource_name(value: Any, encoding: Encoding, path: str) -> str:
    """The name of a resource, unchanged."""
    return names.segments(value, path)


def text(value: Any, encoding: Encoding, path: str) -> str:
    """A text."""
    if not isinstance(value, str):
        raise ValueError(f"{path}: expected a str, got {type(value).__name__}.")
    return value


def number(value: Any, encoding: Encoding, path: str) -> int:
    """A whole number."""
    if not isinstance(value, int):
        raise ValueError(f"{path}: expected an int, got {type(value).__name__}.")
    return value


def time(value: Any, encoding: Encoding, path: str) -> Any:
    """A time with its zone. The fields of type `datetime` have this transform without a mark."""
    if not isinstance(value, datetime.datetime):
        return encoding.value(value, path)
    try:
        return _times.time_text(value)
    except (ValueError, OverflowError, OSError) as error:
        raise ValueError(f"{path}: {value} has no zone, and cannot be read as local time: {error}.") from error


def time_in_seconds(value: Any, encoding: Encoding, path: str) -> Any:
    """A time with its zone, without a fraction of a second, for fields where the service accepts none."""
    return time(value.replace(microsecond=0) if isinstance(value, datetime.datetime) else value, encoding, path)


def storage_addresses(value: Any, encoding: Encoding, path: str) -> list[str]:
    """Addresses in Cloud Storage."""
    addresses: list[Any] = [value] if isinstance(value, str) else items_of(value, "addresses", path)
    for position, address in enumerate(addresses):
        if not isinstance(address, str) or not address.startswith("gs://"):
            raise ValueError(f"{path}[{position}]: expected an address that starts with gs://, got {address!r}.")
    return addresses


def base64_text(value: bytes, encoding: Encoding, path: str) -> str:
    """Bytes as base64 in the standard alphabet, for fields where the service accepts only this one."""
    return base64.b64encode(value).decode("ascii")


def object_of(cls: Callable[[], type[pydantic.BaseModel]]) -> Transform:
    """Return the transform of an argument that is an object of a class, or a dict with its fields."""

    def object_of_class(value: Any, encoding: Encoding, path: str) -> dict[str, Any] | None:
        """An object of a class, or a dict with its fields."""
        return None if value is None else encoding.model(model_of(value, cls(), path), path)

    return object_of_class


def image(value: Any, encoding: Encoding, path: str) -> dict[str, Any]:
    """An image, given by its bytes or its address."""
    from .._optional import is_pil_image
    from ..types._pictures import blob_of_image

    if is_pil_image(value):
        value = blob_of_image(value).as_image()
    return encoding.model(model_of(value, types.Image, path), path)


def video(value: Any, encoding: Encoding, path: str) -> dict[str, Any]:
    """A video, given by its bytes or its address."""
    given = model_of(value, types.Video, path)
    if given.uri and given.video_bytes and not encoding.backend.vertexai:
        # After `files.download`, a video has both. The service reads the address.
        given = given.model_copy(update={"video_bytes": None})
    return encoding.model(given, path)


def reference_images(value: Any, encoding: Encoding, path: str) -> list[dict[str, Any]]:
    """The reference images of an edit; the kind of a dict is determined by its `reference_type` or by its config."""
    from ..types._image_editing import reference_of

    items = items_of(value, "reference images", path)
    return [
        encoding.model(reference_of(item, f"{path}[{position}]"), f"{path}[{position}]")
        for position, item in enumerate(items)
    ]


def models_collection(value: Any, encoding: Encoding, path: str) -> None:
    """The collection to list: base models by default, tuned models if `query_base` is false."""
    base = value is not False
    if encoding.backend.vertexai:
        collection = "publishers/google/models" if base else "models"
    else:
        collection = "models" if base else "tunedModels"
    encoding.variables["query_base"] = collection


def filter_as_written(value: str, encoding: Encoding, path: str) -> None:
    """A filter expression, or several joined by `&filter=`."""
    encoding.filters.append(value)


def cached_content(value: Any, encoding: Encoding, path: str) -> str:
    """The full name of a cached content."""
    return names.cached_content_name(value, encoding.backend, path)


def contents(value: Any, encoding: Encoding, path: str) -> Any:
    """The turns of a conversation, in any of the accepted forms."""
    if type(value) is str and sends_text_plainly(encoding.backend):
        return Fragment(b"[" + text_json(value, path) + b"]")
    from ..types._content import contents_of

    return Fragment(*contents_json(contents_of(value, path), encoding, path))


def earlier_contents(value: Any, encoding: Encoding, path: str) -> None:
    """Contents in the configuration: they precede those of the call."""
    from ..types._content import contents_of

    pieces = contents_json(contents_of(value, path), encoding, path)
    following: Fragment = encoding.body["contents"]
    last, first = pieces[-1], following.pieces[0]
    encoding.body["contents"] = Fragment(*pieces[:-1], last[:-1], b"," + first[1:], *following.pieces[1:])


def further_generation_config(value: Any, encoding: Encoding, path: str) -> None:
    """Settings in an object of their own: each applies if the configuration itself does not set it."""
    settings: dict[str, Any] = encoding.body.setdefault("generationConfig", {})
    for name, setting in encoding.model(value, path).items():
        settings.setdefault(name, setting)


def content(value: Any, encoding: Encoding, path: str) -> Any:
    """One content, in any of the accepted forms."""
    from ..types._content import content_of

    return encoding.value(content_of(value, path), path)


def embed_requests(
    value: list[Any] | tuple[Any, ...] | str | None, encoding: Encoding, path: str
) -> list[dict[str, Any]]:
    """One request (Developer API) or instance (Vertex AI) for each content to embed."""
    from ..types._content import content_of

    items = items_to_embed(value, path, encoding.variables["model"])
    if not encoding.backend.vertexai:
        model = encoding.variables["model"]
        encoding.items = len(items)
        is_plain = sends_text_plainly(encoding.backend)
        return [
            {
                "content": {"parts": [{"text": item}], "role": "user"}
                if is_plain and type(item) is str
                else encoding.model(content_of(item, f"{path}[{position}]"), f"{path}[{position}]"),
                "model": model,
            }
            for position, item in enumerate(items)
        ]
    instances: list[dict[str, Any]] = []
    for position, item in enumerate(items):
        if type(item) is str:
            instances.append({"content": item})
            continue
        for index, part in enumerate(content_of(item, f"{path}[{position}]").parts or []):
            if part.text is None:
                raise ValueError(f"{path}[{position}].parts[{index}]: Vertex AI embeds text only; this part has none.")
            instances.append({"content": part.text})
    encoding.items = len(instances)
    return instances


def requests_to_embed(value: Sequence[Any], encoding: Encoding, path: str) -> list[dict[str, Any]]:
    """One request for each content, for models of Vertex AI that take several contents at a time."""
    from ..types._content import content_of

    encoding.items = len(value)
    return [
        {"content": encoding.value(content_of(item, f"{path}[{position}]"), f"{path}[{position}]")}
        for position, item in enumerate(value)
    ]


def items_to_embed(value: Any, path: str, model: object) -> Sequence[Any]:
    """Return the contents to embed; each gets its own vector. Raises `ValueError` if nothing was given.

    Adjacent texts and parts are one content for models that embed them together.
    """
    from ..types._content import contents_of, listed

    value = listed(value)
    items: list[Any] | tuple[Any, ...] = value if isinstance(value, (list, tuple)) else [value]  # pyright: ignore[reportUnknownVariableType]
    if value is None or not items:
        raise ValueError(f"{path}: at least one content is needed, got {value!r}.")
    if len(items) > 1 and (names.embeds_parts_together(model) or names.is_open_model(model)):
        return contents_of(cast("Any", items), path)
    return items


def tools(value: Any, encoding: Encoding, path: str) -> list[dict[str, Any]]:
    """The tools; all function declarations are collected in one tool, the last one."""
    listed: list[dict[str, Any]] = []
    declarations: list[Any] = []
    for position, item in enumerate(items_of(value, "tools", path)):
        tool = _tool(item, encoding, f"{path}[{position}]")
        wire = encoding.model(tool, f"{path}[{position}]")
        if wire.get("functionDeclarations"):
            declarations += wire.pop("functionDeclarations")
        if wire or not tool.function_declarations:
            listed.append(wire)
    if declarations:
        listed.append({"functionDeclarations": declarations})
    return listed


def _tool(item: Any, encoding: Encoding, path: str) -> types.Tool:
    """Return a tool; Python functions and tools of MCP servers are converted into declarations."""
    from .._optional import is_mcp_session, is_mcp_tool

    if isinstance(item, types.Tool):
        return item
    if isinstance(item, dict):
        return types.Tool.model_validate(item)
    if is_mcp_tool(item):
        from .._callables.mcp import declaration_of_tool

        return types.Tool(function_declarations=[declaration_of_tool(item)])
    if is_mcp_session(item):
        raise ValueError(
            f"{path}: an MCP session can be used as a tool only with client.aio.models and client.aio.chats."
        )
    if isinstance(item, types.FunctionDeclaration):
        raise ValueError(f"{path}: expected a tool, got a declaration; pass types.Tool(function_declarations=[...]).")
    if not callable(item):
        raise ValueError(f"{path}: expected types.Tool, a Python function or a dict, got {type(item).__name__}.")
    from .._callables.declaration import declaration_of

    try:
        return types.Tool(function_declarations=[declaration_of(item, "json", types.FunctionDeclaration)])
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def response_schema(value: Any, encoding: Encoding, path: str) -> Any:
    """The schema of the answer, in the service's own format, or as JSON Schema if that format cannot express it."""
    from .._schemas.responses import form_of

    if isinstance(value, dict) and not value:
        return None
    form = form_of(value, encoding.backend.name, path)
    if isinstance(form, dict):
        return Instead("response_json_schema", form)
    return encoding.value(form, path)


def declared_schema(value: types.Schema, encoding: Encoding, path: str) -> Any:
    """A schema in the service's own format, or the JSON Schema for it if the service refuses it in that format."""
    from .._schemas.service_form import sendable_form

    form, is_json_schema = sendable_form(encoding.value(value, path), encoding.backend.name, path)
    return Instead(_JSON_SCHEMA_OF[path.rpartition(".")[2]], form) if is_json_schema else form


_JSON_SCHEMA_OF = {
    "parameters": "parameters_json_schema",
    "response": "response_json_schema",
    "response_schema": "response_json_schema",
}
"""The field for the JSON Schema, by the field for the schema in the service's own format."""


def speech_config(value: Any, encoding: Encoding, path: str) -> Any:
    """A speech configuration; a string is the name of a prebuilt voice."""
    if value == "":
        return None
    if isinstance(value, str):
        return {"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": value}}}
    return encoding.value(value, path)
