"""Structured answers: the value of `parsed` for each kind of schema, the error if it is None, and the partial value
while the answer is streamed.
"""

from __future__ import annotations

import copy
import dataclasses
import enum
import json
import pickle
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, Generic, Literal, NamedTuple, Optional, TypeVar, Union

import pydantic
import pytest
import typing_extensions

from google import genai
from google.genai import errors, types
from google.genai._core import parsing

if TYPE_CHECKING:
    from genai_local import ScriptedGemini

Call = Callable[..., Any]
T = TypeVar("T")


class Item(pydantic.BaseModel):
    name: str
    price: float


class Cart(pydantic.BaseModel):
    items: list[Item]


class Tree(pydantic.BaseModel):
    value: int
    children: list[Tree] = []


class Page(pydantic.BaseModel, Generic[T]):
    entries: list[T]


class Spelt(pydantic.BaseModel):
    first_name: str = pydantic.Field(alias="firstName")


@dataclasses.dataclass
class Point:
    x: int
    y: int = 0


class Entry(typing_extensions.TypedDict):
    word: str
    count: typing_extensions.NotRequired[int]


class Pair(NamedTuple):
    left: int
    right: str


class Colour(enum.Enum):
    RED = "red"
    DARK_BLUE = "dark blue"
    ACCENTED = 'caf\u00e9 "noir"'


class Size(enum.IntEnum):
    SMALL = 1
    LARGE = 2


def response(text: str | None, finish_reason: str | None = "STOP", **fields: Any) -> types.GenerateContentResponse:
    """A response with one candidate that contains a text."""
    parts = [] if text is None else [{"text": text}]
    candidate = {"content": {"role": "model", "parts": parts}, "finish_reason": finish_reason, "index": 0}
    return types.GenerateContentResponse.model_validate({"candidates": [candidate], **fields})


def read(text: str | None, schema: Any, finish_reason: str | None = "STOP") -> types.GenerateContentResponse:
    """A response to a request with a schema."""
    answer = response(text, finish_reason)
    parsing.fill_parsed(answer, schema, None)
    return answer


def error_of(answer: types.GenerateContentResponse) -> errors.NotParsedError:
    """The reason why an answer was not parsed."""
    assert answer.parsed_error is not None
    return answer.parsed_error


@pytest.mark.parametrize(
    ("schema", "text", "value"),
    [
        (Item, '{"name": "salt", "price": 3}', Item(name="salt", price=3.0)),
        (Item, ' \n{"name": "salt", "price": "3.5", "more": 1}\n', Item(name="salt", price=3.5)),
        (Cart, '{"items": []}', Cart(items=[])),
        (Tree, '{"value": 1, "children": [{"value": 2}]}', Tree(value=1, children=[Tree(value=2)])),
        (Page[Item], '{"entries": [{"name": "a", "price": 1}]}', Page[Item](entries=[Item(name="a", price=1)])),
        (Spelt, '{"firstName": "A"}', Spelt(firstName="A")),
        (Point, '{"x": 1}', Point(1)),
        (Entry, '{"word": "a"}', {"word": "a"}),
        (Pair, '[1, "a"]', Pair(1, "a")),
        (Pair, '{"left": 1, "right": "a"}', Pair(1, "a")),
        (Colour, "red", Colour.RED),
        (Colour, '"dark blue"', Colour.DARK_BLUE),
        (Colour, " red\n", Colour.RED),
        (Colour, json.dumps(Colour.ACCENTED.value), Colour.ACCENTED),
        (Colour, Colour.ACCENTED.value, Colour.ACCENTED),
        (Size, "2", Size.LARGE),
        (Size, '"2"', Size.LARGE),
        (list[Item], '[{"name": "a", "price": 1}]', [Item(name="a", price=1)]),
        (list[Colour], '["red"]', [Colour.RED]),
        (dict[str, Item], '{"k": {"name": "a", "price": 1}}', {"k": Item(name="a", price=1)}),
        (dict[str, list[int]], '{"k": [1]}', {"k": [1]}),
        (tuple[int, str], '[1, "a"]', (1, "a")),
        (set[int], "[1, 1]", {1}),
        (Union[int, Item], '{"name": "a", "price": 1}', Item(name="a", price=1)),
        (Item | Point, '{"x": 1}', Point(1)),
        (Optional[Item], '{"name": "a", "price": 1}', Item(name="a", price=1)),
        (Optional[Item], "null", None),
        (str, '"a"', "a"),
        (int, "1", 1),
        (float, "1", 1.0),
        (bool, "true", True),
        (Literal["a", "b"], '"b"', "b"),
        (Annotated[int, pydantic.Field(gt=1)], "2", 2),
        (list[Annotated[int, pydantic.Field(gt=1)]], "[2]", [2]),
        (Any, "[1]", [1]),
        ({"type": "OBJECT"}, '{"a": [1.5, null]}', {"a": [1.5, None]}),
        ({}, '{"a": 1}', {"a": 1}),
        ({"type": "OBJECT"}, "[1]", [1]),
        (types.Schema(type=types.Type.STRING), '"a"', "a"),
    ],
    ids=repr,
)
def test_parsed(schema: Any, text: str, value: Any) -> None:
    answer = read(text, schema)
    assert answer.parsed_error is None, answer.parsed_error
    assert answer.parsed == value
    assert type(answer.parsed) is type(value)
    assert answer.require_parsed() is answer.parsed
    assert answer.candidates is not None
    assert answer.candidates[0].parsed is answer.parsed


@pytest.mark.parametrize("schema", [{"type": "object"}, Item, list[Item], Colour], ids=repr)
def test_a_json_schema_may_be_data_or_a_type(schema: Any) -> None:
    text = {Item: '{"name": "a", "price": 1}', Colour: '"red"'}.get(schema if isinstance(schema, type) else None, "[]")
    answer = response(text)
    parsing.fill_parsed(answer, None, schema)
    assert answer.parsed is not None
    assert answer.parsed == read(text, schema).parsed


def test_thoughts_are_no_part_of_it_and_texts_are_joined() -> None:
    parts = [{"text": "hm", "thought": True}, {"text": '{"x"'}, {"text": ": 1}"}]
    answer = types.GenerateContentResponse.model_validate({"candidates": [{"content": {"parts": parts}}]})
    parsing.fill_parsed(answer, Point, None)
    assert answer.parsed == Point(1)
    assert answer.partial == {"x": 1}


def test_without_a_schema_nothing_is_parsed() -> None:
    answer = response('{"x": 1}')
    parsing.fill_parsed(answer, None, None)
    assert not answer.__pydantic_private__
    assert answer.parsed is answer.parsed_error is answer.partial is None
    with pytest.raises(ValueError, match=r"neither response_schema nor response_json_schema") as raised:
        answer.require_parsed()
    assert not isinstance(raised.value, errors.NotParsedError)


_CART = '{"items": [{"name": "salt", "price": 1},\n  {"name": "oil", "price": "much"}]}'


@pytest.mark.parametrize(
    ("schema", "text", "finish_reason", "path", "place", "message"),
    [
        (
            Cart,
            _CART,
            "STOP",
            "items[1].price",
            (2, 28),
            "The answer does not fit Cart at items[1].price (line 2, column 28): Input should be a valid number, unable to "
            "parse string as a number, got 'much'.",
        ),
        (
            Cart,
            '{"items": [{"name": "salt"}]}',
            "STOP",
            "items[0].price",
            (1, 12),
            "The answer does not fit Cart at items[0].price (line 1, column 12): Field required.",
        ),
        (
            list[Item],
            '[{"name": 1, "price": 1}, {}]',
            "STOP",
            "[0].name",
            (1, 11),
            "The answer does not fit list[Item] at [0].name (line 1, column 11): Input should be a valid string, got 1; "
            "2 more values do not fit.",
        ),
        (
            dict[str, Item],
            '{"a b": {"name": "x", "price": []}}',
            "STOP",
            '["a b"].price',
            (1, 32),
            'The answer does not fit dict[str, Item] at ["a b"].price (line 1, column 32): Input should be a valid number, '
            "got [].",
        ),
        (
            Literal["a", "b"],
            '"c"',
            "STOP",
            "",
            (1, 1),
            "The answer does not fit Literal['a', 'b']: Input should be 'a' or 'b', got 'c'.",
        ),
        (
            Cart,
            '{"items": [{"name": "salt", "pri',
            "MAX_TOKENS",
            "items[0].name",
            (1, 33),
            "The answer was cut off at items[0].name (line 1, column 33): max_output_tokens was used up, and thoughts count "
            "towards it: raise it, or limit the thinking (finish reason MAX_TOKENS).",
        ),
        (
            Cart,
            '{"items": [',
            "SAFETY",
            "items[0]",
            (1, 12),
            "The answer breaks off at items[0] (line 1, column 12): a safety filter blocked the answer (finish reason SAFETY).",
        ),
        (
            Cart,
            '{"items": [{"name": "salt" "price": 1}]}',
            "STOP",
            "items[0].name",
            (1, 28),
            "The answer is not valid JSON at items[0].name (line 1, column 28): expected ',' or '}' after a value, found "
            "'\"'.",
        ),
        (
            Cart,
            '```json\n{"items": []}\n```',
            "STOP",
            "",
            (1, 1),
            'The answer is not JSON: it is in a Markdown code fence; set response_mime_type="application/json" to '
            "receive plain JSON.",
        ),
        (
            {"type": "OBJECT"},
            "Gladly!",
            "STOP",
            "",
            (1, 1),
            "The answer is not valid JSON: invalid value 'Gladly': expected a number, true, false or null.",
        ),
        (
            Cart,
            " ",
            "STOP",
            "",
            (1, 1),
            "The text of the answer is empty: the model finished normally (finish reason STOP).",
        ),
        (
            Colour,
            "green",
            "STOP",
            "",
            (1, 1),
            "The answer is not a member of Colour: expected one of 'red', 'dark blue', 'café \"noir\"', got 'green'.",
        ),
        (
            Item,
            '{"name": "\\ud83d", "price": 1}',
            "STOP",
            "",
            (1, 1),
            "The answer does not fit Item: Invalid JSON: unexpected end of hex escape at line 1 column 17.",
        ),
    ],
)
def test_why_a_text_was_not_parsed(
    schema: Any, text: str, finish_reason: str, path: str, place: tuple[int, int], message: str
) -> None:
    answer = read(text, schema, finish_reason)
    assert answer.parsed is None
    error = error_of(answer)
    assert str(error) == error.message == message
    assert error.path == path
    assert (error.line, error.column) == place
    assert error.text == text
    assert error.finish_reason is types.FinishReason(finish_reason)
    assert error.offset is not None
    assert text.count("\n", 0, error.offset) + 1 == error.line


def test_what_fits_no_member_of_a_union_is_decoded_all_the_same() -> None:
    answer = read('{"x": []}', int | Point)
    assert answer.parsed == {"x": []}
    assert str(answer.parsed_error) == (
        "The answer does not fit int | Point at x (line 1, column 7): Input should be a valid integer, got []."
    )
    with pytest.raises(errors.NotParsedError):
        answer.require_parsed()
    assert read("[", int | Point).parsed is None


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "The service sent no answer and gave no reason."),
        (
            {
                "prompt_feedback": {
                    "block_reason": "SAFETY",
                    "block_reason_message": "Not this.",
                    "safety_ratings": [{"category": "HARM_CATEGORY_HARASSMENT", "blocked": True}],
                }
            },
            "The prompt was refused by a safety filter (block reason SAFETY), category HARM_CATEGORY_HARASSMENT. "
            "The service says: Not this.",
        ),
        (
            {"candidates": [{"finish_reason": "SAFETY", "safety_ratings": [{"category": "HARM_CATEGORY_HARASSMENT"}]}]},
            "The answer is empty: a safety filter blocked the answer (finish reason SAFETY).",
        ),
        (
            {
                "candidates": [
                    {"finish_reason": "MAX_TOKENS", "content": {"parts": [{"text": "Hm.", "thought": True}]}}
                ],
                "usage_metadata": {"thoughts_token_count": 512},
            },
            "The answer is empty except for thoughts (512 tokens): max_output_tokens was used up, and thoughts count towards "
            "it: raise it, or limit the thinking (finish reason MAX_TOKENS).",
        ),
        (
            {"candidates": [{"finish_reason": "MALFORMED_FUNCTION_CALL", "finish_message": "Malformed: f(."}]},
            "The answer is empty: the model tried to call a function, but the call could not be read: ask again, or "
            "simplify the declarations (finish reason MALFORMED_FUNCTION_CALL); the service says: Malformed: f(.",
        ),
        ({"candidates": [{"content": {}}]}, "The answer is empty: the service gave no finish reason."),
        (
            {"candidates": [{"finish_reason": "STOP", "content": {"parts": [{"text": ""}]}}]},
            "The answer is empty: the model finished normally (finish reason STOP).",
        ),
    ],
)
def test_why_there_is_nothing(fields: dict[str, Any], message: str) -> None:
    answer = types.GenerateContentResponse.model_validate(fields)
    assert answer.why_empty == message
    parsing.fill_parsed(answer, Item, None)
    assert answer.parsed is None
    said = str(answer.parsed_error)
    assert message.removeprefix("The answer is empty").partition(":")[2] in said
    with pytest.raises(errors.NotParsedError):
        answer.require_parsed()


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ({"text": "Hi"}, None),
        ({"function_call": {"name": "f"}}, "The answer is a function call, not data: run the function and send its"),
        (
            {"inline_data": {"data": b"x", "mime_type": "image/png"}},
            "The answer contains no text, but inline_data: the model finished normally (finish reason STOP).",
        ),
    ],
    ids=["text", "call", "picture"],
)
def test_an_answer_that_holds_something_is_not_empty(part: dict[str, Any], message: str | None) -> None:
    candidate = {"finish_reason": "STOP", "content": {"parts": [part]}}
    answer = types.GenerateContentResponse.model_validate({"candidates": [candidate]})
    assert answer.why_empty is None
    if message is not None:
        parsing.fill_parsed(answer, Item, None)
        assert str(answer.parsed_error).startswith(message)
        assert error_of(answer).text is None
        assert error_of(answer).offset is None


@pytest.mark.parametrize("reason", list(types.FinishReason), ids=lambda reason: reason.value)
def test_each_finish_reason_has_words(reason: types.FinishReason) -> None:
    words = types.GenerateContentResponse(candidates=[types.Candidate(finish_reason=reason)]).why_empty
    assert words is not None
    assert (f"(finish reason {reason.value})" in words) != (reason.value == "FINISH_REASON_UNSPECIFIED")


@pytest.mark.parametrize("reason", list(types.BlockedReason), ids=lambda reason: reason.value)
def test_each_reason_to_refuse_a_prompt_has_words(reason: types.BlockedReason) -> None:
    feedback = types.GenerateContentResponsePromptFeedback(block_reason=reason)
    words = types.GenerateContentResponse(prompt_feedback=feedback).why_empty
    assert words is not None
    assert ("refused (" in words) == (reason.value == "BLOCKED_REASON_UNSPECIFIED")


def test_a_text_beside_a_call_is_not_what_was_asked_for() -> None:
    parts = [{"text": "Let me see."}, {"function_call": {"name": "f"}}]
    answer = types.GenerateContentResponse.model_validate({"candidates": [{"content": {"parts": parts}}]})
    parsing.fill_parsed(answer, Item, None)
    assert str(answer.parsed_error).startswith("The answer is a function call")
    assert error_of(answer).text == "Let me see."


def test_what_was_found_out_is_no_part_of_the_response() -> None:
    plain, seen = response(_CART), read(_CART, Cart)
    assert seen == plain
    assert plain == seen
    for dumped in ({}, {"exclude_none": True}, {"mode": "json"}, {"by_alias": True}):
        assert seen.model_dump(**dumped) == plain.model_dump(**dumped)
    assert seen.model_dump_json() == plain.model_dump_json()
    assert seen.to_json_dict() == plain.to_json_dict()
    assert repr(seen) == repr(plain)
    assert dict(seen) == dict(plain)
    assert vars(seen) == vars(plain)
    assert seen != response(_CART, "MAX_TOKENS")
    assert seen != _CART
    assert types.GenerateContentResponse.model_validate(seen.model_dump()) == plain


@pytest.mark.parametrize(
    "copied",
    [
        lambda answer: pickle.loads(pickle.dumps(answer)),
        copy.copy,
        copy.deepcopy,
        lambda answer: answer.model_copy(),
        lambda answer: answer.model_copy(deep=True),
    ],
    ids=["pickle", "copy", "deepcopy", "model_copy", "deep model_copy"],
)
def test_it_survives_copies(copied: Callable[[Any], Any]) -> None:
    answer = read(_CART, Cart)
    again = copied(answer)
    error = error_of(again)
    assert again == answer
    assert vars(error) == vars(error_of(answer))
    assert str(error) == str(answer.parsed_error)
    assert again.partial == json.loads(_CART)
    assert again.candidates[0].parsed_error is not None
    assert copied(read('{"x": 1}', Point)).candidates[0].parsed == Point(1)


def test_the_strict_way_raises_anew_each_time() -> None:
    answer = read(_CART, Cart)
    raised: list[errors.NotParsedError] = []
    for _ in range(2):
        with pytest.raises(errors.NotParsedError, match=r"items\[1\]\.price") as caught:
            answer.require_parsed()
        raised.append(caught.value)
        assert isinstance(caught.value, ValueError)
        assert isinstance(caught.value.__cause__, pydantic.ValidationError)
    assert raised[0] is not raised[1]
    assert error_of(answer).__traceback__ is None


def test_each_candidate_is_parsed(caplog: pytest.LogCaptureFixture) -> None:
    texts = ['{"x": 1}', '{"x": 2', '{"x": 3}']
    candidates = [{"content": {"parts": [{"text": text}]}, "finish_reason": "MAX_TOKENS"} for text in texts]
    answer = types.GenerateContentResponse.model_validate({"candidates": candidates})
    parsing.fill_parsed(answer, Point, None)
    assert answer.candidates is not None
    assert [candidate.parsed for candidate in answer.candidates] == [Point(1), None, Point(3)]
    assert [candidate.parsed_error is None for candidate in answer.candidates] == [True, False, True]
    assert str(answer.candidates[1].parsed_error).startswith("The answer was cut off at x")
    assert answer.parsed == Point(1)
    assert answer.parsed_error is None
    assert not caplog.records


def test_what_arrived_of_an_answer_that_was_cut_off() -> None:
    assert read('{"items": [{"name": "salt", "price": 1}, {"name": "oi', Cart, "MAX_TOKENS").partial == {
        "items": [{"name": "salt", "price": 1}, {"name": "oi"}]
    }
    assert read("12", int).partial == 12
    assert read("red", Colour).partial is None


def test_types_that_cannot_be_read_are_no_error_of_the_call() -> None:
    class Foreign:
        pass

    for schema in (Foreign, list[Foreign], "Nowhere", list["Nowhere"], Literal[[]]):  # type: ignore[valid-type]  # noqa: F821
        answer = read("1", schema)
        assert answer.parsed is None
        assert "does not fit" in str(answer.parsed_error)


def test_errors_of_the_programs_own_validators_are_raised() -> None:
    class Picky(pydantic.BaseModel):
        x: int

        @pydantic.field_validator("x")
        @classmethod
        def look_up(cls, value: int) -> int:
            return {1: 2}[value]

    assert read('{"x": 1}', Picky).parsed == Picky.model_construct(x=2)
    with pytest.raises(KeyError):
        read('{"x": 3}', Picky)


def test_adapters_are_kept_by_what_annotations_say_in_their_order() -> None:
    adapter = parsing._adapter
    assert adapter(list[Item]) is adapter(list[Item])
    assert adapter(dict[str, list[Item]]) is adapter(dict[str, list[Item]])
    assert adapter(Optional[Item]) is adapter(Optional[Item])
    assert adapter(Point) is adapter(Point)
    assert adapter(Union[int, str]) is not adapter(Union[str, int])
    assert adapter(list[Literal[1]]) is not adapter(list[Literal[True]])
    assert adapter(Annotated[int, "a"]) is not adapter(Annotated[int, "b"])
    for _ in range(200):
        adapter(list[pydantic.create_model("Passing", x=(int, 1))])
    assert parsing._kept_adapter.cache_info().currsize <= 64


def test_classes_of_one_name_are_told_apart() -> None:
    def made(field: type) -> Any:
        return dataclasses.make_dataclass("Made", [("x", field)])

    assert read('[{"x": 1}]', list[made(int)]).parsed[0].x == 1  # type: ignore[index, misc]
    assert read('[{"x": "a"}]', list[made(str)]).parsed[0].x == "a"  # type: ignore[index, misc]


# Streams


def chunk(text: str | None, finish_reason: str | None = None, **candidate: Any) -> types.GenerateContentResponse:
    """One chunk of an answer."""
    parts = [] if text is None else [{"text": text}]
    fields = {"content": {"parts": parts}, "finish_reason": finish_reason, **candidate}
    return types.GenerateContentResponse.model_validate({"candidates": [fields]})


def watched(schema: Any, *chunks: types.GenerateContentResponse) -> list[types.GenerateContentResponse]:
    """Chunks of a stream whose request has a schema."""
    watcher = parsing.watch(schema, None)
    assert watcher is not None
    for each in chunks:
        watcher.see(each)
    return list(chunks)


_PIECES = ['{"items": [{"na', 'me": "sa', 'lt", "price": 1', "2}, ", '{"name": "oil", "price": 7}]', "}"]
_KNOWN: list[Any] = [
    {"items": [{}]},
    {"items": [{"name": "sa"}]},
    {"items": [{"name": "salt"}]},
    {"items": [{"name": "salt", "price": 12}]},
    {"items": [{"name": "salt", "price": 12}, {"name": "oil", "price": 7}]},
    {"items": [{"name": "salt", "price": 12}, {"name": "oil", "price": 7}]},
]


def _cart_chunks(end: str = "STOP") -> list[types.GenerateContentResponse]:
    last = len(_PIECES) - 1
    return [chunk(piece, end if position == last else None) for position, piece in enumerate(_PIECES)]


@pytest.mark.parametrize("order", [[0, 1, 2, 3, 4, 5], [5, 4, 3, 2, 1, 0], [3, 0, 5, 5, 2]], ids=str)
def test_partial_is_what_each_chunk_knew(order: list[int]) -> None:
    chunks = watched(Cart, *_cart_chunks())
    assert [chunks[position].partial for position in order] == [_KNOWN[position] for position in order]
    assert all(chunks[position].partial is chunks[position].partial for position in order)


def test_partial_does_not_change_when_more_comes() -> None:
    watcher = parsing.watch(Cart, None)
    assert watcher is not None
    glimpses: list[Any] = []
    for each in _cart_chunks():
        watcher.see(each)
        glimpses.append(each.partial)
    assert glimpses == _KNOWN


def test_the_last_chunk_has_the_object() -> None:
    chunks = watched(Cart, *_cart_chunks())
    whole = Cart(items=[Item(name="salt", price=12), Item(name="oil", price=7)])
    assert [each.parsed for each in chunks] == [None] * 5 + [whole]
    assert chunks[-1].candidates is not None
    assert chunks[-1].candidates[0].parsed is chunks[-1].parsed
    assert all(each.parsed_error is None for each in chunks)
    assert chunks[-1].require_parsed() == whole
    with pytest.raises(ValueError, match="this chunk of a stream does not end the answer"):
        chunks[0].require_parsed()


def test_the_last_chunk_says_why_not() -> None:
    *before, last = watched(Cart, chunk('{"items": [{"name":'), chunk(' "salt"'), chunk("", "MAX_TOKENS"))
    assert all(each.parsed_error is None for each in before)
    assert last.parsed is None
    assert str(last.parsed_error).startswith("The answer was cut off at items[0].name (line 1, column 27)")
    assert error_of(last).text == '{"items": [{"name": "salt"'
    assert last.partial == {"items": [{"name": "salt"}]}


def test_an_answer_of_one_chunk_is_there_at_once() -> None:
    first, last = watched(Point, chunk('{"x": 1}\n'), chunk("", "STOP"))
    assert first.parsed == Point(1)
    assert last.parsed is first.parsed
    first, last = watched(Point, chunk('{"x": 1}'), chunk(" no", "STOP"))
    assert first.parsed == Point(1)
    assert last.parsed is None
    assert "after the end of the value" in str(last.parsed_error)
    assert [each.parsed for each in watched(int, chunk("1"), chunk("2", "STOP"))] == [None, 12]


def test_values_that_are_no_objects() -> None:
    assert [each.partial for each in watched(int, chunk("1"), chunk("2", "STOP"))] == [None, 12]
    chunks = watched(Colour, chunk("dark "), chunk("blue", "STOP"))
    assert chunks[-1].parsed is Colour.DARK_BLUE
    assert [each.partial for each in chunks] == [None, None]
    assert [each.partial for each in watched(str, chunk('"a'), chunk('b"'), chunk("", "STOP"))] == ["a", "ab", "ab"]


def test_thoughts_other_candidates_and_usage_are_passed_over() -> None:
    thought = types.GenerateContentResponse.model_validate(
        {"candidates": [{"content": {"parts": [{"text": "{hm", "thought": True}]}}]}
    )
    usage = types.GenerateContentResponse.model_validate({"usage_metadata": {"total_token_count": 3}})
    second = chunk('{"x": 9}', "STOP", index=1)
    chunks = watched(Point, thought, chunk('{"x":'), second, chunk(" 1}"), usage, chunk("", "STOP"), usage)
    assert [each.partial for each in chunks] == [None, {}, {}, {"x": 1}, {"x": 1}, {"x": 1}, {"x": 1}]
    assert [each.parsed for each in chunks] == [None, None, None, None, None, Point(1), None]


def test_a_stream_without_a_text_says_why() -> None:
    call = types.GenerateContentResponse.model_validate(
        {"candidates": [{"content": {"parts": [{"function_call": {"name": "f"}}]}}]}
    )
    *_, last = watched(Point, call, chunk("", "STOP"))
    assert str(last.parsed_error).startswith("The answer is a function call")
    blocked = types.GenerateContentResponse.model_validate({"prompt_feedback": {"block_reason": "BLOCKLIST"}})
    [only] = watched(Point, blocked)
    assert str(only.parsed_error).startswith("The prompt was refused because it contains a word on a blocklist")
    [only] = watched(Point, chunk(None, "RECITATION"))
    assert "too close to an existing work" in str(only.parsed_error)


def test_chunks_are_what_they_were_for_dumps_and_survive_pickling() -> None:
    plain, seen = chunk('{"x": 1, "y'), watched(Point, chunk('{"x": 1, "y'))[0]
    assert seen == plain
    assert seen.model_dump() == plain.model_dump()
    again = pickle.loads(pickle.dumps(seen))
    assert again.partial == {"x": 1}
    assert copy.deepcopy(seen).partial == {"x": 1}


def test_there_is_nothing_to_watch_without_a_schema() -> None:
    assert parsing.watch(None, None) is None
    assert parsing.watch(None, {"type": "object"}) is not None
    assert parsing.watch({}, None) is not None


# Through the client


async def test_a_call(call: Call, client: genai.Client, gemini: ScriptedGemini) -> None:
    config = {"response_mime_type": "application/json", "response_schema": Cart}
    gemini.on("fits").reply('{"items": []}')
    gemini.on("cut").reply('{"items": [', finish_reason="MAX_TOKENS")
    fits = await call(client, "models.generate_content", model="gemini-2.5-flash", contents="fits", config=config)
    assert fits.parsed == Cart(items=[])
    assert fits.parsed_error is None
    cut = await call(client, "models.generate_content", model="gemini-2.5-flash", contents="cut", config=config)
    assert cut.parsed is None
    assert str(cut.parsed_error).startswith("The answer was cut off at items[0]")
    assert cut.partial == {"items": []}


async def test_a_stream(client: genai.Client, gemini: ScriptedGemini) -> None:
    config = {"response_mime_type": "application/json", "response_schema": Cart}
    gemini.on("cart").stream(_PIECES)
    arguments = {"model": "gemini-2.5-flash", "contents": "A cart", "config": config}
    blocking = list(client.models.generate_content_stream(**arguments))
    awaited = [each async for each in await client.aio.models.generate_content_stream(**arguments)]
    for chunks in (blocking, awaited):
        assert [each.partial for each in chunks] == _KNOWN
        assert [each.parsed for each in chunks] == [None] * 5 + [Cart(**_KNOWN[-1])]
