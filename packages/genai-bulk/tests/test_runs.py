"""Runs from source to sink: formats, order, keys, kinds of requests, rows that fail."""

from __future__ import annotations

import asyncio
import enum
import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pydantic import BaseModel

import genai_bulk as bulk

from .conftest import MODEL, Service, read_jsonl, texts, write_jsonl

PROMPT = bulk.Prompt("{text}", model=MODEL)


def test_rows_get_the_answers_to_their_own_prompts_in_the_order_of_the_source(answering: Service, tmp_path: Path):
    answering.gemini.limit(latency="uniform:0,0.05")
    source = write_jsonl(tmp_path / "in.jsonl", texts(120))

    report = bulk.run(source, tmp_path / "out.jsonl", PROMPT, key="id")

    rows = read_jsonl(tmp_path / "out.jsonl")
    assert [row["id"] for row in rows] == [f"r{number}" for number in range(120)]
    assert all(row["answer_text"] == f"label of {row['text']}" for row in rows)
    assert rows[0]["finish_reason"] == "STOP"
    assert rows[0]["error"] is None
    assert rows[0]["usage"]["total_tokens"] > 0
    assert (report.rows, report.done, report.failed, report.pending, report.calls) == (120, 120, 0, 0, 120)
    assert report.usage.total_tokens == sum(row["usage"]["total_tokens"] for row in rows)
    assert report.stopped is None
    assert report.sink == tmp_path / "out.jsonl"
    assert set(answering.prompts.values()) == {1}


@pytest.mark.parametrize("ending", ["parquet", "jsonl", "csv"])
def test_every_format_can_be_source_and_sink(answering: Service, tmp_path: Path, ending: str):
    table = pa.table({"id": list(range(30)), "text": [f"text {number}" for number in range(30)]})
    if ending == "parquet":
        pq.write_table(table, tmp_path / "in.parquet")
    elif ending == "jsonl":
        write_jsonl(tmp_path / "in.jsonl", table.to_pylist())
    else:
        (tmp_path / "in.csv").write_text(
            "id,text\n" + "".join(f"{row['id']},{row['text']}\n" for row in table.to_pylist())
        )

    bulk.run(tmp_path / f"in.{ending}", tmp_path / f"out.{ending}", PROMPT)
    report = bulk.run(tmp_path / f"out.{ending}", "arrow", bulk.Prompt("again {answer_text}", model=MODEL))

    assert report.table.column("text").to_pylist() == table.column("text").to_pylist()
    answers = [name for name in report.table.column_names if name.endswith("answer_text")]
    assert report.table.column(answers[-1]).to_pylist()[7] == "label of again label of text 7"


def test_iterables_and_tables_need_no_file(answering: Service, tmp_path: Path):
    report = bulk.run(iter(texts(5)), None, PROMPT, key="id")
    assert [row["answer_text"] for row in report.results()] == [f"label of text {number}" for number in range(5)]

    table = bulk.run(pa.Table.from_pylist(texts(5)), "arrow", PROMPT, journal=tmp_path / "j").table
    assert table.column("answer_text").to_pylist() == [f"label of text {number}" for number in range(5)]


async def test_arun_works_in_an_event_loop_and_run_refuses_it(answering: Service):
    report = await bulk.arun(texts(3), None, PROMPT)
    assert report.done == 3
    with pytest.raises(RuntimeError, match="await arun"):
        bulk.run(texts(3), None, PROMPT)


async def test_a_cancelled_arun_keeps_its_answers(answering: Service, tmp_path: Path):
    answering.gemini.limit(latency=0.3)
    source = write_jsonl(tmp_path / "in.jsonl", texts(40))
    task = asyncio.ensure_future(bulk.arun(source, tmp_path / "out.jsonl", PROMPT, limits=bulk.Limits(in_flight=5)))
    await asyncio.to_thread(answering.gemini.wait_for_requests, 8)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    answering.gemini.unlimit()

    report = await bulk.arun(source, tmp_path / "out.jsonl", PROMPT)

    assert report.done == 40
    assert 0 < report.resumed < 40
    assert sum(answering.prompts.values()) <= 45


def test_equal_requests_are_asked_once(answering: Service):
    rows = [{"text": random.Random(number).choice("abc")} for number in range(200)]

    report = bulk.run(rows, None, PROMPT)

    assert answering.prompts == {"a": 1, "b": 1, "c": 1}
    assert [row["answer_text"] for row in report.results()] == [f"label of {row['text']}" for row in rows]
    assert report.done == 200
    assert report.calls == 3


def test_without_dedupe_each_row_is_asked(answering: Service):
    bulk.run([{"text": "same"}] * 7, None, PROMPT, dedupe=False)
    assert answering.prompts == {"same": 7}


def test_order_done_writes_each_row_once(answering: Service, tmp_path: Path):
    answering.gemini.limit(latency="uniform:0,0.05")
    source = write_jsonl(tmp_path / "in.jsonl", texts(60))
    stopped = bulk.run(source, tmp_path / "out.jsonl", PROMPT, order="done", limits=bulk.Limits(rows=20))
    assert stopped.stopped is not None
    assert not (tmp_path / "out.jsonl").exists()

    bulk.run(source, tmp_path / "out.jsonl", PROMPT, order="done")

    rows = read_jsonl(tmp_path / "out.jsonl")
    assert sorted(row["id"] for row in rows) == sorted(f"r{number}" for number in range(60))
    assert all(row["answer_text"] == f"label of {row['text']}" for row in rows)
    assert set(answering.prompts.values()) == {1}


class Mood(BaseModel):
    mood: str
    score: int


class Feeling(BaseModel):
    mood: str


def test_answers_follow_a_schema_and_can_be_read_with_another(service: Service, tmp_path: Path):
    service.gemini.on("odd").reply('{"mood": "sad"}')
    service.gemini.on().reply('{"mood": "happy", "score": 3}')
    prompt = bulk.Prompt(
        "{text}", model=MODEL, config={"response_mime_type": "application/json", "response_schema": Mood}
    )

    report = bulk.run(
        write_jsonl(tmp_path / "in.jsonl", [{"text": "good"}, {"text": "odd"}]), tmp_path / "out.parquet", prompt
    )

    rows = pq.read_table(tmp_path / "out.parquet").to_pylist()
    assert rows[0]["parsed"] == {"mood": "happy", "score": 3}
    assert rows[1]["parsed"] is None
    assert rows[1]["error"]["status"] == "SCHEMA"
    assert report.failures == {"SCHEMA": 1}
    bulk.export(report.journal, tmp_path / "other.parquet", schema=Feeling)
    other = pq.read_table(tmp_path / "other.parquet").to_pylist()
    assert [row["parsed"] for row in other] == [{"mood": "happy"}, {"mood": "sad"}]
    assert [row["error"] for row in other] == [None, None]
    assert sum(service.prompts.values()) == 2


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


@pytest.mark.parametrize("schema", [Colour, {"type": "STRING", "enum": ["red", "blue"]}])
def test_a_choice_needs_no_quotation_marks(service: Service, tmp_path: Path, schema: Any):
    service.gemini.on("quoted").reply('"blue"')
    service.gemini.on("wrong").reply("green")
    service.gemini.on().reply("red")
    config = {"response_mime_type": "text/x.enum", "response_schema": schema}
    rows = [{"text": text} for text in ("plain", "quoted", "wrong")]

    report = bulk.run(rows, None, bulk.Prompt("{text}", model=MODEL, config=config), journal=tmp_path / "j")

    results = list(report.results())
    assert [row["parsed"] for row in results] == ["red", "blue", None]
    assert [(row["error"] or {}).get("status") for row in results] == [None, None, "SCHEMA"]


def test_embeddings(service: Service, tmp_path: Path):
    report = bulk.run(
        texts(12), "arrow", bulk.Embed("{text}", config={"output_dimensionality": 8}), journal=tmp_path / "j"
    )
    vectors = report.table.column("embedding").to_pylist()
    assert len(vectors) == 12
    assert {len(vector) for vector in vectors} == {8}
    assert len({tuple(vector) for vector in vectors}) == 12
    assert "text" in report.table.column_names
    assert "finish_reason" not in report.table.column_names


def test_a_function_makes_requests(answering: Service):
    def request(row: dict[str, Any]) -> dict[str, Any]:
        if row["id"] == "r1":
            raise KeyError("no such thing")
        return {"model": MODEL, "contents": row["text"].upper(), "config": {"temperature": 0.5}}

    rows = list(bulk.run(texts(3), None, request).results())

    assert [row["answer_text"] for row in rows] == ["label of TEXT 0", None, "label of TEXT 2"]
    assert rows[1]["error"]["status"] == "ROW"
    assert "KeyError" in rows[1]["error"]["message"]


def test_functions_of_the_config_are_called(service: Service):
    def lookup(word: str) -> str:
        """Look a word up."""
        return f"{word}!"

    service.gemini.on(function_response="lookup").reply("It is found.")
    service.gemini.on().reply({"functionCall": {"name": "lookup", "args": {"word": "x"}}})

    report = bulk.run([{"text": "find x"}], None, bulk.Prompt("{text}", model=MODEL, config={"tools": [lookup]}))

    assert [row["answer_text"] for row in report.results()] == ["It is found."]


def test_files_are_uploaded_once_for_their_content(answering: Service, tmp_path: Path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"same picture")
    (tmp_path / "c.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"other picture")
    rows = [{"text": f"see {name}", "photo": str(tmp_path / f"{name}.png")} for name in "abc"]
    rows.append({"text": "see d", "photo": str(tmp_path / "missing.png")})

    report = bulk.run(rows, None, bulk.Prompt("{text}", model=MODEL, files="photo"), limits=bulk.Limits(in_flight=1))

    results = list(report.results())
    assert [row["answer_text"] for row in results] == ["label of see a", "label of see b", "label of see c", None]
    assert "missing.png" in results[3]["error"]["message"]
    uploads = [each for each in answering.gemini.requests if each.path.startswith("/upload")]
    assert len([each for each in uploads if "start" in each.headers.get("x-goog-upload-command", "")]) == 2
    files = [
        each.json["contents"][0]["parts"][1]["fileData"]
        for each in answering.gemini.requests
        if "generate" in each.path
    ]
    uris = [
        file.get("fileUri") or file["file_uri"] for file in files
    ]  # releases of the SDK write either of the two names
    assert uris[0] == uris[1] != uris[2]


def test_each_row_fails_in_its_own_way(service: Service):
    service.gemini.on("refused").fail(400, message="bad prompt")
    service.gemini.on("cut").reply("half an ans", finish_reason="MAX_TOKENS")
    service.gemini.on("unsafe").reply("", finish_reason="SAFETY")
    service.gemini.on("blocked").reply(
        {"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": {"promptTokenCount": 3}}
    )
    service.gemini.on("empty").reply({"candidates": [], "usageMetadata": {"promptTokenCount": 3}})
    service.gemini.on("down").fail(503, message="overloaded")
    service.answer()
    rows: list[dict[str, Any]] = [
        {"text": text} for text in ("refused", "cut", "unsafe", "blocked", "empty", "down", "fine")
    ]
    rows += [{"text": None}, {"text": "  "}]

    report = bulk.run(rows, None, PROMPT, retry=bulk.Retry(attempts=2))

    errors = [row["error"] for row in report.results()]
    found = [error and (error["code"], error["status"], error["attempts"]) for error in errors]
    assert found == [
        (400, "INVALID_ARGUMENT", 1),
        (None, "MAX_TOKENS", 1),
        (None, "SAFETY", 1),
        (None, "BLOCKED", 1),
        (None, "EMPTY", 1),
        (503, "UNAVAILABLE", 2),
        None,
        (None, "ROW", 0),
        (None, "ROW", 0),
    ]
    assert errors[0]["message"] == "bad prompt"
    assert [row["answer_text"] for row in report.results()][1] == "half an ans"
    assert (report.done, report.failed) == (1, 8)


def test_failed_rows_can_be_asked_again(service: Service, tmp_path: Path):
    service.gemini.on("text 1").reply("half", finish_reason="MAX_TOKENS", times=1)
    service.gemini.on("text 2").fail(400, times=1)
    service.answer()
    source, sink = write_jsonl(tmp_path / "in.jsonl", texts(4)), tmp_path / "out.jsonl"
    assert bulk.run(source, sink, PROMPT).failures == {"INVALID_ARGUMENT": 1, "MAX_TOKENS": 1}

    only = bulk.run(source, sink, PROMPT, retry_failed="MAX_TOKENS")
    assert (only.done, only.failures, only.calls) == (3, {"INVALID_ARGUMENT": 1}, 1)
    assert bulk.run(source, sink, PROMPT, retry_failed="400").done == 4
    assert [row["answer_text"] for row in read_jsonl(sink)] == [f"label of text {number}" for number in range(4)]
    with pytest.raises(bulk.BulkError, match="no row failed with it"):
        bulk.run(source, sink, PROMPT, retry_failed="SAFETY")


def test_a_complete_run_is_not_asked_again_and_its_sink_is_written_again(answering: Service, tmp_path: Path):
    source, sink = write_jsonl(tmp_path / "in.jsonl", texts(3)), tmp_path / "out.jsonl"
    bulk.run(source, sink, PROMPT)
    sink.unlink()

    report = bulk.run(source, sink, PROMPT)

    assert (report.calls, report.resumed, len(read_jsonl(sink))) == (0, 3, 3)


def test_the_progress_of_a_run(answering: Service):
    answering.gemini.limit(latency=1.2)
    seen: list[bulk.Progress] = []
    bulk.run(texts(4), None, PROMPT, on_progress=seen.append)
    assert seen[0].phase == "reading"
    assert seen[-1].phase == "ended"
    assert any(each.phase == "asking" and each.in_flight for each in seen)
    assert (seen[-1].done, seen[-1].pending) == (4, 0)


def test_an_error_of_the_progress_function_ends_the_run(answering: Service):
    answering.gemini.limit(latency=1.2)

    def fail(progress: bulk.Progress) -> None:
        if progress.phase == "asking":
            raise RuntimeError("the screen is gone")

    with pytest.raises(RuntimeError, match="the screen is gone"):
        bulk.run(texts(4), None, PROMPT, on_progress=fail)
