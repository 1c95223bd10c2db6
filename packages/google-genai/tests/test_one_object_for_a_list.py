"""One object where a list is expected: every such field and argument refuses it in one sentence that says "list"."""

from __future__ import annotations

import types as python_types
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin

import pydantic
import pytest

from google import genai
from google.genai import types
from google.genai.types._index import MODULE_OF

if TYPE_CHECKING:
    from genai_local import ScriptedGemini

_MODELS: list[type[pydantic.BaseModel]] = [
    cls
    for cls in (getattr(types, name) for name in MODULE_OF)
    if isinstance(cls, type) and issubclass(cls, pydantic.BaseModel)
]


def _item_of_list(annotation: Any) -> Any:
    """Return the annotation of the items, or None if a field accepts anything but a list."""
    members = get_args(annotation) if get_origin(annotation) in (Union, python_types.UnionType) else (annotation,)
    members = [member for member in members if member is not type(None)]
    return get_args(members[0])[0] if len(members) == 1 and get_origin(members[0]) is list else None


def _objects(item: Any) -> list[Any]:
    """Return single objects: those that the list may contain, and others."""
    if item is Any:  # the list may contain whatever the fields of a model are
        return ["text", {"a": 1}, types.Modality.TEXT]
    classes = [cls for cls in (item, *get_args(item)) if isinstance(cls, type) and issubclass(cls, pydantic.BaseModel)]
    return ["text", {"a": 1}, types.Part(text="a"), types.Modality.TEXT, *(cls.model_construct() for cls in classes)]


_FIELDS = [
    (cls, name, item)
    for cls in _MODELS
    for name, field in cls.__pydantic_fields__.items()
    if cls not in (types.UserContent, types.ModelContent)  # their constructors accept one part
    and (item := _item_of_list(field.annotation)) is not None
]


def test_there_are_many_such_fields() -> None:
    assert len(_FIELDS) > 100


@pytest.mark.parametrize(("cls", "name", "item"), _FIELDS, ids=[f"{cls.__name__}.{name}" for cls, name, _ in _FIELDS])
def test_a_field_refuses_one_object(cls: type[pydantic.BaseModel], name: str, item: Any) -> None:
    for given in _objects(item):
        for construct in (lambda fields: cls(**fields), cls.model_validate):
            with pytest.raises(pydantic.ValidationError) as caught:
                construct({name: given})
            [line] = [line for line in caught.value.errors() if line["type"] != "missing"]
            assert line["loc"][-1] in (name, cls.__pydantic_fields__[name].alias)
            assert line["msg"].startswith(f"Expected a list, got {type(given).__name__}; write [")


_RAW_IMAGE = types.RawReferenceImage(reference_id=1)

_ARGUMENTS: list[tuple[str, dict[str, Any], str, list[Any]]] = [
    ("batches.create", {"model": "m"}, "src", [types.InlinedRequest(contents="a"), {"contents": "a"}, 5]),
    (
        "batches.create_embeddings",
        {"model": "m"},
        "src",
        [types.EmbedContentBatch(contents="a"), {"contents": "a"}, types.Content(), 5],
    ),
    ("models.edit_image", {"model": "m", "prompt": "p"}, "reference_images", [_RAW_IMAGE, {"reference_id": 1}, "a", 5]),
]


@pytest.mark.parametrize(
    ("method", "arguments", "name", "given"), _ARGUMENTS, ids=[f"{method}({name})" for method, _, name, _ in _ARGUMENTS]
)
async def test_an_argument_refuses_one_object(
    call: Callable[..., Any],
    new_client: Callable[..., genai.Client],
    gemini: ScriptedGemini,
    method: str,
    arguments: dict[str, Any],
    name: str,
    given: list[Any],
) -> None:
    client = new_client("vertex" if method == "models.edit_image" else "gemini")
    for one in given:
        with pytest.raises(ValueError, match=rf"^{name}: expected a list of .*, got \w+; write {name}=\[\.\.\.\]\.$"):
            await call(client, method, **arguments, **{name: one})
    assert gemini.requests == []
