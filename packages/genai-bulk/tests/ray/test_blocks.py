"""Blocks in memory: the rows of an engine, and its results."""

from __future__ import annotations

from concurrent.futures import wait
from itertools import islice

import pytest

from genai_bulk.journal import StoredAnswer
from genai_bulk.ray.blocks import Blocks
from genai_bulk.reading import NO_USAGE


def _answer(id: int) -> StoredAnswer:
    return StoredAnswer(id, b"%d" % id, "{}", None, None, None, None, 1, NO_USAGE, None)


def test_rows_of_blocks_are_numbered_on_and_a_pause_follows_each_block() -> None:
    blocks = Blocks(10)
    blocks.add([{"text": "a"}, {"text": "b"}])
    blocks.add([{"text": "c"}])
    assert list(islice(blocks, 5)) == [(0, {"text": "a"}), (1, {"text": "b"}), None, (2, {"text": "c"}), None]


def test_iteration_pauses_while_no_block_is_there_and_ends_when_closed() -> None:
    blocks = Blocks(10)
    rows = iter(blocks)
    assert next(rows) is None
    blocks.close(RuntimeError("over"))
    assert list(rows) == []


def test_answers_of_mixed_blocks_are_given_back_in_the_order_of_rows() -> None:
    blocks = Blocks(10)
    first, second = blocks.add([{}, {}]), blocks.add([{}, {}])
    blocks.write([], [_answer(1), _answer(2)], [(1, 3), (2, 1)], [])
    assert not first.done()
    blocks.write([], [_answer(3), _answer(4)], [(3, 0), (4, 2)], [])
    assert [answer.id for answer in first.result(0)] == [3, 2]
    assert [answer.id for answer in second.result(0)] == [4, 1]


def test_a_row_may_share_one_of_the_remembered_answers() -> None:
    blocks = Blocks(2)
    shared = blocks.add([{}, {}, {}])
    blocks.write([], [_answer(1)], [(1, 0)], [])
    # The older answer is forgotten after the rows of this group, not before.
    blocks.write([], [_answer(2), _answer(3)], [(1, 1), (3, 2)], [])
    assert [answer.id for answer in shared.result(0)] == [1, 1, 3]
    late = blocks.add([{}])
    with pytest.raises(KeyError):
        blocks.write([], [], [(1, 3)], [])
    assert not late.done()


def test_a_block_without_rows_is_complete() -> None:
    assert Blocks(1).add([]).result(0) == []


def test_open_and_later_blocks_have_the_error_of_the_end() -> None:
    blocks = Blocks(1)
    before = blocks.add([{}, {}])
    blocks.close(RuntimeError("over"))
    after = blocks.add([{}])
    assert wait([before, after], 0).not_done == set()
    assert [str(each.exception(0)) for each in (before, after)] == ["over", "over"]


def test_uploads_are_remembered() -> None:
    blocks = Blocks(1)
    assert blocks.upload("a") is None
    blocks.keep_upload("a", "files/1", "https://files/1", "image/png", 5.0)
    assert blocks.upload("a") == ("files/1", "https://files/1", "image/png", 5.0)
