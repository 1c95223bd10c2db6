"""Properties of sources and sinks together, and their memory."""

import math
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings, strategies as st

from genai_bulk.tables import open_sink, open_source

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
LINES = TEXTS.filter(lambda text: "\0" not in text)  # the csv module of Python 3.10 refuses it
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
SCALARS = st.none() | st.booleans() | st.integers() | NUMBERS | TEXTS
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
JSON_ROWS = st.lists(st.dictionaries(TEXTS, VALUES, min_size=1, max_size=4), min_size=1, max_size=20)


def write(path, columns, rows):
    with open_sink(path, columns) as sink:
        sink.write(rows)


@settings(deadline=None, max_examples=60)
@given(JSON_ROWS)
def test_rows_of_json_pass_unchanged_through_json_lines(rows):
    """Names that a row lacks are null in the sink."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "rows.jsonl")
        source = open_source(rows)
        list(source.survey(None))
        write(path, source.columns, rows)
        names = source.columns.names
        again = [row for _, row in open_source(path).rows()]
    assert again == [{name: row.get(name) for name in names} for row in rows]


@settings(deadline=None, max_examples=60)
@given(JSON_ROWS)
def test_rows_of_json_fit_the_columns_of_their_survey(rows):
    """Where a column is not JSON text, Parquet has each value; an integer may have become the equal float."""
    source = open_source(rows)
    list(source.survey(None))
    sink = open_sink("arrow", source.columns)
    sink.write(rows)
    sink.close()
    for field in source.columns:
        values = sink.table[field.name].to_pylist()
        assert [value is None for value in values] == [row.get(field.name) is None for row in rows]
        if pa.types.is_primitive(field.type) or (pa.types.is_string(field.type) and not field.metadata):
            assert values == [row.get(field.name) for row in rows]


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.tuples(st.integers(-(2**63), 2**63 - 1) | st.none(), TEXTS | st.none(), st.lists(NUMBERS)), min_size=1),
    st.integers(1, 7),
    st.sets(st.integers(0, 30)),
)
def test_parquet_rows_pass_in_order_and_pending_rows_are_found(values, group_rows, pending):
    rows = [{"n": n, "text": text, "list": items} for n, text, items in values]
    schema = pa.schema([("n", pa.int64()), ("text", pa.string()), ("list", pa.list_(pa.float64()))])
    with tempfile.TemporaryDirectory() as folder:
        pq.write_table(pa.Table.from_pylist(rows, schema), Path(folder, "a.parquet"), row_group_size=group_rows)
        source = open_source(Path(folder, "a.parquet"))
        assert list(source.rows()) == list(enumerate(rows))
        chosen = sorted(number for number in pending if number < len(rows))
        assert list(source.rows(iter(sorted(pending)))) == [(number, rows[number]) for number in chosen]
        write(Path(folder, "b.parquet"), source.columns, [row for _, row in source.rows(exact=True)])
        assert pq.read_table(Path(folder, "b.parquet")).to_pylist() == rows


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(LINES, LINES), min_size=1, max_size=20))
def test_texts_pass_through_csv(values):
    rows = [{"a": "x" + a, "b": b} for a, b in values]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "rows.csv")
        write(path, pa.schema([("a", pa.string()), ("b", pa.string())]), rows)
        assert [row for _, row in open_source(path).rows()] == rows


MEMORY = """
import resource, sys
from pathlib import Path
import pyarrow as pa
from genai_bulk.tables import open_sink, open_source
from genai_bulk.tables.output import output_schema

folder, kind, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])

def megabytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 1 << 20)

def rows(first):
    return [{"id": number, "text": f"{number * 7919} " * 25} for number in range(first, first + 1_000)]

with open_sink(folder / f"in.{kind}", pa.schema([("id", pa.int64()), ("text", pa.string())])) as sink:
    for first in range(0, count, 1_000):
        sink.write(rows(first))

def pass_through(count):
    source = open_source(folder / f"in.{kind}")
    keys = sum(1 for _ in source.survey("id"))
    with open_sink(folder / f"out.{kind}", output_schema(source.columns, kinds={"text"})) as sink:
        batch = []
        for number, row in source.rows(exact=True):
            batch.append({**row, "answer_text": "positive", "usage": {"total_tokens": number}})
            if len(batch) == 500:
                sink.write(batch)
                batch = []
        sink.write(batch)
    assert keys == sink.count == count

pass_through(count)
print(megabytes())
"""


def memory_of(folder, kind, count):
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(MEMORY), str(folder), kind, str(count)],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return float(done.stdout)


@pytest.mark.parametrize("kind", ["parquet", "jsonl"])
@pytest.mark.skipif(sys.platform == "win32", reason="measures memory with getrusage")
def test_memory_does_not_grow_with_the_number_of_rows(tmp_path, kind):
    """20,000 and 120,000 rows, 3 and 18 MB as CSV."""
    small = memory_of(tmp_path, kind, 20_000)
    large = memory_of(tmp_path, kind, 120_000)
    assert large - small < 10


@pytest.mark.heavy
@pytest.mark.parametrize("kind", ["parquet", "jsonl", "csv"])
def test_memory_at_a_million_rows(tmp_path, kind):
    small = memory_of(tmp_path, kind, 20_000)
    large = memory_of(tmp_path, kind, 1_000_000)
    assert large - small < 10
    assert not math.isnan(large)
