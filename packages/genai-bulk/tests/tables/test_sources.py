"""Sources: rows and their order, pending rows, keys, and the rows that cannot be read."""

import datetime
import gzip
import json
from decimal import Decimal

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from genai_bulk.errors import BulkError
from genai_bulk.tables import BadRow, open_source

ROWS = [
    {"id": "a", "text": "grüße 🌍", "n": 1, "tags": ["x", "y"], "about": {"lang": "de", "ok": True}},
    {"id": "b", "text": "", "n": None, "tags": [], "about": {"lang": None, "ok": None}},
    {"id": "c", "text": 'line\nbreak, "quoted"\ttab', "n": 2**62, "tags": None, "about": None},
]


def write_jsonl(path, rows, end="\n"):
    path.write_text("\n".join(json.dumps(row) for row in rows) + end, encoding="utf-8")
    return path


def write_csv(path, rows):
    import csv

    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ["id", "text"], extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_parquet(path, rows, **options):
    pq.write_table(pa.Table.from_pylist(rows), path, **options)
    return path


def every(source, pending=None):
    return list(source.rows(pending if pending is None else iter(pending)))


def write(kind, folder, rows):
    if kind == "parquet":
        return write_parquet(folder / "rows.parquet", rows, row_group_size=7)
    if kind == "jsonl":
        return write_jsonl(folder / "rows.jsonl", rows)
    return write_csv(folder / "rows.csv", rows)


# Rows


def test_parquet_rows_are_what_was_written(tmp_path):
    source = open_source(write_parquet(tmp_path / "rows.parquet", ROWS))
    assert every(source) == list(enumerate(ROWS))
    assert source.columns.names == ["id", "text", "n", "tags", "about"]
    assert source.count == 3
    assert source.is_repeatable


@pytest.mark.parametrize("end", ["\n", "", "\n\n  \n"])
def test_jsonl_rows_are_what_was_written(tmp_path, end):
    source = open_source(write_jsonl(tmp_path / "rows.jsonl", ROWS, end))
    assert list(source.survey("id")) == [(0, "a"), (1, "b"), (2, "c")]
    assert every(source) == list(enumerate(ROWS))
    assert source.count == 3
    assert source.columns == pa.schema(
        [
            ("id", pa.string()),
            ("text", pa.string()),
            ("n", pa.int64()),
            ("tags", pa.list_(pa.field("item", pa.string()))),
            ("about", pa.struct([("lang", pa.string()), ("ok", pa.bool_())])),
        ]
    )


def test_csv_values_stay_text(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text('\ufeffzip,text\n007,"a ""b"", c"\n\n1.50,"two\nlines"\n', encoding="utf-8")
    source = open_source(path)
    rows = [{"zip": "007", "text": 'a "b", c'}, {"zip": "1.50", "text": "two\nlines"}]
    assert every(source) == list(enumerate(rows))
    assert list(source.survey("zip")) == [(0, "007"), (1, "1.50")]


def test_tsv_and_windows_line_ends(tmp_path):
    path = tmp_path / "rows.tsv"
    path.write_bytes(b"id\ttext\r\n1\ta,b\r\n2\tc\r\n")
    assert every(open_source(path)) == [(0, {"id": "1", "text": "a,b"}), (1, {"id": "2", "text": "c"})]
    lines = tmp_path / "rows.jsonl"
    lines.write_bytes(b'\xef\xbb\xbf{"a": 1}\r\n\r\n{"a": 2}\r\n')
    assert every(open_source(lines)) == [(0, {"a": 1}), (1, {"a": 2})]


@pytest.mark.parametrize("ending", ["gz", "zst"])
@pytest.mark.parametrize("kind", ["jsonl", "csv"])
def test_compressed_files(tmp_path, kind, ending):
    plain = write(kind, tmp_path, ROWS)
    packed = tmp_path / f"rows.{kind}.{ending}"
    if ending == "gz":
        packed.write_bytes(gzip.compress(plain.read_bytes()))
    else:
        with pa.OSFile(str(packed), "wb") as file, pa.CompressedOutputStream(file, "zstd") as stream:
            stream.write(plain.read_bytes())
    assert every(open_source(packed)) == every(open_source(plain))


def test_damaged_compression_ends_the_survey(tmp_path):
    path = tmp_path / "rows.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"a": 1}\n' * 1000)[:-12])
    with pytest.raises(BulkError, match="compressed data is cut or damaged"):
        list(open_source(path).survey(None))


def test_lines_longer_than_a_chunk(tmp_path):
    rows = [{"text": "x" * 700_000}, {"text": "y"}, {"text": "z" * 300_000}]
    assert every(open_source(write_jsonl(tmp_path / "rows.jsonl", rows))) == list(enumerate(rows))


@pytest.mark.parametrize("kind", ["parquet", "jsonl", "csv"])
def test_only_pending_rows_are_read(tmp_path, kind):
    rows = [{"id": str(number), "text": f"row {number}"} for number in range(50)]
    source = open_source(write(kind, tmp_path, rows))
    for pending in ([], [0], [49], [3, 4, 20, 48], list(range(50)), [7, 100]):
        assert every(source, pending) == [(number, rows[number]) for number in pending if number < 50]


def test_skipped_row_groups_are_not_decoded(tmp_path, monkeypatch):
    rows = [{"id": number} for number in range(100)]
    source = open_source(write_parquet(tmp_path / "rows.parquet", rows, row_group_size=10))
    groups = []
    group = type(source)._group
    monkeypatch.setattr(
        type(source), "_group", lambda self, file, index, *rest: groups.append(index) or group(self, file, index, *rest)
    )
    assert every(source, [5, 9, 71]) == [(5, {"id": 5}), (9, {"id": 9}), (71, {"id": 71})]
    assert groups == [0, 7]


def test_only_the_columns_that_are_needed(tmp_path):
    source = open_source(write_parquet(tmp_path / "rows.parquet", ROWS))
    assert next(source.rows(columns=["n", "id"])) == (0, {"id": "a", "n": 1})


def test_several_files_are_one_source(tmp_path):
    for number in range(3):
        write_parquet(tmp_path / f"part-{number}.parquet", [{"id": number * 2}, {"id": number * 2 + 1}])
    source = open_source(str(tmp_path / "part-*.parquet"))
    assert every(source) == [(number, {"id": number}) for number in range(6)]
    assert every(source, [1, 5]) == [(1, {"id": 1}), (5, {"id": 5})]
    listed = open_source([tmp_path / "part-2.parquet", tmp_path / "part-0.parquet"])
    assert [row["id"] for _, row in every(listed)] == [4, 5, 0, 1]


def test_values_of_arrow_types_become_python_values(tmp_path):
    zoned = pa.timestamp("us", "Europe/Paris")
    table = pa.table(
        {
            "when": pa.array([datetime.datetime(2024, 5, 1, 12)], pa.timestamp("us")),
            "zoned": pa.array([datetime.datetime(2024, 5, 1, 12, tzinfo=datetime.timezone.utc)], zoned),
            "fine": pa.array([1_714_564_800_000_000_001], pa.timestamp("ns")),
            "nested": pa.array([{"at": 1}], pa.struct([("at", pa.timestamp("ns"))])),
            "far": pa.array([2**61], pa.timestamp("us")),
            "money": pa.array([Decimal("1.50")], pa.decimal128(9, 2)),
            "raw": pa.array([b"\x00\xff"], pa.binary()),
            "label": pa.array(["yes"]).dictionary_encode(),
            "pairs": pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int64())),
        }
    )
    pq.write_table(table, tmp_path / "rows.parquet")
    source = open_source(tmp_path / "rows.parquet")
    row = every(source)[0][1]
    assert row["when"] == datetime.datetime(2024, 5, 1, 12)
    assert row["zoned"].isoformat() == "2024-05-01T14:00:00+02:00"
    assert row["fine"] == "2024-05-01 12:00:00.000000001"
    assert row["nested"] == {"at": "1970-01-01 00:00:00.000000001"}
    assert isinstance(row["far"], str)
    assert row["money"] == Decimal("1.50")
    assert row["raw"] == b"\x00\xff"
    assert row["label"] == "yes"
    assert row["pairs"] == [("a", 1)]
    exact = next(source.rows(exact=True))[1]
    assert exact["fine"] == table["fine"][0]


# Arrow objects and iterables


def test_tables_datasets_and_data_frames(tmp_path):
    table = pa.Table.from_pylist(ROWS)
    write_parquet(tmp_path / "rows.parquet", ROWS)

    class Frame:
        def __arrow_c_stream__(self, requested_schema=None):
            return table.__arrow_c_stream__(requested_schema)

    for given in (table, ds.dataset(tmp_path / "rows.parquet"), table.to_batches()[0], Frame()):
        source = open_source(given)
        assert source.is_repeatable
        assert every(source) == list(enumerate(ROWS))
        assert every(source, [2]) == [(2, ROWS[2])]
        assert list(source.survey("id")) == [(0, "a"), (1, "b"), (2, "c")]
        assert source.identity()["rows"] == 3


def test_a_reader_is_read_once():
    table = pa.Table.from_pylist(ROWS)
    source = open_source(table.to_reader(max_chunksize=2))
    assert not source.is_repeatable
    assert list(source.survey_rows("id")) == [(0, "a", ROWS[0]), (1, "b", ROWS[1]), (2, "c", ROWS[2])]
    assert source.count == 3
    assert source.columns == table.schema


def test_lists_and_generators_of_dicts():
    source = open_source(ROWS)
    assert source.is_repeatable
    assert list(source.survey(None)) == [(0, 0), (1, 1), (2, 2)]
    assert every(source, [1]) == [(1, ROWS[1])]
    once = open_source(row for row in ROWS)
    assert not once.is_repeatable
    assert list(once.survey_rows("id")) == [(0, "a", ROWS[0]), (1, "b", ROWS[1]), (2, "c", ROWS[2])]
    assert once.columns.names == list(ROWS[0])


def test_python_values_of_rows_have_columns():
    when = datetime.datetime(2024, 5, 1)
    source = open_source([{"when": when, "raw": b"x", "day": when.date(), "odd": {1, 2}}])
    list(source.survey(None))
    assert [str(field.type) for field in source.columns] == ["timestamp[us]", "binary", "date32[day]", "string"]


# Columns of JSON Lines


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 2.5], "double"),
        ([2**53 + 1, 2.5], "string"),  # a float would change the integer
        ([1, 2**63], "string"),
        ([2**63 - 1, -(2**63)], "int64"),
        (["a", 1], "string"),
        ([True, 1], "string"),
        ([None, None], "string"),
        ([[1, 2], [], None], "list<item: int64>"),
        ([[1, 2.5]], "list<item: double>"),
        ([[1, "a"]], "list<item: string>"),
        ([{"a": 1}, {"b": "x"}], "struct<a: int64, b: string>"),
        ([{}], "string"),
        ([{str(number): 1 for number in range(300)}], "string"),
    ],
)
def test_columns_are_unified_over_all_rows(tmp_path, values, expected):
    source = open_source(write_jsonl(tmp_path / "rows.jsonl", [{"v": value} for value in values]))
    list(source.survey(None))
    assert str(source.columns.field("v").type) == expected


def test_a_column_may_appear_late(tmp_path):
    source = open_source(write_jsonl(tmp_path / "rows.jsonl", [{"a": 1}] * 100 + [{"b": "x"}]))
    list(source.survey(None))
    assert source.columns == pa.schema([("a", pa.int64()), ("b", pa.string())])


def test_too_many_columns_are_refused(tmp_path):
    rows = [{f"name {number}": 1} for number in range(2_100)]
    with pytest.raises(BulkError, match=r"more than 2000 columns, the last one 'name 2000'"):
        list(open_source(write_jsonl(tmp_path / "rows.jsonl", rows)).survey(None))


# Rows that cannot be read


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"[1, 2]", "rows.jsonl, line 2 contains a list; an object such as"),
        (b'"text"', "rows.jsonl, line 2 contains a text;"),
        (b"null", "rows.jsonl, line 2 contains null;"),
        (b"17", "rows.jsonl, line 2 contains a number;"),
        (b"true", "rows.jsonl, line 2 contains true or false;"),
        (b'{"a": }', "rows.jsonl, line 2 is not JSON, from column 7"),
        (b'{"a": "\xff"}', "rows.jsonl, line 2 is not UTF-8: byte 8 of the line is 0xff."),
        (b'{"a": "' + b"x" * 600 + b'"}', "rows.jsonl, line 2 is longer than 500 bytes, the limit of a row."),
        (b'{"a": ' + b"[" * 240 + b"]" * 240 + b"}", None),
        (b'{"a": ' + b"1" * 450 + b"}", None),
    ],
)
def test_a_bad_line_is_a_bad_row(tmp_path, line, reason):
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b'{"a": 1}\n' + line + b'\n{"a": 3}\n')
    source = open_source(path, row_limit_bytes=500)
    first, second, third = every(source)
    assert (first, third) == ((0, {"a": 1}), (2, {"a": 3}))
    if reason is None:
        assert isinstance(second[1], dict)
    else:
        assert isinstance(second[1], BadRow)
        assert second[1].reason.startswith(reason)
        assert second[1].where == "rows.jsonl, line 2"
    assert [ordinal for ordinal, _ in source.survey(None)] == [0, 1, 2]


@pytest.mark.parametrize(
    ("value", "reason"), [("[" * 100_000 + "]" * 100_000, "is nested too deeply"), ("1" * 5_000, "too many digits")]
)
def test_values_beyond_the_parser(tmp_path, value, reason):
    path = tmp_path / "rows.jsonl"
    path.write_text(f'{{"a": {value}}}\n{{"a": 1}}\n')
    first, second = every(open_source(path))
    if isinstance(first[1], BadRow):  # older versions of Python accept numbers of any length
        assert reason in first[1].reason
    assert second == (1, {"a": 1})


def test_a_cut_last_line_is_a_bad_row(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b'{"id": 1}\n{"id": 2, "te')
    source = open_source(path)
    (_, first), (_, second) = list(source.survey("id"))
    assert first == 1
    assert second == BadRow("rows.jsonl, line 2, the last one, is cut: its JSON does not end.", "rows.jsonl, line 2")


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (b"1", "rows.csv, line 3 has 1 fields, the header has 2."),
        (b"1,2,3", "rows.csv, line 3 has 3 fields, the header has 2."),
        (b"1,\xe9t\xe9", "rows.csv, line 3 is not UTF-8 in the column 'text'."),
        (b'1,"a"b', "rows.csv, line 3 is not CSV:"),
        (b"1," + b"x" * 300, "rows.csv, line 3 is longer than 200 bytes, the limit of a row."),
    ],
)
def test_a_bad_record_is_a_bad_row(tmp_path, record, reason):
    path = tmp_path / "rows.csv"
    path.write_bytes(b"id,text\n0,a\n" + record + b"\n2,c\n")
    first, (ordinal, bad), third = every(open_source(path, row_limit_bytes=200))
    assert (first, third) == ((0, {"id": "0", "text": "a"}), (2, {"id": "2", "text": "c"}))
    assert ordinal == 1
    assert isinstance(bad, BadRow)
    assert bad.reason.startswith(reason)


def test_a_quotation_mark_that_is_never_closed(tmp_path):
    short = tmp_path / "short.csv"
    short.write_text('id,text\n0,a\n1,"b\nc')
    assert every(open_source(short))[1][1] == BadRow(
        "short.csv, line 3 is cut: the file ends within a quoted value.", "short.csv, line 3"
    )
    long = tmp_path / "long.csv"
    long.write_text('id,text\n0,"a\n' + "1,b\n" * 2_000)
    with pytest.raises(
        BulkError, match=r"begins in the record of line 2 .* closing quotation mark is probably missing"
    ):
        list(open_source(long).survey(None))


def test_a_large_row_of_a_table_is_a_bad_row(tmp_path):
    rows = [{"id": 0, "text": "a"}, {"id": 1, "text": "b" * 5_000}, {"id": 2, "text": "c"}]
    path = write_parquet(tmp_path / "rows.parquet", rows)
    for given in (path, pa.Table.from_pylist(rows)):
        found = every(open_source(given, row_limit_bytes=1_000))
        assert [found[0], found[2]] == [(0, rows[0]), (2, rows[2])]
        assert isinstance(found[1][1], BadRow)
        assert "row 1 is larger than 1,000 bytes" in found[1][1].reason
        (only,) = every(open_source(given, row_limit_bytes=1_000), [1])
        assert isinstance(only[1], BadRow)


def test_an_item_that_is_not_a_dict():
    source = open_source([{"a": 1}, "text", {2: 3}, {"a": 2}])
    assert [row.reason for _, row in every(source)[1:3]] == [
        "the iterable of rows, row 1 is 'str', not a dict.",
        "the iterable of rows, row 2 has the column 2, which is not text.",
    ]
    with pytest.raises(BulkError, match="Give an iterable of dicts"):
        list(open_source(iter([1, 2])).survey(None))


# Keys


@pytest.mark.parametrize("kind", ["parquet", "jsonl", "csv"])
def test_a_key_column_that_does_not_exist(tmp_path, kind):
    source = open_source(write(kind, tmp_path, [{"id": "a", "text": "x"}]))
    with pytest.raises(BulkError) as caught:
        list(source.survey("Id"))
    assert str(caught.value) == (
        f"{tmp_path / 'rows'}.{kind} has no key column 'Id'. Did you mean 'id'? Its columns: 'id', 'text'."
    )


@pytest.mark.parametrize("kind", ["parquet", "jsonl"])
def test_null_keys_are_refused_with_the_first_rows(tmp_path, kind):
    rows = [{"id": number if number % 2 else None, "text": "x"} for number in range(10)]
    source = open_source(write(kind, tmp_path, rows))
    found = []
    with pytest.raises(BulkError, match=r"key column 'id' is null in 5 rows, first in rows 0, 2, 4 \(counted from 0\)"):
        found.extend(source.survey("id"))


def test_keys_that_are_lists_are_refused(tmp_path):
    source = open_source(write_jsonl(tmp_path / "rows.jsonl", [{"id": 1}, {"id": [1]}]))
    with pytest.raises(BulkError, match="key column 'id' contains a list in row 1"):
        list(source.survey("id"))


def test_keys_are_integers_or_text():
    values = [1, "1", 2.5, True, b"\x01", 2**70, datetime.date(2024, 5, 1), Decimal("1.5")]
    source = open_source([{"id": value} for value in values])
    assert [key for _, key in source.survey("id")] == [1, "1", "2.5", "true", "01", str(2**70), "2024-05-01", "1.5"]


def test_the_message_about_duplicate_keys():
    from genai_bulk.tables.source import duplicate_keys

    error = duplicate_keys("rows.csv", "id", [("a", 0, 3), ("b", 1, 4), ("c", 2, 5), ("d", 6, 7)], 12)
    assert isinstance(error, BulkError)
    assert str(error).startswith(
        "rows.csv: the key column 'id' repeats a key in 12 rows: 'a' in rows 0 and 3; 'b' in rows 1 and 4; "
        "'c' in rows 2 and 5 (counted from 0)."
    )


# Sources that cannot be opened


def refused(given):
    with pytest.raises(BulkError) as caught:
        list(open_source(given).survey(None))
    return str(caught.value)


def test_a_source_that_is_missing(tmp_path):
    write_jsonl(tmp_path / "reviews.jsonl", ROWS)
    assert refused(tmp_path / "reveiws.jsonl") == (
        f"source {str(tmp_path / 'reveiws.jsonl')!r} does not exist. Did you mean {str(tmp_path / 'reviews.jsonl')!r}?"
    )
    assert "Its folder" in refused(tmp_path / "no" / "rows.jsonl")


def test_a_source_that_is_a_folder(tmp_path):
    assert "is a folder. Give a file, or a pattern such as" in refused(tmp_path)


@pytest.mark.parametrize("name", ["rows.parquet", "rows.jsonl", "rows.csv"])
def test_an_empty_source(tmp_path, name):
    (tmp_path / name).touch()
    assert "is empty (0 bytes)" in refused(tmp_path / name)


def test_sources_without_rows(tmp_path):
    pq.write_table(pa.table({"a": pa.array([], pa.int64())}), tmp_path / "rows.parquet")
    (tmp_path / "rows.jsonl").write_text("\n\n")
    (tmp_path / "rows.csv").write_text("id,text\n")
    for given in [*tmp_path.iterdir(), pa.table({"a": pa.array([], pa.int64())}), iter([])]:
        assert "has no rows. Give a source with at least one row." in refused(given)
    assert "the list is empty" in refused([])


@pytest.mark.parametrize("content", [b"id,text\n1,a\n", b"PAR1 cut", b"PAR1" * 10])
def test_a_file_that_only_its_name_calls_parquet(tmp_path, content):
    (tmp_path / "rows.parquet").write_bytes(content)
    assert "is not a Parquet file, although its name says so" in refused(tmp_path / "rows.parquet")


@pytest.mark.parametrize("name", ["rows", "rows.xlsx", "rows.parquet.gz", ".gz", "rows.json"])
def test_a_format_that_is_not_known(tmp_path, name):
    (tmp_path / name).write_text("x")
    assert "Give the file one of these endings: .parquet, .jsonl, .ndjson, .csv, .tsv" in refused(tmp_path / name)


def test_a_pattern_without_a_match(tmp_path):
    assert "the pattern matches no file" in refused(str(tmp_path / "*.parquet"))


def test_a_name_with_brackets_is_a_name(tmp_path):
    write_jsonl(tmp_path / "rows[1].jsonl", ROWS)
    assert len(every(open_source(tmp_path / "rows[1].jsonl"))) == 3


def test_files_with_different_columns(tmp_path):
    write_parquet(tmp_path / "a.parquet", [{"id": 1, "text": "x"}])
    write_parquet(tmp_path / "b.parquet", [{"id": 1, "body": "x"}])
    message = refused(str(tmp_path / "*.parquet"))
    assert message.startswith("the files of the source have different columns")
    assert "lacks 'text' and also has 'body'" in message
    assert str(tmp_path / "b.parquet") in message
    write_parquet(tmp_path / "b.parquet", [{"id": "1", "text": "x"}])
    assert "'id' is int64 in" in refused(str(tmp_path / "*.parquet"))
    (tmp_path / "a.csv").write_text("id,text\n1,2\n")
    (tmp_path / "b.csv").write_text("text,id\n4,3\n")
    assert every(open_source(str(tmp_path / "*.csv"))) == [(0, {"id": "1", "text": "2"}), (1, {"text": "4", "id": "3"})]
    (tmp_path / "b.csv").write_text("id\n1\n")
    assert "lacks 'text'" in refused(str(tmp_path / "*.csv"))


def test_files_of_two_formats(tmp_path):
    write_jsonl(tmp_path / "a.jsonl", ROWS)
    write_csv(tmp_path / "b.csv", ROWS)
    assert "more than one format" in refused(str(tmp_path / "*"))
    assert "names" in refused([tmp_path / "a.jsonl", tmp_path / "a.jsonl"])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("\n\n", "has no header: its first line should name the columns"),
        ("a,a\n1,2\n", "names the column 'a' more than once"),
        ("a,,c\n1,2,3\n", "column 2 of 3 has no name in the header"),
    ],
)
def test_a_header_that_cannot_be_used(tmp_path, content, reason):
    (tmp_path / "rows.csv").write_text(content)
    assert reason in refused(tmp_path / "rows.csv")


def test_a_header_that_is_not_utf8(tmp_path):
    (tmp_path / "rows.csv").write_bytes("größe\n1\n".encode("latin-1"))
    assert "its header is not UTF-8" in refused(tmp_path / "rows.csv")


@pytest.mark.parametrize("given", [17, b"rows.jsonl", None])
def test_a_source_of_another_kind(given):
    assert "cannot be read. Give a path" in refused(given)


# Identity


@pytest.mark.parametrize("kind", ["parquet", "jsonl", "csv"])
def test_the_identity_differs_if_a_file_has_changed(tmp_path, kind):
    path = write(kind, tmp_path, ROWS)
    before = open_source(path).identity()
    assert json.loads(json.dumps(before)) == before
    assert open_source(path).identity() == before
    write(kind, tmp_path, ROWS[:2])
    assert open_source(path).identity() != before
