"""The parsers of streamed replies, tested with tables of bytes: events, JSON arrays, any cuts, linear time."""

from __future__ import annotations

import itertools
import json
import time
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from google.genai._io.sse import ArrayStream, EventStream, StreamParser, parser_for


def _events(parser: StreamParser, *pieces: bytes) -> list[bytes]:
    return [event for piece in pieces for event in parser.feed(piece)] + parser.end()


_TABLE: dict[str, tuple[bytes, list[bytes]]] = {
    "one": (b"data: {}\n\n", [b"{}"]),
    "crlf": (b"data: {}\r\n\r\n", [b"{}"]),
    "cr": (b"data: {}\r\r", [b"{}"]),
    "mixed line ends": (b"data: 1\r\n\ndata: 2\n\r\ndata: 3\r\n\r\n", [b"1", b"2", b"3"]),
    "two": (b"data: 1\n\ndata: 2\n\n", [b"1", b"2"]),
    "no space": (b"data:{}\n\n", [b"{}"]),
    "only one space is taken away": (b"data:  1\n\n", [b" 1"]),
    "several data lines": (b'data: {"a":\ndata: 1}\n\n', [b'{"a":\n1}']),
    "an empty data line between": (b"data: 1\ndata\ndata: 2\n\n", [b"1\n\n2"]),
    "comment": (b": keep-alive\n\n:\ndata: 1\n: in between\ndata: 2\n\n", [b"1\n2"]),
    "other fields": (b"event: message\nid: 7\nretry: 10\ndata: 1\nunknown: x\nfield\n\n", [b"1"]),
    "data in other letters is another field": (b"Data: 1\nDATA: 2\n\ndata: 3\n\n", [b"3"]),
    "longer name is another field": (b"database: 1\n\ndata: 2\n\n", [b"2"]),
    "byte order mark": (b"\xef\xbb\xbfdata: 1\n\n", [b"1"]),
    "empty data": (b"data:\n\ndata: \n\ndata: 1\n\n", [b"1"]),
    "blank lines": (b"\n\n\r\n\ndata: 1\n\n\n\n", [b"1"]),
    "end without a blank line": (b"data: 1\n\ndata: 2", [b"1", b"2"]),
    "end after one line": (b"data: 1\n", [b"1"]),
    "done": (b"data: 1\n\ndata: [DONE]\n\n", [b"1"]),
    "nothing": (b"", []),
    "line separators of unicode stay": (
        "data: a\u2028b\u0085c\x0bd\x0ce\x1cf\n\n".encode(),
        ["a\u2028b\u0085c\x0bd\x0ce\x1cf".encode()],
    ),
    "a bare object": (b'{"error": {"code": 503}}\n', [b'{"error": {"code": 503}}']),
    "a bare object over lines": (
        b'data: 1\n\n{\n "error": {\n  "code": 503\n }\n}\n',
        [b"1", b'{\n "error": {\n  "code": 503\n }\n}'],
    ),
    "nul and invalid utf-8": (b"data: \x00\xff\xfe\n\n", [b"\x00\xff\xfe"]),
}


@pytest.mark.parametrize("name", list(_TABLE))
def test_events_by_the_standard(name: str) -> None:
    text, events = _TABLE[name]
    assert _events(EventStream(), text) == events


@pytest.mark.parametrize("name", list(_TABLE))
def test_events_split_anywhere(name: str) -> None:
    text, events = _TABLE[name]
    for position in range(len(text) + 1):
        assert _events(EventStream(), text[:position], text[position:]) == events, position
    assert _events(EventStream(), *(text[i : i + 1] for i in range(len(text)))) == events


def test_an_event_is_handed_out_with_its_last_byte() -> None:
    parser = EventStream()
    assert parser.feed(b"data: 1\n") == []
    assert parser.feed(b"\n") == [b"1"]
    assert parser.feed(b"data: 2\r\n\r") == [b"2"]  # a line feed that follows belongs to the same line end
    assert parser.feed(b"\ndata: 3\n\n") == [b"3"]
    assert parser.end() == []


_ARRAYS: dict[str, tuple[bytes, list[bytes]]] = {
    "two": (b'[{"a": 1}\n,\r\n{"b": 2}]', [b'{"a": 1}', b'{"b": 2}']),
    "empty": (b" [ ]\n", []),
    "byte order mark": (b'\xef\xbb\xbf[{"a": 1}]', [b'{"a": 1}']),
    "one object alone": (b'{"a": 1}', [b'{"a": 1}']),
    "nested": (b'[{"a": {"b": [{"c": []}]}},{"d": [[]]}]', [b'{"a": {"b": [{"c": []}]}}', b'{"d": [[]]}']),
    "brackets in text": (b'[{"a": "}]{["},{"b": "\\"}\\\\"}]', [b'{"a": "}]{["}', b'{"b": "\\"}\\\\"}']),
    "escape at every place": (b'[{"\\\\": "\\u0022\\\\\\""}]', [b'{"\\\\": "\\u0022\\\\\\""}']),
}
_NO_ARRAYS: dict[str, bytes] = {
    "nothing": b"",
    "blanks": b" \r\n",
    "cut in an object": b'[{"a": 1},{"b": "x',
    "cut after an object": b'[{"a": 1}',
    "cut after a comma": b'[{"a": 1},',
    "a comma too many": b'[{"a": 1},]',
    "no comma": b'[{"a": 1}{"b": 2}]',
    "more behind it": b'[{"a": 1}] x',
    "a second object": b'{"a": 1}{"b": 2}',
    "a text": b'"text"',
    "a number in it": b"[1]",
    "markup": b"<html>",
    "garbage": b"\xff\xfe\x00",
}


@pytest.mark.parametrize("name", list(_ARRAYS))
def test_objects_of_an_array_split_anywhere(name: str) -> None:
    text, objects = _ARRAYS[name]
    assert _events(ArrayStream(), text) == objects
    for position in range(len(text) + 1):
        assert _events(ArrayStream(), text[:position], text[position:]) == objects, position
    assert _events(ArrayStream(), *(text[i : i + 1] for i in range(len(text)))) == objects


@pytest.mark.parametrize("name", list(_NO_ARRAYS))
def test_what_is_no_array_of_objects_is_refused(name: str) -> None:
    text = _NO_ARRAYS[name]
    for position in range(len(text) + 1):
        with pytest.raises(ValueError, match=r"empty|too early|expected a JSON array"):
            _events(ArrayStream(), text[:position], text[position:])


_VALUES = st.dictionaries(
    st.text(), st.recursive(st.text() | st.integers(), lambda inner: st.lists(inner, max_size=2)), max_size=3
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(objects=st.lists(_VALUES, max_size=4), cuts=st.lists(st.integers(0, 400), max_size=6), ascii_only=st.booleans())
def test_whatever_is_written_is_read_back(objects: list[Any], cuts: list[int], ascii_only: bool) -> None:
    texts = [json.dumps(value, ensure_ascii=ascii_only).encode() for value in objects]
    stream = b"".join(b"data: " + text + b"\r\n\r\n" for text in texts)
    assert _events(EventStream(), *_cut(stream, cuts)) == texts
    assert _events(ArrayStream(), *_cut(b"[" + b",\n".join(texts) + b"]", cuts)) == texts


def _cut(data: bytes, cuts: list[int]) -> list[bytes]:
    places = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    return [data[start:end] for start, end in itertools.pairwise(places)]


@pytest.mark.parametrize("kind", [EventStream, ArrayStream])
def test_one_long_line_in_many_pieces_takes_linear_time(kind: Any) -> None:
    """16 MB in pieces of 1 KB: quadratic work would copy 128 GB; the limit is far from both."""
    text = b'{"data": "' + b"x" * (16 << 20) + b'"}'
    stream = b"data: " + text + b"\n\n" if kind is EventStream else b"[" + text + b"]"
    parser = kind()
    start = time.monotonic()
    found = _events(parser, *(stream[i : i + 1024] for i in range(0, len(stream), 1024)))
    assert found == [text]
    assert time.monotonic() - start < 20


@pytest.mark.parametrize(
    ("content_type", "kind"),
    [
        ("text/event-stream", EventStream),
        ("text/event-stream; charset=utf-8", EventStream),
        ("application/json; charset=UTF-8", ArrayStream),
        ("Application/JSON", ArrayStream),
        ("text/plain", EventStream),
        (None, EventStream),
    ],
)
def test_the_content_type_chooses_the_parser(content_type: str | None, kind: type) -> None:
    assert type(parser_for(content_type)) is kind
