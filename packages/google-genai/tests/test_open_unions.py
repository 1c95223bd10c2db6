"""Types with field names as written on the wire, and unions that new members may join."""

from __future__ import annotations

import pickle
import warnings
from typing import Annotated, Any, Literal, Union

import pydantic
import pytest

from google.genai._wire.plans import plan_of
from google.genai.types._base import OpenUnion, SnakeCaseModel, UnknownVariant


class Text(SnakeCaseModel):
    type: Literal["text"] = "text"
    plain_text: str | None = None


class Image(SnakeCaseModel):
    type: Literal["image", "picture"] = "image"
    mime_type: Union[Literal["image/png", "image/jpeg"], str, None] = None
    captions: list[ContentUnion] | None = None


ContentUnion = Annotated[Union[Text, Image, UnknownVariant], OpenUnion("type")]


class Turn(SnakeCaseModel):
    output_contents: list[ContentUnion] | None = None


Image.model_rebuild()

_NEW = {"type": "hologram", "some_thing": [1, {"aB": None}], "otherThing": True}


def _read(*contents: Any) -> Turn:
    data = pydantic.TypeAdapter(Any).dump_json({"output_contents": contents})
    return Turn.model_validate_json(data, extra="ignore")  # the way in which replies are read


def test_names_travel_as_written() -> None:
    turn = Turn(output_contents=[Text(plain_text="a")])
    assert turn.to_json_dict() == {"output_contents": [{"type": "text", "plain_text": "a"}]}
    assert (
        turn.model_dump_json(by_alias=True, exclude_none=True)
        == pydantic.TypeAdapter(Any).dump_json(turn.to_json_dict()).decode()
    )
    assert {backend: plan_of(Turn, backend).rules["output_contents"].alias for backend in ("gemini", "vertex")} == {
        "gemini": "output_contents",
        "vertex": "output_contents",
    }
    with pytest.raises(pydantic.ValidationError, match="did you mean 'output_contents'"):
        Turn(outputContents=[])  # pyright: ignore[reportCallIssue]


def test_the_discriminator_selects_the_member() -> None:
    turn = _read({"type": "text", "plain_text": "a"}, {"type": "picture", "captions": [{"type": "text"}]})
    assert turn.output_contents == [Text(plain_text="a"), Image(type="picture", captions=[Text()])]
    assert turn.model_dump(exclude_unset=True)["output_contents"][1] == {
        "type": "picture",
        "captions": [{"type": "text"}],
    }


@pytest.mark.parametrize("unknown", [_NEW, {"type": 5}, {"type": None}, {"type": ""}, {"no_type": "text"}, {}])
def test_an_unknown_member_is_kept_and_sent_back_unchanged(unknown: dict[str, Any]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        turn = _read({"type": "image", "captions": [unknown]}, unknown)
    assert turn.output_contents is not None
    assert turn.output_contents[1] == UnknownVariant(unknown)
    assert isinstance(turn.output_contents[1], UnknownVariant)
    assert turn.output_contents[1].root == unknown
    assert turn.to_json_dict()["output_contents"] == [{"type": "image", "captions": [unknown]}, unknown]
    assert Turn.model_validate(turn.model_dump()) == turn
    assert pickle.loads(pickle.dumps(turn)) == turn


def test_unknown_members_can_be_sent_as_objects_and_as_dicts() -> None:
    assert Turn(output_contents=[UnknownVariant(_NEW)]) == Turn.model_validate({"output_contents": [_NEW]})


def test_unknown_values_of_an_open_set_of_strings_are_kept() -> None:
    assert Image(mime_type="image/new").to_json_dict() == {"type": "image", "mime_type": "image/new"}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"type": "text", "plan_text": "a"}, "did you mean 'plain_text'"),
        ("text", "Expected an object with 'type', or one of Text, Image, UnknownVariant"),
        (None, "Expected an object with 'type'"),
    ],
)
def test_known_members_and_other_values_are_checked(wrong: Any, message: str) -> None:
    with pytest.raises(pydantic.ValidationError, match=message):
        Turn(output_contents=[wrong])


def test_a_known_member_in_a_reply_may_have_new_fields() -> None:
    assert _read({"type": "text", "plain_text": "a", "new_field": 1}) == Turn(output_contents=[Text(plain_text="a")])


class Gallery(SnakeCaseModel):
    cover: ContentUnion | None = None
    pictures: list[Image] | None = None


def test_one_object_in_place_of_a_list_next_to_an_invalid_member_is_a_validation_error() -> None:
    with pytest.raises(pydantic.ValidationError) as caught:
        Gallery(cover=5, pictures=Image())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert {line["loc"][0] for line in caught.value.errors()} == {"cover", "pictures"}
