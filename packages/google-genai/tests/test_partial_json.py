"""JSON parsed from pieces: the result does not depend on the cuts, and contains only values that are certain."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, strategies as st

from google.genai._core.partial_json import GrowingJson, InvalidJson, offset_of

_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=20,
)
_written = st.builds(
    lambda value, ascii_only, indent: json.dumps(value, ensure_ascii=ascii_only, indent=indent),
    _values,
    st.booleans(),
    st.sampled_from([None, 0, 3]),
)
_TROUBLE = '{}[]:,"\\/ \n\t0123456789-+.eEtruefalsnINity\x00\ud83d😀u'
_scribbled = st.text(st.sampled_from(_TROUBLE), max_size=30)


@st.composite
def _cut(draw: st.DrawFn, texts: st.SearchStrategy[str]) -> tuple[str, list[str]]:
    """A text and its pieces, some of them empty."""
    text = draw(texts)
    borders = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8)))
    return text, [text[start:end] for start, end in zip([0, *borders], [*borders, len(text)], strict=True)]


def _read(pieces: list[str]) -> GrowingJson:
    growing = GrowingJson()
    for piece in pieces:
        growing.feed(piece)
    return growing


def _fault(pieces: list[str]) -> tuple[int, bool, tuple[str | int, ...], str] | None:
    try:
        _read(pieces).close()
    except InvalidJson as fault:
        return fault.offset, fault.is_cut, fault.path, fault.message
    return None


def _is_beginning(part: Any, whole: Any) -> bool:
    """Return whether a value may become another one when more of its text arrives."""
    if isinstance(part, dict) and isinstance(whole, dict):
        keys = list(part)
        return (
            keys == list(whole)[: len(keys)]
            and all(part[key] == whole[key] for key in keys[:-1])
            and all(_is_beginning(part[key], whole[key]) for key in keys[-1:])
        )
    if isinstance(part, list) and isinstance(whole, list):
        last = len(part) - 1
        return (
            len(part) <= len(whole)
            and part[:last] == whole[: max(last, 0)]
            and all(_is_beginning(item, whole[last]) for item in part[-1:])
        )
    if isinstance(part, str) and isinstance(whole, str):
        return whole.startswith(part)
    return type(part) is type(whole) and part == whole


@given(_cut(_written))
def test_the_value_is_that_of_the_whole_text(cut: tuple[str, list[str]]) -> None:
    text, pieces = cut
    assert _read(pieces).close() == json.loads(text)


@given(_written)
def test_each_beginning_of_the_text_has_a_beginning_of_the_value(text: str) -> None:
    whole = json.loads(text)
    growing = GrowingJson()
    glimpses: list[tuple[Any, str]] = []
    for character in text:
        growing.feed(character)
        glimpses.append((growing.value, json.dumps(growing.value)))
    begun = [(value, written) for value, written in glimpses if value is not None]
    assert all(_is_beginning(value, whole) for value, _ in begun)
    assert all(_is_beginning(before, after) for (before, _), (after, _) in itertools.pairwise(begun))
    assert all(json.dumps(value) == written for value, written in glimpses), "a value changed after it was returned"


@given(_cut(_scribbled))
def test_faults_lie_where_they_lie_however_the_text_is_cut(cut: tuple[str, list[str]]) -> None:
    text, pieces = cut
    fault = _fault([text])
    assert _fault(pieces) == fault == _fault(list(text))
    try:
        expected = json.loads(text)
    except ValueError:
        assert fault is not None
        assert 0 <= fault[0] <= len(text)
    else:
        assert fault is None
        assert repr(_read(pieces).close()) == repr(expected)


@given(_written, st.data())
def test_a_valid_text_that_ends_early_is_cut_and_nothing_else(text: str, data: st.DataObject) -> None:
    beginning = text[: data.draw(st.integers(0, len(text)))]
    fault = _fault([beginning])
    assert fault is None or (fault[0] == len(beginning) and fault[1])


@given(_written)
def test_values_are_found_in_the_text(text: str) -> None:
    for path, value in _all_within(json.loads(text), ()):
        found, _ = json.JSONDecoder().raw_decode(text, offset_of(text, path))
        assert found == value


def _all_within(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    yield path, value
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _all_within(item, (*path, key))
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from _all_within(item, (*path, position))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        (" \n", None),
        ("{", {}),
        ('{"na', {}),
        ('{"name"', {}),
        ('{"name":', {}),
        ('{"name": "', {"name": ""}),
        ('{"name": "pan', {"name": "pan"}),
        ('{"name": "pan\\', {"name": "pan"}),
        ('{"name": "pan\\n', {"name": "pan\n"}),
        ('{"name": "pan\\u00e', {"name": "pan"}),
        ('{"name": "\\ud83d', {"name": ""}),
        ('{"name": "\\ud83d\\ude0', {"name": ""}),
        ('{"name": "\\ud83d\\ude00', {"name": "😀"}),
        ('{"name": "\\ud83dx', {"name": "\ud83dx"}),
        ('{"n": 12', {}),
        ('{"n": 12 ', {"n": 12}),
        ('{"n": 12.', {}),
        ('{"n": 12.5e3,', {"n": 12500.0}),
        ('{"n": tru', {}),
        ('{"n": true', {"n": True}),
        ("[1, 2", [1]),
        ('[[], {"a": [{"b": "c', [[], {"a": [{"b": "c"}]}]),
        ('{"a": 1, "a": "', {"a": ""}),
        ("12", None),
        ('"text', "text"),
    ],
)
def test_what_is_known_before_the_end(text: str, value: Any) -> None:
    assert _read([text]).value == value
    assert _read(list(text)).value == value


@pytest.mark.parametrize(
    ("text", "offset", "path", "said"),
    [
        ("", 0, (), "there is no value"),
        ("x", 0, (), "invalid value 'x'"),
        ("nulx", 3, (), "invalid value 'nulx'"),
        ("[1 2]", 3, (0,), "expected ',' or ']' after a value, found '2'"),
        ("[01]", 2, (0,), "invalid value '01'"),
        ("[1,]", 3, (1,), "expected a value, found ']'"),
        ("[1.]", 3, (0,), "'1.' is incomplete"),
        ("[--1]", 2, (0,), "invalid value '--1'"),
        ('{"a": {"b": }}', 12, ("a", "b"), "expected a value, found '}'"),
        ('{"a": 1,}', 8, ("a",), "expected a key in double quotes, found '}'"),
        ("{a: 1}", 1, (), "expected a key in double quotes, found 'a'"),
        ('{"a" 1}', 5, ("a",), "expected ':' after a key, found '1'"),
        ('{"items": [{"price": 1}, {"price" = 1}]}', 34, ("items", 1, "price"), "expected ':' after a key, found '='"),
        ('["a\nb"]', 3, (0,), "a string contains '\\n', which must be escaped"),
        ('["\\x"]', 3, (0,), "invalid escape '\\x'"),
        ('["\\u00g0"]', 6, (0,), "expected a hexadecimal digit, found 'g'"),
        ("{} {}", 3, (), "unexpected '{' after the end of the value"),
        ("[" + "9" * 5000 + "]", 1, (0,), "the number has too many digits"),
        ('{"items": [{"na', 15, ("items", 0), "the text ends before the value is complete"),
        ('{"items": [{"name": "a', 22, ("items", 0, "name"), "the text ends before the value is complete"),
    ],
)
def test_faults_are_told_with_their_place(text: str, offset: int, path: tuple[str | int, ...], said: str) -> None:
    fault = _fault([text])
    assert fault is not None
    assert fault[0] == offset
    assert fault[2] == path
    assert fault[3].startswith(said)


def test_after_a_fault_it_stays_at_what_was_known() -> None:
    growing = _read(['{"a": [1, 2, '])
    for _ in range(2):
        with pytest.raises(InvalidJson, match="expected a value"):
            growing.feed("}")
    assert growing.value == {"a": [1, 2]}
    with pytest.raises(InvalidJson, match="expected a value"):
        growing.close()


def test_numbers_that_python_reads_and_json_has_not() -> None:
    value = _read(["[NaN, Infin", "ity, -Infinity]"]).close()
    assert math.isnan(value[0])
    assert value[1:] == [math.inf, -math.inf]


def test_nesting_has_no_limit() -> None:
    depth = 100_000
    growing = _read(["[" * depth, "]" * (depth - 1)])
    assert not growing.is_complete
    growing.feed("]")
    value, found = growing.close(), 1
    while value:
        value, found = value[0], found + 1
    assert found == depth
    assert growing.is_complete


def _steps(read: Callable[[], object]) -> int:
    """Return the number of function calls, which is the same on every machine."""
    import sys

    calls = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        read()
    finally:
        sys.setprofile(None)
    return calls


def test_work_grows_with_the_text_and_not_with_its_square() -> None:
    def read(items: int) -> None:
        growing = GrowingJson()
        for _ in range(items):
            growing.feed('[{"a": "b\\n", "c": 12.5}')
            growing.feed(", ")
            growing.feed("true, ")

    small, large = _steps(lambda: read(50)), _steps(lambda: read(500))
    assert large < 10.5 * small
