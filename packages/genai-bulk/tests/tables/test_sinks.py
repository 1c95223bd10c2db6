"""Sinks: rows pass unchanged, a file appears only when it is complete, and a full disk damages no other file."""

import csv
import gzip
import json
import os
import subprocess
import sys
import textwrap

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from genai_bulk.errors import BulkError
from genai_bulk.tables import check_sink, open_sink, open_source
from genai_bulk.tables.output import output_names, output_schema
from genai_bulk.tables.values import JSON_MARK, JsonText

ROWS = [
    {"id": 1, "text": "grüße 🌍", "score": 0.5, "ok": True, "tags": ["x", "y"], "about": {"lang": "de"}},
    {"id": 2**62, "text": "", "score": None, "ok": None, "tags": [], "about": {"lang": None}},
    {"id": -3, "text": 'a "b", c\nd', "score": 1e300, "ok": False, "tags": None, "about": None},
]
COLUMNS = pa.schema(
    [
        ("id", pa.int64()),
        ("text", pa.string()),
        ("score", pa.float64()),
        ("ok", pa.bool_()),
        ("tags", pa.list_(pa.string())),
        ("about", pa.struct([("lang", pa.string())])),
    ]
)


def write(path, columns, *batches):
    sink = open_sink(path, columns)
    for batch in batches:
        sink.write(batch)
    sink.close()
    return sink


def read_jsonl(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def read_csv(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


# Rows


def test_parquet_and_arrow_hold_the_rows(tmp_path):
    write(tmp_path / "out.parquet", COLUMNS, ROWS[:1], [], ROWS[1:])
    table = pq.read_table(tmp_path / "out.parquet")
    assert table.to_pylist() == ROWS
    assert table.schema == COLUMNS
    sink = write("arrow", COLUMNS, ROWS[:1], ROWS[1:])
    assert sink.table.to_pylist() == ROWS
    assert sink.count == 3


@pytest.mark.parametrize("name", ["out.jsonl", "out.jsonl.gz", "out.jsonl.zst"])
def test_jsonl_holds_the_rows(tmp_path, name):
    write(tmp_path / name, COLUMNS, ROWS[:2], ROWS[2:])
    assert [row for _, row in open_source(tmp_path / name).rows()] == ROWS


def test_csv_holds_the_rows_as_text(tmp_path):
    write(tmp_path / "out.csv", COLUMNS, ROWS)
    assert read_csv(tmp_path / "out.csv") == [
        {
            "id": "1",
            "text": "grüße 🌍",
            "score": "0.5",
            "ok": "true",
            "tags": '["x", "y"]',
            "about": '{"lang": "de"}',
        },
        {"id": str(2**62), "text": "", "score": "", "ok": "", "tags": "[]", "about": '{"lang": null}'},
        {"id": "-3", "text": 'a "b", c\nd', "score": "1e+300", "ok": "false", "tags": "", "about": ""},
    ]
    write(tmp_path / "out.csv.gz", COLUMNS, ROWS)
    assert gzip.decompress((tmp_path / "out.csv.gz").read_bytes()) == (tmp_path / "out.csv").read_bytes()


def test_a_sink_without_rows_has_its_columns(tmp_path):
    write(tmp_path / "out.parquet", COLUMNS)
    assert pq.read_table(tmp_path / "out.parquet").schema == COLUMNS
    write(tmp_path / "out.csv", COLUMNS)
    assert (tmp_path / "out.csv").read_text() == "id,text,score,ok,tags,about\n"
    write(tmp_path / "out.jsonl", COLUMNS)
    assert (tmp_path / "out.jsonl").read_bytes() == b""
    assert write("arrow", COLUMNS).table.num_rows == 0


def test_json_columns_hold_any_value(tmp_path):
    columns = pa.schema([pa.field("v", pa.string(), metadata=JSON_MARK)])
    values = ["a", 1, None, [1, "x"], {"b": 2.5}, JsonText('{"c": [3]}')]
    rows = [{"v": value} for value in values]
    write(tmp_path / "out.parquet", columns, rows)
    texts = ['"a"', "1", None, '[1, "x"]', '{"b": 2.5}', '{"c": [3]}']
    assert pq.read_table(tmp_path / "out.parquet")["v"].to_pylist() == texts
    write(tmp_path / "out.jsonl", columns, rows)
    assert [row["v"] for row in read_jsonl(tmp_path / "out.jsonl")] == [*values[:-1], {"c": [3]}]
    write(tmp_path / "out.csv", columns, rows)
    assert [row["v"] for row in read_csv(tmp_path / "out.csv")] == [
        '"a"',
        "1",
        "",
        '[1, "x"]',
        '{"b": 2.5}',
        '{"c": [3]}',
    ]


def test_nanoseconds_pass_from_source_to_sink(tmp_path):
    table = pa.table(
        {
            "at": pa.array([1_714_564_800_000_000_001, None], pa.timestamp("ns")),
            "in": pa.array([{"t": 1}, None], pa.struct([("t", pa.timestamp("ns"))])),
            "half": pa.array([np.float16(0.5), None], pa.float16()),
            "label": pa.array(["a", None]).dictionary_encode(),
        }
    )
    source = open_source(table)
    rows = [row for _, row in source.rows(exact=True)]
    write(tmp_path / "out.parquet", source.columns, rows)
    assert pq.read_table(tmp_path / "out.parquet").equals(table)
    write(tmp_path / "out.jsonl", source.columns, rows)
    assert read_jsonl(tmp_path / "out.jsonl")[0] == {
        "at": "2024-05-01 12:00:00.000000001",
        "in": {"t": "1970-01-01 00:00:00.000000001"},
        "half": 0.5,
        "label": "a",
    }


def test_numbers_of_numpy_are_numbers():
    from genai_bulk.tables.values import json_text

    values = [np.float16(0.5), np.float32(0.25), np.int64(7), np.float16("nan")]
    assert json.loads(json_text(values)) == [0.5, 0.25, 7, None]


def test_values_that_json_does_not_know(tmp_path):
    columns = pa.schema([("raw", pa.binary()), ("bad", pa.float64()), ("torn", pa.string())])
    write(tmp_path / "out.jsonl", columns, [{"raw": b"\x00\xff", "bad": float("nan"), "torn": "a\ud800"}])
    assert read_jsonl(tmp_path / "out.jsonl") == [{"raw": "AP8=", "bad": None, "torn": "a?"}]
    write(tmp_path / "out.parquet", columns, [{"raw": b"\x00\xff", "bad": 1, "torn": "a\ud800"}, {"bad": "x"}])
    assert pq.read_table(tmp_path / "out.parquet").to_pylist() == [
        {"raw": b"\x00\xff", "bad": 1.0, "torn": "a?"},
        {"raw": None, "bad": None, "torn": None},
    ]


def test_row_groups_are_bounded_in_rows_and_bytes(tmp_path):
    small = pa.schema([("n", pa.int64())])
    write(tmp_path / "rows.parquet", small, [{"n": number} for number in range(45_000)])
    about = pq.ParquetFile(tmp_path / "rows.parquet").metadata
    assert [about.row_group(index).num_rows for index in range(about.num_row_groups)] == [20_000, 20_000, 5_000]
    wide = pa.schema([("v", pa.list_(pa.float32()))])
    rows = [{"v": [0.5] * 3_000}] * 2_500  # 30 MB
    write(tmp_path / "bytes.parquet", wide, rows)
    about = pq.ParquetFile(tmp_path / "bytes.parquet").metadata
    assert [about.row_group(index).num_rows for index in range(about.num_row_groups)] == [1_000, 1_000, 500]


# The file


@pytest.mark.parametrize("name", ["out.parquet", "out.jsonl", "out.jsonl.gz", "out.csv", "out.csv.zst"])
def test_the_file_appears_when_it_is_complete(tmp_path, name):
    path = tmp_path / name
    path.write_text("the result of an earlier export")
    sink = open_sink(path, COLUMNS)
    sink.write(ROWS)
    assert path.read_text() == "the result of an earlier export"
    assert (tmp_path / f"{name}.part").exists()
    sink.close()
    assert os.listdir(tmp_path) == [name]
    sink.close()
    sink.abort()
    assert os.listdir(tmp_path) == [name]
    with pytest.raises(AttributeError), open_sink(path, COLUMNS) as sink:
        sink.write([*ROWS, None])
    assert os.listdir(tmp_path) == [name]


@pytest.mark.parametrize("name", ["out.parquet", "out.jsonl", "out.jsonl.gz", "out.csv.zst"])
@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit for the size of files")
def test_a_full_disk_removes_the_part_and_keeps_the_rest(tmp_path, name):
    """A process may write files of at most 60 kB: the kernel refuses the rest, as a full disk does."""
    (tmp_path / name).write_text("the result of an earlier export")
    program = textwrap.dedent(
        f"""
        import os, resource, signal, warnings
        warnings.simplefilter("error")
        import pyarrow as pa
        from genai_bulk.tables import open_sink
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
        sink = open_sink({str(tmp_path / name)!r}, pa.schema([("v", pa.string())]))
        try:
            for _ in range(50):
                sink.write([{{"v": os.urandom(500).hex()}} for _ in range(1_000)])
            sink.close()
        except OSError as error:
            print(error.errno, os.listdir({str(tmp_path)!r}))
        """
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    import errno

    assert done.stderr == ""
    assert done.stdout == f"{errno.EFBIG} {[name]}\n"
    assert (tmp_path / name).read_text() == "the result of an earlier export"


# Sinks that are refused


def refused(sink, source=None, **options):
    with pytest.raises(BulkError) as caught:
        check_sink(sink, source, **options)
    return str(caught.value)


def test_a_sink_that_may_be_written(tmp_path):
    check_sink(tmp_path / "out.parquet")
    check_sink("arrow")
    (tmp_path / "out.csv").touch()
    check_sink(tmp_path / "out.csv", is_own=True)
    assert os.listdir(tmp_path) == ["out.csv"]


def test_a_sink_in_a_folder_that_does_not_exist(tmp_path):
    assert f"its folder {str(tmp_path / 'no')!r} does not exist" in refused(tmp_path / "no" / "out.csv")


def test_a_sink_that_is_a_folder(tmp_path):
    assert "is a folder. Give the name of a file in it" in refused(tmp_path)


def test_a_sink_that_exists(tmp_path):
    (tmp_path / "out.csv").touch()
    assert "exists already, and this run did not write it. Remove it" in refused(tmp_path / "out.csv")


def test_a_sink_of_unknown_format(tmp_path):
    assert "its name does not say a format that is known" in refused(tmp_path / "out.xlsx")


def test_a_sink_that_is_a_file_of_the_source(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text('{"a": 1}\n')
    (tmp_path / "link.jsonl").symlink_to(path)
    for source in (path, str(path), [path], str(tmp_path / "r*.jsonl"), tmp_path / "link.jsonl"):
        assert "is a file of the source. Give the sink another name." in refused(path, source, is_own=True)
    check_sink(tmp_path / "other.jsonl", path)


def test_a_sink_in_a_read_only_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may write everywhere
    assert "is read-only for this user" in refused(tmp_path / "out.csv")


# The columns of answers


def test_the_columns_of_answers():
    source = pa.schema([("id", pa.int64()), ("text", pa.string())])
    schema = output_schema(
        source, kinds={"text"}, parsed={"type": "object", "properties": {"mood": {"type": "string"}}}
    )
    assert schema.names == ["id", "text", "answer_text", "parsed", "finish_reason", "error", "usage"]
    assert str(schema.field("parsed").type) == "struct<mood: string>"
    assert str(schema.field("error").type) == "struct<code: int32, status: string, message: string, attempts: int32>"
    assert [field.name for field in schema.field("usage").type] == [
        "prompt_tokens",
        "cached_tokens",
        "output_tokens",
        "thought_tokens",
        "total_tokens",
    ]
    vectors = output_schema(source, kinds={"embedding"}, response=True)
    assert vectors.names == ["id", "text", "embedding", "error", "usage", "response"]
    assert str(vectors.field("embedding").type.value_type) == "float"


def test_only_a_name_that_is_taken_gets_a_prefix():
    assert output_names(["error", "answer_error", "id"]) == {
        "text": "text",
        "parsed": "parsed",
        "embedding": "embedding",
        "finish_reason": "finish_reason",
        "error": "answer_answer_error",
        "usage": "usage",
        "response": "response",
    }


@pytest.mark.parametrize("name", ["out.parquet", "out.jsonl", "out.csv"])
def test_a_row_with_its_answer(tmp_path, name):
    schema = output_schema(pa.schema([("id", pa.int64())]), kinds={"text", "embedding"}, response=True)
    usage = {"prompt_tokens": 3, "cached_tokens": None, "output_tokens": 5, "thought_tokens": None, "total_tokens": 8}
    error = {"code": 400, "status": "INVALID_ARGUMENT", "message": "no", "attempts": 1}
    rows = [
        {
            "id": 1,
            "text": "yes",
            "embedding": [0.5, 1.0],
            "finish_reason": "STOP",
            "usage": usage,
            "response": JsonText('{"a": 1}'),
        },
        {"id": 2, "error": error},
    ]
    write(tmp_path / name, schema, rows)
    first, second = [row for _, row in open_source(tmp_path / name).rows()]
    if name != "out.csv":
        assert first["usage"] == usage
        assert second["error"] == error
        assert first["embedding"] == [0.5, 1.0]
        assert first["response"] == ('{"a": 1}' if name == "out.parquet" else {"a": 1})
    else:
        assert json.loads(first["usage"]) == usage
        assert first["response"] == '{"a": 1}'
        assert second["text"] == ""
