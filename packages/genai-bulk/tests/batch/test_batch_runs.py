"""Runs with batch jobs: requests, results, their keys, failures, caps. The service is genai-local."""

import json
import random
import re
import secrets

import pytest

import genai_bulk as bulk
from genai_bulk.batch import JobLimits, runner, service
from google import genai
from google.genai import types

QUICK = JobLimits(poll_s=0.01, longest_poll_s=0.02)
PROMPT = bulk.Prompt("Mood of {text}", model="gemini-2.5-flash", config={"temperature": 0.5})


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch):
    monkeypatch.setattr(service, "_FIRST_PAUSE_S", 0.01)


@pytest.fixture
def files(monkeypatch):
    """The files of requests as they were uploaded, each as a list of lines."""
    found = []
    original = service.Service.upload

    async def upload(self, path, display_name):
        found.append([json.loads(line) for line in path.read_bytes().splitlines()])
        return await original(self, path, display_name)

    monkeypatch.setattr(service.Service, "upload", upload)
    return found


@pytest.fixture
def client(gemini):
    client = genai.Client(api_key="k", vertexai=False, http_options=types.HttpOptions(base_url=gemini.url))
    yield client
    if hasattr(client, "close"):
        client.close()


def rows_of(count):
    return [{"id": f"r{number}", "text": f"text {number}"} for number in range(count)]


@pytest.fixture
def ask(gemini, tmp_path):
    """Return a function that runs batch jobs with a new journal and a new client: old releases use a client in one loop."""

    def ask(rows, request=PROMPT, **options):
        client = genai.Client(api_key="k", vertexai=False, http_options=types.HttpOptions(base_url=gemini.url))
        options = {
            "mode": "batch",
            "jobs": QUICK,
            "client": client,
            "journal": tmp_path / secrets.token_hex(4),
            **options,
        }
        return bulk.run(rows, "arrow", request, **options)

    return ask


def answers_of(report):
    return {
        row["id"]: row["text"] if "answer_text" not in row else row["answer_text"] for row in report.table.to_pylist()
    }


def expected(rows):
    return {row["id"]: f"This is a scripted reply to: Mood of {row['text']}" for row in rows}


def made_up(gemini, change):
    """Make the service return changed lines of results."""
    from genai_local.services.batches import runner as local

    original = local._lines

    def lines(batches, batch, line):
        found = original(batches, batch, line).splitlines(keepends=True)
        return b"".join(change(found))

    return local, lines


def test_each_row_gets_its_answer(files, ask):
    rows = rows_of(25)
    report = ask(rows, key="id", jobs=JobLimits(rows=10, poll_s=0.01))
    assert answers_of(report) == expected(rows)
    assert [report.done, report.failed, report.calls, report.stopped] == [25, 0, 3, None]
    assert report.usage.total_tokens > 0
    assert sorted(map(len, files)) == [5, 10, 10]


def test_the_requests_are_those_of_calls(client, gemini, files, ask):
    config = types.GenerateContentConfig(
        system_instruction="Be short.", response_mime_type="application/json", response_schema={"type": "STRING"}
    )
    gemini.on().reply('"good"')
    prompt = bulk.Prompt("{text}", model="gemini-2.5-flash", config=config)
    report = ask(rows_of(1), prompt)
    client.models.generate_content(model="gemini-2.5-flash", contents="text 0", config=config)
    [[line]] = files
    assert line["request"] == gemini.last_request.json
    assert report.table["parsed"].to_pylist() == ["good"]


def test_requests_of_a_function(ask, files):
    def request(row):
        return {
            "model": row["model"],
            "contents": [types.Part.from_text(text=row["text"]), "and"],
            "config": {"max_output_tokens": 50},
        }

    rows = [{"id": number, "model": f"gemini-{number % 3}", "text": f"t{number}"} for number in range(9)]
    report = ask(rows, request)
    assert report.done == 9
    assert report.calls == 3  # a job has one model
    assert [line["request"]["generationConfig"] for file in files for line in file] == [{"maxOutputTokens": 50}] * 9


def test_embeddings(client, ask):
    rows = rows_of(5)
    embed = bulk.Embed("{text}", model="gemini-embedding-001", config={"output_dimensionality": 8})
    report = ask(rows, embed)
    vectors = report.table["embedding"].to_pylist()
    assert [len(vector) for vector in vectors] == [8] * 5
    single = client.models.embed_content(model="gemini-embedding-001", contents="text 3", config=embed.config)
    assert vectors[3] == pytest.approx(single.embeddings[0].values, rel=1e-6)


def test_equal_requests_are_asked_once(files, ask):
    rows = [{"id": number, "text": f"text {number % 2}"} for number in range(10)]
    report = ask(rows, jobs=JobLimits(rows=1, at_once=1, poll_s=0.01))
    assert report.done == 10
    assert list(map(len, files)) == [1, 1]
    assert ask(rows, dedupe=False).done == 10
    assert list(map(len, files[2:])) == [10]


def test_answers_in_another_order(gemini, monkeypatch, ask):
    rows = rows_of(40)
    local, lines = made_up(gemini, lambda found: random.Random(7).sample(found, len(found)))
    monkeypatch.setattr(local, "_lines", lines)
    assert answers_of(ask(rows)) == expected(rows)


def test_lines_that_are_missing_cut_or_strange_are_asked_again(gemini, monkeypatch, ask):
    rows = rows_of(10)
    asked = []

    def change(found):
        asked.append(len(found))
        if len(asked) > 1:
            return found
        strange = [b'{"key": "ff", "response": {}}\n', b'{"key": 3}\n', b"[]\n", b"\xff\n", b'{"metadata": {}}\n']
        return [*found[3:9], *strange, found[3].replace(b"reply", b"other"), found[9][:40]]

    local, lines = made_up(gemini, change)
    monkeypatch.setattr(local, "_lines", lines)
    report = ask(rows)
    assert answers_of(report) == expected(rows)
    assert list(dict.fromkeys(asked)) == [10, 4]  # a download may be repeated
    assert report.usage.total_tokens == sum(
        row["usage"]["total_tokens"] for row in report.table.to_pylist()
    )  # the line that came twice is counted once


def test_a_line_without_an_answer_fails_after_the_last_attempt(gemini, monkeypatch, ask):
    local, lines = made_up(gemini, lambda found: [line for line in found if b"text 1" not in line])
    monkeypatch.setattr(local, "_lines", lines)
    report = ask(rows_of(3), retry=bulk.Retry(attempts=3))
    assert report.calls == 3
    assert (report.done, report.failures) == (2, {"MISSING": 1})
    error = report.table["error"].to_pylist()[1]
    assert error["attempts"] == 3
    assert re.fullmatch(
        r"The batch job batches/\S+ ended as SUCCEEDED without a result for this row\.", error["message"]
    )


def test_errors_of_lines(gemini, ask):
    """A wrong request fails, a refusal is asked again."""
    gemini.on("text 1$").fail(400, message="Too odd.")
    gemini.on("text 2$").fail(429, times=1)
    gemini.on("text 3$").fail(503)
    report = ask(rows_of(4), retry=bulk.Retry(attempts=2))
    assert report.failures == {"INVALID_ARGUMENT": 1, "UNAVAILABLE": 1}
    errors = report.table["error"].to_pylist()
    assert errors[0] is None
    assert errors[1] == {"code": 400, "status": "INVALID_ARGUMENT", "message": "Too odd.", "attempts": 1}
    assert errors[2] is None
    assert errors[3]["attempts"] == 2


@pytest.mark.parametrize("state", ["EXPIRED", "CANCELLED", "FAILED"])
def test_a_job_that_ends_without_results_is_asked_again(monkeypatch, state, ask):
    from genai_local.services.batches import runner as local

    original = local._finish_if_due
    ended = []

    def finish(api, batch_id):
        if ended:
            return original(api, batch_id)
        ended.append(batch_id)
        return api.part(local.Batches).end(batch_id, state)

    monkeypatch.setattr(local, "_finish_if_due", finish)
    rows = rows_of(3)
    report = ask(rows)
    assert answers_of(report) == expected(rows)
    assert (report.calls, len(ended)) == (2, 1)


def test_jobs_that_always_fail_stop_the_run(monkeypatch, ask):
    from genai_local.services.batches import runner as local

    monkeypatch.setattr(local, "_finish_if_due", lambda api, batch_id: api.part(local.Batches).end(batch_id, "FAILED"))
    with pytest.raises(bulk.RunFailedError, match="3 batch jobs in a row failed"):
        ask(rows_of(3))


def test_a_first_job_whose_requests_all_fail_in_the_same_way_stops_the_run(gemini, files, ask):
    gemini.on().fail(404, message="Which model?")
    with pytest.raises(
        bulk.RunFailedError, match=r"All 20 requests of the first job failed with 404 NOT_FOUND: Which model\?"
    ):
        ask(rows_of(60), jobs=JobLimits(rows=20, at_once=1, poll_s=0.01))
    assert len(files) == 1


def test_a_creation_that_is_refused_waits(gemini, files, ask):
    gemini.fail(429, path="batchGenerateContent", times=3, retry_delay_s=0.05)
    rows = rows_of(3)
    report = ask(rows)
    assert answers_of(report) == expected(rows)
    assert len(files) == 1  # the file is uploaded once


def test_a_creation_whose_reply_is_lost_is_found(client, gemini, ask):
    gemini.fail(path="batchGenerateContent", disconnect="lost_reply")
    report = ask(rows_of(3))
    assert (report.done, report.calls) == (3, 1)
    if int(genai.__version__.split(".")[0]) > 1:  # release 1 of the official SDK repeats such a call itself
        assert len(list(client.batches.list())) == 1


def test_a_creation_that_is_wrong_stops_the_run(gemini, ask):
    gemini.fail(400, path="batchGenerateContent", message="No batches for you.")
    with pytest.raises(bulk.RunFailedError, match="400 INVALID_ARGUMENT: No batches for you"):
        ask(rows_of(3))


def test_faults_of_other_calls_are_repeated(gemini, ask):
    gemini.fail(503, path="/upload/", times=1)
    gemini.fail(503, path="/batches/", times=2)
    gemini.fail(503, path=":download", times=1)
    assert ask(rows_of(2)).done == 2


def test_rows_without_a_request_fail_alone(ask):
    rows = [{"text": "a"}, {"text": None}, {"text": "half \ud800"}, {"text": "b"}]
    report = ask(rows)
    assert report.failures == {"ROW": 2}
    messages = [error and error["message"] for error in report.table["error"].to_pylist()]
    assert messages[0] is messages[3] is None
    assert "null or missing" in messages[1]
    assert "half of a surrogate pair" in messages[2]


def test_python_functions_as_tools_are_refused(files, ask):
    def weather(city: str) -> str:
        """Return the weather."""
        return city

    prompt = bulk.Prompt("{text}", model="gemini-2.5-flash", config={"tools": [weather]})
    report = ask(rows_of(1), prompt)
    assert "Python functions as tools" in report.table["error"].to_pylist()[0]["message"]
    assert list(map(len, files)) == []


def test_a_cap_on_tokens_holds(ask):
    prompt = bulk.Prompt("{text}", model="gemini-2.5-flash", config={"max_output_tokens": 100})
    # What a job did not use of its reservation is free for the next job.
    assert ask(rows_of(30), prompt, limits=bulk.Limits(tokens=6_000)).done == 30
    report = ask(rows_of(30), prompt, limits=bulk.Limits(tokens=1_300))
    assert report.stopped.kind == "cap"
    assert "limits.tokens" in report.stopped.message
    assert 1 <= report.done < 30
    assert report.usage.total_tokens <= 1_300
    report = ask(rows_of(30), limits=bulk.Limits(rows=7))
    assert (report.done, report.stopped.kind) == (7, "cap")


def test_results_are_half_price(ask):
    pytest.importorskip("genai_prices")
    rows = rows_of(5)
    halved = ask(rows).cost
    full = ask(rows, mode="live").cost
    assert halved == pytest.approx(full / 2)


def test_vertex_is_refused_before_the_first_call(gemini, ask):
    client = genai.Client(
        vertexai=True,
        project="p",
        location="l",
        credentials=pytest.importorskip("google.auth.credentials").AnonymousCredentials(),
        http_options=types.HttpOptions(base_url=gemini.url),
    )
    with pytest.raises(
        bulk.BulkError, match=r"mode='batch': on Vertex AI, batch jobs read and write Cloud Storage or BigQuery"
    ):
        ask(rows_of(1), client=client)
    assert gemini.requests == []


@pytest.mark.parametrize(
    ("options", "message"),
    [({"rows": 0}, "jobs.rows: expected a number above 0, got 0"), ({"bytes": 3_000_000_000}, "at most 2,000,000,000")],
)
def test_wrong_sizes_of_jobs(options, message):
    with pytest.raises(bulk.BulkError, match=message):
        JobLimits(**options)


def test_small_files_for_many_bytes(files, ask):
    rows = [{"text": f"{number}" * 1000} for number in range(6)]
    report = ask(rows, jobs=JobLimits(bytes=2_600, poll_s=0.01))
    assert report.done == 6
    assert sorted(map(len, files)) == [2, 2, 2]
    report = ask([{"text": "x" * 5_000}], jobs=JobLimits(bytes=2_600, poll_s=0.01))
    assert "more than a job may have (2,600)" in report.table["error"].to_pylist()[0]["message"]


def test_pauses_between_looks_grow_up_to_a_bound(client, monkeypatch, tmp_path):
    """In virtual time: a job that runs for an hour is looked at about thirty times."""
    import asyncio

    from genai_bulk.budget import Budget, Prices
    from genai_bulk.journal import Journal

    now, pauses = [0.0], []

    async def sleep(seconds):
        pauses.append(seconds)
        now[0] += seconds
        await asyncio.sleep(0)

    original = runner.Service.get

    async def get(self, name):
        state = await original(self, name)
        return state if now[0] >= 3_600 else state._replace(state="RUNNING")

    monkeypatch.setattr(runner.Service, "get", get)
    rows = rows_of(3)
    with Journal(tmp_path / "journal") as journal:
        journal.survey(((number, number, None) for number in range(3)), None)

        async def work():
            batch = runner.BatchRun(
                client=client,
                journal=journal,
                rows=lambda numbers: ((number, rows[number]) for number in numbers),
                request=bulk.requests.Prompt("{text}", model="gemini-2.5-flash"),
                budget=Budget(bulk.Limits(), Prices()),
                prices=Prices(),
                retry=bulk.Retry(),
                sleep=sleep,
                clock=lambda: now[0],
            )
            return await batch.run(), batch

        stopped, batch = asyncio.run(work())
        assert stopped is None
        assert batch.tally.done == 3
        assert journal.counts().pending == 0
    assert pauses[0] == 10
    assert pauses == sorted(pauses)
    assert max(pauses) == 120
    assert 30 <= len(pauses) <= 40


def test_local_files_are_uploaded_once_and_named_in_the_requests(ask, files, tmp_path):
    picture = tmp_path / "p.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(20))
    rows = [{"text": f"t{number}", "picture": str(picture)} for number in range(3)]
    rows.append({"text": "no file", "picture": str(tmp_path / "missing.png")})
    report = ask(rows, bulk.Prompt("{text}", model="gemini-2.5-flash", files="picture"))
    assert (report.done, report.failures) == (3, {"ROW": 1})
    parts = [line["request"]["contents"][0]["parts"][1] for line in files[0]]
    uris = {part["fileData"].get("fileUri") or part["fileData"].get("file_uri") for part in parts}
    assert len(uris) == 1


def test_a_session_that_ends_leaves_its_jobs_to_the_next_one(ask, gemini, tmp_path, monkeypatch):
    """The time of the session is over while a job runs."""
    original = service.Service.get

    async def get(self, name):
        return (await original(self, name))._replace(state="RUNNING")

    monkeypatch.setattr(service.Service, "get", get)
    journal = tmp_path / "the.journal"
    reports = []
    report = ask(rows_of(4), journal=journal, limits=bulk.Limits(for_s=0.3), on_progress=reports.append)
    assert (report.stopped.kind, report.done, report.pending) == ("cap", 0, 4)
    assert "limits.for_s" in report.stopped.message
    waiting = [progress for progress in reports if progress.phase == "waiting"]
    assert (waiting[-1].in_flight, waiting[-1].limiter) == (4, "1 job: 1 RUNNING")
    monkeypatch.setattr(service.Service, "get", original)
    report = ask(rows_of(4), journal=journal)
    assert (report.done, report.calls) == (4, 0)
    assert len([request for request in gemini.requests if "batchGenerate" in request.path]) == 1


def test_failed_rows_can_be_asked_again(ask, gemini, tmp_path):
    gemini.on("text 1$").fail(503, times=2)
    journal = tmp_path / "the.journal"
    report = ask(rows_of(3), journal=journal, retry=bulk.Retry(attempts=2))
    assert report.failures == {"UNAVAILABLE": 1}
    report = ask(rows_of(3), journal=journal, retry=bulk.Retry(attempts=2), retry_failed=True)
    assert (report.done, report.failed, report.calls) == (3, 0, 1)


def test_a_job_that_was_deleted_is_asked_again(ask, client, gemini, monkeypatch):
    original = service.Service.create

    async def create(self, *args):
        state = await original(self, *args)
        monkeypatch.setattr(service.Service, "create", original)
        await self._client.aio.batches.delete(name=state.name)
        return state

    monkeypatch.setattr(service.Service, "create", create)
    report = ask(rows_of(3))
    assert (report.done, report.calls) == (3, 2)


def test_a_daily_quota_that_is_spent_stops_the_run(ask, gemini):
    quota = {
        "@type": "type.googleapis.com/google.rpc.QuotaFailure",
        "violations": [{"quotaId": "BatchRequestsPerDayPerProject", "quotaValue": "100"}],
    }
    error = {"code": 429, "message": "Enough.", "status": "RESOURCE_EXHAUSTED", "details": [quota]}
    gemini.respond(json={"error": error}, status=429, path="batchGenerateContent", times=5)
    report = ask(rows_of(3))
    assert (report.stopped.kind, report.pending) == ("quota", 3)
    assert "BatchRequestsPerDayPerProject" in report.stopped.message
